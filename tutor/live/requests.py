"""The models on which Keras is to report: the newest of each who asks, and whose turn it is. Standard library only."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tutor.live.report import Answer


@dataclass(frozen=True, eq=False)
class Request:
    """`code` to be built for `owner`, and where the answer goes."""

    owner: Hashable
    code: str
    on_answer: Callable[[Answer], None]


class Requests:
    """The newest request of each owner; those that wait stand in the order of their owners' turns. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[Hashable, Request] = {}
        self._waiting: dict[Hashable, Request] = {}

    def put(self, request: Request) -> None:
        """Let the request wait, in the place of its owner's older one if that still waits."""
        with self._lock:
            self._newest[request.owner] = self._waiting[request.owner] = request

    def take(self) -> Request | None:
        """The request whose turn it is; it waits no longer."""
        with self._lock:
            return self._waiting.pop(next(iter(self._waiting))) if self._waiting else None

    def is_newest(self, request: Request) -> bool:
        """Whether its owner has asked for nothing newer, and was not forgotten."""
        with self._lock:
            return self._newest.get(request.owner) is request

    def forget(self, owner: Hashable) -> None:
        """Drop what the owner asked for."""
        with self._lock:
            self._newest.pop(owner, None)
            self._waiting.pop(owner, None)

    def drop(self, request: Request) -> None:
        """Never send this request again; a newer one of its owner stays."""
        with self._lock:
            if self._newest.get(request.owner) is request:
                del self._newest[request.owner]

    def wait_again(self) -> None:
        """Let every owner's newest request wait, answered or not."""
        with self._lock:
            self._waiting = dict(self._newest)
