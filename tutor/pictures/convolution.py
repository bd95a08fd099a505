"""A convolution: what enters as a stack of channels, the filters that reach through it, and the channel each makes.

One filter is picked out: the channels that it reads, its weights, its bias and the channel of the output that it makes
are violet. Sizes, counts and rules are read off the built layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.pictures.kit import MARGIN, SMALL, TEXT, TITLE, WIDTH, grid, headline, many, notes, page, say, slots, stack
from tutor.pictures.scene import Box, Item, Scene, Wire
from tutor.pictures.views import ONE_ROW, Axis, axes_of, rules_below, sizes_of
from tutor.symbols import Number, product, total

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: Of the channels, no more than so many are drawn; of a filter's rows or columns, none if there are more.
MOST_SHEETS, MOST_LINES = 8, 7
#: No side of a sheet is drawn shorter than this, in points, and no side of a window on it.
SHORTEST, SMALLEST_WINDOW = 14.0, 4.0

_TOP, _MIDDLE, _SIDE, _DEEP = 59.0, 147.0, 106.0, 62.0
_RULES, _ONE, _ALL, _NOTE = 263.0, 300.0, 325.0, 348.0
#: Where stacks begin and where wires bend.
_INPUT, _FILTER, _BIAS, _BEND, _OUTPUT = 24.0, 330.0, 462.0, 512.0, 562.0
_THIN, _THICK = 0.8, 2.2
#: The filter picked out and the last one where they are squares, at the heights of their middles; and how deep they go.
_LIT = Box("kernel/first", _FILTER, 176.0, 46.0, 46.0, "lit-fill", "lit", line=_THIN)
_LAST = Box("kernel/last", _FILTER, 92.0, 24.0, 24.0, "weight", "ink", line=_THIN)
_LIT_DEPTH, _LAST_DEPTH = 38.0, 18.0
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
    def first(self) -> tuple[int | None, ...]:
        """The channels drawn of those that the first filter reads; of several groups, fewer."""
        few = self.reads < self.channels > MOST_SHEETS
        return slots(self.reads, MOST_SHEETS // 2 if few else MOST_SHEETS)

    @property
    def last(self) -> tuple[int | None, ...]:
        """Of those that the last one reads."""
        return tuple(None if one is None else one + self.channels - self.reads for one in self.first)

    @property
    def drawn(self) -> tuple[int | None, ...]:
        """Of all that enter: of several groups, the first and the last."""
        if self.channels <= MOST_SHEETS or self.reads == self.channels:
            return slots(self.channels, MOST_SHEETS)
        return (*self.first, *([None] * (self.channels > 2 * self.reads)), *self.last)

    @property
    def weights(self) -> str:
        """The weights of one filter."""
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

    def sheets(self, name: str, x: float, sizes: Sequence[int | None], drawn: Sequence[int | None]) -> dict[int, Box]:
        """What enters or leaves."""
        height, width = (_SIDE if size is None else max(size * self.scale, SHORTEST) for size in sizes)
        return _sheets(Box(name, x, _MIDDLE, width, height, "tensor", "muted", line=_THIN), drawn, _DEEP)

    def cells(self, name: str, sheet: Box, down: int, across: int, fill: str = "lit-fill") -> Box:
        """So many cells in a sheet's upper right corner, lit."""
        width, height = (max(cells * self.scale, SMALLEST_WINDOW) for cells in (across, down))
        width = min(width, sheet.width)
        height = sheet.height if self.down is ONE_ROW else min(height, sheet.height)
        return Box(name, sheet.right - width, sheet.y, width, height, fill, "lit", line=1.2)


def _sheets(front: Box, drawn: Sequence[int | None], deep: float) -> dict[int, Box]:
    """The channels drawn, from the back, as a stack around the height at which the front one is given."""
    step = min(deep / max(len(drawn) - 1, 1), front.width / 4 if front.width > SHORTEST else 5.0)
    front = replace(front, y=front.y + ((len(drawn) - 1) * step - front.height) / 2)
    sheets = zip(reversed(drawn), stack(front, len(drawn), step), strict=True)
    return {channel: sheet for channel, sheet in sheets if channel is not None}


def convolution_scene(built: Built) -> Scene:
    """The picture of a Conv1D or Conv2D."""
    enter, leave = sizes_of(built)
    reads = built.weights[0].shape[-2]
    what = _Convolution(built, *axes_of(built), enter["channels"] or 1, reads, leave["filters"] or 1)
    # A kernel's axes but the last are those of one filter.
    one = total([product(built.weights[0].axes[:-1]), *[Number(1)] * what.has_bias], built.order)
    filters, note = many(what.filters, "filter"), " ".join(_remarks(what))
    counts = (
        f"one filter: {one.numbers} = {many(one.value, 'parameter')}",
        f"{filters} · {one.value:,} = {many(built.count, 'parameter')}",
    )
    items = (
        *_heading(what),
        *_drawn(what),
        *rules_below(built, _RULES),
        say("one-filter/count", WIDTH / 2, _ONE, counts[0], TEXT, "middle", "lit", bold=True),
        headline("layer/count", _ALL, counts[1]),
        *notes(_NOTE, [note]),
    )
    said = [
        f"{built.layer.kind} reads an input of shape {built.input_shape}; its output is {built.output_shape}.",
        f"It has {filters}, each with {what.weights}, {'+ 1' if what.has_bias else 'no'} bias.",
        f"{' '.join(_meaning(what))}.",
        *(f"The output's {axis} is {rule.text}." for axis, rule in built.output_rules.items()),
        note,
    ]
    return page(_NOTE + MARGIN, items, said, counts)


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


