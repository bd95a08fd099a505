"""The recurrent layers: SimpleRNN, LSTM and GRU. One cell, used again at each timestep.

A layer states its gates. Each gate is a small dense layer that reads the old state and the new input, so each owns
``units · (units + features + 1)`` parameters, and the layer owns as many of those as it has gates: 1, 4 or 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.layers import arguments as arg
from tutor.layers.base import Layer
from tutor.layers.built import Gate, Shape, Weight
from tutor.layers.declaration import layer
from tutor.symbols import Expression, Number, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator


class Recurrent(Layer):
    """What the three share: kernel, recurrent kernel and bias, fused over the gates, and the rule of output shapes."""

    units: int
    use_bias: bool
    return_sequences: bool
    return_state: bool
    go_backwards: bool
    stateful: bool

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates, in the order in which Keras stores them."""
        raise NotImplementedError

    @property
    def states(self) -> tuple[str, ...]:
        """The names of the states that go from one timestep to the next."""
        return ("h",)

    def _bias_axes(self, sizes: Sizes) -> tuple[Expression, ...]:
        return (sizes.units,)

    def _sizes(self, shape: Shape) -> Sizes:
        if len(shape) != 3:
            raise ValueError(
                f"{self.kind} reads three axes, (batch, timesteps, features), but the input shape {shape} has "
                f"{len(shape)}.{self._rank_repair(shape)}"
            )
        if self.stateful:
            check_batch(self.kind, shape)
        return Sizes(units=self.units, features=self._known_axis(shape, 2, "features of a timestep"))

    @staticmethod
    def _rank_repair(shape: Shape) -> str:
        if len(shape) == 2:
            return (
                f" If that is (batch, timesteps) of words, put an Embedding before it; if it is (timesteps, features), "
                f"the batch axis is missing: {(None, *shape)}."
            )
        return " Flatten the axes of one timestep into one." if len(shape) > 3 else ""

    def _read(self, shapes: tuple[Shape, ...]) -> Shape:
        return shapes[0]  # further tensors are the states to start with, which have no weights

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        yield Weight.of_gates("kernel", (sizes.features, sizes.units), self.gates)
        yield Weight.of_gates("recurrent_kernel", (sizes.units, sizes.units), self.gates)
        if self.use_bias:
            yield Weight.of_gates("bias", self._bias_axes(sizes), self.gates)

    def _output_shape(self, shape: Shape) -> Any:
        batch, timesteps, _ = shape
        output = (batch, timesteps, self.units) if self.return_sequences else (batch, self.units)
        return (output, *[(batch, self.units)] * len(self.states)) if self.return_state else output


def check_batch(kind: str, shape: Shape) -> None:
    """Refuses a shape whose batch axis is unknown: a stateful layer keeps one state for each sequence of the batch."""
    if shape[0] is None:
        raise ValueError(
            f"{kind}: stateful=True keeps one state for each sequence of the batch, so it must know how many there "
            f"are, but axis 0 (the batch) of {shape} is None. Give its size, such as {(32, *shape[1:])}."
        )


def _name_of(function: Any) -> str:
    """An activation's name, for the box that it gets in the diagram."""
    if function is None:
        return "linear"
    return function if isinstance(function, str) else getattr(function, "__name__", type(function).__name__)


def lstm_gates(activation: Any, recurrent_activation: Any) -> tuple[Gate, ...]:
    """An LSTM's four gates, in the order in which Keras stores them."""
    gate, candidate = _name_of(recurrent_activation), _name_of(activation)
    return (
        Gate("i", "input gate", gate),
        Gate("f", "forget gate", gate),
        Gate("c_tilde", "candidate", candidate),
        Gate("o", "output gate", gate),
    )


@layer
class SimpleRNN(Recurrent):
    """One dense layer over the new input and its own last output: ``units · (units + features + 1)``."""

    units: int = arg.size()
    activation: Any = arg.activation(default="tanh")
    use_bias: bool = arg.flag(default=True)
    kernel_initializer: Any = arg.initializer(default="glorot_uniform")
    recurrent_initializer: Any = arg.initializer(default="orthogonal")
    bias_initializer: Any = arg.initializer(default="zeros")
    kernel_regularizer: Any = arg.regularizer(default=None)
    recurrent_regularizer: Any = arg.regularizer(default=None)
    bias_regularizer: Any = arg.regularizer(default=None)
    activity_regularizer: Any = arg.regularizer(default=None)
    kernel_constraint: Any = arg.constraint(default=None)
    recurrent_constraint: Any = arg.constraint(default=None)
    bias_constraint: Any = arg.constraint(default=None)
    dropout: float = arg.rate(default=0.0)
    recurrent_dropout: float = arg.rate(default=0.0)
    return_sequences: bool = arg.flag(default=False)
    return_state: bool = arg.flag(default=False)
    go_backwards: bool = arg.flag(default=False)
    stateful: bool = arg.flag(default=False)
    unroll: bool = arg.flag(default=False)
    seed: int | None = arg.seed(default=None)

    @property
    def gates(self) -> tuple[Gate, ...]:
        return (Gate("h", "new state", _name_of(self.activation)),)


