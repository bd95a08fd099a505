"""The explorers of Dense, Embedding and the recurrent layers: the article's first part."""

from __future__ import annotations

from typing import Any

from tutor.explorers.controls import ChoiceControl, Control, FlagControl, SizeControl
from tutor.explorers.lessons.base import Lesson, Preset, Values, function, size, use_bias
from tutor.explorers.panels import CELL, FLOW, WEIGHTS
from tutor.layers.calls import Input
from tutor.layers.core import Dense, Embedding
from tutor.layers.recurrent import GRU, LSTM, Recurrent, SimpleRNN
from tutor.models.sequential import Sequential

#: How many sequences a batch holds where a stateful layer has to know.
_STATEFUL_BATCH = 32
_ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear")
_EXAMPLE = Preset("example", "this lesson's sizes")


def _sequence_length() -> SizeControl:
    return size("sequence_length", 25, "timesteps (words) per example", high=1000, label="sequence length")


def _vocabulary(start: int) -> SizeControl:
    meaning = "different words the model knows; Keras: input_dim"
    return size("vocabulary", start, meaning, high=1_000_000, limit=1_000_000_000)


def _dense(values: Values) -> Sequential:
    activation = function(values["activation"])
    layer = Dense(values["units"], activation=activation, use_bias=values["use_bias"])
    return Sequential([Input((values["features"],)), layer], name="dense_lesson")


DENSE = Lesson(
    "Dense",
    (
        size("features", 784, "numbers per example"),
        size("units", 32, "numbers the layer returns"),
        use_bias(),
        ChoiceControl("activation", "linear", (*_ACTIVATIONS, "softmax"), "function applied to the result"),
    ),
    (
        _EXAMPLE,
        Preset("tiny", "a tiny one", {"features": 3, "units": 2}),
        Preset("billions", "billions", {"features": 100_000, "units": 50_000}),
    ),
    _dense,
    "dense",
    (FLOW, WEIGHTS),
)


def _embedding(values: Values) -> Sequential:
    layer = Embedding(values["vocabulary"], values["units"], mask_zero=values["mask_zero"])
    return Sequential([Input((values["sequence_length"],)), layer], name="embedding_lesson")


EMBEDDING = Lesson(
    "Embedding",
    (
        _vocabulary(1024),
        _sequence_length(),
        size("units", 256, "numbers per word; Keras: output_dim"),
        FlagControl("mask_zero", False, "index 0 means padding; later layers skip it"),
    ),
    (
        _EXAMPLE,
        Preset("tiny", "a tiny one", {"vocabulary": 10, "sequence_length": 4, "units": 3}),
        Preset("billions", "billions", {"vocabulary": 1_000_000, "sequence_length": 1000, "units": 4096}),
    ),
    _embedding,
    "embedding",
    (FLOW, WEIGHTS),
)


def _recurrent(
    layer: type[Recurrent], path: str, *more: Control, vocabulary: bool, activated: str, presets: tuple[Preset, ...]
) -> Lesson:
    arguments = layer.__signature__.parameters

    def make(values: Values) -> Sequential:
        given: dict[str, Any] = {key: value for key, value in values.items() if key in arguments}
        given["activation"] = function(values["activation"])
        length, features, name = values["sequence_length"], values["features"], f"{layer.__name__.lower()}_lesson"
        entrance = Input(
            (length,) if vocabulary else (length, features), batch_size=_STATEFUL_BATCH if values["stateful"] else None
        )
        before = [Embedding(values["vocabulary"], features)] if vocabulary else []
        return Sequential([entrance, *before, layer(**given)], name=name)

    words, many_words = ({"vocabulary": 10}, {"vocabulary": 1_000_000}) if vocabulary else ({}, {})
    return Lesson(
        layer.__name__,
        (
            size("units", 128, "size of h, and so of the output"),
            size("features", 256, "numbers per timestep"),
            *((_vocabulary(1000),) if vocabulary else ()),
            _sequence_length(),
            use_bias(),
            *more,
            FlagControl("return_sequences", False, "return h for every timestep, not just the last"),
            FlagControl("return_state", False, "also return the last state (LSTM: h and c)"),
            FlagControl("go_backwards", False, "read the sequence last to first"),
            FlagControl(
                "stateful",
                False,
                f"start each batch from the last one's state; needs a fixed batch size, here {_STATEFUL_BATCH}",
            ),
            ChoiceControl("activation", "tanh", _ACTIVATIONS, f"function applied to {activated}"),
        ),
        (
            _EXAMPLE if vocabulary else Preset("example", "same sizes as the LSTM lesson"),
            Preset("tiny", "a tiny one", {"units": 3, "features": 2, "sequence_length": 4, **words}),
            Preset(
                "billions",
                "billions",
                {"units": 20_000, "features": 30_000, "sequence_length": 1000, **many_words},
            ),
            *presets,
        ),
        make,
        path,
        (CELL, WEIGHTS),
    )


SIMPLE_RNN = _recurrent(SimpleRNN, "simple_rnn", vocabulary=False, activated="the new h", presets=())
LSTM_ = _recurrent(LSTM, "lstm", vocabulary=True, activated="the candidate, and to c before it becomes h", presets=())
GRU_ = _recurrent(
    GRU,
    "gru",
    FlagControl("reset_after", True, "multiply by r after the recurrent_kernel, not before (Keras's default)"),
    vocabulary=True,
    activated="the candidate",
    presets=(Preset("article", "reset_after off (as in 2019)", {"reset_after": False}),),
)
