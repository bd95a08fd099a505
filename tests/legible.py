"""What every picture owes its readers: all of it on the page, no word across another, no line through a word."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, pairwise

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from tutor.pictures.figure import figure
from tutor.pictures.metrics import width
from tutor.pictures.scene import Box, Label, Wire

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
        assert not first.overlaps(second) or other == f"{one.removesuffix('letter')}tilde", (one, other)
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
    return {item.id: item.size for item in scene.items if isinstance(item, Label)}


def without_leading(box):
    """A text's box without a tenth of its height at either end, which no sign of ours reaches."""
    return Bbox([[box.x0, box.y0 + 0.1 * box.height], [box.x1, box.y1 - 0.1 * box.height]])


def faults(scene, *, smallest=SMALLEST_TEXT):
    """What :func:`assert_legible` would object to, and words across the edge of a box: by arithmetic alone, so at once.

    That is enough for hundreds of scenes. What something drawn later hides is no fault.
    """
    words = [
        (place, item, _extent(item)) for place, item in enumerate(scene.items) if getattr(item, "text", "").strip()
    ]
    yield from (f"{name}: {size:.1f}" for name, size in sizes(scene).items() if size < smallest)
    for item in scene.items:
        if isinstance(item, Box) and not _inside((item.x, item.y, item.right, item.bottom), scene):
            yield f"{item.id}: outside"
    for place, label, box in words:
        if not _inside(box, scene):
            yield f"{label.id}: outside"
        yield from (f"{label.id} on {other.id}" for later, other, its in words if later > place and _meet(box, its))
        for below, item in enumerate(scene.items):
            if _crosses(item, box) and not any(_hides(later, box) for later in scene.items[below + 1 :]):
                yield f"{item.id} through {label.id}"


def _extent(label):
    size = label.size
    wide = width(label.text, bold=label.bold) * size
    left = label.x - {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
    return left, label.y - 0.4 * size, left + wide, label.y + 0.45 * size


def _inside(box, scene):
    return box[0] >= 0 and box[1] >= 0 and box[2] <= scene.width and box[3] <= scene.height


def _meet(one, other):
    return min(one[2], other[2]) - max(one[0], other[0]) > 0.5 and min(one[3], other[3]) - max(one[1], other[1]) > 0.5


def _crosses(item, box):
    """Whether a wire runs through the box, or the edge of another box does."""
    if isinstance(item, Wire):
        return any(_cuts(*one, *other, *box) for one, other in pairwise(item.points))
    if isinstance(item, Label) or not item.edge:
        return False
    around = (item.x - 0.5, item.y - 0.5, item.right + 0.5, item.bottom + 0.5)
    within = around[0] <= box[0] and around[1] <= box[1] and around[2] >= box[2] and around[3] >= box[3]
    return not within and _meet(around, box)


def _hides(item, box):
    if not isinstance(item, Box) or not item.fill:
        return False
    return item.x <= box[0] + 1 and item.y <= box[1] + 1 and item.right >= box[2] - 1 and item.bottom >= box[3] - 1


def _cuts(x1, y1, x2, y2, left, top, right, bottom):
    """Liang and Barsky: whether the segment enters the box."""
    enters, leaves = 0.0, 1.0
    for step, room in ((x1 - x2, x1 - left), (x2 - x1, right - x1), (y1 - y2, y1 - top), (y2 - y1, bottom - y1)):
        if step == 0 and room < 0:
            return False
        if step < 0:
            enters = max(enters, room / step)
        elif step > 0:
            leaves = min(leaves, room / step)
    return enters < leaves
