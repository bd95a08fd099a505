"""A convolution in space: what enters as sheets, the filters that read it, and a sheet of output for each filter.

After the figures of Chilakapati 2019's follow-up on data shapes, made exact: sizes, counts and the rule of the output's
size are read off the built layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.pictures.scene import Box, Item, Label, Scene, Wire
from tutor.pictures.sheets import MOST_SHEETS, SHORTEST, Stack, face
from tutor.pictures.sliding import Axis, axes_of, channels_of
from tutor.pictures.wording import listed, parameters
from tutor.symbols import Expression, Number, product, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.layers.built import Built

_TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose")
_DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D")
#: The layers that this picture fits.
KINDS = ("Conv1D", "Conv2D", *_DEPTHWISE, *_TRANSPOSED)
#: On a sheet, no window is drawn smaller than this, in points.
SMALLEST_WINDOW = 4.0
#: A filter of up to so many rows or columns shows them.
MOST_LINES = 7

_WIDTH, _MARGIN = 640.0, 6.0
_TITLE_Y, _SHAPE_Y, _MIDDLE, _BOTTOM = 12.0, 26.0, 118.0, 210.0
_INPUT, _BRANCH, _FILTER, _WORDS, _BEND, _OUTPUT = 118.0, 214.0, 257.0, 290.0, 442.0, 520.0
_SIDE, _STEP = 88.0, 6.0
_FILTER_SIDE, _FILTER_STEP = 34.0, 3.0
_LAST_FILTER, _FIRST_FILTER = 72.0, 162.0
_SMALL, _NOTE_SIZE = 9.5, 8.5
_ROW, _NOTE = 14.0, 12.0
_NAMES_END, _RULES = 96.0, 104.0
_THIN, _THICK = 0.8, 1.4
#: An axis of unknown size is drawn as so many windows.
_UNKNOWN = 4


@dataclass(frozen=True)
class _Convolution:
    """What the picture says about a layer."""

    built: Built
    axes: tuple[Axis, ...]
    channels: int
    filters: int

    @classmethod
    def of(cls, built: Built) -> _Convolution:
        channels, filters = (channels_of(built, shape) or 1 for shape in (built.input_shape, built.output_shape))
        return cls(built, axes_of(built), channels, filters)

    @property
    def is_depthwise(self) -> bool:
        return self.built.layer.kind in _DEPTHWISE

    @property
    def is_transposed(self) -> bool:
        return self.built.layer.kind in _TRANSPOSED

    @property
    def filter_axes(self) -> tuple[Expression, ...]:
        """The axes of one filter: the kernel's, without those that tell filters apart."""
        axes = self.built.weights[0].axes
        spatial = axes[: len(self.axes)]
        if self.is_depthwise:
            return spatial
        return (*spatial, axes[-1] if self.is_transposed else axes[-2])

    @property
    def reads(self) -> int:
        """How many channels one filter reads."""
        return 1 if self.is_depthwise else self.filter_axes[-1].value

    @property
    def has_bias(self) -> bool:
        return any(weight.name == "bias" for weight in self.built.weights)

    @property
    def of_one_filter(self) -> Expression:
        """The parameter count of one filter, with its one bias."""
        terms = [product(self.filter_axes), *([Number(1)] if self.has_bias else [])]
        return total(terms, tuple(self.built.sizes.values()))

    @property
    def scale(self) -> float:
        """Points to a cell of the input or the output."""
        cells = [size or _UNKNOWN * axis.reach for axis in self.axes for size in (axis.size, axis.output)]
        return _SIDE / max(cells)

    @property
    def windows(self) -> tuple[list[int], list[int]]:
        """What belongs together on a sheet of the input and on one of the output, in cells along each axis."""
        window, number = [axis.reach for axis in self.axes], [1 for _ in self.axes]
        return (number, window) if self.is_transposed else (window, number)


