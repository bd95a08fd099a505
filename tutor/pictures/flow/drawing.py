"""The picture: boxes with words, each cut to the room it has, wires with shapes beside them, frames with titles."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tutor.pictures.flow.layout import MARGIN, PAGE, RAIL, TITLE_HEIGHT, Layout
from tutor.pictures.flow.nodes import graph_of
from tutor.pictures.metrics import cut, room_for, shape_text, wrapped
from tutor.pictures.scene import Box, Item, Label, Scene, Wire, moved
from tutor.pictures.wording import listed, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.layers.built import Built
    from tutor.ledgers.ledger import Ledger
    from tutor.pictures.flow.layout import Frame
    from tutor.pictures.flow.nodes import Graph, Node, Tensor

#: Between words, and between words and the edge of their box or the wire.
_SPACE = 6.0
_SIZE, _KIND, _SMALLEST = 9.0, 9.5, 7.5
#: From the top of a box to the middle of its first line, and from line to line.
_FIRST, _LINE = 9.5, 11.0
#: What is kept free for a count, for a name beside it, and for each axis of a shape but the batch's.
_COUNT, _NAME, _AXIS = "10,000,000 parameters", "a_name", ", 10000"
_FORMS = {"chain": "The flow of tensors.", "graph": "The model as a graph.", "list": "The layers of the model."}


def flow_scene(subject: Built | Ledger) -> Scene:
    """The flow through one layer, or through all layers of a model: as a chain, or as the graph that it is.

    Every tensor has its shape, and its axes' names where they change; a model within the model has a frame of its own.
    The scenes of a layer or a model whose sizes alone change have the same structure and the same height.
    """
    graph = graph_of(subject)
    nodes, layout = graph.nodes, Layout(graph)
    cards = _cards(graph, layout.width - 2 * _SPACE)
    beside = [list(_beside(graph, place, layout.width - RAIL - _SPACE)) for place in range(len(nodes))]
    # Words that are beside no wire keep more room from the box below, which they are not about.
    rest = 6.0 if graph.form == "list" else 0.0
    heights, words = defaultdict[int, float](float), defaultdict[int, float](float)
    for place, (_, rank) in layout.cells.items():
        heights[rank] = max(heights[rank], _reach(cards[place]) + 4)
        words[rank] = max(words[rank], _reach(beside[place]) + rest)
    layout.set_heights(heights, words)
    items = [item for frame in layout.frames for item in _frame(frame, nodes, layout)]
    items += [Wire(f"{nodes[one].id}-to-{nodes[other].id}", layout.wire(one, other)) for one, other in graph.links]
    for place, node in enumerate(nodes):
        column, rank = layout.cells[place]
        left, top, height = layout.lefts[column], layout.tops[rank], heights[rank]
        fill, radius = ("cell", 5.0) if node.kind else ("tensor", 2.0)
        items.append(Box(node.id, left, top, layout.width, height, fill, radius=radius, dashed=node.is_fold))
        slack = (height - _reach(cards[place]) - 4) / 2
        items += [moved(label, left + _SPACE, top + slack) for label in cards[place]]
        items += [moved(label, left + RAIL + _SPACE, layout.words[rank]) for label in beside[place]]
    items = [moved(item, max(PAGE - layout.total, 0) / 2, 0) for item in items]
    notes = list(_notes(graph))
    y = (layout.bottoms or [MARGIN])[-1] + MARGIN + _LINE / 2
    for line, note in enumerate(notes):
        items.append(_label(f"note-{line}", MARGIN, y + line * _LINE, note, PAGE - 2 * MARGIN, colour="muted"))
    alt = " ".join([*_said(graph, layout.frames), *filter(None, notes)])
    return Scene(max(PAGE, layout.total), y + len(notes) * _LINE, tuple(items), alt)


# Words, at places counted from the corner of what they belong to


def _label(name: str, x: float, y: float, text: str, room: float, *, bold: bool = False, **look: Any) -> Label:
    look = {"size": _SIZE, "anchor": "start", **look}
    return Label(name, x, y, cut(text, room, _SMALLEST, bold=bold), room, bold=bold, **look)


def _wide(text: str, size: float = _SIZE, *, bold: bool = False) -> float:
    return room_for(text, size, bold=bold)


def _reach(labels: Sequence[Label]) -> float:
    """How far down the words reach."""
    return max((label.y for label in labels), default=-_LINE / 2) + _LINE / 2


def _cards(graph: Graph, room: float) -> list[list[Label]]:
    """What is in each box."""
    layers = [node for node in graph.nodes if node.kind]
    kinds = max((_wide(node.kind, _KIND, bold=True) for node in layers), default=0.0)
    names = max((_wide(node.name + _used(node)) for node in layers), default=0.0)
    beside = kinds + _SPACE + _wide(_COUNT)
    lines = 3 if graph.form == "chain" or beside > room else 2 if beside + _SPACE + names > room else 1
    is_chain = graph.form == "chain"
    return [
        list(_layer(node, room, lines, kinds) if node.kind else _tensor(node, room, is_chain=is_chain))
        for node in graph.nodes
    ]


def _layer(node: Node, room: float, lines: int, kinds: float) -> Iterator[Label]:
    """A layer's kind, its name, how often it is used if more than once, and its count, on so many lines."""
    kind, used, count = _wide(node.kind, _KIND, bold=True), _used(node), parameters(node.count)
    count_room = room - (kinds + 2 * _SPACE + _wide(_NAME), kind + _SPACE, 0.0)[lines - 1]
    if _wide(count, _SMALLEST if lines == 3 else _SIZE) > count_room:
        count = f"{node.count:,}"
    left = room - min(_wide(count), count_room) - _SPACE
    yield _label(f"{node.id}/kind", 0, _FIRST, node.kind, room if lines == 3 else left, size=_KIND, bold=True)
    x, end = (kinds + _SPACE, left) if lines == 1 else (0, room)
    name = cut(node.name, end - x - _wide(used, _SMALLEST), _SMALLEST) + used
    yield _label(f"{node.id}/name", x, _FIRST + _LINE * (lines > 1), name, end - x, colour="muted")
    at, y, anchor = (0.0, _FIRST + 2 * _LINE, "start") if lines == 3 else (room, _FIRST, "end")
    yield _label(f"{node.id}/count", at, y, count, count_room, anchor=anchor)


