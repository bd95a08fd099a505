"""What the picture of a sliding window says in words, at one of the window's places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.pictures.views import sizes_of
from tutor.pictures.wording import listed

if TYPE_CHECKING:
    from tutor.layers.built import Built
    from tutor.pictures.views import View

_MAX, _MEAN = ("MaxPooling1D", "MaxPooling2D"), ("AveragePooling1D", "AveragePooling2D")
_BY_CHANNEL = ("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
#: The layers that have a window to draw.
KINDS = ("Conv1D", "Conv2D", *_BY_CHANNEL, *_MAX, *_MEAN)
#: What a cell along an axis is called.
_CELL = {"height": "row", "width": "column", "timesteps": "timestep"}
#: Of a longer list of cells, the middle is left out.
_MOST_NAMED = 8


def notes_at(built: Built, views: Sequence[View]) -> list[str]:
    """The step, the padding, what happens inside the window, and what is left out, if anything is."""
    notes = [_step_words(views), _padding_words(built, views), _work_words(built), _excerpt_words(views)]
    return [note for note in notes if note]


def _step_words(views: Sequence[View]) -> str:
    read = ", ".join(_cells(view, view.axis.read(view.place)) for view in views)
    written = ", ".join(f"{_CELL[view.axis.name]} {view.place:,}" for view in views)
    return f"Output {written} is made from input {read}."


def _cells(view: View, cells: Sequence[int]) -> str:
    name = _CELL[view.axis.name] + ("s" if len(cells) > 1 else "")
    numbers = [
        f"{cell:,}".replace("-", "−") for cell in (cells if len(cells) <= _MOST_NAMED else (*cells[:3], cells[-1]))
    ]
    if len(numbers) < len(cells):
        return f"{name} {', '.join(numbers[:-1])}, …, {numbers[-1]}"
    return f"{name} {listed(numbers)}"


def _padding_words(built: Built, views: Sequence[View]) -> str:
    """What the padding is, or what is left over without it."""
    if any(sum(view.axis.margins) for view in views):
        if all(view.inside == view.cells for view in views):
            return "The padding around the input is outside this excerpt."
        held = "the pooling leaves them out" if built.layer.kind in (*_MAX, *_MEAN) else "they hold zeros"
        outside = [(view, cells) for view in views for cells in _outside(view) if cells]
        verb = "is" if sum(len(cells) for _, cells in outside) == 1 else "are"
        here = f" Of this window, {listed([_cells(*one) for one in outside])} {verb} padding." if outside else ""
        return f"Dashed cells are padding: {held}.{here}"
    left = []
    for view in views:
        rest = (view.axis.size or 0) - view.axis.read((view.axis.output or 1) - 1)[-1] - 1
        name = _CELL[view.axis.name]
        left += [f"the last {name}" if rest == 1 else f"the last {rest:,} {name}s"] if rest else []
    never = f" The window never reaches {' or '.join(left)}." if left else ""
    return f"No padding: the window stays inside the input.{never}"


def _outside(view: View) -> tuple[range, range]:
    """The cells that the window reads in front of the input, and those behind it."""
    read, size = view.axis.read(view.place), view.axis.size or 0
    before, within = (len(range(read.start, min(end, read.stop), read.step)) for end in (0, size))
    return read[:before], read[within:]


def _work_words(built: Built) -> str:
    kind, channels = built.layer.kind, sizes_of(built)[0]["channels"]
    if kind in (*_MAX, *_MEAN, *_BY_CHANNEL):
        work = (
            "keeps the largest number" if kind in _MAX else "takes the mean" if kind in _MEAN else "adds up, weighted"
        )
        mixed = ", then the channels are mixed" if kind.startswith("Separable") else ""
        return f"One channel is drawn. In each channel, the window {work}{mixed}."
    groups = getattr(built.layer, "groups", 1)
    if groups > 1 and channels is not None:
        share = f"{channels // groups:,} of the {channels:,} channels"
        return f"Each filter adds up, weighted, what the window holds in {share}, those of its group; one is drawn."
    whole = "" if channels == 1 else f" in all {channels:,} channels, of which one is drawn"
    return f"Each filter adds up, weighted, what the window holds{whole}."


def _excerpt_words(views: Sequence[View]) -> str:
    cut = [
        f"{_CELL[view.axis.name]}s {view.inside.start:,} to {view.inside.stop - 1:,} of {view.axis.size:,}"
        for view in views
        if len(view.cells) < (view.axis.size or 0) + sum(view.axis.margins)
    ]
    reads = [(view.axis.read(view.place), view.cells) for view in views]
    further = any(read[end] not in cells for read, cells in reads for end in (0, -1))
    return f"An excerpt: {listed(cut)}{'; the window reaches further' if further else ''}." if cut else ""
