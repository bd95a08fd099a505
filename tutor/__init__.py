"""How tensors flow and parameters heap up in deep-learning models.

Importing ``tutor`` takes in the standard library alone; matplotlib, NumPy, ipywidgets and Keras come in when something
that needs them is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tutor.layers import GRU, LSTM, Dense, Embedding, SimpleRNN
from tutor.sequential import Sequential

if TYPE_CHECKING:
    from tutor.explorers import explore
    from tutor.pictures import flow_diagram, gate_diagram, weight_diagram

__all__ = [
    "GRU",
    "LSTM",
    "Dense",
    "Embedding",
    "Sequential",
    "SimpleRNN",
    "explore",
    "flow_diagram",
    "gate_diagram",
    "weight_diagram",
]

_ON_FIRST_USE = {
    "explore": "tutor.explorers",
    "flow_diagram": "tutor.pictures",
    "gate_diagram": "tutor.pictures",
    "weight_diagram": "tutor.pictures",
}


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module 'tutor' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_ON_FIRST_USE[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
