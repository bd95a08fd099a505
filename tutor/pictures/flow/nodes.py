"""What a flow picture shows: what enters, each layer and what leaves, and the tensors between, with their axes' names.

A layer that is used several times is one node, so a tensor may also lead back to it from a later one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tutor.layers.built import Built
from tutor.layers.calls import shapes_in
from tutor.layers.layer import Layer, axis_names
from tutor.ledgers.ledger import Ledger, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.layers.built import Shape

#: One name an axis, the batch's in front.
Names: TypeAlias = tuple[str, ...]

#: A model of more layers is folded; at least so many at either end are kept.
MOST_LAYERS, KEPT = 30, 12

#: What a layer has made is to the next one, if that one has no name of its own for it.
_READ_AS = {"units": "features", "filters": "channels"}


@dataclass(frozen=True)
class Tensor:
    """A tensor on its way: its shape, the names of its axes, and its own name where a layer returns several."""

    shape: Shape
    axes: Names
    title: str = ""

    @property
    def words(self) -> str:
        """The shape, and each axis by its name."""
        axes = ", ".join(f"{name} {size}" for size, name in zip(self.shape, self.axes, strict=True))
        return f"{self.title} {self.shape} ({axes})".lstrip()


@dataclass(frozen=True)
class Node:
    """A box of the picture: a layer, several of them, or a tensor that enters, leaves, or is between two layers.

    A tensor has no kind, and holds itself; a layer holds what leaves it. ``sources`` are the places of the nodes that
    it reads; those at or after its own lead back to it. ``models`` are the names of the models that hold it, the
    outermost first, and ``name`` is its own within the innermost. ``steps`` is the number of axes behind the batch's
    that are timesteps of a TimeDistributed around one of them.
    """

    id: str
    kind: str
    name: str
    tensors: tuple[Tensor, ...]
    sources: tuple[int, ...] = ()
    reads: tuple[Shape, ...] = ()
    count: int = 0
    uses: int = 1
    models: tuple[str, ...] = ()
    steps: int = 0
    is_fold: bool = False

    @property
    def path(self) -> str:
        """The name within all models that hold it."""
        return "/".join((*self.models, self.name))

    @property
    def used(self) -> str:
        """How often it is used, if more than once."""
        return f", used {self.uses} times" if self.uses > 1 else ""

    @property
    def entering(self) -> str:
        """What enters a layer of which it is not drawn where that comes from."""
        return str(self.reads[0]) if len(self.reads) == 1 else f"{len(self.reads)} tensors" if self.reads else "?"

    def is_in(self, models: Names) -> bool:
        """Whether it is a layer of the model to which those lead."""
        return self.models[: len(models)] == models


@dataclass(frozen=True)
class Graph:
    """The boxes of a picture.

    Inputs are in front of what reads them, layers in the order of the calls. It is a layer, if there is but one, and
    nothing passes it; a list, if it is not known what reads what.
    """

    nodes: Sequence[Node]
    form: Literal["layer", "graph", "list"]

    @cached_property
    def links(self) -> Sequence[tuple[int, int]]:
        """The places of each node that is read, and of the one that reads it."""
        return [(source, place) for place, node in enumerate(self.nodes) for source in node.sources]


def graph_of(subject: Built | Ledger) -> Graph:
    """The boxes of one layer, or of a model."""
    ledger = _alone(subject) if isinstance(subject, Built) else subject
    nodes = list(_nodes(ledger))
    if layer := _single(nodes):
        return Graph(layer, "layer")
    if ledger.outputs:
        return Graph(_folded(_ordered(nodes)), "graph")
    return Graph(_folded([replace(node, sources=()) for node in nodes]), "list")


def _alone(built: Built) -> Ledger:
    """One layer as if it were a model."""
    name, shapes = built.layer.any_name, shapes_in(built.input_shape)
    inputs = {f"input {number}": shape for number, shape in enumerate(shapes, start=1)}
    row = Row(
        name, built.layer.title, built.input_shape, built.output_shape, None, built.count, built.trainable_count,
        inputs=tuple(inputs), built=built, input_axes=built.input_axes, output_axes=built.output_axes,
    )  # fmt: skip
    outputs = (name,) * len(shapes_in(built.output_shape))
    return Ledger(built.input_shape, built.output_shape, (row,), inputs=inputs, outputs=outputs)


def _nodes(ledger: Ledger) -> Iterator[Node]:
    """The inputs, the rows in the order of the calls, and the outputs."""
    places = {name: place for place, name in enumerate([*ledger.inputs, *(row.path for row in ledger.rows)])}
    reader = {source: row for row in reversed(ledger.rows) for source in row.inputs}
    made: dict[str, Sequence[Tensor]] = {}
    for number, (name, shape) in enumerate(ledger.inputs.items()):
        axes = _read(reader[name], Tensor(shape, ())) if name in reader else axis_names(len(shape))
        made[name] = [Tensor(shape, _spoken(axes))]
        yield Node(f"input-{number}", "", name, tuple(made[name]))
    for number, row in enumerate(ledger.rows):
        made[row.path] = list(_made(row, [tensor for source in row.inputs for tensor in made.get(source, ())]))
        leaving = made[row.path]
        if next_row := reader.get(row.path):
            # What filters made are channels to the next layer; what it has no own name for stays as it is.
            read_as = {"filters": "channels"}
            leaving = [replace(one, axes=_spoken(_read(next_row, one, read_as))) for one in leaving]
        *models, name = row.path.split("/")
        reads = tuple(shape for shape, _ in _axes(row, "input"))
        inside = shapes_in(row.built.input_shape) if row.built is not None else reads
        sources, steps = tuple(map(places.__getitem__, row.inputs)), len(reads[0]) - len(inside[0]) if reads else 0
        of_row = row.count, row.shared, tuple(models)
        yield Node(f"layer-{number}", row.kind, name, tuple(leaving), sources, reads, *of_row, steps)
    yield from _outputs(ledger, places, made)


def _outputs(ledger: Ledger, places: Mapping[str, int], made: Mapping[str, Sequence[Tensor]]) -> Iterator[Node]:
    """What leaves the model, with its own name if all that those layers return leaves it."""
    shapes = shapes_in(ledger.output_shape) if ledger.outputs else ()
    returned = [tensor for source in dict.fromkeys(ledger.outputs) for tensor in made[source]]
    are_all = [tensor.shape for tensor in returned] == list(shapes)
    for number, (source, shape) in enumerate(zip(ledger.outputs, shapes, strict=True)):
        name = returned[number].title if are_all else ""
        name = name or (f"output {number + 1}" if len(shapes) > 1 else "output")
        axes = next((one.axes for one in made[source] if one.shape == shape), axis_names(len(shape)))
        yield Node(f"output-{number}", "", name, (Tensor(shape, axes),), sources=(places[source],))


def _single(nodes: Sequence[Node]) -> Sequence[Node]:
    """The nodes of a model of one layer which nothing passes, with no name for what is alone; else none."""
    tensors = [one for one in nodes if not one.kind]
    inputs, outputs = ([one for one in tensors if bool(one.sources) == leaves] for leaves in (False, True))
    at = len(inputs)
    if not (inputs and outputs) or at + 1 + len(outputs) != len(nodes) or nodes[at].models or nodes[at].uses > 1:
        return []
    if {*nodes[at].sources} != {*range(at)} or any(one.sources != (at,) for one in outputs):
        return []
    alone = {group[0].id for group in (inputs, outputs) if len(group) == 1}
    return [replace(one, name="") if one.id in alone else one for one in nodes]


def _folded(nodes: list[Node]) -> list[Node]:
    """The nodes, of a long model with one box for all layers but the first and the last few; no parameter is lost.

    One tensor leads into what is folded, and one out of it; if there is no such stretch, nothing is folded.
    """
    layers = [place for place, node in enumerate(nodes) if node.kind]
    links = [(source, place) for place, node in enumerate(nodes) for source in node.sources]
    passed = {at for source, end in links for at in (range(source + 1, end) if source < end else range(end, source))}
    cuts = [place for place in layers[KEPT - 1 : -KEPT] if place not in passed]
    if len(layers) <= MOST_LAYERS or len(cuts) < 2:
        return nodes
    start, stop = cuts[0], cuts[-1]
    inside = nodes[start + 1 : stop + 1]
    first, last, gone = inside[0], inside[-1], len(inside) - 1
    count, steps = sum(node.count for node in inside), min(node.steps for node in inside)
    fold = replace(
        last, kind=f"{len(inside):,} layers", name=f"{first.name} to {last.name}", reads=first.reads, count=count,
        sources=(start,) if first.sources else (), uses=1, models=in_common(inside), steps=steps, is_fold=True,
    )  # fmt: skip
    after = (replace(node, sources=tuple(source - gone for source in node.sources)) for node in nodes[stop + 1 :])
    return [*nodes[: start + 1], fold, *after]


def _ordered(nodes: Sequence[Node]) -> list[Node]:
    """The nodes with each input in front of the layer that reads it first, or of the models that hold that layer."""
    readers = {source: place for place, node in reversed(list(enumerate(nodes))) for source in node.sources}
    inputs = [place for place, node in enumerate(nodes) if not node.kind and not node.sources]
    before: dict[int, list[int]] = {}
    for place in inputs:
        reader = readers.get(place, len(inputs))
        while reader > len(inputs) and nodes[reader].models[:1] == nodes[reader - 1].models[:1] != ():
            reader -= 1
        before.setdefault(reader, []).append(place)
    order = [one for place in range(len(inputs), len(nodes)) for one in (*before.get(place, ()), place)]
    rows = {place: row for row, place in enumerate(order)}
    return [replace(nodes[place], sources=tuple(rows[one] for one in nodes[place].sources)) for place in order]


def in_common(nodes: Sequence[Node]) -> Names:
    """The models that hold all of the nodes."""
    models = nodes[0].models
    while not all(node.is_in(models) for node in nodes):
        models = models[:-1]
    return models


# The names of the axes


def _axes(row: Row, side: Literal["input", "output"]) -> list[tuple[Shape, Names]]:
    """The shapes that enter or leave a row's layer, each with the names that the layer gives to its axes."""
    shape, known = getattr(row, f"{side}_shape"), getattr(row, f"{side}_axes")
    shapes = () if shape is None else shapes_in(shape)
    several = known if known and isinstance(known[0], tuple) else (known,) * len(shapes)
    named = zip(shapes, several, strict=False)
    return [(one, names if len(names) == len(one) else axis_names(len(one))) for one, names in named]


