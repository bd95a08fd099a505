"""The layers that make one tensor of several: they own nothing, and read a list of shapes.

>>> Concatenate().build([(None, 256), (None, 128)]).output_shape
(None, 384)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import ClassVar, TypeAlias

from tutor.layers import arguments as arg
from tutor.layers.base import Layer
from tutor.layers.built import Shape
from tutor.layers.checking import shown
from tutor.layers.declaration import layer
from tutor.symbols import Sizes

Shapes: TypeAlias = tuple[Shape, ...]


class Merge(Layer):
    """What they share: several inputs, each with its batch axis, of one batch."""

    #: How many inputs, where any number will not do.
    inputs: ClassVar[int | None] = None

    def _checked_input(self, given: object) -> Shapes:
        example = "[(None, 256), (None, 256)]"
        if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
            raise TypeError(f"{self.kind}: input_shape={shown(given)} is not a list of shapes, such as {example}.")
        shapes = tuple(given)
        if not shapes or any(shape is None or isinstance(shape, int) for shape in shapes):
            raise ValueError(
                f"{self.kind} reads a list of inputs, but {shown(shapes)} is not a list of shapes, such as {example}."
            )
        if self.inputs is not None and len(shapes) != self.inputs:
            raise ValueError(f"{self.kind} reads {self.inputs} inputs, but {len(shapes)} were given: {shown(shapes)}.")
        return tuple(self._checked_shape(shape) for shape in shapes)

    def _read(self, shapes: Shapes) -> Shapes:
        return shapes

    def _sizes(self, shape: Shapes) -> Sizes:
        if () in shape:
            raise ValueError(f"{self.kind}: each input has a batch axis, but the input shapes {shape} hold a ().")
        if len(self._batches(shape)) > 1:
            raise ValueError(f"{self.kind}: the inputs {shape} are of different batches; axis 0 must be the same.")
        return Sizes()

    @staticmethod
    def _batches(shapes: Shapes) -> set[int]:
        return {shape[0] for shape in shapes if shape[0] is not None}


class _Elementwise(Merge):
    """Number by number; an axis of one entry is repeated as often as the other input needs, and so is a missing one."""

    def _output_shape(self, shape: Shapes) -> Shape:
        return (next(iter(self._batches(shape)), None), *reduce(self._broadcast, (axes[1:] for axes in shape)))

    def _broadcast(self, one: Shape, other: Shape) -> Shape:
        """Two shapes without their batch axes, the shorter one aligned with the end of the longer one."""
        longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
        start = len(longer) - len(shorter)
        common = range(-len(shorter), 0)
        return (*longer[:start], *(self._fit(longer[place], shorter[place], place) for place in common))

    def _fit(self, one: int | None, other: int | None, place: int) -> int | None:
        if one is None or other is None:
            return None
        if one != other and 1 not in (one, other):
            raise ValueError(
                f"{self.kind} works number by number, but on axis {place} its inputs have {one} and {other} entries. "
                f"They must be equal, or one of them 1. To put inputs side by side instead, use Concatenate."
            )
        return max(one, other)


@layer
class Add(_Elementwise):
    """The sum, such as a residual connection's."""


@layer
class Subtract(_Elementwise):
    """The first input less the second."""

    inputs: ClassVar = 2


@layer
class Multiply(_Elementwise):
    """The product, number by number, such as a gate's."""


@layer
class Average(_Elementwise):
    """The mean of the inputs."""


@layer
class Maximum(_Elementwise):
    """The largest of the inputs, number by number."""


@layer
class Minimum(_Elementwise):
    """The smallest of the inputs, number by number."""


@layer
class Concatenate(Merge):
    """The inputs side by side along one axis, whose sizes add up; the other axes must agree."""

    axis: int = arg.integer(default=-1)

    def _sizes(self, shape: Shapes) -> Sizes:
        if () in shape or len({len(axes) for axes in shape}) > 1:
            raise ValueError(f"Concatenate: the inputs {shape} must have the same number of axes, at least one.")
        joined = self._place(shape[0], self.axis)
        for place, sizes in enumerate(zip(*shape, strict=True)):
            if place != joined and len(set(sizes) - {None}) > 1:
                raise ValueError(
                    f"Concatenate joins the inputs along axis {joined}, so they must agree on all others, but on axis "
                    f"{place} they have {' and '.join(map(str, sizes))} entries: {shape}."
                )
        return Sizes()

    def _output_shape(self, shape: Shapes) -> Shape:
        first, joined = shape[0], self._place(shape[0], self.axis)
        along = [axes[joined] for axes in shape]
        total = None if None in along else sum(size for size in along if size is not None)
        return (*first[:joined], total, *first[joined + 1 :])


@layer
class Dot(Merge):
    """Products summed along one axis of either input, which both lose; ``normalize=True`` makes cosines of them."""

    inputs: ClassVar = 2

    axes: int | tuple[int, ...] = arg.sizes(2, minimum=None)
    normalize: bool = arg.flag(default=False)

    def _places(self, shapes: Shapes) -> tuple[int, ...]:
        axes = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        return tuple(self._place(shape, axis, "axes") for shape, axis in zip(shapes, axes, strict=True))

    def _sizes(self, shape: Shapes) -> Sizes:
        sizes = super()._sizes(shape)
        first, second = self._places(shape)
        if 0 in (first, second):
            raise ValueError(f"Dot: axes={self.axes} means the batch, axis 0, of {shape}, which is never summed over.")
        one, other = shape[0][first], shape[1][second]
        if one != other:
            raise ValueError(
                f"Dot: axes={self.axes} pairs axis {first} of {shape[0]} with axis {second} of {shape[1]}, but they "
                f"have {one} and {other} entries, which must be equal."
            )
        return sizes

    def _output_shape(self, shape: Shapes) -> Shape:
        first, second = self._places(shape)
        left = (*shape[0][:first], *shape[0][first + 1 :])
        right = (*shape[1][1:second], *shape[1][second + 1 :])
        return (*left, *right) if len(left) + len(right) > 1 else (*left, 1)
