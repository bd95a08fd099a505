"""How pictures put numbers and names into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def parameters(count: int) -> str:
    """The count with its unit: ``1 parameter``, ``25,120 parameters``."""
    return "1 parameter" if count == 1 else f"{count:,} parameters"


def listed(names: Sequence[str]) -> str:
    """One or more names as a sentence lists them: ``i, f and o``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
