"""A layer's weights on one scale, area = parameters; after a move the old size stays as a dashed outline.

Arrays stand on each other, so that together they are as wide as the formula's ``4 · units`` and as high as its
``units + features + 1``. An array of more axes is laid flat, its leading axes multiplied into rows.

The scale is a power of two and follows from the layers alone: the largest at which the layer before the move fits. The
move keeps it, unless what it made does not fit; then the scale changes, and the picture says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from math import ceil, floor, inf, log2, log10, prod
from typing import TYPE_CHECKING, TypeAlias

from tutor.pictures.kit import ANSWER, MARGIN, SMALL, TEXT, TITLE, gate_letter, listed, many, notes, page, say, sized
from tutor.pictures.metrics import cut, room_for, shape_text, wrapped
from tutor.pictures.palette import gate_role
from tutor.pictures.scene import Box, Item, Point, Scene, Wire
from tutor.symbols import Number, identifiers, product

if TYPE_CHECKING:
    from tutor.layers.built import Built, Weight

#: Nothing is drawn thinner than this, in points: neither an array nor one gate's slice of it.
THINNEST = 4.0
#: Nor are vectors, where there are only vectors.
_VECTOR = 14.0

#: Where arrays are drawn; what is said of each ends to the left of that, and the totals stand to the right.
_LEFT, _TOP, _WIDE, _HIGH = 196.0, 62.0, 330.0, 236.0
_NAMES_END, _SIDE, _SIDE_ROOM = 172.0, 552.0, 196.0
_BAR, _NOTES, _HEIGHT = 312.0, 340.0, 362.0
_EDGE, _LINE, _NAME_PITCH, _LETTER = 0.9, 14.0, 62.0, 14.0
#: The most points that a row or column takes; and from how many on each of them is drawn.
_LARGEST, _COUNTABLE = 32.0, 8.0
#: What is too tall is continued beside itself only where the scale can then be so many times as large.
_WORTH = 4
#: More arrays than this are not drawn, nor named.
_MOST = 18


@dataclass(frozen=True)
class _Array:
    """A weight laid flat into rows and columns; its title tells it apart from others of its name."""

    id: str
    title: str
    weight: Weight
    flat: tuple[int, int]
    thinnest: float

    def size(self, scale: float, cap: float) -> Point:
        """Its width and height in points: what is higher than the cap is continued beside itself."""
        high = self.flat[0] * scale
        wide = self.flat[1] * scale * max(high / cap, 1)
        return max(wide, THINNEST * max(len(self.weight.gates), 1)), max(min(high, cap), self.thinnest)

    def __str__(self) -> str:
        rows, columns = self.flat
        flat = f", laid flat as {rows:,} rows of {columns:,}" if len(self.weight.shape) > 2 else ""
        return f"{self.title} {self.weight.shape}{flat}{'' if self.weight.trainable else ', non-trainable'}"


#: An array now and before; one of them may not be there.
_Pair: TypeAlias = tuple[_Array | None, _Array | None]


def weight_scene(built: Built, before: Built | None = None) -> Scene:
    """The layer's weights to scale, with the slices of its gates in Keras's order; dashed, the layer before a move.

    The scenes of a layer whose sizes alone change have the same structure and the same height.
    """
    kind, last = built.layer.title, before if before is not None and before.weights else built
    if not built.weights:
        text = f"{kind} has no weights."
        return page(40, notes(20, [text], centred=True), [text], ["0 parameters"])
    new, old = _arrays(built), _arrays(last)
    pairs = [(new.get(name), old.get(name)) for name in {**new, **old}]
    has_moved = any(one is None or other is None or one.flat != other.flat for one, other in pairs)
    kept, cap = _largest([(one, None) for one in old.values()])
    fitting = _cap(pairs, kept, folded=cap < inf)
    scale, cap = (kept, fitting) if fitting else _largest(pairs, kept)
    drawn, ghost = list[tuple[_Array, Box]](), list[Box]()
    y = _TOP
    for one, other in pairs:
        high = _height((one, other), scale, cap)
        drawn += [(one, _rectangle(one, y, scale, cap))] if one else []
        if other:  # around what was and is as thin as a line, two dashed ones would only hide it
            seen = one is None or (one.flat != other.flat and high > 2 * THINNEST)
            ghost += _outline(_rectangle(other, y, scale, cap), seen=seen)
        y += high
    seeming = _seeming(drawn, scale, len(built.weights))
    squares = scale >= _COUNTABLE and not seeming
    share = "half" if kept == 2 * scale else f"1/{kept / scale:,.0f} of"
    rescaled = f"New scale: everything, the dashed outline too, is drawn at {share} the size." if scale != kept else ""
    title = f"weights: {'one square = one parameter' if squares else 'area = parameters'}"
    items: list[Item] = [say("title", MARGIN, 14, title, TITLE, bold=True)]
    for array, box in drawn:
        items += [*_slices(array, box), *_grid(box, scale if squares else 0)]
    items += [*ghost, *_letters(drawn), *_names(drawn), *_scale_bar(kept, scale)]
    items += _totals(built.count, last.count, moved=has_moved, outlined=any(box.line for box in ghost))
    lines = wrapped(rescaled.split(), _SIDE_ROOM, TEXT)
    for n, text in enumerate([*lines, "", "", ""][:4]):
        items.append(say(f"rescaled-{n}", _SIDE, 236 + _LINE * n, text, TEXT, colour="lit"))
    items += notes(_NOTES, [*seeming, "", ""][:2])
    gates = dict.fromkeys(gate.title for weight in built.weights for gate in weight.gates)
    said = [f"The weights of {kind}: {', '.join(map(str, new.values()))}."]
    said += [f"Each with slices for {listed([*gates])}."] if gates else []
    said += [f"Dashed, before: {', '.join(map(str, old.values()))}."] if has_moved else []
    counts = [f"{one.title} {one.weight.count:,}" for one in new.values()] if len(new) > 1 else []
    counts += [many(built.count, "parameter"), *([f"before {last.count:,}"] if has_moved else [])]
    return page(_HEIGHT, items, [*said, *seeming, rescaled], counts)


# What there is, and where


def _arrays(built: Built) -> dict[str, _Array]:
    """The layer's arrays by their ids, laid flat: as wide as the bias that is added to what they make, if any is."""
    weights = built.weights[:_MOST]
    names = [weight.name for weight in weights]
    titles = [f"{one.part} {one.name}".strip() if names.count(one.name) > 1 else one.name for one in weights]
    thinnest = THINNEST if any(len(weight.shape) > 1 for weight in weights) else _VECTOR
    arrays = {}
    for name, title, weight in zip(identifiers(titles), titles, weights, strict=True):
        shapes = [one.shape for one in weights if one.part == weight.part]
        biases = [one for one in shapes if any(one != other and other[-len(one) :] == one for other in shapes)]
        columns = prod(max((one for one in biases if weight.shape[-len(one) :] == one), default=weight.shape[-1:]))
        arrays[name] = _Array(name, title, weight, (weight.count // columns, columns), thinnest)
    return arrays


def _height(pair: _Pair, scale: float, cap: float) -> float:
    return max(one.size(scale, cap)[1] for one in pair if one)


def _rectangle(array: _Array, y: float, scale: float, cap: float) -> Box:
    return Box(array.id, _LEFT, y, *array.size(scale, cap), None, line=_EDGE)


def _cap(pairs: Sequence[_Pair], scale: float, *, folded: bool) -> float | None:
    """How high an array may be so that all fit on that scale; None if they do not, folded or not."""

    def height(cap: float) -> float:
        return sum(_height(pair, scale, cap) for pair in pairs)

    low, cap = THINNEST, inf
    if height(cap) > _HIGH:
        if not folded:
            return None
        cap = _HIGH
        for _ in range(12):  # to a tenth of a point
            middle = (low + cap) / 2
            low, cap = (middle, cap) if height(middle) <= _HIGH else (low, middle)
        cap = low
    fits = max(one.size(scale, cap)[0] for pair in pairs for one in pair if one) <= _WIDE
    return cap if fits else None


def _largest(pairs: Sequence[_Pair], most: float = _LARGEST) -> tuple[float, float]:
    """The largest scale up to a bound, and the cap: an array is continued beside itself only if that gains enough."""
    columns = max(one.flat[1] for pair in pairs for one in pair if one)
    best = None
    for power in count(-floor(log2(min(most, _WIDE / columns)))):
        scale = 2.0**-power
        cap = _cap(pairs, scale, folded=True)
        if cap and best is None:
            best = scale, cap
        if best and best[0] >= _WORTH * scale:
            return best
        if cap == inf:
            return scale, cap
    raise AssertionError


# What is drawn


def _slices(array: _Array, box: Box) -> Iterator[Box]:
    """A rectangle, or one for each gate."""
    gates = array.weight.gates
    if not gates:
        yield replace(box, fill="weight")
    for n, gate in enumerate(gates):
        part = box.width / len(gates)
        yield replace(box, id=f"{box.id}/{gate.name}", x=box.x + n * part, width=part, fill=gate_role(gate.name))


def _grid(box: Box, pitch: float) -> Iterator[Wire]:
    """Lines between rows and between columns, each kind in one go; without a pitch they hide behind an edge."""
    xs, ys = (box.x, box.right), (box.y, box.bottom)
    rows: list[Point] = [(_LEFT, _TOP), (_LEFT, _TOP + THINNEST)]
    columns = rows
    if pitch:
        rows = [(xs[(n + end) % 2], box.y + n * pitch) for n in range(round(box.height / pitch)) for end in (0, 1)]
        columns = [(box.x + n * pitch, ys[(n + end) % 2]) for n in range(round(box.width / pitch)) for end in (0, 1)]
    for name, points in (("rows", rows), ("columns", columns)):
        yield Wire(f"{box.id}/{name}", tuple(points), width=0.7, arrow=False, radius=0)


def _letters(drawn: Sequence[tuple[_Array, Box]]) -> Iterator[Item]:
    """What gates make, above the first array that has them, or beside it if others stand above."""
    named: set[str] = set()
    for array, box in drawn:
        gates = [gate.name for gate in array.weight.gates]
        for n, gate in enumerate(gates):
            at = (box.x + (n + 0.5) * max(box.width / len(gates), _LETTER), box.y - 11)
            beside = (box.right + (n + 1) * _LETTER, box.y + 12)
            yield from gate_letter(f"{gate}/letter", beside if named else at, gate) if gate not in named else ()
        named.update(gates)


def _outline(box: Box, *, seen: bool) -> Iterator[Box]:
    """What an array was, if that is to be seen; else it rests in a corner, with a line of no width."""
    place = box if seen else Box(box.id, _LEFT, _TOP, THINNEST, THINNEST, None)
    yield replace(place, id=f"{box.id}/before/paper", edge="paper", line=4.2 * seen)
    yield replace(place, id=f"{box.id}/before", edge="ink", dashed=seen, line=2.2 * seen)


def _names(drawn: Sequence[tuple[_Array, Box]]) -> Iterator[Item]:
    """To the left, each in its place however high arrays are: name, shape, what the axes are, count."""
    room, pitch = _NAMES_END - MARGIN, min(_NAME_PITCH, (_NOTES - _TOP - 4) / len(drawn))
    for n, (array, box) in enumerate(drawn):
        weight, y = array.weight, _TOP + 2 + n * pitch
        # The gates' blocks lie side by side along the last axis.
        axes = [*weight.axes[:-1], *(product([Number(len(weight.gates) or 1), axis]) for axis in weight.axes[-1:])]
        what = f"({', '.join(axis.text for axis in axes)}{',' if len(axes) == 1 else ''})"
        if len(weight.shape) > 2:
            what = f"drawn as {array.flat[0]:,} × {array.flat[1]:,}"
        total = many(weight.count, "parameter")
        lines = [
            ("name", cut(array.title, room, TEXT, bold=True), TEXT, "ink"),
            ("shape", shape_text(weight.shape, room, SMALL), SMALL, "ink"),
            ("axes", cut(what if weight.trainable else f"{what}, non-trainable", room, SMALL), SMALL, "muted"),
            ("count", total if room_for(total, SMALL) < room else total.split()[0], SMALL, "ink"),
        ]
        for line, (name, text, size, colour) in enumerate(lines[: max(1, int(pitch // _LINE))]):
            at = y + line * _LINE
            yield say(f"{array.id}/{name}", _NAMES_END, at, text, size, "end", colour, bold=name == "name")
        points = ((_NAMES_END + 4, y), (_LEFT - 10, y), (_LEFT - 2, box.y + box.height / 2))
        yield Wire(f"{array.id}/mark", points, "muted", 0.8, arrow=False, radius=0)


# What is said


def _totals(now: int, before: int, *, moved: bool, outlined: bool) -> Iterator[Item]:
    ratio = now / before
    compared = f"{ratio:,.0f} times as many" if ratio >= 100 else f"{ratio:.3g} times as many"
    if ratio < 1:
        compared = f"{100 * ratio:.3g}% of before" if ratio >= 0.001 else "under 0.1% of before"
    if 0.995 < ratio < 1.005:
        compared = "as many as before" if now == before else "nearly as many as before"
    lines = (
        ("new/title", 0, 76, "parameters now" if moved else "parameters", TEXT, False),
        ("new/count", 0, 98, f"{now:,}", ANSWER, True),
        ("old/title", 30 * outlined, 134, "before (dashed)" if outlined else "before", TEXT, False),
        ("old/count", 0, 156, f"{before:,}", ANSWER, False),
        ("ratio/count", 0, 190, compared, TITLE, True),
    )
    for name, right, y, text, size, bold in lines:
        shown, colour = text if moved or name.startswith("new") else "", "muted" if "title" in name else "ink"
        size = sized(shown, _SIDE_ROOM, size, TITLE, TEXT, bold=bold)
        yield say(name, _SIDE + right, y, shown, size, colour=colour, bold=bold)
    yield Box("old/key", _SIDE, 127, 22, 14, None, "ink" if outlined else None, dashed=True, line=2.0)


def _scale_bar(kept: float, scale: float) -> Iterator[Item]:
    """As on a map: how long so many rows or columns are, and where it has changed, how long they were."""
    number = 10 ** max(0, ceil(log10(40 / scale)))
    number = number // 2 if number * scale > 200 else number
    ends, says = _LEFT + number * scale, f"= {number:,} {'row or column' if number == 1 else 'rows or columns'}"
    was = _LEFT + number * kept
    shown = kept != scale and was + 8 + room_for("before", SMALL) < _SIDE + _SIDE_ROOM
    y = _BAR + _LINE * shown
    yield Wire("scale/before", ((_LEFT, y), (was if shown else ends, y)), "lit", 2.0, arrow=False, dashed=True)
    yield say("scale/before/words", was + 8, y, "before" if shown else "", SMALL, colour="lit")
    yield Wire("scale", ((_LEFT, _BAR), (ends, _BAR)), width=2.4, arrow=False)
    yield say("scale/words", ends + 8, _BAR, says, SMALL)


def _seeming(drawn: Sequence[tuple[_Array, Box]], scale: float, number: int) -> list[str]:
    """What is not as it seems."""
    folded = [one.title for one, box in drawn if box.height * 1.001 < one.flat[0] * scale]
    thick = [one.title for one, box in drawn if box.width * box.height > 1.001 * prod(one.flat) * scale**2]
    notes = [f"{number - len(drawn):,} more arrays: not drawn."] if number > len(drawn) else []
    for titles, what in (
        (folded, "too tall, so continued alongside; the area is right."),
        (thick, f"drawn thicker so you can see {'it' if len(thick) == 1 else 'them'}."),
    ):
        if titles:
            notes.append(f"{listed(titles) if len(titles) < 3 else f'{len(titles)} arrays'}: {what}")
    return notes
