"""Layers called on symbolic tensors, as in Keras's functional API.

A layer that is called on a :class:`Tensor` returns another one. Each knows the :class:`Call` that made it, so that the
tensors that leave a model are enough to find all of its layers.

>>> x = Input((784,))
>>> Dense(32)(x).shape
(None, 32)
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from tutor.layers import checks
from tutor.layers.checks import shown

if TYPE_CHECKING:
    from tutor.layers.built import Built, Shape

_places = itertools.count()


def next_place() -> int:
    """The place in the order of creation: what is made later has a greater one."""
    return next(_places)


class Operation:
    """What can be called on tensors: a layer, or a whole model."""

    name: str | None
    trainable: bool
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
        return self.name or self.automatic_name

    @property
    def inside(self) -> tuple[Operation, ...]:
        """The layers and models that were given to this one as an argument."""
        return ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What leaves when it is called on tensors: one :class:`Tensor`, or a tuple where several leave.

        Takes what Keras's layer takes when it is called: a tensor, a list of them for a layer that joins several,
        further tensors by name (``initial_state=[h, c]``), and flags, which change neither count nor shape.

        Raises:
            TypeError: there is no tensor among the arguments, or something else than a tensor stands first.
            ValueError: Keras would refuse the shapes; the message names the axis and what would fit.
        """
        tensors = tuple(tensors_in((args, tuple(kwargs.values()))))
        if not tensors or any(not tuple(tensors_in(given)) for given in args):
            raise TypeError(
                f"{self.kind} is called on {shown(args[0]) if args else 'nothing'}, but a symbolic tensor is needed, "
                f"such as x = tutor.Input((784,))."
            )
        shape = self._read(tuple(tensor.shape for tensor in tensors))
        call = Call(self, args, kwargs, tensors, self._built_on(shape))
        return call.outputs[0] if len(call.outputs) == 1 else call.outputs

    def _built_on(self, input_shape: Any) -> Built:
        """The layer, or the model as one layer, on an input of that shape."""
        raise NotImplementedError

    def _read(self, shapes: tuple[Shape, ...]) -> Any:
        """What it is built on when it is called on tensors of those shapes."""
        return shapes[0] if len(shapes) == 1 else shapes


@dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer or of a model: what it read, and what it made of it.

    Attributes:
        operation: the layer or model.
        args: what it was called on.
        kwargs: what it was called on by name.
        input_tensors: all tensors among those.
        built: the layer on those inputs.
        place: its place in the order of all calls.
    """

    operation: Operation
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    input_tensors: tuple[Tensor, ...]
    built: Built | None
    place: int = field(default_factory=next_place)

    @cached_property
    def outputs(self) -> tuple[Tensor, ...]:
        """The tensors that leave."""
        shape = self.operation.batch_shape if isinstance(self.operation, InputLayer) else None
        if self.built is not None:
            shape = self.built.output_shape
        return tuple(Tensor(one, self, place) for place, one in enumerate(shapes_in(shape)))


@dataclass(frozen=True, eq=False)
class Tensor:
    """A symbolic tensor: no numbers, only a shape, and where it comes from.

    Attributes:
        shape: its shape, batch axis included.
        source: the call that made it.
        index: its place among what that call made.
    """

    shape: Shape
    source: Call
    index: int = 0

    def __repr__(self) -> str:
        maker = self.source.operation
        return f"<Tensor of shape {self.shape} from {maker.name or maker.automatic_name}>"


@dataclass(frozen=True, eq=False)
class InputLayer(Operation):
    """Where a tensor enters a model. Made by :func:`Input`."""

    batch_shape: Shape
    dtype: str | None = None
    name: str | None = None
    trainable: bool = True

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
    """A tensor that enters a model, as ``keras.Input`` makes it: ``Input((224, 224, 3))``.

    Args:
        shape: its shape without the batch axis.
        batch_size: the number of examples in a batch, if it is known.
        dtype: the kind of numbers, such as ``"int32"`` for the numbers of words. Changes neither count nor shape.
        batch_shape: in place of the first two, the shape with its batch axis.
        name: its name in the model.

    Raises:
        TypeError: the shape is not a tuple of whole numbers and None.
        ValueError: no shape was given, or two; or a size is out of range.
    """
    if (shape is None) == (batch_shape is None) or (batch_shape is not None and batch_size is not None):
        raise ValueError("Input needs one shape: the shape of one example, such as Input((784,)), or batch_shape.")
    argument = "shape" if batch_shape is None else "batch_shape"
    given = shape if batch_shape is None else batch_shape
    if not checks.is_several(given):
        repair = f" Write ({given},)." if isinstance(given, int) else ""
        raise TypeError(f"Input: {argument}={shown(given)} is not a tuple.{repair}")
    axes = (batch_size, *given) if batch_shape is None else tuple(given)
    if not axes:
        raise ValueError("Input: batch_shape=() has no axis, but the first one, the batch, is always there.")
    whole = tuple(
        None if axis is None else checks.whole_number(f"Input: axis {place} of {shown(axes)}, {shown(axis)},", axis)
        for place, axis in enumerate(axes)
    )
    if name is not None and (not isinstance(name, str) or "/" in name):
        raise ValueError(f"Input: name={shown(name)} is not a text without '/', which separates the names in a path.")
    return Call(InputLayer(whole, dtype, name), (), {}, (), None).outputs[0]


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Each tensor in what may be one, or several in tuples, lists and dictionaries; the last by their sorted keys."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list, Mapping)):
        for part in (value[key] for key in sorted(value)) if isinstance(value, Mapping) else value:
            yield from tensors_in(part)


def shapes_in(shape: Any) -> tuple[Shape, ...]:
    """One shape, or each of several, as a tuple of shapes."""
    return tuple(shape) if shape and isinstance(shape[0], tuple) else (shape,)
