"""A live Keras model, explained: each layer's count from its formula, beside what Keras says.

Nothing of Keras is imported. The model's objects are asked for what they say, so that it may live in any session, on
any backend, with weights or without.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from tutor.graph import distinct
from tutor.keras_layers import build_shapes, built_on, entries, formula_of, is_from_keras
from tutor.layers.checking import shown
from tutor.ledger import Ledger, Row
from tutor.uses import Source, Use, ledger_of, repeated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.layers.built import Shape


def explain(model: Any) -> Ledger:
    """A Keras model row by row: which layer turns which shape into which, and why it has as many parameters as it has.

    ``row.count`` comes from the layer's formula and ``row.keras_count`` from the model's own weights. A layer that is
    used several times is counted once. Where no formula is known, as for a layer of one's own, Keras's count stands
    alone, and ``ledger.unexplained`` lists the row. A model that is written as a class says nothing of how its layers
    are connected: its rows are the layers that it holds, in the order in which they were set.

    Raises:
        TypeError: it is no Keras model.
        ValueError: the model is not built yet, so that it has no weights.
    """
    _check(model)
    with warnings.catch_warnings():
        # Keras warns of what it could not save again; nothing is saved here.
        warnings.simplefilter("ignore")
        return _explained(model)


def _explained(model: Any) -> Ledger:
    walk = _Walk(model)
    graph = _graph_of(model)
    if graph is None:
        walk.visit_parts(model, "")
        shapes = build_shapes(model)
        entered = None if not shapes else shapes[0] if len(shapes) == 1 else shapes
        walk.note_remainder(model)
        return ledger_of(walk.uses, {}, (), (entered, None), model.count_params())
    inputs = {tensor._keras_history.operation.name: tensor for tensor in graph.inputs}  # noqa: SLF001
    made: dict[int, Source] = {id(tensor): name for name, tensor in inputs.items()}
    walk.visit(graph, "", made, ())
    walk.note_remainder(model)
    return ledger_of(
        walk.uses,
        {name: _shape(tensor) for name, tensor in inputs.items()},
        [made[id(tensor)] for tensor in graph.outputs if id(tensor) in made],
        (_shape_of_all(graph.inputs), _shape_of_all(graph.outputs)),
        model.count_params(),
    )


class _Walk:
    """The uses of a model's layers, those of the models within it among them."""

    def __init__(self, model: Any) -> None:
        self.uses: list[Use] = []
        self._trained = {id(weight) for weight in model.trainable_weights}
        self._covered: set[int] = set()

    def visit(self, graph: Any, prefix: str, made: dict[int, Source], steps: tuple[int | None, ...]) -> None:
        """The calls of one model, in Keras's order; ``made`` says where each tensor comes from."""
        for node in _calls(graph):
            layer, path, further = node.operation, f"{prefix}{node.operation.name}", steps
            read = tuple(map(_shape, node.input_tensors))
            while type(layer).__name__ == "TimeDistributed" and is_from_keras(layer) and _leads_to_a_model(layer):
                layer, further, path = layer.layer, (*further, read[0][1]), f"{path}/{layer.layer.name}"
                read = ((read[0][0], *read[0][2:]),)
            sources = tuple(made[id(tensor)] for tensor in node.input_tensors if id(tensor) in made)
            inner = _graph_of(layer)
            if inner is not None:
                within = {id(tensor): source for tensor, source in zip(inner.inputs, sources, strict=False)}
                self.visit(inner, f"{path}/", within, further)
                ends = [within.get(id(tensor)) for tensor in inner.outputs]
                made.update(
                    (id(tensor), end) for tensor, end in zip(node.outputs, ends, strict=False) if end is not None
                )
            else:
                written = _shape_of_all(node.outputs)
                self._use(node.operation, path, tuple(map(_shape, node.input_tensors)), written, sources, steps)
                made.update((id(tensor), len(self.uses) - 1) for tensor in node.outputs)

    def visit_parts(self, model: Any, prefix: str) -> None:
        """The layers that a model of a learner's own holds, as far as they are built."""
        for layer in distinct(model.layers):
            graph = _graph_of(layer)
            if graph is not None:
                self.visit(graph, f"{prefix}{layer.name}/", {}, ())
            elif is_from_keras(layer, "Model"):
                self.visit_parts(layer, f"{prefix}{layer.name}/")
            elif layer.built:
                self._use(layer, f"{prefix}{layer.name}", (), None, (), ())

    def note_remainder(self, model: Any) -> None:
        """A row for weights that belong to the model itself, or to layers that its calls do not reach."""
        rest = [weight for weight in model.weights if id(weight) not in self._covered]
        if rest:
            count = entries(rest)
            trained = entries(weight for weight in rest if id(weight) in self._trained)
            row = Row(model.name, type(model).__name__, None, None, None, count, trained, count)
            self.uses.append(Use(id(model), row))

    def _use(
        self,
        layer: Any,
        path: str,
        read: tuple[Shape, ...],
        written: Any,
        sources: tuple[Source, ...],
        steps: tuple[int | None, ...],
    ) -> None:
        weights = getattr(layer, "weights", ())
        self._covered.update(map(id, weights))
        built = built_on(layer, read)
        formula = formula_of(layer, built)
        counted = entries(weights)
        shapes = read or build_shapes(layer)
        input_shape = (shapes[0] if len(shapes) == 1 else shapes) if shapes else None
        output_shape = written
        if built is not None:
            input_shape = built.layer._read(shapes)  # noqa: SLF001
            output_shape = built.output_shape if written is None else written
        row = Row(
            path=path,
            kind=type(layer).__name__,
            input_shape=repeated(input_shape, steps),
            output_shape=repeated(output_shape, steps),
            formula=formula,
            count=counted if formula is None else formula.value,
            trainable_count=counted - entries(weight for weight in weights if id(weight) not in self._trained),
            keras_count=counted,
            built=built,
        )
        self.uses.append(Use(_owner(layer), row, sources))


