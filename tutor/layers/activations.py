"""The layers that put each number through a function and keep the shape. PReLU alone learns its function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers.axes import axis_names
from tutor.layers.base import Layer
from tutor.layers.built import Shape, Weight
from tutor.layers.declaration import layer
from tutor.symbols import Number, Sizes


@layer
class Activation(Layer):
    """An activation function as a layer of its own: ``Activation("softmax")``."""

    activation: Any = arg.activation()


@layer
class ReLU(Layer):
    """Negative numbers become 0, or ``negative_slope`` of themselves; none exceeds ``max_value``."""

    max_value: float | None = arg.number(default=None, minimum=0, optional=True)
    negative_slope: float = arg.number(default=0.0, minimum=0)
    threshold: float = arg.number(default=0.0, minimum=0)


@layer
class LeakyReLU(Layer):
    """Negative numbers become ``negative_slope`` of themselves."""

    gone: ClassVar = {"alpha": "Keras 3 calls it negative_slope."}

    negative_slope: float = arg.number(default=0.3, minimum=0)


@layer
class ELU(Layer):
    """Negative numbers x become ``alpha · (exp(x) − 1)``."""

    alpha: float = arg.number(default=1.0)


@layer
class PReLU(Layer):
    """A leaky ReLU that learns its slopes: one for each position of the input, so the count depends on the shape.

    ``shared_axes=[1, 2]`` makes one slope serve a whole image: ``channels`` in place of ``height · width · channels``.
    """

    alpha_initializer: Any = arg.initializer(default="Zeros")
    alpha_regularizer: Any = arg.regularizer(default=None)
    alpha_constraint: Any = arg.constraint(default=None)
    shared_axes: int | tuple[int, ...] | None = arg.axes(default=None, optional=True)

    @property
    def _shared(self) -> tuple[int, ...]:
        return (self.shared_axes,) if isinstance(self.shared_axes, int) else self.shared_axes or ()

    def _sizes(self, shape: Shape) -> Sizes:
        for axis in self._shared:
            if not 1 <= axis < len(shape):
                raise ValueError(
                    f"PReLU: shared_axes={self.shared_axes} names axis {axis}, but of the input shape {shape} those "
                    f"from 1 to {len(shape) - 1} can be shared; the batch, axis 0, always is."
                )
        names = axis_names(len(shape))
        alone = [place for place in range(1, len(shape)) if place not in self._shared]
        repair = " Or let all positions along it share one slope, by naming it in shared_axes."
        return Sizes(**{names[place]: self._known_axis(shape, place, names[place], repair) for place in alone})

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        alone, axes = iter(sizes.values()), range(1, len(sizes) + len(self._shared) + 1)
        yield Weight("alpha", tuple(Number(1) if axis in self._shared else next(alone) for axis in axes))


@layer
class Softmax(Layer):
    """Numbers along ``axis`` become shares of 1."""

    axis: int | tuple[int, ...] = arg.axes(default=-1)

    def _sizes(self, shape: Shape) -> Sizes:
        for axis in (self.axis,) if isinstance(self.axis, int) else self.axis:
            self._place(shape, axis)
        return Sizes()


@layer
class Masking(Layer):
    """Timesteps that hold nothing but ``mask_value`` are skipped by the layers behind."""

    mask_value: Any = arg.unchecked(default=0.0)

    def _sizes(self, shape: Shape) -> Sizes:
        self._place(shape, -1)
        return Sizes()


@layer
class Identity(Layer):
    """What comes in goes out."""
