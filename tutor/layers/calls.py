"""Layers called on symbolic tensors, as in Keras's functional API.

A layer that is called on a :class:`Tensor`, such as an ``Input((784,))``, returns another one. Each knows the
:class:`Call` that made it, so the tensors that a model returns are enough to find all of its layers.
"""

from __future__ import annotations

import itertools
import numbers
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from tutor.layers import checks, names
from tutor.layers.built import Built, Shape
from tutor.layers.checks import must, shown
from tutor.layers.misfits import MisfitError

#: The place in the order of creation: what is made later has a higher one.
next_place = itertools.count().__next__


class Operation:
    """What can be called on tensors: a layer, or a whole model."""

    name: str | None = None
    trainable: bool = True
    #: Whether its weights are its own. If not, they are those of what is inside it, wherever else that is used.
    owns_weights: ClassVar[bool] = True

    @property
    def kind(self) -> str:
        """Keras's class name."""
        return type(self).__name__

    @property
    def automatic_name(self) -> str:
        """The name that Keras gives to the first one of this kind: ``simple_rnn`` for SimpleRNN."""
        name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", self.kind)
        return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()

    @property
    def title(self) -> str:
        """Its kind, with that of what it holds: ``Bidirectional(LSTM)``."""
        return f"{self.kind}({', '.join(one.title for one in self.inside)})" if self.inside else self.kind

    @property
    def any_name(self) -> str:
        """Its own name, or else the automatic one."""
        return self.automatic_name if self.name is None else self.name

    @property
    def inside(self) -> tuple[Operation, ...]:
        """The layers and models that were given to this one as an argument."""
        return ()

    #: The same layer, but returning every timestep, if this one returns only the last.
    every_timestep: Operation | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls it on tensors, and returns a :class:`Tensor`, or a tuple of them if it returns several.

        Takes what Keras's layer takes: a tensor; a list of them for a layer that merges several; further tensors by
        name (``initial_state=[h, c]``, ``mask=m``); and flags, which change neither count nor shape.

        Raises:
            TypeError: there is no tensor among the arguments, or the first of them is something else.
            ValueError: Keras would refuse the shapes; the message names the axis and what would fit.
        """
        if not data_in(args, kwargs) or any(not tuple(tensors_in(given)) for given in args):
            given = shown(args[0]) if args else "nothing"
            raise TypeError(f"{self.kind} must be called on a tensor, such as x = tutor.Input((784,)); got {given}.")
        outputs = self._called_on(args, kwargs)
        return outputs[0] if len(outputs) == 1 else outputs

    def _called_on(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Tensor, ...]:
        data = data_in(args, kwargs)
        shapes = tuple(tensor.shape for tensor in data)
        try:
            self._check_inputs(shapes)
            returned, built = self._returned(self._read(shapes))
        except MisfitError as error:
            raise error.called(self, data) from None
        return Call(self, args, kwargs, tuple(tensors_in((args, tuple(kwargs.values())))), returned, built).outputs

    def _check_inputs(self, shapes: tuple[Shape, ...]) -> None:
        """Refuses further tensors, such as the states to start with, that do not fit the first."""

    def _returned(self, input_shape: Any) -> tuple[Any, Built | None]:
        """The shape that it returns, and the layer on that input; no layer for a model, which a walk looks into."""
        built = self._built_on(input_shape)
        return built.output_shape, built

    def _built_on(self, input_shape: Any) -> Built:
        """The layer, or the model as one layer, on an input of that shape."""
        raise NotImplementedError

    def _read(self, shapes: tuple[Shape, ...]) -> Any:
        """What it is built on when it is called on tensors of those shapes."""
        return shapes[0] if len(shapes) == 1 else shapes


@dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer or a model: what it was called on, all tensors among that, and the shapes that it returned.

    ``built`` is the layer on those inputs; None for an Input and for a model. ``place`` is that in the order of calls.
    """

    operation: Operation
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    input_tensors: tuple[Tensor, ...]
    output_shape: Any
    built: Built | None = None
    place: int = field(default_factory=next_place)

    @cached_property
    def outputs(self) -> tuple[Tensor, ...]:
        """The tensors that it returns."""
        return tuple(Tensor(one, self, place) for place, one in enumerate(shapes_in(self.output_shape)))


def _operator(sign: str) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """``x + 2`` and ``2 + x``, for two tensors, or a tensor and a number."""

    def of(one: Any, other: Any) -> Tensor:
        if not all(isinstance(operand, (Tensor, numbers.Real)) for operand in (one, other)):
            return NotImplemented  # type: ignore[no-any-return]
        plain = (operand.item() if hasattr(operand, "item") else operand for operand in (one, other))
        return Arithmetic(sign)._called_on(tuple(plain), {})[0]  # noqa: SLF001

    return of, lambda one, other: of(other, one)


