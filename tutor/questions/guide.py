"""Where a learner is in a lesson's steps: answers in, what the guide says out. It knows no screen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutor.questions.arithmetic import read
from tutor.questions.diagnosis import Diagnosis, diagnose, narrowing
from tutor.questions.place import Place
from tutor.questions.steps import Step, Steps, filled, written

#: After so many wrong answers the way out is told.
_MANY = 3
_LONGEST = 300
_WAY_OUT = "Take a hint, or press *explore freely* and watch the count."


@dataclass(frozen=True)
class Attempt:
    """What became of one step.

    Attributes:
        text: what was answered last: as typed, or the place of the choice.
        state: how the answer was; "" before any that could be read.
        says: what the guide says to it.
        lit: the weights and gates that it is about.
        hints: how many hints were taken.
        misses: how many answers were wrong.
        narrowed: the smaller question that was asked last, from 1; 0 if none was.
    """

    text: str = ""
    state: Literal["", "wrong", "right", "skipped"] = ""
    says: str = ""
    lit: tuple[str, ...] = ()
    hints: int = 0
    misses: int = 0
    narrowed: int = 0


class Guide:
    """A walk through a lesson's steps.

    Attributes:
        steps: what is asked.
        start: where the lesson's controls start.
        number: the step, from 0; one more than the last after all of them.
        is_free: whether the learner explores, and the steps wait.
    """

    def __init__(self, steps: Steps, start: Place) -> None:
        self.steps, self.start = steps, start
        self.number, self.is_free = 0, False
        self._attempts: dict[int, Attempt] = {}
        self._free = Attempt()

    @property
    def step(self) -> Step | None:
        """The step that is asked; None after the last."""
        return self.steps.steps[self.number] if self.number < len(self.steps.steps) else None

    @property
    def attempt(self) -> Attempt:
        """What became of it so far."""
        return self._free if self.is_free else self._attempts.get(self.number, Attempt())

    @property
    def begins(self) -> Mapping[str, Any]:
        """Where the controls stand when the step begins."""
        return (self.step.begins(self.start) if self.step else self.start).controls

    def seen(self, here: Place) -> Place:
        """The position of which the guide speaks while the controls are there."""
        return here if self.step is None or self.is_free else self.step.seen(here, self.start)

    def hides(self, here: Place) -> bool:
        """Whether the screen would tell the answer."""
        if self.is_free or self.step is None or not self.step.answer or self.attempt.state in ("right", "skipped"):
            return False
        shown = {here.count, here.total, *(one.count for one in here.layers.values())}
        return self.step.expected(self.seen(here)) in shown

    # What the learner does

    def go(self, where: Literal["next", "back", "free", "guide", "hint"], here: Place) -> None:
        """Go on, back, off into the open and back from there, or take a hint."""
        match where:
            case "next" if self.step is not None and not self.is_free:
                told = ""
                if self.attempt.state not in ("right", "skipped"):
                    told = f"Skipped. The answer is {self._answer(self.step, self.seen(here))}."
                    self._note(state="skipped", says=told, lit=())
                self.number += 1
                if told and not self.attempt.text:
                    self._note(says=told)
            case "back" if self.number and not self.is_free:
                self.number -= 1
            case "free":
                self.is_free, self._free = True, Attempt()
            case "guide":
                self.is_free = False
            case "hint" if self.step is not None and self.attempt.hints < len(self.step.hints):
                self._note(hints=self.attempt.hints + 1)

    def check(self, text: str, here: Place) -> None:
        """Take an answer: what was typed, or the place of a choice as a number."""
        text = text[:_LONGEST]
        if self.is_free:
            self._free = self._checked_freely(text, here)
        elif self.step is not None and self.step.choices:
            self._choose(text, self.step, self.seen(here))
        elif self.step is not None:
            self._read(text, self.step, self.seen(here))

    def _choose(self, text: str, step: Step, place: Place) -> None:
        number = int(text) if text.isascii() and text.isdigit() else -1
        if not 0 <= number < len(step.choices):
            return
        if number == step.expected(place):
            self._right(text, step, place)
        else:
            self._wrong(text, filled(step.choices[number].because, place))

    def _read(self, text: str, step: Step, place: Place) -> None:
        right = step.expected(place)
        built = step.layer(place)
        try:
            answer = read(text, built.formula.symbols, shape=isinstance(right, tuple))
        except ValueError as error:
            self._note(text=text, state="", says=str(error), lit=())
            return
        if answer == right:
            self._right(text, step, place)
            return
        names: dict[str, Any] = {"answer": written(answer)}
        if own := step.slip(answer, place):
            self._wrong(text, filled(step.mistakes[own].says, place, **names))
            return
        counts = built.output_shape if isinstance(right, tuple) else built.count
        if right != counts:
            self._wrong(text, f"I don't recognize {written(answer)}. {filled(step.line, place)}".strip())
            return
        smaller = [] if isinstance(right, tuple) else narrowing(built)
        if (asked := self.attempt.narrowed) and smaller[asked - 1].answer == answer:
            more = smaller[asked].ask if asked < len(smaller) else "Now put them together."
            self._note(
                text=text, state="", says=f"Yes, {written(answer)}. {more}", narrowed=(asked + 1) % (len(smaller) + 1)
            )
            return
        found = diagnose(built, answer)
        if found.mistake is None and smaller:
            self._note(narrowed=1)
        names["mistaken"] = found.mistaken
        known = step.said_of(found.mistake or "")
        self._wrong(text, filled(known.says, place, **names) if known else found.explanation, found)

    def _right(self, text: str, step: Step, place: Place) -> None:
        self._note(text=text, state="right", says=filled(step.right, place), lit=())

    def _wrong(self, text: str, says: str, found: Diagnosis | None = None) -> None:
        misses = self.attempt.misses + 1
        says = f"{says} {_WAY_OUT}" if misses == _MANY else says
        self._note(text=text, state="wrong", says=says, lit=found.parts if found else (), misses=misses)

    def _note(self, **new: Any) -> None:
        self._attempts[self.number] = Attempt(**{**vars(self.attempt), **new})

    def _answer(self, step: Step, place: Place) -> str:
        right = step.expected(place)
        return filled(step.choices[right].say, place) if step.choices else written(right)

    def _checked_freely(self, text: str, here: Place) -> Attempt:
        built = here.layer
        try:
            answer = read(text, built.formula.symbols)
        except ValueError as error:
            return Attempt(text, "", str(error))
        if answer == built.count:
            return Attempt(text, "right", f"{written(answer)} is this model's {built.layer.title}.")
        found = diagnose(built, answer)
        if found.mistake is None:
            unknown = f"{written(answer)} isn't this layer's count, and I don't know a mistake that gives it."
            return Attempt(text, "wrong", unknown)
        return Attempt(text, "wrong", found.explanation, found.parts)

    # What is kept

    @property
    def progress(self) -> str:
        """How far one is, as text: :meth:`resume` takes it."""
        done = {number: one.text for number, one in self._attempts.items() if one.state == "right"}
        return json.dumps({"step": self.number, "free": self.is_free, "right": done})

    def resume(self, progress: str) -> None:
        """Go on where one was; of what cannot be read, nothing is taken.

        Answers are checked again: a text says what was answered, not that it was right.
        """
        try:
            kept = json.loads(progress)
            number, right = int(kept["step"]), dict(kept["right"])
            is_free = bool(kept["free"])
        except (ValueError, TypeError, KeyError):
            return
        for text in right:
            if text.isdigit() and int(text) < len(self.steps.steps):
                self.number = int(text)
                self.check(str(right[text]), self.start.at(**self.begins))
        self.number = min(max(number, 0), len(self.steps.steps))
        self.is_free = is_free
