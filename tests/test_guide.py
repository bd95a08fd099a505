"""A learner's walk through a lesson: hints, smaller questions, ways out and back, and what is kept of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

import tutor
from tutor.explorers.lessons import all_lessons
from tutor.explorers.session import Session
from tutor.models.sequential import Sequential
from tutor.questions.steps import Step, Steps

LESSONS = all_lessons()
QUESTION = {"ask": "How many?", "right": "{numbers}.", "answer": "count"}


def begun(what: Any = tutor.LSTM, *tables: Mapping[str, Any]) -> Session:
    """A lesson at its first step; its own steps, or those of these tables."""
    name = str(LESSONS[what].explored)
    return Session(LESSONS[what], Steps(tuple(map(Step.read, tables)), "The end.") if tables else Steps.of(name))


def check(session: Session, answer: str) -> tuple[str, str]:
    session.asked({"do": "check", "answer": answer})
    return session.shown["guide"]["state"], session.shown["guide"]["feedback"]


def moved(session: Session, number: int, to: str = "", **changes: Any) -> None:
    session.moved({"n": number, "jumps": number if to else 0, "to": to, "changes": changes})


def test_hints_come_one_by_one() -> None:
    session = begun()
    counts = []
    for _ in range(5):
        session.asked({"do": "hint"})
        counts.append((session.shown["guide"]["hints"], session.shown["guide"]["hint"].count("<p>")))
    assert counts == [([1, 3], 1), ([2, 3], 2), *[([3, 3], 3)] * 3]
    assert "A SimpleRNN of this size is one box: 49,280." in session.shown["guide"]["hint"]


def test_an_unknown_answer_is_narrowed_down_question_by_question() -> None:
    session = begun()
    for answer, state, says in (
        ("12345", "wrong", "I don't recognize 12,345. How many numbers does one box read?"),
        ("384", "", "Yes, 384. How many parameters does one box have?"),
        ("49280", "", "Yes, 49,280. How many boxes are there?"),
        ("4", "", "Yes, 4. Now put them together."),
        ("4*49280", "right", "Four boxes"),
    ):
        got = check(session, answer)
        assert got[0] == state
        assert says in got[1]


def test_a_smaller_question_that_is_gone_after_a_move_is_not_asked() -> None:
    session = begun(tutor.Dense, QUESTION)
    for answer in ("99", "784", "785"):
        check(session, answer)
    moved(session, 1, use_bias=False)
    assert check(session, "32")[0] == "wrong"


def test_the_third_miss_tells_the_way_out_and_a_slip_of_the_pen_is_no_miss() -> None:
    session = begun()
    assert ["Take a hint" in check(session, answer)[1] for answer in ("1", "2", "abc", "3", "4")] == [
        *[False] * 3,
        True,
        False,
    ]


def test_skipping_tells_the_answer_and_going_back_finds_what_was_answered() -> None:
    session = begun()
    assert session.shown["guide"]["can"] == {"back": False, "next": True}
    session.asked({"do": "back"})
    session.asked({"do": "next"})
    assert session.shown["guide"]["step"] == 1
    assert session.shown["guide"]["feedback"] == "Skipped. The answer is 197,120."
    assert check(session, "453,120")[0] == "right"
    session.asked({"do": "back"})
    assert (session.shown["guide"]["state"], session.shown["guide"]["covered"]) == ("skipped", False)
    session.asked({"do": "next"})
    assert (session.shown["guide"]["state"], session.shown["guide"]["answer"]) == ("right", "453,120")


def test_a_count_from_somewhere_else_is_checked_while_exploring_freely() -> None:
    session = begun()
    session.asked({"do": "free"})
    assert (session.shown["guide"]["free"], session.shown["guide"]["covered"]) == (True, False)
    state, says = check(session, "197,120")
    assert (state, says.endswith("197,120 is this model's LSTM.")) == ("right", True)
    assert "two biases in every box, as in PyTorch" in check(session, "197,632")[1]
    assert session.shown["guide"]["lit"] == ["bias"]
    assert "12,345 isn't this layer's count" in check(session, "12345")[1]
    session.asked({"do": "next"})
    session.asked({"do": "guide"})
    assert (session.shown["guide"]["step"], session.shown["guide"]["state"]) == (0, "")


def test_a_text_for_one_mistake_is_not_for_two_at_once_and_is_for_its_mistakes_in_any_order() -> None:
    alike = {"bias per feature or two biases": "Both. {answer}"}
    texts = {"bias forgotten": "One.", "gates miscounted": "Other.", "bias forgotten or gates miscounted": "Either."}
    session = begun(tutor.LSTM, {**QUESTION, "mistakes": texts | alike})
    assert "Two things: " in check(session, "147,456")[1]
    assert "Both. 197,632" in check(session, "197,632")[1]
    assert "One." in check(session, "196,608")[1]


def test_a_mistake_about_what_is_trainable_is_recognized() -> None:
    question = {**QUESTION, "answer": "trainable_count", "mistakes": {"total for trainable": "That's all."}}
    session = begun(tutor.BatchNormalization, question)
    count = session.facts.place.count
    assert "That's all." in check(session, str(count))[1]
    assert check(session, str(count // 2))[0] == "right"


# What is kept

BROKEN = [
    "", "[]", "3", "null", "{", '"right"', "[" * 10_000, "9" * 5000, '{"step": 1e999, "free": false, "right": {}}',
    '{"step": "²", "free": 0, "right": {}}', '{"step": null, "free": 0, "right": {}}', '{"step": 1, "free": 0}',
    '{"step": 1, "free": 0, "right": 7}', '{"step": 1, "free": 0, "right": [1]}',
    '{"step": [], "free": 0, "right": {"0": "197120"}}',
]  # fmt: skip


@pytest.mark.parametrize("progress", BROKEN, ids=lambda text: text[:40])
def test_nothing_is_taken_of_what_cannot_be_read(progress: str) -> None:
    session = begun()
    before = session.shown["progress"]
    session.asked({"do": "resume", "answer": progress})
    assert session.shown["progress"] == before
    assert session.shown["guide"]["covered"]


@pytest.mark.parametrize(
    ("right", "taken"),
    [
        ({"0": "197120"}, ["0"]),
        ({"0": "4*128*385", "2": "2"}, ["0", "2"]),
        ({"0": "999", "1": "abc", "2": "7", "3": "-1", "99": "1", "x": "1", "²": "1", "-1": "1"}, []),
        ({"0": None, "1": [1], "2": {"a": 1}, "3": True}, []),
        ({"0": 197_120, "1": "9" * 5000}, ["0"]),
        ([["0", "197120"], [1, 2]], ["0"]),
    ],
)
@pytest.mark.parametrize(("step", "at"), [(2, 2), (-5, 0), (10**30, 11), ("1", 1)])
def test_only_right_answers_are_taken(right: Any, taken: list[str], step: Any, at: int) -> None:
    session = begun()
    session.asked({"do": "resume", "answer": json.dumps({"step": step, "free": "yes", "right": right})})
    kept = json.loads(session.shown["progress"])
    assert (kept["step"], kept["free"], [*kept["right"]]) == (at, False, taken)
    assert session.shown["guide"]["state"] == ("right" if str(at) in taken else "")


# On the screen


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>4</b>", "&lt;", "**4** `x` *y*"]
)
def test_what_was_typed_is_said_back_as_text(typed: str) -> None:
    session = begun()
    for ask in ({}, {"do": "free"}):
        session.asked(ask or {"do": "hint"})
        feedback = check(session, typed)[1]
        assert feedback
        sentence = feedback.partition("Use ")[0]
        assert "<" not in sentence
        assert session.shown["guide"]["answer"] == typed  # of a text field, which takes it as text


def test_what_is_typed_for_a_choice_chooses_nothing() -> None:
    session = begun()
    for _ in range(2):
        session.asked({"do": "next"})
    assert session.shown["guide"]["kind"] == "choice"
    before = session.shown["guide"]["feedback"]
    for typed in ("-1", "3", "99", "", "²", "٣", "1.0", "<b>"):
        assert check(session, typed) == ("", before)


def test_an_answer_while_the_controls_make_no_model_is_about_the_last_one() -> None:
    session = begun(tutor.Conv2D, QUESTION)
    was = session.facts.place.count
    moved(session, 1, height=1)
    assert session.shown["refused"]
    assert check(session, str(was))[0] == "right"


def test_a_question_stays_where_it_can_be_asked_while_the_controls_stand_where_it_cannot() -> None:
    session = begun()
    for _ in range(9):
        session.asked({"do": "next"})
    asked = session.shown["guide"]["question"]
    assert "An LSTM(64) follows and reads the whole sequence." in asked
    moved(session, 1, return_sequences=False)  # no sequence is left to read
    assert "(None, 128)</code></li></ol>" in session.shown["shapes"]
    assert session.shown["guide"]["question"] == asked
    assert check(session, "49,664")[0] == "wrong"
    assert check(session, "49,408")[0] == "right"


def test_a_preset_in_the_middle_of_a_step_moves_the_question_along() -> None:
    session = begun(tutor.Dense, QUESTION, {**QUESTION, "moves": {"units": "2 * units"}, "do": "Double **units**."})
    moved(session, 1, to="tiny")
    assert "Each" in check(session, "6")[1]
    assert check(session, "8")[0] == "right"
    session.asked({"do": "next"})
    assert session.values == LESSONS[tutor.Dense].start  # where the step begins
    moved(session, 2, to="tiny")
    assert check(session, "128")[0] == "right"  # 3 features; of the step's own control, where it stood: 32
    assert session.shown["guide"]["marks"] == {"units": "to 64"}


@pytest.mark.parametrize("what", LESSONS, ids=lambda what: what.__name__)
def test_no_move_breaks_a_step(what: Any) -> None:
    steps, controls = Steps.of(LESSONS[what].explored or what.__name__.lower()), LESSONS[what].controls
    moves = itertools.product((1, 30, 5, True, False), controls)
    session, number = Session(LESSONS[what], steps), 0
    for number, (value, control) in enumerate(moves, 1):
        options: tuple[Any, ...] = getattr(control, "options", ()) or (value,)
        moved(session, number, "", **{control.key: options[number % len(options)]})
        assert session.shown["guide"]["question"]
        check(session, str(number % 3) if number % 2 else f"(None, {number})")
        session.asked({"do": "next"})
        if session.shown["guide"]["kind"] == "done":
            session = Session(LESSONS[what], steps)
    assert number >= 5 * len(controls) > 0


# In time


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    built, met = [0], Sequential.met

    def once_more(self: Any, *args: Any) -> Any:
        built[0] += 1
        return met(self, *args)

    with monkeypatch.context() as patched:
        patched.setattr(Sequential, "met", once_more)
        yield built


@pytest.mark.parametrize("number", range(11))
def test_a_move_makes_one_model_and_at_most_those_of_which_the_words_speak(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun()
    for _ in range(number):
        session.asked({"do": "next"})
    step = session.guide.step if session.guide else None
    assert step is not None
    shown = [step.ask, step.line, *(one.say for one in step.choices), *step.moves.values()]
    spoken = len({text for text in shown if "at(" in text})
    with counted(monkeypatch) as built:
        for length in range(30, 35):
            moved(session, length, sequence_length=length)
    assert 5 <= built[0] <= 5 * (1 + spoken)
