"""Layers as data: what they keep, and what they say about arguments and shapes that do not fit."""

from __future__ import annotations

import ast
import copy
import pickle
from dataclasses import MISSING, FrozenInstanceError, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from configurations import KINDS, needed

from tutor import GRU, LSTM, Dense, Embedding, SimpleRNN, layers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.layers import Layer


# Errors are lessons: each names the layer, the argument or axis, what was given, and what would fit.


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: Dense(0), ValueError, ["Dense", "units must", "got 0", "1 or larger"]),
        (lambda: Dense(-3), ValueError, ["Dense", "units must", "got -3", "1 or larger"]),
        (lambda: Dense(2.5), TypeError, ["Dense", "units must", "got 2.5", "whole number", "2 or 3"]),
        (lambda: Dense(32.0), TypeError, ["Dense", "units must", "got 32.0", "Write 32,"]),
        (lambda: Dense(True), TypeError, ["Dense", "units must", "got True", "whole number"]),
        (lambda: Dense("32"), TypeError, ["Dense", "units must", "got '32'", "without quotes: 32"]),
        (lambda: Dense("1,024"), TypeError, ["Dense", "units must", "got '1,024'", "without quotes: 1024"]),
        (lambda: Dense("many"), TypeError, ["Dense", "units must", "got 'many'", "whole number"]),
        (lambda: Dense(None), TypeError, ["Dense", "units must", "got None", "whole number"]),
        (lambda: Dense([32]), TypeError, ["Dense", "units must", "got [32]", "whole number"]),
        (lambda: Dense(float("nan")), TypeError, ["Dense", "units must", "got nan", "whole number"]),
        (lambda: Dense(float("inf")), TypeError, ["Dense", "units must", "got inf", "whole number"]),
        (
            lambda: Dense(2**63), ValueError,
            ["Dense", "units must", "got 9223372036854775808", "9,223,372,036,854,775,807"],
        ),
        (lambda: Dense(10**4000), ValueError, ["Dense", "units must", "got 1000", "the largest size of an axis"]),
        (
            lambda: Dense(10**5000), ValueError,
            ["Dense", "units must", "got a number too long", "the largest size of an axis"],
        ),
        (lambda: Dense([32] * 10_000), TypeError, ["Dense", "units must", "got [32, 32", "whole number"]),
        (
            lambda: Dense(32, "relu" * 10_000), ValueError,
            ["Dense", "activation must", "got 'relurelu", "activation in Keras"],
        ),
        (lambda: Dense(32, zzz="z" * 10_000), TypeError, ["Dense", "no argument 'zzz'"]),
        (lambda: Embedding(0, 256), ValueError, ["Embedding", "input_dim must", "got 0", "1 or larger"]),
        (lambda: Embedding(1000, 2.5), TypeError, ["Embedding", "output_dim must", "got 2.5", "2 or 3"]),
        (lambda: Dense(32, use_bias="False"), TypeError, ["Dense", "use_bias must", "got 'False'", "True or False"]),
        (lambda: Dense(32, use_bias=0), TypeError, ["Dense", "use_bias must", "got 0", "True or False"]),
        (lambda: Dense(32, "rleu"), ValueError, ["Dense", "activation must", "got 'rleu'", "Did you mean 'relu'?"]),
        (
            lambda: Dense(32, activation=3), TypeError,
            ["Dense", "activation must", "got 3", "name of an activation", "'relu'"],
        ),
        (lambda: LSTM(1, recurrent_activation="sigmod"), ValueError, ["LSTM", "recurrent_activation", "'sigmoid'"]),
        (lambda: Dense(3, kernel_initializer="glorot"), ValueError, ["Dense", "kernel_initializer", "initializer"]),
        (lambda: Dense(3, kernel_initializer="constant"), ValueError, ["Dense", "which constant", "Constant(0.1)"]),
        (
            lambda: Dense(3, kernel_regularizer="L3"), ValueError,
            ["Dense", "kernel_regularizer must", "got 'L3'", "regularizer"],
        ),
        (lambda: Dense(3, bias_constraint="nonneg"), ValueError, ["Dense", "bias_constraint", "'non_neg'"]),
        (lambda: LSTM(3, dropout="half"), TypeError, ["LSTM", "dropout must", "got 'half'", "from 0 to 1"]),
        (lambda: LSTM(3, dropout=float("nan")), ValueError, ["LSTM", "dropout must", "got nan", "from 0 to 1"]),
        (lambda: LSTM(3, seed=1.5), TypeError, ["LSTM", "seed must", "got 1.5", "whole number"]),
        (lambda: LSTM(3, use_cudnn="maybe"), ValueError, ["LSTM", "use_cudnn must", "got 'maybe'", "'auto'"]),
        (
            lambda: Dense(3, dtype="float33"), ValueError,
            ["Dense", "dtype must", "got 'float33'", "Did you mean 'float32'?"],
        ),
        (lambda: Dense(3, dtype=32), TypeError, ["Dense", "dtype must", "got 32", "'float32'"]),
        (lambda: Dense(3, name="a/b"), ValueError, ["Dense", "name must", "got 'a/b'", "/"]),
        (lambda: Dense(3, name=7), TypeError, ["Dense", "name must", "got 7", "string"]),
        (
            lambda: Dense(3, quantization_config={}), ValueError,
            ["Dense", "quantization_config must", "got {}", "Leave it out"],
        ),
        (
            lambda: Dense(3, lora_rank=2, kernel_constraint="non_neg"), ValueError,
            ["Dense", "lora_rank=2", "kernel_constraint must", "got 'non_neg'", "Leave one out"],
        ),
        (
            lambda: Embedding(5, 3, weights=np.zeros((3, 5))), ValueError,
            ["Embedding", "weights", "(3, 5)", "input_dim=5", "output_dim=3", "(5, 3)"],
        ),
        (lambda: Embedding(5, 3, weights="glove"), ValueError, ["Embedding", "weights", "str", "(5, 3)"]),
        (lambda: Dense(), TypeError, ["Dense", "needs units", "Dense(units=32)"]),
        (lambda: Embedding(1000), TypeError, ["Embedding", "needs output_dim", "Embedding(1000, output_dim=32)"]),
        (lambda: Embedding(), TypeError, ["Embedding", "needs input_dim and output_dim"]),
        (lambda: Dense(32, unit=3), TypeError, ["Dense", "no argument 'unit'", "unit=3", "Did you mean 'units'?"]),
        (lambda: Dense(unit=3), TypeError, ["Dense", "no argument 'unit'", "Did you mean 'units'?"]),
        (lambda: LSTM(3, return_sequence=True), TypeError, ["LSTM", "'return_sequence'", "'return_sequences'"]),
        (lambda: Dense(3, zzz=1), TypeError, ["Dense", "no argument 'zzz'", "It takes units, activation"]),
        (lambda: Dense(32, units=32), TypeError, ["Dense", "units"]),
        (lambda: Embedding(9, 3, input_length=7), TypeError, ["Embedding", "input_length=7", "Leave it out"]),
        (lambda: Embedding(vocabulary=9), TypeError, ["Embedding", "vocabulary=9", "Write input_dim=9"]),
        (lambda: Embedding(9, units=3), TypeError, ["Embedding", "units=3", "Write output_dim=3"]),
    ],
)  # fmt: skip
def test_wrong_arguments(call: Callable[[], Layer], kind: type[Exception], words: list[str]) -> None:
    with pytest.raises(kind) as raised:
        call()
    message = str(raised.value)
    assert [word for word in words if word not in message] == [], message
    assert len(message) < 1000


