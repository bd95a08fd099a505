"""The window diagram: it marks the cells that Keras reads, and says so in words."""

from __future__ import annotations

import numpy as np
import pytest
from legible import assert_legible, texts
from test_svg import assert_follows

import tutor
from tutor.pictures.scene import Box, Label, Wire
from tutor.pictures.window import HIGHEST_SIDE, LONGEST_ROW, LONGEST_SIDE, window_scene

CASES = {
    "plain": (tutor.Conv2D(1, 3), (7, 7)),
    "strides": (tutor.Conv2D(1, (3, 2), strides=(2, 1)), (9, 8)),
    "same": (tutor.Conv2D(1, 3, padding="same"), (6, 5)),
    "same with strides": (tutor.Conv2D(1, (3, 5), strides=2, padding="same"), (12, 11)),
    "an even kernel": (tutor.Conv2D(1, 2, padding="same"), (4, 4)),
    "dilation": (tutor.Conv2D(1, 3, dilation_rate=2), (9, 10)),
    "dilation, same": (tutor.Conv2D(1, (2, 3), dilation_rate=(3, 2), padding="same"), (6, 7)),
    "one cell": (tutor.Conv2D(1, 1), (1, 1)),
    "depthwise": (tutor.DepthwiseConv2D(3, strides=2), (8, 8)),
    "sequence": (tutor.Conv1D(1, 3), (10,)),
    "sequence, same": (tutor.Conv1D(1, 4, padding="same", strides=3), (20,)),
    "causal": (tutor.Conv1D(1, 3, padding="causal"), (8,)),
    "causal with dilation": (tutor.Conv1D(1, 3, padding="causal", dilation_rate=2), (10,)),
    "causal with strides": (tutor.Conv1D(1, 3, padding="causal", strides=2), (9,)),
    "depthwise sequence": (tutor.DepthwiseConv1D(2), (5,)),
}
POOLINGS = {
    "max": (tutor.MaxPooling2D(2), (7, 9)),
    "max with strides": (tutor.MaxPooling2D((3, 2), strides=1), (6, 5)),
    "max, same": (tutor.MaxPooling2D(3, strides=2, padding="same"), (6, 8)),
    "mean": (tutor.AveragePooling2D(2, padding="same"), (5, 5)),
    "max of a sequence": (tutor.MaxPooling1D(3), (11,)),
    "mean of a sequence": (tutor.AveragePooling1D(2, strides=3), (14,)),
}
LARGE = {
    "an image": (tutor.Conv2D(64, 3, padding="same"), (224, 224)),
    "a huge one": (tutor.Conv2D(64, (5, 1), strides=(2, 3)), (100_000, 100_000)),
    "a wide kernel": (tutor.Conv2D(1, 100, padding="same"), (300, 300)),
    "a wide step": (tutor.MaxPooling2D(30), (900, 900)),
    "a long sequence": (tutor.Conv1D(8, 3, padding="same"), (100_000,)),
    "a long causal kernel": (tutor.Conv1D(8, 64, padding="causal"), (100_000,)),
    "a long pool": (tutor.MaxPooling1D(1000), (100_000,)),
}


def cases(*tables):
    return [pytest.param(*case, id=name) for table in tables for name, case in table.items()]


def built(layer, size, channels=1):
    return layer.build((None, *size, channels))


def outputs(layer):
    return int(np.prod(layer.output_shape[1:-1]))


def numbered(scene, kind, mark):
    """The numbers of a mark's row and column, None where there is none: cells of the padding have no number."""
    labels = [item for item in scene.items if isinstance(item, Label)]
    lines = [point for item in scene.items if item.id.startswith(f"{kind}/cells") for point in item.points]
    middle, side = (mark.x + mark.width / 2, mark.y + mark.height / 2), mark.width
    found = []
    for axis, name in ((1, "row"), (0, "column")):
        named = next((one for one in labels if one.id == f"{kind}/{name}-0"), None)
        first, last = (end(point[axis] for point in lines) for end in (min, max))
        # Where numbers are wide, only every few cells have one.
        steps = 0 if named is None else (middle[axis] - (named.x, named.y)[axis]) / side
        is_there = named is not None and first < middle[axis] < last
        found.append(round(int(named.text) + steps) if is_there else None)
        assert near(steps, round(steps))
    return tuple(found)


