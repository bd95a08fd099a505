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
