"""What stands on an explorer's screen: facts in, words or a picture out. A new panel is one line here, or a module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from tutor.explorers import words
from tutor.explorers.facts import Change
from tutor.explorers.move_words import move_html
from tutor.pictures.convolution import convolution_scene
from tutor.pictures.dense import dense_scene
from tutor.pictures.embedding import sentence_scene
from tutor.pictures.flow import flow_scene
from tutor.pictures.gates import gate_scene
from tutor.pictures.heap import heap_scene
from tutor.pictures.scene import Scene
from tutor.pictures.tensor import tensor_scene
from tutor.pictures.unrolled import unrolled_scene
from tutor.pictures.weights import weight_scene
from tutor.pictures.window import window_scene


@dataclass(frozen=True)
class Panel:
    """A picture on the screen.

    Attributes:
        key: its name in the data that goes to the screen.
        make: the picture after a move.
        title: what it is called on the screen; the key, if none is given.
    """

    key: str
    make: Callable[[Change], Scene]
    title: str = ""


def _unrolled(change: Change) -> Scene:
    return unrolled_scene(change.now.place.layer, padded=bool(change.now.values.get("mask_zero")))


CELL = Panel("cell", lambda change: gate_scene(change.now.place.layer))
FILTERS = Panel("filters", lambda change: convolution_scene(change.now.place.layer))
FLOW = Panel("flow", lambda change: flow_scene(change.now.place.layer))
WEIGHTS = Panel("weights", lambda change: weight_scene(change.now.place.layer, change.before.place.layer))
WINDOW = Panel("window", lambda change: window_scene(change.now.place.layer, change.now.values["step"]))
TENSOR = Panel("tensor", lambda change: tensor_scene(change.now.ledger.input_shape, ("batch", *change.now.axes)))
DENSE = Panel("dense", lambda change: dense_scene(change.now.place.layer), "units")
ROWS = Panel("embedding", lambda change: sentence_scene(change.now.place.layer, change.now.values["sentence"]), "rows")
UNROLLED = Panel("unrolled", _unrolled)
HEAP = Panel("heap", lambda change: heap_scene(change.now.ledger))
MODEL_FLOW = Panel("flow", lambda change: flow_scene(change.now.ledger))

#: What every explorer says, as HTML after a move, by the pane in which it stands.
SAID: dict[str, Callable[[Change], str]] = {
    "formula": lambda change: words.formula_html(change.now),
    "move": move_html,
    "shapes": lambda change: words.shapes_html(change.now),
    "code": lambda change: escape(change.now.model.code),
    "rows": lambda change: words.rows_html(change.now),
}
