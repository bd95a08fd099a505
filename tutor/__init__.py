"""How tensors flow and parameters heap up in deep-learning models.

Importing ``tutor`` loads only the standard library, and of itself only what is asked for. matplotlib, NumPy, ipywidgets
and Keras are loaded when something that needs them is first used.
"""

from __future__ import annotations

import importlib
from typing import Any

from tutor.layers import HOMES as _LAYERS

#: The names in each module, besides the layers.
_MODULES = {
    "article": "table_1 table_of_the_follow_up video_question_answering vision_model visual_question_answering",
    "explorers": "explore lesson",
    "layers.calls": "Input",
    "layers.merging": "add average concatenate dot maximum minimum multiply subtract",
    "ledgers.keras_models": "explain",
    "models.model": "Model",
    "models.sequential": "Sequential",
    "pictures.diagrams": (
        "convolution_diagram dense_diagram embedding_diagram flow_diagram gate_diagram heap_chart tensor_diagram "
        "unrolled_diagram weight_diagram window_diagram"
    ),
    "questions.diagnosis": "diagnose",
}
_HOMES = {name: home for name, home in _LAYERS.items() if home != "tutor.layers.layer"}
_HOMES |= {name: f"tutor.{module}" for module, names in _MODULES.items() for name in names.split()}

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
