"""Where everything is: a cell for each box, from the cells the points of boxes and frames, and the ways of the wires.

A box has a rank by the longest way from the inputs, and a column by its branch. A model within the model is placed by
itself and then takes up a block of columns and ranks, so that a frame can be drawn around it that holds nothing else. A
chain runs along the ranks in place of down them.

All tensors that leave a box leave it as one wire, which forks. It runs down its column's rail, on which the boxes hang,
or down a lane beside a column where a box is in the way, and across between two ranks on a track of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from tutor.pictures.flow.nodes import in_common

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tutor.pictures.flow.nodes import Graph, Names, Node
    from tutor.pictures.scene import Point

Key = TypeVar("Key")
#: A column, counted from the left, and a rank, counted from the top.
Cell: TypeAlias = tuple[int, int]
#: A wire that goes on past the next rank: the node that it leaves, and whether it leads back up.
Far: TypeAlias = tuple[int, bool]

PAGE, MARGIN = 652.0, 8.0
#: From a column's left edge to its rail.
RAIL = 22.0
TITLE_HEIGHT = 15.0

_NARROWEST, _WIDEST, _WIDEST_IN_CHAIN = 136.0, 330.0, 176.0
_BETWEEN, _LANE, _PAD, _BELOW = 15.0, 9.0, 9.0, 7.0
_TRACK, _PORT, _ARROW = 8.0, 14.0, 13.0
#: The number of a chain's boxes side by side, layers and tensors, behind what enters.
_IN_A_ROW = 4


@dataclass(frozen=True)
class Frame:
    """What a model within the model takes up; columns and ranks with their last ones.

    Attributes:
        models: the names of the models on the way to it, the outermost first.
        outer: those on the way to the frame around this one; none if there is none.
        depth: how many frames are around its boxes, itself among them.
    """

    models: Names
    outer: Names
    depth: int
    left: int
    top: int
    right: int
    bottom: int


class Layout:
    """Where everything is: from left to right as it is made, from top to bottom after :meth:`set_heights`.

    Attributes:
        cells: the cell of each node, by its place in the graph.
        frames: the frames of models within the model, outer ones first.
        width: the width of all boxes.
        lefts: the left edge of each column's boxes.
        total: the width of the whole.
        ports: where the wire from one node enters another from above, by both places.
        tops, bottoms: where each rank's boxes begin and end.
        words: where the words below them begin.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph, self.cells = graph, _placed(graph)
        self.frames = list(_framed(graph.nodes, self.cells)) if graph.form == "graph" else []
        #: By the column to its left, the number of frames around all that it connects, and its number from the left.
        self._lanes: dict[Far, tuple[int, int, int]] = {}
        #: Whose wire comes down the column's rail into the gap below the rank.
        self._rails: dict[Cell, int] = {}
        self._find_lanes()
        rooms = [(_PAD * self._level("left", at), self._beyond(at)) for at in range(_size(self.cells)[0])]
        fair = (PAGE - 2 * MARGIN + _BETWEEN - sum(map(sum, rooms))) / max(len(rooms), 1) - _BETWEEN
        is_chain, gaps = graph.form == "chain", max(len(rooms) - 1, 1)
        self.width = min(fair, _WIDEST_IN_CHAIN) if is_chain else min(max(fair, _NARROWEST), _WIDEST)
        between = _BETWEEN + ((fair - self.width) * len(rooms) / gaps if is_chain else 0.0)
        self.lefts, x = list[float](), MARGIN
        for before, after in rooms:
            self.lefts.append(x + before)
            x += before + self.width + after + between
        self.total = x - between + MARGIN
        self.ports = {(source, reader): x for reader in self.cells for source, x in self._ports(reader)}
        across: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        for source, reader in self.ports:
            for gap, *ends in self._way(source, reader):
                across[gap][source] += ends
        #: By gap and node, the number of the track on which the node's wire runs across.
        self._tracks: dict[int, dict[int, int]] = defaultdict(dict)
        for gap, found in across.items():
            spans = {source: (min(ends), max(ends)) for source, ends in found.items() if min(ends) < max(ends)}
            self._tracks[gap] = _numbered(spans, _TRACK)

    def set_heights(self, heights: Mapping[int, float], words: Mapping[int, float]) -> None:
        """The ranks one below the other, with boxes of those heights, and words of those heights below them."""
        self.tops, self.bottoms, self.words, self._gaps = list[float](), list[float](), list[float](), list[float]()
        y = MARGIN
        for rank, height in sorted(heights.items()):
            closed = y + height + _BELOW * self._level("bottom", rank)
            self.tops.append(y)
            self.bottoms.append(y + height)
            self.words.append(closed + 2)
            self._gaps.append(closed + 2 + words[rank] + _TRACK / 2)
            opening, tracks = self._level("top", rank + 1), 1 + max(self._tracks[rank].values(), default=-1)
            titles = 7 + TITLE_HEIGHT * opening if opening else 0
            y = max(closed + 4 + words[rank] + _TRACK * tracks + (titles or 8 * bool(tracks)), closed + _ARROW)

    def frame(self, frame: Frame) -> tuple[float, float, float, float]:
        """The frame's left, top, right and bottom."""
        left = self.lefts[frame.left] - _PAD * self._level("left", frame.left, frame.depth)
        top = self.tops[frame.top] - 3 - TITLE_HEIGHT * self._level("top", frame.top, frame.depth)
        right = self.lefts[frame.right] + self.width + self._beyond(frame.right, frame.depth)
        return left, top, right, self.bottoms[frame.bottom] + _BELOW * self._level("bottom", frame.bottom, frame.depth)

    def wire(self, source: int, reader: int) -> tuple[Point, ...]:
        """The points that the wire from one node to another passes."""
        rank, end = self.cells[source][1], self.cells[reader][1]
        if self._is_beside(source, reader):
            start, stop = ((self.tops[one] + self.bottoms[one]) / 2 for one in (rank, end))
            left, right = self._rail(source) - RAIL + self.width, self._rail(reader) - RAIL
            turn = (left + right) / 2
            return ((left, start), *([(turn, start), (turn, stop)] if rank != end else []), (right, stop))
        points = [(self._rail(source), self.bottoms[rank])]
        for gap, x, to in self._way(source, reader):
            if x != to:
                y = self._gaps[gap] + _TRACK * self._tracks[gap][source]
                points += [(x, y), (to, y)]
        return (*points, (self.ports[source, reader], self.tops[end]))

    def _is_beside(self, source: int, reader: int) -> bool:
        """Whether the wire runs from a box to one in the next column, as in a chain."""
        return self._graph.form == "chain" and self.cells[reader][0] == self.cells[source][0] + 1

    def _find_lanes(self) -> None:
        """A lane for each wire that leads back up, or past boxes below its own; the others have the rails."""
        nodes, cells, boxes = self._graph.nodes, self.cells, set(self.cells.values())
        readers: dict[Far, list[int]] = defaultdict(list)
        for source, reader in self._graph.links:
            if not self._is_beside(source, reader):
                self._rails[cells[source]] = source
                if past := cells[reader][1] - cells[source][1] - 1:
                    readers[source, past < 0].append(reader)
        spans: dict[tuple[int, int], dict[Far, tuple[int, int]]] = defaultdict(dict)
        for (source, is_upward), ends in sorted(readers.items()):
            (column, rank), ranks = cells[source], [cells[reader][1] for reader in ends]
            first, last = (min(ranks) - 1, rank) if is_upward else (rank, max(ranks) - 1)
            passed = {(column, below) for below in range(rank + 1, last + 1)}
            if not is_upward and boxes.isdisjoint(passed):
                self._rails |= dict.fromkeys(passed, source)
                continue
            column = min(cells[place][0] for place in (source, *ends))
            inside = {frame: sum(nodes[one].is_in(frame.models) for one in (source, *ends)) for frame in self.frames}
            for frame in sorted(self.frames, key=lambda frame: frame.right):
                is_in_the_way = frame.left <= column < frame.right and frame.bottom > first and frame.top <= last
                if is_in_the_way and not inside[frame]:
                    column = frame.right
            depth = sum(number == 1 + len(ends) for number in inside.values())
            spans[column, depth][source, is_upward] = first, last
        for (column, depth), found in spans.items():
            self._lanes |= {far: (column, depth, lane) for far, lane in _numbered(found, 1).items()}

    def _level(self, side: str, at: int, depth: int = 0) -> int:
        """The number of frames that end there on that side, of that depth or deeper, one around the other."""
        return len({one.depth for one in self.frames if getattr(one, side) == at and one.depth >= depth})

    def _beyond(self, column: int, depth: int = 0) -> float:
        """The room to the right of the column's boxes for lanes and edges of frames, of that depth or deeper."""
        lanes = {lane[1:] for lane in self._lanes.values() if lane[0] == column and lane[1] >= depth}
        return _LANE * len(lanes) + _PAD * self._level("right", column, depth)

    def _rail(self, place: int) -> float:
        """Where the rail of the node's column is."""
        return self.lefts[self.cells[place][0]] + RAIL

    def _coming(self, source: int, reader: int) -> float:
        """Where the wire comes down, or up, into the gap above its reader."""
        past = self.cells[reader][1] - self.cells[source][1] - 1
        if not past or (source, past < 0) not in self._lanes:
            return self._rail(source)
        column, depth, number = self._lanes[source, past < 0]
        return self.lefts[column] + self.width + self._beyond(column, depth + 1) + _LANE * (number + 1)

    def _way(self, source: int, reader: int) -> Sequence[tuple[int, float, float]]:
        """Where the wire may run across on its way from node to node: the gap, from which x, and to which."""
        x, rank, end = self._coming(source, reader), self.cells[source][1], self.cells[reader][1]
        return (rank, self._rail(source), x), (end - 1, x, self.ports[source, reader])

    def _ports(self, reader: int) -> Iterator[tuple[int, float]]:
        """To the left and right of the rail, which is for whose wire comes down it, or else for the nearest."""
        column, rank = self.cells[reader]
        sources = {source for source in self._graph.nodes[reader].sources if not self._is_beside(source, reader)}
        comes = {source: self._coming(source, reader) for source in sources}
        rail, on_rail = self._rail(reader), self._rails.get((column, rank - 1))
        if on_rail is not None:
            comes[on_rail] = rail
        order = sorted(comes, key=comes.__getitem__)
        middle = max(sum(x < rail for x in comes.values()) - 1, 0) if on_rail is None else order.index(on_rail)
        for place, source in enumerate(order):
            room, number = (RAIL - 5, middle) if place < middle else (self.width - RAIL - 8, len(order) - 1 - middle)
            if source in sources:
                yield source, rail + (place - middle) * min(_PORT, room / max(number, 1))


