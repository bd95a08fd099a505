"""Chromium's rendering of a saved SVG looks like matplotlib's of the same scene."""

from __future__ import annotations

from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
import pytest
from matplotlib.image import imread

import tutor
from tutor.pictures.picture import Picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURES = {
    "cell": lambda: tutor.gate_diagram(tutor.LSTM(128).build((None, 25, 256))),
    "weights": lambda: tutor.weight_diagram(tutor.GRU(128).build((None, 25, 256))),
    "window": lambda: tutor.window_diagram(tutor.Conv2D(1, 3, padding="same").build((None, 6, 6, 1)), 7),
}
#: Pixels to a CSS pixel, of which 96 make an inch.
SCALE = 2
#: Both renderings are compared in squares of so many pixels: glyphs are not shaded alike, and may be a pixel apart.
SQUARE = 8


def squares(image: np.ndarray) -> np.ndarray:
    """The mean colour of each square, from 0 to 1."""
    rows, columns = (size // SQUARE for size in image.shape[:2])
    cut = image[: rows * SQUARE, : columns * SQUARE, :3]
    return cut.reshape(rows, SQUARE, columns, SQUARE, 3).mean(axis=(1, 3))


def in_chromium(browser: Browser, picture: Picture) -> np.ndarray:
    """The saved SVG on a page of its own; it has its own size there."""
    width, height = (ceil(size * 96 / 72) for size in (picture.scene.width, picture.scene.height))
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=SCALE)
    page.set_content(f'<body style="margin: 0">{picture.svg()}</body>')
    box = page.locator("svg").bounding_box()
    assert (box["width"], box["height"]) == pytest.approx(
        (picture.scene.width * 96 / 72, picture.scene.height * 96 / 72), abs=0.1
    )
    shot = page.screenshot()
    page.close()
    return imread(BytesIO(shot))


def in_matplotlib(picture: Picture) -> np.ndarray:
    file = BytesIO()
    with matplotlib.rc_context({"text.hinting": "no_hinting"}):
        picture.figure.savefig(file, dpi=96 * SCALE, format="png")
    file.seek(0)
    return imread(file)


@pytest.mark.parametrize("name", PICTURES)
def test_a_saved_svg_looks_like_the_png(browser: Browser, name: str) -> None:
    picture = PICTURES[name]()
    theirs, ours = squares(in_matplotlib(picture)), squares(in_chromium(browser, picture))
    rows, columns = (min(sizes) for sizes in zip(theirs.shape[:2], ours.shape[:2], strict=True))
    apart = np.abs(theirs[:rows, :columns] - ours[:rows, :columns]).max(axis=2)
    assert np.ptp(ours) > 0.5  # something is drawn
    assert apart.mean() < 0.005
    assert apart.max() < 0.15
