"""A live Keras model, explained: each layer's count from its formula, beside what Keras says.

Nothing of Keras is imported. The model's objects are asked for what they say, so that it may live in any session, on
any backend, with weights or without.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from math import prod
from types import SimpleNamespace
from typing import Any

from tutor import layers
from tutor.layers.built import Built, Shape
from tutor.layers.calls import one_or_all
from tutor.layers.checks import shown
from tutor.layers.layer import Layer
from tutor.ledgers.ledger import Ledger, Row
from tutor.ledgers.walk import Walk, Weights, shapes_of
from tutor.symbols import Expression, Number, Size, identifiers, joined


def explain(model: Any) -> Ledger:
    """A Keras model row by row: which layer turns which shape into which, and why it has as many parameters as it has.

    ``row.count`` comes from the layer's formula and ``row.keras_count`` from the model's own weights. A weight that is
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
        walk, graph = _Theirs(model), _graph_of(model) or _held(model)
        ledger = walk.walked(graph, [tensor._keras_history.operation.name for tensor in graph.inputs])  # noqa: SLF001
        if not graph.inputs:
            ledger = replace(ledger, input_shape=one_or_all(build_shapes(model) or [None]))
        # Weights that belong to the model itself, or to layers that its calls do not reach.
        row = walk.counted(Row("", type(model).__name__, None, None, None), walk.weights(model), model.name)
        return replace(ledger, rows=(*ledger.rows, replace(row, shared=1))) if row.count else ledger


def _held(model: Any) -> Any:
    """The layers of a model that hides its calls, as far as they are built: called, but nobody knows on what."""
    held = {id(layer): layer for layer in model.layers if layer.built or is_from_keras(layer, "Model")}.values()
    calls = [SimpleNamespace(operation=layer, outputs=()) for layer in held]
    return SimpleNamespace(inputs=(), outputs=(), calls=calls)


class _Theirs(Walk):
    """The walk through a Keras model."""

    def __init__(self, model: Any) -> None:
        super().__init__(lambda operation: str(operation.name), model.count_params())
        self._trained = {id(weight) for weight in model.trainable_weights}
        self._hides_calls = not _graph_of(model)

    def _calls(self, graph: Any) -> Iterable[tuple[Any, list[Any]]]:
        if isinstance(graph, SimpleNamespace):
            return [(call, []) for call in graph.calls]
        # Those of one depth are in the order of their layers, and of each layer's calls.
        in_order = (node for operation in graph.operations for node in operation._inbound_nodes)  # noqa: SLF001
        depths = {id(node): depth for depth, nodes in graph._nodes_by_depth.items() for node in nodes}  # noqa: SLF001
        nodes = [node for node in in_order if id(node) in depths and not node.is_input]
        return [(node, _data_in(node)) for node in sorted(nodes, key=lambda node: -depths[id(node)])]

    def _graph_in(self, operation: Any, shapes: tuple[Any, ...]) -> Any:
        held = self._hides_calls and is_from_keras(operation, "Model")
        return _graph_of(operation) or (_held(operation) if held else None)

    def weights(self, layer: Any) -> Weights:
        """Keras's weights: whether each is trained, and how many numbers it holds."""
        weights = getattr(layer, "weights", ())
        return {id(weight): (id(weight) in self._trained, prod(weight.shape)) for weight in weights}

    def _row_of(self, call: Any, reads: Sequence[Any]) -> tuple[Row, Weights]:
        layer, read, weights = call.operation, shapes_of(reads), self.weights(call.operation)
        built, kind, shapes = built_on(layer, read), type(layer).__name__, read or build_shapes(layer)
        enters, leaves = (one_or_all(several or [None]) for several in (shapes, shapes_of(call.outputs)))
        if built is not None:
            kind, enters, leaves = built.layer.title, built.layer._read(shapes), leaves or built.output_shape  # noqa: SLF001
        formula = formula_of(layer, built, self.seen) if weights else Number(0)
        return Row("", kind, enters, leaves, formula, built=built), weights


def _data_in(node: Any) -> list[Any]:
    masks = [value for name, value in node.arguments.kwargs.items() if name.endswith("mask")]
    of_masks = [id(one) for mask in masks for one in (mask if isinstance(mask, (list, tuple)) else [mask])]
    return [tensor for tensor in node.input_tensors if id(tensor) not in of_masks]


def formula_of(theirs: Any, built: Built | None, seen: Set[Hashable]) -> Expression | None:
    """The count of a layer's weights that were not seen before, over named sizes; None where that is not known.

    A layer that is made of known ones, such as a learner's own, is the sum of theirs. A weight that belongs to the
    layer itself, or to a part that is not known, makes the sum unknown.
    """
    own = {id(weight) for weight in theirs.weights} - seen
    if built is not None and len(own) == len(theirs.weights):
        return built.formula
    names, counts, covered = [], [], set[Hashable]()
    for part in getattr(theirs, "_layers", ()):
        if of_part := ({id(weight) for weight in getattr(part, "weights", ())} & own) - covered:
            formula = formula_of(part, built_on(part, ()), seen | covered)
            if formula is None:
                return None
            covered |= of_part
            names.append(part.name)
            counts.append(formula.value)
    return joined(map(Size, identifiers(names), counts)) if covered == own else None


