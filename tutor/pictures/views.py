"""A window that slides along an axis: where it starts, what it reads, and how much of the axis a picture shows."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.layers.spatial import span
from tutor.pictures.kit import MARGIN, SMALL, WIDTH, say
from tutor.pictures.metrics import room_for
from tutor.symbols import Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.layers.built import Built
    from tutor.pictures.scene import Label


@dataclass(frozen=True)
class Axis:
    """A spatial axis, its sizes in cells: those of input and output, which may not be known, and the window's.

    The stride is from one place of the window to the next, the dilation from one cell that it reads to the next.
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
    axes = [ONE_ROW]
    for place, name in enumerate(layer.spatial):
        read, stride, dilation = (value[place] if isinstance(value, tuple) else value for value in given)
        axes.append(Axis(name, sizes[name], outputs[name], read, stride, dilation, layer.padding))
    return axes[-2], axes[-1]


def sizes_of(built: Built) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """The sizes of the axes that enter a layer and of those that leave it, by their names."""
    enter = dict(zip(built.input_axes, built.input_shape, strict=True))
    return enter, dict(zip(built.output_axes, built.output_shape, strict=True))


def rules_below(built: Built, y: float) -> Iterator[Label]:
    """The rule of each spatial axis of the output, the first one at ``y``; only in numbers where one is too long."""
    start, written = 120.0, {axis: f"None, since the input's {axis} is None" for axis in built.layer.spatial}
    written |= {axis: f"{rule.text} = {rule.numbers} = {rule.value:,}" for axis, rule in built.output_rules.items()}
    if start + max(room_for(text, SMALL) for text in written.values()) > WIDTH - MARGIN:
        written |= {axis: f"{rule.numbers} = {rule.value:,}" for axis, rule in built.output_rules.items()}
    for n, (axis, text) in enumerate(written.items()):
        yield say(f"output {axis}/name", start - 8, y + 14 * n, f"output {axis}", SMALL, "end", "muted")
        yield say(f"output {axis}/rule", start, y + 14 * n, text, SMALL)


@dataclass(frozen=True)
class View:
    """What is drawn along one axis: cells of the input, padding included, and places of the window."""

    axis: Axis
    size: int
    place: int
    cells: range
    places: range

    @classmethod
    def of(cls, axis: Axis, place: int, most: int) -> View:
        """The view of a window at that place, of no more than ``most`` cells; padding takes half of them at most."""
        size, stride, (before, after) = axis.size or 0, axis.stride, axis.margins
        reads = axis.read(place)
        first, end = -min(before, most // 2), size + min(after, most // 2)
        if end - first > most:
            # The start of the input as long as the window is there, else the window's surroundings.
            if reads[-1] >= first + most:
                first = max(min(reads.start - 1, end - most), first)
            end = first + most
        whole = range(-(-(first + before) // stride), (end + before - axis.reach) // stride + 1) or (place,)
        places = range(min(place, whole[0]), max(place, whole[-1]) + 1)
        return cls(axis, size, place, range(first, end), places)

    @property
    def all_reads(self) -> range:
        """What the window reads, drawn or not."""
        return self.axis.read(self.place)

    @property
    def reads(self) -> range:
        """The cells drawn that the window reads."""
        read = self.all_reads
        return read[bisect_left(read, self.cells.start) : bisect_left(read, self.cells.stop)]

    @property
    def padding(self) -> tuple[range, range]:
        """What the window reads in front of the input, and behind it."""
        read = self.all_reads
        return read[: bisect_left(read, 0)], read[bisect_left(read, self.size) :]

    @property
    def inside(self) -> range:
        """The cells drawn that are not padding."""
        return range(max(self.cells.start, 0), min(self.cells.stop, self.size))

    @property
    def next(self) -> int | None:
        """The next place, or the one before where there is none, if where it starts is drawn apart."""
        near = [place for place in (self.place + 1, self.place - 1) if place in self.places]
        return next((place for place in near if self.frame(place).start != self.frame(self.place).start), None)

    def frame(self, place: int) -> range:
        """The cells drawn from the first that the window reads at a place to the last."""
        reads = self.axis.read(place)
        return range(max(reads.start, self.cells.start), min(reads[-1] + 1, self.cells.stop))
