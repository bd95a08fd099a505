"""Models made from their inputs and outputs, as in Keras's functional API.

>>> image, question = Input((224, 224, 3)), Input((100,))
>>> words = LSTM(256)(Embedding(10000, 256)(question))
>>> Model([image, question], Dense(1000)(Concatenate()([Flatten()(image), words]))).ledger.total
153876656
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.layers.calls import InputLayer, Tensor, next_place, tensors_in
from tutor.layers.checks import shown
from tutor.models.graph import Graph, WholeModel
from tutor.models.ours import BuiltModel, built_as_layer

if TYPE_CHECKING:
    from tutor.layers.built import Built
    from tutor.ledgers.ledger import Ledger


@dataclass(frozen=True, eq=False)
class Model(WholeModel):
    """Keras's Model: everything between some tensors that enter and those that leave. ``Model(inputs, outputs)``.

    It can be called like a layer, and stand in a Sequential or in TimeDistributed.

    Attributes:
        inputs: a tensor made by ``tutor.Input``, or a list or dictionary of them.
        outputs: the tensors that leave: one, or a list or dictionary of them.

    Raises:
        TypeError: something else than tensors was given.
        ValueError: an output needs an input that is not among ``inputs``; two layers have one name; or a layer that is
            used twice does not fit both times.
    """

    inputs: Any
    outputs: Any
    name: str | None = None
    trainable: bool = True
    place: int = field(default_factory=next_place, init=False, repr=False)

    def __post_init__(self) -> None:
        self._check_words()
        entering = self.own_graph.inputs
        for tensor in entering:
            if not isinstance(tensor.source.operation, InputLayer):
                raise ValueError(f"Model: {tensor!r} is among inputs, but only what tutor.Input makes enters a model.")
        entrances = {id(tensor.source.operation) for tensor in entering}
        for operation in self.own_graph.operations:
            if isinstance(operation, InputLayer) and id(operation) not in entrances:
                named = f" {operation.name!r}" if operation.name else ""
                raise ValueError(
                    f"Model: the outputs need the input{named} of shape {operation.batch_shape}, which is not among "
                    f"inputs. Add it to them."
                )
        _ = self.ledger  # refuses what is not fit for a model

    @staticmethod
    def _tensors(argument: str, given: Any) -> tuple[Tensor, ...]:
        tensors = tuple(tensors_in(given))
        if not tensors:
            raise TypeError(f"Model: {argument}={shown(given)} holds no symbolic tensor, such as tutor.Input((784,)).")
        return tensors

    @property
    def kind(self) -> str:
        return "Functional"

    @cached_property
    def own_graph(self) -> Graph:
        return Graph(self._tensors("inputs", self.inputs), self._tensors("outputs", self.outputs))

    def _graph_on(self, input_shape: Any) -> Graph:
        return self.own_graph

    def _built_on(self, input_shape: Any) -> Built:
        return built_as_layer(self, self.own_graph, input_shape)

    @cached_property
    def _met(self) -> BuiltModel:
        return BuiltModel(self, self.own_graph)

    def met(self) -> BuiltModel:
        """The model's rows, layers and code, of one walk."""
        return self._met

    @property
    def ledger(self) -> Ledger:
        """The model row by row, the models within it too: ``vision/conv2d_1``."""
        return self._met.ledger

    def code(self) -> str:
        """Python that makes the same model in Keras, with the same weights and names, and calls it ``model``."""
        return self._met.code
