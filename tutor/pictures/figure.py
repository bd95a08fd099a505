"""A scene made visible: a matplotlib figure, an SVG whose every item can be found again, and what to change in it.

The only module that imports matplotlib, and never pyplot, so no global state and no window is touched. Coordinates of
the scene are coordinates of the axes and of the SVG alike: points, y downwards.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Curve
from matplotlib.text import Text

from tutor.pictures.outline import Outline, outlines
from tutor.pictures.palette import COLOURS, css_variable, style_sheet
from tutor.pictures.scene import Label, Scene

#: DejaVu Sans comes with matplotlib; Verdana, its sister, is on nearly every desktop and is as wide.
FONTS = ("DejaVu Sans", "Verdana", "sans-serif")

#: What a script sets on a kept SVG: item → attribute → value. ``size`` is the font size, ``text`` the words.
Changes: TypeAlias = dict[str, dict[str, str | float]]

_POINTS_PER_INCH = 72
_DASHES = (3.0, 2.2)
_CODES = {"M": (Curve.MOVETO,), "L": (Curve.LINETO,), "Q": (Curve.CURVE3,) * 2, "C": (Curve.CURVE4,) * 3}
_ALIGNMENTS: dict[str, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}
_SVG = "http://www.w3.org/2000/svg"
#: From the middle of a line of capitals and figures down to its baseline, as a share of the font size.
_BASELINE = 0.36
#: Text is fitted into a little less than its room, since browsers round the widths of signs.
_SLACK = 0.98
_METRICS_SIZE = 1000
#: FreeType keeps advances in 16.16 fixed point.
_FIXED_POINT = 1 << 16
_PNG_DPI = 200


def figure(scene: Scene) -> Figure:
    """The scene as a matplotlib figure of the scene's size, in the colours of a light page.

    Each artist's gid is its item's id.

    Raises:
        ValueError: a wire has no direction.
    """
    drawn = Figure(
        figsize=(scene.width / _POINTS_PER_INCH, scene.height / _POINTS_PER_INCH), facecolor=COLOURS["paper"].light
    )
    axes = drawn.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    for place, item in enumerate(scene.items):
        if isinstance(item, Label):
            axes.add_artist(_text(item, place))
        else:
            for outline in outlines(item):
                axes.add_artist(_patch(outline, place))
    return drawn


def _patch(outline: Outline, place: int) -> PathPatch:
    vertices = [point for _, points in outline.steps for point in points or outline.steps[0][1]]
    codes = [code for letter, _ in outline.steps for code in _CODES.get(letter, (Curve.CLOSEPOLY,))]
    curve = Curve(vertices, codes)
    curve.should_simplify = False
    return PathPatch(
        curve,
        gid=outline.id,
        zorder=place,
        facecolor=_light(outline.fill),
        edgecolor=_light(outline.stroke),
        linewidth=outline.width if outline.stroke else 0.0,
        linestyle=(0, _DASHES) if outline.dashed else "solid",
        capstyle="butt",
        joinstyle="round",
        clip_on=False,
        snap=False,
    )


def _text(label: Label, place: int) -> Text:
    size = _fitted(label)
    return Text(
        label.x,
        _baseline(label, size),
        _printable(label.text) or " ",  # matplotlib would leave an empty text out of the SVG
        gid=label.id,
        zorder=place,
        color=COLOURS[label.colour].light,
        fontsize=size,
        fontfamily=FONTS[0],
        fontweight="bold" if label.bold else "normal",
        horizontalalignment=_ALIGNMENTS[label.anchor],
        verticalalignment="baseline",
        clip_on=False,
        parse_math=False,
        usetex=False,
    )


def _light(role: str | None) -> str:
    return "none" if role is None else COLOURS[role].light


def _printable(text: str) -> str:
    """The text without what XML forbids or what would break the line."""
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(sign)[0] == "C" else sign for sign in text)


def _fitted(label: Label) -> float:
    """The font size at which the label fits into its room."""
    width = _width(label.text, label.bold)
    return label.size if label.size * width <= _SLACK * label.room else _SLACK * label.room / width


def _baseline(label: Label, size: float) -> float:
    return label.y + _BASELINE * size


@lru_cache(maxsize=4096)
def _width(text: str, bold: bool) -> float:
    """The text's width as a share of the font size."""
    return sum(_advance(sign, bold) for sign in text)


@lru_cache(maxsize=4096)
def _advance(sign: str, bold: bool) -> float:
    """How far a sign takes the pen, as a share of the font size; a whole size for signs from another font."""
    font = _font(bold)
    if not font.get_char_index(ord(sign)):
        return 1.0
    return font.load_char(ord(sign), LoadFlags.NO_HINTING).linearHoriAdvance / _FIXED_POINT / _METRICS_SIZE


@cache
def _font(bold: bool) -> FT2Font:
    properties = font_manager.FontProperties(family=FONTS[0], weight="bold" if bold else "normal")
    font = FT2Font(font_manager.findfont(properties))
    font.set_size(_METRICS_SIZE, _POINTS_PER_INCH)
    return font


