"""The words of a graph: in its boxes, beside its wires and at the head of its frames, each cut to the room it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.pictures.scene import Label
from tutor.pictures.wording import cut, parameters, shape_text, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.layers.built import Shape
    from tutor.pictures.axes import Names
    from tutor.pictures.flow.connected import Node

#: Of the tensors that leave one layer, no more than this are written beside the wire.
MOST_TENSORS = 4
SIZE, LINE = 9.0, 11.0
#: How often a model within TimeDistributed is applied.
ONCE = "once for each of "
#: Between words, and between words and the edge of their box or the wire.
SPACE = 6.0

_KIND = 9.5
_SMALLEST = 7.5
_FLAT, _HIGH = 19.0, 29.0
#: What is kept free for a count, and for each axis of a shape but the batch's.
_COUNT, _AXIS = "10,000,000", ", 10000"
#: Boxes of this width have room for the word after the number.
_ROOMY = 180.0


@dataclass(frozen=True)
class Words:
    """Words at a place that is counted from the corner of what they belong to."""

    name: str
    text: str
    x: float
    y: float
    room: float
    colour: str = "ink"
    bold: bool = False
    anchor: Literal["start", "end"] = "start"
    size: float = SIZE

    def label(self, owner: str, left: float, top: float) -> Label:
        """The words in the picture, where the corner is there."""
        x, y = left + self.x, top + self.y
        return Label(f"{owner}/{self.name}", x, y, self.text, self.room, self.size, self.anchor, self.colour, self.bold)


@dataclass(frozen=True)
class LayerBoxes:
    """How all boxes of layers in one picture look.

    Attributes:
        width: their width.
        names: from a box's left edge to the names of layers that stand in one line with the rest; None if they do not.
        counts_above: whether the counts stand in the line of the kinds, and not in that of the names.
    """

    width: float
    names: float | None
    counts_above: bool

    @classmethod
    def for_all(cls, layers: Sequence[Node], box_width: float) -> LayerBoxes:
        """Boxes of one line, if all layers' kinds, names and counts fit into one, else of two."""
        kinds = 2 * SPACE + max((width(node.kind, _KIND) for node in layers), default=0.0)
        names = max((width(f"{node.name}{_used(node)}", SIZE, bold=False) for node in layers), default=0.0)
        counts = width(_COUNT, SIZE, bold=False) + SPACE
        if kinds + names + SPACE + counts <= box_width:
            return cls(box_width, kinds, counts_above=True)
        return cls(box_width, None, counts_above=kinds + width(f"{_COUNT} parameters", SIZE, bold=False) <= box_width)

    @property
    def height(self) -> float:
        """Their height."""
        return _HIGH if self.names is None else _FLAT

    @property
    def says_parameters(self) -> bool:
        """Whether the number in a box is followed by the word, as a rule."""
        return self.width >= _ROOMY

    def words(self, node: Node) -> list[Words]:
        """The layer's kind, its name, how often it is used if more than once, and its count."""
        return self._in_two_lines(node) if self.names is None else self._in_one_line(node, self.names)

    def _in_one_line(self, node: Node, names: float) -> list[Words]:
        y, end, least = _FLAT / 2, self.width - SPACE, _least(node)
        earliest = 2 * SPACE + width(node.kind, _KIND)
        name_room = max(end - earliest - SPACE - least, 1.0)
        name = _name(node, name_room)
        taken = width(name, SIZE, bold=False) + SPACE
        count = self._count(node, end - earliest - taken)
        # The names stand below each other, but one makes room for a long count.
        x = max(min(names, end - width(count, SIZE, bold=False) - taken), earliest)
        return [
            Words("kind", node.kind, SPACE, y, earliest - 2 * SPACE, bold=True, size=_KIND),
            Words("name", name, x, y, name_room, "muted"),
            Words("count", count, end, y, max(end - earliest - taken, least), anchor="end"),
        ]

    def _in_two_lines(self, node: Node) -> list[Words]:
        upper, lower, room, least = 9.5, 20.5, self.width - 2 * SPACE, _least(node)
        is_above = self.counts_above or node.layers > 1
        kind_room, name_room = room, room
        if is_above:
            kind_room -= least + SPACE
        else:
            name_room -= least + SPACE
        kind, name = cut(node.kind, kind_room, _SMALLEST), _name(node, name_room)
        beside = width(kind, _KIND) if is_above else width(name, SIZE, bold=False)
        count_room = max(room - beside - SPACE, least)
        return [
            Words("kind", kind, SPACE, upper, kind_room, bold=True, size=_KIND),
            Words("name", name, SPACE, lower, name_room, "muted"),
            Words(
                "count",
                self._count(node, count_room),
                SPACE + room,
                upper if is_above else lower,
                count_room,
                anchor="end",
            ),
        ]

    def _count(self, node: Node, room: float) -> str:
        text = parameters(node.count)
        return text if self.says_parameters and width(text, SIZE, bold=False) <= room else f"{node.count:,}"


