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
from tutor.pictures.sheets import MOST_SHEETS, SHORTEST, Stack, face
from tutor.pictures.views import Axis, axes_of, sizes_of
from tutor.pictures.wording import listed, parameters
from tutor.symbols import Expression, Number, product, total

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
    """What the picture says about a layer: its axes, and how many channels enter, are read by a filter, and leave."""

    built: Built
    axes: tuple[Axis, ...]
    channels: int
    reads: int
    filters: int

    @classmethod
    def of(cls, built: Built) -> _Convolution:
        enter, leave = sizes_of(built)
        return cls(
            built, tuple(axes_of(built)), enter["channels"] or 1, built.weights[0].shape[-2], leave["filters"] or 1
        )

    @property
    def has_bias(self) -> bool:
        return len(self.built.weights) > 1

    @property
    def of_one_filter(self) -> Expression:
        """The parameter count of one filter: a kernel's axes without the last, and its one bias."""
        terms = [product(self.built.weights[0].axes[:-1]), *([Number(1)] if self.has_bias else [])]
        return total(terms, self.built.order)

    @property
    def scale(self) -> float:
        """Points to a cell of the input or the output."""
        return _SIDE / max(size or _UNKNOWN * axis.reach for axis in self.axes for size in (axis.size, axis.output))

    @property
    def numbers(self) -> str:
        """How many filters there are, in words."""
        return "1 filter" if self.filters == 1 else f"{self.filters} filters"


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
    what = _Convolution.of(built)
    sizes = [axis.size for axis in what.axes], [axis.output for axis in what.axes]
    entering = Stack(_INPUT, _MIDDLE, face(sizes[0], what.scale, _SIDE), what.channels, _STEP)
    leaving = Stack(_OUTPUT, _MIDDLE, face(sizes[1], what.scale, _SIDE), what.filters, _STEP)
    rows, notes = [*_rows(what)], [_meaning(what), _scale_note(what)]
    below, end = lines_below(rows, notes, _BOTTOM)
    items = [*_heading(what), *_input(what, entering), *_output(what, leaving), *_filters(what, entering, leaving)]
    return Scene(WIDTH, end, (*items, *below), _in_words(what, rows))


def _heading(what: _Convolution) -> Iterator[Item]:
    built, middle = what.built, (_FILTER + _BEND) / 2
    for name, x, title, text in (
        ("input", _INPUT, "input", str(built.input_shape)),
        ("filters", middle, what.numbers, f"of {built.layer.kind}"),
        ("output", _OUTPUT, "output", str(built.output_shape)),
    ):
        yield Label(f"{name}/title", x, _TITLE_Y, title, 150, 10.5, bold=True)
        yield Label(f"{name}/shape", x, _SHAPE_Y, text, 200, _SMALL, colour="muted" if name == "filters" else "ink")


def _input(what: _Convolution, stack: Stack) -> Iterator[Item]:
    left, top, *_ = stack.corners
    yield from stack.sheets("input")
    yield Box("input/window", left, top, *_window(what, stack, [axis.reach for axis in what.axes]), line=_THICK)
    yield from stack.labels("input", [(axis.name, axis.size) for axis in what.axes], _BRANCH - 4, at_right=False)


def _output(what: _Convolution, stack: Stack) -> Iterator[Item]:
    left, top, *_ = stack.corners
    last, *others = stack.sheets("output")
    side = _window(what, stack, [1 for _ in what.axes])
    yield last
    if others:
        yield Box("filter-last/writes", left + stack.depth, top - stack.depth, *side, line=_THICK)
    yield from others
    yield Box("filter-first/writes", left, top, *side, line=_THICK)
    yield from stack.labels("output", [(axis.name, axis.output) for axis in what.axes], WIDTH - MARGIN, at_right=True)


def _window(what: _Convolution, stack: Stack, cells: Sequence[int]) -> tuple[float, float]:
    """Width and height of so many cells on a sheet; along a single axis they are as high as the sheet."""
    *heights, width = [max(number * what.scale, SMALLEST_WINDOW) for number in cells]
    return min(width, stack.face[0]), min(heights[0], stack.face[1]) if heights else stack.face[1]


