"""The window of a convolution or a pooling on its way over the input: which cells it reads, and which one it writes.

A sequence is a grid of one row, with the output below the input instead of beside it. Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from tutor.layers.checks import whole_number
from tutor.pictures import metrics
from tutor.pictures.scene import Anchor, Box, Item, Label, Point, Scene, Wire, ruled
from tutor.pictures.views import ONE_ROW, View, axes_of, sizes_of
from tutor.pictures.wording import MARGIN, WIDTH, equation, lines_below, listed

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: What happens to what the window holds in each channel, where channels are kept apart.
_WORK = {
    "MaxPooling": "keeps the largest number",
    "AveragePooling": "takes the mean",
    "DepthwiseConv": "adds up, weighted",
    "SeparableConv": "adds up, weighted, then the channels are mixed",
}
#: The layers that have a window to draw.
KINDS = [f"{stem}{rank}D" for stem in ("Conv", *_WORK) for rank in (1, 2)]
#: What a cell along an axis is called.
_CELL = {"height": "row", "width": "column", "timesteps": "timestep"}
#: Of a longer list of cells, the middle is left out.
_MOST_NAMED = 8
#: So many cells of an axis are drawn at most, padding included: of a sequence, and on each side of a grid.
LONGEST_ROW, LONGEST_SIDE = 28, 16

_TITLE_Y, _TITLE, _RAIL_Y, _INDEX_Y, _TOP = 12.0, 14.0, 44.0, 57.0, 65.0
#: Beside the input: the rail of the stride and the rows' numbers, then the way to the output, then its rows' numbers.
_LEFT, _GAP, _RIGHT = 84.0, 72.0, 34.0
#: Beside a sequence there is room for the stride's number; below it, for the way to the output and its numbers.
_STRIDE, _DOWN, _INDEX = 58.0, 46.0, 8.0
_LARGEST_CELL, _HIGHEST, _INSET = 24.0, 290.0, 0.18
_THIN, _DASHED, _THICK = 0.8, 1.2, 1.8
_SMALL, _INDEX_SIZE = 9.5, 7.5


@dataclass(frozen=True)
class _Grid:
    """Cells of one size in rows and columns; (x, y) is the top left corner of the first."""

    x: float
    y: float
    cell: float
    rows: range
    columns: range

    def at(self, row: int, column: int) -> Point:
        """The top left corner of a cell, or of one that would follow on the last."""
        return self.x + (column - self.columns.start) * self.cell, self.y + (row - self.rows.start) * self.cell

    def lines(self, name: str, rows: range, columns: range, *, dashed: bool = False) -> Iterator[Wire]:
        """What separates some of the cells."""
        xs = [self.at(0, column)[0] for column in range(columns.start, columns.stop + 1)]
        ys = [self.at(row, 0)[1] for row in range(rows.start, rows.stop + 1)]
        return ruled(name, xs, ys, "muted", _THIN, dashed=dashed)

    def frame(self, name: str, rows: range, columns: range, line: float = _THICK) -> Box:
        """What goes around some of the cells; a thin line is dashed."""
        x, y = self.at(rows.start, columns.start)
        width, height = len(columns) * self.cell, len(rows) * self.cell
        return Box(name, x, y, width, height, None, line=line, dashed=line < _THICK)

    def mark(self, name: str, row: int, column: int) -> Box:
        """What fills a cell."""
        (x, y), inset = self.at(row, column), _INSET * self.cell
        return Box(name, x + inset, y + inset, self.cell - 2 * inset, self.cell - 2 * inset, "state", None)

    def column_numbers(self, name: str, columns: range, y: float) -> Iterator[Label]:
        """Each column's number at its middle, or every third where numbers are wide."""
        every = 3 if _INDEX_SIZE * metrics.width(str(columns.stop)) > self.cell - 1 else 1
        for place, number in enumerate(columns[::every]):
            x = self.at(0, number)[0] + self.cell / 2
            yield Label(f"{name}-{place}", x, y, str(number), every * self.cell - 2, _INDEX_SIZE, colour="muted")

    def row_numbers(self, name: str, rows: range, x: float, anchor: Anchor) -> Iterator[Label]:
        """Each row's number beside it."""
        for place, number in enumerate(rows):
            y = self.at(number, 0)[1] + self.cell / 2
            yield Label(f"{name}-{place}", x, y, str(number), 27, _INDEX_SIZE, anchor, "muted")


