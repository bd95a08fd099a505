"""The explorers of images, normalization and whole models: lessons 06 to 08, with counts that others wrote down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect
from test_appearance import faults, violations

if TYPE_CHECKING:
    from conftest import Lessons, Opened
    from on_screen import Explorer


def opened_at_start(opened: Opened) -> Explorer:
    opened.page.bring_to_front()
    opened.page.set_viewport_size({"width": 1280, "height": 800})
    explorer = opened.explorer()
    explorer.explore_freely()
    explorer.open_first_tab()
    explorer.button("reset").click()
    expect(explorer.verdict).to_have_attribute("aria-busy", "false")
    expect(explorer.verdict).to_contain_text("✓ Formula and Keras agree")
    return explorer


@pytest.fixture
def convolution(lessons: Lessons) -> Explorer:
    return opened_at_start(lessons.open("06-convolution.ipynb"))


@pytest.fixture
def video(lessons: Lessons) -> Explorer:
    return opened_at_start(lessons.open("08-video-question-answering.ipynb"))


@pytest.mark.parametrize(
    "notebook", ["06-convolution.ipynb", "07-pooling-normalization-dropout.ipynb", "08-video-question-answering.ipynb"]
)
def test_opens_and_runs_without_question_or_complaint(lessons: Lessons, notebook: str) -> None:
    opened = lessons.open(notebook)
    explorer = opened_at_start(opened)
    assert opened.dialogs == 0
    assert opened.complaints == []
    assert faults(explorer) == []
    assert violations(explorer) == ""


def test_the_follow_ups_convolution(convolution: Explorer) -> None:
    convolution.shows(1045)
    expect(convolution.formula).to_contain_text("55 · (3 · 2 · 3 + 1) = 1,045")
    expect(convolution.shapes).to_contain_text("(None, 49, 94, 55)")
    expect(convolution.shapes).to_contain_text("⌈(100 − 3 + 1) / 2⌉ = 49")


def test_one_filter_more_by_key(convolution: Explorer) -> None:
    convolution.slider("filters").press("ArrowRight")
    convolution.shows(56 * 19)
    convolution.open_tab("window")
    expect(convolution.diagram).to_contain_text("(None, 49, 94, 56)")


def test_a_larger_picture_needs_no_more_weights(convolution: Explorer) -> None:
    convolution.type("height", "200")
    expect(convolution.shapes).to_contain_text("(None, 99, 94, 55)")
    expect(convolution.move).to_contain_text("The count can't: height isn't in the formula.")
    convolution.shows(1045)


def test_groups_divide_the_channels(convolution: Explorer) -> None:
    convolution.preset("groups")
    convolution.shows(896)


def test_an_impossible_size_is_explained_and_left_again(convolution: Explorer) -> None:
    convolution.type("kernel_size height", "101")
    expect(convolution.formula).to_contain_text("101")
    expect(convolution.formula).to_contain_text("100")
    expect(convolution.verdict).to_contain_text("Nothing to compare")
    convolution.type("kernel_size height", "3")
    convolution.shows(1045)


def test_the_window_goes_step_by_step(convolution: Explorer) -> None:
    convolution.open_tab("window")
    picture = convolution.diagram.get_by_role("img")
    expect(picture).to_have_attribute("aria-label", re.compile(r"^Window 0 of Conv2D.*Output \(0, 0\) comes from"))
    convolution.slider("window position").press("ArrowRight")
    expect(picture).to_have_attribute("aria-label", re.compile(r"^Window 1 of Conv2D.*Output \(0, 1\) comes from"))


def test_the_video_model_agrees_layer_by_layer(video: Explorer) -> None:
    expect(video.verdict).to_contain_text("whole model: 169,436,968 = 169,436,968")
    expect(video.verdict).to_contain_text("16 of 16 layers agree")
    expect(video.keras).to_contain_text("Total params: 169,436,968 ")
    expect(video.formula).to_contain_text("video_encoder (LSTM) has 97% of the parameters")
    video.open_tab("table")
    rows = video.root.locator(".tutor-ledger tbody tr")
    expect(rows).to_have_count(16)
    assert all("✓" in row for row in rows.all_inner_texts())


def test_frames_change_shapes_and_never_the_count(video: Explorer) -> None:
    video.slider("frames").press("ArrowRight")
    expect(video.shapes).to_contain_text("(None, 101, 224, 224, 3)")
    video.open_tab("flow")
    expect(video.diagram).to_contain_text("(None, 101, 160000)")
    expect(video.move).to_contain_text("the 169,436,968 parameters stay")
    expect(video.keras).to_contain_text("(None, 101, 160000)")
    expect(video.verdict).to_contain_text("169,436,968 = 169,436,968")


def test_global_pooling_in_place_of_flatten(video: Explorer) -> None:
    video.preset("global pooling")
    expect(video.verdict).to_contain_text("5,859,112 = 5,859,112")


@pytest.mark.parametrize(
    ("layer", "formula", "summary"),
    [
        ("BatchNormalization, channels=512", "4 · 512 = 2,048", "Non-trainable params: 1,024 "),
        ("Dropout", "no parameters", "Total params: 0 "),
        ("AveragePooling2D", "no parameters", "(None, 14, 14, 32)"),
        ("Conv1D", "32 · (7 · 128 + 1) = 28,704", "(None, 494, 32)"),
        ("SimpleRNN", "128 · (128 + 256 + 1) = 49,280", "(None, 128)"),
    ],
)
def test_each_further_explorer_agrees_with_keras(lessons: Lessons, layer: str, formula: str, summary: str) -> None:
    name = f"{layer.split(',', maxsplit=1)[0].lower()}.ipynb"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(f"import tutor\n\ntutor.explore(tutor.{layer})")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}},
    )
    nbformat.write(notebook, lessons.folder / name)
    opened = lessons.open(name)
    explorer = opened_at_start(opened)
    expect(explorer.formula).to_contain_text(formula)
    expect(explorer.keras).to_contain_text(summary)
    assert opened.complaints == []
    assert faults(explorer) == []
    assert violations(explorer) == ""
