"""A model of ours as a source of rows, and the whole of it as one layer."""

from __future__ import annotations

import itertools
import keyword
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Set
from dataclasses import replace
from functools import cached_property
from typing import Any

from tutor.layers.built import Built, BuiltOfParts, Weight
from tutor.layers.calls import Call, InputLayer, Operation, Tensor
from tutor.ledgers.walk import Leaf, Walk, innermost
from tutor.models.graph import Graph, WholeModel
from tutor.models.program import Program


class Ours:
    """What a walk asks of our models."""

    def __init__(self, model: WholeModel, program: Program) -> None:
        self._model, self._names, self._frozen = model, program.names, program.frozen
        self._graphs: dict[int, Graph] = {}
        self._first: dict[int, Built] = {}

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
        if id(model) not in self._graphs:
            self._graphs[id(model)] = model._graph_on(read)  # noqa: SLF001
        graph = self._graphs[id(model)]
        graph.output_shape_on(self.name_of(model), read)
        return graph

    def leaf(self, call: Call, seen: Set[Hashable]) -> Leaf:
        built, owner = call.built, innermost(call.operation)
        assert built is not None  # noqa: S101  (only an input's call comes to nothing)
        if self._frozen & {id(call.operation), id(owner)}:
            built = built.frozen()
        first = self._first.setdefault(id(owner), built)
        shapes = [weight.shape for weight in first.weights]
        if shapes != [weight.shape for weight in built.weights]:
            raise ValueError(
                f"{type(self._model).__name__}: {call.operation!r} is used twice, on {first.input_shape} and on "
                f"{built.input_shape}, but its weights {shapes} fit the first only."
            )
        weights: dict[Hashable, tuple[bool, int]] = {
            (id(owner), place): (one.trainable, one.count) for place, one in enumerate(built.weights)
        }
        return Leaf(built.layer.kind, built.input_shape, built.output_shape, weights, built.formula, built)


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
            raise ValueError(
                f"{type(model).__name__}: {times} layers are named {name!r}, but a model uses each name once."
            )


def built_as_layer(model: WholeModel, graph: Graph, input_shape: Any) -> Built:
    """The whole model as one layer, whose formula adds up the counts of its layers by their names."""
    output_shape = graph.output_shape_on(type(model).__name__, input_shape)
    rows = [row for row in BuiltModel(model, graph).ledger.rows if row.count]
    names = identifiers(row.path for row in rows)
    weights: tuple[Weight, ...] = tuple(
        replace(weight, part=name) for row, name in zip(rows, names, strict=True) for weight in row.built.weights
    )
    return BuiltOfParts(model, input_shape, output_shape, weights)


def identifiers(names: Iterable[str]) -> list[str]:
    """A name for each of the names that a formula can use, no two of them the same."""
    given: list[str] = []
    for name in names:
        base = re.sub(r"\W", "_", name)
        base = base if base.isidentifier() and not keyword.iskeyword(base) else f"_{base}"
        free = (f"{base}_{number}" if number > 1 else base for number in itertools.count(1))
        given.append(next(one for one in free if one not in given))
    return given
