"""A tensor: its shape spread out, and under each axis what that axis counts, from the whole down to one number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from tutor.layers.checks import input_shape
from tutor.layers.layer import axis_names
from tutor.pictures import kit, metrics
from tutor.pictures.kit import ANSWER, MARGIN, SMALL, TEXT, TITLE, WIDTH, grid, many, say, sized, slots, stack
from tutor.pictures.scene import Box, Item, Label, Point, Scene, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.layers.built import Shape

#: What a tensor of so many axes is called.
_ONE = ("number", "list", "table", "stack of tables", "row of stacks", "table of stacks")

_HEADS = (22.0, ANSWER, TITLE, TEXT)
_WIDE = WIDTH - 2 * MARGIN
_WIDEST, _HIGHEST, _CELL, _MINIATURE = 190.0, 112.0, 26.0, 34.0
_SHAPE_Y, _NAMES_Y, _MIDDLE, _TITLE_Y, _TOTAL_Y, _HEIGHT = 30.0, 54.0, 154.0, 238.0, 320.0, 356.0


def tensor_scene(shape: Sequence[int | None], names: Sequence[str] | None = None) -> Scene:
    """The tensor at the left, then its first part, the first part of that, and so on down to a number.

    A first axis of None is the batch. ``names`` are those of the axes, if not the usual ones.

    Raises:
        TypeError: the shape is not a tuple of whole numbers and None.
        ValueError: a size is not 1 or larger, or one example has more than five axes.
    """
    sizes: Shape = input_shape("tensor_diagram", shape, (None, 25, 256), "shape")
    batched, rank = bool(sizes) and sizes[0] is None, len(sizes)
    if rank - batched >= len(_ONE):
        raise ValueError(
            f"tensor_diagram: shape must have at most {len(_ONE) - 1} axes, besides None for the batch; got {sizes}."
        )
    named = [metrics.printable(name) for name in names or _usual_names(sizes)]
    step = min(_WIDE / (rank + 1), _WIDEST)
    left = (WIDTH - step * (rank + 1)) / 2
    items: list[Item] = [*_spread_out(sizes, named, left, step)]
    for place in range(rank + 1):
        inner, middle, is_batch = sizes[place:], left + (place + 0.5) * step, batched and place == 0
        if place:
            edge = middle - step / 2
            items.append(Wire(f"open-{place}", ((edge - 9, _MIDDLE), (edge + 9, _MIDDLE)), "lit", 2.0))
        draw = _batch if is_batch else _drawn
        items += draw(f"part-{place}", inner, (middle, _MIDDLE), (step - 34, _HIGHEST))
        title = "a batch" if is_batch else f"a {_ONE[rank - place]}"
        below = [(line, TEXT, "ink") for line in metrics.wrapped(title.split(), step - 8, TEXT, bold=True)]
        below += [(line, SMALL, "muted") for line in metrics.wrapped(_made_of(inner).split(), step - 8, SMALL)]
        for n, (line, size, colour) in enumerate(below):
            y = _TITLE_Y + 15 * n
            items.append(say(f"part-{place}/says-{n}", middle, y, line, size, "middle", colour, bold=size == TEXT))
    total = _total(sizes[batched:], "one example: " if batched else "")
    remarks = ["Each arrow opens what is violet."] * bool(rank) + ["None: any number of examples."] * batched
    items += kit.foot(_TOTAL_Y, total, remarks)
    axes = ", ".join(f"{name} {_counted(size)}" for name, size in zip(named, sizes, strict=True)) or "none"
    made = [f"A {_ONE[rank - place]} is {_made_of(sizes[place:])}." for place in range(int(batched), rank)]
    return kit.page(_HEIGHT, items, [f"A tensor of shape {sizes}.", f"Axes: {axes}.", *made], [total])


def _usual_names(sizes: Shape) -> list[str]:
    if not sizes or sizes[0] is not None:
        return [f"axis {place}" for place in range(len(sizes))]
    return ["sequence length" if name == "timesteps" else name.replace("_", " ") for name in axis_names(len(sizes))]


def _counted(size: int | None) -> str:
    return "any number" if size is None else f"{size:,}"


def _made_of(sizes: Shape) -> str:
    """What the first axis counts: ``25 lists``."""
    return many(sizes[0], _ONE[len(sizes) - 1]) if sizes else ""


def _total(sizes: Shape, of: str) -> str:
    factors, product = " · ".join(map(_counted, sizes)), many(prod(size or 1 for size in sizes), "number")
    if None in sizes:
        return of + factors
    whole = f"{of}{factors} = {product}"
    return whole if len(sizes) > 1 and metrics.room_for(whole, TEXT, bold=True) < _WIDE else of + product


def _spread_out(sizes: Shape, names: Sequence[str], left: float, step: float) -> Iterator[Label]:
    """The shape as Python writes it, each size in the middle of its column, with the name of its axis."""
    size = min([sized(str(one), step - 30, *_HEADS, bold=True) for one in sizes], default=_HEADS[0])
    commas = [(left + place * step, ",") for place in range(1, max(len(sizes), 2))]
    end = left + max(len(sizes), 0.6) * step + (size if len(sizes) == 1 else 0)  # (3,): right after the comma
    signs = [(left + (4 if sizes else 0.4 * step), "("), *(commas if sizes else []), (end, ")")]
    for n, (x, sign) in enumerate(signs):
        yield say(f"sign-{n}", x, _SHAPE_Y, sign, size, "middle", "muted")
    for place, name in enumerate(names):
        x = left + (place + 0.5) * step
        yield say(f"size-{place}", x, _SHAPE_Y, str(sizes[place]), size, "middle", bold=True)
        yield say(f"name-{place}", x, _NAMES_Y, metrics.cut(name, step - 10, TEXT), TEXT, "middle")


def _batch(name: str, sizes: Shape, middle: Point, room: Point) -> list[Item]:
    """Cards one behind the other, dashed, since their number is open: on the first, which is violet, one example."""
    width, height = min(room[0] - 14, 96.0), 88.0
    x, y = middle[0] - width / 2 - 7, middle[1] - height / 2 + 7
    *behind, front = stack(Box(name, x, y, width, height, "paper", "muted", 3, dashed=True), 3, 7)
    front = replace(front, edge="lit", dashed=False, line=2.2)
    example = (x + width / 2, y + height / 2), (width - 14, height - 16)
    return [*behind, front, *_drawn(f"{name}/example", sizes[1:], *example, small=True)]


def _drawn(name: str, sizes: Shape, middle: Point, room: Point, *, small: bool = False) -> list[Item]:
    """The thing of these sizes in its room: its first part is violet, and sizes stand beside it, unless it is small."""
    rank, (x, y) = len(sizes), middle
    if not sizes:
        look = ("tensor", "muted") if small else ("lit-fill", "lit")
        return [Box(name, x - 17, y - 13, 34, 26, *look, line=1.6), say(f"{name}/value", x, y, "0.7", anchor="middle")]
    said = ["any" if size is None else f"{size:,}" for size in sizes]
    down = {2: said[0], 3: said[rank // 2], 5: said[0]}.get(rank, "")
    beside = metrics.room_for(down, SMALL) + 6
    if small or beside > room[0] / 2:
        down, beside = "", 0.0
    draw = _sheets if rank == 3 else _cells
    items, (width, height) = draw(name, sizes, (x + beside / 2, y), (room[0] - beside, room[1]), small)
    if small:
        return items
    across, below = said[rank in (2, 5)], said[2] if rank == 3 else ""
    if rank == 3 and metrics.room_for(f"{said[0]} deep", SMALL) < room[0] + 24:
        across = f"{said[0]} deep"
    return [
        *items,
        say(f"{name}/across", x + beside / 2, y - height / 2 - 10, across, SMALL, "middle"),
        say(f"{name}/down", x + (beside - width) / 2 - 5, y, down, SMALL, "end"),
        say(f"{name}/below", x + beside / 2, y + height / 2 + 11, below, SMALL, "middle"),
    ]


def _cells(name: str, sizes: Shape, middle: Point, room: Point, small: bool) -> tuple[list[Item], Point]:
    """Numbers, or stacks, in a row or in rows, and how wide and high that is; violet is the first row, or the first."""
    stacks, in_rows = len(sizes) > 3, len(sizes) in (2, 5)
    rows = slots(sizes[0], 3 if stacks else 5) if in_rows else (0,)
    columns = slots(sizes[in_rows], 4 if stacks else 5)
    pitch = min(room[0] / len(columns), room[1] / len(rows), _MINIATURE if stacks else _CELL)
    width, height = pitch * len(columns), pitch * len(rows)
    corner = (middle[0] - width / 2, middle[1] - height / 2)

    def lit(row: int, column: int) -> bool:
        return not small and row == 0 and (in_rows or column == 0)

    items: list[Item] = []
    for item in grid(name, corner, rows, columns, (pitch, pitch), "tensor", "muted", 0.7, lit):
        if stacks and isinstance(item, Box):
            x, y, side = item.x + 0.1 * pitch, item.y + 0.34 * pitch, 0.55 * pitch
            items += stack(replace(item, x=x, y=y, width=side, height=side), 3, 0.12 * pitch)
        else:
            items.append(item)
    if not small:
        items.append(Box(f"{name}/lit", *corner, width if in_rows else pitch, pitch, None, "lit", line=2.2))
    return items, (width, height)


def _sheets(name: str, sizes: Shape, middle: Point, room: Point, small: bool) -> tuple[list[Item], Point]:
    """Tables one behind the other, for the first axis goes into the depth; the one in front is violet."""
    deep, rows, columns = slots(sizes[0], 4), slots(sizes[1], 4), slots(sizes[2], 4)
    off = 4.0 if small else 7.0
    back = off * (len(deep) - 1)
    pitch = min((room[0] - back) / len(columns), (room[1] - back) / len(rows), _CELL)
    width, height = pitch * len(columns), pitch * len(rows)
    x, y = middle[0] - (width + back) / 2, middle[1] - (height - back) / 2
    fill, edge, line = ("tensor", "muted", 0.8) if small else ("lit-fill", "lit", 2.2)
    *behind, front = stack(Box(f"{name}/sheet", x, y, width, height, "tensor", "muted", line=0.8), len(deep), off)
    items: list[Item] = [
        *(replace(sheet, dashed=which is None) for sheet, which in zip(behind, reversed(deep), strict=False)),
        replace(front, fill="paper"),
        *grid(name, (x, y), rows, columns, (pitch, pitch), fill, "muted", 0.7),
        Box(f"{name}/lit", x, y, width, height, None, edge, line=line),
    ]
    return items, (width + back, height + back)
