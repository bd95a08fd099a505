"""Convolutions that keep channels apart: DepthwiseConv1D and 2D, and SeparableConv1D and 2D, which then mix them.

A full convolution pays for each entry of the window in each channel in each filter. A depthwise one has a window a
channel and mixes nothing; a separable one mixes afterwards, with windows of a single entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers.built import Shape, Weight
from tutor.layers.convolution import Convolution
from tutor.layers.declaration import layer
from tutor.layers.spatial import IMAGE, STEPS
from tutor.layers.windows import PerAxis
from tutor.symbols import Number, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator


@layer
class DepthwiseConv(Convolution):
    """The fields of DepthwiseConv1D; DepthwiseConv2D differs from it in its number of axes."""

    kernel_size: PerAxis = arg.sizes(1)
    strides: PerAxis = arg.sizes(1, default=1)
    padding: str = arg.choice("valid", "same", default="valid")
    depth_multiplier: int = arg.size(default=1)
    data_format: str | None = arg.data_format(default=None)
    dilation_rate: PerAxis = arg.sizes(1, default=1)
    activation: Any = arg.activation(default=None)
    use_bias: bool = arg.flag(default=True)
    depthwise_initializer: Any = arg.initializer(default="glorot_uniform")
    bias_initializer: Any = arg.initializer(default="zeros")
    depthwise_regularizer: Any = arg.regularizer(default=None)
    bias_regularizer: Any = arg.regularizer(default=None)
    activity_regularizer: Any = arg.regularizer(default=None)
    depthwise_constraint: Any = arg.constraint(default=None)
    bias_constraint: Any = arg.constraint(default=None)

    def _sizes(self, shape: Shape) -> Sizes:
        sizes = self._kernel_and_channels(shape)
        channels = sizes.pop("channels")
        return Sizes(channels=channels, depth_multiplier=self.depth_multiplier, **sizes)

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        yield Weight("kernel", (*self._named("kernel_size"), sizes.channels, sizes.depth_multiplier))
        if self.use_bias:
            yield Weight("bias", (sizes.channels * sizes.depth_multiplier,))

    def _output_channels(self, channels: int | None) -> int | None:
        return None if channels is None else channels * self.depth_multiplier


@layer
class DepthwiseConv1D(DepthwiseConv):
    """Each channel through a window of its own: ``channels · depth_multiplier · (kernel_size + 1)``.

    Reads (batch, steps, channels); ``depth_multiplier`` is the number of windows, and so of results, for each channel.
    Source: Keras, ``BaseDepthwiseConv.build``.
    """

    spatial: ClassVar = STEPS


@layer
class DepthwiseConv2D(DepthwiseConv):
    """Each channel through a window of its own: ``channels · depth_multiplier · (kernel_height · kernel_width + 1)``.

    Reads (batch, height, width, channels); ``depth_multiplier`` is the number of windows, and so of results, for each
    channel. Source: Keras, ``BaseDepthwiseConv.build``.
    """

    spatial: ClassVar = IMAGE

    kernel_size: PerAxis = arg.sizes(2)
    strides: PerAxis = arg.sizes(2, default=(1, 1))
    dilation_rate: PerAxis = arg.sizes(2, default=(1, 1))


@layer
class SeparableConv(Convolution):
    """The fields of SeparableConv1D; SeparableConv2D differs from it in its number of axes."""

    filters: int = arg.size()
    kernel_size: PerAxis = arg.sizes(1)
    strides: PerAxis = arg.sizes(1, default=1)
    padding: str = arg.choice("valid", "same", default="valid")
    data_format: str | None = arg.data_format(default=None)
    dilation_rate: PerAxis = arg.sizes(1, default=1)
    depth_multiplier: int = arg.size(default=1)
    activation: Any = arg.activation(default=None)
    use_bias: bool = arg.flag(default=True)
    depthwise_initializer: Any = arg.initializer(default="glorot_uniform")
    pointwise_initializer: Any = arg.initializer(default="glorot_uniform")
    bias_initializer: Any = arg.initializer(default="zeros")
    depthwise_regularizer: Any = arg.regularizer(default=None)
    pointwise_regularizer: Any = arg.regularizer(default=None)
    bias_regularizer: Any = arg.regularizer(default=None)
    activity_regularizer: Any = arg.regularizer(default=None)
    depthwise_constraint: Any = arg.constraint(default=None)
    pointwise_constraint: Any = arg.constraint(default=None)
    bias_constraint: Any = arg.constraint(default=None)

    def _sizes(self, shape: Shape) -> Sizes:
        sizes = self._kernel_and_channels(shape)
        return Sizes(filters=self.filters, **sizes, depth_multiplier=self.depth_multiplier)

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        ones = [Number(1)] * len(self.spatial)
        kernel = (*self._named("kernel_size"), sizes.channels, sizes.depth_multiplier)
        yield Weight("depthwise_kernel", kernel, part="depthwise")
        mixed = (*ones, sizes.channels * sizes.depth_multiplier, sizes.filters)
        yield Weight("pointwise_kernel", mixed, part="pointwise")
        if self.use_bias:
            yield Weight("bias", (sizes.filters,), part="pointwise")

    def _output_channels(self, channels: int | None) -> int:
        return self.filters


@layer
class SeparableConv1D(SeparableConv):
    """A window for each channel, then filters that mix the channels at each step.

    ``kernel_size · channels · depth_multiplier + filters · (channels · depth_multiplier + 1)``: first the depthwise
    part, then the pointwise one, which has the bias. Reads (batch, steps, channels).
    Source: Keras, ``BaseSeparableConv.build``.
    """

    spatial: ClassVar = STEPS


@layer
class SeparableConv2D(SeparableConv):
    """A window for each channel, then filters that mix the channels at each pixel.

    ``kernel_height · kernel_width · channels · depth_multiplier + filters · (channels · depth_multiplier + 1)``: first
    the depthwise part, then the pointwise one, which has the bias. Reads (batch, height, width, channels).
    Source: Keras, ``BaseSeparableConv.build``.
    """

    spatial: ClassVar = IMAGE

    kernel_size: PerAxis = arg.sizes(2)
    strides: PerAxis = arg.sizes(2, default=(1, 1))
    dilation_rate: PerAxis = arg.sizes(2, default=(1, 1))


# Keras's other names for the same.
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
