"""What every picture owes its readers: all of it on the page, no word across another, no line through a word."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from tutor.pictures.figure import figure
from tutor.pictures.metrics import fitted
from tutor.pictures.scene import Label, Wire

#: Words stay at least so large, in points, for sizes up to a hundred thousand.
SMALLEST_TEXT = 7.0
#: Fine enough that no glyph is widened to whole pixels.
_DPI = 288


def texts(scene):
    """The words of each label by its id."""
    return {item.id: item.text for item in scene.items if isinstance(item, Label)}


def assert_legible(scene, *, smallest=SMALLEST_TEXT, crossing=()):
    """All of it is on the page, no text lies on another or is too small, and no wire runs through one.

    Wires whose id begins with one of ``crossing`` may.
    """
    picture, words = drawn(scene)
    page, artists, renderer = picture.bbox, picture.axes[0].get_children(), FigureCanvasAgg(picture).get_renderer()
    for artist in artists:
        shown = artist.get_gid() if not isinstance(artist, Text) or artist.get_text().strip() else None
        if shown is not None:
            box = artist.get_window_extent(renderer)
            assert page.x0 <= box.x0, shown
            assert box.x1 <= page.x1, shown
            assert page.y0 <= box.y0, shown
            assert box.y1 <= page.y1, shown
    assert words
    for (one, first), (other, second) in combinations(words.items(), 2):
        assert not first.overlaps(second) or other == one.replace("/letter", "/tilde"), (one, other)
    wires = {item.id for item in scene.items if isinstance(item, Wire) and not item.id.startswith(tuple(crossing))}
    for artist in artists:
        if isinstance(artist, PathPatch) and str(artist.get_gid()).removesuffix("/head") in wires:
            line = artist.get_transform().transform_path(artist.get_path())
            crossed = [name for name, box in words.items() if line.intersects_bbox(box, filled=False)]
            assert not crossed, (artist.get_gid(), crossed)
    small = {name: size for name, size in sizes(scene).items() if size < smallest and name in words}
    assert not small


@lru_cache(maxsize=1)
def drawn(scene):
    """The scene as matplotlib draws it, and where each of its words is, in pixels."""
    picture = figure(scene)
    picture.set_dpi(_DPI)
    renderer = FigureCanvasAgg(picture).get_renderer()
    words = [artist for artist in picture.findobj(Text) if artist.get_gid() and artist.get_text().strip()]
    return picture, {text.get_gid(): without_leading(text.get_window_extent(renderer)) for text in words}


def extents(scene):
    """Where each label's words are, in points: left, top, right, bottom."""
    _, words = drawn(scene)
    dots = _DPI / 72
    return {
        name: (box.x0 / dots, scene.height - box.y1 / dots, box.x1 / dots, scene.height - box.y0 / dots)
        for name, box in words.items()
    }


def sizes(scene):
    """The font size of each label by its id, in points."""
    labels = (item for item in scene.items if isinstance(item, Label))
    return {label.id: fitted(label.text, label.size, label.room, bold=label.bold) for label in labels}


def without_leading(box):
    """A text's box without a tenth of its height at either end, which no sign of ours reaches."""
    return Bbox([[box.x0, box.y0 + 0.1 * box.height], [box.x1, box.y1 - 0.1 * box.height]])
