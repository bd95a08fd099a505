"""Keras in a process of its own: what it answers, and that nothing is lost, left over or left hanging."""

from __future__ import annotations

import json
import os
import queue
import re
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tutor
from tutor.explorers.lessons import all_lessons
from tutor.explorers.session import Session
from tutor.live import Answer, KerasProcess, KerasRow, Refusal, Report, SharedKeras, Status, home, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LESSONS = all_lessons()
MODEL = tutor.Sequential([tutor.Embedding(1000, 256), tutor.LSTM(128)]).met((None, 25))
WAIT = 240.0  # seconds: generous, for Keras takes its time to be imported on a busy machine


def sequential(*layers: str, shape: str = "shape=(25,)") -> str:
    rows = "".join(f"        keras.layers.{layer},\n" for layer in layers)
    return f"import keras\n\nmodel = keras.Sequential(\n    [\n        keras.Input({shape}),\n{rows}    ]\n)\n"


@pytest.fixture(scope="module")
def statuses() -> list[Status]:
    return []


@pytest.fixture(scope="module")
def keras_process(tmp_path_factory: pytest.TempPathFactory, statuses: list[Status]) -> Iterator[KerasProcess]:
    """One process for the module, started where a learner's own settings and files could get in the way."""
    folder = tmp_path_factory.mktemp("lesson")
    (folder / "keras.py").write_text("raise RuntimeError('a file of the learner')\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("KERAS_BACKEND", "jax")
        patch.setenv("PYTHONWARNINGS", "error")
        process = KerasProcess()
        process.on_status(statuses.append)
        process.summarise(sequential("Dense(1)"), timeout=WAIT)
    yield process
    process.stop()


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedKeras]:
    """The Keras of several kernels, kept where no other test finds it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        kernel = SharedKeras()
        yield kernel
        kernel.stop()


def report(process: KerasProcess, code: str) -> Report:
    answer = process.summarise(code, timeout=WAIT)
    assert isinstance(answer, Report), answer
    return answer


def wait_for(process: KerasProcess, state: str, action: Callable[[], None] = lambda: None) -> Status:
    """The next status of that state to be announced after `action`."""
    arrived: queue.SimpleQueue[Status] = queue.SimpleQueue()
    remove = process.on_status(lambda status: arrived.put(status) if status.state == state else None)
    action()
    status = arrived.get(timeout=WAIT)
    remove()
    return status


def assert_ends(pid: int) -> None:
    """The process ends by itself; one that has ended already is no longer to be found."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], WAIT)[0], f"process {pid} was left over"
    finally:
        os.close(handle)


