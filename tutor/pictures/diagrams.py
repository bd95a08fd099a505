"""The pictures by the names that learners use: a layer or a ledger in, something that displays itself out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.pictures.convolution import convolution_scene
from tutor.pictures.flow import flow_scene
from tutor.pictures.gates import gate_scene
from tutor.pictures.heap import heap_scene
from tutor.pictures.picture import Picture
from tutor.pictures.weights import weight_scene
from tutor.pictures.window import window_scene

if TYPE_CHECKING:
    from tutor.layers.built import Built
    from tutor.ledgers.ledger import Ledger


def gate_diagram(built: Built) -> Picture:
    """The inside of a recurrent cell: SimpleRNN, LSTM or GRU, every wire with its shape.

    Raises:
        ValueError: the layer has no gates.
    """
    return Picture(gate_scene(built))


def flow_diagram(built_or_ledger: Built | Ledger) -> Picture:
    """The shapes of the tensors on their way through a layer or a model."""
    return Picture(flow_scene(built_or_ledger))


def weight_diagram(built: Built) -> Picture:
    """A layer's weight matrices to scale, with the slices of its gates."""
    return Picture(weight_scene(built))


def convolution_diagram(built: Built) -> Picture:
    """A convolution's input and output as sheets, and between them its filters, with the rules of all sizes.

    Raises:
        ValueError: the layer is no convolution on one or two axes, or a separable one.
    """
    return Picture(convolution_scene(built))


def window_diagram(built: Built, step: int = 0) -> Picture:
    """The window of a convolution or a pooling at one of its places, which are counted from 0, row by row.

    Raises:
        TypeError: ``step`` is not a whole number.
        ValueError: the layer has no window on one or two axes, a size is not known, or there is no such place.
    """
    return Picture(window_scene(built, step))


def heap_chart(ledger: Ledger) -> Picture:
    """Where a model's parameters heap up: a bar for each layer that has some."""
    return Picture(heap_scene(ledger))
