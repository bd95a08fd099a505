"""What every layer is: arguments, and from them its weights and its output shape.

A layer is a frozen dataclass with Keras's arguments. A family states three things, once: the named sizes of its
formula, its weights over those sizes, and its output shape. Count, formula, LaTeX, pictures and the check against
Keras are all read off that.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, TypeAlias, TypeVar, dataclass_transform

from tutor.layers import arguments
from tutor.layers.arguments import ArgumentError, shown
from tutor.layers.calls import Operation
from tutor.symbols import Expression, Number, Sizes, joined, product, total

#: A tensor's shape with its batch axis in front, as in a Keras summary. ``None`` is an axis that is not known yet.
Shape: TypeAlias = tuple[int | None, ...]

_Layer = TypeVar("_Layer", bound="Layer")


@dataclass(frozen=True)
class Gate:
    """One of the small dense layers inside a recurrent cell.

    Attributes:
        name: its output's name in the diagram and in a trace, such as ``"i"`` or ``"c_tilde"``.
        title: its name in words, such as ``"input gate"``.
        activation: the activation's name.
        reads_reset_state: it reads the old state only after the reset gate went over it (a GRU's candidate).
    """

    name: str
    title: str
    activation: str
    reads_reset_state: bool = False


@dataclass(frozen=True, repr=False)
class Weight:
    """A weight as Keras stores it.

    Attributes:
        name: Keras's name, such as ``"recurrent_kernel"``.
        axes: its shape over named sizes.
        trainable: whether training changes it.
        part: weights of one part share a bracket in the formula where not all weights share a factor.
        gates: the gates whose blocks lie side by side along the last axis, in Keras's order; empty if there are none.
    """

    name: str
    axes: tuple[Expression, ...]
    trainable: bool = True
    part: str = ""
    gates: tuple[Gate, ...] = ()

    @classmethod
    def of_gates(cls, name: str, axes: tuple[Expression, ...], gates: tuple[Gate, ...]) -> Weight:
        """The weights of several gates, each of shape ``axes``, fused along the last axis as Keras stores them."""
        return cls(name, (*axes[:-1], product([Number(len(gates)), axes[-1]])), gates=gates)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in numbers."""
        return tuple(axis.value for axis in self.axes)

    @property
    def formula(self) -> Expression:
        """Its number of entries, as a product of its axes."""
        return product(self.axes)

    @property
    def count(self) -> int:
        """Its number of entries."""
        return self.formula.value

    def of_one_gate(self) -> Weight:
        """One gate's block of it: the same weight with the last axis cut into as many pieces as there are gates."""
        if not self.gates:
            return self
        number, *rest = self.axes[-1].factors() if len(self.gates) > 1 else (Number(1), *self.axes[-1].factors())
        if number != Number(len(self.gates)):
            raise AssertionError(f"{self.name}: the last axis does not hold {len(self.gates)} gates")
        return dataclasses.replace(self, axes=(*self.axes[:-1], product(rest)), gates=())

    def __repr__(self) -> str:
        return f"Weight(name={self.name!r}, shape={self.shape}, trainable={self.trainable}, count={self.count})"


@dataclass(frozen=True)
class Built:
    """A layer that has met its input: shapes, weights, and the formula of their count.

    Attributes:
        layer: the layer with its arguments.
        input_shape: the shape that it was built for, batch axis included; a tuple of shapes for several inputs.
        output_shape: the shape that leaves it; a tuple of shapes where several tensors do.
        sizes: the named sizes of the formula.
        weights: Keras's weights, in Keras's order.
        output_rules: how the sizes of the output's axes come about, by the name of the axis, such as ``"height"``;
            only where a rule has something to say, and the axis is known.
    """

    layer: Layer
    input_shape: Any
    output_shape: Any
    sizes: Sizes
    weights: tuple[Weight, ...]
    output_rules: Mapping[str, Expression] = dataclasses.field(default_factory=dict)

    @cached_property
    def formula(self) -> Expression:
        """The parameter count over named sizes, factored as one would write it by hand."""
        return self._formula(self.weights)

    @property
    def count(self) -> int:
        """All parameters, trained or not."""
        return sum(weight.count for weight in self.weights)

    @property
    def trainable_count(self) -> int:
        """The parameters that training changes."""
        return sum(weight.count for weight in self.weights if weight.trainable)

    def frozen(self) -> Built:
        """The same, none of it trained."""
        return dataclasses.replace(self, weights=tuple(dataclasses.replace(w, trainable=False) for w in self.weights))

    @cached_property
    def trainable_formula(self) -> Expression:
        """The count of the parameters that training changes; with :attr:`non_trainable_formula` it makes the whole."""
        return self._formula([weight for weight in self.weights if weight.trainable])

    @cached_property
    def non_trainable_formula(self) -> Expression:
        """The count of the parameters that training leaves alone, such as a moving mean."""
        return self._formula([weight for weight in self.weights if not weight.trainable])

    @property
    def gates(self) -> tuple[Gate, ...]:
        """A recurrent cell's gates, in the order in which Keras stores them; empty for other layers."""
        return next((weight.gates for weight in self.weights if weight.gates), ())

    @cached_property
    def gate_weights(self) -> tuple[Weight, ...]:
        """What one gate owns of each weight (all gates own the same shapes); empty without gates."""
        return tuple(weight.of_one_gate() for weight in self.weights if weight.gates)

    @cached_property
    def gate_formula(self) -> Expression:
        """The parameter count of one gate."""
        return self._formula(self.gate_weights)

    def _formula(self, weights: Sequence[Weight]) -> Expression:
        order = tuple(self.sizes.values())
        whole = total([weight.formula for weight in weights], order)
        parts = dict.fromkeys(weight.part for weight in weights)
        if len(parts) < 2 or len(whole.factors()) > 1:
            return whole
        return joined([total([w.formula for w in weights if w.part == part], order) for part in parts])


@dataclass(frozen=True, repr=False, kw_only=True)
class Layer(Operation):
    """A layer as data: Keras's arguments, names, order and defaults. Subclasses are made with :func:`layer`."""

    name: str | None = arguments.layer_name(default=None)
    trainable: bool = arguments.flag(default=True)
    dtype: str | None = arguments.dtype(default=None)
    autocast: bool = arguments.flag(default=True)

    #: Arguments that are often tried but do not exist, and what to do instead.
    gone: ClassVar[Mapping[str, str]] = {}

    #: The positional arguments in Keras's order, where that is not the order of the fields.
    positional: ClassVar[tuple[str, ...]] = ()

    def build(self, input_shape: Any) -> Built:
        """The layer on an input of that shape, batch axis included, such as ``(None, 25, 256)``.

        Raises:
            TypeError: the shape is not a tuple of whole numbers and None.
            ValueError: Keras would refuse the shape; the message names the axis and what would fit.
        """
        shape = self._checked_input(input_shape)
        sizes = self._sizes(shape)
        weights = tuple(self._weights(sizes))
        for weight in weights:
            self._check_initializer(weight)
        built = Built(self, shape, self._output_shape(shape), sizes, weights, self._output_rules(shape))
        return built if self.trainable else built.frozen()

    def _sizes(self, shape: Any) -> Sizes:
        """The named sizes of the formula, in the order in which it names them; refuses a shape that does not fit."""
        return Sizes()

    def _weights(self, sizes: Sizes) -> Iterable[Weight]:
        """The weights over those sizes, in Keras's order."""
        return ()

    def _output_shape(self, shape: Any) -> Any:
        """The shape that leaves the layer."""
        return shape

    def _built_on(self, input_shape: Any) -> Built:
        return self.build(input_shape)

    def _output_rules(self, shape: Any) -> Mapping[str, Expression]:
        """How the sizes of the output's axes come about, by the name of the axis."""
        return {}

    def __post_init__(self) -> None:
        for argument in fields(self):
            value = arguments.check(self.kind, argument, getattr(self, argument.name))
            object.__setattr__(self, argument.name, value)

    def __repr__(self) -> str:
        return self._call("", self._given())

    def code(
        self, module: str = "keras.layers.", known: Mapping[int, str] | None = None, *, frozen: bool = False
    ) -> str:
        """The call that makes this layer, without the arguments that keep their default.

        Layers and models inside it stand there by their variable, where ``known`` has one under their ``id``; if
        ``frozen``, no weight of it is trained. Functions and objects (an initializer of one's own, a table of word
        vectors) have no source text, so they are left out; they change neither count nor shape.
        """
        given = {name: value for name, value in self._given().items() if _has_source_text(value)}
        # A wrapper's flag does not reach the layer inside it in Keras, so each layer gets its own.
        frozen = frozen or not self.trainable
        return self._call(module, {**given, **({"trainable": False} if frozen else {})}, known or {}, frozen=frozen)

    def _given(self) -> dict[str, Any]:
        """The arguments that are needed, or differ from their default."""
        positional_first = sorted(fields(self), key=lambda argument: bool(argument.kw_only))
        values = {argument.name: (getattr(self, argument.name), argument.default) for argument in positional_first}
        return {
            name: value
            for name, (value, default) in values.items()
            # Arrays compare element by element, hence the test for None.
            if value is not default and (default is None or value != default)
        }

    def _call(
        self, module: str, given: Mapping[str, Any], known: Mapping[int, str] | None = None, *, frozen: bool = False
    ) -> str:
        def written_value(value: object) -> str:
            if not isinstance(value, Operation) or not module:
                return repr(value)
            if known and id(value) in known:
                return known[id(value)]
            if isinstance(value, Layer):
                return value.code(module, known, frozen=frozen)
            return value.name or value.automatic_name

        needed = {argument.name for argument in fields(self) if argument.default is dataclasses.MISSING}
        written = [f"{'' if name in needed else f'{name}='}{written_value(value)}" for name, value in given.items()]
        return f"{module}{self.kind}({', '.join(written)})"

    def _checked_input(self, given: object) -> Any:
        """The input's shape as a tuple; a layer that takes several inputs makes a tuple of tuples of it."""
        return self._checked_shape(given)

    def _checked_shape(self, given: object) -> Shape:
        if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
            features = given if isinstance(given, int) and 1 < given < 10**6 else 256
            example = f"(None, {features})"
            raise TypeError(
                f"{self.kind}: input_shape={shown(given)} is not a shape. Write a tuple, such as {example}."
            )
        shape = tuple(given)
        text = shown(shape)
        return tuple(
            None
            if axis is None
            else arguments.whole_number(f"{self.kind}: axis {place} of the input shape {text}, {shown(axis)},", axis)
            for place, axis in enumerate(shape)
        )

    def _check_initializer(self, weight: Weight) -> None:
        argument = f"{weight.name}_initializer"
        initializer = getattr(self, argument, None)
        if len(weight.axes) < 2 and isinstance(initializer, str) and initializer in arguments.MATRIX_INITIALIZERS:
            raise ValueError(
                f"{self.kind}: {argument}={initializer!r} makes a matrix, but the {weight.name} has the shape "
                f"{weight.shape}. Try 'zeros' or 'glorot_uniform'."
            )

    def _check_rank(self, shape: Shape, *names: str, repair: str = "") -> None:
        """Refuses a shape that has not exactly these axes, such as ``"batch", "height", "width", "channels"``.

        Raises:
            ValueError: there are more or fewer axes. The message ends with ``repair``, if there is one.
        """
        if len(shape) != len(names):
            if not repair and len(shape) + 1 == len(names):
                repair = f" Was the batch axis forgotten? Write {(None, *shape)}."
            raise ValueError(
                f"{self.kind} reads {len(names)} axes, ({', '.join(names)}), but the input shape {shape} has "
                f"{len(shape)}.{repair}"
            )

    def _place(self, shape: Shape, axis: int, argument: str = "axis") -> int:
        """The axis that an argument means, counted from 0; -1 is the last.

        Raises:
            ValueError: the input has no such axis.
        """
        if not -len(shape) <= axis < len(shape):
            there = f"axes 0 to {len(shape) - 1}, or -{len(shape)} to -1 from the end" if shape else "no axis at all"
            raise ValueError(f"{self.kind}: {argument}={axis} is no axis of the input shape {shape}: it has {there}.")
        return axis % len(shape)

    def _known_axis(self, shape: Shape, axis: int, meaning: str, repair: str = "") -> int:
        """The size of an axis, counted from 0, that a weight is made from.

        Raises:
            ValueError: that axis is None. The message ends with ``repair``.
        """
        size = shape[axis]
        if size is None:
            place = "the last axis" if axis == len(shape) - 1 else f"axis {axis}"
            fitting = (*shape[:axis], 256, *shape[axis + 1 :])
            raise ValueError(
                f"{self.kind}: {place} of the input shape {shape} is None, but it holds the {meaning}, and a "
                f"weight is made for each of them. Give its size, such as {fitting}.{repair}"
            )
        return size


def _has_source_text(value: object) -> bool:
    if isinstance(value, Operation):
        return True
    try:
        ast.literal_eval(repr(value))
    except (ValueError, SyntaxError):
        return False
    return True


@dataclass_transform(
    frozen_default=True,
    field_specifiers=(
        arguments.size,
        arguments.optional_size,
        arguments.sizes,
        arguments.margins,
        arguments.shape,
        arguments.integer,
        arguments.axes,
        arguments.choice,
        arguments.data_format,
        arguments.number,
        arguments.values,
        arguments.flag,
        arguments.rate,
        arguments.activation,
        arguments.initializer,
        arguments.regularizer,
        arguments.constraint,
        arguments.seed,
        arguments.dtype,
        arguments.cudnn,
        arguments.unchecked,
        arguments.array,
        arguments.unsupported,
        arguments.layer_name,
    ),
)
def layer(cls: type[_Layer]) -> type[_Layer]:
    """Class decorator: a frozen dataclass whose constructor explains a wrong call in the layer's own words."""
    made = dataclass(frozen=True, repr=False)(cls)
    signature = _signature(made)
    construct: Callable[..., None] = made.__init__

    @functools.wraps(construct)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        try:
            given = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError(_wrong_call(made, signature, args, kwargs) or f"{made.__name__}: {error}.") from None
        construct(self, **given.arguments)

    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    __init__.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[this, *signature.parameters.values()], return_annotation=None
    )
    made.__init__ = __init__  # type: ignore[method-assign]
    return made


