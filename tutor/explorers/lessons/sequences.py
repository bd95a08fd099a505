"""The explorers of Dense, Embedding and the recurrent layers: the article's first part."""

from __future__ import annotations

from typing import Any

from tutor.explorers.controls import ChoiceControl, Control, FlagControl, SizeControl, TextControl
from tutor.explorers.lessons.base import Lesson, Preset, Values, of_layer
from tutor.explorers.panels import CELL, DENSE, ROWS, UNROLLED, WEIGHTS
from tutor.layers.calls import Input
from tutor.layers.core import Dense, Embedding
from tutor.layers.layer import Layer
from tutor.layers.recurrent import GRU, LSTM, Recurrent, SimpleRNN
from tutor.layers.wrappers import Bidirectional
from tutor.pictures.embedding import SENTENCE

#: How many sequences a batch holds where a stateful layer has to know.
_STATEFUL_BATCH = 32
_ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear")
_USE_BIAS = FlagControl("use_bias", True, "give every unit a bias")
_EXAMPLE = Preset("example", "this lesson's sizes")
_MERGE_MODES = ("off", "concat", "sum", "mul", "ave", "None")
_STATEFUL = f"start each batch from the last one's state; needs a fixed batch size, here {_STATEFUL_BATCH}"
_BOTH_WAYS = "read the sequence both ways, with two layers; how their results are merged (merge_mode)"
_LENGTH = SizeControl("sequence_length", 25, "timesteps (words) per example", high=1000, label="sequence length")


def vocabulary(start: int) -> SizeControl:
    """The size of an Embedding's vocabulary."""
    meaning = "different words the model knows; Keras: input_dim"
    return SizeControl("vocabulary", start, meaning, high=1_000_000, limit=1_000_000_000)


def _recurrent(
    layer: type[Recurrent],
    activated: str,
    *more: Control,
    words: bool = True,
    presets: tuple[Preset, ...] = (_EXAMPLE,),
) -> Lesson:
    def before(values: Values) -> list[Any]:
        length, features = values["sequence_length"], values["features"]
        batch = _STATEFUL_BATCH if values["stateful"] else None
        if not words:
            return [Input((length, features), batch_size=batch)]
        embedding = Embedding(values["vocabulary"], features, mask_zero=values["mask_zero"])
        return [Input((length,), batch_size=batch), embedding]

    def both_ways(values: Values, one: Layer) -> Layer:
        mode = values["bidirectional"]
        return one if mode == "off" else Bidirectional(one, None if mode == "None" else mode, name=one.automatic_name)

    controls: list[Control] = [
        SizeControl("units", 128, "size of h, and so of the output"),
        SizeControl("features", 256, "numbers per timestep"),
        vocabulary(1000),
        _LENGTH,
        _USE_BIAS,
        *more,
        FlagControl("mask_zero", False, "index 0 means padding, which is skipped; here, the last timestep"),
        FlagControl("return_sequences", False, "return h for every timestep, not just the last"),
        FlagControl("return_state", False, "also return the last state (LSTM: h and c)"),
        FlagControl("go_backwards", False, "read the sequence last to first"),
        FlagControl("stateful", False, _STATEFUL),
        ChoiceControl("activation", "tanh", f"function applied to {activated}", _ACTIVATIONS),
        ChoiceControl("bidirectional", "off", _BOTH_WAYS, _MERGE_MODES, label="Bidirectional"),
    ]
    taken = tuple(one for one in controls if words or one.key not in ("vocabulary", "mask_zero"))
    few, many = ({"vocabulary": 10}, {"vocabulary": 1_000_000}) if words else ({}, {})
    tiny = Preset("tiny", "a tiny one", units=3, features=2, sequence_length=4, **few)
    billions = Preset("billions", "billions", units=20_000, features=30_000, sequence_length=1000, **many)
    presets = (presets[0], tiny, billions, *presets[1:])
    return of_layer(layer, before, taken, presets, (CELL, UNROLLED, WEIGHTS), wrapped=both_ways)


LESSONS = {
    Dense: of_layer(
        Dense,
        lambda values: [Input((values["features"],))],
        (
            SizeControl("features", 784, "numbers per example"),
            SizeControl("units", 32, "numbers the layer returns"),
            _USE_BIAS,
            ChoiceControl("activation", "linear", "function applied to the result", (*_ACTIVATIONS, "softmax")),
        ),
        (
            _EXAMPLE,
            Preset("tiny", "a tiny one", features=3, units=2),
            Preset("billions", "billions", features=100_000, units=50_000),
        ),
        (DENSE, WEIGHTS),
    ),
    Embedding: of_layer(
        Embedding,
        lambda values: [Input((values["sequence_length"],))],
        (
            vocabulary(1024),
            _LENGTH,
            SizeControl("units", 256, "numbers per word; Keras: output_dim"),
            FlagControl("mask_zero", False, "index 0 means padding; later layers skip it"),
            TextControl("sentence", SENTENCE, "words to look up"),
        ),
        (
            _EXAMPLE,
            Preset("tiny", "a tiny one", vocabulary=10, sequence_length=4, units=3),
            Preset("billions", "billions", vocabulary=1_000_000, sequence_length=1000, units=4096),
        ),
        (ROWS, WEIGHTS),
        lambda values: {"input_dim": values["vocabulary"], "output_dim": values["units"]},
    ),
    SimpleRNN: _recurrent(
        SimpleRNN, "the new h", words=False, presets=(Preset("example", "same sizes as the LSTM lesson"),)
    ),
    LSTM: _recurrent(LSTM, "the candidate, and to c before it becomes h"),
    GRU: _recurrent(
        GRU,
        "the candidate",
        FlagControl("reset_after", True, "multiply by r after the recurrent_kernel, not before (Keras's default)"),
        presets=(_EXAMPLE, Preset("article", "reset_after off (as in 2019)", reset_after=False)),
    ),
}
