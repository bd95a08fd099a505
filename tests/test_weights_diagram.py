"""The weight diagram: to scale, in Keras's order, legible at every size."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import tutor
from tutor.layers import Weight
from tutor.pictures.figure import figure
from tutor.pictures.scene import Box, Label
from tutor.pictures.weights import THINNEST, weight_scene
from tutor.symbols import Number, Size

SIZES = [1, 9, 128, 4096, 100_000]


def layers(size):
    shape = (None, 25, size)
    yield tutor.Dense(size).build(shape)
    yield tutor.Dense(size, use_bias=False).build(shape)
    yield tutor.Dense(size, lora_rank=4).build(shape)
    yield tutor.Embedding(size, 256).build((None, 25))
    yield tutor.Embedding(1000, size).build((None, 25))
    yield tutor.SimpleRNN(size).build((None, 25, 256))
    yield tutor.LSTM(size).build(shape)
    yield tutor.LSTM(128, use_bias=False).build(shape)
    yield tutor.GRU(size).build(shape)
    yield tutor.GRU(size, reset_after=False, trainable=False).build((None, 25, 1))


def of_parts():
    """Layers of which several weights have one name."""
    for size in (1, 128, 100_000):
        yield tutor.Bidirectional(tutor.LSTM(size)).build((None, 25, size))
        yield tutor.RNN([tutor.LSTMCell(size), tutor.GRUCell(3)]).build((None, 25, 256))
        yield tutor.MultiHeadAttention(8, size).build((None, 25, size))


def every_layer():
    return [built for size in (*SIZES, 10**9) for built in layers(size)]


def items(scene, kind):
    return {item.id: item for item in scene.items if isinstance(item, kind)}


def texts(scene):
    return {name: label.text for name, label in items(scene, Label).items()}


def area(scene, name):
    boxes = items(scene, Box).values()
    return sum(box.width * box.height for box in boxes if box.id == name or box.id.startswith(f"{name}/"))


def test_the_articles_lstm_has_keras_shapes_and_counts():
    words = texts(weight_scene(tutor.LSTM(128).build((None, 25, 256))))
    assert [words[f"{name}/shape"] for name in ("kernel", "recurrent_kernel", "bias")] == [
        "(256, 512)",
        "(128, 512)",
        "(512,)",
    ]
    assert [words[f"{name}/count"] for name in ("kernel", "recurrent_kernel", "bias")] == [
        "131,072 parameters",
        "65,536 parameters",
        "512 parameters",
    ]
    assert words["kernel/axes"] == "(features, 4 · units)"
    assert words["note-0"].startswith("LSTM: 197,120 parameters.")


def test_two_bias_vectors_of_a_gru_with_reset_after():
    words = texts(weight_scene(tutor.GRU(128).build((None, 25, 256))))
    assert (words["bias/shape"], words["bias/count"]) == ("(2, 384)", "768 parameters")


@pytest.mark.parametrize(
    ("layer", "order"),
    [(tutor.LSTM, ["i", "f", "c_tilde", "o"]), (tutor.GRU, ["z", "r", "h_tilde"]), (tutor.SimpleRNN, ["h"])],
)
def test_slices_stand_side_by_side_in_keras_order(layer, order):
    boxes = items(weight_scene(layer(128).build((None, 25, 256))), Box)
    for name in ("kernel", "recurrent_kernel", "bias"):
        slices = [box for box in boxes.values() if box.id.startswith(f"{name}/")]
        assert [box.id.removeprefix(f"{name}/") for box in sorted(slices, key=lambda box: box.x)] == order
        assert all(left.x + left.width == pytest.approx(right.x) for left, right in pairwise(slices))
    fills = [boxes[f"kernel/{gate}"].fill for gate in order]
    assert len(set(fills)) == len(order)
    assert fills == [boxes[f"legend/{gate}"].fill for gate in order]


def test_gate_names_stand_on_slices_that_have_room():
    scene = weight_scene(tutor.LSTM(128).build((None, 25, 256)))
    assert [texts(scene)[f"kernel/{gate}/name"] for gate in ("i", "f", "c_tilde", "o")] == ["i", "f", "c̃", "o"]
    assert texts(scene)["bias/i/name"] == ""
    assert texts(scene)["legend/i/name"] == "i: input gate"


@pytest.mark.parametrize("built", every_layer(), ids=repr)
def test_areas_are_as_counts_unless_a_note_names_the_exception(built):
    scene = weight_scene(built)
    names = [weight.name for weight in built.weights]
    *_, note = texts(scene)["note-0"].partition("parameters")
    named = names if "all are drawn thicker" in note else note.replace(",", " ").split()
    to_scale = [weight for weight in built.weights if weight.name not in named]
    for one, other in combinations(to_scale, 2):
        ratio = area(scene, one.name) / area(scene, other.name)
        assert ratio == pytest.approx(one.count / other.count)
    assert ("drawn thicker" in note) == (len(to_scale) < len(names))


@pytest.fixture(scope="module", params=[*every_layer(), *of_parts()], ids=lambda built: repr(built.layer))
def drawn(request):
    """A scene, and where matplotlib sets each of its texts: left, top, right, bottom in points."""
    scene = weight_scene(request.param)
    picture = figure(scene)
    picture.set_dpi(288)  # fine enough that no glyph is widened to whole pixels
    renderer = FigureCanvasAgg(picture).get_renderer()
    dots = picture.bbox.height / scene.height
    placed = {}
    for text in picture.findobj(Text):
        if text.get_gid() and text.get_text().strip():
            extent = text.get_window_extent(renderer)
            top, bottom = scene.height - extent.y1 / dots, scene.height - extent.y0 / dots
            placed[text.get_gid()] = (extent.x0 / dots, top, extent.x1 / dots, bottom)
    return scene, placed


def apart(one, other):
    """Whether two rectangles (left, top, right, bottom) share an edge at most."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return min(across, down) < 1e-6


