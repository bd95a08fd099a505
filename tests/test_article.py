"""The numbers of A. Chilakapati, "Flowing Tensors and Heaping Parameters in Deep Learning" (June 2019).

Where the article is wrong, or no longer true, the test says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import tutor
from tutor import GRU, LSTM, Dense, Embedding, SimpleRNN

if TYPE_CHECKING:
    from types import ModuleType

    from conftest import Weightless

    from tutor.layers import Layer

WORDS = Embedding(1000, 256)

# Where in the article, the layers, the shape that enters, each layer's count, and the shape that leaves.
MODELS = [
    pytest.param([Dense(32)], (None, 784), [25_120], (None, 32), id="equation 1, figure 1"),
    pytest.param([Embedding(1024, 256)], (None, 25), [262_144], (None, 25, 256), id="equation 2, figure 2"),
    pytest.param([WORDS, LSTM(128)], (None, 25), [256_000, 197_120], (None, 128), id="equation 3, figures 3 and 4"),
    pytest.param(
        # The article's count, from the time before reset_after became the default.
        [WORDS, GRU(128, reset_after=False)], (None, 25), [256_000, 147_840], (None, 128), id="figures 5 and 6",
    ),
    pytest.param(
        # The same model with the default since TensorFlow 2: two biases in every gate.
        [WORDS, GRU(128)], (None, 25), [256_000, 148_224], (None, 128), id="figures 5 and 6, with today's default",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "input_shape", "counts", "output_shape"), MODELS)
def test_models(layers: list[Layer], input_shape: Any, counts: list[int], output_shape: Any) -> None:
    ledger = tutor.Sequential(layers).build(input_shape)
    assert [row.count for row in ledger.rows] == counts
    assert ledger.total == sum(counts)
    assert ledger.output_shape == output_shape


@pytest.mark.slow
@pytest.mark.parametrize(("layers", "input_shape", "counts", "output_shape"), MODELS)
def test_models_in_todays_keras(
    keras: ModuleType,
    weightless: Weightless,
    layers: list[Layer],
    input_shape: Any,
    counts: list[int],
    output_shape: Any,
) -> None:
    with weightless(()):
        theirs = [eval(layer.code(), {"keras": keras}) for layer in layers]
        tensor = keras.KerasTensor(input_shape)
        for layer in theirs:
            tensor = layer(tensor)
    assert [layer.count_params() for layer in theirs] == counts
    assert tuple(tensor.shape) == output_shape


def test_totals_of_figures_4_and_6() -> None:
    assert tutor.Sequential([WORDS, LSTM(128)]).build((None, 25)).total == 453_120
    assert tutor.Sequential([WORDS, GRU(128, reset_after=False)]).build((None, 25)).total == 403_840
    assert tutor.Sequential([WORDS, GRU(128)]).build((None, 25)).total == 404_224


def test_equation_3_with_one_unit_more() -> None:
    assert LSTM(129).build((None, 25, 256)).count == 199_176 == 4 * 129 * (129 + 256 + 1)


def test_table_1_slips_in_the_row_of_dense() -> None:
    # It prints nFeatures·(nUnits+1): one bias for each feature. There is one for each unit, as the text beside it says.
    assert Dense(32).build((None, 784)).count == 32 * (784 + 1) != 784 * (32 + 1) == 25_872


@pytest.mark.parametrize(
    ("layer", "input_shape", "text", "numbers", "output_shape"),
    [
        pytest.param(
            Dense(32), (None, 784), "units · (features + 1)", "32 · (784 + 1)", (None, 32), id="Dense, use_bias"
        ),
        pytest.param(Dense(32, use_bias=False), (None, 784), "units · features", "32 · 784", (None, 32), id="Dense"),
        pytest.param(
            Embedding(1024, 256), (None, 25), "vocabulary · units", "1024 · 256", (None, 25, 256), id="Embedding"
        ),
        pytest.param(
            LSTM(128), (None, 25, 256), "4 · units · (units + features + 1)", "4 · 128 · (128 + 256 + 1)", (None, 128),
            id="LSTM, use_bias",
        ),
        pytest.param(
            LSTM(128, use_bias=False), (None, 25, 256), "4 · units · (units + features)", "4 · 128 · (128 + 256)",
            (None, 128), id="LSTM",
        ),
        pytest.param(
            GRU(128, reset_after=False), (None, 25, 256), "3 · units · (units + features + 1)",
            "3 · 128 · (128 + 256 + 1)", (None, 128), id="GRU, use_bias",
        ),
        pytest.param(
            GRU(128, reset_after=False, use_bias=False), (None, 25, 256), "3 · units · (units + features)",
            "3 · 128 · (128 + 256)", (None, 128), id="GRU",
        ),
        # Not in the table: today's GRU, and the cell that the article's others grew from.
        pytest.param(
            GRU(128), (None, 25, 256), "3 · units · (units + features + 2)", "3 · 128 · (128 + 256 + 2)", (None, 128),
            id="GRU, use_bias, reset_after",
        ),
        pytest.param(
            SimpleRNN(128), (None, 25, 256), "units · (units + features + 1)", "128 · (128 + 256 + 1)", (None, 128),
            id="SimpleRNN, use_bias",
        ),
    ],
)  # fmt: skip
def test_table_1_symbol_by_symbol(layer: Layer, input_shape: Any, text: str, numbers: str, output_shape: Any) -> None:
    built = layer.build(input_shape)
    assert built.formula.text == text
    assert built.formula.numbers == numbers
    assert built.output_shape == output_shape


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_one_vector_leaves_only_without_return_sequences(kind: type[SimpleRNN]) -> None:
    assert kind(128).build((None, 25, 256)).output_shape == (None, 128)
    assert kind(128, return_sequences=True).build((None, 25, 256)).output_shape == (None, 25, 128)


def test_gates_stand_in_the_order_in_which_keras_stores_them() -> None:
    # Keras's source: LSTMCell splits into i, f, c, o and GRUCell into z, r, h.
    assert [gate.name for gate in LSTM(1).build((None, 1, 1)).gates] == ["i", "f", "c_tilde", "o"]
    assert [gate.name for gate in GRU(1).build((None, 1, 1)).gates] == ["z", "r", "h_tilde"]


def test_input_length_is_gone() -> None:
    with pytest.raises(TypeError, match=r"input_length=25.*Keras reads it off the input"):
        Embedding(1024, 256, input_length=25)  # type: ignore[call-arg]
