"""Where the parameters of a model heap up: a bar for each layer that owns some, in the order of the calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.pictures.scene import Box, Item, Label, Scene, Wire
from tutor.pictures.wording import cut, listed, parameters, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.ledgers.ledger import Ledger, Row

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
_NAMES_END = 184.0
_BARS, _BARS_END = 190.0, 478.0
_COUNTS_END, _SHARES_END = 586.0, _WIDTH - _MARGIN


@dataclass(frozen=True)
class _Bar:
    """What one bar stands for: a layer, or those that are too small for bars of their own."""

    name: str
    words: str
    trained: int
    untrained: int

    @property
    def count(self) -> int:
        return self.trained + self.untrained


def heap_scene(ledger: Ledger) -> Scene:
    """The parameters of each layer as bars on one scale, with counts and shares of the whole.

    What training changes is filled; what it leaves alone is empty with a dashed outline. The scenes of a model whose
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
        is_largest = largest is not None and bar.name == largest.path
        items += _row(f"layer-{place}", bar, y + _STEP / 2, scale, ledger.total, bold=is_largest)
        y += _STEP
    if bars:
        items.append(Wire("axis", ((_BARS, _TOP), (_BARS, y)), "muted", _EDGE, arrow=False))
        items += _sum(ledger, y)
        y += _STEP + 10
    notes = [*_scale_note(bars, scale), *_without_parameters(ledger)]
    if ledger.trainable_total < ledger.total:
        items += _legend(ledger, y)
        y += _NOTE_STEP + 2
    for line, note in enumerate(notes):
        items.append(Label(f"note-{line}", _MARGIN, y + 4, note, _ROOM, _NOTE_SIZE, "start", "muted"))
        y += _NOTE_STEP
    said = [title, *(_words(bar, ledger.total) for bar in bars), _trained(ledger), " ".join(notes)]
    return Scene(_WIDTH, y + _MARGIN, tuple(items), " ".join(filter(None, said)))


def _titles(largest: Row | None, total: int) -> tuple[str, str]:
    """Where most parameters sit, in a sentence and in as much of it as the picture has room for."""
    if largest is None:
        return ("No layer of this model has parameters.",) * 2
    start = f"{_share(largest.count, total)} of {parameters(total)} sit in "
    room = _ROOM - width(start, _TITLE_SIZE)
    return f"{start}{largest.path}.", start + cut(largest.path, room, _TITLE_SIZE)


def _bars(owners: Sequence[Row]) -> list[_Bar]:
    """A bar for each layer; of more than there is room for, the smallest share the last one."""
    by_size = sorted(owners, key=lambda row: row.count, reverse=True)
    apart = by_size if len(owners) <= MOST_BARS else by_size[: MOST_BARS - 1]
    kept = {id(row) for row in apart}
    bars = [
        _Bar(row.path, f"{row.path} ({row.kind})", row.trainable_count, row.count - row.trainable_count)
        for row in owners
        if id(row) in kept
    ]
    rest = [row for row in owners if id(row) not in kept]
    if rest:
        count, trained = sum(row.count for row in rest), sum(row.trainable_count for row in rest)
        name = f"{len(rest):,} more layers"
        bars.append(_Bar(name, name, trained, count - trained))
    return bars


def _row(name: str, bar: _Bar, y: float, scale: float, total: int, *, bold: bool) -> Iterator[Item]:
    named = cut(bar.name, _NAMES_END - _MARGIN, _SIZE)
    yield Label(f"{name}/name", _NAMES_END, y, named, _NAMES_END - _MARGIN, _SIZE, "end", bold=bold)
    x = _BARS
    for part, count in (("trained", bar.trained), ("untrained", bar.untrained)):
        if count:
            length = max(count * scale, NARROWEST)
            yield _piece(f"{name}/{part}", x, y, length, part)
            x += length
    counts_room = _COUNTS_END - _BARS_END - 6
    yield Label(f"{name}/count", _COUNTS_END, y, f"{bar.count:,}", counts_room, _SIZE, "end", bold=bold)
    shares_room = _SHARES_END - _COUNTS_END - 4
    share = _share(bar.count, total)
    yield Label(f"{name}/share", _SHARES_END, y, share, shares_room, _SIZE, "end", bold=bold)


def _piece(name: str, x: float, y: float, length: float, part: str) -> Box:
    is_trained = part == "trained"
    fill = "state" if is_trained else "paper"
    return Box(name, x, y - _BAR_HEIGHT / 2, length, _BAR_HEIGHT, fill, "state", dashed=not is_trained, line=_EDGE)


def _sum(ledger: Ledger, top: float) -> Iterator[Item]:
    """What the counts above come to."""
    y = top + 4 + _STEP / 2
    yield Wire("sum-line", ((_BARS_END, top + 2), (_SHARES_END, top + 2)), "muted", _EDGE, arrow=False)
    yield Label("sum/count", _COUNTS_END, y, f"{ledger.total:,}", _COUNTS_END - _BARS_END - 6, _SIZE, "end")
    yield Label("sum/name", _BARS_END - 4, y, "all layers", 100, _SIZE, "end", "muted")


def _legend(ledger: Ledger, y: float) -> Iterator[Item]:
    untrained = ledger.total - ledger.trainable_total
    x = _BARS
    parts = {"trained": f"trained: {ledger.trainable_total:,}", "untrained": f"not trained: {untrained:,}"}
    for part, words in parts.items():
        yield _piece(f"legend/{part}", x, y + 4, 18, part)
        yield Label(f"legend/{part}/words", x + 24, y + 4, words, 150, _NOTE_SIZE, "start")
        x += 190


def _trained(ledger: Ledger) -> str:
    untrained = ledger.total - ledger.trainable_total
    return f"{ledger.trainable_total:,} are trained, {untrained:,} are not." if untrained else ""


def _scale_note(bars: Sequence[_Bar], scale: float) -> list[str]:
    pieces = [count for bar in bars for count in (bar.trained, bar.untrained) if count]
    if not pieces:
        return []
    is_exact = all(count * scale >= NARROWEST for count in pieces)
    exception = "" if is_exact else "; the very shortest are drawn longer, so that they show"
    return [f"The length of a bar is its number of parameters{exception}."]


def _without_parameters(ledger: Ledger) -> list[str]:
    """The other layers by name, on a few lines."""
    names = [cut(row.path, _NAMES_END, _NOTE_SIZE) for row in ledger.rows if not row.count]
    if not names:
        return []
    for shown in range(len(names), 0, -1):
        more = len(names) - shown
        named = names[:shown] if not more else [*names[:shown], f"{more:,} more"]
        lines = wrapped(f"No parameters: {listed(named)}.".split(" "), _ROOM, _NOTE_SIZE)
        if len(lines) <= MOST_LINES:
            break
    return lines


def _share(count: int, total: int) -> str:
    """A part of the whole in percent, never rounded to nothing or to all of it."""
    if count == total:
        return "100 %"
    percent = 100 * count / total
    if percent < 0.05:
        return "< 0.1 %"
    if percent >= 99.5:
        return "> 99 %"
    return f"{percent:.1f} %" if percent < 9.95 else f"{percent:.0f} %"


def _words(bar: _Bar, total: int) -> str:
    untrained = f", {bar.untrained:,} of them not trained" if bar.untrained else ""
    return f"{bar.words}: {parameters(bar.count)}, {_share(bar.count, total)}{untrained}."