@dataclass(frozen=True, eq=False)
class Tensor:
    """A symbolic tensor: no numbers, only a shape, and where it comes from. ``+``, ``-``, ``*`` and ``/`` make others.

    The shape has the batch axis. ``source`` is the call that returned it, ``index`` its place among what that returned.
    """

    shape: Shape
    source: Call
    index: int = 0

    #: NumPy leaves ``number * tensor`` to the tensor.
    __array_ufunc__ = None
    __add__, __radd__ = _operator("+")
    __sub__, __rsub__ = _operator("-")
    __mul__, __rmul__ = _operator("*")
    __truediv__, __rtruediv__ = _operator("/")

    def __repr__(self) -> str:
        return f"<Tensor of shape {self.shape} from {self.source.operation.any_name}>"


@dataclass(frozen=True, eq=False)
class Arithmetic(Operation):
    """``x + y`` and the like, number by number. Keras names it as a layer, but it is none."""

    sign: str

    @property
    def kind(self) -> str:
        return {"+": "Add", "-": "Subtract", "*": "Multiply", "/": "TrueDivide"}[self.sign]

    def __repr__(self) -> str:
        return f"x {self.sign} y"

    def _built_on(self, input_shape: Any) -> Built:
        shapes, output = shapes_in(input_shape), list[int | None]()
        for sizes in reversed([*itertools.zip_longest(*map(reversed, shapes), fillvalue=1)]):
            known = set(sizes) - {1, None}
            if len(known) > 1:
                got = checks.listed(shapes, "and")
                raise MisfitError(repr(self), f"the shapes must be the same, apart from axes of size 1; got {got}.")
            output.append(next(iter(known), None if None in sizes else 1))
        return Built(self, input_shape, tuple(output))


@dataclass(frozen=True, eq=False)
class InputLayer(Operation):
    """Where a tensor enters a model. :func:`Input` makes it."""

    batch_shape: Shape
    dtype: str | None = None
    name: str | None = None

    def code(self) -> str:
        """The call of ``keras.Input`` that makes it."""
        batch, *rest = self.batch_shape
        first = f"{tuple(rest)}" if batch is None else f"batch_shape={self.batch_shape}"
        further = [f"{name}={value!r}" for name in ("dtype", "name") if (value := getattr(self, name)) is not None]
        return f"keras.Input({', '.join([first, *further])})"


def Input(  # noqa: N802  (Keras's name)
    shape: Any = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    *,
    batch_shape: Any = None,
    name: str | None = None,
) -> Tensor:
    """A tensor that enters a model, like ``keras.Input``: ``Input((224, 224, 3))``.

    Args:
        shape: the shape of one example, without the batch axis.
        batch_size: the number of examples in a batch, if it is known.
        dtype: the dtype, such as ``"int32"`` for words' indices. It changes neither count nor shape.
        batch_shape: instead of the first two, the shape with its batch axis.
        name: its name in the model.

    Raises:
        TypeError: the shape is not a tuple of whole numbers and None.
        ValueError: there is no shape, or there are two; a size is out of range; or the dtype is unknown.
    """
    if (shape is None) == (batch_shape is None) or (batch_shape is not None and batch_size is not None):
        raise ValueError("Input needs one shape: that of an example, such as Input((784,)), or batch_shape.")
    argument, given = ("shape", shape) if batch_shape is None else ("batch_shape", batch_shape)
    if not checks.is_several(given):
        repair = f" Write ({given},)." if isinstance(given, int) else ""
        raise TypeError(must(f"Input: {argument}", "be a tuple", given, repair))
    axes = checks.input_shape("Input", (batch_size, *given) if batch_shape is None else given, argument="shape")
    if not axes:
        raise ValueError(must("Input: batch_shape", "have at least one axis, the batch", given))
    if dtype is not None:
        dtype = checks.dtype("Input: dtype", dtype, known=names.INPUT_DTYPES)
    if name is not None:
        checks.layer_name("Input: name", name)
    return Call(InputLayer(axes, dtype, name), (), {}, (), axes).outputs[0]


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Each tensor in what may be one, or several in tuples, lists and dictionaries, which are sorted by key."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list, Mapping)):
        for part in (value[key] for key in sorted(value)) if isinstance(value, Mapping) else value:
            yield from tensors_in(part)


def data_in(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Tensor, ...]:
    """The tensors that a call with those arguments reads. A mask, which says what to skip, is not one of them."""
    return tuple(tensors_in((args, [value for name, value in kwargs.items() if not name.endswith("mask")])))


def one_or_all(things: Iterable[Any]) -> Any:
    """The one thing, or a tuple of several."""
    several = tuple(things)
    return several[0] if len(several) == 1 else several


def shapes_in(shape: Any) -> tuple[Shape, ...]:
    """One shape, or each of several, as a tuple of shapes."""
    return tuple(shape) if shape and isinstance(shape[0], tuple) else (shape,)
