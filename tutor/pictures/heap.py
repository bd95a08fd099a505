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
#: Layers without parameters are named on no more than so many lines.
MOST_LINES = 3

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
    bars = _bars(owners)
    scale = (_BARS_END - _BARS) / max((bar.count for bar in bars), default=1)
    title, cut_title = _titles(largest, ledger.total)
    items: list[Item] = [Label("title", _MARGIN, _TITLE_Y, cut_title, _ROOM, _TITLE_SIZE, "start", bold=True)]
    y = _TOP
    for place, bar in enumerate(bars):
        items += _bar(f"layer-{place}", bar, y + _STEP / 2, scale, ledger.total, bold=bar is largest)
        y += _STEP
    if bars:
        items.append(Wire("axis", ((_BARS, _TOP), (_BARS, y)), "muted", _EDGE, arrow=False))
        items += _sum(ledger.total, y)
        y += _STEP + 10
    if ledger.trainable_total < ledger.total:
        items += _legend(ledger, y)
        y += _NOTE_STEP + 2
    notes = [*_scale_note(bars, scale), *_without_parameters(ledger)]
    for line, note in enumerate(notes):
        items.append(Label(f"note-{line}", _MARGIN, y + 4, note, _ROOM, _NOTE_SIZE, "start", "muted"))
        y += _NOTE_STEP
    whole = f"{_parts(ledger.trainable_total, ledger.total)}." if ledger.trainable_total < ledger.total else ""
    said = [title, *(_words(bar, ledger.total) for bar in bars), whole, " ".join(notes)]
    return Scene(_WIDTH, y + _MARGIN, tuple(items), " ".join(filter(None, said)))


def _titles(largest: Row | None, total: int) -> tuple[str, str]:
    """Which layer has most parameters, in a sentence and in as much of it as the picture has room for."""
    if largest is None:
        return ("No layer of this model has parameters.",) * 2
    end = f" has {percent(largest.count, total)} of {parameters(total)}"
    room = _ROOM - room_for(end, _TITLE_SIZE, bold=True)
    return f"{largest.path}{end}.", cut(largest.path, room, _TITLE_SIZE, bold=True) + end


def _bars(owners: Sequence[Row]) -> list[Row]:
    """A bar for each layer; of more than there is room for, the smallest share the last one."""
    if len(owners) <= MOST_BARS:
        return list(owners)
    by_size = sorted(owners, key=lambda row: row.count, reverse=True)
    rest = by_size[MOST_BARS - 1 :]
    count, trainable = sum(row.count for row in rest), sum(row.trainable_count for row in rest)
    apart = {id(row) for row in by_size[: MOST_BARS - 1]}
    together = Row(f"{len(rest):,} more layers", "", None, None, None, count, trainable)
    return [*(row for row in owners if id(row) in apart), together]


def _bar(name: str, bar: Row, y: float, scale: float, total: int, *, bold: bool) -> Iterator[Item]:
    room = _NAMES_END - _MARGIN
    yield Label(f"{name}/name", _NAMES_END, y, cut(bar.path, room, _SIZE, bold=bold), room, _SIZE, "end", bold=bold)
    x = _BARS
    for part, count in _split(bar):
        if count:
            length = max(count * scale, NARROWEST)
            yield _piece(f"{name}/{part}", x, y, length, part)
            x += length
    counts_room, shares_room = _COUNTS_END - _BARS_END - 6, _SHARES_END - _COUNTS_END - 4
    yield Label(f"{name}/count", _COUNTS_END, y, f"{bar.count:,}", counts_room, _SIZE, "end", bold=bold)
    yield Label(f"{name}/share", _SHARES_END, y, percent(bar.count, total), shares_room, _SIZE, "end", bold=bold)


def _split(bar: Row) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("trainable", bar.trainable_count), ("non-trainable", bar.count - bar.trainable_count)


def _piece(name: str, x: float, y: float, length: float, part: str) -> Box:
    fill, dashed = ("state", False) if part == "trainable" else ("paper", True)
    return Box(name, x, y - _BAR_HEIGHT / 2, length, _BAR_HEIGHT, fill, "state", dashed=dashed, line=_EDGE)


def _sum(total: int, top: float) -> Iterator[Item]:
    """What the counts above come to."""
    y = top + 4 + _STEP / 2
    yield Wire("sum-line", ((_BARS_END, top + 2), (_SHARES_END, top + 2)), "muted", _EDGE, arrow=False)
    yield Label("sum/count", _COUNTS_END, y, f"{total:,}", _COUNTS_END - _BARS_END - 6, _SIZE, "end")
    yield Label("sum/name", _BARS_END - 4, y, "all layers", 100, _SIZE, "end", "muted")


def _legend(ledger: Ledger, y: float) -> Iterator[Item]:
    counts = {"trainable": ledger.trainable_total, "non-trainable": ledger.total - ledger.trainable_total}
    for place, (part, count) in enumerate(counts.items()):
        x = _BARS + 190 * place
        yield _piece(f"legend/{part}", x, y + 4, 18, part)
        yield Label(f"legend/{part}/words", x + 24, y + 4, f"{part}: {count:,}", 150, _NOTE_SIZE, "start")


def _scale_note(bars: Sequence[Row], scale: float) -> list[str]:
    if not bars:
        return []
    is_exact = all(count * scale >= NARROWEST for bar in bars for _, count in _split(bar) if count)
    exception = "" if is_exact else "; very short bars are lengthened so you can see them"
    return [f"The length of a bar is its number of parameters{exception}."]


def _without_parameters(ledger: Ledger) -> list[str]:
    """The other layers by name, on a few lines."""
    names = [cut(row.path, _NAMES_END, _NOTE_SIZE) for row in ledger.rows if not row.count]
    for shown in range(len(names), 0, -1):
        more = [f"{len(names) - shown:,} more"] if shown < len(names) else []
        lines = wrapped(f"No parameters: {listed([*names[:shown], *more])}.".split(" "), _ROOM, _NOTE_SIZE)
        if len(lines) <= MOST_LINES:
            return lines
    return []


def _words(bar: Row, total: int) -> str:
    kind = f" ({bar.kind})" if bar.kind else ""
    parts = f": {_parts(bar.trainable_count, bar.count)}" if bar.trainable_count < bar.count else ""
    return f"{bar.path}{kind}: {parameters(bar.count)}, {percent(bar.count, total)}{parts}."


def _parts(trainable: int, total: int) -> str:
    return f"{trainable:,} trainable, {total - trainable:,} non-trainable"