def cell(items):
    """How wide a cell is."""
    return items["input/cells-1"].points[0][0] - items["input/cells-0"].points[0][0]


def near(one, other):
    return abs(one - other) < 0.01


def marked(scene, size):
    """The input cells that are marked, by the numbers beside them."""
    marks = [item for item in scene.items if isinstance(item, Box) and item.id.startswith("window/")]
    assert marks
    numbers = [numbered(scene, "input", mark)[-len(size) :] for mark in marks]
    return {cell for cell in numbers if None not in cell}


def written(scene, size):
    """The output cell that is marked."""
    (mark,) = [item for item in scene.items if item.id == "output/written"]
    return numbered(scene, "output", mark)[-len(size) :]


@pytest.mark.parametrize(("layer", "size"), cases(CASES, POOLINGS))
def test_the_marked_cells_are_those_that_keras_reads(keras, layer, size):
    """Keras says which: each input cell is set to one in turn, on weights of one, and lights up what reads it."""
    assert np.prod(size) <= 150
    model = keras.Sequential([keras.Input((*size, 1)), eval_keras(keras, layer)])
    model.set_weights([np.ones_like(weight) if weight.ndim > 1 else weight for weight in model.get_weights()])
    single = np.eye(int(np.prod(size)), dtype="float32").reshape(-1, *size, 1)
    lit = model.predict_on_batch(single)[..., 0].reshape(len(single), -1) != 0
    shape = built(layer, size)
    places = list(np.ndindex(shape.output_shape[1:-1]))
    assert lit.shape[1] == len(places)
    for step, place in enumerate(places):
        scene = window_scene(shape, step)
        assert written(scene, size) == place
        assert marked(scene, size) == {tuple(np.unravel_index(cell, size)) for cell in np.flatnonzero(lit[:, step])}


def eval_keras(keras, layer):
    return eval(layer.code(), {"keras": keras})


