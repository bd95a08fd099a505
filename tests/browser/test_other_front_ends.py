"""A lesson in Voilà and in Notebook 7, started by the README's commands. These tests ask PyPI."""

from __future__ import annotations

import re
import secrets
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE, PATIENCE_WITH_KERAS
from lab import ROOT, Lab, running_server
from on_screen import LSTM, Explorer
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

#: Uv run: beside the environment of these tests, which it leaves as it is.
UV = [sys.executable, "-m", "uv", "run", "--isolated", f"--project={ROOT}", "--no-python-downloads"]
VOILA = ["--group", "voila", "voila"]
NOTEBOOK = ["--group", "notebook", "jupyter", "notebook"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the lesson."""
    shutil.copy(ROOT / "notebooks" / LSTM.notebook, tmp_path)
    return tmp_path


@pytest.fixture
def page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    with browser.new_context(**browser_context_args) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


def the_explorer(page: Page) -> Explorer:
    root = page.locator(".tutor-explorer")
    root.wait_for(timeout=PATIENCE_WITH_KERAS)
    expect(root).to_have_count(1)
    root.scroll_into_view_if_needed()
    return Explorer(page, root)


def works(explorer: Explorer) -> None:
    """The guide answers, a slider moves the count and Keras follows, and it can be presented."""
    expect(explorer.root).to_have_class(re.compile("tutor-guided"))
    expect(explorer.formula).to_have_text("Answer to see this")
    answer = explorer.root.get_by_role("textbox", name="your answer", exact=True)
    feedback = explorer.root.locator(".tutor-feedback")
    answer.fill("128")
    answer.press("Enter")
    expect(feedback).to_contain_text("Not yet.")
    answer.fill(f"{LSTM.count}")
    answer.press("Enter")
    expect(feedback).to_contain_text("Right")
    expect(explorer.formula).to_contain_text(LSTM.numbers)

    explorer.button("present").click()
    expect(explorer.root).to_have_class(re.compile("tutor-presenting"))
    window = explorer.page.viewport_size
    assert window is not None
    assert explorer.root.bounding_box() == {"x": 0, "y": 0, **window}
    explorer.page.keyboard.press("Escape")
    expect(explorer.root).not_to_have_class(re.compile("tutor-presenting"))

    explorer.explore_freely()
    explorer.button("reset").click()
    explorer.slider("units").press("ArrowRight")
    expect(explorer.formula).to_contain_text(f"= {LSTM.more:,}")
    expect(explorer.verdict).to_contain_text("agree", timeout=PATIENCE_WITH_KERAS)
    explorer.shows(*LSTM.more_totals)


@pytest.mark.parametrize("command", [VOILA, NOTEBOOK], ids=["voila", "notebook"])
def test_the_readme_has_the_command(command: list[str]) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"`python3 -m uv run {' '.join(command)} notebooks/{LSTM.notebook}`" in readme


def test_voila(folder: Path, page: Page) -> None:
    with running_server([*UV, *VOILA, "--no-browser", LSTM.notebook], folder, {}) as url:
        page.goto(url)
        works(the_explorer(page))
        expect(page.get_by_text("import tutor")).to_have_count(0)  # no code


def test_notebook(folder: Path, page: Page) -> None:
    token = secrets.token_hex(16)
    options = ["--no-browser", f"--IdentityProvider.token={token}", "--JupyterNotebookApp.expose_app_in_browser=True"]
    with running_server([*UV, *NOTEBOOK, *options], folder, {}) as url:
        notebook = Lab(url, token, folder, "notebooks")
        notebook.open(page, LSTM.notebook)
        notebook.run_all(page)
        works(the_explorer(page))
