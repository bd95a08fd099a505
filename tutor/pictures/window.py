"""The window of a convolution or a pooling on its way over the input: which cells it reads, and which one it writes."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Literal

from tutor.layers import checks
from tutor.pictures.grids import (
    GAP,
    LEFT,
    LONGEST_SIDE,
    LONGEST_STRIP,
    MARGIN,
    WIDTH,
    Frame,
    Layout,
    Line,
    View,
)
from tutor.pictures.scene import Box, Item, Label, Scene, Wire
from tutor.pictures.sliding import Axis, axes_of
from tutor.pictures.window_words import KINDS, notes_at
from tutor.pictures.wording import listed, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.layers.built import Built

_TITLE_Y, _SHAPE_Y, _RAIL_Y, _INDEX_Y = 12.0, 26.0, 44.0, 57.0
_INSET, _THIN, _THICK = 0.18, 0.8, 1.8
_SMALL, _INDEX_SIZE, _NOTE_SIZE = 9.5, 7.5, 8.5
_ROW, _NOTE = 14.0, 12.0
_NAMES_END, _RULES = 96.0, 104.0


def window_scene(built: Built, step: int = 0) -> Scene:
    """The window of a convolution or a pooling on one or two axes at one of its places.

    Places are counted from 0 in reading order, row by row. Of a large input an excerpt is drawn.

    Raises:
        TypeError: ``step`` is not a whole number.
        ValueError: the layer has no such window, a size is not known, or there is no such place.
    """
    axes = _axes(built)
    places = _places(built, axes, step)
    most = LONGEST_STRIP if len(axes) == 1 else LONGEST_SIDE
    views = [View.of(axis, place, most) for axis, place in zip(axes, places, strict=True)]
    layout = Layout.of(views)
    items = [*_input(built, layout), *_output(built, layout), *_funnel(layout)]
    y = layout.bottom + (50 if layout.is_strip else 18)
    for axis in axes:
        rule = built.output_rules[axis.name]
        text = f"{rule.text} = {rule.numbers} = {rule.value:,}"
        name = f"output {axis.name}"
        items.append(Label(f"{name}/name", _NAMES_END, y, name, _NAMES_END - MARGIN, _SMALL, "end", "muted"))
        items.append(Label(f"{name}/rule", _RULES, y, text, WIDTH - _RULES - MARGIN, _SMALL, "start"))
        y += _ROW
    notes = notes_at(built, views)
    for line, note in enumerate(notes):
        colour = "muted" if line else "ink"
        items.append(Label(f"note-{line}", MARGIN, y + 2, note, WIDTH - 2 * MARGIN, _NOTE_SIZE, "start", colour))
        y += _NOTE
    spare = 0.0 if notes[-1] else _NOTE
    opening = f"Step {step} of {built.layer.kind}, from {built.input_shape} to {built.output_shape}."
    return Scene(WIDTH, y + 2 - spare, tuple(items), " ".join(filter(None, [opening, *notes])))


def _axes(built: Built) -> tuple[Axis, ...]:
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


def _places(built: Built, axes: Sequence[Axis], step: int) -> tuple[int, ...]:
    """The place along each axis of a step in reading order."""
    number = checks.whole_number(f"{built.layer.kind}: step", step, 0)
    shape = [axis.output or 0 for axis in axes]
    if number >= prod(shape):
        raise ValueError(
            f"{built.layer.kind}: step={step}, but the output of shape {built.output_shape} has {prod(shape):,} "
            f"places only, 0 to {prod(shape) - 1:,}."
        )
    return (number,) if len(shape) == 1 else divmod(number, shape[1])


def _input(built: Built, layout: Layout) -> Iterator[Item]:
    down, across, cell = layout.down, layout.across, layout.cell
    rows, columns = layout.reads
    left = columns.start
    yield from _heading("input", left, _TITLE_Y, str(built.input_shape), GAP + len(across.cells) * cell - 8)
    # Solid lines cover the dashed ones that they share an edge with.
    for is_padding in (True, False):
        kind = "padding" if is_padding else "cell"
        for row in down.cells:
            for column in across.cells:
                if (down.is_padding(row) or across.is_padding(column)) is is_padding:
                    name = f"input/{kind}-{row - down.cells.start}-{column - across.cells.start}"
                    x, y = columns.at(column), rows.at(row)
                    yield Box(name, x, y, cell, cell, edge="muted", dashed=is_padding, line=_THIN)
    yield from _numbers("input/column", across, across.cells, columns, _INDEX_Y, cell)
    if not layout.is_strip:
        yield from _row_numbers("input/row", down, down.cells, rows, left - 5, cell, "end")
    for i, row in enumerate(down.reads):
        for j, column in enumerate(across.reads):
            yield _filled(f"window/{i}-{j}", columns.at(column), rows.at(row), cell)
    yield from _stride(layout)
    yield _outline("window", layout.frame)


def _filled(name: str, x: float, y: float, cell: float) -> Box:
    inset = _INSET * cell
    return Box(name, x + inset, y + inset, cell - 2 * inset, cell - 2 * inset, "state", None)


def _outline(name: str, frame: Frame) -> Wire:
    left, top, right, bottom = frame
    corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top - _THICK / 2))
    return Wire(name, corners, width=_THICK, arrow=False, radius=0)


def _behind(name: str, frame: Frame, front: Frame) -> Wire:
    """What a frame shows from behind another that stands beside it, above it or below it."""
    left, top, right, bottom = frame
    if right > front[2]:
        start = max(left, front[2])
        points = [(start, top), (right, top), (right, bottom), (start, bottom)]
    elif left < front[0]:
        start = min(right, front[0])
        points = [(start, top), (left, top), (left, bottom), (start, bottom)]
    elif bottom > front[3]:
        start = max(top, front[3])
        points = [(left, start), (left, bottom), (right, bottom), (right, start)]
    else:
        start = min(bottom, front[1])
        points = [(left, start), (left, top), (right, top), (right, start)]
    return Wire(name, (*points, points[0]), width=1.2, arrow=False, dashed=True, radius=0)


def _stride(layout: Layout) -> Iterator[Item]:
    """How far it is to the next place, along each axis that has one."""
    down, across = layout.down, layout.across
    rows, columns = layout.reads
    if across.neighbour in across.places:
        yield _behind("next/across", layout.framed(down.place, across.neighbour), layout.frame)
        start, end = sorted(columns.at(across.axis.read(place).start) for place in (across.place, across.neighbour))
        yield Wire("stride/across", ((start, _RAIL_Y), (end, _RAIL_Y)), "muted")
        yield Label("stride/across-words", end + 4, _RAIL_Y, f"stride {across.axis.stride}", 54, 9, "start", "muted")
    if down.neighbour in down.places:
        yield _behind("next/down", layout.framed(down.neighbour, across.place), layout.frame)
        start, end = sorted(rows.at(down.axis.read(place).start) for place in (down.place, down.neighbour))
        x = columns.start - LEFT + 50
        yield Wire("stride/down", ((x, start), (x, end)), "muted")
        words = f"stride {down.axis.stride}"
        yield Label("stride/down-words", x - 5, (start + end) / 2, words, 42, 9, "end", "muted")


def _output(built: Built, layout: Layout) -> Iterator[Item]:
    down, across, cell = layout.down, layout.across, layout.cell
    rows, columns = layout.writes
    for row in down.places:
        for column in across.places:
            name = f"output/cell-{row - down.places.start}-{column - across.places.start}"
            yield Box(name, columns.at(column), rows.at(row), cell, cell, edge="muted", line=_THIN)
    yield _filled("output/written", *layout.written, cell)
    x, y = layout.written
    yield _outline("output/frame", (x, y, x + cell, y + cell))
    if layout.is_strip:
        below = rows.start + cell
        yield from _numbers("output/column", across, across.places, columns, below + 8, cell)
        left = layout.reads[1].start
        yield from _heading("output", left, below + 24, str(built.output_shape), WIDTH - left - MARGIN, beside=True)
    else:
        right, shape = columns.at(across.places.stop), str(built.output_shape)
        # A narrow output's shape is wider than its cells, but left of it there is room.
        x = min(columns.start, WIDTH - MARGIN - width(shape, _SMALL))
        yield from _numbers("output/column", across, across.places, columns, _INDEX_Y, cell)
        yield from _row_numbers("output/row", down, down.places, rows, right + 5, cell, "start")
        yield from _heading("output", x, _TITLE_Y, shape, WIDTH - x - MARGIN)


def _heading(name: str, x: float, y: float, shape: str, room: float, *, beside: bool = False) -> Iterator[Label]:
    right, down = (48.0, 0.0) if beside else (0.0, _SHAPE_Y - _TITLE_Y)
    yield Label(f"{name}/title", x, y, name, min(room, 46), 10.5, "start", bold=True)
    yield Label(f"{name}/shape", x + right, y + down, shape, room - right, _SMALL, "start")


def _numbers(name: str, view: View, cells: range, line: Line, y: float, cell: float) -> Iterator[Label]:
    """The cells' numbers, every third of them where they are wide."""
    every = 1 if width(str(cells[-1]), _INDEX_SIZE) < cell else 3
    for place, number in enumerate(cells):
        text = "" if place % every or view.is_padding(number) else str(number)
        yield Label(
            f"{name}-{place}", line.at(number) + cell / 2, y, text, every * cell - 2, _INDEX_SIZE, colour="muted"
        )


def _row_numbers(
    name: str, view: View, cells: range, line: Line, x: float, cell: float, anchor: Literal["start", "end"]
) -> Iterator[Label]:
    for place, number in enumerate(cells):
        text = "" if view.is_padding(number) else str(number)
        yield Label(f"{name}-{place}", x, line.at(number) + cell / 2, text, 27, _INDEX_SIZE, anchor, "muted")


def _funnel(layout: Layout) -> Iterator[Wire]:
    """From the window to the cell that it writes."""
    left, top, right, bottom = layout.frame
    x, y = layout.written
    cell = layout.cell
    ways = (
        {"left": ((left, bottom), (x, y)), "right": ((right, bottom), (x + cell, y))}
        if layout.is_strip
        else {"upper": ((right, top), (x, y)), "lower": ((right, bottom), (x, y + cell))}
    )
    for name, points in ways.items():
        yield Wire(f"way/{name}", points, width=_THIN, arrow=False)
