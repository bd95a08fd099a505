"""Figures that need no screen: what importing and an explorer cost, and a model too large to allocate."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tutor
from tutor.live import KerasProcess, Report

IMPORTS = 15
ROUNDS = 30
SMALL = (1000, 256, 128)
TRILLION = (10**9, 1000, 1000)

_TIMED = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"


@contextlib.contextmanager
def _with_bytecode() -> Iterator[dict[str, str]]:
    """An environment in which bytecode is cached, as after any first import."""
    with tempfile.TemporaryDirectory() as cache:
        yield {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}


def _output(code: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def import_seconds(*statements: str) -> list[float]:
    """What each of the imports takes in a fresh process: the least of several, since noise only adds."""
    with _with_bytecode() as environment:
        rounds = [
            [float(_output(_TIMED.format(statement), environment)) for statement in statements] for _ in range(IMPORTS)
        ]
    return [min(times) for times in zip(*rounds, strict=True)]


def explorer_seconds() -> tuple[float, bool]:
    """What making an explorer takes in a kernel that has not imported ``tutor``, and whether matplotlib came in."""
    code = (
        "import ipykernel.ipkernel, sys, time\n"
        "start = time.perf_counter()\n"
        "import tutor\n"
        "tutor.explore(tutor.LSTM)\n"
        "print(time.perf_counter() - start, 'matplotlib' in sys.modules)\n"
    )
    with _with_bytecode() as environment:
        runs = [_output(code, environment).split() for _ in range(IMPORTS // 2)]
    return min(float(seconds) for seconds, _ in runs), any(loaded == "True" for _, loaded in runs)


def message_bytes(what: str, control: str) -> int:
    """The longest message to the screen in ten steps of a control."""
    explorer = tutor.explore(getattr(tutor, what))
    sent: list[int] = []
    explorer._send = lambda message, **_: sent.append(len(json.dumps(message)))
    for number in range(1, 11):
        moves = {"n": number, "jumps": 0, "to": "", "changes": {control: 300 + number}}
        explorer.set_state({"moves": moves})
    explorer.close()
    return max(sent)


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
