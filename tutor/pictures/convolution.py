"""A convolution: what enters as sheets, one a channel, the filters that read it, and a sheet of output for each filter.

After the figures of Chilakapati 2019's follow-up on data shapes, made exact: sizes, counts and the rule of the output's
size are read off the built layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.pictures.scene import Anchor, Box, Item, Label, Point, Scene, Wire, ruled
from tutor.pictures.views import ONE_ROW, Axis, axes_of, sizes_of
from tutor.pictures.wording import MARGIN, WIDTH, equation, lines_below, listed, parameters
from tutor.symbols import Number, product, total

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: The layers that this picture fits.
KINDS = ("Conv1D", "Conv2D")
#: Of the channels, no more than so many are drawn; of a filter's rows or columns, none if there are more.
MOST_SHEETS, MOST_LINES = 8, 7
#: No side of a sheet is drawn shorter than this, in points, and no side of a window on it.
SHORTEST, SMALLEST_WINDOW = 14.0, 4.0

_TITLE_Y, _SHAPE_Y, _MIDDLE, _BOTTOM = 12.0, 26.0, 118.0, 210.0
_INPUT, _BRANCH, _FILTER, _WORDS, _BEND, _OUTPUT = 118.0, 214.0, 257.0, 290.0, 442.0, 520.0
#: The longest side of a sheet, and how far each is from the one in front of it.
_SIDE, _STEP, _FILTER_SIDE, _FILTER_STEP = 88.0, 6.0, 34.0, 3.0
_FIRST_FILTER, _LAST_FILTER = 162.0, 72.0
_SMALL, _LINE, _GAP, _THIN, _THICK = 9.5, 11.0, 4.0, 0.8, 1.4
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
    def parts(self) -> tuple[str, str]:
        """What one filter has."""
        kernel, *bias = self.built.weights
        return " × ".join(f"{size:,}" for size in kernel.shape[:-1]) + " weights", "+ 1 bias" if bias else "no bias"

    @property
    def sizes(self) -> tuple[tuple[int | None, int | None], tuple[int | None, int | None]]:
        """Downwards and across, of the input and of the output."""
        return (self.down.size, self.across.size), (self.down.output, self.across.output)

    @property
    def scale(self) -> float:
        """Points to a cell of the input or the output."""
        unknown = _UNKNOWN * max(self.down.reach, self.across.reach)
        return _SIDE / max(size or unknown for sizes in self.sizes for size in sizes)

    def tensor(self, name: str, x: float, sizes: Sequence[int | None], channels: int) -> list[Box]:
        """The sheets of a tensor of such sizes, downwards and across."""
        height, width = (_SIDE if size is None else max(size * self.scale, SHORTEST) for size in sizes)
        return _sheets(name, (x, _MIDDLE), (width, height), channels, _STEP)

    def cells(self, name: str, sheet: Box, down: int, across: int) -> Box:
        """So many cells in a sheet's corner, around them."""
        width, height = (max(cells * self.scale, SMALLEST_WINDOW) for cells in (across, down))
        height = sheet.height if self.down is ONE_ROW else min(height, sheet.height)
        return Box(name, sheet.x, sheet.y, min(width, sheet.width), height, line=_THICK)


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
    rows = [*_rows(what)]
    below, end = lines_below(rows, [_meaning(what), _scale_note(what)], _BOTTOM)
    return Scene(WIDTH, end, (*_heading(what), *_drawn(what), *below), _in_words(what, rows))


def _heading(what: _Convolution) -> Iterator[Item]:
    built, middle = what.built, (_FILTER + _BEND) / 2
    for name, x, title, text in (
        ("input", _INPUT, "input", str(built.input_shape)),
        ("filters", middle, what.numbers, f"of {built.layer.kind}"),
        ("output", _OUTPUT, "output", str(built.output_shape)),
    ):
        yield Label(f"{name}/title", x, _TITLE_Y, title, 150, 10.5, bold=True)
        yield Label(f"{name}/shape", x, _SHAPE_Y, text, 200, _SMALL, colour="muted" if name == "filters" else "ink")


def _drawn(what: _Convolution) -> Iterator[Item]:
    """What enters with one window on it; what leaves with what two filters write; the first filter and the last."""
    entering = what.tensor("input", _INPUT, what.sizes[0], what.channels)
    leaving = what.tensor("output", _OUTPUT, what.sizes[1], what.filters)
    yield from reversed(entering)
    yield what.cells("input/window", entering[0], what.down.reach, what.across.reach)
    yield from _labels("input", entering, what, what.channels, _BRANCH - 4)
    filters = [("filter-first", 1, leaving[0])]
    filters += [("filter-last", what.filters, leaving[-1])] if what.filters > 1 else []
    for sheet in reversed(leaving):
        yield sheet
        yield from (what.cells(f"{name}/writes", sheet, 1, 1) for name, _, written in filters if written is sheet)
    yield from _labels("output", leaving, what, what.filters, WIDTH - MARGIN)
    for name, number, written in filters:
        yield from _filter(name, number, what, entering, written)
    if what.filters > 2:
        yield Label("filters/between", _FILTER, (_FIRST_FILTER + _LAST_FILTER) / 2, "⋮", 20, 13)


def _sheets(
    name: str, middle: Point, face: tuple[float, float], channels: int, step: float, fill: str = "tensor"
) -> list[Box]:
    """Sheets of one width and height, each a step further up and to the right than the one in front of it."""
    drawn, (width, height) = min(channels, MOST_SHEETS), face
    left, top = middle[0] - (width + (drawn - 1) * step) / 2, middle[1] - (height - (drawn - 1) * step) / 2
    return [
        Box(f"{name}/{place}", left + place * step, top - place * step, width, height, fill, line=_THIN)
        for place in range(drawn)
    ]


