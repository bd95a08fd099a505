"""How pictures put numbers and names into words, and the lines of words below them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tutor.pictures.scene import Label

if TYPE_CHECKING:
    from tutor.symbols import Expression

#: Of a page: how wide it is, and what stays free at its edges.
WIDTH, MARGIN = 640.0, 6.0

_ROW, _NOTE, _NAMES_END, _RULES = 14.0, 12.0, 96.0, 104.0
_SIZE, _NOTE_SIZE = 9.5, 8.5


def parameters(count: int) -> str:
    """The count with its unit: ``1 parameter``, ``25,120 parameters``."""
    return "1 parameter" if count == 1 else f"{count:,} parameters"


def listed(names: Sequence[str]) -> str:
    """One or more names as a sentence lists them: ``i, f and o``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def equation(rule: Expression) -> str:
    """The rule in symbols, in numbers, and what comes out."""
    return f"{rule.text} = {rule.numbers} = {rule.value:,}"


def lines_below(rules: Iterable[tuple[str, str]], notes: Sequence[str], y: float) -> tuple[list[Label], float]:
    """Rules after their names, then notes, the first line at ``y``; and where the picture ends."""
    labels = []
    for name, text in rules:
        labels.append(Label(f"{name}/name", _NAMES_END, y, name, _NAMES_END - MARGIN, _SIZE, "end", "muted"))
        labels.append(Label(f"{name}/rule", _RULES, y, text, WIDTH - _RULES - MARGIN, _SIZE, "start"))
        y += _ROW
    for line, note in enumerate(notes):
        colour = "muted" if line else "ink"
        labels.append(Label(f"note-{line}", MARGIN, y + 2, note, WIDTH - 2 * MARGIN, _NOTE_SIZE, "start", colour))
        y += _NOTE
    return labels, y + 2
