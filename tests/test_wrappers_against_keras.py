"""TimeDistributed and Bidirectional against Keras itself, and what is known about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from comparing import assert_same, outcome, plain_shapes
from configurations import ALL_KINDS, KINDS, arguments_of, examples, shapes_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tutor
from tutor import GRU, LSTM, Bidirectional, Conv2D, Dense, Embedding, Flatten, SimpleRNN, TimeDistributed

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from conftest import Weightless

RECURRENT = ("SimpleRNN", "LSTM", "GRU")
MODES = ["concat", "sum", "mul", "ave", None]
#: Layers that change shapes or have weights that are not trained, with a shape of one timestep.
FIXED: list[tuple[str, dict[str, Any], tuple[int | None, ...]]] = [
    ("Conv2D", {"filters": 4, "kernel_size": 3}, (None, 8, 8, 3)),
    ("MaxPooling2D", {}, (2, 8, 8, 3)),
    ("Flatten", {}, (None, 4, 3)),
    ("BatchNormalization", {}, (None, 5)),
    ("Dropout", {"rate": 0.5}, (None, 5)),
]

_trainable = st.sampled_from([True, True, False])


@st.composite
def both_ways(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, Any], Any]:
    """A recurrent layer's kind and arguments, Bidirectional's arguments, and a shape that mostly fits."""
    kind = draw(st.sampled_from(RECURRENT))
    inner = draw(arguments_of(kind))
    outer = {"merge_mode": draw(st.sampled_from(MODES)), "trainable": draw(_trainable)}
    shape = draw(shapes_for(kind, batch=inner["stateful"]))
    return kind, inner, outer, draw(st.sampled_from([shape] * 9 + [shape[1:], (*shape, 3), (*shape[:2], None)]))


@st.composite
def each_timestep(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, Any], Any]:
    """A layer's kind and arguments, TimeDistributed's arguments, and a shape that mostly fits."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    inner = draw(arguments_of(kind))
    inner.pop("return_state", None)  # several tensors leave then, of which Keras makes nonsense
    step = draw(shapes_for(kind, batch=inner.get("stateful", False)))
    if draw(st.integers(0, 4)) == 0:
        kind, inner, step = draw(st.sampled_from(FIXED))
    timesteps = draw(st.integers(1, 9) if inner.get("stateful") else st.none() | st.integers(1, 9))
    shape = (*step[:1], timesteps, *step[1:])
    return kind, inner, {"trainable": draw(_trainable)}, draw(st.sampled_from([shape] * 9 + [step[:2], (*shape, None)]))


def by_keras(
    keras: ModuleType,
    weightless: Weightless,
    wrapper: str,
    kind: str,
    inner: dict[str, Any],
    outer: dict[str, Any],
    shape: Any,
) -> tuple[Any, Any]:
    """Keras's wrapper around Keras's layer, and the shapes that leave it."""
    layer = getattr(keras.layers, kind)(**inner)
    theirs = getattr(keras.layers, wrapper)(layer, **outer)
    with weightless([layer]):
        return theirs, plain_shapes(theirs(keras.KerasTensor(shape)))


def check_all(keras: ModuleType, weightless: Weightless, wrapper: Any, strategy: Any, most: int) -> None:
    @settings(max_examples=examples(most), suppress_health_check=[HealthCheck.too_slow])
    @given(strategy)
    def check(configuration: tuple[str, dict[str, Any], dict[str, Any], Any]) -> None:
        kind, inner, outer, shape = configuration

        def ours() -> Any:
            return wrapper(ALL_KINDS[kind](**inner), **outer).build(shape)

        theirs: list[Any] = []
        arguments = (keras, weightless, wrapper.__name__, kind, inner, outer, shape)
        refusals = outcome(lambda: theirs.extend(by_keras(*arguments))), outcome(ours)
        assert (refusals[0] is None) == (refusals[1] is None), refusals
        if theirs:
            assert_same(ours(), *theirs)
        else:
            assert isinstance(refusals[1], (TypeError, ValueError))

    check()


