"""What happens inside a recurrent cell in one timestep: its gates read, then steps combine vectors number by number.

A layer states its gates and these steps, once. Its equations, its picture's wires and words, and the numbers of a
trace follow from them. Old states are called ``h_old`` and ``c_old``; a step named like a state makes the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.layers.built import Gate

#: Names of functions are written with no more signs than this.
_LONGEST_NAME = 16
_STATES = {"h": "hidden state", "c": "cell state"}


@dataclass(frozen=True)
class Step:
    """One operation on vectors of one size.

    Attributes:
        name: what it makes.
        sign: ``×``, ``+`` or ``1−``, number by number; ``·``, the matrix product with the candidate's recurrent
            kernel, plus its second bias; else the name of an activation.
        reads: the gates, steps or old states that it combines.
    """

    name: str
    sign: str
    reads: tuple[str, ...]


def lstm_steps(activation: str) -> tuple[Step, ...]:
    """An LSTM's: the cell state is partly kept, and the hidden state is a part of it."""
    return (
        Step("kept", "×", ("f", "c_old")),
        Step("admitted", "×", ("i", "c_tilde")),
        Step("c", "+", ("kept", "admitted")),
        Step("activated", activation, ("c",)),
        Step("h", "×", ("o", "activated")),
    )


def gru_steps(*, reset_after: bool) -> tuple[Step, ...]:
    """A GRU's: its candidate reads a part of the hidden state, before its matrix product or after it."""
    product = (Step("product", "·", ("h_old",)),) if reset_after else ()
    return (
        *product,
        Step("reset", "×", ("r", "product" if reset_after else "h_old")),
        Step("kept", "×", ("z", "h_old")),
        Step("rest", "1−", ("z",)),
        Step("admitted", "×", ("rest", "h_tilde")),
        Step("h", "+", ("kept", "admitted")),
    )


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
    twice = multiplies_first(layer)
    first, second = ((" + bias[0]", " + bias[1]") if twice else ("", " + bias")) if layer.use_bias else ("", "")
    product = "conv({}, {})" if layer.spatial else "{} · {}"
    state = _said(layer, gate.state, _SIGNS | {"·": f"({{}} · recurrent_kernel{second})"}, symbol)
    if gate.state == "h_old" or not twice:
        state = product.format(state if gate.state == "h_old" else f"({state})", "recurrent_kernel") + second
    return f"{function(gate.activation)}({product.format(symbol('x'), 'kernel')}{first} + {state})"


def equations(layer: Any) -> Iterator[str]:
    """One for each new state that steps make: ``cₜ = fₜ ∗ cₜ₋₁ + iₜ ∗ c̃ₜ``."""
    for step in layer.steps:
        if step.name in layer.states:
            yield f"{symbol(step.name)} = {_made(layer, step, _SIGNS, symbol)}"


def sentences(layer: Any) -> Iterator[str]:
    """The steps in words."""
    titles = {gate.name: f"the {gate.title}" for gate in layer.gates}
    titles |= {f"{state}_old": f"the old {words}" for state, words in _STATES.items()}
    titles |= {state: f"the new {words}" for state, words in _STATES.items()}
    for gate in layer.gates:
        if gate.state != "h_old":
            yield f"The {gate.title} reads {_said(layer, gate.state, _WORDS, titles.__getitem__)}, and the input."
    for step in layer.steps:
        if step.name in layer.states:
            made = _made(layer, step, _WORDS, titles.__getitem__)
            yield f"The new {_STATES[step.name]} {symbol(step.name)} is {made}."


_SIGNS = {"×": "{} ∗ {}", "+": "{} + {}", "1−": "(1 − {})", "of": "{}({})"}
_WORDS = {
    "×": "{} times {}",
    "+": "{}, plus {}",
    "1−": "(one minus {})",
    "·": "(the candidate's recurrent kernel times {})",
    "of": "{} of {}",
}


def _made(layer: Any, step: Step, signs: Mapping[str, str], named: Callable[[str], str]) -> str:
    """A step written out, down to gates and states."""
    reads = [_said(layer, name, signs, named) for name in step.reads]
    return signs[step.sign].format(*reads) if step.sign in signs else signs["of"].format(function(step.sign), *reads)


def _said(layer: Any, value: str, signs: Mapping[str, str], named: Callable[[str], str]) -> str:
    step = next((step for step in layer.steps if step.name == value), None)
    return named(value) if step is None or value in layer.states else _made(layer, step, signs, named)
