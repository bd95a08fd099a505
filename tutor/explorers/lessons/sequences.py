"""The explorers of Dense, Embedding and the recurrent layers: the article's first part."""

from __future__ import annotations

from typing import Any

from tutor.explorers.controls import ChoiceControl, Control, FlagControl, SizeControl
from tutor.explorers.lessons.base import Lesson, Values, function, size, use_bias
from tutor.layers.calls import Input
from tutor.layers.core import Dense, Embedding
from tutor.layers.recurrent import GRU, LSTM, Recurrent, SimpleRNN
from tutor.models.sequential import Sequential

#: How many sequences a batch holds where a stateful layer has to know.
_STATEFUL_BATCH = 32
_ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear")


def _sequence_length() -> SizeControl:
    meaning = "how many timesteps, or words, one example has"
    return size("sequence_length", 25, meaning, high=1000, label="sequence length")


def _vocabulary(start: int) -> SizeControl:
    return size("vocabulary", start, "how many different words there are", high=1_000_000, limit=1_000_000_000)


def _dense(values: Values) -> Sequential:
    activation = function(values["activation"])
    layer = Dense(values["units"], activation=activation, use_bias=values["use_bias"])
    return Sequential([Input((values["features"],)), layer], name="dense_lesson")


DENSE = Lesson(
    "Dense",
    (
        size("features", 784, "how many numbers come in"),
        size("units", 32, "how many numbers the layer gives out"),
        use_bias(),
        ChoiceControl("activation", "linear", (*_ACTIVATIONS, "softmax"), "f in f(Wx + b)"),
    ),
    {
        "the article's example": {},
        "a tiny one": {"features": 3, "units": 2},
        "a large one: billions": {"features": 100_000, "units": 50_000},
    },
    _dense,
)


def _embedding(values: Values) -> Sequential:
    layer = Embedding(values["vocabulary"], values["units"], mask_zero=values["mask_zero"])
    return Sequential([Input((values["sequence_length"],)), layer], name="embedding_lesson")


EMBEDDING = Lesson(
    "Embedding",
    (
        _vocabulary(1024),
        _sequence_length(),
        size("units", 256, "how many numbers stand for one word"),
        FlagControl("mask_zero", False, "index 0 means no word: later layers skip it"),
    ),
    {
        "the article's example": {},
        "a tiny one": {"vocabulary": 10, "sequence_length": 4, "units": 3},
        "a large one: billions": {"vocabulary": 1_000_000, "sequence_length": 1000, "units": 4096},
    },
    _embedding,
)


def _recurrent(layer: type[Recurrent], *more: Control, vocabulary: bool, presets: dict[str, Values]) -> Lesson:
    arguments = set(layer.__signature__.parameters)

    def make(values: Values) -> Sequential:
        given: dict[str, Any] = {key: value for key, value in values.items() if key in arguments}
        given["activation"] = function(values["activation"])
        batch = _STATEFUL_BATCH if values["stateful"] else None
        name = f"{layer.__name__.lower()}_lesson"
        explored = layer(**given)
        if vocabulary:
            entrance = Input((values["sequence_length"],), batch_size=batch)
            return Sequential([entrance, Embedding(values["vocabulary"], values["features"]), explored], name=name)
        return Sequential(
            [Input((values["sequence_length"], values["features"]), batch_size=batch), explored], name=name
        )

    controls: tuple[Control, ...] = (
        size("units", 128, "how many numbers the layer keeps in mind, and gives out"),
        size("features", 256, "how many numbers describe one timestep"),
        *((_vocabulary(1000),) if vocabulary else ()),
        _sequence_length(),
        use_bias(),
        *more,
        FlagControl("return_sequences", False, "give out the state of each timestep, not of the last alone"),
        FlagControl("return_state", False, "give out the last state, or states, as well"),
        FlagControl("go_backwards", False, "read the sequence from its end"),
        FlagControl(
            "stateful", False, f"keep the state from batch to batch, whose size must be known: {_STATEFUL_BATCH}"
        ),
        ChoiceControl("activation", "tanh", _ACTIVATIONS, "the function on the candidate"),
    )
    words = {"vocabulary": 10} if vocabulary else {}
    many_words = {"vocabulary": 1_000_000} if vocabulary else {}
    return Lesson(
        layer.__name__,
        controls,
        {
            "the article's example" if vocabulary else "as in the LSTM lesson": {},
            "a tiny one": {"units": 3, "features": 2, "sequence_length": 4, **words},
            "a large one: billions": {"units": 20_000, "features": 30_000, "sequence_length": 1000, **many_words},
            **presets,
        },
        make,
    )


SIMPLE_RNN = _recurrent(SimpleRNN, vocabulary=False, presets={})
LSTM_ = _recurrent(LSTM, vocabulary=True, presets={})
GRU_ = _recurrent(
    GRU,
    FlagControl("reset_after", True, "apply the reset gate after the recurrent product; Keras's default"),
    vocabulary=True,
    presets={"the article's count: reset_after off": {"reset_after": False}},
)
