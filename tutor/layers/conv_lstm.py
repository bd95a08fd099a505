"""ConvLSTM1D, ConvLSTM2D and ConvLSTM3D: an LSTM whose gates are convolutions and whose state is a picture.

Each of the four gates slides one kernel over the new input and another over the old state, so it owns
``filters · (window · (filters + channels) + 1)`` parameters, where the window is the product of the kernel's sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers.built import Gate, Shape, Weight
from tutor.layers.convolution import Convolution
from tutor.layers.declaration import layer
from tutor.layers.recurrent import check_batch, lstm_gates
from tutor.layers.spatial import IMAGE, STEPS, VOLUME
from tutor.layers.windows import PerAxis
from tutor.symbols import Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator


@layer
class ConvLSTM(Convolution):
    """The fields of ConvLSTM1D; the other two differ from it in their number of axes."""

    leading: ClassVar = ("batch", "timesteps")

    filters: int = arg.size()
    kernel_size: PerAxis = arg.sizes(1)
    strides: PerAxis = arg.sizes(1, default=1)
    padding: str = arg.choice("valid", "same", default="valid")
    data_format: str | None = arg.data_format(default=None)
    dilation_rate: PerAxis = arg.sizes(1, default=1)
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

    def __post_init__(self) -> None:
        super().__post_init__()
        self._refuse_strides_with_dilation()

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates, in the order in which Keras stores them."""
        return lstm_gates(self.activation, self.recurrent_activation)

    def _sizes(self, shape: Shape) -> Sizes:
        sizes = self._kernel_and_channels(shape)
        for axis, place in zip(self.spatial, self._places, strict=True):
            if shape[place] is None:
                raise ValueError(
                    f"{self.kind}: axis {place} ({axis}) of the input shape {shape} is None, but the state goes "
                    f"from timestep to timestep at a fixed size. Give it, such as "
                    f"{(*shape[:place], 64, *shape[place + 1 :])}."
                )
        if self.stateful:
            check_batch(self.kind, shape)
        return Sizes(filters=self.filters, **sizes)

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        kernel = self._named("kernel_size")
        yield Weight.of_gates("kernel", (*kernel, sizes.channels, sizes.filters), self.gates)
        yield Weight.of_gates("recurrent_kernel", (*kernel, sizes.filters, sizes.filters), self.gates)
        if self.use_bias:
            yield Weight.of_gates("bias", (sizes.filters,), self.gates)

    def _output_channels(self, channels: int | None) -> int:
        return self.filters

    def _output_shape(self, shape: Shape) -> Any:
        batch, timesteps, *state = super()._output_shape(shape)
        output = (batch, timesteps, *state) if self.return_sequences else (batch, *state)
        return (output, (batch, *state), (batch, *state)) if self.return_state else output


@layer
class ConvLSTM1D(ConvLSTM):
    """An LSTM over sequences of sequences: ``4 · filters · (kernel_size · (filters + channels) + 1)``.

    Reads (batch, timesteps, steps, channels). Source: Keras, ``ConvLSTMCell.build``.
    """

    spatial: ClassVar = STEPS


@layer
class ConvLSTM2D(ConvLSTM):
    """An LSTM over films. Reads (batch, timesteps, height, width, channels).

    ``4 · filters · (kernel_height · kernel_width · (filters + channels) + 1)``.
    Source: Keras, ``ConvLSTMCell.build``.
    """

    spatial: ClassVar = IMAGE

    kernel_size: PerAxis = arg.sizes(2)
    strides: PerAxis = arg.sizes(2, default=1)
    dilation_rate: PerAxis = arg.sizes(2, default=1)


@layer
class ConvLSTM3D(ConvLSTM):
    """An LSTM over sequences of volumes. Reads (batch, timesteps, depth, height, width, channels).

    As a ConvLSTM2D, with ``kernel_depth`` as a further factor beside the kernel's height and width.
    Source: Keras, ``ConvLSTMCell.build``.
    """

    spatial: ClassVar = VOLUME

    kernel_size: PerAxis = arg.sizes(3)
    strides: PerAxis = arg.sizes(3, default=1)
    dilation_rate: PerAxis = arg.sizes(3, default=1)
