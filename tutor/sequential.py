"""Layers one after another: Keras's Sequential, and the ledger and the Keras code of a stack."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tutor.layers.base import Built, Layer, Shape, numbered
from tutor.ledger import Ledger, Row

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Sequential:
    """Keras's Sequential: a stack of layers. ``Sequential([Embedding(1000, 256), LSTM(128)]).build((None, 25))``.

    Raises:
        TypeError: an item of the list is not a layer.
        ValueError: two different layers have the same name.
    """

    layers: Sequence[Layer] = ()
    trainable: bool = True
    name: str | None = None

    def __post_init__(self) -> None:
        for place, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"Sequential: item {place} is {layer!r}, but a layer is needed, such as tutor.Dense(32)."
                )
        layers = tuple(self.layers if self.trainable else (replace(layer, trainable=False) for layer in self.layers))
        object.__setattr__(self, "layers", layers)
        names = Counter(layer.name for layer in _distinct(layers) if layer.name)
        for name, times in names.items():
            if times > 1:
                raise ValueError(f"Sequential: {times} layers are named {name!r}, but a model uses each name once.")

    def build(self, input_shape: Sequence[int | None]) -> Ledger:
        """The stack on an input of that shape, batch axis included, such as ``(None, 25)``.

        Raises:
            TypeError: the shape is not a tuple of whole numbers and None.
            ValueError: there are no layers, or one of them does not take the shape that the one before it returns.
        """
        builts = self.build_layers(input_shape)
        rows = [
            Row(
                path=name,
                kind=built.layer.kind,
                input_shape=built.input_shape,
                output_shape=built.output_shape,
                formula=built.formula,
                count=built.count,
                trainable_count=built.trainable_count,
            )
            for name, built in builts.items()
            if built.weights or built.output_shape != built.input_shape
        ]
        return Ledger(builts[next(iter(builts))].input_shape, tuple(rows))

    def build_layers(self, input_shape: Sequence[int | None]) -> dict[str, Built]:
        """Each layer by its name, its own or the one that Keras gives, built on what the one before it returns.

        A layer that stands in the stack twice is one layer: it appears once, with the shapes of its first use.

        Raises:
            TypeError, ValueError: as for :meth:`build`.
        """
        if not self.layers:
            raise ValueError("Sequential: there is no layer to build. Give a list, such as [tutor.Dense(32)].")
        automatic = numbered(layer.automatic_name for layer in _distinct(self.layers) if not layer.name)
        names = {id(layer): layer.name or next(automatic) for layer in _distinct(self.layers)}
        builts: dict[str, Built] = {}
        shape: Any = input_shape
        for layer in self.layers:
            if shape and isinstance(shape[0], tuple):
                raise ValueError(
                    f"Sequential: the layer before {layer!r} returns {len(shape)} tensors, but a stack passes on one. "
                    f"Leave out its return_state."
                )
            built = layer.build(shape)
            first = builts.setdefault(names[id(layer)], built)
            if first.weights != built.weights:
                raise ValueError(
                    f"Sequential: {layer!r} is used twice, on {first.input_shape} and on {built.input_shape}, but its "
                    f"weights {[weight.shape for weight in first.weights]} fit the first only."
                )
            shape = built.output_shape
        return builts

    def code(self, input_shape: Shape) -> str:
        """Python that makes the same model in Keras, of the same layers, and calls it ``model``."""
        batch, *rest = input_shape
        entrance = f"keras.Input({tuple(rest)})" if batch is None else f"keras.Input(batch_shape={tuple(input_shape)})"
        lines = [f"        {call},\n" for call in (entrance, *(layer.code() for layer in self.layers))]
        named = "" if self.name is None else f"    name={self.name!r},\n"
        return f"import keras\n\nmodel = keras.Sequential(\n    [\n{''.join(lines)}    ],\n{named})\n"


def _distinct(layers: Sequence[Layer]) -> list[Layer]:
    return list({id(layer): layer for layer in layers}.values())
