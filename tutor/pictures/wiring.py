"""The wires inside a recurrent cell: a layer's gates and steps, and a plan of where they stand, make the items.

The input comes in from below and the old states from the left; the new states leave to the right, the output upwards.
A plan names places only: which wire runs where follows from what each gate and step reads. Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import copysign
from typing import TYPE_CHECKING, Any

from tutor.layers.cells import STATES, Step, function, multiplies_first, symbol
from tutor.pictures.metrics import shape_text
from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Anchor, Box, Item, Label, Point, Wire, disc

if TYPE_CHECKING:
    from tutor.layers.built import Built, Gate, Shape

#: The picture's width, and the sides of the cell's rounded box.
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 640.0, 92.0, 566.0, 34.0, 226.0
#: Where the input comes up, and its lower end.
INPUT, INPUT_END = 112.0, 248.0
SMALL = 9.5

#: Lines from left to right: of a state along the top, of what all gates read, of what a candidate reads apart.
_STATE, _BUS, _APART = 58.0, 184.0, 207.0
#: Where what a candidate reads in place of the old state runs down to it.
_DOWN = 386.0
_GATE_TOP, _GATE_BOTTOM, _GATE_WIDTH = 136.0, 168.0, 80.0
_OUTPUT, _EDGE = 578.0, WIDTH - 6
_RADIUS, _DOT = 9.0, 2.6
_THICK = 2.4  # two vectors, one behind the other
#: A shape is written with fewer axes before it is set smaller than this.
_SMALLEST = 7.5
#: How far it is from a step's middle to its edge, across and down: a disc, a matrix product, a function.
_REACH = {**dict.fromkeys(("×", "+", "1−"), (_RADIUS, _RADIUS)), "·": (43.0, 14.0)}
_PILL = (36.0, 9.0)


@dataclass(frozen=True)
class _Spot:
    """Where a value is made, the top of a gate or the middle of a step, and its shape's place, room and anchor."""

    x: float
    y: float
    shape_x: float = 0.0
    shape_y: float = 0.0
    room: float = 0.0
    anchor: Anchor = "start"

    @property
    def at(self) -> Point:
        """The place where the value is made."""
        return self.x, self.y


_SIMPLE = {"h": _Spot(316, _GATE_TOP, 322, 125, 90)}
_LSTM = {
    "i": _Spot(156, _GATE_TOP, 162, 125, 84),
    "f": _Spot(256, _GATE_TOP, 262, 125, 80),
    "c_tilde": _Spot(356, _GATE_TOP, 362, 127, 88),
    "o": _Spot(456, _GATE_TOP, 462, 125, 56),
    "kept": _Spot(256, _STATE, 306, 49, 70, "middle"),
    "admitted": _Spot(356, 112, 362, 85, 88),
    "c": _Spot(356, _STATE),
    "activated": _Spot(520, 80, 514, 96, 60, "end"),
    "h": _Spot(520, 112),
}
_GRU = {
    "z": _Spot(156, _GATE_TOP, 162, 76, 84),
    "r": _Spot(316, _GATE_TOP, 322, 127, 58),
    "h_tilde": _Spot(456, _GATE_TOP, 462, 125, 98),
    "product": _Spot(216, 112, 283, 103, 48, "middle"),
    "reset": _Spot(316, 112, 355, 103, 60, "middle"),
    "kept": _Spot(156, _STATE, 306, 49, 270, "middle"),
    "rest": _Spot(256, 85, 356, 76, 180, "middle"),
    "admitted": _Spot(456, 85, 464, 73, 96),
    "h": _Spot(456, _STATE),
}
_PLANS = {("h",): _SIMPLE, ("i", "f", "c_tilde", "o"): _LSTM, ("z", "r", "h_tilde"): _GRU}
#: Wires that pass over another, and where.
_OVER = {"i-admitted": (256, 112), "z-kept": (156, 112)}


