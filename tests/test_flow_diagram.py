"""The flow diagram: shapes, axes' names and counts, legible at every size."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import tutor
from tutor.diagrams.chain import MOST_LAYERS, MOST_TENSORS
from tutor.diagrams.flow import flow_scene
from tutor.ledger import Ledger, Row
from tutor.paint import figure
from tutor.scene import Box, Label, Wire

SIZES = [1, 9, 128, 4096, 100_000, 10**9]
LONG_NAME = "a_name_of_forty_letters_for_a_layer_no_12"


def stacks(size):
    """One of each: single layers, the article's models, several outputs, a chain of several rows."""
    yield tutor.Dense(size).build((None, size))
    yield tutor.Dense(size).build((size, 25, 16, size))
    yield tutor.Embedding(size, size).build((None, size))
    yield tutor.LSTM(size, return_state=True, return_sequences=True, name=LONG_NAME).build((None, None, size))
    embedding = tutor.Embedding(size, size, name=LONG_NAME)
    for layer in (tutor.LSTM(size), tutor.GRU(size, return_state=True), tutor.SimpleRNN(size, return_sequences=True)):
        yield tutor.Sequential([embedding, layer]).build((None, size))
    chain = [embedding, *[tutor.LSTM(size, return_sequences=True) for _ in range(3)], tutor.Dense(size, name="a" * 40)]
    yield tutor.Sequential(chain).build((size, size))
    yield branching(size)


def ledger(rows):
    return Ledger(input_shape=rows[0].input_shape, output_shape=rows[-1].output_shape, rows=rows)


def branching(size):
    joined = ((None, size),) * 6
    rows = (
        Row("left/dense", "Dense", (None, size), (None, size), None, size * (size + 1), 0),
        Row("concatenate", "Concatenate", joined, (None, 6 * size), None, 0, 0),
    )
    return ledger(rows)


def images():
    rows = (
        Row("conv2d", "Conv2D", (None, 100, 95, 3), (None, 50, 94, 55), None, 1045, 1045),
        Row("max_pooling2d", "MaxPooling2D", (None, 50, 94, 55), (None, 25, 47, 55), None, 0, 0),
        Row("flatten", "Flatten", (None, 25, 47, 55), (None, 64625), None, 0, 0),
    )
    return ledger(rows)


def every_subject():
    deep = tutor.Sequential([tutor.Dense(64) for _ in range(100)]).build((None, 64))
    return [*(subject for size in SIZES for subject in stacks(size)), images(), deep]


def labels(scene):
    return {item.id: item.text for item in scene.items if isinstance(item, Label)}


def axes(scene, tensor):
    words = labels(scene)
    return [text for name, text in words.items() if name.startswith(f"{tensor}/axis-")]


def boxes(scene, fill):
    return [item for item in scene.items if isinstance(item, Box) and item.fill == fill]


def test_the_articles_embedding_and_lstm():
    scene = flow_scene(tutor.Sequential([tutor.Embedding(1000, 256), tutor.LSTM(128)]).build((None, 25)))
    words = labels(scene)
    assert [words[f"{tensor}/shape"] for tensor in ("input-0-0", "output-0-0", "output-1-0")] == [
        "(None, 25)",
        "(None, 25, 256)",
        "(None, 128)",
    ]
    assert [words[f"layer-{place}/kind"] for place in (0, 1)] == ["Embedding", "LSTM"]
    assert [words[f"layer-{place}/name"] for place in (0, 1)] == ["embedding", "lstm"]
    assert [words[f"layer-{place}/count"] for place in (0, 1)] == ["256,000 parameters", "197,120 parameters"]
    assert axes(scene, "input-0-0") == ["batch", "sequence length"]
    assert axes(scene, "output-0-0") == ["batch", "sequence length", "features"]
    assert axes(scene, "output-1-0") == ["batch", "units"]
    assert words["note-0"] == "None: any number of examples in the batch."
    assert words["note-1"] == "453,120 parameters in all."


@pytest.mark.parametrize(
    ("built", "read", "made"),
    [
        (tutor.Dense(32).build((None, 784)), ["batch", "features"], ["batch", "units"]),
        (
            tutor.Dense(10).build((None, 218, 218, 3)),
            ["batch", "height", "width", "features"],
            ["batch", "height", "width", "units"],
        ),
        (
            tutor.Embedding(1024, 256).build((None, 25)),
            ["batch", "sequence length"],
            ["batch", "sequence length", "units"],
        ),
        (
            tutor.GRU(128, return_sequences=True).build((None, 25, 256)),
            ["batch", "sequence length", "features"],
            ["batch", "sequence length", "units"],
        ),
    ],
    ids=repr,
)
def test_names_of_axes(built, read, made):
    scene = flow_scene(built)
    assert axes(scene, "input-0-0") == read
    assert axes(scene, "output-0-0") == made


def test_images_have_height_width_and_channels():
    scene = flow_scene(images())
    assert axes(scene, "input-0-0") == ["batch", "height", "width", "channels"]
    assert axes(scene, "output-1-0") == ["batch", "height", "width", "channels"]
    assert axes(scene, "output-2-0") == ["batch", "features"]
    assert labels(scene)["layer-1/count"] == "no parameters"


def test_a_layer_after_a_permutation_does_not_guess():
    rows = (
        Row("permute", "Permute", (None, 25, 8), (None, 8, 25), None, 0, 0),
        Row("dense", "Dense", (None, 8, 25), (None, 8, 4), None, 104, 104),
    )
    assert axes(flow_scene(ledger(rows)), "output-1-0") == ["batch", "axis 1", "units"]


