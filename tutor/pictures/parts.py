"""The pieces of which the cells are made, and the lines on which they stand. Lengths are in points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Box, Disc, Item, Label, Point, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.layers.built import Built, Gate

#: The picture's width, and the sides of the cell's rounded box.
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 640.0, 92.0, 566.0, 34.0, 226.0
#: Where the input comes up, and its lower end.
INPUT, INPUT_END = 112.0, 248.0
SMALL = 9.5

STATE, BUS = 58.0, 184.0  # the wires along the top and the bottom of the cell
GATE_TOP, GATE_BOTTOM, _GATE_WIDTH = 136.0, 168.0, 80.0
OUTPUT = 578.0
RADIUS = 9.0
THICK = 2.4  # two vectors, one behind the other
_LONGEST_NAME = 16


def symbol(gate: Gate) -> str:
    """A gate's output as it is written: ``c̃ₜ`` for ``c_tilde``."""
    letter, _, tilde = gate.name.partition("_")
    return f"{letter}\N{COMBINING TILDE}ₜ" if tilde else f"{letter}ₜ"


def vector(size: int) -> str:
    """The shape of a vector of that size."""
    return str((size,))


def old_state(name: str, words: str, y: float, end: float, shape: str, *, arrow: bool = False) -> list[Item]:
    """A state of the last timestep, coming in from the left."""
    return [
        Wire(f"{name}-old", ((6, y), (end, y)), "state", arrow=arrow),
        caption(f"{name}-old", 6, y - 9, f"{name}ₜ₋₁ {shape}", LEFT - 12),
        Label(f"{name}-old-words", 6, y + 9, words, LEFT - 12, SMALL, "start", "muted"),
    ]


def new_state(name: str, y: float, shape: str) -> list[Item]:
    """What stands at a state's way out to the right."""
    x, room = OUTPUT + 5, WIDTH - OUTPUT - 9
    return [
        caption(f"{name}-new", x, y - 9, f"{name}ₜ {shape}", room),
        Label(f"{name}-new-words", x, y + 9, "next step", room, SMALL, "start", "muted"),
    ]


def input_wire(built: Built) -> list[Item]:
    """The input's way up to where it joins the hidden state."""
    x, room = INPUT - 6, INPUT - 12
    return [
        Wire("x", ((INPUT, INPUT_END), (INPUT, BUS), (INPUT + 10, BUS)), arrow=False),
        caption("x", x, INPUT_END - 14, f"xₜ {vector(built.sizes.features.value)}", room, "end"),
        Label("x-words", x, INPUT_END - 4, "input", room, SMALL, "end", "muted"),
    ]


def output_wire(y: float, top: float, shape: str) -> list[Item]:
    """The new hidden state's way up out of the cell, which begins at ``top``."""
    x, end, room = OUTPUT + 5, top - 28, WIDTH - OUTPUT - 9
    return [
        *branch("output", (OUTPUT, y), (OUTPUT, end), "state"),
        caption("output", x, end + 6, f"hₜ {shape}", room),
        Label("output-words", x, end + 18, "output", room, SMALL, "start", "muted"),
    ]


def gate_boxes(built: Built, columns: Mapping[str, float]) -> list[Item]:
    """Each gate's box at its x, with its activation and its name."""
    items: list[Item] = []
    for gate in built.gates:
        x, room = columns[gate.name], _GATE_WIDTH - 6
        activation = "σ" if gate.activation == "sigmoid" else short_name(gate.activation)
        height = GATE_BOTTOM - GATE_TOP
        items += [
            Box(
                f"gate-{gate.name}", x - _GATE_WIDTH / 2, GATE_TOP, _GATE_WIDTH, height, gate_role(gate.name), radius=4
            ),
            Label(f"activation-{gate.name}", x, GATE_TOP + 10, activation, room, 11, colour="on-gate", bold=True),
            Label(f"title-{gate.name}", x, GATE_BOTTOM - 9, gate.title, room, SMALL, colour="on-gate"),
        ]
    return items


def operation(name: str, x: float, y: float, sign: str) -> list[Item]:
    """What happens to each entry of a vector, or to each pair of two vectors."""
    return [Disc(name, x, y, RADIUS), Label(f"{name}-sign", x, y, sign, 2 * RADIUS - 5, 11)]


def branch(
    name: str, start: Point, end: Point, colour: str = "ink", *more: Point, arrow: bool = True, width: float = 1.4
) -> list[Item]:
    """A wire that leaves another, with a dot where it does."""
    return [
        Wire(name, (start, end, *more), colour, width, arrow),
        Disc(f"{name}-dot", *start, 2.6, colour, None),
    ]


def caption(
    name: str, x: float, y: float, text: str, room: float, anchor: Literal["start", "middle", "end"] = "start"
) -> Label:
    """A wire's shape, with the vector's name where it has one."""
    return Label(f"{name}-shape", x, y, text, room, SMALL, anchor)


def joined_caption(name: str, x: float, wire: float, text: str, built: Built) -> Label:
    """What a thick wire carries: two vectors, one behind the other, and how many numbers that makes."""
    size = built.sizes.units + built.sizes.features
    return caption(name, x, wire + 9.5, f"{text}: {size.numbers} = {size.value}", 200)


def short_name(name: str) -> str:
    """A name of one's own function may be of any length; the picture has room for so much."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
