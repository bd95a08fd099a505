"""Steps of a slider timed on the screen: real JupyterLab, real Chromium, real key presses."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import nbformat
from playwright.sync_api import sync_playwright

from tests.lab import CHROMIUM_FLAGS, ROOT, Lab, chromium_path, running_lab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

HERE = Path(__file__).parent
START, FEATURES, VOCABULARY = 300, 256, 1000

IMPORT_MS = 120_000
#: Blocks take turns, so that a machine that slows down slows all alike.
BLOCKS, STEPS, STEPS_BY_HAND = 8, 15, 4
DRAG_STEPS, KEY_REPEAT_MS = 60, 33

#: [selector, texts that must be there, texts that must be gone]; see stopwatch.js.
Condition: TypeAlias = tuple[str, list[str], list[str]]


@dataclass(frozen=True)
class Subject:
    """Something with a slider: where it is, what takes the keys, and by stage what must be on screen at a position."""

    root: str
    keys: str
    expected: Callable[[int], dict[str, list[Condition]]]


def _lstm_count(units: int) -> int:
    return 4 * units * (units + FEATURES + 1)


def _explorer(units: int) -> dict[str, list[Condition]]:
    count = _lstm_count(units)
    fresh, stale = (f"thin: {size:,} numbers" for size in (units, units - 1))
    numbers = f"4 · {units} · ({units} + {FEATURES} + 1) = {count:,}"
    return {
        "pictures": [
            (".tutor-formula", [numbers, f"{VOCABULARY * FEATURES + count:,}"], []),
            (".tutor-shapes", [f"(None, {units})"], []),
            (".tutor-diagram svg", [fresh, f"({FEATURES}, {4 * units})", f"{count:,}"], [stale]),
        ],
        "keras": [
            (".tutor-keras pre", [f"Total params: {VOCABULARY * FEATURES + count:,} ", f"(None, {units})"], []),
            (".tutor-verdict[aria-busy=false]", ["✓", f"{count:,}"], []),
        ],
    }


def _convolution(filters: int) -> dict[str, list[Condition]]:
    count = filters * (3 * 2 * 3 + 1)
    shape = f"(None, 49, 94, {filters})"
    return {
        "conv pictures": [
            (".tutor-formula", [f"{filters} · (3 · 2 · 3 + 1) = {count:,}"], []),
            (".tutor-diagram svg", [f"{filters} filters", shape, f"{count:,}"], []),
        ],
        "conv keras": [
            (".tutor-keras pre", [f"Total params: {count:,} ", shape], []),
            (".tutor-verdict[aria-busy=false]", ["✓", f"{count:,}"], []),
        ],
    }


def _video(frames: int) -> dict[str, list[Condition]]:
    enters, seen = f"(None, {frames}, 224, 224, 3)", f"(None, {frames}, 160000)"
    return {
        "video pictures": [(".tutor-shapes", [enters], [])],
        "video keras": [
            (".tutor-keras pre", ["Total params: 169,436,968 ", seen], []),
            (".tutor-verdict[aria-busy=false]", ["✓", "169,436,968"], []),
        ],
    }


def _by_hand(units: int) -> dict[str, list[Condition]]:
    return {"by hand": [(".jp-OutputArea", [f"{_lstm_count(units):,}"], []), ("img:not([data-before])", [], [])]}


EXPLORER = Subject(".tutor-explorer", "input[type=range]", _explorer)
ECHO = Subject(
    ".bare-echo", ".noUi-handle", lambda units: {"echo": [(".widget-html-content", [f"{units}"], [f"{units - 1}"])]}
)
CONVOLUTION = Subject(".tutor-explorer", "input[type=range]", _convolution)
VIDEO = Subject(".tutor-explorer", "input[type=range]", _video)
BY_HAND = Subject(".widget-interact", ".noUi-handle", _by_hand)


@dataclass
class Timings:
    """Milliseconds since the key press, by stage: until it stands in the page, and until it is painted."""

    painted: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    drag: dict[str, float] = field(default_factory=dict)
    first: list[float] = field(default_factory=list)
    before_keras: int = 0
    bare_bytes: list[int] = field(default_factory=list)
    kernel_bytes: list[int] = field(default_factory=list)
    kernels_with_tensorflow: int = 0


class Hand:
    """Moves one subject's slider, a step at a time."""

    def __init__(self, page: Page, subject: Subject, units: int = START) -> None:
        self.page = page
        self._subject = subject
        self.units = units

    def take(self) -> None:
        """Lay the hand on the slider, with its window in front."""
        self.page.bring_to_front()
        slider = self.page.locator(f"{self._subject.root} {self._subject.keys}").first
        slider.scroll_into_view_if_needed()
        slider.focus()

    def step(self) -> dict[str, dict[str, float]]:
        """Press the right arrow and wait until all stages are painted."""
        self._watch(1)
        self.page.keyboard.press("ArrowRight")
        return self._read()

    def drag(self) -> dict[str, dict[str, float]]:
        """Hold the right arrow down, as its key repeats; times count from the last repeat."""
        self._watch(DRAG_STEPS)
        for _ in range(DRAG_STEPS):
            self.page.keyboard.down("ArrowRight")
            self.page.wait_for_timeout(KEY_REPEAT_MS)
        self.page.keyboard.up("ArrowRight")
        return self._read()

    def _watch(self, steps: int) -> None:
        self.units += steps
        watch(self.page, self._subject.root, self._subject.expected(self.units))

    def _read(self) -> dict[str, dict[str, float]]:
        return read(self.page)


