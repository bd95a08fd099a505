"""The window of a convolution or a pooling on its way over the input: which cells it reads, and which one it writes.

A sequence is a grid of one row, with the output below the input instead of beside it. Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias

from tutor.layers.checks import whole_number
from tutor.pictures import metrics
from tutor.pictures.rules import MARGIN, WIDTH, equation, lines_below
from tutor.pictures.scene import Box, Item, Label, Scene, Wire
from tutor.pictures.views import ONE_ROW, Axis, View, axes_of
from tutor.pictures.window_words import KINDS, notes_at
from tutor.pictures.wording import listed

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: So many cells of an axis are drawn at most, padding included: of a sequence, and on each side of a grid.
LONGEST_ROW, LONGEST_SIDE = 28, 16

_TITLE_Y, _SHAPE_Y, _RAIL_Y, _INDEX_Y, _TOP = 12.0, 26.0, 44.0, 57.0, 65.0
#: Beside the input: the rail of the stride and the rows' numbers, then the way to the output, then its rows' numbers.
_LEFT, _GAP, _RIGHT = 84.0, 72.0, 34.0
#: Beside a sequence there is room for the stride's number; below it, for the way to the output and its numbers.
_STRIDE, _DOWN, _INDEX = 58.0, 46.0, 8.0
_LARGEST_CELL, _HIGHEST, _INSET = 24.0, 290.0, 0.18
_THIN, _DASHED, _THICK = 0.8, 1.2, 1.8
_SMALL, _INDEX_SIZE = 9.5, 7.5

#: Left, top, right and bottom.
_Frame: TypeAlias = tuple[float, float, float, float]


def window_scene(built: Built, step: int = 0) -> Scene:
    """The window of a convolution or a pooling on one or two axes at one of its places.

    Places are counted from 0 in reading order, row by row. Of a large input an excerpt is drawn.

    Raises:
        TypeError: ``step`` is not a whole number.
        ValueError: the layer has no such window, a size is not known, or there is no such place.
    """
    axes = _axes(built)
    number, places = whole_number(f"{built.layer.kind}: step", step, 0), places_of(built)
    if number >= places:
        raise ValueError(
            f"{built.layer.kind}: step must be 0 to {places - 1:,}, one for each place of the window; got {step}."
        )
    at = divmod(number, axes[1].output or 1)
    most = LONGEST_ROW if axes[0] is ONE_ROW else LONGEST_SIDE
    down, across = (View.of(axis, place, most) for axis, place in zip(axes, at, strict=True))
    layout = _Layout.of(down, across)
    rules = ((f"output {name}", equation(rule)) for name, rule in built.output_rules.items())
    notes = notes_at(built, [view for view in (down, across) if view.axis.name])
    below, end = lines_below(rules, notes, layout.bottom + 18)
    items = [*_input(built, layout), *_output(built, layout), *_funnel(layout), *below]
    opening = f"Step {step} of {built.layer.kind}, from {built.input_shape} to {built.output_shape}."
    return Scene(WIDTH, end, tuple(items), " ".join([opening, *notes]))


def places_of(built: Built) -> int:
    """How many places a window takes: the numbers in one channel of the output."""
    return prod(axis.output or 0 for axis in axes_of(built))


def _axes(built: Built) -> tuple[Axis, Axis]:
    kind = built.layer.kind
    if kind not in KINDS:
        raise ValueError(f"{kind} has no window that can be drawn on a strip or a grid. {listed(KINDS)} have.")
    axes = axes_of(built)
    for axis in axes:
        if axis.size is None:
            raise ValueError(
                f"{kind}: the {axis.name} of the input shape {built.input_shape} is None, so there are no cells to "
                "draw. Build the layer with a size there, such as 12."
            )
    return axes


@dataclass(frozen=True)
class _Line:
    """Cells in a line, and where the first of them begins."""

    cells: range
    start: float
    cell: float

    def at(self, cell: int) -> float:
        """Where a cell begins."""
        return self.start + (cell - self.cells.start) * self.cell


@dataclass(frozen=True)
class _Layout:
    """Where everything stands: the lines of the input's cells and of the output's, downwards and across."""

    down: View
    across: View
    cell: float
    reads: tuple[_Line, _Line]
    writes: tuple[_Line, _Line]

    @classmethod
    def of(cls, down: View, across: View) -> _Layout:
        is_row = down.axis is ONE_ROW
        columns = len(across.cells) + (0 if is_row else len(across.places))
        begin, end = (MARGIN, WIDTH - MARGIN - _STRIDE) if is_row else (_LEFT, WIDTH - _GAP - _RIGHT)
        cell = min(_LARGEST_CELL, (end - begin) / columns, _HIGHEST / len(down.cells))
        columns_of = _Line(across.cells, begin + (end - begin - columns * cell) / 2, cell)
        # What is made of a window stands below the cell of the same number, or beside the input.
        same = across.places.start if across.places.start in across.cells else across.inside.start
        x = columns_of.at(same) if is_row else columns_of.at(across.cells.stop) + _GAP
        y = _TOP + cell + _DOWN if is_row else _TOP
        writes = _Line(down.places, y, cell), _Line(across.places, x, cell)
        return cls(down, across, cell, (_Line(down.cells, _TOP, cell), columns_of), writes)

    @property
    def is_row(self) -> bool:
        """Whether the input is a sequence."""
        return self.down.axis is ONE_ROW

    def frame(self, row: int | None = None, column: int | None = None) -> _Frame:
        """The window, or that at another place."""
        rows = self.down.framed(self.down.place if row is None else row)
        columns = self.across.framed(self.across.place if column is None else column)
        (top, bottom), (left, right) = map(self.reads[0].at, rows), map(self.reads[1].at, columns)
        return left, top, right, bottom

    @property
    def written(self) -> _Frame:
        """The output cell that the window writes."""
        x, y = self.writes[1].at(self.across.place), self.writes[0].at(self.down.place)
        return x, y, x + self.cell, y + self.cell

    @property
    def bottom(self) -> float:
        """Where the cells end."""
        if self.is_row:
            return self.writes[0].start + self.cell + 3 * _INDEX + _SHAPE_Y - _TITLE_Y
        return _TOP + max(len(self.down.cells), len(self.down.places)) * self.cell


def _input(built: Built, layout: _Layout) -> Iterator[Item]:
    down, across, cell, lines = layout.down, layout.across, layout.cell, layout.reads
    left = lines[1].start
    yield from _heading("input", left, _TITLE_Y, str(built.input_shape), _GAP + len(across.cells) * cell - 8)
    if (down.inside, across.inside) != (down.cells, across.cells):
        yield from _cells("input/padding", lines, down.cells, across.cells, dashed=True)
        x, y = (line.at(view.inside.start) - _THIN / 2 for line, view in zip(lines[::-1], (across, down), strict=True))
        width, height = (len(view.inside) * cell + _THIN for view in (across, down))
        yield Box("input/ground", x, y, width, height, edge=None)
    yield from _cells("input/cells", lines, down.inside, across.inside)
    yield from _numbers("input/column", lines[1], across.inside, _INDEX_Y)
    if not layout.is_row:
        yield from _numbers("input/row", lines[0], down.inside, left - 5, "end")
    yield from _strides(layout)
    for i, row in enumerate(down.reads):
        for j, column in enumerate(across.reads):
            yield _mark(f"window/{i}-{j}", lines[1].at(column), lines[0].at(row), cell)
    yield _outline("window", layout.frame())


def _output(built: Built, layout: _Layout) -> Iterator[Item]:
    down, across, lines, shape = layout.down, layout.across, layout.writes, str(built.output_shape)
    yield from _cells("output/cells", lines, down.places, across.places)
    yield _mark("output/written", layout.written[0], layout.written[1], layout.cell)
    yield _outline("output/frame", layout.written)
    if layout.is_row:
        x, y = layout.reads[1].start, lines[0].start + layout.cell + _INDEX
        yield from _numbers("output/column", lines[1], across.places, y)
        yield from _heading("output", x, y + 2 * _INDEX, shape, WIDTH - x - MARGIN)
    else:
        yield from _numbers("output/column", lines[1], across.places, _INDEX_Y)
        yield from _numbers("output/row", lines[0], down.places, lines[1].at(across.places.stop) + 5, "start")
        # A narrow output's shape is wider than its cells, but left of it there is room.
        x = min(lines[1].start, WIDTH - 2 * MARGIN - _SMALL * metrics.width(shape))
        yield from _heading("output", x, _TITLE_Y, shape, WIDTH - x - MARGIN)


def _cells(
    name: str, lines: tuple[_Line, _Line], down: range, across: range, *, dashed: bool = False
) -> Iterator[Wire]:
    """Cells as the lines between them."""
    rows, columns = (
        [line.at(cell) for cell in range(cells.start, cells.stop + 1)]
        for line, cells in zip(lines, (down, across), strict=True)
    )
    ends = [((x, rows[0]), (x, rows[-1])) for x in columns] + [((columns[0], y), (columns[-1], y)) for y in rows]
    for place, line in enumerate(ends):
        yield Wire(f"{name}-{place}", line, "muted", _THIN, arrow=False, dashed=dashed)


def _mark(name: str, x: float, y: float, cell: float) -> Box:
    inset = _INSET * cell
    return Box(name, x + inset, y + inset, cell - 2 * inset, cell - 2 * inset, "state", None)


def _outline(name: str, frame: _Frame, line: float = _THICK, *, dashed: bool = False) -> Wire:
    left, top, right, bottom = frame
    corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top - line / 2))
    return Wire(name, corners, width=line, arrow=False, dashed=dashed, radius=0)


def _behind(name: str, frame: _Frame, front: _Frame) -> Wire:
    """What a frame shows from behind another that is beside it, above it or below it."""
    left, top, right, bottom = frame
    if right > front[2]:
        left = max(left, front[2])
    elif left < front[0]:
        right = min(right, front[0])
    elif bottom > front[3]:
        top = max(top, front[3])
    else:
        bottom = min(bottom, front[1])
    return _outline(name, (left, top, right, bottom), _DASHED, dashed=True)


def _strides(layout: _Layout) -> Iterator[Item]:
    """How far it is to the next place, along each axis that has one, and the window there."""
    down, across, frame = layout.down, layout.across, layout.frame()
    if across.next is not None:
        following = layout.frame(column=across.next)
        yield _behind("next/across", following, frame)
        start, end = sorted((frame[0], following[0]))
        yield Wire("stride/across", ((start, _RAIL_Y), (end, _RAIL_Y)), "muted")
        yield Label("stride/across-words", end + 4, _RAIL_Y, f"stride {across.axis.stride}", 54, 9, "start", "muted")
    if down.next is not None:
        following = layout.frame(row=down.next)
        yield _behind("next/down", following, frame)
        start, end = sorted((frame[1], following[1]))
        x, words = layout.reads[1].start - _LEFT + 50, f"stride {down.axis.stride}"
        yield Wire("stride/down", ((x, start), (x, end)), "muted")
        yield Label("stride/down-words", x - 5, (start + end) / 2, words, 42, 9, "end", "muted")


def _heading(name: str, x: float, y: float, shape: str, room: float) -> Iterator[Label]:
    yield Label(f"{name}/title", x, y, name, min(room, 46), 10.5, "start", bold=True)
    yield Label(f"{name}/shape", x, y + _SHAPE_Y - _TITLE_Y, shape, room, _SMALL, "start")


def _numbers(
    name: str, line: _Line, cells: range, beside: float, anchor: Literal["start", "middle", "end"] = "middle"
) -> Iterator[Label]:
    """The cells' numbers above them, every third of them where they are wide, or at their side."""
    is_above = anchor == "middle"
    every = 3 if is_above and _INDEX_SIZE * metrics.width(str(cells.stop)) > line.cell - 1 else 1
    for place, number in enumerate(cells[::every]):
        middle = line.at(number) + line.cell / 2
        (x, y), room = ((middle, beside), every * line.cell - 2) if is_above else ((beside, middle), 27)
        yield Label(f"{name}-{place}", x, y, str(number), room, _INDEX_SIZE, anchor, "muted")


def _funnel(layout: _Layout) -> Iterator[Wire]:
    """From the window to the cell that it writes."""
    left, top, right, bottom = layout.frame()
    x, y, end, below = layout.written
    ways = [((right, top), (x, y)), ((right, bottom), (x, below))]
    if layout.is_row:
        ways = [((left, bottom), (x, y)), ((right, bottom), (end, y))]
    for place, points in enumerate(ways):
        yield Wire(f"way/{place}", points, width=_THIN, arrow=False)
