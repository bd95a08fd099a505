"""Models of Keras that other people asked about, explained: each weight once, and what is unknown said plainly."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tutor


def facts(model: Any) -> dict[str, Any]:
    ledger = tutor.explain(model)
    return {
        "total": ledger.total,
        "trained": ledger.trainable_total,
        "agrees": ledger.agrees,
        "unexplained": [row.path for row in ledger.unexplained],
    }


def kerass(model: Any) -> dict[str, Any]:
    trained = sum(weight.value.shape.num_elements() for weight in model.trainable_weights)
    return {"total": model.count_params(), "trained": trained, "agrees": True, "unexplained": []}


# One weight, two holders


def test_an_output_layer_that_borrows_the_embedding(keras: ModuleType) -> None:
    """keras-team/keras-hub#883, keras-team/keras#3136 (tied weights)."""

    class Tied(keras.layers.Layer):
        def __init__(self, embedding: Any) -> None:
            super().__init__()
            self.embedding = embedding

        def call(self, x: Any) -> Any:
            return keras.ops.matmul(x, keras.ops.transpose(self.embedding.embeddings))

    x = keras.Input((10,), dtype="int32")
    embedding = keras.layers.Embedding(50, 8)
    states = keras.layers.LSTM(8, return_sequences=True)(embedding(x))
    model = keras.Model(x, Tied(embedding)(states))
    assert facts(model) == kerass(model) == {"total": 944, "trained": 944, "agrees": True, "unexplained": []}
    assert [(row.kind, row.count) for row in tutor.explain(model).rows] == [
        ("Embedding", 400),
        ("LSTM", 544),
        ("Tied", 0),
    ]


def test_a_class_that_holds_a_model_and_its_time_distributed(keras: ModuleType) -> None:
    """tensorflow/tensorflow#44722."""

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
            self.steps = keras.layers.TimeDistributed(self.base)

        def call(self, x: Any) -> Any:
            return self.steps(x)

    model = Net()
    model(np.zeros((2, 5, 4), "float32"))
    assert facts(model) == kerass(model) == {"total": 15, "trained": 15, "agrees": True, "unexplained": []}


def test_a_class_that_holds_a_cell_and_an_rnn_of_it(keras: ModuleType) -> None:
    """tensorflow/tensorflow#51974."""

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.cell = keras.layers.GRUCell(4)
            self.rnn = keras.layers.RNN(self.cell)

        def call(self, x: Any) -> Any:
            return self.rnn(x)

    model = Net()
    model(np.zeros((2, 5, 3), "float32"))
    assert facts(model) == kerass(model) == {"total": 108, "trained": 108, "agrees": True, "unexplained": []}


def test_a_cell_in_two_rnns_and_a_layer_in_two_layers(keras: ModuleType) -> None:
    class Around(keras.layers.Layer):
        def __init__(self, dense: Any) -> None:
            super().__init__()
            self.dense = dense

        def call(self, x: Any) -> Any:
            return self.dense(x)

    x = keras.Input((5, 3))
    cell, dense = keras.layers.LSTMCell(3), keras.layers.Dense(3)
    y = keras.layers.RNN(cell, return_sequences=True)(keras.layers.RNN(cell, return_sequences=True)(x))
    model = keras.Model(x, Around(dense)(Around(dense)(y)))
    assert facts(model) == kerass(model)
    assert facts(model)["total"] == 84 + 12


def test_ours_share_cells_as_kerass_do() -> None:
    x, cell = tutor.Input((5, 3)), tutor.LSTMCell(3)
    once = tutor.RNN(cell, return_sequences=True)(x)
    stacked = tutor.RNN([cell, tutor.LSTMCell(3)])(once)
    assert [row.count for row in tutor.Model(x, stacked).ledger.rows] == [84, 84]


# No formula, until there was one


@pytest.mark.parametrize(
    ("source", "make", "total"),
    [
        ("keras-team/keras#19482", lambda layers: [layers.RNN([layers.LSTMCell(10), layers.LSTMCell(10)])], 1680),
        ("keras-team/keras#9765", lambda layers: [layers.RNN(layers.LSTMCell(10))], 840),
        (
            "tensorflow/tensorflow#44595, on 10 features",
            lambda layers: [layers.Bidirectional(layers.RNN(layers.GRUCell(5)))],
            510,
        ),
    ],
)
def test_cells(keras: ModuleType, source: str, make: Any, total: int) -> None:
    model = keras.Sequential([keras.Input((5, 10)), *make(keras.layers)])
    assert facts(model) == kerass(model), source
    assert model.count_params() == total


