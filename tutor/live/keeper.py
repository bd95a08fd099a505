"""The keeper: a small process that keeps the one Keras of a user and lends it to all kernels. Standard library only.

``python -m tutor.live.keeper FOLDER``, started by a kernel, which it outlives. It ends when there was no kernel for a
while. Messages are JSON. From a kernel: ``ask``, ``forget``, ``restart``. To it: ``status``, and ``answer``.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any, ClassVar, Literal

from tutor.live import home
from tutor.live.lasting import LastingKeras
from tutor.live.report import Answer, encode

_log = logging.getLogger(__name__)

#: Bytes of a message from a kernel, kernels, and explorers of each.
MAX_MESSAGE, MAX_KERNELS, MAX_EXPLORERS = 65_536, 300, 1_000
#: Seconds that a kernel may take to prove the key; that it may leave an answer unread.
HANDSHAKE, UNREAD = 5.0, 10.0
#: Seconds without a kernel after which the keeper ends.
GRACE = 30.0


@dataclass(eq=False)
class _Explorer:
    """Who asks, among all kernels."""

    kernel: _Kernel
    #: The newest request, and since when it has been waiting; None if it was answered.
    serial: int = 0
    waits_since: float | None = None


class KeptKeras(LastingKeras):
    """Keras that is asked with data alone, by the explorers of several kernels, which take turns."""

    takes: ClassVar[Literal["code", "model"]] = "model"
    _turn = 0

    def _next_owner(self) -> Any:
        explorers: Any = self._waiting
        explorer = min(explorers, key=lambda one: one.kernel.last_turn)
        self._turn += 1
        explorer.kernel.last_turn = self._turn
        return explorer


@dataclass(eq=False)
class _Kernel:
    """One kernel: a thread that reads, and one that writes, so that one who does not read holds up nobody."""

    keeper: Keeper
    connection: Connection
    last_turn: int = 0
    explorers: dict[int, _Explorer] = field(default_factory=dict)
    #: What is to be sent: the newest status, and the newest answer for each explorer.
    outbox: dict[object, dict[str, Any]] = field(default_factory=dict)
    news: threading.Condition = field(default_factory=threading.Condition)
    told: dict[str, Any] = field(default_factory=dict)
    is_gone: bool = False

    def serve(self, key: bytes) -> None:
        """Serve it until it is gone. Whatever it sends, only its own connection ends."""
        writer = threading.Thread(target=self._write, daemon=True)
        try:
            with home.socket_of(self.connection) as its:
                home.limit(its, reading=HANDSHAKE, writing=UNREAD)
                deliver_challenge(self.connection, key)
                answer_challenge(self.connection, key)
                home.limit(its, reading=0, writing=UNREAD)
            self.keeper.welcome(self)
            writer.start()
            while True:
                self._hear(json.loads(self.connection.recv_bytes(MAX_MESSAGE)))
        except EOFError:
            pass
        except Exception as error:  # noqa: BLE001
            _log.warning("a kernel was let go: %s: %.100s", type(error).__name__, error)
        self._leave()
        if writer.ident is not None:
            writer.join()
        self.keeper.farewell(self)
        self.connection.close()

    def waits(self, before: float = float("inf")) -> int:
        """How many of its explorers have been waiting since before then."""
        since = [explorer.waits_since for explorer in [*self.explorers.values()]]
        return sum(one is not None and one < before for one in since)

    def put(self, kind: object, message: dict[str, Any]) -> None:
        """Send a message soon, in the place of an older one of that kind."""
        with self.news:
            self.outbox[kind] = message
            self.news.notify()

    def _hear(self, message: Any) -> None:
        match message:
            case {"ask": int(number), "serial": int(serial), "model": list(model)}:
                if number not in self.explorers and len(self.explorers) >= MAX_EXPLORERS:
                    raise ValueError("it has too many explorers")
                explorer = self.explorers.setdefault(number, _Explorer(self))
                explorer.serial, explorer.waits_since = serial, time.monotonic()
                self.keeper.keras.ask(explorer, model, functools.partial(self._answered, number, explorer, serial))
            case {"forget": int(number)}:
                if number in self.explorers:
                    self.keeper.keras.forget(self.explorers.pop(number))
            case {"restart": True}:
                if self.keeper.keras.status.state == "failed":
                    self.keeper.keras.restart()
                self.told = {}  # its own may have failed: told again, it knows how this one fares
            case _:
                raise ValueError(f"no message of ours: {str(message)[:60]}")

    def _answered(self, number: int, explorer: _Explorer, serial: int, answer: Answer) -> None:
        if explorer.serial == serial:
            explorer.waits_since = None
        self.put(number, {"answer": number, "serial": serial, **encode(answer)})

    def _write(self) -> None:
        with suppress(OSError):
            while not self.is_gone:
                with self.news:
                    self.news.wait_for(lambda: self.outbox or self.is_gone)
                    messages, self.outbox = [*self.outbox.values()], {}
                for message in messages:
                    self.connection.send_bytes(json.dumps(message).encode())
        self._leave()

    def _leave(self) -> None:
        home.hang_up(self.connection)
        with self.news:
            self.is_gone = True
            self.news.notify()


class Keeper:
    """Lends one Keras to whoever proves the key."""

    def __init__(self, keras: KeptKeras, key: bytes) -> None:
        self.keras, self._key = keras, key
        self._lock = threading.Lock()
        self._kernels: set[_Kernel] = set()
        self._empty_since = time.monotonic()
        keras.on_status(lambda _: self.tell())

    def accept(self, listening: socket.socket) -> None:
        """Let kernels in, for ever; hands are shaken elsewhere, since one may say nothing."""
        while True:
            try:
                connection = Connection(listening.accept()[0].detach())
                threading.Thread(target=_Kernel(self, connection).serve, args=(self._key,), daemon=True).start()
            except (OSError, RuntimeError):
                time.sleep(0.05)  # there are too many, or it is gone again

    def welcome(self, kernel: _Kernel) -> None:
        """A kernel has proved the key."""
        with self._lock:
            if len(self._kernels) >= MAX_KERNELS:
                raise ValueError("there are too many kernels")
            self._kernels.add(kernel)
        self.tell()

    def farewell(self, kernel: _Kernel) -> None:
        """A kernel is gone."""
        for explorer in kernel.explorers.values():
            self.keras.forget(explorer)
        with self._lock:
            if kernel in self._kernels:
                self._kernels.remove(kernel)
                self._empty_since = time.monotonic()

    def watch(self, grace: float) -> None:
        """Tell who waits what for, each second; return when there was no kernel for so many seconds."""
        while self._kernels or time.monotonic() - self._empty_since < grace:
            time.sleep(min(1.0, grace))
            self.tell()

    def tell(self) -> None:
        """Tell each kernel what is new to it, or what it waits for."""
        with self._lock:  # so that nobody tells what was true before
            status, pid = self.keras.status, self.keras.pid
            waits = {kernel: kernel.waits() for kernel in self._kernels}
            all_waits = sum(waits.values())
            for kernel, own in waits.items():
                state, sentence = status.state, status.sentence
                if state in ("ready", "busy"):
                    state = "busy" if kernel.waits(time.monotonic() - 1) else "ready"
                    sentence = _busy_with(all_waits - own) if state == "busy" else "Keras is ready."
                told = {"status": state, "sentence": sentence, "pid": pid}
                if state != "ready" or told != kernel.told:
                    kernel.told = told
                    kernel.put("status", {**told, "seconds": status.seconds})


def _busy_with(others: int) -> str:
    if not others:
        return "Keras is building this model …"
    return f"Keras is busy with {others} other model{'s' * (others > 1)}."


def main(keras: Callable[[], KeptKeras] = KeptKeras, grace: float = GRACE) -> None:
    """Keep Keras for the kernels of this user, unless another keeper does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that it takes away what it put there
    place, address, key = Path(sys.argv[1]), "", secrets.token_bytes(32)
    if home.hold(place) is None:
        return
    try:
        listening = home.listen(place)
        address = listening.getsockname()
        home.write_door(place, home.Door(address, key.hex(), os.getpid()))
        keeper = Keeper(keras(), key)
        threading.Thread(target=keeper.accept, args=(listening,), daemon=True).start()
        keeper.watch(grace)
    finally:
        home.clear(place, address)


if __name__ == "__main__":
    main()
