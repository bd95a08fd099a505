"""How tensors flow and parameters heap up in deep-learning models.

Importing ``tutor`` takes in the standard library alone, and of itself only what is asked for; matplotlib, NumPy,
ipywidgets and Keras come in when something that needs them is first used.
"""

from __future__ import annotations

import importlib
from typing import Any

from tutor.layers import HOMES as _LAYERS

_HOMES = {
    **{name: home for name, home in _LAYERS.items() if home != "tutor.layers.layer"},
    "Input": "tutor.layers.calls",
    "Model": "tutor.models.model",
    "Sequential": "tutor.models.sequential",
    "convolution_diagram": "tutor.pictures.diagrams",
    "table_1": "tutor.article",
    "table_of_the_follow_up": "tutor.article",
    "explain": "tutor.ledgers.keras_models",
    "explore": "tutor.explorers",
    "flow_diagram": "tutor.pictures.diagrams",
    "gate_diagram": "tutor.pictures.diagrams",
    "heap_chart": "tutor.pictures.diagrams",
    "video_question_answering": "tutor.article",
    "vision_model": "tutor.article",
    "visual_question_answering": "tutor.article",
    "weight_diagram": "tutor.pictures.diagrams",
    "window_diagram": "tutor.pictures.diagrams",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tutor' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
