"""The colours, each with a role. A gate has one colour everywhere: in diagrams, matrices, formulas and words.

Gates wear the Okabe-Ito colours (Okabe and Ito 2008, *Color Universal Design*), which stay apart for colour-blind
eyes; black text on each of them has a contrast of at least 5 : 1, on light and dark pages alike. No meaning hangs on
colour alone: every coloured thing also carries its name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """One role's colour on a light page and on a dark one, as ``#rrggbb``."""

    light: str
    dark: str


COLOURS = {
    "paper": Colour("#ffffff", "#111112"),
    "ink": Colour("#1b1b1d", "#ededee"),
    "muted": Colour("#5c5c61", "#b0b0b6"),
    "cell": Colour("#f1f4f8", "#26282d"),
    "tensor": Colour("#dfe6ee", "#3a4250"),
    "state": Colour("#0072b2", "#7cc4f0"),
    "weight": Colour("#f7e2ae", "#5c4a1c"),
    "lit": Colour("#6a329f", "#c9a7ff"),
    "lit-fill": Colour("#dcc8f2", "#54398a"),
    "faint": Colour("#8d929c", "#73777f"),
    "on-gate": Colour("#000000", "#000000"),
    "gate-i": Colour("#56b4e9", "#56b4e9"),
    "gate-f": Colour("#e69f00", "#e69f00"),
    "gate-o": Colour("#cc79a7", "#cc79a7"),
    "gate-z": Colour("#f0e442", "#f0e442"),
    "gate-r": Colour("#d55e00", "#d55e00"),
    "gate-candidate": Colour("#009e73", "#009e73"),
}

#: The candidates play one part, and so does what makes a SimpleRNN's new state: they share one colour.
_CANDIDATES = {"c_tilde", "h_tilde", "h"}


def gate_role(gate: str) -> str:
    """The role of a gate's colour: ``gate-i`` for ``i``."""
    return "gate-candidate" if gate in _CANDIDATES else f"gate-{gate}"


def css_variable(role: str) -> str:
    """The colour for a style sheet, with the light page's as what it falls back on."""
    return f"var(--tutor-{role}, {COLOURS[role].light})"


def light(role: str) -> str:
    """The colour on a light page, for a file."""
    return COLOURS[role].light


def style_sheet(selector: str) -> str:
    """CSS that sets the variables below ``selector``, and again where JupyterLab's theme is dark."""
    light = " ".join(f"--tutor-{role}: {colour.light};" for role, colour in COLOURS.items())
    dark = " ".join(f"--tutor-{role}: {one.dark};" for role, one in COLOURS.items() if one.dark != one.light)
    return f'{selector} {{ {light} }}\n[data-jp-theme-light="false"] {selector} {{ {dark} }}\n'