def _held(row: Row) -> Any:
    """The row's layer, or the one within its wrappers; None where it is not known."""
    layer: Any = row.built and row.built.layer
    while isinstance(inner := getattr(layer, "layer", None), Layer):
        layer = inner
    return layer


def _read(row: Row, tensor: Tensor, read_as: Mapping[str, str] = _READ_AS) -> Names:
    """The names of a tensor's axes for the layer that reads it: its own, and where it has none, those they had before.

    Frames stay frames for a layer that reads any sequence.
    """
    named = dict(_axes(row, "input"))
    known = named.get(tensor.shape, axis_names(len(tensor.shape)))
    own = {name for name in getattr(_held(row), "reads", "").split() if "axis_" not in name and tensor.shape in named}
    both = zip(tensor.axes, known, strict=True) if tensor.axes else ()
    return tuple(new if new in own and old != "frames" else read_as.get(old, old) for old, new in both) or known


def _made(row: Row, sources: Sequence[Tensor]) -> Iterator[Tensor]:
    """What leaves the row's layer. An axis that it hands on as it is keeps the name under which it came."""
    came: dict[tuple[str, int | None], str] = {}
    for shape, known in _axes(row, "input")[:1]:
        source = next((tensor for tensor in sources if tensor.shape == shape), Tensor(shape, ()))
        for axis, before in zip(zip(known, shape, strict=True), _read(row, source), strict=True):
            came.setdefault(axis, before)
    leaving = _axes(row, "output")
    states = [f"state {state}" for state in getattr(_held(row), "states", ())]
    if len(leaving) == 1 + 2 * len(states):
        states = [f"{way} {state}" for way in ("forward", "backward") for state in states]
    numbered = [f"output {number}" for number, _ in enumerate(leaving, start=1)]
    titles = ["output", *states] if len(leaving) == 1 + len(states) else numbered
    for (shape, names), title in zip(leaving, titles, strict=True):
        axes = [came.get(axis, axis[0]) for axis in zip(names, shape, strict=True)]
        yield Tensor(shape, _spoken(axes), title if len(leaving) > 1 else "")


def _spoken(axes: Sequence[str]) -> Names:
    """The names in words; the timesteps of images are frames."""
    images = {"timesteps": "frames"} if "height" in axes else {}
    return tuple(images.get(name, name.replace("_", " ")) for name in axes)
