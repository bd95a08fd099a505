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
from tutor.pictures.wording import MARGIN, WIDTH, lines_below, listed, parameters
from tutor.symbols import Number, product

if TYPE_CHECKING:
    from tutor.layers.built import Built, Gate, Weight

#: Nothing is drawn thinner than this, in points: neither a rectangle nor one gate's slice of it.
THINNEST = 3.0

_ROOM, _GAP = WIDTH - 2 * MARGIN, 18.0
_EDGE, _SMALL, _LINE = 0.6, 8.0, 11.0
#: Above each rectangle, four lines of words: name, shape, shape in symbols, count.
_WORDS, _HIGHEST = 4 * _LINE + 5, 90.0
#: Vectors are one row: on a scale that would fill the room, they would say nothing more.
_VECTOR_HEIGHT = 22.0
_IN_A_STRIP = 4
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


def weight_scene(built: Built) -> Scene:
    """The layer's weights to scale, with the slices of its gates in Keras's order.

    The scenes of a layer whose sizes alone change have the same structure and the same height.
    """
    kind, weights = built.layer.title, built.weights
    if not weights:
        text = f"{kind} has no weights: 0 parameters."
        return Scene(WIDTH, 40.0, (Label("none", WIDTH / 2, 20.0, text, _ROOM),), text)

    strips = ceil(len(weights) / _IN_A_STRIP)
    in_a_strip = ceil(len(weights) / strips)
    room = (_ROOM + _GAP) / in_a_strip - _GAP
    height = _HIGHEST if any(len(weight.shape) > 1 for weight in weights) else _VECTOR_HEIGHT
    every = [*_to_scale(weights, room, height)]
    items: list[Item] = []
    for number, drawn in enumerate(every):
        row, column = divmod(number, in_a_strip)
        x, y = MARGIN + column * (room + _GAP), MARGIN + row * (_WORDS + height + _GAP)
        items += [*_words(drawn, x, y, room), *_rectangle(drawn, x, y + _WORDS)]
    y = MARGIN + strips * (_WORDS + height + _GAP) - _GAP / 4
    gates = tuple(dict.fromkeys(gate for weight in weights for gate in weight.gates))
    if gates:
        items += _legend(gates, y)
        y += 1.3 * _LINE
    notes = [f"{kind}: {parameters(built.count)}. {_scale_note(every)}", *_flat_notes(every)]
    below, end = lines_below([], notes, y)
    said = [f"The weights of {kind} as rectangles.", *map(_in_words, every), *notes]
    return Scene(WIDTH, end, (*items, *below), " ".join(said))


def _to_scale(weights: Sequence[Weight], room: float, highest: float) -> Iterator[_Drawn]:
    """The weights on the largest scale at which each of them fits into its room."""
    names = [weight.name for weight in weights]
    titles = [f"{one.part} {one.name}" if names.count(one.name) > 1 else one.name for one in weights]
    flat = [(one.shape[-1], prod(one.shape[:-1])) if one.shape else (1, 1) for one in weights]
    scale = min(min(room / columns, highest / rows) for columns, rows in flat)
    for name, title, weight, (columns, rows) in zip(numbered(titles), titles, weights, flat, strict=True):
        exact = columns * scale, rows * scale
        size = max(exact[0], THINNEST * max(len(weight.gates), 1)), max(exact[1], THINNEST)
        yield _Drawn(name.strip().replace(" ", "-"), title, weight, (columns, rows), size, size == exact)


def _rectangle(drawn: _Drawn, x: float, y: float) -> Iterator[Item]:
    (width, height), gates = drawn.size, drawn.weight.gates
    if not gates:
        yield Box(drawn.id, x, y, width, height, fill="tensor", line=_EDGE)
    for number, gate in enumerate(gates):
        slice_ = width / len(gates)
        left, name = x + number * slice_, f"{drawn.id}/{gate.name}"
        yield Box(name, left, y, slice_, height, gate_role(gate.name), line=_EDGE)
        text = _letter(gate) if min(slice_, height) >= _NAMED_SLICE else ""
        yield Label(f"{name}/name", left + slice_ / 2, y + height / 2, text, slice_, colour="on-gate")


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
        x = MARGIN + place * step
        yield Box(f"legend/{gate.name}", x, y - 4, 8, 8, gate_role(gate.name), line=_EDGE)
        yield Label(f"legend/{gate.name}/name", x + 12, y, f"{_letter(gate)}: {gate.title}", step - 16, _SMALL, "start")


def _scale_note(every: Sequence[_Drawn]) -> str:
    thick = [drawn.title for drawn in every if not drawn.is_to_scale]
    who = "all" if len(thick) == len(every) > 1 else listed(thick) if thick else ""
    exception = f"; {who} {'is' if len(thick) == 1 else 'are'} drawn thicker" if who else ""
    return f"{'One scale: area' if len(every) > 1 else 'Area'} is the number of parameters{exception}."


def _flat_notes(every: Sequence[_Drawn]) -> list[str]:
    flat = [f"{one.title} as {one.flat[1]:,} rows of {one.flat[0]:,}" for one in every if len(one.weight.shape) > 2]
    return [f"Laid flat, its leading axes multiplied into rows: {listed(flat)}."] if flat else []


def _in_words(drawn: _Drawn) -> str:
    gates = drawn.weight.gates
    slices = f", with slices for {listed([gate.title for gate in gates])}" if gates else ""
    return f"{drawn.title}, shape {drawn.weight.shape}, {_count(drawn.weight)}{slices}."


def _letter(gate: Gate) -> str:
    return symbol(gate.name).removesuffix("ₜ")


def _count(weight: Weight) -> str:
    return parameters(weight.count) if weight.trainable else f"{parameters(weight.count)}, non-trainable"
