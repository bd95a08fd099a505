"""Errors as lessons: what people got wrong in public, and whether the message leads them on. Names of others, too."""

from __future__ import annotations

import inspect
import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from comparing import outcome
from configurations import ALL_KINDS, needed
from hypothesis import given
from hypothesis import strategies as st

import tutor
from tutor.layers import other_names
from tutor.layers.checks import ArgumentError
from tutor.layers.examples import example_shape
from tutor.layers.merging import bridges

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

T = tutor
NAMES = {name: getattr(tutor, name) for name in tutor.__all__} | {"tutor": tutor}


def message(call: Callable[[], object]) -> str:
    error = outcome(call)
    assert isinstance(error, (TypeError, ValueError, AttributeError)), error
    return str(error)


def lacking(words: list[str], text: str) -> list[str]:
    return [word for word in words if word not in text]


def _four_convolutions() -> object:
    pairs = [layer for filters in (16, 32, 64) for layer in (T.Conv2D(filters, 3), T.MaxPooling2D())]
    return T.Sequential([*pairs, T.Conv2D(128, 3, name="last")]).build((None, 28, 28, 1))


REPORTS: list[tuple[str, Callable[[], object], list[str], list[str]]] = [
    (
        "keras-team/keras#2721: stacked LSTM",
        lambda: T.Sequential([T.LSTM(100), T.LSTM(100)]).build((None, 1, 90)),
        ["LSTM 'lstm_1' (layer 2)", "after LSTM 'lstm' (layer 1)", "got (None, 100)", "return_sequences=True",
         "(None, 1, 100)"],
        ["Embedding", "batch axis"],
    ),
    (
        "keras-team/keras#7403: Conv1D after an LSTM",
        lambda: T.Sequential([T.LSTM(100), T.Conv1D(8, 3)]).build((None, 10, 90)),
        ["Conv1D 'conv1d' (layer 2)", "LSTM 'lstm' (layer 1)", "return_sequences=True", "(None, 10, 100)"],
        ["Embedding", "(None, 100, 1)"],
    ),
    (
        "keras-team/keras#3844: Conv2D on (1, 128, 128)",
        lambda: T.Conv2D(64, 3)(T.Input((1, 128, 128))),
        ["(None, 1, 128, 128)", "data_format='channels_first'", "(None, 128, 128, 1)"],
        ["padding='same'"],
    ),
    (
        "keras-team/keras#19964: a U-Net of 358 · 358",
        lambda: T.Concatenate().build([(None, 88, 88, 128), (None, 89, 89, 128)]),
        ["(None, 88, 88, 128) and (None, 89, 89, 128)", "axes 1 and 2", "Cropping2D(((0, 1), (0, 1)))",
         "ZeroPadding2D(((0, 1), (0, 1)))", "halved as often as there are poolings"],
        [],
    ),
    (
        "keras-team/tf-keras#476: residual Add after pooling",
        lambda: T.Add().build([(None, 56, 56, 32), (None, 112, 112, 32)]),
        ["(None, 56, 56, 32) and (None, 112, 112, 32)", "MaxPooling2D(2)", "Conv2D(32, 1, strides=2)"],
        [],
    ),
    (
        "keras-team/keras#12951: which of four convolutions?",
        _four_convolutions,
        ["Conv2D 'last' (layer 7)", "after MaxPooling2D 'max_pooling2d_2' (layer 6)", "(None, 1, 1, 64)",
         "a kernel_size of at most 1", "padding='same'"],
        [],
    ),
    (
        "keras-team/keras#5971: GRU(32) is given a state of 64",
        lambda: T.GRU(32)(T.Input((5, 10)), initial_state=[T.Input((64,))]),
        ["GRU(32)", "initial_state", "1 tensor", "(None, 32)", "got (None, 64)"],
        [],
    ),
    (
        "rstudio/keras3#624: a Bidirectional LSTM is given two states",
        lambda: T.Bidirectional(T.LSTM(64))(T.Input((5, 10)), initial_state=[T.Input((64,)), T.Input((64,))]),
        ["Bidirectional(LSTM(64))", "initial_state", "4 tensors of shape (None, 64)"],
        [],
    ),
    (
        "keras-team/keras#160: inner_activation",
        lambda: T.LSTM(5, inner_activation="hard_sigmoid"),
        ["'inner_activation'", "recurrent_activation='hard_sigmoid'"],
        ["mean"],
    ),
    (
        "codemia.io, Keras Dense and torch.nn.Linear: Dense(784, 32)",
        lambda: T.Dense(784, 32),
        ["activation", "got 32", "Dense(32)", "784", "read"],
        [],
    ),
    ("keras-team/keras#1902: Embedding(1000)", lambda: T.Embedding(1000), ["Embedding(1000, output_dim=32)"], []),
    (
        "keras-team/keras#1902: Embedding(output_dim=32)",
        lambda: T.Embedding(output_dim=32),
        ["needs input_dim", "Embedding(input_dim=32, output_dim=32)"],
        [],
    ),
    ("codemia.io, nn.Conv2d: tutor.Conv2d", lambda: T.Conv2d, ["'Conv2d'", "tutor.Conv2D?"], ["LSTM"]),
    ("the same: tutor.lstm", lambda: T.lstm, ["'lstm'", "tutor.LSTM?"], ["Conv2D"]),
    (
        "tensorflow/tensorflow#36368: count before build",
        lambda: T.LSTM(4).count,
        ["LSTM(4)", "count", "tutor.LSTM(4).build((None, 25, 256))"],
        [],
    ),
    # Their siblings
    (
        "a third layer that keeps the axes hides the LSTM",
        lambda: T.Sequential([T.LSTM(100), T.Dropout(0.5), T.Dense(9), T.GRU(8)]).build((None, 7, 4)),
        ["GRU 'gru' (layer 4)", "after Dense 'dense' (layer 3)", "LSTM 'lstm' (layer 1) returns only its last output",
         "(None, 7, 100)"],
        ["Embedding"],
    ),
    (
        "both directions, and a layer that needs three axes or more",
        lambda: T.TimeDistributed(T.Dense(3))(T.Bidirectional(T.LSTM(4))(T.Input((7, 5)))),
        ["TimeDistributed(Dense(3))", "Bidirectional(LSTM(4)) returns only its last output", "(None, 7, 8)"],
        ["batch axis"],
    ),
    (
        "a RNN of cells",
        lambda: T.LSTM(3)(T.RNN(T.GRUCell(4))(T.Input((7, 5)))),
        ["RNN(GRUCell", "return_sequences=True", "(None, 7, 4)"],
        [],
    ),
    (
        "a ConvLSTM2D is followed by another",
        lambda: T.Sequential([T.ConvLSTM2D(4, 3), T.ConvLSTM2D(4, 3)]).build((None, 5, 9, 9, 1)),
        ["ConvLSTM2D 'conv_lstm2d_1' (layer 2)", "return_sequences=True", "(None, 5, 7, 7, 4)"],
        [],
    ),
    (
        "a Flatten too early",
        lambda: T.Sequential([T.Flatten(name="flat"), T.Conv2D(8, 3)]).build((None, 9, 9, 1)),
        ["Conv2D 'conv2d' (layer 2)", "Without Flatten 'flat' (layer 1), the input would be (None, 9, 9, 1)"],
        ["channels missing"],
    ),
    (
        "in a stack within a stack",
        lambda: T.Sequential([T.LSTM(3), T.Sequential([T.LSTM(3)], name="head")]).build((None, 4, 4)),
        ["in Sequential 'head' (layer 2)", "return_sequences=True", "(None, 4, 3)"],
        ["Embedding"],
    ),
    (
        "channels first, noticed later",
        lambda: T.MaxPooling2D()(T.Conv2D(64, 3)(T.Input((3, 32, 32)))),
        ["(None, 3, 32, 32)", "data_format='channels_first'", "(None, 32, 32, 3)"],
        [],
    ),
    (
        "channels last, though it reads them first",
        lambda: T.Conv2D(8, 5, data_format="channels_first").build((None, 32, 32, 3)),
        ["last in (None, 32, 32, 3)", "the default data_format", "(None, 3, 32, 32)"],
        [],
    ),
    (
        "a small image is no image of channels first",
        lambda: T.Conv2D(8, 5).build((None, 3, 4, 3)),
        ["padding='same'"],
        ["channels_first"],
    ),
    (
        "TimeDistributed around what reads the timesteps itself",
        lambda: T.TimeDistributed(T.LSTM(3)).build((None, 25, 4)),
        ["(None, 25, 4) as it is", "leave out TimeDistributed"],
        ["Embedding"],
    ),
    (
        "images into an LSTM",
        lambda: T.Sequential([T.Conv2D(4, 3), T.LSTM(3)]).build((None, 9, 9, 1)),
        ["TimeDistributed(Flatten())", "(None, 7, 28)"],
        ["batch axis"],
    ),
    (
        "channels that differ in a residual block",
        lambda: T.Add()([T.Input((8, 8, 64)), T.Input((8, 8, 128))]),
        ["a 1×1 convolution, Conv2D(64, 1), on (None, 8, 8, 128)", "Concatenate"],
        [],
    ),
    ("an Add of two arguments", lambda: T.Add()(T.Input((3,)), T.Input((3,))), ["list", "Add()([x, y])"], []),
    ("a layer made of a tensor", lambda: T.Flatten(T.Input((3, 3))), ["Flatten(…)(x)"], []),
    ("layers made of a list of tensors", lambda: T.Add([T.Input((3,))]), ["Add(…)(x)"], []),
    (
        "an axis given by its size",
        lambda: T.LayerNormalization(512).build((None, 20, 512)),
        ["axis must be from -3 to 2", "got 512", "write 2"],
        [],
    ),
    ("a size, not a shape", lambda: T.Sequential([T.Input((4,)), T.Dense(3)]).build(4), ["tuple", "(None, 4)"], []),
    ("a fraction", lambda: T.Sequential([T.Input((4,)), T.Dense(3)]).build((None, 4.0)), ["axis 1", "Write 4,"], []),
    ("no dtype", lambda: T.Input((4,), dtype="banana"), ["Input: dtype must", "got 'banana'", "int32"], []),
    (
        "what a built stack has",
        lambda: T.Sequential([T.Dense(3)]).total,
        ["Sequential", "total", ".build((None, 256)).total"],
        [],
    ),
    ("what a model's ledger has", lambda: T.Model(x := T.Input((3,)), T.Dense(3)(x)).rows, [".ledger.rows"], []),
]  # fmt: skip