@pytest.mark.sampled
@pytest.mark.parametrize(("layer", "size"), cases(CASES, POOLINGS, LARGE))
def test_every_word_can_be_read(layer, size):
    shape = built(layer, size, channels=100_000)
    last = outputs(shape) - 1
    for step in {0, last // 2, last}:
        scene = window_scene(shape, step)
        assert_legible(scene, smallest=11, crossing=["reads/"])
        assert (scene.width, scene.height <= 362) == (760, True)


@pytest.mark.parametrize(("layer", "size"), cases(CASES, POOLINGS, LARGE))
def test_rules_are_the_built_layers(layer, size):
    shape = built(layer, size)
    words = texts(window_scene(shape))
    assert shape.output_rules
    for axis, rule in shape.output_rules.items():
        assert words[f"output {axis}/rule"].endswith(f"{rule.numbers} = {rule.value:,}")
    assert words["input/shape"] == str(shape.input_shape)
    assert words["output/shape"] == str(shape.output_shape)


@pytest.mark.parametrize(("layer", "size"), cases(LARGE))
def test_of_a_large_input_an_excerpt_is_drawn_and_said_to_be_one(layer, size):
    shape = built(layer, size)
    last = outputs(shape) - 1
    for step in (0, last // 2, last):
        scene = window_scene(shape, step)
        lines = [item.points for item in scene.items if item.id.startswith(("input/cells", "input/padding"))]
        across, down = ({round(end[axis], 3) for ends in lines for end in ends} for axis in (0, 1))
        assert 2 < len(across) <= (LONGEST_ROW if len(size) == 1 else LONGEST_SIDE) + 1
        assert len(down) <= HIGHEST_SIDE + 1
        assert [item for item in scene.items if item.id.startswith("window/")]
        assert texts(scene)["note-3"].startswith("An excerpt: ")
        assert "An excerpt: " in scene.alt


def test_the_words_say_which_cells_feed_which():
    scene = window_scene(built(tutor.Conv2D(8, 3, strides=2), (7, 9), 3), 6)
    assert texts(scene)["note-0"] == "Output (1, 2) comes from input rows 2 to 4, columns 4 to 6."
    assert scene.alt.startswith("Window 6 of Conv2D, from (None, 7, 9, 3) to (None, 3, 4, 8). Output (1, 2) comes from")
    assert "in all 3 channels" in scene.alt


def test_padding_that_is_not_drawn_is_not_pointed_at():
    middle = window_scene(built(tutor.Conv2D(8, 3, padding="same"), (224, 224), 3), 112 * 224 + 112)
    assert not [item for item in middle.items if getattr(item, "dashed", False) and item.id.startswith("input/")]
    assert "The padding around the input is outside this excerpt." in middle.alt
    corner = window_scene(built(tutor.Conv2D(8, 3, padding="same"), (224, 224), 3), 0)
    assert [item for item in corner.items if getattr(item, "dashed", False) and item.id.startswith("input/")]
    assert "Dashed cells are padding" in corner.alt


def test_causal_reads_nothing_later_and_pads_in_front():
    scene = window_scene(built(tutor.Conv1D(4, 3, padding="causal", dilation_rate=2), (10,)), 2)
    assert "Output 2 comes from input timesteps −2, 0 and 2." in scene.alt
    assert "Dashed cells are padding: they hold zeros. Of this window, timestep −2 is padding." in scene.alt
    items = {item.id: item for item in scene.items}
    assert items["output/written"].x == pytest.approx(items["window/0-2"].x)
    padding, cells = items["input/padding-0"], items["input/cells-0"]
    assert padding.dashed
    assert not cells.dashed
    assert cells.points[0][0] - padding.points[0][0] == pytest.approx(4 * cell(items))


@pytest.mark.parametrize(("layer", "size"), cases(CASES, POOLINGS, LARGE))
def test_wires_run_from_cells_that_the_window_reads_to_the_cell_that_it_makes(layer, size):
    items = {item.id: item for item in window_scene(built(layer, size)).items}
    read = {name for name in items if name.startswith("window/")}
    led = {name.removeprefix("reads/"): item.points for name, item in items.items() if name.startswith("reads/")}
    assert led.keys() == read if len(read) <= 9 else led.keys() < read
    made = items["output/written"]
    for name, ((x, y), (end, low)) in led.items():
        assert items[name].x < x < items[name].right
        assert items[name].y < y <= items[name].bottom
        assert made.x <= end < made.right
        assert made.y <= low < made.bottom


def test_what_no_window_reaches_is_named():
    alt = window_scene(built(tutor.MaxPooling2D(2), (7, 9), 16)).alt
    assert "The window never reaches the last row or the last column." in alt
    assert "reaches" not in window_scene(built(tutor.MaxPooling2D(2), (8, 8), 16)).alt
    assert "the last 2 timesteps" in window_scene(built(tutor.MaxPooling1D(3), (11,))).alt


def test_a_pooling_is_told_from_a_convolution():
    assert "Every channel keeps the largest number in each window." in window_scene(built(*POOLINGS["max"])).alt
    assert "Every channel keeps the mean of each window." in window_scene(built(*POOLINGS["mean"])).alt
    assert "the pooling leaves them out" in window_scene(built(*POOLINGS["max, same"])).alt


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_stride_is_as_long_as_it_is(stride):
    scene = window_scene(built(tutor.Conv2D(1, 3, strides=stride), (11, 11)), 1)
    wires = {item.id: item for item in scene.items if isinstance(item, Wire)}
    side = cell({item.id: item for item in scene.items})
    (start, _), (end, _) = wires["stride/across"].points
    (_, top), (_, bottom) = wires["stride/down"].points
    assert end - start == pytest.approx(stride * side)
    assert bottom - top == pytest.approx(stride * side)
    assert texts(scene)["stride/across-words"] == texts(scene)["stride/down-words"] == f"stride {stride}"


@pytest.mark.parametrize(("layer", "size"), cases(CASES, POOLINGS))
def test_a_kept_svg_follows_the_steps(layer, size):
    shape = built(layer, size)
    scenes = [window_scene(shape, step) for step in range(outputs(shape))]
    assert len({scene.structure for scene in scenes}) == 1
    assert len({(scene.width, scene.height) for scene in scenes}) == 1
    assert_follows(scenes[0], scenes[-1])


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (
            tutor.Conv3D(8, 3),
            (None, 9, 9, 9, 1),
            r"the layer must be one of Conv1D, Conv2D, .*; got Conv3D\.",
        ),
        (tutor.Dense(3), (None, 9), r"got Dense\. tutor\.weight_diagram draws the weights of any layer"),
        (tutor.Conv2D(8, 3), (None, None, 9, 1), r"the height of the input shape .* is None.* such as 12"),
    ],
)
def test_what_cannot_be_drawn_is_refused(layer, shape, words):
    with pytest.raises(ValueError, match=words):
        tutor.window_diagram(layer.build(shape))


