"""What stands on an explorer's screen: facts in, words or a picture out. A new panel is one line here, or a module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Generic, TypeVar

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

if TYPE_CHECKING:
    from tutor.layers.built import Built

Shown = TypeVar("Shown", str, Scene)


@dataclass(frozen=True)
class Panel(Generic[Shown]):
    """Something on the screen.

    Attributes:
        key: its name in the data that goes to the screen.
        place: the pane in which it stands, ``.tutor-<place>``.
        make: what stands there, HTML or a picture, after a move.
    """

    key: str
    place: str
    make: Callable[[Change], Shown]


def _explored(change: Change) -> Built:
    """The layer that a picture is about.

    Raises:
        ValueError: the lesson is about none.
    """
    if change.now.explored is None:
        raise ValueError(f"{change.now.lesson.title}: this picture shows one layer, but the lesson explores none.")
    return change.now.explored


def _unrolled(change: Change) -> Scene:
    return unrolled_scene(_explored(change), padded=bool(change.now.values.get("mask_zero")))


CELL = Panel("cell", "diagram", lambda change: gate_scene(_explored(change)))
FILTERS = Panel("filters", "diagram", lambda change: convolution_scene(_explored(change)))
FLOW = Panel("flow", "diagram", lambda change: flow_scene(_explored(change)))
WEIGHTS = Panel("weights", "weights", lambda change: weight_scene(_explored(change), change.before.explored))
WINDOW = Panel("window", "weights", lambda change: window_scene(_explored(change), change.now.values["step"]))
TENSOR = Panel("tensor", "diagram", lambda change: tensor_scene(change.now.ledger.input_shape, change.now.axes))
DENSE = Panel("dense", "diagram", lambda change: dense_scene(_explored(change)))
ROWS = Panel("embedding", "diagram", lambda change: sentence_scene(_explored(change), change.now.values["sentence"]))
UNROLLED = Panel("unrolled", "diagram", _unrolled)
HEAP = Panel("heap", "diagram", lambda change: heap_scene(change.now.ledger))
MODEL_FLOW = Panel("flow", "weights", lambda change: flow_scene(change.now.ledger))

#: What every explorer says.
SAID = (
    Panel("formula", "formula", lambda change: words.formula_html(change.now)),
    Panel("move", "move", move_html),
    Panel("shapes", "shapes", lambda change: words.shapes_html(change.now)),
    Panel("code", "code", lambda change: escape(change.now.code)),
    Panel("rows", "rows", lambda change: words.rows_html(change.now)),
)
