"""Where the boxes of a graph stand: a rank for each by the longest way from the inputs, a column for each branch.

A model within the model is laid out by itself and then takes up a block of columns and ranks, so that a frame can be
drawn around it which holds nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.pictures.flow.connected import readers_of

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from tutor.pictures.flow.connected import Node

#: A column, counted from the left, and a rank, counted from the top.
Cell = tuple[int, int]


@dataclass(frozen=True)
class Frame:
    """What a model within the model takes up; columns and ranks with their last ones.

    Attributes:
        models: the names of the models on the way to it, the outermost first.
        named: how many of them have no frame of their own around this one.
    """

    models: tuple[str, ...]
    named: int
    left: int
    top: int
    right: int
    bottom: int

    def has(self, node: Node) -> bool:
        """Whether the layer is one of that model's."""
        return node.models[: len(self.models)] == self.models

    def covers(self, cell: Cell) -> bool:
        """Whether the cell lies in the frame."""
        return self.left <= cell[0] <= self.right and self.top <= cell[1] <= self.bottom


@dataclass(frozen=True)
class Placement:
    """The cell of each node, by its place in the list of nodes; and the frames, outer ones first."""

    cells: Mapping[int, Cell]
    frames: tuple[Frame, ...] = ()

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return 1 + max(column for column, _ in self.cells.values())

    @property
    def ranks(self) -> int:
        """How many ranks there are."""
        return 1 + max(rank for _, rank in self.cells.values())

    def moved(self, right: int, down: int) -> Placement:
        """The same, somewhere else."""
        cells = {place: (column + right, rank + down) for place, (column, rank) in self.cells.items()}
        frames = (
            replace(f, left=f.left + right, right=f.right + right, top=f.top + down, bottom=f.bottom + down)
            for f in self.frames
        )
        return Placement(cells, tuple(frames))


def placed(nodes: Sequence[Node]) -> Placement:
    """A cell for each node: inputs in the first rank, outputs in the last, layers between."""
    layers = [place for place, node in enumerate(nodes) if node.role == "layer"]
    block = _placed_apart(nodes, layers, ()).moved(0, 1) if layers else Placement({})
    cells, readers = dict(block.cells), readers_of(nodes)
    last = block.ranks if layers else 1
    for role, rank in (("input", 0), ("output", last)):
        for place, node in enumerate(nodes):
            if node.role == role:
                beside = readers[place] if role == "input" else node.sources
                wanted = [cells[other][0] for other in beside if other in cells]
                taken = set(cells.values())
                cells[place] = (_nearest(wanted[0] if wanted else 0, [(0, rank)], taken), rank)
    return Placement(cells, block.frames)


def _placed_apart(nodes: Sequence[Node], members: Sequence[int], models: tuple[str, ...]) -> Placement:
    """The members of one model, as if there were nothing else; what is nested in it comes as blocks."""
    blocks = _blocks(nodes, members, models)
    block_of = {place: number for number, block in enumerate(blocks) for place in block.cells}
    links = [_links(nodes, number, block, block_of) for number, block in enumerate(blocks)]
    tops: list[int] = []
    for entering in links:
        tops.append(max((tops[block_of[s]] + blocks[block_of[s]].ranks for s, _ in entering), default=0))
    first_read: dict[int, int] = {}
    for number, entering in enumerate(links):
        for source, _ in entering:
            first_read[source] = min(first_read.get(source, tops[number]), tops[number])
    cells: dict[int, Cell] = {}
    frames: list[Frame] = []
    taken: set[Cell] = set()
    for number in sorted(range(len(blocks)), key=lambda number: (tops[number], number)):
        block, top = blocks[number], tops[number]
        wanted = 0
        if links[number]:
            # Below the branch that is the longest of those that meet here.
            source, reader = max(links[number], key=lambda link: cells[link[0]][1])
            wanted = cells[source][0] - block.cells[reader][0]
        area = [(column, top + rank) for column in range(block.columns) for rank in range(block.ranks)]
        left = _nearest(max(wanted, 0), area, taken)
        block = block.moved(left, top)
        cells |= block.cells
        frames += block.frames
        taken |= {(left + column, rank) for column, rank in area}
        for place, (column, rank) in block.cells.items():
            # What is read only further down runs straight down, and no box stands in its way.
            taken |= {(column, passed) for passed in range(rank + 1, first_read.get(place, 0))}
    return Placement(cells, tuple(frames))


def _blocks(nodes: Sequence[Node], members: Sequence[int], models: tuple[str, ...]) -> list[Placement]:
    """The layers of one model as single cells, and each model within it as the block that it takes up."""
    nested: dict[tuple[str, ...], list[int]] = {}
    for place in members:
        inner = nodes[place].models[: len(models) + 1]
        nested.setdefault(inner if len(inner) > len(models) else (*models, nodes[place].id, ""), []).append(place)
    blocks = []
    for inner, places in nested.items():
        if inner[-1] == "":
            blocks.append(Placement({places[0]: (0, 0)}))
            continue
        within = inner
        # A model that holds nothing but another model shares its frame.
        while len({nodes[place].models[: len(within) + 1] for place in places}) == 1 and all(
            len(nodes[place].models) > len(within) for place in places
        ):
            within = nodes[places[0]].models[: len(within) + 1]
        block = _placed_apart(nodes, places, within)
        frame = Frame(within, len(within) - len(models), 0, 0, block.columns - 1, block.ranks - 1)
        blocks.append(Placement(block.cells, (frame, *block.frames)))
    return blocks


def _links(nodes: Sequence[Node], number: int, block: Placement, block_of: Mapping[int, int]) -> list[tuple[int, int]]:
    """Which earlier blocks' nodes are read by which of this one's."""
    return [
        (source, reader)
        for reader in sorted(block.cells)
        for source in nodes[reader].sources
        if block_of.get(source, number) < number
    ]


def _nearest(wanted: int, area: Sequence[Cell], taken: Container[Cell]) -> int:
    """The column nearest to the one that is wanted from which on the area is free, rather to its right."""
    distance = 0
    while True:
        for column in (wanted + distance, wanted - distance):
            if column >= 0 and not any((column + right, rank) in taken for right, rank in area):
                return column
        distance += 1
