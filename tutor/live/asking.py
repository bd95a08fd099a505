"""What every live Keras has in common, wherever it runs: it is asked, it answers, and tells how it fares."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from tutor.live.report import Answer

_log = logging.getLogger(__name__)

State: TypeAlias = Literal["starting", "ready", "busy", "failed"]
#: What it is asked with.
Model = TypeVar("Model")


@dataclass(frozen=True)
class Status:
    """How Keras fares: `sentence` is for the learner, `seconds` tells how long it has been so."""

    state: State
    sentence: str
    seconds: float


class LiveKeras(ABC, Generic[Model]):
    """Keras in another process. Nobody who asks waits for it; callbacks come later, on threads of its own."""

    def __init__(self) -> None:
        self._begin()
        atexit.register(self._at_exit)

    @abstractmethod
    def ask(self, owner: Hashable, model: Model, on_answer: Callable[[Answer], None]) -> None:
        """Have the model built and reported to `on_answer`. It takes the place of the owner's earlier request."""

    @abstractmethod
    def forget(self, owner: Hashable) -> None:
        """Drop the owner's request; nothing more is delivered for it."""

    @abstractmethod
    def restart(self) -> None:
        """Start Keras again after it has failed, and send it each owner's newest request."""

    @abstractmethod
    def stop(self) -> None:
        """Let go of Keras."""

    def summarise(self, model: Model, timeout: float = 240.0) -> Answer:
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
            self.ask(owner, model, outcome.put)
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
        """How Keras fares now."""
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

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._listeners: list[Callable[[Status], None]] = []
        self._state: tuple[State, str, float] = ("starting", "Keras is starting.", time.monotonic())

    def _survive_fork(self) -> None:
        # In a fork of the kernel our threads are missing, the lock may be held for ever, and the connections, the
        # explorers and their requests are the parent's.
        if self._pid != os.getpid():
            self._begin()

    def _at_exit(self) -> None:
        self._listeners.clear()  # no screen is left to tell
        self.stop()

    def _tell(self) -> None:
        status = self.status
        for listener in list(self._listeners):
            call(listener, status)


def call(callback: Callable[[Any], None], argument: object) -> None:
    """Call somebody else's callback, whose mistakes are shown, and harm nobody."""
    try:
        callback(argument)
    except Exception:  # noqa: BLE001 - the others are still served
        _log.exception("a callback of live Keras failed")
