"""The explorers of convolutions, poolings, normalization and dropout: the article's follow-up."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from tutor.explorers.controls import ChoiceControl, Control, FlagControl, SizeControl
from tutor.explorers.lessons.base import Lesson, Values, function, preset, use_bias
from tutor.explorers.panels import FILTERS, FLOW, WEIGHTS, WINDOW
from tutor.layers.calls import Input
from tutor.layers.convolution import Conv1D, Conv2D
from tutor.layers.normalization import BatchNormalization
from tutor.layers.pointwise import Dropout
from tutor.layers.pooling import AveragePooling2D, MaxPooling2D
from tutor.models.sequential import Sequential

if TYPE_CHECKING:
    from tutor.explorers.facts import Facts
    from tutor.layers.layer import Layer

#: What can be typed for an axis of an image, so that the count of the output's entries stays a number one can read.
_LARGEST_IMAGE = 100_000


def _image(height: int, width: int, channels: int, channel: str = "numbers per pixel") -> tuple[SizeControl, ...]:
    return (
        SizeControl("height", height, "rows of the image", high=512, limit=_LARGEST_IMAGE),
        SizeControl("width", width, "columns of the image", high=512, limit=_LARGEST_IMAGE),
        SizeControl("channels", channels, channel),
    )


def _on_image(values: Values, layer: Layer, name: str) -> Sequential:
    return Sequential([Input((values["height"], values["width"], values["channels"])), layer], name=f"{name}_lesson")


def _window(key: str, start: int, meaning: str, label: str = "", *, high: int = 11) -> SizeControl:
    return SizeControl(key, start, meaning, high=high, limit=1000, label=label)


def _padding(*options: str) -> ChoiceControl:
    return ChoiceControl("padding", "valid", "whether the window may cross the edge", ("valid", "same", *options))


def _last_window(facts: Facts) -> int:
    """The number of the last window, counted from 0."""
    return prod(rule.value for rule in facts.explored.output_rules.values()) - 1 if facts.explored else 0


_STEP = SizeControl(
    "step",
    0,
    "which window the diagram shows, row by row",
    low=0,
    limit=_LARGEST_IMAGE**2,
    last=_last_window,
    label="window position",
)


def _of_filters(of_what: str, padding: ChoiceControl) -> tuple[Control, ...]:
    """What convolutions share."""
    return (
        _window("dilation_rate", 1, f"spacing of the {of_what} a filter sees", high=8),
        _window("groups", 1, "splits channels and filters into this many groups", high=8),
        use_bias("filter"),
        padding,
        ChoiceControl("activation", "linear", "function applied to the result", ("linear", "relu", "tanh")),
        _STEP,
    )


def _conv2d(values: Values) -> Sequential:
    layer = Conv2D(
        values["filters"],
        (values["kernel_height"], values["kernel_width"]),
        strides=(values["stride_height"], values["stride_width"]),
        activation=function(values["activation"]),
        **{key: values[key] for key in ("padding", "dilation_rate", "groups", "use_bias")},
    )
    return _on_image(values, layer, "conv2d")


_SQUARE = {"kernel_height": 3, "kernel_width": 3, "stride_height": 1}
CONV2D = Lesson(
    "Conv2D",
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
        preset("example", "this lesson's sizes"),
        preset("tiny", "a tiny one", filters=2, channels=1, height=6, width=6, **_SQUARE),
        preset(
            "groups",
            "groups: 6 channels in 2 groups",
            filters=32, channels=6, groups=2, height=32, width=32, **_SQUARE,
        ),
        preset(
            "large",
            "a large one",
            filters=4096, kernel_height=7, kernel_width=7, channels=4096, stride_height=1,
        ),
    ),
    _conv2d,
    "conv2d",
    (FILTERS, WINDOW),
)  # fmt: skip


def _conv1d(values: Values) -> Sequential:
    layer = Conv1D(
        values["filters"],
        values["kernel_size"],
        activation=function(values["activation"]),
        **{key: values[key] for key in ("strides", "padding", "dilation_rate", "groups", "use_bias")},
    )
    return Sequential([Input((values["sequence_length"], values["channels"])), layer], name="conv1d_lesson")


CONV1D = Lesson(
    "Conv1D",
    (
        SizeControl("filters", 32, "filters; each makes one output channel"),
        _window("kernel_size", 7, "window length, in timesteps"),
        SizeControl("channels", 128, "numbers per timestep"),
        SizeControl("sequence_length", 500, "timesteps (words) per example", high=1000, label="sequence length"),
        _window("strides", 1, "how far the window moves", high=8),
        *_of_filters("timesteps", _padding("causal")),
    ),
    (
        preset("example", "500 words, 128 numbers each"),
        preset("tiny", "a tiny one", filters=2, kernel_size=3, channels=1, sequence_length=8),
        preset("causal", "causal, with gaps", kernel_size=3, padding="causal", dilation_rate=4, sequence_length=20),
    ),
    _conv1d,
    "conv1d",
    (FILTERS, WINDOW),
)

_POOLING_STRIDES = ChoiceControl(
    "strides", "None", "how far the window moves", ("None", "1", "2", "3"), {"None": "same as pool_size"}
)


def _pooling(layer: type[MaxPooling2D] | type[AveragePooling2D], path: str) -> Lesson:
    def make(values: Values) -> Sequential:
        pooling = layer(
            (values["pool_height"], values["pool_width"]),
            # Keras's default: each window beside the one before.
            strides=None if values["strides"] == "None" else int(values["strides"]),
            padding=values["padding"],
        )
        return _on_image(values, pooling, "pooling")

    return Lesson(
        layer.__name__,
        (
            _window("pool_height", 2, "window height", "pool_size height"),
            _window("pool_width", 2, "window width", "pool_size width"),
            *_image(28, 28, 32),
            _POOLING_STRIDES,
            _padding(),
            _STEP,
        ),
        (
            preset("example", "halve height and width"),
            preset("tiny", "a tiny one", height=5, width=5, channels=1),
            preset("overlapping", "overlapping windows", pool_height=3, pool_width=3, strides="2"),
        ),
        make,
        path,
        (FLOW, WINDOW),
    )


def _batch_normalization(values: Values) -> Sequential:
    layer = BatchNormalization(**{key: values[key] for key in ("center", "scale", "trainable")})
    return _on_image(values, layer, "batch_normalization")


BATCH_NORMALIZATION = Lesson(
    "BatchNormalization",
    (
        *_image(28, 28, 64),
        FlagControl("center", True, "a learned shift (beta) per channel"),
        FlagControl("scale", True, "a learned factor (gamma) per channel"),
        FlagControl("trainable", True, "train gamma and beta; off also uses the moving averages"),
    ),
    (
        preset("example", "64 channels"),
        preset("tiny", "a tiny one", height=2, width=2, channels=3),
        preset("wide", "512 channels", channels=512),
    ),
    _batch_normalization,
    "batch_normalization",
    (FLOW, WEIGHTS),
)


def _dropout(values: Values) -> Sequential:
    return _on_image(values, Dropout(values["rate"] / 100), "dropout")


_RATE = "share of numbers set to 0, on average, in training"
DROPOUT = Lesson(
    "Dropout",
    (*_image(28, 28, 64), SizeControl("rate", 50, _RATE, low=0, high=100, limit=100, label="rate in %")),
    (preset("half", "half of them"), preset("tenth", "one in ten", rate=10)),
    _dropout,
    "dropout",
    (FLOW,),
)

LESSONS = {
    Conv1D: CONV1D,
    Conv2D: CONV2D,
    MaxPooling2D: _pooling(MaxPooling2D, "max_pooling2d"),
    AveragePooling2D: _pooling(AveragePooling2D, "average_pooling2d"),
    BatchNormalization: BATCH_NORMALIZATION,
    Dropout: DROPOUT,
}