def template(scene: Scene) -> str:
    """The scene as an SVG element to be put into a page, drawn by matplotlib.

    Each item is an element with ``data-item="<id>"``, a wire's arrowhead another, ``<id>/head``. Colours are variables
    of :mod:`tutor.pictures.palette`, so a change of theme needs no redrawing. There are no ids that could meet another's on the
    page, and it is as wide as its surroundings. Screen readers take it for one picture and read the scene's words.

    Raises:
        ValueError: a wire has no direction.
    """
    drawn = _drawn_by_matplotlib(scene)
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": _SVG,
            "role": "img",
            "aria-label": _printable(scene.alt),
            "viewBox": f"0 0 {scene.width:g} {scene.height:g}",
            "font-family": ", ".join(FONTS),
            "style": "display: block; width: 100%; height: auto; stroke-linejoin: round",
        },
    )
    ElementTree.SubElement(root, "rect", width="100%", height="100%", style=_css(fill=css_variable("paper")))
    for item in scene.items:
        if isinstance(item, Label):
            root.append(_text_element(item, drawn[item.id]))
        else:
            root.extend(_path_element(outline, drawn[outline.id]) for outline in outlines(item))
    return ElementTree.tostring(root, encoding="unicode")


def _drawn_by_matplotlib(scene: Scene) -> dict[str, ElementTree.Element]:
    """The path or text element that matplotlib's SVG backend makes of each artist, by gid."""
    file = io.StringIO()
    # Text as text, and coordinates as they are, whatever style the user has set.
    plain = mpl.rc_context({"svg.fonttype": "none", "savefig.bbox": "standard", "path.sketch": None})
    with plain, warnings.catch_warnings():
        # The page's fonts are the browser's, and it has one for every script.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure(scene).savefig(file, format="svg")
    tree = ElementTree.fromstring(file.getvalue())  # noqa: S314 (matplotlib's own output, no stranger's)
    return {
        group.get("id", ""): child
        for group in tree.iter(f"{{{_SVG}}}g")
        for child in group
        if child.tag in (f"{{{_SVG}}}path", f"{{{_SVG}}}text")
    }


def _path_element(outline: Outline, drawn: ElementTree.Element) -> ElementTree.Element:
    style = dict(part.split(": ") for part in drawn.get("style", "").split("; "))
    style |= {"fill": _variable(outline.fill), "stroke": _variable(outline.stroke)}
    return ElementTree.Element(
        "path", {"data-item": outline.id, "d": " ".join(drawn.get("d", "").split()), "style": _css(**style)}
    )


def _text_element(label: Label, drawn: ElementTree.Element) -> ElementTree.Element:
    element = ElementTree.Element(
        "text",
        {
            "data-item": label.id,
            "x": drawn.get("x", ""),
            "y": drawn.get("y", ""),
            "font-size": f"{_fitted(label):.2f}",
            "font-weight": "bold" if label.bold else "normal",
            "text-anchor": label.anchor,
            "style": _css(fill=css_variable(label.colour)),
        },
    )
    element.text = drawn.text
    return element


def _variable(role: str | None) -> str:
    return "none" if role is None else css_variable(role)


def _css(**properties: str) -> str:
    return "; ".join(f"{name}: {value}" for name, value in properties.items())


def changes(scene: Scene) -> Changes:
    """What turns the template of any scene with the same structure into this one's, from arithmetic alone.

    A path has ``d``; a label ``text``, ``x``, ``y`` and ``size``, the last for the attribute ``font-size``.

    Raises:
        ValueError: a wire has no direction.
    """
    changed: Changes = {}
    for item in scene.items:
        if isinstance(item, Label):
            size = _fitted(item)
            changed[item.id] = {
                "text": _printable(item.text),
                "x": round(item.x, 2),
                "y": round(_baseline(item, size), 2),
                "size": round(size, 2),
            }
        else:
            changed |= {outline.id: {"d": outline.d} for outline in outlines(item)}
    return changed


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture that shows itself in a notebook and can be saved.

    Attributes:
        scene: what is on it.
    """

    scene: Scene

    @property
    def alt(self) -> str:
        """The picture in words, from the same data."""
        return self.scene.alt

    @cached_property
    def figure(self) -> Figure:
        """The picture as a matplotlib figure."""
        return figure(self.scene)

    def svg(self) -> str:
        """The picture as an SVG file's text, in the colours of a light page; widths and heights are in points."""
        coloured = re.sub(r"var\(--tutor-[a-z-]+, (#[0-9a-f]{6})\)", r"\1", template(self.scene))
        size = f'width="{self.scene.width:g}pt" height="{self.scene.height:g}pt"'
        return coloured.replace("<svg ", f"<svg {size} ", 1)

    def save(self, path: str | Path) -> None:
        """Write the picture to a file; its suffix says in which format.

        Raises:
            ValueError: the suffix is none of .png, .svg, .pdf.
        """
        path = Path(path)
        match path.suffix.lower():
            case ".svg":
                path.write_text(self.svg(), encoding="utf-8")
            case ".png" | ".pdf":
                # Hinting would round each sign to whole pixels and make small text wider than its room.
                with mpl.rc_context({"text.hinting": "no_hinting", "savefig.bbox": "standard"}):
                    self.figure.savefig(path, dpi=_PNG_DPI)
            case suffix:
                given = repr(suffix) if suffix else "none"
                raise ValueError(
                    f"save({str(path)!r}): the file's suffix says how a picture is saved. It is {given}, but one of "
                    ".png, .svg and .pdf is needed."
                )

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        width = f"max-width: {1.6 * self.scene.width:g}px"
        return (
            f"<style>{style_sheet('.tutor-picture')}</style>"
            f'<div class="tutor-picture" style="{width}">{template(self.scene)}</div>'
        )
