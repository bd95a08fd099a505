"""How tensors flow and parameters heap up in deep-learning models.

Importing ``tutor`` loads only the standard library, and of itself only what is asked for. matplotlib, NumPy, ipywidgets
and Keras are loaded when something that needs them is first used.
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
    **dict.fromkeys(
        ("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"), "tutor.layers.merging"
    ),
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
        from tutor.layers.other_names import layer_in_keras

        meant = layer_in_keras(name, __all__)
        help_ = f"Did you mean tutor.{meant}?" if meant else "dir(tutor) lists what it has."
        raise AttributeError(f"module 'tutor' has no attribute {name!r}. {help_}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
