"""The explorers of convolutions, poolings, normalization and dropout: the article's follow-up."""

from __future__ import annotations

from math import prod
from typing import Any

from tutor.explorers.controls import ChoiceControl, Control, FlagControl, SizeControl
from tutor.explorers.facts import Facts
from tutor.explorers.lessons.base import Lesson, Preset, Values, of_layer
from tutor.explorers.panels import FILTERS, FLOW, WEIGHTS, WINDOW
from tutor.layers.calls import Input
from tutor.layers.convolution import Conv1D, Conv2D
from tutor.layers.layer import Layer
from tutor.layers.normalization import BatchNormalization
from tutor.layers.pointwise import Dropout
from tutor.layers.pooling import AveragePooling2D, MaxPooling2D

#: What can be typed for an axis of an image, so that the count of the output's entries stays a number one can read.
_LARGEST_IMAGE = 100_000


def _image(height: int, width: int, channels: int, channel: str = "numbers per pixel") -> tuple[SizeControl, ...]:
    return (
        SizeControl("height", height, "rows of the image", high=512, limit=_LARGEST_IMAGE),
        SizeControl("width", width, "columns of the image", high=512, limit=_LARGEST_IMAGE),
        SizeControl("channels", channels, channel),
    )


def _image_in(values: Values) -> list[Any]:
    return [Input((values["height"], values["width"], values["channels"]))]


def _window(key: str, start: int, meaning: str, label: str = "", *, high: int = 11) -> SizeControl:
    return SizeControl(key, start, meaning, high=high, limit=1000, label=label)


def _padding(*options: str) -> ChoiceControl:
    return ChoiceControl("padding", "valid", "whether the window may cross the edge", ("valid", "same", *options))


def _last_window(facts: Facts) -> int:
    """The number of the last window, counted from 0."""
    return prod(rule.value for rule in facts.explored.output_rules.values()) - 1 if facts.explored else 0


_POSITION = "which window the diagram shows, row by row"
_STEP = SizeControl("step", 0, _POSITION, 0, limit=_LARGEST_IMAGE**2, last=_last_window, label="window position")


def _of_filters(of_what: str, padding: ChoiceControl) -> tuple[Control, ...]:
    """What convolutions share."""
    return (
        _window("dilation_rate", 1, f"spacing of the {of_what} a filter sees", high=8),
        _window("groups", 1, "splits channels and filters into this many groups", high=8),
        FlagControl("use_bias", True, "give every filter a bias"),
        padding,
        ChoiceControl("activation", "linear", "function applied to the result", ("linear", "relu", "tanh")),
        _STEP,
    )


def _square(side: int) -> dict[str, int]:
    return {"height": side, "width": side, "kernel_height": 3, "kernel_width": 3, "stride_height": 1}


def _pooling(layer: type[Layer]) -> Lesson:
    return of_layer(
        layer,
        _image_in,
        (
            _window("pool_height", 2, "window height", "pool_size height"),
            _window("pool_width", 2, "window width", "pool_size width"),
            *_image(28, 28, 32),
            ChoiceControl(
                "strides", "None", "how far the window moves", ("None", "1", "2", "3"), {"None": "same as pool_size"}
            ),
            _padding(),
            _STEP,
        ),
        (
            Preset("example", "halve height and width"),
            Preset("tiny", "a tiny one", height=5, width=5, channels=1),
            Preset("overlapping", "overlapping windows", pool_height=3, pool_width=3, strides="2"),
        ),
        (WINDOW, FLOW),
        lambda values: {
            "pool_size": (values["pool_height"], values["pool_width"]),
            # Keras's default: each window beside the one before.
            "strides": None if values["strides"] == "None" else int(values["strides"]),
        },
    )


_RATE = "share of numbers set to 0, on average, in training"
LESSONS = {
    Conv1D: of_layer(
        Conv1D,
        lambda values: [Input((values["sequence_length"], values["channels"]))],
        (
            SizeControl("filters", 32, "filters; each makes one output channel"),
            _window("kernel_size", 7, "window length, in timesteps"),
            SizeControl("channels", 128, "numbers per timestep"),
            SizeControl("sequence_length", 500, "timesteps (words) per example", high=1000, label="sequence length"),
            _window("strides", 1, "how far the window moves", high=8),
            *_of_filters("timesteps", _padding("causal")),
        ),
        (
            Preset("example", "500 words, 128 numbers each"),
            Preset("tiny", "a tiny one", filters=2, kernel_size=3, channels=1, sequence_length=8),
            Preset("causal", "causal, with gaps", kernel_size=3, padding="causal", dilation_rate=4, sequence_length=20),
        ),
        (FILTERS, WINDOW),
    ),
    Conv2D: of_layer(
        Conv2D,
        _image_in,
        (
            SizeControl("filters", 55, "filters; each makes one output channel"),
            _window("kernel_height", 3, "window height", "kernel_size height"),
            _window("kernel_width", 2, "window width", "kernel_size width"),
            *_image(100, 95, 3, "numbers per pixel: 3 for red, green, blue"),
            _window("stride_height", 2, "how far the window moves down", "strides height", high=8),
            _window("stride_width", 1, "how far the window moves across", "strides width", high=8),
            *_of_filters("pixels", _padding()),
        ),
        (
            Preset("example", "this lesson's sizes"),
            Preset("tiny", "a tiny one", filters=2, channels=1, **_square(6)),
            Preset("groups", "groups: 6 channels in 2 groups", filters=32, channels=6, groups=2, **_square(32)),
            Preset(
                "large", "a large one", filters=4096, kernel_height=7, kernel_width=7, channels=4096, stride_height=1
            ),
        ),
        (FILTERS, WINDOW),
        lambda values: {
            "kernel_size": (values["kernel_height"], values["kernel_width"]),
            "strides": (values["stride_height"], values["stride_width"]),
        },
    ),
    MaxPooling2D: _pooling(MaxPooling2D),
    AveragePooling2D: _pooling(AveragePooling2D),
    BatchNormalization: of_layer(
        BatchNormalization,
        _image_in,
        (
            *_image(28, 28, 64),
            FlagControl("center", True, "a learned shift (beta) per channel"),
            FlagControl("scale", True, "a learned factor (gamma) per channel"),
            FlagControl("trainable", True, "train gamma and beta; off also uses the moving averages"),
        ),
        (
            Preset("example", "64 channels"),
            Preset("tiny", "a tiny one", height=2, width=2, channels=3),
            Preset("wide", "512 channels", channels=512),
        ),
        (FLOW, WEIGHTS),
    ),
    Dropout: of_layer(
        Dropout,
        _image_in,
        (*_image(28, 28, 64), SizeControl("rate", 50, _RATE, low=0, high=100, limit=100, label="rate in %")),
        (Preset("half", "half of them"), Preset("tenth", "one in ten", rate=10)),
        (FLOW,),
        lambda values: {"rate": values["rate"] / 100},
    ),
}
