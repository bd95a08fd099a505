"""In place of Keras where Keras is not the point: it is ready at once, and agrees with our own count.

``python stand_in_keras.py FOLDER`` is a keeper of it. What a model's name begins with, it does: ``kill`` ends the
process, ``hang`` is never answered, ``gate`` not before `GATE` is set.
"""

from __future__ import annotations

import itertools
import threading
from typing import Any

from tutor.live import keeper, wire
from tutor.live.lasting import LastingKeras
from tutor.live.process import END, WorkerProcess
from tutor.live.report import KerasRow, Refusal, Report, encode
from tutor.live.shared import SharedKeras

GRACE = 0.4
GATE = threading.Event()
#: Of every model, its name or its code, in the order in which they were built.
BUILT: list[str] = []
_PIDS = itertools.count(1)


class StandIn(WorkerProcess):
    """A worker without a process."""

    def start(self) -> None:
        self.pid = next(_PIDS)
        self.messages.put({"stage": "importing keras"})
        self.messages.put({"ready": "3.stand-in"})

    def send(self, message: dict[str, Any]) -> None:
        threading.Thread(target=self._answer, args=(message,), daemon=True).start()

    def _answer(self, message: dict[str, Any]) -> None:
        if "code" in message:
            BUILT.append(message["code"])
            report = Report("own", (), 1, 1, None)
        else:
            try:
                built = wire.decode(message["model"])
            except (TypeError, ValueError) as error:
                self.messages.put(encode(Refusal(type(error).__name__, str(error))))
                return
            name, ledger = str(built._model.name), built.ledger
            BUILT.append(name)
            rows = tuple(KerasRow(row.path, row.count, row.trainable_count) for row in ledger.rows)
            report = Report(name, rows, ledger.total, ledger.trainable_total, ledger.output_shape)
            if name.startswith("kill"):
                self.kill()
                return
            if name.startswith("hang"):
                return
            if name.startswith("gate"):
                GATE.wait()
        self.messages.put(encode(report))

    def kill(self) -> None:
        self.messages.put(END)

    def obituary(self) -> str:
        return "The system stopped Keras, usually because memory ran out."


class OwnStandIn(LastingKeras):
    """In place of a process of the kernel's own."""

    process = StandIn


class KeptStandIn(keeper.KeptKeras):
    """In place of what a keeper keeps."""

    process = StandIn


class Kernel(SharedKeras):
    """A kernel's client, as in a process of its own."""

    command = (__file__,)
    own_keras = OwnStandIn
    patience = 2.0

    def total(self, model: Any, timeout: float = 20.0) -> int:
        """What the answer to one model comes to."""
        answer = self.summarise(model, timeout)
        assert isinstance(answer, Report), answer
        return answer.total


if __name__ == "__main__":
    keeper.main(KeptStandIn, GRACE)
