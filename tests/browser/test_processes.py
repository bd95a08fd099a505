"""Keras's process: that lessons share it, what a learner sees when it ends, and that none is left over."""

from __future__ import annotations

import os
import select
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE_WITH_KERAS, Opened, open_and_run
from lab import ROOT, running_lab
from on_screen import DENSE, LSTM, Explorer, worker_pids
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab import Lab
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab of its own, so that nobody else's kernels keep its Keras alive."""
    folder = tmp_path_factory.mktemp("processes")
    for lesson in (DENSE, LSTM):
        shutil.copy(ROOT / "notebooks" / lesson.notebook, folder)
    with running_lab(folder) as running:
        yield running


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Opened]:
    shutil.copy(lab.folder / LSTM.notebook, lab.folder / "processes.ipynb")
    with browser.new_context(**browser_context_args) as context:
        opened = open_and_run(context, lab, "processes.ipynb")
        opened.explorer().explore_freely()
        yield opened


def the_worker(opened: Opened) -> int:
    pids = worker_pids(opened.lab.folder)
    assert len(pids) == 1, "all explorers of a learner share one process"
    return pids[0]


def wait_until_gone(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended, _, _ = select.select([handle], [], [], 60)
    os.close(handle)
    assert ended, f"process {pid} lives on"


def test_controls_work_while_keras_starts(opened: Opened) -> None:
    opened.page.emulate_media(reduced_motion="reduce")
    explorer = opened.explorer()
    expect(explorer.keras).to_contain_text("Keras is starting")
    still = "(node) => getComputedStyle(node, '::after').animationName"
    assert explorer.keras.locator(".tutor-waiting").evaluate(still) == "none"
    explorer.slider("units").press("ArrowRight")
    expect(explorer.formula).to_contain_text("= 199,176")
    expect(explorer.verdict).to_have_text("Waiting for Keras.")
    explorer.verdict.get_by_text("agree").wait_for(timeout=PATIENCE_WITH_KERAS)
    explorer.shows(*LSTM.more_totals)


def test_keras_killed_in_mid_use_is_said_and_starts_again(opened: Opened) -> None:
    explorer: Explorer = opened.explorer()
    explorer.verdict.get_by_text("agree").wait_for(timeout=PATIENCE_WITH_KERAS)
    worker = the_worker(opened)
    os.kill(worker, signal.SIGKILL)
    expect(explorer.keras).to_contain_text("Keras is starting")
    explorer.button("reset").click()
    expect(explorer.formula).to_contain_text("4 · 128 · (128 + 256 + 1) = 197,120")
    explorer.slider("units").press("PageUp")
    expect(explorer.formula).to_contain_text("4 · 256 · (256 + 256 + 1) = 525,312")
    expect(explorer.shapes).to_contain_text("(None, 256)")
    explorer.verdict.get_by_text("agree").wait_for(timeout=PATIENCE_WITH_KERAS)
    explorer.shows(525_312, 781_312)
    expect(explorer.button("restart Keras")).to_have_count(0)
    assert the_worker(opened) != worker


def test_a_notebook_opened_again_goes_on_where_it_was(opened: Opened) -> None:
    page = opened.page
    opened.lab.choose(page, "File", "Save Notebook")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    opened.lab.open(page, "processes.ipynb")
    explorer = opened.explorer()
    explorer.shows(525_312, 781_312)
    explorer.type("units", "129")
    explorer.shows(*LSTM.more_totals)


def test_another_lesson_is_served_by_the_same_process(opened: Opened) -> None:
    worker = the_worker(opened)
    other = open_and_run(opened.page.context, opened.lab, DENSE.notebook)
    other.explorer().explore_freely()
    expect(other.explorer().verdict).to_contain_text("agree")
    other.explorer().type("units", "33")
    other.explorer().shows(33 * 785)
    assert the_worker(opened) == worker
    other.lab.choose(other.page, "Kernel", "Shut Down Kernel")
    other.page.close()


def test_a_restarted_kernel_is_served_by_the_same_process(opened: Opened) -> None:
    page = opened.page
    worker = the_worker(opened)
    opened.explorer().root.evaluate("(root) => { root.dataset.old = true; }")
    opened.lab.choose(page, "Kernel", "Restart Kernel and Run All Cells…")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.locator(".tutor-explorer:not([data-old])").first.wait_for()
    explorer = opened.explorer()
    explorer.explore_freely()
    explorer.slider("units").press("ArrowRight")
    expect(explorer.formula).to_contain_text("= 199,176")
    explorer.shows(*LSTM.more_totals)
    assert the_worker(opened) == worker


def test_restarted_kernel_says_what_to_do(opened: Opened) -> None:
    explorer = opened.explorer()
    opened.lab.choose(opened.page, "Kernel", "Restart Kernel…")
    opened.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(explorer.move).to_contain_text("Run the cell again")
    opened.lab.run_all(opened.page)
    opened.explorer().explore_freely()
    expect(opened.explorer().verdict).to_contain_text("agree", timeout=PATIENCE_WITH_KERAS)


def test_the_last_closed_kernel_leaves_no_process_behind(opened: Opened) -> None:
    worker = the_worker(opened)
    opened.lab.choose(opened.page, "Kernel", "Shut Down Kernel")
    wait_until_gone(worker)
