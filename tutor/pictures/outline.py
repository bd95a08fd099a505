"""The outlines of a scene's shapes: paths in SVG's letters, from arithmetic alone.

The same outlines become matplotlib paths and the ``d`` of SVG paths, so that a picture drawn anew and one brought up to
date on screen cannot differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeAlias

from tutor.pictures.scene import Point, Shape, Wire

#: A letter of SVG's path language with its absolute points: move, line, quadratic curve, cubic curve, close.
Step: TypeAlias = tuple[Literal["M", "L", "Q", "C", "Z"], tuple[Point, ...]]

#: Points no further from each other are one, in points.
_SAME = 1e-6
_HEAD_LENGTH = 6.5
_HEAD_WIDTH = 5.6
#: How far the handles of a cubic curve reach, in radii, for a quarter of a circle.
_QUARTER = 4 / 3 * (math.sqrt(2) - 1)


@dataclass(frozen=True)
class Outline:
    """One path with how it is filled and stroked; the colours are roles of the palette, None for none."""

    id: str
    steps: tuple[Step, ...]
    fill: str | None = None
    stroke: str | None = None
    width: float = 0.0
    dashed: bool = False

    @cached_property
    def d(self) -> str:
        """The path as SVG's attribute of that name."""
        return "".join(letter + " ".join(f"{short(x)} {short(y)}" for x, y in points) for letter, points in self.steps)


def short(number: float) -> str:
    """The number to a hundredth, which is as fine as a picture is drawn, in as few figures as it needs."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=4096)
def outlines(shape: Shape) -> tuple[Outline, ...]:
    """The shape's outline; a wire with an arrowhead has a second one, named ``<id>/head``.

    Kept, since most of a picture stays where it is when a size changes.

    Raises:
        ValueError: a wire whose points all coincide has no direction.
    """
    if isinstance(shape, Wire):
        return _wire(shape)
    corners = [(shape.x, shape.y), (shape.right, shape.y), (shape.right, shape.bottom), (shape.x, shape.bottom)]
    steps = _rounded(corners, shape.radius, closed=True)
    return (Outline(shape.id, steps, shape.fill, shape.edge, shape.line, shape.dashed),)


def _wire(wire: Wire) -> tuple[Outline, ...]:
    points = [point for place, point in enumerate(wire.points) if place == 0 or point != wire.points[place - 1]]
    if len(points) < 2:
        raise ValueError(f"the wire {wire.id!r} needs two points that differ, but has {wire.points}")
    if not wire.arrow:
        return (Outline(wire.id, _rounded(points, wire.radius), None, wire.colour, wire.width, wire.dashed),)
    tip, before = points[-1], points[-2]
    length = min(_HEAD_LENGTH, math.dist(before, tip))
    base = _toward(tip, before, length)
    across = _HEAD_WIDTH / 2 / length
    dx, dy = (base[1] - tip[1]) * across, (tip[0] - base[0]) * across
    left, right = (base[0] + dx, base[1] + dy), (base[0] - dx, base[1] - dy)
    # The line runs a little way into the head, so that no gap shows between the two.
    shaft = _rounded([*points[:-1], _toward(tip, before, 0.8 * length)], wire.radius)
    return (
        Outline(wire.id, shaft, None, wire.colour, wire.width, wire.dashed),
        Outline(f"{wire.id}/head", (("M", (left,)), ("L", (tip,)), ("L", (right,)), ("Z", ())), wire.colour),
    )


def _rounded(points: list[Point], radius: float, *, closed: bool = False) -> tuple[Step, ...]:
    """Through the points, with a curve at each corner; closed, back to where it began, and with parts of circles."""
    around = [points[-1], *points, points[0]] if closed else points
    steps: list[Step] = [] if closed else [("M", (points[0],))]
    for before, corner, after in zip(around, around[1:], around[2:], strict=False):
        # Two corners share the leg between them, so each may use half of it.
        cut = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        start, end = _toward(corner, before, cut), _toward(corner, after, cut)
        if not steps or math.dist(start, steps[-1][1][-1]) > _SAME:
            steps.append(("L" if steps else "M", (start,)))
        if cut > 0 and closed:
            steps.append(("C", (_toward(start, corner, _QUARTER * cut), _toward(end, corner, _QUARTER * cut), end)))
        elif cut > 0:
            steps.append(("Q", (corner, end)))
    return (*steps, ("Z", ()) if closed else ("L", (points[-1],)))


def _toward(start: Point, end: Point, length: float) -> Point:
    """The point that lies ``length`` from ``start`` on the way to ``end``."""
    share = length and length / math.dist(start, end)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
