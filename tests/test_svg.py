"""The SVG writer: every item can be found again, what differs is all that is sent, and nothing hostile gets through."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tutor.pictures.palette import COLOURS, css_variable
from tutor.pictures.picture import Picture
from tutor.pictures.scene import Box, Label, Scene, Wire, disc
from tutor.pictures.svg import changes, svg

EVERY_ITEM = {"box", "bare", "disc", "wire", "wire/head", "line", "label", "empty"}
HOSTILE = '"><script>alert(1)</script>\x00\n$x$ & \\frac'
#: What a style sheet of ours would say, were it not a name.
LIKE_A_COLOUR = "var(--tutor-ink, #123456)"


def scene(text="(128,)", width=80.0, alt="Two boxes."):
    return Scene(
        300,
        120,
        (
            Box("box", 20, 20, width, 40, "cell", radius=8),
            Box("bare", 20, 80, width, 20, "gate-f", None, dashed=True),
            disc("disc", (250, 40), 9),
            Wire("wire", ((20 + width, 40), (200, 40), (200, 90), (250, 90), (250, 49))),
            Wire("line", ((20, 110), (20 + width, 110)), "state", arrow=False, dashed=True),
            Label("label", 20 + width / 2, 40, text, 9, "middle", bold=True),
            Label("empty", 250, 110, ""),
        ),
        alt,
    )


def items(text):
    """What a browser makes of an SVG: tag, attributes and text of each item; an empty attribute counts for nothing."""
    return {
        element.get("data-item"): (
            element.tag,
            {name: value for name, value in element.attrib.items() if value},
            element.text or "",
        )
        for element in ElementTree.fromstring(text).iter()
        if element.get("data-item")
    }


def follow(key, changed):
    """What the script in the browser does with an SVG that is kept."""
    root = ElementTree.fromstring(key)
    found = {element.get("data-item"): element for element in root.iter()}
    for name, attributes in changed.items():
        for attribute, value in attributes.items():
            if attribute == "text":
                found[name].text = value
            else:
                found[name].set(attribute, value)
    return ElementTree.tostring(root, encoding="unicode")


def assert_follows(key, other):
    """The second scene's SVG is the first one's with the changes."""
    assert items(follow(svg(key), changes(key, other))) == items(svg(other))


def test_every_item_can_be_found() -> None:
    assert set(items(svg(scene()))) == EVERY_ITEM
    assert items(svg(scene()))["label"][2] == "(128,)"


@pytest.mark.parametrize("other", [scene("(100000, 400000)", 130), scene("", 30), scene(HOSTILE)])
def test_an_svg_with_changes_is_the_other_svg(other) -> None:
    assert_follows(scene(), other)
    assert_follows(other, scene())


def test_a_change_of_style_is_a_change_too() -> None:
    box, bare, round_, wire, line, label, empty = scene().items
    other = replace(
        scene(),
        items=(
            replace(box, edge=None, dashed=True),
            replace(bare, edge="ink", fill="paper"),
            replace(round_, line=2.0),
            replace(wire, colour="state", dashed=True),
            replace(line, dashed=False, width=2.0),
            replace(label, bold=False, anchor="start"),
            replace(empty, anchor="end", colour="muted", bold=True),
        ),
    )
    assert_follows(scene(), other)
    assert_follows(other, scene())


def test_what_stays_is_not_sent() -> None:
    assert changes(scene(), scene()) == {}
    assert changes(scene(), scene("(64,)", alt="Other words.")) == {"label": {"text": "(64,)"}}


@pytest.mark.parametrize(
    "other",
    [replace(scene(), items=scene().items[1:]), replace(scene(), items=scene().items[::-1]), replace(scene(), width=9)],
)
def test_another_structure_or_size_does_not_follow(other) -> None:
    with pytest.raises(ValueError, match="same size and structure"):
        changes(scene(), other)


def test_a_picture_on_a_page_has_words_and_fits_its_surroundings() -> None:
    root = ElementTree.fromstring(svg(scene(alt=HOSTILE)))
    assert root.get("role") == "img"
    assert root.get("aria-label").startswith('"><script>alert(1)')
    assert root.get("viewBox") == "0 0 300 120"
    assert "width" not in root.attrib
    assert "width: 100%" in root.get("style")
    assert root.get("font-family").startswith("DejaVu Sans, Verdana, sans-serif")
    assert not [element for element in root.iter() if element.get("id")]


def test_hostile_words_stay_words() -> None:
    hostile = Picture(scene(HOSTILE, alt=HOSTILE))
    for text in (svg(hostile.scene), hostile.svg(), hostile._repr_html_()):
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert "\x00" not in text


def test_colours_are_variables_of_the_theme() -> None:
    assert css_variable("cell") in svg(scene())
    assert css_variable("state") in svg(scene())
    assert not re.findall(r'(?:fill|stroke)="#', svg(scene()))


def test_a_saved_svg_stands_alone_and_has_its_own_size() -> None:
    saved = Picture(scene()).svg()
    root = ElementTree.fromstring(saved)
    assert "var(" not in saved
    assert f'fill="{COLOURS["paper"].light}"' in saved
    assert (root.get("width"), root.get("height"), root.get("style")) == ("300pt", "120pt", None)


def test_a_name_that_looks_like_a_colour_is_saved_as_it_is() -> None:
    saved = Picture(scene(LIKE_A_COLOUR, alt=LIKE_A_COLOUR)).svg()
    assert items(saved)["label"][2] == LIKE_A_COLOUR
    assert ElementTree.fromstring(saved).get("aria-label") == LIKE_A_COLOUR


def test_lengths_have_two_decimals_at_most() -> None:
    third = Scene(100 / 3, 50, (Box("b", 1 / 3, 2 / 3, 10 / 3, 1e-9), Label("l", 1 / 3, 9, "x", 7 / 3)), "")
    assert not re.search(r"\d\.\d{3}|\d[eE][+-]?\d|\.\d*0[^\d.]", svg(third, themed=False))


@pytest.mark.parametrize(
    "statement",
    [
        "tutor.gate_diagram(built).svg()",
        "tutor.weight_diagram(built)._repr_html_()",
        "tutor.flow_diagram(built).save(folder / 'flow.svg')",
    ],
)
def test_pictures_are_written_by_the_standard_library_alone(statement, tmp_path) -> None:
    code = (
        "import pathlib, sys, tutor\n"
        f"folder, built = pathlib.Path({str(tmp_path)!r}), tutor.LSTM(128).build((None, 25, 256))\n"
        f"assert {statement} is None or True\n"
        "print({'matplotlib', 'numpy'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
