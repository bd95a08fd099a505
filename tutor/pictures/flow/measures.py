"""Columns, ranks and wires of a graph in points."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.pictures.flow.connected import readers_of
from tutor.pictures.flow.routing import Crossing, Passage, height_at, passages_of, tracks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.pictures.flow.connected import Node
    from tutor.pictures.flow.layered import Frame, Placement
    from tutor.pictures.scene import Point

#: From a column's left edge to its rail, on which wires come and go.
RAIL = 22.0
TITLE_HEIGHT = 15.0

_LANE = 9.0
_PAD = 9.0
_BELOW = 7.0
_BETWEEN = 14.0
_TRACK = 8.0
_PORT = 16.0
_ARROW = 13.0


@dataclass(frozen=True)
class Across:
    """Where everything stands from left to right.

    Attributes:
        width: the width of all boxes.
        lefts: the left edge of each column's boxes.
        edges: by column and number of frames between, the right edge of a frame that ends there.
        lanes: by column, level and number, where a lane runs.
        total: the width of the whole.
    """

    width: float
    lefts: Sequence[float]
    edges: Mapping[tuple[int, int], float]
    lanes: Mapping[tuple[int, int, int], float]
    total: float

    def rail(self, column: int) -> float:
        """Where the column's rail runs."""
        return self.lefts[column] + RAIL

    def passage(self, passage: Passage) -> float:
        """Where the passage runs."""
        if passage.lane is None:
            return self.rail(passage.column)
        return self.lanes[passage.column, passage.level, passage.lane]

    def frame(self, frame: Frame, frames: Sequence[Frame]) -> tuple[float, float]:
        """The frame's left and right edges."""
        left = self.lefts[frame.left] - _PAD * height_at(frame, frames, "left")
        return left, self.edges[frame.right, height_at(frame, frames, "right")]


def across(placement: Placement, passages: Sequence[Passage], margin: float, width: float) -> Across:
    """The columns side by side, with boxes of that width."""
    frames = placement.frames
    lefts: list[float] = []
    edges: dict[tuple[int, int], float] = {}
    lanes: dict[tuple[int, int, int], float] = {}
    x = margin
    for column in range(placement.columns):
        x += _PAD * max((height_at(f, frames, "left") for f in frames if f.left == column), default=0)
        lefts.append(x)
        x += width
        deepest = max((height_at(f, frames, "right") for f in frames if f.right == column), default=0)
        for level in range(deepest + 1):
            beside = [p.lane for p in passages if (p.column, p.level) == (column, level) and p.lane is not None]
            for lane in range(1 + max(beside, default=-1)):
                x += _LANE
                lanes[column, level, lane] = x
            if level < deepest:
                x += _PAD
                edges[column, level + 1] = x
        x += _BETWEEN
    return Across(width, lefts, edges, lanes, x - _BETWEEN + margin)


@dataclass(frozen=True)
class Routes:
    """The way of every wire: which passages it takes, and where it runs across and enters a box."""

    nodes: Sequence[Node]
    placement: Placement
    across: Across
    passages: Sequence[Passage]
    readers: Mapping[int, Sequence[int]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "readers", readers_of(self.nodes))

    @cached_property
    def ports(self) -> Mapping[tuple[int, int], float]:
        """Where the wire from one node enters another from above, by both places."""
        ports: dict[tuple[int, int], float] = {}
        for reader, node in enumerate(self.nodes):
            column, rank = self.placement.cells[reader]
            rail = self.across.rail(column)
            comes = {source: self._arrival(source, reader) for source in node.sources}
            straight = next((source for source, x in comes.items() if x == rail), None)
            is_free = straight is not None or not self._is_busy(column, rank - 1, node.sources)
            left = sorted((x, s) for s, x in comes.items() if x < rail)
            right = sorted((x, s) for s, x in comes.items() if x > rail)
            if straight is None and is_free and (left or right):
                straight = (left.pop() if left else right.pop(0))[1]
            if straight is not None:
                ports[straight, reader] = rail
            for number, (_, source) in enumerate(reversed(left), start=1):
                ports[source, reader] = rail - number * min(12.0, (RAIL - 5) / len(left))
            room = self.across.width - RAIL - 8
            for number, (_, source) in enumerate(right, start=1):
                ports[source, reader] = rail + number * min(_PORT, room / len(right))
        return ports

    @cached_property
    def tracks(self) -> Sequence[Mapping[int, int]]:
        """For the gap below each rank, the track of each wire that runs across it."""
        return [tracks_of(self._crossings(gap), _TRACK) for gap in range(self.placement.ranks - 1)]

    def _arrival(self, source: int, reader: int) -> float:
        """Where the wire is just before it turns towards that reader."""
        rank, read_at = self.placement.cells[source][1], self.placement.cells[reader][1]
        if read_at == rank + 1:
            return self.across.rail(self.placement.cells[source][0])
        return self.across.passage(self.passage(source, reader))

    def passage(self, source: int, reader: int) -> Passage:
        """The passage that the wire takes on its way to that reader, which is not in the next rank."""
        is_upward = self.placement.cells[reader][1] <= self.placement.cells[source][1]
        return next(p for p in self.passages if p.source == source and p.is_upward == is_upward)

    def _is_busy(self, column: int, gap: int, sources: Sequence[int]) -> bool:
        """Whether a wire other than these comes down the column's rail into that gap."""
        standing = {cell: place for place, cell in self.placement.cells.items()}
        above = standing.get((column, gap))
        if above is not None and self.readers[above] and above not in sources:
            return True
        return any(
            p.lane is None and p.column == column and p.first < gap <= p.last and p.source not in sources
            for p in self.passages
        )

    def _crossings(self, gap: int) -> list[Crossing]:
        found = []
        for source, readers in self.readers.items():
            above, below = [], []
            if self.placement.cells[source][1] == gap and readers:
                above.append(self.across.rail(self.placement.cells[source][0]))
            for passage in self.passages:
                if passage.source == source and passage.first <= gap <= passage.last:
                    x = self.across.passage(passage)
                    if gap > passage.first:
                        above.append(x)
                    if gap < passage.last:
                        below.append(x)
            below += [self.ports[source, r] for r in readers if self.placement.cells[r][1] == gap + 1]
            if above or below:
                found.append(Crossing(source, tuple(above), tuple(below)))
        return found


