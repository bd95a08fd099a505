"""What Keras says of a model: plain data that travels as JSON from the worker to the kernel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from tutor.layers.built import Shape


@dataclass(frozen=True)
class KerasRow:
    """What Keras's own weights come to in one row of the model's ledger; ``path`` leads into models within it."""

    path: str
    count: int
    trainable_count: int


@dataclass(frozen=True)
class Report:
    """A model that Keras built: its summary word for word, and its counts.

    ``output_shape`` is a tuple of shapes where several tensors leave.
    """

    summary: str
    rows: tuple[KerasRow, ...]
    total: int
    trainable_total: int
    output_shape: Shape | tuple[Shape, ...] | None


@dataclass(frozen=True)
class Refusal:
    """A model that Keras (or Python, reading the code) would not build, in its own words."""

    error_type: str
    message: str


@dataclass(frozen=True)
class Lost:
    """A model that took too long, or ended Keras's process, and is not tried again; ``sentence`` is for the learner."""

    sentence: str


Answer: TypeAlias = Report | Refusal | Lost


def encode(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values; `decode` reverses it."""
    return {type(answer).__name__: asdict(answer)}


def decode(message: dict[str, Any]) -> Answer:
    """The answer that `encode` was given."""
    for kind in (Refusal, Lost):
        if kind.__name__ in message:
            return kind(**message[kind.__name__])
    fields = message["Report"]
    rows = tuple(KerasRow(**row) for row in fields["rows"])
    return Report(**{**fields, "rows": rows, "output_shape": _tuples(fields["output_shape"])})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
