"""The explorers of convolutions, poolings, normalization and dropout: the article's follow-up."""

from __future__ import annotations

from tutor.explorers.controls import ChoiceControl, Control, FlagControl, SizeControl
from tutor.explorers.lessons.base import Lesson, Values, function, size, use_bias
from tutor.layers.calls import Input
from tutor.layers.convolution import Conv1D, Conv2D
from tutor.layers.normalization import BatchNormalization
from tutor.layers.pointwise import Dropout
from tutor.layers.pooling import AveragePooling2D, MaxPooling2D
from tutor.models.sequential import Sequential

#: What can be typed for an axis of a picture, so that the count of the output's entries stays a number one can read.
_LARGEST_PICTURE = 100_000


def _axis(key: str, start: int, meaning: str, label: str | None = None) -> SizeControl:
    return size(key, start, meaning, high=512, limit=_LARGEST_PICTURE, label=label)


def _window(key: str, start: int, meaning: str, label: str, *, high: int = 11) -> SizeControl:
    return size(key, start, meaning, high=high, limit=1000, label=label)


def _step() -> SizeControl:
    return size("step", 0, "which place of the window the picture shows, row by row", low=0, high=400, limit=10_000_000)


_CHANNELS = size("channels", 3, "how many numbers describe one pixel: 3 for red, green and blue")
_ACTIVATION = ChoiceControl("activation", "linear", ("linear", "relu", "tanh"), "the function on what comes out")


def _padding(*options: str) -> ChoiceControl:
    return ChoiceControl("padding", "valid", ("valid", "same", *options), "whether the window may reach over the edge")


def _conv2d(values: Values) -> Sequential:
    layer = Conv2D(
        values["filters"],
        (values["kernel_height"], values["kernel_width"]),
        strides=(values["stride_height"], values["stride_width"]),
        padding=values["padding"],
        dilation_rate=values["dilation_rate"],
        groups=values["groups"],
        activation=function(values["activation"]),
        use_bias=values["use_bias"],
    )
    entrance = Input((values["height"], values["width"], values["channels"]))
    return Sequential([entrance, layer], name="conv2d_lesson")


CONV2D = Lesson(
    "Conv2D",
    (
        size("filters", 55, "how many filters, and so how many channels come out"),
        _window("kernel_height", 3, "rows that a filter sees at once", "kernel_size height"),
        _window("kernel_width", 2, "columns that a filter sees at once", "kernel_size width"),
        _CHANNELS,
        _axis("height", 100, "rows of the picture"),
        _axis("width", 95, "columns of the picture"),
        _window("stride_height", 2, "rows from one place of the window to the next", "strides height", high=8),
        _window("stride_width", 1, "columns from one place of the window to the next", "strides width", high=8),
        _window("dilation_rate", 1, "distance between the pixels that a filter sees", "dilation_rate", high=8),
        _window("groups", 1, "in how many parts channels and filters are divided", "groups", high=8),
        use_bias("filter"),
        _padding(),
        _ACTIVATION,
        _step(),
    ),
    {
        "the follow-up's example": {},
        "a tiny one": {
            "filters": 2, "kernel_height": 3, "kernel_width": 3, "channels": 1, "height": 6, "width": 6,
            "stride_height": 1,
        },
        "groups: 6 channels in 2 groups": {
            "filters": 32, "kernel_height": 3, "kernel_width": 3, "channels": 6, "groups": 2, "height": 32, "width": 32,
            "stride_height": 1,
        },
        "a large one": {"filters": 4096, "kernel_height": 7, "kernel_width": 7, "channels": 4096, "stride_height": 1},
    },
    _conv2d,
)  # fmt: skip


def _conv1d(values: Values) -> Sequential:
    layer = Conv1D(
        values["filters"],
        values["kernel_size"],
        strides=values["strides"],
        padding=values["padding"],
        dilation_rate=values["dilation_rate"],
        groups=values["groups"],
        activation=function(values["activation"]),
        use_bias=values["use_bias"],
    )
    return Sequential([Input((values["sequence_length"], values["channels"])), layer], name="conv1d_lesson")