def test_there_are_as_many_steps_as_output_cells():
    shape = built(tutor.Conv2D(8, 3), (7, 7))
    with pytest.raises(ValueError, match=r"Conv2D: step must be 0 to 24, .* got 25\."):
        window_scene(shape, 25)
    with pytest.raises(ValueError, match="step must be a whole number, 0 or larger; got -1"):
        window_scene(shape, -1)
    with pytest.raises(TypeError, match=r"step must be a whole number, 0 or larger; got 1\.5"):
        window_scene(shape, 1.5)


@pytest.mark.parametrize(("layer", "size"), cases(CASES, POOLINGS))
def test_the_last_step_is_drawn_as_what_it_is_and_the_next_one_refused(layer, size):
    """Words and picture never speak of two places: nothing is clamped here."""
    shape = built(layer, size)
    last = outputs(shape) - 1
    scene = window_scene(shape, last)
    assert scene.alt.startswith(f"Window {last} of ")
    assert written(scene, size) == tuple(number - 1 for number in shape.output_shape[1:-1])
    with pytest.raises(ValueError, match=f"got {last + 1}"):
        window_scene(shape, last + 1)


def test_channels_first_is_drawn_alike():
    first = window_scene(tutor.Conv2D(8, 3, data_format="channels_first").build((None, 2, 7, 9)), 8)
    last = window_scene(tutor.Conv2D(8, 3).build((None, 7, 9, 2)), 8)
    assert [item for item in first.items if isinstance(item, Box)] == [
        item for item in last.items if isinstance(item, Box)
    ]
    assert "in all 2 channels" in first.alt


def test_windows_that_start_outside_of_the_excerpt_have_no_stride_to_show():
    shape = built(tutor.Conv1D(8, 5, padding="causal", dilation_rate=8), (25,))
    scene = window_scene(shape, 0)
    assert not [item for item in scene.items if item.id.startswith(("next/", "stride/"))]
    assert_legible(scene, smallest=11, crossing=["reads/"])


def test_no_size_is_too_large():
    shape = built(tutor.Conv1D(8, 2**40, padding="same"), (2**41,))
    assert len(window_scene(shape, 2**40).items) < 200


def test_it_shows_itself():
    picture = tutor.window_diagram(tutor.MaxPooling2D(2).build((None, 6, 6, 3)), step=4)
    assert "Output (1, 1)" in picture.alt
    assert "<svg" in picture._repr_html_()
