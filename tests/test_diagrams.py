"""The public pictures take what they can draw, and say of anything else what to write instead."""

from __future__ import annotations

import re

import pytest

import tutor
from tutor.pictures.picture import Picture

OF_LAYERS = {
    "gate_diagram": tutor.LSTM(4),
    "weight_diagram": tutor.Dense(3),
    "convolution_diagram": tutor.Conv2D(8, 3),
    "window_diagram": tutor.MaxPooling2D(2),
    "dense_diagram": tutor.Dense(3),
    "embedding_diagram": tutor.Embedding(10, 3),
    "unrolled_diagram": tutor.GRU(3),
    "flow_diagram": tutor.Bidirectional(tutor.GRU(3)),
}
of_layers = pytest.mark.parametrize("name", OF_LAYERS)
of_models = pytest.mark.parametrize("name", ["flow_diagram", "heap_chart"])


def drawn(name, subject):
    return getattr(tutor, name)(subject)


@of_layers
def test_a_layer_that_is_not_built_is_told_how_and_that_works(name):
    with pytest.raises(TypeError, match=rf"{name}: .*got {OF_LAYERS[name].kind}") as refused:
        drawn(name, OF_LAYERS[name])
    (code,) = re.findall(r"Build it first: (.*)\.$", str(refused.value))
    assert isinstance(drawn(name, eval(code, {"tutor": tutor})), Picture)


def test_the_public_reports_words():
    with pytest.raises(TypeError, match=r"tutor\.LSTM\(4\)\.build\(\(None, 25, 256\)\)"):
        tutor.gate_diagram(tutor.LSTM(4))


@of_models
def test_a_model_that_is_not_built_is_told_how(name):
    with pytest.raises(TypeError, match=rf"{name}: .*got a Sequential\. .*model\.build\(\(None, 784\)\)"):
        drawn(name, tutor.Sequential([tutor.Dense(2)]))


@of_models
def test_a_model_that_knows_its_input_is_drawn_as_its_ledger(name):
    x = tutor.Input((3,))
    model = tutor.Model(x, tutor.Dense(2, name="two")(x))
    stack = tutor.Sequential([tutor.Input((3,)), tutor.Dense(2, name="two")])
    for subject in (model, stack):
        assert "two" in drawn(name, subject).alt
    assert drawn(name, model).alt == drawn(name, model.ledger).alt


@of_models
def test_a_keras_model_is_told_to_be_explained(keras, name):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(TypeError, match=rf"got a Sequential\. .*tutor\.{name}\(tutor\.explain\(model\)\)"):
        drawn(name, model)


def test_a_heap_of_a_single_layer_is_told_to_be_a_model():
    with pytest.raises(TypeError, match=r"tutor\.Sequential\(\[layer\]\)\.build\(\(None, 4\)\)"):
        tutor.heap_chart(tutor.Dense(3).build((None, 4)))


@of_layers
def test_a_ledger_is_told_where_its_layers_are(name):
    ledger = tutor.Sequential([tutor.Dense(2)]).build((None, 3))
    if name != "flow_diagram":
        with pytest.raises(TypeError, match=r"got a Ledger\. .*ledger\.rows\[0\]\.built"):
            drawn(name, ledger)
    with pytest.raises(TypeError, match=f"{name}: .*got 3"):
        drawn(name, 3)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dense_diagram", "must be a Dense; got MaxPooling2D"),
        ("embedding_diagram", "must be an Embedding; got MaxPooling2D"),
        ("unrolled_diagram", "must be a SimpleRNN, an LSTM, a GRU or a Bidirectional of them; got MaxPooling2D"),
    ],
)
def test_another_layer_is_told_for_which_there_is_a_picture(name, words):
    with pytest.raises(ValueError, match=rf"{name}: the layer {words}\. tutor\.\w+_diagram draws"):
        drawn(name, tutor.MaxPooling2D(2).build((None, 8, 8, 3)))


def test_a_sentence_is_a_string():
    with pytest.raises(TypeError, match=r"embedding_diagram: sentence must be a string; got 3"):
        tutor.embedding_diagram(tutor.Embedding(10, 3).build((None, 4)), 3)


@pytest.mark.parametrize(
    ("shape", "error", "words"),
    [
        (3, TypeError, r"must be a tuple, such as \(None, 3\)"),
        ((None, 0), ValueError, "axis 1 .* 1 or larger; got 0"),
        ((1,) * 6, ValueError, "at most 5 axes"),
    ],
)
def test_a_shape_that_is_none_is_refused(shape, error, words):
    with pytest.raises(error, match=f"tensor_diagram: .*{words}"):
        tutor.tensor_diagram(shape)


def test_a_shape_is_drawn():
    assert tutor.tensor_diagram((None, 25, 256)).alt.startswith("A tensor of shape (None, 25, 256).")
