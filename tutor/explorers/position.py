"""Where an explorer's controls stand, and all that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.models.model import Model
from tutor.pictures.convolution import KINDS as DRAWN_AS_SHEETS
from tutor.pictures.convolution import convolution_scene
from tutor.pictures.flow import flow_scene
from tutor.pictures.gates import gate_scene
from tutor.pictures.heap import heap_scene
from tutor.pictures.weights import weight_scene
from tutor.pictures.window import window_scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.explorers.lessons import Lesson, Values
    from tutor.layers.built import Built
    from tutor.ledgers.ledger import Ledger
    from tutor.pictures.scene import Scene


@dataclass(frozen=True)
class Position:
    """Where the controls stand, and the model that comes of it.

    Attributes:
        lesson: what is explored.
        values: where the controls stand.
        ledger: the model, row by row.
        builts: each layer by its path.
        explored: the layer that the lesson is about; None where it is about the whole model.
        code: the Keras program that makes the model.
    """

    lesson: Lesson
    values: Values
    ledger: Ledger
    builts: Mapping[str, Built]
    explored: Built | None
    code: str

    @classmethod
    def at(cls, lesson: Lesson, values: Values) -> Position:
        """The position at those values, each of which its control takes.

        Raises:
            ValueError: no model can be made with all of them at once; the message says why.
        """
        model = lesson.make(values)
        if isinstance(model, Model):
            builts = {row.path: row.built for row in model.ledger.rows if row.built is not None}
            return cls(lesson, values, model.ledger, builts, None, model.code())
        builts = model.build_layers()
        return cls(lesson, values, model.build(), builts, list(builts.values())[-1], model.code())

    @cached_property
    def scenes(self) -> dict[str, Scene]:
        """The pictures, by name: first what the layer or the model does, then a closer look."""
        built = self.explored
        if built is None:
            return {"heap": heap_scene(self.ledger), "flow": flow_scene(self.ledger)}
        if built.gates:
            return {"cell": gate_scene(built), "weights": weight_scene(built)}
        if "step" in self.values:
            first = convolution_scene(built) if built.layer.kind in DRAWN_AS_SHEETS else flow_scene(built)
            name = "filters" if built.weights else "flow"
            return {name: first, "window": window_scene(built, self._step(built))}
        return {"flow": flow_scene(built), **({"weights": weight_scene(built)} if built.weights else {})}

    def _step(self, built: Built) -> int:
        """The place of the window, counted from 0; the last one where there are not so many."""
        places = 1
        for rule in built.output_rules.values():
            places *= rule.value
        return min(int(self.values["step"]), places - 1)