@layer
class LSTM(Recurrent):
    """Four gates around a cell state: ``4 · units · (units + features + 1)``.

    Keras stores the gates in the order i, f, c, o. Source of the formula: Chilakapati 2019, equation 3.
    """

    units: int = arg.size()
    activation: Any = arg.activation(default="tanh")
    recurrent_activation: Any = arg.activation(default="sigmoid")
    use_bias: bool = arg.flag(default=True)
    kernel_initializer: Any = arg.initializer(default="glorot_uniform")
    recurrent_initializer: Any = arg.initializer(default="orthogonal")
    bias_initializer: Any = arg.initializer(default="zeros")
    unit_forget_bias: bool = arg.flag(default=True)
    kernel_regularizer: Any = arg.regularizer(default=None)
    recurrent_regularizer: Any = arg.regularizer(default=None)
    bias_regularizer: Any = arg.regularizer(default=None)
    activity_regularizer: Any = arg.regularizer(default=None)
    kernel_constraint: Any = arg.constraint(default=None)
    recurrent_constraint: Any = arg.constraint(default=None)
    bias_constraint: Any = arg.constraint(default=None)
    dropout: float = arg.rate(default=0.0)
    recurrent_dropout: float = arg.rate(default=0.0)
    seed: int | None = arg.seed(default=None)
    return_sequences: bool = arg.flag(default=False)
    return_state: bool = arg.flag(default=False)
    go_backwards: bool = arg.flag(default=False)
    stateful: bool = arg.flag(default=False)
    unroll: bool = arg.flag(default=False)
    use_cudnn: Any = arg.cudnn(default="auto")

    @property
    def gates(self) -> tuple[Gate, ...]:
        return lstm_gates(self.activation, self.recurrent_activation)

    @property
    def states(self) -> tuple[str, ...]:
        return ("h", "c")


@layer
class GRU(Recurrent):
    """Three gates and no cell state: ``3 · units · (units + features + 2)``, or ``+ 1`` with ``reset_after=False``.

    Keras stores the gates in the order z, r, h. With ``reset_after=True``, the default since TensorFlow 2, the bias has
    shape (2, 3 · units): one for the input's product and one for the state's. The article's count holds for
    ``reset_after=False``. Source: Keras, ``GRUCell.build``.
    """

    units: int = arg.size()
    activation: Any = arg.activation(default="tanh")
    recurrent_activation: Any = arg.activation(default="sigmoid")
    use_bias: bool = arg.flag(default=True)
    kernel_initializer: Any = arg.initializer(default="glorot_uniform")
    recurrent_initializer: Any = arg.initializer(default="orthogonal")
    bias_initializer: Any = arg.initializer(default="zeros")
    kernel_regularizer: Any = arg.regularizer(default=None)
    recurrent_regularizer: Any = arg.regularizer(default=None)
    bias_regularizer: Any = arg.regularizer(default=None)
    activity_regularizer: Any = arg.regularizer(default=None)
    kernel_constraint: Any = arg.constraint(default=None)
    recurrent_constraint: Any = arg.constraint(default=None)
    bias_constraint: Any = arg.constraint(default=None)
    dropout: float = arg.rate(default=0.0)
    recurrent_dropout: float = arg.rate(default=0.0)
    seed: int | None = arg.seed(default=None)
    return_sequences: bool = arg.flag(default=False)
    return_state: bool = arg.flag(default=False)
    go_backwards: bool = arg.flag(default=False)
    stateful: bool = arg.flag(default=False)
    unroll: bool = arg.flag(default=False)
    reset_after: bool = arg.flag(default=True)
    use_cudnn: Any = arg.cudnn(default="auto")

    @property
    def gates(self) -> tuple[Gate, ...]:
        gate, candidate = _name_of(self.recurrent_activation), _name_of(self.activation)
        return (
            Gate("z", "update gate", gate),
            Gate("r", "reset gate", gate),
            Gate("h_tilde", "candidate", candidate, reads_reset_state=True),
        )

    def _bias_axes(self, sizes: Sizes) -> tuple[Expression, ...]:
        return (Number(2), sizes.units) if self.reset_after else (sizes.units,)
