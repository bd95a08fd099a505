"""Values held against what a layer can take; what does not fit is refused in a sentence that helps.

The message opens with what was given, says what is allowed and, where that helps, the likely repair.
"""

from __future__ import annotations

import difflib
import math
import numbers
import operator
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

#: The largest size that a tensor's axis can have: Keras and TensorFlow keep it in 64 bits.
LARGEST_SIZE = 2**63 - 1


class ArgumentError(ValueError, TypeError):
    """An argument that the layer does not have, or lacks. Keras says ValueError, Python says TypeError: it is both."""


def shown(value: object) -> str:
    """The value as Python writes it, on one line that fits into a sentence."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return f"a {type(value).__name__} too long to write"
    return text if len(text) <= 80 else f"{text[:79]}…"


def whole_number(given: str, value: Any, minimum: int | None = 1) -> int:
    """The value as an ``int`` of at least ``minimum``, if there is one; ``given`` opens the error's sentence.

    Raises:
        TypeError: no whole number (a boolean, a text, a fraction, None).
        ValueError: below ``minimum``, or larger than an axis can be.
    """
    wanted = "a whole number" if minimum is None else f"a whole number of at least {minimum}"
    if isinstance(value, bool):
        raise TypeError(f"{given} is a boolean, but {wanted} is needed.")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{given} is not {wanted}.{_numeric_repair(value)}") from None
    if minimum is not None and number < minimum:
        raise ValueError(f"{given} is too small: {wanted} is needed.")
    if abs(number) > LARGEST_SIZE:
        raise ValueError(f"{given} is larger than any axis of a tensor can be ({LARGEST_SIZE:,}).")
    return number


def _numeric_repair(value: object) -> str:
    if isinstance(value, str):
        digits = value.replace(",", "").replace("_", "").strip()
        return f" Write it without quotes: {int(digits)}." if digits.isdecimal() and len(digits) < 20 else ""
    if isinstance(value, float) and value.is_integer() and 0 < value <= LARGEST_SIZE:
        return f" Write {int(value)}, without the decimal point."
    if isinstance(value, float) and 0 < value <= LARGEST_SIZE:
        return f" Did you mean {int(value)} or {int(value) + 1}?"
    return ""


def suggestion(name: str, known: Sequence[str]) -> str:
    """``" Did you mean …?"`` for a misspelt name, or nothing."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def is_several(value: object) -> bool:
    """Whether the value is a sequence of entries, such as a tuple, rather than one thing."""
    one = isinstance(value, (str, bytes, Mapping, Set)) or getattr(value, "ndim", 1) == 0
    return isinstance(value, Iterable) and not one


def whole_numbers(given: str, value: Any, count: int | None = None, minimum: int | None = 1) -> tuple[int, ...]:
    """The value's entries as whole numbers of at least ``minimum``, ``count`` of them if that is given.

    Raises:
        TypeError: an entry is no whole number, or the value no sequence.
        ValueError: an entry is too small, or there are more or fewer entries.
    """
    if not is_several(value):
        raise TypeError(f"{given} is not a tuple of whole numbers.{_numeric_repair(value)}")
    entries = tuple(value)
    if count is not None and len(entries) != count:
        raise ValueError(f"{given} has {len(entries)} entries, but {count} are needed.")
    return tuple(
        whole_number(f"{given}, whose entry {place} is {shown(entry)},", entry, minimum)
        for place, entry in enumerate(entries)
    )


def real_number(given: str, value: Any, wanted: str = "a finite number") -> float:
    """The value as a finite ``int`` or ``float``; ``given`` opens the error's sentence.

    Raises:
        TypeError: no real number (a boolean, a text, None).
        ValueError: not finite.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{given} is not {wanted}.")
    found = int(value) if isinstance(value, numbers.Integral) else float(value)
    if isinstance(found, float) and not math.isfinite(found):
        raise ValueError(f"{given} is not {wanted}.")
    return found


def shape_of(table: Any) -> tuple[int, ...]:
    """The shape of what :func:`values` keeps: ``()`` for a number."""
    if not isinstance(table, tuple):
        return ()
    return (len(table), *(shape_of(table[0]) if table else ()))