@pytest.mark.parametrize(("call", "words", "wrong"), [one[1:] for one in REPORTS], ids=[one[0] for one in REPORTS])
def test_what_was_asked_in_public_is_answered(call: Callable[[], object], words: list[str], wrong: list[str]) -> None:
    text = message(call)
    assert lacking(words, text) == [], text
    assert [word for word in wrong if word in text] == [], text
    assert len(text) < 600


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_stacks_error_names_the_layer_and_the_one_before(kind: str) -> None:
    first = ALL_KINDS[kind](**needed(kind), name="before")
    shape = example_shape(first)
    if not isinstance(shape, tuple) or outcome(lambda: T.Sequential([first]).build(shape)) is not None:
        return  # it reads several inputs
    refused = 0
    for other in ALL_KINDS:
        second = ALL_KINDS[other](**needed(other), name="behind")
        error = outcome(lambda second=second: T.Sequential([first, second]).build(shape))
        if error is not None and isinstance(first.build(shape).output_axes[0], str):
            refused += 1
            start = f"{second.title} 'behind' (layer 2), after {first.title} 'before' (layer 1): "
            assert isinstance(error, ValueError)
            assert str(error).startswith(start)
    assert refused or isinstance(first.build(shape).output_axes[0], tuple)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_an_example_for_what_is_missing_is_itself_accepted(kind: str) -> None:
    given: dict[str, Any] = {}
    while isinstance(error := outcome(lambda: ALL_KINDS[kind](**given)), ArgumentError):
        (example,) = re.findall(r"for example (.*)\.$", str(error))
        assert isinstance(eval(example, NAMES), ALL_KINDS[kind])
        lacking = next(name for name in needed(kind) if name not in given)
        given[lacking] = needed(kind)[lacking]
    assert given == needed(kind)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_is_not_built_says_how(kind: str) -> None:
    layer = ALL_KINDS[kind](**needed(kind))
    for name in ("count", "trainable_count", "formula", "input_axes"):
        text = message(lambda name=name: getattr(layer, name))
        (code,) = re.findall(r" Write (.*)\.$", text)
        eval(code, NAMES)
        assert code.endswith(f".{name}")


