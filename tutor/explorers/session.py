"""One learner's explorer without a screen: moves and Keras's answers in, what is to be shown out, as plain data."""

from __future__ import annotations

import time
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from tutor.explorers import guide_words, words
from tutor.explorers.controls import SizeControl
from tutor.explorers.facts import Facts, what_changed
from tutor.explorers.panels import SAID
from tutor.live.report import Report
from tutor.pictures import svg
from tutor.questions.arithmetic import whole
from tutor.questions.guide import Guide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.explorers.lessons.base import Lesson, Values
    from tutor.live import Answer, Status
    from tutor.pictures.scene import Scene
    from tutor.questions.steps import Steps

#: Moves of one control that follow each other faster than this, in seconds, are told as one.
_ONE_GESTURE = 1.5


class Session:
    """Where the controls stand, and what the screen shows. Who drives it passes on what of that is new.

    Attributes:
        lesson: what is explored.
        guide: where the learner is in the lesson's steps; None where there are none.
        change: the last move that made a model.
        values: where the controls stand.
        code: the Keras program on which Keras is to report; None where the values make no model.
        scenes: the pictures, by the keys of their panels.
        shown: what the screen shows, by name: plain data.
    """

    def __init__(self, lesson: Lesson, steps: Steps | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.lesson, self._clock = lesson, clock
        facts = Facts.at(lesson, lesson.start)
        self.guide = None if steps is None else Guide(steps, facts.place)
        self.change = what_changed(facts, facts)
        self.values: Values = facts.values
        self.code: str | None = facts.model.code
        self.scenes: dict[str, Scene] = {}
        self.shown: dict[str, Any] = {"verdict": words.WAITING, "summary": ""}
        self._keys: dict[str, Scene] = {}
        self._gesture, self._moves, self._jumps = ("", 0.0), 0, 0
        self._status: Status | None = None
        #: Whether the guide's was the latest event: its words lie over the line on the last move.
        self._speaks = False
        self._show()

    @property
    def facts(self) -> Facts:
        """What follows from the last values that made a model."""
        return self.change.now

    @property
    def is_waiting(self) -> bool:
        """Whether Keras may still answer."""
        return bool(self.shown["waits"]) and self.shown["keras"]["state"] != "failed"

    @property
    def opening(self) -> dict[str, Any]:
        """What a screen is laid out by, once."""
        return {
            "title": self.lesson.title,
            "controls": [control.as_data() for control in self.lesson.controls],
            "presets": {preset.key: preset.title for preset in self.lesson.presets},
            "guided": self.guide is not None,
            "said": list(SAID),
            "pictures": {panel.key: panel.title or panel.key for panel in self.lesson.pictures},
            "words": words.SCREEN,
        }

    # Moves

    def moved(self, move: Mapping[str, Any]) -> None:
        """The screen's controls were moved; what does not fit is answered in the line on the last move.

        Args:
            move: ``n``, its number; ``jumps``, how often the start or a preset was chosen so far; ``to``, the key of
                the preset chosen last, or "" for the start; and ``changes``, what was moved since, as moved or typed.
        """
        jumped, complaint = move["jumps"] != self._jumps, ""
        self._moves, self._jumps = move["n"], move["jumps"]
        try:
            values = dict(self.values)
            if jumped:
                values = self.lesson.position(move["to"]) if move["to"] else self.lesson.start
            for key, value in move["changes"].items():
                number, why = self._number(key, value)
                values |= {} if why else self.lesson.check({key: number})
                complaint = complaint or why
        except (ValueError, TypeError) as error:
            values, complaint = dict(self.values), escape(str(error))
        self._speaks = False
        self._go(values, jumped=jumped)
        if complaint:
            self.shown["move"] = complaint

    def put(self, values: Values) -> None:
        """Move the controls from Python, all at once.

        Raises:
            ValueError, TypeError: there is no such control, or it does not take the value; or all of them together
                make no model. Then nothing has moved.
        """
        whole = {**self.values, **self.lesson.check(values)}
        if whole != self.values:
            self._arrive(Facts.at(self.lesson, whole), jumped=True)

    def asked(self, ask: Mapping[str, Any]) -> None:
        """The guide was used: ``do`` is *check*, *resume*, or where to go; ``answer`` is what came with it, as text."""
        guide, answer = self.guide, str(ask.get("answer", ""))
        if guide is None:
            return
        number, self._speaks = guide.number, True
        match ask["do"]:
            case "check":
                guide.check(answer, self.facts.place)
            case "resume":
                guide.resume(answer)
            case "next" | "back" | "free" | "guide" | "hint" as where:
                guide.go(where, self.facts.place)
        if guide.number != number and guide.begins != self.values:
            self._go(guide.begins, jumped=True)
        else:
            self._show()

    def _number(self, key: str, value: Any) -> tuple[Any, str]:
        """What was typed as a number, or why it cannot be taken; what was not typed, as it is."""
        control = next((one for one in self.lesson.controls if one.key == key), None)
        if not (isinstance(control, SizeControl) and isinstance(value, str)):
            return value, ""
        typed, limit = whole(value), self.facts.ends.get(key, control.limit)
        fits = typed.number is not None and control.low <= typed.number <= limit
        return typed.number, "" if fits else words.typed_html(control, typed, self.values[key], limit)

    def _go(self, values: Values, *, jumped: bool) -> None:
        if values == self.values:
            self._say()
            return
        try:
            self._arrive(Facts.at(self.lesson, values), jumped=jumped)
        except ValueError as error:
            self.values, self.code = values, None
            self._say(error)

    def _arrive(self, facts: Facts, *, jumped: bool) -> None:
        moved = ",".join(key for key, value in facts.values.items() if value != self.facts.values[key])
        now = self._clock()
        goes_on = not jumped and moved == self._gesture[0] and now - self._gesture[1] <= _ONE_GESTURE
        self._gesture = ("" if jumped else moved, now)
        known = self.facts.keras if facts.model.code == self.facts.model.code else None
        before = self.change.before if goes_on else self.facts
        self.change = what_changed(before, replace(facts, keras=known))
        self.values, self.code = facts.values, facts.model.code
        self._show()

    # What is shown

    def _show(self) -> None:
        """Words whole; a picture whole once for each structure, as a key, and then what differs from its key."""
        self._say()
        for panel in self.lesson.pictures:
            scene = panel.make(self.change)
            scene = scene.covered if self._is_covered else scene
            key = self._keys.get(panel.key)
            if key is None or (key.width, key.height, key.structure) != (scene.width, scene.height, scene.structure):
                self._keys[panel.key] = key = scene
                self.shown[panel.key] = svg.svg(scene)
            self.scenes[panel.key] = scene
            self.shown[f"{panel.key}_now"] = {"alt": scene.alt, "items": svg.changes(key, scene)}

    def _say(self, error: Exception | None = None) -> None:
        """The words; or why there is no model, while the pictures stay at the last one."""
        if self.code is not None:
            self.shown |= {key: make(self.change) for key, make in SAID.items()}
            if self._is_covered:
                covered = guide_words.covered_move(self.change)
                self.shown |= {"formula": guide_words.COVERED_FORMULA, "move": covered, "rows": ""}
        elif error is not None:
            self.shown |= {**dict.fromkeys(SAID, ""), "formula": words.refusal_html(error)}
        self.shown["refused"] = self.code is None
        self.shown["stands"] = {"values": dict(self.values), "ends": self.facts.ends, "told": self._moves}
        self._judge()

    # Keras

    def answered(self, code: str, answer: Answer) -> None:
        """Keras answered; an answer to another question than the last one is dropped."""
        if code == self.code:
            self._hear(answer)
            self._judge()

    def status(self, status: Status) -> None:
        """How Keras's process fares. When it has failed, what it said is no longer compared with."""
        self._status = status
        if status.state == "failed":
            self._hear(None)
        self._judge()

    def _hear(self, answer: Answer | None) -> None:
        self.change = replace(self.change, now=replace(self.facts, keras=answer))
        if self.code is not None and not self._is_covered:
            self.shown["rows"] = words.rows_html(self.facts)

    def _judge(self) -> None:
        """Keras's pane and the verdict."""
        status, answer = self._status, self.facts.keras
        state = status.state if status and status.state in ("starting", "failed") else "ready"
        covered = words.SCREEN["covered"] if self._is_covered else ""
        sentence = words.status_text(status) if status and state != "ready" else covered
        self.shown["keras"] = {"state": state, "sentence": sentence}
        if sentence:
            self.shown["summary"] = ""
        elif isinstance(answer, Report):
            self.shown["summary"] = answer.summary
        self.shown["waits"] = self.code is not None and answer is None
        if self.code is None:
            self.shown["verdict"] = words.NO_MODEL
        elif self._is_covered:
            self.shown["verdict"] = guide_words.COVERED_VERDICT
        elif answer is not None:
            self.shown["verdict"] = words.verdict_html(self.facts, answer)
        elif state == "failed":
            self.shown["verdict"] = words.NOT_RUNNING
        else:
            self.shown["verdict"] = words.waiting_html(status, self.shown["verdict"])
        if self.guide is not None:
            said = guide_words.guide_data(self.guide, self.change, waits=self.is_waiting)
            self.shown |= {"guide": {**said, "speaks": self._speaks}, "progress": self.guide.progress}

    @property
    def _is_covered(self) -> bool:
        """Whether what the screen shows would answer the guide's question."""
        return self.guide is not None and self.guide.hides
