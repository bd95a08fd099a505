"""Layers one after another: Keras's Sequential, and the ledger and the Keras code of a stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from tutor.layers import arguments
from tutor.layers.base import Built, Layer, numbered
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

    layers: Sequence[Layer] | None = None
    trainable: bool = arguments.flag(default=True)
    name: str | None = arguments.layer_name(default=None)

    def __post_init__(self) -> None:
        for argument in fields(self):
            arguments.check("Sequential", argument, getattr(self, argument.name))
        given = () if self.layers is None else self.layers
        if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
            raise TypeError(f"Sequential: {given!r} is not a list of layers. Write [{given!r}].")
        layers = tuple(given)
        for place, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"Sequential: item {place} is {layer!r}, but a layer is needed, such as tutor.Dense(32)."
                )
        if not self.trainable:
            frozen = {id(layer): replace(layer, trainable=False) for layer in layers}
            layers = tuple(frozen[id(layer)] for layer in layers)
        object.__setattr__(self, "layers", layers)
        for name, times in Counter(self._names().values()).items():
            if times > 1:
                raise ValueError(f"Sequential: {times} layers are named {name!r}, but a model uses each name once.")

    def _names(self) -> dict[int, str]:
        """Each distinct layer's name by its id: its own, or the one that Keras gives."""
        distinct = {id(layer): layer for layer in self.layers or ()}
        automatic = numbered(layer.automatic_name for layer in distinct.values() if layer.name is None)
        return {key: next(automatic) if layer.name is None else layer.name for key, layer in distinct.items()}

    def build(self, input_shape: Sequence[int | None]) -> Ledger:
        """The stack on an input of that shape, batch axis included, such as ``(None, 25)``.

        Raises:
            TypeError: the shape is not a tuple of whole numbers and None.
            ValueError: there are no layers, or one of them does not take the shape that the one before it returns.
        """
        builts, output_shape = self._chain(input_shape)
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
        return Ledger(next(iter(builts.values())).input_shape, output_shape, tuple(rows))

    def build_layers(self, input_shape: Sequence[int | None]) -> dict[str, Built]:
        """Each layer by its name, its own or the one that Keras gives, built on what the one before it returns.

        A layer that stands in the stack twice is one layer: it appears once, with the shapes of its first use.

        Raises:
            TypeError, ValueError: as for :meth:`build`.
        """
        return self._chain(input_shape)[0]

    def _chain(self, input_shape: Sequence[int | None]) -> tuple[dict[str, Built], Any]:
        """The built layers by name, and the shape that leaves the last of them."""
        if not self.layers:
            raise ValueError("Sequential: there is no layer to build. Give a list, such as [tutor.Dense(32)].")
        names = self._names()
        builts: dict[str, Built] = {}
        shape: Any = input_shape
        for place, layer in enumerate(self.layers):
            built = layer.build(shape)
            first = builts.setdefault(names[id(layer)], built)
            if first.weights != built.weights:
                raise ValueError(
                    f"Sequential: {layer!r} is used twice, on {first.input_shape} and on {built.input_shape}, but its "
                    f"weights {[weight.shape for weight in first.weights]} fit the first only."
                )
            shape = built.output_shape
            if place + 1 < len(self.layers) and isinstance(shape[0], tuple):
                raise ValueError(
                    f"Sequential: {layer!r} returns {len(shape)} tensors, but a stack passes on one. "
                    f"Leave out its return_state."
                )
        return builts, shape

    def code(self, input_shape: Sequence[int | None]) -> str:
        """Python that makes the same model in Keras, of the same layers, and calls it ``model``.

        Raises:
            TypeError, ValueError: as for :meth:`build`.
        """
        batch, *rest = next(iter(self.build_layers(input_shape).values())).input_shape
        entrance = f"keras.Input({tuple(rest)})" if batch is None else f"keras.Input(batch_shape={(batch, *rest)})"
        lines = [entrance]
        shared: dict[int, str] = {}
        uses = Counter(map(id, self.layers or ()))
        for layer in self.layers or ():
            if id(layer) in shared:
                lines.append(shared[id(layer)])
            elif uses[id(layer)] == 1:
                lines.append(layer.code())
            else:
                shared[id(layer)] = f"shared_{len(shared) + 1}"
                lines.append(f"{shared[id(layer)]} := {layer.code()}")
        named = "" if self.name is None else f"    name={self.name!r},\n"
        stack = "".join(f"        {line},\n" for line in lines)
        return f"import keras\n\nmodel = keras.Sequential(\n    [\n{stack}    ],\n{named})\n"
