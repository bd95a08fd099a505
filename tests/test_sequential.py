"""Stacks of layers against Keras's Sequential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from configurations import KINDS, arguments_of, entries, examples, shapes_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tutor
from tutor import GRU, LSTM, Dense, Embedding, Sequential, SimpleRNN

if TYPE_CHECKING:
    from types import ModuleType

    from conftest import Weightless

    from tutor.layers import Layer

RECURRENT = ("SimpleRNN", "LSTM", "GRU")


@st.composite
def stacks(draw: st.DrawFn) -> tuple[list[Layer], tuple[int | None, ...]]:
    """One to five layers, each of which takes what the one before it returns, and the shape that the first takes."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    shape = passed_on = draw(shapes_for(kind))
    layers: list[Layer] = []
    for _ in range(draw(st.integers(1, 5))):
        given = draw(arguments_of(kind))
        given.update(name=draw(st.none() | st.sampled_from(["a", "b c", "层"])))
        if kind in RECURRENT:
            given.update(stateful=False, return_state=False)
        layer = KINDS[kind](**given)
        if layer.name in {other.name for other in layers if other.name}:
            break
        layers.append(layer)
        passed_on = layer.build(passed_on).output_shape
        follow = ["Dense", *(RECURRENT if len(passed_on) == 3 else ()), *(["Embedding"] if len(passed_on) < 4 else ())]
        kind = draw(st.sampled_from(follow))
    return layers, shape


def run(keras: ModuleType, weightless: Weightless, code: str, layers: list[Layer]) -> Any:
    """The model that the code makes, in a fresh session, so that Keras's automatic names begin anew."""
    keras.utils.clear_session(free_memory=False)
    names: dict[str, Any] = {}
    with weightless(layers):
        exec(code, names)
    return names["model"]


def shape_of(tensors: Any) -> Any:
    return tuple(map(shape_of, tensors)) if isinstance(tensors, (list, tuple)) else tuple(tensors.shape)


@pytest.mark.filterwarnings("ignore:.*does not support masking")  # an Embedding of an Embedding, in a random stack
def test_stacks_are_kerass(keras: ModuleType, weightless: Weightless) -> None:
    @settings(max_examples=examples(400), suppress_health_check=[HealthCheck.too_slow])
    @given(stacks())
    def check(stack: tuple[list[Layer], tuple[int | None, ...]]) -> None:
        layers, shape = stack
        ours = Sequential(layers)
        ledger, theirs = ours.build(shape), run(keras, weightless, ours.code(shape), layers)
        assert [row.path for row in ledger.rows] == [layer.name for layer in theirs.layers]
        assert [row.kind for row in ledger.rows] == [type(layer).__name__ for layer in theirs.layers]
        assert [row.count for row in ledger.rows] == [layer.count_params() for layer in theirs.layers]
        assert [row.output_shape for row in ledger.rows] == [shape_of(layer.output) for layer in theirs.layers]
        assert ledger.total == theirs.count_params()
        assert ledger.trainable_total == entries(theirs.trainable_weights)
        assert ledger.input_shape == shape
        assert ledger.output_shape == shape_of(theirs.outputs[0])
        builts = ours.met(shape).layers.values()
        assert [(w.name, w.shape) for built in builts for w in built.weights] == [
            (weight.name, tuple(weight.shape)) for weight in theirs.weights
        ]

    check()


def compare(keras: ModuleType, weightless: Weightless, model: Sequential, shape: Any) -> Any:
    """The ledger, after its totals and names were found to be those of Keras's model."""
    ledger = model.build(shape)
    theirs = run(keras, weightless, model.code(shape), list(model.layers or ()))
    distinct = list(dict.fromkeys(layer.name for layer in theirs.layers))
    assert [row.path for row in ledger.rows] == distinct
    assert ledger.total == theirs.count_params() == sum(row.count for row in ledger.rows)
    assert ledger.trainable_total == entries(theirs.trainable_weights)
    outputs = [shape_of(tensor) for tensor in theirs.outputs]
    assert ledger.output_shape == (outputs[0] if len(outputs) == 1 else tuple(outputs))
    return ledger


