"""Shapes that a layer takes, for messages that need one as an example."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from math import prod
from typing import Any

from tutor.layers.built import Built
from tutor.layers.calls import Operation

_SIZES = {"timesteps": 25, "height": 64, "width": 64, "depth": 16, "features": 256, "channels": 4}
#: What only a layer that is built has.
_OF_BUILT = {name for name in (*dir(Built), *Built.__dataclass_fields__) if not name.startswith("_")} - {"layer"}


def example_shape(operation: Operation) -> Any:
    """A shape on which the layer, or the model, can be built; None if none of the usual ones will do."""
    for shape in _candidates(operation):
        with suppress(TypeError, ValueError):
            operation._built_on(shape)  # noqa: SLF001
            return shape
    return None


def _candidates(operation: Any) -> Iterator[Any]:
    if operation.inside and (inner := example_shape(operation.inside[0])):
        yield from (inner, (None, 25, *inner[1:]))
    reads = getattr(operation, "reads", "...")
    sizes = [_SIZES.get(name, 8) for name in reads.split() if name not in ("...", "batch")]
    for batch in (None, 32):
        yield from ((batch, *further, *sizes) for further in ((), (25,), (64, 64))[: 3 if "..." in reads else 1])
        yield from ((batch, *[8] * axes, channels) for axes in (0, 1, 2, 3) for channels in (256, 4, 6))
    yield (None, prod(size for size in getattr(operation, "target_shape", ()) if size and size > 0))
    yield from ([(None, *[8] * axes)] * 2 for axes in (1, 2, 3, 4))


def unbuilt(operation: Any, name: str) -> str:
    """What is wrong when a layer is asked for an attribute that it does not have."""
    if name not in _OF_BUILT:
        return f"{type(operation).__name__!r} object has no attribute {name!r}"
    shape = example_shape(operation) or "input_shape"
    return f"{operation!r} has no {name} until it is built. Write {operation.code('tutor.')}.build({shape}).{name}."
