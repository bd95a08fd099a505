"""One Keras for all kernels of a user: found, shared fairly, survived, never left over. Another stands in for it."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from stand_in_keras import BUILT, GATE, KeptStandIn, Kernel, StandIn

import tutor
from tutor.live import Lost, Report, Status, home, keeper, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.live import Answer
    from tutor.models.ours import BuiltModel

WAIT = 60.0
NOBODY = 2**22 + 1  # no process has that id


def dense(units: int, name: str | None = None) -> BuiltModel:
    """A model of four times as many parameters as units."""
    return tutor.Sequential([tutor.Dense(units)], name=name).met((None, 3))


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime directory of the test's own, which is not there yet."""
    place = tmp_path / "runtime"
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(place))
    BUILT.clear()
    GATE.clear()
    return place


@pytest.fixture
def kernels() -> Iterator[Callable[[], Kernel]]:
    """Makes kernels, which are gone at the end, and with them the keeper."""
    made: list[Kernel] = []

    def another() -> Kernel:
        made.append(Kernel())
        return made[-1]

    yield another
    GATE.set()
    place = home.folder()
    for kernel in made:
        kernel.stop()
    if door := home.read_door(place):
        wait_for_end(door.pid)


@pytest.fixture
def hall() -> Iterator[keeper.Keeper]:
    """A keeper in this process, whom kernels find."""
    place = home.folder()
    assert home.hold(place) is not None
    key, listening = b"key", home.listen(place)
    home.write_door(place, home.Door(listening.getsockname(), key.hex(), NOBODY))
    keras = KeptStandIn(hang_after=0.5)
    found = keeper.Keeper(keras, key)
    threading.Thread(target=found.accept, args=(listening,), daemon=True).start()
    threading.Thread(target=found.watch, args=(WAIT,), daemon=True).start()
    yield found
    GATE.set()
    keras.stop()


