"""The teacher's page: every number on it is what the layers, the lessons and the diagnosis say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from test_notebooks import FOLDER, prose, stated_minutes

import tutor
from tutor.explorers.lessons import all_lessons
from tutor.explorers.session import Session
from tutor.questions.arithmetic import read
from tutor.questions.diagnosis import diagnose
from tutor.questions.guide import Guide
from tutor.questions.place import Place
from tutor.questions.steps import Step, Steps, filled, written

PAGE = (Path(__file__).parents[1] / "docs" / "teaching.md").read_text("utf-8")
GENERAL, BY_LESSON = PAGE.split("## Lesson by lesson\n")
SECTIONS = dict(re.findall(r"^### (\d) · [^\n]+\n(.*?)(?=^### |\Z)", BY_LESSON, re.DOTALL | re.MULTILINE))
NOTEBOOKS = {path.stem[1]: path for path in sorted(FOLDER.glob("0*.ipynb"))}


class Wrong(NamedTuple):
    """A row of a table: what is answered to a step, what is right, and what the mistake is called."""

    lesson: str
    step: int
    answer: str
    right: str
    mistake: str


ROWS = re.findall(r"^\| `(\w+)` (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
WRONG = [Wrong(lesson, int(step), *rest) for lesson, step, *rest in ROWS]
TASKS = re.findall(r"`(tutor\.[A-Z][^`]+)`: ([\d,]+)", PAGE)
PLANS = re.findall(r"^## (\d+) minutes:.*?\n(.*?)(?=^## |\Z)", GENERAL, re.DOTALL | re.MULTILINE)

#: Numbers in the questions for the room that follow from others, by lesson.
SAID = {
    "1": {written(tutor.Dense(33).build((None, 784)).count - tutor.Dense(32).build((None, 784)).count)},
    "3": {"1"},  # One layer, as `SimpleRNN` 3 says.
    "4": {written(tutor.SimpleRNN(128).build((None, 25, 256)).count)},
    "5": {written(tutor.LSTM(128).build((None, 25, 256)).count)},
    "6": {"0", "5", "3", "64"},  # The difference above, and the sizes of the task.
}


def asked(name: str, number: int) -> tuple[Step, Place]:
    """A step, and the position where it begins."""
    what = getattr(tutor, name)
    lesson = all_lessons()[what]
    guide = Session(lesson, Steps.of(lesson.explored or name.lower())).guide
    assert isinstance(guide, Guide)
    step = guide.steps.steps[number - 1]
    return step, step.seen(step.begins(guide.start), guide.start)


def name_of(answer: Any, step: Step, place: Place) -> str | None:
    own = (name for name, slip in step.mistakes.items() if slip.value and place.value(slip.value) == answer)
    return next(own, None) or diagnose(step.layer(place), answer).mistake


def test_the_page_has_every_lesson() -> None:
    assert len(SECTIONS) == 9
    assert SECTIONS.keys() == NOTEBOOKS.keys()
    for section in SECTIONS.values():
        for what in ("**Aim**: ", "**Takes** ", "**Ask first**: *", "**Done early?** ", "| step |"):
            assert what in section
    assert len(WRONG) == len(re.findall(r"^\| `", PAGE, re.MULTILINE)) > 36


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.lesson}-{wrong.step}-{wrong.answer}")
def test_a_wrong_answer_is_called_so(wrong: Wrong) -> None:
    step, place = asked(wrong.lesson, wrong.step)
    right = step.expected(place)
    if step.choices:
        choices = [filled(one.say, place) for one in step.choices]
        assert wrong.right == choices[right]
        assert choices.index(wrong.answer) != right
        return
    assert wrong.right == written(right)
    assert name_of(read(wrong.answer, shape=isinstance(right, tuple)), step, place) == wrong.mistake


@pytest.mark.parametrize(("layer", "count"), TASKS)
def test_what_is_asked_of_those_who_are_done_early(layer: str, count: str) -> None:
    assert f"{eval(layer, {'tutor': tutor}):,}" == count


def test_tasks_that_ask_for_the_best_have_it() -> None:
    def count(kind: Any, units: int, features: int = 256) -> int:
        return kind(units).build((None, 25, features)).count  # type: ignore[no-any-return]

    sizes = range(1, 2000)
    assert min(sizes, key=lambda units: abs(count(tutor.Dense, units, 784) - 1_000_000)) == 1274
    assert max(units for units in range(1, 100) if count(tutor.SimpleRNN, units, units) < 1_000) == 22
    assert next(units for units in sizes if count(tutor.LSTM, units) >= 1_000_000) == 388
    assert min(range(1, 300), key=lambda units: abs(count(tutor.GRU, units) - count(tutor.LSTM, 128))) == 158


def test_minutes_are_the_lessons() -> None:
    for key, section in SECTIONS.items():
        assert re.findall(r"\*\*Takes\*\* (\d+) minutes", section) == [str(stated_minutes(NOTEBOOKS[key]))]


@pytest.mark.parametrize(("minutes", "plan"), PLANS)
def test_a_plan_adds_up(minutes: str, plan: str) -> None:
    rows = re.findall(r"^\| (.+) \| (\d+) \|$", plan, re.MULTILINE)
    assert sum(int(taken) for _, taken in rows) == int(minutes)
    for what, taken in rows:
        if file := re.search(r"notebooks/([\w-]+\.ipynb)\)(.*)", what):
            text, part = prose(FOLDER / file[1]), file[2]
            if steps := re.search(r"steps 1 to \d+", part):
                assert f"{steps[0]} alone take {taken}" in text
            elif "first sitting" in part:
                assert f"the first takes {taken}" in text
            else:
                assert int(taken) == stated_minutes(FOLDER / file[1])


def test_there_are_two_plans() -> None:
    assert [minutes for minutes, _ in PLANS] == ["45", "90"]


def test_no_number_is_merely_typed() -> None:
    """What is not in a table, a task, a plan or the minutes is a size or a count of the lesson's first step."""
    for key, section in SECTIONS.items():
        rest = re.sub(r"^\|.*\|$|\*\*Takes\*\* \d+|`tutor\.[^`]+`: [\d,]+", "", section, flags=re.MULTILINE)
        first = next(wrong.lesson for wrong in WRONG if f"| `{wrong.lesson}` " in section)
        _, place = asked(first, 1)
        known = {written(value) for value in place.controls.values()} | {written(place.count), written(place.total)}
        known |= {written(one.count) for one in place.layers.values()}
        known |= SAID.get(key, set())
        assert set(re.findall(r"\d+(?:,\d{3})*", rest)) <= known, key
    outside = re.sub(r"\]\([^)]*\)|steps 1 to \d+|\[\d · |^## \d+ minutes|\| \d+ \|", "", GENERAL, flags=re.MULTILINE)
    assert not re.findall(r"\d", outside)


def test_an_image_of_more_pixels_has_no_more_parameters() -> None:
    filters = tutor.Conv2D(55, (3, 2), strides=(2, 1))
    assert filters.build((None, 200, 190, 3)).count - filters.build((None, 100, 95, 3)).count == 0
