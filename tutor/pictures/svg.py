"""A scene as SVG: for a page, where colours follow its theme, or for a file; and what turns one SVG into another's.

The paths are those of :mod:`tutor.pictures.outline`, which matplotlib draws too.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from tutor.pictures.metrics import fitted, printable
from tutor.pictures.outline import outlines, short
from tutor.pictures.palette import css_variable, light
from tutor.pictures.scene import Label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor.pictures.outline import Outline
    from tutor.pictures.scene import Scene

FONTS = ("DejaVu Sans", "Verdana", "sans-serif")

#: From the middle of a line of capitals and figures down to its baseline, as a share of the font size.
BASELINE = 0.36

#: On and off, in line widths, as matplotlib has it.
DASHES = (3.0, 2.2)

#: What a script sets on the elements of an SVG: item → attribute → value; ``text`` is what the element says.
Changes: TypeAlias = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Element:
    """A path or a text, which its id finds again."""

    id: str
    tag: str
    attributes: Mapping[str, str]
    text: str = ""


def elements(scene: Scene, colour: Callable[[str], str] = css_variable) -> Iterator[Element]:
    """The scene's items as elements, from back to front; a wire's arrowhead is one of its own."""
    for item in scene.items:
        if isinstance(item, Label):
            yield _text(item, colour)
        else:
            for outline in outlines(item):
                yield _path(outline, colour)


def _path(outline: Outline, colour: Callable[[str], str]) -> Element:
    attributes = {"d": outline.d, "fill": "none" if outline.fill is None else colour(outline.fill)}
    if outline.stroke is not None:
        attributes |= {"stroke": colour(outline.stroke), "stroke-width": short(outline.width)}
        if outline.dashed:
            attributes["stroke-dasharray"] = " ".join(short(dash * outline.width) for dash in DASHES)
    return Element(outline.id, "path", attributes)


def _text(label: Label, colour: Callable[[str], str]) -> Element:
    size = fitted(label.text, label.size, label.room, bold=label.bold)
    attributes = {
        "x": short(label.x),
        "y": short(label.y + BASELINE * size),
        "font-size": short(size),
        "fill": colour(label.colour),
    }
    if label.anchor != "start":
        attributes["text-anchor"] = label.anchor
    if label.bold:
        attributes["font-weight"] = "bold"
    return Element(label.id, "text", attributes, printable(label.text))


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
