"""How pictures put numbers and names into words, and into the room that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDE = frozenset("MWmw%@…")


def parameters(count: int) -> str:
    """The count with its unit: ``1 parameter``, ``25,120 parameters``."""
    return "1 parameter" if count == 1 else f"{count:,} parameters"


def listed(names: Sequence[str]) -> str:
    """One or more names as a sentence lists them: ``i, f and o``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def width(text: str, size: float) -> float:
    """About how wide a text of that font size is, in points, be it bold; rather more than less."""
    return size * sum(1.1 if sign in _WIDE else 0.72 if sign.isalnum() else 0.42 for sign in text)


def cut(text: str, room: float, size: float) -> str:
    """The text with its middle left out if it does not fit; what tells two layers apart is at either end."""
    if width(text, size) <= room:
        return text
    kept = min(len(text) - 1, int(room / width("i", size)))
    while kept > 2 and width(_ends(text, kept), size) > room:
        kept -= 1
    return _ends(text, kept)


def _ends(text: str, kept: int) -> str:
    return f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"


def wrapped(words: Sequence[str], room: float, size: float) -> list[str]:
    """The words in as few lines as they need, with spaces between them."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
