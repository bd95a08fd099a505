"""The kernel's side of live Keras: one process, shared by all explorers, for which the kernel never waits.

Standard library only. `KerasProcess.ask` returns at once; answers, and news of the process, come on a thread
of the client's own.
"""

from __future__ import annotations

import atexit
import functools
import logging
import os
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tutor.live.process import END, Message, WorkerProcess
from tutor.live.report import Answer, decode
from tutor.live.requests import Request, Requests

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_log = logging.getLogger(__name__)

State: TypeAlias = Literal["starting", "ready", "busy", "failed"]


@dataclass(frozen=True)
class Status:
    """How the process fares: `sentence` is for the learner, `seconds` tells how long it has been so."""

    state: State
    sentence: str
    seconds: float


@dataclass(eq=False)
class _Life:
    """One process from start to end. Its thread waits for `messages`, of which None says: somebody asked."""

    messages: queue.SimpleQueue[Message | None] = field(default_factory=queue.SimpleQueue)
    worker: WorkerProcess | None = None
    version: str | None = None
    in_hand: Request | None = None


class KerasProcess:
    """Keras in a process of its own, started at once and kept warm.

    Of each owner only the newest request counts: older ones are not sent, and an answer that comes too late
    is dropped. Keras has one request at a time, and owners take turns. Callbacks come one at a time, from the
    client's thread.

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
        self._requests.put(Request(owner, code, on_answer))
        if (life := self._life) is not None:
            life.messages.put(None)

    def forget(self, owner: Hashable) -> None:
        """Drop the owner's request; nothing more is delivered for it."""
        self._requests.forget(owner)

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
            if listener in self._listeners:
                self._listeners.remove(listener)

        return remove

    @property
    def pid(self) -> int | None:
        """The id of the process, None while there is none."""
        life = self._life
        return life.worker.pid if life is not None and life.worker is not None else None

    def restart(self) -> None:
        """End the process if there is one, start another, and send it each owner's newest request."""
        self._survive_fork()
        self._end()
        self._start()

    def stop(self) -> None:
        """End the process and see it gone; `restart` starts another."""
        if self._pid != os.getpid():
            return  # a fork of the kernel must not end the kernel's process
        self._end()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._requests = Requests()
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
            self._requests.wait_again()
            self._life: _Life | None = _Life()
            self._thread = threading.Thread(
                target=self._live, args=(self._life, self._thread), name="tutor-keras", daemon=True
            )
            self._thread.start()

    def _end(self) -> None:
        with self._lock:
            if (life := self._life) is None:
                return
            self._set(life, "failed", "Keras was stopped.")
            self._life = None
            if life.worker is not None:
                life.worker.kill()

    def _set(self, life: _Life, state: State, sentence: str) -> None:
        with self._lock:
            if self._life is life:  # else its thread has been overtaken by a restart
                same = self._state[0] == state
                self._state = (state, sentence, self._state[2] if same else time.monotonic())

    # From here on all runs on the thread of one life; nobody else talks to the process or calls back.

    def _live(self, life: _Life, previous: threading.Thread | None) -> None:
        if previous is not None:
            previous.join()
        self._tell()
        try:
            with self._lock:
                if self._life is life:  # else it was stopped already
                    life.worker = WorkerProcess(life.messages)
        except OSError as error:
            sentence = f"Keras couldn't start: {error}."
        else:
            sentence = self._look_after(life, life.worker) if life.worker is not None else ""
        with self._lock:
            self._set(life, "failed", sentence)
            if self._life is life:
                self._life = None
        self._tell()

    def _look_after(self, life: _Life, worker: WorkerProcess) -> str:
        """Serve until the process ends and see it gone; returns a sentence on how that came about."""
        given_up = self._serve(life, worker)
        ended = worker.obituary()
        return given_up or ended

    def _serve(self, life: _Life, worker: WorkerProcess) -> str | None:
        """Serve until the process ends; if it was ended for taking too long, returns a sentence on that."""
        while True:
            if life.version is not None and life.in_hand is None:
                self._hand_over(life, worker)
            try:
                message = life.messages.get(timeout=self._patience(life))
            except queue.Empty:
                if self._patience(life) == 0:
                    worker.kill()
                    return self._given_up(life)
                self._tell()
                continue
            if message is END:
                return None
            if message is not None:
                self._hear(life, message)

    def _hand_over(self, life: _Life, worker: WorkerProcess) -> None:
        with self._lock:
            if self._life is not life or (request := self._requests.take()) is None:
                return
            life.in_hand = request
            self._set(life, "busy", "Keras is building this model …")
        worker.send({"code": request.code})

    def _patience(self, life: _Life) -> float | None:
        """Seconds until a wait is news again, 0 when it has been too long, None when nothing is awaited."""
        if life.version is not None and life.in_hand is None:
            return None
        limit = self.import_limit if life.version is None else self.hang_after
        return max(0.0, min(1.0, limit - self.status.seconds))

    def _given_up(self, life: _Life) -> str:
        if life.in_hand is None:
            return f"Keras didn't start within {self.import_limit:g} seconds."
        self._requests.drop(life.in_hand)  # after a restart it would only take too long again
        return (
            f"Keras took more than {self.hang_after:g} seconds on this model, so it was stopped. Choose smaller sizes."
        )

    def _hear(self, life: _Life, message: Message) -> None:
        if "stage" in message:
            self._set(life, "starting", f"Keras is starting: {message['stage']}.")
            self._tell()
        elif "ready" in message:
            life.version = message["ready"]
            self._set(life, "ready", f"Keras {life.version} is ready.")
            self._tell()
        else:
            request, life.in_hand = life.in_hand, None
            self._set(life, "ready", f"Keras {life.version} is ready.")
            if self._told == "busy":
                self._tell()
            if request is not None and self._life is life and self._requests.is_newest(request):
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
