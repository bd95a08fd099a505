"""A window that slides along an axis: where it starts, what it reads, and how much of the axis a picture shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.layers.spatial import span
from tutor.symbols import Size

if TYPE_CHECKING:
    from tutor.layers.built import Built


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


#: A sequence is drawn as an image of one row.
ONE_ROW = Axis("", 1, 1, 1, 1, 1, "valid")


def axes_of(built: Built) -> tuple[Axis, Axis]:
    """The spatial axes of a convolution or a pooling, downwards and across; a sequence has one row."""
    layer: Any = built.layer
    sizes, outputs = sizes_of(built)
    window = getattr(layer, layer.window)
    given = (window, window if layer.strides is None else layer.strides, getattr(layer, "dilation_rate", 1))
    axes = []
    for place, name in enumerate(layer.spatial):
        read, stride, dilation = (value[place] if isinstance(value, tuple) else value for value in given)
        axes.append(Axis(name, sizes[name], outputs[name], read, stride, dilation, layer.padding))
    down, across = axes if len(axes) == 2 else (ONE_ROW, *axes)
    return down, across


def sizes_of(built: Built) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """The sizes of the axes that enter a layer and of those that leave it, by their names."""
    enter = dict(zip(built.input_axes, built.input_shape, strict=True))
    return enter, dict(zip(built.output_axes, built.output_shape, strict=True))


@dataclass(frozen=True)
class View:
    """What is drawn along one axis: cells of the input, padding included, and places of the window."""

    axis: Axis
    place: int
    cells: range
    places: range

    @classmethod
    def of(cls, axis: Axis, place: int, most: int) -> View:
        """The view of a window at that place, of no more than ``most`` cells."""
        before, after = axis.margins
        first, end = -before, (axis.size or 0) + after
        reads = axis.read(place)
        if end - first > most:
            # Padding takes half of the view at most.
            first, end = max(first, -most // 2), min(end, (axis.size or 0) + most // 2)
        if end - first > most:
            # The start of the input as long as the window is there, else the window's surroundings.
            begins = first if reads[-1] < first + most else reads.start - 1
            first = max(min(begins, end - most), first)
            end = first + most
        near = range(max(place - most, 0), min(place + most + 1, axis.output or 0))
        inside = [other for other in near if axis.read(other).start >= first and axis.read(other)[-1] < end]
        return cls(axis, place, range(first, end), range(min([*inside, place]), max([*inside, place]) + 1))

    @property
    def reads(self) -> list[int]:
        """The cells drawn that the window reads."""
        read = self.axis.read(self.place)
        return [cell for cell in self.cells if cell in read]

    @property
    def inside(self) -> range:
        """The cells drawn that are not padding."""
        return range(max(self.cells.start, 0), min(self.cells.stop, self.axis.size or 0))

    @property
    def next(self) -> int | None:
        """The next place, or the one before where there is none, if it is drawn."""
        places = (self.place + 1, self.place - 1)
        return next((place for place in places if place in self.places), None)

    def framed(self, place: int) -> tuple[int, int]:
        """Where the window begins and ends at a place, cut to what is drawn."""
        reads = self.axis.read(place)
        return max(reads.start, self.cells.start), min(reads[-1] + 1, self.cells.stop)