def test_a_layer_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError, match="'LSTM' object has no attribute 'kount'"):
        _ = T.LSTM(4).kount
    assert not hasattr(T.LSTM(4), "__array__")


# Names that others use


@pytest.mark.parametrize("new", other_names.OTHER_ARGUMENTS)
def test_arguments_of_others_lead_to_kerass(new: str) -> None:
    kinds = [kind for kind in ALL_KINDS.values() if new in inspect.signature(kind).parameters]
    assert kinds
    for old in other_names.OTHER_ARGUMENTS[new].split():
        # A layer may have the old name too, with another meaning, such as Embedding's output_dim.
        kind = next(one for one in kinds if old not in one.__signature__.parameters and old not in one.gone)
        text = message(lambda kind=kind, old=old: kind(**{old: 3}))
        assert re.search(r"Keras calls it (\w+)\. Write \1=3\.", text), text
        called = re.findall(r"Keras calls it (\w+)", text)[0]
        assert old in other_names.OTHER_ARGUMENTS[called].split()


@pytest.mark.parametrize("name", " ".join(other_names.OTHER_LAYERS.values()).replace("#", "2").split())
def test_layers_of_others_lead_to_kerass(name: str) -> None:
    text = message(lambda: getattr(tutor, name))
    (meant,) = re.findall(r"Did you mean tutor\.(\w+)", text)
    assert meant in tutor.__all__
    assert text.count("tutor") <= 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: T.LSTM(input_size=10, hidden_size=20), ["'input_size'", "off the input", "'hidden_size'", "units=20"]),
        (lambda: T.Dense(in_features=3, out_features=4, bias=False), ["units=4", "use_bias=False"]),
        (lambda: T.Conv2D(nb_filter=8, nb_row=3, nb_col=3), ["filters=8", "kernel_size=(3, 3)"]),
        (lambda: T.Conv2D(8, 3, border_mode="same", subsample=(2, 2)), ["padding='same'", "strides=(2, 2)"]),
        (lambda: T.Conv2D(8, 3, dim_ordering="th"), ["data_format", "'channels_first'"]),
        (lambda: T.Dense(8, init="zeros", b_constraint="l2"), ["kernel_initializer='zeros'", "bias_constraint='l2'"]),
        (lambda: T.Dense(output_dim=8), ["units=8"]),
        (lambda: T.Embedding(num_embeddings=9, embedding_dim=3), ["input_dim=9", "output_dim=3"]),
        (lambda: T.LSTM(8, batch_first=True), ["first axis", "Leave it out"]),
        (lambda: T.LSTM(8, input_shape=(25, 256)), ["tutor.Input((25, 256))"]),
        (lambda: T.Dense(8, input_dim=784), ["tutor.Input((784,))"]),
        (lambda: T.Dense(8, batch_input_shape=(32, 784)), ["tutor.Input(batch_shape=(32, 784))"]),
        (lambda: T.MaxPooling2D(kernel_size=2, stride=2), ["pool_size=2", "strides=2"]),
        (lambda: T.Dropout(p=0.5), ["rate=0.5"]),
        (lambda: T.Dropout(keep_prob=0.8), ["1 - keep_prob"]),
        (lambda: T.Softmax(dim=1), ["axis=1"]),
    ],
)  # fmt: skip
def test_calls_as_others_write_them(call: Callable[[], object], words: list[str]) -> None:
    assert lacking(words, message(call)) == [], message(call)


