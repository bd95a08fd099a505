"""What the axes of a tensor are called in a formula where nothing says it but their number."""

from __future__ import annotations

_BY_RANK = {
    1: ("batch",),
    2: ("batch", "features"),
    3: ("batch", "timesteps", "features"),
    4: ("batch", "height", "width", "channels"),
    5: ("batch", "depth", "height", "width", "channels"),
}


def axis_names(rank: int) -> tuple[str, ...]:
    """One name an axis, the batch's in front: features, timesteps, images, volumes; beyond those ``axis_1`` and so on.

    >>> axis_names(4)
    ('batch', 'height', 'width', 'channels')
    """
    return _BY_RANK.get(rank) or ("batch", *(f"axis_{place}" for place in range(1, rank)))
