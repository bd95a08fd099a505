"""Where boxes, frames and wires are, in points.

All tensors that leave a box leave it as one wire, which forks. It runs down its column's rail, on which the boxes hang,
or down a lane beside a column where a box is in the way, and across between two ranks on a track of its own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from tutor.pictures.flow.places import framed, placed, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.pictures.flow.nodes import Graph
    from tutor.pictures.flow.places import Cell, Frame
    from tutor.pictures.scene import Point

Key = TypeVar("Key")
#: A wire that goes on past the next rank: the node that it leaves, and whether it leads back up.
Far: TypeAlias = tuple[int, bool]

PAGE, MARGIN = 652.0, 8.0
#: From a column's left edge to its rail.
RAIL = 22.0
TITLE_HEIGHT = 15.0

_NARROWEST, _WIDEST = 136.0, 330.0
_BETWEEN, _LANE, _PAD, _BELOW = 15.0, 9.0, 9.0, 7.0
_TRACK, _PORT, _ARROW = 8.0, 14.0, 13.0


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
        self._graph, self.cells = graph, placed(graph)
        self.frames = list(framed(graph.nodes, self.cells)) if graph.form == "graph" else []
        #: By the column to its left, the number of frames around all that it connects, and its number from the left.
        self._lanes: dict[Far, tuple[int, int, int]] = {}
        #: Whose wire comes down the column's rail into the gap below the rank.
        self._rails: dict[Cell, int] = {}
        self._find_lanes()
        rooms = [(_PAD * self._level("left", at), self._beyond(at)) for at in range(size(self.cells)[0])]
        fair = (PAGE - 2 * MARGIN + _BETWEEN - sum(map(sum, rooms))) / max(len(rooms), 1) - _BETWEEN
        self.width = min(fair if graph.form == "chain" else max(fair, _NARROWEST), _WIDEST)
        self.lefts, x = list[float](), MARGIN
        for before, after in rooms:
            self.lefts.append(x + before)
            x += before + self.width + after + _BETWEEN
        self.total = x - _BETWEEN + MARGIN
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


def _numbered(spans: Mapping[Key, tuple[float, float]], apart: float) -> dict[Key, int]:
    """A number for each span, from 0; short ones come first, so that few cross, and no two that meet have the same."""
    numbers: dict[Key, int] = {}
    for key, (start, stop) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1])):
        near = [one for one in numbers if spans[one][0] < stop + apart and start - apart < spans[one][1]]
        numbers[key] = 1 + max((numbers[one] for one in near), default=-1)
    return numbers
