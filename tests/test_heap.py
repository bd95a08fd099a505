"""The heap chart: every parameter is in a bar, every bar has its number, and a model of any length stays readable."""

from __future__ import annotations

import re

import pytest
from legible import assert_legible, texts

import tutor
from tutor.ledgers.ledger import Ledger, Row
from tutor.pictures.heap import MOST_BARS, NARROWEST, heap_scene
from tutor.pictures.scene import Box

#: The follow-up's video question answering model as Keras 3.15 counts it: path, class, parameters.
VIDEO_QA = (
    ("vision/conv2d", "Conv2D", 1_792),
    ("vision/conv2d_1", "Conv2D", 36_928),
    ("vision/max_pooling2d", "MaxPooling2D", 0),
    ("vision/conv2d_2", "Conv2D", 73_856),
    ("vision/conv2d_3", "Conv2D", 147_584),
    ("vision/conv2d_4", "Conv2D", 295_168),
    ("vision/conv2d_5", "Conv2D", 590_080),
    ("vision/conv2d_6", "Conv2D", 590_080),
    ("vision/flatten", "Flatten", 0),
    ("lstm", "LSTM", 164_103_168),
    ("embedding", "Embedding", 2_560_000),
    ("lstm_1", "LSTM", 525_312),
    ("concatenate", "Concatenate", 0),
    ("dense", "Dense", 513_000),
)


def ledger(*rows):
    shape = (None, 1)
    made = [
        Row(path, kind, shape, shape, None, count, *(trainable or (count,))) for path, kind, count, *trainable in rows
    ]
    return Ledger(shape, shape, tuple(made))


def long_model(layers, count=1_000):
    return ledger(*((f"block_{n}/conv2d", "Conv2D", count * (n + 1)) for n in range(layers)))


MODELS = {
    "video question answering": ledger(*VIDEO_QA),
    "one parameter": ledger(("scale", "Rescaling", 1)),
    "half not trainable": ledger(("dense", "Dense", 200), ("batch_normalization", "BatchNormalization", 400, 200)),
    "nothing trainable": ledger(("dense", "Dense", 200, 0), ("dense_1", "Dense", 1, 0)),
    "as many bars as there are": long_model(MOST_BARS),
    "more layers": long_model(120, 10**6),
    "huge": ledger(("a", "Dense", 10**15), ("b", "Dense", 1), ("c", "Dense", 10**15 - 1, 5)),
    "long paths": ledger(*(("/".join(["transformer"] * 12) + f"/dense_{n}", "Dense", 10**n) for n in range(9))),
    "wide signs": ledger(("W" * 300, "Dense", 10), ("é" * 90, "Dense", 7), ("W" * 200, "Flatten", 0)),
    "nothing but shapes": ledger(*((f"max_pooling2d_{n}", "MaxPooling2D", 0) for n in range(90))),
    "empty": ledger(),
}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def boxes(scene):
    return {item.id: item for item in scene.items if isinstance(item, Box)}


@every_model
def test_every_word_can_be_read(model):
    assert_legible(heap_scene(model), smallest=11)


@every_model
def test_it_fits_a_pane_whatever_the_model(model):
    scene = heap_scene(model)
    assert scene.width <= 760
    assert scene.height <= 362


@every_model
def test_counts_add_up_to_the_whole(model):
    words = texts(heap_scene(model))
    counts = [int(text.replace(",", "")) for name, text in words.items() if re.fullmatch(r"layer-\d+/count", name)]
    assert sum(counts) == model.total
    assert len(counts) <= MOST_BARS
    if counts:
        assert words["sum/count"] == f"{model.total:,}"


@every_model
def test_a_bar_is_as_long_as_its_count_unless_it_would_not_show(model):
    scene = heap_scene(model)
    lengths = {name: box.width for name, box in boxes(scene).items() if name.startswith("layer-")}
    assert all(length >= NARROWEST for length in lengths.values())
    filled = {name: length for name, length in lengths.items() if name.endswith("/trainable") and length > NARROWEST}
    words = texts(scene)
    wholly = {n: w for n, w in filled.items() if n.replace("/trainable", "/non-trainable") not in lengths}
    counts = {name: int(words[name.replace("/trainable", "/count")].replace(",", "")) for name in wholly}
    scales = [length / counts[name] for name, length in wholly.items()]
    assert all(scale == pytest.approx(scales[0]) for scale in scales)


