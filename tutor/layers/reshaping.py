"""The layers that change a shape and own nothing: Flatten, Reshape, Permute, padding, cropping, upsampling.

No weights, so no formula; but a Flatten before a Dense decides how many weights that Dense has.
"""

from __future__ import annotations

from math import prod
from operator import mul
from typing import Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers.base import Layer
from tutor.layers.built import Shape
from tutor.layers.declaration import layer
from tutor.layers.spatial import IMAGE, STEPS, VOLUME, Spatial
from tutor.symbols import Sizes


@layer
class Flatten(Layer):
    """All axes but the batch in a row: (None, 7, 7, 64) becomes (None, 3136), and unknown where one axis is unknown."""

    data_format: str | None = arg.data_format(default=None)

    def _sizes(self, shape: Shape) -> Sizes:
        if not shape:
            raise ValueError("Flatten keeps the batch axis, but the input shape () has no axis at all.")
        return Sizes()

    def _output_shape(self, shape: Shape) -> Shape:
        known = [axis for axis in shape[1:] if axis is not None]
        return (shape[0], prod(known) if len(known) == len(shape) - 1 else None)


@layer
class Reshape(Layer):
    """The same numbers under other axes: (None, 16) becomes (None, 4, 4, 1). A -1 stands for what is left over."""

    target_shape: tuple[int | None, ...] = arg.shape(minimum=-1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if 0 in self.target_shape:
            raise ValueError(f"{self._target} has an axis of no entries. Write a size, or -1 for what is left over.")
        if len([axis for axis in self.target_shape if axis in (-1, None)]) > 1:
            raise ValueError(f"{self._target} leaves more than one axis open, but only one can be worked out.")

    @property
    def _target(self) -> str:
        return f"Reshape: target_shape={self.target_shape}"

    def _sizes(self, shape: Shape) -> Sizes:
        if not shape:
            raise ValueError("Reshape keeps the batch axis, but the input shape () has no axis at all.")
        given = [axis for axis in shape[1:] if axis is not None]
        held, wanted = prod(given), prod(axis for axis in self.target_shape if axis not in (-1, None))
        is_open = -1 in self.target_shape or None in self.target_shape
        if len(given) == len(shape) - 1 and (held % wanted if is_open else held != wanted):
            raise ValueError(
                f"{self._target} holds {'multiples of ' if is_open else ''}{wanted:,} numbers, but each example of the "
                f"input shape {shape} holds {held:,}, and reshaping neither adds nor drops any."
            )
        return Sizes()

    def _output_shape(self, shape: Shape) -> Shape:
        target = tuple(None if axis == -1 else axis for axis in self.target_shape)
        if -1 in self.target_shape and None not in shape[1:]:
            rest = prod(axis or 1 for axis in shape[1:]) // prod(axis or 1 for axis in target)
            target = tuple(rest if axis is None else axis for axis in target)
        return (shape[0], *target)


@layer
class Permute(Layer):
    """The axes in another order: ``Permute((2, 1))`` exchanges the two after the batch, which is not counted."""

    dims: tuple[int, ...] = arg.shape(minimum=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        order = list(range(1, len(self.dims) + 1))
        if None in self.dims or sorted(self.dims) != order:
            raise ValueError(
                f"Permute: dims={self.dims} is no order of the axes behind the batch, which are counted from 1: it "
                f"takes each of {', '.join(map(str, order))} once."
            )

    def _sizes(self, shape: Shape) -> Sizes:
        self._check_rank(shape, "batch", *(f"axis {place}" for place in range(1, len(self.dims) + 1)))
        return Sizes()

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], *(shape[axis] for axis in self.dims))


@layer
class RepeatVector(Layer):
    """One vector, n times: (None, 32) becomes (None, n, 32), such as the input of a decoder."""

    n: int = arg.size()

    def _sizes(self, shape: Shape) -> Sizes:
        self._check_rank(shape, "batch", "features")
        return Sizes()

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self.n, shape[1])


