"""Where the parameters of a model heap up: a bar for each layer that has some, in the order of the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.ledgers.ledger import Row
from tutor.ledgers.tables import percent
from tutor.pictures.metrics import cut, room_for, wrapped
from tutor.pictures.scene import Box, Item, Label, Scene, Wire
from tutor.pictures.wording import listed, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.ledgers.ledger import Ledger

#: Of a longer model, only the largest layers have a bar of their own.
MOST_BARS = 24
#: What is there is drawn at least so wide, in points.
NARROWEST = 2.0
#: Of the layers without parameters, at most so many are named.
MOST_NAMES = 12

_WIDTH, _MARGIN = 640.0, 8.0
_ROOM = _WIDTH - 2 * _MARGIN
_TITLE_Y, _TOP = 15.0, 32.0
_STEP, _BAR_HEIGHT, _EDGE = 16.0, 10.0, 0.8
_TITLE_SIZE, _SIZE, _NOTE_SIZE = 11.0, 9.5, 8.5
_NOTE_STEP = 12.0
_NAMES_END, _BARS, _BARS_END, _COUNTS_END, _SHARES_END = 184.0, 190.0, 478.0, 586.0, _WIDTH - _MARGIN


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
    items: list[Item] = [Label("title", _MARGIN, _TITLE_Y, title, _ROOM, _TITLE_SIZE, "start", bold=True)]
    said, y = [f"{title}."], _TOP + _STEP / 2
    for place, bar in enumerate(bars):
        items += _numbers(f"layer-{place}", bar, y, whole.count, bold=bar is largest)
        items += _pieces(f"layer-{place}", bar, y, scale)
        said.append(_words(bar, whole.count))
        y += _STEP
    if bars:
        axis = y - _STEP / 2
        items.append(Wire("axis", ((_BARS, _TOP), (_BARS, axis)), "muted", _EDGE, arrow=False))
        items.append(Wire("sum-line", ((_MARGIN, axis + 2), (_SHARES_END, axis + 2)), "muted", _EDGE, arrow=False))
        items += _numbers("sum", whole, y + 4, whole.count)
        y += _STEP + 6
    if whole.trainable_count < whole.count:
        items += _legend(whole, y)
        said.append(_words(whole, whole.count))
        y += _NOTE_STEP + 2
    notes = [*_scale_note(bars, scale), *_without_parameters(ledger)]
    for number, note in enumerate(notes):
        items.append(Label(f"note-{number}", _MARGIN, y, note, _ROOM, _NOTE_SIZE, "start", "muted"))
        y += _NOTE_STEP
    return Scene(_WIDTH, y + _MARGIN, tuple(items), " ".join([*said, *notes]))


def _title(largest: Row | None, total: int) -> str:
    """Which layer has most parameters, with as much of its name as there is room for."""
    if largest is None:
        return "No layer of this model has parameters"
    end = f" has {percent(largest.count, total)} of {parameters(total)}"
    return cut(largest.path, _ROOM - room_for(end, _TITLE_SIZE, bold=True), _TITLE_SIZE, bold=True) + end


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
    path, share = cut(row.path, _NAMES_END - _MARGIN, _SIZE, bold=bold), percent(row.count, total)
    for what, text, left, right in (
        ("name", path, _MARGIN, _NAMES_END),
        ("count", f"{row.count:,}", _BARS_END + 6, _COUNTS_END),
        ("share", share, _COUNTS_END + 4, _SHARES_END),
    ):
        yield Label(f"{name}/{what}", right, y, text, right - left, _SIZE, "end", bold=bold)


def _pieces(name: str, bar: Row, y: float, scale: float) -> Iterator[Box]:
    x = _BARS
    for part, count in _split(bar).items():
        if count:
            yield _piece(f"{name}/{part}", x, y, max(count * scale, NARROWEST), part)
            x += max(count * scale, NARROWEST)


def _piece(name: str, x: float, y: float, length: float, part: str) -> Box:
    fill, dashed = ("state", False) if part == "trainable" else ("paper", True)
    return Box(name, x, y - _BAR_HEIGHT / 2, length, _BAR_HEIGHT, fill, "state", dashed=dashed, line=_EDGE)


def _legend(whole: Row, y: float) -> Iterator[Item]:
    for x, (part, count) in zip((_BARS, _BARS + 190), _split(whole).items(), strict=True):
        yield _piece(f"legend/{part}", x, y, 18, part)
        yield Label(f"legend/{part}/words", x + 24, y, f"{part}: {count:,}", 150, _NOTE_SIZE, "start")


def _scale_note(bars: Sequence[Row], scale: float) -> list[str]:
    shortest = min((count for bar in bars for count in _split(bar).values() if count), default=0)
    exception = "; very short bars are lengthened so you can see them" if shortest * scale < NARROWEST else ""
    return [f"The length of a bar is its number of parameters{exception}."] if bars else []


def _without_parameters(ledger: Ledger) -> list[str]:
    """The other layers by name, on a few lines."""
    names = [cut(row.path, _NAMES_END, _NOTE_SIZE) for row in ledger.rows if not row.count]
    more = [f"{len(names) - MOST_NAMES:,} more"] if len(names) > MOST_NAMES else []
    if not names:
        return []
    return wrapped(f"No parameters: {listed([*names[:MOST_NAMES], *more])}.".split(" "), _ROOM, _NOTE_SIZE)


def _words(bar: Row, total: int) -> str:
    kind = f" ({bar.kind})" if bar.kind else ""
    split = ", ".join(f"{count:,} {part}" for part, count in _split(bar).items())
    parts = f": {split}" if bar.trainable_count < bar.count else ""
    return f"{bar.path}{kind}: {parameters(bar.count)}, {percent(bar.count, total)}{parts}."
