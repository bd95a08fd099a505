"""The gate diagram: a recurrent cell with every shape, and under each gate what it has of each weight.

After figures 3 and 5 of Chilakapati 2019, made exact: sizes, gates, shapes and counts are read off the built layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.layers.cells import STATES, equations, gate_equation, symbol
from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Box, Item, Label, Scene
from tutor.pictures.wiring import BOTTOM, INPUT_END, LEFT, RIGHT, SMALL, TOP, WIDTH, Wiring
from tutor.pictures.wording import lines_below, listed, parameters

if TYPE_CHECKING:
    from tutor.layers.built import Built

_TABLE = INPUT_END + 6
_HEADER, _ROW = 17.0, 14.0
_COLUMN, _WHOLE, _NAMES_END = 94.0, 122.0, 102.0
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
    below, end = lines_below([], notes, _TABLE + _HEADER + _ROW * (len(cell.gate_weights) + 1) + 10)
    frame = Box("cell", LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP, "cell", "muted", radius=14)
    items = (frame, *_above(*_equations(cell)), *wiring.items(), *_table(cell, wiring), *below)
    return Scene(WIDTH, end - 4, items, _in_words(cell, wiring, notes))


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


def _equations(cell: Built) -> tuple[list[str], list[str]]:
    """What becomes the new states, and what gates and candidate compute."""
    gates = [gate for gate in cell.gates if gate.title.endswith("gate")]
    computed = [f"each gate = {gate_equation(cell.layer, gates[0])}"] if gates else []
    computed += [f"{symbol(one.name)} = {gate_equation(cell.layer, one)}" for one in cell.gates if one not in gates]
    return [*equations(cell.layer)], computed


def _above(states: list[str], computed: list[str]) -> Iterator[Label]:
    """The equations, side by side above the cell."""
    middle = _GATES_FROM if states else LEFT
    for name, left, right, lines in (("states", LEFT, middle, states), ("gates", middle, RIGHT, computed)):
        for place, text in enumerate(lines):
            y = TOP + 3 - 14 * (len(computed) - place)
            yield Label(f"{name}-{place}", left, y, text, right - left - 6, 9, "start")


def _table(cell: Built, wiring: Wiring) -> Iterator[Item]:
    """A column under each gate with what it has, and one with what Keras stores for all of them."""
    rows, of_gate, number = [weight.name for weight in cell.gate_weights], cell.gate_formula.value, len(cell.gates)
    lines = [_TABLE + _HEADER + 2 + _ROW * (row + 0.5) for row in range(len(rows) + 1)]
    for y, name in zip(lines, [*rows, "parameters"], strict=True):
        yield Label(f"row-{name}", _NAMES_END, y, name, _NAMES_END - 4, SMALL, "end", "muted")
    columns = [
        (
            gate.name,
            wiring.columns[gate.name],
            _COLUMN,
            symbol(gate.name),
            gate_role(gate.name),
            cell.gate_weights,
            of_gate,
        )
        for gate in cell.gates
    ]
    whole = f"whole layer: {number} ×" if number > 1 else "whole layer"
    columns.append(("layer", WIDTH - 4 - _WHOLE / 2, _WHOLE, whole, "tensor", cell.weights, cell.count))
    for name, x, width, title, fill, weights, count in columns:
        left, ink = x - width / 2, "ink" if name == "layer" else "on-gate"
        yield Box(f"column-{name}", left, _TABLE, width, lines[-1] + 11 - _TABLE, edge="muted", radius=4)
        yield Box(f"header-{name}", left, _TABLE, width, _HEADER, fill, "muted", radius=4)
        yield Label(f"header-{name}-text", x, _TABLE + _HEADER / 2, title, width - 8, 9, colour=ink, bold=True)
        for place, (y, entry) in enumerate(
            zip(lines, [*(weight.shape for weight in weights), f"{count:,}"], strict=True)
        ):
            yield Label(f"entry-{name}-{place}", x, y, str(entry), width - 8, SMALL, bold=y == lines[-1])


def _in_words(cell: Built, wiring: Wiring, notes: list[str]) -> str:
    layer, number = cell.layer, len(cell.gates)
    named = f" named {layer.name}" if layer.name else ""
    states = listed([f"the {STATES[state]} {symbol(state)}" for state in layer.states])
    made = ", ".join(f"{gate.title} {symbol(gate.name)} ({gate.activation})" for gate in cell.gates)
    owned = ", ".join(f"{weight.name} {weight.shape}" for weight in cell.gate_weights)
    said = [
        f"One timestep of {layer.kind}{named}.",
        f"The input xₜ has shape {wiring.input_shape}, {states} {wiring.state_shape}: together {wiring.joined}.",
        *(["Input and state are images: each gate slides a kernel over both."] if layer.spatial else []),
        f"What reads both: {made}.",
        *(f"{equation}." for several in _equations(cell) for equation in several),
        f"{'Each' if number > 1 else 'It'} has {owned}: {parameters(cell.gate_formula.value)}.",
        f"The whole layer has {parameters(cell.count)}.",
        *notes,
    ]
    return " ".join(said).replace("ₜ₋₁", "(t−1)").replace("ₜ", "(t)")
