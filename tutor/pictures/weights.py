"""A layer's weights as rectangles, all on one scale: area is the number of parameters.

A matrix of shape (rows, columns) is drawn ``rows`` high and ``columns`` wide; a vector is one row; a weight of more
axes is laid flat, its leading axes multiplied into rows. What would be too thin to see is drawn thicker, and a note
says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, prod
from typing import TYPE_CHECKING

from tutor.layers.built import numbered
from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Box, Item, Label, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.layers.built import Built, Gate, Weight

_WIDTH = 640.0
_MARGIN = 6.0
_ROOM = _WIDTH - 2 * _MARGIN
_GAP = 18.0
_EDGE = 0.6
_LINE = 11.0
#: Four lines of words for each matrix: its name, its shape, the shape in symbols, its count.
_WORDS_HEIGHT = 4 * _LINE
_WORDS_WIDTH = 170.0
_WORDS_GAP = 5.0
_IN_A_STRIP = 4
_STRIP_HEIGHT = 134.0
_VECTOR_HEIGHT = 22.0
#: Nothing is drawn thinner than this, in points: neither a matrix nor one gate's slice of it.
THINNEST = 3.0
#: A slice at least this wide and high carries its gate's name.
_NAMED_SLICE = 11.0
_LEGEND_STEP = 112.0


@dataclass(frozen=True)
class _Matrix:
    """A weight laid flat, at a scale of ``scale`` points for each row and column."""

    id: str
    weight: Weight
    scale: float = 0.0

    @property
    def rows(self) -> int:
        return prod(self.weight.shape[:-1])

    @property
    def columns(self) -> int:
        return self.weight.shape[-1] if self.weight.shape else 1

    @property
    def slices(self) -> int:
        return max(len(self.weight.gates), 1)

    @property
    def width(self) -> float:
        return max(self.columns * self.scale, THINNEST * self.slices)

    @property
    def height(self) -> float:
        return max(self.rows * self.scale, THINNEST)

    @property
    def is_to_scale(self) -> bool:
        return self.columns * self.scale >= THINNEST * self.slices and self.rows * self.scale >= THINNEST


@dataclass(frozen=True)
class _Cell:
    """The room of one weight, in points: its matrix and, above or beside it, its words."""

    width: float
    matrix_width: float
    matrix_height: float
    height: float
    words_beside: bool

    @classmethod
    def of(cls, weights: Sequence[Weight], width: float) -> _Cell:
        if all(len(weight.shape) < 2 for weight in weights):
            # One row, on a scale that would fill the strip, says nothing that a lower one does not.
            return cls(width, width, _VECTOR_HEIGHT, _WORDS_HEIGHT + _WORDS_GAP + _VECTOR_HEIGHT, words_beside=False)
        if len(weights) <= 2 and not any(weight.gates for weight in weights):
            return cls(width, width - _WORDS_WIDTH - _WORDS_GAP, _STRIP_HEIGHT, _STRIP_HEIGHT, words_beside=True)
        return cls(width, width, _STRIP_HEIGHT - _WORDS_HEIGHT - _WORDS_GAP, _STRIP_HEIGHT, words_beside=False)


def weight_scene(built: Built) -> Scene:
    """The layer's weight matrices to scale, with the slices of its gates in Keras's order.

    The scenes of a layer whose sizes alone change have the same structure and the same height.
    """
    weights = built.weights
    if not weights:
        text = f"{built.layer.kind} has no weights: 0 parameters."
        return Scene(_WIDTH, 40.0, (Label("none", _WIDTH / 2, 20.0, text, _ROOM),), text)

    strips = ceil(len(weights) / _IN_A_STRIP)
    in_a_strip = ceil(len(weights) / strips)
    cell = _Cell.of(weights, (_ROOM + _GAP) / in_a_strip - _GAP)
    matrices = _to_scale(weights, cell)
    items: list[Item] = []
    for place, matrix in enumerate(matrices):
        row, column = divmod(place, in_a_strip)
        items += _matrix(matrix, _MARGIN + column * (cell.width + _GAP), _MARGIN + row * (cell.height + _GAP), cell)
    y = _MARGIN + strips * (cell.height + _GAP) - _GAP / 4
    gates = tuple(dict.fromkeys(gate for weight in weights for gate in weight.gates))
    if gates:
        items += _legend(gates, y)
        y += 1.3 * _LINE
    notes = [f"{built.layer.kind}: {_parameters(built.count)}. {_scale_note(matrices)}", *_flat_notes(matrices)]
    for line, note in enumerate(notes):
        items.append(Label(f"note-{line}", _MARGIN, y, note, _ROOM, size=8.0, anchor="start", colour="muted"))
        y += _LINE
    return Scene(_WIDTH, y - _LINE / 2 + _MARGIN, tuple(items), _alt(built, matrices, notes))


def _to_scale(weights: Sequence[Weight], cell: _Cell) -> list[_Matrix]:
    """The weights on the largest scale at which each of them fits into its cell."""
    ids = numbered(weight.name for weight in weights)
    flat = [_Matrix(name, weight) for name, weight in zip(ids, weights, strict=True)]
    scale = min(min(cell.matrix_width / matrix.columns, cell.matrix_height / matrix.rows) for matrix in flat)
    return [replace(matrix, scale=scale) for matrix in flat]


def _matrix(matrix: _Matrix, x: float, y: float, cell: _Cell) -> Iterator[Item]:
    weight = matrix.weight
    if cell.words_beside:
        yield from _words(matrix, x + matrix.width + _WORDS_GAP, y, _WORDS_WIDTH)
        top = y
    else:
        yield from _words(matrix, x, y, cell.width)
        top = y + _WORDS_HEIGHT + _WORDS_GAP
    if not weight.gates:
        yield Box(matrix.id, x, top, matrix.width, matrix.height, fill="tensor", line=_EDGE)
        return
    width, height = matrix.width / matrix.slices, matrix.height
    is_named = min(width, height) >= _NAMED_SLICE
    for place, gate in enumerate(weight.gates):
        left = x + place * width
        yield Box(f"{matrix.id}/{gate.name}", left, top, width, height, gate_role(gate.name), line=_EDGE)
        symbol = _symbol(gate) if is_named else ""
        centre = (left + width / 2, top + height / 2)
        yield Label(f"{matrix.id}/{gate.name}/name", *centre, symbol, width, colour="on-gate")


def _words(matrix: _Matrix, x: float, y: float, room: float) -> Iterator[Label]:
    weight = matrix.weight
    symbols = ", ".join(axis.text for axis in weight.axes) + ("," if len(weight.axes) == 1 else "")
    lines = [y + (line + 0.5) * _LINE for line in range(4)]
    yield Label(f"{matrix.id}/name", x, lines[0], weight.name, room, anchor="start", bold=True)
    yield Label(f"{matrix.id}/shape", x, lines[1], str(weight.shape), room, anchor="start")
    yield Label(f"{matrix.id}/axes", x, lines[2], f"({symbols})", room, size=8.0, anchor="start", colour="muted")
    yield Label(f"{matrix.id}/count", x, lines[3], _count(weight), room, anchor="start")


def _legend(gates: Sequence[Gate], y: float) -> Iterator[Item]:
    step = min(_LEGEND_STEP, _ROOM / len(gates))
    for place, gate in enumerate(gates):
        x = _MARGIN + place * step
        yield Box(f"legend/{gate.name}", x, y - 4, 8, 8, gate_role(gate.name), line=0.6)
        text = f"{_symbol(gate)}: {gate.title}"
        yield Label(f"legend/{gate.name}/name", x + 12, y, text, step - 16, size=8.0, anchor="start")


def _scale_note(matrices: Sequence[_Matrix]) -> str:
    note = "Area is the number of parameters" if len(matrices) == 1 else "One scale: area is the number of parameters"
    thick = [matrix.weight.name for matrix in matrices if not matrix.is_to_scale]
    if not thick:
        return f"{note}."
    verb = "is" if len(thick) == 1 else "are"
    return f"{note}, but {_listed(thick)} {verb} drawn thicker than to scale."


def _flat_notes(matrices: Sequence[_Matrix]) -> list[str]:
    flat = [
        f"{matrix.weight.name} as {matrix.rows:,} rows of {matrix.columns:,}"
        for matrix in matrices
        if len(matrix.weight.shape) > 2
    ]
    return [f"Laid flat, its leading axes multiplied into rows: {_listed(flat)}."] if flat else []


def _alt(built: Built, matrices: Sequence[_Matrix], notes: Sequence[str]) -> str:
    sentences = [f"The weights of {built.layer.kind} as rectangles."]
    for matrix in matrices:
        weight = matrix.weight
        gates = f", with slices for {_listed([gate.title for gate in weight.gates])}" if weight.gates else ""
        sentences.append(f"{weight.name}, shape {weight.shape}, {_count(weight)}{gates}.")
    return " ".join([*sentences, *notes])


def _symbol(gate: Gate) -> str:
    return gate.name.replace("_tilde", "\N{COMBINING TILDE}")


def _count(weight: Weight) -> str:
    return _parameters(weight.count) if weight.trainable else f"{_parameters(weight.count)}, not trained"


def _parameters(count: int) -> str:
    return "1 parameter" if count == 1 else f"{count:,} parameters"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