#: What Keras takes but warns about: it is refused here, with the repair.
WARNED = {
    "input_shape": (4,),
    "input_dim": 4,
    "input_length": 4,
    "alpha": 0.5,
    "rms_scaling": True,
}


@pytest.mark.parametrize("argument", WARNED)
def test_what_keras_warns_about_is_refused(keras: ModuleType, argument: str) -> None:
    kind = {"input_length": "Embedding", "alpha": "LeakyReLU", "rms_scaling": "LayerNormalization"}.get(
        argument, "Dense"
    )
    given = {**needed(kind), argument: WARNED[argument]}
    with pytest.warns(UserWarning, match="Do not pass|deprecated"):
        getattr(keras.layers, kind)(**given)
    assert lacking([kind, f"{argument}={WARNED[argument]!r}"], message(lambda: ALL_KINDS[kind](**given))) == []


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_all_of_kerass_layers_take_is_taken(keras: ModuleType, kind: str) -> None:
    given = needed(kind)
    theirs = {
        name: eval(value.code(), {"keras": keras}) if hasattr(value, "code") else value for name, value in given.items()
    }
    if "cells" in theirs:
        theirs["cells"] = [keras.layers.LSTMCell(4)]
    for argument, value in {"activity_regularizer": "l2", "implementation": 2, "zero_output_for_mask": True}.items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            refused = outcome(lambda a=argument, v=value: getattr(keras.layers, kind)(**theirs, **{a: v}))
        ours = outcome(lambda a=argument, v=value: ALL_KINDS[kind](**given, **{a: v}))
        assert (refused is None) == (ours is None), (argument, refused, ours)