def end_words(node: Node, box_width: float) -> list[Words]:
    """What enters the model or leaves it: its name, its shape and all names of its axes."""
    (tensor,) = node.tensors
    room = box_width - 2 * SPACE
    y = 9.5
    name_room = width(node.name, SIZE, bold=False)
    is_beside = name_room + SPACE + _reserved(tensor.shape, bold=True) <= room
    name = Words("name", cut(node.name, room, _SMALLEST, bold=False), SPACE, y, room, "muted")
    indent = name_room + SPACE if is_beside else 0.0
    y += 0 if is_beside else LINE
    text = shape_text(tensor.shape, room - indent, _SMALLEST)
    shape = Words("shape", text, SPACE + indent, y, room - indent, bold=True)
    axes = [
        Words(f"axes-{line}", text, SPACE, y + (line + 1) * LINE, room, "muted")
        for line, text in enumerate(_axes(tensor.names, room))
    ]
    return [name, shape, *axes]


def words_beside(node: Node, before: Names, room: float) -> list[Words]:
    """The shapes of what leaves a layer, with the names of the axes where they are not those of what entered it."""
    words: list[Words] = []
    y = LINE / 2
    for number, tensor in enumerate(node.tensors[:MOST_TENSORS]):
        title = f"{tensor.title} " if tensor.title else ""
        names = _axes(tensor.names, room) if number == 0 and tensor.names != before else []
        taken = SPACE + width(names[0], SIZE, bold=False) if len(names) == 1 else 0.0
        is_inline = bool(taken) and width(title, SIZE, bold=False) + _reserved(tensor.shape) + taken <= room
        shape_room = room - taken if is_inline else room
        title_room = width(title, _SMALLEST, bold=False)
        text = title + shape_text(tensor.shape, shape_room - title_room, _SMALLEST, bold=False)
        words.append(Words(f"shape-{number}", text, 0.0, y, shape_room))
        if is_inline:
            x = min(width(text, SIZE, bold=False) + SPACE, room - taken + SPACE)
            words.append(Words("axes-0", names[0], x, y, room - x, "muted"))
        else:
            for line, text in enumerate(names):
                y += LINE
                words.append(Words(f"axes-{line}", text, 0.0, y, room, "muted"))
        y += LINE
    if len(node.tensors) > MOST_TENSORS:
        words.append(Words("more", f"and {len(node.tensors) - MOST_TENSORS} more tensors", 0.0, y, room, "muted"))
    return words


def title_words(title: str, each: str, room: float) -> list[Words]:
    """A model's name, and what it is applied to each of, unless that is everything at once."""
    if not each:
        title_room = min(width(title, SIZE), room)
        return [Words("title", cut(title, title_room, _SMALLEST), 0.0, 0.0, title_room, bold=True)]
    counted = width("1,000 timesteps", SIZE, bold=False)
    title_room = min(width(title, SIZE), room - SPACE - counted)
    start = title_room + SPACE
    before = next((b for b in (ONCE, "each of ") if width(b, SIZE, bold=False) + counted <= room - start), "")
    return [
        Words("title", cut(title, title_room, _SMALLEST), 0.0, 0.0, title_room, bold=True),
        Words("each", cut(before + each, room - start, _SMALLEST, bold=False), start, 0.0, room - start, "muted"),
    ]


def height_of(words: Sequence[Words]) -> float:
    """How far down the words reach, from the corner of what they belong to."""
    return max((one.y for one in words), default=-LINE / 2) + LINE / 2


def _least(node: Node) -> float:
    """What is kept free for the node's count."""
    return max(width(_COUNT, SIZE, bold=False), width(f"{node.count:,}", _SMALLEST, bold=False))


def _name(node: Node, room: float) -> str:
    """The layer's name, cut to the room, and how often it is used."""
    used = _used(node)
    return cut(node.name, room - width(used, SIZE, bold=False), SIZE, bold=False) + used


def _used(node: Node) -> str:
    return f", used {node.uses} times" if node.uses > 1 else ""


def _axes(names: Names, room: float) -> list[str]:
    """The names of the axes in as many lines as they need."""
    return wrapped([*(f"{name}," for name in names[:-1]), *names[-1:]], room, SIZE, bold=False)


def _reserved(shape: Shape, *, bold: bool = False) -> float:
    """The room for a shape of so many axes, whatever their sizes, unless they are uncommonly large."""
    return width(f"(None{_AXIS * (len(shape) - 1)})", SIZE, bold=bold)
