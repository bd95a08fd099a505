"""How pictures put numbers and names into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.pictures import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence


def parameters(count: int) -> str:
    """The count with its unit: ``1 parameter``, ``25,120 parameters``."""
    return "1 parameter" if count == 1 else f"{count:,} parameters"


def listed(names: Sequence[str]) -> str:
    """One or more names as a sentence lists them: ``i, f and o``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# Until the pictures of flow and heap measure with metrics themselves.


def width(text: str, size: float, *, bold: bool = True) -> float:
    """How wide a text of that font size is, in points, with what fitting keeps free."""
    return size * metrics.width(text, bold=bold) / 0.98


def cut(text: str, room: float, size: float, *, bold: bool = True) -> str:
    """See :func:`tutor.pictures.metrics.cut`."""
    return metrics.cut(text, room, size, bold=bold)


def shape_text(shape: Sequence[int | None], room: float, size: float, *, bold: bool = True) -> str:
    """See :func:`tutor.pictures.metrics.shape_text`."""
    return metrics.shape_text(shape, room, size, bold=bold)


def wrapped(words: Sequence[str], room: float, size: float, *, bold: bool = True) -> list[str]:
    """See :func:`tutor.pictures.metrics.wrapped`."""
    return metrics.wrapped(words, room, size, bold=bold)
