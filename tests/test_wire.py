"""A model as data: the same code comes back, letter for letter, and what is no model is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from configurations import ALL_KINDS, examples, needed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from models import models, stacks_on

import tutor
from tutor.explorers.lessons import all_lessons
from tutor.live import wire

if TYPE_CHECKING:
    from tutor.models.ours import BuiltModel

LESSONS = all_lessons()


def assert_comes_back(model: BuiltModel) -> None:
    steps = json.loads(json.dumps(wire.encode(model)))
    again = wire.decode(steps)
    assert again.code == model.code
    assert again.ledger.total == model.ledger.total
    assert json.loads(json.dumps(wire.encode(again))) == steps


@pytest.mark.parametrize("what", LESSONS, ids=lambda what: what.__name__)
def test_every_lesson_comes_back_at_all_its_presets(what: Any) -> None:
    lesson = LESSONS[what]
    assert lesson.presets
    for preset in lesson.presets:
        assert_comes_back(lesson.make(lesson.position(preset.key)).met())


def test_any_model_comes_back() -> None:
    @settings(max_examples=examples(250), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(models())
    def check(model: tutor.Model) -> None:
        assert_comes_back(model.met())

    check()


def test_any_stack_comes_back() -> None:
    @settings(max_examples=examples(250), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(stacks_on((None, 3, 4), None))
    def check(model: tutor.Sequential) -> None:
        assert_comes_back(model.met((None, 3, 4)))

    check()


def test_arithmetic_comes_back() -> None:
    x, y = tutor.Input((3,)), tutor.Input((3,))
    assert_comes_back(tutor.Model([x, y], tutor.Dense(2)((2 - x * y) / 3.5 + y)).met())


@pytest.mark.parametrize("kind", sorted(ALL_KINDS))
def test_every_layer_can_be_sent(kind: str) -> None:
    layer = ALL_KINDS[kind](**needed(kind))
    steps: list[Any] = []
    writer = object.__new__(wire._Writer)
    writer.steps, writer._at = steps, {}
    writer._operation(layer)
    made = wire._Reader(json.loads(json.dumps(steps))).made[-1]
    assert made == layer
    assert made.code() == layer.code()


class Mine(tutor.Dense, signature=tutor.Dense.signature):
    """A learner's own."""


@pytest.mark.parametrize(
    "layer",
    [
        Mine(3),
        tutor.Dense(3, activation=abs),
        tutor.Dense(3, kernel_regularizer={"class_name": "L2", "config": {"l2": 0.1}}),
        tutor.TimeDistributed(Mine(3)),
    ],
)
def test_objects_of_the_learners_own_are_not_sent(layer: Any) -> None:
    with pytest.raises(TypeError):
        wire.encode(tutor.Sequential([layer]).met((None, 4, 4)))


INPUT = ["Input", {"batch_shape": [None, 3]}]
DENSE = ["Dense", {"units": 2}]
MODEL = ["Sequential", [0], [1], {}]
SHARED = [["()", 1, [{"t": [0, 0]}], {}]]


def nested(depth: int) -> list[Any]:
    """Few steps, and two to that power layers."""
    doubled = [["Sequential", [], [1 + place, 1 + place], {}] for place in range(depth)]
    return [INPUT, ["Dense", {"units": 3}], *doubled, ["Sequential", [0], [depth + 1], {}]]


def test_a_small_model_of_that_kind_is_taken() -> None:
    assert wire.decode([INPUT, DENSE, MODEL]).ledger.total == 8
    assert wire.decode(nested(3)).ledger.total == 12


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [3],
        ["model"],
        [{}],
        [INPUT],
        [INPUT, DENSE],
        [[]],
        [MODEL],
        [INPUT, DENSE, ["Sequential", [0], [-1], {}]],
        [INPUT, DENSE, ["Sequential", [0], [True], {}]],
        [INPUT, DENSE, ["Sequential", [0], [2], {}]],
        [INPUT, DENSE, ["Sequential", [0], [1], {"name": "x" * 1000}]],
        [INPUT, DENSE, ["Sequential", [0], [1], {"layers": []}]],
        [INPUT, ["Layer", {}], MODEL],
        [INPUT, ["Built", {}], MODEL],
        [INPUT, ["Weight", {"name": "kernel", "shape": []}], MODEL],
        [INPUT, ["Lambda", {"function": "print"}], MODEL],
        [INPUT, ["__import__", {"name": "os"}], MODEL],
        [INPUT, ["Dense", {"units": 2, "x): print(1)#": 1}], MODEL],
        [INPUT, ["Dense", {"units": "2); print(1"}], MODEL],
        [INPUT, ["Dense", {"units": 2, "dtype": {"class_name": "Lambda", "config": {}}}], MODEL],
        [INPUT, ["Dense", {"units": 2, "kernel_regularizer": {"d": {"class_name": "Lambda"}}}], MODEL],
        [INPUT, ["Dense", {"units": 2, "kernel_regularizer": [[{"module": "os"}]]}], MODEL],
        [INPUT, ["LSTM", {"units": 2, "unroll": True}], ["Sequential", [], [1], {}]],
        [INPUT, DENSE, ["()", 1, [{"t": [0, 0]}], {"training=print(1), mask": None}], ["Model", {"t": [0, 0]}, [], {}]],
        [INPUT, DENSE, ["()", 1, [{"t": [0, 1]}], {}], ["Model", {"t": [0, 0]}, {"t": [2, 0]}, {}]],
        [INPUT, DENSE, ["()", 0, [{"t": [0, 0]}], {}], ["Model", {"t": [0, 0]}, {"t": [2, 0]}, {}]],
        [INPUT, ["+", ["print(1)", {"t": [0, 0]}]], ["Model", {"t": [0, 0]}, {"t": [1, 0]}, {}]],
        [INPUT, ["+", [1, 2]], ["Model", {"t": [0, 0]}, {"t": [1, 0]}, {}]],
        [INPUT, ["**", [2, {"t": [0, 0]}]], ["Model", {"t": [0, 0]}, {"t": [1, 0]}, {}]],
        [INPUT, DENSE, ["Model", {"t": [0, 0]}, {"o": 1}, {}]],
        [INPUT] * 601,
        nested(20),
        [INPUT, ["Dense", {"units": 3}], *SHARED * 599],
    ],
    ids=lambda steps: json.dumps(steps)[:60],
)
def test_what_is_no_model_is_refused(steps: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        wire.decode(steps)


def test_models_that_are_too_large_are_not_sent() -> None:
    with pytest.raises(ValueError, match="at most 65,000 bytes"):
        wire.encode(tutor.Sequential([tutor.Dense(3, name=f"{'x' * 90}{n}") for n in range(600)]).met((None, 3)))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 5) | st.sampled_from(["Input", "()", "Dense", "+", "Model", "t", "o"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["t", "o", "d", "units"]), inner),
)


def test_random_steps_are_a_model_or_refused() -> None:
    @settings(max_examples=examples(1000))
    @given(st.lists(_JSON, max_size=3))
    def check(steps: list[Any]) -> None:
        try:
            made = wire.decode([INPUT, DENSE, *steps])
        except (TypeError, ValueError):
            return
        assert compile(made.code, "model", "exec")

    check()
