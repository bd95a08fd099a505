"""The painter: a figure, an SVG and the changes to it say the same, and nothing hostile gets through."""

import math
import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from tutor.pictures.figure import Picture, changes, figure, template
from tutor.pictures.outline import outlines
from tutor.pictures.palette import COLOURS, css_variable
from tutor.pictures.scene import Box, Disc, Label, Scene, Wire, moved

EVERY_ITEM = {"box", "bare", "disc", "wire", "wire/head", "line", "label", "empty"}
HOSTILE = '"><script>alert(1)</script>\x00\n$x$ & \\frac'


def scene(text="(128,)", width=80.0, alt="Two boxes."):
    return Scene(
        300,
        120,
        (
            Box("box", 20, 20, width, 40, "cell", radius=8),
            Box("bare", 20, 80, width, 20, "gate-f", None, dashed=True),
            Disc("disc", 250, 40, 9),
            Wire("wire", ((20 + width, 40), (200, 40), (200, 90), (250, 90), (250, 49))),
            Wire("line", ((20, 110), (20 + width, 110)), "state", arrow=False, dashed=True),
            Label("label", 20 + width / 2, 40, text, width - 8, bold=True),
            Label("empty", 250, 110, "", 40),
        ),
        alt,
    )


def items(svg):
    return {
        element.get("data-item"): element for element in ElementTree.fromstring(svg).iter() if element.get("data-item")
    }


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]


def letters(text):
    return re.findall("[A-Z]", text.upper())


def apply(svg, changed):
    """What the script in the browser does with a kept SVG."""
    root = items(svg)
    for name, attributes in changed.items():
        for key, value in attributes.items():
            if key == "text":
                root[name].text = value
            else:
                root[name].set("font-size" if key == "size" else key, str(value))
    return root


def assert_same_picture(one, other):
    assert one.keys() == other.keys()
    for name, element in one.items():
        twin = other[name]
        assert (element.tag, (element.text or "").strip()) == (twin.tag, (twin.text or "").strip())
        for key in element.attrib.keys() | twin.attrib.keys():
            if key in ("d", "x", "y", "font-size"):
                assert letters(element.get(key)) == letters(twin.get(key)), name
                assert numbers(element.get(key)) == pytest.approx(numbers(twin.get(key)), abs=0.011), (name, key)
            else:
                assert element.get(key) == twin.get(key), (name, key)


def test_every_item_can_be_found_in_the_svg():
    assert set(items(template(scene()))) == EVERY_ITEM


@pytest.mark.parametrize("other", [scene("(100000, 400000)", 130), scene("", 30), scene(HOSTILE)])
def test_a_kept_svg_with_changes_is_the_other_template(other):
    assert_same_picture(apply(template(scene()), changes(other)), items(template(other)))


def test_the_users_style_does_not_bend_the_svg():
    plain = items(template(scene()))
    with matplotlib.rc_context({"savefig.bbox": "tight", "path.sketch": (1, 100, 2), "savefig.dpi": 300}):
        assert_same_picture(items(template(scene())), plain)


def test_changes_need_no_drawing(monkeypatch):
    monkeypatch.delattr("tutor.paint.Figure")
    monkeypatch.delattr("tutor.paint.Text")
    assert set(changes(scene())) == EVERY_ITEM


def test_the_svg_is_a_picture_with_words_and_fits_its_surroundings():
    root = ElementTree.fromstring(template(scene(alt=HOSTILE)))
    assert root.get("role") == "img"
    assert root.get("aria-label").startswith('"><script>alert(1)')
    assert root.get("viewBox") == "0 0 300 120"
    assert "width" not in root.attrib
    assert root.get("font-family").startswith("DejaVu Sans, Verdana, sans-serif")
    assert not [element for element in root.iter() if element.get("id")]


