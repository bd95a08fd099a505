"""The pictures of ideas: what can be counted on them is what the layer has, and it stays readable at any size."""

from __future__ import annotations

import re
from math import prod

import numpy as np
import pytest
from configurations import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from legible import assert_legible, faults, texts
from test_svg import assert_follows

import tutor
from tutor.explorers.facts import Facts, what_changed
from tutor.explorers.lessons import all_lessons
from tutor.explorers.panels import DENSE, ROWS, TENSOR, UNROLLED
from tutor.pictures.dense import dense_scene
from tutor.pictures.embedding import indexed, sentence_scene
from tutor.pictures.scene import Box, Label, Wire
from tutor.pictures.tensor import tensor_scene
from tutor.pictures.unrolled import unrolled_scene

KINDS = ("SimpleRNN", "LSTM", "GRU")
SMALLEST = 11.0
#: The pane of a picture on the screen.
WIDEST, HIGHEST = 760, 362
HUGE = 10**8
SENTENCE = "The cat sees the dog."

size = st.one_of(st.integers(1, 14), st.integers(1, 3000), st.integers(1, HUGE), st.just(HUGE))
flag = st.booleans()


def dense(features, units, **arguments):
    return dense_scene(tutor.Dense(units, **arguments).build((None, features)))


def embedding(vocabulary, units, sentence=SENTENCE, length=None, **arguments):
    return sentence_scene(tutor.Embedding(vocabulary, units, **arguments).build((None, length)), sentence)


def recurrent(kind, timesteps=4, features=2, units=3, *, padded=False, merge_mode="", **arguments):
    layer = getattr(tutor, kind)(units, **arguments)
    if merge_mode != "":
        layer = tutor.Bidirectional(layer, merge_mode=merge_mode)
    return unrolled_scene(layer.build((2, timesteps, features)), padded=padded)


def ids(scene, pattern, kind=object):
    return [item.id for item in scene.items if isinstance(item, kind) and re.fullmatch(pattern, item.id)]


def total(scene):
    """The numbers in the last of the totals, and in the words that say them."""
    (said,) = re.findall(r" Count: (.*)\.$", scene.alt)
    return int(re.findall(r"([\d,]+) \w+$", said)[0].replace(",", ""))


SCENES = {
    "number": tensor_scene(()),
    "table": tensor_scene((2, 3)),
    "sentences": tensor_scene((None, 25, 256)),
    "videos": tensor_scene((None, 100, 224, 224, 3), ("batch", "frames", "height", "width", "channels")),
    "most axes": tensor_scene((None, 2, 30, 4, 50, 6)),
    "huge tensor": tensor_scene((None, *[HUGE] * 5)),
    "one weight": dense(1, 1, use_bias=False),
    "Dense": dense(784, 32),
    "every edge": dense(8, 8),
    "every cell": dense(12, 12),
    "huge Dense": dense(HUGE, HUGE),
    "LoRA": dense(9, 12, lora_rank=3),
    "one row": embedding(1, 1, "no"),
    "Embedding": embedding(1000, 256, length=25, mask_zero=True),
    "far rows": embedding(HUGE, HUGE, " ".join(map(str, range(100)))),
    "no words": embedding(10, 3, ""),
    "one step": recurrent("SimpleRNN", 1, 1, 1),
    "LSTM": recurrent("LSTM", 25, 256, 128),
    "masked": recurrent("LSTM", 6, 256, 128, padded=True, return_sequences=True, return_state=True),
    "stateful": recurrent("GRU", None, 256, 128, padded=True, stateful=True, go_backwards=True),
    "both ways": recurrent("LSTM", 25, 256, 128, merge_mode="concat", return_sequences=True, return_state=True),
    "huge both ways": recurrent("LSTM", HUGE, HUGE, HUGE, padded=True, merge_mode="mul", stateful=True),
}


