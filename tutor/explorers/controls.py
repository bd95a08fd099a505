"""What a learner moves: sizes on sliders, flags and choices. Each control knows what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tutor.layers.checks import ArgumentError, must


@dataclass(frozen=True)
class Control:
    """Something to move.

    Attributes:
        key: the name in Python, such as ``sequence_length``; Keras's argument name where there is one.
        start: where it stands in the lesson's example.
        help: what it does, in a few words.
        label: the name on screen; the key, if none is given.
    """

    kind: ClassVar[str]
    key: str
    start: Any
    help: str
    label: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.key)

    def check(self, explorer: str, value: Any) -> Any:
        """The value, as the control keeps it.

        Raises:
            ArgumentError: it does not take the value, which is of another kind, or out of range.
        """
        raise NotImplementedError

    def _taken(self, explorer: str, value: Any, fits: bool, wanted: str) -> Any:
        if not fits:
            raise ArgumentError(must(f"{explorer}: {self.key}", f"be {wanted}", value))
        return value

    def as_data(self) -> dict[str, Any]:
        """The control as plain data for the screen."""
        return {"kind": self.kind, "key": self.key, "label": self.label, "help": self.help}


@dataclass(frozen=True)
class SizeControl(Control):
    """A slider with a field for typing beside it.

    Attributes:
        low: the slider's left end, and the smallest size.
        high: the slider's right end.
        limit: the largest size; it can be typed.
        last: the largest size that the other controls leave, from the facts; None if they do not matter.
    """

    kind = "size"
    low: int = 1
    high: int = 4096
    limit: int = 1_000_000
    last: Callable[[Any], int] | None = None

    def check(self, explorer: str, value: Any) -> int:
        is_number = not isinstance(value, bool) and hasattr(value, "__index__")
        fits = is_number and self.low <= int(value) <= self.limit
        return int(self._taken(explorer, value, fits, f"a whole number from {self.low:,} to {self.limit:,}"))

    def as_data(self) -> dict[str, Any]:
        return {**super().as_data(), "low": self.low, "high": self.high, "limit": self.limit}


@dataclass(frozen=True)
class FlagControl(Control):
    """A box to tick."""

    kind = "flag"

    def check(self, explorer: str, value: Any) -> Any:
        return self._taken(explorer, value, isinstance(value, bool), "True or False")


@dataclass(frozen=True)
class ChoiceControl(Control):
    """A list to choose from.

    Attributes:
        options: what can be chosen.
        names: the names on screen of those options that are not shown as they are.
    """

    kind = "choice"
    options: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def check(self, explorer: str, value: Any) -> Any:
        return self._taken(explorer, value, value in self.options, f"one of {', '.join(self.options)}")

    def as_data(self) -> dict[str, Any]:
        return {**super().as_data(), "options": {option: self.names.get(option, option) for option in self.options}}


@dataclass(frozen=True)
class TextControl(Control):
    """A line to type."""

    kind = "text"

    def check(self, explorer: str, value: Any) -> Any:
        fits = isinstance(value, str) and len(value) <= 200
        return self._taken(explorer, value, fits, "a text of at most 200 characters")
