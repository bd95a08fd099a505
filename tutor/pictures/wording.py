"""How pictures put numbers and names into words, and into the room that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How wide DejaVu Sans's signs are, as a share of the font size; a little more than they are.
_WIDTHS = {
    **dict.fromkeys("ijlIJ'", 0.3),
    **dict.fromkeys(" ,.·/:;|", 0.345),
    **dict.fromkeys("ft-()[]r!", 0.415),
    **dict.fromkeys("abcdeghknopqsuvxyz_*0123456789", 0.64),
    **dict.fromkeys("ABCEFKLPRSTUVXYZ", 0.74),
    **dict.fromkeys("DGHNOQw&#+<=>×−", 0.84),
}
_WIDEST = 1.0
_BOLD = 1.16


def parameters(count: int) -> str:
    """The count with its unit: ``1 parameter``, ``25,120 parameters``."""
    return "1 parameter" if count == 1 else f"{count:,} parameters"


def listed(names: Sequence[str]) -> str:
    """One or more names as a sentence lists them: ``i, f and o``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def width(text: str, size: float, *, bold: bool = True) -> float:
    """About how wide a text of that font size is, in points; rather more than less."""
    return size * (_BOLD if bold else 1.0) * sum(_WIDTHS.get(sign, _WIDEST) for sign in text)


def cut(text: str, room: float, size: float, *, bold: bool = True) -> str:
    """The text with its middle left out if it does not fit; what tells two layers apart is at either end."""
    if width(text, size, bold=bold) <= room:
        return text
    kept = min(len(text) - 1, int(room / width("i", size)))
    while kept > 2 and width(_ends(text, kept), size, bold=bold) > room:
        kept -= 1
    return _ends(text, kept)


def _ends(text: str, kept: int) -> str:
    return f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"


def shape_text(shape: Sequence[int | None], room: float, size: float, *, bold: bool = True) -> str:
    """The shape as Keras writes it, without its last axes if it does not fit."""
    for kept in range(len(shape), 0, -1):
        text = str(tuple(shape)) if kept == len(shape) else f"{str(tuple(shape[:kept])).rstrip(',)')}, …)"
        if width(text, size, bold=bold) <= room:
            return text
    return "(…)"


def wrapped(words: Sequence[str], room: float, size: float, *, bold: bool = True) -> list[str]:
    """The words in as few lines as they need, with spaces between them."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, size, bold=bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