@pytest.mark.parametrize("name", SCENES)
def test_all_of_it_can_be_read(name):
    scene = SCENES[name]
    assert_legible(scene, smallest=SMALLEST)
    assert not list(faults(scene, smallest=SMALLEST))


@pytest.mark.parametrize("name", SCENES)
def test_it_fits_its_pane_and_says_its_total_last(name):
    scene = SCENES[name]
    assert scene.width == WIDEST
    assert scene.height <= HIGHEST
    assert scene.alt.count("Count: ") == 1
    assert ids(scene, ".*count", Label)


@pytest.mark.parametrize("name", SCENES)
def test_no_label_but_a_count_gives_the_total_away(name):
    scene = SCENES[name]
    whole = f"{total(scene):,}"
    if total(scene) > 1000:
        said, _, _ = scene.alt.partition(" Count: ")
        assert whole not in said or whole == f"{HUGE:,}"
        assert [one for one, text in texts(scene).items() if whole in text and not one.endswith("count")] == []


class TestRandomSizes:
    """Hundreds of scenes, of one number to 10^8 along an axis."""

    def check(self, scene):
        assert list(faults(scene, smallest=SMALLEST)) == []
        assert scene.height <= HIGHEST

    @given(shape=st.lists(st.one_of(size, st.none()), max_size=5), batched=flag)
    @settings(max_examples=examples(300))
    def test_tensors(self, shape, batched):
        self.check(tensor_scene([*([None] if batched else []), *shape][: 5 + batched]))

    @given(
        features=size, units=size, use_bias=flag, further=st.lists(size, max_size=2), rank=st.sampled_from([None, 2])
    )
    @settings(max_examples=examples(300))
    def test_dense(self, features, units, use_bias, further, rank):
        layer = tutor.Dense(units, use_bias=use_bias, lora_rank=rank).build((None, *further, features))
        self.check(dense_scene(layer))

    @given(
        vocabulary=size,
        units=size,
        words=st.lists(st.text(max_size=30), max_size=20),
        length=st.one_of(size, st.none()),
        mask_zero=flag,
    )
    @settings(max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
    def test_embeddings(self, vocabulary, units, words, length, mask_zero):
        self.check(embedding(vocabulary, units, " ".join(words), length, mask_zero=mask_zero))

    @given(
        kind=st.sampled_from(KINDS),
        sizes=st.tuples(st.one_of(size, st.none()), size, size),
        merge_mode=st.sampled_from(["", "concat", "sum", "mul", "ave", None]),
        padded=flag,
        flags=st.fixed_dictionaries(
            dict.fromkeys(("return_sequences", "return_state", "stateful", "zero_output_for_mask"), flag)
        ),
        go_backwards=flag,
    )
    @settings(max_examples=examples(400))
    def test_recurrent_layers(self, kind, sizes, merge_mode, padded, flags, go_backwards):
        flags |= {"go_backwards": go_backwards} if merge_mode == "" else {}
        flags["return_state"] &= not (flags["stateful"] and merge_mode != "")  # on both Keras fails
        self.check(recurrent(kind, *sizes, padded=padded, merge_mode=merge_mode, **flags))


class TestTensor:
    @pytest.mark.parametrize(
        ("shape", "things"),
        [
            ((), ["a number"]),
            ((3,), ["a list", "a number"]),
            ((2, 3), ["a table", "a list", "a number"]),
            ((4, 2, 3), ["a stack of tables", "a table", "a list", "a number"]),
            ((None, 25, 256), ["a batch", "a table", "a list", "a number"]),
        ],
    )
    def test_it_is_opened_axis_by_axis(self, shape, things):
        scene = tensor_scene(shape)
        assert [texts(scene)[f"part-{place}/says-0"] for place in range(len(shape) + 1)] == things
        assert len(ids(scene, r"open-\d", Wire)) == len(shape)

    def test_a_countable_one_has_a_cell_for_each_number(self):
        assert len(ids(tensor_scene((4, 3)), r"part-0/\d\.\d", Box)) == 4 * 3

    def test_each_axis_has_its_name(self):
        said = texts(tensor_scene((None, 25, 256)))
        assert [said[f"name-{place}"] for place in range(3)] == ["batch", "sequence length", "features"]
        assert [said[f"size-{place}"] for place in range(3)] == ["None", "25", "256"]

    def test_one_example_of_the_batch_is_counted(self):
        assert total(tensor_scene((None, 25, 256))) == 6_400
        assert total(tensor_scene((32, 25, 256))) == 32 * 6_400

    def test_what_is_not_known_is_not_counted(self):
        assert texts(tensor_scene((None, None, 256)))["count"] == "one example: any number · 256"


class TestDense:
    @pytest.mark.parametrize(("features", "units"), [(1, 1), (4, 3), (3, 7), (8, 8)])
    @pytest.mark.parametrize("use_bias", [True, False])
    def test_a_line_is_a_weight(self, keras, features, units, use_bias):
        layer = keras.layers.Dense(units, use_bias=use_bias)
        layer.build((None, features))
        scene = dense(features, units, use_bias=use_bias)
        drawn = {"kernel": ids(scene, r"kernel/\d-\d", Wire), "bias": ids(scene, r"bias/\d", Wire)}
        for weight in layer.weights:
            cells = ids(scene, rf"{weight.name}/cell/[\d.]+", Box)
            assert len(drawn.pop(weight.name)) == len(cells) == prod(weight.shape)
        assert not any(drawn.values())
        assert total(scene) == layer.count_params()

    @pytest.mark.parametrize(("features", "units"), [(4, 3), (784, 32), (HUGE, 2)])
    def test_the_lit_lines_are_those_of_the_lit_unit(self, features, units):
        scene = dense(features, units)
        lit = [item.id for item in scene.items if isinstance(item, Wire) and item.colour == "lit"]
        assert lit == [*ids(scene, r"kernel/\d-0", Wire), "bias/0"]
        nodes = ids(scene, r"feature-\d", Box)
        assert len(lit) == len(nodes) + 1
        column = [item for item in scene.items if isinstance(item, Box) and item.fill == "lit-fill"]
        assert {item.x for item in column if item.id.startswith("kernel/cell")} == {
            item.x for item in scene.items if item.id == "kernel/lit"
        }

    def test_rows_of_the_kernel_are_at_the_height_of_their_features(self):
        items = {item.id: item for item in dense(784, 32).items}
        for n in (0, 5, 7):
            cell, node = items[f"kernel/cell/{n}.0"], items[f"feature-{n}"]
            assert cell.y + cell.height / 2 == pytest.approx(node.y + node.height / 2)

    def test_what_is_left_out_is_said(self):
        said = texts(dense(784, 32))
        assert "777 more" in said.values()  # 784 features: 1 to 6, and the last
        assert {"feature 1", "feature 784", "unit 32", "25 more"} <= set(said.values())

    def test_inputs_of_more_axes_are_read_along_the_last(self):
        scene = dense_scene(tutor.Dense(32).build((None, 25, 256)))
        assert "only the last of 3 axes" in texts(scene)["note-0"]
        assert texts(scene)["kernel/shape"] == "kernel (256, 32)"
        assert total(scene) == 8_224

    def test_a_larger_one_follows_by_changes(self):
        assert_follows(dense(784, 32), dense(HUGE, 1000))


class TestEmbedding:
    def test_a_word_has_the_same_index_each_time(self):
        assert indexed(SENTENCE, 1000) == ((1, 2, 3, 1, 4), ("the", "cat", "sees", "the", "dog"))

    @given(sentence=st.text(), vocabulary=st.integers(1, 20))
    @settings(max_examples=examples(200))
    def test_every_index_is_in_the_vocabulary(self, sentence, vocabulary):
        indices, words = indexed(sentence, vocabulary)
        assert len(indices) == len(words)
        assert all(min(1, vocabulary - 1) <= index < vocabulary for index in indices)
        assert len({*zip(indices, words, strict=True)}) == len({*words})

    @pytest.mark.parametrize("mask_zero", [True, False])
    def test_rows_that_are_looked_up_are_lit_and_copied(self, keras, mask_zero):
        indices = [*indexed(SENTENCE, 50)[0], 0]
        layer = keras.layers.Embedding(50, 4, mask_zero=mask_zero)
        output = np.asarray(layer(np.array([indices])))[0]
        rows = [list(map(list, np.asarray(layer.weights[0]))).index(list(row)) for row in output]
        scene = embedding(50, 4, length=6, mask_zero=mask_zero)
        lit = {
            item.id.split("/")[1] for item in scene.items if "embeddings/row" in item.id and _fill(item) == "lit-fill"
        }
        assert {texts(scene)[f"embeddings/{row}/name"] for row in lit} == {f"row {row}" for row in rows}
        items = {item.id: item for item in scene.items}
        for n, row in enumerate(rows):
            middle = next(item.y for item in scene.items if getattr(item, "text", "") == f"row {row}")
            assert items[f"look-{n}"].points[-1][1] == items[f"copy-{n}"].points[0][1] == pytest.approx(middle)
        mask = layer.compute_mask(np.array([indices]))
        skipped = [] if mask is None else [n for n, kept in enumerate(np.asarray(mask)[0]) if not kept]
        assert [n for n in range(len(rows)) if items[f"look-{n}"].dashed] == skipped
        assert total(scene) == layer.count_params()

    def test_a_sentence_is_padded_to_the_length_of_the_input(self):
        scene = embedding(1000, 256, length=25, mask_zero=True)
        assert "(padding)" in texts(scene).values()
        assert "18 more" in texts(scene).values()  # of 25, six at the start and the last are drawn
        assert texts(scene)["output"] == "output (None, 25, 256)"

    def test_a_sentence_that_is_too_long_is_cut_and_that_is_said(self):
        scene = embedding(9, 2, "one two three four five", length=3)
        assert len(ids(scene, r"look-\d", Wire)) == 3
        assert "the last 2 words left out" in texts(scene)["note-0"]

    def test_a_longer_vocabulary_follows_by_changes(self):
        few, many = (embedding(size, 256, length=25) for size in (1000, HUGE))
        assert_follows(few, many)


def _fill(item):
    return item.fill if isinstance(item, Box) else None


class TestUnrolled:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("return_sequences", [True, False])
    @pytest.mark.parametrize("return_state", [True, False])
    @pytest.mark.parametrize("go_backwards", [True, False])
    def test_what_has_an_arrow_outwards_is_what_keras_returns(
        self, keras, kind, return_sequences, return_state, go_backwards
    ):
        flags = {"return_sequences": return_sequences, "return_state": return_state, "go_backwards": go_backwards}
        layer = getattr(keras.layers, kind)(3, **flags)
        returned = layer(np.zeros((2, 4, 2), "float32"))
        output, *states = returned if return_state else [returned]
        scene = recurrent(kind, **flags)
        leaving = ids(scene, r"cell-\d/returned", Wire)
        assert len(leaving) == (output.shape[1] if return_sequences else 1)
        if not return_sequences:
            assert leaving == [f"cell-{0 if go_backwards else 3}/returned"]
        assert len(ids(scene, r"cell/[hc]-state", Box)) == len(states)
        assert str(tuple(output.shape)) in texts(scene)["returns"]
        assert total(scene) == layer.count_params()

    @pytest.mark.parametrize("merge_mode", ["concat", "sum", "mul", "ave", None])
    @pytest.mark.parametrize("kind", KINDS)
    def test_both_ways_return_what_keras_returns(self, keras, kind, merge_mode):
        inner = getattr(keras.layers, kind)(3, return_state=True)
        layer = keras.layers.Bidirectional(inner, merge_mode=merge_mode)
        returned = [tuple(one.shape) for one in layer(np.zeros((2, 4, 2), "float32"))]
        scene = recurrent(kind, merge_mode=merge_mode, return_state=True)
        states = ids(scene, r"(forward|backward)/[hc]-state", Box)
        outputs = returned[: len(returned) - len(states)]
        assert len(outputs) == (2 if merge_mode is None else 1)
        assert f"{outputs[0]} and {len(states)} states {returned[-1]}" in texts(scene)["returns"]
        assert ids(scene, r"(forward|backward)-\d/returned", Wire) == ["forward-3/returned", "backward-0/returned"]
        assert total(scene) == layer.count_params()

    def test_each_cell_is_tied_to_the_one_block_of_weights(self):
        scene = recurrent("LSTM", 25)
        assert len(ids(scene, r"cell-\d/tie", Wire)) == len(ids(scene, r"cell-\d", Box)) == 5
        assert len(ids(scene, ".*/weights", Box)) == 1
        weights = [weight.name for weight in tutor.LSTM(3).build((None, 25, 2)).weights]
        assert [name.partition("/")[0] for name in ids(scene, ".*/cell", Label)] == weights

    def test_two_directions_have_two_blocks(self):
        assert len(ids(recurrent("GRU", merge_mode="concat"), ".*/weights", Box)) == 2

    @pytest.mark.parametrize("zero_output_for_mask", [True, False])
    def test_what_a_masked_step_returns(self, keras, zero_output_for_mask):
        layer = keras.layers.LSTM(3, return_sequences=True, zero_output_for_mask=zero_output_for_mask)
        data = np.random.default_rng(0).normal(size=(1, 4, 2)).astype("float32")
        out = np.asarray(layer(data, mask=np.array([[True, True, True, False]])))[0]
        scene = recurrent("LSTM", padded=True, return_sequences=True, zero_output_for_mask=zero_output_for_mask)
        said = scene.alt
        assert ("repeats the one before" in said) == np.allclose(out[3], out[2])
        assert ("its output is 0" in said) == (not out[3].any())
        assert ids(scene, r"cell-\d/tie", Wire) == ["cell-0/tie", "cell-1/tie", "cell-2/tie"]
        assert ids(scene, r"cell/[hc]-past-\d", Wire) == ["cell/h-past-3", "cell/c-past-3"]

    def test_a_stateful_layer_keeps_its_states(self):
        assert texts(recurrent("LSTM"))["cell/h-start"] == "h = 0"
        kept = texts(recurrent("LSTM", stateful=True))
        assert kept["cell/h-start"] == kept["cell/h-end"] == "h kept"

    def test_any_number_of_timesteps_has_a_last_one(self):
        assert "last timestep" in texts(recurrent("GRU", None)).values()

    def test_a_longer_sequence_follows_by_changes_and_keeps_the_block(self):
        short, long = recurrent("LSTM", 25, 256, 128), recurrent("LSTM", HUGE, 256, 128)
        assert_follows(short, long)
        block = {item.id: item for item in short.items if "weights" in item.id}
        assert block.items() <= {item.id: item for item in long.items}.items()


@pytest.mark.parametrize(
    ("lesson", "panel", "said"),
    [
        (all_lessons()[tutor.Dense], DENSE, "Dense with 32 units on 784 features"),
        (all_lessons()[tutor.Embedding], ROWS, "the 1, cat 2, sees 3, the 1, dog 4"),
        (all_lessons()[tutor.LSTM], UNROLLED, "LSTM over 25 timesteps"),
        (all_lessons()[tutor.Input], TENSOR, "A tensor of shape (None, 25, 256)"),
    ],
)
def test_an_explorer_can_show_it(lesson, panel, said):
    facts = Facts.at(lesson, lesson.start)
    assert said in panel.make(what_changed(facts, facts)).alt
