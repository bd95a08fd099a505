"""A recurrent layer, its one cell drawn once for each timestep, all of them tied to one block of weights."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor.layers.calls import shapes_in
from tutor.pictures import metrics
from tutor.pictures.kit import ANSWER, MARGIN, SMALL, TEXT, TITLE, WIDTH, headline, many, say, sized, slots, tie
from tutor.pictures.scene import Anchor, Box, Item, Scene, Wire
from tutor.pictures.wording import listed

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: The layers that have such a picture, alone and in a Bidirectional.
KINDS = ("SimpleRNN", "LSTM", "GRU")
#: So many timesteps are drawn at most.
TIMESTEPS = 6

_TOP, _PITCH, _CELL, _INPUT, _STATE, _LINE = 10.0, 104.0, 72.0, 86.0, 26.0, 13.5
_WIDE = WIDTH - 2 * MARGIN
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
    masked: Collection[int]

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
        place = self.shown[n]
        return place is not None and place + 1 in self.masked

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
        high, name = self.depths.block, "" if self.way == "cell" else f"{self.way}: "
        yield Box(
            f"{self.way}/weights", MARGIN, min(self.at(0), self.at(high)), _WIDE, high, "weight", radius=3, line=2
        )
        title, count = f"{name}one set of weights for every timestep", many(self.built.count, "parameter")
        size = sized(f"{title}    {count}", _WIDE - 16, TITLE, TEXT, bold=True)
        left = (WIDTH - metrics.room_for(f"{title}    {count}", size, bold=True)) / 2
        y = self.at(high / 2)
        yield say(f"{self.way}/says", left, y - 0.18 * high - 1, title, size, bold=True)
        yield say(f"{self.way}/count", WIDTH - left, y - 0.18 * high - 1, count, size, "end", bold=True)
        shapes = [f"{weight.name} {weight.shape}" for weight in self.built.weights]
        left = (WIDTH - metrics.room_for("    ".join(shapes), SMALL)) / 2
        for weight, text in zip(self.built.weights, shapes, strict=True):
            yield say(f"{weight.name}/{self.way}", left, y + 0.24 * high, text, SMALL)
            left += metrics.room_for(f"{text}    ", SMALL)

    def _timestep(self, n: int) -> Iterator[Item]:
        """A cell, its tie to the weights, what it reads, and its h if that is returned."""
        name, x, depths = f"{self.way}-{n}", self.xs[n], self.depths
        middle, edge = self.at(depths.cells), depths.cells - depths.cell / 2
        if self.shown[n] is None:
            yield say(name, x, middle, "…", ANSWER, "middle", "muted", bold=True)
            return
        skipped = self.skips(n)
        if not skipped:
            yield tie(f"{name}/tie", (x - 20, self.at(depths.block)), (x - 20, self.at(edge)), colour="ink", width=1.3)
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
        first, *_, last = self.xs[self.order[0]], self.xs[self.order[-1]]
        start, end = first - ahead * _CELL / 2, last + ahead * _CELL / 2
        yield Wire(f"{name}-first", ((start - ahead * 28, y), (start, y)), "state", 1.6)
        before: Anchor = "end" if ahead > 0 else "start"
        after: Anchor = "start" if ahead > 0 else "end"
        text = f"{state} kept" if self.layer.stateful else f"{state} = 0"
        yield say(f"{name}-start", start - ahead * 32, y, text, SMALL, before)
        for one, other in zip(self.order, self.order[1:], strict=False):
            here, there = (14 if self.shown[n] is None else _CELL / 2 for n in (one, other))
            ends = (self.xs[one] + ahead * here, self.xs[other] - ahead * there)
            yield Wire(f"{name}-{one}", ((ends[0], y), (ends[1], y)), "state", 1.6)
            yield say(f"{name}-{one}/name", sum(ends) / 2, y + beside, state, SMALL, "middle")
        for n in filter(self.skips, self.order):
            ends = (self.xs[n] - _CELL / 2, self.xs[n] + _CELL / 2)
            yield Wire(f"{name}-past-{n}", ((ends[0], y), (ends[1], y)), "state", 1.6, arrow=False)
        if self.layer.return_state or self.layer.stateful:
            yield Wire(f"{name}-last", ((end, y), (end + ahead * 24, y)), "state", 1.6)
        if self.layer.return_state:
            yield from _held(f"{name}-state", end + ahead * (24 + _STATE / 2), y, state, 16)
        elif self.layer.stateful:
            yield say(f"{name}-end", end + ahead * 28, y, f"{state} kept", SMALL, after)


def _held(name: str, x: float, y: float, text: str, high: float = 18) -> Iterator[Item]:
    """Something that is returned."""
    yield Box(name, x - _STATE / 2, y - high / 2, _STATE, high, "tensor", "state", 3, line=1.6)
    yield say(f"{name}/name", x, y, text, SMALL, "middle", bold=True)


def unrolled_scene(built: Built, masked: Collection[int] = ()) -> Scene:
    """The layer over its timesteps: a row of cells, or for a Bidirectional one above the inputs and one below.

    ``masked`` are the timesteps that are padding, counted from 1 as in the picture.

    Raises:
        ValueError: the layer is not a SimpleRNN, an LSTM, a GRU or a Bidirectional of them, or has no such timestep.
    """
    directions = built.inside if built.layer.kind == "Bidirectional" else {"cell": built}
    if any(one.layer.kind not in KINDS for one in directions.values()):
        raise ValueError(
            "unrolled_diagram: the layer must be a SimpleRNN, an LSTM, a GRU or a Bidirectional of them; got "
            f"{built.layer.title}. tutor.flow_diagram draws the shapes of any layer."
        )
    first, timesteps = next(iter(directions.values())), built.input_shape[1]
    if wrong := [one for one in masked if one < 1 or one > (timesteps or one)]:
        last = "" if timesteps is None else f" to {timesteps:,}"
        raise ValueError(f"{built.layer.title}: masked must be timesteps from 1{last}; got {wrong[0]}.")
    shown, two = slots(timesteps, TIMESTEPS), len(directions) > 1
    xs = [WIDTH / 2 + (n - (len(shown) - 1) / 2) * _PITCH for n in range(len(shown))]
    depths = _ONE_OF_TWO if two else _ALONE
    y = _TOP + depths.inputs
    edges = ((_TOP, 1), (y + depths.inputs, -1))
    rows = [
        _Row(way, one, depths, *edge, shown, xs, masked)
        for (way, one), edge in zip(directions.items(), edges, strict=False)
    ]
    items = [item for row in rows for item in row.items()]
    for n, place in enumerate(shown):
        items += _input(f"input-{n}", xs[n], y, place, skipped=rows[0].skips(n))
    returned, counts = _returned(built, first, len(rows)), " + ".join(f"{one.count:,}" for one in directions.values())
    total = f"{counts} = {many(built.count, 'parameter')}" if two else many(built.count, "parameter")
    y += depths.inputs + 18 if two else 46
    items.append(headline("returns", y, returned))
    if two:
        y += 19
        items.append(headline("count", y, total, TITLE))
    notes = [*_notes(built, first, two, bool(masked))]
    lines = [*metrics.wrapped(" ".join(notes).split(), _WIDE, SMALL), "", ""][:3]
    for n, line in enumerate(lines):
        items.append(say(f"note-{n}", WIDTH / 2, y + (16 if two else 24) + _LINE * n, line, SMALL, "middle", "muted"))
    alt = _in_words(built, directions, [f"The layer {returned}.", *notes, f"Count: {total}."])
    return Scene(WIDTH, 358 if two else 340, tuple(items), alt)


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


def _notes(built: Built, first: Built, two: bool, masked: bool) -> Iterator[str]:
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
    if masked:
        end = ""
        if layer.return_sequences:
            end = ", and its output is 0" if layer.zero_output_for_mask else ", so its output repeats the one before"
        yield f"A skipped timestep leaves {states} unchanged{end}."


def _in_words(built: Built, directions: Mapping[str, Built], further: Sequence[str]) -> str:
    two, timesteps = len(directions) > 1, built.input_shape[1]
    each = [
        f"Weights{f' of {way}' if two else ''}: {', '.join(f'{weight.name} {weight.shape}' for weight in one.weights)}."
        for way, one in directions.items()
    ]
    drawn = "Two cells, one for each direction, each with weights of its own" if two else "One cell"
    states = dict.fromkeys(state for one in directions.values() for state in one.layer.states)
    said = [
        f"{built.layer.title} over {'any number of timesteps' if timesteps is None else many(timesteps, 'timestep')}.",
        f"{drawn}, drawn again for each timestep, always with the same weights.",
        *each,
        f"What goes from one timestep to the next: {listed([*states])}.",
        *further,
    ]
    return " ".join(said)
