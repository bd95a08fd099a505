"""JupyterLab with its default settings, as on a hub whose server does not read ours: every move is answered."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE_WITH_KERAS, open_and_run
from lab import running_lab
from playwright.sync_api import expect
from test_several import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Opened
    from lab import Lab
    from playwright.sync_api import Browser

#: A first view, another of the same explorer, and another explorer.
SOURCES = ("import tutor\n\ndense = tutor.explore(tutor.Dense)\ndense", "dense", "tutor.explore(tutor.GRU)")

KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
#: JupyterLab deletes a subshell with the last widget that it was for, but not if the page is closed before.
DELETE_SUBSHELLS = f"""async () => {{
    const {{ content }} = await {KERNEL}.requestListSubshell({{}}).done;
    for (const subshell_id of content.subshell_id) await {KERNEL}.requestDeleteSubshell({{ subshell_id }}).done;
    return content.subshell_id.length;
}}"""


@pytest.fixture(scope="module")
def other_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("other"), settings=False) as running:
        yield running


@contextlib.contextmanager
def busy_machine() -> Iterator[None]:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def dense_follows(opened: Opened, units: int, *, place: int) -> None:
    explorer = opened.explorer(place)
    explorer.type("units", f"{units}")
    expect(explorer.formula).to_contain_text(f"{units} · (784 + 1)")


def gru_follows(opened: Opened, units: int, *, place: int) -> None:
    explorer = opened.explorer(place)
    explorer.type("units", f"{units}")
    expect(explorer.formula).to_contain_text(f"3 · {units} · ({units} + 256 + 2)")


def open_again(opened: Opened, notebook: str) -> None:
    opened.lab.choose(opened.page, "File", "Save Notebook")
    opened.page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    opened.lab.open(opened.page, notebook)


def moved_while_views_go(opened: Opened, name: str) -> None:
    page = opened.page
    page.bring_to_front()
    assert page.evaluate("window.jupyterapp.serviceManager.kernels.commsOverSubshells") == "perCommTarget"
    dense_follows(opened, 40, place=0)
    gru_follows(opened, 50, place=2)
    page.locator(".jp-CodeCell .jp-InputPrompt").first.click()
    opened.lab.choose(page, "Edit", "Delete Cell")
    expect(page.locator(".tutor-explorer")).to_have_count(2)
    dense_follows(opened, 41, place=0)
    open_again(opened, name)
    dense_follows(opened, 42, place=0)
    gru_follows(opened, 51, place=1)


def test_no_move_goes_to_a_view_that_is_gone(
    other_lab: Lab, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    """While two kernels start their Keras, views are deleted, notebooks opened again, and their subshells deleted."""
    names = [write(other_lab, f"{number}.ipynb", *SOURCES) for number in range(2)]
    with browser.new_context(**browser_context_args) as context:
        with busy_machine():
            notebooks = {name: open_and_run(context, other_lab, name) for name in names}
            for name, opened in notebooks.items():
                moved_while_views_go(opened, name)
            for name, opened in notebooks.items():
                opened.page.bring_to_front()
                assert opened.page.evaluate(DELETE_SUBSHELLS) > 0
                open_again(opened, name)
                dense_follows(opened, 43, place=0)
                gru_follows(opened, 52, place=1)
        for opened in notebooks.values():
            opened.page.bring_to_front()
            expect(opened.explorer(0).verdict).to_contain_text("33,755 = 33,755", timeout=PATIENCE_WITH_KERAS)