def watch(page: Page, root: str, stages: dict[str, list[Condition]]) -> None:
    """Start the page's stopwatch, which the next key press sets going."""
    page.evaluate("([root, stages]) => stopwatch(root, stages)", [root, stages])


def read(page: Page) -> dict[str, dict[str, float]]:
    """What the stopwatch shows in the end.

    Raises:
        TimeoutError: what was expected did not come to the screen within a minute.
    """
    result: dict[str, dict[str, float]] | None = page.evaluate(
        "Promise.race([stopwatch.read(), new Promise((resolve) => setTimeout(resolve, 60000, null))])"
    )
    if result is None:
        raise TimeoutError("What was expected did not come to the screen within a minute.")
    return result


def measure(folder: Path) -> Timings:
    """All that is measured on the screen, in one run of JupyterLab and Chromium."""
    timings = Timings()
    with running_lab(_notebooks(folder)) as lab, _browser() as context:
        for number in (1, 2, 3):
            _bare_kernel(lab, context, timings)
            _first_explorer(lab, context, f"first-{number}", timings)
        ours, theirs = _run(lab, context, "ours"), _run(lab, context, "by-hand")
        explorer, echo, by_hand = Hand(ours, EXPLORER), Hand(ours, ECHO), Hand(theirs, BY_HAND)
        convolution = Hand(_run(lab, context, "convolution"), CONVOLUTION)
        video = Hand(_run(lab, context, "video"), VIDEO)
        _warm_up(explorer, echo, by_hand, convolution, video)
        further = ((convolution, STEPS // 2), (video, STEPS // 2))
        for _ in range(BLOCKS):
            for hand, steps in ((explorer, STEPS), (echo, STEPS), (by_hand, STEPS_BY_HAND), *further):
                hand.take()
                hand.step()
                for _ in range(steps):
                    for stage, times in hand.step().items():
                        timings.painted[stage].append(times["painted"])
                        timings.shown[stage].append(times["shown"])
        for hand in (explorer, echo):
            hand.take()
            timings.drag |= {stage: times["painted"] for stage, times in hand.drag().items()}
    return timings


def _notebooks(folder: Path) -> Path:
    lesson = nbformat.read(ROOT / "notebooks" / "04-lstm.ipynb", as_version=4)
    explorer = "import tutor\n\ntutor.explore(tutor.LSTM)"
    cells = {path.stem: path.read_text("utf-8") for path in (HERE / "cells").glob("*.py")}
    books = {"ours": [explorer, cells["echo"]], "by-hand": [cells["by_hand"]]}
    books["convolution"] = [f"import tutor\n\ntutor.explore(tutor.Conv2D, filters={START})"]
    books["video"] = [f"import tutor\n\ntutor.explore(tutor.video_question_answering, frames={START})"]
    books["bare"] = [cells["facts"]]
    books |= {f"first-{number}": [explorer, cells["facts"]] for number in (1, 2, 3)}
    for name, sources in books.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        notebook.metadata["kernelspec"] = lesson.metadata["kernelspec"]
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


@contextlib.contextmanager
def _browser() -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_FLAGS))
        try:
            yield browser.new_context(viewport={"width": 1280, "height": 800})
        finally:
            browser.close()