def window_scene(built: Built, step: int = 0) -> Scene:
    """The window of a convolution or a pooling on one or two axes at one of its places.

    Places are counted from 0 in reading order, row by row. Of a large input an excerpt is drawn.

    Raises:
        TypeError: ``step`` is not a whole number.
        ValueError: the layer has no such window, a size is not known, or there is no such place.
    """
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
    number, places = whole_number(f"{kind}: step", step, 0), prod(axis.output or 0 for axis in axes)
    if number >= places:
        raise ValueError(f"{kind}: step must be 0 to {places - 1:,}, one for each place of the window; got {step}.")
    at = divmod(number, axes[1].output or 1)
    most = LONGEST_ROW if axes[0] is ONE_ROW else LONGEST_SIDE
    down, across = (View.of(axis, place, most) for axis, place in zip(axes, at, strict=True))
    reads, writes = _grids(down, across)
    frame = reads.frame("window", down.frame(down.place), across.frame(across.place))
    made = writes.frame("output/frame", range(at[0], at[0] + 1), range(at[1], at[1] + 1))
    rules = [(f"output {name}", equation(rule)) for name, rule in built.output_rules.items()]
    notes = _notes(built, [view for view in (down, across) if view.axis.name])
    bottom = max(grid.at(grid.rows.stop, 0)[1] for grid in (reads, writes))
    below, end = lines_below(rules, notes, bottom + 18 + (3 * _INDEX + _TITLE if down.axis is ONE_ROW else 0))
    items = [
        *_input(str(built.input_shape), reads, down, across),
        frame,
        *_output(str(built.output_shape), reads, writes),
        writes.mark("output/written", *at),
        made,
        *_funnel(frame, made),
        *below,
    ]
    opening = f"Step {step} of {kind}, from {built.input_shape} to {built.output_shape}."
    return Scene(WIDTH, end, tuple(items), " ".join([opening, *notes]))


def _grids(down: View, across: View) -> tuple[_Grid, _Grid]:
    """The input's cells and the output's, as large as the page has room for."""
    is_row, columns = down.axis is ONE_ROW, len(across.cells)
    begin, end = (MARGIN, WIDTH - MARGIN - _STRIDE) if is_row else (_LEFT, WIDTH - _GAP - _RIGHT)
    all_columns = columns if is_row else columns + len(across.places)
    cell = min(_LARGEST_CELL, (end - begin) / all_columns, _HIGHEST / len(down.cells))
    left = begin + (end - begin - all_columns * cell) / 2
    reads = _Grid(left, _TOP, cell, down.cells, across.cells)
    if is_row:
        # What is made of a window stands below the cell of the same number, if that is drawn.
        first = across.places.start if across.places.start in across.cells else across.inside.start
        return reads, _Grid(reads.at(0, first)[0], _TOP + cell + _DOWN, cell, down.places, across.places)
    return reads, _Grid(left + columns * cell + _GAP, _TOP, cell, down.places, across.places)


def _input(shape: str, grid: _Grid, down: View, across: View) -> Iterator[Item]:
    yield from _heading("input", grid.x, _TITLE_Y, shape, _GAP + len(across.cells) * grid.cell - 8)
    if (down.inside, across.inside) != (down.cells, across.cells):
        yield from grid.lines("input/padding", down.cells, across.cells, dashed=True)
    yield from grid.lines("input/cells", down.inside, across.inside)
    yield from grid.column_numbers("input/column", across.inside, _INDEX_Y)
    if down.axis is not ONE_ROW:
        yield from grid.row_numbers("input/row", down.inside, grid.x - 5, "end")
    yield from _strides(grid, down, across)
    for i, row in enumerate(down.reads):
        for j, column in enumerate(across.reads):
            yield grid.mark(f"window/{i}-{j}", row, column)


def _strides(grid: _Grid, down: View, across: View) -> Iterator[Item]:
    """How far it is to the next place, along each axis that has one, and the window there."""
    rows, columns = down.frame(down.place), across.frame(across.place)
    if across.next is not None:
        following = grid.frame("next/across", rows, across.frame(across.next), _DASHED)
        start, end = sorted((grid.at(0, columns.start)[0], following.x))
        yield following
        yield Wire("stride/across", ((start, _RAIL_Y), (end, _RAIL_Y)), "muted")
        yield Label("stride/across-words", end + 4, _RAIL_Y, f"stride {across.axis.stride}", 54, 9, "start", "muted")
    if down.next is not None:
        following = grid.frame("next/down", down.frame(down.next), columns, _DASHED)
        start, end = sorted((grid.at(rows.start, 0)[1], following.y))
        x, words = grid.x - _LEFT + 50, f"stride {down.axis.stride}"
        yield following
        yield Wire("stride/down", ((x, start), (x, end)), "muted")
        yield Label("stride/down-words", x - 5, (start + end) / 2, words, 42, 9, "end", "muted")