def convolution_scene(built: Built) -> Scene:
    """The picture of a Conv1D or Conv2D, of its depthwise kind, or of its transposed kind.

    The scenes of one kind of layer with the same ``use_bias`` have the same structure, whatever its sizes.

    Raises:
        ValueError: the layer is none of those.
    """
    if built.layer.kind not in KINDS:
        raise ValueError(
            f"{built.layer.kind} is not drawn as sheets and filters, but {listed(KINDS)} are. Its shapes are in "
            "tutor.flow_diagram, its weights in tutor.weight_diagram."
        )
    what = _Convolution.of(built)
    entering = Stack(_INPUT, _MIDDLE, *face([axis.size for axis in what.axes], what.scale, _SIDE), what.channels, _STEP)
    leaving = Stack(
        _OUTPUT, _MIDDLE, *face([axis.output for axis in what.axes], what.scale, _SIDE), what.filters, _STEP
    )
    rows = list(_rows(what))
    items = [*_heading(what), *_input(what, entering), *_output(what, leaving), *_filters(what, entering, leaving)]
    y = _BOTTOM
    for name, text in rows:
        items.append(Label(f"{name}/name", _NAMES_END, y, name, _NAMES_END - _MARGIN, _SMALL, "end", "muted"))
        items.append(Label(f"{name}/rule", _RULES, y, text, _WIDTH - _RULES - _MARGIN, _SMALL, "start"))
        y += _ROW
    for line, note in enumerate((_meaning(what), _scale_note(what))):
        items.append(Label(f"note-{line}", _MARGIN, y + 2, note, _WIDTH - 2 * _MARGIN, _NOTE_SIZE, "start", "muted"))
        y += _NOTE
    return Scene(_WIDTH, y + 2, tuple(items), _in_words(what, rows))


def _heading(what: _Convolution) -> Iterator[Item]:
    filters = (_FILTER + _BEND) / 2
    words = "1 filter" if what.filters == 1 else f"{what.filters} filters"
    yield Label("filters/title", filters, _TITLE_Y, words, 150, 10.5, bold=True)
    yield Label("filters/kind", filters, _SHAPE_Y, f"of {what.built.layer.kind}", 150, _SMALL, colour="muted")
    for name, x, shape in (("input", _INPUT, what.built.input_shape), ("output", _OUTPUT, what.built.output_shape)):
        yield Label(f"{name}/title", x, _TITLE_Y, name, 200, 10.5, bold=True)
        yield Label(f"{name}/shape", x, _SHAPE_Y, str(shape), 200, _SMALL)


def _input(what: _Convolution, stack: Stack) -> Iterator[Item]:
    *heights, width = what.axes
    yield from stack.sheets("input")
    yield Box("input/window", stack.left, stack.top, *_window(what, stack, what.windows[0]), line=_THICK)
    yield from stack.channels_label("input", _BRANCH - 4 - stack.left - stack.depth)
    yield from stack.width_label("input", width.name, width.size, 180)
    for height in heights:
        yield from stack.height_label("input", height.name, height.size, 44, at_right=False)


def _output(what: _Convolution, stack: Stack) -> Iterator[Item]:
    *heights, width = what.axes
    last, *others = stack.sheets("output")
    side = _window(what, stack, what.windows[1])
    yield last
    yield Box("filter-last/writes", stack.left + stack.depth, stack.top - stack.depth, *side, line=_THICK)
    yield from others
    yield Box("filter-first/writes", stack.left, stack.top, *side, line=_THICK)
    yield from stack.channels_label("output", _WIDTH - _MARGIN - stack.left - stack.depth)
    yield from stack.width_label("output", width.name, width.output, 160)
    for height in heights:
        yield from stack.height_label("output", height.name, height.output, 44, at_right=True)


def _window(what: _Convolution, stack: Stack, cells: Sequence[int]) -> tuple[float, float]:
    """Width and height of so many cells on a sheet; along a single axis they are as high as the sheet."""
    *heights, width = [max(number * what.scale, SMALLEST_WINDOW) for number in cells]
    return min(width, stack.width), min(heights[0], stack.height) if heights else stack.height


