"""Functional models of ours: against Keras's, by the programs that make both."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from configurations import ALL_KINDS, entries, examples
from hypothesis import HealthCheck, given, settings
from models import models

import tutor
from tutor import LSTM, Add, Concatenate, Conv2D, Dense, Dropout, Embedding, Flatten, MaxPooling2D, TimeDistributed

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from conftest import Weightless

    from tutor.ledgers.ledger import Ledger


def run(keras: ModuleType, weightless: Weightless, code: str) -> Any:
    """The model that the code makes, in a fresh session, so that Keras's automatic names begin anew."""
    keras.utils.clear_session(free_memory=False)
    names: dict[str, Any] = {"keras": keras}
    with weightless(()):
        exec(code, names)
    return names["model"]


def facts(ledger: Ledger) -> list[tuple[Any, ...]]:
    """What a ledger of ours and one of a Keras model have in common, row by row."""
    return [
        (
            row.path, row.kind, row.input_shape, row.output_shape, str(row.formula), row.count, row.trainable_count,
            row.inputs, row.shared,
        )
        for row in ledger.rows
    ]  # fmt: skip


def assert_same_model(ours: Ledger, theirs: Any) -> None:
    explained = tutor.explain(theirs)
    assert facts(ours) == facts(explained)
    assert explained.agrees
    assert ours.total == theirs.count_params() == entries(theirs.weights)
    assert ours.trainable_total == entries(theirs.trainable_weights)
    for name in ("input_shape", "output_shape", "inputs", "outputs"):
        assert getattr(ours, name) == getattr(explained, name)


