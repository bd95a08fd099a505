"""The kernel's side: the one Keras of this user is joined, or started; else this kernel has one of its own."""

from __future__ import annotations

import functools
import itertools
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar

from tutor.live import home, wire
from tutor.live.asking import LiveKeras, State, Status, call
from tutor.live.lasting import LastingKeras
from tutor.live.process import start_python
from tutor.live.report import Answer, decode
from tutor.models.ours import BuiltModel


@dataclass
class _Asked:
    """An owner's newest request, since when it waits, and the number that the keeper knows the owner by."""

    number: int
    serial: int
    model: BuiltModel
    on_answer: Callable[[Answer], None]
    steps: list[Any] | None
    waits_since: float | None


class SharedKeras(LiveKeras[BuiltModel]):
    """Keras in a process that all kernels of a user share; or, where none can be shared, in one of this kernel's own.

    A model goes to it as data. One with objects of the learner's own goes to a process of this kernel's own, as code.
    """

    #: What starts a keeper.
    command: ClassVar[tuple[str, ...]] = ("-m", "tutor.live.keeper")
    own_keras: ClassVar[type[LastingKeras]] = LastingKeras
    #: Seconds that the keeper may be silent while it is waited for, and that it may take to start.
    patience, start_limit = 10.0, 60.0

    def __init__(self) -> None:
        super().__init__()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._let_go)

    def ask(self, owner: Hashable, model: BuiltModel, on_answer: Callable[[Answer], None]) -> None:
        self._survive_fork()
        with self._news:
            old = self._newest.get(owner)
            number = next(self._numbers) if old is None else old.number
            try:
                steps = wire.encode(model)
            except (TypeError, ValueError):
                steps = None
            asked = _Asked(number, next(self._serials), model, on_answer, steps, time.monotonic())
            self._newest[owner] = asked
            self._send(owner, asked)

    def forget(self, owner: Hashable) -> None:
        with self._news:
            if asked := self._newest.pop(owner, None):
                self._put(asked.number, {"forget": asked.number})
                if self._own is not None:
                    self._own.forget(owner)

    def restart(self) -> None:
        self._survive_fork()
        with self._news:
            self._put("restart", {"restart": True})
            if self._own is not None and self._own.status.state == "failed":
                self._own.restart()

    def stop(self) -> None:
        if self._pid != os.getpid():
            return  # a fork of the kernel must not end the kernel's connection
        with self._news:
            self._is_stopped = True
            self._news.notify()
            if self._connection is not None:
                home.hang_up(self._connection)
        if self._own is not None:
            self._own.stop()

    def _begin(self) -> None:
        super()._begin()
        self._news = threading.Condition(self._lock)
        self._numbers, self._serials = itertools.count(1), itertools.count(1)
        self._newest: dict[Hashable, _Asked] = {}
        self._unsent: dict[object, dict[str, Any]] = {}
        self._connection: Connection | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self._own: LastingKeras | None = None
        self._is_alone = self._is_stopped = False
        #: The id of Keras's process, where it is known.
        self.pid: int | None = None
        threading.Thread(target=self._live, name="tutor-keras", daemon=True).start()
        threading.Thread(target=self._write, name="tutor-keras-out", daemon=True).start()

    def _let_go(self) -> None:
        # The keeper would take a child that lives on for this kernel.
        if self._connection is not None:
            self._connection.close()

    def _send(self, owner: Hashable, asked: _Asked) -> None:
        """Have it sent where it belongs. The lock must be held."""
        if asked.steps and not self._is_alone:
            if self._own is not None:
                self._own.forget(owner)
            self._put(asked.number, {"ask": asked.number, "serial": asked.serial, "model": asked.steps})
            return
        self._put(asked.number, {"forget": asked.number})
        self._have_own().ask(owner, asked.model.code, asked.on_answer)

    def _put(self, kind: object, message: dict[str, Any]) -> None:
        self._unsent[kind] = message
        self._news.notify()

    # A process of this kernel's own

    def _have_own(self) -> LastingKeras:
        if self._own is None:
            self._own = self.own_keras()
            self._own.on_status(self._hear_own)
        return self._own

    def _hear_own(self, status: Status) -> None:
        if self._own is not None and (self._is_alone or status.state == "failed"):
            self._hear_status(status.state, status.sentence, status.seconds, self._own.pid)

    def _go_alone(self) -> None:
        with self._news:
            if self._is_stopped:
                return
            self._is_alone = True
            self._have_own()
            for owner, asked in self._newest.items():
                self._send(owner, asked)
            self._news.notify()

    # What follows runs on the thread that reads; the last, on that which writes.

    def _live(self) -> None:
        silences = 0
        while not self._is_stopped:
            try:
                connection = self._join(home.folder(), silences)
            except (OSError, ImportError):
                self._go_alone()
                return
            with self._news:
                if self._is_stopped:
                    return
                self._connection = connection
                for asked in self._newest.values():
                    if asked.steps and asked.waits_since is not None:
                        asked.waits_since = time.monotonic()
                        self._put(asked.number, {"ask": asked.number, "serial": asked.serial, "model": asked.steps})
                self._news.notify()
            silences = self._read(connection)
            with self._news:
                self._connection = None
            home.hang_up(connection)
            if not self._is_stopped:
                self._hear_status("starting", "Keras is starting.", 0.0, None)
                time.sleep(0.1)  # one that lets nobody in is not asked all the time

    def _join(self, place: Path, silences: int) -> Connection:
        """A connection to the keeper, which is started if there is none. OSError: there cannot be one."""
        begun, starts, next_start = time.monotonic(), 0, 0.0
        while (now := time.monotonic()) < begun + self.start_limit and not self._is_stopped:
            if door := home.read_door(place):
                try:
                    return home.connect(door, self.patience)
                except BlockingIOError:
                    silences += 1
                except (OSError, EOFError, ValueError, AuthenticationError):
                    pass  # it has just ended, or begun
                if silences > 1:
                    self._kill(place, door)
                    silences = 0
            ended = None if self._keeper is None else self._keeper.poll()
            if starts and ended is not None and ended > 0:
                raise OSError(f"the keeper ended with {ended}")
            if now > next_start and (ended is not None or not starts):
                # In a session of its own: Jupyter ends a kernel's process group, and it is to outlive this kernel.
                self._keeper = start_python(*self.command, str(place), cwd=os.sep, start_new_session=True)
                starts += 1
                next_start = now + 0.25 * 2**starts  # another was faster, and will soon be there; or was killed
            time.sleep(0.02)
        raise OSError("the keeper doesn't start")

    @staticmethod
    def _kill(place: Path, door: home.Door) -> None:
        """End a keeper that lives, but says nothing."""
        lock = home.hold(place)
        if lock is not None:
            os.close(lock)
        else:
            with suppress(OSError):
                os.kill(door.pid, signal.SIGKILL)

    def _read(self, connection: Connection) -> int:
        """Hear the keeper until it is gone (0), or says nothing though it is waited for (1)."""
        with suppress(OSError, EOFError):
            while True:
                if connection.poll(self.patience):
                    self._hear(json.loads(connection.recv_bytes()))
                elif any(asked.waits_since for asked in [*self._newest.values()] if asked.steps):
                    return 1
        return 0

    def _hear(self, message: dict[str, Any]) -> None:
        if "status" in message:
            self._hear_status(*(message[name] for name in ("status", "sentence", "seconds", "pid")))
            return
        with self._lock:
            known = (one for one in self._newest.values() if one.number == message["answer"])
            asked = next((one for one in known if one.serial == message["serial"]), None)
            if asked is None:
                return
            asked.waits_since = None
        call(asked.on_answer, decode(message))

    def _hear_status(self, state: State, sentence: str, seconds: float, pid: int | None) -> None:
        with self._lock:
            self._state, self.pid = (state, sentence, time.monotonic() - seconds), pid
            if state == "failed":  # who is told so forgets what was answered
                for asked in self._newest.values():
                    asked.waits_since = time.monotonic()
        self._tell()

    def _write(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._is_stopped or self._is_alone or (self._connection and self._unsent))
                if self._connection is None or self._is_stopped:
                    return
                messages, connection = [*self._unsent.values()], self._connection
                self._unsent.clear()
            with suppress(OSError):  # then it is asked again on the next connection
                for message in messages:
                    connection.send_bytes(json.dumps(message).encode())


@functools.cache
def shared() -> SharedKeras:
    """What all explorers of this kernel ask, started by the first of them."""
    return SharedKeras()
