"""Where an explorer's controls stand, and all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tutor.diagrams.flow import flow_scene
from tutor.diagrams.gates import gate_scene
from tutor.diagrams.weights import weight_scene
from tutor.explorers.lessons import Lesson, Values
from tutor.layers.base import Built
from tutor.scene import Scene


@dataclass(frozen=True)
class Position:
    """Where the controls stand, and the layers that come of it."""

    lesson: Lesson
    values: Values
    builts: Mapping[str, Built]
    code: str

    @classmethod
    def at(cls, lesson: Lesson, values: Values) -> Position:
        """The position at those values, which the lesson has checked."""
        stack, input_shape = lesson.stack(values)
        return cls(lesson, values, stack.build_layers(input_shape), stack.code(input_shape))

    @property
    def explored(self) -> Built:
        """The layer that the lesson is about."""
        return list(self.builts.values())[-1]

    @property
    def total(self) -> int:
        """The whole stack's parameters."""
        return sum(built.count for built in self.builts.values())

    @cached_property
    def scenes(self) -> dict[str, Scene]:
        """The pictures of the explored layer, by name: what it does first, then its weights to scale."""
        built = self.explored
        main = {"cell": gate_scene(built)} if built.gates else {"flow": flow_scene(built)}
        return {**main, "weights": weight_scene(built)}
