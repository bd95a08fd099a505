"""Whole models, row by row: which layer turns which shape into which, and how many parameters it brings.

A :class:`Ledger` is a list of rows. Where a Keras model stands behind it, each row also carries Keras's own count.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.layers.built import Built, Shape
    from tutor.symbols import Expression


@dataclass(frozen=True)
class Row:
    """One layer of a model.

    Attributes:
        path: the layer's name, within the models that hold it: ``vision/conv2d_1``.
        kind: Keras's class name.
        input_shape: the shape that enters, batch axis included.
        output_shape: the shape that leaves; a tuple of shapes where several tensors do.
        formula: the count over named sizes; None where no formula is known, and Keras's count stands alone.
        count: the number of parameters, from the formula.
        trainable_count: those of them that training changes.
        keras_count: the number of entries in the Keras model's own weights; None where there is no Keras model.
        inputs: the paths of the rows, and the names of the model's inputs, that it reads; empty where that is unknown.
        shared: the number of times that the model uses it; its weights are counted once.
        built: the layer with its sizes and weights; None where no formula is known.
    """

    path: str
    kind: str
    input_shape: Any
    output_shape: Any
    formula: Expression | None
    count: int
    trainable_count: int
    keras_count: int | None = None
    inputs: tuple[str, ...] = ()
    shared: int = 1
    built: Built | None = field(default=None, compare=False, repr=False)

    @property
    def agrees(self) -> bool | None:
        """Whether formula and Keras say the same; None where there is no Keras model."""
        return None if self.keras_count is None else self.formula is not None and self.count == self.keras_count


@dataclass(frozen=True)
class Ledger:
    """A model's rows in call order: one for each layer that owns weights or changes a shape.

    Attributes:
        input_shape: the shape that enters the model, batch axis included.
        output_shape: the shape that leaves it; a tuple of shapes where several tensors do.
        rows: the rows.
        keras_total: the number of parameters that the Keras model says it has; None where there is no Keras model.
        inputs: the shape of each of the model's inputs, by its name.
        outputs: the paths of the rows from which what leaves the model comes; empty where that is unknown.
    """

    input_shape: Any
    output_shape: Any
    rows: tuple[Row, ...]
    keras_total: int | None = None
    inputs: Mapping[str, Shape] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()

    @cached_property
    def total(self) -> int:
        """All parameters, trained or not."""
        return sum(row.count for row in self.rows)

    @cached_property
    def trainable_total(self) -> int:
        """The parameters that training changes."""
        return sum(row.trainable_count for row in self.rows)

    @property
    def agrees(self) -> bool | None:
        """Whether every row and the total agree with Keras; None where there is no Keras model."""
        if self.keras_total is None:
            return None
        return self.total == self.keras_total and all(row.agrees is not False for row in self.rows)

    @property
    def unexplained(self) -> tuple[Row, ...]:
        """Rows that have parameters but no formula."""
        return tuple(row for row in self.rows if row.formula is None and row.count)

    def to_dict(self) -> dict[str, Any]:
        """The ledger as plain lists, numbers and texts, ready for JSON."""
        return {
            "input_shape": self.input_shape,
            "output_shape": self.output_shape,
            "rows": [dict(zip(_COLUMNS, _cells(row), strict=True)) for row in self.rows],
            "total": self.total,
            "trainable_total": self.trainable_total,
            "keras_total": self.keras_total,
            "agrees": self.agrees,
        }

    def to_csv(self) -> str:
        """The rows as CSV with a line of headings; shapes as text, an unknown value as an empty field."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_cells(row) for row in self.rows)
        return text.getvalue()

    def _repr_html_(self) -> str:
        with_keras = self.keras_total is not None
        names = ["Layer", "Input shape", "Output shape", "Formula", "Parameters", "Trainable"]
        headings = "".join(f"<th scope='col'>{name}</th>" for name in [*names, *(["Keras"] if with_keras else [])])
        total = _number(f"{self.total:,}") + _number(_share(self.trainable_total, self.total))
        if self.keras_total is not None:
            total += _number(_marked(self.keras_total, agrees=self.total == self.keras_total))
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return (
            "<div class='tutor-ledger' style='overflow-x:auto'><table>"
            f"<thead><tr>{headings}</tr></thead>"
            f"<tbody>{''.join(_html_row(row, with_keras=with_keras) for row in self.rows)}</tbody>"
            f"<tfoot><tr><th scope='row' colspan='4'>Total</th>{total}</tr></tfoot></table>{notes}</div>"
        )

    def _notes(self) -> Iterator[str]:
        if any(row.shared > 1 for row in self.rows):
            yield "A layer that is used several times keeps one set of weights, so it is counted once."
        if self.unexplained:
            counted = sum(row.count for row in self.unexplained)
            names = ", ".join(row.path for row in self.unexplained)
            yield f"{counted:,} parameters have no formula here, and are Keras's count alone: {names}."

    def __str__(self) -> str:
        lines = [f"{row.path} ({row.kind})  {row.output_shape}  {row.count:,}" for row in self.rows]
        return "\n".join([*lines, f"Total: {self.total:,} ({self.trainable_total:,} trainable)"])


_COLUMNS = [
    "path",
    "kind",
    "input_shape",
    "output_shape",
    "formula",
    "formula_numbers",
    "count",
    "trainable_count",
    "keras_count",
    "agrees",
]


def _cells(row: Row) -> list[Any]:
    formula = (row.formula.text, row.formula.numbers) if row.formula is not None else (None, None)
    kept = (row.path, row.kind, str(row.input_shape), str(row.output_shape))
    return [*kept, *formula, row.count, row.trainable_count, row.keras_count, row.agrees]


def _html_row(row: Row, *, with_keras: bool) -> str:
    formula = "no formula: Keras's count"
    if row.formula is not None:
        # A layer without weights has the formula 0, which says all.
        lines = [row.formula.text, row.formula.numbers] if row.count else [row.formula.text]
        formula = "<br>".join(map(escape, lines))
    used = f"<br>used {row.shared} times" if row.shared > 1 else ""
    cells = "".join(f"<td>{_shape(shape)}</td>" for shape in (row.input_shape, row.output_shape))
    numbers = _number(f"{row.count:,}") + _number(_share(row.trainable_count, row.count))
    if with_keras and row.keras_count is not None:
        # Where no formula stands beside Keras's count, there is nothing to agree with.
        is_alone = row.formula is None
        numbers += _number(f"{row.keras_count:,}" if is_alone else _marked(row.keras_count, agrees=row.agrees))
    layer = f"<th scope='row' style='text-align:left'>{escape(row.path)} ({escape(row.kind)}){used}</th>"
    return f"<tr>{layer}{cells}<td>{formula}</td>{numbers}</tr>"


def _shape(shape: Any) -> str:
    """The shape as Keras writes it, each of several on a line of its own."""
    if shape is None:
        return "unknown"
    several = bool(shape) and isinstance(shape[0], tuple)
    return "<br>".join(escape(str(one)) for one in (shape if several else [shape]))


def _number(text: str) -> str:
    return f"<td style='text-align:right; white-space:nowrap'>{text}</td>"


def _share(part: int, whole: int) -> str:
    """How much of it is trained, with a percentage unless that is all or nothing."""
    return f"{part:,}" if part in (0, whole) else f"{part:,} ({part / whole:.0%})"


def _marked(count: int, *, agrees: bool | None) -> str:
    sign, word = ("✓", "agrees") if agrees else ("✗", "does not agree")
    return f"{count:,} <span role='img' aria-label='{word}'>{sign}</span>"
