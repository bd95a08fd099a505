"""The wrong counts that a layer's own declaration foresees: the number, its formula, and what was done to get it.

A mistake is a change of what the layer declares. Its formula and its number come about as the layer's own do, so they
are those of any layer and any size.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
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
        value: the number, or the shape, that the mistake gives.
        slip: what was done, in a few words: ``the biases left out``.
        because: what is so instead, as a sentence.
        formula: the count with the mistake in it, over named sizes; None for a shape.
        parts: the weights and gates that it forgets or counts too often, by name.
    """

    name: str
    value: Any
    slip: str
    because: str
    formula: Expression | None = None
    parts: tuple[str, ...] = ()


def mistakes_of(built: Built, of: str = "count") -> tuple[Mistake, ...]:
    """What one mistake gives, likely ones first; none of them is the right number.

    Args:
        built: a layer.
        of: what is asked for: ``count`` or ``trainable_count``.
    """
    weights, right = asked(built, of), getattr(built, of)
    found = [_mistake(built, change, change.edit(weights)) for change in changes(built)]
    if of == "trainable_count":
        which = Change("total for trainable", "the whole layer", "How many are trainable?", lambda _: built.weights)
        found.append(_mistake(built, which, built.weights))
    return distinct(found, 0, right)


def distinct(found: Iterable[Mistake], *excluded: Any) -> tuple[Mistake, ...]:
    """The first of each name and value, without those of such values."""
    first: dict[tuple[str, Any], Mistake] = {}
    for one in found:
        if one.value not in excluded:
            first.setdefault((one.name, one.value), one)
    return tuple(first.values())


def asked(built: Built, of: str) -> Weights:
    """The weights whose number is asked for."""
    return tuple(one for one in built.weights if one.trainable or of == "count")


def two_at_once(built: Built, answer: int, of: str = "count") -> tuple[Mistake, ...]:
    """Two mistakes that together give the answer, the likeliest; both have the formula with both in it."""
    weights, known = asked(built, of), tuple(changes(built))
    once = [change.edit(weights) for change in known]
    for one, other in sorted(itertools.combinations(range(len(known)), 2), key=sum):
        first, second = known[one], known[other]
        both = second.edit(once[one])
        # In either order; where the order matters, one of the two takes the place of the other.
        if first.name != second.name and _count(both) == answer == _count(first.edit(once[other])):
            return _mistake(built, first, both), _mistake(built, second, both)
    return ()


def mistakes_in(ledger: Ledger) -> tuple[Mistake, ...]:
    """What one mistake gives for the total of a whole model: a layer's own mistakes, and one layer for the model."""
    owners = [row for row in ledger.rows if row.built and row.count]
    kinds, found = [row.kind for row in owners], []
    for row in owners:
        rest, where = ledger.total - row.count, f"the {row.kind}" if kinds.count(row.kind) == 1 else row.path
        others = f"The other layers have {rest:,} more."
        found.append(Mistake(f"{row.kind} alone", row.count, f"{where} alone", others, row.formula, (row.path,)))
        for one in _of_row(ledger, row):
            formula = joined([*[Size("others", rest)] * bool(rest), one.formula or Number(0)])
            slip, parts = f"{one.slip} in {where}", (row.path, *one.parts)
            found.append(replace(one, value=rest + one.value, slip=slip, formula=formula, parts=parts))
    return tuple(mistake for mistake in found if mistake.value != ledger.total)


def _of_row(ledger: Ledger, row: Row) -> Iterator[Mistake]:
    """What one mistake gives for the count of one layer of a model."""
    built: Any = row.built
    yield from mistakes_of(built)
    if row.shared > 1:
        slip, once = f"the weights counted for each of {row.shared} uses", "A layer has one set of weights."
        yield Mistake("counted for each use", row.shared * row.count, slip, once, Number(row.shared) * built.formula)
    before = next((one for one in ledger.rows if row.inputs == (one.path,)), None)
    if before and before.kind == "Flatten" and row.kind == "Dense":
        other = built.layer.build((None, before.input_shape[-1]))
        because = f"Flatten makes {built.input_shape[-1]:,} features of {before.input_shape}."
        yield Mistake("Flatten forgotten", other.count, "only the last axis counted", because, other.formula)


def _count(weights: Weights) -> int:
    """The number of their entries, without the formula."""
    return sum(prod([len(weight.gates) or 1, *(axis.value for axis in weight.axes)]) for weight in weights)


def _mistake(built: Built, change: Change, weights: Weights) -> Mistake:
    formula, before, after = built.formula_of(weights), _axes_by_name(built.weights), _axes_by_name(weights)
    parts = change.parts or tuple(name for name in before if before[name] != after.get(name))
    return Mistake(change.name, formula.value, change.slip, change.because, formula, parts)


def _axes_by_name(weights: Weights) -> dict[str, list[tuple[Expression, ...]]]:
    names = dict.fromkeys(weight.name for weight in weights)
    return {name: [weight.axes for weight in weights if weight.name == name] for name in names}
