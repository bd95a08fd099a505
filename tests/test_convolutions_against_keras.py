"""Convolutions, pooling and ConvLSTM against Keras itself, over random configurations, and against what is known."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from comparing import (
    Given,
    Stricter,
    assert_same_as_keras,
    assert_stricter,
    disagreements_over,
    outcome,
    outcomes,
)
from configurations import ALL_KINDS, NAMED_INITIALIZERS, examples, values_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tutor
from tutor.layers import names
from tutor.layers.spatial import Spatial

MODULES = ("convolution", "pooling", "rnn")
KINDS: dict[str, type[Spatial]] = {
    name: kind
    for name, kind in ALL_KINDS.items()
    if issubclass(kind, Spatial) and name == kind.__name__ and kind.__module__.removeprefix("tutor.layers.") in MODULES
}
every_kind = pytest.mark.parametrize("kind", KINDS)
#: One of each module and signature, for what does not depend on the number of axes.
FAMILIES: dict[str, tuple[dict[str, Any], tuple[int | None, ...]]] = {
    "Conv1D": ({"filters": 4, "kernel_size": 3}, (None, 9, 4)),
    "Conv2D": ({"filters": 4, "kernel_size": 3}, (None, 9, 9, 4)),
    "Conv2DTranspose": ({"filters": 4, "kernel_size": 3}, (None, 9, 9, 4)),
    "DepthwiseConv2D": ({"kernel_size": 3}, (None, 9, 9, 4)),
    "SeparableConv1D": ({"filters": 4, "kernel_size": 3}, (None, 9, 4)),
    "ConvLSTM1D": ({"filters": 4, "kernel_size": 3}, (2, 3, 9, 4)),
    "MaxPooling2D": ({"pool_size": 2}, (None, 9, 9, 4)),
    "GlobalMaxPooling2D": ({}, (None, 9, 9, 4)),
}


# Random configurations


SMALL, FEW = st.integers(1, 5), st.integers(1, 3)


def amounts(rank: int, numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    """One number for all axes, or one for each."""
    return numbers | st.tuples(*[numbers] * rank)


def spread(value: Any, rank: int) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def values_of(kind: str, groups: int) -> dict[str, st.SearchStrategy[Any]]:
    """Values for the arguments that other families do not have; ``filters`` and ``groups`` fit each other."""
    rank, pools = len(KINDS[kind].spatial), "Pool" in kind
    paddings = ["valid", "same"] + ["SAME"] * (not pools) + ["causal"] * (kind == "Conv1D")
    kernels = st.sampled_from([name for name in NAMED_INITIALIZERS if name not in names.SQUARE_INITIALIZERS])
    return {
        "filters": FEW.map(lambda share: groups * share),
        "kernel_size": amounts(rank, SMALL),
        "pool_size": amounts(rank, SMALL),
        "strides": amounts(rank, FEW) | (st.none() if pools else st.nothing()),
        "padding": st.sampled_from(paddings),
        "output_padding": st.none() | amounts(rank, st.integers(0, 2)),
        "data_format": st.sampled_from([None, "channels_last", "channels_first", "Channels_First"]),
        "dilation_rate": amounts(rank, FEW),
        "groups": st.just(groups),
        "depth_multiplier": FEW,
        "stateful": st.sampled_from([False, False, False, True]),
        **{f"{name}_initializer": kernels for name in ("kernel", "recurrent", "depthwise", "pointwise")},
    }


@st.composite
def arguments_for(draw: st.DrawFn, kind: str, groups: int) -> dict[str, Any]:
    """Arguments of the right kind and size, all that are needed and any of the others; some do not go together."""
    named = {argument.name: argument for argument in fields(KINDS[kind])}
    values = values_of(kind, groups)
    needed = {name for name, argument in named.items() if argument.default is argument.default_factory}  # both MISSING
    decisive = named.keys() & values.keys() - needed
    chosen = needed | {name for name in sorted(decisive) if draw(st.booleans())}
    chosen |= draw(st.sets(st.sampled_from(sorted(named.keys() - decisive - needed)), max_size=4))
    return {name: draw(values[name] if name in values else values_for(named[name], SMALL)) for name in sorted(chosen)}


def shape_of(kind: str, given: dict[str, Any], batch: Any, timesteps: Any, space: list[Any], channels: Any) -> Any:
    leading = [batch, timesteps] if "LSTM" in kind else [batch]
    first = str(given.get("data_format")).lower() == "channels_first"
    return tuple([*leading, channels, *space] if first else [*leading, *space, channels])


@st.composite
def fitting(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], tuple[int | None, ...]]:
    """Arguments that go together, and a shape that they take."""
    rank, groups = len(KINDS[kind].spatial), draw(st.integers(1, 4))
    given = draw(arguments_for(kind, groups))
    strides, dilations = (spread(given.get(name) or 1, rank) for name in ("strides", "dilation_rate"))
    if max(strides) > 1 and max(dilations) > 1 and not kind.startswith(("Depthwise", "Separable")):
        del given["dilation_rate"]
    if given.get("output_padding") is not None:
        added = spread(given["output_padding"], rank)
        given["output_padding"] = tuple(min(extra, stride - 1) for extra, stride in zip(added, strides, strict=True))
    windows = spread(given.get("kernel_size", given.get("pool_size", 2)), rank)
    spans = [(n - 1) * d + 1 for n, d in zip(windows, spread(given.get("dilation_rate", 1), rank), strict=True)]
    # Along a single entry an even kernel with output_padding=0 leaves nothing.
    known = [st.integers(max(span, 2), span + 30) for span in spans]
    space = [draw(sizes if "LSTM" in kind else st.none() | sizes) for sizes in known]
    batch = draw(FEW if given.get("stateful") else st.none() | FEW)
    return given, shape_of(kind, given, batch, draw(st.none() | FEW), space, groups * draw(FEW))


@st.composite
def doubtful(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], tuple[int | None, ...]]:
    """Arguments that may not go together, and a shape that may not fit."""
    given = draw(arguments_for(kind, 1))
    if "groups" in given:
        given["groups"] = draw(SMALL)
    axes = st.none() | st.integers(1, 7)
    space = [draw(axes) for _ in KINDS[kind].spatial]
    shape = shape_of(kind, given, draw(axes), draw(axes), space, draw(axes))
    return given, draw(st.just(shape) | st.lists(axes, min_size=1, max_size=6).map(tuple))


@every_kind
def test_weights_counts_and_shapes_are_kerass(keras: Any, weightless: Any, kind: str) -> None:
    @settings(max_examples=examples(80), suppress_health_check=[HealthCheck.too_slow])
    @given(fitting(kind))
    def check(configuration: tuple[dict[str, Any], tuple[int | None, ...]]) -> None:
        assert_same_as_keras(keras, weightless, kind, *configuration)
        given, shape = configuration
        built = KINDS[kind](**given).build(shape)
        assert built.output_rules or None in shape[1:] or kind.startswith("Global")
        for name, rule in built.output_rules.items():
            assert eval(rule.expression, {}, rule.symbols) == rule.value, name

    check()


@pytest.mark.sampled
@every_kind
def test_what_keras_refuses_is_refused_and_what_it_takes_is_taken(keras: Any, weightless: Any, kind: str) -> None:
    @settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
    @given(doubtful(kind))
    def check(configuration: tuple[dict[str, Any], tuple[int | None, ...]]) -> None:
        theirs, ours = outcomes(keras, weightless, kind, *configuration)
        if theirs is not None:
            assert isinstance(ours, (TypeError, ValueError)), f"Keras refuses: {theirs}"
        elif ours is not None:
            # Keras lets a transposed convolution return an axis without entries.
            assert "must be 1 or larger" in str(ours), f"Keras takes it: {ours}"

    check()


# Odd arguments

NUMBERS = "filters groups depth_multiplier kernel_size pool_size strides dilation_rate output_padding".split()


def entries_of(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


REASONS = [
    Stricter(
        "a boolean is no number: kernel_size=True would be a window of one entry",
        lambda given: given.argument in NUMBERS and isinstance(given.value, bool),
        ("Conv2D", {"filters": 4, "kernel_size": True}),
    ),
    Stricter(
        "there is no part of a step, though Keras would divide by it",
        lambda given: (
            given.argument in NUMBERS and any(isinstance(n, (float, np.floating)) for n in entries_of(given.value))
        ),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": (1.5, 1.5)}),
    ),
    Stricter(
        "bytes are no tuple, though Python makes one of them",
        lambda given: given.argument in NUMBERS and isinstance(given.value, bytes),
        ("Conv1D", {"filters": 4, "kernel_size": 3, "strides": b"3"}),
    ),
    Stricter(
        "a ConvLSTM without a filter has nothing to return",
        lambda given: given.kind.startswith("ConvLSTM") and given.argument == "filters",
        ("ConvLSTM1D", {"filters": 0, "kernel_size": 3}),
    ),
    Stricter(
        "no axis of a tensor is longer than 2**63 - 1: Keras fails later, when it allocates",
        lambda given: given.argument in NUMBERS and given.value == 10**30,
        ("Conv2D", {"filters": 10**30, "kernel_size": 3}),
    ),
    Stricter(
        "a square matrix cannot fill a kernel: Keras fails later, when it initializes it",
        lambda given: given.argument.endswith("_initializer") and given.value in names.SQUARE_INITIALIZERS,
        ("Conv2D", {"filters": 4, "kernel_size": 3, "kernel_initializer": "identity"}),
    ),
]


@pytest.mark.sampled
@pytest.mark.parametrize("kind", FAMILIES)
def test_odd_arguments_are_refused_where_keras_refuses_them(keras: Any, weightless: Any, kind: str) -> None:
    basics, shape = FAMILIES[kind]
    own = [a for a in fields(KINDS[kind]) if a.name not in {"name", "trainable", "dtype", "autocast"}]
    found = [disagreements_over(keras, weightless, kind, basics, shape, argument, REASONS) for argument in own]
    assert [disagreement for several in found for disagreement in several] == []


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.reason)
def test_each_reason_to_be_stricter_still_holds(keras: Any, weightless: Any, reason: Stricter) -> None:
    kind, given = reason.example
    assert reason.applies(Given(kind, *_odd(given, kind)))
    assert_stricter(keras, weightless, kind, given, FAMILIES[kind][1])


def _odd(given: dict[str, Any], kind: str) -> tuple[str, Any, Any]:
    name = next(name for name, value in given.items() if FAMILIES[kind][0].get(name) != value)
    return name, None, given[name]


@pytest.mark.parametrize("name", names.SQUARE_INITIALIZERS)
def test_a_kernel_cannot_start_as_a_square_matrix(keras: Any, name: str) -> None:
    theirs = outcome(lambda: keras.layers.Conv1D(3, 3, kernel_initializer=name)(np.zeros((1, 5, 2))))
    assert theirs is not None
    with pytest.raises(ValueError, match=r"Conv1D: kernel_initializer must be one for 3 axes"):
        tutor.Conv1D(3, 3, kernel_initializer=name).build((None, 5, 2))


# Layers that compute


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("Conv1D(3, 3, padding='causal', dilation_rate=2)", (2, 9, 4)),
        ("Conv2D(6, (3, 2), (2, 1), groups=2)", (2, 10, 9, 4)),
        ("Conv3D(3, 2, padding='same', strides=2)", (2, 5, 6, 7, 4)),
        ("Conv1DTranspose(3, 3, strides=2, output_padding=1)", (2, 9, 4)),
        ("Conv2DTranspose(3, 2, strides=3)", (2, 9, 8, 4)),
        ("Conv2DTranspose(3, 3, strides=2, padding='same', output_padding=(0, 1))", (2, 9, 8, 4)),
        ("Conv3DTranspose(3, 3, dilation_rate=2)", (2, 3, 4, 5, 4)),
        ("DepthwiseConv1D(3, depth_multiplier=2)", (2, 9, 4)),
        ("SeparableConv2D(3, 3, dilation_rate=2)", (2, 9, 8, 4)),
        ("ConvLSTM2D(3, 3, return_sequences=True, return_state=True)", (2, 3, 9, 8, 4)),
        ("MaxPooling2D(3, 2, padding='same')", (2, 9, 8, 4)),
        ("AveragePooling1D(3, strides=2)", (2, 10, 4)),
        ("GlobalAveragePooling2D(keepdims=True)", (2, 9, 8, 4)),
        ("GlobalMaxPooling3D(data_format='channels_first')", (2, 4, 9, 8, 7)),
    ],
)
def test_real_layers_return_what_the_shapes_say(keras: Any, layer: str, shape: tuple[int, ...]) -> None:
    outputs = eval(f"keras.layers.{layer}", {"keras": keras})(np.zeros(shape, "float32"))
    shapes = tuple(tuple(o.shape) for o in outputs) if isinstance(outputs, tuple) else tuple(outputs.shape)
    assert eval(f"tutor.{layer}", {"tutor": tutor}).build(shape).output_shape == shapes


@pytest.mark.parametrize("name", [name for name, kind in ALL_KINDS.items() if name != kind.__name__])
def test_other_names_mean_what_they_mean_in_keras(keras: Any, name: str) -> None:
    assert getattr(keras.layers, name).__name__ == ALL_KINDS[name].__name__
