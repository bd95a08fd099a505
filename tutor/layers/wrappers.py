"""Layers around layers: TimeDistributed, the same one at each timestep, and Bidirectional, one for each direction.

Neither owns a weight of its own. What is inside does, and it is counted as often as it is stored: once for all
timesteps, but twice for two directions.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers.base import Layer
from tutor.layers.built import Built, Shape, Weight
from tutor.layers.calls import Operation, shapes_in
from tutor.layers.checking import shown, suggestion
from tutor.layers.declaration import layer
from tutor.layers.recurrent import Recurrent
from tutor.symbols import Expression, Number, Size, joined, product

if TYPE_CHECKING:
    from collections.abc import Sequence

MERGE_MODES = ("concat", "sum", "mul", "ave")
#: What the two layers inside a Bidirectional must have in common.
_IN_COMMON = ("units", "return_sequences", "return_state", "stateful")


@dataclass(frozen=True)
class BuiltOfParts(Built):
    """Something built of several layers: its formula adds up their counts under the names of the parts."""

    layer: Any

    def _formula(self, weights: Sequence[Weight]) -> Expression:
        counts: dict[str, int] = {}
        for weight in weights:
            counts[weight.part] = counts.get(weight.part, 0) + weight.count
        return joined([Size(part, count) for part, count in counts.items()])


@dataclass(frozen=True)
class _BuiltTwice(Built):
    """A layer of two equal halves."""

    def _formula(self, weights: Sequence[Weight]) -> Expression:
        forward, backward = (
            super(_BuiltTwice, self)._formula([weight for weight in weights if weight.part == way])
            for way in ("forward", "backward")
        )
        return product([Number(2), *forward.factors()]) if forward == backward else joined([forward, backward])


@layer
class TimeDistributed(Layer):
    """The same layer, or whole model, at each timestep: the weights of one, however many timesteps there are."""

    gone: ClassVar = {"units": "the layer inside has the units: TimeDistributed(Dense(32))."}

    layer: Any = arg.unchecked(default=MISSING)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.layer, Operation):
            example = "TimeDistributed(tutor.Dense(32))"
            raise ValueError(f"TimeDistributed: layer={shown(self.layer)} is not a layer. Write {example}, say.")

    @property
    def inside(self) -> tuple[Operation, ...]:
        return (self.layer,)

    def build(self, input_shape: Any) -> Built:
        shape = self._checked_input(input_shape)
        if len(shape) < 3:
            raise ValueError(
                f"TimeDistributed reads at least (batch, timesteps, features), but the input shape {shape} has "
                f"{len(shape)} axes."
            )
        step = (shape[0], *shape[2:])
        try:
            inner: Built = self.layer._built_on(step)  # noqa: SLF001  (what is inside is of our own kind)
        except (TypeError, ValueError) as error:
            raise type(error)(f"TimeDistributed hands on one timestep of {shape}, which is {step}. {error}") from None
        outputs = shapes_in(inner.output_shape)
        if len(outputs) > 1:
            raise ValueError(
                f"TimeDistributed: {self.layer!r} returns {len(outputs)} tensors, but one a timestep is needed."
            )
        (batch, *rest) = outputs[0]
        built = replace(inner, layer=self, input_shape=shape, output_shape=(batch, shape[1], *rest), output_rules={})
        return built if self.trainable else built.frozen()


@layer
class Bidirectional(Layer):
    """Two recurrent layers, one of which reads backward: for LSTM ``2 · 4 · units · (units + features + 1)``.

    ``merge_mode`` says what becomes of their two outputs: "concat" makes one vector of ``2 · units``; "sum", "mul" and
    "ave" one of ``units``; None leaves both. Whatever it is, the weights are the same.
    Source: Keras, ``Bidirectional.compute_output_shape``.
    """

    gone: ClassVar = {"units": "the layer inside has the units: Bidirectional(LSTM(64))."}

    layer: Any = arg.unchecked(default=MISSING)
    merge_mode: Any = arg.unchecked(default="concat")
    weights: Any = arg.array(default=None)
    backward_layer: Any = arg.unchecked(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, value in (("layer", self.layer), ("backward_layer", self.backward_layer)):
            if not isinstance(value, Recurrent) and (name == "layer" or value is not None):
                raise ValueError(
                    f"Bidirectional: {name}={shown(value)} is not a recurrent layer. Write "
                    f"Bidirectional(tutor.LSTM(64)), say; GRU and SimpleRNN fit too."
                )
        if self.merge_mode is not None and self.merge_mode not in MERGE_MODES:
            mode = self.merge_mode
            close = suggestion(mode, MERGE_MODES) if isinstance(mode, str) else ""
            raise ValueError(
                f"Bidirectional: merge_mode={shown(mode)} is none of {', '.join(map(repr, MERGE_MODES))} "
                f"and None.{close}"
            )
        if self.layer.go_backwards == self._backward.go_backwards:
            repair = "Leave out its go_backwards." if self.backward_layer is None else "Set it for the second one."
            raise ValueError(
                f"Bidirectional: both layers have go_backwards={self.layer.go_backwards}, but one must read each way. "
                f"{repair}"
            )
        for argument in _IN_COMMON:
            ours, theirs = getattr(self.layer, argument), getattr(self._backward, argument)
            if ours != theirs:
                raise ValueError(
                    f"Bidirectional: {argument} is {ours} for layer, but {theirs} for backward_layer. "
                    f"Give both the same."
                )

    @property
    def inside(self) -> tuple[Operation, ...]:
        return (self.layer,) if self.backward_layer is None else (self.layer, self.backward_layer)

    @cached_property
    def _backward(self) -> Recurrent:
        """The layer that reads backward."""
        given: Recurrent | None = self.backward_layer
        return replace(self.layer, go_backwards=True) if given is None else given

    def _read(self, shapes: tuple[Shape, ...]) -> Shape:
        return shapes[0]  # further tensors are the states to start with, which have no weights

    def build(self, input_shape: Any) -> Built:
        if self.layer.stateful and self.layer.return_state:
            raise ValueError(
                "Bidirectional: stateful=True and return_state=True of the layer inside do not go together: Keras "
                "fails when such a layer is called. Leave one out."
            )
        forward, backward = self.layer.build(input_shape), self._backward.build(input_shape)
        weights = tuple(
            replace(weight, part=part)
            for part, half in (("forward", forward), ("backward", backward))
            for weight in half.weights
        )
        equal = [weight.formula for weight in forward.weights] == [weight.formula for weight in backward.weights]
        cls = _BuiltTwice if equal else BuiltOfParts
        output_shape = self._merged(forward.output_shape)
        built = cls(self, forward.input_shape, output_shape, forward.sizes, weights)
        return built if self.trainable else built.frozen()

    def _merged(self, of_one: Any) -> Any:
        """The shape that leaves both, from the one that leaves one of them."""
        output, *states = shapes_in(of_one)
        both = (output, output) if self.merge_mode is None else (output,)
        if self.merge_mode == "concat":
            both = ((*output[:-1], 2 * self.layer.units),)
        shapes = (*both, *states, *states)
        return shapes[0] if len(shapes) == 1 else shapes
