"""The pictures by the names that learners use: a layer or a ledger in, something that displays itself out."""

from __future__ import annotations

from typing import Any

from tutor.layers.built import Built
from tutor.layers.examples import example_shape
from tutor.layers.layer import Layer
from tutor.ledgers.ledger import Ledger
from tutor.models.sequential import Sequential
from tutor.pictures.convolution import convolution_scene
from tutor.pictures.flow import flow_scene
from tutor.pictures.gates import gate_scene
from tutor.pictures.heap import heap_scene
from tutor.pictures.picture import Picture
from tutor.pictures.weights import weight_scene
from tutor.pictures.window import window_scene


def gate_diagram(built: Built) -> Picture:
    """A recurrent layer at one timestep, each gate above its slice of the weights; of a wrapper, the cell inside.

    Raises:
        TypeError: not a layer that is built.
        ValueError: the layer is not recurrent.
    """
    return Picture(gate_scene(_layer("gate_diagram", built)))


def flow_diagram(built_or_ledger: Built | Ledger) -> Picture:
    """The shapes of the tensors on their way through a layer or a model.

    Raises:
        TypeError: neither a layer that is built nor a ledger or a model that has one.
    """
    subject = built_or_ledger
    return Picture(flow_scene(subject if isinstance(subject, Built) else _ledger("flow_diagram", subject)))


def weight_diagram(built: Built) -> Picture:
    """A layer's weights to scale, with the slices of its gates.

    Raises:
        TypeError: not a layer that is built.
    """
    return Picture(weight_scene(_layer("weight_diagram", built)))


def convolution_diagram(built: Built) -> Picture:
    """A convolution's input and output as sheets, and between them its filters, with the rules of all sizes.

    Raises:
        TypeError: not a layer that is built.
        ValueError: the layer is no Conv1D or Conv2D.
    """
    return Picture(convolution_scene(_layer("convolution_diagram", built)))


def window_diagram(built: Built, step: int = 0) -> Picture:
    """The window of a convolution or a pooling at one of its places, which are counted from 0, row by row.

    Raises:
        TypeError: not a layer that is built, or ``step`` is not a whole number.
        ValueError: the layer has no window on one or two axes, a size is not known, or there is no such place.
    """
    return Picture(window_scene(_layer("window_diagram", built), step))


def heap_chart(ledger: Ledger) -> Picture:
    """Where a model's parameters heap up: a bar for each layer that has some.

    Raises:
        TypeError: neither a ledger nor a model that has one.
    """
    return Picture(heap_scene(_ledger("heap_chart", ledger)))


def _layer(name: str, given: Any) -> Built:
    if isinstance(given, Built):
        return given
    repair = "Of a model, draw one of the layers in its ledger, such as ledger.rows[0].built."
    raise _refusal(f"{name}: built must be a layer that is built", given, repair)


def _ledger(name: str, given: Any) -> Ledger:
    if isinstance(given, Sequential) and given.entrance is not None:
        given = given.build()
    ledger = getattr(given, "ledger", given)
    if isinstance(ledger, Ledger):
        return ledger
    repair = f"Of a Keras model, write tutor.{name}(tutor.explain(model))."
    if isinstance(given, Sequential):
        repair = "Build the model first, such as model.build((None, 784))."
    elif isinstance(given, Built):
        repair = f"Put the layer into a model: tutor.Sequential([layer]).build({given.input_shape})."
    raise _refusal(f"{name}: ledger must be the ledger of a model", given, repair)


def _refusal(wanted: str, given: Any, repair: str) -> TypeError:
    got = repr(given) if isinstance(given, (Layer, str, int, type(None))) else f"a {type(given).__name__}"
    if isinstance(given, Layer):
        repair = f"Build it first: {given.code('tutor.')}.build({example_shape(given) or 'its input shape'})."
    return TypeError(f"{wanted}; got {got}. {repair}")
