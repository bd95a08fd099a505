"""The lessons: clean on disk, run from top to bottom without a word of complaint, and right in every sum they state."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import tutor

FOLDER = Path(__file__).parents[1] / "notebooks"
STEPS = Path(tutor.__file__).parent / "questions" / "lessons"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_LINES = 6
BANNED = r"^\s*[%!]|\bplt\b|pyplot|^\s*(def|class|for|while|async|try|with)\b|warnings|\btensorflow\b"

WORDS = tutor.Embedding(1000, 256)
CONV = tutor.Conv2D(55, (3, 2), strides=(2, 1))
SEE = [layer for filters in (32, 64, 128, 128) for layer in (tutor.Conv2D(filters, 3), tutor.MaxPooling2D())]
DECIDE = [tutor.Dense(512), tutor.Dense(1)]
#: What the article and Keras print: lesson, layers, input shape, the count that the lesson must state.
HEADLINES: list[tuple[str, list[Any], tuple[int | None, ...], int]] = [
    ("01-dense", [tutor.Dense(32)], (None, 784), 25_120),
    ("01-dense", [tutor.Dense(32, use_bias=False)], (None, 784), 25_088),
    ("01-dense", [tutor.Dense(784)], (None, 32), 25_872),
    ("02-embedding", [tutor.Embedding(1024, 256)], (None, 25), 262_144),
    ("02-embedding", [tutor.Embedding(50_257, 768)], (None, 1024), 38_597_376),
    ("03-simple-rnn", [tutor.SimpleRNN(128)], (None, 25, 256), 49_280),
    ("03-simple-rnn", [tutor.Dense(128)], (None, 384), 49_280),
    ("04-lstm", [tutor.LSTM(128)], (None, 25, 256), 197_120),
    ("04-lstm", [WORDS, tutor.LSTM(128)], (None, 25), 453_120),
    ("05-gru", [tutor.GRU(128)], (None, 25, 256), 148_224),
    ("05-gru", [tutor.GRU(128, reset_after=False)], (None, 25, 256), 147_840),
    ("05-gru", [WORDS, tutor.GRU(128)], (None, 25), 404_224),
    ("05-gru", [WORDS, tutor.GRU(128, reset_after=False)], (None, 25), 403_840),
    ("06-convolution", [CONV], (None, 100, 95, 3), 1_045),
    ("06-convolution", [CONV, tutor.Conv2D(35, (5, 2), strides=(3, 2), padding="same")], (None, 100, 95, 3), 20_330),
    ("06-convolution", [tutor.Conv2D(55, (3, 2), use_bias=False)], (None, 100, 95, 3), 990),
    ("06-convolution", [tutor.Conv2D(64, 3)], (None, 28, 28, 32), 18_496),
    ("06-convolution", [tutor.Conv2D(32, 3, groups=2)], (None, 32, 32, 6), 896),
    ("06-convolution", [tutor.Conv2D(16, 5)], (None, 14, 14, 6), 2_416),
    ("06-convolution", [tutor.Conv2D(8, 3, dilation_rate=2)], (None, 10, 10, 3), 224),
    ("06-convolution", [tutor.SeparableConv2D(4, 3)], (None, 32, 32, 3), 43),
    ("06-convolution", [tutor.Conv2D(4, 3)], (None, 32, 32, 3), 112),
    ("06-convolution", [tutor.Conv1D(32, 7)], (None, 500, 128), 28_704),
    ("07-pooling-normalization-dropout", [tutor.BatchNormalization()], (None, 512), 2_048),
    ("07-pooling-normalization-dropout", [*SEE, tutor.Flatten(), *DECIDE], (None, 150, 150, 3), 3_453_121),
    ("07-pooling-normalization-dropout", [*SEE, tutor.Flatten(), *DECIDE], (None, 75, 75, 3), 504_001),
    ("07-pooling-normalization-dropout", [*SEE, tutor.GlobalAveragePooling2D(), *DECIDE], (None, 150, 150, 3), 307_393),
    (
        "07-pooling-normalization-dropout",
        [tutor.Conv2D(64, 3, use_bias=False), tutor.BatchNormalization()],
        (None, 32, 32, 3),
        1_984,
    ),
    ("08-video-question-answering", [tutor.vision_model()], (None, 224, 224, 3), 1_735_488),
    ("08-video-question-answering", [tutor.LSTM(256)], (None, 100, 160_000), 164_103_168),
]
#: Whole models, as Keras counts them: lesson, model, count.
MODELS: list[tuple[str, tutor.Model, int]] = [
    ("08-video-question-answering", tutor.video_question_answering(), 169_436_968),
    ("08-video-question-answering", tutor.video_question_answering(frames=1000), 169_436_968),
    ("08-video-question-answering", tutor.video_question_answering(ending="GlobalAveragePooling2D"), 5_859_112),
    ("08-video-question-answering", tutor.visual_question_answering(), 165_077_800),
    ("08-video-question-answering", tutor.visual_question_answering(ending="GlobalAveragePooling2D"), 5_333_800),
]

of_every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def test_there_are_notebooks() -> None:
    assert "00-start-here" in {path.stem for path in NOTEBOOKS}


@of_every_notebook
def test_is_clean_on_disk(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    for cell in cells(path, "code"):
        assert cell.outputs == [], cell.id
        assert cell.execution_count is None, cell.id


@of_every_notebook
def test_code_cells_are_short_and_hold_no_plumbing(path: Path) -> None:
    for cell in cells(path, "code"):
        assert len(cell.source.splitlines()) <= MOST_LINES, cell.id
        assert not re.search(BANNED, cell.source, re.MULTILINE), cell.id
        assert not any(isinstance(node, ast.comprehension) for node in ast.walk(ast.parse(cell.source))), cell.id


@of_every_notebook
def test_code_cells_end_by_showing_something(path: Path) -> None:
    for cell in cells(path, "code"):
        last = ast.parse(cell.source).body[-1]
        assert isinstance(last, ast.Expr), cell.id
        assert not cell.source.rstrip().endswith(";"), cell.id


@of_every_notebook
def test_links_lead_to_files_that_exist(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", prose(path))
    local = [target for target in targets if "://" not in target]
    assert local, "a lesson links to its neighbours"
    assert [target for target in local if not (path.parent / target).is_file()] == []


@pytest.mark.parametrize(("lesson", "layers", "input_shape", "count"), HEADLINES)
def test_headline_counts_are_those_of_the_layers(
    lesson: str, layers: list[Any], input_shape: tuple[int | None, ...], count: int
) -> None:
    assert tutor.Sequential(layers).build(input_shape).total == count
    assert f"{count:,}" in prose(FOLDER / f"{lesson}.ipynb")


@pytest.mark.parametrize(("lesson", "model", "count"), MODELS)
def test_headline_counts_are_those_of_the_models(lesson: str, model: tutor.Model, count: int) -> None:
    assert model.ledger.total == count
    assert f"{count:,}" in prose(FOLDER / f"{lesson}.ipynb")


def stated_sums(text: str) -> list[tuple[str, str]]:
    """Each sum that the text states with its result, as ``32 · 785 = 25,120`` or as ``25,120? That is 32 · 785``."""
    number = r"\d[\d,]*"
    result = r"\d[\d,]*(?<!,)"
    arithmetic = rf"\(?{number}(?: ?[·+] ?\(?{number}\)?)+"
    forward = re.findall(rf"({arithmetic}) = \**({result})", text)
    turned = re.findall(rf"({result})\? That is ({arithmetic})", text)
    return forward + [(sum_, stated) for stated, sum_ in turned]


def value(arithmetic: str) -> int:
    return int(eval(arithmetic.replace(",", "").replace("·", "*")))


def test_stated_sums_are_found() -> None:
    text = "32 · (784 + 1) = **25,120**, and 1000 · 256 = 256,000, so: 2,176? That is 64 · (1 + 32 + 1): no."
    assert stated_sums(text) == [
        ("32 · (784 + 1)", "25,120"),
        ("1000 · 256", "256,000"),
        ("64 · (1 + 32 + 1)", "2,176"),
    ]


@of_every_notebook
def test_stated_sums_are_right(path: Path) -> None:
    wrong = [f"{sum_} = {result}" for sum_, result in stated_sums(prose(path)) if value(sum_) != value(result)]
    assert wrong == []


GUIDED = [path for path in NOTEBOOKS if any("tutor.lesson(" in cell.source for cell in cells(path, "code"))]
WORDS_A_MINUTE = 200
A_TYPED_ANSWER, A_CHOICE = 1, 2 / 3


def reading_minutes(text: str) -> float:
    """How long the prose takes; formulas, addresses, and the lines of tables are no words."""
    prose = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|\|[-|]+\|", " ", text, flags=re.DOTALL)
    return len(re.findall(r"\w[\w'\u2019,.]*", prose)) / WORDS_A_MINUTE


def minutes_of_steps(path: Path) -> list[float]:
    """How long each step of a lesson's guides takes."""
    explored = re.findall(r"tutor\.lesson\(tutor\.(\w+)", "\n".join(cell.source for cell in cells(path, "code")))
    names = [re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in explored]
    guides = [tomllib.loads((STEPS / f"{name}.toml").read_text("utf-8")) for name in names]
    return [A_TYPED_ANSWER if "answer" in step else A_CHOICE for guide in guides for step in guide["step"]]