def _placed(graph: Graph) -> Mapping[int, Cell]:
    """A cell for each node by its place: inputs in the first rank, outputs in the last, layers between."""
    places = range(len(graph.nodes))
    if graph.form == "list":
        return {place: (0, place) for place in places}
    return _along(graph) if graph.form == "chain" else _block(graph.nodes, places)


def _along(graph: Graph) -> Mapping[int, Cell]:
    """A chain along one rank after another; what enters or leaves together stands one below the other."""
    first, last = sum(not node.sources for node in graph.nodes), graph.nodes[-1].sources[0]
    cells = {place: (0, place) for place in range(first)}
    for place in range(first, len(graph.nodes)):
        further = max(place - last - 1, 0)
        rank, column = divmod(place - further - first, _IN_A_ROW)
        cells[place] = (1 + column, rank + further)
    return cells


def _block(nodes: Sequence[Node], members: Iterable[int], depth: int = 0) -> Mapping[int, Cell]:
    """The members of a model within so many models, as if there were nothing else; those within it come as blocks."""
    held: dict[Names | int, list[int]] = {}
    for place in members:
        inner = nodes[place].models[: depth + 1]
        held.setdefault(inner if len(inner) > depth else place, []).append(place)
    parts = [{key: (0, 0)} if isinstance(key, int) else _block(nodes, held[key], depth + 1) for key in held]
    sizes = [_size(part) for part in parts]
    part_of = {place: number for number, part in enumerate(parts) for place in part}
    # What each part reads of earlier ones; what leads back up from later ones has no say in where it stands.
    links = [
        [(source, reader) for reader in part for source in nodes[reader].sources if part_of.get(source, n) < n]
        for n, part in enumerate(parts)
    ]
    # All but the outputs, which come last and stand below everything.
    others = range(sum(any(nodes[p].kind or not nodes[p].sources for p in part) for part in parts))
    tops: list[int] = []
    first_read: dict[int, int] = {}
    for n, entering in enumerate(links):
        before = {part_of[source] for source, _ in entering} if n in others else others
        tops.append(max((tops[one] + sizes[one][1] for one in before), default=0))
        for source, _ in entering:
            first_read[source] = min(first_read.get(source, tops[n]), tops[n])
    cells: dict[int, Cell] = {}
    taken: set[Cell] = set()
    for n in sorted(range(len(parts)), key=lambda n: (tops[n], n)):
        wanted = 0
        if links[n]:
            # Below the branch that is the longest of those that meet here.
            source, reader = max(links[n], key=lambda link: cells[link[0]][1])
            wanted = max(cells[source][0] - parts[n][reader][0], 0)
        area = [(column, tops[n] + rank) for column in range(sizes[n][0]) for rank in range(sizes[n][1])]
        # The column nearest to the one that is wanted from which on the area is free, rather to its right.
        nearest = (left for distance in count() for left in (wanted + distance, wanted - distance) if left >= 0)
        left = next(left for left in nearest if taken.isdisjoint((left + column, rank) for column, rank in area))
        taken |= {(left + column, rank) for column, rank in area}
        for place, (column, rank) in parts[n].items():
            cells[place] = (left + column, tops[n] + rank)
            # What is read only further down runs straight down, and no box stands in its way.
            taken |= {(left + column, passed) for passed in range(tops[n] + rank + 1, first_read.get(place, 0))}
    return cells


