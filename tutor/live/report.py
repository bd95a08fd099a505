"""What Keras says of a model: plain data that travels as JSON from the worker to the kernel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

Shape: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True)
class KerasWeight:
    """One weight of the model, as Keras made it: `layer` is its owner among the model's own layers."""

    layer: str
    name: str
    path: str
    shape: tuple[int, ...]
    trainable: bool
    count: int


@dataclass(frozen=True)
class KerasLayer:
    """One layer; `kind` is the name of its class.

    `output_shape` is a tuple of shapes where the layer has several outputs, None where Keras knows none, and the
    shape at the first use where it is used more than once.
    """

    name: str
    kind: str
    output_shape: Shape | tuple[Shape, ...] | None
    count: int


@dataclass(frozen=True)
class KerasRow:
    """What Keras's own weights come to in one row of the model's ledger; ``path`` leads into models within it."""

    path: str
    count: int


@dataclass(frozen=True)
class Report:
    """A model that Keras built: its summary word for word, and the same facts as data."""

    summary: str
    layers: tuple[KerasLayer, ...]
    weights: tuple[KerasWeight, ...]
    rows: tuple[KerasRow, ...]
    total: int
    trainable_total: int
    output_shape: Shape | tuple[Shape, ...] | None


@dataclass(frozen=True)
class Refusal:
    """A model that Keras (or Python, reading the code) would not build, in its own words."""

    error_type: str
    message: str


Answer: TypeAlias = Report | Refusal


def encode(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values; `decode` reverses it."""
    return {type(answer).__name__: asdict(answer)}


def decode(message: dict[str, Any]) -> Answer:
    """The answer that `encode` was given."""
    if "Refusal" in message:
        return Refusal(**message["Refusal"])
    fields = {name: _tuples(value) for name, value in message["Report"].items()}
    fields["layers"] = tuple(KerasLayer(**layer) for layer in fields["layers"])
    fields["rows"] = tuple(KerasRow(**row) for row in fields["rows"])
    fields["weights"] = tuple(KerasWeight(**weight) for weight in fields["weights"])
    return Report(**fields)


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {name: _tuples(item) for name, item in value.items()}
    return value
