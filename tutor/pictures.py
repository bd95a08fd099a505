"""The pictures by the names that learners use: a layer or a ledger in, something that displays itself out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.diagrams.flow import flow_scene
from tutor.diagrams.gates import gate_scene
from tutor.diagrams.weights import weight_scene
from tutor.paint import Picture

if TYPE_CHECKING:
    from tutor.layers import Built
    from tutor.ledger import Ledger


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