def test_an_unknown_argument_is_what_keras_calls_it_and_what_python_calls_it() -> None:
    with pytest.raises(ValueError, match="no argument"):
        Dense(32, zzz=1)
    with pytest.raises(TypeError, match="no argument"):
        Dense(32, zzz=1)


@pytest.mark.parametrize(
    ("layer", "shape", "kind", "words"),
    [
        (Dense(32), (None, None), ValueError, ["Dense", "last axis", "(None, None)", "features", "(None, 256)"]),
        (Dense(32), (784,), ValueError, ["Dense", "(784,)", "has 1", "at least 2 axes", "batch axis", "(None, 784)"]),
        (Dense(32), (), ValueError, ["Dense", "()", "has 0", "(None, 784)"]),
        (Dense(32), (None, 0), ValueError, ["Dense", "axis 1", "(None, 0)", "1 or larger"]),
        (Dense(32), (None, -1), ValueError, ["Dense", "axis 1", "(None, -1)", "1 or larger"]),
        (Dense(32), (None, 2.0), TypeError, ["Dense", "axis 1", "(None, 2.0)", "Write 2,"]),
        (Dense(32), (None, "784"), TypeError, ["Dense", "axis 1", "784", "without quotes"]),
        (Dense(32), (None, True), TypeError, ["Dense", "axis 1", "got True"]),
        (Dense(32), (None, (3, 4)), TypeError, ["Dense", "axis 1", "(3, 4)"]),
        (Dense(32), (None, 2**63), ValueError, ["Dense", "axis 1", "9,223,372,036,854,775,807"]),
        (Dense(32), (None, 10**5000), ValueError, ["Dense", "axis 1", "9,223,372,036,854,775,807"]),
        (Dense(32), -5, TypeError, ["Dense", "input_shape must", "got -5", "(None, 256)"]),
        (Dense(32), 784, TypeError, ["Dense", "input_shape must", "got 784", "(None, 784)"]),
        (Dense(32), "784", TypeError, ["Dense", "input_shape must", "got '784'", "tuple"]),
        (Dense(32), None, TypeError, ["Dense", "input_shape must", "got None", "tuple"]),
        (Embedding(9, 3), (), ValueError, ["Embedding", "()", "at least 1 axis, (batch, ...)"]),
        (
            LSTM(3),
            (None, 25),
            ValueError,
            ["LSTM", "3 axes", "(None, 25)", "Embedding", "(None, 25, 1)", "(None, None, 25)"],
        ),
        (
            GRU(3),
            (None, 25, 8, 8),
            ValueError,
            ["GRU", "3 axes", "(None, 25, 8, 8)", "has 4", "TimeDistributed(Flatten())", "(None, 25, 64)"],
        ),
        (SimpleRNN(3), (25,), ValueError, ["SimpleRNN", "3 axes", "(25,)"]),
        (LSTM(3), (None, 25, None), ValueError, ["LSTM", "last axis", "features", "(None, 25, 256)"]),
        (LSTM(3, stateful=True), (None, 25, 8), ValueError, ["LSTM", "stateful=True", "axis 0", "(32, 25, 8)"]),
        (Dense(3, bias_initializer="orthogonal"), (None, 8), ValueError, ["Dense", "bias_initializer", "(3,)"]),
    ],
)
def test_wrong_shapes(layer: Layer, shape: Any, kind: type[Exception], words: list[str]) -> None:
    with pytest.raises(kind) as raised:
        layer.build(shape)
    message = str(raised.value)
    assert [word for word in words if word not in message] == [], message
    assert len(message) < 1000