def resident_megabytes(pid: int | None) -> float:
    statm = Path(f"/proc/{pid}/statm")
    if not statm.exists():
        pytest.skip("the operating system has no /proc")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Gate:
    """A line of code that keeps Keras's process busy until the test opens the gate."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self.code = f"open({str(path)!r}).read()\n"

    def open(self) -> None:
        """Returns once the process has come to the gate, and lets it through."""
        self.path.write_text("")


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "gate")


# What Keras says


@pytest.mark.parametrize(
    ("code", "total", "output_shape"),
    [
        (sequential("Dense(32)", shape="shape=(784,)"), 25_120, (None, 32)),
        (sequential("Embedding(1024, 256)"), 262_144, (None, 25, 256)),
        (sequential("Embedding(1000, 256)", "LSTM(128)"), 453_120, (None, 128)),
        (sequential("Embedding(1000, 256)", "GRU(128)"), 404_224, (None, 128)),
        (sequential("Embedding(1000, 256)", "GRU(128, reset_after=False)"), 403_840, (None, 128)),
        (
            sequential(
                "Conv2D(55, (3, 2), strides=(2, 1))",
                "Conv2D(35, (5, 2), strides=(3, 2), padding='same')",
                shape="shape=(100, 95, 3)",
            ),
            20_330,
            (None, 17, 47, 35),
        ),
    ],
)
def test_the_articles_models(
    keras_process: KerasProcess, code: str, total: int, output_shape: tuple[int | None, ...]
) -> None:
    said = report(keras_process, code)
    assert said.total == said.trainable_total == sum(row.count for row in said.rows) == total
    assert said.output_shape == output_shape
    assert f"Total params: {total:,} " in said.summary
    assert said.rows
    for row in said.rows:
        assert re.search(rf"│ {row.path} \(\w+\) +│ .* │ +{row.count:,} │", said.summary)


def test_batch_normalization_trains_half(keras_process: KerasProcess) -> None:
    said = report(keras_process, sequential("BatchNormalization()", shape="shape=(7,)"))
    assert (said.total, said.trainable_total) == (28, 14)
    assert said.rows == (KerasRow("batch_normalization", 28, 14),)


@pytest.mark.parametrize(
    ("layer", "total"),
    [
        ("LSTM(128, stateful=True)", 197_120),
        ("GRU(128, stateful=True, return_sequences=True)", 148_224),
        ("SimpleRNN(128, stateful=True)", 49_280),
        ("Bidirectional(keras.layers.LSTM(128, stateful=True))", 394_240),
        ("TimeDistributed(keras.layers.Dense(3))", 771),
        ("LSTM(128, dropout=0.2, recurrent_dropout=0.2)", 197_120),
        ("LSTM(10**9, stateful=True)", 4 * 10**9 * (10**9 + 256 + 1)),
    ],
)
def test_recurrent_variants(keras_process: KerasProcess, layer: str, total: int) -> None:
    said = report(keras_process, sequential(layer, shape="batch_shape=(4, 25, 256)"))
    assert said.total == total


def test_automatic_names_do_not_count_up(keras_process: KerasProcess) -> None:
    code = sequential("LSTM(3)", shape="shape=(4, 2)")
    assert report(keras_process, code) == report(keras_process, code)
    assert report(keras_process, code).rows[0].path == "lstm"


def test_a_trillion_parameters_take_no_memory(keras_process: KerasProcess) -> None:
    before = resident_megabytes(keras_process.pid)
    said = report(keras_process, sequential("Embedding(10**9, 1000)", "LSTM(100_000)"))
    assert said.total == 10**12 + 4 * 100_000 * (100_000 + 1000 + 1)
    assert resident_megabytes(keras_process.pid) - before < 50


@pytest.mark.slow
def test_memory_does_not_grow_with_requests(keras_process: KerasProcess) -> None:
    def ask(units: int) -> None:
        report(keras_process, sequential(f"LSTM({units}, stateful=True)", shape="batch_shape=(4, 25, 256)"))

    for units in range(1, 50):
        ask(units)
    before = resident_megabytes(keras_process.pid)
    for units in range(1, 250):
        ask(units)
    assert resident_megabytes(keras_process.pid) - before < 10


@pytest.mark.parametrize("what", LESSONS, ids=lambda what: what.__name__)
def test_every_lesson_agrees_with_keras_at_all_its_presets(joined: SharedKeras, what: Any) -> None:
    session = Session(LESSONS[what])
    assert session.lesson.presets
    for number, preset in enumerate(session.lesson.presets, start=1):
        session.moved({"n": number, "jumps": number, "to": preset.key, "changes": {}})
        code = session.code or ""
        session.answered(code, joined.summarise(session.facts.model, timeout=WAIT))
        assert "✓ Formula and Keras agree." in session.shown["verdict"], preset.key
        assert f"Total params: {session.facts.ledger.total:,} " in session.shown["summary"]


# Summaries are whole


def test_long_names_and_numbers_are_whole(keras_process: KerasProcess) -> None:
    name = "_".join(["a_name_that_goes_on"] * 8)
    said = report(keras_process, sequential(f"Embedding(10**15, 10**14, name='{name}')"))
    assert f"│ {name} (Embedding) │ (None, 25, {10**14}) │ {10**29:,} │" in said.summary
    assert said.total == 10**29


def test_columns_are_no_wider_than_their_contents(keras_process: KerasProcess) -> None:
    said = report(keras_process, sequential("Embedding(1000, 256)", "LSTM(128)"))
    assert "│ embedding (Embedding) │ (None, 25, 256) │ 256,000 │" in said.summary
    assert "│ lstm (LSTM)           │ (None, 128)     │ 197,120 │" in said.summary


def test_functional_models_show_what_is_connected(keras_process: KerasProcess) -> None:
    code = """
import keras

