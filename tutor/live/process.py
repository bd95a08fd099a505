"""The worker as a child process: its pipes, its environment, and how it ended. Standard library only."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    import queue

Message: TypeAlias = dict[str, Any]

END: Message = {}
"""The last message of every process: its output has ended."""

_KEPT_CHARACTERS = 4096


class WorkerProcess:
    """A running `tutor.live.worker`; each of its messages is put into `messages`, and `END` after the last.

    Raises:
        OSError: the operating system would not start it.
    """

    def __init__(self, messages: queue.SimpleQueue[Message | None]) -> None:
        self._popen = subprocess.Popen(
            # -P: a learner's own keras.py in the working directory must not be taken for Keras.
            # -W: where the learner turns warnings into errors, they must not turn into refusals.
            [sys.executable, "-P", "-W", "ignore", "-m", "tutor.live.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            close_fds=True,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._popen.pid
        self._requests = cast("IO[str]", self._popen.stdin)
        self._last_words = ""
        self._ears = [
            threading.Thread(target=self._listen, args=(self._popen.stdout, messages), daemon=True),
            threading.Thread(target=self._overhear, args=(self._popen.stderr,), daemon=True),
        ]
        for ear in self._ears:
            ear.start()

    def send(self, message: Message) -> None:
        """Write one message; if the process is gone, `END` says so, not this."""
        with contextlib.suppress(OSError):
            self._requests.write(json.dumps(message) + "\n")
            self._requests.flush()

    def kill(self) -> None:
        """End the process now, whatever it is doing; it has nothing to lose."""
        self._popen.kill()

    def obituary(self) -> str:
        """Wait until the process is gone, and say in a sentence how it ended."""
        with contextlib.suppress(OSError):
            self._requests.close()
        try:
            code = self._popen.wait(timeout=5)
        except subprocess.TimeoutExpired:  # it closed its output and lives on
            self.kill()
            code = self._popen.wait()
        for ear in self._ears:
            ear.join(timeout=1)
        if code == -signal.SIGTERM or code == -getattr(signal, "SIGKILL", 9):
            return "The system stopped Keras, usually because memory ran out."
        lines = self._last_words.split("\n")
        last_line = next((line.strip() for line in reversed(lines) if line.strip()), "")
        how = f"signal {-code}, {signal.strsignal(-code) or 'unnamed'}" if code < 0 else f"exit code {code}"
        return f"Keras crashed: {last_line or how}."

    def _listen(self, output: IO[str], messages: queue.SimpleQueue[Message | None]) -> None:
        with output:
            for line in output:
                if line.endswith("\n"):  # else the process ended in the middle of it
                    messages.put(json.loads(line))
        messages.put(END)

    def _overhear(self, errors: IO[str]) -> None:
        with errors:
            for line in errors:
                self._last_words = (self._last_words + line)[-_KEPT_CHARACTERS:]


def _environment() -> dict[str, str]:
    # The worker finds what the kernel finds, in the kernel's order, and this package wherever that came from.
    path = [entry for entry in sys.path if entry] + [str(Path(__file__).parents[2])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path), "PYTHONUTF8": "1"}
