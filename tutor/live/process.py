"""The worker as a child process: its pipes, its environment, and how it ended. Standard library only."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, Any, TypeAlias, cast

Message: TypeAlias = dict[str, Any]

END: Message = {}
"""The last message of every process: its output has ended."""


def search_path() -> list[str]:
    """Where a process of ours looks for modules: it finds what the kernel finds, in the kernel's order, and us."""
    return [*map(os.path.abspath, filter(None, sys.path)), str(Path(__file__).parents[2])]


def start_python(
    *arguments: str, stdin: int = DEVNULL, stdout: int = DEVNULL, stderr: int = DEVNULL, **how: Any
) -> subprocess.Popen[Any]:
    """A Python process with these arguments, such as ``"-m", "tutor.live.worker"``, which reads and writes UTF-8."""
    return subprocess.Popen(  # noqa: S603 - only with our own arguments
        # -P: a learner's own keras.py in the working directory must not be taken for Keras.
        # -W: where the learner turns warnings into errors, they must not turn into refusals.
        [sys.executable, "-P", "-W", "ignore", *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(search_path()), "PYTHONUTF8": "1"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        **how,
    )


class WorkerProcess:
    """A `tutor.live.worker`, once it is started; each of its messages is put into `messages`, and `END` at last."""

    def __init__(self) -> None:
        self.messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.pid: int | None = None
        self._last_line = ""

    def start(self) -> None:
        """Start it.

        Raises:
            OSError: the operating system would not.
        """
        pipes = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE}
        self._popen = start_python("-m", "tutor.live.worker", **pipes, encoding="utf-8", errors="replace")
        self.pid = self._popen.pid
        self._requests = cast("IO[str]", self._popen.stdin)
        self._ears = [
            threading.Thread(target=listen, args=(pipe,), daemon=True)
            for listen, pipe in ((self._listen, self._popen.stdout), (self._overhear, self._popen.stderr))
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
        if self.pid is not None:
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
        how = f"signal {-code}, {signal.strsignal(-code) or 'unnamed'}" if code < 0 else f"exit code {code}"
        return f"Keras crashed: {self._last_line or how}."

    def _listen(self, output: IO[str]) -> None:
        with output:
            for line in output:
                if line.endswith("\n"):  # else the process ended in the middle of it
                    self.messages.put(json.loads(line))
        self.messages.put(END)

    def _overhear(self, errors: IO[str]) -> None:
        with errors:
            for line in errors:
                self._last_line = line.strip()[-4096:] or self._last_line
