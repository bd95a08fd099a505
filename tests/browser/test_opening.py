"""A lesson as a learner first meets it: opened, run, and read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from types import ModuleType

    from conftest import Opened
    from on_screen import Explorer, Lesson


def test_opens_and_runs_without_question_or_complaint(opened: Opened) -> None:
    opened.explorer()
    assert opened.dialogs == 0
    assert opened.complaints == []
    expect(opened.page.locator(".jp-OutputArea-output[data-mime-type*=stderr]")).to_have_count(0)


def test_shows_symbols_numbers_count_and_shapes(lesson: Lesson, explorer: Explorer) -> None:
    expect(explorer.formula).to_contain_text(lesson.symbols)
    expect(explorer.formula).to_contain_text(lesson.numbers)
    expect(explorer.shapes.locator("code")).to_have_text([*lesson.shapes, "None"])
    for pane in (explorer.formula, explorer.shapes, explorer.diagram, explorer.keras, explorer.verdict):
        expect(pane).to_be_visible()


def test_verdict_names_both_counts(lesson: Lesson, explorer: Explorer) -> None:
    of_whole_model = [f"whole model: {lesson.total:,} = {lesson.total:,}"][: len(lesson.totals) - 1]
    expect(explorer.verdict.locator("li")).to_have_text(
        [f"{lesson.kind}: {lesson.count:,} = {lesson.count:,}", *of_whole_model]
    )


def test_summary_is_that_of_the_real_model_and_whole(
    lesson: Lesson, explorer: Explorer, keras: ModuleType, weightless: Any
) -> None:
    explorer.open_tab("Keras")
    code = explorer.root.get_by_label("Keras code").inner_text()
    with weightless(()):
        names: dict[str, Any] = {}
        exec(code, names)
    model = names["model"]
    assert isinstance(model, keras.Model)
    assert model.count_params() == lesson.total
    summary = explorer.keras.inner_text()
    rows = re.findall(r"│ (\w+) \((\w+)\) +│ (.*?) +│ +([\d,]+) │", summary)
    counts = [(type(layer).__name__, str(layer.output.shape), f"{layer.count_params():,}") for layer in model.layers]
    assert [row[1:] for row in rows] == counts
    assert "…" not in summary
    assert f"Trainable params: {lesson.total:,} " in summary
    assert "Non-trainable params: 0 " in summary
    expect(explorer.diagram.locator(".tutor-summary")).to_have_text(summary.removeprefix("Keras says").strip())