@pytest.mark.parametrize(
    ("source", "shape", "given", "total"),
    [
        ("keras-team/keras#18373", (20, 64), {"num_heads": 8, "key_dim": 64}, 132_672),
        ("tensorflow/tensorflow#46762", (1800, 1), {"num_heads": 10, "key_dim": 10, "use_bias": False}, 400),
    ],
)
def test_heads(keras: ModuleType, source: str, shape: Any, given: Any, total: int) -> None:
    x = keras.Input(shape)
    model = keras.Model(x, keras.layers.MultiHeadAttention(**given)(x, x))
    assert facts(model) == kerass(model), source
    assert model.count_params() == total


def test_attention_with_a_scale(keras: ModuleType) -> None:
    """keras-team/keras#16916."""
    x = keras.Input((20, 64))
    model = keras.Model(x, keras.layers.Attention(use_scale=True)([x, x]))
    assert facts(model) == kerass(model) == {"total": 1, "trained": 1, "agrees": True, "unexplained": []}
    assert tutor.Attention(use_scale=True).build([(None, 20, 64)] * 2).formula.text == "1"
    assert tutor.PReLU().build(()).formula.expression == "1"


def test_a_transformer_block_of_known_parts(keras: ModuleType) -> None:
    """AlexanderLutsenko/nobuco#26."""
    layers = keras.layers

    class Block(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.attention = layers.MultiHeadAttention(1, 128)
            self.dense = keras.Sequential([layers.Dense(256), layers.Dense(128)])
            self.first, self.second = layers.LayerNormalization(), layers.LayerNormalization()

        def call(self, x: Any) -> Any:
            x = self.first(x + self.attention(x, x))
            return self.second(x + self.dense(x))

    x = keras.Input((20, 128))
    model = keras.Model(x, Block()(x))
    assert facts(model) == kerass(model) == {"total": 132_480, "trained": 132_480, "agrees": True, "unexplained": []}


# What is unknown is not wrong


@pytest.mark.parametrize("change", ["quantized", "LoRA"])
def test_a_layer_that_stores_other_weights_has_keras_count_alone(keras: ModuleType, change: str) -> None:
    """keras-team/keras#19263 (int8)."""
    kernel = keras.layers.Conv2D(4, 3, lora_rank=2) if change == "LoRA" else keras.layers.Dense(4)
    model = keras.Sequential([keras.Input((6, 6, 3) if change == "LoRA" else (8,)), kernel])
    if change == "quantized":
        model.quantize("int8")
    ledger = tutor.explain(model)
    (row,) = ledger.rows
    assert (row.formula, row.agrees, ledger.agrees) == (None, None, None)
    assert (
        row.count == row.keras_count == ledger.total == model.count_params() == {"LoRA": 174, "quantized": 40}[change]
    )
    assert "have no formula here" in ledger._repr_html_()
    assert "does not agree" not in ledger._repr_html_()


def test_a_wrong_total_is_wrong_whatever_is_unknown(keras: ModuleType) -> None:
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])
    ledger = tutor.explain(model)
    assert ledger.agrees is True
    assert replace(ledger, keras_total=41).agrees is False


# Masks, operations, what is not built, Keras 2


def test_a_mask_is_no_data(keras: ModuleType) -> None:
    """keras-team/keras#2897, ageron/handson-ml2#369."""
    layers = keras.layers
    stack = [layers.Embedding(50, 8, mask_zero=True), layers.GlobalAveragePooling1D(), layers.Dense(2)]
    ledger = tutor.explain(keras.Sequential([keras.Input((20,), dtype="int32"), *stack]))
    assert [(row.kind, row.input_shape) for row in ledger.rows] == [
        ("Embedding", (None, 20)),
        ("GlobalAveragePooling1D", (None, 20, 8)),
        ("Dense", (None, 8)),
    ]
    ours = [tutor.Embedding(50, 8, mask_zero=True), tutor.GlobalAveragePooling1D(), tutor.Dense(2)]
    assert [row.input_shape for row in tutor.Sequential(ours).build((None, 20)).rows] == [
        row.input_shape for row in ledger.rows
    ]


