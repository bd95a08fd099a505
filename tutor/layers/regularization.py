"""The layers that hinder learning by heart. They own nothing, keep the shape, and most work in training alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers.base import Layer
from tutor.layers.declaration import layer
from tutor.layers.spatial import IMAGE, STEPS, VOLUME, Spatial


@layer
class Dropout(Layer):
    """In training, each number is set to zero with probability ``rate``, and the rest is enlarged to match.

    ``noise_shape=(None, 1, None)`` draws once for all timesteps.
    """

    rate: float = arg.number(minimum=0, maximum=1)
    noise_shape: tuple[int | None, ...] | None = arg.shape(default=None)
    seed: int | None = arg.seed(default=None)


class _SpatialDropout(Spatial):
    """In training, whole channels are set to zero rather than single numbers."""

    def _call(self, module: str, given: Mapping[str, Any], *args: Any, **kwargs: Any) -> str:
        # Keras's constructor takes neither, and there is nothing to train.
        untaken = ("trainable", "autocast") if module else ()
        taken = {name: value for name, value in given.items() if name not in untaken}
        return super()._call(module, taken, *args, **kwargs)


@layer
class SpatialDropout1D(_SpatialDropout):
    """In training, each feature is set to zero at all timesteps at once, with probability ``rate``."""

    spatial: ClassVar = STEPS
    positional: ClassVar = ("rate", "seed", "name", "dtype")

    rate: float = arg.number(minimum=0, maximum=1)
    seed: int | None = arg.seed(default=None)


@layer
class SpatialDropout2D(_SpatialDropout):
    """In training, each channel of an image is set to zero as a whole, with probability ``rate``."""

    spatial: ClassVar = IMAGE
    positional: ClassVar = ("rate", "data_format", "seed", "name", "dtype")

    rate: float = arg.number(minimum=0, maximum=1)
    data_format: str | None = arg.data_format(default=None)
    seed: int | None = arg.seed(default=None)


@layer
class SpatialDropout3D(_SpatialDropout):
    """In training, each channel of a volume is set to zero as a whole, with probability ``rate``."""

    spatial: ClassVar = VOLUME
    positional: ClassVar = ("rate", "data_format", "seed", "name", "dtype")

    rate: float = arg.number(minimum=0, maximum=1)
    data_format: str | None = arg.data_format(default=None)
    seed: int | None = arg.seed(default=None)


@layer
class AlphaDropout(Layer):
    """Dropout that keeps mean and variance, made for the ``selu`` activation."""

    rate: float = arg.number(minimum=0, maximum=1)
    noise_shape: tuple[int | None, ...] | None = arg.shape(default=None)
    seed: int | None = arg.seed(default=None)


@layer
class GaussianDropout(Layer):
    """In training, each number is multiplied by one drawn around 1."""

    rate: float = arg.number(minimum=0, maximum=1)
    seed: int | None = arg.seed(default=None)


@layer
class GaussianNoise(Layer):
    """In training, a number drawn around 0 is added to each."""

    stddev: float = arg.number(minimum=0, maximum=1)
    seed: int | None = arg.seed(default=None)


@layer
class ActivityRegularization(Layer):
    """Adds a penalty on large outputs to the loss: ``l1`` on their sizes, ``l2`` on their squares."""

    l1: float = arg.number(default=0.0, minimum=0)
    l2: float = arg.number(default=0.0, minimum=0)