def test_any_model_is_the_one_that_its_code_makes_in_keras(keras: ModuleType, weightless: Weightless) -> None:
    @settings(max_examples=examples(250), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(models())
    def check(model: tutor.Model) -> None:
        assert_same_model(model.ledger, run(keras, weightless, model.code()))

    check()


# The article's follow-up: question answering over an image and over a video

VISION = [
    Conv2D(64, 3, padding="same", activation="relu"), Conv2D(64, 3, activation="relu"), MaxPooling2D(),
    Conv2D(128, 3, padding="same", activation="relu"), Conv2D(128, 3, activation="relu"), MaxPooling2D(),
    Conv2D(256, 3, padding="same", activation="relu"), Conv2D(256, 3, activation="relu"),
    Conv2D(256, 3, activation="relu"), MaxPooling2D(), Flatten(),
]  # fmt: skip


def answering(*, video: bool) -> tutor.Model:
    vision = tutor.Sequential([tutor.Input((224, 224, 3)), *VISION], name="vision")
    if video:
        seen = tutor.Input((100, 224, 224, 3), name="video")
        encoded = LSTM(256)(TimeDistributed(vision)(seen))
    else:
        seen = tutor.Input((224, 224, 3), name="image")
        encoded = vision(seen)
    question = tutor.Input((100,), dtype="int32", name="question")
    words = LSTM(256)(Embedding(10_000, 256)(question))
    answer = Dense(1000, activation="softmax")(Concatenate()([encoded, words]))
    return tutor.Model([seen, question], answer)


def test_the_articles_vision_model() -> None:
    ledger = tutor.Sequential(VISION).build((None, 224, 224, 3))
    assert ledger.total == 1_735_488
    assert ledger.output_shape == (None, 160_000)


@pytest.mark.parametrize(("video", "total"), [(False, 165_077_800), (True, 169_436_968)])
def test_the_articles_question_answering(keras: ModuleType, weightless: Weightless, video: bool, total: int) -> None:
    model = answering(video=video)
    assert model.ledger.total == total
    assert model.ledger.output_shape == (None, 1000)
    assert_same_model(model.ledger, run(keras, weightless, model.code()))


def test_frames_pass_through_the_vision_model_as_through_one() -> None:
    rows = {row.path: row for row in answering(video=True).ledger.rows}
    first, last = rows["time_distributed/vision/conv2d"], rows["time_distributed/vision/flatten"]
    assert first.inputs == ("video",)
    assert first.input_shape == (None, 100, 224, 224, 3)
    assert first.count == 64 * (3 * 3 * 3 + 1)
    assert last.output_shape == (None, 100, 160_000)
    assert rows["concatenate"].inputs == ("lstm", "lstm_1")


# One program, run with Keras and with ours

PROGRAMS = {
    "a shared layer": """
x, y = Input((4,)), Input((4,))
both = Dense(3)
last = Dense(2)
model = Model([x, y], last(Concatenate()([both(x), both(y)])))
""",
    "an encoder and a decoder": """
words, answer = Input((None,), name="words"), Input((None,), name="answer")
_, h, c = LSTM(8, return_state=True)(Embedding(50, 6)(words))
decoded = LSTM(8, return_sequences=True)(Embedding(60, 6)(answer), initial_state=[h, c])
model = Model([words, answer], Dense(60)(decoded))
""",
    "a residual block": """
x = Input((8, 8, 4))
y = BatchNormalization()(Conv2D(4, 3, padding="same")(x))
y = Activation("relu")(Add()([x, y]))
model = Model(x, Dense(2)(GlobalAveragePooling2D()(y)))
""",
    "a stack without an input": """
stack = Sequential([Dense(3), Dropout(0.5), Dense(2)])
x = Input((4,))
model = Model(x, stack(Dense(5)(x)), name="outer")
""",
    "models in models": """
inner = Sequential([Input((4,)), Dense(4)], name="inner")
middle = Sequential([inner, Dense(4), inner])
x = Input((4,))
model = Model(x, [middle(x), inner(x)])
""",
    "a model of two outputs": """
x = Input((6,))
h = Dense(5)(x)
two = Model(x, [Dense(2)(h), Dense(3)(h)], name="two")
z = Input((6,))
a, b = two(z)
model = Model(z, Concatenate()([a, b]))
""",
    "inputs and outputs by name": """
a, b = Input((4,), name="a"), Input((4,), name="b")
model = Model({"a": a, "b": b}, {"sum": Add()([a, b]), "dense": Dense(3)(b)})
""",
    "both directions, and each timestep": """
x = Input((7, 5))
y = Bidirectional(LSTM(4, return_sequences=True))(x)
y = TimeDistributed(Dense(3))(y)
model = Model(x, LSTM(2)(y))
""",
    "a layer inside and outside of TimeDistributed": """
dense = Dense(4)
x = Input((6, 4))
model = Model(x, [TimeDistributed(dense)(x), dense(x)])
""",
    "a frozen layer": """
x = Input((4,))
y = Dense(3, trainable=False)(x)
model = Model(x, Dense(2)(y))
""",
    "a known batch": """
x = Input(batch_shape=(2, 5, 4))
model = Model(x, Dense(3)(Flatten()(x)))
""",
    "an input that nothing reads": """
x, y = Input((4,)), Input((3,))
model = Model([x, y], Dense(2)(x))
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_one_program_makes_the_same_of_both(keras: ModuleType, weightless: Weightless, program: str) -> None:
    ours = {**ALL_KINDS, "Input": tutor.Input, "Model": tutor.Model, "Sequential": tutor.Sequential}
    exec(program, ours)
    model: Any = ours["model"]
    wildcard = "from keras.layers import *\nfrom keras import Input, Model, Sequential\n"
    theirs = run(keras, weightless, wildcard + program)
    assert_same_model(model.ledger, theirs)
    assert_same_model(model.ledger, run(keras, weightless, model.code()))
    assert [layer.name for layer in run(keras, weightless, model.code()).layers] == [one.name for one in theirs.layers]


def test_code_reads_as_one_would_write_it() -> None:
    x = tutor.Input((784,), name="pixels")
    h = Dense(32, activation="relu")(x)
    assert tutor.Model(x, Add()([h, Dense(32)(h)]), name="skip").code() == (
        "import keras\n"
        "\n"
        "pixels = keras.Input((784,), name='pixels')\n"
        "dense = keras.layers.Dense(32, activation='relu')(pixels)\n"
        "dense_1 = keras.layers.Dense(32)(dense)\n"
        "add = keras.layers.Add()([dense, dense_1])\n"
        "model = keras.Model(pixels, add, name='skip')\n"
    )


# Rows


def test_rows_say_what_they_read() -> None:
    x = tutor.Input((4,), name="x")
    left, right = Dense(3)(x), Dense(3)(Dropout(0.5)(x))
    ledger = tutor.Model(x, Add()([left, Dropout(0.5)(right)])).ledger
    assert {row.path: row.inputs for row in ledger.rows} == {
        "dense": ("x",), "dense_1": ("x",), "add": ("dense", "dense_1"),
    }  # fmt: skip
    assert ledger.inputs == {"x": (None, 4)}
    assert ledger.outputs == ("add",)


def test_a_layer_used_several_times_is_counted_once() -> None:
    shared, x, y = Dense(4), tutor.Input((4,), name="x"), tutor.Input((4,), name="y")
    ledger = tutor.Model([x, y], Add()([shared(shared(x)), shared(y)])).ledger
    assert ledger.total == 4 * (4 + 1)
    assert ledger.rows[0].shared == 3
    assert set(ledger.rows[0].inputs) == {"x", "y", "dense"}
    assert ledger.rows[0].built == Dense(4).build((None, 4))


def test_a_model_that_is_used_twice_is_counted_once() -> None:
    inner = tutor.Sequential([Dense(4), Dense(4)], name="inner")
    x = tutor.Input((4,))
    ledger = tutor.Model(x, inner(inner(x))).ledger
    assert [(row.path, row.shared) for row in ledger.rows] == [("inner/dense", 2), ("inner/dense_1", 2)]
    assert ledger.rows[0].inputs == ("input_layer", "inner/dense_1")


def test_what_a_frozen_model_holds_is_frozen_wherever_it_is_used() -> None:
    shared, x = Dense(4), tutor.Input((4,))
    frozen = tutor.Sequential([shared], trainable=False)
    ledger = tutor.Model(x, [shared(x), frozen(x), Dense(2)(x)]).ledger
    assert ledger.trainable_total == 2 * (4 + 1)


def test_a_stack_may_begin_with_its_input(keras: ModuleType, weightless: Weightless) -> None:
    stack = tutor.Sequential([tutor.Input((4,)), Dense(3)])
    assert stack.build().total == stack.build((None, 4)).total == stack.build((8, 4)).total == 15
    assert stack.layers == (Dense(3),)
    assert_same_model(stack.build(), run(keras, weightless, stack.code()))
    with pytest.raises(ValueError, match=r"Sequential: the input must fit \(None, 4\), .* got \(None, 5\)"):
        stack.build((None, 5))


def test_a_long_chain_meets_no_limit() -> None:
    tensor = first = tutor.Input((1,))
    for _ in range(3000):
        tensor = Dense(1)(tensor)
    assert tutor.Model(first, tensor).ledger.total == 6000


# Refusals

X, Y = tutor.Input((4,), name="x"), tutor.Input((5,), name="y")


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: Dense(3)(7), TypeError, ["Dense must be called on a tensor", "tutor.Input((784,))", "got 7"]),
        (lambda: Dense(3)(), TypeError, ["called on a tensor", "got nothing"]),
        (lambda: Dense(3)([X, Y]), (TypeError, ValueError), ["Dense"]),
        (lambda: LSTM(3)(X), ValueError, ["LSTM", "must have 3 axes", "got (None, 4)", "(None, 4, 1)"]),
        (lambda: Add()([X, Y]), ValueError, ["Add"]),
        (lambda: tutor.Model(X, 3), TypeError, ["outputs must be a tensor", "got 3"]),
        (lambda: tutor.Model([], X), TypeError, ["inputs must be a tensor", "got []"]),
        (lambda: tutor.Model(X, Concatenate()([X, Y])), ValueError, ["must include the input 'y'", "(None, 5)"]),
        (lambda: tutor.Model(Dense(3)(X), X), ValueError, ["inputs must", "made by tutor.Input", "from dense"]),
        (lambda: tutor.Model(X, Dense(3, name="x")(X)), ValueError, ["2 layers are named 'x'"]),
        (lambda: tutor.Model(X, Dense(3)(X), name=3), TypeError, ["name must", "got 3"]),
        (lambda: tutor.Model(X, Dense(3)(X))(Y), ValueError, ["must fit (None, 4)", "got (None, 5)"]),
        (lambda: tutor.Model(X, X)([X, X]), ValueError, ["must fit (None, 4)", "got (None, 4) and (None, 4)"]),
        (lambda: tutor.Input(784), TypeError, ["shape must be a tuple", "got 784", "(784,)"]),
        (lambda: tutor.Input(), ValueError, ["one shape"]),
        (lambda: tutor.Input((3,), batch_shape=(None, 3)), ValueError, ["one shape"]),
        (lambda: tutor.Input((3, 0)), ValueError, ["axis 2", "1 or larger", "got 0"]),
        (lambda: tutor.Input((3,), name="a/b"), ValueError, ["'a/b'"]),
        (lambda: tutor.Sequential([Dense(3), X]), TypeError, ["layers[1] must"]),
    ],
)  # fmt: skip
def test_wrong_models(call: Callable[[], object], kind: Any, words: list[str]) -> None:
    with pytest.raises(kind) as raised:
        call()
    assert [word for word in words if word not in str(raised.value)] == [], str(raised.value)


def test_a_shared_layer_must_fit_each_time(keras: ModuleType) -> None:
    def build(api: Any) -> None:
        shared = api.Dense(3)
        x, y = api.Input((4,)), api.Input((5,))
        api.Model([x, y], [shared(x), shared(y)])

    with pytest.raises(ValueError, match=r"Model: Dense\(3\) is used twice, on \(None, 4\) and on \(None, 5\)"):
        build(tutor)
    with pytest.raises(ValueError, match="incompatible"):
        build(SimpleNamespace(Dense=keras.layers.Dense, Input=keras.Input, Model=keras.Model))


def test_a_stack_is_built_by_its_first_use(keras: ModuleType) -> None:
    def build(api: Any) -> None:
        stack = api.Sequential([api.LSTM(3)])
        x, y = api.Input((7, 4)), api.Input((6, 4))
        api.Model([x, y], [stack(x), stack(y)])

    with pytest.raises(ValueError, match=r"must fit \(None, 7, 4\), .* got \(None, 6, 4\)"):
        build(tutor)
    keras_api = {"LSTM": keras.layers.LSTM, "Input": keras.Input, "Model": keras.Model, "Sequential": keras.Sequential}
    with pytest.raises(ValueError, match="incompatible"):
        build(SimpleNamespace(**keras_api))