def _filters(what: _Convolution, entering: Stack, leaving: Stack) -> Iterator[Item]:
    """The first filter and the last: each reads the channels of its group, and writes a sheet of its own."""
    windows = [axis.window for axis in what.axes]
    sides = face(windows, _FILTER_SIDE / max(windows), _FILTER_SIDE)
    is_alone = what.filters == 1
    left, top, *_ = leaving.corners
    for name, y in (("first", _MIDDLE if is_alone else _FIRST_FILTER), ("last", _LAST_FILTER)):
        is_last = name == "last"
        if is_last and is_alone:
            break
        name = f"filter-{name}"
        stack = Stack(_FILTER, y, sides, what.reads, _FILTER_STEP)
        yield from _filter(name, stack, f"filter {what.filters if is_last else 1}", what)
        bracket, start = entering.bracket(f"{name}/reads", what.reads, last=is_last)
        end = stack.way_in
        yield from bracket
        yield Wire(f"{name}/way-in", (start, (_BRANCH, start[1]), (_BRANCH, end[1]), end))
        back = leaving.depth if is_last else 0.0
        start, end = stack.way_out, (left + back, top - back + SMALLEST_WINDOW / 2)
        yield Wire(f"{name}/way-out", (start, (_BEND, start[1]), (_BEND, end[1]), end))
    if what.filters > 2:
        yield Label("filters/between", _FILTER, (_FIRST_FILTER + _LAST_FILTER) / 2, "⋮", 20, 13)


def _filter(name: str, stack: Stack, title: str, what: _Convolution) -> Iterator[Item]:
    yield from stack.sheets(name, "paper")
    left, top, right, bottom = stack.corners
    *heights, width = [axis.window if axis.window <= MOST_LINES else 1 for axis in what.axes]
    for place in range(1, width):
        x = left + (right - left) * place / width
        yield Wire(f"{name}/column-{place}", ((x, top), (x, bottom)), width=_THIN, arrow=False)
    for place in range(1, heights[0] if heights else 1):
        y = top + (bottom - top) * place / heights[0]
        yield Wire(f"{name}/row-{place}", ((left, y), (right, y)), width=_THIN, arrow=False)
    lines = {"title": title, "weights": f"{_size(what)} weights", "bias": "+ 1 bias" if what.has_bias else "no bias"}
    for (part, text), down in zip(lines.items(), (-21.0, -9.5, 9.5), strict=True):
        y, room = stack.way_out[1] + down, _BEND - _WORDS - 4
        yield Label(f"{name}/{part}", _WORDS, y, text, room, _SMALL, "start", bold=part == "title")


def _size(what: _Convolution) -> str:
    return " × ".join(map(str, what.built.weights[0].shape[:-1]))


def _rows(what: _Convolution) -> Iterator[tuple[str, str]]:
    """The rules, each with its name: symbols, numbers, result."""
    rules = what.built.output_rules
    for axis in what.axes:
        unknown = f"None, since the input's {axis.name} is None"
        yield f"output {axis.name}", equation(rules[axis.name]) if axis.name in rules else unknown
    yield "one filter", equation(what.of_one_filter)
    yield "parameters", equation(what.built.formula)


def _meaning(what: _Convolution) -> str:
    if what.channels == 1:
        return "Each filter reads the one channel of the input and makes one channel of the output."
    part = "both" if what.channels == 2 else f"all {what.channels}"
    if what.reads < what.channels:
        part = f"only {what.reads} of the {what.channels}"
    return f"Each filter reads {part} channels of the input and makes one channel of the output."


def _scale_note(what: _Convolution) -> str:
    parts = ["Input and output are drawn on one scale, filters larger"]
    sizes = [size for axis in what.axes for size in (axis.size, axis.output)]
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
        f"It has {what.numbers}, each of {_size(what)} weights and {'one bias' if what.has_bias else 'no bias'}.",
        _meaning(what),
        *(f"{name[0].upper()}{name[1:]}: {text}." for name, text in rows),
        f"The layer has {parameters(built.count)}.",
    ]
    return " ".join(sentences)
