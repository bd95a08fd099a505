"""The kernel's side of live Keras: one process, for which the kernel never waits. Standard library only."""

from __future__ import annotations

import atexit
import functools
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tutor.live.process import END, Message, WorkerProcess
from tutor.live.report import Answer, decode

_log = logging.getLogger(__name__)

State: TypeAlias = Literal["starting", "ready", "busy", "failed"]


@dataclass(frozen=True)
class Status:
    """How the process fares: `sentence` is for the learner, `seconds` tells how long it has been so."""

    state: State
    sentence: str
    seconds: float


@dataclass(frozen=True, eq=False)
class _Request:
    owner: Hashable
    code: str
    on_answer: Callable[[Answer], None]


class KerasProcess:
    """Keras in a process of its own, started at once and kept warm.

    Of each owner only the newest request counts: older ones are not sent, and an answer that comes too late
    is dropped. Keras has one request at a time, and owners take turns. Callbacks come one at a time, on a thread
    of the client's own.

    A model that takes longer than `hang_after` seconds, or an import of Keras longer than `import_limit`
    seconds, is given up and the process ended.
    """

    def __init__(self, hang_after: float = 20.0, import_limit: float = 180.0) -> None:
        self.hang_after = hang_after
        self.import_limit = import_limit
        self._begin()
        atexit.register(self._at_exit)

    def ask(self, owner: Hashable, code: str, on_answer: Callable[[Answer], None]) -> None:
        """Have `code`, Keras source code that defines `model`, built and reported to `on_answer`.

        It takes the place of the owner's earlier request. While the process is down, it waits for `restart`.
        """
        self._survive_fork()
        with self._lock:
            self._newest[owner] = self._waiting[owner] = _Request(owner, code, on_answer)
            if self._worker is not None:
                self._worker.messages.put(None)

    def forget(self, owner: Hashable) -> None:
        """Drop the owner's request; nothing more is delivered for it."""
        with self._lock:
            self._newest.pop(owner, None)
            self._waiting.pop(owner, None)

    def summarise(self, code: str, timeout: float = 240.0) -> Answer:
        """Ask and wait: for tests, and for notebooks without widgets. Not to be called from a callback.

        Raises:
            RuntimeError: the process has failed; the message says how.
            TimeoutError: no answer came within `timeout` seconds.
        """
        outcome: queue.SimpleQueue[Answer | Status] = queue.SimpleQueue()

        def watch(status: Status) -> None:
            if status.state == "failed":
                outcome.put(status)

        owner = object()
        unwatch = self.on_status(watch)
        try:
            self.ask(owner, code, outcome.put)
            watch(self.status)
            answer = outcome.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError(f"Keras didn't answer within {timeout:g} seconds.") from None
        finally:
            unwatch()
            self.forget(owner)
        if isinstance(answer, Status):
            raise RuntimeError(answer.sentence)
        return answer

    @property
    def status(self) -> Status:
        """How the process fares now."""
        state, sentence, since = self._state
        return Status(state, sentence, time.monotonic() - since)

    def on_status(self, listener: Callable[[Status], None]) -> Callable[[], None]:
        """Have `listener` called when the status changes and each second of a wait; returns what ends that.

        A request answered within a second is not announced as "busy".
        """
        self._survive_fork()
        self._listeners.append(listener)

        def remove() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return remove

    @property
    def pid(self) -> int | None:
        """The id of the process, None while there is none."""
        worker = self._worker
        return None if worker is None else worker.pid

    def restart(self) -> None:
        """End the process if there is one, start another, and send it each owner's newest request."""
        self._survive_fork()
        self._end(self._worker, "Keras was stopped.")
        self._start()

    def stop(self) -> None:
        """End the process and see it gone; `restart` starts another."""
        if self._pid != os.getpid():
            return  # a fork of the kernel must not end the kernel's process
        self._end(self._worker, "Keras was stopped.")
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.RLock()
        #: Of each owner, the newest request, and the one that waits, in the order of their turns.
        self._newest: dict[Hashable, _Request] = {}
        self._waiting: dict[Hashable, _Request] = {}
        self._listeners: list[Callable[[Status], None]] = []
        self._thread: threading.Thread | None = None
        self._told: State | None = None
        self._start()

    def _survive_fork(self) -> None:
        # In a fork of the kernel our thread is missing, the lock may be held for ever, and the pipes, the
        # explorers and their requests are the parent's.
        if self._pid != os.getpid():
            self._begin()

    def _at_exit(self) -> None:
        self._listeners.clear()  # no screen is left to tell
        self.stop()

    def _start(self) -> None:
        with self._lock:
            self._state: tuple[State, str, float] = ("starting", "Keras is starting.", time.monotonic())
            self._waiting = dict(self._newest)
            self._worker: WorkerProcess | None = WorkerProcess()
            self._thread = threading.Thread(
                target=self._live, args=(self._worker, self._thread), name="tutor-keras", daemon=True
            )
            self._thread.start()

    def _end(self, worker: WorkerProcess | None, sentence: str) -> None:
        with self._lock:
            if worker is not None and self._set(worker, "failed", sentence):
                self._worker = None
                worker.kill()

    def _set(self, worker: WorkerProcess, state: State, sentence: str) -> bool:
        """Note how a process fares; False if a restart has overtaken it."""
        with self._lock:
            if self._worker is worker:
                since = self._state[2] if self._state[0] == state else time.monotonic()
                self._state = (state, sentence, since)
            return self._worker is worker

    # From here on all runs on the thread of one process; nobody else talks to the process or calls back.

    def _live(self, worker: WorkerProcess, previous: threading.Thread | None) -> None:
        if previous is not None:
            previous.join()
        self._version: str | None = None
        self._in_hand: _Request | None = None
        self._tell()
        try:
            worker.start()
        except OSError as error:
            sentence = f"Keras couldn't start: {error}."
        else:
            if self._worker is not worker:  # it was stopped already
                worker.kill()
            sentence = self._serve(worker)
        self._end(worker, sentence)
        self._tell()

    def _serve(self, worker: WorkerProcess) -> str:
        """Serve until the process has ended; returns a sentence on how that came about."""
        while True:
            self._hand_over(worker)
            try:
                message = worker.messages.get(timeout=self._patience())
            except queue.Empty:
                if self._patience() == 0:
                    worker.kill()
                    worker.obituary()
                    return self._given_up()
                self._tell()
                continue
            if message is END:
                return worker.obituary()
            if message is not None:
                self._hear(worker, message)

    def _is_idle(self) -> bool:
        return self._version is not None and self._in_hand is None

    def _hand_over(self, worker: WorkerProcess) -> None:
        with self._lock:
            has_work = self._waiting and self._is_idle()
            if not has_work or not self._set(worker, "busy", "Keras is building this model …"):
                return
            self._in_hand = request = self._waiting.pop(next(iter(self._waiting)))
        worker.send({"code": request.code})

    def _patience(self) -> float | None:
        """Seconds until a wait is news again, 0 when it has been too long, None when nothing is awaited."""
        if self._is_idle():
            return None
        limit = self.import_limit if self._version is None else self.hang_after
        return max(0.0, min(1.0, limit - self.status.seconds))

    def _given_up(self) -> str:
        if self._in_hand is None:
            return f"Keras didn't start within {self.import_limit:g} seconds."
        with self._lock:
            if self._is_newest(self._in_hand):  # after a restart it would only take too long again
                self.forget(self._in_hand.owner)
        limit = f"{self.hang_after:g} seconds"
        return f"Keras took more than {limit} on this model, so it was stopped. Choose smaller sizes."

    def _is_newest(self, request: _Request) -> bool:
        return self._newest.get(request.owner) is request

    def _hear(self, worker: WorkerProcess, message: Message) -> None:
        if "stage" in message:
            self._set(worker, "starting", f"Keras is starting: {message['stage']}.")
            self._tell()
            return
        request, self._in_hand = self._in_hand, None
        self._version = message.get("ready", self._version)
        self._set(worker, "ready", f"Keras {self._version} is ready.")
        if "ready" in message or self._told == "busy":
            self._tell()
        if request is not None and self._worker is worker and self._is_newest(request):
            _call(request.on_answer, decode(message))

    def _tell(self) -> None:
        status = self.status
        self._told = status.state
        for listener in list(self._listeners):
            _call(listener, status)


def _call(callback: Callable[[Any], None], argument: object) -> None:
    try:
        callback(argument)
    except Exception:  # noqa: BLE001 - somebody else's mistake: it is shown, and the others are still served
        _log.exception("a callback of live Keras failed")


@functools.cache
def shared() -> KerasProcess:
    """The one process that all explorers of this kernel share, started by the first that asks for it."""
    return KerasProcess()
