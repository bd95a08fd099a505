"""The weight diagram: to scale, in Keras's order, legible at every size."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legible import assert_legible
from test_svg import assert_follows

import tutor
from tutor.layers import Weight
from tutor.pictures.kit import SMALL
from tutor.pictures.scene import Box, Label, Wire
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
    """How much room an array takes, or took: all its slices."""
    boxes = items(scene, Box).values()
    return sum(
        box.width * box.height for box in boxes if box.id == name or (box.id.startswith(f"{name}/") and box.fill)
    )


def lstm(units, features=256, **arguments):
    return tutor.LSTM(units, **arguments).build((None, 25, features))


def embedding(vocabulary, units):
    return tutor.Embedding(vocabulary, units).build((None, 25))


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
    assert words["new/count"] == "197,120"


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
        slices = [box for box in boxes.values() if box.fill and box.id.startswith(f"{name}/")]
        assert [box.id.removeprefix(f"{name}/") for box in sorted(slices, key=lambda box: box.x)] == order
        assert all(left.x + left.width == pytest.approx(right.x) for left, right in pairwise(slices))
    fills = [boxes[f"kernel/{gate}"].fill for gate in order]
    assert len(set(fills)) == len(order)


def test_gates_are_named_above_their_slices_in_keras_order():
    for size in (1, 16, 128):
        scene = weight_scene(lstm(size))
        letters = [texts(scene)[name] for name in ("i/letter", "f/letter", "c_tilde/letter/letter", "o/letter")]
        assert letters == ["i", "f", "c", "o"]
        assert texts(scene)["c_tilde/letter/tilde"] == "~"
    cells = tutor.RNN([tutor.LSTMCell(64), tutor.GRUCell(64)]).build((None, 7, 100))
    assert {"i/letter", "z/letter", "h_tilde/letter/tilde"} <= texts(weight_scene(cells)).keys()


def test_arrays_stand_on_each_other_and_are_together_the_formula():
    boxes = items(weight_scene(lstm(128, 64)), Box)
    kernel, recurrent, bias = (boxes[f"{name}/i"] for name in ("kernel", "recurrent_kernel", "bias"))
    assert (kernel.bottom, recurrent.bottom) == (recurrent.y, bias.y)
    assert kernel.width == recurrent.width == bias.width
    assert kernel.height / recurrent.height == 64 / 128
    assert recurrent.height / recurrent.width == 1


@pytest.mark.parametrize("built", every_layer(), ids=repr)
def test_areas_are_as_counts_unless_a_note_names_the_exception(built):
    scene = weight_scene(built)
    notes = [texts(scene)[f"note-{n}"] for n in range(2)]
    thick = next((note for note in notes if "drawn thicker" in note), "")
    several = re.match(r"\d arrays", thick)
    named = thick.split(":")[0].replace(",", " ").split()
    to_scale = [one for one in built.weights if one.name not in named and not several]
    for one, other in combinations(to_scale, 2):
        ratio = area(scene, one.name) / area(scene, other.name)
        assert ratio == pytest.approx(one.count / other.count)


@pytest.mark.sampled
@pytest.mark.parametrize("built", [*every_layer(), *of_parts()], ids=lambda built: repr(built.layer))
def test_all_of_it_can_be_read_and_fits_its_pane(built):
    scene = weight_scene(built, built)
    assert_legible(scene, smallest=SMALL)
    assert (scene.width, scene.height) <= (760, 362)
    boxes = [box for box in items(scene, Box).values() if box.fill]
    assert all(min(box.width, box.height) >= THINNEST - 1e-9 for box in boxes)
    for one, other in combinations(boxes, 2):
        across = min(one.right, other.right) - max(one.x, other.x)
        down = min(one.bottom, other.bottom) - max(one.y, other.y)
        assert min(across, down) < 1e-6, (one.id, other.id)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (lstm(128), lstm(129)),
        (lstm(128), lstm(256)),
        (lstm(128), lstm(100_000, 100_000)),
        (lstm(256), lstm(128)),
        (lstm(128, 256), lstm(128, 400)),
        (lstm(128), lstm(128, use_bias=False)),
        (embedding(1000, 256), embedding(1000, 300)),
        (embedding(1000, 256), embedding(100_000, 256)),
        (tutor.Dense(3).build((None, 4)), tutor.Dense(5).build((None, 4))),
        (tutor.BatchNormalization().build((None, 64)), tutor.BatchNormalization().build((None, 128))),
    ],
    ids=lambda built: repr(built.layer),
)
def test_the_old_size_stays_as_an_outline_on_the_same_scale(before, now):
    scene = weight_scene(now, before)
    boxes, words = items(scene, Box), texts(scene)
    old = {weight.name: weight for weight in before.weights}
    seen = {box.id.removesuffix("/before"): box for box in boxes.values() if box.id.endswith("/before") and box.line}
    assert seen
    for name, ghost in seen.items():
        assert ghost.dashed
        new = next((weight for weight in now.weights if weight.name == name), None)
        assert new is None or new.shape != old[name].shape
        if new is not None and min(ghost.width, ghost.height) > 20:
            ratio = area(scene, name) / (ghost.width * ghost.height)
            assert ratio == pytest.approx(new.count / old[name].count, rel=0.02)
    assert (words["new/count"], words["old/count"]) == (f"{now.count:,}", f"{before.count:,}")
    assert f"before {before.count:,}" in scene.alt.split("Count: ")[1]
    assert_legible(scene, smallest=SMALL)


def test_more_parameters_never_look_smaller():
    for features in (3, 256, 1000):
        for before, now in pairwise([lstm(units, features) for units in (1, 2, 9, 100, 128, 129, 300, 4096, 100_000)]):
            scene = weight_scene(now, before)
            boxes = items(scene, Box)
            for name in ("kernel", "recurrent_kernel"):
                old = boxes[f"{name}/before"]
                assert area(scene, name) >= old.width * old.height - 1e-6


def test_the_scale_is_kept_while_all_fits_and_a_new_one_is_said():
    def scale(units, before):
        scene = weight_scene(lstm(units), lstm(before))
        words = " ".join(texts(scene)[f"rescaled-{n}"] for n in range(4)).strip()
        assert words in scene.alt
        return items(scene, Box)["recurrent_kernel/i"].width / units, words

    kept, words = scale(128, 128)
    assert (kept, words) == (0.5, "")
    assert [scale(units, 128) for units in (8, 100, 150)] == [(0.5, "")] * 3
    half = "New scale: everything, the dashed outline too, is drawn at half the size."
    assert scale(256, 128) == (0.25, half)
    smaller = half.replace("half", "1/4 of")
    assert scale(600, 128) == (0.125, smaller)


@given(*[st.integers(1, 5000)] * 4)
def test_a_move_never_enlarges(rows, columns, more_rows, more_columns):
    before, now = tutor.Dense(columns).build((None, rows)), tutor.Dense(more_columns).build((None, more_rows))
    said = [text for name, text in texts(weight_scene(now, before)).items() if name.startswith("rescaled") and text]
    assert not said or re.search(r"drawn at (half|1/\d[\d,]* of)( the size)?", " ".join(said))
    assert "1/0" not in " ".join(said)


def test_the_scale_bar_is_as_long_as_it_says():
    for built in every_layer():
        scene = weight_scene(built)
        (number,) = re.findall(r"= ([\d,]+) row", texts(scene)["scale/words"])
        (left, _), (right, _) = items(scene, Wire)["scale"].points
        slice_ = next((box for box in items(scene, Box).values() if box.id == "kernel/i"), None)
        assert 20 <= right - left <= 200
        if slice_ and slice_.width > THINNEST and "alongside" not in scene.alt:
            columns = built.weights[0].shape[-1] // len(built.gates)
            assert slice_.width / columns == pytest.approx((right - left) / int(number.replace(",", "")))


def test_each_parameter_is_a_square_as_long_as_they_can_be_counted():
    scene = weight_scene(tutor.Dense(3).build((None, 4)))
    assert texts(scene)["title"] == "weights: one square = one parameter"
    box = items(scene, Box)["kernel"]
    rows, columns = (items(scene, Wire)[f"kernel/{lines}"] for lines in ("rows", "columns"))
    assert len({y for _, y in rows.points}) == 4
    assert len({x for x, _ in columns.points}) == 3
    assert box.width / 3 == box.height / 4
    assert texts(weight_scene(lstm(128)))["title"] == "weights: area = parameters"


def test_a_move_of_the_sliders_changes_numbers_only():
    for several in zip(*(layers(size) for size in SIZES), strict=True):
        scenes = [weight_scene(now, before) for before in (several[0], several[2]) for now in several]
        assert len({(scene.structure, scene.width, scene.height) for scene in scenes}) == 1
        for scene in scenes:
            assert_follows(scenes[0], scene)


def test_a_convolution_kernel_is_laid_flat_and_says_so():
    axes = (Number(3), Number(3), Size("channels", 8), Size("filters", 64))
    built = replace(tutor.Dense(1).build((None, 1)), weights=(Weight("kernel", axes), Weight("bias", axes[-1:])))
    scene = weight_scene(built)
    kernel = items(scene, Box)["kernel"]
    assert kernel.height / kernel.width == pytest.approx(72 / 64)
    assert texts(scene)["kernel/shape"] == "(3, 3, 8, 64)"
    assert texts(scene)["kernel/axes"] == "drawn as 72 × 64"
    assert "kernel (3, 3, 8, 64), laid flat as 72 rows of 64" in scene.alt


def test_four_vectors_of_which_two_are_not_trained():
    vectors = [
        Weight(name, (Size("channels", 64),), trainable=name in "gamma beta") for name in ("gamma", "moving_mean")
    ]
    words = texts(weight_scene(replace(tutor.Dense(1).build((None, 1)), weights=tuple(vectors))))
    assert (words["gamma/count"], words["gamma/axes"]) == ("64 parameters", "(channels,)")
    assert (words["moving_mean/count"], words["moving_mean/axes"]) == ("64 parameters", "(channels,), non-trainable")


def test_weights_of_one_name_are_kept_apart():
    both = tutor.LSTM(8).build((None, 25, 9))
    scene = weight_scene(replace(both, weights=both.weights * 2))
    assert {"kernel/i", "kernel_2/i", "bias_2/o"} <= items(scene, Box).keys()


def test_the_two_directions_are_told_apart():
    scene = weight_scene(tutor.Bidirectional(tutor.GRU(8)).build((None, 25, 9)))
    titles = [text for name, text in texts(scene).items() if name.endswith(("kernel/name", "bias/name"))]
    assert [title.split()[0] for title in titles] == ["forward"] * 3 + ["backward"] * 3
    assert len(set(titles)) == 6
    for name in ("forward recurrent_kernel", "backward bias"):
        assert f"{name} (" in scene.alt
    assert "The weights of Bidirectional(GRU)" in scene.alt
    assert scene.alt.endswith("912 parameters.")


def test_of_very_many_arrays_the_first_are_drawn():
    cells = tutor.RNN([tutor.LSTMCell(8)] * 9).build((None, 25, 9))
    scene = weight_scene(cells)
    assert "9 more arrays: not drawn." in texts(scene).values()
    assert texts(scene)["new/count"] == f"{cells.count:,}"
    assert_legible(scene, smallest=SMALL)


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
    none = replace(tutor.Dense(1).build((None, 1)), weights=())
    scene = weight_scene(none)
    assert [item.text for item in scene.items] == ["Dense has no weights."]
    assert scene.alt == "Dense has no weights. Count: 0 parameters."
    some = tutor.Dense(1).build((None, 1))
    assert weight_scene(none, some) == scene
    assert weight_scene(some, none) == weight_scene(some)


def test_the_words_say_what_the_picture_shows():
    scene = weight_scene(lstm(128))
    *rest, counts = scene.alt.split("Count: ")
    assert "kernel (256, 512), recurrent_kernel (128, 512), bias (512,)" in scene.alt
    assert "slices for input gate, forget gate, candidate and output gate" in scene.alt
    assert "bias: drawn thicker so you can see it." in scene.alt
    assert counts == "kernel 131,072; recurrent_kernel 65,536; bias 512; 197,120 parameters."
    for number in ("131,072", "65,536", "197,120"):
        assert number not in "".join(rest)
        assert all(name.endswith("count") for name, text in texts(scene).items() if number in text)
