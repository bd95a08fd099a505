"""A scene as SVG: for a page, where colours follow its theme, or for a file; and what differs between two scenes.

Nothing is drawn twice: the paths are those of :mod:`tutor.pictures.outline`, which matplotlib draws too.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from tutor.pictures.metrics import fitted
from tutor.pictures.outline import outlines
from tutor.pictures.palette import COLOURS, css_variable
from tutor.pictures.scene import Label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor.pictures.outline import Outline
    from tutor.pictures.scene import Scene

FONTS = "DejaVu Sans, Verdana, sans-serif"

#: From the middle of a line of capitals and figures down to its baseline, as a share of the font size.
BASELINE = 0.36

#: On and off, in line widths, as matplotlib has it.
DASHES = (3.0, 2.2)


@dataclass(frozen=True)
class Element:
    """A path or a text, to be found again by its item's id."""

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
        attributes |= {"stroke": colour(outline.stroke), "stroke-width": f"{outline.width:g}"}
        if outline.dashed:
            attributes["stroke-dasharray"] = " ".join(f"{dash * outline.width:g}" for dash in DASHES)
    return Element(outline.id, "path", attributes)


def _text(label: Label, colour: Callable[[str], str]) -> Element:
    size = fitted(label.text, label.size, label.room, bold=label.bold)
    attributes = {
        "x": f"{label.x:.2f}",
        "y": f"{label.y + BASELINE * size:.2f}",
        "font-size": f"{size:.2f}",
        "fill": colour(label.colour),
    }
    if label.anchor != "start":
        attributes["text-anchor"] = label.anchor
    if label.bold:
        attributes["font-weight"] = "bold"
    return Element(label.id, "text", attributes, _printable(label.text))


def svg(scene: Scene, *, themed: bool = True) -> str:
    """The scene as an SVG element for a page that has the palette's variables, or else as a file's text."""
    colour = css_variable if themed else lambda role: COLOURS[role].light
    size = (
        {"style": "display: block; width: 100%; height: auto"}
        if themed
        else {
            "width": f"{scene.width:g}pt",
            "height": f"{scene.height:g}pt",
        }
    )
    root = {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "aria-label": _printable(scene.alt),
        "viewBox": f"0 0 {scene.width:g} {scene.height:g}",
        "font-family": FONTS,
        "stroke-linejoin": "round",
        **size,
    }
    paper = f'<rect width="100%" height="100%" fill="{colour("paper")}"/>'
    return f"<svg{_written(root)}>{paper}{''.join(map(_tag, elements(scene, colour)))}</svg>"


def changes(key: Scene, scene: Scene) -> dict[str, dict[str, str]]:
    """What turns the first scene's SVG into the second's, by id; both have the same items."""
    changed = {}
    for old, new in zip(elements(key), elements(scene), strict=True):
        if old != new:
            changed[new.id] = {
                name: value for name, value in new.attributes.items() if old.attributes.get(name) != value
            }
            if old.text != new.text:
                changed[new.id]["text"] = new.text
    return changed


def _tag(element: Element) -> str:
    return f'<{element.tag} data-item="{escape(element.id)}"{_written(element.attributes)}>{escape(element.text)}</{element.tag}>'


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def _printable(text: str) -> str:
    """The text with a sign in place of each that XML forbids or that would break the line."""
    return (
        text
        if text.isprintable()
        else "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    )
