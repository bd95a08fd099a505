"""The guide on the screen, by keyboard alone: every step of every lesson answered wrongly, then rightly, and done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bare import Bare
from conftest import PATIENCE_WITH_KERAS, open_and_run
from on_screen import OUTPUT_WIDTHS
from playwright.sync_api import expect
from test_layout import looks
from test_several import write

import tutor
from tutor.explorers.lessons import all_lessons
from tutor.questions.steps import Steps

if TYPE_CHECKING:
    from conftest import Opened
    from lab import Lab
    from on_screen import Explorer
    from playwright.sync_api import Browser, Locator, Page

    from tutor.questions.steps import Step

_GUIDED = {path.stem for path in (Path(tutor.__file__).parent / "questions" / "lessons").glob("*.toml")}
_ALL = {one.explored or what.__name__.lower(): one for what, one in all_lessons().items()}
LESSONS = {name: one for name, one in _ALL.items() if name in _GUIDED}


def guided(page: Page, name: str, widths: tuple[int, ...] = (0,)) -> Bare:
    page.set_viewport_size({"width": 1280, "height": 800})
    return Bare(page, LESSONS[name], widths, Steps.of(name))


@pytest.fixture
def bare(page: Page) -> Bare:
    return guided(page, "lstm")


def current(bare: Bare) -> Step:
    assert bare.session.guide is not None
    assert bare.session.guide.step is not None
    return bare.session.guide.step


def right_answer(bare: Bare) -> Any:
    assert bare.session.guide is not None
    return current(bare).expected(bare.session.guide.seen(bare.session.facts.place))


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="your answer", exact=True)


def choose(page: Page, place: int) -> None:
    """Choose by arrow keys and Enter."""
    options = page.get_by_role("group", name="your prediction").get_by_role("button")
    options.first.focus()
    for _ in range(place):
        page.keyboard.press("ArrowRight")
    expect(options.nth(place)).to_be_focused()
    page.keyboard.press("Enter")


def answer_wrongly_then_rightly(bare: Bare) -> None:
    page, step, right = bare.page, current(bare), right_answer(bare)
    feedback = page.locator(".tutor-feedback")
    if step.choices:
        choose(page, (right + 1) % len(step.choices))
        expect(feedback).to_contain_text("Not yet.")
        choose(page, right)
    else:
        expect(field(page)).to_be_focused()
        page.keyboard.type("(7,)" if isinstance(right, tuple) else "7")
        page.keyboard.press("Enter")
        expect(feedback).to_contain_text("Not yet.")
        expect(field(page)).to_be_focused()  # and what was typed is selected, so that typing replaces it
        page.keyboard.type(str(right))
        page.keyboard.press("Enter")
    expect(feedback).to_contain_text("Right")
    expect(feedback).to_be_visible()


def move(bare: Bare, key: str, value: Any) -> None:
    """Move a control by keyboard."""
    label = next(one.label for one in bare.session.lesson.controls if one.key == key)
    page = bare.page
    if isinstance(value, bool):
        page.get_by_role("checkbox", name=label, exact=True).press("Space")
    elif isinstance(value, int):
        box = page.get_by_role("spinbutton", name=label, exact=True)
        box.fill(str(value))
        box.press("Enter")
    else:
        page.get_by_role("combobox", name=label, exact=True).select_option(value)


@pytest.mark.parametrize("name", LESSONS)
def test_every_step_is_answered_and_done_by_keyboard(page: Page, name: str) -> None:
    bare = guided(page, name)
    guide = bare.session.guide
    assert guide is not None
    count = len(guide.steps.steps)
    assert count > 1
    field(page).focus()
    for number in range(count):
        expect(page.locator(".tutor-guide h2")).to_contain_text(f"Step {number + 1} of {count}: ")
        answer_wrongly_then_rightly(bare)
        for key, value in current(bare).goals(guide.seen(bare.session.facts.place)).items():
            if bare.session.values[key] != value:
                expect(page.locator(".tutor-marked")).not_to_have_count(0)
                move(bare, key, value)
        expect(page.locator(".tutor-marked")).to_have_count(0)
        page.get_by_role("button", name="next", exact=True).press("Enter")
    expect(page.locator(".tutor-guide h2")).to_contain_text(f"That's all {count}")
    expect(page.get_by_role("button", name="explore freely")).to_be_focused()


@pytest.mark.parametrize("name", LESSONS)
def test_the_guide_moves_no_pane_and_cuts_nothing(page: Page, name: str) -> None:
    """In each step, before an answer, after a wrong one and after the right one, at every width."""
    bare = guided(page, name, tuple(OUTPUT_WIDTHS.values()))
    guide = bare.session.guide
    assert guide is not None
    first = looks(bare)
    for number in range(len(guide.steps.steps)):
        at_step = looks(bare)
        for answer in ("7", None):
            bare.ask("check", str(right_answer(bare)) if answer is None else answer)
            for window, seen in looks(bare).items():
                assert seen.places == at_step[window].places, (number, window)
                assert window < 1280 or seen.places == first[window].places, (number, window)
                assert seen.faults == [], (number, window, answer)
        bare.ask("next")


def test_the_answer_is_covered_until_it_is_given(bare: Bare) -> None:
    page = bare.page
    expect(page.locator(".tutor-formula")).to_have_text("Answer to see this")
    assert "197,120" not in page.locator(".tutor-page").inner_text()
    assert "197,120" not in (page.locator("svg[role=img]").get_attribute("aria-label") or "")
    field(page).fill("4*128*(128+256+1)")
    field(page).press("Enter")
    expect(page.locator(".tutor-formula strong").first).to_have_text("197,120")
    expect(page.locator(".tutor-keras")).to_contain_text("197,120")
    expect(page.get_by_role("button", name="next", exact=True)).to_be_focused()


def test_what_was_forgotten_is_ringed(bare: Bare) -> None:
    field(bare.page).fill("147,840")
    field(bare.page).press("Enter")
    expect(bare.page.locator(".tutor-feedback")).to_contain_text("The candidate has weights too.")
    lit = bare.page.locator("svg .tutor-lit")
    expect(lit).not_to_have_count(0)
    assert all("c_tilde" in item for item in lit.evaluate_all("(items) => items.map((item) => item.dataset.item)"))


def test_the_latest_event_has_the_line(bare: Bare) -> None:
    page, feedback = bare.page, bare.page.locator(".tutor-feedback")
    field(page).fill("1")
    field(page).press("Enter")
    expect(feedback).to_be_visible()
    page.get_by_role("slider", name="features", exact=True).press("ArrowRight")
    expect(feedback).to_be_hidden()
    page.get_by_role("button", name=re.compile("^Hint")).press("Enter")
    expect(feedback).to_be_visible()
    expect(feedback).to_contain_text("one box")
    field(page).press("Enter")
    expect(feedback).to_contain_text("Not yet.")


def test_exploring_freely_opens_all_and_goes_back(bare: Bare) -> None:
    page = bare.page
    page.get_by_role("button", name="explore freely").press("Enter")
    expect(page.locator(".tutor-formula strong").first).to_have_text("197,120")
    page.get_by_role("textbox", name="count to check").fill("197632")
    page.keyboard.press("Enter")
    expect(page.locator(".tutor-feedback")).to_contain_text("PyTorch")
    page.get_by_role("button", name="back to the guide").press("Enter")
    expect(page.locator(".tutor-formula")).to_have_text("Answer to see this")
    expect(field(page)).to_be_focused()


def test_presented_the_arrow_keys_step(bare: Bare) -> None:
    page, question = bare.page, bare.page.locator(".tutor-guide h2")
    page.get_by_role("button", name="present").press("Enter")
    expect(bare.views).to_have_class(re.compile("tutor-presenting"))
    page.keyboard.press("ArrowRight")
    expect(question).to_contain_text("Step 2 of ")
    page.keyboard.press("ArrowLeft")  # in the field, which has the focus now, it moves the cursor
    expect(question).to_contain_text("Step 2 of ")
    page.keyboard.press("PageUp")
    expect(question).to_contain_text("Step 1 of ")
    size = question.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 28
    page.keyboard.press("Escape")
    expect(bare.views).not_to_have_class(re.compile("tutor-presenting"))


# In JupyterLab


def in_lab(opened: Opened) -> Explorer:
    explorer = opened.explorer()
    expect(explorer.root).to_have_class(re.compile("tutor-guided"))
    return explorer


def test_where_a_learner_is_outlives_the_page_and_the_kernel(
    lab: Lab, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    name = write(lab, "kept.ipynb", "import tutor\n\nlesson = tutor.lesson(tutor.Dense)\ndisplay(lesson, lesson)")
    with browser.new_context(**browser_context_args) as context:
        opened = open_and_run(context, lab, name)
        page, explorer = opened.page, in_lab(opened)
        answer = explorer.root.get_by_role("textbox", name="your answer", exact=True)
        answer.fill("25,120")
        answer.press("Enter")
        expect(explorer.button("next")).to_be_focused()
        explorer.button("next").press("Enter")
        for place in (0, 1):
            expect(opened.explorer(place).root.locator(".tutor-guide h2")).to_contain_text("Step 2 of ")
        opened.lab.choose(page, "File", "Save Notebook")
        page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
        lab.open(page, name)
        expect(in_lab(opened).root.locator(".tutor-guide h2")).to_contain_text("Step 2 of ")
        for root in page.locator(".tutor-explorer").all():
            root.evaluate("(root) => { root.dataset.was = 'here'; }")
        opened.lab.choose(page, "Kernel", "Restart Kernel and Run All Cells…")
        page.locator(".jp-Dialog .jp-mod-accept").click()
        expect(page.locator(".tutor-explorer:not([data-was])")).to_have_count(2)
        expect(page.locator("[data-was]")).to_have_count(0)
        expect(in_lab(opened).root.locator(".tutor-guide h2")).to_contain_text("Step 2 of ")
        in_lab(opened).button("back").click()
        expect(in_lab(opened).formula.locator("strong").first).to_have_text("25,120")
        expect(in_lab(opened).verdict).to_contain_text("25,120 = 25,120", timeout=PATIENCE_WITH_KERAS)
        assert opened.complaints == []
