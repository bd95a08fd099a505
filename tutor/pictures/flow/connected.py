"""A model's ledger as a graph: what enters, each layer and what leaves, with the tensors that run between them.

The ledger says which rows each row reads. A layer that is used several times is one row, so a tensor may also lead back
to it from a later row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tutor.layers import TimeDistributed
from tutor.pictures.axes import Names, names_carried, names_made, names_of, names_read
from tutor.pictures.flow.steps import Tensor, shapes_of, titles_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.layers.built import Shape
    from tutor.ledgers.ledger import Ledger, Row


@dataclass(frozen=True)
class Node:
    """A box of the picture.

    Attributes:
        id: its name in the scene: ``input-0``, ``layer-3``, ``output-0``.
        kind: Keras's class name; empty for what enters and leaves.
        name: the layer's name within the innermost of ``models``.
        tensors: what leaves it; of an output, what arrives there.
        sources: the places of the nodes that it reads; places at or after its own lead back to it.
        models: the names of the models within the model that hold it, the outermost first.
        steps: how many axes behind the batch's are timesteps of a TimeDistributed around one of ``models``.
        layers: how many layers it stands for; several are folded into one box.
    """

    id: str
    role: Literal["input", "layer", "output"]
    kind: str
    name: str
    tensors: tuple[Tensor, ...]
    sources: tuple[int, ...] = ()
    count: int = 0
    uses: int = 1
    models: tuple[str, ...] = ()
    steps: int = 0
    layers: int = 1

    @property
    def path(self) -> str:
        """The name within all models that hold it."""
        return "/".join((*self.models, self.name))


def is_one_after_another(ledger: Ledger) -> bool:
    """Whether one tensor enters, and each layer reads what the one before it returns and nothing else."""
    before = tuple(ledger.inputs)
    for row in ledger.rows:
        if row.inputs != before or row.shared > 1:
            return False
        before = (row.path,)
    return len(ledger.inputs) == 1 and set(ledger.outputs) == set(before)


def nodes_of(ledger: Ledger) -> list[Node]:
    """The inputs, the rows in the order of the calls, and the outputs."""
    nodes: list[Node] = []
    places: dict[str, int] = {}
    for number, (name, shape) in enumerate(ledger.inputs.items()):
        places[name] = len(nodes)
        reader = next((row for row in ledger.rows if name in row.inputs), None)
        names = _read(reader, shape, None) if reader is not None else names_of(shape)
        nodes.append(Node(f"input-{number}", "input", "", name, (Tensor(shape, names),)))
    places |= {row.path: len(nodes) + number for number, row in enumerate(ledger.rows)}
    made: dict[str, Sequence[Tensor]] = {name: nodes[places[name]].tensors for name in ledger.inputs}
    for number, row in enumerate(ledger.rows):
        made[row.path] = list(_made(row, made))
        *models, name = row.path.split("/")
        readers = [other for other in ledger.rows if row.path in other.inputs]
        nodes.append(
            Node(
                id=f"layer-{number}",
                role="layer",
                kind=row.kind,
                name=name,
                tensors=tuple(_carried(tensor, readers) for tensor in made[row.path]),
                sources=tuple(places[source] for source in row.inputs),
                count=row.count,
                uses=row.shared,
                models=tuple(models),
                steps=_steps(row),
            )
        )
    left = list(shapes_of(ledger.output_shape))
    for number, source in enumerate(ledger.outputs):
        arriving = _leaving(nodes[places[source]], left[number] if len(left) == len(ledger.outputs) else None)
        title = f"output {number + 1}" if len(ledger.outputs) > 1 else "output"
        nodes.append(Node(f"output-{number}", "output", "", title, (arriving,), (places[source],)))
    return nodes


def _leaving(node: Node, shape: Shape | None) -> Tensor:
    """Of what leaves the node, the tensor of that shape; the first one where the shape is not known."""
    if shape is None:
        return replace(next(iter(node.tensors), Tensor((), ())), title="")
    names = next((tensor.names for tensor in node.tensors if tensor.shape == shape), names_of(shape))
    return Tensor(shape, names)


def readers_of(nodes: Sequence[Node]) -> Mapping[int, list[int]]:
    """By a node's place, the places of those that read it."""
    readers: dict[int, list[int]] = {place: [] for place in range(len(nodes))}
    for place, node in enumerate(nodes):
        for source in node.sources:
            readers[source].append(place)
    return readers


def _made(row: Row, made: Mapping[str, Sequence[Tensor]]) -> Iterator[Tensor]:
    """What leaves the row's layer, with the names that its axes have there."""
    kind, steps = _inside(row)
    entering = [
        _read(row, shape, next((t.names for s in row.inputs for t in made.get(s, ()) if t.shape == shape), None))
        for shape in shapes_of(row.input_shape)
    ]
    read = entering[0] if entering else ()
    shapes = list(shapes_of(row.output_shape))
    for shape, title in zip(shapes, titles_of(row.kind, "output", len(shapes)), strict=True):
        inner = names_made(kind, _without(read, steps), _without(shape, steps))
        yield Tensor(shape, _with(inner, read[1 : 1 + steps], shape), title)


def _read(row: Row, shape: Shape, made: Names | None) -> Names:
    kind, steps = _inside(row)
    if not steps or len(shape) < 2 + steps:
        return names_read(kind, shape, made)
    inner = names_read(kind, _without(shape, steps), None if made is None else _without(made, steps))
    named = ("frames" if "height" in inner else "timesteps",) * steps
    return _with(inner, named if made is None else made[1 : 1 + steps], shape)


def _carried(tensor: Tensor, readers: Sequence[Row]) -> Tensor:
    """The tensor with the names that its axes have for the layer that reads it, where that gives them a meaning."""
    kind, steps = _inside(readers[0]) if readers else ("", 0)
    inner = names_carried(kind, _without(tensor.shape, steps), _without(tensor.names, steps))
    return replace(tensor, names=_with(inner, tensor.names[1 : 1 + steps], tensor.shape))


def _inside(row: Row) -> tuple[str, int]:
    """The kind of what works on each timestep, and the number of axes of timesteps."""
    kind, steps = row.kind, _steps(row)
    layer = row.built.layer if row.built is not None else None
    while isinstance(layer, TimeDistributed):
        layer, steps = layer.layer, steps + 1
        kind = type(layer).__name__
    return kind, steps


def _steps(row: Row) -> int:
    if row.built is None:
        return 0
    outside, inside = (next(shapes_of(shape), ()) for shape in (row.input_shape, row.built.input_shape))
    return max(len(outside) - len(inside), 0)


def _without(axes: tuple, steps: int) -> tuple:  # type: ignore[type-arg]
    """The sizes or names of the axes without those of the timesteps."""
    return (*axes[:1], *axes[1 + steps :])


def _with(inner: Names, steps: Names, shape: Shape) -> Names:
    """The names with those of the timesteps behind the batch's."""
    names = (*inner[:1], *steps, *inner[1:])
    return names if len(names) == len(shape) else names_of(shape)
