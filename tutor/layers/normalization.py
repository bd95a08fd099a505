"""The layers that bring numbers onto a common scale. They add parameters and keep the shape.

Along its axis each of them owns one number for each entry: a scale (gamma) and an offset (beta) that are trained, and
where it remembers what it saw, a mean and a variance that are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import gcd, inf
from typing import Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers import checking
from tutor.layers.axes import axis_names
from tutor.layers.base import Layer
from tutor.layers.built import Shape, Weight
from tutor.layers.declaration import layer
from tutor.symbols import Sizes


class _AlongAxes(Layer):
    """What they share: weights made from the axes that ``axis`` names."""

    axis: int | tuple[int, ...] | None

    def _places(self, shape: Shape) -> tuple[int, ...]:
        """Where those axes stand, in the order in which Keras's weights have them."""
        axes = (self.axis,) if isinstance(self.axis, int) else sorted(self.axis or ())
        places = tuple(self._place(shape, axis) for axis in axes)
        if len(set(places)) < len(places):
            raise ValueError(f"{self.kind}: axis={self.axis} names an axis of the input shape {shape} twice.")
        return places

    def _sizes(self, shape: Shape) -> Sizes:
        names = axis_names(len(shape))
        return Sizes(**{names[place]: self._known_axis(shape, place, names[place]) for place in self._places(shape)})


class _ScaleAndCenter(_AlongAxes):
    """Those with a gamma and a beta."""

    scale: bool
    center: bool

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        axes = tuple(sizes.values())
        if self.scale:
            yield Weight("gamma", axes)
        if self.center:
            yield Weight("beta", axes)


class _OfChannels(_ScaleAndCenter):
    """Those that look at one axis, which holds the channels."""

    axis: int

    def _sizes(self, shape: Shape) -> Sizes:
        return Sizes(channels=self._known_axis(shape, self._place(shape, self.axis), "channels"))