# Shapes that do not fit each other

_size = st.integers(1, 40)


@given(st.data(), st.integers(1, 3), st.booleans())
def test_what_is_said_to_fit_fits(data: st.DataObject, rank: int, joined: bool) -> None:
    one = (None, *data.draw(st.tuples(*[_size] * rank)), data.draw(st.sampled_from([4, 8])))
    factor, added = data.draw(st.integers(1, 3)), data.draw(st.tuples(*[st.integers(0, 3)] * rank))
    spatial = tuple((size or 0) * factor + more for size, more in zip(one[1:-1], added, strict=True))
    other = (None, *spatial, data.draw(st.sampled_from([4, 8])))
    merge = T.Concatenate() if joined else T.Add()
    text = bridges(one, other, len(one) - 1 if joined else None)
    ways = re.findall(r"(\w+\([^A-Z]*\)),? on (\(None[^)]*\))", text)
    if outcome(lambda: merge.build([one, other])) is None:
        return
    assert ways or one[-1] != other[-1]
    for layer, shape in ways:
        assert eval(shape) in (one, other)
        made = eval(layer, NAMES).build(eval(shape)).output_shape
        kept = other if eval(shape) == one else one
        assert outcome(lambda made=made, kept=kept: merge.build([made, kept])) is None, (layer, shape, kept)


# What Keras takes on symbols, and fails on with numbers


@pytest.mark.parametrize("sizes", [[], [3], [3, 3], [4], [3, 4], [3] * 4, [3] * 3])
@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU", "BidirectionalLSTM", "BidirectionalGRU"])
def test_states_to_start_with(keras: ModuleType, kind: str, sizes: list[int]) -> None:
    def made(api: Any) -> Any:
        cell = getattr(api, kind.removeprefix("Bidirectional"))(3)
        return api.Bidirectional(cell) if kind.startswith("Bidirectional") else cell

    number = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2, "BidirectionalLSTM": 4, "BidirectionalGRU": 2}[kind]
    states = [T.Input((size,)) for size in sizes]
    ours = outcome(lambda: made(tutor)(T.Input((5, 4)), initial_state=states))
    assert (ours is None) == (sizes in ([], [3] * number)), ours
    if ours is None:
        arrays = [np.zeros((2, size), "float32") for size in sizes]
        made(keras.layers)(np.zeros((2, 5, 4), "float32"), initial_state=arrays or None)
    else:
        assert lacking(["initial_state must be", f"{number} tensor"], str(ours)) == []


