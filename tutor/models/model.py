"""Models made from their inputs and outputs, as in Keras's functional API.

>>> image, question = Input((224, 224, 3)), Input((100,))
>>> words = LSTM(256)(Embedding(10000, 256)(question))
>>> Model([image, question], Dense(1000)(Concatenate()([Flatten()(image), words]))).ledger.total
153876656
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.layers.built import Built
from tutor.layers.calls import Operation, next_place, tensors_in
from tutor.layers.checks import must
from tutor.ledgers.ledger import Ledger
from tutor.models.graph import Graph, WholeModel
from tutor.models.ours import BuiltModel


@dataclass(frozen=True, eq=False)
class Model(WholeModel):
    """Keras's Model: everything between its inputs and its outputs. ``Model(inputs, outputs)``.

    It can be called like a layer, and be put into a Sequential or TimeDistributed.

    Attributes:
        inputs: a tensor made by ``tutor.Input``, or a list or dictionary of them; kept as a list.
        outputs: the tensors that it returns: one, or a list or dictionary of them; kept as a list.

    Raises:
        TypeError: the inputs or outputs are not tensors.
        ValueError: an output needs an input that is not among ``inputs``; two layers have the same name; or a layer
            that is used twice does not fit both times.
    """

    inputs: Any
    outputs: Any
    name: str | None = None
    trainable: bool = True
    place: int = field(default_factory=next_place, init=False, repr=False)
    own_graph: Graph = field(init=False, repr=False)
    _met: BuiltModel = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._check_words()
        ends = {argument: tuple(tensors_in(getattr(self, argument))) for argument in ("inputs", "outputs")}
        for argument, tensors in ends.items():
            if not tensors:
                given = getattr(self, argument)
                raise TypeError(must(f"Model: {argument}", "be a tensor, such as x = tutor.Input((784,))", given))
        graph = Graph(**ends)
        for tensor in graph.inputs:
            if tensor.source.input_tensors:
                raise ValueError(f"Model: inputs must be tensors made by tutor.Input; got {tensor!r}.")
        entering = {id(tensor.source) for tensor in graph.inputs}
        for call in graph.calls:
            if not call.input_tensors and id(call) not in entering:
                missing = f"input {call.operation.name!r}" if call.operation.name else "input"
                why = f"the {missing} of shape {call.output_shape}, which the outputs need"
                raise ValueError(f"Model: inputs must include {why}.")
        # Keras's are lists, however they were given.
        lists = {argument: list(tensors) for argument, tensors in ends.items()}
        vars(self).update(lists, own_graph=graph, entrance=graph.inputs[0])
        vars(self)["_met"] = BuiltModel(self, graph)  # refuses what cannot be a model

    @property
    def kind(self) -> str:
        return "Functional"

    @property
    def inside(self) -> tuple[Operation, ...]:
        return tuple(call.operation for call in self.own_graph.calls if call.input_tensors)

    def _graph_on(self, input_shape: Any) -> Graph:
        return self.own_graph

    def _built_on(self, input_shape: Any) -> Built:
        return self._met.as_layer(input_shape)

    def met(self) -> BuiltModel:
        """The model's rows, layers and code, of one walk."""
        return self._met

    @property
    def ledger(self) -> Ledger:
        """The model row by row, with the rows of models in it: ``vision/conv2d_1``."""
        return self._met.ledger

    def code(self) -> str:
        """Python that makes the same model in Keras, with the same weights and names, and calls it ``model``."""
        return self._met.code