def stated_minutes(path: Path) -> int:
    return int(re.findall(r"about (\d+) minutes", prose(path))[0])


def test_there_are_guided_lessons() -> None:
    assert {"00-start-here", "01-dense"} <= {path.stem for path in GUIDED}


@pytest.mark.parametrize("path", GUIDED, ids=lambda path: path.stem)
def test_a_lesson_says_how_long_it_takes(path: Path) -> None:
    steps = minutes_of_steps(path)
    assert stated_minutes(path) == round(reading_minutes(prose(path)) + sum(steps))
    for last, minutes in re.findall(r"steps 1 to (\d+) alone take (\d+)", prose(path)):
        opening = reading_minutes(cells(path, "markdown")[0].source)
        assert int(minutes) == round(opening + sum(steps[: int(last)]))


def test_the_first_of_two_sittings_ends_where_the_second_begins() -> None:
    path = FOLDER / "06-convolution.ipynb"
    first, _ = prose(path).split("## Second sitting")
    steps = tomllib.loads((STEPS / "conv2d.toml").read_text("utf-8"))["step"]
    answering = sum(A_TYPED_ANSWER if "answer" in step else A_CHOICE for step in steps)
    assert f"the first takes {round(reading_minutes(first) + answering)}." in first


@pytest.mark.parametrize("path", [path for path in GUIDED if "start" not in path.stem], ids=lambda path: path.stem)
def test_the_start_says_how_long_each_lesson_takes(path: Path) -> None:
    row = re.search(rf"\({path.name}\).*\| (\d+) \|$", prose(FOLDER / "00-start-here.ipynb"), re.MULTILINE)
    assert row is not None
    assert int(row[1]) == stated_minutes(path)


@pytest.mark.slow
@of_every_notebook
def test_runs_from_top_to_bottom(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    lesson = list(notebook.cells)
    check = nbformat.v4.new_code_cell("import sys\n'tensorflow' in sys.modules")
    notebook.cells.append(check)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute(
        env=os.environ | {"PYTHONWARNINGS": "default"}
    )
    for cell in lesson:
        if cell.cell_type == "code":
            said = [output for output in cell.outputs if output.output_type in {"error", "stream"}]
            assert said == [], cell.id
            shown = [output.data for output in cell.outputs if output.output_type in {"display_data", "execute_result"}]
            assert shown, cell.id
            if "tutor.explore(" in cell.source:
                assert "Formula and Keras agree." in shown[-1]["text/html"], cell.id
            if "tutor.lesson(" in cell.source:
                assert "Answer the question, and both counts appear here." in shown[-1]["text/html"], cell.id
    assert check.outputs[-1].data["text/plain"] == "False", "TensorFlow is in the learner's kernel"