def test_states_of_images() -> None:
    x = T.Input((5, 9, 9, 1))
    state = [T.Input((7, 7, 4))] * 2
    assert T.ConvLSTM2D(4, 3)(x, initial_state=state).shape == (None, 7, 7, 4)
    assert (
        lacking(["2 tensors of shape (None, 7, 7, 4)"], message(lambda: T.ConvLSTM2D(4, 3)(x, initial_state=state[:1])))
        == []
    )


# What is taken


@pytest.mark.parametrize(
    ("make", "mask"),
    [
        (lambda api: api.TimeDistributed(api.Dense(3)), (7,)),
        (lambda api: api.Softmax(), (7, 5)),
        (lambda api: api.LSTM(3), (7,)),
        (lambda api: api.Bidirectional(api.LSTM(3)), (7,)),
        (lambda api: api.GlobalAveragePooling1D(), (7,)),
    ],
)
def test_a_mask_is_not_data(keras: ModuleType, make: Callable[[Any], Any], mask: tuple[int, ...]) -> None:
    theirs = make(keras.layers)(keras.Input((7, 5)), mask=keras.Input(mask, dtype="bool"))
    x, m = T.Input((7, 5)), T.Input(mask, dtype="bool")
    ours = make(tutor)(x, mask=m)
    assert ours.shape == tuple(theirs.shape)
    names: dict[str, Any] = {}
    exec(T.Model([x, m], T.Dense(2)(ours)).code(), names)
    assert T.explain(names["model"]).total == T.Model([x, m], T.Dense(2)(ours)).ledger.total


def test_a_last_axis_of_one_may_be_left_out(keras: ModuleType) -> None:
    x = keras.Input((4, 1))
    theirs = keras.Model(x, keras.layers.Conv1D(3, 2)(x))
    ours = T.Model(x := T.Input((4, 1)), T.Conv1D(3, 2)(x))
    assert tuple(theirs(np.zeros((2, 4))).shape)[1:] == ours(T.Input((4,))).shape[1:] == (3, 3)
    assert tuple(theirs(np.zeros((2, 4, 1, 1))).shape)[1:] == ours(T.Input((4, 1, 1))).shape[1:] == (3, 3)
    assert outcome(lambda: theirs(np.zeros((2, 5)))) is not None
    assert lacking(["(None, 4, 1)", "got (None, 5"], message(lambda: ours(T.Input((5,))))) == []


@pytest.mark.parametrize(
    "dtype", ["int32", "bool", "string", "float8_e4m3fn", int, float, str, np.int8, np.dtype("int16")]
)
def test_an_inputs_dtype_is_any_of_kerass(keras: ModuleType, dtype: Any) -> None:
    code = T.Input((4,), dtype=dtype).source.operation.code()
    assert eval(code, {"keras": keras}).dtype == keras.Input((4,), dtype=dtype).dtype


def test_a_models_inputs_are_a_list(keras: ModuleType) -> None:
    for api in (keras, tutor):
        x, y = api.Input((4,), name="b"), api.Input((4,), name="a")
        assert isinstance(api.Model(x, x).inputs, list)
        assert api.Model(x, x).outputs == [x]
        assert [id(one) for one in api.Model({"b": x, "a": y}, [x, y]).inputs] == [id(y), id(x)]


def test_an_empty_name_stays(keras: ModuleType) -> None:
    assert keras.layers.Dense(3, name="").name == ""
    assert [row.path for row in T.Sequential([T.Dense(3, name="")]).build((None, 4)).rows] == [""]


def test_a_function_without_a_name_in_keras(keras: ModuleType) -> None:
    code = T.Activation(np.tanh).code()
    assert eval(code, {"keras": keras}).activation is keras.activations.linear


# Operators and functions

