"""What the layers share that read images and their like: a batch axis, one to three spatial axes, and the channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from tutor.layers.base import Layer
from tutor.layers.built import Shape
from tutor.symbols import Sizes

_Amount = TypeVar("_Amount")

STEPS = ("steps",)
IMAGE = ("height", "width")
VOLUME = ("depth", "height", "width")


class Spatial(Layer):
    """A layer that knows which axes are spatial; its ``data_format``, if it has one, says where the channels stand."""

    spatial: ClassVar[tuple[str, ...]]
    #: The axes in front of the spatial ones.
    leading: ClassVar[tuple[str, ...]] = ("batch",)

    def _sizes(self, shape: Shape) -> Sizes:
        names = [*self.leading, *self.spatial]
        names.insert(self._channel_place, "channels")
        self._check_rank(shape, *names, repair=self._rank_repair(shape))
        return Sizes()

    def _rank_repair(self, shape: Shape) -> str:
        surplus = len(shape) - len(self.leading) - len(self.spatial) - 1
        if surplus == -1 and shape[0] is None and len(self.leading) == 1:
            place = self._channel_place
            fitting = (*shape[:place], 1, *shape[place:])
            words = " An Embedding makes channels of words." if self.spatial == STEPS else ""
            return f" Are the channels missing? Where one number stands at each place, there is one: {fitting}.{words}"
        if surplus == 1:
            return " TimeDistributed around it would take each entry of axis 1, such as a video's frames, by itself."
        return ""

    @property
    def _channels_first(self) -> bool:
        return getattr(self, "data_format", None) == "channels_first"

    @property
    def _places(self) -> range:
        """Where the spatial axes stand in a shape."""
        first = len(self.leading) + self._channels_first
        return range(first, first + len(self.spatial))

    @property
    def _channel_place(self) -> int:
        """Where the channels stand in a shape."""
        return len(self.leading) + (0 if self._channels_first else len(self.spatial))

    def _resized(self, shape: Shape, rule: Callable[[int, _Amount], int], amounts: Sequence[_Amount]) -> Shape:
        """The shape with the rule and its amount applied to each spatial axis that is known."""
        axes = list(shape)
        for place, amount in zip(self._places, amounts, strict=True):
            size = axes[place]
            axes[place] = None if size is None else rule(size, amount)
        return tuple(axes)
