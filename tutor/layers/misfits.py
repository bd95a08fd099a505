"""Inputs that do not fit: the layer says what it needs, and whoever knows where the input comes from says the rest.

>>> Sequential([LSTM(100), LSTM(100)]).build((None, 25, 256))
MisfitError: LSTM 'lstm_1' (layer 2), after LSTM 'lstm' (layer 1): the input must have 3 axes, (batch, timesteps,
features); got (None, 100), which has 2. LSTM 'lstm' (layer 1) returns only its last output. With return_sequences=True,
it returns (None, 25, 100).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.layers.checks import listed

if TYPE_CHECKING:
    from tutor.layers.built import Shape
    from tutor.layers.calls import Call, Operation, Tensor


@dataclass(frozen=True)
class Past:
    """Where an input comes from."""

    #: The calls that led to it, the last one first; none if the learner wrote its shape, or made it by Input.
    calls: tuple[Call, ...] = ()
    #: The shape that entered the first of them; None if the input is a shape only.
    entered: Shape | None = None
    #: The layers that made its tensors, if it is several.
    makers: tuple[Operation, ...] = ()
    #: How a model refers to its layers, by their ``id``.
    titles: Mapping[int, str] = field(default_factory=dict)

    def title(self, operation: Operation) -> str:
        """The layer in words: ``LSTM 'lstm_1' (layer 2)``, or outside of a stack, ``LSTM(100)``."""
        written = f"{operation.title} {operation.name!r}" if operation.name else repr(operation)
        return self.titles.get(id(operation)) or (written if len(written) <= 40 else operation.title)

    def instead(self, fits: Callable[[Shape], bool]) -> str:
        """What an earlier layer could do for an input with another number of axes, or nothing."""
        for call in self.calls:
            layer, built = call.operation, call.built
            if built is None or not isinstance(built.input_shape[0], (int, type(None))):
                break
            title, read = self.title(layer), built.input_shape
            if layer.every_timestep is not None:
                returned = layer.every_timestep._built_on(read).output_shape  # noqa: SLF001
                returned = returned[0] if isinstance(returned[0], tuple) else returned
                if fits(returned):
                    return f" {title} returns only its last output. With return_sequences=True, it returns {returned}."
            if fits(read) and not built.count:
                return f" Without {title}, the input would be {read}."
            if len(read) != len(call.outputs[0].shape):
                break
        return ""


class MisfitError(ValueError):
    """An input, or a combination of arguments, that a layer does not take.

    ``who`` is the layer's kind, ``why`` says what must be and what was given, and ``repair`` says what helps, by where
    the input comes from.
    """

    def __init__(self, who: str, why: str, repair: Callable[[Past], str] = lambda _past: "") -> None:
        self.who, self.why, self.repair = who, why, repair
        self._readers: list[Operation] = []  # the layer, and the models that it is in
        self._past = Past()
        super().__init__(who, why)

    def called(self, reader: Operation, tensors: Sequence[Tensor]) -> MisfitError:
        """The same, once it is known which layer was called on which tensors; on none, if it was built on a shape."""
        self._readers.append(reader)
        makers = {id(one.source.operation): one.source.operation for one in tensors if one.source.input_tensors}
        calls: list[Call] = []
        first = next(iter(tensors), None)
        while first and first.source.input_tensors:
            calls.append(first.source)
            first = first.source.input_tensors[0]
        return self.after(Past(tuple(calls), first.shape if first else None, tuple(makers.values())))

    def after(self, past: Past) -> MisfitError:
        """The same, once more is known of where the input comes from, or how a model refers to its layers."""
        known = self._past
        calls, titles = (*known.calls, *past.calls), {**past.titles, **known.titles}
        self._past = Past(calls, past.entered or known.entered, known.makers or past.makers, titles)
        return self

    def __str__(self) -> str:
        who = ", in ".join(map(self._past.title, self._readers)) or self.who
        after = f", after {listed(map(self._past.title, self._past.makers), 'and')}" if self._past.makers else ""
        return f"{who}{after}: {self.why}{self.repair(self._past)}"
