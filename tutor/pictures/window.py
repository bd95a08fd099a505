"""The window of a convolution or a pooling on its way over the input: which cells it reads, and which one it writes.

A sequence is a grid of one row, with the output below the input instead of beside it. Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, prod
from typing import TYPE_CHECKING

from tutor.layers.checks import whole_number
from tutor.pictures import metrics
from tutor.pictures.kit import MARGIN, NOTE, SMALL, TITLE, WIDTH, listed, many, notes, page, say
from tutor.pictures.scene import Anchor, Box, Item, Label, Point, Scene, Wire
from tutor.pictures.views import ONE_ROW, View, axes_of, rules_below, sizes_of

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: What becomes of a window in each channel, where channels are kept apart.
_WORK = {
    "MaxPooling": "keeps the largest number in each window",
    "AveragePooling": "keeps the mean of each window",
    "DepthwiseConv": "has a weighted sum over each window of its own",
    "SeparableConv": "has a weighted sum over each window of its own; then the channels are mixed",
}
#: The layers that have a window to draw.
KINDS = [f"{stem}{rank}D" for stem in ("Conv", *_WORK) for rank in (1, 2)]
#: What a cell along an axis is called.
_CELL = {"height": "row", "width": "column", "timesteps": "timestep"}
#: Of a longer list of cells that are not side by side, the middle is left out.
_MOST_NAMED = 5
#: So many cells of an axis are drawn at most, padding included: of a sequence, and of a grid across and down.
LONGEST_ROW, LONGEST_SIDE, HIGHEST_SIDE = 28, 16, 13
#: Of a window of more cells, only the corners have wires.
_MOST_WIRES = 9

_TITLE_Y, _RAIL_Y, _INDEX_Y, _TOP = 14.0, 32.0, 47.0, 57.0
#: Beside the input: the rail of the stride and the rows' numbers, then the way to the output, then its rows' numbers.
_LEFT, _GAP, _RIGHT = 112.0, 66.0, 50.0
#: Beside a sequence there is room for the stride's number; below it, for the way to the output and its numbers.
_STRIDE, _DOWN, _INDEX = 64.0, 52.0, 11.0
_LARGEST_CELL, _HIGHEST = 24.0, 195.0
_THIN, _DASHED, _THICK = 0.8, 1.2, 2.2


@dataclass(frozen=True)
class _Grid:
    """Cells of one size in rows and columns; (x, y) is the top left corner of the first."""

    x: float
    y: float
    cell: float
    rows: range
    columns: range

    def at(self, row: float, column: float) -> Point:
        """The top left corner of a cell, or of one that would follow on the last; half a cell further, its middle."""
        return self.x + (column - self.columns.start) * self.cell, self.y + (row - self.rows.start) * self.cell

    def lines(self, name: str, rows: range, columns: range, *, dashed: bool = False) -> Iterator[Wire]:
        """What separates some of the cells."""
        down = [(self.at(rows.start, n), self.at(rows.stop, n)) for n in range(columns.start, columns.stop + 1)]
        across = [(self.at(n, columns.start), self.at(n, columns.stop)) for n in range(rows.start, rows.stop + 1)]
        for place, ends in enumerate(down + across):
            yield Wire(f"{name}-{place}", ends, "muted", _THIN, arrow=False, dashed=dashed)

    def around(
        self, name: str, rows: range, columns: range, fill: str | None, edge: str, line: float, *, dashed: bool = False
    ) -> Box:
        """A box around some of the cells."""
        size = len(columns) * self.cell, len(rows) * self.cell
        return Box(name, *self.at(rows.start, columns.start), *size, fill, edge, dashed=dashed, line=line)

    def column_numbers(self, name: str, columns: range, y: float) -> Iterator[Label]:
        """Each column's number at its middle, or of every few where numbers are wide."""
        every = ceil((SMALL * metrics.width(str(columns.stop)) + 4) / self.cell)
        for place, number in enumerate(columns[::every]):
            yield say(f"{name}-{place}", self.at(0, number + 0.5)[0], y, str(number), SMALL, "middle", "muted")

    def row_numbers(self, name: str, rows: range, x: float, anchor: Anchor) -> Iterator[Label]:
        """Each row's number beside it."""
        for place, number in enumerate(rows):
            yield say(f"{name}-{place}", x, self.at(number + 0.5, 0)[1], str(number), SMALL, anchor, "muted")


