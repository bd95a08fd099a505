"""Layers one after another: Keras's Sequential, and the ledger and the Keras code of a stack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.layers.calls import Input, InputLayer, Operation, Tensor, next_place
from tutor.layers.layer import Layer
from tutor.models.graph import Graph, WholeModel, distinct
from tutor.models.ours import BuiltModel, built_as_layer, check_names
from tutor.models.program import Program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.layers.built import Built
    from tutor.ledgers.ledger import Ledger


@dataclass(frozen=True)
class Sequential(WholeModel):
    """Keras's Sequential: a stack of layers. ``Sequential([Embedding(1000, 256), LSTM(128)]).build((None, 25))``.

    A model stands in it like a layer. The first item may be ``tutor.Input(shape)``, so that the input need not be given
    again; it is not one of ``layers``.

    Raises:
        TypeError: an item of the list is not a layer.
        ValueError: two different layers have the same name.
    """

    layers: Sequence[Operation | Tensor] | None = None
    trainable: bool = True
    name: str | None = None
    place: int = field(default_factory=next_place, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_words()
        given = () if self.layers is None else self.layers
        if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
            raise TypeError(f"Sequential: {given!r} is not a list of layers. Write [{given!r}].")
        items = tuple(given)
        entrance = next((item for item in items[:1] if _enters(item)), None)
        stack = items if entrance is None else items[1:]
        for place, item in enumerate(stack, start=len(items) - len(stack)):
            if not isinstance(item, Operation) or isinstance(item, InputLayer):
                raise TypeError(
                    f"Sequential: item {place} is {item!r}, but a layer is needed, such as tutor.Dense(32)."
                )
        for name, value in (("layers", stack), ("stack", stack), ("entrance", entrance)):
            object.__setattr__(self, name, value)
        names = Program(self, None).names
        check_names(self, [names[id(layer)] for layer in distinct(stack)])

    def build(self, input_shape: Sequence[int | None] | None = None) -> Ledger:
        """The stack on an input of that shape, batch axis included, such as ``(None, 25)``.

        Raises:
            TypeError: the shape is not a tuple of whole numbers and None.
            ValueError: there are no layers, or one of them does not take the shape that the one before it returns.
        """
        return self.met(input_shape).ledger

    def build_layers(self, input_shape: Sequence[int | None] | None = None) -> dict[str, Built]:
        """Each layer by its name, its own or the one that Keras gives, built on what the one before it returns.

        A layer that stands in the stack twice is one layer: it appears once, with the shapes of its first use.

        Raises:
            TypeError, ValueError: as for :meth:`build`.
        """
        return self.met(input_shape).layers

    def code(self, input_shape: Sequence[int | None] | None = None) -> str:
        """Python that makes the same model in Keras, of the same layers, and calls it ``model``.

        Raises:
            TypeError, ValueError: as for :meth:`build`.
        """
        return self.met(input_shape).code

    def met(self, input_shape: Sequence[int | None] | None = None) -> BuiltModel:
        """The stack on an input of that shape: rows, layers and code of one walk."""
        return BuiltModel(self, self._graph_on(input_shape))

    def _built_on(self, input_shape: Any) -> Built:
        return built_as_layer(self, self._graph_on(input_shape), input_shape)

    def _graph_on(self, input_shape: Any) -> Graph:
        # It is asked for when the stack is called, and again when the model that holds it is walked.
        last: dict[str, Graph] = vars(self).setdefault("_last", {})
        if (shape := repr(input_shape)) not in last:
            last.clear()
            last[shape] = self._calls_on(input_shape)
        return last[shape]

    def _calls_on(self, input_shape: Any) -> Graph:
        if not self.stack:
            raise ValueError("Sequential: there is no layer to build. Give a list, such as [tutor.Dense(32)].")
        tensor = first = self._entrance_on(input_shape)
        for place, layer in enumerate(self.stack, start=1):
            outputs = layer(tensor)
            if isinstance(outputs, tuple) and place < len(self.stack):
                raise ValueError(
                    f"Sequential: {layer!r} returns {len(outputs)} tensors, but a stack passes on one. "
                    f"Leave out its return_state."
                )
            tensor = outputs
        return Graph((first,), tensor if isinstance(tensor, tuple) else (tensor,))

    def _entrance_on(self, input_shape: Any) -> Tensor:
        if self.entrance is not None:
            if input_shape is not None:
                Graph((self.entrance,), (self.entrance,)).output_shape_on("Sequential", tuple(input_shape))
            return self.entrance
        first = self.stack[0] if self.stack else None
        # A layer says best what is wrong with a shape that it does not take.
        shape = first.build(input_shape).input_shape if isinstance(first, Layer) else input_shape
        return Input(batch_shape=shape)


def _enters(item: Any) -> bool:
    return isinstance(item, Tensor) and isinstance(item.source.operation, InputLayer)
