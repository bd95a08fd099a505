"""All claims on speed and memory, measured in one run: ``python -m tests.benchmarks``.

Prints a table and ends with 1 if a limit is missed. What takes part in a ratio was measured in turns, in the same run.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.processes import (
    Summaries,
    explorer_seconds,
    import_seconds,
    message_bytes,
    summaries,
    vgg16_seconds,
)
from tests.benchmarks.screen import Timings, measure
from tests.benchmarks.sharing import LEARNERS, Shared
from tests.benchmarks.sharing import measure as share


@dataclass(frozen=True)
class Claim:
    """What is said, what was measured, and the most (or with ``at_least``, the least) that it may be."""

    words: str
    measured: float
    limit: float
    unit: str = "×"
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def row(self) -> tuple[str, ...]:
        """The claim as cells of the table."""
        sign = "≥" if self.at_least else "≤"
        verdict = "holds" if self.holds else "MISSED"
        return self.words, f"{self.measured:.3g} {self.unit}", f"{sign} {self.limit:g} {self.unit}", verdict


def late(times: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(times, n=20)[-1]


def on_screen(timings: Timings) -> list[Claim]:
    """Claims on steps, drags, the first explorer and the kernel's memory."""
    pictures, keras, echo, by_hand = (timings.painted[name] for name in ("pictures", "keras", "echo", "by hand"))
    return [
        Claim("a step, to formula and pictures : a bare slider's echo", median(pictures) / median(echo), 3),
        Claim("  the slowest 5 % of such steps : the echo's median", late(pictures) / median(echo), 5),
        Claim("a step, to Keras's summary : the echo", median(keras) / median(echo), 6),
        *[
            Claim(
                f"a step of the {name} explorer, to {stage} : the echo",
                median(timings.painted[key]) / median(echo),
                limit,
            )
            for name, stage, key, limit in (
                ("Conv2D", "formula and pictures", "conv pictures", 3),
                ("Conv2D", "Keras's summary", "conv keras", 6),
                ("video", "shapes and pictures", "video pictures", 3),
                ("video", "Keras's summary", "video keras", 15),
            )
        ],
        Claim("by hand with interact : to formula and pictures", median(by_hand) / median(pictures), 4, at_least=True),
        Claim("by hand with interact : to Keras's summary", median(by_hand) / median(keras), 4, at_least=True),
        Claim("after a drag, to the last formula and pictures : an echo", timings.drag["pictures"] / median(echo), 5),
        Claim("first explorer on screen, fresh kernel, best of 3", min(timings.first) / 1000, 1, "s"),
        # The others may find Keras running, since the first has started it.
        Claim("  the first of them did not wait for Keras", timings.before_keras, 1, "of 1", at_least=True),
        Claim("kernel's memory, one explorer shown and moved", max(timings.kernel_bytes) / 1e6, 130, "MB"),
        Claim("  above a bare kernel's", (max(timings.kernel_bytes) - min(timings.bare_bytes)) / 1e6, 14, "MB"),
        Claim("  TensorFlow in the kernel", timings.kernels_with_tensorflow, 0, "of 3"),
    ]


def in_processes(found: Summaries) -> list[Claim]:
    """Claims on importing and on a model too large to allocate."""
    made, with_matplotlib = explorer_seconds()
    messages = [
        (name, message_bytes(what, control) / 1000, limit)
        for name, what, control, limit in (
            ("LSTM", "LSTM", "units", 7),
            ("Conv2D", "Conv2D", "filters", 4),
            ("video", "video_question_answering", "frames", 14),
        )
    ]
    imported, baseline = import_seconds("import tutor", "import dataclasses, inspect")
    return [
        Claim("import tutor", imported, 0.1, "s"),
        Claim("import tutor : import dataclasses, inspect", imported / baseline, 10),
        Claim("making an explorer in Python, tutor not yet imported", made, 0.3, "s"),
        Claim("  matplotlib in the process", with_matplotlib, 0, ""),
        *[Claim(f"a step's message to the screen: {name}", size, limit, "kB") for name, size, limit in messages],
        Claim("a model summarised without being allocated", found.parameters, 10**12, "parameters", at_least=True),
        Claim("  its time : a small model's", median(found.trillion) / median(found.small), 2),
        Claim("  how much Keras's process grew with it", found.grown_bytes / 1e6, 50, "MB"),
    ]


def explaining() -> list[Claim]:
    """Claims on explaining a published model."""
    built, explained = vgg16_seconds()
    return [Claim("explain(VGG16) : the time Keras takes to build it", median(explained) / median(built), 0.25)]


def in_company(found: Shared) -> list[Claim]:
    """Claims on one Keras for many kernels."""
    video = f"steps of {LEARNERS - LEARNERS // 5} kernels, the others on the video model"
    return [
        Claim("a learner's second lesson: its cell is run → summary", found.later[0], 1, "s"),
        Claim("  the median of eight later lessons", median(found.later), 1, "s"),
        Claim("nine lessons: kernels and Keras, shared pages once", found.lessons_bytes / 1e9, 1.5, "GB"),
        Claim(f"{LEARNERS} kernels: the same", found.learners_bytes / 1e9, 4, "GB"),
        Claim("  started at once, until the last has its summary", found.all_at_once, 90, "s"),
        Claim("  each moves twice a second: step → summary, median", median(found.steps) * 1000, 60, "ms"),
        Claim("    the slowest 5 %", late(found.steps) * 1000, 200, "ms"),
        Claim(f"  {video}: median", median(found.with_video) * 1000, 350, "ms"),
        Claim("    the slowest 5 %", late(found.with_video) * 1000, 800, "ms"),
    ]


def table(claims: list[Claim]) -> list[str]:
    """The claims as lines of text."""
    rows = [("claim", "measured", "limit", "verdict"), *(claim.row() for claim in claims)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def details(timings: Timings) -> list[str]:
    """What the ratios were made of, in milliseconds of this machine."""
    lines = ["", "milliseconds from the key press: median and 95 % in the page, median and 95 % painted, steps"]
    for name, painted in timings.painted.items():
        shown = timings.shown[name]
        figures = "".join(f"{time:8.0f}" for time in (median(shown), late(shown), median(painted), late(painted)))
        lines.append(f"  {name:<10}{figures}{len(painted):8}")
    last = ", ".join(f"{name} {time:.0f}" for name, time in timings.drag.items())
    return [*lines, f"after the last event of a drag: {last}"]


def main() -> int:
    """Measure, print, and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        timings = measure(Path(folder))
    claims = on_screen(timings) + in_processes(summaries()) + explaining() + in_company(share())
    sys.stdout.write("\n".join([*table(claims), *details(timings), ""]))
    return 0 if all(claim.holds for claim in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
