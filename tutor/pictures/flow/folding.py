"""A large graph made small enough to look at: runs of layers become one box each, and at need much of the middle."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from tutor.pictures.flow.connected import Node, readers_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


#: Between the names of the first and the last of several layers.
_TO = " to "


def folded(nodes: Sequence[Node], most: int) -> list[Node]:
    """The graph with runs of layers folded, and to about ``most`` boxes if one tensor alone passes on here and there.

    No parameter is lost: a folded box has those of all that it stands for.
    """
    shorter = _merged(nodes, _runs(nodes))
    if _layers(shorter) <= most:
        return shorter
    middle = _middle(shorter, most)
    return _merged(shorter, [middle]) if middle else shorter


def _layers(nodes: Sequence[Node]) -> int:
    return sum(node.role == "layer" for node in nodes)


def _runs(nodes: Sequence[Node]) -> list[list[int]]:
    """Layers of one model that follow each other with no branch between them; what joins branches stands alone."""
    readers = readers_of(nodes)
    runs: list[list[int]] = []
    run_of: dict[int, list[int]] = {}
    for place, node in enumerate(nodes):
        if node.role != "layer":
            continue
        before = node.sources[0] if len(node.sources) == 1 else place
        goes_on = before in run_of and readers[before] == [place] and len(nodes[before].sources) == 1
        if goes_on and nodes[before].models == node.models:
            run_of[place] = run_of[before]
            run_of[place].append(place)
        else:
            run_of[place] = [place]
            runs.append(run_of[place])
    return runs


def _middle(nodes: Sequence[Node], most: int) -> list[int]:
    """A stretch into which one tensor leads and out of which one tensor leads, so that about ``most`` layers remain."""
    readers = readers_of(nodes)
    layers = [place for place, node in enumerate(nodes) if node.role == "layer"]
    ends = {place: max(read, default=place) for place, read in readers.items()}
    back = {place: min(read, default=place) for place, read in readers.items()}
    cuts = [
        number
        for number, place in enumerate(layers)
        if sum(source <= place < end for source, end in ends.items()) == 1
        and place < ends[place]
        and not any(start <= place < source for source, start in back.items())
    ]
    start = max((cut for cut in cuts if cut < most // 2), default=0)
    stop = min((cut for cut in cuts if cut >= len(layers) - most // 2), default=0)
    return layers[start + 1 : stop + 1] if stop > start + 1 > 1 else []


def _merged(nodes: Sequence[Node], stretches: Sequence[Sequence[int]]) -> list[Node]:
    """The graph with one box in place of each stretch, which its last layer's tensors leave."""
    into: dict[int, int] = {}
    for stretch in stretches:
        into |= dict.fromkeys(stretch, stretch[-1])
    kept = [place for place in range(len(nodes)) if into.get(place, place) == place]
    at = {place: number for number, place in enumerate(kept)}
    moved: Mapping[int, int] = {place: at[into.get(place, place)] for place in range(len(nodes))}
    by_last = {stretch[-1]: stretch for stretch in stretches if len(stretch) > 1}
    merged = []
    for place in kept:
        stretch = by_last.get(place, [place])
        node = _stretch([nodes[one] for one in stretch]) if len(stretch) > 1 else nodes[place]
        outside = (s for one in stretch for s in nodes[one].sources if len(stretch) == 1 or s not in stretch)
        merged.append(replace(node, sources=tuple(dict.fromkeys(moved[source] for source in outside))))
    return merged


def _stretch(nodes: Sequence[Node]) -> Node:
    paths = zip(*(node.models for node in nodes), strict=False)
    models = tuple(names[0] for names in takewhile(lambda names: len(set(names)) == 1, paths))
    number = sum(node.layers for node in nodes)
    first, last = nodes[0].name.split(_TO)[0], nodes[-1].name.split(_TO)[-1]
    return replace(
        nodes[-1],
        kind=f"{number:,} layers",
        name=f"{first}{_TO}{last}",
        count=sum(node.count for node in nodes),
        uses=1,
        models=models,
        steps=min(node.steps for node in nodes),
        layers=number,
    )
