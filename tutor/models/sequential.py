"""Keras's Sequential: layers one after another, with the ledger and the Keras code of the stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tutor.layers.built import Built
from tutor.layers.calls import Input, InputLayer, Operation, Tensor, next_place
from tutor.layers.checks import input_shape as checked_shape
from tutor.layers.checks import is_several, must, shown
from tutor.layers.layer import Layer
from tutor.layers.misfits import MisfitError, Past
from tutor.ledgers.ledger import Ledger
from tutor.models.graph import Graph, WholeModel, check_fits
from tutor.models.ours import BuiltModel
from tutor.models.program import Program


@dataclass(frozen=True)
class Sequential(WholeModel):
    """Keras's Sequential: a stack of layers. ``Sequential([Embedding(1000, 256), LSTM(128)]).build((None, 25))``.

    A model can be one of its layers. If the list begins with ``tutor.Input(shape)``, ``build()`` needs no shape; the
    Input is not one of ``layers``.

    Raises:
        TypeError: an item of the list is not a layer.
        ValueError: two different layers have the same name.
    """

    layers: Sequence[Operation | Tensor] | None = None
    trainable: bool = True
    name: str | None = None
    place: int = field(default_factory=next_place, init=False, repr=False, compare=False)
    #: The shape on which it was connected last, and how.
    _last: ClassVar[tuple[Any, Graph | None]] = (None, None)

    def __post_init__(self) -> None:
        self._check_words()
        given = () if self.layers is None else self.layers
        if not is_several(given):
            raise TypeError(must("Sequential: layers", "be a list", given, f" Write [{shown(given)}]."))
        items = tuple(given)
        enters = [item for item in items[:1] if isinstance(item, Tensor) and not item.source.input_tensors]
        stack = items[len(enters) :]
        for place, item in enumerate(stack, start=len(enters)):
            if not isinstance(item, Operation) or isinstance(item, InputLayer):
                raise TypeError(must(f"Sequential: layers[{place}]", "be a layer, such as tutor.Dense(32)", item))
        vars(self).update(layers=stack, entrance=next(iter(enters), None))
        Program(self).check_names(self.inside)

    @property
    def inside(self) -> tuple[Operation, ...]:
        return tuple(layer for layer in self.layers or () if isinstance(layer, Operation))

    def build(self, input_shape: Sequence[int | None] | None = None) -> Ledger:
        """The stack on an input of that shape, batch axis included, such as ``(None, 25)``.

        Raises:
            TypeError: the shape is not a tuple of whole numbers and None.
            ValueError: there is no layer, or one of them does not take what the one before it returns.
        """
        return self.met(input_shape).ledger

    def code(self, input_shape: Sequence[int | None] | None = None) -> str:
        """Python that makes the same model in Keras, and calls it ``model``.

        Raises:
            TypeError, ValueError: as for :meth:`build`.
        """
        return self.met(input_shape).code

    def met(self, input_shape: Sequence[int | None] | None = None) -> BuiltModel:
        """The stack on an input of that shape: rows, layers and code, from one walk."""
        return BuiltModel(self, self._graph_on(input_shape))

    def _built_on(self, input_shape: Any) -> Built:
        return self.met(input_shape).as_layer(input_shape)

    def _graph_on(self, input_shape: Any) -> Graph:
        shape, graph = self._last
        if graph is None or shape != input_shape:  # who calls the model and who walks through it ask for the same
            graph = self._connected_on(input_shape)
            vars(self)["_last"] = input_shape, graph
        return graph

    def _connected_on(self, input_shape: Any) -> Graph:
        if not self.inside:
            raise ValueError("Sequential: there must be a layer to build; got none. Write [tutor.Dense(32)] for one.")
        try:
            tensor = entrance = self._entrance_on(self.inside[0], input_shape)
            for place, layer in enumerate(self.inside, start=1):
                outputs = layer(tensor)
                if isinstance(outputs, tuple) and place < len(self.inside):
                    why = f"it must return one tensor, since another layer follows; got {len(outputs)}."
                    raise MisfitError(layer.kind, f"{why} Leave out its return_state.").called(layer, [tensor])
                tensor = outputs
        except MisfitError as error:
            names, places = Program(self).names, [*enumerate(self.inside, start=1)]
            # A layer that is used several times has the place of its first use.
            titles = {id(one): f"{one.title} {names[id(one)]!r} (layer {place})" for place, one in reversed(places)}
            raise error.after(Past(titles=titles)) from None
        return Graph((entrance,), tensor if isinstance(tensor, tuple) else (tensor,))

    def _entrance_on(self, first: Operation, input_shape: Any) -> Tensor:
        if self.entrance is not None:
            made_for = self.entrance.shape
            given = made_for if input_shape is None else checked_shape("Sequential", input_shape, made_for)
            check_fits("Sequential", [given], [made_for])
            return self.entrance
        if not isinstance(first, Layer):
            return Input(batch_shape=checked_shape("Sequential", input_shape))
        try:
            # A layer says best what is wrong with a shape that it does not take.
            return Input(batch_shape=first.build(input_shape).input_shape)
        except MisfitError as error:
            raise error.called(first, []) from None
