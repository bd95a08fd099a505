"""Two shapes that cannot be merged, and the layers that would make them fit."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.layers.built import Shape
from tutor.layers.checks import listed


def bridges(one: Shape, other: Shape, joined: int | None = None) -> str:
    """What helps, in a sentence; ``joined`` is the axis along which the two may differ.

    >>> bridges((None, 56, 56, 32), (None, 112, 112, 32))
    ' To fix it, put MaxPooling2D(2) on (None, 112, 112, 32), Conv2D(32, 1, strides=2) on (None, 112, 112, 32) or \
UpSampling2D(2) on (None, 56, 56, 32) before it.'
    """
    if None in (*one[1:], *other[1:]) or min(len(one), len(other)) < 2 or max(len(one), len(other)) > 5:
        return ""
    ways = [*(_ways if len(one) == len(other) else _to_two_axes)(one, other, joined)]
    return f" To fix it, put {listed(ways)} before it." if ways else ""


def _to_two_axes(one: Shape, other: Shape, joined: int | None) -> Iterator[str]:
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == 2 and joined is not None:
        yield from (f"{layer}() on {longer}" for layer in ("Flatten", f"GlobalAveragePooling{len(longer) - 2}D"))


def _ways(one: Shape, other: Shape, joined: int | None) -> Iterator[str]:
    rank, last = len(one) - 2, len(one) - 1
    pairs = [(a or 0, b or 0) for a, b in zip(one[1:last], other[1:last], strict=True)]
    if all(a == b for a, b in pairs):
        dense = f"Dense({one[last]})"
        yield f"{dense if rank < 2 else f'a 1×1 convolution, Conv{rank}D({one[last]}, 1),'} on {other}"
        return
    large, small = (one, other) if all(a >= b for a, b in pairs) else (other, one)
    pairs = pairs if large is one else [(b, a) for a, b in pairs]
    if any(a < b for a, b in pairs):
        return
    factor, same_channels = max(a // b for a, b in pairs), last == joined or one[last] == other[last]
    if factor > 1 and all(a // factor == b for a, b in pairs):
        if same_channels:
            yield f"MaxPooling{rank}D({factor}) on {large}"
        if all(-(-a // factor) == b for a, b in pairs):
            yield f"Conv{rank}D({small[last]}, 1, strides={factor}) on {large}"
        if same_channels and all(a == b * factor for a, b in pairs):
            yield f"UpSampling{rank}D({factor}) on {small}"
    elif same_channels:
        ends = tuple((0, a - b) for a, b in pairs)
        yield f"Cropping{rank}D({ends if rank > 1 else ends[0]}) on {large}"
        yield f"ZeroPadding{rank}D({ends if rank > 1 else ends[0]}) on {small}"
