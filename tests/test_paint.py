"""The painters: matplotlib and the SVG show the same, item by item."""

from __future__ import annotations

import math
import re
import subprocess
import sys

import matplotlib
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from test_svg import HOSTILE, scene

import tutor
from tutor.pictures.convolution import convolution_scene
from tutor.pictures.dense import dense_scene
from tutor.pictures.embedding import sentence_scene
from tutor.pictures.figure import figure
from tutor.pictures.gates import gate_scene
from tutor.pictures.palette import light
from tutor.pictures.picture import Picture
from tutor.pictures.scene import Box, Label, Scene, Wire, moved
from tutor.pictures.svg import elements
from tutor.pictures.tensor import tensor_scene
from tutor.pictures.unrolled import unrolled_scene
from tutor.pictures.weights import weight_scene
from tutor.pictures.window import window_scene

PICTURES = {
    "every kind of item": scene(),
    "hostile words": scene(HOSTILE),
    "cell": gate_scene(tutor.GRU(100_000).build((None, 25, 256))),
    "weights": weight_scene(tutor.LSTM(128).build((None, 25, 256))),
    "tensor": tensor_scene((None, 100, 224, 224, 3)),
    "units": dense_scene(tutor.Dense(32).build((None, 784))),
    "rows": sentence_scene(tutor.Embedding(1000, 256, mask_zero=True).build((None, 25))),
    "unrolled": unrolled_scene(tutor.Bidirectional(tutor.LSTM(128)).build((None, 25, 256)), padded=True),
    "filters": convolution_scene(tutor.Conv2D(55, (3, 2), strides=(2, 1)).build((None, 100, 95, 3))),
    "window": window_scene(tutor.Conv2D(1, 3, padding="same").build((None, 6, 6, 1)), 7),
}
CODES = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"}
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}


def path_data(path):
    """A matplotlib path as letters, and as the numbers that SVG's path language has for it."""
    codes = [CODES[code] for code in path.codes]
    letters = [letter for place, letter in enumerate(codes) if letter == "Z" or place == 0 or starts(codes, place)]
    vertices = [vertex for vertex, code in zip(path.vertices, codes, strict=True) if code != "Z"]
    return letters, [number for vertex in vertices for number in vertex]


def starts(codes, place):
    """Whether a command begins here, and not its second or third point."""
    run = 0
    while run <= place and codes[place - run] == codes[place]:
        run += 1
    return (run - 1) % POINTS[codes[place]] == 0


def assert_same_path(element, patch):
    letters, numbers = path_data(patch.get_path())
    assert re.findall("[A-Z]", element.attributes["d"]) == letters
    assert [float(n) for n in re.findall(r"-?[\d.]+", element.attributes["d"])] == pytest.approx(numbers, abs=0.006)
    for ours, theirs in (("fill", patch.get_facecolor()), ("stroke", patch.get_edgecolor())):
        expected = "none" if theirs[3] == 0 else to_hex(theirs)
        assert element.attributes.get(ours, "none") == expected
    assert float(element.attributes.get("stroke-width", 0)) == pytest.approx(patch.get_linewidth(), abs=0.006)
    _, drawn = patch._dash_pattern  # what is drawn, in points
    given = element.attributes.get("stroke-dasharray")
    if "stroke" in element.attributes:
        assert (given is None) == (drawn is None)
    if given is not None:
        assert [float(n) for n in given.split()] == pytest.approx(list(drawn), abs=0.006)


def assert_same_text(element, text):
    assert element.text == text.get_text()
    assert (float(element.attributes["x"]), float(element.attributes["y"])) == pytest.approx(
        text.get_position(), abs=0.006
    )
    assert float(element.attributes["font-size"]) == pytest.approx(text.get_fontsize(), abs=0.006)
    assert element.attributes["fill"] == text.get_color()
    anchors = {"left": None, "center": "middle", "right": "end"}
    assert element.attributes.get("text-anchor") == anchors[text.get_horizontalalignment()]
    assert element.attributes.get("font-weight", "normal") == text.get_fontweight()
    assert text.get_verticalalignment() == "baseline"


@pytest.mark.parametrize("picture", PICTURES)
def test_both_painters_draw_the_same_in_the_same_order(picture) -> None:
    drawn = figure(PICTURES[picture])
    ours = list(elements(PICTURES[picture], light))
    theirs = sorted((a for a in drawn.axes[0].get_children() if a.get_gid()), key=lambda artist: artist.get_zorder())
    assert [element.id for element in ours] == [artist.get_gid() for artist in theirs]
    assert {element.tag for element in ours} == {"path", "text"}
    for element, artist in zip(ours, theirs, strict=True):
        if element.tag == "path":
            assert_same_path(element, artist)
        else:
            assert_same_text(element, artist)