PROGRAMS = {
    "a residual block": "y = x + Dense(4)(x)\nmodel = Model(x, Dense(2)(y))",
    "numbers": "model = Model(x, Dense(2)(1 - (2 * x + 0.5) / 3))",
    "numbers on both sides": "y = Input((4,))\nmodel = Model([x, y], [x - 1, 1 / x, x * y, x / y, y - x])",
    "an axis of one": "z = Input((1,))\nmodel = Model([x, z], Dense(2)(x * z + 1))",
    "NumPy's numbers": "model = Model(x, x * np.float32(2) + np.int64(1))",
    "a layer of the same name": "y = x + x\ny = add([x, y])\nmodel = Model(x, add([x + 1, y]))",
    "functions": "y = concatenate([add([x, x]), subtract([x, x]), multiply([x, x])])\nmodel = Model(x, Dense(2)(y))",
    "more functions": "model = Model(x, concatenate([average([x, x]), maximum([x, x]), minimum([x, x])], axis=-1))",
    "dot": "model = Model(x, [dot([x, x], axes=1), dot([x, x], axes=-1, normalize=True, name='cosine')])",
    "a gate": "gate = Dense(4, 'sigmoid')(x)\nmodel = Model(x, gate * Dense(4)(x) + (1 - gate) * x)",
    "inside of a model": "inner = Model(x, x + 1)\nw = Input((4,))\nmodel = Model(w, inner(w) * 2)",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_operators_and_functions_are_kerass(keras: ModuleType, program: str) -> None:
    program = f"x = Input((4,))\n{program}"
    ours: dict[str, Any] = {**NAMES, "np": np}
    exec(program, ours)
    model = ours["model"]
    keras.utils.clear_session(free_memory=False)
    theirs: dict[str, Any] = {"np": np, "keras": keras}
    exec(f"from keras.layers import *\nfrom keras import Input, Model\n{program}", theirs)
    keras.utils.clear_session(free_memory=False)
    by_code: dict[str, Any] = {}
    exec(model.code(), by_code)
    names = [operation.name for operation in theirs["model"].operations]
    assert [operation.name for operation in by_code["model"].operations] == names
    for keras_model in (theirs["model"], by_code["model"]):
        explained = T.explain(keras_model)
        assert explained.agrees
        assert explained.total == model.ledger.total
        assert explained.output_shape == model.ledger.output_shape
        rows = [
            (row.path, row.kind, row.input_shape, row.output_shape, row.count, row.inputs) for row in explained.rows
        ]
        assert rows == [(r.path, r.kind, r.input_shape, r.output_shape, r.count, r.inputs) for r in model.ledger.rows]


@given(st.lists(st.none() | st.integers(1, 3), max_size=3), st.lists(st.none() | st.integers(1, 3), max_size=3))
def test_shapes_of_operators_are_kerass(keras: ModuleType, one: list[int | None], other: list[int | None]) -> None:
    theirs = outcome(lambda: keras.KerasTensor(one) + keras.KerasTensor(other))
    ours = outcome(lambda: T.Input(one[1:], one[0]) + T.Input(other[1:], other[0])) if one and other else theirs
    assert (ours is None) == (theirs is None)
    if one and other and ours is None:
        shape = tuple((keras.KerasTensor(one) + keras.KerasTensor(other)).shape)
        assert (T.Input(one[1:], one[0]) + T.Input(other[1:], other[0])).shape == shape


@pytest.mark.parametrize("other", ["3", None, [1, 2], 1j])
def test_other_things_are_not_added(other: Any) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = T.Input((3,)) + other


# What a learner reads


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_each_layer_documents_its_arguments(kind: str) -> None:
    doc = inspect.getdoc(ALL_KINDS[kind]) or ""
    summary, _, arguments = doc.partition("\n\n")
    assert summary.endswith((".", ":"))
    described = re.findall(r"^    (\w+): \S.*\.$", arguments, re.M)
    assert described == list(inspect.signature(ALL_KINDS[kind]).parameters)


@pytest.mark.parametrize("use_jedi", [True, False])
def test_completion_knows_the_arguments(use_jedi: bool) -> None:
    from IPython.core.completer import provisionalcompleter
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.user_ns["tutor"] = tutor
    shell.Completer.use_jedi = use_jedi

    def completed(text: str) -> set[str]:
        with provisionalcompleter():
            return {one.text.lstrip(".") for one in shell.Completer.completions(text, len(text))}

    assert {"use_bias=", "use_cudnn="} <= completed("tutor.LSTM(us")
    assert "return_sequences=" in completed("tutor.LSTM(128, ret")
    assert "LSTM" in completed("tutor.LS")
