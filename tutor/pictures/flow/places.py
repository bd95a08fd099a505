"""Where the boxes stand: a rank for each by the longest way from the inputs, a column for each branch.

A model within the model is placed by itself and then takes up a block of columns and ranks, so that a frame can be
drawn around it that holds nothing else. A chain runs along the ranks in place of down them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tutor.pictures.flow.nodes import in_common

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

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
        named: how many of them have no frame of their own around this one.
        depth: how many frames are around its boxes, itself among them.
    """

    models: Names
    named: int
    depth: int
    left: int
    top: int
    right: int
    bottom: int

    def has(self, node: Node) -> bool:
        """Whether the layer is one of that model's."""
        return node.models[: len(self.models)] == self.models


@dataclass(frozen=True)
class Places:
    """The cell of each node, by its place in the graph; and the frames, outer ones first."""

    cells: Mapping[int, Cell]
    frames: tuple[Frame, ...] = ()

    @property
    def columns(self) -> int:
        """The number of columns."""
        return 1 + max((column for column, _ in self.cells.values()), default=-1)

    @property
    def ranks(self) -> int:
        """The number of ranks."""
        return 1 + max((rank for _, rank in self.cells.values()), default=-1)

    def moved(self, right: int, down: int) -> Places:
        """The same, somewhere else."""
        cells = {place: (column + right, rank + down) for place, (column, rank) in self.cells.items()}
        frames = (
            replace(f, left=f.left + right, right=f.right + right, top=f.top + down, bottom=f.bottom + down)
            for f in self.frames
        )
        return Places(cells, tuple(frames))


def placed(graph: Graph) -> Places:
    """A cell for each node: inputs in the first rank, outputs in the last, layers between."""
    if graph.form == "list":
        return Places({place: (0, place) for place in range(len(graph.nodes))})
    return _along(graph) if graph.form == "chain" else _block(graph.nodes, range(len(graph.nodes)), (), 0)


def _along(graph: Graph) -> Places:
    """A chain along one rank after another; what enters or leaves together stands one below the other."""
    first, last = graph.layers[0], graph.layers[-1]
    cells = {place: (0, place) for place in range(first)}
    for place in range(first, len(graph.nodes)):
        further = max(place - last - 1, 0)
        rank, column = divmod(place - further - first, _IN_A_ROW)
        cells[place] = (1 + column, rank + further)
    return Places(cells)


def _block(nodes: Sequence[Node], members: Sequence[int], models: Names, depth: int) -> Places:
    """The members of one model, as if there were nothing else; what is nested in it comes as blocks."""
    parts = _parts(nodes, members, models, depth)
    part_of = {place: number for number, part in enumerate(parts) for place in part.cells}
    # What each part reads of earlier ones; what leads back up from later ones has no say in where it stands.
    links = [
        [(source, reader) for reader in part.cells for source in nodes[reader].sources if part_of.get(source, n) < n]
        for n, part in enumerate(parts)
    ]
    tops: list[int] = []
    first_read: dict[int, int] = {}
    for entering in links:
        tops.append(max((tops[part_of[source]] + parts[part_of[source]].ranks for source, _ in entering), default=0))
        for source, _ in entering:
            first_read[source] = min(first_read.get(source, tops[-1]), tops[-1])
    outputs = {part_of[place] for place in members if nodes[place].sources and not nodes[place].kind}
    end = max((tops[n] + part.ranks for n, part in enumerate(parts) if n not in outputs), default=0)
    tops = [end if n in outputs else top for n, top in enumerate(tops)]
    cells: dict[int, Cell] = {}
    frames: list[Frame] = []
    taken: set[Cell] = set()
    for n in sorted(range(len(parts)), key=lambda n: (tops[n], n)):
        part, wanted = parts[n], 0
        if links[n]:
            # Below the branch that is the longest of those that meet here.
            source, reader = max(links[n], key=lambda link: cells[link[0]][1])
            wanted = cells[source][0] - part.cells[reader][0]
        area = [(column, tops[n] + rank) for column in range(part.columns) for rank in range(part.ranks)]
        left = _nearest(max(wanted, 0), area, taken)
        part = part.moved(left, tops[n])
        cells |= part.cells
        frames += part.frames
        taken |= {(left + column, rank) for column, rank in area}
        for place, (column, rank) in part.cells.items():
            # What is read only further down runs straight down, and no box stands in its way.
            taken |= {(column, passed) for passed in range(rank + 1, first_read.get(place, 0))}
    return Places(cells, tuple(frames))


def _parts(nodes: Sequence[Node], members: Sequence[int], models: Names, depth: int) -> list[Places]:
    """The layers of one model as single cells, and each model within it as the block that it takes up."""
    held: dict[Names | int, list[int]] = {}
    for place in members:
        inner = nodes[place].models[: len(models) + 1]
        held.setdefault(inner if len(inner) > len(models) else place, []).append(place)
    parts = []
    for inner_models, places in held.items():
        if isinstance(inner_models, int):
            parts.append(Places({inner_models: (0, 0)}))
            continue
        # A model that holds nothing but another model shares its frame.
        within = in_common([nodes[place] for place in places])
        block = _block(nodes, places, within, depth + 1)
        frame = Frame(within, len(within) - len(models), depth + 1, 0, 0, block.columns - 1, block.ranks - 1)
        parts.append(Places(block.cells, (frame, *block.frames)))
    return parts


def _nearest(wanted: int, area: Sequence[Cell], taken: Container[Cell]) -> int:
    """The column nearest to the one that is wanted from which on the area is free, rather to its right."""
    distance = 0
    while True:
        for column in (wanted + distance, wanted - distance):
            if column >= 0 and not any((column + right, rank) in taken for right, rank in area):
                return column
        distance += 1