def _meaning(what: _Convolution) -> tuple[str, str]:
    read = {1: "the one channel", 2: "both channels"}.get(what.channels, f"all {what.channels:,} channels")
    if what.reads < what.channels:
        read = f"{what.reads:,} of {what.channels:,} channels"
    return f"Each reads {read}", "and makes one channel of the output"


def _remarks(what: _Convolution) -> Iterator[str]:
    yield "Input and output are on one scale; filters are larger."
    if any(None in sizes for sizes in what.sizes):
        yield "None stands for any size."
    if max(what.channels, what.filters) > MOST_SHEETS:
        yield f"Of more than {MOST_SHEETS} channels, not all are drawn."


def _drawn(what: _Convolution) -> Iterator[Item]:
    """What enters, with one window through the channels that are read; the filters; what leaves, one channel lit."""
    entering = what.sheets("input", _INPUT, what.sizes[0], what.drawn)
    leaving = what.sheets("output", _OUTPUT, what.sizes[1], slots(what.filters, MOST_SHEETS))
    windows = []
    for channel, sheet in entering.items():
        yield sheet
        if channel < what.reads:
            windows.append(what.cells(sheet.id.replace("/", "/window-"), sheet, what.down.reach, what.across.reach))
            yield windows[-1]
    leaving[0] = replace(leaving[0], fill="lit-fill", edge="lit", line=_THICK)
    yield from leaving.values()
    yield what.cells("output/written", leaving[0], 1, 1, "lit")
    for name, sheet, sizes in zip(("input", "output"), (entering[0], leaving[0]), what.sizes, strict=True):
        axes = zip((what.down, what.across), sizes, strict=True)
        said = " × ".join(f"{axis.name} {'None' if n is None else f'{n:,}'}" for axis, n in axes if axis is not ONE_ROW)
        yield say(f"{name}/sizes", max(sheet.x + sheet.width / 2, 120), sheet.bottom + 12, said, SMALL, "middle")
    if what.filters > 1:
        yield from _last_filter(what, entering, leaving)
    yield from _first_filter(what, windows, leaving[0])


def _filter(
    what: _Convolution, square: Box, read: Sequence[int | None], deep: float
) -> tuple[dict[int, Box], list[Item]]:
    """A filter as a stack as deep as what it reads, and the cells on its front."""
    windows = what.across.window, what.down.window
    width, height = (max(window * square.width / max(windows), SHORTEST) for window in windows)
    y = _MIDDLE if what.filters == 1 else square.y
    slices = _sheets(replace(square, y=y, width=width, height=height), read, deep)
    *_, front = slices.values()
    columns, rows = (range(window if window <= MOST_LINES else 1) for window in windows)
    corner, pitch = (front.x, front.y), (front.width / len(columns), front.height / len(rows))
    return slices, grid(f"{square.id}-cells", corner, rows, columns, pitch, None, str(square.edge), _THIN)


def _first_filter(what: _Convolution, windows: Sequence[Box], made: Box) -> Iterator[Item]:
    """The filter picked out: a wire from each window to its slice, its bias, and the channel that it makes."""
    slices, cells = _filter(what, _LIT, what.first, _LIT_DEPTH)
    for window, part in zip(windows, slices.values(), strict=True):
        ends = (window.right, window.y + min(window.height / 2, 3)), (part.x, part.y + min(part.height / 2, 3))
        yield Wire(f"reads/{part.id}", ends, "lit", 1.0, arrow=False)
    yield from (*slices.values(), *cells)
    x, below = _FILTER + 42, slices[0].bottom
    yield say("kernel/first/title", x, below + 12, "filter 1", TEXT, "middle", "lit", bold=True)
    yield say("kernel/first/weights", x, below + 26, what.weights, SMALL, "middle", "lit")
    back = next(iter(slices.values()))
    x, y = back.right, back.y + back.height / 2
    if what.has_bias:
        yield Wire("makes/sum", ((x, y), (_BIAS - 9, y)), "lit", 1.6)
        yield Box("bias/first", _BIAS - 9, y - 9, 18, 18, "lit-fill", "lit", line=_THICK)
        x = _BIAS + 9
    end = min(max(y, made.y + 6), made.bottom - 6)
    yield Wire("makes/channel", ((x, y), (_BEND, y), (_BEND, end), (made.x, end)), "lit", 1.6)
    says, colour = ("+ 1 bias", "lit") if what.has_bias else ("no bias", "muted")
    yield say("bias/words", _BIAS, y + 19, says, SMALL, "middle", colour)


def _last_filter(what: _Convolution, entering: Mapping[int, Box], leaving: Mapping[int, Box]) -> Iterator[Item]:
    """The last filter: a line along the channels that it reads, and a wire to the channel that it makes."""
    slices, cells = _filter(what, _LAST, what.last, _LAST_DEPTH)
    low, high = entering[min(slices)], entering[max(slices)]
    back, made = slices[max(slices)], leaving[max(leaving)]
    begin = high.x - 4, high.y - 2
    yield Wire("last/reads", ((low.x - 8, low.y + 2), begin), "faint", 1.0, arrow=False)
    above, beside, end = back.x + back.width / 2, back.y + back.height / 2, made.y + min(made.height / 2, 3)
    yield Wire("last/way-in", (begin, (begin[0], _TOP), (above, _TOP), (above, back.y)), "faint", 1.0)
    yield from (*slices.values(), *cells)
    yield Wire("last/way-out", ((back.right, beside), (_BEND, beside), (_BEND, end), (made.x, end)), "faint", 1.0)
    x, y = _LAST.right + _LAST_DEPTH, _LAST.y + 15
    yield say("kernel/last/title", x, y, f"filter {what.filters:,}", SMALL, colour="muted")
    if what.filters > 2:
        yield say("filters/between", x + 12, y + 15, "⋮", TITLE, "middle", "muted")
