"""Presets, reset, the Keras code and the saved pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from on_screen import GRU, LSTM, Lesson, of_lesson
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from on_screen import Explorer

STARTS_WITH = {"PNG": b"\x89PNG\r\n", "SVG": b"<svg", "PDF": b"%PDF-"}


@of_lesson(LSTM)
def test_presets_and_reset(explorer: Explorer, lesson: Lesson) -> None:
    explorer.preset("tiny")
    explorer.shows(72, 92)
    expect(explorer.move).to_have_text("a tiny one: the count is now 92 (before: 453,120).")
    explorer.preset("billions")
    explorer.shows(4_000_080_000, 34_000_080_000)
    explorer.button("reset").click()
    explorer.shows(*lesson.totals)
    expect(explorer.field("units")).to_have_value(str(lesson.units))


@of_lesson(GRU)
def test_preset_with_the_articles_count(explorer: Explorer) -> None:
    explorer.preset("as in 2019")
    explorer.shows(147_840, 403_840)
    expect(explorer.flag("reset_after")).not_to_be_checked()


@of_lesson(LSTM)
def test_keras_code_is_copied_and_builds_the_model(explorer: Explorer) -> None:
    explorer.slider("units").press("ArrowRight")
    explorer.shows(*LSTM.more_totals)
    explorer.press_in_menu("copy Keras code")
    expect(explorer.move).to_have_text("Copied.")
    copied = explorer.page.evaluate("navigator.clipboard.readText()")
    explorer.press_in_menu("show Keras code")
    assert copied == explorer.root.locator(".tutor-code").text_content()
    assert "LSTM(129)" in copied


@of_lesson(LSTM)
def test_code_is_shown_where_the_browser_forbids_copying(explorer: Explorer) -> None:
    hide = "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})"
    explorer.page.evaluate(hide)
    explorer.press_in_menu("copy Keras code")
    expect(explorer.move).to_contain_text("Select the code below")
    expect(explorer.root.locator(".tutor-code")).to_be_visible()
    explorer.page.evaluate("delete navigator.clipboard")


@of_lesson(LSTM)
def test_formula_is_copied_in_symbols_and_numbers(explorer: Explorer, lesson: Lesson) -> None:
    explorer.press_in_menu("copy formula")
    expect(explorer.move).to_have_text("Copied.")
    copied = explorer.page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines() == [lesson.symbols, lesson.numbers]


@of_lesson(LSTM)
def test_menu_by_keyboard(explorer: Explorer) -> None:
    page, opener = explorer.page, explorer.button("copy and save")
    opener.press("Enter")
    expect(explorer.button("copy Keras code")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(explorer.button("copy formula")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(explorer.button("copy formula")).to_be_hidden()


@of_lesson(LSTM)
def test_tabs_by_keyboard(explorer: Explorer) -> None:
    tabs = explorer.root.get_by_role("tab")
    names = tabs.all_inner_texts()
    assert len(names) > 2
    tabs.first.focus()
    for name in [*names[1:], names[0]]:
        explorer.page.keyboard.press("ArrowRight")
        expect(tabs.filter(has_text=re.compile(f"^{name}$"))).to_be_focused()
        expect(explorer.root.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
    explorer.page.keyboard.press("ArrowLeft")
    expect(tabs.filter(has_text=re.compile(f"^{names[-1]}$"))).to_have_attribute("aria-selected", "true")


def test_pictures_are_saved(explorer: Explorer, lesson: Lesson, tmp_path: Path) -> None:
    explorer.slider("units").press("ArrowRight")
    explorer.shows(*lesson.more_totals)
    tabs = explorer.root.get_by_role("tab")
    pictures = ("cell", "unrolled", "weights") if lesson is GRU else (tabs.first.inner_text(),)
    for picture in pictures:
        explorer.open_tab(picture)
        for kind, beginning in STARTS_WITH.items():
            with explorer.page.expect_download() as started:
                explorer.press_in_menu(f"save diagram as {kind}")
            assert started.value.suggested_filename.startswith(f"{lesson.kind.lower()}-")
            assert started.value.suggested_filename.endswith(f".{kind.lower()}")
            file = tmp_path / started.value.suggested_filename
            started.value.save_as(file)
            assert file.read_bytes().startswith(beginning)
            assert len(file.read_bytes()) > 2_000
            if kind == "SVG":
                assert f"{lesson.units + 1}" in file.read_text(encoding="utf-8")
