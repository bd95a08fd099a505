"""A lesson's model at one position of its controls, as the names of which a step's expressions speak."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from typing import Any

from tutor.layers import HOMES
from tutor.layers.calls import shapes_in
from tutor.models.ours import BuiltModel
from tutor.questions.arithmetic import evaluate
from tutor.questions.mistakes import mistakes_of
from tutor.symbols import identifiers


def _layer(place: Place) -> Any:
    if place.explored is None:
        return place.model.as_layer(place.model.ledger.input_shape)
    return place.model.layers[place.explored]


def _whole(place: Place) -> Any:
    """What reads and returns: the layer, or the whole model."""
    return place.model.ledger if place.explored is None else place.layer


def _count(place: Place) -> int:
    numbers: int = place.layer.count if place.explored else place.total
    return numbers if place.model.layers else math.prod(place.input_shape[1:])


def _mistaken(place: Place) -> Callable[[str], int]:
    return lambda name: {one.name: one.value for one in reversed(mistakes_of(place.layer))}[name]


#: What a step may name, beside controls, layers by their paths, and tutor's layers.
_FACTS: Mapping[str, Callable[[Place], Any]] = {
    # by its path, with underscores for what no name can have in it
    "layers": lambda place: dict(zip(identifiers(place.model.layers), place.model.layers.values(), strict=True)),
    "layer": _layer,  # that the lesson is about; of a lesson about a whole model, that model as one layer
    "count": _count,  # its parameters; where there is no layer, the numbers in one example
    "total": lambda place: place.model.ledger.total,  # the model's parameters
    "trainable_count": lambda place: place.layer.trainable_count,
    "input_shape": lambda place: _whole(place).input_shape,
    "output_shape": lambda place: _whole(place).output_shape,
    "outputs": lambda place: len(shapes_in(place.output_shape)),  # how many tensors the layer returns
    "boxes": lambda place: len(place.layer.gates),  # how many gates and candidates a recurrent layer has
    "one_box": lambda place: place.layer.gate_formula.value,  # the parameters of one of them
    "formula": lambda place: place.layer.formula.text,  # the count in names
    "numbers": lambda place: place.layer.formula.numbers,
    "mistaken": _mistaken,  # what the count would be with the mistake of that name
    "at": lambda place: place.at,  # the same lesson with some controls elsewhere
    "len": lambda _: len,
    "prod": lambda _: math.prod,
}


class Place(dict[str, Any]):
    """What a step may name: each control, and what follows, which is found when it is first asked for.

    Attributes:
        controls: where each control stands, by its key.
        explored: the path of the layer that the lesson is about; None where it is about the whole model.
    """

    def __init__(
        self,
        controls: Mapping[str, Any],
        make: Callable[[Mapping[str, Any]], BuiltModel],
        explored: str | None,
        model: BuiltModel | None = None,
    ) -> None:
        super().__init__(controls)
        self.controls, self.explored, self._make, self._model = controls, explored, make, model
        self._others: dict[str, Place] = {}
        self._values: dict[str, Any] = {}

    def __missing__(self, name: str) -> Any:
        if name in _FACTS:
            self[name] = _FACTS[name](self)
        elif name in HOMES:
            self[name] = getattr(importlib.import_module(HOMES[name]), name)
        else:
            self[name] = self.layers[name]
        return self[name]

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    @property
    def model(self) -> BuiltModel:
        """The model, made when it is first asked for."""
        self._model = self._model or self._make(self.controls)
        return self._model

    def at(self, **moved: Any) -> Place:
        """The same lesson with some controls elsewhere."""
        controls = {**self.controls, **moved}
        if controls == self.controls:
            return self
        return self._others.setdefault(repr(moved), Place(controls, self._make, self.explored))

    def value(self, expression: str) -> Any:
        """What an expression comes to here, evaluated once."""
        if expression not in self._values:
            self._values[expression] = evaluate(expression, self)
        return self._values[expression]
