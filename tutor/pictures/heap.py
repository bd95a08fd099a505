"""Where the parameters of a model heap up: a bar for each layer that has some, in the order of the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.ledgers.ledger import Row
from tutor.ledgers.tables import percent
from tutor.pictures.kit import MARGIN, NOTE, SMALL, TITLE, WIDTH, listed, many, notes, page, say
from tutor.pictures.metrics import cut, room_for, wrapped
from tutor.pictures.scene import Box, Item, Label, Scene, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.ledgers.ledger import Ledger

#: Of a longer model, only the largest layers have a bar of their own.
MOST_BARS = 13
#: What is there is drawn at least so wide, in points.
NARROWEST = 2.0
#: Of the layers without parameters, at most so many are named, each in at most so much room.
_MOST_NAMES, _NAME_ROOM = 6, 190.0

_ROOM = WIDTH - 2 * MARGIN
_TITLE_Y, _TOP = 16.0, 32.0
_STEP, _BAR_HEIGHT, _EDGE = 18.0, 11.0, 0.8
_NAMES_END, _BARS, _BARS_END, _COUNTS_END, _SHARES_END = 232.0, 240.0, 528.0, 696.0, WIDTH - MARGIN


def heap_scene(ledger: Ledger) -> Scene:
    """The parameters of each layer as bars on one scale, with counts and shares of the whole.

    Trainable parameters are filled; non-trainable ones are empty with a dashed outline. The scenes of a model whose
    sizes alone change have the same structure as long as each of its layers has a bar of its own.
    """
    owners = [row for row in ledger.rows if row.count]
    largest = max(owners, key=lambda row: row.count, default=None)
    bars, whole = _bars(owners), _together("all layers", owners)
    scale = (_BARS_END - _BARS) / max((bar.count for bar in bars), default=1)
    title = _title(largest, whole.count)
    items: list[Item] = [say("title", MARGIN, _TITLE_Y, title, TITLE, bold=True)]
    y = _TOP + _STEP / 2
    for place, bar in enumerate(bars):
        items += _numbers(f"layer-{place}", bar, y, whole.count, bold=bar is largest)
        x = _BARS
        for part, count in _split(bar).items():
            if count:
                items.append(_piece(f"layer-{place}/{part}", x, y, max(count * scale, NARROWEST), part))
                x += max(count * scale, NARROWEST)
        y += _STEP
    if bars:
        axis = y - _STEP / 2
        items.append(Wire("axis", ((_BARS, _TOP), (_BARS, axis)), "muted", _EDGE, arrow=False))
        items.append(Wire("sum-line", ((MARGIN, axis + 2), (_SHARES_END, axis + 2)), "muted", _EDGE, arrow=False))
        items += _numbers("sum", whole, y + 4, whole.count)
        y += _STEP + 6
    if whole.trainable_count < whole.count:
        items += _legend(whole, y)
        y += NOTE + 3
    remarks = [*_scale_note(bars, scale), *_without_parameters(ledger)]
    items += notes(y, remarks)
    shares = [f"{bar.path}{f' ({bar.kind})' if bar.kind else ''}: {percent(bar.count, whole.count)}." for bar in bars]
    counts = map(_words, [*bars, whole])
    return page(y + NOTE * len(remarks), items, [f"{title}.", *shares, *remarks], list(counts))


def _title(largest: Row | None, total: int) -> str:
    """Which layer has most parameters, with as much of its name as there is room for."""
    if largest is None:
        return "No layer of this model has parameters"
    end = f" has {percent(largest.count, total)} of the parameters"
    return cut(largest.path, _ROOM - room_for(end, TITLE, bold=True), TITLE, bold=True) + end


def _bars(owners: Sequence[Row]) -> Sequence[Row]:
    """A bar for each layer; of more than there is room for, the smallest share the last one."""
    if len(owners) <= MOST_BARS:
        return owners
    by_size = sorted(range(len(owners)), key=lambda place: owners[place].count, reverse=True)
    apart, rest = sorted(by_size[: MOST_BARS - 1]), by_size[MOST_BARS - 1 :]
    together = _together(f"{len(rest):,} more layers", [owners[place] for place in rest])
    return [*(owners[place] for place in apart), together]


def _together(name: str, rows: Sequence[Row]) -> Row:
    trainable = sum(row.trainable_count for row in rows)
    return Row(name, "", None, None, None, sum(row.count for row in rows), trainable)


def _split(row: Row) -> dict[str, int]:
    return {"trainable": row.trainable_count, "non-trainable": row.count - row.trainable_count}


def _numbers(name: str, row: Row, y: float, total: int, *, bold: bool = False) -> Iterator[Label]:
    """On one line: a name, a count, and its share of the whole."""
    for what, text, left, right in (
        ("name", row.path, MARGIN, _NAMES_END),
        ("count", f"{row.count:,}", _BARS_END + 6, _COUNTS_END),
        ("share", percent(row.count, total), _COUNTS_END + 4, _SHARES_END),
    ):
        yield say(f"{name}/{what}", right, y, cut(text, right - left, SMALL, bold=bold), SMALL, "end", bold=bold)


def _piece(name: str, x: float, y: float, length: float, part: str) -> Box:
    fill, dashed = ("weight", False) if part == "trainable" else ("paper", True)
    return Box(name, x, y - _BAR_HEIGHT / 2, length, _BAR_HEIGHT, fill, dashed=dashed, line=_EDGE)


def _legend(whole: Row, y: float) -> Iterator[Item]:
    for x, (part, count) in zip((MARGIN, _BARS), _split(whole).items(), strict=True):
        yield _piece(f"legend/{part}", x, y, 18, part)
        words = say(f"legend/{part}/words", x + 24, y, f"{part}:", SMALL)
        yield words
        yield say(f"legend/{part}/count", words.x + words.room + 4, y, f"{count:,}", SMALL)


def _scale_note(bars: Sequence[Row], scale: float) -> list[str]:
    shortest = min((count for bar in bars for count in _split(bar).values() if count), default=0)
    exception = "; very short bars are lengthened so you can see them" if shortest * scale < NARROWEST else ""
    return [f"The length of a bar is its number of parameters{exception}."] if bars else []


def _without_parameters(ledger: Ledger) -> list[str]:
    """The other layers by name, on two lines at most."""
    names = [cut(row.path, _NAME_ROOM, SMALL) for row in ledger.rows if not row.count]
    more = [f"{len(names) - _MOST_NAMES:,} more"] if len(names) > _MOST_NAMES else []
    if not names:
        return []
    return wrapped(f"No parameters: {listed([*names[:_MOST_NAMES], *more])}.".split(" "), _ROOM, SMALL)


def _words(bar: Row) -> str:
    split = ", ".join(f"{count:,} {part}" for part, count in _split(bar).items())
    return f"{bar.path} {many(bar.count, 'parameter')}{f' ({split})' if bar.trainable_count < bar.count else ''}"