def _tensor(node: Node, room: float, *, is_chain: bool) -> Iterator[Label]:
    """A tensor's name, its shape, and all names of its axes; in a chain, each beside its size."""
    (tensor,), y = node.tensors, _FIRST
    if not is_chain:
        yield from _shape(node.id, y, node.name, tensor, room, with_axes=True, bold=True)
        return
    if node.name:
        yield _label(f"{node.id}/title", 0, y, node.name, room, colour="muted")
        y += _LINE
    yield _label(f"{node.id}/shape", 0, y, shape_text(tensor.shape, room, _SMALLEST, bold=True), room, bold=True)
    split = min(max((_wide(str(size)) for size in tensor.shape), default=0.0), 0.45 * room)
    for axis, (size, name) in enumerate(zip(tensor.shape, tensor.axes, strict=True)):
        y += _LINE
        yield _label(f"{node.id}/size-{axis}", split, y, str(size), split, anchor="end")
        yield _label(f"{node.id}/axis-{axis}", split + 4, y, name, room - split - 4, colour="muted")


def _beside(graph: Graph, place: int, room: float) -> Iterator[Label]:
    """The shapes of what leaves a layer for another one, with the names of the axes where those are new."""
    node, is_listed = graph.nodes[place], graph.form == "list"
    is_read = any(source == place and graph.nodes[reader].kind for source, reader in graph.links)
    before = graph.nodes[node.sources[0]].tensors[0].axes if node.sources else ()
    y = _LINE / 2
    for number, tensor in enumerate(node.tensors if node.kind and (is_listed or is_read) else ()):
        lead = f"{_entering(node)} →" if is_listed and not number else tensor.title
        is_new = not is_listed and not number and tensor.axes != before
        labels = list(_shape(f"{node.id}/leaves-{number}", y, lead, tensor, room, with_axes=is_new))
        yield from labels
        y = labels[-1].y + _LINE


def _shape(
    owner: str, y: float, lead: str, tensor: Tensor, room: float, *, with_axes: bool, bold: bool = False
) -> Iterator[Label]:
    """A tensor's shape, what leads to it, and the names of its axes: beside it, or else on lines of their own."""
    start = _wide(lead) + _SPACE if lead else 0.0
    if lead:
        yield _label(f"{owner}/title", 0, y, lead, room, colour="muted")
    # The room for a shape of so many axes, whatever their sizes, unless they are uncommonly large.
    reserved = _wide(f"(None{_AXIS * (len(tensor.shape) - 1)})", bold=bold)
    if lead and start + reserved > room:
        start, y = 0.0, y + _LINE
    axes = wrapped(", ".join(tensor.axes).split(" "), room, _SIZE) if with_axes else []
    taken = _SPACE + _wide(axes[0]) if len(axes) == 1 else room
    is_inline = start + reserved + taken <= room
    shape_room = room - start - (taken if is_inline else 0.0)
    text = shape_text(tensor.shape, shape_room, _SMALLEST, bold=bold)
    yield _label(f"{owner}/shape", start, y, text, shape_room, bold=bold)
    for line, names in enumerate(axes):
        indent = start + min(_wide(text, bold=bold), shape_room) + _SPACE if is_inline else 0.0
        y += 0.0 if is_inline else _LINE
        yield _label(f"{owner}/axes-{line}", indent, y, names, room - indent, colour="muted")


