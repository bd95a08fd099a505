"""What every layer is: arguments, and from them its weights and its output shape.

A layer is a frozen dataclass with Keras's arguments. A family states three things, once: the named sizes of its
formula, its weights over those sizes, and its output shape. Count, formula, LaTeX, pictures and the check against
Keras are all read off that.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from tutor.layers import arguments, checking, names
from tutor.layers.built import Built, Shape, Weight
from tutor.layers.calls import Operation
from tutor.layers.checking import shown
from tutor.symbols import Expression, Sizes


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
            value = getattr(self, argument.name)
            if value is not argument.default:  # defaults are as they should be
                object.__setattr__(self, argument.name, arguments.check(self.kind, argument, value))

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
            else checking.whole_number(f"{self.kind}: axis {place} of the input shape {text}, {shown(axis)},", axis)
            for place, axis in enumerate(shape)
        )

    def _check_initializer(self, weight: Weight) -> None:
        argument = f"{weight.name}_initializer"
        initializer = getattr(self, argument, None)
        if len(weight.axes) < 2 and isinstance(initializer, str) and initializer in names.MATRIX_INITIALIZERS:
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