def _open(lab: Lab, context: BrowserContext, name: str) -> Page:
    page = context.new_page()
    page.add_init_script(path=HERE / "stopwatch.js")
    lab.open(page, f"{name}.ipynb")
    return page


def _run(lab: Lab, context: BrowserContext, name: str) -> Page:
    page = _open(lab, context, name)
    lab.run_all(page)
    return page


def _warm_up(explorer: Hand, echo: Hand, by_hand: Hand, *others: Hand) -> None:
    """Wait until Keras is up on both sides, bring all to the same size, and take the first steps unmeasured."""
    by_hand.page.locator(".widget-interact img").wait_for(timeout=IMPORT_MS)
    explorer.page.locator(".tutor-verdict", has_text="✓").wait_for(timeout=IMPORT_MS)
    for other in others:
        other.page.locator(".tutor-verdict", has_text="✓").wait_for(timeout=IMPORT_MS)
    field = explorer.page.locator(".tutor-explorer input[type=text]").first
    field.fill(str(START))
    field.press("Enter")
    explorer.page.locator(".tutor-verdict", has_text=f"{4 * START * (START + FEATURES + 1):,}").wait_for()
    for hand in (echo, by_hand):
        # JupyterLab takes the arrow keys from a slider of ipywidgets while the notebook is in command mode.
        hand.page.evaluate("document.querySelector('.noUi-handle').setAttribute('data-lm-suppress-shortcuts', 'true')")
    for hand in (explorer, echo, by_hand, *others):
        hand.take()
        for _ in range(5):
            hand.step()


def _facts(page: Page, cell: int) -> tuple[int, bool]:
    """Run the cell that says what the kernel weighs, and whether TensorFlow is in it."""
    place = page.locator(".jp-Notebook .jp-CodeCell").nth(cell)
    place.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    output = place.locator(".jp-OutputArea-output", has_text="FACTS")
    output.wait_for()
    _, resident, has_tensorflow = (output.text_content() or "").strip("'\n").split()
    return int(resident), has_tensorflow == "True"


def _bare_kernel(lab: Lab, context: BrowserContext, timings: Timings) -> None:
    page = _open(lab, context, "bare")
    timings.bare_bytes.append(_facts(page, 0)[0])
    page.close()
    _shut_kernels_down(lab)


def _first_explorer(lab: Lab, context: BrowserContext, name: str, timings: Timings) -> None:
    page = _open(lab, context, name)
    page.locator(".jp-Notebook .jp-CodeCell").first.locator(".cm-content").click()
    watch(page, EXPLORER.root, {"pictures": EXPLORER.expected(128)["pictures"]})
    page.keyboard.press("Shift+Enter")
    timings.first.append(read(page)["pictures"]["painted"])
    if not timings.first[1:]:
        timings.before_keras += "Total params" not in (page.locator(".tutor-keras").text_content() or "")
    hand = Hand(page, EXPLORER, 128)
    hand.take()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.locator(".tutor-formula", has_text="4 · 138 ·").wait_for()
    resident, has_tensorflow = _facts(page, 1)
    timings.kernel_bytes.append(resident)
    timings.kernels_with_tensorflow += has_tensorflow
    page.close()
    _shut_kernels_down(lab)


def _shut_kernels_down(lab: Lab) -> None:
    """End every kernel, so that its Keras does not warm up beside what is measured next."""
    address = f"{lab.url}/api/sessions"
    credentials = {"Authorization": f"token {lab.token}"}
    with urllib.request.urlopen(urllib.request.Request(address, headers=credentials)) as answer:
        sessions = json.load(answer)
    for session in sessions:
        request = urllib.request.Request(f"{address}/{session['id']}", headers=credentials, method="DELETE")
        urllib.request.urlopen(request).close()