@dataclass(frozen=True)
class Down:
    """Where everything stands from top to bottom.

    Attributes:
        tops: the top of each rank's boxes.
        bottoms: where those boxes end.
        tracks: by gap, where its first track runs.
        words: by gap, where its words begin.
    """

    tops: Sequence[float]
    bottoms: Sequence[float]
    tracks: Sequence[float]
    words: Sequence[float]

    @property
    def total(self) -> float:
        """The height down to where the last rank ends."""
        return self.bottoms[-1]

    def frame(self, frame: Frame, frames: Sequence[Frame]) -> tuple[float, float]:
        """The frame's top and bottom."""
        top = self.tops[frame.top] - 3 - TITLE_HEIGHT * height_at(frame, frames, "top")
        return top, self.bottoms[frame.bottom] + _BELOW * height_at(frame, frames, "bottom")


def down(routes: Routes, heights: Sequence[float], words: Sequence[float], margin: float) -> Down:
    """The ranks one below the other: each rank's boxes and the words below them take up so much."""
    frames = routes.placement.frames
    tops, bottoms, tracks, starts = [margin], [margin + heights[0]], [], []
    for gap, tracked in enumerate(routes.tracks):
        closing = max((height_at(f, frames, "bottom") for f in frames if f.bottom == gap), default=0)
        opening = max((height_at(f, frames, "top") for f in frames if f.top == gap + 1), default=0)
        starts.append(bottoms[-1] + _BELOW * closing + 2)
        y = starts[-1] + words[gap]
        tracks.append(y + _TRACK / 2)
        if tracked:
            y += _TRACK * (1 + max(tracked.values())) - (_TRACK / 2 - 1)
        if opening:
            y += 4 + TITLE_HEIGHT * opening + 3
        elif tracked:
            y += _ARROW - 2
        y = max(y + 2, bottoms[-1] + _BELOW * closing + _ARROW)
        tops.append(y)
        bottoms.append(y + heights[gap + 1])
    return Down(tops, bottoms, tracks, starts)


def wires(routes: Routes, down: Down) -> Iterator[tuple[int, int, list[Point]]]:
    """For each connection the two places and the points that its wire passes."""
    cells = routes.placement.cells
    for source, readers in routes.readers.items():
        column, rank = cells[source]
        for reader in readers:
            start, end, port = routes.across.rail(column), cells[reader][1], routes.ports[source, reader]
            points = [(start, down.bottoms[rank])]

            def turn(gap: int, x: float, source: int = source, points: list[Point] = points) -> None:
                if x != points[-1][0]:
                    y = down.tracks[gap] + _TRACK * routes.tracks[gap][source]
                    points += [(points[-1][0], y), (x, y)]

            if end != rank + 1:
                turn(rank, routes.across.passage(routes.passage(source, reader)))
            turn(end - 1, port)
            yield source, reader, [*points, (port, down.tops[end])]


def routed(
    nodes: Sequence[Node], placement: Placement, margin: float, page: float, narrowest: float, widest: float
) -> Routes:
    """The ways of all wires, with boxes as wide as the page allows."""
    passages = passages_of(nodes, placement)
    rest = page - across(placement, passages, margin, 0).total
    width = min(max(rest / placement.columns, narrowest), widest)
    return Routes(nodes, placement, across(placement, passages, margin, width), passages)
