"""A tensor as sheets, one a channel, drawn one behind the other with their sizes on the edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tutor.pictures.scene import Box, Item, Label, Point, Wire

#: Of the channels, no more than so many are drawn.
MOST_SHEETS = 8
#: No side of a sheet is drawn shorter than this, in points.
SHORTEST = 14.0

_SIZE, _LINE, _THIN, _GAP = 9.5, 11.0, 0.8, 4.0


class Stack:
    """Sheets of one size, each a step further up and to the right than the one in front of it, around (x, y).

    Attributes:
        face: width and height of one sheet, in points.
        channels: how many sheets there are.
        step: from one sheet to the next, in points.
        drawn: how many are drawn, :data:`MOST_SHEETS` at most.
        depth: how far the last sheet is up and to the right of the first.
        left, top, right, bottom: the sides of the first sheet.
    """

    def __init__(self, x: float, y: float, face: tuple[float, float], channels: int, step: float) -> None:
        self.face, self.channels, self.step = face, channels, step
        self.drawn = min(channels, MOST_SHEETS)
        self.depth = (self.drawn - 1) * step
        self.left, self.top = x - (face[0] + self.depth) / 2, y - (face[1] - self.depth) / 2
        self.right, self.bottom = self.left + face[0], self.top + face[1]

    @property
    def way_in(self) -> Point:
        """The middle of the first sheet's left edge."""
        return self.left, (self.top + self.bottom) / 2

    @property
    def way_out(self) -> Point:
        """The middle of the last sheet's right edge."""
        return self.right + self.depth, (self.top + self.bottom) / 2 - self.depth

    def sheets(self, name: str, fill: str = "tensor") -> list[Box]:
        """The sheets, the last one first."""
        left, top = self.left, self.top
        backs = [(place, place * self.step) for place in reversed(range(self.drawn))]
        return [Box(f"{name}/{place}", left + back, top - back, *self.face, fill, line=_THIN) for place, back in backs]

    def bracket(self, name: str, channels: int, *, last: bool) -> tuple[list[Wire], Point]:
        """A line along the first or last so many of several channels, and where a wire from these begins."""
        if self.drawn == 1:
            return [], self.way_out
        right, bottom = self.right, self.bottom
        number = max(round(self.drawn * channels / self.channels), 1)
        first = self.drawn - number if last else 0
        start, end = (
            (right + 3 + at * self.step, bottom + 3 - at * self.step) for at in (first - 0.4, first + number - 0.6)
        )
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        return [Wire(name, (start, end), arrow=False)], middle

    def labels(
        self, name: str, axes: tuple[str, str], sizes: tuple[int | None, int | None], end: float, *, at_right: bool
    ) -> Iterator[Item]:
        """The number of channels, which may reach to the x ``end``, and the sizes of the axes down and across.

        An axis without a name has no label.
        """
        down, across = axes
        left, top, right, bottom = self.left, self.top, self.right, self.bottom
        x, y = left - _GAP + self.depth, top - _GAP - self.depth
        if self.depth:
            yield Wire(f"{name}/channels-edge", ((left - _GAP, top - _GAP), (x, y)), "muted", _THIN, arrow=False)
        words = "1 channel" if self.channels == 1 else f"{self.channels:,} channels"
        yield Label(f"{name}/channels", x, y - 7, words, end - x, _SIZE, "start")
        y = bottom + _GAP
        yield Wire(f"{name}/{across}-edge", ((left, y), (right, y)), "muted", _THIN, arrow=False)
        yield Label(f"{name}/{across}", (left + right) / 2, y + 8, f"{across} {_size(sizes[1])}", 160, _SIZE)
        if down:
            back, out = (self.depth, _GAP) if at_right else (0.0, -_GAP)
            x, middle = (right + back if at_right else left) + out, (top + bottom) / 2 - back
            anchor: Literal["start", "end"] = "start" if at_right else "end"
            yield Wire(f"{name}/{down}-edge", ((x, top - back), (x, bottom - back)), "muted", _THIN, arrow=False)
            yield Label(f"{name}/{down}", x + out, middle - _LINE / 2, down, 44, _SIZE, anchor)
            yield Label(f"{name}/{down}-size", x + out, middle + _LINE / 2, _size(sizes[0]), 44, _SIZE, anchor)


def _size(size: int | None) -> str:
    return "None" if size is None else f"{size:,}"