def test_a_very_long_shape_is_not_printed_in_full() -> None:
    with pytest.raises(TypeError) as raised:
        LSTM(3).build(["a"] * 10_000)
    assert len(str(raised.value)) < 1000


def test_sizes_beyond_any_memory_are_only_numbers() -> None:
    built = Embedding(10**15, 10**15).build((None, 10**12))
    assert built.count == 10**30
    assert built.output_shape == (None, 10**12, 10**15)


# What is taken


@pytest.mark.parametrize("number", [np.int64(128), np.int32(128), np.uint8(128), np.array(128)])
def test_numpys_whole_numbers_become_pythons(number: Any) -> None:
    layer = LSTM(number)
    assert type(layer.units) is int
    assert layer == LSTM(128)
    assert layer.build((None, np.int64(25), np.int64(256))) == LSTM(128).build((None, 25, 256))


def test_numpys_rates_become_pythons() -> None:
    layer = LSTM(3, dropout=np.float32(0.5), recurrent_dropout=np.int64(1))
    assert layer.code() == "keras.layers.LSTM(3, dropout=0.5, recurrent_dropout=1)"


@pytest.mark.parametrize("shape", [[None, 25, 256], np.array([None, 25, 256]), iter((None, 25, 256))])
def test_a_shape_may_be_any_sequence(shape: Any) -> None:
    assert LSTM(128).build(shape) == LSTM(128).build((None, 25, 256))


@pytest.mark.parametrize("activation", [None, "relu", len, np.tanh, {"class_name": "tanh", "config": {}}])
def test_an_activation_may_be_a_name_or_a_function(activation: Any) -> None:
    assert Dense(3, activation).activation is activation
    assert isinstance(LSTM(3, activation).build((None, 2, 2)).gates[2].activation, str)


# What they are


@pytest.mark.parametrize("kind", KINDS)
def test_layers_are_frozen_values(kind: str) -> None:
    numbers = (5, 3) if kind == "Embedding" else (5,)
    layer, same, other = KINDS[kind](*numbers), KINDS[kind](*numbers), KINDS[kind](*numbers, name="other")
    assert layer == same
    assert hash(layer) == hash(same)
    assert layer != other
    assert copy.deepcopy(layer) == pickle.loads(pickle.dumps(layer)) == layer
    with pytest.raises(FrozenInstanceError):
        layer.name = "changed"  # type: ignore[misc]


