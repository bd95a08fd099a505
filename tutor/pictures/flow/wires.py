"""Where boxes, frames and wires are, in points.

All tensors that leave a box leave it as one wire, which forks. It runs down its column's rail, on which the boxes hang,
or down a lane beside a column where a box is in the way, and across between two ranks on a track of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import count, product
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.pictures.flow.nodes import Graph
    from tutor.pictures.flow.places import Frame, Places
    from tutor.pictures.scene import Point

#: Where a node's wire comes from above a gap between two ranks, and where it goes on below it.
Crossing: TypeAlias = tuple[list[float], list[float]]

PAGE, MARGIN = 652.0, 8.0
#: From a column's left edge to its rail.
RAIL = 22.0
TITLE_HEIGHT = 15.0

_NARROWEST, _WIDEST, _WIDEST_IN_CHAIN = 136.0, 330.0, 176.0
_BETWEEN, _LANE, _PAD, _BELOW = 15.0, 9.0, 9.0, 7.0
_TRACK, _PORT, _ARROW = 8.0, 14.0, 13.0


@dataclass(frozen=True)
class Trunk:
    """A wire's way past one or more ranks, from the gap below rank ``first`` to the gap below rank ``last``.

    Attributes:
        column: the column on whose rail it runs, or to the right of which.
        lane: the number of its lane, from the left; None on a rail.
        depth: the number of frames around all that it connects.
    """

    column: int
    first: int
    last: int
    lane: int | None = None
    depth: int = 0


class Wires:
    """Where everything is from left to right, and by which ways the wires run.

    Attributes:
        width: the width of all boxes.
        lefts: the left edge of each column's boxes.
        total: the width of the whole.
        trunks: by node and whether it leads back up, the trunk of each wire that goes on past the next rank.
        ports: where the wire from one node enters another from above, by both places.
        tracks: by gap and node, the number of the track on which the node's wire runs across.
    """

    def __init__(self, graph: Graph, places: Places) -> None:
        self.graph, self.places, self._frames = graph, places, places.frames
        self.trunks = self._find_trunks()
        is_chain, columns = graph.form == "chain", max(places.columns, 1)
        self._set_out(0.0, _BETWEEN)
        fair = (PAGE - self.total) / columns
        width = min(fair, _WIDEST_IN_CHAIN) if is_chain else min(max(fair, _NARROWEST), _WIDEST)
        spare = (fair - width) * columns / (columns - 1) if is_chain and columns > 1 else 0.0
        self._set_out(width, _BETWEEN + spare)
        self.ports = {(source, reader): x for reader in places.cells for source, x in self._ports(reader)}
        self.tracks = {
            (gap, source): track
            for gap, crossings in self._crossings().items()
            for source, track in _tracks(crossings).items()
        }

    def _set_out(self, width: float, between: float) -> None:
        """The columns side by side, and to the right of each the lanes and the edges of frames, inner ones first."""
        self.width, self.lefts = width, list[float]()
        self._lanes: dict[tuple[int, int, int | None], float] = {}
        self._edges: dict[tuple[int, int], float] = {}
        x = MARGIN
        for column in range(self.places.columns):
            x += _PAD * level(self._frames, "left", column)
            self.lefts.append(x)
            x += width
            lanes = {(t.depth, t.lane) for t in self.trunks.values() if t.column == column and t.lane is not None}
            edges = {frame.depth for frame in self._frames if frame.right == column}
            for depth in sorted({depth for depth, _ in lanes} | edges, reverse=True):
                for lane in range(sum(one == depth for one, _ in lanes)):
                    x += _LANE
                    self._lanes[column, depth, lane] = x
                if depth in edges:
                    x += _PAD
                    self._edges[column, depth] = x
            x += between
        self.total = x - between + MARGIN

    def frame(self, frame: Frame) -> tuple[float, float]:
        """The frame's left and right edges."""
        left = self.lefts[frame.left] - _PAD * level(self._frames, "left", frame.left, frame.depth)
        return left, self._edges[frame.right, frame.depth]

    def rail(self, place: int) -> float:
        """Where the rail of the node's column is."""
        return self.lefts[self.places.cells[place][0]] + RAIL

    def along(self, trunk: Trunk) -> float:
        """Where the trunk runs."""
        is_rail = trunk.lane is None
        return self.lefts[trunk.column] + RAIL if is_rail else self._lanes[trunk.column, trunk.depth, trunk.lane]

    def trunk(self, source: int, reader: int) -> Trunk | None:
        """The trunk that the wire takes on its way to that reader; None if that is in the next rank."""
        rank, end = self.places.cells[source][1], self.places.cells[reader][1]
        return None if end == rank + 1 else self.trunks[source, end <= rank]

    def is_beside(self, source: int, reader: int) -> bool:
        """Whether the wire runs from a box to one in the next column, as in a chain."""
        return self.graph.form == "chain" and self.places.cells[reader][0] == self.places.cells[source][0] + 1

    def _below(self, source: int) -> list[int]:
        """The readers to which a wire leads from the box's lower edge."""
        return [reader for reader in self.graph.readers[source] if not self.is_beside(source, reader)]

    def _find_trunks(self) -> Mapping[tuple[int, bool], Trunk]:
        nodes, cells, boxes = self.graph.nodes, self.places.cells, set(self.places.cells.values())
        trunks: dict[tuple[int, bool], Trunk] = {}
        for source, is_upward in product(cells, (False, True)):
            column, rank = cells[source]
            far = [reader for reader in self._below(source) if cells[reader][1] != rank + 1]
            ends = [reader for reader in far if (cells[reader][1] <= rank) == is_upward]
            if not ends:
                continue
            ranks, connected = [cells[reader][1] for reader in ends], [nodes[one] for one in (source, *ends)]
            first, last = (min(ranks) - 1, rank) if is_upward else (rank, max(ranks) - 1)
            if not is_upward and boxes.isdisjoint((column, passed) for passed in range(rank + 1, last + 1)):
                trunks[source, is_upward] = Trunk(column, first, last)
                continue
            column = min(cells[place][0] for place in (source, *ends))
            for frame in sorted(self._frames, key=lambda frame: frame.right):
                is_in_the_way = frame.left <= column < frame.right and frame.bottom > first and frame.top <= last
                if is_in_the_way and not any(map(frame.has, connected)):
                    column = frame.right
            depth = sum(all(map(frame.has, connected)) for frame in self._frames)
            trunks[source, is_upward] = Trunk(column, first, last, -1, depth)
        # Short lanes are nearest to the boxes, and no two at the same height are one.
        for key, trunk in sorted(trunks.items(), key=lambda item: (item[1].last - item[1].first, item[0])):
            if trunk.lane is not None:
                beside = [one for one in trunks.values() if (one.column, one.depth) == (trunk.column, trunk.depth)]
                busy = {one.lane for one in beside if one.first <= trunk.last and trunk.first <= one.last}
                trunks[key] = replace(trunk, lane=next(lane for lane in count() if lane not in busy))
        return trunks

    def _ports(self, reader: int) -> Iterator[tuple[int, float]]:
        column, rank = self.places.cells[reader]
        rail = self.rail(reader)
        sources = [source for source in self.graph.nodes[reader].sources if not self.is_beside(source, reader)]
        comes = {s: self.along(trunk) if (trunk := self.trunk(s, reader)) else self.rail(s) for s in sources}
        left = sorted((s for s in sources if comes[s] < rail), key=lambda s: -comes[s])
        right = sorted((s for s in sources if comes[s] > rail), key=lambda s: comes[s])
        straight = [s for s in sources if comes[s] == rail]
        if sources and not straight and self._coming(column, rank - 1) <= set(sources):
            # Nothing else comes down here, so the nearest wire may take the rail.
            straight = [(left or right).pop(0)]
        for source in straight:
            yield source, rail
        for towards, room, side in ((-1, RAIL - 5, left), (1, self.width - RAIL - 8, right)):
            for number, source in enumerate(side, start=1):
                yield source, rail + towards * number * min(_PORT, room / len(side))

    def _coming(self, column: int, gap: int) -> set[int]:
        """Whose wires come down the column's rail into the gap."""
        above = {place for place, cell in self.places.cells.items() if cell == (column, gap) and self._below(place)}
        rails = ((source, t) for (source, _), t in self.trunks.items() if t.lane is None and t.column == column)
        return above | {source for source, trunk in rails if trunk.first < gap <= trunk.last}

    def _crossings(self) -> Mapping[int, Mapping[int, Crossing]]:
        """For each gap and each node whose wire is in it."""
        found: dict[int, dict[int, Crossing]] = defaultdict(lambda: defaultdict(lambda: ([], [])))
        for source, reader in self.ports:
            found[self.places.cells[source][1]][source][0].append(self.rail(source))
            found[self.places.cells[reader][1] - 1][source][1].append(self.ports[source, reader])
        for (source, _), trunk in self.trunks.items():
            for gap in range(trunk.first, trunk.last):
                found[gap][source][1].append(self.along(trunk))
                found[gap + 1][source][0].append(self.along(trunk))
        return found


