"""Conv1D, Conv2D and Conv3D: each filter looks through a small window at all channels, and slides over the input.

A filter has one weight for each entry of its window in each channel, and one bias, wherever it is on the picture: the
count has no height and no width in it.
"""

from __future__ import annotations

from dataclasses import fields
from math import gcd
from typing import TYPE_CHECKING, Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers import names
from tutor.layers.built import Shape, Weight
from tutor.layers.declaration import layer
from tutor.layers.spatial import IMAGE, STEPS, VOLUME
from tutor.layers.windows import PerAxis, Windowed
from tutor.symbols import Expression, Quotient, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator


class Convolution(Windowed):
    """What all convolutions share: a kernel, whose window has as many axes as the input has spatial ones."""

    strides: PerAxis
    dilation_rate: PerAxis

    def __post_init__(self) -> None:
        super().__post_init__()
        for argument in fields(self):
            fills_a_kernel = argument.name.endswith("_initializer") and argument.name != "bias_initializer"
            value = getattr(self, argument.name)
            if fills_a_kernel and isinstance(value, str) and value in names.SQUARE_INITIALIZERS:
                raise ValueError(
                    f"{self.kind}: {argument.name}={value!r} makes a square matrix, but a convolution's kernel has "
                    f"{len(self.spatial) + 2} axes. Try {argument.default!r}."
                )

    def _refuse_strides_with_dilation(self) -> None:
        if max(self._numbers("strides")) > 1 and max(self._numbers("dilation_rate")) > 1:
            raise ValueError(
                f"{self.kind}: strides={self.strides} and dilation_rate={self.dilation_rate} do not go together: Keras "
                f"takes larger steps or a wider window, not both. Leave one of them at 1."
            )

    def _kernel_and_channels(self, shape: Shape) -> dict[str, int]:
        super()._sizes(shape)
        kernel = {size.name: size.value for size in self._named("kernel_size")}
        return {**kernel, "channels": self._known_axis(shape, self._channel_place, "channels")}


@layer
class Conv(Convolution):
    """The fields of Conv1D; Conv2D and Conv3D differ from it in their number of axes."""

    filters: int = arg.size()
    kernel_size: PerAxis = arg.sizes(1)
    strides: PerAxis = arg.sizes(1, default=1)
    padding: str = arg.choice("valid", "same", default="valid")
    data_format: str | None = arg.data_format(default=None)
    dilation_rate: PerAxis = arg.sizes(1, default=1)
    groups: int = arg.size(default=1)
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
        if self.filters % self.groups:
            raise ValueError(
                f"{self.kind}: groups={self.groups} does not divide filters={self.filters}, but each group makes an "
                f"equal share of them. Groups may be {_divisors(self.filters)}."
            )

    def _sizes(self, shape: Shape) -> Sizes:
        sizes = self._kernel_and_channels(shape)
        if sizes["channels"] % self.groups:
            raise ValueError(
                f"{self.kind}: groups={self.groups} does not divide the {sizes['channels']} channels of the input "
                f"shape {shape}, but each group reads an equal share of them. With filters={self.filters}, groups may "
                f"be {_divisors(gcd(sizes['channels'], self.filters))}."
            )
        return Sizes(filters=self.filters, **sizes, **({"groups": self.groups} if self.groups > 1 else {}))

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        seen: Expression = Quotient(sizes.channels, sizes.groups) if self.groups > 1 else sizes.channels
        yield Weight("kernel", (*self._named("kernel_size"), seen, sizes.filters))
        if self.use_bias:
            yield Weight("bias", (sizes.filters,))

    def _output_channels(self, channels: int | None) -> int:
        return self.filters


def _divisors(number: int) -> str:
    """The small divisors in words: ``1, 2 or 4``."""
    *rest, last = [str(n) for n in range(1, min(number, 64) + 1) if number % n == 0]
    return f"{', '.join(rest)} or {last}" if rest else last


@layer
class Conv1D(Conv):
    """Filters over a sequence: ``filters · (kernel_size · channels + 1)``. Reads (batch, steps, channels).

    With ``groups``, each filter reads its group's channels alone: ``channels / groups`` in place of ``channels``.
    Only here can ``padding`` be ``"causal"``: as many steps as under ``"same"``, but none reads what comes after it.
    Source of the formula: Chilakapati 2019, the follow-up on data shapes.
    """

    spatial: ClassVar = STEPS

    padding: str = arg.choice("valid", "same", "causal", default="valid")


@layer
class Conv2D(Conv):
    """Filters over an image: ``filters · (kernel_height · kernel_width · channels + 1)``.

    Reads (batch, height, width, channels), or the channels first with ``data_format="channels_first"``. With
    ``groups``, each filter reads its group's channels alone: ``channels / groups`` in place of ``channels``.
    Source of the formula: Chilakapati 2019, the follow-up on data shapes.
    """

    spatial: ClassVar = IMAGE

    kernel_size: PerAxis = arg.sizes(2)
    strides: PerAxis = arg.sizes(2, default=(1, 1))
    dilation_rate: PerAxis = arg.sizes(2, default=(1, 1))


@layer
class Conv3D(Conv):
    """Filters over a volume or a video: ``filters · (kernel_depth · kernel_height · kernel_width · channels + 1)``.

    Reads (batch, depth, height, width, channels). Source: Keras, ``BaseConv.build``.
    """

    spatial: ClassVar = VOLUME

    kernel_size: PerAxis = arg.sizes(3)
    strides: PerAxis = arg.sizes(3, default=(1, 1, 1))
    dilation_rate: PerAxis = arg.sizes(3, default=(1, 1, 1))


# Keras's other names for the same.
Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
