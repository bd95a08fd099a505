"""What a learner moves: sizes on sliders, flags and choices. Each control knows what it takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeAlias

from tutor.layers.checks import must, whole_number


@dataclass(frozen=True)
class SizeControl:
    """A slider with a field for typing beside it.

    Attributes:
        key: the name in Python, such as ``sequence_length``.
        start: where it starts.
        low: the slider's left end; also the smallest value that can be typed.
        high: the slider's right end.
        limit: the largest value that can be typed.
        help: what the size is, in a few words.
        label: the name on screen, such as ``sequence length``; Keras's argument name where there is one.
    """

    kind: ClassVar[str] = "size"
    key: str
    start: int
    low: int
    high: int
    limit: int
    help: str
    label: str

    def check(self, explorer: str, value: Any) -> int:
        """The value as an ``int``.

        Raises:
            TypeError, ValueError: it is no whole number, or outside the slider's field.
        """
        number = whole_number(f"{explorer}: {self.key}", value, self.low)
        if number > self.limit:
            raise ValueError(must(f"{explorer}: {self.key}", f"be from {self.low:,} to {self.limit:,}", value))
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
            raise TypeError(f"{explorer}: {self.key}={value!r} is neither True nor False.")
        return value


@dataclass(frozen=True)
class ChoiceControl:
    """A list to choose from, with Keras's argument name."""

    kind: ClassVar[str] = "choice"
    key: str
    start: str
    options: tuple[str, ...]
    help: str

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
            raise ValueError(f"{explorer}: {self.key}={value!r} is not on the list: {', '.join(self.options)}.")
        return str(value)


Control: TypeAlias = SizeControl | FlagControl | ChoiceControl


def as_data(control: Control) -> dict[str, Any]:
    """The control as plain data for the screen."""
    return {"kind": control.kind, "label": control.label, **asdict(control)}
