"""A convolution: what enters as a stack of channels, the filters that reach through it, and the channel each makes.

One filter is picked out: the channels that it reads, its weights, its bias and the channel of the output that it makes
are violet. Sizes, counts and rules are read off the built layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.pictures.kit import ANSWER, MARGIN, SMALL, TEXT, TITLE, WIDTH, many, say, slots
from tutor.pictures.scene import Box, Item, Label, Point, Scene, Wire, ruled
from tutor.pictures.views import ONE_ROW, Axis, axes_of, rules_below, sizes_of
from tutor.pictures.wording import listed
from tutor.symbols import Number, product, total

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: The layers that this picture fits.
KINDS = ("Conv1D", "Conv2D")
#: Of the channels, no more than so many are drawn; of a filter's rows or columns, none if there are more.
MOST_SHEETS, MOST_LINES = 8, 7
#: No side of a sheet is drawn shorter than this, in points, and no side of a window on it.
SHORTEST, SMALLEST_WINDOW = 14.0, 4.0

_TOP, _MIDDLE, _SIDE, _DEEP = 59.0, 147.0, 106.0, 62.0
_RULES, _ONE, _ALL, _NOTE = 263.0, 300.0, 325.0, 348.0
#: Where stacks begin and where wires bend.
_INPUT, _FILTER, _BIAS, _BEND, _OUTPUT = 24.0, 330.0, 462.0, 512.0, 562.0
#: The longest side and the depth of the filter picked out, of the last one, and the middle of each.
_LIT, _LAST = (46.0, 38.0, 176.0), (24.0, 18.0, 92.0)
_THIN, _THICK = 0.8, 2.2
#: An axis of unknown size is drawn as so many windows.
_UNKNOWN = 4


@dataclass(frozen=True)
class _Stack:
    """Sheets of one width and height, each further up and to the right than the one in front of it.

    Attributes:
        at: the front sheet's top left corner.
        drawn: which channels are drawn, from the front; None is a gap.
        step: from one sheet to the next, to the right and up.
    """

    at: Point
    face: tuple[float, float]
    drawn: Sequence[int | None]
    step: float

    @classmethod
    def of(cls, x: float, middle: float, face: tuple[float, float], drawn: Sequence[int | None], deep: float) -> _Stack:
        step = min(deep / max(len(drawn) - 1, 1), face[0] / 4 if face[0] > SHORTEST else 5.0)
        return cls((x, middle + ((len(drawn) - 1) * step - face[1]) / 2), face, drawn, step)

    def sheet(self, name: str, place: int, fill: str, edge: str = "muted") -> Box:
        """The sheet at a place counted from the front."""
        x, y = self.at
        return Box(name, x + place * self.step, y - place * self.step, *self.face, fill, edge, line=_THIN)

    def sheets(self, name: str, fill: str, edge: str = "muted") -> Iterator[tuple[int, Box]]:
        """Each sheet drawn with its channel, from the back."""
        for place in reversed(range(len(self.drawn))):
            if (channel := self.drawn[place]) is not None:
                yield channel, self.sheet(f"{name}/{place}", place, fill, edge)


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
    def drawn(self) -> tuple[int | None, ...]:
        """The channels drawn of what enters: of several groups, the first and the last."""
        if self.channels <= MOST_SHEETS or self.reads == self.channels:
            return slots(self.channels, MOST_SHEETS)
        first, last = slots(self.reads, MOST_SHEETS // 2), self.channels - self.reads
        gap = (None,) if self.channels > 2 * self.reads else ()
        return (*first, *gap, *(None if channel is None else last + channel for channel in first))

    def read(self, *, by_last: bool = False) -> list[int | None]:
        """Those that the first filter reads, or the last one."""
        begin = self.channels - self.reads if by_last else 0
        places = [n for n, c in enumerate(self.drawn) if c is not None and begin <= c < begin + self.reads]
        return list(self.drawn[places[0] : places[-1] + 1])

    @property
    def weights(self) -> str:
        """The weights of one filter."""
        return " × ".join(f"{size:,}" for size in self.built.weights[0].shape[:-1]) + " weights"

    @property
    def bias(self) -> str:
        """What is added to their sum."""
        return "+ 1 bias" if len(self.built.weights) > 1 else "no bias"

    @property
    def sizes(self) -> tuple[tuple[int | None, int | None], tuple[int | None, int | None]]:
        """Downwards and across, of the input and of the output."""
        return (self.down.size, self.across.size), (self.down.output, self.across.output)

    @property
    def scale(self) -> float:
        """Points to a cell of the input or the output."""
        unknown = _UNKNOWN * max(self.down.reach, self.across.reach)
        return _SIDE / max(size or unknown for sizes in self.sizes for size in sizes)

    def stack(self, x: float, sizes: Sequence[int | None], drawn: Sequence[int | None]) -> _Stack:
        """What enters or leaves."""
        height, width = (_SIDE if size is None else max(size * self.scale, SHORTEST) for size in sizes)
        return _Stack.of(x, _MIDDLE, (width, height), drawn, _DEEP)

    def cells(self, name: str, sheet: Box, down: int, across: int) -> Box:
        """So many cells in a sheet's upper right corner, lit."""
        width, height = (max(cells * self.scale, SMALLEST_WINDOW) for cells in (across, down))
        width = min(width, sheet.width)
        height = sheet.height if self.down is ONE_ROW else min(height, sheet.height)
        return Box(name, sheet.right - width, sheet.y, width, height, "lit-fill", "lit", line=1.2)


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
    note, counts = _note(what), _counts(what)
    below = [
        *rules_below(built, _RULES),
        say("one-filter/count", WIDTH / 2, _ONE, counts[0], TEXT, "middle", "lit", bold=True),
        # Only a count of more than twenty digits is set smaller.
        Label("layer/count", WIDTH / 2, _ALL, counts[1], WIDTH - 2 * MARGIN, ANSWER, bold=True),
        say("note", MARGIN, _NOTE, note, SMALL, colour="muted"),
    ]
    return Scene(WIDTH, _NOTE + MARGIN, (*_heading(what), *_drawn(what), *below), _in_words(what, note, counts))


