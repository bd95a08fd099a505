"""The gate diagram: a recurrent cell with every shape, and under each gate what it owns.

After figures 3 and 5 of Chilakapati 2019, made exact: sizes, gates, shapes and counts are read off the built layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.pictures.cells import Wiring, wiring
from tutor.pictures.palette import gate_role
from tutor.pictures.parts import BOTTOM, INPUT_END, LEFT, RIGHT, SMALL, TOP, WIDTH, symbol, vector
from tutor.pictures.scene import Box, Item, Label, Scene, moved

if TYPE_CHECKING:
    from tutor.layers.built import Built

_TABLE = INPUT_END + 6
_HEADER, _ROW = 17.0, 14.0
_COLUMN, _WHOLE = 94.0, 122.0
_NAMES_END = 102.0
_TOTAL = "parameters"


def gate_scene(built: Built) -> Scene:
    """The picture of a SimpleRNN, LSTM or GRU cell: wires with shapes, gates with their weights and counts.

    Raises:
        ValueError: the layer is not one of the three.
    """
    cell = wiring(built)
    rows = [*(weight.name for weight in built.gate_weights), _TOTAL]
    equations = [
        Label(
            f"equation-{place}",
            LEFT,
            cell.top + 3 - 14 * (len(cell.equations) - place),
            text,
            RIGHT - LEFT - 6,
            9,
            "start",
        )
        for place, text in enumerate(cell.equations)
    ]
    names = [
        Label(f"row-{name}", _NAMES_END, _middle(place), name, _NAMES_END - 4, SMALL, "end", "muted")
        for place, name in enumerate(rows)
    ]
    frame = Box("cell", LEFT, cell.top, RIGHT - LEFT, BOTTOM - cell.top, "cell", "muted", radius=14)
    items = (frame, *equations, *cell.items, *names, *_table(built, cell))
    spare = cell.top - TOP
    height = _TABLE + _height(len(rows)) + 4 - spare
    return Scene(WIDTH, height, tuple(moved(item, 0, -spare) for item in items), _in_words(built, cell))


def _table(built: Built, cell: Wiring) -> list[Item]:
    """A column under each gate with what it owns, and one with what Keras stores for all of them."""
    number = len(built.gates)
    entries = [*(str(weight.shape) for weight in built.gate_weights), f"{built.gate_formula.value:,}"]
    items: list[Item] = []
    for gate in built.gates:
        title, x = f"{symbol(gate)}: {_share(number)}", cell.columns[gate.name]
        items += _column(gate.name, x, _COLUMN, title, entries, gate_role(gate.name), "on-gate")
    entries = [*(str(weight.shape) for weight in built.weights), f"{built.count:,}"]
    return items + _column("layer", WIDTH - 4 - _WHOLE / 2, _WHOLE, "whole layer", entries, "tensor", "ink")


def _share(number: int) -> str:
    return f"1 of {number}" if number > 1 else "the only gate"


def _column(name: str, x: float, width: float, title: str, entries: list[str], fill: str, ink: str) -> list[Item]:
    left, room = x - width / 2, width - 8
    last = len(entries) - 1
    return [
        Box(f"column-{name}", left, _TABLE, width, _height(len(entries)), edge="muted", radius=4),
        Box(f"header-{name}", left, _TABLE, width, _HEADER, fill, "muted", radius=4),
        Label(f"header-{name}-text", x, _TABLE + _HEADER / 2, title, room, 9, colour=ink, bold=True),
        *[
            Label(f"entry-{name}-{place}", x, _middle(place), entry, room, SMALL, bold=place == last)
            for place, entry in enumerate(entries)
        ],
    ]


def _height(rows: int) -> float:
    return _HEADER + _ROW * rows + 4


def _middle(row: int) -> float:
    return _TABLE + _HEADER + 2 + _ROW * (row + 0.5)


def _in_words(built: Built, cell: Wiring) -> str:
    units, features, number = built.sizes.units, built.sizes.features, len(built.gates)
    joined = units + features
    named = f" named {built.layer.name}" if built.layer.name else ""
    gates = ", ".join(f"{gate.title} {symbol(gate)} ({gate.activation})" for gate in built.gates)
    owned = ", ".join(f"{weight.name} {weight.shape}" for weight in built.gate_weights)
    sentences = [
        f"One timestep of {built.layer.kind}{named} with {units.value} units on {features.value} features.",
        f"The input xₜ has shape {vector(features.value)}, a state {vector(units.value)}.",
        f"[hₜ₋₁, xₜ], one behind the other, holds {joined.numbers} = {joined.value} numbers.",
        cell.words,
        *(f"{equation}." for equation in cell.equations),
        f"Gates: {gates}.",
        f"Each gate owns {owned}: {built.gate_formula.value:,} parameters, {_share(number)}.",
        f"The whole layer owns {built.count:,} parameters.",
    ]
    return " ".join(sentences).replace("ₜ₋₁", "(t−1)").replace("ₜ", "(t)")
