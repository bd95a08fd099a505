"""The picture of a flow: of one layer as boxes side by side, of a model row by row; and what it says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.pictures.flow.boxes import boxes
from tutor.pictures.flow.nodes import graph_of
from tutor.pictures.flow.rows import frames_of, rows
from tutor.pictures.kit import MARGIN, SMALL, WIDTH, say
from tutor.pictures.metrics import wrapped
from tutor.pictures.scene import Scene
from tutor.pictures.wording import listed, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.layers.built import Built
    from tutor.ledgers.ledger import Ledger
    from tutor.pictures.flow.nodes import Graph

_LINE = 13.0
_FORMS = {"layer": "The flow of tensors.", "graph": "The model as a graph.", "list": "The layers of the model."}


def flow_scene(subject: Built | Ledger) -> Scene:
    """The flow through one layer, or through all layers of a model.

    Every tensor has its shape, and its axes' names where they change; a model within the model has a frame of its own.
    The scenes of a layer or a model whose sizes alone change have the same structure and the same height.
    """
    graph = graph_of(subject)
    items, y = boxes(graph) if graph.form == "layer" else rows(graph)
    notes = list(_notes(graph))
    lines = [line for note in notes for line in wrapped(note.split(" "), WIDTH - 2 * MARGIN, SMALL)]
    for number, line in enumerate(lines):
        items.append(say(f"note-{number}", MARGIN, y + number * _LINE + _LINE / 2, line, SMALL, colour="muted"))
    alt = " ".join([*_said(graph), *filter(None, notes), _counted(graph)])
    return Scene(WIDTH, y + len(lines) * _LINE + 3, tuple(items), alt.strip())


def _notes(graph: Graph) -> Iterator[str]:
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


def _counted(graph: Graph) -> str:
    """The last sentence, with all counts."""
    counts = [(node.path, node.count) for node in graph.nodes if node.kind]
    whole = [("all layers", sum(count for _, count in counts))] if len(counts) > 1 else []
    said = "; ".join(f"{name} {parameters(count)}" for name, count in counts + whole)
    return f"Count: {said}." if said else ""
