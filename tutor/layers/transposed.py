"""Conv1DTranspose, Conv2DTranspose and Conv3DTranspose: a convolution's way back, from few places to many.

As many weights as the convolution of the same arguments; only filters and channels change places in the kernel's shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers.built import Shape, Weight
from tutor.layers.convolution import Convolution
from tutor.layers.declaration import layer
from tutor.layers.spatial import IMAGE, STEPS, VOLUME
from tutor.layers.windows import PerAxis, unslid
from tutor.symbols import Expression, Size, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator


@layer
class ConvTranspose(Convolution):
    """The fields of Conv1DTranspose; the other two differ from it in their number of axes."""

    filters: int = arg.size()
    kernel_size: PerAxis = arg.sizes(1)
    strides: PerAxis = arg.sizes(1, default=1)
    padding: str = arg.choice("valid", "same", default="valid")
    output_padding: PerAxis | None = arg.sizes(1, default=None, minimum=0)
    data_format: str | None = arg.data_format(default=None)
    dilation_rate: PerAxis = arg.sizes(1, default=1)
    activation: Any = arg.activation(default=None)
    use_bias: bool = arg.flag(default=True)
    kernel_initializer: Any = arg.initializer(default="glorot_uniform")
    bias_initializer: Any = arg.initializer(default="zeros")
    kernel_regularizer: Any = arg.regularizer(default=None)
    bias_regularizer: Any = arg.regularizer(default=None)
    activity_regularizer: Any = arg.regularizer(default=None)
    kernel_constraint: Any = arg.constraint(default=None)
    bias_constraint: Any = arg.constraint(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._refuse_strides_with_dilation()
        if self.output_padding is None:
            return
        for axis, added, stride in zip(
            self.spatial, self._numbers("output_padding"), self._numbers("strides"), strict=True
        ):
            if added >= stride:
                raise ValueError(
                    f"{self.kind}: output_padding={self.output_padding} chooses among the sizes that a stride leaves "
                    f"open, so it must be smaller than strides={self.strides}: along the {axis} from 0 to {stride - 1}."
                )

    def _sizes(self, shape: Shape) -> Sizes:
        return Sizes(filters=self.filters, **self._kernel_and_channels(shape))

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        yield Weight("kernel", (*self._named("kernel_size"), sizes.filters, sizes.channels))
        if self.use_bias:
            yield Weight("bias", (sizes.filters,))

    def _output_channels(self, channels: int | None) -> int:
        return self.filters

    def _rule(self, axis: Size, window: Size, stride: Size, dilation: Size) -> Expression:
        number = self.spatial.index(axis.name)
        output_padding = None if self.output_padding is None else self._named("output_padding")[number]
        return unslid(axis, window, stride, dilation, self.padding, output_padding)

    def _why_nothing_is_left(self, shape: Shape, number: int) -> str:
        axis, place = self.spatial[number], self._places[number]
        return (
            f"{self.kind}: nothing is left of axis {place} ({axis}) of the input shape {shape}: with "
            f"padding='same' and output_padding={self.output_padding} its size becomes "
            f"{self._output_rules(shape)[axis].numbers} = 0. Leave output_padding out, or make the axis longer."
        )


@layer
class Conv1DTranspose(ConvTranspose):
    """The way back of a Conv1D: ``filters · (kernel_size · channels + 1)``. Reads (batch, steps, channels).

    Source: Keras, ``BaseConvTranspose.build``.
    """

    spatial: ClassVar = STEPS


@layer
class Conv2DTranspose(ConvTranspose):
    """The way back of a Conv2D: ``filters · (kernel_height · kernel_width · channels + 1)``.

    Reads (batch, height, width, channels). Source: Keras, ``BaseConvTranspose.build``.
    """

    spatial: ClassVar = IMAGE

    kernel_size: PerAxis = arg.sizes(2)
    strides: PerAxis = arg.sizes(2, default=(1, 1))
    output_padding: PerAxis | None = arg.sizes(2, default=None, minimum=0)
    dilation_rate: PerAxis = arg.sizes(2, default=(1, 1))


@layer
class Conv3DTranspose(ConvTranspose):
    """The way back of a Conv3D: ``filters · (kernel_depth · kernel_height · kernel_width · channels + 1)``.

    Reads (batch, depth, height, width, channels). Source: Keras, ``BaseConvTranspose.build``.
    """

    spatial: ClassVar = VOLUME
    # Keras puts data_format before output_padding in this one of the three.
    positional: ClassVar = tuple(
        """filters kernel_size strides padding data_format output_padding dilation_rate activation use_bias
        kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint
        bias_constraint""".split()
    )

    kernel_size: PerAxis = arg.sizes(3)
    strides: PerAxis = arg.sizes(3, default=(1, 1, 1))
    output_padding: PerAxis | None = arg.sizes(3, default=None, minimum=0)
    dilation_rate: PerAxis = arg.sizes(3, default=(1, 1, 1))


# Keras's other names for the same.
Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