LAYERS = [
    kind
    for kind in (getattr(layers, name) for name in layers.__all__)
    if issubclass(kind, layers.Layer) and kind is not layers.Layer
]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.__name__)
def test_a_default_is_what_it_would_be_if_it_were_given(layer: type[Layer]) -> None:
    basics = needed(layer.__name__)
    for argument in fields(layer):
        if argument.default is not MISSING:
            assert layer(**basics, **{argument.name: argument.default}) == layer(**basics)


def test_layers_of_different_kinds_differ() -> None:
    assert len({SimpleRNN(3), LSTM(3), GRU(3), Dense(3)}) == 4


@pytest.mark.parametrize(
    "layer",
    [
        Dense(32),
        Dense(32, "relu", use_bias=False, name="hidden", trainable=False, dtype="mixed_float16"),
        Embedding(1000, 256, mask_zero=True, lora_rank=4),
        LSTM(128, return_sequences=True, dropout=0.2, kernel_regularizer={"class_name": "L2", "config": {"l2": 0.1}}),
        GRU(128, reset_after=False, stateful=True, use_cudnn=False),
        SimpleRNN(3, activation=None, seed=7, name='it\'s "quoted" \\ 层'),
    ],
)
def test_repr_and_code_make_the_layer_again(layer: Layer) -> None:
    assert eval(repr(layer), dict(KINDS)) == layer
    assert layer.code("") == repr(layer)
    assert layer.code() == f"keras.layers.{layer!r}"


def test_repr_leaves_out_what_keeps_its_default() -> None:
    assert repr(LSTM(128)) == "LSTM(128)"
    assert repr(LSTM(128, "tanh", "sigmoid", dropout=0.0)) == "LSTM(128)"
    assert repr(Embedding(1000, 256)) == "Embedding(1000, 256)"


@pytest.mark.parametrize(
    "layer", [Dense(3, activation=len), Dense(3, kernel_initializer=object), Embedding(5, 3, weights=np.zeros((5, 3)))]
)
def test_code_leaves_out_what_has_no_source_text(layer: Layer) -> None:
    ast.parse(layer.code())
    assert "=" not in layer.code()
    assert "=" in repr(layer)


def test_tables_of_word_vectors_do_not_disturb_equality() -> None:
    assert Embedding(5, 3, weights=np.zeros((5, 3))) == Embedding(5, 3, weights=[np.ones((5, 3))])


def test_a_weight_shows_what_keras_shows() -> None:
    weight = LSTM(128).build((None, 25, 256)).weights[0]
    assert repr(weight) == "Weight(name='kernel', shape=(256, 512), trainable=True, count=131072)"


def test_built_says_what_each_gate_owns() -> None:
    built = GRU(128).build((None, 25, 256))
    assert [(weight.name, weight.shape) for weight in built.gate_weights] == [
        ("kernel", (256, 128)),
        ("recurrent_kernel", (128, 128)),
        ("bias", (2, 128)),
    ]
    assert Dense(3).build((None, 4)).gates == ()
    assert Dense(3).build((None, 4)).gate_weights == ()


def test_one_gate_of_a_simple_rnn_is_the_whole() -> None:
    built = SimpleRNN(4).build((None, 25, 8))
    assert [weight.shape for weight in built.gate_weights] == [weight.shape for weight in built.weights]


@pytest.mark.parametrize("layer", [Dense(3), Embedding(5, 3), LSTM(3), GRU(3), SimpleRNN(3), Dense(3, lora_rank=2)])
def test_a_frozen_layer_trains_nothing_and_counts_the_same(layer: Layer) -> None:
    shape = (None, 7, 4)
    frozen = eval(repr(layer).replace(")", ", trainable=False)"), dict(KINDS)).build(shape)
    assert frozen.trainable_count == 0
    assert frozen.count == layer.build(shape).count


def test_lora_trains_the_two_thin_matrices_and_the_bias() -> None:
    built = Dense(32, lora_rank=4).build((None, 784))
    assert built.trainable_count == 784 * 4 + 4 * 32 + 32
    assert built.count == 784 * 32 + built.trainable_count


@pytest.mark.parametrize(
    "change", [{"return_sequences": True}, {"return_state": True}, {"go_backwards": True}, {"unroll": True}]
)
@pytest.mark.parametrize("timesteps", [None, 1, 25, 10**6])
@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_neither_time_nor_what_is_returned_changes_the_count(
    kind: type[SimpleRNN], timesteps: int | None, change: dict[str, bool]
) -> None:
    assert kind(8, **change).build((None, timesteps, 5)).weights == kind(8).build((None, 25, 5)).weights
