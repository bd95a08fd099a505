"""Through a model of ours, call by call: its ledger, its layers, and the whole of it as one layer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.graph import Graph, WholeModel
from tutor.layers.calls import InputLayer, Operation
from tutor.layers.wrappers import BuiltOfParts, TimeDistributed
from tutor.ledger import Row
from tutor.program import Program
from tutor.symbols import Sizes
from tutor.uses import Source, Use, ledger_of, repeated

if TYPE_CHECKING:
    from tutor.layers.built import Built


class Walk:
    """The uses of all layers of a model, those of the models within it among them.

    Attributes:
        uses: the uses, in the order of the calls.
        ledger: the model row by row.

    Raises:
        ValueError: two layers have one name, or a layer that is used twice does not fit both times.
    """

    def __init__(self, model: WholeModel, graph: Graph) -> None:
        program = Program(model, graph)
        self._model, self._names, self._frozen = model, program.names, program.frozen
        self._graphs: dict[int, Graph] = {}
        self._first: dict[int, Built] = {}
        self.uses: list[Use] = []
        entering = {self._name(tensor.source.operation): tensor for tensor in graph.inputs}
        made: dict[int, Source] = {id(tensor): name for name, tensor in entering.items()}
        self._visit(model, graph, "", made, ())
        inputs = {name: tensor.shape for name, tensor in entering.items()}
        outputs = [made[id(tensor)] for tensor in graph.outputs]
        self.ledger = ledger_of(self.uses, inputs, outputs, (graph.input_shape, graph.output_shape))

    def _name(self, operation: Operation) -> str:
        return self._names[id(operation)]

    def _visit(
        self, model: WholeModel, graph: Graph, prefix: str, made: dict[int, Source], steps: tuple[int | None, ...]
    ) -> None:
        """The calls of one model; ``made`` says where each tensor comes from, ``steps`` how often each is repeated."""
        check_names(model, [self._names.get(id(operation)) for operation in graph.operations])
        for call in graph.calls:
            operation, path, further = call.operation, prefix, steps
            if isinstance(operation, InputLayer):
                continue
            path += self._name(operation)
            read = call.operation._read(tuple(tensor.shape for tensor in call.inputs))  # noqa: SLF001
            while isinstance(operation, TimeDistributed) and _leads_to_a_model(operation):
                operation, further, read = operation.layer, (*further, read[1]), (read[0], *read[2:])
                path += f"/{self._name(operation)}"
            sources = tuple(made[id(tensor)] for tensor in call.inputs)
            if isinstance(operation, WholeModel):
                inner = self._graphs.setdefault(id(operation), operation._graph_on(read))  # noqa: SLF001
                inner.output_shape_on(path, read)
                within = dict(zip(map(id, inner.inputs), sources, strict=True))
                self._visit(operation, inner, f"{path}/", within, further)
                made.update(
                    (id(tensor), within[id(leaves)]) for tensor, leaves in zip(call.outputs, inner.outputs, strict=True)
                )
            elif call.built is not None:
                self._use(model, call.built, path, sources, steps)
                made.update((id(tensor), len(self.uses) - 1) for tensor in call.outputs)

    def _use(
        self, model: WholeModel, built: Built, path: str, sources: tuple[Source, ...], steps: tuple[int | None, ...]
    ) -> None:
        layer = built.layer
        weights_of: Operation = layer
        while isinstance(weights_of, TimeDistributed):
            weights_of = weights_of.layer
        if self._frozen & {id(layer), id(weights_of)}:
            built = built.frozen()
        first = self._first.setdefault(id(weights_of), built)
        shapes = [weight.shape for weight in first.weights]
        if shapes != [weight.shape for weight in built.weights]:
            raise ValueError(
                f"{type(model).__name__}: {layer!r} is used twice, on {first.input_shape} and on {built.input_shape}, "
                f"but its weights {shapes} fit the first only."
            )
        row = Row(
            path=path,
            kind=layer.kind,
            input_shape=repeated(built.input_shape, steps),
            output_shape=repeated(built.output_shape, steps),
            formula=built.formula,
            count=built.count,
            trainable_count=built.trainable_count,
            built=built,
        )
        self.uses.append(Use(id(weights_of), row, sources))


def check_names(model: WholeModel, names: list[str | None]) -> None:
    """Refuses a model in which two layers have one name.

    Raises:
        ValueError: there are two.
    """
    for name, times in Counter(names).items():
        if name is not None and times > 1:
            raise ValueError(
                f"{type(model).__name__}: {times} layers are named {name!r}, but a model uses each name once."
            )


def built_as_layer(model: WholeModel, graph: Graph, input_shape: Any) -> Built:
    """The whole model as one layer, whose formula adds up the counts of its layers by their names.

    Raises:
        ValueError: the shape is not one that the model was made for.
    """
    output_shape = graph.output_shape_on(type(model).__name__, input_shape)
    rows = [row for row in Walk(model, graph).ledger.rows if row.count]
    parts = {row.path: re.sub(r"\W", "_", row.path) for row in rows}
    weights = tuple(
        replace(weight, part=parts[row.path]) for row in rows if row.built is not None for weight in row.built.weights
    )
    sizes = Sizes(**{parts[row.path]: row.count for row in rows})
    return BuiltOfParts(model, input_shape, output_shape, sizes, weights)


def _leads_to_a_model(operation: Operation) -> bool:
    while isinstance(operation, TimeDistributed):
        operation = operation.layer
    return isinstance(operation, WholeModel)