x = keras.Input((25, 5), name="词")
states = keras.layers.LSTM(3, return_state=True)(x)
y = keras.layers.Concatenate(name="joined")(list(states) * 5)
model = keras.Model(x, [y, states[0]])
"""
    said = report(keras_process, code)
    assert said.output_shape == ((None, 45), (None, 3))
    assert "│ [(None, 3), (None, 3), (None, 3)] │" in said.summary
    assert "│ 词[0][0]" in said.summary
    assert said.summary.count("lstm[0][") == 15
    assert "…" not in said.summary


# Refusals


def test_keras_refuses_in_its_own_words(keras_process: KerasProcess) -> None:
    answer = keras_process.summarise(sequential("LSTM(0)"), timeout=WAIT)
    assert isinstance(answer, Refusal)
    assert answer.error_type == "ValueError"
    assert "`units`, expected a positive integer, got 0" in answer.message


@pytest.mark.parametrize(
    ("code", "error_type"),
    [
        ("model = (", "SyntaxError"),
        ("", "NameError"),
        ("model = 3", "TypeError"),
        ("print('x' * 100_000)\ninput()", "EOFError"),
        ("def f():\n    f()\nf()", "RecursionError"),
    ],
)
def test_wrong_code_is_refused_and_kills_nothing(keras_process: KerasProcess, code: str, error_type: str) -> None:
    pid = keras_process.pid
    answer = keras_process.summarise(code, timeout=WAIT)
    assert isinstance(answer, Refusal)
    assert answer.error_type == error_type
    assert keras_process.pid == pid


def test_a_warning_is_no_refusal(keras_process: KerasProcess) -> None:
    code = "import warnings\n\nwarnings.warn('beware')\n" + sequential("Dense(2)")
    assert report(keras_process, code).total == 52


# Whose turn it is


def test_newest_requests_win_in_turn(keras_process: KerasProcess, gate: Gate) -> None:
    delivered: list[tuple[str, Answer]] = []
    done = threading.Event()

    def ask(owner: str, units: int, before: str = "") -> None:
        def on_answer(answer: Answer) -> None:
            delivered.append((owner, answer))
            if owner == "last":
                done.set()

        keras_process.ask(owner, before + sequential(f"Dense({units})", shape="shape=(9,)"), on_answer)

    ask("slider", 1, before=gate.code)
    with gate.path.open("w"):  # opens when the process has come to the gate; let through by closing
        assert keras_process.status.state == "busy"
        ask("slider", 2)
        ask("forgotten", 3)
        ask("other", 4)
        ask("slider", 5)
        keras_process.forget("forgotten")
        ask("last", 6)
    assert done.wait(WAIT)
    totals = [(owner, answer.total) for owner, answer in delivered if isinstance(answer, Report)]
    assert totals == [("slider", 50), ("other", 40), ("last", 60)]
    for owner in ("slider", "other", "last"):
        keras_process.forget(owner)


def test_a_failing_callback_harms_nobody(keras_process: KerasProcess, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Answer) -> None:
        raise KeyError("the explorer's own mistake")

    keras_process.ask("clumsy", sequential("Dense(2)"), fail)
    assert report(keras_process, sequential("Dense(3)")).total == 78
    assert "the explorer's own mistake" in caplog.text
    keras_process.forget("clumsy")


# Life and death


def test_progress_is_told(statuses: list[Status], keras_process: KerasProcess) -> None:
    told = [status.sentence for status in statuses]
    stages = ["importing tensorflow", "importing keras", "is ready"]
    first = [next(i for i, sentence in enumerate(told) if stage in sentence) for stage in stages]
    assert first == sorted(first)
    assert {status.state for status in statuses[: first[2]]} == {"starting"}
    assert keras_process.status.state == "ready"


def test_interrupting_the_kernel_does_not_reach_it(keras_process: KerasProcess) -> None:
    pid = keras_process.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    assert report(keras_process, sequential("Dense(2)")).total == 52
    assert keras_process.pid == pid


@pytest.mark.slow
def test_killed_in_mid_use_then_restarted(keras_process: KerasProcess, gate: Gate) -> None:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    pid = keras_process.pid
    assert pid is not None
    keras_process.ask("learner", gate.code + sequential("LSTM(128)", shape="shape=(25, 256)"), answers.put)
    with gate.path.open("w"):
        failed = wait_for(keras_process, "failed", lambda: os.kill(pid, signal.SIGKILL))
    assert failed.sentence == "The system stopped Keras, usually because memory ran out."
    assert keras_process.pid is None
    with pytest.raises(RuntimeError, match="The system stopped Keras"):
        keras_process.summarise(sequential("Dense(1)"), timeout=WAIT)

    keras_process.restart()
    gate.open()
    answer = answers.get(timeout=WAIT)
    assert isinstance(answer, Report)
    assert answer.total == 197_120
    keras_process.forget("learner")


@pytest.mark.slow
def test_a_hanging_model_is_given_up(keras_process: KerasProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = keras_process.pid
    assert pid is not None
    asked = threading.Event()
    with monkeypatch.context() as patch:
        patch.setattr(keras_process, "hang_after", 0.5)
        failed = wait_for(
            keras_process,
            "failed",
            lambda: keras_process.ask("stuck", "while True:\n    pass", lambda _: asked.set()),
        )
    assert "Keras took more than 0.5 seconds on this model, so it was stopped." in failed.sentence
    assert_ends(pid)

    wait_for(keras_process, "ready", keras_process.restart)
    assert report(keras_process, sequential("Dense(2)")).total == 52
    assert not asked.is_set()


def test_a_hanging_import_is_given_up() -> None:
    process = KerasProcess(import_limit=0.0)
    with pytest.raises(RuntimeError, match="Keras didn't start within 0 seconds"):
        process.summarise(sequential("Dense(1)"), timeout=WAIT)
    process.stop()


def test_death_at_the_start_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "tensorflow"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('no such processor')\n")
    monkeypatch.syspath_prepend(tmp_path)
    process = KerasProcess()
    with pytest.raises(RuntimeError, match="Keras crashed: ImportError: no such processor"):
        process.summarise(sequential("Dense(1)"), timeout=WAIT)
    process.stop()


LEARNER = """
import os, signal, sys, threading
from tutor.live import KerasProcess

