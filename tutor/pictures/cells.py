"""How the wires run inside a SimpleRNN, an LSTM and a GRU cell, exactly as Keras computes them.

The input comes in from below and the old states from the left; the new states leave to the right, the output upwards.
Each wire that carries a vector says its shape. Lengths are in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.layers.built import Built
from tutor.layers.recurrent import GRU, LSTM, SimpleRNN
from tutor.pictures.palette import gate_role
from tutor.pictures.parts import (
    BUS,
    GATE_BOTTOM,
    GATE_TOP,
    INPUT,
    OUTPUT,
    RADIUS,
    RIGHT,
    SMALL,
    STATE,
    THICK,
    TOP,
    WIDTH,
    branch,
    caption,
    gate_boxes,
    input_wire,
    joined_caption,
    new_state,
    old_state,
    operation,
    output_wire,
    short_name,
    vector,
)
from tutor.pictures.scene import Box, Item, Label, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Wiring:
    """The inside of one cell.

    Attributes:
        columns: the x of each gate, by name.
        equations: what the wires and operations come to, a line each.
        words: the same in sentences.
        items: the picture, from back to front.
        top: where the cell begins; there is nothing to see above it but the equations and the output.
    """

    columns: Mapping[str, float]
    equations: tuple[str, ...]
    words: str
    items: tuple[Item, ...]
    top: float = TOP


def wiring(built: Built) -> Wiring:
    """The wiring of that layer's cell.

    Raises:
        ValueError: the layer is not one of the three with a gate diagram.
    """
    match built.layer:
        case SimpleRNN():
            return _simple_rnn(built)
        case LSTM():
            return _lstm(built)
        case GRU():
            return _gru(built)
    raise ValueError(f"{built.layer.kind} has no gates to draw. The layers that have are SimpleRNN, LSTM and GRU.")


def _simple_rnn(built: Built) -> Wiring:
    (gate,) = built.gates
    columns = {"h": 316.0}
    x, y, top, state = columns["h"], GATE_TOP - 26, GATE_TOP - 50, vector(built.sizes.units.value)
    bias = " + bias" if _has_bias(built) else ""
    items = [
        *old_state("h", "hidden state", BUS, INPUT + 10, state),
        *input_wire(built),
        Wire("joined", ((INPUT + 10, BUS), (x, BUS), (x, GATE_BOTTOM)), width=THICK),
        joined_caption("joined", INPUT + 10, BUS, "[hₜ₋₁, xₜ]", built),
        Wire("h", ((x, GATE_TOP), (x, y), (WIDTH - 6, y)), "state"),
        caption("h", x + 6, GATE_TOP - 11, f"hₜ {state}", 90),
        *new_state("h", y, state),
        *output_wire(y, top, state),
        *gate_boxes(built, columns),
    ]
    equation = f"hₜ = {short_name(gate.activation)}(xₜ · kernel + hₜ₋₁ · recurrent_kernel{bias})"
    return Wiring(columns, (equation,), "What leaves the gate is the new hidden state hₜ.", tuple(items), top)


def _lstm(built: Built) -> Wiring:
    columns = {"f": 156.0, "i": 256.0, "c_tilde": 356.0, "o": 456.0}
    f, i, c, o = columns.values()
    h, middle = 520.0, 112.0
    state = vector(built.sizes.units.value)
    activation = short_name(next(gate.activation for gate in built.gates if gate.name == "c_tilde"))
    items = [
        *old_state("c", "cell state", STATE, f - RADIUS, state, arrow=True),
        Wire("c-kept", ((f + RADIUS, STATE), (c - RADIUS, STATE)), "state"),
        caption("c-kept", (f + c) / 2, STATE - 9, state, c - f - 30, "middle"),
        Wire("c", ((c + RADIUS, STATE), (WIDTH - 6, STATE)), "state"),
        *new_state("c", STATE, state),
        *old_state("h", "hidden state", BUS, INPUT + 10, state),
        *input_wire(built),
        Wire("joined", ((INPUT + 10, BUS), (o, BUS), (o, GATE_BOTTOM)), width=THICK),
        *[
            item
            for name in ("f", "i", "c_tilde")
            for item in branch(f"joined-{name}", (columns[name], BUS), (columns[name], GATE_BOTTOM), width=THICK)
        ],
        joined_caption("joined", INPUT + 10, BUS, "[hₜ₋₁, xₜ]", built),
        Wire("f", ((f, GATE_TOP), (f, STATE + RADIUS))),
        caption("f", f + 6, GATE_TOP - 11, f"fₜ {state}", i - f - 12),
        Wire("i", ((i, GATE_TOP), (i, middle), (c - RADIUS, middle))),
        caption("i", i + 6, GATE_TOP - 11, f"iₜ {state}", c - i - 12),
        Wire("c_tilde", ((c, GATE_TOP), (c, middle + RADIUS))),
        caption("c_tilde", c + 6, GATE_TOP - 9, f"c̃ₜ {state}", o - c - 12),
        Wire("c-added", ((c, middle - RADIUS), (c, STATE + RADIUS))),
        caption("c-added", c + 6, (STATE + middle) / 2, state, o - c - 12),
        Wire("o", ((o, GATE_TOP), (o, middle), (h - RADIUS, middle))),
        caption("o", o + 6, GATE_TOP - 11, f"oₜ {state}", h - o - 8),
        *branch("c-out", (h, STATE), (h, 71), "state"),
        Wire("c-activated", ((h, 89), (h, middle - RADIUS))),
        caption("c-activated", h - 6, 96, state, 60, "end"),
        Wire("h", ((h, middle + RADIUS), (h, BUS), (WIDTH - 6, BUS)), "state"),
        *new_state("h", BUS, state),
        Wire("crossing", ((OUTPUT, STATE + 8), (OUTPUT, STATE - 8)), "paper", 5.0, arrow=False),
        *output_wire(BUS, TOP, state),
        *gate_boxes(built, columns),
        *operation("forget", f, STATE, "×"),
        *operation("admit", c, middle, "×"),
        *operation("add", c, STATE, "+"),
        *operation("release", h, middle, "×"),
        Box("activate", h - 36, 71, 72, 18, radius=9),
        Label("activate-sign", h, 80, activation, 66, 9),
    ]
    words = (
        "The forget gate multiplies the old cell state cₜ₋₁, the input gate multiplies the candidate, and the sum of "
        f"both is the new cell state cₜ. The output gate multiplies {activation}(cₜ): that is the new hidden state hₜ."
    )
    return Wiring(columns, ("cₜ = fₜ ∗ cₜ₋₁ + iₜ ∗ c̃ₜ", f"hₜ = oₜ ∗ {activation}(cₜ)"), words, tuple(items))


def _gru(built: Built) -> Wiring:
    columns = {"r": 156.0, "z": 316.0, "h_tilde": 456.0}
    r, z, h = columns.values()
    reset, upper, middle = 218.0, 92.0, 122.0
    state = vector(built.sizes.units.value)
    path = _reset_after if _resets_after(built) else _reset_before
    inner, candidate, order = path(built, reset, h)
    items = [
        *old_state("h", "hidden state", STATE, z - RADIUS, state, arrow=True),
        Wire("h-kept", ((z + RADIUS, STATE), (h - RADIUS, STATE)), "state"),
        caption("h-kept", (z + h) / 2, STATE - 9, state, h - z - 30, "middle"),
        Wire("h", ((h + RADIUS, STATE), (WIDTH - 6, STATE)), "state"),
        *new_state("h", STATE, state),
        *output_wire(STATE, TOP, state),
        *branch("h-read", (INPUT, STATE), (INPUT, BUS), "state", (INPUT + 10, BUS), arrow=False),
        *input_wire(built),
        Wire("joined", ((INPUT + 10, BUS), (z, BUS), (z, GATE_BOTTOM)), width=THICK),
        *branch("joined-r", (r, BUS), (r, GATE_BOTTOM), width=THICK),
        joined_caption("joined", reset + 8, BUS, "[hₜ₋₁, xₜ]", built),
        Wire("r", ((r, GATE_TOP), (r, middle), (reset - RADIUS, middle))),
        caption("r", INPUT + 6, middle - 9, f"rₜ {state}", reset - INPUT - 18),
        Wire("z", ((z, GATE_TOP), (z, STATE + RADIUS))),
        caption("z", z + 6, GATE_TOP - 11, f"zₜ {state}", h - z - 12),
        *branch("z-rest", (z, upper), (z + 31, upper)),
        Wire("rest", ((z + 49, upper), (h - RADIUS, upper))),
        caption("rest", (z + 58 + h) / 2, upper - 9, state, h - z - 70, "middle"),
        Wire("h_tilde", ((h, GATE_TOP), (h, upper + RADIUS))),
        caption("h_tilde", h + 6, GATE_TOP - 11, f"h̃ₜ {state}", RIGHT - h - 12),
        Wire("h-added", ((h, upper - RADIUS), (h, STATE + RADIUS))),
        caption("h-added", h + 6, (STATE + upper) / 2, state, RIGHT - h - 12),
        Wire("crossing", ((reset, BUS - 8), (reset, BUS + 8)), "cell", 5.0, arrow=False),
        *inner,
        *gate_boxes(built, columns),
        *operation("keep", z, STATE, "×"),
        *operation("reset", reset, middle, "×"),
        *operation("complement", z + 40, upper, "1−"),
        *operation("admit", h, upper, "×"),
        *operation("add", h, STATE, "+"),
    ]
    words = (
        f"{order} The update gate multiplies the old hidden state hₜ₋₁, one minus the update gate multiplies the "
        "candidate, and the sum of both is the new hidden state hₜ."
    )
    return Wiring(columns, ("hₜ = zₜ ∗ hₜ₋₁ + (1 − zₜ) ∗ h̃ₜ", candidate), words, tuple(items))


def _reset_before(built: Built, reset: float, h: float) -> tuple[list[Item], str, str]:
    """The reset gate goes over the old state itself; the candidate reads what is left of it, and the input."""
    lower, state = 207.0, vector(built.sizes.units.value)
    bias = " + bias" if _has_bias(built) else ""
    items = [
        *branch("h-reset", (reset, STATE), (reset, 122 - RADIUS), "state"),
        Wire("left", ((reset, 122 + RADIUS), (reset, lower), (reset + 10, lower)), arrow=False),
        caption("left", reset + 6, (GATE_TOP + GATE_BOTTOM) / 2, state, 50),
        *branch("x-again", (INPUT, lower), (reset + 10, lower), arrow=False),
        Wire("joined-left", ((reset + 10, lower), (h, lower), (h, GATE_BOTTOM)), width=THICK),
        joined_caption("joined-left", reset + 8, lower, "[rₜ ∗ hₜ₋₁, xₜ]", built),
    ]
    return (
        items,
        f"h̃ₜ = {_candidate(built)}(xₜ · kernel + (rₜ ∗ hₜ₋₁) · recurrent_kernel{bias})",
        "The reset gate multiplies the old hidden state hₜ₋₁ first; the candidate reads what is left of it, and xₜ.",
    )


def _reset_after(built: Built, reset: float, h: float) -> tuple[list[Item], str, str]:
    """The old state is multiplied by the recurrent kernel first; the reset gate goes over that product."""
    state = vector(built.sizes.units.value)
    left, right = h - 18, h + 18
    first, second = (" + bias[0]", " + bias[1]") if _has_bias(built) else ("", "")
    items = [
        *branch("h-multiply", (reset, STATE), (reset, 70), "state"),
        Box("multiply", reset - 43, 70, 86, 28, gate_role("h_tilde"), radius=4),
        Label("multiply-kernel", reset, 79 if second else 84, "· recurrent_kernel", 82, SMALL, colour="on-gate"),
        *([Label("multiply-bias", reset, 90, second.strip(), 82, SMALL, colour="on-gate")] if second else []),
        Wire("multiplied", ((reset, 98), (reset, 122 - RADIUS))),
        caption("multiplied", reset + 6, 106, state, 80),
        Wire("left", ((reset, 122 + RADIUS), (reset, 208), (left, 208), (left, GATE_BOTTOM))),
        caption("left", reset + 6, (GATE_TOP + GATE_BOTTOM) / 2, state, 50),
        caption("left-again", left - 6, GATE_BOTTOM + 9, state, 70, "end"),
        *branch("x-again", (INPUT, 218), (right, 218), "ink", (right, GATE_BOTTOM)),
        caption("x-again", right + 6, GATE_BOTTOM + 9, f"xₜ {vector(built.sizes.features.value)}", RIGHT - right - 12),
    ]
    return (
        items,
        f"h̃ₜ = {_candidate(built)}(xₜ · kernel{first} + rₜ ∗ (hₜ₋₁ · recurrent_kernel{second}))",
        f"The candidate multiplies hₜ₋₁ by its recurrent_kernel{second} first; the reset gate multiplies the result.",
    )


def _candidate(built: Built) -> str:
    return short_name(next(gate.activation for gate in built.gates if gate.reads_reset_state))


def _has_bias(built: Built) -> bool:
    return any(weight.name == "bias" for weight in built.gate_weights)


def _resets_after(built: Built) -> bool:
    return isinstance(built.layer, GRU) and built.layer.reset_after
