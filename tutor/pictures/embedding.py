"""Embedding: a table with a row for each index. A sentence's words pick rows; what is returned are copies of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from string import punctuation
from typing import TYPE_CHECKING

from tutor.pictures import metrics
from tutor.pictures.kit import MARGIN, SMALL, TEXT, TITLE, WIDTH, foot, grid, many, page, say, sized, slots, worked_out
from tutor.pictures.scene import Box, Item, Scene, Wire

if TYPE_CHECKING:
    from tutor.layers.built import Built

#: Has a word twice, which looks up the same row twice.
SENTENCE = "the cat sees the dog"
#: So many words, rows of a whole table, and numbers of a row are drawn at most.
WORDS, ROWS, NUMBERS = 8, 9, 8

_TOP, _BOTTOM, _ROW, _GAP, _WORD = 54.0, 300.0, 24.0, 16.0, 40.0
_INDEX, _BOX, _TABLE, _OUTPUT, _CELLS = 104.0, 80.0, 328.0, 580.0, 150.0


def indexed(sentence: str, vocabulary: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Each word's index, and the words, without capitals and punctuation.

    The first word gets 1, each new word the next index; 0 is kept for padding. Once the vocabulary is full, all
    further words share its last index.

    >>> indexed("The cat sees the dog.", 1000)
    ((1, 2, 3, 1, 4), ('the', 'cat', 'sees', 'the', 'dog'))
    """
    words = tuple(filter(None, (word.strip(punctuation) for word in sentence.lower().split())))
    known = {word: min(index, vocabulary - 1) for index, word in enumerate(dict.fromkeys(words), 1)}
    return tuple(known[word] for word in words), words


def sentence_scene(built: Built, sentence: str = SENTENCE) -> Scene:
    """A sentence from top to bottom, the rows of an Embedding that it looks up, and their copies in its order.

    The sentence is padded with index 0 to the length for which the layer is built, or cut to it.
    """
    vocabulary, units = built.weights[0].shape
    indices, words = indexed(sentence, vocabulary)
    axes = built.input_shape[1:]
    length = len(indices) if None in axes else prod(axes)
    read = [None if place is None else _word(built, place, indices, words) for place in slots(length, WORDS)]
    drawn = [word for word in read if word is not None]
    cells = _Cells(slots(units, NUMBERS))
    rows, ys = _table(_rows(vocabulary, {word.index for word in drawn}), drawn, cells)
    remarks = list(_remarks(built, len(indices) - length, drawn))
    items = (
        *_heads(f"embeddings {(vocabulary, units)}", f"output {built.output_shape}", many(units, "number")),
        *rows,
        *_looked_up(read, length, ys, cells),
        *foot(_BOTTOM + 17, worked_out(built), remarks),
    )
    each = ", ".join(f"{word.name} {word.index:,}" if word else "…" for word in read)
    said = [
        f"An Embedding's table {(vocabulary, units)}: a row for every index, {many(units, 'number')} per row.",
        f"A sentence as indices: {each}.",
        f"Each index looks up its row. The output {built.output_shape} has a copy of its row for every word.",
        *remarks,
    ]
    return page(362, items, said, [worked_out(built)])


@dataclass(frozen=True)
class _Word:
    """A word or padding on its way; ``lit`` are the first word and those that are the same."""

    name: str
    index: int
    masked: bool
    lit: bool


@dataclass(frozen=True)
class _Cells:
    """The numbers of a row, in the table and as a copy."""

    columns: Sequence[int | None]

    @property
    def across(self) -> float:
        return min(_CELLS / len(self.columns), _ROW)

    def row(
        self, name: str, x: float, y: float, high: float, fill: str, *, lit: bool, dashed: bool = False
    ) -> list[Item]:
        edge, corner = "lit" if fill == "lit-fill" else "faint", (x, y - high / 2)
        cells = grid(name, corner, (0,), self.columns, (self.across, high), fill, edge)
        size, line = (self.across * len(self.columns), high), 2.2 if lit else 0.8
        return [*cells, Box(f"{name}/frame", *corner, *size, None, edge, 0, dashed, line)]


def _word(built: Built, place: int, indices: Sequence[int], words: Sequence[str]) -> _Word:
    index, name = (indices[place], metrics.printable(words[place])) if place < len(words) else (0, "(padding)")
    return _Word(name, index, built.layer.mask_zero and index == 0, lit=index == (indices[0] if indices else 0))


def _heads(table: str, output: str, numbers: str) -> Iterator[Item]:
    room = WIDTH - 2 * MARGIN - _INDEX - 70
    size = sized(table + output, room, TITLE, TEXT, bold=True)
    right = min(_OUTPUT - 16, WIDTH - MARGIN - metrics.room_for(output, size, bold=True))
    left = min(_TABLE, right - 14 - metrics.room_for(table, size, bold=True))
    yield say("sentence", MARGIN, 18, "sentence", TITLE, bold=True)
    yield say("index", _INDEX + _BOX / 2, 18, "index", TITLE, "middle", bold=True)
    yield say("embeddings/shape", left, 18, table, size, bold=True)
    yield say("embeddings/says", _TABLE, 36, f"{numbers} per row", SMALL, colour="muted")
    yield say("output", right, 18, output, size, bold=True)
    yield say("output/says", _OUTPUT - 16, 36, "a copy of its row for every word", SMALL, colour="muted")


