"""What a tensor's axes are called on its way through a stack of layers, such as batch, sequence length, features.

A shape alone does not say it, so the names come from the layer that reads the tensor where that layer gives its axes a
meaning, else from the layer that made it, else from the number of axes. Images and frames have their channels last, as
Keras has them by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tutor.layers.built import Shape

#: One name an axis, the batch's in front.
Names: TypeAlias = tuple[str, ...]

_SEQUENCE = ("batch", "sequence length", "features")
_IMAGES = ("batch", "height", "width", "channels")
_VOLUMES = ("batch", "depth", "height", "width", "channels")

_BY_RANK: dict[int, Names] = {
    1: ("batch",),
    2: ("batch", "features"),
    3: _SEQUENCE,
    4: _IMAGES,
    5: ("batch", "frames", "height", "width", "channels"),
}

_READS: dict[str, Names] = {
    "Embedding": ("batch", "sequence length"),
    "SimpleRNN": _SEQUENCE,
    "LSTM": _SEQUENCE,
    "GRU": _SEQUENCE,
    "Conv1D": ("batch", "sequence length", "channels"),
    "Conv2D": _IMAGES,
    "Conv3D": _VOLUMES,
}

_MADE_LAST = {
    **dict.fromkeys(("Dense", "Embedding", "SimpleRNN", "LSTM", "GRU"), "units"),
    **{f"Conv{rank}D{end}": "filters" for rank in (1, 2, 3) for end in ("", "Transpose")},
    **{f"SeparableConv{rank}D": "filters" for rank in (1, 2)},
}

#: One layer's units are the next one's features.
_READ_AS = {"units": "features", "filters": "channels"}

#: What a sequence may be made of, so that its length is not called just that.
_STEPS = ("frames", "timesteps")

#: Layers after which an axis need not mean what the axis in its place meant before.
_REARRANGING = ("Permute", "Reshape")


def names_of(shape: Shape) -> Names:
    """The names of the axes of a tensor about which nothing is known but its shape."""
    return _BY_RANK.get(len(shape)) or _numbered(shape)


def names_read(kind: str, shape: Shape, made: Names | None = None) -> Names:
    """The names of the axes of what a layer reads; ``made`` are those that the layer before it gave them.

    Frames stay frames for a layer that reads any sequence.
    """
    known = _READS.get(kind) or made or ()
    names = tuple(_READ_AS.get(name, name) for name in known) if len(known) == len(shape) else names_of(shape)
    if made is not None and len(made) == len(names):
        names = tuple(old if old in _STEPS else new for old, new in zip(made, names, strict=True))
    return (*names[:-1], "features") if kind == "Dense" and len(shape) > 1 else names


def names_carried(kind: str, shape: Shape, made: Names) -> Names:
    """The names of the axes of a tensor made with such names, on its way to a layer of that kind.

    Where the layer gives the axes a meaning, it names them.
    """
    if kind == "Dense" or len(_READS.get(kind, ())) == len(shape):
        return names_read(kind, shape, made)
    return tuple("channels" if name == "filters" else name for name in made)


def names_made(kind: str, read: Names, shape: Shape) -> Names:
    """The names of the axes of what a layer makes from axes named ``read``."""
    if kind in _REARRANGING:
        return _numbered(shape)
    last = _MADE_LAST.get(kind)
    if kind == "Embedding":
        read = (*read, "units")
    names = read if len(read) == len(shape) else names_of(shape)
    return (*names[:-1], last) if last is not None and len(shape) > 1 else names


def _numbered(shape: Shape) -> Names:
    return ("batch", *(f"axis {axis}" for axis in range(1, len(shape))))[: len(shape)]
