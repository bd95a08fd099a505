"""What each explorer explores: its controls, the stack of layers that they describe, and its presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

from tutor.explorers.controls import ChoiceControl, Control, FlagControl, SizeControl
from tutor.layers.arguments import ArgumentError, suggestion
from tutor.layers.base import Layer, Shape
from tutor.layers.core import Dense, Embedding
from tutor.layers.recurrent import GRU, LSTM, Recurrent, SimpleRNN
from tutor.sequential import Sequential

Values: TypeAlias = Mapping[str, Any]

#: How many sequences a batch holds where a stateful layer has to know.
STATEFUL_BATCH = 32


@dataclass(frozen=True)
class Lesson:
    """One layer's explorer as data.

    Attributes:
        layer: the layer that it is about; it stands last in the stack.
        controls: what can be moved, with where it starts.
        presets: named positions; a control that a preset does not name goes back to its start.
    """

    layer: type[Layer]
    controls: tuple[Control, ...]
    presets: Mapping[str, Values]

    @property
    def title(self) -> str:
        """The layer's name."""
        return self.layer.__name__

    @property
    def start(self) -> dict[str, Any]:
        """Where each control starts."""
        return {control.key: control.start for control in self.controls}

    def starting_at(self, **values: Any) -> Lesson:
        """The same lesson with other starts.

        Raises:
            ValueError, TypeError: no such control, or a value that it does not take.
        """
        known = {control.key: control for control in self.controls}
        for key in values.keys() - known.keys():
            repair = suggestion(key, tuple(known))
            raise ArgumentError(f"explore({self.title}) has no control {key!r}.{repair} It has {', '.join(known)}.")
        checked = self.check({**self.start, **values})
        return replace(self, controls=tuple(replace(control, start=checked[key]) for key, control in known.items()))

    def check(self, values: Values) -> dict[str, Any]:
        """The values, each as its control keeps it.

        Raises:
            ValueError, TypeError: one of them is missing or not to be had; the message names it.
        """
        explorer = f"explore({self.title})"
        missing = [control.key for control in self.controls if control.key not in values]
        if missing:
            raise ValueError(f"{explorer}: {missing[0]} is missing.")
        return {control.key: control.check(explorer, values[control.key]) for control in self.controls}

    def stack(self, values: Values) -> tuple[Sequential, Shape]:
        """The layers at those values, and the shape that enters them."""
        name = f"{self.layer.__name__.lower()}_lesson"
        explored = self.layer(**_arguments(self.layer, values))
        if issubclass(self.layer, Dense):
            return Sequential([explored], name=name), (None, values["features"])
        sequence: Shape = (STATEFUL_BATCH if values.get("stateful") else None, values["sequence_length"])
        if issubclass(self.layer, Embedding):
            return Sequential([explored], name=name), sequence
        if "vocabulary" in values:
            return Sequential([Embedding(values["vocabulary"], values["features"]), explored], name=name), sequence
        return Sequential([explored], name=name), (*sequence, values["features"])


def _arguments(layer: type[Layer], values: Values) -> dict[str, Any]:
    named = {"input_dim": values.get("vocabulary"), "output_dim": values["units"], **values}
    if named.get("activation") == "linear":
        named["activation"] = None
    return {argument.name: named[argument.name] for argument in fields(layer) if argument.name in named}


def _units(start: int, help: str = "how many numbers the layer gives out") -> SizeControl:  # noqa: A002
    return SizeControl("units", start, 1, 4096, 1_000_000, help)


def _features(start: int, help: str) -> SizeControl:  # noqa: A002
    return SizeControl("features", start, 1, 4096, 1_000_000, help)


def _vocabulary(start: int) -> SizeControl:
    return SizeControl("vocabulary", start, 1, 1_000_000, 1_000_000_000, "how many different words there are")


_SEQUENCE_LENGTH = SizeControl("sequence_length", 25, 1, 1000, 1_000_000, "how many timesteps, or words, one has")
_USE_BIAS = FlagControl("use_bias", True, "one more number for each unit")
_ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear")

_RECURRENT = (
    FlagControl("return_sequences", False, "give out the state of each timestep, not of the last alone"),
    FlagControl("return_state", False, "give out the last state, or states, as well"),
    FlagControl("go_backwards", False, "read the sequence from its end"),
    FlagControl("stateful", False, f"keep the state from batch to batch, whose size must be known: {STATEFUL_BATCH}"),
    ChoiceControl("activation", "tanh", _ACTIVATIONS, "the function on the candidate"),
)
_RESET_AFTER = FlagControl("reset_after", True, "apply the reset gate after the recurrent product; Keras's default")

_TINY = {"units": 3, "features": 2, "sequence_length": 4}
_BILLIONS = {"units": 20_000, "features": 30_000, "sequence_length": 1000}


def _sequence_lesson(layer: type[Recurrent], *more: Control, vocabulary: bool) -> Lesson:
    words = (_vocabulary(1000),) if vocabulary else ()
    sizes = (_units(128), _features(256, "how many numbers describe one timestep"), *words, _SEQUENCE_LENGTH)
    tiny = {**_TINY, "vocabulary": 10} if vocabulary else _TINY
    billions = {**_BILLIONS, "vocabulary": 1_000_000} if vocabulary else _BILLIONS
    first = "the article's example" if vocabulary else "as in the LSTM lesson"
    return Lesson(
        layer,
        (*sizes, _USE_BIAS, *more, *_RECURRENT),
        {first: {}, "a tiny one": tiny, "a large one: billions": billions},
    )


def _with(lesson: Lesson, **presets: Values) -> Lesson:
    return replace(lesson, presets={**lesson.presets, **presets})


LESSONS: Mapping[type[Layer], Lesson] = {
    lesson.layer: lesson
    for lesson in (
        Lesson(
            Dense,
            (
                _features(784, "how many numbers come in"),
                _units(32),
                _USE_BIAS,
                ChoiceControl("activation", "linear", (*_ACTIVATIONS, "softmax"), "f in f(Wx + b)"),
            ),
            {
                "the article's example": {},
                "a tiny one": {"features": 3, "units": 2},
                "a large one: billions": {"features": 100_000, "units": 50_000},
            },
        ),
        Lesson(
            Embedding,
            (
                _vocabulary(1024),
                _SEQUENCE_LENGTH,
                _units(256, "how many numbers stand for one word"),
                FlagControl("mask_zero", False, "index 0 means no word: later layers skip it"),
            ),
            {
                "the article's example": {},
                "a tiny one": {"vocabulary": 10, "sequence_length": 4, "units": 3},
                "a large one: billions": {"vocabulary": 1_000_000, "sequence_length": 1000, "units": 4096},
            },
        ),
        _sequence_lesson(SimpleRNN, vocabulary=False),
        _sequence_lesson(LSTM, vocabulary=True),
        _with(
            _sequence_lesson(GRU, _RESET_AFTER, vocabulary=True),
            **{"the article's count: reset_after off": {"reset_after": False}},
        ),
    )
}