def _rows(vocabulary: int, used: set[int]) -> list[int | None]:
    """All rows, if they can be counted; else row 0, those used, and the last, with a gap wherever some are left out."""
    kept = range(vocabulary) if vocabulary <= ROWS else sorted({0, vocabulary - 1} | used)
    rows: list[int | None] = []
    for row in kept:
        rows += [None, row] if rows and row != (rows[-1] or 0) + 1 else [row]
    return rows


def _table(rows: Sequence[int | None], words: Sequence[_Word], cells: _Cells) -> tuple[list[Item], dict[int, float]]:
    """The rows, those that are looked up in violet, and where each is."""
    used, lit = {word.index for word in words}, {word.index for word in words if word.lit}
    heights = [_GAP if row is None else _ROW for row in rows]
    squeezed = min(1.0, (_BOTTOM - _TOP) / sum(heights))
    y = (_TOP + _BOTTOM - squeezed * sum(heights)) / 2
    items: list[Item] = []
    ys: dict[int, float] = {}
    for n, row in enumerate(rows):
        middle = y + squeezed * heights[n] / 2
        y += squeezed * heights[n]
        if row is None:
            items.append(say(f"embeddings/gap-{n}", _TABLE + cells.across / 2, middle, "⋮", SMALL, "middle", "muted"))
            continue
        ys[row], name = middle, f"embeddings/row-{n}"
        fill = "lit-fill" if row in used else "weight"
        items += cells.row(name, _TABLE, middle, squeezed * _ROW - 4, fill, lit=row in lit)
        colour = "lit" if row in lit else "ink" if row in used else "muted"
        items.append(say(f"{name}/name", _TABLE - 7, middle, f"row {row:,}", SMALL, "end", colour, bold=row in lit))
    return items, ys


def _looked_up(read: Sequence[_Word | None], length: int, ys: dict[int, float], cells: _Cells) -> Iterator[Item]:
    """Each word, its index, the way to its row, and the copy; what is lit on top of the others."""
    step = min((_BOTTOM - _TOP) / max(len(read), 1), _WORD)
    top = (_TOP + _BOTTOM - step * len(read)) / 2
    end = _TABLE - 14 - max(metrics.room_for(f"row {row:,}", SMALL, bold=True) for row in ys)
    for n, word in sorted(enumerate(read), key=lambda one: one[1] is not None and one[1].lit):
        y = top + (n + 0.5) * step
        if word is None:
            yield say(f"word-{n}", MARGIN, y, f"{length - WORDS + 1:,} more", TEXT, colour="muted")
            for name, x in (("index", _INDEX + _BOX / 2), ("output", _OUTPUT + cells.across / 2)):
                yield say(f"{name}-{n}", x, y, "⋮", TEXT, "middle", "muted")
            continue
        colour, line = ("lit", 2.4) if word.lit else ("muted", 1.1)
        ink = "lit" if word.lit else "muted" if word.masked else "ink"
        index_fill, fill = ("paper", "paper") if word.masked else ("tensor", "lit-fill")
        name = metrics.cut(word.name, _INDEX - MARGIN - 8, TEXT, bold=word.lit)
        row, copy = (end, ys[word.index]), (_TABLE + cells.across * len(cells.columns) + 5, ys[word.index])
        yield Wire(f"look-{n}", ((_INDEX + _BOX + 2, y), row), colour, line, dashed=word.masked)
        yield Wire(f"copy-{n}", (copy, (_OUTPUT - 4, y)), colour, line, dashed=word.masked)
        yield say(f"word-{n}", MARGIN, y, name, colour=ink, bold=word.lit)
        yield Box(f"index-{n}", _INDEX, y - 11, _BOX, 22, index_fill, colour, 3, word.masked, line)
        yield say(f"index-{n}/value", _INDEX + _BOX / 2, y, f"{word.index:,}", anchor="middle", bold=word.lit)
        yield from cells.row(f"output-{n}", _OUTPUT, y, 20, fill, lit=word.lit, dashed=word.masked)


def _remarks(built: Built, left_out: int, words: Sequence[_Word]) -> Iterator[str]:
    if left_out > 0:
        yield f"The layer is built for a shorter sentence: the last {many(left_out, 'word')} left out."
    if any(word.masked for word in words):
        yield "Index 0 is padding: it looks up row 0, but later layers skip it."
    elif any(word.index == 0 for word in words):
        yield "Index 0 looks up row 0, like any other index."
    if built.layer.lora_rank is not None:
        yield "The two small matrices of lora_rank are not drawn."
