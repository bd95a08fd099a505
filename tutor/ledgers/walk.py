"""Through a model call by call, ours or Keras's: one row for each layer that owns weights or changes a shape.

Both kinds of model are graphs of calls, with the same names for the same things: ``call.operation``, its
``input_tensors`` and its ``outputs``. What else a walk has to know, a :class:`Source` says.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tutor.layers.built import Built
from tutor.layers.layer import axis_names
from tutor.ledgers.ledger import Ledger, Row
from tutor.symbols import Expression, Number


@dataclass(frozen=True)
class Leaf:
    """A layer as it is called.

    Attributes:
        kind: Keras's class name, and in brackets that of what it holds.
        input_shape: what it reads.
        output_shape: what it makes.
        weights: each of its weights, by what identifies it: whether it is trained, and how many numbers it holds.
        formula: the count over named sizes of those that belong to no row yet; None where none is known.
        built: the layer with its sizes and weights; None where no formula is known.
        counted: whether the weights are those of a Keras model.
    """

    kind: str
    input_shape: Any
    output_shape: Any
    weights: Mapping[Hashable, tuple[bool, int]]
    formula: Expression | None
    built: Built | None
    counted: bool = False


class Source(Protocol):
    """What a walk asks of a kind of model."""

    def entrance(self, tensor: Any) -> Any:
        """The input that a tensor is."""

    def name_of(self, operation: Any) -> str:
        """The name of an input, a layer or a model."""

    def calls(self, graph: Any) -> Iterable[Any]:
        """The calls, in the order in which Keras makes them, without those of inputs."""

    def is_model(self, operation: Any) -> bool:
        """Whether there are calls within what is called."""

    def graph_in(self, model: Any, shapes: tuple[Any, ...]) -> Any:
        """The calls within a model that is called on tensors of those shapes."""

    def reads(self, call: Any) -> Sequence[Any]:
        """The tensors that a call reads, without masks, which say what to skip and are no data."""

    def leaf(self, call: Any, seen: Set[Hashable]) -> Leaf:
        """A layer as it is called; the weights that were seen before belong to other rows."""


class Walk:
    """A model's rows, in call order.

    Attributes:
        rows: the rows, by the weights they own: a layer within TimeDistributed is the same layer as without.
        builts: each layer by its path, those without a row too.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.rows: dict[Hashable, Row] = {}
        self.builts: dict[str, Built] = {}
        self._seen: set[Hashable] = set()

    def ledger(self, graph: Any, shapes: tuple[Any, Any], keras_total: int | None = None) -> Ledger:
        """The ledger of a model with those calls."""
        inputs = {self._source.name_of(self._source.entrance(tensor)): tensor for tensor in graph.inputs}
        made: dict[int, tuple[str, ...]] = {id(tensor): (name,) for name, tensor in inputs.items()}
        self._visit(graph, "", made, ())
        outputs = tuple(path for tensor in graph.outputs for path in made.get(id(tensor), ()))
        entering = {name: tuple(tensor.shape) for name, tensor in inputs.items()}
        return Ledger(*shapes, tuple(self.rows.values()), keras_total, entering, outputs)

    def _visit(self, graph: Any, prefix: str, made: dict[int, tuple[str, ...]], steps: tuple[int | None, ...]) -> None:
        """The calls of one model; ``made`` says what each tensor comes from, ``steps`` how often each is repeated."""
        for call in self._source.calls(graph):
            operation, path, further = call.operation, prefix + self._source.name_of(call.operation), steps
            reads = self._source.reads(call)
            shapes = tuple(tuple(tensor.shape) for tensor in reads)
            sources = [made.get(id(tensor), ()) for tensor in reads]
            while shapes and each_step(operation) and self._source.is_model(innermost(operation)):
                (batch, timesteps, *rest), *_ = shapes
                operation, further, shapes = operation.layer, (*further, timesteps), ((batch, *rest),)
                path += f"/{self._source.name_of(operation)}"
            if self._source.is_model(operation):
                within = self._source.graph_in(operation, shapes)
                inside = dict(zip(map(id, within.inputs), sources, strict=False))
                self._visit(within, f"{path}/", inside, further)
                ends = [inside.get(id(tensor), ()) for tensor in within.outputs]
            else:
                read = tuple(dict.fromkeys(one for several in sources for one in several))
                ends = [self._use(call, path, read, steps)] * len(call.outputs)
            made.update(zip(map(id, call.outputs), ends, strict=False))

    def _use(self, call: Any, path: str, read: tuple[str, ...], steps: tuple[int | None, ...]) -> tuple[str, ...]:
        """Notes a layer's call, and says where one comes from who reads what it makes."""
        leaf = self._source.leaf(call, self._seen)
        if leaf.built is not None:
            self.builts.setdefault(path, leaf.built)
        if not leaf.weights and leaf.input_shape == leaf.output_shape:
            return read
        # A layer that is not known, and only borrows what another has, does something else with it.
        key: Hashable = (frozenset(leaf.weights) if leaf.built is not None else None) or id(call.operation)
        row = self.rows.get(key) or self.row(leaf, path, steps)
        self.rows[key] = replace(row, inputs=tuple(dict.fromkeys((*row.inputs, *read))), shared=row.shared + 1)
        return (row.path,)

    def row(self, leaf: Leaf, path: str, steps: tuple[int | None, ...] = ()) -> Row:
        """The row of a layer that was not met before. Weights that another row has are not counted again."""
        new = [weight for key, weight in leaf.weights.items() if key not in self._seen]
        self._seen |= leaf.weights.keys()
        counted = sum(size for _, size in new)
        formula = leaf.formula if new or not leaf.weights else Number(0)
        return Row(
            path=path,
            kind=leaf.kind,
            input_shape=repeated(leaf.input_shape, steps),
            output_shape=repeated(leaf.output_shape, steps),
            formula=formula,
            count=counted if formula is None else formula.value,
            trainable_count=sum(size for trained, size in new if trained),
            keras_count=counted if leaf.counted else None,
            shared=0,
            built=leaf.built,
            input_axes=_names(leaf.input_shape, leaf.built.input_axes if leaf.built else (), steps),
            output_axes=_names(leaf.output_shape, leaf.built.output_axes if leaf.built else (), steps),
        )


def each_step(operation: Any) -> bool:
    """Whether what it holds is used at each timestep: our TimeDistributed, and Keras's."""
    kind = type(operation)
    return kind.__name__ == "TimeDistributed" and kind.__module__.partition(".")[0] in ("keras", "tutor")


def innermost(operation: Any) -> Any:
    """What TimeDistributed holds, however often it stands around it: the owner of the weights."""
    while each_step(operation):
        operation = operation.layer
    return operation


def repeated(shape: Any, steps: tuple[int | None, ...]) -> Any:
    """A shape, or each of a tuple of shapes, with the axes of the timesteps behind its batch axis."""
    if not steps or shape is None:
        return shape
    if shape and isinstance(shape[0], tuple):
        return tuple(repeated(one, steps) for one in shape)
    return (*shape[:1], *steps, *shape[1:])


def _names(shape: Any, names: Any, steps: tuple[int | None, ...]) -> Any:
    """The names of the axes of a shape, or of each of several, with those of the timesteps behind the batch."""
    if shape is None:
        return ()
    if shape and isinstance(shape[0], tuple):
        several = names if len(names) == len(shape) else [()] * len(shape)
        return tuple(_names(one, its, steps) for one, its in zip(shape, several, strict=True))
    known = names if len(names) == len(shape) else axis_names(len(shape))
    return (*known[:1], *["timesteps"] * len(steps), *known[1:])