def window_scene(built: Built, step: int = 0) -> Scene:
    """The window of a convolution or a pooling on one or two axes at one of its places.

    Places are counted from 0 in reading order, row by row. Of a large input an excerpt is drawn.

    Raises:
        TypeError: ``step`` is not a whole number.
        ValueError: a size is not known, or there is no such place.
    """
    kind, axes = built.layer.kind, axes_of(built)
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
    most = (1, LONGEST_ROW) if axes[0] is ONE_ROW else (HIGHEST_SIDE, LONGEST_SIDE)
    down, across = (View.of(*one) for one in zip(axes, at, most, strict=True))
    reads, writes = _grids(down, across)
    read = [
        reads.around(f"window/{i}-{j}", range(row, row + 1), range(column, column + 1), "lit-fill", "muted", _THIN)
        for i, row in enumerate(down.reads)
        for j, column in enumerate(across.reads)
    ]
    made = writes.around("output/written", range(at[0], at[0] + 1), range(at[1], at[1] + 1), "lit-fill", "lit", _THICK)
    y = max(grid.at(grid.rows.stop, 0)[1] for grid in (reads, writes)) + 20
    y += 3 * _INDEX + 8 if down.axis is ONE_ROW else 0
    rules = list(rules_below(built, y))
    y += 7 * len(rules) + 5
    remarks = _remarks(built, [view for view in (down, across) if view.axis.name])
    first, *others = notes(y, remarks)
    items = [
        *_input(str(built.input_shape), reads, down, across),
        *read,
        reads.around("window", down.frame(down.place), across.frame(across.place), None, "lit", _THICK),
        *_output(str(built.input_shape), str(built.output_shape), reads, writes),
        made,
        *_wires(read, len(across.reads), made),
        *rules,
        *(replace(first, colour="ink"), *others),
    ]
    opening = f"Window {step} of {kind}, from {built.input_shape} to {built.output_shape}."
    return page(y + NOTE * len(remarks), items, [opening, *remarks], [])


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
    yield from _heading("input", grid.x, _TITLE_Y, shape)
    if (down.inside, across.inside) != (down.cells, across.cells):
        yield from grid.lines("input/padding", down.cells, across.cells, dashed=True)
    yield from grid.lines("input/cells", down.inside, across.inside)
    yield from grid.column_numbers("input/column", across.inside, _INDEX_Y)
    if down.axis is not ONE_ROW:
        yield from grid.row_numbers("input/row", down.inside, grid.x - 6, "end")
    yield from _strides(grid, down, across)


def _strides(grid: _Grid, down: View, across: View) -> Iterator[Item]:
    """How far it is to the next window, along each axis that has one, and that window."""
    rows, columns = down.frame(down.place), across.frame(across.place)
    look, (x, y), rail = (None, "ink", _DASHED), grid.at(rows.start, columns.start), grid.x - 48
    if across.next is not None:
        following = grid.around("next/across", rows, across.frame(across.next), *look, dashed=True)
        start, end = sorted((x, following.x))
        yield following
        yield Wire("stride/across", ((start, _RAIL_Y), (end, _RAIL_Y)), "muted")
        yield say("stride/across-words", end + 4, _RAIL_Y, f"stride {across.axis.stride}", SMALL, colour="muted")
    if down.next is not None:
        following = grid.around("next/down", down.frame(down.next), columns, *look, dashed=True)
        start, end = sorted((y, following.y))
        yield following
        yield Wire("stride/down", ((rail, start), (rail, end)), "muted")
        words = f"stride {down.axis.stride}"
        yield say("stride/down-words", rail - 5, (start + end) / 2, words, SMALL, "end", "muted")


def _output(read: str, shape: str, reads: _Grid, grid: _Grid) -> Iterator[Item]:
    yield from grid.lines("output/cells", grid.rows, grid.columns)
    if grid.y > reads.y:
        y = grid.y + grid.cell + _INDEX
        yield from grid.column_numbers("output/column", grid.columns, y)
        yield from _heading("output", reads.x, y + 2 * _INDEX, shape)
    else:
        right, _ = grid.at(0, grid.columns.stop)
        yield from grid.column_numbers("output/column", grid.columns, _INDEX_Y)
        yield from grid.row_numbers("output/row", grid.rows, right + 6, "start")
        # Shapes are wider than few cells.
        taken = metrics.room_for(read, SMALL), metrics.room_for(shape, SMALL)
        x = max(min(grid.x, WIDTH - MARGIN - 62 - taken[1]), reads.x + 70 + taken[0])
        yield from _heading("output", x, _TITLE_Y, shape)


