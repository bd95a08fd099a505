"""The gate diagram: a recurrent cell with every shape, and under each gate what it has of each weight.

After figures 3 and 5 of Chilakapati 2019, made exact: sizes, gates, shapes and counts are read off the built layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.layers.cells import equations, gate_equation, sentences, symbol
from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Box, Item, Label, Scene, moved
from tutor.pictures.wiring import BOTTOM, INPUT_END, LEFT, RIGHT, SMALL, TOP, WIDTH, Wiring
from tutor.pictures.wording import listed, parameters

if TYPE_CHECKING:
    from tutor.layers.built import Built

_TABLE = INPUT_END + 6
_HEADER, _ROW, _NOTE = 17.0, 14.0, 12.0
_COLUMN, _WHOLE = 94.0, 122.0
_NAMES_END = 102.0
#: Beside the equations of the states, those of the gates.
_GATES_FROM = 232.0


def gate_scene(built: Built) -> Scene:
    """The picture of a recurrent cell: wires with shapes, gates with their weights and counts.

    Of a wrapper, such as Bidirectional, the cell inside is drawn, with words on what the wrapper makes of it.

    Raises:
        ValueError: the layer is neither recurrent nor around a layer that is.
    """
    cell, notes = _cell(built)
    wiring = Wiring(cell)
    rows = [*(weight.name for weight in cell.gate_weights), "parameters"]
    bottom = _TABLE + _height(len(rows)) + 4
    items: list[Item] = [Box("cell", LEFT, wiring.top, RIGHT - LEFT, BOTTOM - wiring.top, "cell", "muted", radius=14)]
    items += _equations(cell, wiring.top)
    items += wiring.items()
    for place, name in enumerate(rows):
        items.append(Label(f"row-{name}", _NAMES_END, _middle(place), name, _NAMES_END - 4, SMALL, "end", "muted"))
    items += _table(cell, wiring)
    for place, note in enumerate(notes):
        y = bottom + 4 + _NOTE * place
        items.append(Label(f"note-{place}", 6, y, note, WIDTH - 12, 8.5, "start", "muted"))
    spare = wiring.top - TOP
    height = bottom + _NOTE * len(notes) - spare
    items = [moved(item, 0, -spare) for item in items] if spare else items
    return Scene(WIDTH, height, tuple(items), _in_words(cell, wiring, notes))


def _cell(built: Built) -> tuple[Built, list[str]]:
    """The recurrent layer itself or the one inside a wrapper, and what the wrapper makes of it."""
    cell, notes = built, []
    while cell.inside:
        if len(cell.inside) > 1 or "layer" in cell.inside:
            notes.append(_note(cell))
        cell = next(iter(cell.inside.values()))
    if not cell.gates:
        raise ValueError(
            f"gate_diagram: the layer must be recurrent, such as SimpleRNN, LSTM and GRU, or a wrapper around one; got "
            f"{built.layer.title}. tutor.weight_diagram draws the weights of any layer."
        )
    return cell, notes


def _note(wrapper: Built) -> str:
    title = wrapper.layer.title
    if len(wrapper.inside) == 1:
        return f"{title} has this one cell for all of its timesteps: {parameters(wrapper.count)}."
    first, *others = (role.replace("_", " ") if "_" in role else f"the {role} cell" for role in wrapper.inside)
    counts = " + ".join(f"{one.count:,}" for one in wrapper.inside.values())
    both = f"{first}, drawn here, and {listed(others)} each have weights of their own"
    return f"{title}: {both}: {counts} = {parameters(wrapper.count)}."


def _computed(cell: Built) -> list[str]:
    """What gates compute, and what the others do, in an equation each."""
    gates = [gate for gate in cell.gates if gate.title.endswith("gate")]
    each = [f"each gate = {gate_equation(cell.layer, gates[0])}"] if gates else []
    others = [gate for gate in cell.gates if gate not in gates]
    return [*each, *(f"{symbol(gate.name)} = {gate_equation(cell.layer, gate)}" for gate in others)]


def _equations(cell: Built, top: float) -> Iterator[Label]:
    """Above the cell: what becomes the new states, and beside it what gates and candidate compute."""
    states, computed = [*equations(cell.layer)], _computed(cell)
    middle = _GATES_FROM if states else LEFT
    for name, left, right, lines in (("states", LEFT, middle, states), ("gates", middle, RIGHT, computed)):
        for place, text in enumerate(lines):
            y = top + 3 - 14 * (len(computed) - place)
            yield Label(f"{name}-{place}", left, y, text, right - left - 6, 9, "start")


def _table(cell: Built, wiring: Wiring) -> Iterator[Item]:
    """A column under each gate with what it has, and one with what Keras stores for all of them."""
    number = len(cell.gates)
    entries = [*(str(weight.shape) for weight in cell.gate_weights), f"{cell.gate_formula.value:,}"]
    for gate in cell.gates:
        x = wiring.columns[gate.name]
        yield from _column(gate.name, x, _COLUMN, symbol(gate.name), entries, gate_role(gate.name), "on-gate")
    entries = [*(str(weight.shape) for weight in cell.weights), f"{cell.count:,}"]
    title = f"whole layer: {number} ×" if number > 1 else "whole layer"
    yield from _column("layer", WIDTH - 4 - _WHOLE / 2, _WHOLE, title, entries, "tensor", "ink")


def _column(name: str, x: float, width: float, title: str, entries: list[str], fill: str, ink: str) -> Iterator[Item]:
    left, room = x - width / 2, width - 8
    yield Box(f"column-{name}", left, _TABLE, width, _height(len(entries)), edge="muted", radius=4)
    yield Box(f"header-{name}", left, _TABLE, width, _HEADER, fill, "muted", radius=4)
    yield Label(f"header-{name}-text", x, _TABLE + _HEADER / 2, title, room, 9, colour=ink, bold=True)
    for place, entry in enumerate(entries):
        is_sum = place == len(entries) - 1
        yield Label(f"entry-{name}-{place}", x, _middle(place), entry, room, SMALL, bold=is_sum)


def _height(rows: int) -> float:
    return _HEADER + _ROW * rows + 4


def _middle(row: int) -> float:
    return _TABLE + _HEADER + 2 + _ROW * (row + 0.5)


def _in_words(cell: Built, wiring: Wiring, notes: list[str]) -> str:
    layer, number = cell.layer, len(cell.gates)
    named = f" named {layer.name}" if layer.name else ""
    made = ", ".join(f"{gate.title} {symbol(gate.name)} ({gate.activation})" for gate in cell.gates)
    owned = ", ".join(f"{weight.name} {weight.shape}" for weight in cell.gate_weights)
    share = f"Each has {owned}" if number > 1 else f"It has {owned}"
    said = [
        f"One timestep of {layer.kind}{named}.",
        f"The input xₜ has shape {wiring.input_shape}, a state {wiring.state_shape}: together {wiring.joined}.",
        *(["Input and state are images: each gate slides a kernel over both."] if layer.spatial else []),
        f"What reads both: {made}.",
        *sentences(layer),
        *(f"{equation}." for equation in (*equations(layer), *_computed(cell))),
        f"{share}: {parameters(cell.gate_formula.value)}.",
        f"The whole layer has {parameters(cell.count)}.",
        *notes,
    ]
    return " ".join(said).replace("ₜ₋₁", "(t−1)").replace("ₜ", "(t)")
