"""The picture of a flow: of one layer as boxes side by side, of a model row by row; and what it says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.pictures.flow.nodes import graph_of
from tutor.pictures.flow.rows import frames_of, rows
from tutor.pictures.kit import MARGIN, NOTE, SMALL, TEXT, WIDTH, listed, many, notes, page, say
from tutor.pictures.metrics import cut, room_for, shape_text, wrapped
from tutor.pictures.scene import Box, Item, Label, Scene, Wire, moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.layers.built import Built
    from tutor.ledgers.ledger import Ledger
    from tutor.pictures.flow.nodes import Graph, Node

_WIDTH, _SPACE, _LINE, _APART = 216.0, 7.0, 14.0, 8.0
_FORMS = {"layer": "The flow of tensors.", "graph": "The model as a graph.", "list": "The layers of the model."}


def flow_scene(subject: Built | Ledger) -> Scene:
    """The flow through one layer, or through all layers of a model.

    Every tensor has its shape, and its axes' names where they change; a model within the model has a frame of its own.
    The scenes of a layer or a model whose sizes alone change have the same structure and the same height.
    """
    graph = graph_of(subject)
    items, y = _boxes(graph) if graph.form == "layer" else rows(graph)
    remarks = list(_remarks(graph))
    lines = [line for remark in remarks for line in wrapped(remark.split(" "), WIDTH - 2 * MARGIN, SMALL)]
    items += notes(y + NOTE / 2, lines)
    return page(y + NOTE * len(lines) + 3, items, [*_said(graph), *remarks], list(_counts(graph)))


def _remarks(graph: Graph) -> Iterator[str]:
    nodes = graph.nodes
    tensors = [tensor for node in nodes for tensor in node.tensors]
    axes = [axis for tensor in tensors for axis in zip(tensor.axes, tensor.shape, strict=True)]
    unknown = dict.fromkeys(name for name, size in axes if size is None)
    counted = [f"any number of {name}" if name.endswith("s") else f"any {name}" for name in unknown]
    meant = ", ".join(counted).replace("any batch", "any number of examples")
    yield f"None: {meant}." if meant else ""
    if not any(node.kind for node in nodes):
        yield "No layer of this model owns a weight or changes a shape."
    if any(node.uses > 1 for node in nodes):
        is_back = any(source >= reader for source, reader in graph.links)
        back = " Wires that lead back up are its further uses." if is_back else ""
        yield f"A layer that is used several times is drawn once, with the shapes of its first use.{back}"
    if any(node.is_fold for node in nodes):
        yield "A dashed circle stands for several layers."
    if graph.form == "list":
        yield "The layers are in the order of the calls, without the wires between them."


def _said(graph: Graph) -> Iterator[str]:
    nodes = graph.nodes
    yield _FORMS[graph.form]
    for node in nodes:
        sources = [nodes[source].path or nodes[source].tensors[0].words for source in node.sources]
        reads = listed(sources) if sources else node.entering
        made = " and ".join(tensor.words for tensor in node.tensors) or "an unknown shape"
        if node.kind:
            used = f"{node.used}," if node.used else ""
            yield f"{node.kind} {node.path}{used} reads {reads} and returns {made}."
        elif node.name:
            yield f"{node.name.capitalize()}, from {reads}: {made}." if sources else f"Input {node.name}: {made}."
    for frame in frames_of(nodes):
        if frame.each:
            yield f"The layers of {frame.title} are applied once for {frame.each}."


def _counts(graph: Graph) -> Iterator[str]:
    counts = [(node.path, node.count) for node in graph.nodes if node.kind]
    whole = [("all layers", sum(count for _, count in counts))] if len(counts) > 1 else []
    return (f"{name} {many(count, 'parameter')}" for name, count in counts + whole)


# One layer


def _boxes(graph: Graph) -> tuple[list[Item], float]:
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
    count = many(node.count, "parameter")
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