def test_the_figure_has_the_scenes_coordinates_and_no_mathtext() -> None:
    drawn = figure(scene(HOSTILE))
    assert isinstance(drawn, Figure)
    assert drawn.get_size_inches() * 72 == pytest.approx([300, 120])
    label = next(artist for artist in drawn.findobj(Text) if artist.get_gid() == "label")
    assert label.get_text().endswith("$x$ & \\frac")
    assert not label.get_parse_math()
    box = next(artist for artist in drawn.findobj(PathPatch) if artist.get_gid() == "box")
    extents = box.get_window_extent().transformed(drawn.dpi_scale_trans.inverted())
    assert (extents.x0 * 72, (extents.y1 * 72)) == pytest.approx((20, 100), abs=1)


def test_pyplot_stays_out() -> None:
    code = "import sys, tutor.pictures.figure; print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def paths(item):
    return [element.attributes["d"] for element in elements(Scene(99, 99, (item,), ""))]


def corners(path):
    numbers = iter(map(float, re.findall(r"-?[\d.]+", path)))
    return list(zip(numbers, numbers, strict=False))


@pytest.mark.parametrize(
    "points",
    [((0, 0), (50, 0)), ((0, 0), (0, 30), (4, 30)), ((10, 10), (10, 90), (90, 90), (90, 88)), ((5, 5), (5, 5), (1, 2))],
)
def test_an_arrows_tip_is_the_wires_last_point(points) -> None:
    shaft, head = (corners(path) for path in paths(Wire("w", points)))
    assert head[1] == points[-1]
    assert math.dist(head[0], head[1]) == pytest.approx(math.dist(head[2], head[1]), abs=0.01)
    assert math.dist(shaft[-1], points[-1]) > 0


def test_a_wire_without_direction_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'w'"):
        paths(Wire("w", ((3, 3), (3, 3))))


def test_a_sharp_corner_has_no_curve() -> None:
    (sharp,) = paths(Wire("w", ((0, 0), (9, 0), (9, 9)), arrow=False, radius=0))
    assert sharp == "M0 0L9 0L9 9"


def test_two_items_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match=r"share an id.*'b'"):
        Scene(9, 9, (Box("b", 0, 0, 1, 1), Box("b", 1, 1, 1, 1)), "")


@pytest.mark.parametrize("text", ["1", "(128, 512)", "W" * 40, "hₜ₋₁ c̃ₜ", "中文", "(1000000000, 4000000000)"])
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_label_keeps_to_its_room(text, bold) -> None:
    given = Label("l", 100, 25, text, 11, bold=bold)
    drawn = figure(Scene(200, 50, (given,), ""))
    (label,) = [artist for artist in drawn.findobj(Text) if artist.get_gid() == "l"]
    with matplotlib.rc_context({"text.hinting": "no_hinting"}):  # as a picture is saved
        assert label.get_window_extent(dpi=200).width * 72 / 200 <= given.room
    assert label.get_fontsize() == pytest.approx(11)


def test_moved_moves_every_kind_of_item() -> None:
    there_and_back = [moved(moved(item, 3, 4), -3, -4) for item in scene().items]
    assert there_and_back == list(scene().items)
    assert all(moved(item, 1, 0) != item for item in scene().items)


@pytest.mark.parametrize(
    ("suffix", "start"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<svg"), (".SVG", b"<svg")]
)
def test_pictures_are_saved(tmp_path, suffix, start) -> None:
    path = tmp_path / f"picture{suffix}"
    Picture(scene()).save(path)
    assert path.read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["picture.gif", "picture"])
def test_another_suffix_is_refused_with_those_that_fit(tmp_path, name) -> None:
    with pytest.raises(ValueError, match=rf"must end in \.png, \.svg or \.pdf; got .*{name}"):
        Picture(scene()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_picture_shows_itself_with_both_themes_and_in_words() -> None:
    picture = Picture(scene())
    html = picture._repr_html_()
    assert '[data-jp-theme-light="false"] .tutor-picture' in html
    assert 'role="img" aria-label="Two boxes."' in html
    assert repr(picture) == picture.alt == "Two boxes."
