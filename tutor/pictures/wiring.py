"""The wires inside a recurrent cell: a layer's gates and steps, and a plan of where they stand, make the items.

The input comes in from below and the old states from the left; the new states leave to the right, the output upwards.
A plan names places only: which wire runs where follows from what each gate and step reads. Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import copysign
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tutor.layers.cells import Step, function, multiplies_first, symbol
from tutor.pictures.metrics import shape_text
from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Box, Disc, Item, Label, Point, Wire

if TYPE_CHECKING:
    from tutor.layers.built import Built, Gate, Shape

#: The picture's width, and the sides of the cell's rounded box.
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 640.0, 92.0, 566.0, 34.0, 226.0
#: Where the input comes up, and its lower end.
INPUT, INPUT_END = 112.0, 248.0
SMALL = 9.5

#: Lines from left to right: of the states along the top, of what all gates read, of what a candidate reads apart.
_STATE, _BUS, _APART = 58.0, 184.0, 207.0
_GATE_TOP, _GATE_BOTTOM, _GATE_WIDTH = 136.0, 168.0, 80.0
_OUTPUT, _EDGE = 578.0, WIDTH - 6
_RADIUS, _DOT = 9.0, 2.6
_THICK = 2.4  # two vectors, one behind the other
#: A shape is written with fewer axes before it is set smaller than this.
_SMALLEST = 7.5

_Anchor: TypeAlias = Literal["start", "middle", "end"]
#: The middle of a line of text at its anchor, and its room.
_Caption: TypeAlias = tuple[float, float, float, _Anchor]


@dataclass(frozen=True)
class _Plan:
    """Where the parts of a cell stand.

    Attributes:
        gates: the x of each gate.
        steps: the middle of each step.
        enter: the y at which each old state comes in.
        leave: the y at which each new state goes out.
        captions: where the shape of each value is written.
        over: wires that pass over another one, and from where to where that is hidden.
        down: the x at which what a candidate reads in place of the old state runs down to it.
        top: where the cell begins.
    """

    gates: Mapping[str, float]
    captions: Mapping[str, _Caption]
    enter: Mapping[str, float]
    leave: Mapping[str, float]
    steps: Mapping[str, Point] = field(default_factory=dict)
    over: Mapping[str, tuple[Point, Point]] = field(default_factory=dict)
    down: float = 0.0
    top: float = TOP


_SIMPLE = _Plan({"h": 316}, {"h": (322, 125, 90, "start")}, {"h": _BUS}, {"h": 110}, top=86)
_LSTM = _Plan(
    {"i": 156, "f": 256, "c_tilde": 356, "o": 456},
    {
        "i": (162, 125, 84, "start"),
        "f": (262, 125, 80, "start"),
        "c_tilde": (362, 127, 88, "start"),
        "o": (462, 125, 56, "start"),
        "kept": (306, 49, 70, "middle"),
        "admitted": (362, 85, 88, "start"),
        "activated": (514, 96, 60, "end"),
    },
    {"c": _STATE, "h": _BUS},
    {"c": _STATE, "h": _BUS},
    {"kept": (256, _STATE), "admitted": (356, 112), "c": (356, _STATE), "activated": (520, 80), "h": (520, 112)},
    {"i-admitted": ((248, 112), (264, 112)), "output": ((_OUTPUT, _STATE + 8), (_OUTPUT, _STATE - 8))},
)
_GRU = _Plan(
    {"z": 156, "r": 316, "h_tilde": 456},
    {
        "z": (162, 76, 84, "start"),
        "r": (322, 127, 58, "start"),
        "h_tilde": (462, 125, 98, "start"),
        "product": (283, 103, 48, "middle"),
        "reset": (355, 103, 60, "middle"),
        "kept": (306, 49, 270, "middle"),
        "rest": (356, 76, 180, "middle"),
        "admitted": (464, 73, 96, "start"),
    },
    {"h": _STATE},
    {"h": _STATE},
    {
        "product": (216, 112),
        "reset": (316, 112),
        "kept": (156, _STATE),
        "rest": (256, 85),
        "admitted": (456, 85),
        "h": (456, _STATE),
    },
    {"z-kept": ((156, 120), (156, 104))},
    down=386,
)
_PLANS = {("h",): _SIMPLE, ("i", "f", "c_tilde", "o"): _LSTM, ("z", "r", "h_tilde"): _GRU}


class Wiring:
    """The inside of a cell.

    Attributes:
        columns: the x of each gate.
        top: where the cell begins; above it are the equations and the output only.
        input_shape: the shape of one timestep's input.
        state_shape: the shape of a state, and of every value between gates and states.
        joined: how many numbers, or channels of images, the old state and the input have together.
    """

    def __init__(self, built: Built) -> None:
        self._layer: Any = built.layer
        self._gates: tuple[Gate, ...] = self._layer.gates
        self._steps: dict[str, Step] = {step.name: step for step in self._layer.steps}
        self._plan = _PLANS[tuple(gate.name for gate in self._gates)]
        self.columns, self.top = self._plan.gates, self._plan.top
        self.input_shape = _of_a_timestep(built.input_shape, built.input_axes)
        several = isinstance(built.output_axes[0], tuple)
        output, axes = built.output_shape, built.output_axes
        self.state_shape = _of_a_timestep(output[0], axes[0]) if several else _of_a_timestep(output, axes)
        sizes, is_image = built.sizes, bool(self._layer.spatial)
        state, entering = (sizes.filters, sizes.channels) if is_image else (sizes.units, sizes.features)
        channels = " channels" if is_image else ""
        self.joined = f"{state.value:,} + {entering.value:,} = {state.value + entering.value:,}{channels}"

    def items(self) -> Iterator[Item]:
        """From back to front: what comes in, wires in the order of computing, then what stands on them."""
        for state in self._layer.states:
            yield from self._old_state(state)
        yield from self._input()
        for gate in self._gates:
            if gate.state != "h_old":
                yield from self._apart(gate)
        for step in self._steps.values():
            for value in step.reads:
                yield from self._wire(value, step)
        for state in self._layer.states:
            yield from self._new_state(state)
        for gate in self._gates:
            yield from self._gate(gate)
            yield self._caption(gate.name)
        for step in self._steps.values():
            yield from self._step(step)
            if step.name not in self._layer.states:
                yield self._caption(step.name)

    # What comes in and goes out

    def _old_state(self, state: str) -> Iterator[Item]:
        name, y, room = f"{state}_old", self._plan.enter[state], LEFT - 12
        yield self._shape(name, 6, y - 9, room)
        yield Label(f"{name}-words", 6, y + 9, _WORDS[state], room, SMALL, "start", "muted")
        if state == "h":
            start = (6.0, y) if y == _BUS else (INPUT, y)
            points = dict.fromkeys([start, (start[0], _BUS), (INPUT + 10, _BUS)])
            yield Wire("h_old-joined", tuple(points), "state", arrow=False)
            if y != _BUS:
                yield _dot("h_old-joined", start, "state")

    def _input(self) -> Iterator[Item]:
        """The input, which joins the old state on the way to the gates."""
        yield Wire("x", ((INPUT, INPUT_END), (INPUT, _BUS), (INPUT + 10, _BUS)), arrow=False)
        yield self._shape("x", INPUT - 6, INPUT_END - 14, INPUT - 12, anchor="end")
        yield Label("x-words", INPUT - 6, INPUT_END - 4, "input", INPUT - 12, SMALL, "end", "muted")
        *columns, last = sorted(self._plan.gates[gate.name] for gate in self._gates if gate.state == "h_old")
        yield Wire("joined", ((INPUT + 10, _BUS), (last, _BUS), (last, _GATE_BOTTOM)), width=_THICK)
        for place, x in enumerate(columns):
            yield Wire(f"joined-{place}", ((x, _BUS), (x, _GATE_BOTTOM)), width=_THICK)
            yield _dot(f"joined-{place}", (x, _BUS))
        yield Label("joined-shape", INPUT + 10, _BUS + 9.5, f"[hₜ₋₁, xₜ]: {self.joined}", 240, SMALL, "start")

    def _apart(self, gate: Gate) -> Iterator[Item]:
        """What a gate reads in place of the old state, beside the input or together with it."""
        x, down, (start, y) = self._plan.gates[gate.name], self._plan.down, self._plan.steps[gate.state]
        name, begin = f"{gate.state}-{gate.name}", ((start + _RADIUS, y), (down, y))
        if multiplies_first(self._layer):
            left, right, upper, lower = x - 18, x + 18, _APART - 9, _APART + 9
            yield Wire(name, (*begin, (down, upper), (left, upper), (left, _GATE_BOTTOM)))
            yield Wire(f"x-{gate.name}", ((INPUT, lower), (right, lower), (right, _GATE_BOTTOM)))
            yield _dot(f"x-{gate.name}", (INPUT, lower))
            yield self._shape("x", right + 6, _GATE_BOTTOM + 9, RIGHT - right - 12, name="x-again")
        else:
            join = (down + 10, _APART)
            yield Wire(name, (*begin, (down, _APART), join), arrow=False)
            yield Wire(f"x-{gate.name}", ((INPUT, _APART), join), arrow=False)
            yield _dot(f"x-{gate.name}", (INPUT, _APART))
            yield Wire(f"joined-{gate.name}", (join, (x, _APART), (x, _GATE_BOTTOM)), width=_THICK)
            text = f"[rₜ ∗ hₜ₋₁, xₜ]: {self.joined}"
            yield Label(f"joined-{gate.name}-shape", down - 74, _APART + 9.5, text, RIGHT - down + 62, SMALL, "start")

    def _new_state(self, state: str) -> Iterator[Item]:
        """A new state's way out to the right; the hidden state is the output too."""
        x, y, end, room = _OUTPUT + 5, self._plan.leave[state], self.top - 28, WIDTH - _OUTPUT - 9
        start = self._plan.steps.get(state) or (self._plan.gates[state], _GATE_TOP)
        yield Wire(f"{state}-new", self._trimmed([start, (start[0], y), (_EDGE, y)], state), "state")
        yield self._shape(state, x, y - 9, room, name=f"{state}-new")
        yield Label(f"{state}-new-words", x, y + 9, "next step", room, SMALL, "start", "muted")
        if state == "h":
            yield from self._passing(Wire("output", ((_OUTPUT, y), (_OUTPUT, end)), "state"), "paper")
            yield _dot("output", (_OUTPUT, y), "state")
            yield self._shape("h", x, end + 6, room, name="output")
            yield Label("output-words", x, end + 18, "output", room, SMALL, "start", "muted")

    # What is in between

    def _wire(self, value: str, step: Step) -> Iterator[Item]:
        """From a value to a step that reads it: up from a gate, along the line of a state, then straight."""
        name, (x, y) = f"{value}-{step.name}", self._plan.steps[step.name]
        colour, source, corner, fork = "ink", value, (x, y), None
        if value in self._plan.gates:
            start = (self._plan.gates[value], _GATE_TOP)
            corner = (start[0], y)
            if start[0] != x and sum(value in other.reads for other in self._steps.values()) > 1:
                fork = corner
        elif value.endswith("_old"):
            start, colour = (6.0, self._plan.enter[value.removesuffix("_old")]), "state"
            fork = None if start[1] == y else (INPUT, y)
        else:
            start = self._plan.steps[value]
            if value in self._layer.states:
                colour, fork = "state", (x, start[1])
        if start[1] == y in self._plan.enter.values():
            colour = "state"
        points = [fork, (x, y)] if fork else [start, corner, (x, y)]
        yield from self._passing(Wire(name, self._trimmed(points, "" if fork else source, step.name), colour), "cell")
        if fork:
            yield _dot(name, fork, colour)

    def _trimmed(self, points: list[Point], source: str, reader: str = "") -> tuple[Point, ...]:
        """The points without those that repeat, from the edge of a step to the edge of another."""
        way = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
        return (self._edge(source, way[0], way[1]), *way[1:-1], self._edge(reader, way[-1], way[-2]))

    def _edge(self, name: str, middle: Point, other: Point) -> Point:
        """Where a wire to another point crosses a step's edge."""
        if name not in self._steps:
            return middle
        (x, y), (across, down) = middle, _REACH.get(self._steps[name].sign, _PILL)
        return (x + copysign(across, other[0] - x), y) if other[1] == y else (x, y + copysign(down, other[1] - y))

    def _passing(self, wire: Wire, ground: str) -> Iterator[Wire]:
        """The wire, above a gap in another if it passes over one."""
        if wire.id in self._plan.over:
            yield Wire(f"{wire.id}-crossing", self._plan.over[wire.id], ground, 5.0, arrow=False)
        yield wire

    def _gate(self, gate: Gate) -> Iterator[Item]:
        x, room = self._plan.gates[gate.name], _GATE_WIDTH - 6
        left, height = x - _GATE_WIDTH / 2, _GATE_BOTTOM - _GATE_TOP
        yield Box(f"gate-{gate.name}", left, _GATE_TOP, _GATE_WIDTH, height, gate_role(gate.name), radius=4)
        activation = function(gate.activation)
        yield Label(f"activation-{gate.name}", x, _GATE_TOP + 10, activation, room, 11, colour="on-gate", bold=True)
        yield Label(f"title-{gate.name}", x, _GATE_BOTTOM - 9, gate.title, room, SMALL, colour="on-gate")

    def _step(self, step: Step) -> Iterator[Item]:
        (x, y), (across, down) = self._plan.steps[step.name], _REACH.get(step.sign, _PILL)
        if step.sign == "·":
            role = next(gate_role(gate.name) for gate in self._gates if gate.state != "h_old")
            lines = ["· recurrent_kernel", *(["+ bias[1]"] if self._layer.use_bias else [])]
            yield Box(step.name, x - across, y - down, 2 * across, 2 * down, role, radius=4)
            for place, line in enumerate(lines):
                middle = y + 11 * (place - (len(lines) - 1) / 2)
                yield Label(f"{step.name}-sign-{place}", x, middle, line, 2 * across - 4, SMALL, colour="on-gate")
        elif step.sign in _REACH:
            yield Disc(step.name, x, y, _RADIUS)
            yield Label(f"{step.name}-sign", x, y, step.sign, 2 * _RADIUS - 5, 11)
        else:
            yield Box(step.name, x - across, y - down, 2 * across, 2 * down, radius=down)
            yield Label(f"{step.name}-sign", x, y, function(step.sign), 2 * across - 6, 9)

    def _caption(self, value: str) -> Label:
        x, y, room, anchor = self._plan.captions[value]
        return self._shape(value, x, y, room, anchor=anchor)

    def _shape(
        self, value: str, x: float, y: float, room: float, *, anchor: _Anchor = "start", name: str = ""
    ) -> Label:
        """A value's shape, after its symbol where it has one."""
        is_named = value not in self._steps or value in self._layer.states
        symbols = f"{symbol(value)} " if is_named else ""
        shape = self.input_shape if value == "x" else self.state_shape
        text = symbols + (shape_text(shape, room - len(symbols) * 4, _SMALLEST) if len(shape) > 1 else str(shape))
        return Label(f"{name or value}-shape", x, y, text, room, SMALL, anchor)


_WORDS = {"h": "hidden state", "c": "cell state"}
#: How far it is from a step's middle to its edge, across and down.
_REACH = {**dict.fromkeys(("×", "+", "1−"), (_RADIUS, _RADIUS)), "·": (43.0, 14.0)}
_PILL = (36.0, 9.0)


def _of_a_timestep(shape: Shape, axes: tuple[str, ...]) -> Shape:
    return tuple(size for size, axis in zip(shape, axes, strict=True) if axis not in ("batch", "timesteps"))


def _dot(wire: str, at: Point, colour: str = "ink") -> Disc:
    """Where a wire leaves another."""
    return Disc(f"{wire}-dot", *at, _DOT, colour, None)
