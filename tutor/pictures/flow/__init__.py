"""How tensors flow through a layer or a whole model: as a chain, or as a graph where the model branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.layers import Built
from tutor.pictures.flow.branches import branches_scene
from tutor.pictures.flow.chain import chain_scene
from tutor.pictures.flow.connected import is_one_after_another
from tutor.pictures.flow.steps import chained, steps_of

if TYPE_CHECKING:
    from tutor.ledgers.ledger import Ledger
    from tutor.pictures.scene import Scene


def flow_scene(subject: Built | Ledger) -> Scene:
    """The flow through one layer, or through all layers of a model.

    The scenes of a layer or a model whose sizes alone change have the same structure and the same height.
    """
    steps = steps_of(subject)
    is_chain = chained(steps) is not None
    if isinstance(subject, Built) or not (subject.rows and subject.outputs):
        return chain_scene(steps, is_chain=is_chain)
    if is_chain and is_one_after_another(subject):
        return chain_scene(steps, is_chain=True)
    return branches_scene(subject) or chain_scene(steps, is_chain=False)