@pytest.mark.parametrize("operation", [lambda x: x * 2, lambda x: x - 1, lambda x: x / 255])
def test_an_operation_that_changes_no_shape_has_no_row(keras: ModuleType, operation: Any) -> None:
    """keras-team/keras#20102 (models of operations)."""
    x = keras.Input((10, 8))
    assert tutor.explain(keras.Model(x, operation(x))).rows == ()


def test_a_class_whose_layers_are_not_built(keras: ModuleType) -> None:
    """keras-team/keras#19535."""

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = keras.layers.Dense(32), keras.layers.Dense(5)

        def call(self, x: Any) -> Any:
            return self.b(self.a(x))

    model = Net()
    for _ in range(2):
        with pytest.raises(ValueError, match=r"not built yet.* call .* on a batch"):
            tutor.explain(model)
        model.build((None, 10))
    model(np.zeros((1, 10), "float32"))
    assert facts(model)["total"] == 517


def test_a_model_of_keras_2_is_named() -> None:
    kind = type("Sequential", (), {"__module__": "tf_keras.src.engine.sequential"})
    with pytest.raises(TypeError, match=r"model of Keras 3.*tf_keras, which is Keras 2"):
        tutor.explain(kind())


# Names that formulas can use


def test_parts_of_one_name_and_names_that_are_no_identifiers(keras: ModuleType) -> None:
    layers = keras.layers

    class Two(layers.Layer):
        def __init__(self, names: tuple[str, str]) -> None:
            super().__init__()
            self.parts = [layers.Dense(4, name=names[0]), layers.Dense(3, name=names[1])]

        def call(self, x: Any) -> Any:
            return self.parts[1](self.parts[0](x))

    x = keras.Input((4,))
    pairs = [("same", "same"), ("1st", "class"), ("a-b", "a_b")]
    for names in pairs:
        (row,) = tutor.explain(keras.Model(x, Two(names)(x))).rows
        assert row.formula is not None
        assert eval(row.formula.expression, {}, row.formula.symbols) == row.formula.value == row.keras_count == 35


def test_built_layers_and_ledgers_can_be_keys(keras: ModuleType) -> None:
    regularized = tutor.LSTM(3, kernel_regularizer={"class_name": "L2", "config": {"l2": 0.1}})
    for layer in (tutor.Conv2D(4, 3), tutor.Bidirectional(tutor.LSTM(3)), regularized):
        shape = (None, 8, 8, 3) if layer.kind == "Conv2D" else (None, 5, 4)
        assert len({layer.build(shape), layer.build(shape)}) == 1
    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(2)(x))
    assert len({tutor.explain(model), tutor.explain(model)}) == 1


# Wrappers show what is in them


def test_what_is_inside_a_wrapper_is_named(keras: ModuleType) -> None:
    """keras-team/keras#9426."""
    for name in ("LSTM", "GRU"):
        ours = tutor.Bidirectional(getattr(tutor, name)(20, return_sequences=True))
        ledger = tutor.Sequential([ours, tutor.TimeDistributed(tutor.Dense(5))]).build((None, 5, 10))
        assert [row.kind for row in ledger.rows] == [f"Bidirectional({name})", "TimeDistributed(Dense)"]
        theirs = keras.Sequential(
            [
                keras.Input((5, 10)),
                keras.layers.Bidirectional(getattr(keras.layers, name)(20, return_sequences=True)),
                keras.layers.TimeDistributed(keras.layers.Dense(5)),
            ]
        )
        assert [row.kind for row in tutor.explain(theirs).rows] == [row.kind for row in ledger.rows]
        assert f"Bidirectional({name})" in str(ledger)


def test_axes_are_those_that_the_layer_says() -> None:
    x = tutor.Input((10, 8, 3))
    frames = tutor.TimeDistributed(tutor.Sequential([tutor.LSTM(4)]))(x)
    (row,) = tutor.Model(x, frames).ledger.rows
    assert row.input_axes == ("batch", "timesteps", "timesteps", "features")
    assert row.output_axes == ("batch", "timesteps", "units")
    two = tutor.Bidirectional(tutor.LSTM(4, return_state=True), merge_mode=None).build((None, 5, 3))
    assert two.output_axes == (("batch", "units"),) * 6
