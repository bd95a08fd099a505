"""A scene as SVG: for a page, where colours follow its theme, or for a file; and what turns one SVG into another's.

Outlines are arithmetic alone. Matplotlib draws the same elements, so a file shows what the screen shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from tutor.pictures.metrics import printable
from tutor.pictures.palette import css_variable, light
from tutor.pictures.scene import Label, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor.pictures.scene import Item, Point, Scene

FONTS = ("DejaVu Sans", "Verdana", "sans-serif")

#: From the middle of a line of capitals and figures down to its baseline, as a share of the font size.
BASELINE = 0.36

#: On and off, in line widths, as matplotlib has it.
DASHES = (3.0, 2.2)

#: What a script sets on the elements of an SVG: item → attribute → value; ``text`` is what the element says.
Changes: TypeAlias = dict[str, dict[str, str]]

#: Points no further from each other are one, in points.
_SAME = 1e-6
_HEAD_LENGTH = 6.5
_HEAD_WIDTH = 5.6
#: How far the handles of a cubic curve reach, in radii, for a quarter of a circle.
_QUARTER = 4 / 3 * (math.sqrt(2) - 1)


@dataclass(frozen=True)
class Element:
    """A path or a text, which its id finds again."""

    id: str
    tag: str
    attributes: Mapping[str, str]
    text: str = ""


def elements(scene: Scene, colour: Callable[[str], str] = css_variable) -> Iterator[Element]:
    """The scene's items as elements, from back to front; a wire's arrowhead is one of its own, named ``<id>/head``.

    Raises:
        ValueError: a wire whose points all coincide has no direction.
    """
    for item in scene.items:
        yield from _elements(item, colour)


@lru_cache(maxsize=4096)  # most of a picture stays where it is when a size changes
def _elements(item: Item, colour: Callable[[str], str]) -> tuple[Element, ...]:
    if isinstance(item, Label):
        return (_text(item, colour),)
    if isinstance(item, Wire):
        return tuple(_wire(item, colour))
    corners = [(item.x, item.y), (item.right, item.y), (item.right, item.bottom), (item.x, item.bottom)]
    attributes = {"d": _rounded(corners, item.radius, closed=True), "fill": colour(item.fill) if item.fill else "none"}
    if item.edge:
        attributes |= _stroke(colour(item.edge), item.line, dashed=item.dashed)
    return (Element(item.id, "path", attributes),)


def _text(label: Label, colour: Callable[[str], str]) -> Element:
    attributes = {
        "x": short(label.x),
        "y": short(label.y + BASELINE * label.size),
        "font-size": short(label.size),
        "fill": colour(label.colour),
    }
    if label.anchor != "start":
        attributes["text-anchor"] = label.anchor
    if label.bold:
        attributes["font-weight"] = "bold"
    return Element(label.id, "text", attributes, printable(label.text))


def _wire(wire: Wire, colour: Callable[[str], str]) -> Iterator[Element]:
    points = [point for place, point in enumerate(wire.points) if place == 0 or point != wire.points[place - 1]]
    if len(points) < 2:
        raise ValueError(f"the wire {wire.id!r} needs two points that differ, but has {wire.points}")
    look, head = _stroke(colour(wire.colour), wire.width, dashed=wire.dashed), ""
    if wire.arrow:
        tip, before = points[-1], points[-2]
        length = min(_HEAD_LENGTH, math.dist(before, tip))
        base = _toward(tip, before, length)
        across = _HEAD_WIDTH / 2 / length
        dx, dy = (base[1] - tip[1]) * across, (tip[0] - base[0]) * across
        head = _to("M", (base[0] + dx, base[1] + dy)) + _to("L", tip) + _to("L", (base[0] - dx, base[1] - dy)) + "Z"
        # The line runs a little way into the head, so that no gap shows between the two.
        points[-1] = _toward(tip, before, 0.8 * length)
    yield Element(wire.id, "path", {"d": _rounded(points, wire.radius), "fill": "none", **look})
    if head:
        yield Element(f"{wire.id}/head", "path", {"d": head, "fill": colour(wire.colour)})


def _stroke(colour: str, width: float, *, dashed: bool) -> dict[str, str]:
    dashes = {"stroke-dasharray": " ".join(short(dash * width) for dash in DASHES)} if dashed else {}
    return {"stroke": colour, "stroke-width": short(width), **dashes}


def _rounded(points: list[Point], radius: float, *, closed: bool = False) -> str:
    """Through the points, with a part of a circle at each corner; closed, back to where it began."""
    around = [points[-1], *points, points[0]] if closed else points
    path, pen = ("", None) if closed else (_to("M", points[0]), points[0])
    for before, corner, after in zip(around, around[1:], around[2:], strict=False):
        # Two corners share the leg between them, so each may use half of it.
        cut = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        start, end = _toward(corner, before, cut), _toward(corner, after, cut)
        if pen is None or math.dist(start, pen) > _SAME:
            path += _to("L" if path else "M", start)
        if cut > 0:
            path += _to("C", _toward(start, corner, _QUARTER * cut), _toward(end, corner, _QUARTER * cut), end)
        pen = end
    return path + ("Z" if closed else _to("L", points[-1]))


def _to(letter: str, *points: Point) -> str:
    """A letter of SVG's path language with its points: move, line, cubic curve."""
    return letter + " ".join(f"{short(x)} {short(y)}" for x, y in points)