awaited = threading.Event()
process = KerasProcess()
process.on_status(lambda status: awaited.set() if sys.argv[1] in status.sentence else None)
awaited.wait()
forked = os.fork() if "fork" in sys.argv else None
if forked != 0:
    print(process.pid, forked, flush=True)
signal.pause()
"""


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["importing tensorflow"], ["is ready"], ["importing tensorflow", "fork"]])
def test_no_process_is_left_when_the_kernel_is_killed(arguments: list[str]) -> None:
    command = [sys.executable, "-c", LEARNER, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as kernel:
        assert kernel.stdout is not None
        worker, forked = kernel.stdout.readline().split()
        kernel.kill()
        try:
            assert_ends(int(worker))
        finally:
            if forked != "None":
                os.kill(int(forked), signal.SIGKILL)


FORKING = """
import os, threading
from tutor.live import KerasProcess

def started(process):
    known = threading.Event()
    process.on_status(lambda status: known.set() if process.pid else None)
    known.wait()
    return process.pid

process = KerasProcess()
first = started(process)
child = os.fork()
if child == 0:
    second = started(process)
    process.stop()
    os._exit(0 if second != first else 1)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), process.pid == first, process.status.state)
"""


def test_a_fork_has_a_process_of_its_own() -> None:
    run = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=WAIT)
    assert run.stdout.split()[:2] == ["0", "True"], run.stderr
    assert run.stdout.split()[2] in {"starting", "ready"}


def test_stop_leaves_nothing() -> None:
    process = KerasProcess()
    wait_for(process, "starting")
    pid = process.pid
    process.stop()
    assert process.status.state == "failed"
    assert process.pid is None
    if pid is not None:
        assert_ends(pid)


def test_all_explorers_of_a_kernel_share_one() -> None:
    assert shared() is shared()
    shared().stop()
    shared.cache_clear()


def test_what_is_no_model_is_refused_and_nothing_of_it_is_run(joined: SharedKeras, tmp_path: Path) -> None:
    joined.summarise(MODEL, timeout=WAIT)
    door = home.read_door(home.folder())
    assert door is not None
    trace = tmp_path / "trace"
    text = f"open({str(trace)!r}, 'w')"
    for model in ([text], [["Dense", {f"units={text}": 1}]], [["Input", {"batch_shape": [3], "name": f"'+{text}+'"}]]):
        with home.connect(door, WAIT) as connection:
            connection.send_bytes(json.dumps({"ask": 1, "serial": 1, "model": model}).encode())
            while "answer" not in (message := json.loads(connection.recv_bytes())):
                pass
        assert message["Refusal"]["error_type"] in ("TypeError", "ValueError")
    assert not trace.exists()
    assert joined.status.state == "ready"


def test_a_second_kernel_joins(joined: SharedKeras) -> None:
    before = joined.summarise(MODEL, timeout=WAIT)
    second = SharedKeras()
    assert second.summarise(MODEL, timeout=WAIT) == before
    assert second.pid == joined.pid
    second.stop()


@pytest.mark.slow
def test_killed_while_several_kernels_ask(joined: SharedKeras) -> None:
    before = joined.summarise(MODEL, timeout=WAIT)
    kernels = [SharedKeras() for _ in range(5)]
    answers = [queue.SimpleQueue[Answer]() for _ in kernels]
    pid = joined.pid
    assert pid is not None
    for kernel, place in zip(kernels, answers, strict=True):
        kernel.ask("learner", MODEL, place.put)
    os.kill(pid, signal.SIGKILL)
    assert [place.get(timeout=WAIT) for place in answers] == [before] * 5
    assert joined.summarise(MODEL, timeout=WAIT) == before
    assert joined.pid != pid
    for kernel in kernels:
        kernel.stop()


def test_the_client_needs_the_standard_library_only() -> None:
    code = """
import sys
before = set(sys.modules)
import tutor.live.shared, tutor.live.keeper
names = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(names - set(sys.stdlib_module_names) - {"tutor", "__mp_main__"}))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