def test_automatic_names_count_up(keras: ModuleType, weightless: Weightless) -> None:
    ledger = compare(keras, weightless, Sequential([Dense(4), Dense(4, name="x"), Dense(3)]), (None, 4))
    assert [row.path for row in ledger.rows] == ["dense", "x", "dense_1"]
    model = Sequential([Embedding(9, 4), SimpleRNN(3, return_sequences=True), LSTM(3, return_sequences=True), GRU(2)])
    ledger = compare(keras, weightless, model, (None, 7))
    assert [row.path for row in ledger.rows] == ["embedding", "simple_rnn", "lstm", "gru"]


def test_a_layer_used_twice_is_counted_once(keras: ModuleType, weightless: Weightless) -> None:
    shared = Dense(4)
    ledger = compare(keras, weightless, Sequential([Dense(4), shared, Dense(4), shared]), (None, 4))
    assert [row.path for row in ledger.rows] == ["dense", "dense_1", "dense_2"]
    assert ledger.total == 3 * 20
    assert compare(keras, weightless, Sequential([shared, shared], trainable=False), (None, 4)).total == 20


def test_equal_layers_are_two_layers(keras: ModuleType, weightless: Weightless) -> None:
    assert compare(keras, weightless, Sequential([Dense(4), Dense(4)]), (None, 4)).total == 40


def test_the_last_use_of_a_shared_layer_gives_the_output_shape(keras: ModuleType, weightless: Weightless) -> None:
    shared = LSTM(4)
    ledger = compare(keras, weightless, Sequential([shared, Embedding(9, 4), shared]), (None, 7, 4))
    assert ledger.rows[-1].output_shape == (None, 4, 4)
    assert ledger.output_shape == (None, 4)


def test_a_shared_layer_must_fit_both_times(keras: ModuleType, weightless: Weightless) -> None:
    shared = Dense(3)
    with pytest.raises(ValueError, match=r"Dense\(3\) is used twice, on \(None, 4\) and on \(None, 3\)"):
        Sequential([shared, shared]).build((None, 4))
    theirs = keras.layers.Dense(3)
    with weightless(()), pytest.raises(ValueError, match="incompatible"):
        keras.Sequential([keras.Input((4,)), theirs, theirs])


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_return_state_may_stand_at_the_end_only(keras: ModuleType, weightless: Weightless, kind: Any) -> None:
    ledger = compare(keras, weightless, Sequential([Dense(3), kind(4, return_state=True)]), (None, 7, 5))
    assert ledger.output_shape == kind(4, return_state=True).build((None, 7, 3)).output_shape
    with pytest.raises(
        ValueError, match=rf"{kind.__name__} .*layer 1.* must return one tensor.* got [23].*return_state"
    ):
        Sequential([kind(4, return_state=True), Dense(3)]).build((None, 7, 5))
    theirs = [getattr(keras.layers, kind.__name__)(4, return_state=True), keras.layers.Dense(3)]
    with weightless(theirs), pytest.raises(ValueError, match="expects 1 input"):
        keras.Sequential([keras.Input((7, 5)), *theirs])


def test_stateful_layers_of_a_known_batch(keras: ModuleType, weightless: Weightless) -> None:
    model = Sequential([LSTM(4, stateful=True, return_sequences=True), GRU(3, stateful=True)], name="two_cells")
    assert compare(keras, weightless, model, (2, 7, 5)).total == 4 * 4 * (4 + 5 + 1) + 3 * 3 * (3 + 4 + 2)