@layer
class BatchNormalization(_OfChannels):
    """Each channel by its mean and variance over the batch: ``4 · channels``, of which two are trained.

    Gamma and beta are trained. The moving mean and the moving variance are not: they are remembered from training, for
    use afterwards. Source: Keras, ``BatchNormalization.build``.
    """

    axis: int = arg.integer(default=-1)
    momentum: float = arg.number(default=0.99)
    epsilon: float = arg.number(default=1e-3)
    center: bool = arg.flag(default=True)
    scale: bool = arg.flag(default=True)
    beta_initializer: Any = arg.initializer(default="zeros")
    gamma_initializer: Any = arg.initializer(default="ones")
    moving_mean_initializer: Any = arg.initializer(default="zeros")
    moving_variance_initializer: Any = arg.initializer(default="ones")
    beta_regularizer: Any = arg.regularizer(default=None)
    gamma_regularizer: Any = arg.regularizer(default=None)
    beta_constraint: Any = arg.constraint(default=None)
    gamma_constraint: Any = arg.constraint(default=None)
    renorm: bool = arg.flag(default=False)
    renorm_clipping: Any = arg.unchecked(default=None)
    renorm_momentum: float = arg.number(default=0.99)
    synchronized: bool = arg.flag(default=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.renorm_clipping is not None:
            self._check_clipping(self.renorm_clipping)

    @staticmethod
    def _check_clipping(clipping: Any) -> None:
        given = f"BatchNormalization: renorm_clipping={checking.shown(clipping)}"
        if not isinstance(clipping, Mapping) or not clipping.keys() <= {"rmin", "rmax", "dmax"}:
            raise ValueError(f"{given} is not a dictionary of 'rmin', 'rmax' and 'dmax', or some of them.")
        limits = {name: checking.real_number(f"{given}, of which {name}", limit) for name, limit in clipping.items()}
        if limits.get("rmin", -inf) > limits.get("rmax", inf):
            raise ValueError(f"{given} leaves nothing between rmin and rmax.")
        if limits.get("dmax", 0) < 0:
            raise ValueError(f"{given} has a dmax below 0.")

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        yield from super()._weights(sizes)
        remembered = ["moving_mean", "moving_variance"]
        if self.renorm:
            remembered += ["moving_stddev", "renorm_mean", "renorm_stddev"]
        for name in remembered:
            yield Weight(name, (sizes.channels,), trainable=False)


@layer
class LayerNormalization(_ScaleAndCenter):
    """Each example by its own mean and variance: ``2 · features``. Over several axes, two numbers for each position."""

    gone: ClassVar = {"rms_scaling": "it scales by the variance, so Keras retired it. Use RMSNormalization instead."}

    axis: int | tuple[int, ...] = arg.axes(default=-1)
    epsilon: float = arg.number(default=1e-3)
    center: bool = arg.flag(default=True)
    scale: bool = arg.flag(default=True)
    beta_initializer: Any = arg.initializer(default="zeros")
    gamma_initializer: Any = arg.initializer(default="ones")
    beta_regularizer: Any = arg.regularizer(default=None)
    gamma_regularizer: Any = arg.regularizer(default=None)
    beta_constraint: Any = arg.constraint(default=None)
    gamma_constraint: Any = arg.constraint(default=None)

    def _sizes(self, shape: Shape) -> Sizes:
        if self.scale or self.center:
            return super()._sizes(shape)
        self._places(shape)
        return Sizes()


@layer
class GroupNormalization(_OfChannels):
    """Each group of channels of each example by its own mean and variance: ``2 · channels``, whatever the groups."""

    groups: int = arg.integer(default=32)
    axis: int = arg.integer(default=-1)
    epsilon: float = arg.number(default=1e-3)
    center: bool = arg.flag(default=True)
    scale: bool = arg.flag(default=True)
    beta_initializer: Any = arg.initializer(default="zeros")
    gamma_initializer: Any = arg.initializer(default="ones")
    beta_regularizer: Any = arg.regularizer(default=None)
    gamma_regularizer: Any = arg.regularizer(default=None)
    beta_constraint: Any = arg.constraint(default=None)
    gamma_constraint: Any = arg.constraint(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.groups < 1 and self.groups != -1:
            raise ValueError(
                f"GroupNormalization: groups={self.groups} is neither a number of groups nor -1, which makes each "
                f"channel a group of its own."
            )

    def _sizes(self, shape: Shape) -> Sizes:
        sizes = super()._sizes(shape)
        channels = sizes.channels.value
        if self.groups != -1 and channels % self.groups:
            raise ValueError(
                f"GroupNormalization: groups={self.groups} equal groups cannot be made of the {channels} channels of "
                f"the input shape {shape}. Try groups={gcd(self.groups, channels)}."
            )
        return sizes


@layer
class RMSNormalization(_AlongAxes):
    """Each example by its root mean square, without an offset: ``features``."""

    axis: int | tuple[int, ...] = arg.axes(default=-1)
    epsilon: float = arg.number(default=1e-6)

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        yield Weight("scale", tuple(sizes.values()))


@layer
class UnitNormalization(_AlongAxes):
    """Each vector divided by its length. Owns nothing."""

    axis: int | tuple[int, ...] = arg.axes(default=-1)

    def _sizes(self, shape: Shape) -> Sizes:
        self._places(shape)
        return Sizes()


@layer
class Normalization(_AlongAxes):
    """Each feature by a mean and a variance fixed before training: ``2 · features + 1``, none of them trained.

    ``adapt(data)`` fills them in, and the one more counts. Given as arguments, they are constants and no weights.
    """

    axis: int | tuple[int, ...] | None = arg.axes(default=-1, optional=True)
    mean: Any = arg.values(default=None)
    variance: Any = arg.values(default=None)
    invert: bool = arg.flag(default=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.mean is None) != (self.variance is None):
            given, lacking = ("variance", "mean") if self.mean is None else ("mean", "variance")
            raise ValueError(f"Normalization: {given} is given without {lacking}. Give both, or leave both to adapt().")
        mean, variance = checking.shape_of(self.mean), checking.shape_of(self.variance)
        if mean != variance:
            raise ValueError(f"Normalization: mean is of shape {mean}, but variance of {variance}; they must be equal.")

    def _places(self, shape: Shape) -> tuple[int, ...]:
        return tuple(sorted(super()._places(shape)))

    def _sizes(self, shape: Shape) -> Sizes:
        sizes = super()._sizes(shape)
        given, kept = checking.shape_of(self.mean), tuple(size.value for size in sizes.values())
        aligned = kept[max(len(kept) - len(given), 0) :]
        if len(given) > len(kept) or any(one not in (1, other) for one, other in zip(given, aligned, strict=True)):
            raise ValueError(
                f"Normalization: mean and variance are of shape {given}, but axis={self.axis} of the input shape "
                f"{shape} needs {kept}, or one number for all."
            )
        return sizes

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        if self.mean is None:
            axes = tuple(sizes.values())
            yield Weight("mean", axes, trainable=False)
            yield Weight("variance", axes, trainable=False)
            yield Weight("count", (), trainable=False)


@layer
class Rescaling(Layer):
    """Each number times ``scale`` plus ``offset``, such as ``Rescaling(1 / 255)`` for images. Owns nothing."""

    scale: Any = arg.values()
    offset: Any = arg.values(default=0.0)
