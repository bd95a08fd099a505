"""What an explorer looks like: nothing clipped or overlapping at any width, light and dark, and for screen readers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from on_screen import GRU, LSTM, OUTPUT_WIDTHS, of_lesson
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Opened
    from on_screen import Explorer, Lesson

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")

#: WCAG's least contrast between text and what is behind it.
LEAST_CONTRAST = 4.5

WIDTHS = (1280, 1000, 700, 480)


def measured(explorer: Explorer, what: str) -> Any:
    return explorer.root.evaluate(f"(root) => {{ {MEASURE}\n return {what}(root); }}")


def faults(explorer: Explorer) -> list[str]:
    return list(measured(explorer, "faults"))


@pytest.fixture
def dark(explorer: Explorer, opened: Opened) -> Iterator[Explorer]:
    body = opened.page.locator("body")
    opened.lab.choose(opened.page, "Settings", "Theme", "JupyterLab Dark")
    expect(body).to_have_attribute("data-jp-theme-light", "false")
    yield explorer
    opened.lab.choose(opened.page, "Settings", "Theme", "JupyterLab Light")
    expect(body).to_have_attribute("data-jp-theme-light", "true")


def violations(explorer: Explorer) -> str:
    found = Axe().run(explorer.page, ".tutor-explorer")
    return found.generate_report() if found.violations_count else ""


# Layout


def test_nothing_is_clipped_or_overlaps_at_extreme_values(explorer: Explorer, lesson: Lesson) -> None:
    assert faults(explorer) == []
    explorer.preset("tiny")
    expect(explorer.verdict).to_have_attribute("aria-busy", "false")
    assert faults(explorer) == []
    explorer.preset("billions")
    expect(explorer.keras).to_contain_text(" GB)")
    assert faults(explorer) == []
    explorer.button("reset").click()
    explorer.shows(*lesson.totals)
    for units in ("1", "1000000"):
        explorer.type("units", units)
        expect(explorer.shapes).to_contain_text(f", {units})")
        expect(explorer.keras).to_contain_text(f", {units})")
        assert faults(explorer) == [], units


@pytest.mark.parametrize("width", WIDTHS)
def test_narrower_windows_clip_nothing(explorer: Explorer, width: int) -> None:
    explorer.page.set_viewport_size({"width": width, "height": 800})
    assert faults(explorer) == []
    if width <= 1000:
        order = [pane for pane in measured(explorer, "order") if pane not in ("guide", "move")]
        assert order == ["controls", "formula", "picture", "keras", "verdict"]


@of_lesson(LSTM)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_longest_summary_is_whole(explorer: Explorer, width: int) -> None:
    explorer.page.set_viewport_size({"width": width, "height": 800})
    explorer.flag("return_sequences").check()
    explorer.flag("return_state").check()
    expect(explorer.keras).to_contain_text("[(None, 25, 128), (None, 128), (None, 128)]")
    expect(explorer.verdict).to_have_attribute("aria-busy", "false")
    assert faults(explorer) == []


@of_lesson(LSTM)
def test_one_glance_at_1280_by_800(explorer: Explorer) -> None:
    explorer.root.evaluate("(root) => root.scrollIntoView({ block: 'start' })")
    box = explorer.root.bounding_box()
    assert box is not None
    assert box["width"] <= 1240
    # 92 pixels of JupyterLab's bars stand above the notebook, 25 below it.
    assert box["height"] <= min(660, 800 - 92 - 25)
    for window in (1920, 1280, 1024, 853, 640):
        explorer.page.set_viewport_size({"width": window, "height": 800})
        box = explorer.root.bounding_box()
        assert box is not None
        assert box["width"] >= OUTPUT_WIDTHS[window]


# Colours


def test_dark_theme_recolours_everything_and_redraws_nothing(explorer: Explorer, opened: Opened) -> None:
    svg = explorer.diagram.locator("svg")
    svg.evaluate("(svg) => { svg.unchanged = true; }")
    light = measured(explorer, "colours")
    opened.lab.choose(opened.page, "Settings", "Theme", "JupyterLab Dark")
    expect(opened.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    dark = measured(explorer, "colours")
    redrawn = svg.evaluate("(svg) => !svg.unchanged")
    opened.lab.choose(opened.page, "Settings", "Theme", "JupyterLab Light")
    expect(opened.page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    assert not redrawn
    assert light
    assert light.keys() == dark.keys()
    assert [name for name in light if light[name] == dark[name]] == []


def assert_text_stands_out(explorer: Explorer) -> None:
    contrasts = measured(explorer, "contrasts")
    assert contrasts
    assert {text: ratio for text, ratio in contrasts if ratio < LEAST_CONTRAST} == {}


def test_text_stands_out_from_what_is_behind_it(explorer: Explorer) -> None:
    assert_text_stands_out(explorer)


def test_text_stands_out_in_the_dark(dark: Explorer) -> None:
    assert_text_stands_out(dark)


# Screen readers


def test_axe_finds_no_fault(explorer: Explorer) -> None:
    assert violations(explorer) == ""


def test_axe_finds_no_fault_in_the_dark(dark: Explorer) -> None:
    assert violations(dark) == ""


def test_pictures_tell_their_numbers(explorer: Explorer, lesson: Lesson) -> None:
    explorer.slider("units").press("ArrowRight")
    explorer.shows(*lesson.more_totals)
    picture = explorer.diagram.get_by_role("img")
    expect(picture).to_have_attribute("aria-label", re.compile(rf"\b{lesson.units + 1}\b"))
    explorer.open_tab("weights")
    expect(picture).to_have_count(1)
    expect(picture).to_have_attribute("aria-label", re.compile(rf"\b{lesson.units + 1}\b"))
    expect(picture).to_have_attribute("aria-label", re.compile(f"{lesson.more:,}"))


@of_lesson(GRU)
def test_news_is_announced(explorer: Explorer) -> None:
    for pane in (explorer.move, explorer.verdict):
        expect(pane).to_have_attribute("role", "status")
