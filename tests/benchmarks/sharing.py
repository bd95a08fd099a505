"""One Keras for many kernels: what it costs and how fast it answers. Real kernels, without a browser.

``python -m tests.benchmarks.sharing [KERNELS [SECONDS]]`` measures this alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

CELLS = Path(__file__).parent / "cells"
LEARNERS, LESSONS, SECONDS = 30, 9, 20.0
PATIENCE = 600.0


@dataclass
class Shared:
    """Seconds until a summary: a learner's first and later lessons, the last of all learners; steps; bytes in all."""

    learners: int = LEARNERS
    first: float = 0.0
    later: list[float] = field(default_factory=list)
    lessons_bytes: int = 0
    all_at_once: float = 0.0
    learners_bytes: int = 0
    steps: list[float] = field(default_factory=list)
    with_video: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Kernel:
    """A learner's kernel."""

    manager: KernelManager
    client: BlockingKernelClient

    def run(self, cell: str, **names: object) -> list[float]:
        """The figures that a cell prints."""
        code = "".join(f"{name} = {value!r}\n" for name, value in names.items())
        said: list[str] = []

        def hear(message: dict[str, dict[str, str]]) -> None:
            said.append(message["content"].get("text", ""))

        reply = self.client.execute_interactive(
            code + (CELLS / f"{cell}.py").read_text("utf-8"), timeout=PATIENCE, output_hook=hear
        )
        if reply["content"]["status"] != "ok":
            raise RuntimeError(str(reply["content"]))
        figures = json.loads("".join(said))
        return figures if isinstance(figures, list) else [figures]

    def stop(self) -> None:
        """End it at once."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def start() -> Kernel:
    """A kernel that is ready."""
    return Kernel(*start_new_kernel(startup_timeout=PATIENCE))


@contextlib.contextmanager
def _runtime() -> Iterator[Path]:
    """A runtime directory of its own, so that no other Keras is found in it; gone when its keeper is."""
    before = os.environ.get("JUPYTER_RUNTIME_DIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JUPYTER_RUNTIME_DIR"] = folder
        try:
            yield Path(folder)
        finally:
            deadline = time.monotonic() + 60
            while [*Path(folder).glob("tutor-keras-*")] and time.monotonic() < deadline:
                time.sleep(0.5)
            os.environ.pop("JUPYTER_RUNTIME_DIR")
            if before is not None:
                os.environ["JUPYTER_RUNTIME_DIR"] = before


def proportional_bytes(runtime: Path) -> int:
    """Memory of all processes of that runtime directory, shared pages counted once."""
    total, its = 0, f"JUPYTER_RUNTIME_DIR={runtime}\0".encode()
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and its in (process / "environ").read_bytes():
                rollup = (process / "smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
    return total


def measure(learners: int = LEARNERS, seconds: float = SECONDS) -> Shared:
    """One learner who opens lesson after lesson; then all learners at once, with a lesson each."""
    found = Shared(learners)
    with _runtime() as runtime:
        kernels = [start()]
        found.first = kernels[0].run("shared", WHAT="lstm")[0]
        for _ in range(LESSONS - 1):
            kernels.append(start())
            found.later += kernels[-1].run("shared", WHAT="lstm")
        found.lessons_bytes = proportional_bytes(runtime)
        for kernel in kernels:
            kernel.stop()
    with _runtime() as runtime, ThreadPoolExecutor(learners) as crowd:
        begun = time.monotonic()

        def begin(_: int) -> Kernel:
            kernel = start()
            kernel.run("shared", WHAT="lstm")
            return kernel

        kernels = [*crowd.map(begin, range(learners))]
        found.all_at_once = time.monotonic() - begun
        found.learners_bytes = proportional_bytes(runtime)
        moved = crowd.map(lambda kernel: kernel.run("moving", SECONDS=seconds), kernels)
        found.steps = [one for times in moved for one in times]
        fifth = kernels[: learners // 5]
        [*crowd.map(lambda kernel: kernel.run("shared", WHAT="video"), fifth)]
        moved = [*crowd.map(lambda kernel: kernel.run("moving", SECONDS=seconds), kernels)]
        found.with_video = [one for times in moved[len(fifth) :] for one in times]
        for kernel in kernels:
            kernel.stop()
    return found


if __name__ == "__main__":
    given = [float(one) for one in sys.argv[1:]]
    figures = measure(int(given[0]) if given else LEARNERS, given[1] if given[1:] else SECONDS)
    sys.stdout.write(f"first lesson {figures.first:.1f} s, later {median(figures.later):.2f} s\n")
    sys.stdout.write(f"nine lessons {figures.lessons_bytes / 1e9:.2f} GB\n")
    sys.stdout.write(f"{figures.learners} at once {figures.all_at_once:.0f} s, {figures.learners_bytes / 1e9:.2f} GB\n")
    for name, times in (("LSTM", figures.steps), ("LSTM beside video", figures.with_video)):
        late = quantiles(times, n=20)[-1]
        sys.stdout.write(f"{name}: median {median(times) * 1e3:.0f} ms, 95 % {late * 1e3:.0f} ms of {len(times)}\n")
