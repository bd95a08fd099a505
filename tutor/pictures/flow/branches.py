"""A model that branches, drawn as the graph that it is: inputs above, outputs below, a column for each branch.

Every wire says the shape of what it carries, and the names of the axes where they change. A model within the model
stands in a frame of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.pictures.flow.captions import (
    LINE,
    ONCE,
    SIZE,
    SPACE,
    LayerBoxes,
    end_words,
    height_of,
    title_words,
    words_beside,
)
from tutor.pictures.flow.connected import Node, nodes_of
from tutor.pictures.flow.folding import folded
from tutor.pictures.flow.layered import placed
from tutor.pictures.flow.measures import RAIL, TITLE_HEIGHT, Routes, down, routed, wires
from tutor.pictures.flow.steps import none_note
from tutor.pictures.scene import Box, Item, Label, Scene, Wire, moved
from tutor.pictures.wording import listed, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.ledgers.ledger import Ledger
    from tutor.pictures.flow.captions import Words
    from tutor.pictures.flow.layered import Frame

#: A model of more layers is folded, to about so many boxes.
MOST_LAYERS, FOLDED_TO = 40, 24
#: A model that cannot be folded to so few boxes is not drawn as a graph.
MOST_BOXES = 100

_PAGE, _MARGIN = 652.0, 8.0
_NARROWEST, _WIDEST = 136.0, 284.0


def branches_scene(ledger: Ledger) -> Scene | None:
    """The graph of a ledger whose connections are known; None if it is too large and cannot be folded.

    The scenes of a model whose sizes alone change have the same structure and the same height.
    """
    nodes = nodes_of(ledger)
    if len(ledger.rows) > MOST_LAYERS:
        nodes = folded(nodes, FOLDED_TO)
    if len(nodes) > MOST_BOXES:
        return None
    routes = routed(nodes, placed(nodes), _MARGIN, _PAGE, _NARROWEST, _WIDEST)
    drawing = _Drawing(nodes, routes)
    across = routes.across.total
    notes = [
        none_note(tensor for place in drawing.says_shapes for tensor in nodes[place].tensors),
        *_notes(drawing, ledger),
    ]
    items = [moved(item, max(_PAGE - across, 0) / 2, 0) for item in drawing.items()]
    y = drawing.down.total + _MARGIN + LINE / 2
    for line, note in enumerate(notes):
        room = _PAGE - 2 * _MARGIN
        items.append(Label(f"note-{line}", _MARGIN, y + line * LINE, note, room, SIZE, "start", "muted"))
    return Scene(max(_PAGE, across), y + len(notes) * LINE, tuple(items), _alt(drawing, notes))


class _Drawing:
    """The boxes, frames, wires and words of one graph, each in its place."""

    def __init__(self, nodes: Sequence[Node], routes: Routes) -> None:
        self.nodes, self.routes = nodes, routes
        self.boxes = LayerBoxes.for_all([node for node in nodes if node.role == "layer"], routes.across.width)
        self._ends = {p: end_words(node, routes.across.width) for p, node in enumerate(nodes) if node.role != "layer"}
        self._beside = {place: self._words_beside(place) for place in range(len(nodes))}
        ranks: list[list[int]] = [[] for _ in range(routes.placement.ranks)]
        for place, (_, rank) in routes.placement.cells.items():
            ranks[rank].append(place)
        heights = [max(map(self._height, rank)) for rank in ranks]
        words = [max(height_of(self._beside[place]) for place in rank) for rank in ranks]
        self.down = down(routes, heights, words, _MARGIN)

    def items(self) -> Iterator[Item]:
        """All of it, from back to front."""
        for frame in self.routes.placement.frames:
            yield from self._frame(frame)
        for source, reader, points in wires(self.routes, self.down):
            yield Wire(f"wire-{self.nodes[source].id}-{self.nodes[reader].id}", tuple(points))
        for place, node in enumerate(self.nodes):
            column, rank = self.routes.placement.cells[place]
            left, top = self.routes.across.lefts[column], self.down.tops[rank]
            fill, radius = ("cell", 5.0) if node.role == "layer" else ("tensor", 2.0)
            size = (self.routes.across.width, self.down.bottoms[rank] - top)
            yield Box(node.id, left, top, *size, fill, radius=radius, dashed=node.layers > 1)
            for words in self._ends.get(place) or self.boxes.words(node):
                yield words.label(node.id, left, top)
            for words in self._beside[place]:
                yield words.label(node.id, left + RAIL + SPACE, self.down.words[rank])

    @property
    def says_shapes(self) -> list[int]:
        """The places of the nodes whose shapes are written somewhere."""
        return [place for place in range(len(self.nodes)) if self._beside[place] or place in self._ends]

    def _height(self, place: int) -> float:
        return height_of(self._ends[place]) + 4 if place in self._ends else self.boxes.height

    def _words_beside(self, place: int) -> list[Words]:
        """The words beside the wire, unless it only leads from or to what says its shape itself."""
        node, readers = self.nodes[place], self.routes.readers[place]
        if node.role != "layer" or all(self.nodes[reader].role == "output" for reader in readers):
            return []
        before = self.nodes[node.sources[0]].tensors if node.sources else ()
        return words_beside(node, before[0].names if before else (), self.routes.across.width - RAIL - SPACE)

    def _frame(self, frame: Frame) -> Iterator[Item]:
        across, frames = self.routes.across, self.routes.placement.frames
        left, right = across.frame(frame, frames)
        top, bottom = self.down.frame(frame, frames)
        name = f"frame-{'/'.join(frame.models)}"
        yield Box(name, left, top, right - left, bottom - top, "paper", "muted", 8.0, line=0.8)
        corner = (frame.left, frame.top)
        entries = [x for (_, reader), x in self.routes.ports.items() if self.routes.placement.cells[reader] == corner]
        start = max([across.rail(frame.left), *entries]) + SPACE
        room = across.lefts[frame.left] + across.width - start
        for words in title_words(*_title(frame, frames, self.nodes), room):
            yield words.label(name, start, top + TITLE_HEIGHT / 2 + 1)


def _title(frame: Frame, frames: Sequence[Frame], nodes: Sequence[Node]) -> tuple[str, str]:
    """The model's name, and what it is applied to each of, such as ``100 frames``; empty if to everything at once."""
    names = frame.models[-frame.named :]
    inside = [node for node in nodes if frame.has(node)]
    around = [other for other in frames if other.models != frame.models and other.has(inside[0])]
    owner = max((other for other in around if len(other.models) < len(frame.models)), key=_depth, default=None)
    before = 0 if owner is None else min(node.steps for node in nodes if owner.has(node))
    steps = min(node.steps for node in inside)
    if steps == before:
        return "/".join(names), ""
    tensor = next(node for node in inside if node.steps == steps).tensors[0]
    sizes = [f"{size:,}" for size in tensor.shape[1 + before : 1 + steps] if size is not None]
    what = "frames" if tensor.names[steps] == "frames" else "timesteps"
    # TimeDistributed has a name of its own on the way to the model, which says nothing more.
    name = names[-1] if steps - before == len(names) - 1 else "/".join(names)
    return name, f"{' × '.join(sizes)} {what}" if len(sizes) == steps - before else f"the {what}"


