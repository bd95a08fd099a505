"""A tensor as sheets, one a channel, drawn one behind the other with their sizes on the edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tutor.pictures.scene import Box, Item, Label, Point, Wire

#: Of the channels, no more than so many are drawn.
MOST_SHEETS = 8

_SIZE, _LINE, _THIN, _GAP = 9.5, 11.0, 0.8, 4.0


class Stack:
    """Sheets of one size, each a step further up and to the right than the one in front of it, around (x, y).

    Attributes:
        sheets: the boxes, the first one in front; :data:`MOST_SHEETS` at most, whatever the number of channels.
        first: the sheet in front.
        last: the sheet at the back.
        depth: how far the last sheet is up and to the right of the first, in points.
    """

    def __init__(
        self, name: str, x: float, y: float, face: tuple[float, float], channels: int, step: float, fill: str = "tensor"
    ) -> None:
        width, height = face
        self._name, self._channels, self._step = name, channels, step
        drawn = min(channels, MOST_SHEETS)
        self.depth = (drawn - 1) * step
        left, top = x - (width + self.depth) / 2, y - (height - self.depth) / 2
        self.sheets = [
            Box(f"{name}/{place}", left + place * step, top - place * step, width, height, fill, line=_THIN)
            for place in range(drawn)
        ]
        self.first, self.last = self.sheets[0], self.sheets[-1]

    @property
    def way_in(self) -> Point:
        """The middle of the first sheet's left edge."""
        return self.first.x, (self.first.y + self.first.bottom) / 2

    @property
    def way_out(self) -> Point:
        """The middle of the last sheet's right edge."""
        return self.last.right, (self.last.y + self.last.bottom) / 2

    def bracket(self, name: str, channels: int, *, at_back: bool) -> tuple[list[Wire], Point]:
        """A line along the first or last so many of several channels, and where a wire from these begins."""
        drawn = len(self.sheets)
        if drawn == 1:
            return [], self.way_out
        number = max(round(drawn * channels / self._channels), 1)
        places = self.sheets[drawn - number :] if at_back else self.sheets[:number]
        out = 0.4 * self._step
        start = places[0].right + 3 - out, places[0].bottom + 3 + out
        end = places[-1].right + 3 + out, places[-1].bottom + 3 - out
        return [Wire(name, (start, end), arrow=False)], ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)

    def labels(
        self, axes: tuple[str, str], sizes: tuple[int | None, int | None], end: float, *, at_right: bool
    ) -> Iterator[Item]:
        """The number of channels, which may reach to the x ``end``, and the sizes of the axes down and across.

        An axis without a name has no label.
        """
        name, first, (down, across) = self._name, self.first, axes
        height, width = ("None" if size is None else f"{size:,}" for size in sizes)
        x, y = self.last.x - _GAP, self.last.y - _GAP
        if self.depth:
            yield _edge(f"{name}/channels", (first.x - _GAP, first.y - _GAP), (x, y))
        words = "1 channel" if self._channels == 1 else f"{self._channels:,} channels"
        yield Label(f"{name}/channels", x, y - 7, words, end - x, _SIZE, "start")
        y = first.bottom + _GAP
        yield _edge(f"{name}/{across}", (first.x, y), (first.right, y))
        yield Label(f"{name}/{across}", first.x + first.width / 2, y + 8, f"{across} {width}", 160, _SIZE)
        if down:
            side, x, out = (self.last, self.last.right, _GAP) if at_right else (first, first.x, -_GAP)
            anchor: Literal["start", "end"] = "start" if at_right else "end"
            yield _edge(f"{name}/{down}", (x + out, side.y), (x + out, side.bottom))
            for suffix, text, line in (("", down, -0.5), ("-size", height, 0.5)):
                y = side.y + side.height / 2 + line * _LINE
                yield Label(f"{name}/{down}{suffix}", x + 2 * out, y, text, 44, _SIZE, anchor)


def _edge(name: str, start: Point, end: Point) -> Wire:
    """The line along an edge, beside which its size stands."""
    return Wire(f"{name}-edge", (start, end), "muted", _THIN, arrow=False)