def test_the_models_name_is_in_its_code(keras: ModuleType, weightless: Weightless) -> None:
    code = Sequential([Dense(4)], name="lesson").code((None, 4))
    assert run(keras, weightless, code, []).name == "lesson"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("hidden", {"use_bias": False}),
        ('it\'s "quoted" \\ 层', {"activation": "relu", "trainable": False}),
        ("c", {"kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.1}}}),
        ("d", {"dtype": "float64", "lora_rank": 2}),
    ],
)
def test_code_carries_every_argument(
    keras: ModuleType, weightless: Weightless, name: str, arguments: dict[str, Any]
) -> None:
    layer = Dense(4, name=name, **arguments)
    theirs = run(keras, weightless, Sequential([layer]).code((None, 5)), []).layers[0]
    assert theirs.name == name
    for argument, value in arguments.items():
        if not isinstance(value, (str, dict)):
            assert getattr(theirs, argument) == value
    assert [tuple(weight.shape) for weight in theirs.weights] == [w.shape for w in layer.build((None, 5)).weights]


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (
            lambda: Sequential([]).build((None, 4)), ValueError,
            ["must be a layer to build", "got none", "[tutor.Dense(32)]"],
        ),
        (
            lambda: Sequential().build((None, 4)), ValueError,
            ["must be a layer to build", "got none", "[tutor.Dense(32)]"],
        ),
        (
            lambda: Sequential().code((None, 4)), ValueError,
            ["must be a layer to build", "got none", "[tutor.Dense(32)]"],
        ),
        (lambda: Sequential(Dense(32)), TypeError, ["Dense(32)", "list", "[Dense(32)]"]),
        (lambda: Sequential("Dense"), TypeError, ["'Dense'", "list"]),
        (lambda: Sequential([32]), TypeError, ["layers[0] must", "got 32", "tutor.Dense(32)"]),
        (lambda: Sequential([Dense(3), Dense]), TypeError, ["layers[1] must", "tutor.Dense(32)"]),
        (lambda: Sequential([Dense(3, name="a"), Dense(3, name="a")]), ValueError, ["2 layers", "'a'", "once"]),
        # Keras gives the second layer the name that the first one took.
        (lambda: Sequential([Dense(3, name="dense"), Dense(3)]), ValueError, ["2 layers", "'dense'", "once"]),
        (lambda: Sequential([Dense(3)], trainable="no"), TypeError, ["trainable must be True or False", "got 'no'"]),
        (lambda: Sequential([Dense(3)], name="a/b"), ValueError, ["name must", "got 'a/b'", "/"]),
        (lambda: Sequential([Dense(3)]).build(4), TypeError, ["Dense", "input_shape must", "got 4", "(None, 4)"]),
        (lambda: Sequential([Dense(3)]).build(()), ValueError, ["Dense", "()"]),
        (lambda: Sequential([Dense(3)]).build(((None, 3), (None, 4))), TypeError, ["Dense", "axis 0", "(None, 3)"]),
        (lambda: Sequential([Dense(3)]).code(()), ValueError, ["Dense", "()"]),
        (
            lambda: Sequential([LSTM(3), LSTM(3)]).build((None, 5, 4)), ValueError,
            ["LSTM 'lstm_1' (layer 2)", "3 axes", "got (None, 3)", "(None, 5, 3)"],
        ),
    ],
)  # fmt: skip
def test_wrong_stacks(call: Any, kind: type[Exception], words: list[str]) -> None:
    with pytest.raises(kind) as raised:
        call()
    message = str(raised.value)
    assert [word for word in words if word not in message] == [], message


def test_keras_refuses_two_layers_of_one_name_too(keras: ModuleType) -> None:
    keras.utils.clear_session()
    with pytest.raises(ValueError, match="unique names"):
        keras.Sequential([keras.layers.Dense(3, name="dense"), keras.layers.Dense(3)])


def test_sequential_has_kerass_arguments(keras: ModuleType) -> None:
    model = tutor.Sequential(layers=[Dense(3)], trainable=False, name="x")
    assert model.build((None, 4)).trainable_total == 0
    theirs = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)], trainable=False, name="x")
    assert theirs.trainable_weights == []
