"""Where the boxes stand: a rank for each by the longest way from the inputs, a column for each branch.

A model within the model is placed by itself and then takes up a block of columns and ranks, so that a frame can be
drawn around it that holds nothing else. A chain runs along the ranks in place of down them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from tutor.pictures.flow.nodes import in_common

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tutor.pictures.flow.nodes import Graph, Names, Node

#: A column, counted from the left, and a rank, counted from the top.
Cell: TypeAlias = tuple[int, int]

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


def placed(graph: Graph) -> Mapping[int, Cell]:
    """A cell for each node by its place: inputs in the first rank, outputs in the last, layers between."""
    places = range(len(graph.nodes))
    if graph.form == "list":
        return {place: (0, place) for place in places}
    return _along(graph) if graph.form == "chain" else _block(graph.nodes, places)


def _along(graph: Graph) -> Mapping[int, Cell]:
    """A chain along one rank after another; what enters or leaves together stands one below the other."""
    first, last = graph.layers[0], graph.layers[-1]
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
    sizes = [size(part) for part in parts]
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


def size(cells: Mapping[int, Cell]) -> Cell:
    """The number of columns and of ranks."""
    columns, ranks = zip(*cells.values(), strict=True) if cells else ((-1,), (-1,))
    return 1 + max(columns), 1 + max(ranks)


def framed(nodes: Sequence[Node], cells: Mapping[int, Cell]) -> Iterator[Frame]:
    """A frame for each model; one that holds nothing but another model shares its frame."""
    models = dict.fromkeys(node.models[:end] for node in nodes for end in range(1, len(node.models) + 1))
    shown = dict.fromkeys(in_common([node for node in nodes if node.is_in(one)]) for one in models)
    for one in shown:
        around = [(), *(other for other in shown if one[: len(other)] == other)]
        columns, ranks = zip(*(cells[place] for place, node in enumerate(nodes) if node.is_in(one)), strict=True)
        yield Frame(one, around[-2], len(around) - 1, min(columns), min(ranks), max(columns), max(ranks))
