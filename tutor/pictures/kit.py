"""What the pictures of ideas share: one width, one smallest letter, one rule of cutting, one grammar of looks.

Such a scene is 760 points wide, so a point is a pixel at 760 px. Data that flow are cool with thin edges; weights,
which are learned, are warm with dark edges; the one example that the eye follows is violet and thick. Every look has
its word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tutor.pictures import metrics
from tutor.pictures.scene import Anchor, Box, Item, Label, Point, Wire
from tutor.symbols import NUMBERS

if TYPE_CHECKING:
    from tutor.layers.built import Built

WIDTH, MARGIN = 760.0, 12.0
SMALL, TEXT, TITLE, ANSWER = 11.0, 12.0, 14.0, 17.0
_NUMBERS = {**NUMBERS, "size": "{value:,}"}


def say(
    name: str, x: float, y: float, text: str, size: float = TEXT, anchor: Anchor = "start", colour: str = "ink", *,
    bold: bool = False,
) -> Label:  # fmt: skip
    """A label with the room that it needs: it is never set smaller."""
    return Label(name, x, y, text, metrics.room_for(text, size, bold=bold) + 1, size, anchor, colour, bold)


def sized(text: str, room: float, *sizes: float, bold: bool = False) -> float:
    """The first of the sizes at which the text fits into the room; the smallest letter if it fits at none."""
    return next((size for size in sizes if metrics.room_for(text, size, bold=bold) + 1 <= room), SMALL)


def headline(name: str, y: float, text: str, largest: float = ANSWER) -> Label:
    """A bold line in the middle, as large as it fits."""
    size = sized(text, WIDTH - 2 * MARGIN, *(one for one in (ANSWER, TITLE, TEXT) if one <= largest), bold=True)
    return say(name, WIDTH / 2, y, text, size, "middle", bold=True)


def slots(size: int | None, most: int) -> tuple[int | None, ...]:
    """Which of so many things are drawn: all if they can be counted, else the first ones, a gap (None) and the last.

    The last of an unknown number is -1.
    """
    last = -1 if size is None else size - 1
    return tuple(range(size)) if size is not None and size <= most else (*range(most - 2), None, last)


def grid(
    name: str,
    corner: Point,
    rows: Sequence[int | None],
    columns: Sequence[int | None],
    pitch: Point,
    fill: str = "weight",
    edge: str = "ink",
    line: float = 0.8,
    lit: Callable[[int, int], bool] = lambda _row, _column: False,
) -> list[Item]:
    """Cells for all slots but the gaps, and in each gap dots; ``pitch`` is a cell's width and height."""
    items: list[Item] = []
    across, down = pitch
    for r, row in enumerate(rows):
        for c, column in enumerate(columns):
            left, top = corner[0] + c * across, corner[1] + r * down
            if row is not None and column is not None:
                filled = "lit-fill" if lit(row, column) else fill
                items.append(Box(f"{name}/{r}.{c}", left, top, across, down, filled, edge, line=line))
                continue
            sign = "⋱" if row is None and column is None else "⋮" if row is None else "…"
            begins = (row is None and column is None) or (row is None and c == 0) or (column is None and r == 0)
            if begins and metrics.room_for(sign, SMALL) <= across and down >= SMALL:  # else the gap itself says it
                middle = (left + across / 2, top + down / 2)
                items.append(say(f"{name}/{r}.{c}", *middle, sign, SMALL, "middle", "muted"))
    return items


def tilde(name: str, x: float, y: float, letter: str, size: float, colour: str = "ink") -> list[Item]:
    """A letter with a tilde of its own, as wide as the letter, since a combining one cannot be told from a bar."""
    lift = 0.62 if letter in "hkl" else 0.47
    return [
        say(f"{name}/letter", x, y, letter, size, "middle", colour, bold=True),
        say(f"{name}/tilde", x, y - lift * size, "~", 0.85 * size, "middle", colour, bold=True),
    ]


def gate_letter(name: str, at: Point, gate: str, colour: str = "ink") -> list[Item]:
    """What a gate or a candidate makes, by its name: ``c_tilde`` is a c with a tilde."""
    letter, _, marked = gate.partition("_")
    return (
        tilde(name, *at, letter, TITLE, colour)
        if marked
        else [say(name, *at, letter, TITLE, "middle", colour, bold=True)]
    )


def tie(name: str, *points: Point, colour: str = "muted", width: float = 1.0) -> Wire:
    """A dashed line without a head: what belongs together, along which nothing flows."""
    return Wire(name, points, colour, width, arrow=False, dashed=True)


def many(count: int, one: str) -> str:
    """``1 weight``, ``1,000 weights``."""
    return f"{count:,} {one if count == 1 else 'biases' if one == 'bias' else one + 's'}"


def worked_out(built: Built) -> str:
    """The layer's formula in numbers, and what comes out: ``32 · (784 + 1) = 25,120 parameters``."""
    return f"{built.formula.write(_NUMBERS)} = {many(built.count, 'parameter')}"
