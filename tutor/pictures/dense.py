"""Dense: every feature reaches every unit; each line is a weight, and those into a unit are a column of the kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.pictures import metrics
from tutor.pictures.kit import ANSWER, MARGIN, SMALL, TEXT, TITLE, WIDTH, foot, grid, many, page, say, slots, worked_out
from tutor.pictures.scene import Anchor, Box, Item, Scene, Wire, disc

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: So many nodes, and so many cells along a side of the kernel, are still counted at a glance.
NODES, CELLS = 8, 12

_TOP, _BOTTOM, _FEATURES, _UNITS, _KERNEL, _RIGHT = 66.0, 294.0, 158.0, 300.0, 520.0, WIDTH - MARGIN
#: The bias is an input a little apart from the features, in parts of a row.
_LARGEST, _APART = 46.0, 1.4


def dense_scene(built: Built) -> Scene:
    """A Dense as a network and as its matrices, with unit 1 lit in both."""
    kernel, biased = built.weights[0], built.layer.use_bias
    features, units = kernel.shape
    inputs, outputs = slots(features, NODES), slots(units, NODES)
    down = len(inputs) + _APART * biased
    pitch = min((_BOTTOM - _TOP) / max(down, len(outputs)), _LARGEST)
    starts = ((_TOP + _BOTTOM - n * pitch) / 2 for n in (down, len(outputs)))
    ys, us = ([start + (n + 0.5) * pitch for n in range(NODES)] for start in starts)
    bias_y = ys[0] + (down - 1) * pitch if biased else None
    own = f"unit 1 has {many(features, 'weight')}" + (" + 1 bias" if biased else ", no bias")
    own += f" = {many(features + 1, 'parameter')}" if biased else ""
    head, remarks = many(features, "feature"), list(_remarks(built))
    lines = "each line: a weight" + (", dashed: a bias" if biased else "")
    items = (
        say("features", max(_FEATURES + 10, metrics.room_for(head, TITLE) + 20), 18, head, TITLE, "end", bold=True),
        say("units", _UNITS - 11, 18, many(units, "unit"), TITLE, bold=True),
        say("lines", (_FEATURES + _UNITS) / 2, 36, lines, SMALL, "middle", "muted"),
        *_lines(inputs, outputs, ys, us, bias_y),
        *_nodes("feature", features, inputs, _FEATURES, ys),
        *_nodes("unit", units, outputs, _UNITS, us),
        *_matrices(built, ys[0] - pitch / 2, len(inputs) * pitch, bias_y),
        say("one-unit/count", WIDTH / 2, _BOTTOM + 16, own, TITLE, "middle", "lit", bold=True),
        *foot(_BOTTOM + 39, worked_out(built), remarks),
    )
    said = [
        f"Dense with {many(units, 'unit')} on {many(features, 'feature')}.",
        f"A line runs from every feature to every unit: each is a weight of the kernel {kernel.shape}.",
        "An input that is always 1 gives every unit its bias." if biased else "No unit has a bias.",
        "The lines into unit 1 are column 1 of the kernel.",
        "The first ones and the last are drawn." if None in inputs + outputs else "",
        *remarks,
    ]
    return page(362, items, said, [own, worked_out(built)])


def _lines(
    inputs: Sequence[int | None], outputs: Sequence[int | None], ys: list[float], us: list[float], bias_y: float | None
) -> Iterator[Item]:
    """Those into each unit that is drawn, those into unit 1 on top of the others; and the 1 that the biases weigh."""
    for o in sorted((o for o, output in enumerate(outputs) if output is not None), reverse=True):
        look, end = ("faint", 0.8) if o else ("lit", 2.4), (_UNITS, us[o])
        for i, place in enumerate(inputs):
            if place is not None:
                yield Wire(f"kernel/{i}-{o}", ((_FEATURES, ys[i]), end), *look, arrow=False)
        if bias_y is not None:
            yield Wire(f"bias/{o}", ((_FEATURES + 10, bias_y), end), *look, arrow=False, dashed=True)
    if bias_y is not None:
        yield Box("one", _FEATURES - 10, bias_y - 10, 20, 20, radius=2)
        yield say("one/value", _FEATURES, bias_y, "1", TEXT, "middle", bold=True)
        yield say("one/name", _FEATURES - 16, bias_y, "always 1", TEXT, "end")


def _nodes(what: str, size: int, places: Sequence[int | None], x: float, ys: list[float]) -> Iterator[Item]:
    """Features with their names at the left, or units with theirs at the right."""
    is_unit = what == "unit"
    radius, side = (11, 18) if is_unit else (9, -16)
    anchor: Anchor = "start" if is_unit else "end"
    for n, place in enumerate(places):
        lit = is_unit and n == 0
        text, colour = (f"{size - NODES + 1:,} more", "muted") if place is None else (f"{what} {place + 1:,}", "ink")
        if place is None:
            yield say(f"{what}-{n}", x, ys[n], "⋮", ANSWER, "middle", bold=True)
        else:
            look = ("lit-fill", "lit") if lit else ("cell", "ink") if is_unit else ("tensor", "muted")
            yield replace(disc(f"{what}-{n}", (x, ys[n]), radius, *look), line=2.4 if lit else 1.0)
        yield say(f"{what}-{n}/name", x + side, ys[n], text, TEXT, anchor, "lit" if lit else colour, bold=lit)


def _matrices(built: Built, top: float, high: float, bias_y: float | None) -> Iterator[Item]:
    """The kernel, its rows at the height of their features, and the bias at the height of the 1 that it weighs."""
    features, units = built.weights[0].shape
    # A kernel too large for single cells is cut as the network is, so that its rows stay beside their features.
    rows, columns = (slots(size, CELLS if size <= CELLS else NODES) for size in (features, units))
    down = high / len(rows)
    across = min(max(down, 24.0), (_RIGHT - _KERNEL) / len(columns))

    def lit(_row: int, column: int) -> bool:
        return column == 0

    title = f"kernel {(features, units)}"
    x = min(_KERNEL, _RIGHT - metrics.room_for(title, TITLE, bold=True))
    yield say("kernel/shape", x, 18, title, TITLE, bold=True)
    yield say("kernel/says", _KERNEL, 36, "rows: features, columns: units", SMALL, colour="muted")
    yield from grid("kernel/cell", (_KERNEL, top), rows, columns, (across, down), lit=lit)
    yield Box("kernel/lit", _KERNEL, top, across, high, None, "lit", line=2.4)
    for r, row in enumerate(rows):
        text = "" if row is None else f"{row + 1:,}"
        yield say(f"kernel/row-{r}", _KERNEL - 7, top + (r + 0.5) * down, text, SMALL, "end", "muted")
    free = across * len(columns)  # from the right, whatever is left of a long number
    for c, column in reversed([*enumerate(columns)]):
        text = "" if column is None or (c + 1) * across > free else f"{column + 1:,}"
        wide = metrics.room_for(text, SMALL, bold=c == 0)
        x = min(_KERNEL + (c + 0.5) * across, _KERNEL + across * len(columns) - wide / 2)
        free = x - wide / 2 - _KERNEL if wide > across else free
        yield say(f"kernel/column-{c}", x, top - 10, text, SMALL, "middle", "muted" if c else "lit", bold=c == 0)
    if bias_y is not None:
        yield from grid("bias/cell", (_KERNEL, bias_y - 11), (0,), columns, (across, 22), lit=lit)
        yield Box("bias/lit", _KERNEL, bias_y - 11, across, 22, None, "lit", line=2.4)
        named, taken = f"bias {(units,)}", _UNITS + 40 + metrics.room_for(f"unit {units:,}", TEXT)
        named = named if metrics.room_for(named, TEXT, bold=True) < _KERNEL - taken else "bias"
        yield say("bias/says", _KERNEL - 7, bias_y, named, TEXT, "end", bold=True)


def _remarks(built: Built) -> Iterator[str]:
    if len(built.input_shape) > 2:
        yield f"Dense reads only the last of {len(built.input_shape)} axes: the same weights at every position."
    if built.layer.lora_rank is not None:
        yield f"lora_rank={built.layer.lora_rank} adds two matrices, not drawn."