def _heading(name: str, x: float, y: float, shape: str) -> Iterator[Label]:
    title = say(f"{name}/title", x, y, name, TITLE, bold=True)
    yield title
    yield say(f"{name}/shape", x + title.room + 6, y, shape, SMALL)


def _wires(read: Sequence[Box], columns: int, made: Box) -> Iterator[Wire]:
    """From each cell that the window reads, or from its corners, to the cell that it makes, beside it or below it."""
    if len(read) > _MOST_WIRES:
        read = list({box.id: box for box in (read[0], read[columns - 1], read[-columns], read[-1])}.values())
    for box in read:
        begin = box.x + box.width / 2, box.y + box.height / 2
        end = (made.x, made.y + made.height / 2)
        if made.y > box.bottom and read[0].y == read[-1].y:
            begin, end = (begin[0], box.bottom), (made.x + made.width / 2, made.y)
        yield Wire(f"reads/{box.id}", (begin, end), "lit", _THIN, arrow=False)


# In words


def _remarks(built: Built, views: Sequence[View]) -> list[str]:
    """The window, the padding, what happens inside the window, and what is left out, if anything is."""
    read = ", ".join(_cells(view, view.all_reads) for view in views)
    places = ", ".join(f"{view.place:,}" for view in views)
    window = f"Output {f'({places})' if len(views) > 1 else places} comes from input {read}."
    return [window, _padding(built, views), _work(built), *_excerpt(views)]


def _cells(view: View, cells: Sequence[int]) -> str:
    name, is_run = _CELL[view.axis.name], len(cells) > 2 and cells[-1] - cells[0] == len(cells) - 1
    named = cells if len(cells) <= _MOST_NAMED else (*cells[:3], cells[-1])
    *numbers, last = [f"{cell:,}".replace("-", "−") for cell in named]
    if is_run:
        return f"{name}s {numbers[0]} to {last}"
    every = listed([*numbers, last]) if len(named) == len(cells) else f"{', '.join(numbers)}, …, {last}"
    return f"{name}{'s' if len(cells) > 1 else ''} {every}"


def _padding(built: Built, views: Sequence[View]) -> str:
    if not any(sum(view.axis.margins) for view in views):
        left = []
        for view in views:
            rest = view.size - view.axis.read((view.axis.output or 1) - 1)[-1] - 1
            name = _CELL[view.axis.name]
            left += [f"the last {name if rest == 1 else many(rest, name)}"] * bool(rest)
        never = f" The window never reaches {' or '.join(left)}." if left else ""
        return f"No padding: the window stays inside the input.{never}"
    if all(view.inside == view.cells for view in views):
        return "The padding around the input is outside this excerpt."
    held = "the pooling leaves them out" if "Pooling" in built.layer.kind else "they hold zeros"
    outside = [(view, cells) for view in views for cells in view.padding if cells]
    verb = "is" if sum(len(cells) for _, cells in outside) == 1 else "are"
    here = f" Of this window, {listed([_cells(*one) for one in outside])} {verb} padding." if outside else ""
    return f"Dashed cells are padding: {held}.{here}"


def _work(built: Built) -> str:
    stem, channels, groups = built.layer.kind[:-2], sizes_of(built)[0]["channels"], getattr(built.layer, "groups", 1)
    if stem in _WORK:
        return f"One channel shown. Every channel {_WORK[stem]}."
    where = "" if channels == 1 else f" in all {channels:,} channels; one is shown"
    if groups > 1 and channels is not None:
        where = f" in {channels // groups:,} of {channels:,} channels, those of its group; one is shown"
    return f"Each filter computes a weighted sum over the window{where}."


def _excerpt(views: Sequence[View]) -> list[str]:
    cut = [
        f"{_CELL[view.axis.name]}s {view.inside.start:,} to {view.inside.stop - 1:,} of {view.size:,}"
        for view in views
        if len(view.cells) < view.size + sum(view.axis.margins)
    ]
    further = "; the window reaches further" if any(view.reads != view.all_reads for view in views) else ""
    return [f"An excerpt: {listed(cut)}{further}."] if cut else []
