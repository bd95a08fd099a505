"""An explorer without its kernel: a saved notebook opened again, one of somebody else's, an exported page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from conftest import PATIENCE_WITH_KERAS, open_and_run
from on_screen import LSTM
from playwright.sync_api import expect
from test_several import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Opened
    from lab import Lab
    from playwright.sync_api import Browser, Locator, Page

NAME = "stills.ipynb"


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Opened]:
    """A notebook with an explorer that Keras has answered, moved to 129 units, saved, and its kernel gone."""
    write(lab, NAME, "import tutor\n\ntutor.explore(tutor.LSTM)")
    with browser.new_context(**browser_context_args) as context:
        opened = open_and_run(context, lab, NAME)
        explorer = opened.explorer()
        explorer.verdict.get_by_text("agree").wait_for(timeout=PATIENCE_WITH_KERAS)
        explorer.type("units", "129")
        explorer.shows(*LSTM.more_totals)
        expect(opened.page.locator(".tutor-still")).to_have_count(1)
        expect(opened.page.locator(".tutor-still")).to_contain_text("LSTM: 199,176 = 199,176")
        yield opened


def shows_all(still: Locator) -> None:
    """Formula, pictures, Keras's summary and the verdict as they last stood, and how to go on."""
    for words in ("A snapshot from ", "Run the cell to make it move.", "4 · 129 · (129 + 256 + 1) = 199,176"):
        expect(still).to_contain_text(words)
    expect(still).to_contain_text("Total params: 455,176 ")
    expect(still).to_contain_text("Formula and Keras agree.")
    expect(still.locator("img")).to_have_count(3)
    for picture in still.locator("img").all():
        assert "129" in (picture.get_attribute("alt") or "")
        assert picture.evaluate("(image) => image.complete && image.naturalWidth > 100 && image.clientHeight > 50")


def shows_nothing_else(page: Page, still: Locator) -> None:
    """No error, no empty box and no second still."""
    expect(still).to_have_count(1)
    expect(still).to_be_visible()
    for complaint in page.get_by_text(re.compile("Error displaying widget|Loading widget")).all():
        expect(complaint).to_be_hidden()


def offline(browser: Browser, html: str, file: Path) -> Page:
    """A page of its own, opened from a file, with no network."""
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(file.as_uri(), wait_until="domcontentloaded")
    return page


def test_a_living_explorer_hides_its_still(opened: Opened) -> None:
    expect(opened.page.locator(".tutor-still")).to_be_hidden()
    expect(opened.explorer().root).to_be_visible()
    assert opened.complaints == []


def test_a_saved_notebook_without_its_kernel(opened: Opened) -> None:
    page = opened.page
    opened.lab.choose(page, "File", "Save Notebook")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    opened.lab.choose(page, "Kernel", "Shut Down Kernel")
    opened.lab.open(page, NAME)
    still = page.locator(".tutor-still")
    expect(page.get_by_text("Error displaying widget: model not found")).to_have_count(1)
    shows_all(still)
    shows_nothing_else(page, still)
    opened.lab.run_all(page)
    expect(opened.explorer().formula).to_contain_text("4 · 128 · (128 + 256 + 1)")
    expect(page.locator(".tutor-still")).to_be_hidden()


def test_somebody_elses_notebook_is_not_trusted_and_shows_the_same(opened: Opened) -> None:
    lab = opened.lab
    notebook = nbformat.read(lab.folder / NAME, as_version=4)
    notebook.metadata["from"] = "somebody else"
    nbformat.write(notebook, lab.folder / "untrusted.ipynb")
    page = opened.page.context.new_page()
    lab.open(page, "untrusted.ipynb")
    still = page.locator(".tutor-still")
    shows_all(still)
    shows_nothing_else(page, still)
    page.close()


def test_a_viewer_without_widgets(opened: Opened, browser: Browser, tmp_path: Path) -> None:
    cells = nbformat.read(opened.lab.folder / NAME, as_version=4).cells
    outputs = [output.data for cell in cells if cell.cell_type == "code" for output in cell.outputs if "data" in output]
    stills = [data for data in outputs if "tutor-still" in data.get("text/html", "")]
    assert len(stills) == 1
    assert len(json.dumps(stills[0])) < 60_000
    page = offline(browser, "".join(data.get("text/html", "") for data in outputs), tmp_path / "viewer.html")
    shows_all(page.locator(".tutor-still"))
    page.context.close()


@pytest.mark.parametrize("execute", [False, True], ids=["as saved", "executed"])
def test_an_exported_page(opened: Opened, browser: Browser, tmp_path: Path, *, execute: bool) -> None:
    source = nbformat.read(opened.lab.folder / NAME, as_version=4)
    if execute:
        source.cells = [cell for cell in source.cells if cell.cell_type == "code"][:1]
        source.cells[0].source = "import tutor\n\ntutor.explore(tutor.LSTM, units=129)"
        source.cells[0].outputs = []
    nbformat.write(source, tmp_path / "lesson.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "lesson.ipynb", *(["--execute"] if execute else [])]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "not able to be represented" not in done.stderr
    page = offline(browser, (tmp_path / "lesson.html").read_text("utf-8"), tmp_path / "page.html")
    still = page.locator(".tutor-still")
    shows_all(still)
    shows_nothing_else(page, still)
    page.context.close()
