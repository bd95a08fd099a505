"""A picture as data: boxes, wires and labels, each with a name. Nothing here draws.

Lengths are in points (1/72 inch), x to the right and y downwards from the top left corner, as in SVG. Colours are
roles of :mod:`tutor.pictures.palette`. Two scenes of the same :attr:`Scene.structure` have the same items, so a
picture on screen goes from one to the other without being drawn anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tutor.pictures.metrics import room_for

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Box:
    """A rectangle; (x, y) is its top left corner."""

    id: str
    x: float
    y: float
    width: float
    height: float
    fill: str | None = "paper"
    edge: str | None = "ink"
    radius: float = 0.0
    dashed: bool = False
    line: float = 1.0

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height


@dataclass(frozen=True)
class Wire:
    """A line through points, with rounded corners and, as a rule, an arrowhead whose tip is the last point."""

    id: str
    points: tuple[Point, ...]
    colour: str = "ink"
    width: float = 1.4
    arrow: bool = True
    dashed: bool = False
    radius: float = 6.0


@dataclass(frozen=True)
class Label:
    """Words or numbers in one line; (x, y) is the middle of the line at its start, middle or end."""

    id: str
    x: float
    y: float
    text: str
    size: float = 12.0
    anchor: Anchor = "start"
    colour: str = "ink"
    bold: bool = False

    @property
    def room(self) -> float:
        """The width that it needs."""
        return room_for(self.text, self.size, bold=self.bold) + 1


Item: TypeAlias = Box | Wire | Label


def disc(name: str, middle: Point, radius: float, fill: str = "paper", edge: str | None = "ink") -> Box:
    """A box that is round."""
    return Box(name, middle[0] - radius, middle[1] - radius, 2 * radius, 2 * radius, fill, edge, radius)


def moved(item: Item, right: float, down: float) -> Item:
    """The item in another place."""
    if isinstance(item, Wire):
        return replace(item, points=tuple((x + right, y + down) for x, y in item.points))
    return replace(item, x=item.x + right, y=item.y + down)


@dataclass(frozen=True)
class Scene:
    """A picture: what is on it, from back to front, and what it says in words.

    Raises:
        ValueError: two items have the same id.
    """

    width: float
    height: float
    items: tuple[Item, ...]
    alt: str

    def __post_init__(self) -> None:
        ids = [item.id for item in self.items]
        if len(set(ids)) != len(ids):
            raise ValueError(f"two items of a scene share an id: {sorted({i for i in ids if ids.count(i) > 1})}")

    @property
    def structure(self) -> tuple[tuple[type, str], ...]:
        """What the picture is made of, whatever its numbers."""
        return tuple((type(item), item.id) for item in self.items)

    @property
    def covered(self) -> Scene:
        """The same without its totals: labels whose id ends in ``count``, and the words from "Count:" on."""
        items = (
            replace(one, text="?") if isinstance(one, Label) and one.id.endswith("count") else one for one in self.items
        )
        return replace(self, items=tuple(items), alt=self.alt.partition(" Count:")[0])