def test_bidirectional_is_kerass(keras: ModuleType, weightless: Weightless) -> None:
    check_all(keras, weightless, Bidirectional, both_ways(), 900)


def test_time_distributed_is_kerass(keras: ModuleType, weightless: Weightless) -> None:
    check_all(keras, weightless, TimeDistributed, each_timestep(), 900)


@pytest.mark.parametrize(
    "layer",
    [
        Bidirectional(LSTM(64)),
        Bidirectional(GRU(3, return_sequences=True), merge_mode=None, name="both"),
        Bidirectional(LSTM(3), backward_layer=LSTM(3, go_backwards=True, use_bias=False)),
        Bidirectional(LSTM(3), backward_layer=GRU(3, go_backwards=True)),
        Bidirectional(LSTM(3), trainable=False),
        TimeDistributed(Bidirectional(SimpleRNN(3))),
        TimeDistributed(TimeDistributed(Dense(3, use_bias=False))),
    ],
)
def test_code_makes_the_same_layer(keras: ModuleType, weightless: Weightless, layer: Any) -> None:
    shape = (None, 7, 6, 5) if isinstance(layer, TimeDistributed) else (None, 7, 5)
    with weightless([]):
        theirs = eval(layer.code(), {"keras": keras})
        outputs = theirs(keras.KerasTensor(shape))
    assert_same(layer.build(shape), theirs, plain_shapes(outputs))


def test_code_nests() -> None:
    assert Bidirectional(LSTM(64)).code() == "keras.layers.Bidirectional(keras.layers.LSTM(64))"
    assert repr(TimeDistributed(Dense(8))) == "TimeDistributed(Dense(8))"


# What is known


def test_two_directions_are_counted_twice() -> None:
    # Keras's guide "Working with RNNs": Bidirectional(LSTM(64)) on 10 features, 38,400 parameters.
    built = Bidirectional(LSTM(64, return_sequences=True)).build((None, 5, 10))
    assert built.formula.text == "2 · 4 · units · (units + features + 1)"
    assert built.formula.numbers == "2 · 4 · 64 · (64 + 10 + 1)"
    assert built.count == 38_400
    assert built.output_shape == (None, 5, 128)


def test_the_next_layer_sees_what_the_merge_mode_makes() -> None:
    # The guide's second layer, Bidirectional(LSTM(32)), has 41,216 parameters behind "concat".
    def second(mode: str) -> int:
        stack = [Bidirectional(LSTM(64, return_sequences=True), merge_mode=mode), Bidirectional(LSTM(32))]
        return tutor.Sequential(stack).build((None, 5, 10)).rows[1].count

    assert second("concat") == 2 * 4 * 32 * (32 + 128 + 1) == 41_216
    assert second("sum") == second("ave") == 2 * 4 * 32 * (32 + 64 + 1)


def test_timesteps_do_not_multiply() -> None:
    # A published summary shows 255 for TimeDistributed(Dense(15)) on 16 features, and 255 for the Dense alone.
    for timesteps in (1, 64, None):
        built = TimeDistributed(Dense(15)).build((None, timesteps, 16))
        assert built.formula.text == "units · (features + 1)"
        assert built.count == Dense(15).build((None, 16)).count == 255
        assert built.output_shape == (None, timesteps, 15)


def test_unequal_halves_are_added_up() -> None:
    built = Bidirectional(LSTM(3), backward_layer=GRU(3, go_backwards=True)).build((None, 7, 5))
    forward, backward = LSTM(3).build((None, 7, 5)).count, GRU(3).build((None, 7, 5)).count
    assert built.formula.text == "forward + backward"
    assert built.formula.symbols == {"forward": forward, "backward": backward}
    assert built.count == built.formula.value == forward + backward


def test_a_frozen_half_is_not_trained() -> None:
    built = Bidirectional(LSTM(3), backward_layer=LSTM(3, go_backwards=True, trainable=False)).build((None, 7, 5))
    assert built.trainable_count == built.count // 2
    assert built.trainable_formula.value + built.non_trainable_formula.value == built.count


