"""Wrong answers are called by name: those of the lessons, those that people reported, and those of random layers."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from typing import Any

import numpy as np
import pytest
from configurations import ALL_KINDS, KINDS, configurations, examples, needed
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tutor
from tutor.layers.built import Built
from tutor.questions.diagnosis import narrowing
from tutor.questions.mistakes import mistakes_of
from tutor.questions.shapes import shape_mistakes

DENSE = tutor.Dense(32).build((None, 784))
NEXT = tutor.Dense(10).build((None, 32))
IMAGES = tutor.Dense(32).build((None, 10, 784))
LSTM = tutor.LSTM(128).build((None, 25, 256))
SEQUENCES = tutor.LSTM(128, return_sequences=True).build((None, 25, 256))
SECOND = tutor.LSTM(64).build((None, 25, 128))
WORDS = tutor.Embedding(1000, 256).build((None, 25))
GRU = tutor.GRU(128).build((None, 25, 256))
NORMAL = tutor.BatchNormalization().build((None, 28, 28, 64))
HEADS = tutor.MultiHeadAttention(8, 32).build((None, 25, 512))

#: The figures of lessons 1 and 4: the layer, what is asked of it, the answer, and what it shows.
LESSONS: list[tuple[Built, str, Any, str]] = [
    (DENSE, "count", 25_120, ""),
    (DENSE, "count", 25_088, "bias forgotten"),
    (DENSE, "count", 25_872, "bias per feature or features and units swapped"),
    (DENSE, "count", 25_089, "one bias in all"),
    (DENSE, "count", 785, "one unit only"),
    (DENSE, "count", 784, "one unit only"),
    (DENSE, "count", 816, "sizes added"),
    (DENSE, "count", 817, "sizes added"),
    (DENSE, "count", 25_904, "bias twice"),
    (NEXT, "count", 330, ""),
    (NEXT, "count", 320, "bias forgotten"),
    (NEXT, "count", 352, "bias per feature or features and units swapped"),
    (IMAGES, "count", 25_120, ""),
    (IMAGES, "count", (None, 10, 32), ""),
    (IMAGES, "count", 250_912, "flattened"),
    (IMAGES, "count", 251_200, "times timesteps"),
    (LSTM, "count", 197_120, ""),
    (LSTM, "count", 147_840, "gates miscounted"),
    (LSTM, "count", 49_280, "gates miscounted"),
    (LSTM, "count", 98_560, "gates miscounted"),
    (LSTM, "count", 246_400, "gates miscounted"),
    (LSTM, "count", 196_608, "bias forgotten"),
    (LSTM, "count", 131_584, "recurrent kernel forgotten"),
    (LSTM, "count", 132_096, "recurrent kernel as one number per unit"),
    (LSTM, "count", 66_048, "kernel forgotten"),
    (LSTM, "count", 394_240, "features and units swapped"),
    (LSTM, "count", 197_632, "two biases or bias per feature"),  # 256 features are twice 128 units
    (LSTM, "count", 4_928_000, "times timesteps"),
    (LSTM, "count", 147_456, "bias forgotten and gates miscounted"),
    (WORDS, "count", 256_000, ""),
    (WORDS, "count", 6_400_000, "Embedding times sequence length"),
    (WORDS, "count", 256_256, "one row more or Embedding with bias"),
    (WORDS, "count", 255_744, "one row fewer"),
    (SEQUENCES, "count", (None, 25, 128), ""),
    (SEQUENCES, "count", (None, 128), "timesteps dropped"),
    (SEQUENCES, "count", (25, 128), "batch forgotten"),
    (SEQUENCES, "count", (None, 25, 256), "features for units or input shape"),
    (SEQUENCES, "count", (None, 25, 512), "boxes in the output"),
    (SEQUENCES, "count", (None, 128, 25), "axes swapped"),
    (SECOND, "count", 49_408, ""),
    (SECOND, "count", 37_056, "gates miscounted"),
    (SECOND, "count", 49_152, "bias forgotten"),
    (SECOND, "count", 49_664, "two biases or bias per feature"),
]

#: What people counted, and what it is.
REPORTED: list[tuple[Built, str, Any, str]] = [
    (tutor.Conv2D(32, 3, groups=2).build((None, 28, 28, 6)), "count", 880, "groups dividing filters"),
    (tutor.Conv2D(32, 3, groups=2).build((None, 28, 28, 6)), "count", 896, ""),
    (tutor.LSTM(128).build((None, 25, 128)), "count", 66_048, "recurrent kernel forgotten or kernel forgotten"),
    (tutor.LSTM(128).build((None, 25, 128)), "count", 131_584, ""),
    (tutor.Conv2D(16, 5).build((None, 14, 14, 6)), "count", 2_400, "bias forgotten"),  # LeNet's C3
    (tutor.Conv2D(16, 5).build((None, 14, 14, 6)), "count", 2_416, ""),
    (GRU, "count", 147_840, "other reset_after"),  # the article's, of 2019
    (NORMAL, "count", 128, "moving statistics forgotten"),
    (NORMAL, "trainable_count", 256, "total for trainable"),
    (NORMAL, "trainable_count", 128, ""),
]


@pytest.mark.parametrize(("built", "of", "answer", "name"), LESSONS + REPORTED)
def test_an_answer_of_a_lesson_or_a_report(built: Built, of: str, answer: Any, name: str) -> None:
    for given_as in (answer, str(answer), f"{answer:,}" if isinstance(answer, int) else list(answer)):
        shown = tutor.diagnose(built, given_as, of)
        assert (shown.correct, shown.mistake) == (not name, name or None)
        assert len(shown.explanation) <= 190
        assert f"{answer:,}" if isinstance(answer, int) else str(answer) in shown.explanation
        assert bool(shown.mistakes) is bool(name)


@pytest.mark.parametrize(
    ("built", "answer", "says", "parts"),
    [
        (
            LSTM,
            147_840,
            "147,840 is 3 · 128 · (128 + 256 + 1): only the three gates. The candidate has weights too.",
            ("c_tilde",),
        ),
        (
            LSTM,
            147_456,
            "147,456 is 3 · 128 · (128 + 256). Two things: the biases left out, and only the three gates.",
            ("bias", "c_tilde"),
        ),
        (
            DENSE,
            25_872,
            "25,872 is 784 · (32 + 1): a bias for every feature, or units and features swapped. It's the units",
            ("bias", "kernel"),
        ),
        (tutor.Dense(4).build((None, 160_000)), 640_000, "640,000 is 4 · 160,000: the biases left out.", ("bias",)),
        (LSTM, 12_345, "I don't recognize 12,345. How many numbers does one box read?", ()),
        (LSTM, -5, "I don't recognize −5. How many numbers does one box read?", ()),
        (DENSE, 99, "I don't recognize 99. How many weights does one unit have?", ()),
        (LSTM, (None, 3), "I don't recognize (None, 3). How large is axis 1 of the output?", ()),
        (LSTM, (None, 7, 3, 3), "I don't recognize (None, 7, 3, 3). How many axes does the output have?", ()),
        (LSTM, "unts", 'I don\'t know "unts". Use numbers only, or names from the formula: units, features.', ()),
        (LSTM, "1.000", 'Is "1.000" 1, or 1000? Type one of the two.', ()),
        (LSTM, "(25, 128)", "(25, 128). Two things: the batch left out, and an h for every timestep.", ()),
    ],
)
def test_what_it_says(built: Built, answer: Any, says: str, parts: tuple[str, ...]) -> None:
    shown = tutor.diagnose(built, answer)
    assert not shown.correct
    assert shown.explanation.startswith(says)
    assert shown.parts == parts


def test_an_answer_may_name_the_sizes_of_the_formula() -> None:
    assert tutor.diagnose(LSTM, "4 · units · (units + features + 1)").correct
    assert tutor.diagnose(LSTM, "3*units*(units+features+1)").mistaken == "3 · 128 · (128 + 256 + 1)"
    assert tutor.diagnose(LSTM, "(None, units)").correct
    assert tutor.diagnose(LSTM, np.int64(197_120)).correct


# Whole models

#: Chollet's, whose printed count was made when GRU had another default.
CLIMATE = tutor.Sequential(
    [tutor.Conv1D(32, 5), tutor.MaxPooling1D(3), tutor.Conv1D(32, 5), tutor.GRU(32), tutor.Dense(1)]
).build((None, None, 14))
SENTENCES = tutor.Sequential([tutor.Embedding(1000, 256), tutor.LSTM(128)]).build((None, 25))
IMAGE, SAME = tutor.Input((7, 7, 64)), tutor.Input((8,))
FLAT = tutor.Model(IMAGE, tutor.Dense(10)(tutor.Flatten()(IMAGE))).ledger
_shared = tutor.Dense(8)
TWICE = tutor.Model(SAME, _shared(_shared(SAME))).ledger


@pytest.mark.parametrize(
    ("ledger", "answer", "name"),
    [
        (CLIMATE, 13_793, None),
        (CLIMATE, 13_697, "other reset_after"),
        (SENTENCES, 453_120, None),
        (SENTENCES, 197_120, "LSTM alone"),
        (SENTENCES, 256_000, "Embedding alone"),
        (SENTENCES, 6_597_120, "Embedding times sequence length"),
        (SENTENCES, 453_376, "one row more or Embedding with bias"),
        (SENTENCES, (None, 128), None),
        (SENTENCES, (128,), "batch forgotten"),
        (FLAT, 31_370, None),
        (FLAT, 650, "Flatten forgotten"),
        (TWICE, 72, None),
        (TWICE, 144, "counted for each use"),
    ],
)
def test_a_whole_model(ledger: Any, answer: Any, name: str | None) -> None:
    shown = tutor.diagnose(ledger, answer)
    assert (shown.correct, shown.mistake) == (name is None, name)
    assert len(shown.explanation) <= 190
    unknown = tutor.diagnose(ledger, 10**12 + 1)
    assert (unknown.correct, unknown.mistake, unknown.explanation[-1]) == (False, None, "?")


@pytest.mark.parametrize("answer", [None, 2.5, True, object()])
def test_what_is_no_answer(answer: object) -> None:
    with pytest.raises(TypeError, match=r"^diagnose: answer must be a whole number, a shape, or a text; got "):
        tutor.diagnose(LSTM, answer)


def test_what_is_no_built_layer_and_no_number() -> None:
    with pytest.raises(
        TypeError, match=r"^diagnose: built must be a layer that has met its input.*; got LSTM\(128\)\."
    ):
        tutor.diagnose(tutor.LSTM(128), 1)
    with pytest.raises(ValueError, match=r"^diagnose: of must be 'count' or 'trainable_count'; got 'gamma'"):
        tutor.diagnose(LSTM, 1, of="gamma")
    with pytest.raises(ValueError, match=r"^diagnose: of must be 'count'; got 'trainable_count'"):
        tutor.diagnose(SENTENCES, 1, of="trainable_count")


# Random layers. What a mistake gives is written out by hand here, in the arithmetic of people.

sizes = st.integers(1, 60)


@st.composite
def recurrent(draw: st.DrawFn, /, kind: str, **arguments: Any) -> tuple[Built, dict[str, int]]:
    u, f, t = draw(sizes), draw(sizes), draw(sizes)
    return ALL_KINDS[kind](u, **arguments).build((None, t, f)), {"u": u, "f": f, "t": t}


@st.composite
def dense(draw: st.DrawFn) -> tuple[Built, dict[str, int]]:
    u, f, t = draw(sizes), draw(sizes), draw(sizes)
    return tutor.Dense(u).build((None, t, f)), {"u": u, "f": f, "t": t}


@st.composite
def embedding(draw: st.DrawFn) -> tuple[Built, dict[str, int]]:
    v, u, t = draw(sizes), draw(sizes), draw(sizes)
    return tutor.Embedding(v, u).build((None, t)), {"v": v, "u": u, "t": t}


@st.composite
def convolution(draw: st.DrawFn) -> tuple[Built, dict[str, int]]:
    g, a, b, k = draw(st.integers(1, 4)), draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 5))
    n, c, h, w = g * a, g * b, draw(st.integers(5, 40)), draw(st.integers(5, 40))
    built = tutor.Conv2D(n, k, groups=g, padding="same").build((None, h, w, c))
    return built, {"n": n, "k": k, "c": c, "g": g, "h": h, "w": w}


@st.composite
def heads(draw: st.DrawFn) -> tuple[Built, dict[str, int]]:
    n, k, f = draw(st.integers(1, 12)), draw(sizes), draw(sizes)
    return tutor.MultiHeadAttention(n, k).build((None, 7, f)), {"n": n, "k": k, "f": f}


@st.composite
def wrapped(draw: st.DrawFn) -> tuple[Built, dict[str, int]]:
    u, f, t = draw(sizes), draw(sizes), draw(sizes)
    built = tutor.TimeDistributed(tutor.Dense(u)).build((None, t, f))
    return built, {"u": u, "f": f, "t": t}


@st.composite
def both_ways(draw: st.DrawFn) -> tuple[Built, dict[str, int]]:
    u, f = draw(sizes), draw(sizes)
    return tutor.Bidirectional(tutor.LSTM(u)).build((None, 9, f)), {"u": u, "f": f}


@st.composite
def normalization(draw: st.DrawFn) -> tuple[Built, dict[str, int]]:
    c, h = draw(sizes), draw(sizes)
    return tutor.BatchNormalization().build((None, h, h, c)), {"c": c, "h": h}


#: A layer, what is asked of it, a mistake, and what it gives.
BY_HAND: list[tuple[str, Any, str, str, str]] = [
    ("Dense", dense(), "count", "bias forgotten", "u * f"),
    ("Dense", dense(), "count", "bias per feature", "f * (u + 1)"),
    ("Dense", dense(), "count", "features and units swapped", "f * (u + 1)"),
    ("Dense", dense(), "count", "kernel forgotten", "u"),
    ("Dense", dense(), "count", "times timesteps", "t * u * (f + 1)"),
    ("Dense", dense(), "count", "flattened", "u * (f * t + 1)"),
    *(
        (kind, recurrent(kind), "count", name, by_hand.replace("n", boxes).replace("b", biases))
        for kind, boxes, biases in (("SimpleRNN", "1", "1"), ("LSTM", "4", "1"), ("GRU", "3", "2"))
        for name, by_hand in (
            ("bias forgotten", "n * u * (u + f)"),
            ("recurrent kernel forgotten", "n * u * (f + b)"),
            ("recurrent kernel as one number per unit", "n * (u * f + u + b * u)"),
            ("kernel forgotten", "n * u * (u + b)"),
            ("features and units swapped", "n * f * (u + f + b)"),
            ("times timesteps", "t * n * u * (u + f + b)"),
            ("bias per feature", "n * (u * u + u * f + b * f)"),
        )
    ),
    ("LSTM", recurrent("LSTM"), "count", "gates miscounted", "3 * u * (u + f + 1)"),
    ("LSTM", recurrent("LSTM"), "count", "gates miscounted", "u * (u + f + 1)"),
    ("GRU", recurrent("GRU"), "count", "gates miscounted", "2 * u * (u + f + 2)"),
    ("GRU", recurrent("GRU"), "count", "gates miscounted", "4 * u * (u + f + 2)"),
    ("GRU", recurrent("GRU"), "count", "gates miscounted", "u * (u + f + 2)"),
    ("LSTM", recurrent("LSTM"), "count", "two biases", "4 * u * (u + f + 2)"),
    ("GRU", recurrent("GRU"), "count", "other reset_after", "3 * u * (u + f + 1)"),
    ("old GRU", recurrent("GRU", reset_after=False), "count", "other reset_after", "3 * u * (u + f + 2)"),
    ("old GRU", recurrent("GRU", reset_after=False), "count", "two biases", "3 * u * (u + f + 2)"),
    ("Embedding", embedding(), "count", "Embedding times sequence length", "v * u * t"),
    ("Embedding", embedding(), "count", "one row more", "(v + 1) * u"),
    ("Embedding", embedding(), "count", "one row fewer", "(v - 1) * u"),
    ("Conv2D", convolution(), "count", "bias forgotten", "n * k * k * c // g"),
    ("Conv2D", convolution(), "count", "channels forgotten", "n * (k * k + 1)"),
    ("Conv2D", convolution(), "count", "kernel not squared", "n * (k * c // g + 1)"),
    ("Conv2D", convolution(), "count", "filters forgotten", "k * k * c // g + 1"),
    ("Conv2D", convolution(), "count", "bias per weight", "2 * n * k * k * c // g"),
    ("Conv2D", convolution(), "count", "groups dividing filters", "n // g * (k * k * c + 1)"),
    ("Conv2D", convolution(), "count", "times height and width", "h * w * n * (k * k * c // g + 1)"),
    ("Bidirectional", both_ways(), "count", "one direction only", "4 * u * (u + f + 1)"),
    ("Bidirectional", both_ways(), "count", "gates miscounted", "2 * 3 * u * (u + f + 1)"),
    ("TimeDistributed", wrapped(), "count", "times timesteps", "t * u * (f + 1)"),
    ("BatchNormalization", normalization(), "count", "moving statistics forgotten", "2 * c"),
    ("BatchNormalization", normalization(), "trainable_count", "total for trainable", "4 * c"),
    ("BatchNormalization", normalization(), "count", "times height and width", "4 * c * h * h"),
    ("MultiHeadAttention", heads(), "count", "bias forgotten", "4 * n * k * f"),
    ("MultiHeadAttention", heads(), "count", "key_dim as total width", "3 * k * (f + 1) + f * (k + 1)"),
    ("MultiHeadAttention", heads(), "count", "output projection forgotten", "3 * n * k * (f + 1)"),
    ("MultiHeadAttention", heads(), "count", "features as total width", "4 * f * (f + 1)"),
]


@pytest.mark.parametrize(
    ("strategy", "of", "name", "by_hand"), [row[1:] for row in BY_HAND], ids=[f"{row[0]}, {row[3]}" for row in BY_HAND]
)
def test_a_mistake_is_recognized_on_random_layers(strategy: Any, of: str, name: str, by_hand: str) -> None:
    alone = Counter[bool]()

    @settings(max_examples=examples(150))
    @given(strategy)
    def on(layer: tuple[Built, dict[str, int]]) -> None:
        built, sizes_of_it = layer
        answer = eval(by_hand, sizes_of_it)
        assume(answer and not tutor.diagnose(built, answer, of).correct)
        shown = tutor.diagnose(built, answer, of)
        assert name in {mistake.name for mistake in shown.mistakes}
        assert not shown.both
        alike = {mistake.name for mistake in mistakes_of(built, of) if mistake.value == answer}
        assert (shown.mistake == name) is (alike == {name})
        alone[alike == {name}] += 1

    on()
    assert alone.total() > 3


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("gates miscounted", "3 * u * (u + f)"),
        ("features and units swapped", "4 * f * (u + f)"),
        ("times timesteps", "17 * 4 * u * (u + f)"),
        ("recurrent kernel forgotten", "4 * u * f"),
    ],
)
def test_two_at_once(name: str, by_hand: str) -> None:
    found = Counter[bool]()

    @settings(max_examples=examples(200))
    @given(st.integers(40, 4000), st.integers(40, 4000))
    def on(u: int, f: int) -> None:
        assume(u != f)
        built, answer = tutor.LSTM(u).build((None, 17, f)), eval(by_hand, {"u": u, "f": f})
        assume(answer not in {built.count, *(mistake.value for mistake in mistakes_of(built))})
        shown = tutor.diagnose(built, answer)
        assert shown.both
        assert "Two things: " in shown.explanation
        found[{mistake.name for mistake in shown.mistakes} == {"bias forgotten", name}] += 1

    on()
    assert found[True] > 3 * found[False]  # some numbers come about in two such ways


# Never on the right answer


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_answer_is_never_a_mistake(kind: str) -> None:
    @settings(max_examples=examples(400))
    @given(configurations(kind))
    def on(configuration: tuple[dict[str, Any], tuple[int | None, ...]]) -> None:
        arguments, shape = configuration
        check_right(ALL_KINDS[kind](**arguments).build(shape))

    on()


@settings(max_examples=examples(400))
@given(convolution() | heads() | both_ways() | wrapped() | normalization())
def test_the_right_answer_of_other_layers_is_never_a_mistake(layer: tuple[Built, dict[str, int]]) -> None:
    check_right(layer[0])


def check_right(built: Built) -> None:
    assert tutor.diagnose(built, built.count).correct
    assert tutor.diagnose(built, built.trainable_count, "trainable_count").correct
    assert tutor.diagnose(built, built.output_shape).correct
    for mistake in mistakes_of(built):
        assert mistake.formula is not None
        assert mistake.formula.value == mistake.value != built.count
    assert all(mistake.value != built.output_shape for mistake in shape_mistakes(built))


SHAPES = ((None, 4), (None, 32), (None, 8, 8), (None, 8, 8, 8), (None, 8, 8, 8, 8), (None, 5, 8, 8, 8, 8), (4, 8, 8))
INPUTS = (*SHAPES, ((None, 5, 8), (None, 6, 8)), ((None, 8), (None, 8)), ((None, 2, 2, 2, 8), (None, 2, 2, 2, 8)))


def test_every_layer_and_every_mistake_in_time_and_in_length() -> None:
    seen = Counter[str]()
    for (name, kind), shape in itertools.product(ALL_KINDS.items(), INPUTS):
        try:
            built = kind(**needed(name)).build(shape)
        except (TypeError, ValueError):
            continue
        seen[name] += 1
        check_right(built)
        before = time.process_time()
        answers = [mistake.value for mistake in (*mistakes_of(built), *shape_mistakes(built))]
        for answer in (*answers, 10**12 + 1, (), (None,), (7,) * 9):
            shown = tutor.diagnose(built, answer)
            assert not shown.correct
            assert 0 < len(shown.explanation) <= 190
        assert (time.process_time() - before) / (len(answers) + 4) < 0.05
    assert seen.keys() == ALL_KINDS.keys()


# Shapes


@given(st.integers(5, 200), st.integers(5, 200), st.integers(1, 5), st.integers(1, 4))
def test_wrong_shapes_of_a_convolution(height: int, width: int, kernel: int, stride: int) -> None:
    built = tutor.Conv2D(7, kernel, strides=stride).build((None, height, width, 3))
    h, w = -(-(height - kernel + 1) // stride), -(-(width - kernel + 1) // stride)
    assert tutor.diagnose(built, (None, h, w, 7)).correct
    for answer, name in {
        (h, w, 7): "batch forgotten",
        (None, 7, h, w): "channels first",
        (None, h, w, 3): "channels for filters",
        (None, h + 1, w + 1, 7): "off by one at the border",
        (None, h - 1, w - 1, 7): "off by one at the border",
        (None, h, w - 1, 7): "off by one at the border",
        (None, -(-height // stride), -(-width // stride), 7): "other padding",
        (None, height - kernel + 1, width - kernel + 1, 7): "stride forgotten",
        (32, h, w, 7): "batch given",
    }.items():
        if answer != built.output_shape:
            assert name in {mistake.name for mistake in tutor.diagnose(built, answer).mistakes}


@pytest.mark.parametrize(
    ("layer", "shape", "answer", "name"),
    [
        (tutor.LSTM(128), (None, 25, 256), (None, 25, 128), "timesteps kept"),
        (tutor.Dense(32), (None, 10, 784), (None, 32), "timesteps dropped"),
        (tutor.Dense(10), (None, 218, 218, 3), (None, 475_240), "flattened"),
        (tutor.Bidirectional(tutor.LSTM(64)), (None, 25, 256), (None, 64), "one direction only"),
        (tutor.LSTM(128, return_state=True), (None, 25, 256), (None, 128), "one of several"),
        (tutor.MaxPooling2D(3), (None, 32, 32, 8), (None, 11, 11, 8), "other padding or off by one at the border"),
        (tutor.MaxPooling2D(3), (None, 32, 32, 8), (None, 30, 30, 8), "stride forgotten"),
    ],
)
def test_wrong_shapes(layer: Any, shape: tuple[int | None, ...], answer: Any, name: str) -> None:
    assert tutor.diagnose(layer.build(shape), answer).mistake == name


# What narrows it down


@pytest.mark.parametrize(
    ("built", "answers"),
    [
        (LSTM, [384, 49_280, 4]),
        (DENSE, [784, 785, 32]),
        (tutor.SimpleRNN(128).build((None, 25, 256)), [384, 49_280]),
        (tutor.Bidirectional(tutor.GRU(4)).build((None, 25, 5)), [9, 44, 3, 2]),
        (tutor.Conv2D(32, 3).build((None, 28, 28, 3)), [27, 28, 32]),
        (WORDS, [1000, 256]),
        (NORMAL, [4, 64, 64, 64, 64]),
        (tutor.MultiHeadAttention(2, 3).build((None, 5, 7)), [8, 48, 48, 48, 49]),
    ],
)
def test_smaller_questions(built: Built, answers: list[int]) -> None:
    assert [*narrowing(built).values()] == answers
    assert all(ask.endswith("?") and len(ask) <= 70 for ask in narrowing(built))