def _filters(what: _Convolution, entering: Stack, leaving: Stack) -> Iterator[Item]:
    """The first filter and the last: both read what enters, and each writes a sheet of its own."""
    windows = [axis.window for axis in what.axes]
    sides = face(windows, _FILTER_SIDE / max(windows), _FILTER_SIDE)
    is_alone = what.filters == 1
    places = {"last": _MIDDLE, "first": _MIDDLE} if is_alone else {"last": _LAST_FILTER, "first": _FIRST_FILTER}
    for name, y in places.items():
        is_first = name == "first"
        stack = Stack(_FILTER, y, *sides, what.reads, _FILTER_STEP)
        title = "filter 1" if is_first else "" if is_alone else f"filter {what.filters}"
        yield from _filter(f"filter-{name}", stack, title, what)
        yield from _ways(f"filter-{name}", entering, stack, leaving, 0.0 if is_first else leaving.depth)
    between = "⋮" if what.filters > 2 else ""
    yield Label("filters/between", _FILTER, (_FIRST_FILTER + _LAST_FILTER) / 2, between, 20, 13)


def _filter(name: str, stack: Stack, title: str, what: _Convolution) -> Iterator[Item]:
    """A filter, with its words if it has a title."""
    yield from stack.sheets(name, "paper")
    *heights, width = what.axes
    for place in range(1, MOST_LINES):
        x = stack.left + stack.width * _share(place, width.window)
        yield Wire(f"{name}/column-{place}", ((x, stack.top), (x, stack.bottom)), width=_THIN, arrow=False)
        for height in heights:
            y = stack.top + stack.height * _share(place, height.window)
            yield Wire(f"{name}/row-{place}", ((stack.left, y), (stack.right, y)), width=_THIN, arrow=False)
    weights = " × ".join(str(axis.value) for axis in what.filter_axes) + " weights"
    lines = {"title": title, "weights": weights, "bias": "+ 1 bias" if what.has_bias else "no bias"}
    for (part, text), down in zip(lines.items(), (-21.0, -9.5, 9.5), strict=True):
        y, words = stack.way_out[1] + down, text if title else ""
        yield Label(f"{name}/{part}", _WORDS, y, words, _BEND - _WORDS - 4, _SMALL, "start", bold=part == "title")


def _share(place: int, number: int) -> float:
    """Where the line after ``place`` of ``number`` cells runs; at the edge if there is none, or if there are many."""
    return place / number if place < number <= MOST_LINES else 1.0


def _ways(name: str, entering: Stack, stack: Stack, leaving: Stack, back: float) -> Iterator[Wire]:
    """From the input to a filter, and on to what it writes on the sheet that lies so far back."""
    start, end = entering.way_out, (stack.left, (stack.top + stack.bottom) / 2)
    yield Wire(f"{name}/way-in", (start, (_BRANCH, start[1]), (_BRANCH, end[1]), end))
    start, end = stack.way_out, (leaving.left + back, leaving.top - back + SMALLEST_WINDOW / 2)
    yield Wire(f"{name}/way-out", (start, (_BEND, start[1]), (_BEND, end[1]), end))


def _rows(what: _Convolution) -> Iterator[tuple[str, str]]:
    """The rules, each with its name: symbols, numbers, result."""
    rules = what.built.output_rules
    for axis in what.axes:
        unknown = f"None, since the input's {axis.name} is None"
        yield f"output {axis.name}", _written(rules[axis.name]) if axis.name in rules else unknown
    yield "one filter", _written(what.of_one_filter)
    yield "parameters", _written(what.built.formula)


def _written(rule: Expression) -> str:
    return f"{rule.text} = {rule.numbers} = {rule.value:,}"


def _meaning(what: _Convolution) -> str:
    if what.is_transposed:
        return "Each filter spreads all channels of an input entry over a window of one output channel."
    if what.channels == 1:
        return "Each filter reads the one channel of the input and makes one channel of the output."
    everything = "both" if what.channels == 2 else f"all {what.channels}"
    part = everything if what.reads == what.channels else f"only {what.reads} of the {what.channels}"
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
    size = " × ".join(str(axis.value) for axis in what.filter_axes)
    number, bias = (
        "1 filter" if what.filters == 1 else f"{what.filters} filters",
        "one bias" if what.has_bias else "no bias",
    )
    sentences = [
        f"{built.layer.kind} on an input of shape {built.input_shape} makes an output of shape {built.output_shape}.",
        f"It has {number}, each of {size} weights and {bias}.",
        _meaning(what),
        *(f"{name[0].upper()}{name[1:]}: {text}." for name, text in rows),
        f"The layer owns {parameters(built.count)}.",
    ]
    return " ".join(sentences)
