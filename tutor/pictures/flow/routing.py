"""How the wires of a graph run: down the columns, beside them where a box is in the way, and across between the ranks.

All tensors that leave a box leave it as one wire, which forks. Columns and ranks become points elsewhere: here a wire
runs along rails (the line on which each column's boxes hang), lanes (beside a column) and tracks (between two ranks,
numbered like the rank above).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from tutor.pictures.flow.connected import readers_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tutor.pictures.flow.connected import Node
    from tutor.pictures.flow.layered import Cell, Frame, Placement

#: More wires than this in one gap are sorted by where they begin, not by trying out all orders.
_MOST_TRIED = 5


@dataclass(frozen=True)
class Passage:
    """A wire's way past one or more ranks, from the gap below rank ``first`` to the gap below rank ``last``.

    Attributes:
        column: the column whose rail it takes, or to the right of which it runs.
        lane: the number of its lane there, from the left; None on a rail.
        level: how many frames that end at that column it leaves inside.
        is_upward: whether it leads back to an earlier rank.
    """

    source: int
    column: int
    first: int
    last: int
    lane: int | None = None
    level: int = 0
    is_upward: bool = False


def height_at(frame: Frame, frames: Iterable[Frame], side: str) -> int:
    """How many frames, itself among them, lie between it and the boxes on that side."""
    edge = getattr(frame, side)
    inner = [
        other
        for other in frames
        if len(other.models) > len(frame.models)
        and other.models[: len(frame.models)] == frame.models
        and getattr(other, side) == edge
    ]
    return 1 + max((height_at(other, inner, side) for other in inner), default=0)


def passages_of(nodes: Sequence[Node], placement: Placement) -> list[Passage]:
    """A passage for each wire that reads on past the next rank, and one for each that leads back."""
    cells, taken = placement.cells, set(placement.cells.values())
    found: list[Passage] = []
    lanes: list[Passage] = []
    for source, readers in readers_of(nodes).items():
        column, rank = cells[source]
        far = sorted((cells[r][1], r) for r in readers if cells[r][1] > rank + 1)
        if far:
            ends = [source, *(reader for _, reader in far)]
            last = far[-1][0] - 1
            rail = next(
                (
                    c
                    for c in dict.fromkeys([column, *(cells[reader][0] for _, reader in reversed(far))])
                    if _is_open(nodes, placement, ends, c, range(rank + (c == column), last + 1), taken)
                ),
                None,
            )
            if rail is None:
                lanes.append(_lane(nodes, placement, ends, rank, last, is_upward=False))
            else:
                taken |= {(rail, passed) for passed in range(rank, last + 1)}
                found.append(Passage(source, rail, rank, last))
        back = sorted((cells[r][1], r) for r in readers if cells[r][1] <= rank)
        if back:
            ends = [source, *(reader for _, reader in back)]
            lanes.append(_lane(nodes, placement, ends, back[0][0] - 1, rank, is_upward=True))
    return found + list(_apart(lanes))


def _is_open(
    nodes: Sequence[Node], placement: Placement, ends: Sequence[int], column: int, ranks: range, taken: set[Cell]
) -> bool:
    """Whether a wire between these nodes can run down that column, through no box and no other model's frame."""
    return not any(
        (column, rank) in taken or any(f.covers((column, rank)) for f in _strange(nodes, placement, ends))
        for rank in ranks
    )


def _strange(nodes: Sequence[Node], placement: Placement, ends: Sequence[int]) -> list[Frame]:
    return [frame for frame in placement.frames if not any(frame.has(nodes[end]) for end in ends)]


def _lane(
    nodes: Sequence[Node], placement: Placement, ends: Sequence[int], first: int, last: int, *, is_upward: bool
) -> Passage:
    """To the right of the leftmost column that it concerns, or further right where that is inside a strange frame."""
    cells = placement.cells
    column = min(cells[ends[0]][0], cells[ends[1]][0])
    strange = [f for f in _strange(nodes, placement, ends) if f.bottom > first and f.top <= last]
    while True:
        crossed = [frame.right for frame in strange if frame.left <= column < frame.right]
        if not crossed:
            break
        column = max(crossed)
    around = [frame for frame in placement.frames if all(frame.has(nodes[end]) for end in ends)]
    owner = max((frame.models for frame in around), key=len, default=())
    inside = [
        frame
        for frame in placement.frames
        if len(frame.models) > len(owner) and frame.models[: len(owner)] == owner and frame.right == column
    ]
    level = max((height_at(frame, placement.frames, "right") for frame in inside), default=0)
    return Passage(ends[0], column, first, last, None, level, is_upward)


def _apart(lanes: Sequence[Passage]) -> Iterator[Passage]:
    """The passages beside columns, each in a lane in which no other runs at the same height."""
    used: list[Passage] = []
    for one in sorted(lanes, key=lambda one: (one.last - one.first, one.source)):
        busy = {
            other.lane
            for other in used
            if (other.column, other.level) == (one.column, one.level)
            and other.first <= one.last
            and one.first <= other.last
        }
        lane = next(lane for lane in range(len(lanes)) if lane not in busy)
        used.append(Passage(one.source, one.column, one.first, one.last, lane, one.level, one.is_upward))
    yield from used


@dataclass(frozen=True)
class Crossing:
    """What one wire does in the gap below one rank: where it comes from and goes, in points from the left."""

    source: int
    above: tuple[float, ...]
    below: tuple[float, ...]

    @property
    def span(self) -> tuple[float, float]:
        """From where to where it runs across."""
        every = (*self.above, *self.below)
        return min(every), max(every)

    @property
    def is_straight(self) -> bool:
        """Whether it only runs down."""
        return self.span[0] == self.span[1]


def tracks_of(crossings: Sequence[Crossing], apart: float) -> Mapping[int, int]:
    """The track of each wire that runs across one gap, numbered from above, with as few wires crossing as possible."""
    across = [crossing for crossing in crossings if not crossing.is_straight]
    order: Sequence[Crossing] = sorted(across, key=lambda crossing: crossing.span)
    if len(across) <= _MOST_TRIED:
        order = min(permutations(order), key=_cost)
    tracks: dict[int, int] = {}
    for number, crossing in enumerate(order):
        left, right = crossing.span
        above = [
            tracks[other.source]
            for other in order[:number]
            if other.span[0] < right + apart and left - apart < other.span[1]
        ]
        tracks[crossing.source] = 1 + max(above, default=-1)
    return tracks


def _cost(order: Sequence[Crossing]) -> int:
    """How often wires cross if they run across in that order, from above."""
    return sum(
        sum(lower.span[0] <= x <= lower.span[1] for x in upper.below)
        + sum(upper.span[0] <= x <= upper.span[1] for x in lower.above)
        for number, upper in enumerate(order)
        for lower in order[number + 1 :]
    )
