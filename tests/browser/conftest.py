"""JupyterLab, started once, and a lesson on its page, run once and put back to its start before each test."""

from __future__ import annotations

import json
import shutil
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from lab import CHROMIUM_FLAGS, ROOT, Lab, chromium_path, running_lab
from on_screen import LESSONS, START, Explorer, Lesson
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

WIDE = {"width": 1280, "height": 800}

# In milliseconds, and generous. Keras takes 10 to 30 seconds to be imported, on a busy machine longer.
PATIENCE = 30_000
PATIENCE_WITH_KERAS = 180_000

_KERNEL_ID = "jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium_path(), "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": WIDE, "permissions": ["clipboard-read", "clipboard-write"]}


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lessons")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(notebook, folder)
    with running_lab(folder) as running:
        yield running


@dataclass
class Opened:
    """A notebook that was opened and run, with what turned up besides."""

    page: Page
    lab: Lab
    dialogs: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def kernel_id(self) -> str:
        return str(self.page.evaluate(_KERNEL_ID))

    def explorer(self, place: int = 0) -> Explorer:
        root = self.page.locator(".tutor-explorer").nth(place)
        root.scroll_into_view_if_needed()
        return Explorer(self.page, root)


def open_and_run(context: BrowserContext, lab: Lab, notebook: str) -> Opened:
    """Open a notebook as a learner does, run all of it, and make room by hiding the file browser."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    opened = Opened(page, lab)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("console", lambda said: opened.complaints.append(said.text) if said.type == "error" else None)
    lab.open(page, notebook)
    lab.run_all(page)
    error = page.locator("[data-mime-type='application/vnd.jupyter.error']")
    page.locator(".tutor-explorer").or_(error).first.wait_for()
    assert error.all_inner_texts() == []
    opened.dialogs = page.locator(".jp-Dialog, .Toastify__toast").count()
    lab.choose(page, "View", "Appearance", "Show Left Sidebar")
    return opened


def attach(lab: Lab, notebook: str, kernel_id: str) -> None:
    """Have JupyterLab open the notebook on that kernel."""
    session = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"id": kernel_id}}
    request = urllib.request.Request(
        f"{lab.url}/api/sessions",
        data=json.dumps(session).encode(),
        headers={"Authorization": f"token {lab.token}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=60).close()


class Lessons:
    """The lessons' notebooks, each opened once, on one kernel, so that only the first has to wait for Keras."""

    def __init__(self, lab: Lab, context: BrowserContext) -> None:
        self._lab = lab
        self._context = context
        self._opened: dict[str, Opened] = {}

    @property
    def folder(self) -> Path:
        """Where JupyterLab finds notebooks."""
        return self._lab.folder

    def open(self, notebook: str) -> Opened:
        if not self._opened:
            first = open_and_run(self._context, self._lab, START.notebook)
            expect(first.explorer().verdict).to_contain_text("agree", timeout=PATIENCE_WITH_KERAS)
            self._opened[START.notebook] = first
        if notebook not in self._opened:
            attach(self._lab, notebook, self._opened[START.notebook].kernel_id)
            self._opened[notebook] = open_and_run(self._context, self._lab, notebook)
        return self._opened[notebook]


@pytest.fixture(scope="session")
def lessons(lab: Lab, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Lessons]:
    with browser.new_context(**browser_context_args) as context:
        yield Lessons(lab, context)


@pytest.fixture(params=LESSONS, ids=str)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    """All lessons in turn; a test that is about one of them says so by `of_lesson`."""
    return request.param


@pytest.fixture
def opened(lesson: Lesson, lessons: Lessons) -> Opened:
    """The lesson's notebook, opened and run."""
    return lessons.open(lesson.notebook)


@pytest.fixture
def explorer(lesson: Lesson, opened: Opened) -> Explorer:
    """The lesson's explorer, at its start."""
    opened.page.bring_to_front()
    opened.page.set_viewport_size(WIDE)
    explorer = opened.explorer()
    explorer.explore_freely()
    explorer.open_first_tab()
    explorer.button("reset").click()
    explorer.shows(*lesson.totals)
    return explorer