def _check(model: Any) -> None:
    if isinstance(model, type) or not is_from_keras(model, "Model"):
        repair = ""
        if is_from_keras(model, "Layer") and not isinstance(model, type):
            repair = " A layer alone is no model: put it into keras.Sequential([keras.Input(…), layer])."
        elif isinstance(model, str):
            repair = " Load it first, with keras.models.load_model."
        elif hasattr(model, "ledger"):
            repair = " It is a model of tutor's: see its ledger."
        elif hasattr(model, "build_layers"):
            repair = " It is a model of tutor's: see its build(input_shape)."
        raise TypeError(f"explain: {shown(model)} is no Keras model.{repair}")
    if not model.built:
        how = f"call {model.name} on a batch of examples"
        if is_from_keras(model, "Sequential"):
            how = "begin it with keras.Input(shape), or call its build(input_shape), such as build((None, 25))"
        raise ValueError(
            f"explain: the model {model.name!r} is not built yet, so it has no weights to count. First {how}."
        )


def _graph_of(layer: Any) -> Any:
    """The functional model that holds the layer's calls; None if it is no model, or one that hides its calls."""
    if is_from_keras(layer, "Sequential"):
        layer = layer._functional  # noqa: SLF001
    return layer if hasattr(layer, "_nodes_by_depth") and hasattr(layer, "operations") else None


def _calls(graph: Any) -> Iterable[Any]:
    """The calls in the order in which Keras makes them, without those of inputs."""
    place = {id(operation): place for place, operation in enumerate(graph.operations)}

    def rank(node: Any) -> tuple[int, int]:
        return place[id(node.operation)], node.operation._inbound_nodes.index(node)  # noqa: SLF001  (as below)

    by_depth: dict[int, Sequence[Any]] = graph._nodes_by_depth  # noqa: SLF001  (Keras has no public way to the calls)
    for depth in sorted(by_depth, reverse=True):
        for node in sorted(by_depth[depth], key=rank):
            if not node.is_input:
                yield node


def _leads_to_a_model(layer: Any) -> bool:
    while type(layer).__name__ == "TimeDistributed" and is_from_keras(layer):
        layer = layer.layer
    return _graph_of(layer) is not None


def _owner(layer: Any) -> int:
    """The same number for all layers that keep their weights in one: what is inside TimeDistributed is shared."""
    while type(layer).__name__ == "TimeDistributed" and is_from_keras(layer):
        layer = layer.layer
    return id(layer)


def _shape(tensor: Any) -> Shape:
    return tuple(tensor.shape)


def _shape_of_all(tensors: Sequence[Any]) -> Any:
    shapes = tuple(map(_shape, tensors))
    return shapes[0] if len(shapes) == 1 else shapes
