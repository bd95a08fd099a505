"""One layer as a box between what enters and what leaves, each tensor with the names of its axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.pictures.kit import MARGIN, SMALL, TEXT, WIDTH, say
from tutor.pictures.metrics import cut, room_for, shape_text
from tutor.pictures.scene import Box, Item, Label, Wire, moved
from tutor.pictures.wording import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.pictures.flow.nodes import Graph, Node

_WIDTH, _SPACE, _LINE, _APART = 216.0, 7.0, 14.0, 8.0


def boxes(graph: Graph) -> tuple[list[Item], float]:
    """What enters, what happens and what leaves, from left to right, and where the picture goes on below."""
    nodes = graph.nodes
    layer = next(place for place, node in enumerate(nodes) if node.kind)
    columns = [range(layer), range(layer, layer + 1), range(layer + 1, len(nodes))]
    room, between = _WIDTH - 2 * _SPACE, (WIDTH - 2 * MARGIN - _WIDTH) / 2
    words = [list(_layer(node, room) if node.kind else _tensor(node, room)) for node in nodes]
    heights = [max(label.y for label in labels) + _LINE for labels in words]
    tall = max(sum(heights[place] + _APART for place in column) for column in columns)
    placed: dict[int, Box] = {}
    for number, column in enumerate(columns):
        y = MARGIN + (tall - sum(heights[place] + _APART for place in column)) / 2
        for place in column:
            fill, radius = ("cell", 5.0) if nodes[place].kind else ("tensor", 2.0)
            x = MARGIN + number * between
            placed[place] = Box(nodes[place].id, x, y, _WIDTH, heights[place], fill, radius=radius)
            y += heights[place] + _APART
    items: list[Item] = []
    for source, reader in graph.links:
        start, end = placed[source], placed[reader]
        y, to, turn = start.y + start.height / 2, end.y + end.height / 2, (start.right + end.x) / 2
        name = f"{nodes[source].id}-to-{nodes[reader].id}"
        items.append(Wire(name, ((start.right, y), (turn, y), (turn, to), (end.x, to))))
    for place, box in placed.items():
        items += [box, *(moved(label, box.x + _SPACE, box.y) for label in words[place])]
    return items, MARGIN + tall


def _layer(node: Node, room: float) -> Iterator[Label]:
    """A layer's kind, its name and its count, one below the other."""
    yield say(f"{node.id}/kind", 0, _LINE, cut(node.kind, room, TEXT, bold=True), bold=True)
    yield say(f"{node.id}/name", 0, 2 * _LINE, cut(node.name, room, SMALL), SMALL, colour="muted")
    count = parameters(node.count)
    count = count if room_for(count, SMALL) <= room else f"{node.count:,}"
    yield say(f"{node.id}/count", 0, 3 * _LINE, count, SMALL)


def _tensor(node: Node, room: float) -> Iterator[Label]:
    """A tensor's name, its shape, and each axis beside its size."""
    (tensor,), y = node.tensors, _LINE
    if node.name:
        yield say(f"{node.id}/title", 0, y, cut(node.name, room, SMALL), SMALL, colour="muted")
        y += _LINE
    yield say(f"{node.id}/shape", 0, y, shape_text(tensor.shape, room, TEXT, bold=True), bold=True)
    split = max((room_for(str(size), SMALL) for size in tensor.shape), default=0.0)
    for axis, (size, name) in enumerate(zip(tensor.shape, tensor.axes, strict=True)):
        y += _LINE
        yield say(f"{node.id}/size-{axis}", split, y, str(size), SMALL, "end")
        words = cut(name, room - split - 5, SMALL)
        yield say(f"{node.id}/axis-{axis}", split + 5, y, words, SMALL, colour="muted")