#: What these say changes neither count nor shape, and may be an object of a learner's own.
_LEFT_OUT = ("_initializer", "_regularizer", "_constraint")
#: What a layer keeps as it was given. For anything else its configuration is asked, which takes long.
_PLAIN = (bool, int, float, str, tuple)
#: Arguments that hold layers.
_INSIDE = ("layer", "backward_layer", "cell", "cells")


def layer_of(theirs: Any) -> Layer | None:
    """Our layer of the same arguments; None if there is none of that class, or it has arguments that we do not follow.

    A class counts as Keras's by where it comes from: a learner's own may have the same name.
    """
    known = is_from_keras(theirs) and is_from_keras(theirs, "Layer")
    ours: Any = getattr(layers, type(theirs).__name__, None) if known else None
    parameters = getattr(getattr(ours, "__signature__", None), "parameters", ())
    has_others = getattr(theirs, "lora_rank", None) is not None and "lora_rank" not in parameters
    if not parameters or has_others:
        return None
    config: dict[str, Any] = {}
    given: dict[str, Any] = {"dtype": theirs.dtype_policy.name}
    for name in parameters:
        if name in _INSIDE:
            held = getattr(theirs, f"forward_{name}", None) or getattr(theirs, name, None)
            given[name] = list(map(layer_of, held)) if isinstance(held, (list, tuple)) else held and layer_of(held)
        elif name not in given and not name.endswith(_LEFT_OUT):
            value = getattr(theirs, name, ...)
            if value is None or type(value) in _PLAIN:
                given[name] = value
            elif callable(value) and getattr(value, "__module__", "").startswith("keras."):
                given[name] = value.__name__
            elif name in (config := config or theirs.get_config()):
                # A function of a learner's own is noted as a dictionary; the layer has the function itself.
                given[name] = value if isinstance(config[name], Mapping) else config[name]
    with suppress(TypeError, ValueError):
        return ours(**given)  # type: ignore[no-any-return]
    return None


def built_on(theirs: Any, shapes: tuple[Shape, ...]) -> Built | None:
    """Our layer of the same arguments on what Keras's was called on, or if that is not known, was built on."""
    ours = layer_of(theirs)
    if ours is None:
        return None
    # Of several tensors, what Keras noted says which is which; of one, it is asked only if the call does not help.
    for from_call in (True, False) if len(shapes) == 1 else (False, True):
        if read := shapes if from_call else build_shapes(theirs):
            with suppress(TypeError, ValueError):
                return ours.build(ours._read(read))  # noqa: SLF001
    return None


def build_shapes(theirs: Any) -> tuple[Shape, ...]:
    """The shapes that Keras made the layer's weights for; none if it did not note them."""
    return tuple(_shapes_in(theirs.get_build_config() or {})) if hasattr(theirs, "get_build_config") else ()


def _shapes_in(value: Any) -> Iterator[Shape]:
    several = value.values() if isinstance(value, Mapping) else value if isinstance(value, (tuple, list)) else ()
    if several and all(axis is None or isinstance(axis, int) for axis in several):
        yield tuple(several)
    else:
        for part in several:
            yield from _shapes_in(part)


def is_from_keras(thing: Any, name: str = "") -> bool:
    """Whether the object is of one of Keras's classes, or with ``name``, of that class or of one derived from it."""
    classes = type(thing).__mro__ if name else (type(thing),)
    return any(cls.__module__.partition(".")[0] == "keras" and name in ("", cls.__name__) for cls in classes)


def _graph_of(layer: Any) -> Any:
    """The functional model that holds the layer's calls; None if it is no model, or one that hides its calls."""
    if is_from_keras(layer, "Sequential"):
        layer = layer._functional  # noqa: SLF001  (Keras has no public way to the calls)
    return layer if hasattr(layer, "_nodes_by_depth") and hasattr(layer, "operations") else None


def _check(model: Any) -> None:
    if not is_from_keras(model, "Model"):
        module, is_layer = type(model).__module__.partition(".")[0], is_from_keras(model, "Layer")
        repairs = {
            "It is a model of tf_keras, which is Keras 2. Make it with keras, version 3.": module == "tf_keras",
            "A layer alone is no model: put it into keras.Sequential([keras.Input(…), layer]).": is_layer,
            "Load it first, with keras.models.load_model.": isinstance(model, str),
            "It is a model of tutor's: see its ledger.": hasattr(model, "ledger"),
            "It is a model of tutor's: see its build(input_shape).": hasattr(model, "met"),
        }
        repair = next((f" {text}" for text, helps in repairs.items() if helps), "")
        raise TypeError(f"explain: model must be a model of Keras 3; got {shown(model)}.{repair}")
    # A model that is written as a class may say that it is built, though no layer is.
    inside = model._flatten_layers(include_self=False)  # noqa: SLF001  (Keras has no public way to all of them)
    if not model.built or not (_graph_of(model) or any([layer.built for layer in inside] or [True])):
        how = f"call {model.name} on a batch of examples"
        if is_from_keras(model, "Sequential"):
            how = "begin it with keras.Input(shape), or call its build(input_shape), such as build((None, 25))"
        raise ValueError(f"explain: the model {model.name!r} is not built yet, so it has no weights. First {how}.")
