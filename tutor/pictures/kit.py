"""What the pictures share: one width, one smallest letter, one rule of cutting, one grammar of looks.

A picture is 760 points wide, so a point is a pixel at 760 px. Data that flow are cool with thin edges; weights,
which are learned, are warm with dark edges; the one example that the eye follows is violet and thick. Every look has
its word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.layers import checks
from tutor.pictures.metrics import room_for
from tutor.pictures.scene import Anchor, Box, Item, Label, Point, Scene

if TYPE_CHECKING:
    from tutor.layers.built import Built

WIDTH, MARGIN = 760.0, 12.0
#: Sizes of letters, and from one note to the next.
SMALL, TEXT, TITLE, ANSWER, NOTE = 11.0, 12.0, 14.0, 17.0, 13.0

#: What a picture has most of.
say = Label


def page(height: float, items: Iterable[Item], said: Iterable[str], counts: Sequence[str]) -> Scene:
    """The items on a page so high, and the same in sentences, without empty ones; the last one has all totals."""
    counted = [f"Count: {'; '.join(counts)}."] if counts else []
    return Scene(WIDTH, height, tuple(items), " ".join(filter(None, [*said, *counted])))


# Words


def many(count: int | None, one: str) -> str:
    """``1 weight``, ``1,000 weights``, ``25 stacks of tables``; of None, ``any number of weights``."""
    what, *rest = one.split(" ", 1)
    several = " ".join([f"{what}{'es' if what == 'bias' else 's'}", *rest])
    return f"any number of {several}" if count is None else f"{count:,} {one if count == 1 else several}"


def listed(names: Iterable[str]) -> str:
    """One or more names as a sentence lists them: ``i, f and o``."""
    return checks.listed(names, "and")


def worked_out(built: Built) -> str:
    """The layer's formula in numbers, and what comes out: ``32 · (784 + 1) = 25,120 parameters``."""
    return f"{built.formula.with_commas} = {many(built.count, 'parameter')}"


def sized(text: str, room: float, *sizes: float, bold: bool = False) -> float:
    """The first of the sizes at which the text fits into the room; the smallest letter if it fits at none."""
    return next((size for size in sizes if room_for(text, size, bold=bold) + 1 <= room), SMALL)


def headline(name: str, y: float, text: str, largest: float = ANSWER) -> Label:
    """A bold line in the middle, as large as it fits."""
    size = sized(text, WIDTH - 2 * MARGIN, *(one for one in (ANSWER, TITLE, TEXT) if one <= largest), bold=True)
    return say(name, WIDTH / 2, y, text, size, "middle", bold=True)


def notes(y: float, texts: Iterable[str], *, centred: bool = False) -> list[Label]:
    """Small lines below each other, the first one at ``y``."""
    anchor: Anchor = "middle" if centred else "start"
    x = WIDTH / 2 if centred else MARGIN
    return [say(f"note-{n}", x, y + n * NOTE, text, SMALL, anchor, "muted") for n, text in enumerate(texts)]


def foot(y: float, total: str, remarks: Iterable[str]) -> list[Label]:
    """In the middle, what it all comes to, and what else there is to say on a line below."""
    return [headline("count", y, total), *notes(y + 18, [" ".join(remarks)], centred=True)]


def gate_letter(name: str, at: Point, gate: str, colour: str = "ink") -> list[Item]:
    """What a gate or a candidate makes, by its name: ``c_tilde`` is a c with a tilde."""
    letter, _, marked = gate.partition("_")
    if not marked:
        return [say(name, *at, letter, TITLE, "middle", colour, bold=True)]
    # A tilde of its own, as wide as the letter, since a combining one cannot be told from a bar.
    above = at[0], at[1] - (0.62 if letter in "hkl" else 0.47) * TITLE
    return [
        say(f"{name}/letter", *at, letter, TITLE, "middle", colour, bold=True),
        say(f"{name}/tilde", *above, "~", 0.85 * TITLE, "middle", colour, bold=True),
    ]


# What there are many of


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
    fill: str | None = "weight",
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
            if begins and room_for(sign, SMALL) <= across and down >= SMALL:  # else the gap itself says it
                middle = (left + across / 2, top + down / 2)
                items.append(say(f"{name}/{r}.{c}", *middle, sign, SMALL, "middle", "muted"))
    return items


def stack(front: Box, depth: int, step: float) -> Iterator[Box]:
    """So many of the box, each further up and to the right, from the back: ``<id>/2``, ``<id>/1``, ``<id>/0``."""
    for n in reversed(range(depth)):
        yield replace(front, id=f"{front.id}/{n}", x=front.x + n * step, y=front.y - n * step)