def _heading(what: _Convolution) -> Iterator[Item]:
    built = what.built
    for name, x, title, *lines in (
        ("input", MARGIN, "input", str(built.input_shape), f"{many(what.channels, 'channel')}, a sheet each"),
        ("filters", _FILTER - 42, many(what.filters, "filter"), *_meaning(what)),
        ("output", _OUTPUT - 4, "output", str(built.output_shape), many(what.filters, "channel")),
    ):
        yield say(f"{name}/title", x, 13, title, TITLE, bold=True)
        yield say(f"{name}/shape", x, 29, lines[0], SMALL)
        yield say(f"{name}/channels", x, 43, lines[1], SMALL, colour="muted")


def _drawn(what: _Convolution) -> Iterator[Item]:
    """What enters, with one window through the channels that are read; the filters; what leaves, one channel lit."""
    made = slots(what.filters, MOST_SHEETS)
    entering, leaving = what.stack(_INPUT, what.sizes[0], what.drawn), what.stack(_OUTPUT, what.sizes[1], made)
    windows = []
    for channel, sheet in entering.sheets("input", "tensor"):
        yield sheet
        if channel < what.reads:
            windows.append(what.cells(sheet.id.replace("/", "/window-"), sheet, what.down.reach, what.across.reach))
            yield windows[-1]
    for channel, sheet in leaving.sheets("output", "tensor"):
        yield sheet if channel else replace(sheet, fill="lit-fill", edge="lit", line=_THICK)
    yield replace(what.cells("output/written", leaving.sheet("", 0, ""), 1, 1), fill="lit")
    yield _sizes("input", entering, what)
    yield _sizes("output", leaving, what)
    if what.filters > 1:
        yield from _last_filter(what, entering, leaving)
    yield from _first_filter(what, windows, leaving.sheet("", 0, ""))


def _sizes(name: str, stack: _Stack, what: _Convolution) -> Item:
    """The sizes of the axes, below the front sheet."""
    axes = zip((what.down, what.across), what.sizes[name == "output"], strict=True)
    sizes = (f"{axis.name} {'None' if size is None else f'{size:,}'}" for axis, size in axes if axis is not ONE_ROW)
    x, y = stack.at[0] + stack.face[0] / 2, stack.at[1] + stack.face[1] + 12
    return say(f"{name}/sizes", max(x, 120), y, " × ".join(sizes), SMALL, "middle")


def _filter(
    name: str, what: _Convolution, place: tuple[float, float, float], fill: str, edge: str, *, by_last: bool
) -> tuple[_Stack, list[Item]]:
    """A filter as a stack as deep as what it reads, with its cells on the front."""
    side, deep, middle = place
    middle = _MIDDLE if what.filters == 1 else middle
    windows = [what.across.window, what.down.window]
    face = max(windows[0] * side / max(windows), SHORTEST), max(windows[1] * side / max(windows), SHORTEST)
    stack = _Stack.of(_FILTER, middle, face, what.read(by_last=by_last), deep)
    slices = [box for _, box in stack.sheets(name, fill, edge)]
    columns, rows = (window if window <= MOST_LINES else 1 for window in windows)
    xs = [stack.at[0] + face[0] * column / columns for column in range(columns + 1)]
    ys = [stack.at[1] + face[1] * row / rows for row in range(rows + 1)]
    return stack, [*slices, *ruled(f"{name}/cells", xs, ys, edge, _THIN)]