def level(frames: Sequence[Frame], side: str, at: int, depth: int = 0) -> int:
    """The number of frames that end there on that side, of that depth or deeper, one around the other."""
    return len({frame.depth for frame in frames if getattr(frame, side) == at and frame.depth >= depth})


def _tracks(crossings: Mapping[int, Crossing]) -> Mapping[int, int]:
    """The track of each wire that runs across one gap, numbered from above; where short ones come first, few cross."""
    spans = {source: (min(above + below), max(above + below)) for source, (above, below) in crossings.items()}
    tracks: dict[int, int] = {}
    for source, (left, right) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1])):
        if left < right:
            near = [one for one in tracks if spans[one][0] < right + _TRACK and left - _TRACK < spans[one][1]]
            tracks[source] = 1 + max((tracks[one] for one in near), default=-1)
    return tracks


class Down:
    """Where everything is from top to bottom: ranks of those heights, with words of those heights below each.

    Attributes:
        tops: where each rank's boxes begin.
        bottoms: where they end.
        words: where the words below them begin.
    """

    def __init__(self, wires: Wires, heights: Sequence[float], words: Sequence[float]) -> None:
        self._wires, self._frames = wires, wires.places.frames
        self.tops, self.bottoms, self.words, self._tracks = list[float](), list[float](), list[float](), list[float]()
        y = MARGIN
        for rank, (height, below) in enumerate(zip(heights, words, strict=True)):
            closed = y + height + _BELOW * level(self._frames, "bottom", rank)
            self.tops.append(y)
            self.bottoms.append(y + height)
            self.words.append(closed + 2)
            self._tracks.append(closed + 2 + below + _TRACK / 2)
            tracks = [track for (gap, _), track in wires.tracks.items() if gap == rank]
            y = self._tracks[-1] + _TRACK * max(tracks) + 1 if tracks else closed + 2 + below
            if opening := level(self._frames, "top", rank + 1):
                y += 7 + TITLE_HEIGHT * opening
            elif tracks:
                y += _ARROW - 2
            y = max(y + 2, closed + _ARROW)

    def frame(self, frame: Frame) -> tuple[float, float]:
        """The frame's top and bottom."""
        top = self.tops[frame.top] - 3 - TITLE_HEIGHT * level(self._frames, "top", frame.top, frame.depth)
        return top, self.bottoms[frame.bottom] + _BELOW * level(self._frames, "bottom", frame.bottom, frame.depth)

    def wire(self, source: int, reader: int) -> tuple[Point, ...]:
        """The points that the wire from one node to another passes."""
        wires, rank, end = self._wires, self._wires.places.cells[source][1], self._wires.places.cells[reader][1]
        if wires.is_beside(source, reader):
            start, stop = ((self.tops[one] + self.bottoms[one]) / 2 for one in (rank, end))
            left, right = wires.rail(source) - RAIL + wires.width, wires.rail(reader) - RAIL
            turn = (left + right) / 2
            return ((left, start), *([(turn, start), (turn, stop)] if rank != end else []), (right, stop))
        points = [(wires.rail(source), self.bottoms[rank])]
        trunk, port = wires.trunk(source, reader), wires.ports[source, reader]
        for gap, x in [*([(rank, wires.along(trunk))] if trunk else []), (end - 1, port)]:
            if x != points[-1][0]:
                y = self._tracks[gap] + _TRACK * wires.tracks[gap, source]
                points += [(points[-1][0], y), (x, y)]
        return (*points, (port, self.tops[end]))
