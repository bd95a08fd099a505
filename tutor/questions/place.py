"""A lesson's model at one position of its controls, as the names of which a step's expressions speak."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tutor.layers import HOMES
from tutor.layers.built import Built
from tutor.models.ours import BuiltModel
from tutor.questions.mistakes import mistakes_of
from tutor.symbols import identifiers

_FUNCTIONS: Mapping[str, Any] = {"len": len, "prod": math.prod}
#: What a place says of its model, as attributes of the same name.
_FACTS = (
    "layer at mistaken count total trainable_count input_shape output_shape outputs boxes one_box formula numbers"
).split()


class Place(Mapping[str, Any]):
    """What a step may name: each control, each layer by its path, tutor's layers, and the facts that follow.

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
        self.controls, self.explored, self._make, self._model = controls, explored, make, model
        self._others: dict[str, Place] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self.controls:
            return self.controls[name]
        if name in _FACTS:
            return getattr(self, name)
        if name in _FUNCTIONS:
            return _FUNCTIONS[name]
        if name in HOMES:
            return getattr(importlib.import_module(HOMES[name]), name)
        return self.layers[name]

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def __iter__(self) -> Iterator[str]:
        yield from {**self.controls, **dict.fromkeys(_FACTS), **_FUNCTIONS, **HOMES, **self.layers}

    def __len__(self) -> int:
        return len(list(self))

    def at(self, **moved: Any) -> Place:
        """The same lesson with some controls elsewhere."""
        controls = {**self.controls, **moved}
        if controls == self.controls:
            return self
        return self._others.setdefault(repr(moved), Place(controls, self._make, self.explored))

    @property
    def model(self) -> BuiltModel:
        """The model, made when it is first asked for."""
        self._model = self._model or self._make(self.controls)
        return self._model

    @property
    def layers(self) -> dict[str, Built]:
        """Each layer of the model by its path, with underscores for what no name can have in it."""
        return dict(zip(identifiers(self.model.layers), self.model.layers.values(), strict=True))

    @property
    def layer(self) -> Built:
        """The layer that the lesson is about; of a lesson about a whole model, that model as one layer."""
        if self.explored is None:
            return self.model.as_layer(self.model.ledger.input_shape)
        return self.model.layers[self.explored]

    @property
    def count(self) -> int:
        """The layer's parameters; where there is no layer, the numbers in one example."""
        if not self.model.layers:
            return math.prod(self.input_shape[1:])
        return self.total if self.explored is None else self.layer.count

    @property
    def total(self) -> int:
        """The model's parameters."""
        return self.model.ledger.total

    @property
    def trainable_count(self) -> int:
        """The layer's trainable parameters."""
        return self.layer.trainable_count

    @property
    def input_shape(self) -> Any:
        """What the layer reads."""
        return self.model.ledger.input_shape if self.explored is None else self.layer.input_shape

    @property
    def output_shape(self) -> Any:
        """What the layer returns."""
        return self.model.ledger.output_shape if self.explored is None else self.layer.output_shape

    @property
    def outputs(self) -> int:
        """How many tensors the layer returns."""
        shape = self.output_shape
        return len(shape) if shape and isinstance(shape[0], tuple) else 1

    @property
    def boxes(self) -> int:
        """How many gates and candidates a recurrent layer has."""
        return len(self.layer.gates)

    @property
    def one_box(self) -> int:
        """The parameters of one of them."""
        return self.layer.gate_formula.value

    @property
    def formula(self) -> str:
        """The count in names."""
        return self.layer.formula.text

    @property
    def numbers(self) -> str:
        """The count in numbers."""
        return self.layer.formula.numbers

    def mistaken(self, name: str) -> int:
        """What the count would be with that mistake.

        Raises:
            StopIteration: there is no such mistake here.
        """
        value: int = next(one.value for one in mistakes_of(self.layer) if one.name == name)
        return value