def test_nearly_all_of_the_video_model_sits_in_the_lstm_over_its_frames():
    scene = heap_scene(MODELS["video question answering"])
    assert texts(scene)["title"] == "lstm has 97% of the parameters"
    assert scene.alt.startswith("lstm has 97% of the parameters.")
    assert "lstm (LSTM): 97%." in scene.alt
    said, _, counted = scene.alt.partition(" Count: ")
    assert "lstm 164,103,168 parameters;" in counted
    assert counted.endswith("all layers 169,436,968 parameters.")
    assert "164,103,168" not in said
    assert "No parameters: vision/max_pooling2d, vision/flatten and concatenate." in scene.alt


def test_bars_stand_in_the_order_of_the_calls():
    words = texts(heap_scene(MODELS["video question answering"]))
    shown = [words[f"layer-{place}/name"] for place in range(11)]
    assert shown == [path for path, _, count in VIDEO_QA if count]


def test_the_articles_lstm_model():
    words = texts(heap_scene(tutor.Sequential([tutor.Embedding(1000, 256), tutor.LSTM(128)]).build((None, 25))))
    assert words["title"] == "embedding has 56% of the parameters"
    assert (words["layer-0/count"], words["layer-1/count"]) == ("256,000", "197,120")
    assert (words["layer-0/share"], words["layer-1/share"]) == ("56%", "44%")


def test_what_is_not_trainable_is_told_apart_without_colour():
    stack = [tutor.Dense(64), tutor.BatchNormalization()]
    scene = heap_scene(tutor.Sequential(stack).build((None, 784)))
    bars = boxes(scene)
    filled, dashed = bars["layer-1/trainable"], bars["layer-1/non-trainable"]
    assert filled.width == dashed.width
    assert not filled.dashed
    assert dashed.dashed
    assert filled.fill != dashed.fill == "paper"
    assert bars["legend/non-trainable"].dashed
    words = texts(scene)
    assert (words["legend/trainable/count"], words["legend/non-trainable/count"]) == ("50,368", "128")
    assert "batch_normalization 256 parameters (128 trainable, 128 non-trainable);" in scene.alt


def test_a_model_that_is_trainable_whole_needs_no_legend():
    assert not [name for name in texts(heap_scene(MODELS["one parameter"])) if name.startswith("legend")]


def test_the_largest_layers_keep_bars_of_their_own_and_the_rest_share_one():
    words = texts(heap_scene(long_model(120)))
    names = [words[f"layer-{place}/name"] for place in range(MOST_BARS)]
    assert names == [*(f"block_{n}/conv2d" for n in range(121 - MOST_BARS, 120)), f"{121 - MOST_BARS} more layers"]
    assert words[f"layer-{MOST_BARS - 1}/count"] == f"{sum(1_000 * (n + 1) for n in range(121 - MOST_BARS)):,}"


@pytest.mark.parametrize(
    ("count", "rest", "share"),
    [
        (1, 0, "100%"),
        (1, 10**9, "<1%"),
        (10**9, 1, ">99%"),
        (1, 1, "50%"),
        (1, 14, "7%"),
        (997, 3, ">99%"),
    ],
)
def test_shares_are_never_rounded_to_nothing_or_to_all(count, rest, share):
    rows = [("a", "Dense", count), *([("b", "Dense", rest)] if rest else [])]
    assert texts(heap_scene(ledger(*rows)))["layer-0/share"] == share


def test_sizes_change_numbers_only():
    stacks = [
        tutor.Sequential([tutor.Embedding(words, 8), tutor.LSTM(units), tutor.Dense(1)]).build((None, 5))
        for words, units in ((10, 1), (1_000_000, 4096))
    ]
    one, other = map(heap_scene, stacks)
    assert one.structure == other.structure


def test_hostile_names_stay_words():
    html = tutor.heap_chart(ledger(("<script>alert(1)</script>", "Dense", 3)))._repr_html_()
    assert "<script" not in html
    assert "&lt;script" in html
