"""A recurrent layer, its one cell drawn once for each timestep, all of them tied to one block of weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor.layers.calls import shapes_in
from tutor.pictures import kit, metrics
from tutor.pictures.kit import ANSWER, MARGIN, SMALL, TEXT, TITLE, WIDTH, headline, listed, many, say, sized, slots
from tutor.pictures.scene import Anchor, Box, Item, Scene, Wire

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: So many timesteps are drawn at most.
TIMESTEPS = 6

_TOP, _PITCH, _CELL, _INPUT, _STATE = 10.0, 104.0, 72.0, 86.0, 26.0
_WIDE, _APART = WIDTH - 2 * MARGIN, "    "
_MERGED = {
    "concat": "side by side",
    "sum": "added number by number",
    "mul": "multiplied number by number",
    "ave": "averaged number by number",
    None: "in two tensors",
}


class _Depths(NamedTuple):
    """From the outer edge of a row: where its block ends, and the middles of what is returned, of cells and inputs."""

    block: float
    returned: float
    cells: float
    inputs: float
    cell: float  # how high a cell is


_ALONE, _ONE_OF_TWO = _Depths(50, 82, 134, 210, 46), _Depths(32, 50, 87, 130, 34)


@dataclass(frozen=True)
class _Row:
    """A cell at each timestep that is drawn, at ``xs``; ``up`` is 1 above the inputs and -1 below them, mirrored."""

    way: str
    built: Built
    depths: _Depths
    edge: float
    up: int
    shown: tuple[int | None, ...]
    xs: list[float]
    padded: bool

    @property
    def layer(self) -> Any:
        return self.built.layer

    @property
    def order(self) -> list[int]:
        """The places of the cells as they are computed."""
        return [*range(len(self.xs))][:: -1 if self.layer.go_backwards else 1]

    def at(self, depth: float) -> float:
        """Its y."""
        return self.edge + self.up * depth

    def skips(self, n: int) -> bool:
        return self.padded and n == len(self.xs) - 1

    def items(self) -> Iterator[Item]:
        yield from self._block()
        for n in self.order:
            yield from self._timestep(n)
        middle = self.at(self.depths.cells)
        apart = 0.0 if len(self.layer.states) == 1 else 8.5
        for state, y in zip(self.layer.states, (middle - apart, middle + apart), strict=False):
            yield from self._handed_on(state, y, -8 if y <= middle else 9)

    def _block(self) -> Iterator[Item]:
        """All weights, as wide for one timestep as for a million."""
        way, high, y = self.way, self.depths.block, self.at(self.depths.block / 2)
        yield Box(f"{way}/weights", MARGIN, y - high / 2, _WIDE, high, "weight", radius=3, line=2)
        whose = "" if way == "cell" else f"{way}: "
        title = f"{whose}one set of weights for every timestep"
        says = {f"{way}/says": title, f"{way}/count": many(self.built.count, "parameter")}
        size = sized(_APART.join(says.values()), _WIDE - 16, TITLE, TEXT, bold=True)
        yield from _in_a_line(says, y - 0.18 * high - 1, size, bold=True)
        names = (f"{weight.name}/{way}" for weight in self.built.weights)
        yield from _in_a_line(dict(zip(names, _arrays(self.built), strict=True)), y + 0.24 * high, SMALL)

    def _timestep(self, n: int) -> Iterator[Item]:
        """A cell, its tie to the weights, what it reads, and its h if that is returned."""
        name, x, depths = f"{self.way}-{n}", self.xs[n], self.depths
        middle, edge = self.at(depths.cells), depths.cells - depths.cell / 2
        if self.shown[n] is None:
            yield say(name, x, middle, "…", ANSWER, "middle", "muted", bold=True)
            return
        skipped = self.skips(n)
        if not skipped:
            ends = ((x - 20, self.at(depths.block)), (x - 20, self.at(edge)))
            yield Wire(f"{name}/tie", ends, width=1.3, arrow=False, dashed=True)
            ends = ((x, self.at(depths.inputs - 11)), (x, self.at(edge + depths.cell)))
            yield Wire(f"{name}/reads", ends, width=1.2)
        look = ("paper", "muted") if skipped else ("cell", "ink")
        yield Box(name, x - _CELL / 2, middle - depths.cell / 2, _CELL, depths.cell, *look, 6, skipped, 1.2)
        if skipped:
            below = 0 if len(self.layer.states) > 1 else 0.28 * depths.cell
            yield say(f"{name}/says", x, middle + below, "skipped", SMALL, "middle", "muted")
        else:
            size = sized(self.layer.kind, _CELL - 6, TEXT, bold=True)
            yield say(f"{name}/says", x, middle, self.layer.kind, size, "middle", bold=size == TEXT)
        if self.layer.return_sequences or n == self.order[-1]:
            y = self.at(depths.returned)
            yield Wire(f"{name}/returned", ((x + 14, self.at(edge)), (x + 14, y + 9 * self.up)), "state", 2.2)
            yield from _held(f"{name}/h", x + 14, y, "h")

    def _handed_on(self, state: str, y: float, beside: float) -> Iterator[Item]:
        """A state on its way from cell to cell, from where it starts to where it ends."""
        name, ahead = f"{self.way}/{state}", -1 if self.layer.go_backwards else 1
        anchors: tuple[Anchor, Anchor] = ("end", "start") if ahead > 0 else ("start", "end")

        def wire(what: str, start: float, end: float, *, arrow: bool = True) -> Wire:
            return Wire(f"{name}-{what}", ((start, y), (end, y)), "state", 1.6, arrow)

        start, end = self.xs[self.order[0]] - ahead * _CELL / 2, self.xs[self.order[-1]] + ahead * _CELL / 2
        kept = f"{state} kept"
        yield wire("first", start - ahead * 28, start)
        text = kept if self.layer.stateful else f"{state} = 0"
        yield say(f"{name}-start", start - ahead * 32, y, text, SMALL, anchors[0])
        for one, other in pairwise(self.order):
            here, there = (14 if self.shown[n] is None else _CELL / 2 for n in (one, other))
            ends = self.xs[one] + ahead * here, self.xs[other] - ahead * there
            yield wire(f"{one}", *ends)
            yield say(f"{name}-{one}/name", sum(ends) / 2, y + beside, state, SMALL, "middle")
        for n in filter(self.skips, self.order):
            yield wire(f"past-{n}", self.xs[n] - _CELL / 2, self.xs[n] + _CELL / 2, arrow=False)
        if self.layer.return_state or self.layer.stateful:
            yield wire("last", end, end + ahead * 24)
        if self.layer.return_state:
            yield from _held(f"{name}-state", end + ahead * (24 + _STATE / 2), y, state, 16)
        elif self.layer.stateful:
            yield say(f"{name}-end", end + ahead * 28, y, kept, SMALL, anchors[1])


def _arrays(built: Built) -> list[str]:
    return [f"{weight.name} {weight.shape}" for weight in built.weights]


def _in_a_line(words: Mapping[str, str], y: float, size: float, *, bold: bool = False) -> Iterator[Item]:
    """Words by their names, beside each other in the middle."""
    x = (WIDTH - metrics.room_for(_APART.join(words.values()), size, bold=bold)) / 2
    for name, text in words.items():
        yield say(name, x, y, text, size, bold=bold)
        x += metrics.room_for(text + _APART, size, bold=bold)


def _held(name: str, x: float, y: float, text: str, high: float = 18) -> Iterator[Item]:
    """Something that is returned."""
    yield Box(name, x - _STATE / 2, y - high / 2, _STATE, high, "tensor", "state", 3, line=1.6)
    yield say(f"{name}/name", x, y, text, SMALL, "middle", bold=True)


def unrolled_scene(built: Built, *, padded: bool = False) -> Scene:
    """The layer over its timesteps: a row of cells, or for a Bidirectional one above the inputs and one below.

    If the sequence is ``padded``, its last timestep is skipped.
    """
    two = built.layer.kind == "Bidirectional"
    directions = built.inside if two else {"cell": built}
    first, timesteps = next(iter(directions.values())), built.input_shape[1]
    shown, depths = slots(timesteps, TIMESTEPS), _ONE_OF_TWO if two else _ALONE
    xs = [WIDTH / 2 + (n - (len(shown) - 1) / 2) * _PITCH for n in range(len(shown))]
    y = _TOP + depths.inputs
    edges = ((_TOP, 1), (y + depths.inputs, -1))
    rows = [_Row(*way, depths, *edge, shown, xs, padded) for way, edge in zip(directions.items(), edges, strict=False)]
    items = [item for row in rows for item in row.items()]
    for n, place in enumerate(shown):
        items += _input(f"input-{n}", xs[n], y, place, skipped=rows[0].skips(n))
    returned, total = _returned(built, first, len(rows)), many(built.count, "parameter")
    y += depths.inputs + 18 if two else 46
    items.append(headline("returns", y, returned))
    if two:
        total = f"{' + '.join(f'{one.count:,}' for one in directions.values())} = {total}"
        y += 19
        items.append(headline("count", y, total, TITLE))
    remarks = [*_remarks(built, first, two, padded)]
    lines = [*metrics.wrapped(" ".join(remarks).split(), _WIDE, SMALL), "", ""][:3]
    items += kit.notes(y + (16 if two else 24), lines, centred=True)
    cells = "Two cells, one for each direction, each with weights of its own" if two else "One cell"
    said = [
        f"{built.layer.title} over {many(timesteps, 'timestep')}.",
        f"{cells}, drawn again for each timestep, always with the same weights.",
        *(f"Weights{f' of {way}' if two else ''}: {', '.join(_arrays(one))}." for way, one in directions.items()),
        f"What goes from one timestep to the next: {listed(first.layer.states)}.",
        f"The layer {returned}.",
        *remarks,
    ]
    return kit.page(358 if two else 340, items, said, [total])


def _input(name: str, x: float, y: float, place: int | None, *, skipped: bool) -> Iterator[Item]:
    if place is None:
        yield say(name, x, y, "…", ANSWER, "middle", "muted", bold=True)
        return
    text = "last timestep" if place < 0 else f"timestep {place + 1:,}"
    text = text if metrics.room_for(text, SMALL) < _INPUT - 4 else f"{place + 1:,}"
    fill = "paper" if skipped else "tensor"
    yield Box(name, x - _INPUT / 2, y - 11, _INPUT, 22, fill, "muted", 3, skipped, 0.9)
    yield say(f"{name}/name", x, y, text, SMALL, "middle")


def _returned(built: Built, first: Built, directions: int) -> str:
    shapes = shapes_in(built.output_shape)
    states = directions * len(first.layer.states) if first.layer.return_state else 0
    outputs = shapes[: len(shapes) - states]
    text = f"returns {outputs[0]}" if len(outputs) == 1 else f"returns {len(outputs)} tensors {outputs[0]}"
    return f"{text} and {many(states, 'state')} {shapes[-1]}" if states else text


def _remarks(built: Built, first: Built, two: bool, padded: bool) -> Iterator[str]:
    layer, (features, units) = first.layer, (weight.axes[0].value for weight in first.weights[:2])
    states = listed(layer.states)
    yield f"Each timestep reads {many(features, 'number')}."
    yield f"{states} have {units:,} each." if len(layer.states) > 1 else f"{states} has {units:,}."
    if layer.return_sequences:
        yield "Every h is returned, last timestep first." if layer.go_backwards else "Every h is returned."
    elif two:
        yield "Only the last h of each direction is returned."
    else:
        yield f"Only the last h{', after timestep 1,' if layer.go_backwards else ''} is returned."
    if two:
        yield f"Forward and backward results, {_MERGED[built.layer.merge_mode]}."
    if layer.stateful:
        yield f"Stateful: each batch starts with the {states} that the one before ended with."
    if padded:
        end = ""
        if layer.return_sequences:
            end = ", and its output is 0" if layer.zero_output_for_mask else ", so its output repeats the one before"
        yield f"A skipped timestep leaves {states} unchanged{end}."
