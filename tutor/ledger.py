"""Whole models, row by row: which layer turns which shape into which, and how many parameters it brings.

A :class:`Ledger` is a list of rows. Where a Keras model stands behind it, each row also carries Keras's own count.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    """

    path: str
    kind: str
    input_shape: Any
    output_shape: Any
    formula: Expression | None
    count: int
    trainable_count: int
    keras_count: int | None = None

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
    """

    input_shape: Any
    output_shape: Any
    rows: tuple[Row, ...]
    keras_total: int | None = None

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
        headings = ["Layer", "Input shape", "Output shape", "Formula", "Parameters", *(["Keras"] if with_keras else [])]
        lines = [_html_row(row, with_keras=with_keras) for row in self.rows]
        keras_total = f"<td style='text-align:right'>{self.keras_total:,}</td>" if with_keras else ""
        return (
            "<table class='tutor-ledger'><thead><tr>"
            + "".join(f"<th scope='col'>{heading}</th>" for heading in headings)
            + f"</tr></thead><tbody>{''.join(lines)}</tbody><tfoot><tr><th scope='row' colspan='4'>Total "
            f"({self.trainable_total:,} trainable)</th><td style='text-align:right'>{self.total:,}</td>"
            f"{keras_total}</tr></tfoot></table>"
        )

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
    formula = "no formula: Keras's count" if row.formula is None else f"{row.formula.text}<br>{row.formula.numbers}"
    keras = ""
    if with_keras:
        mark = "" if row.agrees is None else " ✓" if row.agrees else " ✗"
        keras = f"<td style='text-align:right'>{row.keras_count:,}{mark}</td>"
    return (
        f"<tr><th scope='row'>{escape(row.path)} ({escape(row.kind)})</th><td>{escape(str(row.input_shape))}</td>"
        f"<td>{escape(str(row.output_shape))}</td><td>{formula}</td>"
        f"<td style='text-align:right'>{row.count:,}</td>{keras}</tr>"
    )
