"""What a learner moves: sizes on sliders, flags and choices. Each control knows what it takes.

From Python comes a value, from the screen what was typed, as it was typed: :func:`read` is the only place where the
text of a number is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from tutor.layers.checks import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.explorers.facts import Facts

#: What stands between groups of three digits; the last three are an apostrophe as printed, and two kinds of space.
_SIGNS = ",_' \u2019\u00a0\u202f"
#: One to three digits, then groups of three, all with the same sign between them.
_GROUPED = re.compile(rf"\d{{1,3}}([{_SIGNS}])\d{{3}}(?:\1\d{{3}})*")
_POWER = re.compile(r"(\d+)[eE]\+?(\d{1,2})")
_FRACTION = re.compile(r"(\d+)[.,](\d+)")
_DIGITS_AND_SIGNS = re.compile(rf"\d[\d.{_SIGNS}]*")


@dataclass(frozen=True)
class Typed:
    """A number as somebody typed it.

    Attributes:
        text: what was typed.
        number: the whole number that it is; None if that is not certain.
        meant: the whole numbers that it may mean, if that is not certain.
    """

    text: str
    number: int | None = None
    meant: tuple[int, ...] = ()


def read(text: str) -> Typed:
    """A whole number as people write it: 1000000, 1,000,000, 1_000_000, 1 000 000 or 1e6.

    A dot is 1.000 to some and 1,000 to others, so it is asked about; so is a group of other than three digits.
    """
    text = text.strip()
    if re.fullmatch(r"[-−+]?\d+", text, re.ASCII):
        return Typed(text, int(text.replace("−", "-")))
    if _GROUPED.fullmatch(text):
        return Typed(text, int(re.sub(r"\D", "", text)))
    if power := _POWER.fullmatch(text):
        return Typed(text, int(power[1]) * 10 ** int(power[2]))
    joined = int(re.sub(r"\D", "", text) or 0)
    if fraction := _FRACTION.fullmatch(text):
        whole = int(fraction[1])
        return Typed(text, None, (whole, joined if len(fraction[2]) > 2 else whole + 1))
    return Typed(text, None, (joined,) if _DIGITS_AND_SIGNS.fullmatch(text) else ())


@dataclass(frozen=True)
class SizeControl:
    """A slider with a field for typing beside it.

    Attributes:
        key: the name in Python, such as ``sequence_length``.
        start: where it starts.
        low: the slider's left end, and the smallest size.
        high: the slider's right end.
        limit: the largest size; it can be typed.
        help: what the size is, in a few words.
        label: the name on screen, such as ``sequence length``; Keras's argument name where there is one.
        last: the largest size that the other controls leave; None if they do not matter.
    """

    kind: ClassVar[str] = "size"
    key: str
    start: int
    low: int
    high: int
    limit: int
    help: str
    label: str
    last: Callable[[Facts], int] | None = None

    def check(self, explorer: str, value: Any) -> int:
        """The value as an ``int``.

        Raises:
            TypeError, ValueError: it is no whole number, or out of range.
        """
        wanted = f"{explorer}: {self.key} must be a whole number from {self.low:,} to {self.limit:,}"
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise TypeError(f"{wanted}; got {shown(value)}.")
        number: int = value.__index__()
        if not self.low <= number <= self.limit:
            raise ValueError(f"{wanted}; got {shown(value)}.")
        return number


@dataclass(frozen=True)
class FlagControl:
    """A box to tick, with Keras's argument name."""

    kind: ClassVar[str] = "flag"
    key: str
    start: bool
    help: str

    @property
    def label(self) -> str:
        """Keras's own name."""
        return self.key

    def check(self, explorer: str, value: Any) -> bool:
        """The value.

        Raises:
            TypeError: it is neither True nor False.
        """
        if not isinstance(value, bool):
            raise TypeError(f"{explorer}: {self.key} must be True or False; got {shown(value)}.")
        return value


@dataclass(frozen=True)
class ChoiceControl:
    """A list to choose from, with Keras's argument name.

    Attributes:
        options: what can be chosen.
        names: the names on screen of those options that are not shown as they are.
    """

    kind: ClassVar[str] = "choice"
    key: str
    start: str
    options: tuple[str, ...]
    help: str
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Keras's own name."""
        return self.key

    def check(self, explorer: str, value: Any) -> str:
        """The value.

        Raises:
            ValueError: it is not on the list.
        """
        if value not in self.options:
            raise ValueError(f"{explorer}: {self.key} must be one of {', '.join(self.options)}; got {shown(value)}.")
        return str(value)


Control: TypeAlias = SizeControl | FlagControl | ChoiceControl


def as_data(control: Control) -> dict[str, Any]:
    """The control as plain data for the screen."""
    data = {"kind": control.kind, "key": control.key, "label": control.label, "help": control.help}
    match control:
        case SizeControl():
            return {**data, "low": control.low, "high": control.high, "limit": control.limit}
        case ChoiceControl():
            return {**data, "options": {option: control.names.get(option, option) for option in control.options}}
    return data
