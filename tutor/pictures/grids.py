"""Where the cells of an input and of an output stand while a window slides from one to the other.

Downwards and across are treated alike; a strip is a grid of one row. Lengths are in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.pictures.sliding import Axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.pictures.scene import Point

#: So many cells of an axis are drawn at most, padding included: on a strip, and on each side of a grid.
LONGEST_STRIP, LONGEST_SIDE = 28, 16

#: The picture's width, its margin, and where the cells begin.
WIDTH, MARGIN, TOP = 640.0, 6.0, 65.0
#: Beside a grid: the rail of the stride and the rows' numbers, then the way to the output, then its rows' numbers.
LEFT, GAP, _RIGHT = 84.0, 72.0, 34.0
#: Right of a strip there is room for the stride's number, below it for the way to the output.
_STRIDE, _DOWN = 58.0, 46.0
_LARGEST_CELL, _HIGHEST = 24.0, 290.0

#: Left, top, right and bottom.
Frame: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True)
class Line:
    """Cells one behind the other: where the first of them begins, and how far it is to the next, in points."""

    first: int
    start: float
    pitch: float

    def at(self, cell: int) -> float:
        """Where a cell begins."""
        return self.start + (cell - self.first) * self.pitch


@dataclass(frozen=True)
class View:
    """What is drawn along one axis: cells of the input, padding included, and places of the window."""

    axis: Axis
    place: int
    cells: range
    places: range

    @classmethod
    def of(cls, axis: Axis, place: int, most: int) -> View:
        """The view of a window at that place, of no more than ``most`` cells."""
        before, after = axis.margins
        first, end = -before, (axis.size or 0) + after
        reads = axis.read(place)
        if end - first > most:
            # The start of the input as long as the window is there, else the window's surroundings.
            begins = first if reads[-1] < first + most else reads.start - 1
            first = max(min(begins, end - most), first)
            end = first + most
        cells = range(first, end)
        near = range(max(place - most, 0), min(place + most + 1, axis.output or 0))
        inside = [other for other in near if axis.read(other).start >= first and axis.read(other)[-1] < end]
        places = range(min([*inside, place]), max([*inside, place]) + 1)
        return cls(axis, place, cells, places)

    @property
    def reads(self) -> list[int]:
        """The cells drawn that the window reads."""
        read = self.axis.read(self.place)
        return [cell for cell in self.cells if cell in read]

    @property
    def neighbour(self) -> int:
        """The next place, or the one before where there is none."""
        return self.place + 1 if self.place + 1 < (self.axis.output or 0) else self.place - 1

    @property
    def is_cut(self) -> bool:
        """Whether some of the cells are left out."""
        return len(self.cells) < (self.axis.size or 0) + sum(self.axis.margins)

    def is_padding(self, cell: int) -> bool:
        """Whether a cell lies outside of the input."""
        return not 0 <= cell < (self.axis.size or 0)

    def span(self, line: Line, place: int) -> tuple[float, float]:
        """Where the window at that place begins and ends on the line, cut to what is drawn."""
        reads = self.axis.read(place)
        start, end = max(reads.start, self.cells.start), min(reads[-1] + 1, self.cells.stop)
        return line.at(start), line.at(end)


#: A strip is a grid of one row.
_ONE_ROW = View.of(Axis("", 1, 1, 1, 1, 1, "valid"), 0, 1)


@dataclass(frozen=True)
class Layout:
    """Where everything stands: the lines of the input's cells and of the output's, downwards and across."""

    down: View
    across: View
    cell: float
    reads: tuple[Line, Line]
    writes: tuple[Line, Line]

    @classmethod
    def of(cls, views: Sequence[View]) -> Layout:
        """The layout of a strip for one view, of a grid for two, the first of which runs downwards."""
        return cls._grid(*views) if len(views) == 2 else cls._strip(*views)

    @classmethod
    def _grid(cls, down: View, across: View) -> Layout:
        columns, room = len(across.cells) + len(across.places), WIDTH - LEFT - GAP - _RIGHT
        cell = min(_LARGEST_CELL, room / columns, _HIGHEST / len(down.cells))
        left = LEFT + (room - columns * cell) / 2
        right = left + len(across.cells) * cell + GAP
        reads = Line(down.cells.start, TOP, cell), Line(across.cells.start, left, cell)
        writes = Line(down.places.start, TOP, cell), Line(across.places.start, right, cell)
        return cls(down, across, cell, reads, writes)

    @classmethod
    def _strip(cls, across: View) -> Layout:
        room, first = WIDTH - 2 * MARGIN - _STRIDE, across.places.start
        cell = min(_LARGEST_CELL, room / len(across.cells))
        left = MARGIN + (room - len(across.cells) * cell) / 2
        line = Line(across.cells.start, left, cell)
        # Below the middle of what it is made from, or, where nothing later may be read, below the last of it.
        begin, end = across.span(line, first)
        start = end - cell if across.axis.padding == "causal" else (begin + end - cell) / 2
        writes = Line(0, TOP + cell + _DOWN, cell), Line(first, start, across.axis.stride * cell)
        return cls(_ONE_ROW, across, cell, (Line(0, TOP, cell), line), writes)

    @property
    def is_strip(self) -> bool:
        """Whether there is one axis only."""
        return self.down is _ONE_ROW

    @property
    def frame(self) -> Frame:
        """The window's left, top, right and bottom."""
        return self.framed(self.down.place, self.across.place)

    def framed(self, row: int, column: int) -> Frame:
        """The left, top, right and bottom of the window at another place."""
        top, bottom = self.down.span(self.reads[0], row)
        left, right = self.across.span(self.reads[1], column)
        return left, top, right, bottom

    @property
    def written(self) -> Point:
        """The upper left corner of the output cell that the window writes."""
        return self.writes[1].at(self.across.place), self.writes[0].at(self.down.place)

    @property
    def bottom(self) -> float:
        """Where the cells end."""
        lines = ((self.reads[0], self.down.cells), (self.writes[0], self.down.places))
        return max(line.at(cells.stop) for line, cells in lines)
