"""A layer or a model as steps: which tensors enter, which leave, and what each of their axes is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tutor.layers.built import Built
from tutor.layers.recurrent import GRU, LSTM, SimpleRNN
from tutor.pictures.axes import Names, names_made, names_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tutor.layers.built import Shape
    from tutor.ledgers.ledger import Ledger

#: The states that a recurrent layer returns after its output, if it is asked to.
_STATES = {cls.__name__: cls(units=1).states for cls in (SimpleRNN, LSTM, GRU)}


@dataclass(frozen=True)
class Tensor:
    """A tensor on its way: its shape, the names of its axes, and its own name where a layer has several."""

    shape: Shape
    names: Names
    title: str = ""

    @property
    def words(self) -> str:
        """The shape, and each axis by its name."""
        axes = ", ".join(f"{name} {size}" for size, name in zip(self.shape, self.names, strict=True))
        title = f"{self.title} " if self.title else ""
        return f"{title}{self.shape} ({axes})"


@dataclass(frozen=True)
class Step:
    """A layer with what enters and what leaves it, or several layers folded into one."""

    kind: str
    name: str
    count: int
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    is_folded: bool = False


def steps_of(subject: Built | Ledger) -> list[Step]:
    """The one step of a layer, or a step for each row of a ledger, in the order of the calls."""
    if isinstance(subject, Built):
        layer = subject.layer
        name = layer.name or layer.automatic_name
        return [_step(layer.kind, name, subject.count, subject.input_shape, subject.output_shape)]
    steps: list[Step] = []
    for row in subject.rows:
        before = steps[-1].outputs[:1] if steps else ()
        steps.append(_step(row.kind, row.path, row.count, row.input_shape, row.output_shape, before))
    return steps


def chained(steps: Sequence[Step]) -> list[Step] | None:
    """The steps, each handing on what the next one reads under the next one's names; None if they are no chain.

    Steps are taken for a chain if each reads one tensor, of the shape that the step before it returns.
    """
    for before, after in pairwise(steps):
        if len(after.inputs) != 1 or [tensor.shape for tensor in before.outputs] != [after.inputs[0].shape]:
            return None
    return [*(replace(before, outputs=after.inputs) for before, after in pairwise(steps)), *steps[-1:]]


def folded(steps: Sequence[Step], most: int, *, is_chain: bool) -> list[Step]:
    """The steps, with those in the middle made into one if there are more than ``most``."""
    if len(steps) <= most:
        return list(steps)
    start, stop = most // 2, len(steps) - (most - most // 2)
    hidden = steps[start:stop]
    enters, leaves = (hidden[0].inputs, hidden[-1].outputs) if is_chain else ((), ())
    count = sum(step.count for step in hidden)
    fold = Step(f"{len(hidden):,} more layers", "not drawn", count, enters, leaves, is_folded=True)
    return [*steps[:start], fold, *steps[stop:]]


def _step(kind: str, name: str, count: int, input_shape: Any, output_shape: Any, before: Sequence[Tensor] = ()) -> Step:
    entering, leaving = list(shapes_of(input_shape)), list(shapes_of(output_shape))
    made = next((tensor.names for tensor in before if tensor.shape in entering), None)
    read = [names_read(kind, shape, made) for shape in entering]
    written = [names_made(kind, read[0] if read else (), shape) for shape in leaving]
    inputs = map(Tensor, entering, read, titles_of(kind, "input", len(entering)))
    outputs = map(Tensor, leaving, written, titles_of(kind, "output", len(leaving)))
    return Step(kind, name, count, tuple(inputs), tuple(outputs))


def none_note(tensors: Iterable[Tensor]) -> str:
    """What None stands for in the shapes; nothing if there is no None."""
    unknown = dict.fromkeys(
        name for tensor in tensors for size, name in zip(tensor.shape, tensor.names, strict=True) if size is None
    )
    meant = ["any number of examples in the batch" if name == "batch" else f"any {name}" for name in unknown]
    return f"None: {', '.join(meant)}." if meant else ""


def titles_of(kind: str, word: str, number: int) -> list[str]:
    """What tells the tensors apart that enter or leave a layer, such as its output and its states."""
    states = _STATES.get(kind, ()) if word == "output" else ()
    if number == 1:
        return [""]
    if number == 1 + len(states):
        return [word, *(f"state {state}" for state in states)]
    return [f"{word} {place}" for place in range(1, number + 1)]


def shapes_of(shape: Any) -> Iterator[Shape]:
    """Each shape in what may be one shape, or several in tuples, lists and dictionaries, or unknown."""
    if isinstance(shape, dict):
        shape = list(shape.values())
    if not isinstance(shape, (tuple, list)):
        return
    if all(axis is None or isinstance(axis, int) for axis in shape):
        yield tuple(shape)
        return
    for part in shape:
        yield from shapes_of(part)
