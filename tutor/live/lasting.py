"""Keras that starts itself again. Standard library only."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable

from tutor.live.asking import call
from tutor.live.client import KerasProcess, Request
from tutor.live.process import Message, WorkerProcess
from tutor.live.report import Lost

#: It waits for `restart` after so many ends within so many seconds: at its start; or else, if no model was given up.
AT_START, LATER, WITHIN = 2, 5, 300.0


class LastingKeras(KerasProcess):
    """A Keras process that is followed by another when it ends.

    A model of which it ended is tried once more, since the end may have had another cause; then it is given up, for its
    owner alone, as is one that takes too long. `Lost` is its answer.
    """

    def _begin(self) -> None:
        #: How many processes ended of each owner's models, since the last answer.
        self._strikes: Counter[Hashable] = Counter()
        self._ends: list[float] = []
        self._gave_up = False
        super()._begin()

    def restart(self) -> None:
        self._ends.clear()
        super().restart()

    def _give_up(self, request: Request, sentence: str) -> None:
        self._gave_up, is_newest = True, self._is_newest(request)
        super()._give_up(request, sentence)
        if is_newest:
            call(request.on_answer, Lost(sentence))

    def _over(self, worker: WorkerProcess, sentence: str) -> None:
        with self._lock:
            was_stopped = self._worker is not worker
        if was_stopped or not self._is_to_last(sentence):
            super()._over(worker, sentence)
            return
        with self._lock:
            if self._worker is worker:  # else a restart was faster
                self._start()

    def _is_to_last(self, sentence: str) -> bool:
        request, now = self._in_hand, time.monotonic()
        if request is not None and not self._gave_up:
            self._strikes[request.owner] += 1
            if self._strikes[request.owner] > 1:
                self._give_up(request, sentence)
        if not self._gave_up:
            self._ends = [*(end for end in self._ends if now - end < WITHIN), now]
        self._gave_up = False
        return len(self._ends) < (AT_START if self._version is None else LATER)

    def _hear(self, worker: WorkerProcess, message: Message) -> None:
        if self._in_hand is not None:
            self._strikes.pop(self._in_hand.owner, None)
        super()._hear(worker, message)