def _first_filter(what: _Convolution, windows: list[Box], made: Box) -> Iterator[Item]:
    """The filter picked out: a wire from each window to its slice, its bias, and the channel that it makes."""
    stack, items = _filter("kernel/first", what, _LIT, "lit-fill", "lit", by_last=False)
    slices = [item for item in items if isinstance(item, Box)]
    for window, part in zip(windows, slices, strict=True):
        ends = (window.right, window.y + min(window.height / 2, 3)), (part.x, part.y + min(part.height / 2, 3))
        yield Wire(f"reads/{part.id}", ends, "lit", 1.0, arrow=False)
    yield from items
    x, below = _FILTER + 42, stack.at[1] + stack.face[1]
    yield say("kernel/first/title", x, below + 12, "filter 1", TEXT, "middle", "lit", bold=True)
    yield say("kernel/first/weights", x, below + 26, what.weights, SMALL, "middle", "lit")
    begin = slices[0].right, slices[0].y + slices[0].height / 2
    y, way = begin[1], min(max(begin[1], made.y + 6), made.bottom - 6)
    colour = "muted"
    if len(what.built.weights) > 1:
        yield Wire("makes/sum", (begin, (_BIAS - 9, y)), "lit", 1.6)
        yield Box("bias/first", _BIAS - 9, y - 9, 18, 18, "lit-fill", "lit", line=_THICK)
        begin, colour = (_BIAS + 9, y), "lit"
    yield Wire("makes/channel", (begin, (_BEND, y), (_BEND, way), (made.x, way)), "lit", 1.6)
    yield say("bias/words", _BIAS, y + 19, what.bias, SMALL, "middle", colour)


def _last_filter(what: _Convolution, entering: _Stack, leaving: _Stack) -> Iterator[Item]:
    """The last filter: a line along the channels that it reads, and a wire to the channel that it makes."""
    stack, items = _filter("kernel/last", what, _LAST, "weight", "ink", by_last=True)
    (x, y), step, drawn = entering.at, entering.step, len(entering.drawn)
    first, last = (drawn - len(stack.drawn)) * step - 2, (drawn - 1) * step + 2
    yield Wire("last/reads", ((x - 6 + first, y - first), (x - 6 + last, y - last)), "faint", 1.0, arrow=False)
    back, made = (next(one.sheets("", ""))[1] for one in (stack, leaving))
    above, beside, end = back.x + back.width / 2, back.y + back.height / 2, made.y + min(made.height / 2, 3)
    way_in = ((x - 6 + last, y - last), (x - 6 + last, _TOP), (above, _TOP), (above, back.y))
    yield Wire("last/way-in", way_in, "faint", 1.0)
    yield from items
    way_out = ((back.right, beside), (_BEND, beside), (_BEND, end), (made.x, end))
    yield Wire("last/way-out", way_out, "faint", 1.0)
    x, y = _FILTER + _LAST[0] + _LAST[1], _LAST[2] + 15
    yield say("kernel/last/title", x, y, f"filter {what.filters:,}", SMALL, colour="muted")
    if what.filters > 2:
        yield say("filters/between", x + 12, y + 15, "⋮", TITLE, "middle", "muted")


def _meaning(what: _Convolution) -> tuple[str, str]:
    read = "both channels" if what.channels == 2 else f"all {what.channels:,} channels"
    read = "the one channel" if what.channels == 1 else read
    if what.reads < what.channels:
        read = f"{what.reads:,} of {what.channels:,} channels"
    return f"Each reads {read}", "and makes one channel of the output"


def _counts(what: _Convolution) -> tuple[str, str]:
    """The parameters of one filter, and of all."""
    built = what.built
    # A kernel's axes but the last are those of one filter.
    one = total([product(built.weights[0].axes[:-1]), *(Number(1) for _ in built.weights[1:])], built.order)
    filters = many(what.filters, "filter")
    return (
        f"one filter: {one.numbers} = {many(one.value, 'parameter')}",
        f"{filters} · {one.value:,} = {many(built.count, 'parameter')}",
    )


def _note(what: _Convolution) -> str:
    notes = ["Input and output are on one scale; filters are larger."]
    if any(None in sizes for sizes in what.sizes):
        notes.append("None stands for any size.")
    if max(what.channels, what.filters) > MOST_SHEETS:
        notes.append(f"Of more than {MOST_SHEETS} channels, not all are drawn.")
    return " ".join(notes)


def _in_words(what: _Convolution, note: str, counts: tuple[str, str]) -> str:
    built = what.built
    rules = "".join(f" The output's {axis} is {rule.text}." for axis, rule in built.output_rules.items())
    return (
        f"{built.layer.kind} reads an input of shape {built.input_shape}; its output is {built.output_shape}. "
        f"It has {many(what.filters, 'filter')}, each with {what.weights}, {what.bias}. {' '.join(_meaning(what))}."
        f"{rules} {note} Count: {'; '.join(counts)}."
    )
