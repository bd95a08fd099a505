"""Pooling: a window slides over each channel and keeps its largest entry, or the mean. No weights, other shapes.

Global pooling takes the whole input for its window, so nothing is left of the spatial axes.
"""

from __future__ import annotations

from typing import ClassVar

from tutor.layers import arguments as arg
from tutor.layers.built import Shape
from tutor.layers.declaration import layer
from tutor.layers.spatial import IMAGE, STEPS, VOLUME, Spatial
from tutor.layers.windows import PerAxis, Windowed


@layer
class Pooling(Windowed):
    """The fields of AveragePooling1D; the other five differ from it in their number of axes and their defaults."""

    window: ClassVar = "pool_size"
    # Keras's pooling layers take their name as the last positional argument.
    positional: ClassVar = ("pool_size", "strides", "padding", "data_format", "name")

    pool_size: PerAxis = arg.sizes(1)
    strides: PerAxis | None = arg.sizes(1, default=None)
    # Unlike convolutions, they take it in small letters only.
    padding: str = arg.choice("valid", "same", default="valid", any_case=False)
    data_format: str | None = arg.data_format(default=None)

    def _numbers(self, argument: str) -> tuple[int, ...]:
        own_size = argument == "strides" and self.strides is None
        return super()._numbers("pool_size" if own_size else argument)


@layer
class MaxPooling1D(Pooling):
    """The largest entry of each window, channel by channel. Reads (batch, steps, channels).

    Windows lie side by side unless ``strides`` says otherwise: by default they are ``pool_size`` apart.
    """

    spatial: ClassVar = STEPS

    pool_size: PerAxis = arg.sizes(1, default=2)


@layer
class MaxPooling2D(Pooling):
    """The largest entry of each window, channel by channel. Reads (batch, height, width, channels).

    Windows lie side by side unless ``strides`` says otherwise: by default they are ``pool_size`` apart.
    """

    spatial: ClassVar = IMAGE

    pool_size: PerAxis = arg.sizes(2, default=(2, 2))
    strides: PerAxis | None = arg.sizes(2, default=None)


@layer
class MaxPooling3D(Pooling):
    """The largest entry of each window, channel by channel. Reads (batch, depth, height, width, channels).

    Windows lie side by side unless ``strides`` says otherwise: by default they are ``pool_size`` apart.
    """

    spatial: ClassVar = VOLUME

    pool_size: PerAxis = arg.sizes(3, default=(2, 2, 2))
    strides: PerAxis | None = arg.sizes(3, default=None)


@layer
class AveragePooling1D(Pooling):
    """The mean of each window, channel by channel. Reads (batch, steps, channels); sizes as MaxPooling1D's."""

    spatial: ClassVar = STEPS


@layer
class AveragePooling2D(Pooling):
    """The mean of each window, channel by channel. Reads (batch, height, width, channels); sizes as MaxPooling2D's."""

    spatial: ClassVar = IMAGE

    pool_size: PerAxis = arg.sizes(2)
    strides: PerAxis | None = arg.sizes(2, default=None)


@layer
class AveragePooling3D(Pooling):
    """The mean of each window, channel by channel. Reads (batch, depth, height, width, channels); as MaxPooling3D."""

    spatial: ClassVar = VOLUME

    pool_size: PerAxis = arg.sizes(3)
    strides: PerAxis | None = arg.sizes(3, default=None)


@layer
class GlobalPooling(Spatial):
    """One number a channel, whatever the size of the input; ``keepdims`` leaves spatial axes of 1."""

    data_format: str | None = arg.data_format(default=None)
    keepdims: bool = arg.flag(default=False)

    def _output_shape(self, shape: Shape) -> Shape:
        if not self.keepdims:
            return (shape[0], shape[self._channel_place])
        return tuple(1 if place in self._places else size for place, size in enumerate(shape))


@layer
class GlobalMaxPooling1D(GlobalPooling):
    """The largest entry of each channel: (batch, steps, channels) becomes (batch, channels)."""

    spatial: ClassVar = STEPS


@layer
class GlobalMaxPooling2D(GlobalPooling):
    """The largest entry of each channel: (batch, height, width, channels) becomes (batch, channels)."""

    spatial: ClassVar = IMAGE


@layer
class GlobalMaxPooling3D(GlobalPooling):
    """The largest entry of each channel: (batch, depth, height, width, channels) becomes (batch, channels)."""

    spatial: ClassVar = VOLUME


@layer
class GlobalAveragePooling1D(GlobalPooling):
    """The mean of each channel: (batch, steps, channels) becomes (batch, channels)."""

    spatial: ClassVar = STEPS


@layer
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel: (batch, height, width, channels) becomes (batch, channels)."""

    spatial: ClassVar = IMAGE


@layer
class GlobalAveragePooling3D(GlobalPooling):
    """The mean of each channel: (batch, depth, height, width, channels) becomes (batch, channels)."""

    spatial: ClassVar = VOLUME


# Keras's other names for the same.
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
