"""A layer of a live Keras model as one of ours. Nothing of Keras is imported: its objects are asked what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from math import prod
from typing import Any

from tutor import layers
from tutor.layers.base import Layer
from tutor.layers.built import Built, Shape
from tutor.symbols import Expression, Number, Size, joined

#: What these say changes neither count nor shape, and may be an object of a learner's own.
_LEFT_OUT = ("_initializer", "_regularizer", "_constraint")


def is_from_keras(thing: Any, name: str = "") -> bool:
    """Whether the object is of one of Keras's classes, or with ``name``, of that class or of one derived from it."""
    classes = type(thing).__mro__ if name else (type(thing),)
    return any(cls.__module__.split(".")[0] == "keras" and name in ("", cls.__name__) for cls in classes)


def entries(weights: Iterable[Any]) -> int:
    """How many numbers Keras's weights hold."""
    return sum(prod(weight.shape) for weight in weights)


def layer_of(theirs: Any) -> Layer | None:
    """Our layer of the same arguments; None if there is none of that class, or it has arguments that we do not follow.

    A class counts as Keras's by where it comes from: a learner's own may have the same name.
    """
    kind = type(theirs).__name__
    if not is_from_keras(theirs) or kind not in layers.__all__:
        return None
    ours = getattr(layers, kind)
    if not issubclass(ours, Layer):
        return None
    config = theirs.get_config()
    inner = {"layer": ("forward_layer", "layer"), "backward_layer": ("backward_layer",)}
    given: dict[str, Any] = {}
    for argument in fields(ours):
        name = argument.name
        if name in inner and name in config:
            value = next(getattr(theirs, place) for place in inner[name] if hasattr(theirs, place))
            given[name] = layer_of(value)
        elif name in config and not name.endswith(_LEFT_OUT):
            value = config[name]
            # A function of a learner's own is noted as a dictionary; the layer has the function itself.
            given[name] = getattr(theirs, name, value) if isinstance(value, Mapping) and name != "dtype" else value
    try:
        return ours(**given)  # type: ignore[no-any-return]
    except (TypeError, ValueError):
        return None


def built_on(theirs: Any, shapes: tuple[Shape, ...]) -> Built | None:
    """Our layer of the same arguments on what Keras's was called on, or if that is not known, was built on."""
    ours = layer_of(theirs)
    if ours is None:
        return None
    noted = build_shapes(theirs)
    # Of several tensors, what Keras noted says which is which.
    for candidate in filter(None, (shapes, noted) if len(shapes) == 1 else (noted, shapes)):
        try:
            return ours.build(ours._read(candidate))  # noqa: SLF001
        except (TypeError, ValueError):
            continue
    return None


def build_shapes(theirs: Any) -> tuple[Shape, ...]:
    """The shapes that Keras made the layer's weights for; none if it did not note them."""
    config = theirs.get_build_config() if hasattr(theirs, "get_build_config") else None
    return tuple(_shapes_in(config or {}))


def formula_of_parts(theirs: Any) -> Expression | None:
    """The count of a layer that is made of known ones, such as a learner's own, as the sum of theirs; None otherwise.

    A weight that belongs to the layer itself, or to a part that is not known, makes the sum unknown.
    """
    counts: list[Expression] = []
    covered: set[int] = set()
    for part in getattr(theirs, "_layers", ()):
        weights = [weight for weight in getattr(part, "weights", ()) if id(weight) not in covered]
        if not weights:
            continue
        built = built_on(part, ())
        formula = formula_of_parts(part) if built is None else built.formula
        if formula is None:
            return None
        covered.update(map(id, weights))
        counts.append(Size(re.sub(r"\W", "_", part.name), formula.value))
    return joined(counts) if {id(weight) for weight in theirs.weights} == covered else None


def formula_of(theirs: Any, built: Built | None) -> Expression | None:
    """The layer's count over named sizes; None if it has weights, but of a kind that is not known."""
    if built is not None:
        return built.formula
    if not getattr(theirs, "weights", ()):
        return Number(0)
    return formula_of_parts(theirs)


def _shapes_in(value: Any) -> Iterable[Shape]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        if value and all(axis is None or isinstance(axis, int) for axis in value):
            yield tuple(value)
        else:
            for part in value:
                yield from _shapes_in(part)
