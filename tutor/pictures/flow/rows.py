"""A model row by row in the order of the calls: on the left what reads what, then each layer and what it returns.

Every layer is a point on a lane down which its wire runs as far as something reads it. The rows of a model within the
model have a frame.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from tutor.pictures.flow.nodes import in_common
from tutor.pictures.kit import MARGIN, SMALL, WIDTH, say
from tutor.pictures.metrics import cut, room_for, shape_text
from tutor.pictures.scene import Box, Item, Label, Point, Wire, disc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.pictures.flow.nodes import Graph, Names, Node, Tensor

#: A line of words, the room between words, around a frame and within it.
_LINE, _SPACE, _PAD, _INSET = 14.0, 9.0, 2.5, 4.0
#: The room for all lanes, the most for one, and half of a point.
_LANES, _LANE, _DOT = 150.0, 15.0, 3.6
#: What is kept free for a count, and for each axis of a shape but the batch's.
_COUNT, _AXIS = "100,000,000", ", 1000"
_WIDEST_KIND, _WIDEST_NAME, _NARROWEST = 170.0, 138.0, 40.0

#: Where kinds and names begin, where counts end, and where shapes begin.
_Columns: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """A model within the model: its rows, the number of frames around it, its name within those.

    ``each`` is what the model is applied to each of: ``each of 100 frames``, or nothing if to everything at once.
    """

    id: str
    first: int
    last: int
    depth: int
    title: str
    each: str


def frames_of(nodes: Sequence[Node]) -> list[Frame]:
    """A frame for each model, outer ones first; one that holds nothing but another model has none."""
    frames: list[Frame] = []
    shown: list[Names] = [()]
    for depth in range(1, 1 + max((len(node.models) for node in nodes), default=0)):
        held = [node.models[:depth] for node in nodes]
        for models, run in groupby(range(len(nodes)), held.__getitem__):
            places = list(run)
            if len(models) < depth or len(in_common([nodes[place] for place in places])) > depth:
                continue
            outer = max((one for one in shown if one == models[: len(one)] and len(one) < depth), key=len)
            shown.append(models)
            around = sum(one.first <= places[0] and places[-1] <= one.last for one in frames)
            name = f"frame-{'/'.join(models)}"
            name += f"-{places[0]}" * any(one.id == name for one in frames)
            frames.append(Frame(name, places[0], places[-1], around, *_title(models, outer, nodes)))
    return frames


def _title(models: Names, outer: Names, nodes: Sequence[Node]) -> tuple[str, str]:
    names, inside = models[len(outer) :], [node for node in nodes if node.is_in(models)]
    before, steps = min(node.steps for node in nodes if node.is_in(outer)), min(node.steps for node in inside)
    if steps == before:
        return "/".join(names), ""
    tensor = next(node for node in inside if node.steps == steps).tensors[0]
    sizes, what = tensor.shape[1 + before : 1 + steps], tensor.axes[steps]
    # TimeDistributed has a name of its own on the way to the model, which says nothing more.
    name = names[-1] if steps - before == len(names) - 1 else "/".join(names)
    return name, "each of " + (f"the {what}" if None in sizes else f"{' × '.join(f'{n:,}' for n in sizes)} {what}")


def rows(graph: Graph) -> tuple[list[Item], float]:
    """The rows, and where the picture goes on below them."""
    nodes, frames = graph.nodes, frames_of(graph.nodes)
    lanes, back = _lanes(graph)
    count = 1 + max([*lanes, *back.values()], default=-1)
    pitch = min(_LANE, _LANES / max(count, 1))
    left = MARGIN + pitch * count + 2
    columns = _columns(nodes, left + _INSET * (1 + max((frame.depth + 1 for frame in frames), default=0)))
    words = [
        say("head/counts", columns[2], MARGIN, "parameters", SMALL, "end", "muted"),
        say("head/shapes", columns[3], MARGIN, "what it returns", SMALL, colour="muted"),
    ]
    y, ys, around = MARGIN + _LINE / 2, list[float](), list[Item]()
    tops: dict[Frame, float] = {}
    for row, node in enumerate(nodes):
        for frame in (frame for frame in frames if frame.first == row):
            tops[frame] = y + _PAD / 2
            words += _frame_words(frame, columns[0], y + _PAD + _LINE / 2)
            y += _PAD + _LINE
        ys.append(y + _LINE / 2)
        labels = list(_layer(graph, node, columns) if node.kind else _tensor(node, columns))
        words += [replace(label, y=ys[row] + label.y) for label in labels]
        y += _LINE + max(label.y for label in labels)
        for frame in reversed([frame for frame in frames if frame.last == row]):
            y += _PAD
            x = left + _INSET * frame.depth
            size = WIDTH - MARGIN + left - 2 * x, y - _PAD / 2 - tops[frame]
            around.append(Box(frame.id, x, tops[frame], *size, "cell", "muted", 6.0, line=0.8))
    xs = [MARGIN + pitch * (lane + 0.5) for lane in range(count)]
    # A frame ends after those that it holds, and lies behind them.
    items = [*reversed(around), *_wired(graph, xs, ys, lanes, back), *words]
    if sum(bool(node.kind) for node in nodes) > 1:
        y += _LINE + 4
        whole = sum(node.count for node in nodes)
        items.append(say("total/name", columns[0], y - _LINE / 2, "all layers", SMALL, bold=True))
        items.append(say("total/count", columns[2], y - _LINE / 2, f"{whole:,}", SMALL, "end", bold=True))
    return items, y


def _wired(
    graph: Graph, xs: Sequence[float], ys: Sequence[float], lanes: Sequence[int], back: Mapping[int, int]
) -> Iterator[Item]:
    """The wires, and the points that they connect."""
    nodes = graph.nodes
    for source, reader in graph.links:
        (x, y), (end_x, end_y) = ((xs[lanes[place]], ys[place]) for place in (source, reader))
        way: tuple[Point, ...] = ((x, y + _DOT), (x, end_y), (end_x + (_DOT if x > end_x else -_DOT), end_y))
        if source >= reader:
            turn = xs[back[source]]
            way = ((x + _DOT, y + 2), (turn, y + 2), (turn, end_y - 2), (end_x + _DOT, end_y - 2))
        elif x == end_x:
            way = ((x, y + _DOT), (x, end_y - _DOT))
        yield Wire(f"{nodes[source].id}-to-{nodes[reader].id}", way, width=1.1, arrow=len(way) > 2)
    for node, lane, y in zip(nodes, lanes, ys, strict=False):
        x = xs[lane]
        if node.kind:
            # Filled if it has weights.
            yield replace(disc(node.id, (x, y), _DOT, "weight" if node.count else "paper"), dashed=node.is_fold)
        else:
            yield Box(node.id, x - _DOT, y - _DOT, 2 * _DOT, 2 * _DOT, "tensor")


def _lanes(graph: Graph) -> tuple[list[int], dict[int, int]]:
    """The lane of each node, counted from the left; and beyond them a lane for each that is read further up."""
    if graph.form != "graph":
        return [], {}
    last, upward = list(range(len(graph.nodes))), dict[int, int]()
    for source, reader in graph.links:
        last[source] = max(last[source], reader)
        if reader <= source:
            upward[source] = min(upward.get(source, source), reader)
    lanes, until = list[int](), defaultdict[int, int](lambda: -1)
    for place, node in enumerate(graph.nodes):
        ending = [lanes[source] for source in node.sources if source < place and last[source] == place]
        lane = min(ending, default=next(lane for lane in range(place + 1) if until[lane] < place))
        lanes.append(lane)
        until[lane] = last[place]
    back, width = dict[int, int](), 1 + max(lanes, default=-1)
    for source, reader in sorted(upward.items(), key=lambda one: one[1]):
        free = (lane for lane in range(width, width + len(upward)) if until[lane] < reader)
        back[source] = next(free)
        until[back[source]] = source
    return lanes, back


# Words, at places counted from the middle of a row's first line


def _columns(nodes: Sequence[Node], left: float) -> _Columns:
    layers = [node for node in nodes if node.kind]
    kinds = min(max((room_for(node.kind, SMALL, bold=True) for node in layers), default=0.0), _WIDEST_KIND)
    names = max(
        (min(room_for(node.name, SMALL), _WIDEST_NAME) + room_for(node.used, SMALL) for node in layers), default=0.0
    )
    whole = f"{sum(node.count for node in layers):,}"
    counts = max(room_for(text, SMALL, bold=True) for text in (_COUNT, whole))
    name = left + kinds + _SPACE
    return left, name, name + names + _SPACE + counts, name + names + counts + 2 * _SPACE


def _frame_words(frame: Frame, x: float, y: float) -> Iterator[Label]:
    title = say(f"{frame.id}/title", x, y, cut(frame.title, 300, SMALL, bold=True), SMALL, bold=True)
    yield title
    if frame.each:
        words = f"once for {frame.each}"
        yield say(f"{frame.id}/each", x + title.room + 6, y, words, SMALL, colour="muted")


def _layer(graph: Graph, node: Node, columns: _Columns) -> Iterator[Label]:
    """A layer's kind, its name and its count; then what it returns, with the names of the axes where those are new."""
    kind, name, counts, shapes = columns
    yield say(f"{node.id}/kind", kind, 0, cut(node.kind, _WIDEST_KIND, SMALL, bold=True), SMALL, bold=True)
    called = cut(node.name, _WIDEST_NAME, SMALL) + node.used
    yield say(f"{node.id}/name", name, 0, called, SMALL, colour="muted")
    yield say(f"{node.id}/count", counts, 0, f"{node.count:,}", SMALL, "end")
    before = graph.nodes[node.sources[0]].tensors[0].axes if node.sources else ()
    for number, tensor in enumerate(node.tensors):
        lead = f"{node.entering} →" if graph.form == "list" and not number else tensor.title
        is_new = graph.form == "graph" and not number and tensor.axes != before
        yield from _shape(f"{node.id}/leaves-{number}", shapes, number * _LINE, lead, tensor, is_new=is_new)


