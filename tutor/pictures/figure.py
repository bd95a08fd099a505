"""A scene as a matplotlib figure, for PNG, PDF and notebooks that go on drawing.

The only module that imports matplotlib, and never pyplot, so no global state and no window is touched. Coordinates of
the scene are coordinates of the axes: points, y downwards.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Curve
from matplotlib.text import Text

from tutor.pictures.palette import light
from tutor.pictures.svg import DASHES, FONTS, Element, elements

if TYPE_CHECKING:
    from tutor.pictures.scene import Scene

_POINTS_PER_INCH = 72
_CODES = {"M": Curve.MOVETO, "L": Curve.LINETO, "C": Curve.CURVE4}
_ALIGNMENTS: dict[str, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}


def figure(scene: Scene) -> Figure:
    """The elements of the scene's SVG as a matplotlib figure of its size, in the colours of a light page.

    Each artist's gid is its element's id.

    Raises:
        ValueError: a wire has no direction.
    """
    size = scene.width / _POINTS_PER_INCH, scene.height / _POINTS_PER_INCH
    drawn = Figure(figsize=size, facecolor=light("paper"))
    axes = drawn.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    for place, element in enumerate(elements(scene, light)):
        axes.add_artist(_text(element, place) if element.tag == "text" else _patch(element, place))
    return drawn


def _patch(element: Element, place: int) -> PathPatch:
    given, vertices, codes = element.attributes, list[list[float]](), list[Any]()
    for letter, numbers in re.findall("([A-Z])([^A-Z]*)", given["d"]):
        along = [float(number) for number in numbers.split()] or vertices[0]  # Z has none
        vertices += [along[n : n + 2] for n in range(0, len(along), 2)]
        codes += [_CODES.get(letter, Curve.CLOSEPOLY)] * (len(along) // 2)
    curve = Curve(vertices, codes)
    curve.should_simplify = False
    return PathPatch(
        curve,
        gid=element.id,
        zorder=place,
        facecolor=given["fill"],
        edgecolor=given.get("stroke", "none"),
        linewidth=float(given.get("stroke-width", 0)),
        linestyle=(0, DASHES) if "stroke-dasharray" in given else "solid",
        capstyle="butt",
        joinstyle="round",
        clip_on=False,
        snap=False,
    )


def _text(element: Element, place: int) -> Text:
    given = element.attributes
    return Text(
        float(given["x"]),
        float(given["y"]),
        element.text,
        gid=element.id,
        zorder=place,
        color=given["fill"],
        fontsize=float(given["font-size"]),
        fontfamily=FONTS[0],
        fontweight=given.get("font-weight", "normal"),
        horizontalalignment=_ALIGNMENTS[given.get("text-anchor", "start")],
        verticalalignment="baseline",
        clip_on=False,
        parse_math=False,
        usetex=False,
    )
