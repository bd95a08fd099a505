"""The one rule of how a window that slides along an axis turns that axis's size into another.

Convolutions and poolings differ in what they do inside the window; the sizes that come out are the same. Each rule is
an :class:`~tutor.symbols.Expression`, so it comes to a number and also writes itself down:

>>> height, kernel, stride = Size("height", 100), Size("kernel_height", 3), Size("stride_height", 2)
>>> rule = slid(height, kernel, stride, Size("dilation_height", 1), "valid")
>>> rule.text
'⌈(height − kernel_height + 1) / stride_height⌉'
>>> f"{rule.numbers} = {rule.value}"
'⌈(100 − 3 + 1) / 2⌉ = 49'

Sources: Chilakapati 2019, the follow-up on data shapes (⌈(I − f + 1)/s⌉ for ``valid``, ⌈I/s⌉ for ``same``); Keras's
``compute_conv_output_shape``, ``compute_pooling_output_shape`` and ``compute_conv_transpose_output_shape``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from tutor.layers.spatial import Spatial
from tutor.symbols import Expression, Number, Size, Style, Sum, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.layers.built import Shape

#: One number for all spatial axes, or one for each.
PerAxis: TypeAlias = int | tuple[int, ...]


@dataclass(frozen=True)
class _Pair(Expression):
    """An operation on two expressions."""

    first: Expression
    second: Expression

    def sizes(self) -> Iterator[Size]:
        yield from self.first.sizes()
        yield from self.second.sizes()


@dataclass(frozen=True)
class Difference(_Pair):
    """The first without the second."""

    @property
    def value(self) -> int:
        return self.first.value - self.second.value

    def write(self, style: Style) -> str:
        return f"{self.first.write(style)}{style.minus}{self.second.write_as_factor(style)}"

    def write_as_factor(self, style: Style) -> str:
        return f"({self.write(style)})"


@dataclass(frozen=True)
class Remainder(_Pair):
    """What is left of the first when the second is taken away as often as it goes in."""

    @property
    def value(self) -> int:
        return self.first.value % self.second.value

    def write(self, style: Style) -> str:
        return f"{self.first.write_as_factor(style)}{style.modulo}{self.second.write_as_factor(style)}"


@dataclass(frozen=True)
class RoundedUp(_Pair):
    """The first over the second, rounded up to a whole number."""

    @property
    def value(self) -> int:
        return -(-self.first.value // self.second.value)

    def write(self, style: Style) -> str:
        whole = self.first.write(style) if style.latex else self.first.write_as_factor(style)
        return style.rounded_up.format(whole=whole, parts=self.second.write(style))


def span(window: Size, dilation: Size) -> Expression:
    """How far a window reaches: its own size, or ``(kernel − 1) · dilation + 1`` with holes between its entries."""
    if dilation.value == 1:
        return window
    return Sum((product([Difference(window, Number(1)), dilation]), Number(1)))


def slid(axis: Size, window: Size, stride: Size, dilation: Size, padding: str) -> Expression:
    """How many places a window takes on an axis.

    Under ``valid`` only those where it lies wholly within: ``⌈(axis − window + 1) / stride⌉``, which is zero or less
    where it never does. Under ``same``, and under ``causal``, which pads in front alone, all: ``⌈axis / stride⌉``.
    """
    if padding == "valid":
        return RoundedUp(Sum((Difference(axis, span(window, dilation)), Number(1))), stride)
    return RoundedUp(axis, stride)


def unslid(
    axis: Size, window: Size, stride: Size, dilation: Size, padding: str, output_padding: Size | None
) -> Expression:
    """The size of an axis on which a window would take that many places: the way back, for transposed convolutions.

    Several sizes lead to the same number of places, since strides leave a rest over; ``output_padding`` says which of
    them is meant. Without it Keras takes ``axis · stride``, or, where the window under ``valid`` reaches further than
    the stride, what all the windows cover: ``(axis − 1) · stride + window``.
    """
    reach = span(window, dilation)
    if output_padding is None and (padding == "same" or reach.value <= stride.value):
        return product([axis, stride])
    last_start = product([Difference(axis, Number(1)), stride])
    end = reach if padding == "valid" else Remainder(reach, Number(2))
    return Sum((last_start, end) if output_padding is None else (last_start, end, output_padding))


#: How an axis's share of an argument is called in formulas: ``kernel_height``. One axis keeps the argument's name.
_STEMS = {
    "kernel_size": "kernel",
    "pool_size": "pool",
    "strides": "stride",
    "dilation_rate": "dilation",
    "output_padding": "output_padding",
}


class Windowed(Spatial):
    """A layer that slides a window along each spatial axis, and so decides the sizes of those axes."""

    padding: str
    #: The argument that says how large the window is.
    window: ClassVar[str] = "kernel_size"

    def _numbers(self, argument: str) -> tuple[int, ...]:
        """An argument's number for each spatial axis; ones for an argument that the layer does not have."""
        value: PerAxis = getattr(self, argument, 1)
        return value if isinstance(value, tuple) else (value,) * len(self.spatial)

    def _named(self, argument: str) -> tuple[Size, ...]:
        """The same with the names that they have in formulas: ``kernel_height``, ``kernel_width``."""
        numbers = self._numbers(argument)
        if len(numbers) == 1:
            return (Size(argument, *numbers),)
        return tuple(Size(f"{_STEMS[argument]}_{axis}", n) for axis, n in zip(self.spatial, numbers, strict=True))

    def _rule(self, axis: Size, window: Size, stride: Size, dilation: Size) -> Expression:
        return slid(axis, window, stride, dilation, self.padding)

    def _output_rules(self, shape: Shape) -> Mapping[str, Expression]:
        arguments = zip(*map(self._named, (self.window, "strides", "dilation_rate")), strict=True)
        axes = zip(self.spatial, (shape[place] for place in self._places), arguments, strict=True)
        return {name: self._rule(Size(name, size), *given) for name, size, given in axes if size is not None}

    def _output_channels(self, channels: int | None) -> int | None:
        return channels

    def _output_shape(self, shape: Shape) -> Shape:
        output, rules = list(shape), self._output_rules(shape)
        for axis, place in zip(self.spatial, self._places, strict=True):
            if axis in rules:
                output[place] = rules[axis].value
                if rules[axis].value < 1:
                    raise ValueError(self._why_nothing_is_left(shape, self.spatial.index(axis)))
        output[self._channel_place] = self._output_channels(shape[self._channel_place])
        return tuple(output)

    def _why_nothing_is_left(self, shape: Shape, number: int) -> str:
        """What to say where a spatial axis vanishes: its size, the window's, and what would fit."""
        axis, place = self.spatial[number], self._places[number]
        window, dilation = self._named(self.window)[number], self._named("dilation_rate")[number]
        reach, size = span(window, dilation), shape[place] or 0
        spread = "" if reach == window else f" ({window.numbers} with dilation {dilation.numbers}: {reach.numbers})"
        return (
            f"{self.kind}: padding='valid' keeps the window inside the input, but axis {place} ({axis}) of the input "
            f"shape {shape} is {size}, and the window spans {reach.value}{spread}. What would fit: an axis of at least "
            f"{reach.value}, a {self.window} of at most {(size - 1) // dilation.value + 1} along it, or padding='same'."
        )
