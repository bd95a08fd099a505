"""Presets, reset, the Keras code and the saved pictures."""

from __future__ import annotations

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
    explorer.button("copy Keras code").click()
    expect(explorer.move).to_have_text("Copied.")
    copied = explorer.page.evaluate("navigator.clipboard.readText()")
    assert copied == explorer.root.locator(".tutor-code").text_content()
    assert "LSTM(129)" in copied


@of_lesson(LSTM)
def test_code_is_shown_where_the_browser_forbids_copying(explorer: Explorer) -> None:
    hide = "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})"
    explorer.page.evaluate(hide)
    explorer.button("copy Keras code").click()
    expect(explorer.move).to_contain_text("Select the code below")
    expect(explorer.root.locator(".tutor-code")).to_be_visible()
    explorer.page.evaluate("delete navigator.clipboard")
    explorer.root.locator("summary").click()


def test_pictures_are_saved(explorer: Explorer, lesson: Lesson, tmp_path: Path) -> None:
    explorer.slider("units").press("ArrowRight")
    explorer.shows(*lesson.more_totals)
    pictures = explorer.root.get_by_label("picture to save").locator("option").all_inner_texts()
    assert "weights" in pictures
    for picture in pictures if lesson is GRU else pictures[:1]:
        explorer.choose("picture to save", picture)
        for kind, beginning in STARTS_WITH.items():
            with explorer.page.expect_download() as started:
                explorer.button(f"save as {kind}").click()
            assert started.value.suggested_filename == f"{lesson.kind.lower()}-{picture}.{kind.lower()}"
            file = tmp_path / started.value.suggested_filename
            started.value.save_as(file)
            assert file.read_bytes().startswith(beginning)
            assert len(file.read_bytes()) > 2_000
            if kind == "SVG":
                assert f"{lesson.units + 1}" in file.read_text(encoding="utf-8")
