"""A convolution: what enters as sheets, the filters that read it, and a sheet of output for each filter.

After the figures of Chilakapati 2019's follow-up on data shapes, made exact: sizes, counts and the rule of the output's
size are read off the built layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.pictures.rules import MARGIN, WIDTH, equation, lines_below
from tutor.pictures.scene import Box, Item, Label, Scene, Wire
from tutor.pictures.sheets import MOST_SHEETS, SHORTEST, Stack
from tutor.pictures.views import ONE_ROW, Axis, axes_of, sizes_of
from tutor.pictures.wording import listed, parameters
from tutor.symbols import Number, product, total

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: The layers that this picture fits.
KINDS = ("Conv1D", "Conv2D")
#: On a sheet, no window is drawn smaller than this, in points.
SMALLEST_WINDOW = 4.0
#: A filter of up to so many rows or columns shows them.
MOST_LINES = 7

_TITLE_Y, _SHAPE_Y, _MIDDLE, _BOTTOM = 12.0, 26.0, 118.0, 210.0
_INPUT, _BRANCH, _FILTER, _WORDS, _BEND, _OUTPUT = 118.0, 214.0, 257.0, 290.0, 442.0, 520.0
_SIDE, _STEP = 88.0, 6.0
_FILTER_SIDE, _FILTER_STEP = 34.0, 3.0
_LAST_FILTER, _FIRST_FILTER = 72.0, 162.0
_SMALL, _THIN, _THICK = 9.5, 0.8, 1.4
#: An axis of unknown size is drawn as so many windows.
_UNKNOWN = 4


@dataclass(frozen=True)
class _Convolution:
    """What the picture says about a layer: how many channels enter, are read by one filter, and leave."""

    built: Built
    down: Axis
    across: Axis
    channels: int
    reads: int
    filters: int

    @property
    def numbers(self) -> str:
        """How many filters there are, in words."""
        return "1 filter" if self.filters == 1 else f"{self.filters:,} filters"

    @property
    def weights(self) -> str:
        """The size of one filter."""
        return " × ".join(f"{size:,}" for size in self.built.weights[0].shape[:-1]) + " weights"

    @property
    def has_bias(self) -> bool:
        return len(self.built.weights) > 1

    @property
    def sizes(self) -> tuple[tuple[int | None, int | None], tuple[int | None, int | None]]:
        """Downwards and across, of the input and of the output."""
        return (self.down.size, self.across.size), (self.down.output, self.across.output)

    @property
    def scale(self) -> float:
        """Points to a cell of the input or the output."""
        unknown = _UNKNOWN * max(self.down.reach, self.across.reach)
        return _SIDE / max(size or unknown for sizes in self.sizes for size in sizes)

    def face(self, sizes: Sequence[int | None]) -> tuple[float, float]:
        """The width and height of a sheet of such sizes, downwards and across."""
        height, width = (_SIDE if size is None else max(size * self.scale, SHORTEST) for size in sizes)
        return width, height

    def window(self, stack: Stack, down: int, across: int) -> tuple[float, float]:
        """The width and height of so many cells on a sheet."""
        width, height = (max(cells * self.scale, SMALLEST_WINDOW) for cells in (across, down))
        return min(width, stack.face[0]), stack.face[1] if self.down is ONE_ROW else min(height, stack.face[1])


def convolution_scene(built: Built) -> Scene:
    """The picture of a Conv1D or Conv2D.

    Raises:
        ValueError: the layer is none of those.
    """
    if built.layer.kind not in KINDS:
        raise ValueError(
            f"{built.layer.kind} is not drawn as sheets and filters, but {listed(KINDS)} are. Its shapes are in "
            "tutor.flow_diagram, its weights in tutor.weight_diagram."
        )
    enter, leave = sizes_of(built)
    reads = built.weights[0].shape[-2]
    what = _Convolution(built, *axes_of(built), enter["channels"] or 1, reads, leave["filters"] or 1)
    entering = Stack(_INPUT, _MIDDLE, what.face(what.sizes[0]), what.channels, _STEP)
    leaving = Stack(_OUTPUT, _MIDDLE, what.face(what.sizes[1]), what.filters, _STEP)
    rows = [*_rows(what)]
    below, end = lines_below(rows, [_meaning(what), _scale_note(what)], _BOTTOM)
    items = [*_heading(what), *_sheets(what, entering, leaving), *_filters(what, entering, leaving), *below]
    return Scene(WIDTH, end, tuple(items), _in_words(what, rows))


def _heading(what: _Convolution) -> Iterator[Item]:
    built, middle = what.built, (_FILTER + _BEND) / 2
    for name, x, title, text in (
        ("input", _INPUT, "input", str(built.input_shape)),
        ("filters", middle, what.numbers, f"of {built.layer.kind}"),
        ("output", _OUTPUT, "output", str(built.output_shape)),
    ):
        yield Label(f"{name}/title", x, _TITLE_Y, title, 150, 10.5, bold=True)
        yield Label(f"{name}/shape", x, _SHAPE_Y, text, 200, _SMALL, colour="muted" if name == "filters" else "ink")


def _sheets(what: _Convolution, entering: Stack, leaving: Stack) -> Iterator[Item]:
    """What enters with one window on it; what leaves with what the first filter writes there, and the last."""
    down, across = what.down, what.across
    yield from entering.sheets("input")
    yield Box(
        "input/window", entering.left, entering.top, *what.window(entering, down.reach, across.reach), line=_THICK
    )
    yield from entering.labels("input", (down.name, across.name), what.sizes[0], _BRANCH - 4, at_right=False)
    left, top = leaving.left, leaving.top
    last, *others = leaving.sheets("output")
    number = what.window(leaving, 1, 1)
    yield last
    if others:
        yield Box("filter-last/writes", left + leaving.depth, top - leaving.depth, *number, line=_THICK)
    yield from others
    yield Box("filter-first/writes", left, top, *number, line=_THICK)
    yield from leaving.labels("output", (down.name, across.name), what.sizes[1], WIDTH - MARGIN, at_right=True)


def _filters(what: _Convolution, entering: Stack, leaving: Stack) -> Iterator[Item]:
    """The first filter and the last: each reads the channels of its group, and writes a sheet of its own."""
    largest = max(what.down.window, what.across.window)
    sides = [max(window * _FILTER_SIDE / largest, SHORTEST) for window in (what.across.window, what.down.window)]
    for number in (1,) if what.filters == 1 else (1, what.filters):
        is_last = number > 1
        name, y = ("filter-last", _LAST_FILTER) if is_last else ("filter-first", _FIRST_FILTER)
        stack = Stack(_FILTER, _MIDDLE if what.filters == 1 else y, (sides[0], sides[1]), what.reads, _FILTER_STEP)
        yield from _filter(name, stack, number, what)
        bracket, start = entering.bracket(f"{name}/reads", what.reads, last=is_last)
        end = stack.way_in
        yield from bracket
        yield Wire(f"{name}/way-in", (start, (_BRANCH, start[1]), (_BRANCH, end[1]), end))
        back = leaving.depth if is_last else 0.0
        start, end = stack.way_out, (leaving.left + back, leaving.top - back + SMALLEST_WINDOW / 2)
        yield Wire(f"{name}/way-out", (start, (_BEND, start[1]), (_BEND, end[1]), end))
    if what.filters > 2:
        yield Label("filters/between", _FILTER, (_FIRST_FILTER + _LAST_FILTER) / 2, "⋮", 20, 13)


def _filter(name: str, stack: Stack, number: int, what: _Convolution) -> Iterator[Item]:
    yield from stack.sheets(name, "paper")
    left, top, right, bottom = stack.left, stack.top, stack.right, stack.bottom
    rows, columns = (axis.window if axis.window <= MOST_LINES else 1 for axis in (what.down, what.across))
    for place in range(1, columns):
        x = left + (right - left) * place / columns
        yield Wire(f"{name}/column-{place}", ((x, top), (x, bottom)), width=_THIN, arrow=False)
    for place in range(1, rows):
        y = top + (bottom - top) * place / rows
        yield Wire(f"{name}/row-{place}", ((left, y), (right, y)), width=_THIN, arrow=False)
    y, room = stack.way_out[1], _BEND - _WORDS - 4
    yield Label(f"{name}/title", _WORDS, y - 21, f"filter {number:,}", room, _SMALL, "start", bold=True)
    yield Label(f"{name}/weights", _WORDS, y - 9.5, what.weights, room, _SMALL, "start")
    yield Label(f"{name}/bias", _WORDS, y + 9.5, "+ 1 bias" if what.has_bias else "no bias", room, _SMALL, "start")


def _rows(what: _Convolution) -> Iterator[tuple[str, str]]:
    """The rules, each with its name: symbols, numbers, result."""
    built = what.built
    for axis in built.layer.spatial:
        rule = built.output_rules.get(axis)
        yield f"output {axis}", f"None, since the input's {axis} is None" if rule is None else equation(rule)
    # A kernel's axes but the last are those of one filter.
    terms = [product(built.weights[0].axes[:-1]), *([Number(1)] if what.has_bias else [])]
    yield "one filter", equation(total(terms, built.order))
    yield "parameters", equation(built.formula)


def _meaning(what: _Convolution) -> str:
    if what.channels == 1:
        return "Each filter reads the one channel of the input and makes one channel of the output."
    part = "both" if what.channels == 2 else f"all {what.channels:,}"
    if what.reads < what.channels:
        part = f"only {what.reads:,} of the {what.channels:,}"
    return f"Each filter reads {part} channels of the input and makes one channel of the output."


def _scale_note(what: _Convolution) -> str:
    parts = ["Input and output are drawn on one scale, filters larger"]
    sizes = [size for several in what.sizes for size in several]
    if what.scale < SMALLEST_WINDOW or any(size is not None and size * what.scale < SHORTEST for size in sizes):
        parts.append("what would be too small to see is enlarged")
    if None in sizes:
        parts.append("None stands for any size")
    if max(what.channels, what.filters) > MOST_SHEETS:
        parts.append(f"of more than {MOST_SHEETS} channels, {MOST_SHEETS} are drawn")
    return f"{'; '.join(parts)}."


def _in_words(what: _Convolution, rows: Sequence[tuple[str, str]]) -> str:
    built = what.built
    sentences = [
        f"{built.layer.kind} on an input of shape {built.input_shape} makes an output of shape {built.output_shape}.",
        f"It has {what.numbers}, each of {what.weights} and {'one bias' if what.has_bias else 'no bias'}.",
        _meaning(what),
        *(f"{name[0].upper()}{name[1:]}: {text}." for name, text in rows),
        f"The layer has {parameters(built.count)}.",
    ]
    return " ".join(sentences)
