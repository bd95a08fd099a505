"""Where a learner is in a lesson's steps: answers in, what the guide says out. It knows no screen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tutor.layers.built import Built
from tutor.questions.arithmetic import read
from tutor.questions.diagnosis import diagnose, narrowing
from tutor.questions.place import Place
from tutor.questions.steps import Step, Steps, filled, written

#: After so many wrong answers the way out is told.
_MANY = 3
_LONGEST = 300
_WAY_OUT = "Take a hint, or press *explore freely* and watch the count."
_FOREIGN = "{} isn't this layer's count, and I don't know a mistake that gives it."


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

    @property
    def is_over(self) -> bool:
        """Whether the answer has been given, or told."""
        return self.state in ("right", "skipped")


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
        self._seen: dict[int, Place] = {}

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
        """The position of which the guide speaks while the controls are there: the last one that its question fits."""
        if self.step is None or self.is_free:
            return here
        last = self._seen.setdefault(self.number, self.step.begins(self.start))
        place = self.step.seen(here, self.start)
        if place.controls != last.controls and self.step.fits(place):
            self._seen[self.number] = last = place
        return last

    @property
    def hides(self) -> bool:
        """Whether the screen would tell the answer; as it is where the step begins, so that no move has to ask."""
        if self.is_free or self.step is None or not self.step.answer or self.attempt.is_over:
            return False
        begins = self.step.begins(self.start)
        shown = {begins.count, begins.total, *(one.count for one in begins.layers.values())}
        return self.step.expected(begins) in shown

    # What the learner does

    def go(self, where: Literal["next", "back", "free", "guide", "hint"], here: Place) -> None:
        """Go on, back, off into the open and back from there, or take a hint."""
        step = self.step
        match where:
            case "next" if step is not None and not self.is_free:
                told = ""
                if not self.attempt.is_over:
                    place = self._judged(step, here)
                    right = step.expected(place)
                    answer = filled(step.choices[right].say, place) if step.choices else written(right)
                    told = f"Skipped. The answer is {answer}."
                    self._note(state="skipped", says=told)
                self.number += 1
                if told and not self.attempt.text:
                    self._note(says=told)
            case "back" if self.number and not self.is_free:
                self.number -= 1
            case "free":
                self.is_free, self._free = True, Attempt()
            case "guide":
                self.is_free = False
            case "hint" if step is not None and not self.is_free and self.attempt.hints < len(step.hints):
                self._note(hints=self.attempt.hints + 1, lit=self.attempt.lit)

    def check(self, text: str, here: Place) -> None:
        """Take an answer: what was typed, or the place of a choice as a number."""
        text = text[:_LONGEST]
        if self.is_free:
            self._free = _checked_freely(text, here.layer)
        elif self.step is not None:
            answered = self._choose if self.step.choices else self._read
            answered(text, self.step, self._judged(self.step, here))

    def _judged(self, step: Step, here: Place) -> Place:
        """Where an answer is judged: where the step begins, if the controls stand where there is none."""
        seen = self.seen(here)
        return seen if step.fits(seen, answered=True) else step.begins(self.start)

    def _choose(self, text: str, step: Step, place: Place) -> None:
        chosen = [one for number, one in enumerate(step.choices) if text == str(number)]
        if chosen and text == str(step.expected(place)):
            self._note(text=text, state="right", says=filled(step.right, place))
        elif chosen:
            self._wrong(text, filled(chosen[0].because, place))

    def _read(self, text: str, step: Step, place: Place) -> None:
        right, built = step.expected(place), step.layer(place)
        shape = isinstance(right, tuple)
        try:
            answer = read(text, built.formula.symbols, shape=shape)
        except ValueError as error:
            self._note(text=text, state="", says=str(error))
            return
        names: dict[str, Any] = {"answer": written(answer)}
        of = "count" if right == built.count else "trainable_count"
        smaller = [] if shape else [*narrowing(built, of).items()]
        number = self.attempt.narrowed
        if answer == right:
            self._note(text=text, state="right", says=filled(step.right, place))
        elif own := step.slip(answer, place):
            self._wrong(text, filled(own, place, **names))
        elif right not in (built.count, built.trainable_count, built.output_shape):
            self._wrong(text, f"I don't recognize {written(answer)}. {filled(step.line, place)}".strip())
        elif 0 < number <= len(smaller) and smaller[number - 1][1] == answer:
            more = smaller[number][0] if number < len(smaller) else "Now put them together."
            number = (number + 1) % (len(smaller) + 1)
            self._note(text=text, state="", says=f"Yes, {written(answer)}. {more}", narrowed=number)
        else:
            found = diagnose(built, answer, of)
            says = filled(step.said_of(found), place, **names, mistaken=found.mistaken) or found.explanation
            number = 1 if smaller and not found.mistakes else number
            self._wrong(text, says, lit=found.parts, narrowed=number)

    def _wrong(self, text: str, says: str, **more: Any) -> None:
        misses = self.attempt.misses + 1
        says = f"{says} {_WAY_OUT}" if misses == _MANY else says
        self._note(text=text, state="wrong", says=says, misses=misses, **more)

    def _note(self, **new: Any) -> None:
        self._attempts[self.number] = replace(self.attempt, **{"lit": (), **new})

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
            number, is_free, texts = int(kept["step"]), kept["free"] is True, dict(kept["right"])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return
        self.is_free = False
        for place in filter(lambda place: str(place) in texts, range(len(self.steps.steps))):
            self.number = place
            self.check(str(texts[str(place)]), self.start.at(**self.begins))
            if self.attempt.state != "right":
                self._attempts.pop(place, None)
        self.number = min(max(number, 0), len(self.steps.steps))
        self.is_free = is_free


def _checked_freely(text: str, built: Built) -> Attempt:
    """What becomes of a count from somewhere else."""
    try:
        answer = read(text, built.formula.symbols)
    except ValueError as error:
        return Attempt(text, "", str(error))
    found = diagnose(built, answer)
    if found.correct:
        return Attempt(text, "right", f"{written(answer)} is this model's {built.layer.title}.")
    says = found.explanation if found.mistakes else _FOREIGN.format(written(answer))
    return Attempt(text, "wrong", says, found.parts)
