"""Several explorers in one notebook, and one explorer shown twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from conftest import open_and_run
from on_screen import DENSE, GRU
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Lessons, Opened
    from lab import Lab
    from playwright.sync_api import Browser

SOURCE = """import tutor

dense = tutor.explore(tutor.Dense)
display(dense, dense, tutor.explore(tutor.GRU))"""


@pytest.fixture(scope="module")
def opened(lab: Lab, lessons: Lessons) -> Opened:
    return lessons.open(write(lab, "several.ipynb", SOURCE))


def test_two_views_of_one_explorer_stay_in_step(opened: Opened) -> None:
    opened.page.bring_to_front()
    one, other = opened.explorer(0), opened.explorer(1)
    one.slider("units").press("ArrowRight")
    for view in (one, other):
        view.shows(*DENSE.more_totals)
        expect(view.field("units")).to_have_value("33")
        expect(view.slider("units")).to_have_attribute("aria-valuenow", "33")
    other.flag("use_bias").uncheck()
    for view in (one, other):
        view.shows(33 * 784)
        expect(view.flag("use_bias")).not_to_be_checked()
    one.button("reset").click()
    for view in (one, other):
        view.shows(*DENSE.totals)


def test_explorers_of_one_notebook_leave_each_other_alone(opened: Opened) -> None:
    opened.page.bring_to_front()
    dense, gru = opened.explorer(0), opened.explorer(2)
    gru.shows(*GRU.totals)
    gru.type("units", "129")
    dense.type("features", "785")
    gru.shows(*GRU.more_totals)
    dense.shows(25_152)
    expect(dense.field("units")).to_have_value("32")
    expect(dense.keras).to_contain_text("dense (Dense)")
    expect(gru.keras).to_contain_text("gru (GRU)")
    assert opened.complaints == []


def write(lab: Lab, name: str, *sources: str) -> str:
    """A notebook of those cells."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), lab.folder / name)
    return name


def test_what_is_older_than_what_the_screen_had_does_not_stay(lab: Lab, lessons: Lessons) -> None:
    old = {"serial": 0, "verdict": "<p>an old verdict</p>"}
    message = {"method": "update", "state": old, "buffer_paths": []}
    sources = ("import tutor\n\nexplorer = tutor.explore(tutor.Dense)\nexplorer", f"explorer._send({message})\n'sent'")
    opened = lessons.open(write(lab, "old.ipynb", *sources))
    opened.explorer().shows(*DENSE.totals)
    opened.page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    opened.page.keyboard.press("Shift+Enter")
    expect(opened.page.locator(".jp-CodeCell").nth(1).locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))
    opened.explorer().shows(*DENSE.totals)


def test_a_cell_run_again_leaves_one_explorer_that_asks_keras(
    lab: Lab, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    sources = ["import tutor\n\ntutor.explore(tutor.Dense)", "f'{len(tutor.live.shared()._listeners)} listen'"]
    with browser.new_context(**browser_context_args) as context:
        opened = open_and_run(context, lab, write(lab, "again.ipynb", *sources))
        for number in range(1, 4):
            opened.explorer().type("units", f"{number}")
            expect(opened.explorer().formula).to_contain_text(f"{number} · (784 + 1)")
            lab.run_all(opened.page)
            expect(opened.explorer().formula).to_contain_text("32 · (784 + 1)")
        expect(opened.page.locator(".jp-OutputArea-output", has_text="listen")).to_have_text("'1 listen'")
        assert opened.complaints == []


def test_moves_are_handled_by_one_thread(opened: Opened) -> None:
    assert opened.page.evaluate("window.jupyterapp.serviceManager.kernels.commsOverSubshells") == "disabled"
