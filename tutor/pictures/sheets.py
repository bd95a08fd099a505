"""A tensor as sheets, one a channel, drawn one behind the other with their sizes on the edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.pictures.scene import Box, Item, Label, Point, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Of the channels, no more than so many are drawn.
MOST_SHEETS = 8
#: No side of a sheet is drawn shorter than this, in points.
SHORTEST = 14.0

_SIZE, _LINE = 9.5, 11.0
_THIN = 0.8
_GAP = 4.0


@dataclass(frozen=True)
class Stack:
    """Sheets of one size, each a step further up and to the right than the one in front of it.

    Attributes:
        x, y: the middle of its whole extent.
        width, height: of one sheet, in points.
        number: how many sheets there are; :data:`MOST_SHEETS` at most are drawn.
        step: from one sheet to the next, in points.
    """

    x: float
    y: float
    width: float
    height: float
    number: int
    step: float

    @property
    def depth(self) -> float:
        """How far the last sheet lies up and to the right of the first."""
        return (min(self.number, MOST_SHEETS) - 1) * self.step

    @property
    def left(self) -> float:
        """The left edge of the sheet in front."""
        return self.x - (self.width + self.depth) / 2

    @property
    def top(self) -> float:
        """The upper edge of the sheet in front."""
        return self.y - (self.height - self.depth) / 2

    @property
    def right(self) -> float:
        """The right edge of the sheet in front."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge of the sheet in front."""
        return self.top + self.height

    @property
    def way_out(self) -> Point:
        """The middle of the last sheet's right edge."""
        return self.right + self.depth, self.top - self.depth + self.height / 2

    def sheets(self, name: str, fill: str = "tensor") -> list[Item]:
        """The sheets, the last one first, always as many items: those that are not there hide behind the last."""
        backs = [min(place * self.step, self.depth) for place in range(MOST_SHEETS)]
        return [
            Box(f"{name}/{place}", self.left + back, self.top - back, self.width, self.height, fill, line=_THIN)
            for place, back in reversed(list(enumerate(backs)))
        ]

    def channels_label(self, name: str, room: float) -> list[Item]:
        """The number of channels, at the end of a line along the upper left edge."""
        left, top = self.left - _GAP, self.top - _GAP
        end = (left + self.depth, top - self.depth)
        words = "1 channel" if self.number == 1 else f"{self.number} channels"
        # A single sheet has no such edge: the line hides on its corner.
        line = ((left, top), end) if self.depth else ((self.left, self.top), (self.left + 0.1, self.top))
        edge = Wire(f"{name}/channels-edge", line, "muted", _THIN, arrow=False)
        return [edge, Label(f"{name}/channels", end[0], end[1] - 7, words, room, _SIZE, "start")]

    def width_label(self, name: str, axis: str, size: int | None, room: float) -> list[Item]:
        """The size of the axis that runs from left to right, below the sheet in front."""
        y = self.bottom + _GAP
        return [
            Wire(f"{name}/{axis}-edge", ((self.left, y), (self.right, y)), "muted", _THIN, arrow=False),
            Label(f"{name}/{axis}", (self.left + self.right) / 2, y + 8, f"{axis} {size}", room, _SIZE),
        ]

    def height_label(self, name: str, axis: str, size: int | None, room: float, *, at_right: bool) -> list[Item]:
        """The size of the axis that runs downwards, on two lines left of the first sheet or right of the last."""
        back = self.depth if at_right else 0.0
        x, out = (self.right + back + _GAP, 4.0) if at_right else (self.left - _GAP, -4.0)
        top, bottom = self.top - back, self.bottom - back
        middle = (top + bottom) / 2
        anchor: Literal["start", "end"] = "start" if at_right else "end"
        return [
            Wire(f"{name}/{axis}-edge", ((x, top), (x, bottom)), "muted", _THIN, arrow=False),
            Label(f"{name}/{axis}", x + out, middle - _LINE / 2, axis, room, _SIZE, anchor),
            Label(f"{name}/{axis}-size", x + out, middle + _LINE / 2, str(size), room, _SIZE, anchor),
        ]


def face(sizes: Sequence[int | None], scale: float, unknown: float) -> tuple[float, float]:
    """A sheet's width and height in points. A single axis runs from left to right; one of size None is ``unknown``."""
    *heights, width = [unknown if size is None else max(size * scale, SHORTEST) for size in sizes]
    return width, heights[0] if heights else SHORTEST