CONV1D = Lesson(
    "Conv1D",
    (
        size("filters", 32, "how many filters, and so how many channels come out"),
        _window("kernel_size", 7, "timesteps that a filter sees at once", "kernel_size"),
        size("channels", 128, "how many numbers describe one timestep"),
        size("sequence_length", 500, "how many timesteps one example has", high=1000, label="sequence length"),
        _window("strides", 1, "timesteps from one place of the window to the next", "strides", high=8),
        _window("dilation_rate", 1, "distance between the timesteps that a filter sees", "dilation_rate", high=8),
        _window("groups", 1, "in how many parts channels and filters are divided", "groups", high=8),
        use_bias("filter"),
        _padding("causal"),
        _ACTIVATION,
        _step(),
    ),
    {
        "500 words of 128 numbers": {},
        "a tiny one": {"filters": 2, "kernel_size": 3, "channels": 1, "sequence_length": 8},
        "causal, with gaps": {"kernel_size": 3, "padding": "causal", "dilation_rate": 4, "sequence_length": 20},
    },
    _conv1d,
)


def _picture(height: int, width: int, channels: int) -> tuple[Control, ...]:
    return (
        _axis("height", height, "rows of the picture"),
        _axis("width", width, "columns of the picture"),
        size("channels", channels, "how many numbers describe one pixel"),
    )


def _pooling(layer: type[MaxPooling2D] | type[AveragePooling2D]) -> Lesson:
    def make(values: Values) -> Sequential:
        pooling = layer(
            (values["pool_height"], values["pool_width"]),
            # Keras's default: a window beside the other.
            strides=None if values["strides"] == "as pool_size" else int(values["strides"]),
            padding=values["padding"],
        )
        entrance = Input((values["height"], values["width"], values["channels"]))
        return Sequential([entrance, pooling], name="pooling_lesson")

    return Lesson(
        layer.__name__,
        (
            _window("pool_height", 2, "rows that the window sees at once", "pool_size height"),
            _window("pool_width", 2, "columns that the window sees at once", "pool_size width"),
            *_picture(28, 28, 32),
            ChoiceControl("strides", "as pool_size", ("as pool_size", "1", "2", "3"), "from one place to the next"),
            _padding(),
            _step(),
        ),
        {
            "halve height and width": {},
            "a tiny one": {"height": 5, "width": 5, "channels": 1},
            "overlapping windows": {"pool_height": 3, "pool_width": 3, "strides": "2"},
        },
        make,
    )


MAX_POOLING = _pooling(MaxPooling2D)
AVERAGE_POOLING = _pooling(AveragePooling2D)


def _batch_normalization(values: Values) -> Sequential:
    entrance = Input((values["height"], values["width"], values["channels"]))
    layer = BatchNormalization(**{key: values[key] for key in ("center", "scale", "trainable")})
    return Sequential([entrance, layer], name="batch_normalization_lesson")


def _flag(key: str, meaning: str) -> FlagControl:
    return FlagControl(key, True, meaning)


BATCH_NORMALIZATION = Lesson(
    "BatchNormalization",
    (
        *_picture(28, 28, 64),
        _flag("center", "learn a shift for each channel: beta"),
        _flag("scale", "learn a factor for each channel: gamma"),
        _flag("trainable", "whether training changes gamma and beta"),
    ),
    {"64 channels": {}, "a tiny one": {"height": 2, "width": 2, "channels": 3}, "512 channels": {"channels": 512}},
    _batch_normalization,
)


def _dropout(values: Values) -> Sequential:
    entrance = Input((values["height"], values["width"], values["channels"]))
    return Sequential([entrance, Dropout(values["rate"] / 100)], name="dropout_lesson")


DROPOUT = Lesson(
    "Dropout",
    (
        *_picture(28, 28, 64),
        size("rate", 50, "how many in a hundred numbers are set to 0 while training", low=0, high=100, limit=100,
             label="rate in %"),
    ),
    {"half of them": {"rate": 50}, "one in ten": {"rate": 10}},
    _dropout,
)  # fmt: skip