def _frame(frame: Frame, nodes: Sequence[Node], layout: Layout) -> Iterator[Item]:
    """A model's frame with its name, and what the model is applied to each of, unless that is everything at once."""
    left, top, right, bottom = layout.frame(frame)
    owner, (title, each) = f"frame-{'/'.join(frame.models)}", _title(frame, nodes)
    yield Box(owner, left, top, right - left, bottom - top, "paper", "muted", 8.0, line=0.8)
    start = layout.lefts[frame.left]
    entries = [x for (_, reader), x in layout.ports.items() if layout.cells[reader] == (frame.left, frame.top)]
    x, y = max([start + RAIL, *entries]) + _SPACE, top + TITLE_HEIGHT / 2 + 1
    room = start + layout.width - x
    title_room = min(_wide(title, bold=True), room - (_wide("each of 1,000 timesteps") + _SPACE if each else 0.0))
    yield _label(f"{owner}/title", x, y, title, title_room, bold=True)
    if each:
        rest = room - title_room - _SPACE
        words = f"once for {each}" if _wide(f"once for {each}") <= rest else each
        yield _label(f"{owner}/each", x + title_room + _SPACE, y, words, rest, colour="muted")


def _title(frame: Frame, nodes: Sequence[Node]) -> tuple[str, str]:
    """The model's name, and what it is applied to, such as ``each of 100 frames``; empty if to everything at once."""
    names, inside = frame.models[len(frame.outer) :], [node for node in nodes if node.is_in(frame.models)]
    before, steps = min(node.steps for node in nodes if node.is_in(frame.outer)), min(node.steps for node in inside)
    if steps == before:
        return "/".join(names), ""
    tensor = next(node for node in inside if node.steps == steps).tensors[0]
    sizes, what = tensor.shape[1 + before : 1 + steps], tensor.axes[steps]
    # TimeDistributed has a name of its own on the way to the model, which says nothing more.
    name = names[-1] if steps - before == len(names) - 1 else "/".join(names)
    return name, "each of " + (f"the {what}" if None in sizes else f"{' × '.join(f'{n:,}' for n in sizes)} {what}")


def _used(node: Node) -> str:
    return f", used {node.uses} times" if node.uses > 1 else ""


def _entering(node: Node) -> str:
    """What enters a layer of which it is not drawn where that comes from."""
    return str(node.reads[0]) if len(node.reads) == 1 else f"{len(node.reads)} tensors" if node.reads else "?"


# What is said below the picture, and to those who do not see it


def _notes(graph: Graph) -> Iterator[str]:
    nodes = graph.nodes
    tensors = [tensor for node in nodes for tensor in node.tensors]
    axes = [axis for tensor in tensors for axis in zip(tensor.axes, tensor.shape, strict=True)]
    unknown = dict.fromkeys(name for name, size in axes if size is None)
    counted = [f"any number of {name}" if name.endswith("s") else f"any {name}" for name in unknown]
    meant = ", ".join(counted).replace("any batch", "any number of examples in the batch")
    yield f"None: {meant}." if meant else ""
    if not any(node.kind for node in nodes):
        yield "No layer of this model owns a weight or changes a shape."
    if sum(bool(node.kind) for node in nodes) > 1:
        yield f"{parameters(sum(node.count for node in nodes))} in all."
    if any(node.uses > 1 for node in nodes):
        is_back = any(source >= reader for source, reader in graph.links)
        back = " Wires that lead back up are its further uses." if is_back else ""
        yield f"A layer that is used several times is drawn once, with the shapes of its first use.{back}"
    if any(node.is_fold for node in nodes):
        yield "A dashed box stands for several layers."
    if graph.form == "list":
        yield "The layers are in the order of the calls, without the wires between them."


def _said(graph: Graph, frames: Sequence[Frame]) -> Iterator[str]:
    nodes = graph.nodes
    yield _FORMS[graph.form]
    for node in nodes:
        sources = [nodes[source].path or nodes[source].tensors[0].words for source in node.sources]
        reads = listed(sources) if sources else _entering(node)
        made = " and ".join(tensor.words for tensor in node.tensors) or "an unknown shape"
        if node.kind:
            yield f"{node.kind} {node.path}, {parameters(node.count)}{_used(node)}, reads {reads} and returns {made}."
        elif node.name:
            yield f"{node.name.capitalize()}, from {reads}: {made}." if sources else f"Input {node.name}: {made}."
    for frame in frames:
        if each := _title(frame, nodes)[1]:
            yield f"The layers of {'/'.join(frame.models)} are applied once for {each}."
