"""Figures that need no screen: what importing costs, and a model too large to allocate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import tutor
from tutor.layers.layer import Layer
from tutor.ledgers.walk import Walk
from tutor.live import KerasProcess, Report

IMPORTS = 15
ROUNDS = 30
SMALL = (1000, 256, 128)
TRILLION = (10**9, 1000, 1000)

_TIMED = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"


def import_seconds(*statements: str) -> list[float]:
    """What each of the imports takes in a fresh process: the least of several, since noise only adds.

    Bytecode is cached, as after any first import.
    """
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}

        def once(statement: str) -> float:
            command = [sys.executable, "-c", _TIMED.format(statement)]
            run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            return float(run.stdout)

        rounds = [[once(statement) for statement in statements] for _ in range(IMPORTS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def explorer_costs() -> tuple[float, int]:
    """Seconds to make an explorer in a kernel, and how many of three large packages came in."""
    code = (
        "import sys, time, ipykernel.zmqshell\n"
        "start = time.perf_counter()\n"
        "import tutor\n"
        "explorer = tutor.explore(tutor.LSTM)\n"
        "print(time.perf_counter() - start, len({'matplotlib', 'numpy', 'keras'} & set(sys.modules)))\n"
        "explorer._process.stop()\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(IMPORTS // 3)
    ]
    return min(float(seconds) for seconds, _ in runs), max(int(loaded) for _, loaded in runs)


@dataclass(frozen=True)
class MoveCosts:
    """What one step of a slider costs: bytes of the message to the screen, walks, and builds of any one layer."""

    message_bytes: int
    walks: int
    builds: int


def move_costs() -> dict[str, MoveCosts]:
    """A step of each of three explorers, to a position not seen before."""
    steps = {"LSTM": (tutor.LSTM, "units"), "Conv2D": (tutor.Conv2D, "filters")}
    steps["video"] = (tutor.video_question_answering, "frames")
    return {name: _move_costs(*step) for name, step in steps.items()}


def _move_costs(what: Any, control: str) -> MoveCosts:
    explorer = tutor.explore(what, **{control: 300})
    sent, built = [], Counter[int]()
    kept = []  # so that no two layers have the same id
    with pytest.MonkeyPatch.context() as patch:
        walk, build = Walk.ledger, Layer._on
        walks = 0

        def counted_walk(self: Walk, *given: Any) -> Any:
            nonlocal walks
            walks += 1
            return walk(self, *given)

        def counted_build(self: Layer, *given: Any) -> Any:
            kept.append(self)
            built[id(self)] += 1
            return build(self, *given)

        patch.setattr(Walk, "ledger", counted_walk)
        patch.setattr(Layer, "_on", counted_build)
        patch.setattr(explorer, "_send", lambda message, **_: sent.append(message))
        explorer.set_state({"moves": {"n": 1, "jumps": 0, "to": "", "changes": {control: 301}}})
    explorer.close()
    message = next(message for message in sent if message["method"] == "update")
    return MoveCosts(len(json.dumps(message)), walks, max(built.values()))


@dataclass(frozen=True)
class Summaries:
    """Seconds that a summary takes, there and back, and how much the worker grew with the large model."""

    small: list[float]
    trillion: list[float]
    parameters: int
    grown_bytes: int


def summaries() -> Summaries:
    """A small model and one of a trillion parameters, in turns, by the process that explorers use."""
    process = KerasProcess()
    try:
        for _ in range(5):
            _seconds(process, SMALL)
        before = _resident(process.pid)
        small, trillion = [], []
        for _ in range(ROUNDS):
            small.append(_seconds(process, SMALL)[0])
            seconds, parameters = _seconds(process, TRILLION)
            trillion.append(seconds)
        return Summaries(small, trillion, parameters, _resident(process.pid) - before)
    finally:
        process.stop()


def _seconds(process: KerasProcess, sizes: tuple[int, int, int]) -> tuple[float, int]:
    vocabulary, features, units = sizes
    code = (
        "import keras\n"
        "model = keras.Sequential([keras.Input((25,)), "
        f"keras.layers.Embedding({vocabulary}, {features}), keras.layers.LSTM({units})])\n"
    )
    start = time.perf_counter()
    answer = process.summarise(code)
    seconds = time.perf_counter() - start
    if not isinstance(answer, Report):
        raise TypeError(f"Keras refuses {sizes}: {answer.message}")
    return seconds, answer.total


def vgg16_seconds() -> tuple[list[float], list[float]]:
    """What Keras takes to build VGG16 without allocating its weights, and what ``explain`` takes, in turns."""
    code = (
        "import json, time, keras, tutor\n"
        "built, explained = [], []\n"
        f"for _ in range({ROUNDS // 3}):\n"
        "    start = time.perf_counter()\n"
        "    with keras.StatelessScope(initialize_variables=False):\n"
        "        model = keras.applications.VGG16(weights=None)\n"
        "    middle = time.perf_counter()\n"
        "    assert tutor.explain(model).agrees\n"
        "    built.append(middle - start)\n"
        "    explained.append(time.perf_counter() - middle)\n"
        "print(json.dumps([built, explained]))\n"
    )
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    built, explained = json.loads(run.stdout)
    return built, explained


def _resident(pid: int | None) -> int:
    """Bytes of memory that the process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
