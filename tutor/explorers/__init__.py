"""Explorers: one widget for a layer or model; its sliders move formula, shapes, pictures and a live Keras model."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.layers.checks import shown
from tutor.layers.layer import Layer

if TYPE_CHECKING:
    from tutor.explorers.widget import Explorer


def explore(what: Any, **starts: Any) -> Explorer:
    """An explorer, such as ``explore(tutor.LSTM, units=64)``; the keywords say where its controls start.

    Args:
        what: a layer class, or a function that makes one of the article's models.
        starts: where the controls start, by their names.

    Raises:
        TypeError: it is neither.
        ValueError: there is no explorer of it, no such control, or a start is out of its range.
    """
    return _explorer("explore", what, starts)


def lesson(what: Any, **starts: Any) -> Explorer:
    """The same explorer with its guide: a question, a place to answer, then steps; ``lesson(tutor.LSTM)``.

    Raises:
        TypeError, ValueError: as for :func:`explore`.
    """
    return _explorer("lesson", what, starts)


def _explorer(function: str, what: Any, starts: Mapping[str, Any]) -> Explorer:
    # Sessions run without what a widget needs.
    from tutor.explorers.lessons import all_lessons, lesson_of
    from tutor.explorers.widget import Explorer
    from tutor.questions.steps import Steps

    if isinstance(what, Layer):
        meant = f"{function}(tutor.{what.kind})"
        raise TypeError(f"{function} takes the class and its sizes: {meant}, and not {shown(what)}.")
    name = getattr(what, "__name__", shown(what))
    if not callable(what):
        raise TypeError(f"{function} takes a layer class, such as tutor.LSTM; got {name}.")
    found = lesson_of(what) if isinstance(what, Hashable) else None
    if found is None:
        there = ", ".join(known.__name__ for known in all_lessons())
        raise ValueError(f"There's no explorer for {name}. There is one for {there}.")
    steps = Steps.of(found.explored or name.lower()) if function == "lesson" else None
    return Explorer(found.starting_at(**starts), steps=steps)