def _output(shape: str, reads: _Grid, grid: _Grid) -> Iterator[Item]:
    yield from grid.lines("output/cells", grid.rows, grid.columns)
    if grid.y > reads.y:
        y = grid.y + grid.cell + _INDEX
        yield from grid.column_numbers("output/column", grid.columns, y)
        yield from _heading("output", reads.x, y + 2 * _INDEX, shape, WIDTH - reads.x - MARGIN)
    else:
        right, _ = grid.at(0, grid.columns.stop)
        yield from grid.column_numbers("output/column", grid.columns, _INDEX_Y)
        yield from grid.row_numbers("output/row", grid.rows, right + 5, "start")
        # A narrow output's shape is wider than its cells, but left of it there is room.
        x = min(grid.x, WIDTH - 2 * MARGIN - _SMALL * metrics.width(shape))
        yield from _heading("output", x, _TITLE_Y, shape, WIDTH - x - MARGIN)


def _heading(name: str, x: float, y: float, shape: str, room: float) -> Iterator[Label]:
    yield Label(f"{name}/title", x, y, name, min(room, 46), 10.5, "start", bold=True)
    yield Label(f"{name}/shape", x, y + _TITLE, shape, room, _SMALL, "start")


def _funnel(frame: Box, made: Box) -> Iterator[Wire]:
    """From the window to the cell that it writes, beside it or below it."""
    ways = [((frame.right, frame.y), (made.x, made.y)), ((frame.right, frame.bottom), (made.x, made.bottom))]
    if made.y > frame.bottom:
        ways = [((frame.x, frame.bottom), (made.x, made.y)), ((frame.right, frame.bottom), (made.right, made.y))]
    for place, points in enumerate(ways):
        yield Wire(f"way/{place}", points, width=_THIN, arrow=False)


# In words


def _notes(built: Built, views: Sequence[View]) -> list[str]:
    """The step, the padding, what happens inside the window, and what is left out, if anything is."""
    read = ", ".join(_cells(view, view.axis.read(view.place)) for view in views)
    written = ", ".join(_cells(view, [view.place]) for view in views)
    step = f"Output {written} is made from input {read}."
    is_padded = any(sum(view.axis.margins) for view in views)
    padding = _padding_words(built, views) if is_padded else _without_padding(views)
    return [step, padding, _work_words(built), *_excerpt_words(views)]


def _cells(view: View, cells: Sequence[int]) -> str:
    named = cells if len(cells) <= _MOST_NAMED else (*cells[:3], cells[-1])
    *numbers, last = [f"{cell:,}".replace("-", "−") for cell in named]
    every = listed([*numbers, last]) if len(named) == len(cells) else f"{', '.join(numbers)}, …, {last}"
    return f"{_CELL[view.axis.name]}{'s' if len(cells) > 1 else ''} {every}"


def _padding_words(built: Built, views: Sequence[View]) -> str:
    if all(view.inside == view.cells for view in views):
        return "The padding around the input is outside this excerpt."
    held = "the pooling leaves them out" if "Pooling" in built.layer.kind else "they hold zeros"
    outside = [(view, cells) for view in views for cells in view.padding if cells]
    verb = "is" if sum(len(cells) for _, cells in outside) == 1 else "are"
    here = f" Of this window, {listed([_cells(*one) for one in outside])} {verb} padding." if outside else ""
    return f"Dashed cells are padding: {held}.{here}"


def _without_padding(views: Sequence[View]) -> str:
    left = []
    for view in views:
        rest = view.size - view.axis.read((view.axis.output or 1) - 1)[-1] - 1
        name = _CELL[view.axis.name]
        left += [f"the last {name}" if rest == 1 else f"the last {rest:,} {name}s"] if rest else []
    never = f" The window never reaches {' or '.join(left)}." if left else ""
    return f"No padding: the window stays inside the input.{never}"


def _work_words(built: Built) -> str:
    stem, channels, groups = built.layer.kind[:-2], sizes_of(built)[0]["channels"], getattr(built.layer, "groups", 1)
    if stem in _WORK:
        return f"One channel is drawn. In each channel, the window {_WORK[stem]}."
    where = "" if channels == 1 else f" in all {channels:,} channels, of which one is drawn"
    if groups > 1 and channels is not None:
        where = f" in {channels // groups:,} of the {channels:,} channels, those of its group; one is drawn"
    return f"Each filter adds up, weighted, what the window holds{where}."


def _excerpt_words(views: Sequence[View]) -> list[str]:
    cut = [
        f"{_CELL[view.axis.name]}s {view.inside.start:,} to {view.inside.stop - 1:,} of {view.size:,}"
        for view in views
        if len(view.cells) < view.size + sum(view.axis.margins)
    ]
    further = "; the window reaches further" if any(view.reads != view.axis.read(view.place) for view in views) else ""
    return [f"An excerpt: {listed(cut)}{further}."] if cut else []
