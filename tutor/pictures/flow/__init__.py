"""How tensors flow through a layer or a model: nodes, their places, the wires between them, and the drawing."""

from tutor.pictures.flow.drawing import flow_scene

__all__ = ["flow_scene"]
