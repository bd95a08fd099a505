"""Layers one after another: boxes with shapes, axes by name, and the layers between.

A chain runs from left to right and wraps into further rows. Where nothing is known of how the layers of a model are
connected, each of them stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.pictures.flow.steps import Step, Tensor, chained, folded, none_note
from tutor.pictures.scene import Box, Item, Label, Scene, Wire
from tutor.pictures.wording import cut, shape_text, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


#: Of a longer model, the middle layers are folded into one box.
MOST_LAYERS = 30
#: Of the tensors that enter or leave one layer, no more than this are drawn.
MOST_TENSORS = 4

_WIDTH = 652.0
_MARGIN = 10.0
_LINE = 10.5
_LAYER_HEIGHT = 46.0
_TENSOR_HEIGHT = 20.0
_TENSOR_GAP = 9.0
_ROW_GAP = 22.0
#: No text is set smaller than this, in points: what does not fit then is cut.
_SMALLEST = 7.5
#: The share of a box's width that its text may take.
_INNER = 0.965


@dataclass(frozen=True)
class _Grid:
    """The columns of a row, in points: tensors in the even ones, layers in the odd ones."""

    tensor: float
    layer: float
    gap: float
    layers: int
    size: float

    def left(self, column: int) -> float:
        pairs, odd = divmod(column, 2)
        return _MARGIN + pairs * (self.tensor + self.layer + 2 * self.gap) + odd * (self.tensor + self.gap)


_WIDE = _Grid(tensor=176.0, layer=176.0, gap=52.0, layers=1, size=9.5)
_NARROW = _Grid(tensor=116.0, layer=112.0, gap=15.0, layers=2, size=8.5)


def chain_scene(steps: Sequence[Step], *, is_chain: bool) -> Scene:
    """The steps one after another, or, if they are no chain, one by one.

    The scenes of steps whose sizes alone differ have the same structure and the same height.
    """
    chain = chained(steps) if is_chain else None
    shown = folded(chain or steps, MOST_LAYERS, is_chain=chain is not None)
    grid = _WIDE if chain is None or len(shown) == 1 else _NARROW
    items: list[Item] = []
    middle = bottom = 0.0
    for start in range(0, len(shown), grid.layers):
        row = shown[start : start + grid.layers]
        goes_on = chain is not None and start > 0
        enters = () if goes_on else row[0].inputs
        stacks = [enters, *(step.outputs for step in row)]
        above, gutter = middle, bottom + _ROW_GAP / 2
        middle = (bottom + _ROW_GAP if start else _MARGIN) + max(_LAYER_HEIGHT / 2, *map(_above, stacks))
        bottom = max(middle + _LAYER_HEIGHT / 2, *(_bottom(stack, middle) for stack in stacks))
        if goes_on:
            items.append(_from_row_to_row(f"wire-{start}", grid, above, gutter, middle))
        items += _row(row, start, enters, grid, middle)
    notes = [
        none_note(tensor for step in shown for tensor in (*step.inputs, *step.outputs)),
        *_model_notes(steps, is_chain=chain is not None),
    ]
    y = bottom + _MARGIN + _LINE / 2
    for line, note in enumerate(notes):
        room = _WIDTH - 2 * _MARGIN
        items.append(Label(f"note-{line}", _MARGIN, y + line * _LINE, note, room, 8.0, "start", "muted"))
    return Scene(_WIDTH, y + len(notes) * _LINE, tuple(items), _alt(shown, notes))


def _row(row: Sequence[Step], start: int, enters: Sequence[Tensor], grid: _Grid, middle: float) -> Iterator[Item]:
    yield from _stack(f"input-{start}", enters, grid, 0, middle)
    for place, step in enumerate(row):
        number = start + place
        column = 2 * place + 1
        left, right = grid.left(column), grid.left(column) + grid.layer
        sources = enters if place == 0 else row[place - 1].outputs
        for tensor, y in enumerate(_middles(sources, middle)):
            name = f"wire-{number}" if tensor == 0 else f"wire-{number}-{tensor}"
            turn = left - grid.gap / 2
            yield Wire(name, ((left - grid.gap, y), (turn, y), (turn, middle), (left, middle)), arrow=tensor == 0)
        for tensor, y in enumerate(_middles(step.outputs, middle)):
            turn = right + grid.gap * 0.35
            points = ((right, middle), (turn, middle), (turn, y), (right + grid.gap, y))
            yield Wire(f"wire-{number}-out-{tensor}", points, radius=3.0)
        yield from _layer(f"layer-{number}", step, grid, left, middle)
        yield from _stack(f"output-{number}", step.outputs, grid, column + 1, middle)


def _layer(name: str, step: Step, grid: _Grid, left: float, middle: float) -> Iterator[Item]:
    top = middle - _LAYER_HEIGHT / 2
    yield Box(name, left, top, grid.layer, _LAYER_HEIGHT, "cell", radius=5.0, dashed=step.is_folded)
    centre, room, count = left + grid.layer / 2, _INNER * grid.layer, _parameters(step.count)
    number = count if width(count, _SMALLEST, bold=False) <= room else f"{step.count:,}"
    yield Label(f"{name}/kind", centre, middle - 13, cut(step.kind, room, _SMALLEST), room, grid.size + 0.5, bold=True)
    own_name = cut(step.name, room, _SMALLEST, bold=False)
    yield Label(f"{name}/name", centre, middle, own_name, room, grid.size - 0.5, colour="muted")
    yield Label(f"{name}/count", centre, middle + 13, number, room, grid.size)


def _stack(name: str, tensors: Sequence[Tensor], grid: _Grid, column: int, middle: float) -> Iterator[Item]:
    """The tensors that enter or leave a layer, one below the other, the first beside the layer."""
    left = grid.left(column)
    for place, (tensor, y) in enumerate(zip(tensors, _middles(tensors, middle), strict=False)):
        yield from _tensor(f"{name}-{place}", tensor, grid, left, y)
    if len(tensors) > MOST_TENSORS:
        more = f"and {len(tensors) - MOST_TENSORS} more tensors"
        y = _bottom(tensors, middle) - _LINE / 2
        yield Label(f"{name}-more", left + grid.tensor / 2, y, more, grid.tensor, _SMALLEST, colour="muted")


def _tensor(name: str, tensor: Tensor, grid: _Grid, left: float, middle: float) -> Iterator[Item]:
    centre = left + grid.tensor / 2
    if tensor.title:
        y = middle - _TENSOR_HEIGHT / 2 - 0.5 * _LINE
        yield Label(f"{name}/title", centre, y, tensor.title, grid.tensor, 8.0, colour="muted")
    yield Box(name, left, middle - _TENSOR_HEIGHT / 2, grid.tensor, _TENSOR_HEIGHT, "tensor", radius=2.0)
    room = _INNER * grid.tensor
    yield Label(f"{name}/shape", centre, middle, shape_text(tensor.shape, room, _SMALLEST), room, grid.size, bold=True)
    sizes = [str(size) for size in tensor.shape]
    size, gap = grid.size - 1, 3.0
    values = max((width(text, size, bold=False) + 1 for text in sizes), default=0.0)
    values = min(values, 0.45 * grid.tensor)
    words = max((width(text, size, bold=False) for text in tensor.names), default=0.0)
    split = left + max((grid.tensor - values - gap - words) / 2, 0.0) + values
    for axis, (text, word) in enumerate(zip(sizes, tensor.names, strict=True)):
        y = middle + _TENSOR_HEIGHT / 2 + 3 + (axis + 0.5) * _LINE
        yield Label(f"{name}/size-{axis}", split, y, text, split - left, size, "end")
        rest = left + grid.tensor - split - gap
        yield Label(f"{name}/axis-{axis}", split + gap, y, word, rest, size, "start", "muted")


def _from_row_to_row(name: str, grid: _Grid, before: float, gutter: float, middle: float) -> Wire:
    """From the last tensor of a row, around its right edge, to the first layer of the next."""
    right, edge = _WIDTH - _MARGIN, _WIDTH - _MARGIN / 2
    down = grid.left(0) + grid.tensor / 2
    left = grid.left(1)
    points = ((right, before), (edge, before), (edge, gutter), (down, gutter), (down, middle), (left, middle))
    return Wire(name, points)


def _middles(tensors: Sequence[Tensor], middle: float) -> list[float]:
    """Where the boxes of a stack have their middles; the first is level with the layer."""
    middles = [middle]
    for upper, lower in pairwise(tensors[:MOST_TENSORS]):
        middles.append(middles[-1] + _below(upper) + _TENSOR_GAP + _above((lower,)))
    return middles if tensors else []


def _above(stack: Sequence[Tensor]) -> float:
    return _TENSOR_HEIGHT / 2 + (_LINE if stack and stack[0].title else 0.0)


def _below(tensor: Tensor) -> float:
    return _TENSOR_HEIGHT / 2 + 3 + _LINE * len(tensor.shape)


def _bottom(stack: Sequence[Tensor], middle: float) -> float:
    if not stack:
        return middle
    middles = _middles(stack, middle)
    more = _LINE if len(stack) > MOST_TENSORS else 0.0
    return middles[-1] + _below(stack[len(middles) - 1]) + more


def _model_notes(steps: Sequence[Step], *, is_chain: bool) -> list[str]:
    if not steps:
        return ["No layer of this model owns a weight or changes a shape."]
    total = [f"{sum(step.count for step in steps):,} parameters in all."] if len(steps) > 1 else []
    apart = ["The model is no simple chain: its layers stand one by one, in the order of the calls."]
    return total if is_chain else total + apart


def _alt(steps: Sequence[Step], notes: Sequence[str]) -> str:
    sentences = []
    for step in steps:
        read = " and ".join(tensor.words for tensor in step.inputs) or "an unknown shape"
        made = " and ".join(tensor.words for tensor in step.outputs) or "an unknown shape"
        turns = "not drawn" if step.is_folded else f"turns {read} into {made}"
        sentences.append(f"{step.kind} {step.name}, {_parameters(step.count)}, {turns}.")
    return " ".join(["The flow of tensors.", *sentences, *filter(None, notes)])


def _parameters(count: int) -> str:
    return "1 parameter" if count == 1 else f"{count:,} parameters" if count else "no parameters"
