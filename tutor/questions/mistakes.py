"""The wrong answers that a layer's own declaration foresees: the number, its formula, and what was done to get it.

A mistake is a change of what the layer declares. Its formula and its number come about as the layer's own do, so they
are those of any layer and any size.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from tutor.layers.built import Built
from tutor.ledgers.ledger import Ledger, Row
from tutor.questions.changes import Change, Weights, changes
from tutor.symbols import Expression, Number, Size, joined


@dataclass(frozen=True)
class Mistake:
    """A wrong answer and how it comes about.

    Attributes:
        name: its short name: ``bias forgotten``.
        formula: the count with the mistake in it, over named sizes; None for a shape.
        value: the number, or the shape, that the mistake gives.
        slip: what was done, in a few words: ``the biases left out``.
        because: what is so instead, as a sentence.
        parts: the weights and gates that it forgets or counts too often, by name.
    """

    name: str
    formula: Expression | None
    value: Any
    slip: str
    because: str
    parts: tuple[str, ...] = ()


def asked(built: Built, of: str) -> Weights:
    """The weights whose number is asked for.

    Args:
        built: a layer.
        of: ``count``, ``trainable_count``, or the name of a weight.
    """
    every = {"count": built.weights, "trainable_count": tuple(one for one in built.weights if one.trainable)}
    return every[of] if of in every else tuple(one for one in built.weights if one.name == of)


def mistakes_of(built: Built, of: str = "count") -> tuple[Mistake, ...]:
    """What one mistake gives, likely ones first; none of them is the right number.

    Args:
        built: a layer.
        of: what is asked for: ``count``, ``trainable_count``, or the name of a weight.
    """
    weights = asked(built, of)
    made: dict[tuple[str, int], Mistake] = {}
    for change in _changes(built, of):
        mistake = _mistake(built, change, change.edit(weights))
        if mistake.value not in (0, count(weights)):
            made.setdefault((mistake.name, mistake.value), mistake)
    return tuple(made.values())


def two_at_once(built: Built, answer: int, of: str = "count") -> tuple[Mistake, Mistake] | None:
    """Two mistakes that together give the answer, the likeliest; both have the formula with both in it."""
    weights, known = asked(built, of), tuple(_changes(built, of))
    once = [change.edit(weights) for change in known]
    for one, other in sorted(itertools.combinations(range(len(known)), 2), key=sum):
        first, second = known[one], known[other]
        both = second.edit(once[one])
        # In either order; where the order matters, one of the two takes the place of the other.
        if first.name != second.name and count(both) == answer == count(first.edit(once[other])):
            return _mistake(built, first, both), _mistake(built, second, both)
    return None


def mistakes_in(ledger: Ledger) -> tuple[Mistake, ...]:
    """What one mistake gives for the total of a whole model: a layer's own mistakes, and one layer for the model."""
    owners = [row for row in ledger.rows if row.built and row.count]
    kinds, found = [row.kind for row in owners], []
    for row in owners:
        rest, where = ledger.total - row.count, f"the {row.kind}" if kinds.count(row.kind) == 1 else row.path
        others = f"The other layers have {rest:,} more."
        found.append(Mistake(f"{row.kind} alone", row.formula, row.count, f"{where} alone", others, (row.path,)))
        for one in _of_row(ledger, row):
            terms = [Size("others", rest)] * bool(rest) + [one.formula or Number(0)]
            slip, parts = f"{one.slip} in {where}", (row.path, *one.parts)
            found.append(replace(one, formula=joined(terms), value=rest + one.value, slip=slip, parts=parts))
    return tuple(mistake for mistake in found if mistake.value != ledger.total)


def _of_row(ledger: Ledger, row: Row) -> Iterator[Mistake]:
    """What one mistake gives for the count of one layer of a model."""
    built: Any = row.built
    yield from mistakes_of(built)
    if row.shared > 1:
        slip, once = f"the weights counted for each of {row.shared} uses", "A layer has one set of weights."
        yield Mistake("counted for each use", Number(row.shared) * built.formula, row.shared * row.count, slip, once)
    before = next((one for one in ledger.rows if row.inputs == (one.path,)), None)
    if before and before.kind == "Flatten" and row.kind == "Dense":
        other = built.layer.build((None, before.input_shape[-1]))
        because = f"Flatten makes {built.input_shape[-1]:,} features of {before.input_shape}."
        yield Mistake("Flatten forgotten", other.formula, other.count, "only the last axis counted", because)


def count(weights: Weights) -> int:
    """The number of their entries."""
    return sum(prod([len(weight.gates) or 1, *(axis.value for axis in weight.axes)]) for weight in weights)


def _changes(built: Built, of: str) -> Iterator[Change]:
    share = asked(built, of)
    others = {weight.name for weight in built.weights} - {weight.name for weight in share}
    yield from (change for change in changes(built) if not others & {*change.parts})
    if of != "count":
        name = "total for trainable" if of == "trainable_count" else "whole layer"
        which = f"How many are {'trainable' if of == 'trainable_count' else f'in the {of}'}?"
        rest = tuple(weight for weight in built.weights if weight not in share)
        yield Change(name, "the whole layer", which, lambda _: built.weights)
        yield Change("what is left", "what's left", which, lambda _: rest)


def _mistake(built: Built, change: Change, weights: Weights) -> Mistake:
    shown = change.name, built.formula_of(weights), count(weights), change.slip, change.because
    return Mistake(*shown, change.parts)
