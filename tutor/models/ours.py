"""A model of ours as a source of rows, and the whole of it as one layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Set
from dataclasses import replace
from functools import cached_property
from typing import Any

from tutor.layers.built import Built, Shape
from tutor.layers.calls import Call, InputLayer, Operation, Tensor, data_in
from tutor.ledgers.walk import Leaf, Walk
from tutor.models.graph import Graph, WholeModel
from tutor.models.program import Program
from tutor.symbols import identifiers


class Ours:
    """What a walk asks of our models."""

    def __init__(self, model: WholeModel, program: Program) -> None:
        self._model, self._names, self._frozen = model, program.names, program.frozen
        self._graphs: dict[int, Graph] = {}
        self._met: dict[tuple[int, int], tuple[Shape, Any]] = {}

    def entrance(self, tensor: Tensor) -> Operation:
        return tensor.source.operation

    def name_of(self, operation: Operation) -> str:
        return self._names[id(operation)]

    def calls(self, graph: Graph) -> Iterable[Call]:
        check_names(self._model, [self._names.get(id(operation)) for operation in graph.operations])
        return [call for call in graph.calls if not isinstance(call.operation, InputLayer)]

    def is_model(self, operation: Operation) -> bool:
        return isinstance(operation, WholeModel)

    def graph_in(self, model: WholeModel, shapes: tuple[Any, ...]) -> Graph:
        read = model._read(shapes)  # noqa: SLF001
        # A stack is built by its first use.
        graph = self._graphs.setdefault(id(model), model._graph_on(read))  # noqa: SLF001
        graph.output_shape_on(self.name_of(model), read)
        return graph

    def reads(self, call: Call) -> tuple[Tensor, ...]:
        return data_in(call.args, call.kwargs)

    def leaf(self, call: Call, seen: Set[Hashable]) -> Leaf:
        built = call.built
        if built is None:
            raise TypeError(f"{call.operation!r} was called on nothing.")
        by_key = dict(zip(_owned(call.operation, built), built.weights, strict=True))
        if self._frozen & {id(call.operation), *(owner for owner, _ in by_key)}:
            built = built.frozen()
            by_key = dict(zip(by_key, built.weights, strict=True))
        for key, weight in by_key.items():
            shape, first = self._met.setdefault(key, (weight.shape, built.input_shape))
            if shape != weight.shape:
                raise ValueError(
                    f"{type(self._model).__name__}: {call.operation!r} is used twice, on {first} and on "
                    f"{built.input_shape}, but its {weight.name} of shape {shape} fits the first only."
                )
        weights: dict[Hashable, tuple[bool, int]] = {key: (one.trainable, one.count) for key, one in by_key.items()}
        new = [weight for key, weight in by_key.items() if key not in seen]
        formula = built.formula if len(new) == len(by_key) else built.formula_of(new)
        return Leaf(built.layer.title, built.input_shape, built.output_shape, weights, formula, built)


def _owned(operation: Operation, built: Built) -> Iterator[tuple[int, int]]:
    """What identifies each of its weights: the layer that has it, and its place there."""
    if operation.owns_weights:
        yield from ((id(operation), place) for place in range(len(built.weights)))
    else:
        for part, its in zip(operation.inside, built.inside.values(), strict=True):
            yield from _owned(part, its)


class BuiltModel:
    """A model that has met its input, as Built is a layer that has: its rows, layers and program, each made once.

    Attributes:
        ledger: the model row by row.
        layers: each layer by its path.
    """

    def __init__(self, model: WholeModel, graph: Graph) -> None:
        self._program = Program(model, graph)
        walk = Walk(Ours(model, self._program))
        self.ledger = walk.ledger(graph, (graph.input_shape, graph.output_shape))
        self.layers = walk.builts

    @cached_property
    def code(self) -> str:
        """Python that makes the same model in Keras, and calls it ``model``."""
        return self._program.code()


def check_names(model: WholeModel, names: list[str | None]) -> None:
    """Refuses a model in which two layers have one name."""
    for name, times in Counter(names).items():
        if name is not None and times > 1:
            kind = type(model).__name__
            raise ValueError(f"{kind}: {times} layers are named {name!r}, but a model uses each name once.")


def built_as_layer(model: WholeModel, graph: Graph, input_shape: Any) -> Built:
    """The whole model as one layer, whose formula adds up the counts of its layers by their names."""
    output_shape = graph.output_shape_on(type(model).__name__, input_shape)
    builts = {row.path: row.built for row in BuiltModel(model, graph).ledger.rows if row.count and row.built}
    weights = tuple(
        replace(weight, part=name)
        for name, built in zip(identifiers(builts), builts.values(), strict=True)
        for weight in built.weights
    )
    return Built(model, input_shape, output_shape, weights)
