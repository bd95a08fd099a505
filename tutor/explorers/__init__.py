"""Explorers: one widget for each layer, whose sliders move formula, shapes, pictures and a live Keras model."""

from __future__ import annotations

from typing import Any

from tutor.explorers.lessons import LESSONS
from tutor.explorers.widget import Explorer
from tutor.layers.base import Layer


def explore(layer: type[Layer], **starts: Any) -> Explorer:
    """An explorer of that layer, such as ``explore(tutor.LSTM, units=64)``; the keywords say where controls start.

    Raises:
        TypeError: it is no layer class of tutor.
        ValueError: there is no explorer of that layer, no such control, or a start out of its range.
    """
    if isinstance(layer, Layer):
        raise TypeError(f"explore({layer!r}): give the class, tutor.{layer.kind}, and its sizes as keywords.")
    if not (isinstance(layer, type) and issubclass(layer, Layer)):
        raise TypeError(f"explore({layer!r}): give a layer class of tutor, such as tutor.LSTM.")
    if layer not in LESSONS:
        raise ValueError(
            f"explore({layer.__name__}): there is no explorer of that layer; there is one of "
            f"{', '.join(known.__name__ for known in LESSONS)}."
        )
    return Explorer(LESSONS[layer].starting_at(**starts) if starts else LESSONS[layer])
