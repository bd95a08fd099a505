"""Whole models, row by row: which layer turns which shape into which, and how many parameters it brings.

A :class:`Ledger` is a list of rows. Where a Keras model stands behind it, each row also carries Keras's own count.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tutor.layers.built import Built, Shape
from tutor.layers.calls import shapes_in
from tutor.ledgers.tables import cell, head, percent, table
from tutor.symbols import Expression


@dataclass(frozen=True)
class Row:
    """One layer of a model.

    Attributes:
        path: the layer's name, within the models that hold it: ``vision/conv2d_1``.
        kind: Keras's class name, and in brackets that of what it holds: ``Bidirectional(LSTM)``.
        input_shape: the shape that enters, batch axis included.
        output_shape: the shape that leaves; a tuple of shapes where several tensors do.
        formula: the count over named sizes; None where no formula is known, and Keras's count stands alone.
        count: the number of parameters, from the formula; those that another row has are not counted again.
        trainable_count: those of them that training changes.
        keras_count: the number of entries in the Keras model's own weights; None where there is no Keras model.
        inputs: the paths of the rows, and the names of the model's inputs, that it reads; empty where that is unknown.
        shared: the number of times that the model uses it; its weights are counted once.
        built: the layer with its sizes and weights; None where no formula is known.
        input_axes, output_axes: the names of the axes, for one shape or for each of several.
    """

    path: str
    kind: str
    input_shape: Any
    output_shape: Any
    formula: Expression | None
    count: int = 0
    trainable_count: int = 0
    keras_count: int | None = None
    inputs: tuple[str, ...] = ()
    shared: int = 1
    built: Built | None = field(default=None, compare=False, repr=False)
    input_axes: Any = field(default=(), compare=False, repr=False)
    output_axes: Any = field(default=(), compare=False, repr=False)

    @property
    def agrees(self) -> bool | None:
        """Whether formula and Keras say the same; None if it is unknown, since one of the two is missing."""
        return None if self.keras_count is None or self.formula is None else self.count == self.keras_count

    def to_dict(self) -> dict[str, Any]:
        """The row as plain numbers and texts."""
        return {
            "path": self.path,
            "kind": self.kind,
            "input_shape": str(self.input_shape),
            "output_shape": str(self.output_shape),
            "formula": self.formula and self.formula.text,
            "formula_numbers": self.formula and self.formula.numbers,
            **{name: getattr(self, name) for name in ("count", "trainable_count", "keras_count", "agrees")},
        }

    def _cells(self) -> str:
        lines = ["no formula: Keras's count"]
        if self.formula:  # that of a layer without weights is 0, which says all
            lines = [self.formula.text, self.formula.with_commas][: 1 + bool(self.count)]
        used = [f"used {self.shared} times"] if self.shared > 1 else []
        # Each of several shapes has a line of its own.
        several = [["unknown"] if one is None else shapes_in(one) for one in (self.input_shape, self.output_shape)]
        counts = _counts(self.count, self.trainable_count, self.keras_count, self.agrees)
        return head(f"{self.path} ({self.kind})", *used) + "".join(cell(*one) for one in (*several, lines)) + counts


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
    inputs: Mapping[str, Shape] = field(default_factory=dict, hash=False)
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
        """Whether every row and the total agree with Keras.

        None if that is unknown: there is no Keras model, or nothing disagrees, but a row has parameters and no formula.
        """
        if self.keras_total is None:
            return None
        wrong = self.total != self.keras_total or any(row.agrees is False for row in self.rows)
        return False if wrong else None if self.unexplained else True

    @property
    def unexplained(self) -> tuple[Row, ...]:
        """Rows that have parameters but no formula."""
        return tuple(row for row in self.rows if row.formula is None and row.count)

    def to_dict(self) -> dict[str, Any]:
        """The ledger as plain lists, numbers and texts, ready for JSON."""
        names = ("input_shape", "output_shape", "total", "trainable_total", "keras_total", "agrees")
        return {**{name: getattr(self, name) for name in names}, "rows": [row.to_dict() for row in self.rows]}

    def to_csv(self) -> str:
        """The rows as CSV with a line of headings; shapes as text, an unknown value as an empty field."""
        text, nothing = io.StringIO(), Row("", "", None, None, None)
        writer = csv.DictWriter(text, list(nothing.to_dict()), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.to_dict() for row in self.rows)
        return text.getvalue()

    def _repr_html_(self) -> str:
        headings = ["Layer", "Input shape", "Output shape", "Formula", "Parameters", "Trainable"]
        headings += [] if self.keras_total is None else ["Keras"]
        counts = _counts(self.total, self.trainable_total, self.keras_total, self.total == self.keras_total)
        rows = [row._cells() for row in self.rows]  # noqa: SLF001
        return table(headings, rows, head("Total", span=4) + counts, notes=self._notes())

    def _notes(self) -> Iterator[str]:
        if any(row.shared > 1 for row in self.rows):
            yield "A layer that is used several times keeps one set of weights, so it is counted once."
        if self.unexplained:
            counted, names = sum(row.count for row in self.unexplained), [row.path for row in self.unexplained]
            yield f"{counted:,} parameters have no formula here, and are Keras's count alone: {', '.join(names)}."

    def __str__(self) -> str:
        lines = [f"{row.path} ({row.kind})  {row.output_shape}  {row.count:,}" for row in self.rows]
        return "\n".join([*lines, f"Total: {self.total:,} ({self.trainable_total:,} trainable)"])


def _counts(count: int, trainable: int, keras: int | None, agrees: bool | None) -> str:
    """All parameters; those that are trained, with a percentage unless that is all or nothing; and Keras's count."""
    share = f" ({percent(trainable, count)})" if trainable not in (0, count) else ""
    ours = cell(f"{count:,}", right=True) + cell(f"{trainable:,}{share}", right=True)
    return ours if keras is None else ours + cell(f"{keras:,}", right=True, agrees=agrees)
