"""What happens inside a recurrent cell in one timestep: its gates read, then steps combine vectors number by number.

A layer states its gates and these steps, once. Its equations, its picture's wires, and the numbers of a trace
follow from them. Old states are called ``h_old`` and ``c_old``; a step named like a state makes the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tutor.layers.built import Gate

#: What the states are called.
STATES = {"h": "hidden state", "c": "cell state"}
#: Names of functions are written with no more signs than this.
_LONGEST_NAME = 16


@dataclass(frozen=True)
class Step:
    """One operation on vectors of one size, named like what it makes."""

    name: str
    #: ``×``, ``+`` or ``1−``, number by number; ``·``, the matrix product with the candidate's recurrent kernel, plus
    #: its second bias; else the name of an activation.
    sign: str
    #: The gates, steps or old states that it combines.
    reads: tuple[str, ...]


def symbol(value: str) -> str:
    """A value as it is written: ``c̃ₜ`` for ``c_tilde``, ``cₜ₋₁`` for ``c_old``."""
    letter, _, mark = value.partition("_")
    return letter + {"": "ₜ", "tilde": "\N{COMBINING TILDE}ₜ", "old": "ₜ₋₁"}[mark]


def function(activation: str) -> str:
    """An activation as it is written; the name of one's own may be of any length."""
    if activation == "sigmoid":
        return "σ"
    return activation if len(activation) <= _LONGEST_NAME else f"{activation[: _LONGEST_NAME - 1]}…"


def multiplies_first(layer: Any) -> bool:
    """Whether the candidate's recurrent kernel multiplies the old state before the reset gate does."""
    return any(step.sign == "·" for step in layer.steps)


def gate_equation(layer: Any, gate: Gate) -> str:
    """What a gate computes: ``σ(xₜ · kernel + hₜ₋₁ · recurrent_kernel + bias)``."""
    twice, reads_old = multiplies_first(layer), gate.state == "h_old"
    first, second = ((" + bias[0]", " + bias[1]") if twice else ("", " + bias")) if layer.use_bias else ("", "")
    product = "conv({}, {})" if layer.spatial else "{} · {}"
    state = _written(layer, gate.state)
    if reads_old or not twice:
        state = product.format(state if reads_old else f"({state})", "recurrent_kernel") + second
    return f"{function(gate.activation)}({product.format(symbol('x'), 'kernel')}{first} + {state})"


def equations(layer: Any) -> Iterator[str]:
    """One for each new state that steps make: ``cₜ = fₜ ∗ cₜ₋₁ + iₜ ∗ c̃ₜ``."""
    for step in layer.steps:
        if step.name in layer.states:
            yield f"{symbol(step.name)} = {_made(layer, step)}"


def _made(layer: Any, step: Step) -> str:
    """A step written out, down to gates and states."""
    reads = [_written(layer, name) for name in step.reads]
    match step.sign:
        case "×" | "+":
            return f" {step.sign} ".replace("×", "∗").join(reads)
        case "1−":
            return f"(1 − {reads[0]})"
        case "·":
            return f"({reads[0]} · recurrent_kernel{' + bias[1]' if layer.use_bias else ''})"
    return f"{function(step.sign)}({reads[0]})"


def _written(layer: Any, value: str) -> str:
    step = next((step for step in layer.steps if step.name == value), None)
    return symbol(value) if step is None or value in layer.states else _made(layer, step)