def _size(cells: Mapping[int, Cell]) -> Cell:
    """The number of columns and of ranks."""
    columns, ranks = zip(*cells.values(), strict=True) if cells else ((-1,), (-1,))
    return 1 + max(columns), 1 + max(ranks)


def _framed(nodes: Sequence[Node], cells: Mapping[int, Cell]) -> Iterator[Frame]:
    """A frame for each model; one that holds nothing but another model shares its frame."""
    models = dict.fromkeys(node.models[:end] for node in nodes for end in range(1, len(node.models) + 1))
    shown = dict.fromkeys(in_common([node for node in nodes if node.is_in(one)]) for one in models)
    for one in shown:
        around = [(), *(other for other in shown if one[: len(other)] == other)]
        columns, ranks = zip(*(cells[place] for place, node in enumerate(nodes) if node.is_in(one)), strict=True)
        yield Frame(one, around[-2], len(around) - 1, min(columns), min(ranks), max(columns), max(ranks))


def _numbered(spans: Mapping[Key, tuple[float, float]], apart: float) -> dict[Key, int]:
    """A number for each span, from 0; short ones come first, so that few cross, and no two that meet have the same."""
    numbers: dict[Key, int] = {}
    for key, (start, stop) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1])):
        near = [one for one in numbers if spans[one][0] < stop + apart and start - apart < spans[one][1]]
        numbers[key] = 1 + max((numbers[one] for one in near), default=-1)
    return numbers
