"""A tensor as sheets, one a channel, drawn one behind the other with their sizes on the edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.pictures.scene import Box, Item, Label, Point, Wire

#: Of the channels, no more than so many are drawn.
MOST_SHEETS = 8
#: No side of a sheet is drawn shorter than this, in points.
SHORTEST = 14.0

_SIZE, _LINE, _THIN, _GAP = 9.5, 11.0, 0.8, 4.0


@dataclass(frozen=True)
class Stack:
    """Sheets of one size, each a step further up and to the right than the one in front of it.

    Attributes:
        x, y: the middle of its whole extent.
        face: width and height of one sheet, in points.
        channels: how many there are; :data:`MOST_SHEETS` of them at most are drawn.
        step: from one sheet to the next, in points.
    """

    x: float
    y: float
    face: tuple[float, float]
    channels: int
    step: float

    @property
    def drawn(self) -> int:
        """How many sheets are drawn."""
        return min(self.channels, MOST_SHEETS)

    @property
    def depth(self) -> float:
        """How far the last sheet is up and to the right of the first."""
        return (self.drawn - 1) * self.step

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the sheet in front."""
        width, height = self.face
        left, top = self.x - (width + self.depth) / 2, self.y - (height - self.depth) / 2
        return left, top, left + width, top + height

    @property
    def way_in(self) -> Point:
        """The middle of the first sheet's left edge."""
        left, top, _, bottom = self.corners
        return left, (top + bottom) / 2

    @property
    def way_out(self) -> Point:
        """The middle of the last sheet's right edge."""
        _, top, right, bottom = self.corners
        return right + self.depth, (top + bottom) / 2 - self.depth

    def sheets(self, name: str, fill: str = "tensor") -> list[Box]:
        """The sheets, the last one first."""
        left, top, *_ = self.corners
        backs = [(place, place * self.step) for place in reversed(range(self.drawn))]
        return [Box(f"{name}/{place}", left + back, top - back, *self.face, fill, line=_THIN) for place, back in backs]

    def bracket(self, name: str, channels: int, *, last: bool) -> tuple[list[Wire], Point]:
        """A line along the first or last so many of several channels, and where a wire from these begins."""
        if self.drawn == 1:
            return [], self.way_out
        _, _, right, bottom = self.corners
        number = max(round(self.drawn * channels / self.channels), 1)
        first = self.drawn - number if last else 0
        start, end = (
            (right + 3 + at * self.step, bottom + 3 - at * self.step) for at in (first - 0.4, first + number - 0.6)
        )
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        return [Wire(name, (start, end), arrow=False)], middle

    def labels(
        self, name: str, axes: Sequence[tuple[str, int | None]], room: float, *, at_right: bool
    ) -> Iterator[Item]:
        """The sizes along the edges: channels above, the last axis below, another one at one side on two lines."""
        left, top, right, bottom = self.corners
        *heights, (width, size) = axes
        end = (left - _GAP + self.depth, top - _GAP - self.depth)
        if self.depth:
            yield Wire(f"{name}/channels-edge", ((left - _GAP, top - _GAP), end), "muted", _THIN, arrow=False)
        words = "1 channel" if self.channels == 1 else f"{self.channels} channels"
        yield Label(f"{name}/channels", end[0], end[1] - 7, words, room - end[0], _SIZE, "start")
        y = bottom + _GAP
        yield Wire(f"{name}/{width}-edge", ((left, y), (right, y)), "muted", _THIN, arrow=False)
        yield Label(f"{name}/{width}", (left + right) / 2, y + 8, f"{width} {size}", 160, _SIZE)
        for height, size in heights:
            back = self.depth if at_right else 0.0
            x = right + back + _GAP if at_right else left - _GAP
            start, middle = x + (_GAP if at_right else -_GAP), (top + bottom) / 2 - back
            yield Wire(f"{name}/{height}-edge", ((x, top - back), (x, bottom - back)), "muted", _THIN, arrow=False)
            anchor: Literal["start", "end"] = "start" if at_right else "end"
            for part, text, down in (("", height, -_LINE / 2), ("-size", str(size), _LINE / 2)):
                yield Label(f"{name}/{height}{part}", start, middle + down, text, 44, _SIZE, anchor)


def face(sizes: Sequence[int | None], scale: float, unknown: float) -> tuple[float, float]:
    """A sheet's width and height in points. A single axis runs from left to right; one of size None is ``unknown``."""
    *heights, width = [unknown if size is None else max(size * scale, SHORTEST) for size in sizes]
    return width, heights[0] if heights else SHORTEST
