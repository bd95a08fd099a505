"""Explorers: one widget for a layer or model; its sliders move formula, shapes, pictures and a live Keras model."""

from __future__ import annotations

from typing import Any

from tutor.explorers.lessons import LESSONS
from tutor.explorers.widget import Explorer
from tutor.layers.layer import Layer


def explore(what: Any, **starts: Any) -> Explorer:
    """An explorer, such as ``explore(tutor.LSTM, units=64)``; the keywords say where its controls start.

    Args:
        what: a layer class, or a function that makes one of the article's models.
        starts: where the controls start, by their names.

    Raises:
        TypeError: it is neither.
        ValueError: there is no explorer of it, no such control, or a start is out of its range.
    """
    if isinstance(what, Layer):
        raise TypeError(f"explore({what!r}): give the class, tutor.{what.kind}, and its sizes as keywords.")
    if not callable(what):
        raise TypeError(f"explore({what!r}): give a layer class of tutor, such as tutor.LSTM.")
    if what not in LESSONS:
        raise ValueError(
            f"explore({what.__name__}): there is no explorer of that; there is one of "
            f"{', '.join(known.__name__ for known in LESSONS)}."
        )
    lesson = LESSONS[what]
    return Explorer(lesson.starting_at(**starts) if starts else lesson)