def _pairs(margins: Any, rank: int) -> list[tuple[int, int]]:
    """What Keras's shorthands for margins stand for: a pair, before and after, for each spatial axis."""
    each = (margins,) * rank if isinstance(margins, int) or rank == 1 else margins
    return [(pair, pair) if isinstance(pair, int) else pair for pair in each]


class _ZeroPadding(Spatial):
    padding: Any

    def _output_shape(self, shape: Shape) -> Shape:
        return self._resized(shape, lambda size, ends: size + sum(ends), _pairs(self.padding, len(self.spatial)))


@layer
class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after a sequence: ``steps + before + after``."""

    spatial: ClassVar = STEPS

    padding: Any = arg.margins(1, default=1)
    data_format: str | None = arg.data_format(default=None)


@layer
class ZeroPadding2D(_ZeroPadding):
    """Zeros around an image: ``height + top + bottom``, ``width + left + right``."""

    spatial: ClassVar = IMAGE

    padding: Any = arg.margins(2, default=(1, 1))
    data_format: str | None = arg.data_format(default=None)


@layer
class ZeroPadding3D(_ZeroPadding):
    """Zeros around a volume."""

    spatial: ClassVar = VOLUME

    padding: Any = arg.margins(3, default=((1, 1), (1, 1), (1, 1)))
    data_format: str | None = arg.data_format(default=None)


class _Cropping(Spatial):
    cropping: Any

    def _output_shape(self, shape: Shape) -> Shape:
        pairs = _pairs(self.cropping, len(self.spatial))
        output = self._resized(shape, lambda size, ends: size - sum(ends), pairs)
        for name, place, ends in zip(self.spatial, self._places, pairs, strict=True):
            size = output[place]
            if size is not None and size < 1:
                raise ValueError(
                    f"{self.kind}: cropping={self.cropping} takes {ends[0]} + {ends[1]} off the {name}, axis {place} "
                    f"of the input shape {shape}, of which that leaves nothing. Crop less than {shape[place]}."
                )
        return output


@layer
class Cropping1D(_Cropping):
    """A sequence without its ends: ``steps − before − after``."""

    spatial: ClassVar = STEPS

    cropping: Any = arg.margins(1, default=(1, 1))


@layer
class Cropping2D(_Cropping):
    """An image without its border: ``height − top − bottom``, ``width − left − right``."""

    spatial: ClassVar = IMAGE

    cropping: Any = arg.margins(2, default=((0, 0), (0, 0)))
    data_format: str | None = arg.data_format(default=None)


@layer
class Cropping3D(_Cropping):
    """A volume without its border."""

    spatial: ClassVar = VOLUME

    cropping: Any = arg.margins(3, default=((1, 1), (1, 1), (1, 1)))
    data_format: str | None = arg.data_format(default=None)


class _UpSampling(Spatial):
    size: int | tuple[int, ...]

    def _output_shape(self, shape: Shape) -> Shape:
        size = (self.size,) * len(self.spatial) if isinstance(self.size, int) else self.size
        return self._resized(shape, mul, size)


@layer
class UpSampling1D(_UpSampling):
    """Each step ``size`` times: ``steps · size``."""

    spatial: ClassVar = STEPS

    size: int = arg.size(default=2)


@layer
class UpSampling2D(_UpSampling):
    """Each row and column of an image so many times, or what lies between them worked out by ``interpolation``."""

    spatial: ClassVar = IMAGE

    size: int | tuple[int, ...] = arg.sizes(2, default=(2, 2))
    data_format: str | None = arg.data_format(default=None)
    interpolation: str = arg.choice("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area", default="nearest")


@layer
class UpSampling3D(_UpSampling):
    """Each slice, row and column of a volume so many times."""

    spatial: ClassVar = VOLUME

    size: int | tuple[int, ...] = arg.sizes(3, default=(2, 2, 2))
    data_format: str | None = arg.data_format(default=None)
