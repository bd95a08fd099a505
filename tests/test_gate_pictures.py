"""Gates and weights at random sizes and with random arguments: nothing clipped, no word on another, none too small."""

from __future__ import annotations

import re

from configurations import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from legible import assert_legible

import tutor
from tutor.layers import names
from tutor.pictures.gates import gate_scene
from tutor.pictures.kit import SMALL
from tutor.pictures.weights import weight_scene

_size = st.integers(0, 5).flatmap(lambda figures: st.integers(1, 10**figures))
_function = st.sampled_from([name for name in names.ACTIVATIONS if name])
KINDS = ("SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "cells")
CELLS = (tutor.SimpleRNNCell, tutor.LSTMCell, tutor.GRUCell)


@st.composite
def recurrent(draw, size=_size):
    """A recurrent layer or cell with any arguments that its picture could show, built; in a wrapper, or not."""
    kind = draw(st.sampled_from(KINDS))
    chosen = {"use_bias": draw(st.booleans()), "activation": draw(_function)}
    if kind.startswith("ConvLSTM"):
        axes = [draw(size) + 5 for _ in range(int(kind[-2]))]
        layer = getattr(tutor, kind)(draw(size), draw(st.integers(1, 5)), padding="same", **chosen)
        shape = (None, draw(size), *axes, draw(size))
    elif kind == "cells":
        cells = draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4))
        layer, shape = tutor.RNN([cell(draw(size), **chosen) for cell in cells]), (None, draw(size), draw(size))
    else:
        if kind != "SimpleRNN":
            chosen["recurrent_activation"] = draw(_function)
        if kind == "GRU":
            chosen["reset_after"] = draw(st.booleans())
        layer, shape = getattr(tutor, kind)(draw(size), **chosen), (None, draw(size), draw(size))
    if draw(st.booleans()):
        layer = tutor.Bidirectional(layer)
    if draw(st.integers(0, 3)) == 0:
        layer, shape = tutor.TimeDistributed(layer), (None, 7, *shape[1:])
    return layer.build(shape)


#: Layers with weights of one kind or another, by two sizes and a flag.
LAYERS = (
    lambda a, b, flag: tutor.Dense(a, use_bias=flag).build((None, b)),
    lambda a, b, flag: tutor.Embedding(a, b, mask_zero=flag).build((None, 25)),
    lambda a, b, flag: tutor.Conv2D(a, 3, use_bias=flag).build((None, 9, 9, b)),
    lambda a, b, flag: tutor.SeparableConv2D(a, 3, use_bias=flag).build((None, 9, 9, b)),
    lambda a, b, flag: tutor.MultiHeadAttention(min(a, 64), b, use_bias=flag).build((None, 25, a)),
    lambda a, b, flag: tutor.BatchNormalization(center=flag).build((None, b, a)),
    lambda a, b, flag: tutor.LSTM(a, use_bias=flag).build((None, 25, b)),
    lambda a, b, flag: tutor.GRU(a, reset_after=flag).build((None, 25, b)),
    lambda a, b, flag: tutor.Bidirectional(tutor.LSTM(a, use_bias=flag)).build((None, 25, b)),
)


@st.composite
def moves(draw):
    """A layer now and before."""
    make = draw(st.sampled_from(LAYERS))
    return tuple(make(draw(_size), draw(_size), draw(st.booleans())) for _ in range(2))


def assert_totals_apart(scene):
    """The last sentence has the counts; an id begins with what it is of."""
    *_, said = re.split(r"(?<=[.]) ", scene.alt)
    assert said.startswith("Count: ") == (scene.alt.count("Count: ") == 1)
    assert (scene.width, scene.height) <= (760, 362)


@settings(max_examples=examples(200))
@given(recurrent())
def test_gates_can_be_read(built):
    scene = gate_scene(built)
    assert_legible(scene, smallest=SMALL)
    assert_totals_apart(scene)


@settings(max_examples=examples(200))
@given(moves() | st.tuples(recurrent(), st.none()))
def test_weights_can_be_read(several):
    scene = weight_scene(*several)
    assert_legible(scene, smallest=SMALL)
    assert_totals_apart(scene)
