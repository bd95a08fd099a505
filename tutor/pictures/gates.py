"""A recurrent layer at one timestep: its gates and candidate in Keras's order, each above its slice of the weights.

Which wire runs where follows from what each gate and step of the layer reads; a plan says only where steps stand.
Old states come in from the left and the input from below; new states leave to the right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import copysign
from typing import TYPE_CHECKING

from tutor.layers.cells import STATES, Step, equations, function, gate_equation, multiplies_first, symbol
from tutor.layers.layer import leaving
from tutor.pictures.kit import ANSWER, MARGIN, SMALL, TEXT, TITLE, WIDTH, gate_letter, listed, many, page, say
from tutor.pictures.metrics import cut, room_for, shape_text, wrapped
from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Box, Item, Point, Scene, Wire, disc

if TYPE_CHECKING:
    from tutor.layers.built import Axes, Built, Gate, Shape

#: The cell's rounded box, and the middle of its gates.
_LEFT, _RIGHT, _TOP, _BOTTOM, _MIDDLE = 112.0, 656.0, 24.0, 226.0, 376.0
#: Where the input comes up, and its lower end.
_INPUT, _INPUT_END = 124.0, 245.0
#: Lines from left to right: of a state along the top, of what all gates read, of what a candidate reads apart.
_STATE, _BUS, _APART = 56.0, 188.0, 203.0
#: Where what a candidate reads in place of the old state runs down to it.
_DOWN = 450.0
_GATE_TOP, _GATE_BOTTOM, _GATE_WIDTH = 134.0, 172.0, 102.0
_SLICES, _NOTE = 247.0, 354.0
_ROWS = {"kernel": 20.0, "recurrent_kernel": 20.0, "bias": 18.0}
_THICK = 3.4
#: How far it is from a step's middle to its edge, across and down: a disc, a matrix product, a function.
_REACH = {**dict.fromkeys(("×", "+", "1−"), (10.0, 10.0)), "·": (56.0, 14.0)}
_PILL = (30.0, 9.0)

#: The width of a slice and the places of steps, by what the gates are.
_LSTM = {"kept": (321, _STATE), "admitted": (431, 108), "c": (431, _STATE), "activated": (620, 79), "h": (620, 108)}
_GRU = {"product": (294, 115), "reset": (376, 115), "rest": (300, 87), "admitted": (526, 87)}
_PLANS: Mapping[tuple[str, ...], tuple[float, Mapping[str, Point]]] = {
    ("h",): (110, {}),
    ("i", "f", "c_tilde", "o"): (110, _LSTM),
    ("z", "r", "h_tilde"): (150, {**_GRU, "kept": (226, _STATE), "h": (526, _STATE)}),
}
#: Wires that pass over another, and where.
_OVER = {"i/admitted": (321, 108), "z/kept": (226, 115)}
_RANGES = {"sigmoid": ": 0 to 1", "tanh": ": −1 to 1"}
_MULTIPLIED = {"kept": "keep or forget", "admitted": "let in", "reset": "use or ignore", "h": "let out"}
_BOXES = {1: "one box, no gates", 3: "two gates and a candidate", 4: "three gates and a candidate"}


def gate_scene(built: Built) -> Scene:
    """The picture of a recurrent cell above its weights: gates, what they read and make, their slices, their counts.

    Of a wrapper, such as Bidirectional, the first cell inside is drawn, with words on the others.

    Raises:
        ValueError: the layer is neither recurrent nor around a layer that is.
    """
    cells = dict(_cells(built, ()))
    roles, cell = next(iter(cells.items()))
    if not cell.gates:
        raise ValueError(
            f"gate_diagram: the layer must be recurrent, such as SimpleRNN, LSTM and GRU, or a wrapper around one; got "
            f"{built.layer.title}. tutor.weight_diagram draws the weights of any layer."
        )
    drawing = _Drawing(cell)
    note, together = _around(built, roles, [one.count for one in cells.values()])
    items, (said, counts) = [*drawing.items()], drawing.in_words()
    if note:
        room = WIDTH - 2 * MARGIN - room_for(together, SMALL) - 8
        items.append(say("note", MARGIN, _NOTE, cut(note, room, SMALL), SMALL))
        items.append(say("note/count", WIDTH - MARGIN, _NOTE, together, SMALL, "end"))
        said.append(f"{note}.")
    return page(_NOTE + (8 if note else -6), items, said, [*counts, *filter(None, [together])])


def _cells(built: Built, roles: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Built]]:
    """The recurrent layer itself, or all those inside wrappers, by the roles that lead to each."""
    if not built.inside:
        yield roles, built
    for role, one in built.inside.items():
        yield from _cells(one, (*roles, role))


def _around(built: Built, roles: tuple[str, ...], counts: list[int]) -> tuple[str, str]:
    """What a wrapper makes of the cell that is drawn, and how the counts of its cells add up."""
    kind = built.layer.kind
    if len(counts) == 1:
        return f"{kind}: one cell, the same weights at every timestep" if "layer" in roles else "", ""
    words = " ".join(role.replace("_", " ") for role in roles if role not in ("cell", "layer"))
    shown = words if "cell" in words else f"{words} cell"
    terms = f"{len(counts)} · {counts[0]:,}" if len(set(counts)) == 1 else " + ".join(f"{one:,}" for one in counts)
    together = cut(f"{terms} = {many(built.count, 'parameter')}", WIDTH / 2 + MARGIN, SMALL)
    return f"{kind}: {shown} shown; each has its own weights", together


class _Drawing:
    """One cell: what its declaration says, in the places of its plan."""

    def __init__(self, cell: Built) -> None:
        self._cell, self._layer = cell, cell.layer
        self._gates: tuple[Gate, ...] = cell.gates
        self._steps: dict[str, Step] = {step.name: step for step in self._layer.steps}
        self._slice, places = _PLANS[tuple(gate.name for gate in self._gates)]
        self._left = _MIDDLE - len(self._gates) * self._slice / 2
        self._columns = {gate.name: self._left + (n + 0.5) * self._slice for n, gate in enumerate(self._gates)}
        self._spots = {**{name: (x, _GATE_TOP) for name, x in self._columns.items()}, **places}
        self._lines = {"c": _STATE, "h": _BUS} if "c" in self._layer.states else {"h": _STATE}
        self._apart = [gate for gate in self._gates if gate.state != "h_old"]
        self._input_shape = _of_a_timestep(dict(zip(cell.input_axes, cell.input_shape, strict=True)))
        self._state_shape = _of_a_timestep(leaving(cell)[0])
        entering, state = (weight.shape[-2] for weight in cell.gate_weights[:2])
        what = "channel" if self._layer.spatial else "number"
        self._joined = f"x and h together, {entering:,} + {state:,} = {many(entering + state, what)}"

    def items(self) -> Iterator[Item]:
        """From back to front: what comes in and goes out, wires in the order of computing, then what stands on them."""
        title = f"{self._layer.kind}, one timestep: {_BOXES[len(self._gates)]}"
        yield say("title", MARGIN, 12, title, TITLE, bold=True)
        yield Box("cell", _LEFT, _TOP, _RIGHT - _LEFT, _BOTTOM - _TOP, "cell", "muted", radius=14)
        yield from self._states()
        yield from self._input()
        for gate in self._apart:
            yield from self._input_apart(gate)
        for step in self._steps.values():
            for value in step.reads:
                yield from self._wire(value, step)
        for gate in self._gates:
            yield from self._gate(gate)
        for step in self._steps.values():
            yield from self._step(step)
        yield from self._weights()
        yield from self._counts()

    # What comes in and goes out

    def _states(self) -> Iterator[Item]:
        """The old states, on the way to the gates too, and the new ones; the new hidden state is the output."""
        yield say("thin", _RIGHT - 10, _TOP + 13, f"thin: {_size(self._state_shape)}", SMALL, "end")
        for state, y in self._lines.items():
            for age, x in (("old", MARGIN), ("new", _RIGHT + 7)):
                yield say(f"{age}-{state}", x, y - 12, state, TITLE, bold=True)
                words = f"{age} {STATES[state]}{' = output' if age + state == 'newh' else ''}".split()
                for place, line in enumerate(wrapped(words, WIDTH - _RIGHT - 12, SMALL)):
                    yield say(f"{age}-{state}/words-{place}", x, y + 12 + 13 * place, line, SMALL, colour="muted")
            spot = self._spots[state]
            yield Wire(f"{state}/new", self._trimmed([spot, (spot[0], y), (WIDTH - MARGIN, y)], state), "state")
        y = self._lines["h"]
        way = ((_INPUT, y), (_INPUT, _BUS), (_INPUT + 10, _BUS))
        if any(self._spots[name][1] == y for name in self._steps):
            yield from _branch("h_old/joined", way, "state", arrow=False)
        else:
            yield Wire("h_old/joined", ((MARGIN, y), *way), "state", arrow=False)

    def _input(self) -> Iterator[Item]:
        """The input, which joins the old state on the way to the gates."""
        yield Wire("x", ((_INPUT, _INPUT_END), (_INPUT, _BUS), (_INPUT + 10, _BUS)), arrow=False)
        yield say("x/name", _INPUT + 7, _INPUT_END - 8, "x", TITLE, bold=True)
        words = f"input, {_size(self._input_shape)}"
        yield say("x/words", _INPUT + 20, _INPUT_END - 8, words, SMALL, colour="muted")
        *others, last = (self._columns[gate.name] for gate in self._gates if gate not in self._apart)
        yield Wire("joined", ((_INPUT + 10, _BUS), (last, _BUS), (last, _GATE_BOTTOM)), width=_THICK)
        for place, x in enumerate(others):
            yield from _branch(f"joined/{place}", ((x, _BUS), (x, _GATE_BOTTOM)), width=_THICK)
        below = (_APART if self._apart else _BUS) + 14
        yield say("joined/words", _INPUT + 12, below, f"thick: {self._joined}", SMALL)

    def _input_apart(self, gate: Gate) -> Iterator[Item]:
        """What a gate reads in place of the old state, beside the input or together with it."""
        x, spot = self._columns[gate.name], self._spots[gate.state]
        begin = ((spot[0] + _REACH["×"][0], spot[1]), (_DOWN, spot[1]))
        name, entering = f"{gate.state}/{gate.name}", f"x/{gate.name}"
        if multiplies_first(self._layer):
            left, right = x - 18, x + 18
            yield Wire(name, (*begin, (_DOWN, _BUS), (left, _BUS), (left, _GATE_BOTTOM)))
            yield from _branch(entering, ((_INPUT, _APART), (right, _APART), (right, _GATE_BOTTOM)))
            yield say(f"{entering}/words", right + 8, _BUS, "x alone", SMALL)
        else:
            join = (_DOWN + 10, _APART)
            yield Wire(name, (*begin, (_DOWN, _APART), join), arrow=False)
            yield from _branch(entering, ((_INPUT, _APART), join), arrow=False)
            yield Wire(f"{gate.name}/joined", (join, (x, _APART), (x, _GATE_BOTTOM)), width=_THICK)
            yield say(f"{gate.name}/joined/words", x + 10, _BUS, "x and r ∗ h", SMALL)

    # What is in between

    def _wire(self, value: str, step: Step) -> Iterator[Item]:
        """From a value to a step that reads it: up from a gate or along the line of a state, then straight."""
        name, end, state = f"{value}/{step.name}", self._spots[step.name], value.removesuffix("_old")
        if value == state:
            start = self._spots[value]
        else:
            start = (MARGIN if self._lines[state] == end[1] else _INPUT, self._lines[state])
        corner = (end[0], start[1]) if value in self._steps else (start[0], end[1])
        colour = "state" if state in self._lines or start[1] == end[1] == _STATE else "ink"
        readers = sum(value in other.reads for other in self._steps.values()) + (state in self._lines)
        if name in _OVER:
            yield disc(f"{name}/crossing", _OVER[name], 5.0, "cell", None)
        if readers > 1 and corner not in (start, end):
            yield from _branch(name, self._trimmed([corner, end], "", step.name), colour)
        else:
            yield Wire(name, self._trimmed([start, corner, end], value, step.name), colour)

    def _trimmed(self, points: list[Point], source: str, reader: str = "") -> tuple[Point, ...]:
        """The points without those that repeat, from the edge of a step to the edge of another."""
        way = list(dict.fromkeys(points))
        return (self._edge(source, way[0], way[1]), *way[1:-1], self._edge(reader, way[-1], way[-2]))

    def _edge(self, name: str, middle: Point, other: Point) -> Point:
        """Where a wire to another point crosses a step's edge."""
        if name not in self._steps:
            return middle
        (x, y), (across, down) = middle, _REACH.get(self._steps[name].sign, _PILL)
        return (x + copysign(across, other[0] - x), y) if other[1] == y else (x, y + copysign(down, other[1] - y))

    def _gate(self, gate: Gate) -> Iterator[Item]:
        """Its box: what it is called, its function, and between which numbers that stays."""
        x, name = self._columns[gate.name], gate.name
        left, height = x - _GATE_WIDTH / 2, _GATE_BOTTOM - _GATE_TOP
        yield Box(f"{name}/box", left, _GATE_TOP, _GATE_WIDTH, height, gate_role(name), radius=5, line=1.2)
        yield say(f"{name}/title", x - 8, _GATE_TOP + 13, gate.title, TEXT, "middle", "on-gate")
        yield from gate_letter(f"{name}/symbol", (x + 41, _GATE_TOP + 13), name, "on-gate")
        works = cut(function(gate.activation), _GATE_WIDTH - 8, SMALL) + _RANGES.get(gate.activation, "")
        yield say(f"{name}/activation", x, _GATE_BOTTOM - 10, works, SMALL, "middle", "on-gate")

    def _step(self, step: Step) -> Iterator[Item]:
        (x, y), (across, down) = self._spots[step.name], _REACH.get(step.sign, _PILL)
        radius, fill, lines, size, colour = down, "paper", [step.sign], TITLE, "ink"
        if step.sign == "·":  # a part of the candidate's work
            radius, fill, size, colour = 5, "gate-candidate", SMALL, "on-gate"
            lines = ["· recurrent_kernel", "+ bias[1]"][: 1 + self._layer.use_bias]
        elif step.sign not in ("×", "+"):
            lines, size = [cut(function(step.sign), 2 * across - 4, SMALL)], SMALL
        yield Box(step.name, x - across, y - down, 2 * across, 2 * down, fill, radius=radius)
        for place, line in enumerate(lines):
            at = y + 12 * (place - (len(lines) - 1) / 2)
            yield say(f"{step.name}/sign-{place}", x, at, line, size, "middle", colour, bold=size == TITLE)
        if step.sign == "×":
            words = say(f"{step.name}/says", x + 14, y - 11, _MULTIPLIED[step.name], SMALL, colour="muted")
            yield words if words.x + words.room < _RIGHT else replace(words, x=x - 14, anchor="end")

    # What Keras stores

    def _weights(self) -> Iterator[Item]:
        """One block: a column below each gate, and a row for each weight."""
        weights, y = self._cell.weights, _SLICES
        right, height = 2 * _MIDDLE - self._left, sum(_ROWS[weight.name] for weight in weights)
        caption = "each box above its slice of the weights (not to scale)"
        yield say("slices/words", WIDTH - MARGIN, _SLICES - 10, caption, SMALL, "end", "muted")
        for name, x in self._columns.items():
            yield Box(f"{name}/slice", x - self._slice / 2, y, self._slice, height, gate_role(name))
            yield from gate_letter(f"{name}/slice/symbol", (x, y + 12), name, "on-gate")
        reads = {"kernel": "x", "recurrent_kernel": "h"}
        written = "{name} over {read}" if self._layer.spatial else "{read} · {name}"
        for weight in weights:
            high, shape = _ROWS[weight.name], shape_text(weight.shape, WIDTH - right - 14, SMALL)
            yield Box(weight.name, self._left, y, right - self._left, high, None, line=1.2)
            words = written.format(name=weight.name, read=reads[weight.name]) if weight.name in reads else weight.name
            yield say(f"{weight.name}/name", self._left - 8, y + high / 2, words, SMALL, "end")
            yield say(f"{weight.name}/shape", right + 8, y + high / 2, shape, SMALL)
            y += high

    def _counts(self) -> Iterator[Item]:
        number, one, y = len(self._gates), self._cell.gate_formula, _SLICES + 70
        written = one.with_commas
        if number > 1:
            yield say("one/count", _MIDDLE, y, f"each slice: {written} = {one.value:,}", TEXT, "middle")
            written = f"{number} · {one.value:,}"
        total = many(self._cell.count, "parameter")
        yield say("layer/count", _MIDDLE, y + 19, f"{written} = {total}", ANSWER, "middle", bold=True)

    # In words

    def in_words(self) -> tuple[list[str], list[str]]:
        """The picture for who does not see it, and its counts."""
        layer, cell, number = self._layer, self._cell, len(self._gates)
        named = f" named {layer.name}" if layer.name else ""
        states = listed([f"the {STATES[state]} {symbol(state)}" for state in layer.states])
        made = ", ".join(f"{gate.title} {symbol(gate.name)} ({gate.activation})" for gate in self._gates)
        stored, owned = (
            ", ".join(f"{one.name} {one.shape}" for one in several) for several in (cell.weights, cell.gate_weights)
        )
        computed: dict[str, list[str]] = {}
        for gate in self._gates:
            computed.setdefault(gate_equation(layer, gate), []).append(symbol(gate.name))
        said = [
            f"One timestep of {layer.kind}{named}: {_BOXES[number]}.",
            f"The input {symbol('x')} has shape {self._input_shape}, {states} {self._state_shape}.",
            "Input and state are images: each box slides a kernel over both." if layer.spatial else "",
            f"What reads {self._joined}: {made}.",
            *(f"{listed(made_so)} = {how}." for how, made_so in computed.items()),
            *(f"{equation}." for equation in equations(layer)),
            f"Keras stores {stored}.",
            f"Each box has a slice, in this order: {owned}." if number > 1 else "",
        ]
        counts = [f"{cell.gate_formula.value:,} in each slice"] if number > 1 else []
        counts.append(f"{many(cell.count, 'parameter')} in this {layer.kind}")
        return [one.replace("ₜ₋₁", "(t−1)").replace("ₜ", "(t)") for one in said], counts


def _of_a_timestep(axes: Axes) -> Shape:
    return tuple(size for axis, size in axes.items() if axis not in ("batch", "timesteps"))


def _size(shape: Shape) -> str:
    return many(shape[0] or 0, "number") if len(shape) == 1 else str(shape)


def _branch(
    name: str, points: tuple[Point, ...], colour: str = "ink", width: float = 1.4, *, arrow: bool = True
) -> Iterator[Item]:
    """A wire that leaves another, with a dot where it does."""
    yield Wire(name, points, colour, width, arrow)
    yield disc(f"{name}/dot", points[0], 1.6 + 0.7 * width, colour, None)
