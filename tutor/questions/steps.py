"""The steps of a lesson as data, read from a table beside it: questions, and where their answers are to be read off.

No answer is written down: it is an expression over a :class:`~tutor.questions.place.Place`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, NamedTuple

from tutor.layers.built import Built
from tutor.questions.diagnosis import Diagnosis
from tutor.questions.place import Place

_HOLE = re.compile(r"\{([^{}]+)\}")


class Choice(NamedTuple):
    """One of the answers to choose from: what its button says, whether it is right, what is said if it is not."""

    say: str
    right: str
    because: str = ""


class Slip(NamedTuple):
    """What is said of a wrong answer, and which that is; "" for a mistake of the layer's declaration."""

    says: str
    value: str = ""


@dataclass(frozen=True)
class Step:
    """One question. What may stand in it as an expression is evaluated where it is asked.

    Attributes:
        ask: the question.
        right: why the answer is right.
        line: what helps to read the question.
        hints: what helps to answer it, one after the other.
        answer: an expression: the number or shape to be typed; "" where there are choices.
        choices: what there is to choose from.
        mistakes: what is said of wrong answers, by the mistake's name; ``one or another`` for several alike.
        of: an expression: the built layer whose mistakes are recognized.
        do: what to do after the answer.
        moves: the controls that are then moved, and an expression for where to.
        start: where controls stand before, beside the lesson's own start, as expressions.
        picture: the picture that opens after the answer.
    """

    ask: str
    right: str
    line: str = ""
    hints: tuple[str, ...] = ()
    answer: str = ""
    choices: tuple[Choice, ...] = ()
    mistakes: Mapping[str, Slip] = field(default_factory=dict)
    of: str = "layer"
    do: str = ""
    moves: Mapping[str, str] = field(default_factory=dict)
    start: Mapping[str, str] = field(default_factory=dict)
    picture: str = ""

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Step:
        """The step that such a table describes."""
        said = table.get("mistakes", {}).items()
        slips = {name: Slip(one) if isinstance(one, str) else Slip(one["says"], one["is"]) for name, one in said}
        choices = tuple(Choice(one["say"], one["if"], one.get("because", "")) for one in table.get("choices", ()))
        return cls(**{**table, "hints": tuple(table.get("hints", ())), "choices": choices, "mistakes": slips})

    def begins(self, start: Place) -> Place:
        """Where the controls stand when the step begins, in a lesson that starts there."""
        return start.at(**{key: start.value(value) for key, value in self.start.items()})

    def seen(self, here: Place, start: Place) -> Place:
        """The position of which the question speaks: the learner's, but before the step's own moves."""
        begins = self.begins(start)
        return here.at(**{key: begins.controls[key] for key in self.moves})

    def goals(self, place: Place) -> dict[str, Any]:
        """Where the step's moves lead to, from the position of which it speaks."""
        return {key: place.value(value) for key, value in self.moves.items()}

    def expected(self, place: Place) -> Any:
        """The right answer: a number, a shape, or the place of the right choice.

        Raises:
            ValueError: not exactly one of the choices is right.
        """
        if self.answer:
            return place.value(self.answer)
        (right,) = (number for number, one in enumerate(self.choices) if place.value(one.right))
        return right

    def layer(self, place: Place) -> Built:
        """The built layer that the question is about."""
        built: Built = place.value(self.of)
        return built

    def fits(self, place: Place, *, answered: bool = False) -> bool:
        """Whether its question can be asked there; or, once it is answered, judged."""
        texts = [self.ask, self.line, self.do, *self.hints, *(one.say for one in self.choices)]
        if answered:
            said = [slip.says for slip in self.mistakes.values()]
            texts = [self.right, *said, *(one.because for one in self.choices)]
        try:
            for text in texts:
                filled(text, place, answer=0, mistaken="")
            if answered:
                self.layer(place), self.expected(place), self.slip(None, place)
            else:
                self.goals(place)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return False
        return True

    def slip(self, answer: Any, place: Place) -> str:
        """What this step says of its own mistake that gives the answer; "" if none does."""
        own = (slip for slip in self.mistakes.values() if slip.value)
        return next((slip.says for slip in own if place.value(slip.value) == answer), "")

    def said_of(self, found: Diagnosis) -> str:
        """What this step says of these mistakes; "" if nothing, or if two were made at once."""
        alike = {one.name for one in found.mistakes}
        texts = (slip.says for name, slip in self.mistakes.items() if {*name.split(" or ")} == alike)
        return "" if found.both else next(texts, "")


@dataclass(frozen=True)
class Steps:
    """A lesson's steps, and what is said after them."""

    steps: tuple[Step, ...]
    closing: str

    @classmethod
    def of(cls, name: str) -> Steps:
        """The steps of the lesson of that name, such as ``lstm``."""
        table = tomllib.loads((files(__package__) / "lessons" / f"{name}.toml").read_text("utf-8"))
        return cls(tuple(map(Step.read, table["step"])), table["closing"])


def filled(text: str, place: Place, **more: Any) -> str:
    """The text with what its braces hold, counts with their commas: expressions, or names of ``more``."""
    return _HOLE.sub(lambda hole: written(more[hole[1]] if hole[1] in more else place.value(hole[1])), text)


def written(value: Any) -> str:
    """A value as a sentence has it: counts with commas, shapes as Python writes them."""
    return f"{value:,}" if type(value) is int else str(value)