def _depth(frame: Frame) -> int:
    return len(frame.models)


def _notes(drawing: _Drawing, ledger: Ledger) -> Iterator[str]:
    number = "" if drawing.boxes.says_parameters else "The number in a box is its count of parameters: "
    yield f"{number}{parameters(ledger.total)} in all."
    if any(node.uses > 1 for node in drawing.nodes):
        back = any(passage.is_upward for passage in drawing.routes.passages)
        further = " Wires that lead back up are its further uses." if back else ""
        yield f"A layer that is used several times stands here once, with the shapes of its first use.{further}"
    if any(node.layers > 1 for node in drawing.nodes):
        yield "A dashed box stands for layers that are not drawn one by one."


def _alt(drawing: _Drawing, notes: Sequence[str]) -> str:
    said, nodes, frames = ["The model as a graph."], drawing.nodes, drawing.routes.placement.frames
    for node in nodes:
        reads = listed([nodes[source].path for source in node.sources]) if node.sources else "nothing"
        made = " and ".join(tensor.words for tensor in node.tensors) or "an unknown shape"
        used = f", used {node.uses} times" if node.uses > 1 else ""
        match node.role:
            case "input":
                said.append(f"Input {node.name}: {made}.")
            case "layer":
                said.append(
                    f"{node.kind} {node.path}, {parameters(node.count)}{used}, reads {reads} and returns {made}."
                )
            case "output":
                said.append(f"{node.name.capitalize()}, from {reads}: {made}.")
    for frame in frames:
        _, each = _title(frame, frames, nodes)
        if each:
            said.append(f"The layers of {'/'.join(frame.models)} are applied {ONCE}{each}.")
    return " ".join([*said, *filter(None, notes)])
