"""How tensors flow through a layer or a model: what is shown, where it is, and the drawing with its words."""

from tutor.pictures.flow.drawing import flow_scene

__all__ = ["flow_scene"]
