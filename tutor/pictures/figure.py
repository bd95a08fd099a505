"""A scene as a matplotlib figure, for PNG, PDF and notebooks that go on drawing.

The only module that imports matplotlib, and never pyplot, so no global state and no window is touched. Coordinates of
the scene are coordinates of the axes: points, y downwards.
"""

from __future__ import annotations

from typing import Literal

from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Curve
from matplotlib.text import Text

from tutor.pictures.metrics import fitted, printable
from tutor.pictures.outline import Outline, outlines
from tutor.pictures.palette import light
from tutor.pictures.scene import Label, Scene
from tutor.pictures.svg import BASELINE, DASHES, FONTS

_POINTS_PER_INCH = 72
_CODES = {"M": (Curve.MOVETO,), "L": (Curve.LINETO,), "Q": (Curve.CURVE3,) * 2, "C": (Curve.CURVE4,) * 3}
_ALIGNMENTS: dict[str, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}


def figure(scene: Scene) -> Figure:
    """The scene as a matplotlib figure of the scene's size, in the colours of a light page.

    Each artist's gid is its item's id.

    Raises:
        ValueError: a wire has no direction.
    """
    size = scene.width / _POINTS_PER_INCH, scene.height / _POINTS_PER_INCH
    drawn = Figure(figsize=size, facecolor=light("paper"))
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
        facecolor="none" if outline.fill is None else light(outline.fill),
        edgecolor="none" if outline.stroke is None else light(outline.stroke),
        linewidth=outline.width if outline.stroke else 0.0,
        linestyle=(0, DASHES) if outline.dashed else "solid",
        capstyle="butt",
        joinstyle="round",
        clip_on=False,
        snap=False,
    )


def _text(label: Label, place: int) -> Text:
    size = fitted(label.text, label.size, label.room, bold=label.bold)
    return Text(
        label.x,
        label.y + BASELINE * size,
        printable(label.text),
        gid=label.id,
        zorder=place,
        color=light(label.colour),
        fontsize=size,
        fontfamily=FONTS[0],
        fontweight="bold" if label.bold else "normal",
        horizontalalignment=_ALIGNMENTS[label.anchor],
        verticalalignment="baseline",
        clip_on=False,
        parse_math=False,
        usetex=False,
    )