def _signature(cls: type[Layer]) -> inspect.Signature:
    """The constructor's signature, with its positional arguments in Keras's order."""
    signature = inspect.signature(cls)
    parameters = dict(signature.parameters)
    first = [parameters.pop(name).replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in cls.positional]
    return signature.replace(parameters=[*first, *parameters.values()])


#: What all layers took before Keras 3, which still does, with a warning.
_GONE = dict.fromkeys(
    ("input_shape", "input_dim", "batch_input_shape"),
    "a layer no longer says what enters the model; the model's Input does. Leave it out.",
)

#: What a learner may write for an argument that a layer cannot do without, where that is no size such as 32.
_EXAMPLES = {
    "activation": "'relu'",
    "axes": "1",
    "dims": "(2, 1)",
    "kernel_size": "3",
    "layer": "tutor.LSTM(32)",
    "rate": "0.5",
    "scale": "1 / 255",
    "stddev": "0.1",
    "target_shape": "(4, 8)",
}


def _wrong_call(
    cls: type[Layer], signature: inspect.Signature, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> str | None:
    name, parameters = cls.__name__, signature.parameters
    for unknown in kwargs.keys() - parameters.keys():
        gone = {**_GONE, **cls.gone}
        if unknown in gone:
            return f"{name}: {unknown}={shown(kwargs[unknown])}: {gone[unknown]}"
        repair = arguments.suggestion(unknown, tuple(parameters))
        return (
            f"{name} has no argument {unknown!r} (given {unknown}={shown(kwargs[unknown])}).{repair} "
            f"It takes {', '.join(parameters)}."
        )
    missing = [
        parameter.name
        for parameter in list(parameters.values())[len(args) :]
        if parameter.default is inspect.Parameter.empty and parameter.name not in kwargs
    ]
    if missing:
        example = ", ".join(f"{argument}={_EXAMPLES.get(argument, 32)}" for argument in missing)
        return f"{name} needs {' and '.join(missing)}: for example {name}({example})."
    return None


def numbered(names: Iterable[str]) -> Iterator[str]:
    """Keras's automatic names within one model: ``dense``, ``dense_1``, ``dense_2``."""
    seen: dict[str, int] = {}
    for name in names:
        number = seen.get(name, 0)
        seen[name] = number + 1
        yield f"{name}_{number}" if number else name