def _shape(owner: str, x: float, y: float, lead: str, tensor: Tensor, *, is_new: bool) -> Iterator[Label]:
    if lead:
        title = say(f"{owner}/title", x, y, cut(lead, WIDTH / 4, SMALL), SMALL, colour="muted")
        yield title
        x += title.room + 6
    text = shape_text(tensor.shape, WIDTH - MARGIN - x, SMALL)
    yield say(f"{owner}/shape", x, y, text, SMALL)
    if is_new:
        x += 6 + max(room_for(text, SMALL), room_for(f"(None{_AXIS * (len(tensor.shape) - 1)})", SMALL))
        yield _axes(owner, x, y, tensor, WIDTH - MARGIN - x)


def _axes(owner: str, x: float, y: float, tensor: Tensor, room: float) -> Label:
    words = cut(", ".join(tensor.axes), room, SMALL) if room > _NARROWEST else ""
    return say(f"{owner}/axes-0", x, y, words, SMALL, colour="muted")


def _tensor(node: Node, columns: _Columns) -> Iterator[Label]:
    """What enters or leaves the model: its name, the names of its axes, its shape."""
    (tensor,), (left, *_, shapes) = node.tensors, columns
    title = say(f"{node.id}/title", left, 0, cut(node.name, _WIDEST_KIND, SMALL, bold=True), SMALL, bold=True)
    yield title
    yield say(f"{node.id}/shape", shapes, 0, shape_text(tensor.shape, WIDTH - MARGIN - shapes, SMALL), SMALL)
    x = left + title.room + _SPACE
    yield _axes(node.id, x, 0, tensor, shapes - _SPACE - x)
