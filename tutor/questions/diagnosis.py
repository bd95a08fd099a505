"""What an answer shows: whether it is right, and if not, which mistake was made."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tutor.layers.built import Built
from tutor.layers.checks import is_several, listed, must
from tutor.ledgers.ledger import Ledger
from tutor.questions.arithmetic import read
from tutor.questions.mistakes import Mistake, mistakes_in, mistakes_of, two_at_once
from tutor.questions.shapes import shape_mistakes


@dataclass(frozen=True)
class Diagnosis:
    """What an answer shows.

    Attributes:
        correct: whether it is right.
        explanation: what was done and what is so instead, with this layer's numbers; or a question that narrows it
            down.
        mistakes: those that explain it; none if it is right, or nothing does.
        both: whether two of them were made together, rather than one of them.
    """

    correct: bool
    explanation: str
    mistakes: tuple[Mistake, ...] = ()
    both: bool = False

    @property
    def mistake(self) -> str | None:
        """Its short name: ``bias forgotten``; ``one and another`` or, if each explains it, ``one or another``."""
        names = dict.fromkeys(one.name for one in self.mistakes)
        return (" and " if self.both else " or ").join(names) or None

    @property
    def parts(self) -> tuple[str, ...]:
        """The weights and gates that were forgotten or counted too often, by name."""
        return tuple(dict.fromkeys(part for one in self.mistakes for part in one.parts))

    @property
    def mistaken(self) -> str:
        """The formula with the mistake in it, in numbers: ``3 · 128 · (128 + 256 + 1)``; empty for a shape."""
        formula = self.mistakes[0].formula if self.mistakes else None
        return formula.with_commas if formula else ""


def diagnose(built: Built | Ledger, answer: Any, of: str = "count") -> Diagnosis:
    """Compares an answer with what the layer or model has, and with what each of the usual mistakes would give.

    >>> import tutor
    >>> diagnose(tutor.LSTM(128).build((None, 25, 256)), 147_840).explanation
    '147,840 is 3 · 128 · (128 + 256 + 1): only the three gates. The candidate has weights too.'

    Args:
        built: a layer that has met its input, or a whole model.
        answer: a number, the shape that leaves, or a text, as a learner types it.
        of: which number is asked for: ``count``, or ``trainable_count`` of a layer.

    Raises:
        TypeError: the layer is not built, or the answer is nothing of that.
        ValueError: another number is asked for.
    """
    if not isinstance(built, Built | Ledger):
        example = "be a layer that has met its input, such as LSTM(128).build((None, 25, 256))"
        raise TypeError(must("diagnose: built", example, built))
    known = ("count", "trainable_count") if isinstance(built, Built) else ("count",)
    if of not in known:
        raise ValueError(must("diagnose: of", f"be {listed(map(repr, known))}", of))
    if isinstance(answer, str):
        try:
            answer = _typed(answer, built.formula.symbols if isinstance(built, Built) else {})
        except ValueError as error:
            return Diagnosis(correct=False, explanation=str(error))
    if is_several(answer):
        return _of_shape(built, _plain(answer))
    if isinstance(answer, bool) or not hasattr(answer, "__index__"):
        raise TypeError(must("diagnose: answer", "be a whole number, a shape, or a text", answer))
    return _of_count(built, operator.index(answer), of)


def narrowing(built: Built | Ledger, of: str = "count") -> dict[str, int]:
    """Smaller questions that lead to the count, and their answers; ``of`` as in :func:`diagnose`."""
    if isinstance(built, Ledger):
        return {f"How many parameters does {row.path} have?": row.count for row in built.rows if row.count}
    weights = {weight.name: weight for weight in built.weights}
    kernel = weights.get("kernel")
    makes = next((axis for axis in (kernel.axes if kernel else ()) if axis.text in ("units", "filters")), None)
    if of == "trainable_count":
        trained = sum(weight.trainable for weight in built.weights)
        asks = {f"How many of its {len(built.weights)} arrays are trainable?": trained}
    elif makes and kernel and built.gates:
        read = sum(one.count for one in built.gate_weights if one.name != "bias") // makes.value
        asks = {"How many numbers does one box read?": read}
        asks["How many parameters does one box have?"] = built.gate_formula.value
        asks |= {"How many boxes are there?": len(built.gates)} if len(built.gates) > 1 else {}
        asks |= {"How many directions are there?": 2} if "backward" in built.inside else {}
    elif makes and kernel and built.order:
        each = kernel.count // makes.value
        asks = {f"How many weights does one {makes.text.removesuffix('s')} have?": each}
        asks |= {"And with its bias?": each + 1} if "bias" in weights else {}
        asks[f"How many {makes.text} are there?"] = makes.value
    elif "embeddings" in weights:
        rows, units = weights["embeddings"].shape
        asks = {"How many rows does the table have?": rows, "How many numbers does each row have?": units}
    else:
        asks = {"How many arrays of weights does it have?": len(built.weights)}
        for weight in built.weights:
            ask = f"How many parameters are in {weight.part or weight.name}?"
            asks[ask] = asks.get(ask, 0) + weight.count
    return asks


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
    if isinstance(built, Ledger):
        right, mistakes = built.total, mistakes_in(built)
    else:
        right, mistakes = getattr(built, of), mistakes_of(built, of)
    alike = tuple(mistake for mistake in mistakes if mistake.value == answer)
    both = two_at_once(built, answer, of) if isinstance(built, Built) and not alike and answer != right else ()
    asks = next(iter(narrowing(built, of)), "Which of its layers have weights?")
    return _said(f"{answer:,}".replace("-", "−"), answer == right, alike, both, asks)


def _of_shape(built: Built | Ledger, answer: Any) -> Diagnosis:
    right, rows = built.output_shape, built.rows if isinstance(built, Ledger) else ()
    last = [built] if isinstance(built, Built) else [row.built for row in rows if row.output_shape == right]
    mistakes = shape_mistakes(last[-1]) if last and last[-1] else ()
    alike = tuple(mistake for mistake in mistakes if mistake.value == answer)
    batch = [mistake for mistake in mistakes if mistake.name == "batch forgotten"]
    others = [mistake for mistake in mistakes if mistake not in batch and mistake.value[1:] == answer != ()]
    both = () if alike or not batch else (*batch, *others[:1])
    asks = "How many axes does the output have?"
    if right and len(answer) == len(right) and not isinstance(right[0], tuple):
        asks = f"How large is axis {[*map(operator.eq, answer, right), False].index(False)} of the output?"
    return _said(str(answer), answer == right, alike, both if len(both) > 1 else (), asks)


def _said(written: str, correct: bool, alike: tuple[Mistake, ...], both: tuple[Mistake, ...], asks: str) -> Diagnosis:
    """The diagnosis in words: right, explained by each of some mistakes or by two together, or by none."""
    if correct:
        return Diagnosis(True, f"{written} is right.")
    if not alike and not both:
        return Diagnosis(False, f"I don't recognize {written}. {asks}")
    found = Diagnosis(False, "", alike or both, bool(both))
    made = f"{written} is {found.mistaken}" if " " in found.mistaken else written
    slips = [*dict.fromkeys(mistake.slip for mistake in found.mistakes)]
    says = f"{made}: {', or '.join(slips)}. {found.mistakes[0].because}".strip()
    return replace(found, explanation=f"{made}. Two things: {slips[0]}, and {slips[1]}." if both else says)
