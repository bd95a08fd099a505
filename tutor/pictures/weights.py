"""A layer's weights as rectangles, all on one scale: area is the number of parameters.

A weight of shape (rows, columns) is drawn ``rows`` high and ``columns`` wide; a vector is one row; a weight of more
axes is laid flat, its leading axes multiplied into rows. What would be too thin to see is drawn thicker, and a note
says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, prod
from typing import TYPE_CHECKING

from tutor.layers.built import numbered
from tutor.layers.cells import symbol
from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Box, Item, Label, Scene
from tutor.pictures.wording import listed, parameters
from tutor.symbols import Number, product

if TYPE_CHECKING:
    from tutor.layers.built import Built, Gate, Weight

#: Nothing is drawn thinner than this, in points: neither a rectangle nor one gate's slice of it.
THINNEST = 3.0

_WIDTH, _MARGIN, _GAP = 640.0, 6.0, 18.0
_ROOM = _WIDTH - 2 * _MARGIN
_EDGE, _SMALL, _LINE = 0.6, 8.0, 11.0
#: Four lines of words for each weight: its name, its shape, the shape in symbols, its count.
_WORDS_HEIGHT, _WORDS_WIDTH, _WORDS_GAP = 4 * _LINE, 170.0, 5.0
_IN_A_STRIP, _STRIP_HEIGHT, _VECTOR_HEIGHT = 4, 134.0, 22.0
#: A slice at least this wide and high carries its gate's name.
_NAMED_SLICE = 11.0
_LEGEND_STEP = 112.0


@dataclass(frozen=True)
class _Drawn:
    """A weight laid flat into columns and rows, with its width and height in points; its title tells it apart."""

    id: str
    title: str
    weight: Weight
    flat: tuple[int, int]
    size: tuple[float, float]
    is_to_scale: bool


@dataclass(frozen=True)
class _Place:
    """The room of each weight: its rectangle and, above or beside it, its words."""

    width: float
    rectangle: tuple[float, float]
    height: float
    words_beside: bool = False

    @classmethod
    def of(cls, weights: Sequence[Weight], width: float) -> _Place:
        above = _WORDS_HEIGHT + _WORDS_GAP
        if all(len(weight.shape) < 2 for weight in weights):
            # One row, on a scale that would fill the strip, says nothing that a lower one does not.
            return cls(width, (width, _VECTOR_HEIGHT), above + _VECTOR_HEIGHT)
        if len(weights) <= 2 and not any(weight.gates for weight in weights):
            return cls(width, (width - _WORDS_WIDTH - _WORDS_GAP, _STRIP_HEIGHT), _STRIP_HEIGHT, words_beside=True)
        return cls(width, (width, _STRIP_HEIGHT - above), _STRIP_HEIGHT)


def weight_scene(built: Built) -> Scene:
    """The layer's weights to scale, with the slices of its gates in Keras's order.

    The scenes of a layer whose sizes alone change have the same structure and the same height.
    """
    kind, weights = built.layer.title, built.weights
    if not weights:
        text = f"{kind} has no weights: 0 parameters."
        return Scene(_WIDTH, 40.0, (Label("none", _WIDTH / 2, 20.0, text, _ROOM),), text)

    strips = ceil(len(weights) / _IN_A_STRIP)
    in_a_strip = ceil(len(weights) / strips)
    place = _Place.of(weights, (_ROOM + _GAP) / in_a_strip - _GAP)
    every = [*_to_scale(weights, place.rectangle)]
    items: list[Item] = []
    for number, drawn in enumerate(every):
        row, column = divmod(number, in_a_strip)
        items += _rectangle(
            drawn, _MARGIN + column * (place.width + _GAP), _MARGIN + row * (place.height + _GAP), place
        )
    y = _MARGIN + strips * (place.height + _GAP) - _GAP / 4
    gates = tuple(dict.fromkeys(gate for weight in weights for gate in weight.gates))
    if gates:
        items += _legend(gates, y)
        y += 1.3 * _LINE
    notes = [f"{kind}: {parameters(built.count)}. {_scale_note(every)}", *_flat_notes(every)]
    for line, note in enumerate(notes):
        items.append(Label(f"note-{line}", _MARGIN, y, note, _ROOM, _SMALL, "start", "muted"))
        y += _LINE
    said = [f"The weights of {kind} as rectangles.", *map(_in_words, every), *notes]
    return Scene(_WIDTH, y - _LINE / 2 + _MARGIN, tuple(items), " ".join(said))


def _to_scale(weights: Sequence[Weight], room: tuple[float, float]) -> Iterator[_Drawn]:
    """The weights on the largest scale at which each of them fits into its room."""
    names = [weight.name for weight in weights]
    titles = [f"{one.part} {one.name}" if names.count(one.name) > 1 else one.name for one in weights]
    flat = [(one.shape[-1], prod(one.shape[:-1])) if one.shape else (1, 1) for one in weights]
    scale = min(room[side] / number for both in flat for side, number in enumerate(both))
    for name, title, weight, (columns, rows) in zip(numbered(titles), titles, weights, flat, strict=True):
        width, height = columns * scale, rows * scale
        size = max(width, THINNEST * max(len(weight.gates), 1)), max(height, THINNEST)
        yield _Drawn(name.strip().replace(" ", "-"), title, weight, (columns, rows), size, size == (width, height))


def _rectangle(drawn: _Drawn, x: float, y: float, place: _Place) -> Iterator[Item]:
    width, height = drawn.size
    gates = drawn.weight.gates
    if place.words_beside:
        yield from _words(drawn, x + width + _WORDS_GAP, y, _WORDS_WIDTH)
        top = y
    else:
        yield from _words(drawn, x, y, place.width)
        top = y + _WORDS_HEIGHT + _WORDS_GAP
    if not gates:
        yield Box(drawn.id, x, top, width, height, fill="tensor", line=_EDGE)
    for number, gate in enumerate(gates):
        slice_ = width / len(gates)
        left, name = x + number * slice_, f"{drawn.id}/{gate.name}"
        yield Box(name, left, top, slice_, height, gate_role(gate.name), line=_EDGE)
        text = _letter(gate) if min(slice_, height) >= _NAMED_SLICE else ""
        yield Label(f"{name}/name", left + slice_ / 2, top + height / 2, text, slice_, colour="on-gate")


def _words(drawn: _Drawn, x: float, y: float, room: float) -> Iterator[Label]:
    weight = drawn.weight
    # The gates' blocks lie side by side along the last axis.
    axes = [*weight.axes[:-1], *(product([Number(len(weight.gates) or 1), axis]) for axis in weight.axes[-1:])]
    symbols = ", ".join(axis.text for axis in axes) + ("," if len(axes) == 1 else "")
    lines = [y + (line + 0.5) * _LINE for line in range(4)]
    yield Label(f"{drawn.id}/name", x, lines[0], drawn.title, room, anchor="start", bold=True)
    yield Label(f"{drawn.id}/shape", x, lines[1], str(weight.shape), room, anchor="start")
    yield Label(f"{drawn.id}/axes", x, lines[2], f"({symbols})", room, _SMALL, "start", "muted")
    yield Label(f"{drawn.id}/count", x, lines[3], _count(weight), room, anchor="start")


def _legend(gates: Sequence[Gate], y: float) -> Iterator[Item]:
    step = min(_LEGEND_STEP, _ROOM / len(gates))
    for place, gate in enumerate(gates):
        x = _MARGIN + place * step
        yield Box(f"legend/{gate.name}", x, y - 4, 8, 8, gate_role(gate.name), line=_EDGE)
        yield Label(f"legend/{gate.name}/name", x + 12, y, f"{_letter(gate)}: {gate.title}", step - 16, _SMALL, "start")


def _scale_note(every: Sequence[_Drawn]) -> str:
    note = "Area is the number of parameters" if len(every) == 1 else "One scale: area is the number of parameters"
    thick = [drawn.title for drawn in every if not drawn.is_to_scale]
    if not thick:
        return f"{note}."
    if len(thick) == len(every) > 1:
        return f"{note}; all are drawn thicker."
    return f"{note}; {listed(thick)} {'is' if len(thick) == 1 else 'are'} drawn thicker."


def _flat_notes(every: Sequence[_Drawn]) -> list[str]:
    flat = [
        f"{drawn.title} as {drawn.flat[1]:,} rows of {drawn.flat[0]:,}"
        for drawn in every
        if len(drawn.weight.shape) > 2
    ]
    return [f"Laid flat, its leading axes multiplied into rows: {listed(flat)}."] if flat else []


def _in_words(drawn: _Drawn) -> str:
    gates = drawn.weight.gates
    slices = f", with slices for {listed([gate.title for gate in gates])}" if gates else ""
    return f"{drawn.title}, shape {drawn.weight.shape}, {_count(drawn.weight)}{slices}."


def _letter(gate: Gate) -> str:
    return symbol(gate.name).removesuffix("ₜ")


def _count(weight: Weight) -> str:
    return parameters(weight.count) if weight.trainable else f"{parameters(weight.count)}, non-trainable"