def edges(box):
    return (box.x, box.y, box.x + box.width, box.y + box.height)


@pytest.mark.sampled
def test_matrices_are_on_the_page_apart_and_thick_enough_to_see(drawn):
    scene, _ = drawn
    boxes = items(scene, Box).values()
    for box in boxes:
        left, top, right, bottom = edges(box)
        assert min(box.width, box.height) >= THINNEST - 1e-9
        assert left >= 0
        assert top >= 0
        assert right <= scene.width
        assert bottom <= scene.height
    for one, other in combinations(boxes, 2):
        assert apart(edges(one), edges(other)), (one.id, other.id)


@pytest.mark.sampled
def test_words_are_on_the_page_and_apart_from_each_other_and_from_matrices(drawn):
    scene, words = drawn
    for name, (left, top, right, bottom) in words.items():
        assert left >= 0, name
        assert top >= 0, name
        assert right <= scene.width, name
        assert bottom <= scene.height, name
    for one, other in combinations(words, 2):
        assert apart(words[one], words[other]), (one, other)
    for box in items(scene, Box).values():
        for name, extent in words.items():
            assert name == f"{box.id}/name" or apart(extent, edges(box)), (name, box.id)


def test_a_move_of_the_sliders_changes_numbers_only():
    for scenes in zip(*(map(weight_scene, layers(size)) for size in SIZES), strict=True):
        assert len({scene.structure for scene in scenes}) == 1
        assert len({(scene.width, scene.height) for scene in scenes}) == 1


def test_a_convolution_kernel_is_laid_flat_and_says_so():
    axes = (Number(3), Number(3), Size("channels", 64), Size("filters", 128))
    built = replace(tutor.Dense(1).build((None, 1)), weights=(Weight("kernel", axes), Weight("bias", axes[-1:])))
    scene = weight_scene(built)
    kernel = items(scene, Box)["kernel"]
    assert kernel.height / kernel.width == pytest.approx(576 / 128)
    assert texts(scene)["kernel/shape"] == "(3, 3, 64, 128)"
    assert "kernel as 576 rows of 128" in texts(scene)["note-1"]


def test_four_vectors_of_which_two_are_not_trained():
    vectors = [
        Weight(name, (Size("channels", 64),), trainable=name in "gamma beta") for name in ("gamma", "moving_mean")
    ]
    words = texts(weight_scene(replace(tutor.Dense(1).build((None, 1)), weights=tuple(vectors))))
    assert words["gamma/count"] == "64 parameters"
    assert words["moving_mean/count"] == "64 parameters, non-trainable"


def test_weights_of_one_name_are_kept_apart():
    both = tutor.LSTM(8).build((None, 25, 9))
    scene = weight_scene(replace(both, weights=both.weights * 2))
    assert {"kernel/i", "kernel_1/i", "bias_1/o"} <= items(scene, Box).keys()


def test_the_two_directions_are_told_apart():
    scene = weight_scene(tutor.Bidirectional(tutor.LSTM(8)).build((None, 25, 9)))
    titles = [text for name, text in texts(scene).items() if name.endswith(("kernel/name", "bias/name"))]
    directions = [title.split()[0] for title in titles]
    assert directions == ["forward"] * 3 + ["backward"] * 3
    assert len(set(titles)) == 6
    for title in titles:
        assert f"{title}, shape" in scene.alt
    assert "Bidirectional(LSTM): 1,152 parameters" in scene.alt


@pytest.mark.parametrize(
    ("layer", "axes"),
    [
        (tutor.LSTM(8), ["(features, 4 · units)", "(units, 4 · units)", "(4 · units,)"]),
        (tutor.GRU(8), ["(features, 3 · units)", "(units, 3 · units)", "(2, 3 · units)"]),
        (tutor.SimpleRNN(8), ["(features, units)", "(units, units)", "(units,)"]),
    ],
)
def test_the_shape_in_symbols_is_that_of_the_whole_weight(layer, axes):
    words = texts(weight_scene(layer.build((None, 25, 9))))
    assert [words[f"{name}/axes"] for name in ("kernel", "recurrent_kernel", "bias")] == axes


def test_a_layer_without_weights_says_so():
    scene = weight_scene(replace(tutor.Dense(1).build((None, 1)), weights=()))
    assert [item.text for item in scene.items] == [scene.alt] == ["Dense has no weights: 0 parameters."]


def test_the_words_say_what_the_picture_shows():
    alt = weight_scene(tutor.LSTM(128).build((None, 25, 256))).alt
    assert "kernel, shape (256, 512), 131,072 parameters" in alt
    assert "slices for input gate, forget gate, candidate and output gate" in alt
    assert "bias is drawn thicker" in alt