def _labels(name: str, sheets: list[Box], what: _Convolution, channels: int, end: float) -> Iterator[Item]:
    """The number of channels, which may reach to the x ``end``, and the sizes of the axes along the edges."""
    first, last, is_output = sheets[0], sheets[-1], name == "output"
    height, width = ("None" if size is None else f"{size:,}" for size in what.sizes[is_output])
    down, across = what.down.name, what.across.name
    words = "1 channel" if channels == 1 else f"{channels:,} channels"
    yield Label(f"{name}/channels", last.x - _GAP, last.y - _GAP - 7, words, end - last.x + _GAP, _SMALL, "start")
    edges = {across: ((first.x, first.bottom + _GAP), (first.right, first.bottom + _GAP))}
    if len(sheets) > 1:
        edges["channels"] = ((first.x - _GAP, first.y - _GAP), (last.x - _GAP, last.y - _GAP))
    yield Label(f"{name}/{across}", first.x + first.width / 2, first.bottom + 12, f"{across} {width}", 160, _SMALL)
    if down:
        side, x, out = (last, last.right, _GAP) if is_output else (first, first.x, -_GAP)
        anchor: Anchor = "start" if is_output else "end"
        edges[down] = ((x + out, side.y), (x + out, side.bottom))
        for suffix, text, line in (("", down, -0.5), ("-size", height, 0.5)):
            y = side.y + side.height / 2 + line * _LINE
            yield Label(f"{name}/{down}{suffix}", x + 2 * out, y, text, 44, _SMALL, anchor)
    for edge, points in edges.items():
        yield Wire(f"{name}/{edge}-edge", points, "muted", _THIN, arrow=False)


def _filter(name: str, number: int, what: _Convolution, entering: list[Box], written: Box) -> Iterator[Item]:
    """A filter with its cells, the channels of its group, which it reads, and the sheet that it writes."""
    windows = [what.across.window, what.down.window]
    width, height = (max(window * _FILTER_SIDE / max(windows), SHORTEST) for window in windows)
    y = _MIDDLE if what.filters == 1 else _FIRST_FILTER if number == 1 else _LAST_FILTER
    sheets = _sheets(name, (_FILTER, y), (width, height), what.reads, _FILTER_STEP, "paper")
    first, last = sheets[0], sheets[-1]
    yield from reversed(sheets)
    columns, rows = (window if window <= MOST_LINES else 1 for window in windows)
    xs = [first.x + width * column / columns for column in range(columns + 1)]
    ys = [first.y + height * row / rows for row in range(rows + 1)]
    yield from ruled(f"{name}/cells", xs, ys, "ink", _THIN)
    y, room = last.y + height / 2, _BEND - _WORDS - 4
    yield Label(f"{name}/title", _WORDS, y - 21, f"filter {number:,}", room, _SMALL, "start", bold=True)
    for part, text, below in zip(("weights", "bias"), what.parts, (-9.5, 9.5), strict=True):
        yield Label(f"{name}/{part}", _WORDS, y + below, text, room, _SMALL, "start")
    start = entering[0].right, entering[0].y + entering[0].height / 2
    if len(entering) > 1:
        # A line along the channels that it reads.
        share = max(round(len(entering) * what.reads / what.channels), 1)
        read, out = entering[:share] if number == 1 else entering[-share:], 0.4 * _STEP
        ends = (
            (read[0].right + 3 - out, read[0].bottom + 3 + out),
            (read[-1].right + 3 + out, read[-1].bottom + 3 - out),
        )
        yield Wire(f"{name}/reads", ends, arrow=False)
        start = (ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2
    way_in, corner = (first.x, first.y + height / 2), (written.x, written.y + SMALLEST_WINDOW / 2)
    for way, begin, bend, end in (("in", start, _BRANCH, way_in), ("out", (last.right, y), _BEND, corner)):
        yield Wire(f"{name}/way-{way}", (begin, (bend, begin[1]), (bend, end[1]), end))


def _rows(what: _Convolution) -> Iterator[tuple[str, str]]:
    """The rules, each with its name: symbols, numbers, result."""
    built = what.built
    for axis in built.layer.spatial:
        rule = built.output_rules.get(axis)
        yield f"output {axis}", f"None, since the input's {axis} is None" if rule is None else equation(rule)
    # A kernel's axes but the last are those of one filter.
    terms = [product(built.weights[0].axes[:-1]), *(Number(1) for _ in built.weights[1:])]
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
    note = "Input and output are drawn on one scale; filters are larger, and so is what would be too small to see"
    unknown = "; None stands for any size" if any(None in sizes for sizes in what.sizes) else ""
    further = f"; of more than {MOST_SHEETS} channels, {MOST_SHEETS} are drawn"
    return f"{note}{unknown}{further if max(what.channels, what.filters) > MOST_SHEETS else ''}."


def _in_words(what: _Convolution, rows: Sequence[tuple[str, str]]) -> str:
    built = what.built
    sentences = [
        f"{built.layer.kind} on an input of shape {built.input_shape} makes an output of shape {built.output_shape}.",
        f"It has {what.numbers}, each of {' and '.join(what.parts).replace('+ ', '')}.",
        _meaning(what),
        *(f"{name.capitalize()}: {text}." for name, text in rows),
        f"The layer has {parameters(built.count)}.",
    ]
    return " ".join(sentences)