class Wiring:
    """The inside of a cell.

    Attributes:
        columns: the x of each gate.
        input_shape: the shape of one timestep's input.
        state_shape: the shape of a state, and of every value between gates and states.
        joined: how many numbers, or channels of images, the old state and the input have together.
    """

    def __init__(self, built: Built) -> None:
        self._layer: Any = built.layer
        self._gates: tuple[Gate, ...] = self._layer.gates
        self._steps: dict[str, Step] = {step.name: step for step in self._layer.steps}
        self._spots = _PLANS[tuple(gate.name for gate in self._gates)]
        self._lines = {"c": _STATE, "h": _BUS} if "c" in self._layer.states else {"h": _STATE}
        self.columns = {gate.name: self._spots[gate.name].x for gate in self._gates}
        output, axes = built.output_shape, built.output_axes
        if isinstance(axes[0], tuple):
            output, axes = output[0], axes[0]
        self.input_shape = _of_a_timestep(built.input_shape, built.input_axes)
        self.state_shape = _of_a_timestep(output, axes)
        entering, state = (weight.shape[-2] for weight in built.gate_weights[:2])
        self.joined = f"{state:,} + {entering:,} = {state + entering:,}{' channels' if self._layer.spatial else ''}"

    def items(self) -> Iterator[Item]:
        """From back to front: what comes in and goes out, wires in the order of computing, then what stands on them."""
        yield from self._states()
        yield from self._input()
        for gate in self._gates:
            if gate.state != "h_old":
                yield from self._apart(gate)
        for step in self._steps.values():
            for value in step.reads:
                yield from self._wire(value, step)
        for gate in self._gates:
            yield from self._gate(gate)
        for step in self._steps.values():
            yield from self._step(step)
        for value, spot in self._spots.items():
            if value in self.columns or value in self._steps.keys() - STATES.keys():
                yield self._shape(value, spot.shape_x, spot.shape_y, spot.room, anchor=spot.anchor)

    # What comes in and goes out

    def _states(self) -> Iterator[Item]:
        """The old states, on the way to the gates too, and the new ones; the new hidden state is the output too."""
        right, room = _OUTPUT + 5, WIDTH - _OUTPUT - 9
        for state, y in self._lines.items():
            for name, value, x, words, space in (
                (f"{state}_old", f"{state}_old", 6, STATES[state], LEFT - 12),
                (f"{state}-new", state, right, "next step", room),
            ):
                yield self._shape(value, x, y - 9, space, name=name)
                yield Label(f"{name}-words", x, y + 9, words, space, SMALL, "start", "muted")
            spot = self._spots[state]
            yield Wire(f"{state}-new", self._trimmed([spot.at, (spot.x, y), (_EDGE, y)], state), "state")
        y, end = self._lines["h"], TOP - 28
        yield from _branch("output", ((_OUTPUT, y), (_OUTPUT, end)), "state")
        yield self._shape("h", right, end + 6, room, name="output")
        yield Label("output-words", right, end + 18, "output", room, SMALL, "start", "muted")
        way = ((INPUT, y), (INPUT, _BUS), (INPUT + 10, _BUS))
        if any(self._spots[name].y == y for name in self._steps):
            yield from _branch("h_old-joined", way, "state", arrow=False)
        else:
            yield Wire("h_old-joined", ((6, y), *way), "state", arrow=False)

    def _input(self) -> Iterator[Item]:
        """The input, which joins the old state on the way to the gates."""
        yield Wire("x", ((INPUT, INPUT_END), (INPUT, _BUS), (INPUT + 10, _BUS)), arrow=False)
        yield self._shape("x", INPUT - 6, INPUT_END - 14, INPUT - 12, anchor="end")
        yield Label("x-words", INPUT - 6, INPUT_END - 4, "input", INPUT - 12, SMALL, "end", "muted")
        *columns, last = sorted(self.columns[gate.name] for gate in self._gates if gate.state == "h_old")
        yield Wire("joined", ((INPUT + 10, _BUS), (last, _BUS), (last, _GATE_BOTTOM)), width=_THICK)
        for place, x in enumerate(columns):
            yield from _branch(f"joined-{place}", ((x, _BUS), (x, _GATE_BOTTOM)), width=_THICK)
        yield Label("joined-shape", INPUT + 10, _BUS + 9.5, f"[hₜ₋₁, xₜ]: {self.joined}", 240, SMALL, "start")

    def _apart(self, gate: Gate) -> Iterator[Item]:
        """What a gate reads in place of the old state, beside the input or together with it."""
        x, spot = self.columns[gate.name], self._spots[gate.state]
        name, begin = f"{gate.state}-{gate.name}", ((spot.x + _RADIUS, spot.y), (_DOWN, spot.y))
        if multiplies_first(self._layer):
            left, right, upper, lower = x - 18, x + 18, _APART - 9, _APART + 9
            yield Wire(name, (*begin, (_DOWN, upper), (left, upper), (left, _GATE_BOTTOM)))
            yield from _branch(f"x-{gate.name}", ((INPUT, lower), (right, lower), (right, _GATE_BOTTOM)))
            yield self._shape("x", right + 6, _GATE_BOTTOM + 9, RIGHT - right - 12, name="x-again")
        else:
            join = (_DOWN + 10, _APART)
            yield Wire(name, (*begin, (_DOWN, _APART), join), arrow=False)
            yield from _branch(f"x-{gate.name}", ((INPUT, _APART), join), arrow=False)
            yield Wire(f"joined-{gate.name}", (join, (x, _APART), (x, _GATE_BOTTOM)), width=_THICK)
            text = f"[rₜ ∗ hₜ₋₁, xₜ]: {self.joined}"
            yield Label(f"joined-{gate.name}-shape", _DOWN - 74, _APART + 9.5, text, RIGHT - _DOWN + 62, SMALL, "start")

    # What is in between

    def _wire(self, value: str, step: Step) -> Iterator[Item]:
        """From a value to a step that reads it: up from a gate or along the line of a state, then straight."""
        name, end, state = f"{value}-{step.name}", self._spots[step.name].at, value.removesuffix("_old")
        if value == state:
            start = self._spots[value].at
        else:
            start = (6.0 if self._lines[state] == end[1] else INPUT, self._lines[state])
        corner = (end[0], start[1]) if value in self._steps else (start[0], end[1])
        colour = "state" if state in self._lines or start[1] == end[1] == _STATE else "ink"
        readers = sum(value in other.reads for other in self._steps.values()) + (state in self._lines)
        if name in _OVER:
            yield disc(f"{name}-crossing", _OVER[name], 5.0, "cell", None)
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
        x, room = self.columns[gate.name], _GATE_WIDTH - 6
        left, height = x - _GATE_WIDTH / 2, _GATE_BOTTOM - _GATE_TOP
        yield Box(f"gate-{gate.name}", left, _GATE_TOP, _GATE_WIDTH, height, gate_role(gate.name), radius=4)
        activation = function(gate.activation)
        yield Label(f"activation-{gate.name}", x, _GATE_TOP + 10, activation, room, 11, colour="on-gate", bold=True)
        yield Label(f"title-{gate.name}", x, _GATE_BOTTOM - 9, gate.title, room, SMALL, colour="on-gate")

    def _step(self, step: Step) -> Iterator[Item]:
        spot, (across, down) = self._spots[step.name], _REACH.get(step.sign, _PILL)
        x, y, name = spot.x, spot.y, f"{step.name}-sign"
        if step.sign == "·":
            yield Box(step.name, x - across, y - down, 2 * across, 2 * down, "gate-candidate", radius=4)
            for place, line in enumerate(("· recurrent_kernel", "+ bias[1]")[: 1 + self._layer.use_bias]):
                yield Label(f"{name}-{place}", x, y - 5.5 + 11 * place, line, 2 * across - 4, SMALL, colour="on-gate")
        elif step.sign in _REACH:
            yield disc(step.name, spot.at, _RADIUS)
            yield Label(name, x, y, step.sign, 2 * _RADIUS - 5, 11)
        else:
            yield Box(step.name, x - across, y - down, 2 * across, 2 * down, radius=down)
            yield Label(name, x, y, function(step.sign), 2 * across - 6)

    def _shape(self, value: str, x: float, y: float, room: float, *, anchor: Anchor = "start", name: str = "") -> Label:
        """A value's shape, after its symbol where it has one."""
        is_named = value not in self._steps or value in self._layer.states
        symbols = f"{symbol(value)} " if is_named else ""
        shape = self.input_shape if value == "x" else self.state_shape
        text = symbols + (shape_text(shape, room - len(symbols) * 4, _SMALLEST) if len(shape) > 1 else str(shape))
        return Label(f"{name or value}-shape", x, y, text, room, SMALL, anchor)


def _of_a_timestep(shape: Shape, axes: tuple[str, ...]) -> Shape:
    return tuple(size for size, axis in zip(shape, axes, strict=True) if axis not in ("batch", "timesteps"))


def _branch(
    name: str, points: tuple[Point, ...], colour: str = "ink", width: float = 1.4, *, arrow: bool = True
) -> Iterator[Item]:
    """A wire that leaves another, with a dot where it does."""
    yield Wire(name, points, colour, width, arrow)
    yield disc(f"{name}-dot", points[0], _DOT, colour, None)
