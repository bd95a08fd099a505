"""What an explorer's controls take: numbers as people type them, and values set in Python."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tutor.explorers.lessons import all_lessons
from tutor.layers.checks import shown
from tutor.questions.arithmetic import whole

LESSONS = all_lessons()
EVERY_CONTROL = [(what.__name__, control) for what, lesson in LESSONS.items() for control in lesson.controls]


@pytest.mark.parametrize(
    "text", "1000|1,000|1_000|1 000|1e3|1E3|1e+3| 1000 |1'000|1\u2019000|1\u00a0000|1\u202f000|+1000".split("|")
)
def test_a_thousand_as_people_write_it(text: str) -> None:
    assert whole(text).number == 1000


@pytest.mark.parametrize(
    ("text", "number"), [("1,000,000", 10**6), ("1 000 000", 10**6), ("0", 0), ("007", 7), ("-5", -5), ("−5", -5)]
)
def test_other_whole_numbers(text: str, number: int) -> None:
    assert whole(text).number == number


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1.000", (1, 1000)),
        ("1,0000", (1, 10_000)),
        ("12.500", (12, 12_500)),
        ("2,5", (2, 3)),
        ("2.5", (2, 3)),
        ("1.000.000", (1_000_000,)),
        ("1,00,000", (100_000,)),
        ("1,000_000", (1_000_000,)),
        ("12 8", (128,)),
        ("1,", (1,)),
        ("٣", (3,)),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_about(text: str, meant: tuple[int, ...]) -> None:
    typed = whole(text)
    assert (typed.text, typed.number, typed.meant) == (text, None, meant)


@pytest.mark.parametrize("text", ["", "abc", "0x10", "1e", "--", "1e999", "ten", "<b>", "1²", "1 + 1", "½", "."])
def test_what_is_no_number_stays_unread(text: str) -> None:
    assert (whole(text).number, whole(text).meant) == (None, ())


@pytest.mark.parametrize(("name", "control"), EVERY_CONTROL, ids=lambda value: getattr(value, "key", value))
def test_a_control_takes_its_start_and_no_other_kind(name: str, control: Any) -> None:
    assert control.check(name, control.start) == control.start
    for wrong in ("many" * 100, None, 2.5, [1], -1, 10**30):
        with pytest.raises(
            (TypeError, ValueError), match=f"^{name}: {control.key} must be .*; got {re.escape(shown(wrong))}"
        ):
            control.check(name, wrong)


@pytest.mark.parametrize(("name", "control"), EVERY_CONTROL, ids=lambda value: getattr(value, "key", value))
def test_a_control_is_plain_data_for_the_screen_with_a_tooltip_in_one_line(name: str, control: Any) -> None:
    assert name
    data = control.as_data()
    assert data["kind"] in {"size", "flag", "choice", "text"}
    assert data["label"]
    assert 0 < len(data["help"]) <= 90
    assert "\n" not in data["help"]


def test_a_numpy_integer_is_a_whole_number() -> None:
    numpy = pytest.importorskip("numpy")
    control = LESSONS[next(iter(LESSONS))].controls[0]
    value = control.check("explore", numpy.int64(7))
    assert (value, type(value)) == (7, int)