def wait_for_end(pid: int) -> None:
    """The process ends by itself; one that has ended already is no longer to be found."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            assert select.select([handle], [], [], WAIT)[0], f"process {pid} was left over"
        finally:
            os.close(handle)


class Asked:
    """Answers to one explorer, as they come."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self.answers, self.news = kernel, list[Any](), threading.Condition()

    def ask(self, model: BuiltModel) -> Asked:
        self.kernel.ask(self, model, self._answered)
        return self

    def _answered(self, answer: Answer) -> None:
        with self.news:
            self.answers.append(answer)
            self.news.notify_all()

    def wait(self, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        with self.news:
            assert self.news.wait_for(lambda: any(map(wanted, self.answers)), WAIT), self.answers
            return next(filter(wanted, reversed(self.answers)))

    def wait_for_total(self, total: int) -> None:
        self.wait(lambda answer: isinstance(answer, Report) and answer.total == total)


def statuses(kernel: Kernel) -> tuple[list[Status], Callable[[Callable[[Status], bool]], Status]]:
    """What the kernel tells from now on, and what waits for one of a kind."""
    told: list[Status] = []
    news = threading.Condition()

    def hear(status: Status) -> None:
        with news:
            told.append(status)
            news.notify_all()

    def wait(wanted: Callable[[Status], bool]) -> Status:
        with news:
            assert news.wait_for(lambda: any(map(wanted, told)), WAIT), told
            return next(filter(wanted, told))

    kernel.on_status(hear)
    return told, wait


# Found, started, ended


def test_ten_kernels_at_the_same_instant_start_one(kernels: Callable[[], Kernel], runtime: Path) -> None:
    made = [kernels() for _ in range(10)]
    asked = [Asked(kernel).ask(dense(units)) for units, kernel in enumerate(made, start=1)]
    for units, one in enumerate(asked, start=1):
        one.wait_for_total(4 * units)
    (place,) = runtime.iterdir()
    door = home.read_door(place)
    assert door is not None
    for kernel in made:
        if kernel._keeper is not None and kernel._keeper.pid != door.pid:
            assert kernel._keeper.wait(WAIT) == 0


@pytest.mark.slow
def test_it_ends_with_its_last_kernel_and_leaves_nothing(runtime: Path) -> None:
    first, second = Kernel(), Kernel()
    assert (first.total(dense(1)), second.total(dense(2))) == (4, 8)
    door = home.read_door(home.folder())
    assert door is not None
    first.stop()
    assert second.total(dense(3)) == 12
    assert home.read_door(home.folder()) == door
    second.stop()
    wait_for_end(door.pid)
    assert list(runtime.iterdir()) == []


def test_a_path_too_long_for_a_socket(
    kernels: Callable[[], Kernel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, far = tmp_path / "t", tmp_path / ("far" * 40)
    temporary.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(far))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    if len(str(temporary)) > 70:  # a keeper's own temporary files must be near
        monkeypatch.setenv("TMPDIR", "/tmp")
    kernel = kernels()
    assert kernel.total(dense(1)) == 4
    door = home.read_door(home.folder())
    assert door is not None
    assert not door.address.startswith(str(far))
    os.kill(door.pid, signal.SIGKILL)  # the next one takes its socket away
    assert kernel.total(dense(2)) == 8
    assert not Path(door.address).parent.exists()


@pytest.mark.parametrize("change", ["sys.prefix", "platform.node", "a source"])
def test_another_environment_or_release_does_not_join(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "tutor" / "live"
    package.mkdir(parents=True)
    (package / "home.py").write_text("")
    monkeypatch.setattr(home, "__file__", str(package / "home.py"))
    ours = home.fingerprint.__wrapped__()
    assert home.fingerprint.__wrapped__() == ours
    if change == "sys.prefix":
        monkeypatch.setattr(sys, "prefix", "/another")
    elif change == "platform.node":
        monkeypatch.setattr("platform.node", lambda: "another")
    else:
        os.utime(package / "home.py", ns=(0, 1))
    assert home.fingerprint.__wrapped__() != ours


KERNEL = """
import os, sys
sys.path[:0] = [sys.argv[1]]
import stand_in_keras, tutor
kernel = stand_in_keras.Kernel()
print(kernel.total(tutor.Sequential([tutor.Dense(1)]).met((None, 3))), flush=True)
child = os.fork() if "fork" in sys.argv else -1
if child:
    print(child, flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "fork"])
def test_it_ends_when_its_kernel_is_killed(how: str, runtime: Path) -> None:
    command = [sys.executable, "-c", KERNEL, str(Path(__file__).parent), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "4\n"
        child = int(process.stdout.readline())
        door = home.read_door(home.folder())
        assert door is not None
        process.kill()
        try:
            wait_for_end(door.pid)
        finally:
            if child > 0:
                os.kill(child, signal.SIGKILL)
    assert list(runtime.iterdir()) == []


# Stale things, clocks, disks


def test_what_a_killed_keeper_left_locks_nobody_out(kernels: Callable[[], Kernel]) -> None:
    place = home.folder()
    stale = home.listen(place)
    home.write_door(place, home.Door(stale.getsockname(), "00", NOBODY))
    (place / "lock").touch()
    stale.close()
    assert kernels().total(dense(1)) == 4


def test_the_clock_set_back_or_forth_changes_nothing(kernels: Callable[[], Kernel], runtime: Path) -> None:
    kernel = kernels()
    assert kernel.total(dense(1)) == 4
    for then in (0, 4_000_000_000):
        for path in (runtime, *runtime.rglob("*")):
            os.utime(path, (then, then))
        assert kernels().total(dense(2)) == 8
    # Nothing of it reads the clock that can be set.
    sources = [*Path(home.__file__).parent.glob("*.py")]
    assert len(sources) > 5
    names = {ast.unparse(node) for file in sources for node in ast.walk(ast.parse(file.read_text("utf-8")))}
    assert "time.monotonic" in names
    assert not names & {"time.time", "datetime", "datetime.datetime", "time.localtime", "time.strftime"}


def test_without_a_folder_each_kernel_has_its_own(runtime: Path) -> None:
    runtime.write_text("a file")
    kernel = Kernel()
    assert kernel.summarise(dense(1), WAIT) == Report("own", (), 1, 1, None)
    assert BUILT[-1] == dense(1).code
    assert kernel.status.state == "ready"
    kernel.stop()


def test_a_folder_of_somebody_else_is_not_used(runtime: Path) -> None:
    home.folder().chmod(0o755)
    with pytest.raises(PermissionError, match="must be its owner's alone"):
        home.folder()
    kernel = Kernel()
    assert kernel.total(dense(1)) == 1
    kernel.stop()
    (place,) = runtime.iterdir()
    place.rmdir()
    place.symlink_to(runtime.parent)
    with pytest.raises(PermissionError, match="must be its owner's alone"):
        home.folder()


def test_on_a_full_disk_each_kernel_has_its_own(runtime: Path) -> None:
    home.folder()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))  # for the keeper, which inherits it
    try:
        kernel = Kernel()
        assert kernel.total(dense(1)) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    kernel.stop()
    assert list(runtime.iterdir()) == []


def as_another_user(act: Callable[[], object]) -> str:
    """What comes of it if somebody else does it."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            outcome = str(act())
        except BaseException as error:  # noqa: BLE001
            outcome = type(error).__name__
        os.write(writes, outcome.encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as said:
        outcome = said.read()
    os.waitpid(child, 0)
    return outcome


@pytest.fixture
def open_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime directory that others may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", folder)
        yield Path(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_two_users_cannot_reach_each_others(kernels: Callable[[], Kernel], open_place: Path) -> None:
    kernels().total(dense(1))
    (place,) = open_place.iterdir()
    door = home.read_door(place)
    assert door is not None

    def read() -> None:
        (place / "door").read_bytes()

    def connect() -> None:
        socket.socket(socket.AF_UNIX).connect(door.address)

    assert as_another_user(lambda: len(list(open_place.iterdir()))) == "1"
    assert as_another_user(home.folder) == "PermissionError"
    assert as_another_user(read) == as_another_user(connect) == "PermissionError"
    place.chmod(0o755)
    assert as_another_user(lambda: (place / "s").is_socket()) == "True"
    assert as_another_user(read) == as_another_user(connect) == "PermissionError"
    place.chmod(0o700)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_in_a_read_only_directory_each_kernel_has_its_own(open_place: Path) -> None:
    home.folder().rmdir()  # has imported what it needs
    assert as_another_user(home.folder) == "PermissionError"
    assert as_another_user(lambda: Kernel().total(dense(1))) == "1"
    assert list(open_place.iterdir()) == []


# Fair


def test_kernels_take_turns_and_the_newest_position_wins(hall: keeper.Keeper, kernels: Callable[[], Kernel]) -> None:
    busy, other = kernels(), kernels()
    busy.total(dense(1))
    other.total(dense(1))
    BUILT.clear()
    Asked(busy).ask(dense(1, "gate"))
    while "gate" not in BUILT:
        time.sleep(0.01)
    sliders = [Asked(busy).ask(dense(1, f"old_{number}")) for number in range(3)]
    for number, slider in enumerate(sliders):
        slider.ask(dense(2, f"new_{number}"))
    forgotten = Asked(busy).ask(dense(1, "forgotten"))
    busy.forget(forgotten)
    late = Asked(other).ask(dense(3, "late"))
    while sum(kernel.waits() for kernel in hall._kernels) < 5:
        time.sleep(0.01)
    GATE.set()
    late.wait_for_total(12)
    for slider in sliders:
        slider.wait_for_total(8)
        assert len(slider.answers) == 1
    assert BUILT[1] == "late"
    assert sorted(BUILT[2:]) == ["new_0", "new_1", "new_2"]


@pytest.mark.slow
def test_who_waits_is_told_what_for(hall: keeper.Keeper, kernels: Callable[[], Kernel]) -> None:
    slow, other = kernels(), kernels()
    hall.keras.hang_after = WAIT
    slow.total(dense(1))
    told, wait = statuses(other)
    mine, wait_for_mine = statuses(slow)
    Asked(slow).ask(dense(1, "gate"))
    while "gate" not in BUILT:
        time.sleep(0.01)
    asked = Asked(other).ask(dense(2))
    assert wait(lambda status: status.state == "busy").sentence == "Keras is busy with 1 other model."
    assert wait_for_mine(lambda status: status.state == "busy").sentence == "Keras is busy with 1 other model."
    del told[:]
    GATE.set()
    asked.wait_for_total(8)
    assert wait(lambda status: status.state == "ready").sentence == "Keras is ready."
    assert {status.state for status in [*told, *mine]} <= {"busy", "ready", "starting"}


@pytest.mark.parametrize(("name", "processes"), [("kill", 2), ("hang", 1)])
def test_a_model_that_ends_it_is_given_up_for_its_owner_alone(
    name: str, processes: int, hall: keeper.Keeper, kernels: Callable[[], Kernel]
) -> None:
    culprit, others = kernels(), [kernels() for _ in range(3)]
    first = culprit.total(dense(1)) and hall.keras.pid
    told, _ = statuses(others[0])
    lost = Asked(culprit).ask(dense(1, name))
    asked = [Asked(kernel).ask(dense(2)) for kernel in others]
    answer = lost.wait()
    assert isinstance(answer, Lost)
    assert ("stopped Keras" if name == "kill" else "more than 0.5 seconds") in answer.sentence
    for one in asked:
        one.wait_for_total(8)
    lost.ask(dense(3)).wait_for_total(12)
    assert hall.keras.pid == first + processes
    assert "failed" not in {status.state for status in told}


@pytest.mark.usefixtures("hall")
def test_one_who_kills_again_and_again_stops_nobody(kernels: Callable[[], Kernel]) -> None:
    culprit, other = kernels(), kernels()
    asked = Asked(culprit)
    for number in range(12):
        asked.ask(dense(1, f"kill_{number}")).wait(lambda _, wanted=number: len(asked.answers) > wanted)
    assert {type(answer) for answer in asked.answers} == {Lost}
    assert other.total(dense(2)) == 8


def test_keras_that_does_not_start_waits_for_the_button(
    hall: keeper.Keeper, kernels: Callable[[], Kernel], monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = kernels()
    kernel.total(dense(1))
    told, wait = statuses(kernel)
    with monkeypatch.context() as patch:
        patch.setattr(StandIn, "start", lambda self: self.kill())
        hall.keras._worker.kill()
        assert "stopped Keras" in wait(lambda status: status.state == "failed").sentence
        asked = Asked(kernel).ask(dense(2))
    del told[:]
    kernel.restart()
    asked.wait_for_total(8)
    assert wait(lambda status: status.state == "ready").sentence == "Keras is ready."


def test_own_objects_go_to_a_process_of_ones_own(hall: keeper.Keeper, kernels: Callable[[], Kernel]) -> None:
    kernel = kernels()
    own = tutor.Sequential([tutor.Dense(1, kernel_regularizer={"class_name": "L2"})], name="mine").met((None, 3))
    slider = Asked(kernel)
    slider.ask(dense(2)).wait_for_total(8)
    slider.ask(own).wait_for_total(1)
    slider.ask(dense(3)).wait_for_total(12)
    assert own.code in BUILT
    assert "mine" not in BUILT
    assert hall.keras.status.state == "ready"


# Killed and stopped


THIRTY = 30


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_the_keeper_ended_while_thirty_ask(
    number: int, kernels: Callable[[], Kernel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kernel, "patience", 0.5 if number == signal.SIGSTOP else 10.0)
    made = [kernels() for _ in range(THIRTY)]
    asked = [Asked(kernel).ask(dense(1)) for kernel in made]
    for one in asked:
        one.wait_for_total(4)
    first = home.read_door(home.folder())
    assert first is not None
    for units in range(2, 6):
        for one in asked:
            one.ask(dense(units))
        if units == 4:
            os.kill(first.pid, number)
    for one in asked:
        one.wait_for_total(20)
    wait_for_end(first.pid)
    second = home.read_door(home.folder())
    assert second is not None
    assert second.pid != first.pid


def test_keras_killed_while_thirty_ask(hall: keeper.Keeper, kernels: Callable[[], Kernel]) -> None:
    asked = [Asked(kernels()).ask(dense(1)) for _ in range(THIRTY)]
    for units in range(2, 8):
        for one in asked:
            one.ask(dense(units))
        if units % 3 == 0:
            hall.keras._worker.kill()
    for one in asked:
        one.wait_for_total(28)


# Clients that misbehave


def call_in(door: home.Door) -> socket.socket:
    caller = socket.socket(socket.AF_UNIX)
    caller.connect(door.address)
    caller.settimeout(WAIT)
    return caller


def proved(door: home.Door) -> socket.socket:
    """A connection after the handshake, in its raw form."""
    with home.connect(door, WAIT) as connection:
        return home.socket_of(connection)


def framed(said: bytes) -> bytes:
    return struct.pack("!i", len(said)) + said


LIES = {
    "nothing": b"",
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "garbage": bytes(range(256)) * 100,
    "half a message": struct.pack("!i", 1000) + b"half",
    "a header of 1 GB": struct.pack("!i", 2**30),
    "a header of many GB": struct.pack("!iQ", -1, 2**40),
    "a wrong proof": framed(b"#WELCOME#" * 2),
    "no JSON": framed(b"{[}]"),
    "deep JSON": framed(b"[" * 60_000),
    "no message": framed(b"[]"),
    "text": framed(b'{"ask": 1, "serial": 1, "model": "import os"}'),
    "no model": framed(b'{"ask": 1, "serial": 1, "model": ["import os"]}'),
    "code": framed(b'{"ask": 1, "serial": 1, "code": "import os"}'),
    "a long model": framed(b'{"ask": 1, "serial": 1, "model": ["%s"]}' % (b"x" * 100_000)),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("has_key", [False, True], ids=["without the key", "with the key"])
def test_a_client_that_lies_harms_nobody(
    lie: str, has_key: bool, hall: keeper.Keeper, kernels: Callable[[], Kernel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "HANDSHAKE", 0.3)
    door = home.read_door(home.folder())
    assert door is not None
    kernel = kernels()
    assert kernel.total(dense(1)) == 4
    with proved(door) if has_key else call_in(door) as liar:
        liar.sendall(LIES[lie])
        started = time.monotonic()
        assert kernel.total(dense(2)) == 8
        assert kernels().total(dense(3)) == 12
        assert time.monotonic() - started < 5
        if not has_key or lie not in ("nothing", "half a message", "no model"):  # it is let go, or was already
            with contextlib.suppress(ConnectionError):
                while liar.recv(4096):
                    pass
    assert hall.keras.status.state == "ready"


def test_many_that_say_nothing_hold_up_nobody(hall: keeper.Keeper, kernels: Callable[[], Kernel]) -> None:
    door = home.read_door(home.folder())
    assert door is not None
    with contextlib.ExitStack() as callers:
        for _ in range(200):
            callers.enter_context(call_in(door))
        started = time.monotonic()
        assert kernels().total(dense(2)) == 8
        assert time.monotonic() - started < 5
    assert hall.keras.status.state == "ready"


@pytest.mark.usefixtures("hall")
def test_one_who_never_reads_is_let_go(kernels: Callable[[], Kernel], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "UNREAD", 0.3)
    door = home.read_door(home.folder())
    assert door is not None
    kernel = kernels()
    assert kernel.total(dense(1)) == 4
    with proved(door) as deaf:
        deaf.settimeout(WAIT)
        with contextlib.suppress(ConnectionError):
            for serial in range(100_000):
                model = wire.encode(dense(1, "x" * 90))
                said = json.dumps({"ask": serial % 50, "serial": serial, "model": model}).encode()
                deaf.sendall(framed(said))
            pytest.fail("it was never let go")
    started = time.monotonic()
    assert kernel.total(dense(2)) == 8
    assert time.monotonic() - started < 5
