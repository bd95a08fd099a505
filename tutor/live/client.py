"""Keras in a process of one's own: requests in turn, one at a time. Standard library only."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tutor.live.asking import LiveKeras, State, call
from tutor.live.process import END, Message, WorkerProcess
from tutor.live.report import Answer, decode


@dataclass(frozen=True, eq=False)
class Request:
    """What one owner asks."""

    owner: Hashable
    model: Any
    on_answer: Callable[[Answer], None]


class KerasProcess(LiveKeras[Any]):
    """Keras in a process of its own, started at once and kept warm.

    Of each owner only the newest request counts: older ones are not sent, and an answer that comes too late
    is dropped. Keras has one request at a time, and owners take turns. Callbacks come one at a time, on a thread
    of the client's own.

    A model that takes longer than `hang_after` seconds, or an import of Keras longer than `import_limit`
    seconds, is given up and the process ended.
    """

    #: What it is asked with: Keras source code that defines `model`; or `"model"`, the steps of `tutor.live.wire`.
    takes: ClassVar[Literal["code", "model"]] = "code"

    process: ClassVar[type[WorkerProcess]] = WorkerProcess

    def __init__(self, hang_after: float = 20.0, import_limit: float = 180.0) -> None:
        self.hang_after = hang_after
        self.import_limit = import_limit
        super().__init__()

    def ask(self, owner: Hashable, model: Any, on_answer: Callable[[Answer], None]) -> None:
        """Have the model built and reported to `on_answer`.

        It takes the place of the owner's earlier request. While the process is down, it waits for `restart`.
        """
        self._survive_fork()
        with self._lock:
            self._newest[owner] = self._waiting[owner] = Request(owner, model, on_answer)
            if self._worker is not None:
                self._worker.messages.put(None)

    def forget(self, owner: Hashable) -> None:
        with self._lock:
            self._newest.pop(owner, None)
            self._waiting.pop(owner, None)

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
        super()._begin()
        #: Of each owner, the newest request, and the one that waits, in the order of their turns.
        self._newest: dict[Hashable, Request] = {}
        self._waiting: dict[Hashable, Request] = {}
        self._thread: threading.Thread | None = None
        self._told: State | None = None
        self._start()

    def _start(self) -> None:
        with self._lock:
            self._state = ("starting", "Keras is starting.", time.monotonic())
            self._waiting = dict(self._newest)
            self._worker: WorkerProcess | None = self.process()
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
        self._in_hand: Request | None = None
        self._tell()
        try:
            worker.start()
        except OSError as error:
            sentence = f"Keras couldn't start: {error}."
        else:
            if self._worker is not worker:  # it was stopped already
                worker.kill()
            sentence = self._serve(worker)
        self._over(worker, sentence)

    def _over(self, worker: WorkerProcess, sentence: str) -> None:
        """The process has ended."""
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
            self._in_hand = request = self._waiting.pop(self._next_owner())
        worker.send({self.takes: request.model})

    def _next_owner(self) -> Hashable:
        return next(iter(self._waiting))

    def _patience(self) -> float | None:
        """Seconds until a wait is news again, 0 when it has been too long, None when nothing is awaited."""
        if self._is_idle():
            return None
        limit = self.import_limit if self._version is None else self.hang_after
        return max(0.0, min(1.0, limit - self.status.seconds))

    def _given_up(self) -> str:
        if self._in_hand is None:
            return f"Keras didn't start within {self.import_limit:g} seconds."
        limit = f"{self.hang_after:g} seconds"
        sentence = f"Keras took more than {limit} on this model, so it was stopped. Choose smaller sizes."
        self._give_up(self._in_hand, sentence)
        return sentence

    def _give_up(self, request: Request, sentence: str) -> None:
        with self._lock:
            if self._is_newest(request):  # after a restart it would only take too long again
                self.forget(request.owner)

    def _is_newest(self, request: Request) -> bool:
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
            call(request.on_answer, decode(message))

    def _tell(self) -> None:
        self._told = self.status.state
        super()._tell()
