"""Widths are those of the font, and what has to fit does."""

from __future__ import annotations

import string
import unicodedata

import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

from tutor.pictures.metrics import _WIDTHS, cut, printable, shape_text, width, wrapped

either_weight = pytest.mark.parametrize("bold", [False, True])


def advance(sign, *, bold):
    """How far the font itself takes the pen, in thousandths of its size."""
    properties = font_manager.FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    font = FT2Font(font_manager.findfont(properties, fallback_to_default=False))
    font.set_size(1000, 72)
    assert font.get_char_index(ord(sign)), sign
    return font.load_char(ord(sign), LoadFlags.NO_HINTING).linearHoriAdvance / 65536


@either_weight
def test_the_table_is_the_fonts(bold) -> None:
    assert len(_WIDTHS) > 150
    for sign, widths in _WIDTHS.items():
        assert widths[bold] == pytest.approx(advance(sign, bold=bold), abs=0.5), sign


def test_the_table_has_what_names_and_pictures_are_made_of() -> None:
    printing = {sign for sign in string.printable if sign.isprintable()}
    assert not (printing | set("·×−∗σₜ₋₁⌈⌉…⋮")) - _WIDTHS.keys()


@either_weight
@pytest.mark.parametrize("text", ["c̃ₜ", "Größe", "naïve", "façade"])
def test_an_accent_adds_nothing(text, bold) -> None:
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    assert width(text, bold=bold) == width(bare, bold=bold)
    assert width("é", bold=bold) == pytest.approx(advance("é", bold=bold) / 1000, abs=0.001)


def test_a_sign_of_another_script_counts_as_a_whole_size() -> None:
    assert width("中文") == 2.0


@either_weight
@pytest.mark.parametrize("room", [1.0, 20.0, 60.0, 400.0])
def test_a_text_that_does_not_fit_loses_its_middle(room, bold) -> None:
    name = "encoder_attention_layer_12"
    shown = cut(name, room, 9, bold=bold)
    assert shown == name or "…" in shown
    assert 9 * width(shown, bold=bold) <= room or len(shown) <= 3
    start, _, end = shown.partition("…")
    assert name.startswith(start)
    assert name.endswith(end)
    assert abs(len(start) - len(end)) <= 1 or shown == name


def test_a_shape_that_does_not_fit_loses_its_last_axes() -> None:
    shape = (None, 100_000, 100_000, 3)
    assert shape_text(shape, 400, 9) == "(None, 100000, 100000, 3)"
    assert shape_text(shape, 90, 9) == "(None, 100000, …)"
    assert shape_text(shape, 1, 9) == "(…)"
    assert shape_text((32,), 400, 9) == "(32,)"


def test_words_are_wrapped_where_the_room_ends() -> None:
    words = "No parameters: flatten, dropout and max_pooling2d.".split()
    lines = wrapped(words, 120, 9)
    assert " ".join(lines) == " ".join(words)
    assert len(lines) == 3
    assert all(9 * width(line) <= 120 for line in lines)
    assert wrapped(["W" * 40], 10, 9) == ["W" * 40]


def test_what_xml_forbids_is_marked() -> None:
    assert printable("a\x00b\nc\ud800") == "a�b�c�"
    assert printable("c̃ₜ · 中文") == "c̃ₜ · 中文"
