"""What an answer shows: whether it is right, and if not, which mistake was made."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tutor.layers.built import Built
from tutor.layers.checks import is_several, listed, must
from tutor.ledgers.ledger import Ledger
from tutor.questions.arithmetic import read
from tutor.questions.mistakes import Mistake, asked, count, mistakes_in, mistakes_of, two_at_once
from tutor.questions.shapes import right_shape, shape_mistakes
from tutor.symbols import NUMBERS

_WITH_COMMAS = {**NUMBERS, "size": "{value:,}"}


@dataclass(frozen=True)
class Diagnosis:
    """What an answer shows.

    Attributes:
        correct: whether it is right.
        mistake: the mistake's short name, such as ``bias forgotten``; two of them joined by ``and`` if both were made,
            by ``or`` if each explains the answer; None if it is right, or nothing explains it.
        explanation: what was done and what is so instead, with this layer's numbers; or a question that narrows it
            down.
        mistakes: the mistakes themselves.
        both: whether they were made together, rather than one of them.
        parts: the weights and gates that were forgotten or counted too often, by name.
        mistaken: the formula with the mistake in it, in numbers: ``3 · 128 · (128 + 256 + 1)``; empty for a shape.
    """

    correct: bool
    mistake: str | None = None
    explanation: str = ""
    mistakes: tuple[Mistake, ...] = ()
    both: bool = False
    parts: tuple[str, ...] = ()
    mistaken: str = ""


class Narrowing(NamedTuple):
    """A smaller question, and its answer: a step on the way to the count."""

    ask: str
    answer: int


def diagnose(built: Built | Ledger, answer: Any, of: str = "count") -> Diagnosis:
    """Compares an answer with what the layer or model has, and with what each of the usual mistakes would give.

    >>> import tutor
    >>> diagnose(tutor.LSTM(128).build((None, 25, 256)), 147_840).explanation
    '147,840 is 3 · 128 · (128 + 256 + 1): only the three gates. The candidate has weights too.'

    Args:
        built: a layer that has met its input; or the ledger of a whole model.
        answer: a number of parameters or a shape; or the text that was typed.
        of: what was asked for: ``count``, with a shape for an answer the output shape; ``trainable_count``; or the name
            of a weight: its count or its shape.

    Raises:
        TypeError: the layer is not built, or the answer is nothing of that.
        ValueError: there is no such weight.
    """
    if not isinstance(built, Built | Ledger):
        example = "be a layer that has met its input, such as LSTM(128).build((None, 25, 256))"
        raise TypeError(must("diagnose: built", example, built))
    known = ["count"]
    if isinstance(built, Built):
        known += ["trainable_count", *dict.fromkeys(weight.name for weight in built.weights)]
    if of not in known:
        raise ValueError(must("diagnose: of", f"be {listed(map(repr, known))}", of))
    if isinstance(answer, str):
        try:
            answer = _typed(answer, built.formula.symbols if isinstance(built, Built) else {})
        except ValueError as error:
            return Diagnosis(correct=False, explanation=str(error))
    if is_several(answer):
        return _of_shape(built, _plain(answer), "output_shape" if of in known[:2] else of)
    try:
        number = None if isinstance(answer, bool) else operator.index(answer)
    except TypeError:
        number = None
    if number is None:
        raise TypeError(must("diagnose: answer", "be a whole number, a shape, or a text", answer))
    return _of_count(built, number, of)


def narrowing(built: Built | Ledger, of: str = "count") -> tuple[Narrowing, ...]:
    """Smaller questions that lead to the count, with their answers; ``of`` as in :func:`diagnose`."""
    if isinstance(built, Ledger):
        return tuple(Narrowing(f"How many parameters does {row.path} have?", row.count) for row in built.rows)
    arrays = len(built.weights)
    if of == "trainable_count":
        trained = sum(weight.trainable for weight in built.weights)
        return (Narrowing(f"How many of its {arrays} arrays are trainable?", trained),)
    weights = {weight.name: weight for weight in built.weights if of in ("count", weight.name)}
    if of != "count":
        named = tuple(axis for axis in weights[of].axes if axis.text.isidentifier())
        asks = {f"How many {axis.text} are there?": axis.value for axis in named}
        return tuple(Narrowing(*ask) for ask in (asks or {f"How many numbers are in the {of}?": built.count}).items())
    kernel = weights.get("kernel")
    makes = next((one for one in (kernel.axes if kernel else ()) if one.text in ("units", "filters")), None)
    if makes and kernel and built.order:
        unit = makes.text.removesuffix("s")
        if built.gates:
            read = sum(one.count for one in built.gate_weights if one.name != "bias") // makes.value
            asks = {"How many numbers does one box read?": read}
            asks["How many parameters does one box have?"] = built.gate_formula.value
            asks |= {"How many boxes are there?": len(built.gates)} if len(built.gates) > 1 else {}
            asks |= {"How many directions are there?": 2} if "backward" in built.inside else {}
        else:
            asks = {f"How many weights does one {unit} have?": kernel.count // makes.value}
            asks |= {"And with its bias?": kernel.count // makes.value + 1} if "bias" in weights else {}
            asks[f"How many {makes.text} are there?"] = makes.value
    elif "embeddings" in weights:
        rows, units = weights["embeddings"].shape
        asks = {"How many rows does the table have?": rows, "How many numbers does each row have?": units}
    else:
        asks = {"How many arrays of weights does it have?": arrays}
        for part in dict.fromkeys(weight.part or weight.name for weight in built.weights):
            number = sum(weight.count for weight in built.weights if part == (weight.part or weight.name))
            asks[f"How many parameters are in {part}?"] = number
    return tuple(Narrowing(*ask) for ask in asks.items())


def _typed(text: str, names: Mapping[str, int]) -> Any:
    """The number, or else the shape, that was typed."""
    try:
        return read(text, names)
    except ValueError as error:
        try:
            return read(text, names, shape=True)
        except ValueError:
            raise error from None


def _plain(shape: Any) -> Any:
    return tuple(_plain(one) if is_several(one) else one for one in shape)


def _of_count(built: Built | Ledger, answer: int, of: str) -> Diagnosis:
    written = f"{answer:,}".replace("-", "−")
    if answer == (built.total if isinstance(built, Ledger) else count(asked(built, of))):
        return Diagnosis(correct=True, explanation=f"{written} is right.")
    mistakes = mistakes_in(built) if isinstance(built, Ledger) else mistakes_of(built, of)
    alike = tuple(mistake for mistake in mistakes if mistake.value == answer)
    both = () if alike or isinstance(built, Ledger) else two_at_once(built, answer, of) or ()
    if alike or both:
        return _known(alike or both, f"{written} is ", both=bool(both))
    asks = next((one.ask for one in narrowing(built, of)), "Which of its layers have weights?")
    return Diagnosis(correct=False, explanation=f"I don't recognize {written}. {asks}")


def _of_shape(built: Built | Ledger, answer: Any, of: str) -> Diagnosis:
    if isinstance(built, Ledger):
        last = [row.built for row in built.rows if row.built and row.output_shape == built.output_shape]
        if answer == built.output_shape or not last:
            right = answer == built.output_shape
            said = f"{answer} is right." if right else f"I don't recognize {answer}. Which layer is the last?"
            return Diagnosis(correct=right, explanation=said)
        built = last[-1]
    right = right_shape(built, of)
    if answer == right:
        return Diagnosis(correct=True, explanation=f"{answer} is right.")
    mistakes = shape_mistakes(built, of)
    alike = tuple(mistake for mistake in mistakes if mistake.value == answer)
    if alike:
        return _known(alike, f"{answer}: ", both=False)
    batch = next((mistake for mistake in mistakes if mistake.name == "batch forgotten"), None)
    other = next((mistake for mistake in mistakes if mistake != batch and mistake.value[1:] == answer != ()), None)
    if batch and other:
        return _known((batch, other), f"{answer}", both=True)
    what = "output" if of == "output_shape" else of
    wrong = [place for place, pair in enumerate(zip(answer, right, strict=False)) if pair[0] != pair[1]]
    asks = f"How many axes does the {what} have?"
    if len(answer) == len(right) and not isinstance(right[0], tuple):
        asks = f"How large is axis {wrong[0]} of the {what}?"
    return Diagnosis(correct=False, explanation=f"I don't recognize {answer}. {asks}")


def _known(mistakes: tuple[Mistake, ...], start: str, *, both: bool) -> Diagnosis:
    first, formula = mistakes[0], mistakes[0].formula
    mistaken = formula.write(_WITH_COMMAS) if formula else ""
    slips = list(dict.fromkeys(mistake.slip for mistake in mistakes))
    if both:
        said = f"{start}{mistaken}. Two things: {slips[0]}, and {slips[1]}."
    else:
        said = f"{start}{f'{mistaken}: ' if ' ' in mistaken else ''}{', or '.join(slips)}. {first.because}".strip()
    names = (" and " if both else " or ").join(dict.fromkeys(mistake.name for mistake in mistakes))
    parts = tuple(dict.fromkeys(part for mistake in mistakes for part in mistake.parts))
    return Diagnosis(False, names, said, mistakes, both, parts, mistaken)
