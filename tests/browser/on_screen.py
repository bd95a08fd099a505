"""What the browser tests have in common: lessons with counts that others wrote down, and an explorer's parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


#: How wide an explorer is in JupyterLab with its file browser closed, by the window's width.
OUTPUT_WIDTHS = {1920: 1240, 1280: 1164, 1024: 908, 853: 737, 640: 524}


@dataclass(frozen=True)
class Lesson:
    """A lesson as its explorer starts, with the article's counts (the GRU's with today's `reset_after`).

    `count` is the explored layer's, `total` the whole model's; `more` and `more_total` are those of one unit more.
    """

    notebook: str
    kind: str
    sliders: tuple[str, ...]
    units: int
    symbols: str
    numbers: str
    count: int
    total: int
    more: int
    more_total: int
    shapes: tuple[str, ...]

    def __str__(self) -> str:
        return self.notebook.removesuffix(".ipynb")

    @property
    def totals(self) -> tuple[int, ...]:
        """The counts of the verdict: the layer's, and the whole model's where it has more layers."""
        return (self.count,) if self.count == self.total else (self.count, self.total)

    @property
    def more_totals(self) -> tuple[int, ...]:
        """The same with one unit more."""
        return (self.more,) if self.more == self.more_total else (self.more, self.more_total)


_RECURRENT = ("units", "features", "vocabulary", "sequence length")


def _lstm(notebook: str) -> Lesson:
    return Lesson(
        notebook,
        "LSTM",
        _RECURRENT,
        128,
        "4 · units · (units + features + 1)",
        "4 · 128 · (128 + 256 + 1) = 197,120",
        count=197_120,
        total=453_120,
        more=199_176,
        more_total=455_176,
        shapes=("(None, 25)", "(None, 25, 256)", "(None, 128)"),
    )


START = _lstm("00-start-here.ipynb")
DENSE = Lesson(
    "01-dense.ipynb",
    "Dense",
    ("features", "units"),
    32,
    "units · (features + 1)",
    "32 · (784 + 1) = 25,120",
    count=25_120,
    total=25_120,
    more=25_905,
    more_total=25_905,
    shapes=("(None, 784)", "(None, 32)"),
)
EMBEDDING = Lesson(
    "02-embedding.ipynb",
    "Embedding",
    ("vocabulary", "sequence length", "units"),
    256,
    "vocabulary · units",
    "1,024 · 256 = 262,144",
    count=262_144,
    total=262_144,
    more=263_168,
    more_total=263_168,
    shapes=("(None, 25)", "(None, 25, 256)"),
)
SIMPLE_RNN = Lesson(
    "03-simple-rnn.ipynb",
    "SimpleRNN",
    ("units", "features", "sequence length"),
    128,
    "units · (units + features + 1)",
    "128 · (128 + 256 + 1) = 49,280",
    count=49_280,
    total=49_280,
    more=49_794,
    more_total=49_794,
    shapes=("(None, 25, 256)", "(None, 128)"),
)
LSTM = _lstm("04-lstm.ipynb")
GRU = Lesson(
    "05-gru.ipynb",
    "GRU",
    _RECURRENT,
    128,
    "3 · units · (units + features + 2)",
    "3 · 128 · (128 + 256 + 2) = 148,224",
    count=148_224,
    total=404_224,
    more=149_769,
    more_total=405_769,
    shapes=("(None, 25)", "(None, 25, 256)", "(None, 128)"),
)
LESSONS = (START, DENSE, EMBEDDING, SIMPLE_RNN, LSTM, GRU)


def of_lesson(*lessons: Lesson) -> pytest.MarkDecorator:
    """A test about these lessons alone."""
    return pytest.mark.parametrize("lesson", lessons, indirect=True, ids=str)


class Explorer:
    """An explorer on a page, by the names that its readers see."""

    def __init__(self, page: Page, root: Locator) -> None:
        self.page = page
        self.root = root
        self.formula = root.locator(".tutor-formula")
        self.shapes = root.locator(".tutor-shapes")
        self.diagram = root.locator(".tutor-diagram")
        self.keras = root.locator(".tutor-keras")
        self.verdict = root.locator(".tutor-verdict")
        self.move = root.locator(".tutor-move")

    def slider(self, label: str) -> Locator:
        return self.root.get_by_role("slider", name=label, exact=True)

    def field(self, label: str) -> Locator:
        return self.root.get_by_role("spinbutton", name=label, exact=True)

    def track(self, label: str) -> Locator:
        slider = self.page.get_by_role("slider", name=label, exact=True)
        return self.root.locator(".tutor-track").filter(has=slider)

    def flag(self, label: str) -> Locator:
        return self.root.get_by_role("checkbox", name=label, exact=True)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def open_tab(self, name: str) -> None:
        """Show what stands behind the tab of that name."""
        self.root.get_by_role("tab", name=name, exact=True).click()
        expect(self.root.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()

    def open_first_tab(self) -> None:
        """Show the lesson's first picture."""
        self.root.get_by_role("tab").first.click()

    def explore_freely(self) -> None:
        """Leave the guide, where there is one and it still asks."""
        free = self.button("explore freely")
        if free.count():
            free.click()
            expect(self.button("back to the guide")).to_be_visible()

    def press_in_menu(self, name: str) -> None:
        """Press a button of the small menu."""
        self.button("copy and save").click()
        self.button(name).click()

    def choose(self, label: str, option: str) -> None:
        self.root.get_by_role("combobox", name=label, exact=True).select_option(option)

    def preset(self, words: str) -> None:
        """Choose the preset whose name holds those words."""
        name = self.root.locator("option", has_text=words).inner_text()
        self.choose("preset", name)

    def type(self, label: str, number: str) -> None:
        """Put the number into the field and press Enter."""
        self.field(label).fill(number)
        self.field(label).press("Enter")

    def shows(self, *counts: int) -> None:
        """Wait until formula, Keras's summary and the verdict show the layer's count, and the model's."""
        written = [f"{count:,}" for count in counts]
        expect(self.formula.locator("strong").first).to_have_text(written[0])
        for count in written:
            expect(self.verdict).to_contain_text(f"{count} = {count}")
            expect(self.keras).to_contain_text(count)
        expect(self.keras).to_contain_text(f"Total params: {written[-1]} ")
        expect(self.verdict).to_contain_text("✓ Formula and Keras agree")
        expect(self.verdict).to_have_attribute("aria-busy", "false")

    def alt(self) -> str:
        """The diagram's words for screen readers."""
        return self.diagram.get_by_role("img").get_attribute("aria-label") or ""


def worker_pids(folder: Path) -> list[int]:
    """The processes in which the kernels of that JupyterLab run Keras, as Linux lists them."""
    commands: dict[int, tuple[str, int]] = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            found = _command_and_parent(process)
            if found is not None:
                commands[int(process.name)] = found
    keepers = {pid for pid, (command, _) in commands.items() if f"tutor.live.keeper {folder}" in command}
    return [pid for pid, (command, parent) in commands.items() if "tutor.live.worker" in command and parent in keepers]


def _command_and_parent(folder: Path) -> tuple[str, int] | None:
    try:
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        parent = re.search(r"^PPid:\s*(\d+)$", (folder / "status").read_text(), re.MULTILINE)
    except OSError:  # it ended while we looked
        return None
    return (command, int(parent[1])) if parent else None
