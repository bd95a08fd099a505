"""A model of ours that has met its input: row by row, as Keras code, and as one layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tutor.layers.built import Built, Shape
from tutor.layers.calls import Call, Operation, Tensor, data_in
from tutor.ledgers.ledger import Row
from tutor.ledgers.walk import Walk, Weights
from tutor.models.graph import Graph, WholeModel
from tutor.models.program import Program
from tutor.symbols import identifiers


class BuiltModel(Walk):
    """A model that has met its input, as Built is a layer that has: its rows, layers and code, each made once.

    Attributes:
        ledger: the model row by row.
        layers: each layer by its path.
        program: the steps that create it.
        code: Python that makes the same model in Keras, and calls it ``model``.
    """

    def __init__(self, model: WholeModel, graph: Graph) -> None:
        self._model, self._graph, self.program = model, graph, Program(model, graph.inputs[0])
        super().__init__(lambda operation: self.program.names[id(operation)])
        self._graphs: dict[int, Graph] = {}
        self._used: dict[tuple[int, int], tuple[Shape, Any]] = {}
        self.ledger = self.walked(graph, [self.name_of(tensor.source.operation) for tensor in graph.inputs])

    @property
    def code(self) -> str:
        return self.program.code

    def as_layer(self, input_shape: Any) -> Built:
        """The whole model as one layer, whose formula adds up the counts of its layers by their names."""
        output_shape = self._graph.output_shape_on(type(self._model).__name__, input_shape)
        builts = {row.path: row.built for row in self.ledger.rows if row.count and row.built}
        parts = zip(identifiers(builts), builts.values(), strict=True)
        weights = [replace(weight, part=name) for name, built in parts for weight in built.weights]
        return Built(self._model, input_shape, output_shape, tuple(weights))

    # What the walk asks

    def _calls(self, graph: Graph) -> Iterable[tuple[Call, tuple[Tensor, ...]]]:
        self.program.check_names(call.operation for call in graph.calls)
        return [(call, data_in(call.args, call.kwargs)) for call in graph.calls if call.input_tensors]

    def _graph_in(self, operation: Operation, shapes: tuple[Any, ...]) -> Graph | None:
        if not isinstance(operation, WholeModel):
            return None
        read = operation._read(shapes)  # noqa: SLF001
        if id(operation) not in self._graphs:  # a stack is built by its first use
            self._graphs[id(operation)] = operation._graph_on(read)  # noqa: SLF001
        graph = self._graphs[id(operation)]
        graph.output_shape_on(self.name_of(operation), read)
        return graph

    def _row_of(self, call: Call, reads: Sequence[Tensor]) -> tuple[Row, Weights]:
        built: Any = call.built
        keys = list(_owned(call.operation, built))
        if self.program.frozen & {id(call.operation), *(owner for owner, _ in keys)}:
            built = built.frozen()
        weights = dict(zip(keys, built.weights, strict=True))
        for key, weight in weights.items():
            shape, first = self._used.setdefault(key, (weight.shape, built.input_shape))
            if shape != weight.shape:
                raise ValueError(
                    f"{type(self._model).__name__}: {call.operation!r} is used twice, on {first} and on "
                    f"{built.input_shape}, but its {weight.name} of shape {shape} fits the first only."
                )
        new = [weight for key, weight in weights.items() if key not in self.seen]
        row = Row("", built.layer.title, built.input_shape, built.output_shape, built.formula_of(new), built=built)
        return row, {key: (one.trainable, one.count) for key, one in weights.items()}


def _owned(operation: Operation, built: Built) -> Iterator[tuple[int, int]]:
    """What identifies each of its weights: the layer that has it, and its place there."""
    if operation.owns_weights:
        yield from ((id(operation), place) for place in range(len(built.weights)))
    else:
        for part, its in zip(operation.inside, built.inside.values(), strict=True):
            yield from _owned(part, its)
