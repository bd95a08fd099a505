"""What follows from where an explorer's controls stand, and what a move changed: values, without a word of English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from tutor.explorers.controls import Control, SizeControl
from tutor.explorers.lessons.base import Lesson, Preset, Values
from tutor.layers.built import Built, Weight
from tutor.ledgers.ledger import Ledger
from tutor.live.report import Answer
from tutor.models.ours import BuiltModel
from tutor.questions.place import Place
from tutor.symbols import Expression, Size, product


@dataclass(frozen=True)
class Facts:
    """A lesson's model with its controls at some values.

    Attributes:
        lesson: what is explored.
        values: where the controls stand.
        model: the model, of one walk.
        keras: what Keras says of the model; None as long as it has not answered.
    """

    lesson: Lesson
    values: Values
    model: BuiltModel
    keras: Answer | None = None

    @classmethod
    def at(cls, lesson: Lesson, values: Values) -> Facts:
        """The facts at those values, each of which its control takes.

        A control of which the others leave less goes back to the last value that they leave.

        Raises:
            ValueError: no model can be made with all of them at once; the message says why.
        """
        facts = cls(lesson, values, lesson.make(values).met())
        return replace(facts, values={key: min(value, facts.ends.get(key, value)) for key, value in values.items()})

    @cached_property
    def place(self) -> Place:
        """The same, as the names of which the guide's questions speak."""
        return Place(self.values, lambda values: self.lesson.make(values).met(), self.lesson.explored, self.model)

    @property
    def ledger(self) -> Ledger:
        return self.model.ledger

    @property
    def explored(self) -> Built | None:
        """The layer that the lesson is about; None where it is about the whole model."""
        return None if self.lesson.explored is None else self.model.layers[self.lesson.explored]

    @property
    def entries(self) -> Expression | None:
        """How many numbers one example has, in a lesson about a shape; None in others."""
        sizes = (Size(name, size) for name, size in self.axes.items())
        return None if self.lesson.axes is None else product(sizes)

    @property
    def axes(self) -> Mapping[str, int]:
        """The axes of one example, in a lesson about a shape."""
        return self.lesson.axes(self.values) if self.lesson.axes else {}

    @property
    def ends(self) -> dict[str, int]:
        """The largest value of each control of which the others leave less."""
        sizes = (one for one in self.lesson.controls if isinstance(one, SizeControl))
        return {one.key: one.last(self) for one in sizes if one.last is not None}


@dataclass(frozen=True)
class LayerChange:
    """A layer before a move and after it."""

    path: str
    old: Built
    new: Built

    @property
    def more(self) -> int:
        """How many parameters it has more."""
        return self.new.count - self.old.count

    @property
    def weights(self) -> list[tuple[Weight | None, Weight | None]]:
        """Each weight array before and after; None where there is no such array."""
        before, after = ({(one.part, one.name): one for one in built.weights} for built in (self.old, self.new))
        return [(before.get(name), after.get(name)) for name in {**before, **after}]


@dataclass(frozen=True)
class Change:
    """What a move changed.

    Attributes:
        before: the facts before it.
        now: the facts after it.
        moved: the controls that stand elsewhere.
        preset: the preset to which several controls went.
        layers: every layer that there was before, too, by the order of the calls.
    """

    before: Facts
    now: Facts
    moved: tuple[Control, ...]
    preset: Preset | None
    layers: tuple[LayerChange, ...]

    @property
    def explored(self) -> LayerChange | None:
        """The change of the layer that the lesson is about."""
        return next((one for one in self.layers if one.path == self.now.lesson.explored), None)

    @property
    def more(self) -> int:
        """How many parameters the model has more."""
        return self.now.ledger.total - self.before.ledger.total

    @property
    def is_back(self) -> bool:
        """Whether all controls stand where they started."""
        return self.now.values == self.now.lesson.start

    @property
    def shapes(self) -> int:
        """How many shapes differ: of inputs, and of what layers return."""
        inputs = zip(self.before.ledger.inputs.values(), self.now.ledger.inputs.values(), strict=False)
        outputs = ((one.old.output_shape, one.new.output_shape) for one in self.layers)
        return sum(old != new for old, new in (*inputs, *outputs))


def what_changed(before: Facts, now: Facts) -> Change:
    """What differs between two positions of one lesson."""
    lesson = now.lesson
    moved = tuple(one for one in lesson.controls if before.values[one.key] != now.values[one.key])
    # What only follows the others is not what was moved.
    moved = tuple(one for one in moved if one.key not in now.ends) or moved
    presets = (one for one in lesson.presets if len(moved) > 1 and lesson.position(one.key) == now.values)
    old = before.model.layers
    layers = tuple(LayerChange(path, old[path], new) for path, new in now.model.layers.items() if path in old)
    return Change(before, now, moved, next(presets, None), layers)
