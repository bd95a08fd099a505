"""An explorer's panes stay where they are, and show all that they hold, wherever its controls stand.

On a page of its own, whose width is that of an output in JupyterLab; that JupyterLab gives it so much is tested there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bare import Bare
from on_screen import OUTPUT_WIDTHS
from playwright.sync_api import expect

from tutor.explorers.controls import ChoiceControl, FlagControl, SizeControl, TextControl
from tutor.explorers.lessons import all_lessons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tutor.explorers.controls import Control
    from tutor.explorers.lessons.base import Lesson

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")

LESSONS = {lesson.title: lesson for lesson in all_lessons().values()}
#: A window's width: that of an explorer in JupyterLab with its file browser closed, and how far the page is zoomed.
ZOOMS = {1920: 1.0, 1280: 1.0, 1024: 1.0, 853: 1.5, 640: 2.0}
WIDTHS = {window: (OUTPUT_WIDTHS[window], zoom) for window, zoom in ZOOMS.items()}
HEIGHT, SMALLEST, SMALLEST_PRESENTED, LARGE = 660, 11, 18, 28


@pytest.fixture(params=LESSONS)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    return LESSONS[request.param]


@pytest.fixture
def bare(lesson: Lesson, page: Page) -> Bare:
    """A view for each width of a window, all of one session."""
    return Bare(page, lesson, [width for width, _ in WIDTHS.values()])


@dataclass(frozen=True)
class Seen:
    """What a learner sees at one width: where the panes are, what is wrong, what scrolls, and the smallest letters."""

    places: dict[str, list[int]]
    faults: list[str]
    scrolled: list[str]
    letters: list[tuple[float, str]]

    @property
    def smallest(self) -> tuple[float, str]:
        return min((round(size, 1), text) for size, text in self.letters)


_LOOK = f"""async (views) => {{
    {MEASURE}
    await heard({{}});
    return views.map((root) => [places(root), faults(root), scrolled(root), letters(root)]);
}}"""


def looks(bare: Bare) -> dict[int, Seen]:
    """What is seen in each window."""
    return {window: Seen(*seen) for window, seen in zip(WIDTHS, bare.views.evaluate_all(_LOOK), strict=False)}


def look(bare: Bare) -> Seen:
    """What is seen in the only view."""
    (seen,) = bare.views.evaluate_all(_LOOK)
    return Seen(*seen)


def ends(control: Control) -> list[Any]:
    match control:
        case SizeControl():
            return [control.low, control.high]
        case FlagControl():
            return [True, False]
        case ChoiceControl():
            return [control.options[0], control.options[-1]]
        case TextControl():
            return ["", "one " * 40]
    raise AssertionError(control)


def positions(bare: Bare) -> Iterator[str]:
    """The start, every control at both ends with the others at their start, and every preset."""
    yield "start"
    for control in bare.session.lesson.controls:
        for end in ends(control):
            bare.move(control.key, end)
            yield f"{control.label} {end}"
        bare.reset()
    for preset in bare.session.lesson.presets:
        bare.jump(preset.key)
        yield preset.title
    bare.reset()


def each_tab(bare: Bare) -> Iterator[str]:
    """Every tab in turn, in all views."""
    names = bare.views.first.get_by_role("tab").all_inner_texts()
    assert len(names) > 2
    for name in names:
        for tab in bare.page.get_by_role("tab", name=name, exact=True).all():
            tab.click()
        yield name


def test_nothing_moves_or_is_cut_wherever_the_controls_stand(bare: Bare) -> None:
    start = looks(bare)
    assert {"tutor-formula", "tutor-diagram", "tutor-keras"} <= start[1280].places.keys()
    for position in positions(bare):
        for window, seen in looks(bare).items():
            assert seen.places == start[window].places, (position, window)
            assert seen.faults == [], (position, window)


def test_it_fits_and_its_letters_can_be_read(bare: Bare) -> None:
    """Behind every tab. Whatever a page is zoomed by, letters are so much larger on the screen."""
    for tab in each_tab(bare):
        for window, seen in looks(bare).items():
            width, zoom = WIDTHS[window]
            edges = [(left + across, top + down) for left, top, across, down in seen.places.values()]
            assert max(right for right, _ in edges) <= width, (tab, window)
            assert window < 1280 or max(bottom for _, bottom in edges) <= HEIGHT, (tab, window)
            assert seen.faults == [], (tab, window)
            assert round(seen.smallest[0] * zoom, 1) >= SMALLEST, (tab, window, seen.smallest)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=str)
def test_presented_it_is_read_from_the_back_of_a_room(lesson: Lesson, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    bare = Bare(page, lesson)
    page.get_by_role("button", name="present").click()
    expect(bare.views).to_have_class(re.compile("tutor-presenting"))
    assert bare.views.bounding_box() == {"x": 0, "y": 0, "width": size[0], "height": size[1]}
    for tab in each_tab(bare):
        seen = look(bare)
        assert seen.faults == [], tab
        assert seen.smallest[0] >= SMALLEST_PRESENTED, (tab, seen.smallest)
    numbers = page.locator(".tutor-numbers").evaluate("(line) => parseFloat(getComputedStyle(line).fontSize)")
    assert numbers >= LARGE
    page.keyboard.press("Escape")
    expect(bare.views).not_to_have_class(re.compile("tutor-presenting"))


def test_presented_nothing_moves_or_is_cut_wherever_the_controls_stand(lesson: Lesson, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    bare = Bare(page, lesson)
    page.get_by_role("button", name="present").click()
    places = look(bare).places
    for position in positions(bare):
        seen = look(bare)
        assert seen.places == places, position
        assert seen.faults == [], position