def _toward(start: Point, end: Point, length: float) -> Point:
    """The point that lies ``length`` from ``start`` on the way to ``end``."""
    share = length and length / math.dist(start, end)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def short(number: float) -> str:
    """The number to a hundredth, which is as fine as a picture is drawn, in as few figures as it needs."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def svg(scene: Scene, *, themed: bool = True) -> str:
    """The scene as one SVG element, which screen readers take for one picture with the scene's words.

    Themed, it is for a page that has the palette's variables, and as wide as its surroundings; else it is a file's
    text, in the colours of a light page and of its own size. Each element has its item's id as ``data-item``; there
    is no ``id`` that could meet another's on the page.

    Raises:
        ValueError: a wire has no direction.
    """
    colour = css_variable if themed else light
    size = (
        {"style": "display: block; width: 100%; height: auto"}
        if themed
        else {"width": f"{short(scene.width)}pt", "height": f"{short(scene.height)}pt"}
    )
    root = {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "aria-label": printable(scene.alt),
        "viewBox": f"0 0 {short(scene.width)} {short(scene.height)}",
        "font-family": ", ".join(FONTS),
        "stroke-linejoin": "round",
        **size,
    }
    paper = f'<rect width="100%" height="100%" fill="{colour("paper")}"/>'
    return f"<svg{_written(root)}>{paper}{''.join(map(_tag, elements(scene, colour)))}</svg>"


def changes(key: Scene, scene: Scene) -> Changes:
    """What turns the first scene's SVG into the second's, by id: what differs and no more.

    An attribute that the second does not have is set to the empty text, which browsers take for its default.

    Raises:
        ValueError: the scenes are not of one size and structure.
    """
    if (key.width, key.height, key.structure) != (scene.width, scene.height, scene.structure):
        raise ValueError("only a scene of the same size and structure follows from another by changes")
    changed: Changes = {}
    for old, new in zip(elements(key), elements(scene), strict=True):
        if old != new:
            unset = dict.fromkeys(old.attributes, "")
            after = {**unset, **new.attributes}.items()
            changed[new.id] = {name: value for name, value in after if value != old.attributes.get(name, "")}
            if old.text != new.text:
                changed[new.id]["text"] = new.text
    return changed


def _tag(element: Element) -> str:
    start = f'<{element.tag} data-item="{escape(element.id)}"{_written(element.attributes)}>'
    return f"{start}{escape(element.text)}</{element.tag}>"


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
