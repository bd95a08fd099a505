"""Convolutions and pooling: the numbers that were written down elsewhere, the rules of sizes, and what errors say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import tutor
from tutor import (
    AveragePooling2D,
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    ConvLSTM2D,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
    SeparableConv2D,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.layers import Layer

IMAGE = (None, 100, 95, 3)


# Facts: Chilakapati's follow-up on data shapes, Keras's own summaries, and what learners take for true


def test_the_follow_ups_worked_example() -> None:
    stack = tutor.Sequential([Conv2D(55, (3, 2), strides=(2, 1)), Conv2D(35, (5, 2), strides=(3, 2), padding="same")])
    ledger = stack.build(IMAGE)
    assert [row.output_shape for row in ledger.rows] == [(None, 49, 94, 55), (None, 17, 47, 35)]
    assert [row.count for row in ledger.rows] == [55 * (3 * 2 * 3 + 1), 35 * (5 * 2 * 55 + 1)]
    assert ledger.total == 20_330


def test_the_articles_vision_model() -> None:
    layers: list[Layer] = []
    for filters, convolutions in ((64, 2), (128, 2), (256, 3)):
        layers.append(Conv2D(filters, 3, activation="relu", padding="same"))
        layers += [Conv2D(filters, 3, activation="relu") for _ in range(convolutions - 1)]
        layers.append(MaxPooling2D())
    ledger = tutor.Sequential(layers).build((None, 224, 224, 3))
    assert ledger.total == 1_735_488
    assert ledger.output_shape == (None, 25, 25, 256)
    assert 25 * 25 * 256 == 160_000


@pytest.mark.parametrize(
    ("layer", "shape", "formula", "numbers", "count"),
    [
        (
            Conv1D(32, 7), (None, 500, 128),
            "filters · (kernel_size · channels + 1)", "32 · (7 · 128 + 1)", 28_704,
        ),
        (
            Conv2D(55, (3, 2)), IMAGE,
            "filters · (kernel_height · kernel_width · channels + 1)", "55 · (3 · 2 · 3 + 1)", 1_045,
        ),
        (
            Conv2D(32, 3, use_bias=False), IMAGE,
            "filters · kernel_height · kernel_width · channels", "32 · 3 · 3 · 3", 864,
        ),
        (
            Conv2D(32, 3, groups=2), (None, 8, 8, 6),
            "filters · (kernel_height · kernel_width · channels / groups + 1)", "32 · (3 · 3 · 6 / 2 + 1)", 896,
        ),
        (
            Conv3D(8, 3), (None, 16, 112, 112, 3),
            "filters · (kernel_depth · kernel_height · kernel_width · channels + 1)", "8 · (3 · 3 · 3 · 3 + 1)", 656,
        ),
        (
            Conv2DTranspose(16, 3), (None, 4, 4, 1),
            "filters · (kernel_height · kernel_width · channels + 1)", "16 · (3 · 3 · 1 + 1)", 160,
        ),
        (
            DepthwiseConv2D(3), (None, 112, 112, 32),
            "channels · depth_multiplier · (kernel_height · kernel_width + 1)", "32 · 1 · (3 · 3 + 1)", 320,
        ),
        (
            SeparableConv2D(4, 3), (None, 224, 224, 3),
            "kernel_height · kernel_width · channels · depth_multiplier + filters · (channels · depth_multiplier + 1)",
            "3 · 3 · 3 · 1 + 4 · (3 · 1 + 1)", 43,
        ),
        (
            ConvLSTM2D(40, 3), (None, 10, 40, 40, 1),
            "4 · filters · (kernel_height · kernel_width · (filters + channels) + 1)",
            "4 · 40 · (3 · 3 · (40 + 1) + 1)", 59_200,
        ),
        (MaxPooling2D(), IMAGE, "0", "0", 0),
    ],
)  # fmt: skip
def test_formulas_are_a_textbooks(
    layer: Layer, shape: tuple[int | None, ...], formula: str, numbers: str, count: int
) -> None:
    built = layer.build(shape)
    assert (built.formula.text, built.formula.numbers, built.count) == (formula, numbers, count)


@pytest.mark.parametrize("layer", [Conv2D(8, 3), SeparableConv2D(8, 3), Conv2DTranspose(8, 3), DepthwiseConv2D(3)])
def test_a_larger_picture_has_no_more_weights(layer: Layer) -> None:
    assert layer.build((None, 32, 32, 3)).weights == layer.build((None, 512, None, 3)).weights


def test_groups_divide_channels_not_filters() -> None:
    assert Conv2D(32, 3, groups=2).build((None, 8, 8, 6)).weights[0].shape == (3, 3, 3, 32)


def test_a_conv_lstm_has_an_lstms_gates() -> None:
    built = ConvLSTM2D(8, 3).build((None, 10, 20, 20, 3))
    assert [gate.name for gate in built.gates] == ["i", "f", "c_tilde", "o"]
    assert built.gate_formula.value * 4 == built.count
    assert [weight.shape for weight in built.gate_weights] == [(3, 3, 3, 8), (3, 3, 8, 8), (8,)]


# The rule of sizes


@pytest.mark.parametrize(
    ("layer", "shape", "axis", "text", "numbers", "size"),
    [
        (
            Conv2D(55, (3, 2), (2, 1)), IMAGE, "height",
            "⌈(height − kernel_height + 1) / stride_height⌉", "⌈(100 − 3 + 1) / 2⌉", 49,
        ),
        (
            Conv2D(55, (3, 2), (2, 1)), IMAGE, "width",
            "⌈(width − kernel_width + 1) / stride_width⌉", "⌈(95 − 2 + 1) / 1⌉", 94,
        ),
        (
            Conv2D(35, (5, 2), (3, 2), "same"), (None, 49, 94, 55), "height",
            "⌈height / stride_height⌉", "⌈49 / 3⌉", 17,
        ),
        (
            Conv1D(8, 3, dilation_rate=4), (None, 20, 6), "timesteps",
            "⌈(timesteps − ((kernel_size − 1) · dilation_rate + 1) + 1) / strides⌉",
            "⌈(20 − ((3 − 1) · 4 + 1) + 1) / 1⌉", 12,
        ),
        (
            Conv1D(8, 3, padding="causal", dilation_rate=4), (None, 20, 6), "timesteps",
            "⌈timesteps / strides⌉", "⌈20 / 1⌉", 20,
        ),
        (
            MaxPooling1D(5), (None, 494, 32), "timesteps",
            "⌈(timesteps − pool_size + 1) / strides⌉", "⌈(494 − 5 + 1) / 5⌉", 98,
        ),
        (
            AveragePooling2D(3, 1, "same", "channels_first"), (None, 3, 9, 7), "width",
            "⌈width / stride_width⌉", "⌈7 / 1⌉", 7,
        ),
        (
            Conv1DTranspose(8, 5, strides=2), (None, 9, 4), "timesteps",
            "(timesteps − 1) · strides + kernel_size", "(9 − 1) · 2 + 5", 21,
        ),
        (Conv1DTranspose(8, 2, strides=4), (None, 9, 4), "timesteps", "timesteps · strides", "9 · 4", 36),
        (Conv2DTranspose(8, 3, 2, "same"), (None, 9, 9, 4), "height", "height · stride_height", "9 · 2", 18),
        (
            Conv1DTranspose(8, 3, 2, "same", 1), (None, 9, 4), "timesteps",
            "(timesteps − 1) · strides + kernel_size mod 2 + output_padding", "(9 − 1) · 2 + 3 mod 2 + 1", 18,
        ),
        (
            ConvLSTM2D(8, 3), (None, 10, 20, 30, 3), "width",
            "⌈(width − kernel_width + 1) / stride_width⌉", "⌈(30 − 3 + 1) / 1⌉", 28,
        ),
    ],
)  # fmt: skip
def test_each_axis_says_how_its_size_comes_about(
    layer: Layer, shape: tuple[int | None, ...], axis: str, text: str, numbers: str, size: int
) -> None:
    built = layer.build(shape)
    rule = built.output_rules[axis]
    assert (rule.text, rule.numbers, rule.value) == (text, numbers, size)
    assert size in built.output_shape
    assert eval(rule.expression, {}, rule.symbols) == size


def test_rules_in_latex() -> None:
    rule = Conv2D(55, (3, 2), (2, 1)).build(IMAGE).output_rules["height"]
    assert rule.latex_numbers == r"\left\lceil \frac{100 - 3 + 1}{2} \right\rceil"
    assert r"\frac{\mathrm{height} - \mathrm{kernel\_height} + 1}{\mathrm{stride\_height}}" in rule.latex


def test_an_unknown_axis_stays_unknown_and_has_no_rule() -> None:
    built = Conv2D(8, 3).build((None, None, 32, 3))
    assert built.output_shape == (None, None, 30, 8)
    assert list(built.output_rules) == ["width"]


def test_layers_without_a_window_have_no_rules() -> None:
    assert GlobalAveragePooling2D().build((None, 7, 7, 64)).output_rules == {}
    assert tutor.LSTM(8).build((None, 7, 64)).output_rules == {}


def test_sizes_are_exact_however_large() -> None:
    assert Conv1D(8, 3).build((None, 2**62 + 1, 4)).output_shape == (None, 2**62 - 1, 8)


# Errors are lessons


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Conv2D(8), ["Conv2D needs kernel_size", "Conv2D(8, kernel_size=3)"]),
        (lambda: Conv2D(8, 2.5), ["Conv2D", "kernel_size must", "got 2.5", "whole number", "2 or 3"]),
        (lambda: Conv2D(8, "3"), ["Conv2D", "kernel_size must", "got '3'", "without quotes: 3"]),
        (lambda: Conv2D(8, (3, 0)), ["Conv2D", "kernel_size[1] must", "1 or larger", "got 0"]),
        (lambda: Conv2D(8, (3, 3, 3)), ["Conv2D", "kernel_size must have 2 entries", "got (3, 3, 3)", "It has 3"]),
        (lambda: Conv2D(8, 3, "same"), ["Conv2D", "strides must", "got 'same'"]),
        (lambda: Conv2D(8, 3, padding="causal"), ["Conv2D", "padding must be 'valid' or 'same'", "got 'causal'"]),
        (lambda: Conv1D(8, 3, padding="casual"), ["Conv1D", "Did you mean 'causal'?"]),
        (lambda: Conv2D(8, 3, data_format="channel_last"), ["Conv2D", "Did you mean 'channels_last'?"]),
        (lambda: Conv2D(8, 3, 2, dilation_rate=2), ["Conv2D", "strides=2", "dilation_rate=2", "one of them at 1"]),
        (lambda: Conv2D(32, 3, groups=5), ["Conv2D", "groups=5", "filters=32", "1, 2, 4, 8, 16 or 32"]),
        (
            lambda: Conv2D(32, 3, groups=4).build((None, 8, 8, 6)),
            ["groups=4", "6 channels", "(None, 8, 8, 6)", "filters=32", "1 or 2"],
        ),
        (lambda: Conv2DTranspose(8, 3, 2, output_padding=2), ["output_padding=2", "strides=2", "height", "0 to 1"]),
        (
            lambda: Conv2D(8, 5, dilation_rate=2).build((None, 4, 30, 3)),
            ["Conv2D", "axis 1 (height)", "(None, 4, 30, 3)", "is 4", "window of 9",
             "5 with dilation 2: (5 − 1) · 2 + 1", "an axis of at least 9", "a kernel_size of at most 2",
             "padding='same'"],
        ),
        (
            lambda: MaxPooling2D(3, data_format="channels_first").build((None, 3, 4, 2)),
            ["MaxPooling2D", "axis 3 (width)", "is 2", "window of 3", "at least 3", "a pool_size of at most 2"],
        ),
        (
            lambda: Conv1DTranspose(3, 2, strides=2, padding="same", output_padding=0).build((None, 1, 2)),
            ["Conv1DTranspose", "axis 1 (timesteps)", "output_padding=0", "(1 − 1) · 2 + 2 mod 2 + 0 = 0"],
        ),
        (lambda: Conv2D(8, 3).build((None, 28, 28)), ["(batch, height, width, channels)", "(None, 28, 28, 1)"]),
        (lambda: Conv2D(8, 3).build((28, 28, 1)), ["batch axis forgotten", "(None, 28, 28, 1)"]),
        (lambda: Conv1D(8, 3).build((None, 25)), ["(batch, timesteps, channels)", "(None, 25, 1)", "Embedding"]),
        (
            lambda: Conv2D(8, 3, data_format="channels_first").build((None, 28, 28)),
            ["(batch, channels, height, width)", "(None, 1, 28, 28)"],
        ),
        (
            lambda: Conv2D(8, 3).build((None, 100, 224, 224, 3)),
            ["Conv2D: the input must have 4 axes", "has 5", "TimeDistributed", "Conv3D"],
        ),
        (lambda: Conv2D(8, 3).build((None, 28, 28, None)), ["Conv2D", "last axis", "channels"]),
        (
            lambda: Conv2D(8, 3, data_format="channels_first").build((None, None, 28, 28)),
            ["Conv2D", "axis 1", "channels", "(None, 256, 28, 28)"],
        ),
        (lambda: ConvLSTM2D(8, 3).build((None, 10, None, 40, 3)), ["axis 2 (height)", "(None, 10, 64, 40, 3)"]),
        (lambda: ConvLSTM2D(8, 3, stateful=True).build((None, 9, 40, 40, 3)), ["stateful=True", "(32, 9, 40, 40, 3)"]),
        (lambda: ConvLSTM2D(8, 3).build((None, 40, 40, 3)), ["(batch, timesteps, height", "(None, None, 40, 40, 3)"]),
        (lambda: MaxPooling2D(padding="SAME"), ["MaxPooling2D", "padding must", "got 'SAME'", "'same'"]),
    ],
)  # fmt: skip
def test_errors_say_what_would_fit(call: Callable[[], Any], words: list[str]) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        call()
    message = str(raised.value)
    assert [word for word in words if word not in message] == [], message
    assert len(message) < 500


# What they are


def test_pooling_takes_its_name_by_position_as_in_keras() -> None:
    assert AveragePooling2D(3, 1, "same", None, "mean") == AveragePooling2D(3, 1, "same", name="mean")


def test_conv_3d_transpose_takes_its_arguments_in_kerass_order() -> None:
    layer = tutor.Conv3DTranspose(8, 3, 2, "same", "channels_first", 1)
    assert (layer.data_format, layer.output_padding) == ("channels_first", 1)


@pytest.mark.parametrize(
    "layer",
    [
        Conv2D(8, (3, 2), padding="same", groups=2, activation="relu"),
        Conv1D(8, 3, padding="causal", data_format="channels_first"),
        tutor.Conv3DTranspose(8, 3, strides=2, output_padding=1),
        SeparableConv2D(8, 3, depth_multiplier=2, name="apart"),
        MaxPooling2D((3, 2), strides=1, name="pool"),
        ConvLSTM2D(8, 3, return_sequences=True),
    ],
)
def test_repr_and_code_make_the_layer_again(layer: Layer) -> None:
    assert eval(repr(layer), {name: getattr(tutor, name) for name in tutor.__all__}) == layer
    assert layer.code() == f"keras.layers.{layer!r}"
