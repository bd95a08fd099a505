"""Random layers: arguments that Keras takes, and a shape to build them on. For hypothesis."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

import tutor
from tutor.layers import names
from tutor.layers.layer import Layer

#: Every layer of the package.
ALL_KINDS: dict[str, type[Layer]] = {
    name: kind
    for name in tutor.layers.__all__
    if isinstance(kind := getattr(tutor.layers, name), type) and issubclass(kind, Layer) and kind is not Layer
}
#: Those whose arguments and shapes this module makes up; other families bring strategies of their own.
KINDS = {name: ALL_KINDS[name] for name in ("Dense", "Embedding", "SimpleRNN", "LSTM", "GRU")}

#: Fitting values of arguments that a layer cannot do without, where a size is not.
_FITTING = {
    "activation": "relu",
    "cell": tutor.LSTMCell(4),
    "cells": (tutor.LSTMCell(4),),
    "dims": (1,),
    "layer": tutor.LSTM(4),
    "rate": 0.5,
    "stddev": 0.5,
    "target_shape": (4,),
}


def examples(most: int) -> int:
    """So many in the whole run, and the profile's share of them in the fast part."""
    return most * settings.default.max_examples // 100


def needed(kind: str) -> dict[str, Any]:
    """Fitting values of the arguments that the layer cannot do without."""
    return {a.name: _FITTING.get(a.name, 4) for a in fields(ALL_KINDS[kind]) if a.default is a.default_factory}


_small = st.integers(1, 40)
_any_size = _small | st.integers(1, 10**6)
_axis = st.none() | st.integers(1, 9)
_rate = st.sampled_from([0, 0.0, 0.2, 0.5, 1, 1.0, 1.5]) | st.floats(0, 1)
# "constant" alone does not say which, and STFT needs SciPy, which Keras does not bring along.
NAMED_INITIALIZERS = [name for name in names.INITIALIZERS if not name.lower().startswith(("constant", "stft"))]
_vector_initializers = [name for name in NAMED_INITIALIZERS if name not in names.MATRIX_INITIALIZERS]

_BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "name": st.none() | st.sampled_from(["a", "my_layer", "Layer 1", "层"]),
    # Keras's orthogonal initializer, used where weights are allocated, does not know the 16-bit kinds.
    "dtype": st.sampled_from([None, "float32", "float64"]),
    "seed": st.none() | st.integers(0, 2**31),
    "lora_rank": st.none() | st.integers(1, 8),
    "lora_alpha": st.none() | st.floats(0.5, 8),
    "use_cudnn": st.sampled_from(["auto", True, False]),
    "weights": st.none(),
    "implementation": st.sampled_from([1, 2]),
    "quantization_config": st.none(),
    "bias_initializer": st.sampled_from(_vector_initializers),
}
_BY_ENDING: dict[str, st.SearchStrategy[Any]] = {
    "activation": st.none() | st.sampled_from(names.ACTIVATIONS),
    "initializer": st.sampled_from(NAMED_INITIALIZERS),
    "regularizer": st.none() | st.sampled_from(names.REGULARIZERS),
    "constraint": st.none() | st.sampled_from(names.CONSTRAINTS),
    "dropout": _rate,
}


def values_for(argument: Any, size: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    if argument.name in _BY_NAME:
        return _BY_NAME[argument.name]
    if isinstance(argument.default, bool):
        return st.booleans()
    if argument.name in ("units", "input_dim", "output_dim"):
        return size
    return _BY_ENDING[argument.name.rsplit("_", 1)[-1]]


@st.composite
def arguments_of(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Keyword arguments of that layer: all that it needs, and any of the others."""
    stateful = kind in ("SimpleRNN", "LSTM", "GRU") and draw(st.integers(0, 7)) == 0
    size = _small if stateful else _any_size
    values = {argument.name: values_for(argument, size) for argument in fields(KINDS[kind])}
    needed = {a.name for a in fields(KINDS[kind]) if a.default is a.default_factory}  # both are MISSING
    optional = draw(st.sets(st.sampled_from(sorted(values.keys() - needed)), max_size=8))
    given = {name: draw(values[name]) for name in sorted(needed | optional)}
    if "stateful" in values:
        given["stateful"] = stateful
    if given.get("lora_rank") is not None:
        for constraint in ("kernel_constraint", "embeddings_constraint"):
            given.pop(constraint, None)
    return given


@st.composite
def shapes_for(draw: st.DrawFn, kind: str, *, batch: bool = False) -> tuple[int | None, ...]:
    """An input shape that the layer takes, batch axis included; ``batch`` says that it must be known."""
    first = draw(st.integers(1, 9) if batch else _axis)
    features = draw(_small if batch else _any_size)
    if kind == "Dense":
        return (first, *draw(st.lists(_axis, max_size=3)), features)
    if kind == "Embedding":
        return (first, *draw(st.lists(_axis, max_size=3)))
    return (first, draw(_axis), features)


@st.composite
def configurations(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], tuple[int | None, ...]]:
    """Arguments of that layer, and a shape that it takes."""
    given = draw(arguments_of(kind))
    return given, draw(shapes_for(kind, batch=given.get("stateful", False)))


def entries(weights: Any) -> int:
    """How many numbers the weights of a Keras layer hold, by their shapes alone."""
    return sum(math.prod(weight.shape) for weight in weights)
