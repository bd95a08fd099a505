"""The spatial axes of an input with the window that slides along each of them: where it starts, what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.layers.spatial import span
from tutor.symbols import Size

if TYPE_CHECKING:
    from tutor.layers.built import Built, Shape


@dataclass(frozen=True)
class Axis:
    """A spatial axis, its sizes in cells.

    Attributes:
        name: ``height``, ``width`` or ``steps``.
        size: of the input; None if it is not known.
        output: of the output; None if it is not known.
        window: how many cells the window reads.
        stride: from one place of the window to the next.
        dilation: from one cell that the window reads to the next.
        padding: ``"valid"``, ``"same"`` or ``"causal"``.
    """

    name: str
    size: int | None
    output: int | None
    window: int
    stride: int
    dilation: int
    padding: str

    @property
    def reach(self) -> int:
        """From the first cell that the window reads to the last, both included."""
        return span(Size("window", self.window), Size("dilation", self.dilation)).value

    @property
    def margins(self) -> tuple[int, int]:
        """The cells of padding in front of the input and behind it, none where its size is not known.

        Under ``same`` as many as the last place of the window needs, the odd one behind, as TensorFlow has it.
        """
        if self.padding == "causal":
            return self.reach - 1, 0
        if self.padding == "valid" or self.size is None or self.output is None:
            return 0, 0
        missing = max((self.output - 1) * self.stride + self.reach - self.size, 0)
        return missing // 2, missing - missing // 2

    def read(self, place: int) -> range:
        """The input cells that the window reads at a place of the output; those of the padding lie outside of it."""
        start = place * self.stride - self.margins[0]
        return range(start, start + self.reach, self.dilation)


def axes_of(built: Built) -> tuple[Axis, ...]:
    """The spatial axes of a convolution or a pooling, such as height and width."""
    layer: Any = built.layer
    names = layer.spatial
    windows, dilations = getattr(layer, layer.window), getattr(layer, "dilation_rate", 1)
    strides = windows if layer.strides is None else layer.strides
    first = 2 if layer.data_format == "channels_first" else 1
    there = slice(first, first + len(names))
    numbers = [value if isinstance(value, tuple) else (value,) * len(names) for value in (windows, strides, dilations)]
    columns = zip(names, built.input_shape[there], built.output_shape[there], *numbers, strict=True)
    return tuple(
        Axis(name, size, output, window, stride, dilation, layer.padding)
        for name, size, output, window, stride, dilation in columns
    )


def channels_of(built: Built, shape: Shape) -> int | None:
    """How many channels a shape that enters or leaves the layer has; None if that is not known."""
    layer: Any = built.layer
    return shape[1 if layer.data_format == "channels_first" else -1]