def test_a_whole_model_at_each_timestep() -> None:
    model = tutor.Sequential([Conv2D(4, 3), Flatten(), Dense(10)], name="vision")
    built = TimeDistributed(model).build((None, 16, 8, 8, 3))
    assert built.output_shape == (None, 16, 10)
    assert built.formula.text == "conv2d + dense"
    assert built.formula.symbols == {"conv2d": 4 * (3 * 3 * 3 + 1), "dense": 10 * (6 * 6 * 4 + 1)}
    assert built.count == model.build((None, 8, 8, 3)).total == built.formula.value


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: Bidirectional(Dense(3)),
            ["layer must be a recurrent layer", "got Dense(3)", "Bidirectional(tutor.LSTM(64))"],
        ),
        (lambda: Bidirectional(64), ["layer must", "got 64"]),
        (lambda: Bidirectional(LSTM(3), merge_mode="conct"), ["merge_mode must", "got 'conct'", "'concat'"]),
        (lambda: Bidirectional(LSTM(3, go_backwards=True)), ["go_backwards=True", "Leave out"]),
        (lambda: Bidirectional(LSTM(3), backward_layer=LSTM(3)), ["go_backwards=False", "backward_layer only"]),
        (lambda: Bidirectional(LSTM(3), backward_layer=3), ["backward_layer must", "got 3"]),
        (
            lambda: Bidirectional(LSTM(3), backward_layer=LSTM(3, go_backwards=True, return_sequences=True)),
            ["return_sequences must be the same", "got False and True"],
        ),
        (lambda: Bidirectional(LSTM(3)).build((None, 5)), ["3 axes, (batch, timesteps, features)", "(None, 5)"]),
        (
            lambda: Bidirectional(LSTM(3, stateful=True, return_state=True)).build((2, 7, 5)),
            ["stateful=True and return_state=True"],
        ),
        (lambda: TimeDistributed(3), ["layer must", "got 3", "TimeDistributed(tutor.Dense(32))"]),
        (lambda: TimeDistributed(Dense), ["layer must be a layer"]),
        (
            lambda: TimeDistributed(Dense(3)).build((None, 5)),
            ["at least 3 axes, (batch, timesteps, ..., features)", "(None, 5)"],
        ),
        (
            lambda: TimeDistributed(LSTM(3)).build((None, 5, 4)),
            ["one timestep of (None, 5, 4), which is (None, 4)", "LSTM", "3 axes", "leave out TimeDistributed"],
        ),
        (
            lambda: TimeDistributed(LSTM(3, return_state=True)).build((None, 6, 5, 4)),
            ["must return one tensor", "returns 3"],
        ),
        (lambda: Bidirectional(64, units=3), ["Bidirectional(tutor.LSTM(64))"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call: Callable[[], object], words: list[str]) -> None:
    with pytest.raises(ValueError, match=r"Bidirectional|TimeDistributed|LSTM") as raised:
        call()
    assert [word for word in words if word not in str(raised.value)] == [], str(raised.value)


def test_both_halves_have_the_same_units_although_keras_does_not_ask(keras: ModuleType) -> None:
    # Keras then says "concat" makes twice the units of the first, and makes something else.
    theirs = keras.layers.Bidirectional(keras.layers.LSTM(3), backward_layer=keras.layers.LSTM(4, go_backwards=True))
    assert tuple(theirs(keras.KerasTensor((2, 7, 5))).shape) == (2, 6)
    assert tuple(theirs(keras.ops.zeros((2, 7, 5))).shape) == (2, 7)
    with pytest.raises(ValueError, match="units must be the same in both layers; got 3 and 4"):
        Bidirectional(LSTM(3), backward_layer=LSTM(4, go_backwards=True))


@pytest.mark.parametrize("layer", [Bidirectional(LSTM(3)), TimeDistributed(Embedding(9, 3))])
def test_wrappers_are_data(layer: Any) -> None:
    assert replace(layer) == layer
    assert eval(repr(layer), dict(ALL_KINDS)) == layer