def test_hostile_words_stay_words():
    svg = template(scene(HOSTILE, alt=HOSTILE))
    assert "<script" not in svg
    assert "\x00" not in svg
    assert "<script" not in Picture(scene(HOSTILE, alt=HOSTILE))._repr_html_()


def test_colours_are_variables_of_the_theme():
    svg = template(scene())
    assert css_variable("cell") in svg
    assert css_variable("state") in svg
    assert not re.findall(r"(?:fill|stroke): #", svg)


def test_the_figure_has_the_scenes_coordinates_and_no_mathtext():
    drawn = figure(scene(HOSTILE))
    assert isinstance(drawn, Figure)
    assert drawn.get_size_inches() * 72 == pytest.approx([300, 120])
    label = next(artist for artist in drawn.findobj(Text) if artist.get_gid() == "label")
    assert label.get_text().endswith("$x$ & \\frac")
    box = next(artist for artist in drawn.findobj(PathPatch) if artist.get_gid() == "box")
    extents = box.get_window_extent().transformed(drawn.dpi_scale_trans.inverted())
    assert (extents.x0 * 72, (extents.y1 * 72)) == pytest.approx((20, 100), abs=1)


def test_pyplot_stays_out():
    code = "import sys, tutor.paint; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "points",
    [((0, 0), (50, 0)), ((0, 0), (0, 30), (4, 30)), ((10, 10), (10, 90), (90, 90), (90, 88)), ((5, 5), (5, 5), (1, 2))],
)
def test_an_arrows_tip_is_the_wires_last_point(points):
    shaft, head = outlines(Wire("w", points))
    corners = [point for _, places in head.steps for point in places]
    assert corners[1] == points[-1]
    assert math.dist(corners[0], corners[1]) == pytest.approx(math.dist(corners[2], corners[1]))
    assert math.dist(shaft.steps[-1][1][0], points[-1]) > 0


def test_a_wire_without_direction_is_refused_by_name():
    with pytest.raises(ValueError, match="'w'"):
        outlines(Wire("w", ((3, 3), (3, 3))))


@pytest.mark.parametrize("text", ["1", "(128, 512)", "W" * 40, "hₜ₋₁ c̃ₜ", "中文", "(1000000000, 4000000000)"])
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_label_keeps_to_its_room(text, bold):
    drawn = figure(Scene(200, 50, (Label("l", 100, 25, text, 60, 11, bold=bold),), ""))
    (label,) = [artist for artist in drawn.findobj(Text) if artist.get_gid() == "l"]
    with matplotlib.rc_context({"text.hinting": "no_hinting"}):  # as a picture is saved
        assert label.get_window_extent(dpi=200).width * 72 / 200 <= 60
    assert label.get_fontsize() == pytest.approx(11) or len(text) > 9


def test_moved_moves_every_kind_of_item():
    there_and_back = [moved(moved(item, 3, 4), -3, -4) for item in scene().items]
    assert there_and_back == list(scene().items)
    assert all(moved(item, 1, 0) != item for item in scene().items)


@pytest.mark.parametrize(
    ("suffix", "start"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<svg"), (".SVG", b"<svg")]
)
def test_pictures_are_saved(tmp_path, suffix, start):
    path = tmp_path / f"picture{suffix}"
    Picture(scene()).save(path)
    assert path.read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["picture.gif", "picture"])
def test_another_suffix_is_refused_with_those_that_fit(tmp_path, name):
    with pytest.raises(ValueError, match=r"\.png, \.svg and \.pdf"):
        Picture(scene()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_saved_svg_stands_alone():
    svg = Picture(scene()).svg()
    assert "var(" not in svg
    assert f"fill: {COLOURS['paper'].light}" in svg
    assert 'width="300pt"' in svg


def test_a_picture_shows_itself_with_both_themes_and_in_words():
    picture = Picture(scene())
    assert '[data-jp-theme-light="false"] .tutor-picture' in picture._repr_html_()
    assert repr(picture) == picture.alt == "Two boxes."
