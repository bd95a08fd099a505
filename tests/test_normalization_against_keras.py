"""The layers that normalize, hinder and activate, against Keras itself; and what is known about them."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from comparing import assert_agreement, assert_stricter, outcome, taken_against_keras
from configurations import ALL_KINDS, NAMED_INITIALIZERS, examples, needed, values_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tutor
from tutor.layers import Layer, names

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from conftest import Weightless

FAMILIES = ("normalization", "pointwise")
KINDS = [name for name, kind in ALL_KINDS.items() if kind.__module__.rsplit(".", 1)[-1] in FAMILIES]
RANKS = {"SpatialDropout1D": 3, "SpatialDropout2D": 4, "SpatialDropout3D": 5}

_share = st.sampled_from([0, 0.0, 0.5, 1, 1.0]) | st.floats(0, 1)
_number = st.floats(0, 10) | st.integers(0, 10)
_place = st.integers(-4, 3)
_several = st.lists(_place, min_size=1, max_size=3)
# Gamma and beta are matrices where there are several axes, but not always.
_vector = st.sampled_from([name for name in NAMED_INITIALIZERS if name not in names.MATRIX_INITIALIZERS])

BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "activation": st.none() | st.sampled_from(names.ACTIVATIONS),
    "data_format": st.sampled_from([None, "channels_last", "channels_first"]),
    "groups": st.sampled_from([-1, 1, 2, 3, 4, 32]),
    "max_value": st.none() | _number,
    "noise_shape": st.none() | st.lists(st.none() | st.integers(1, 3), max_size=3),
    "renorm_clipping": st.none() | st.just({"rmin": 0.5, "rmax": 3}),
    "shared_axes": st.none() | st.integers(1, 3) | st.lists(st.integers(1, 4), max_size=3),
    "name": st.none() | st.just("mine"),
    "trainable": st.booleans(),
    "synchronized": st.booleans(),
    **dict.fromkeys(("l1", "l2"), st.floats(0, 10)),
    **dict.fromkeys(("rate", "stddev"), _share),
    **dict.fromkeys(("alpha", "epsilon", "momentum", "renorm_momentum", "negative_slope", "threshold"), _number),
    **dict.fromkeys(("mask_value", "scale", "offset"), _number),
}
FIXED = ("dtype", "autocast", "mean", "variance")


def _values(kind: str, argument: Any) -> st.SearchStrategy[Any]:
    if argument.name == "axis":
        one = kind in ("BatchNormalization", "GroupNormalization")
        return _place if one else _place | _several | (st.none() if kind == "Normalization" else st.nothing())
    if argument.name.endswith("initializer"):
        return _vector
    if isinstance(argument.default, bool):
        return st.booleans()
    return BY_NAME[argument.name] if argument.name in BY_NAME else values_for(argument, st.just(1))


@st.composite
def configurations(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], tuple[int | None, ...]]:
    """Arguments, most of which Keras takes, and a shape, which mostly fits them."""
    size = st.integers(1, 40) if kind == "Normalization" else st.sampled_from([4, 12, 32, 96]) | st.integers(1, 10**6)
    axis = st.sampled_from([None, *[True] * 5]).flatmap(lambda known: size if known else st.none())
    rank = draw(st.sampled_from([RANKS.get(kind, 4)] * 5 + [0, 1, 2, 3, 5, 6]))
    shape = tuple(draw(axis) for _ in range(rank))
    untaken = (*FIXED, "trainable") if kind in RANKS else FIXED
    strategies = {a.name: _values(kind, a) for a in fields(ALL_KINDS[kind]) if a.name not in untaken}
    optional = sorted(strategies.keys() - needed(kind).keys())
    chosen = [*needed(kind), *(draw(st.lists(st.sampled_from(optional), max_size=6, unique=True)) if optional else [])]
    if kind == "PReLU" and draw(st.booleans()):
        chosen = [*{*chosen, "shared_axes"}]
    return {name: draw(strategies[name]) for name in chosen}, shape


def fails_when_run(given: dict[str, Any], shape: Any) -> bool:
    """What Keras takes when it is called on symbols, and refuses or ignores once there are numbers."""
    axes = next((given[name] for name in ("axis", "shared_axes") if given.get(name) is not None), -1)
    several = axes if isinstance(axes, list) else [axes]
    places = [axis + len(shape) if axis < 0 else axis for axis in several]
    return len(set(places)) < len(places) or any(not 0 <= place < len(shape) for place in places)


@pytest.mark.parametrize("kind", KINDS)
def test_normalizing_and_its_like_agree(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    # Keras computes with Normalization's weights as soon as it has made them, so these have to exist.
    scope = (lambda _layers: nullcontext()) if kind == "Normalization" else weightless
    owns_weights = ALL_KINDS[kind]._weights is not Layer._weights

    @settings(max_examples=examples(400 if owns_weights else 40), suppress_health_check=[HealthCheck.too_slow])
    @given(configurations(kind))
    def check(configuration: tuple[dict[str, Any], Any]) -> None:
        assert_agreement(keras, scope, kind, *configuration, fails_when_run)

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_odd_arguments_that_keras_refuses_are_refused(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    shape = (None, *[4] * (RANKS.get(kind, 3) - 1))
    found = taken_against_keras(keras, weightless, kind, needed(kind), shape)
    # Frozen as part of a model, a layer of any kind may have these; the code that makes it in Keras leaves them out.
    if kind in RANKS:
        found = [taken for taken in found if not taken.startswith((f"{kind}(trainable=", f"{kind}(autocast="))]
    assert found == []


@pytest.mark.parametrize("kind", RANKS)
def test_code_of_a_frozen_spatial_dropout_is_one_that_keras_takes(keras: ModuleType, kind: str) -> None:
    code = ALL_KINDS[kind](0.5, name="mine", trainable=False).code()
    assert eval(code, {"keras": keras}).name == "mine"


# What Keras takes on symbols, where it does not look, and refuses once there are numbers


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("LayerNormalization", {"axis": [1, 1]}),
        ("LayerNormalization", {"axis": [1, -1]}),
        ("RMSNormalization", {"axis": [1, 1]}),
        ("UnitNormalization", {"axis": [1, 1]}),
        ("Softmax", {"axis": 2}),
        ("Softmax", {"axis": (1, 1)}),
        ("Softmax", {"axis": ()}),
    ],
)
def test_what_keras_refuses_with_numbers(
    keras: ModuleType, weightless: Weightless, kind: str, given: dict[str, Any]
) -> None:
    assert_stricter(keras, weightless, kind, given, (3, 4))
    assert outcome(lambda: getattr(keras.layers, kind)(**given)(np.zeros((3, 4)))) is not None


@pytest.mark.parametrize("axes", [0, -1])
def test_keras_takes_an_axis_that_prelu_cannot_share_for_another(keras: ModuleType, axes: int) -> None:
    layer = keras.layers.PReLU(shared_axes=[axes])
    layer.build((None, 3, 4))
    assert tuple(layer.alpha.shape) == ((3, 1) if axes == 0 else (1, 4))  # axis 2 for the batch, axis 1 for the last
    with pytest.raises(ValueError, match=f"PReLU: shared_axes must be from 1 to 2 .* axis {axes}"):
        tutor.PReLU(shared_axes=[axes]).build((None, 3, 4))


@pytest.mark.parametrize(
    ("axis", "mean", "fits"),
    [
        (-1, 0.5, True),
        (-1, [1, 2, 3, 4], True),
        (-1, np.ones(4), True),
        (-1, [1.0], True),
        (-1, [1, 2, 3], False),
        (-1, [[1, 2, 3, 4]], False),
        (-1, [], False),
        ((1, 2), [1, 2, 3, 4], True),
        ((1, 2), np.ones((3, 4)), True),
        ((1, 2), np.ones((4, 3)), False),
        (None, 2, True),
        (None, [2], False),
    ],
)
def test_a_mean_and_a_variance_that_are_given_are_no_weights(
    keras: ModuleType, axis: Any, mean: Any, fits: bool
) -> None:
    given = {"axis": axis, "mean": mean, "variance": mean}
    theirs = outcome(lambda: keras.layers.Normalization(**given).build((None, 3, 4)))
    ours = outcome(lambda: tutor.Normalization(**given).build((None, 3, 4)))
    assert (theirs is None) == (ours is None) == fits
    if fits:
        layer = tutor.Normalization(**given)
        assert layer.build((None, 3, 4)).weights == ()
        assert eval(repr(layer), dict(ALL_KINDS)) == layer


# Facts that someone outside wrote down


@pytest.mark.parametrize(
    ("layer", "shape", "formula", "count", "trained"),
    [
        (tutor.BatchNormalization(), (None, 512), "4 · channels", 2048, 1024),
        (tutor.BatchNormalization(), (None, 112, 112, 64), "4 · channels", 256, 128),  # ResNet50's first
        (tutor.BatchNormalization(axis=1), (None, 64, 7, 7), "4 · channels", 256, 128),
        (tutor.BatchNormalization(scale=False), (None, 32), "3 · channels", 96, 32),  # Inception V3's
        (tutor.BatchNormalization(scale=False, center=False), (None, 32), "2 · channels", 64, 0),
        (tutor.BatchNormalization(renorm=True), (None, 8), "7 · channels", 56, 16),
        (tutor.LayerNormalization(), (None, 1024, 768), "2 · features", 1536, 1536),  # GPT-2's and BERT's
        (tutor.LayerNormalization(axis=[1, 2, 3]), (None, 4, 5, 3), "2 · height · width · channels", 120, 120),
        (tutor.LayerNormalization(axis=[1, 2]), (None, 7, 8), "2 · timesteps · features", 112, 112),
        (tutor.LayerNormalization(axis=1), (None, 2, 3, 4, 5, 6), "2 · axis_1", 4, 4),
        (tutor.LayerNormalization(scale=False, center=False), (None, None), "0", 0, 0),
        (tutor.GroupNormalization(32), (None, 8, 8, 64), "2 · channels", 128, 128),
        (tutor.GroupNormalization(-1, center=False), (None, 8, 8, 64), "channels", 64, 64),
        (tutor.RMSNormalization(), (None, 25, 512), "features", 512, 512),
        (tutor.UnitNormalization(), (None, 512), "0", 0, 0),
        (tutor.Normalization(), (None, 9), "2 · features + 1", 19, 0),  # TensorFlow's fuel efficiency tutorial
        (tutor.Normalization(axis=None), (None, 1), "3", 3, 0),  # and its one-variable model
        (tutor.PReLU(shared_axes=[1, 2]), (None, 28, 28, 32), "channels", 32, 32),
        (tutor.PReLU(shared_axes=[1, 2]), (None, None, None, 32), "channels", 32, 32),
        (tutor.PReLU(), (None, 28, 28, 32), "height · width · channels", 25088, 25088),
        (tutor.PReLU(shared_axes=1), (None, 5), "1", 1, 1),
        (tutor.Dropout(0.5), (None, 512), "0", 0, 0),
        (tutor.Rescaling(1 / 255), (None, 224, 224, 3), "0", 0, 0),
        (tutor.Activation("softmax"), (None, 64, 15), "0", 0, 0),
        (tutor.BatchNormalization(trainable=False), (None, 512), "4 · channels", 2048, 0),
    ],
    ids=repr,
)
def test_counts_that_are_known(layer: Any, shape: Any, formula: str, count: int, trained: int) -> None:
    built = layer.build(shape)
    assert (built.formula.text, built.count, built.trainable_count) == (formula, count, trained)
    assert built.output_shape == shape


def test_batch_normalization_trains_two_of_its_four_vectors() -> None:
    built = tutor.BatchNormalization().build((None, 512))
    assert [(weight.name, weight.trainable) for weight in built.weights] == [
        ("gamma", True),
        ("beta", True),
        ("moving_mean", False),
        ("moving_variance", False),
    ]
    assert built.trainable_formula.text == built.non_trainable_formula.text == "2 · channels"


# Refusals are lessons


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: tutor.BatchNormalization(axis=[3]), ["BatchNormalization", "axis must", "got [3]", "whole number"]),
        (
            lambda: tutor.BatchNormalization(axis=4).build((None, 3)),
            ["axis must", "got 4", "(None, 3)", "from -2 to 1"],
        ),
        (lambda: tutor.BatchNormalization().build((None, 8, None)), ["last axis", "channels", "(None, 8, 256)"]),
        (lambda: tutor.BatchNormalization(axis=1).build((None, None, 8)), ["axis 1", "channels", "(None, 256, 8)"]),
        (lambda: tutor.BatchNormalization().build(()), ["axis must", "got -1", "()"]),
        (lambda: tutor.BatchNormalization(momentum="fast"), ["momentum must", "got 'fast'", "number"]),
        (lambda: tutor.BatchNormalization(renorm=True, renorm_clipping={"max": 3}), ["renorm_clipping", "'rmax'"]),
        (lambda: tutor.BatchNormalization(gamma_initializer="orthogonal").build((None, 8)), ["gamma", "(8,)"]),
        (lambda: tutor.LayerNormalization(axis=[1, 1]), ["LayerNormalization", "got [1, 1]", "each axis once"]),
        (lambda: tutor.LayerNormalization(axis=[]), ["LayerNormalization", "at least one axis", "-1", "got []"]),
        (lambda: tutor.LayerNormalization(axis=[1, 2]).build((None, None, 8)), ["axis 1", "timesteps"]),
        (lambda: tutor.LayerNormalization(rms_scaling=True), ["rms_scaling=True", "RMSNormalization"]),
        (lambda: tutor.GroupNormalization().build((None, 8, 8, 48)), ["groups=32", "48 channels", "groups=16"]),
        (lambda: tutor.GroupNormalization(10**17).build((None, 10**18 + 9)), ["GroupNormalization", "groups=1."]),
        (lambda: tutor.GroupNormalization(0), ["groups must", "-1", "got 0"]),
        (lambda: tutor.Normalization(mean=[1, 2]), ["variance must be given too"]),
        (lambda: tutor.Normalization(mean=[1, 2], variance=1), ["mean and variance", "(2,) and ()"]),
        (lambda: tutor.Normalization(mean=[[1, 2], [3]], variance=1), ["mean must", "same length"]),
        (lambda: tutor.Normalization(mean=[1, 2, 3], variance=[1, 2, 3]).build((None, 4)), ["(3,)", "axis=-1", "(4,)"]),
        (lambda: tutor.Dropout(20), ["Dropout", "rate must", "got 20", "from 0 to 1", "For 20%, write 0.2"]),
        (lambda: tutor.Dropout("half"), ["Dropout", "rate must", "got 'half'", "from 0 to 1"]),
        (lambda: tutor.Dropout(0.5, noise_shape=(None, 0)), ["Dropout", "noise_shape[1] must", "got 0", "1 or larger"]),
        (lambda: tutor.Dropout(), ["Dropout needs rate", "Dropout(rate=0.5)"]),
        (lambda: tutor.SpatialDropout2D(0.5).build((None, 7, 64)), ["height, width", "(None, 7, 64)"]),
        (lambda: tutor.ActivityRegularization(l2=-1), ["ActivityRegularization", "l2 must", "got -1", "0 or larger"]),
        (lambda: tutor.Activation("rleu"), ["Activation", "'rleu'", "'relu'"]),
        (lambda: tutor.Activation(), ["Activation needs activation", "Activation(activation='relu')"]),
        (lambda: tutor.ReLU(negative_slope=-1), ["ReLU", "negative_slope must", "got -1", "0 or larger"]),
        (lambda: tutor.LeakyReLU(alpha=0.2), ["LeakyReLU", "alpha=0.2", "Write negative_slope=0.2"]),
        (lambda: tutor.PReLU().build((None, None, None, 32)), ["PReLU", "axis 1", "height", "shared_axes"]),
        (lambda: tutor.PReLU(shared_axes=3).build((None, 8, 8)), ["PReLU", "axis 3", "from 1 to 2"]),
        (lambda: tutor.Softmax(axis=2).build((None, 8)), ["Softmax", "axis must", "got 2", "(None, 8)"]),
        (lambda: tutor.Softmax(axis=1.5), ["Softmax", "axis must", "got 1.5", "1 or 2"]),
    ],
)  # fmt: skip
def test_refusals_say_what_would_fit(action: Callable[[], object], words: list[str]) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        action()
    message = str(raised.value)
    assert [word for word in words if word not in message] == [], message