def test_each_state_has_a_box_and_a_name():
    scene = flow_scene(tutor.LSTM(128, return_state=True, return_sequences=True).build((None, 25, 256)))
    words = labels(scene)
    assert [words[f"output-0-{place}/title"] for place in range(3)] == ["output", "state h", "state c"]
    assert [words[f"output-0-{place}/shape"] for place in range(3)] == ["(None, 25, 128)", "(None, 128)", "(None, 128)"]


def test_none_is_explained_where_there_is_one():
    known, open_ended = tutor.Dense(4).build((32, 3)), tutor.LSTM(4).build((None, None, 3))
    assert labels(flow_scene(known))["note-0"] == ""
    assert labels(flow_scene(open_ended))["note-0"] == (
        "None: any number of examples in the batch, any sequence length."
    )


def test_a_long_model_is_folded_in_the_middle_and_loses_no_parameter():
    layers = [tutor.Dense(64) for _ in range(100)]
    scene = flow_scene(tutor.Sequential(layers).build((None, 64)))
    words = labels(scene)
    drawn = boxes(scene, "cell")
    (fold,) = [box for box in drawn if box.dashed]
    assert len(drawn) == MOST_LAYERS + 1
    assert words[f"{fold.id}/kind"] == "70 more layers"
    counts = [int(words[f"{box.id}/count"].split()[0].replace(",", "")) for box in drawn]
    assert sum(counts) == 100 * 64 * 65


def test_a_model_that_branches_shows_no_flow_that_is_not_there():
    scene = flow_scene(branching(5))
    words = labels(scene)
    assert "no simple chain" in words["note-2"]
    assert words["input-1-more"] == f"and {6 - MOST_TENSORS} more tensors"
    rows = {box.id: box.y for box in boxes(scene, "cell")}
    between = [wire for wire in scene.items if isinstance(wire, Wire) and wire.points[0][1] < rows["layer-1"] - 1]
    assert {wire.id for wire in between} == {"wire-0", "wire-0-out-0"}


def test_a_model_without_layers_says_so():
    assert "No layer of this model" in flow_scene(Ledger((None, 4), (None, 4), ())).alt


@pytest.fixture(scope="module", params=every_subject(), ids=lambda subject: type(subject).__name__)
def drawn(request):
    """A scene, and where matplotlib sets each of its texts: font size, left, top, right, bottom in points."""
    scene = flow_scene(request.param)
    picture = figure(scene)
    picture.set_dpi(288)  # fine enough that no glyph is widened to whole pixels
    renderer = FigureCanvasAgg(picture).get_renderer()
    dots = picture.bbox.height / scene.height
    texts = {}
    for text in picture.findobj(Text):
        if text.get_gid() and text.get_text().strip():
            extent = text.get_window_extent(renderer)
            top, bottom = scene.height - extent.y1 / dots, scene.height - extent.y0 / dots
            texts[text.get_gid()] = (text.get_fontsize(), extent.x0 / dots, top, extent.x1 / dots, bottom)
    return scene, texts


def apart(one, other):
    """Whether two rectangles (left, top, right, bottom) have no point in common."""
    return one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


def edges(box):
    return (box.x, box.y, box.x + box.width, box.y + box.height)


def test_text_is_on_the_page_legible_and_apart_from_other_text(drawn):
    scene, texts = drawn
    for name, (size, left, top, right, bottom) in texts.items():
        assert size > 7.49, name
        assert left >= 0, name
        assert top >= 0, name
        assert right <= scene.width, name
        assert bottom <= scene.height, name
    for one, other in combinations(texts, 2):
        assert apart(texts[one][1:], texts[other][1:]), (one, other)


def test_words_stay_within_their_boxes_and_out_of_others(drawn):
    scene, texts = drawn
    placed = boxes(scene, "cell") + boxes(scene, "tensor")
    for one, other in combinations(placed, 2):
        assert apart(edges(one), edges(other)), (one.id, other.id)
    for box in placed:
        left, top, right, bottom = edges(box)
        for name, (_, *extent) in texts.items():
            inside = left < extent[0] and top < extent[1] and extent[2] < right and extent[3] < bottom
            assert inside or apart(extent, edges(box)), (name, box.id)


def test_wires_end_at_boxes_and_touch_no_words(drawn):
    scene, texts = drawn
    placed = boxes(scene, "cell") + boxes(scene, "tensor")
    for wire in (item for item in scene.items if isinstance(item, Wire)):
        x, y = wire.points[-1]
        assert any(abs(box.x - x) < 1e-6 and box.y <= y <= box.y + box.height for box in placed), wire.id
        assert all(0 < x < scene.width and 0 < y < scene.height for x, y in wire.points), wire.id
        for (x0, y0), (x1, y1) in pairwise(wire.points):
            leg = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            for name, (_, *extent) in texts.items():
                assert apart(leg, extent), (wire.id, name)


def test_a_move_of_the_sliders_changes_numbers_only():
    for scenes in zip(*(map(flow_scene, stacks(size)) for size in SIZES), strict=True):
        assert len({scene.structure for scene in scenes}) == 1
        assert len({(scene.width, scene.height) for scene in scenes}) == 1


def test_the_words_say_what_the_picture_shows():
    alt = flow_scene(tutor.Dense(32).build((None, 784))).alt
    assert alt == (
        "The flow of tensors. Dense dense, 25,120 parameters, turns (None, 784) (batch None, features 784) into "
        "(None, 32) (batch None, units 32). None: any number of examples in the batch."
    )
