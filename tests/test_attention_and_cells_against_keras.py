"""Attention, cells and RNN beside Keras's own: weights, counts, shapes; in models and explained."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from comparing import assert_same, outcome, plain_shapes
from configurations import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tutor
from tutor.layers.calls import one_or_all

if TYPE_CHECKING:
    from conftest import Weightless

small = st.integers(1, 6)
axis = st.none() | small


@st.composite
def attending(draw: st.DrawFn, *, heads: bool) -> tuple[dict[str, Any], list[tuple[int | None, ...]]]:
    """Arguments of an attention layer, and the shapes of query, value and key."""
    given: dict[str, Any] = {"trainable": draw(st.booleans())}
    if heads:
        given |= {
            "num_heads": draw(small),
            "key_dim": draw(small),
            "use_bias": draw(st.booleans()),
            "value_dim": draw(axis),
            "output_shape": draw(st.none() | small | st.tuples(small) | st.tuples(small, small)),
            "use_gate": draw(st.booleans()),
        }
    rank, batch = draw(st.integers(1, 2)) if heads else 1, draw(axis)
    query = (batch, *[draw(axis) for _ in range(rank)], draw(small))
    others = st.tuples(st.just(batch), *[axis] * rank, small if heads else st.just(query[-1]))
    value = draw(st.just(query) | others)
    key = draw(st.just(value) | small.map(lambda size: (*value[:-1], size if heads else value[-1])))
    return given, [query, value, key]


def test_multi_head_attention_is_kerass(keras: ModuleType, weightless: Weightless) -> None:
    @settings(max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
    @given(attending(heads=True))
    def check(case: tuple[dict[str, Any], list[Any]]) -> None:
        given, (query, value, key) = case
        theirs = keras.layers.MultiHeadAttention(**given)
        with weightless([]):
            made = plain_shapes(theirs(*map(keras.KerasTensor, (query, value)), key=keras.KerasTensor(key)))
        ours = tutor.MultiHeadAttention(**given)
        assert_same(ours.build([query, value, key]), theirs, made)
        assert all(len(names) == len(query) for names in ours.build([query, value, key]).input_axes)
        if query == value == key:
            assert_same(ours.build(query), theirs, made)

    check()


@pytest.mark.parametrize("kind", ["Attention", "AdditiveAttention"])
def test_attention_without_heads_is_kerass(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    @settings(max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow])
    @given(attending(heads=False), st.booleans(), st.sampled_from(["dot", "concat"]), st.booleans())
    def check(case: tuple[dict[str, Any], list[Any]], use_scale: bool, score_mode: str, with_key: bool) -> None:
        given, shapes = case
        given |= {"use_scale": use_scale} | ({"score_mode": score_mode} if kind == "Attention" else {})
        theirs, shapes = getattr(keras.layers, kind)(**given), shapes if with_key else shapes[:2]
        with weightless([]):
            made = plain_shapes(theirs(list(map(keras.KerasTensor, shapes))))
        assert_same(getattr(tutor, kind)(**given).build(shapes), theirs, made)

    check()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: tutor.MultiHeadAttention(2, 3)(x), ["MultiHeadAttention", "query and a value", "layer(x, x)"]),
        (lambda x: tutor.Attention()(x), ["Attention", "layer([x, x])"]),
        (lambda x: tutor.Attention()([x, tutor.Input((6, 5))]), ["same number of features", "4 and 5"]),
        (lambda _: tutor.Attention(score_mode="cosine"), ["score_mode", "'cosine'", "'dot'", "'concat'"]),
        (lambda x: tutor.MultiHeadAttention(2, 3)(x, tutor.Input((None,))), ["MultiHeadAttention"]),
    ],
)
def test_what_attention_refuses(call: Any, words: list[str]) -> None:
    refusal = outcome(lambda: call(tutor.Input((6, 4))))
    assert isinstance(refusal, ValueError)
    assert [word for word in words if word not in str(refusal)] == []


def test_attention_in_a_model_is_written_and_explained(keras: ModuleType) -> None:
    x = tutor.Input((6, 4))
    attended = tutor.MultiHeadAttention(2, 3)(x, x)
    crossed = tutor.MultiHeadAttention(2, 3, name="crossed")(attended, tutor.Input((7, 5), name="memory"))
    added = tutor.LayerNormalization()(tutor.Add()([x, crossed]))
    memory = crossed.source.input_tensors[1]
    model = tutor.Model([x, memory], added)
    names: dict[str, Any] = {}
    keras.utils.clear_session()
    exec(model.code(), names)
    explained = tutor.explain(names["model"])
    assert explained.agrees
    assert [(row.path, row.count, str(row.formula), row.inputs) for row in explained.rows] == [
        (row.path, row.count, str(row.formula), row.inputs) for row in model.ledger.rows
    ]


# Cells


def flat(shapes: Any) -> list[Any]:
    """Keras returns the states of stacked cells as a list within a list."""
    return [one for part in shapes for one in flat(part)] if isinstance(shapes[0], tuple) else [shapes]


@st.composite
def cells(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    kind = draw(st.sampled_from(["SimpleRNNCell", "LSTMCell", "GRUCell"]))
    given: dict[str, Any] = {"units": draw(small), "use_bias": draw(st.booleans())}
    return kind, given | ({"reset_after": draw(st.booleans())} if kind == "GRUCell" else {})


def test_rnn_of_cells_is_kerass(keras: ModuleType, weightless: Weightless) -> None:
    flags = ("return_sequences", "return_state", "go_backwards", "unroll", "stateful", "trainable")

    @settings(max_examples=examples(200), suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(cells(), min_size=1, max_size=3),
        st.booleans(),
        st.fixed_dictionaries({flag: st.booleans() for flag in flags}),
        st.tuples(small, small, small),
    )
    def check(stack: list[Any], alone: bool, given: dict[str, bool], shape: tuple[int, int, int]) -> None:
        def made(layers: Any) -> Any:
            inside = [getattr(layers, kind)(**arguments) for kind, arguments in stack]
            return layers.RNN(inside[0] if alone else inside, **given)

        theirs, ours = made(keras.layers), made(tutor)
        with weightless([theirs]):
            output = theirs(keras.KerasTensor(shape))
        assert_same(ours.build(shape), theirs, one_or_all(flat(plain_shapes(output))))
        assert eval(repr(ours), vars(tutor.layers) | {name: getattr(tutor, name) for name in tutor.__all__}) == ours

    check()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tutor.RNN(tutor.LSTM(3)), ["RNN", "cell", "LSTMCell(32)", "needs no RNN"]),
        (lambda: tutor.RNN([]), ["StackedRNNCells", "cells"]),
        (lambda: tutor.RNN(tutor.GRUCell(3), stateful=True).build((None, 4, 5)), ["RNN", "stateful", "batch"]),
        (lambda: tutor.RNN(tutor.GRUCell(3)).build((None, 4)), ["RNN", "(batch, timesteps, features)"]),
    ],
)
def test_what_rnn_refuses(call: Any, words: list[str]) -> None:
    refusal = outcome(call)
    assert isinstance(refusal, ValueError)
    assert [word for word in words if word not in str(refusal)] == []


@pytest.mark.usefixtures("keras")
def test_a_model_of_cells_is_written() -> None:
    cells = [tutor.LSTMCell(3), tutor.GRUCell(2)]
    model = tutor.Sequential([tutor.Bidirectional(tutor.RNN(cells, return_sequences=True)), tutor.Dense(2)])
    names: dict[str, Any] = {}
    exec(model.code((None, 5, 4)), names)
    explained, ours = tutor.explain(names["model"]), model.build((None, 5, 4))
    assert explained.agrees
    assert [(row.path, row.kind, row.count, row.output_shape) for row in explained.rows] == [
        (row.path, row.kind, row.count, row.output_shape) for row in ours.rows
    ]
