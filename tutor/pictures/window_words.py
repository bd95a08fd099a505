"""What the picture of a sliding window says in words, at one of the window's places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.pictures.sliding import channels_of
from tutor.pictures.wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.layers.built import Built
    from tutor.pictures.grids import View
    from tutor.pictures.sliding import Axis

_MAX, _MEAN = ("MaxPooling1D", "MaxPooling2D"), ("AveragePooling1D", "AveragePooling2D")
_BY_CHANNEL = ("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
#: The layers that this picture fits.
KINDS = ("Conv1D", "Conv2D", *_BY_CHANNEL, *_MAX, *_MEAN)
#: Of a longer list of cells, the middle is left out.
_MOST_NAMED = 8


def notes_at(built: Built, views: Sequence[View]) -> list[str]:
    """Four notes: the step, the padding, what happens inside the window, and what is left out, empty if nothing is."""
    return [_step_words(views), _padding_words(built, views), _work_words(built), _excerpt_words(views)]


def _step_words(views: Sequence[View]) -> str:
    read = ", ".join(_cells(view.axis, view.axis.read(view.place)) for view in views)
    written = ", ".join(f"{_CELL[view.axis.name]} {view.place}" for view in views)
    return f"Output {written} is made from input {read}."


#: What a cell along an axis is called.
_CELL = {"height": "row", "width": "column", "timesteps": "timestep", "rows": "row"}


def _cells(axis: Axis, cells: range) -> str:
    shown = cells if len(cells) <= _MOST_NAMED else (*cells[:3], cells[-1])
    numbers = [str(cell).replace("-", "−") for cell in shown]
    if len(shown) < len(cells):
        return f"{_CELL[axis.name]}s {', '.join(numbers[:-1])}, …, {numbers[-1]}"
    return f"{_CELL[axis.name]}{'s' if len(numbers) > 1 else ''} {listed(numbers)}"


def _padding_words(built: Built, views: Sequence[View]) -> str:
    """What the padding is, or what is left over without it."""
    if any(sum(view.axis.margins) for view in views):
        held = "the pooling leaves them out" if built.layer.kind in (*_MAX, *_MEAN) else "they hold zeros"
        outside = [(view.axis, part) for view in views for part in _outside(view) if part]
        named = [_cells(axis, cells) for axis, cells in outside]
        verb = "is" if sum(len(cells) for _, cells in outside) == 1 else "are"
        here = f" Of this window, {listed(named)} {verb} padding." if named else ""
        return f"Dashed cells are padding: {held}.{here}"
    rest = {view.axis: (view.axis.size or 0) - view.axis.read((view.axis.output or 1) - 1)[-1] - 1 for view in views}
    named = [
        f"the last {_CELL[axis.name] if n == 1 else f'{n:,} {_CELL[axis.name]}s'}" for axis, n in rest.items() if n > 0
    ]
    left = f" None of its places reaches {' or '.join(named)}." if named else ""
    return f"No padding: the window stays inside the input.{left}"


def _outside(view: View) -> tuple[range, range]:
    """The cells that the window reads in front of the input, and those behind it."""
    read, size = view.axis.read(view.place), view.axis.size or 0
    before, within = (len(range(read.start, min(end, read.stop), read.step)) for end in (0, size))
    return read[:before], read[within:]


def _work_words(built: Built) -> str:
    kind, channels = built.layer.kind, channels_of(built, built.input_shape)
    if kind in (*_MAX, *_MEAN, *_BY_CHANNEL):
        work = "keeps the largest entry" if kind in _MAX else "takes the mean" if kind in _MEAN else "adds up, weighted"
        mixed = ", then the channels are mixed" if kind.startswith("Separable") else ""
        return f"One channel is drawn. In each of them the window {work}{mixed}."
    groups = built.sizes["groups"].value if "groups" in built.sizes else 1
    if groups > 1 and channels is not None:
        share = f"{channels // groups} of the {channels} channels"
        return f"Each filter adds up, weighted, what the window holds in {share}, those of its group; one is drawn."
    whole = "" if channels == 1 else f" in all {channels} channels, of which one is drawn"
    return f"Each filter adds up, weighted, what the window holds{whole}."


def _excerpt_words(views: Sequence[View]) -> str:
    cut = [
        f"{_CELL[view.axis.name]}s {max(view.cells.start, 0)} to {min(view.cells.stop, size) - 1} of {size:,}"
        for view in views
        if view.is_cut and (size := view.axis.size)
    ]
    further = any(view.axis.read(view.place)[-1] not in view.cells for view in views)
    return f"An excerpt: {listed(cut)}{'; the window reaches further' if further else ''}." if cut else ""
