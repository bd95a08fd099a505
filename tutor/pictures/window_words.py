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
#: What happens to what the window holds in each channel, where channels are kept apart.
_WORK = {
    **dict.fromkeys(_MAX, "keeps the largest number"),
    **dict.fromkeys(_MEAN, "takes the mean"),
    **dict.fromkeys(_BY_CHANNEL, "adds up, weighted"),
}
#: What a cell along an axis is called.
_CELL = {"height": "row", "width": "column", "timesteps": "timestep"}
#: Of a longer list of cells, the middle is left out.
_MOST_NAMED = 8


def notes_at(built: Built, views: Sequence[View]) -> list[str]:
    """The step, the padding, what happens inside the window, and what is left out, if anything is."""
    read = ", ".join(_cells(view, view.axis.read(view.place)) for view in views)
    written = ", ".join(_cells(view, [view.place]) for view in views)
    step = f"Output {written} is made from input {read}."
    is_padded = any(sum(view.axis.margins) for view in views)
    padding = _padding_words(built, views) if is_padded else _without_padding(views)
    return [step, padding, _work_words(built), *_excerpt_words(views)]


def _cells(view: View, cells: Sequence[int]) -> str:
    named = cells if len(cells) <= _MOST_NAMED else (*cells[:3], cells[-1])
    *numbers, last = [f"{cell:,}".replace("-", "−") for cell in named]
    every = listed([*numbers, last]) if len(named) == len(cells) else f"{', '.join(numbers)}, …, {last}"
    return f"{_CELL[view.axis.name]}{'s' if len(cells) > 1 else ''} {every}"


def _padding_words(built: Built, views: Sequence[View]) -> str:
    if all(view.inside == view.cells for view in views):
        return "The padding around the input is outside this excerpt."
    held = "the pooling leaves them out" if built.layer.kind in (*_MAX, *_MEAN) else "they hold zeros"
    outside = [(view, cells) for view in views for cells in view.padding if cells]
    verb = "is" if sum(len(cells) for _, cells in outside) == 1 else "are"
    here = f" Of this window, {listed([_cells(*one) for one in outside])} {verb} padding." if outside else ""
    return f"Dashed cells are padding: {held}.{here}"


def _without_padding(views: Sequence[View]) -> str:
    left = []
    for view in views:
        rest = view.size - view.axis.read((view.axis.output or 1) - 1)[-1] - 1
        name = _CELL[view.axis.name]
        left += [f"the last {name}" if rest == 1 else f"the last {rest:,} {name}s"] if rest else []
    never = f" The window never reaches {' or '.join(left)}." if left else ""
    return f"No padding: the window stays inside the input.{never}"


def _work_words(built: Built) -> str:
    kind, channels = built.layer.kind, sizes_of(built)[0]["channels"]
    if kind in _WORK:
        mixed = ", then the channels are mixed" if kind.startswith("Separable") else ""
        return f"One channel is drawn. In each channel, the window {_WORK[kind]}{mixed}."
    groups = getattr(built.layer, "groups", 1)
    where = "" if channels == 1 else f" in all {channels:,} channels, of which one is drawn"
    if groups > 1 and channels is not None:
        where = f" in {channels // groups:,} of the {channels:,} channels, those of its group; one is drawn"
    return f"Each filter adds up, weighted, what the window holds{where}."


def _excerpt_words(views: Sequence[View]) -> list[str]:
    cut = [
        f"{_CELL[view.axis.name]}s {view.inside.start:,} to {view.inside.stop - 1:,} of {view.size:,}"
        for view in views
        if len(view.cells) < view.size + sum(view.axis.margins)
    ]
    further = "; the window reaches further" if any(view.reads != view.axis.read(view.place) for view in views) else ""
    return [f"An excerpt: {listed(cut)}{further}."] if cut else []
