"""From the uses of a model's layers to the rows of its ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.ledger import Ledger, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.layers.built import Shape

#: Where a tensor comes from: the place of a use in the list of all of them, or the name of one of the model's inputs.
Source: TypeAlias = int | str


@dataclass(frozen=True)
class Use:
    """One use of a layer.

    Attributes:
        key: the same for all uses of one layer.
        row: the row that this use alone would have.
        sources: where what it reads comes from; each of them is an earlier use, or an input.
    """

    key: int
    row: Row
    sources: tuple[Source, ...] = ()

    @property
    def shows(self) -> bool:
        """Whether it owns weights or changes a shape."""
        return bool(self.row.count or self.row.keras_count) or self.row.input_shape != self.row.output_shape


def ledger_of(
    uses: Sequence[Use],
    inputs: Mapping[str, Shape],
    outputs: Sequence[Source],
    shapes: tuple[Any, Any],
    keras_total: int | None = None,
) -> Ledger:
    """The ledger of a model whose layers are used like that, in the order of the first uses.

    Args:
        uses: the uses, each after those that it reads from.
        inputs: the shapes of what enters, by name.
        outputs: where what leaves comes from.
        shapes: what enters and what leaves, as a shape or a tuple of shapes.
        keras_total: the number of parameters that a Keras model says it has.
    """
    shown = {use.key for use in uses if use.shows}
    paths: dict[int, str] = {}
    #: What stands for each use where it is read from: its own row, or where it shows none, those that it reads.
    stands_for: list[tuple[str, ...]] = []

    def read(sources: Sequence[Source]) -> tuple[str, ...]:
        return tuple(path for one in sources for path in ((one,) if isinstance(one, str) else stands_for[one]))

    read_by: dict[int, dict[str, None]] = {}
    for use in uses:
        given = read(use.sources)
        paths.setdefault(use.key, use.row.path)
        read_by.setdefault(use.key, {}).update(dict.fromkeys(given))
        stands_for.append((paths[use.key],) if use.key in shown else given)
    times = Counter(use.key for use in uses)
    first: dict[int, Row] = {}
    for use in uses:
        if use.key in shown:
            first.setdefault(use.key, use.row)
    rows = (replace(row, inputs=tuple(read_by[key]), shared=times[key]) for key, row in first.items())
    return Ledger(*shapes, tuple(rows), keras_total, dict(inputs), read(outputs))


def repeated(shape: Any, steps: tuple[int | None, ...]) -> Any:
    """A shape, or each of a tuple of shapes, with the axes of the timesteps behind its batch axis."""
    if not steps or shape is None:
        return shape
    if shape and isinstance(shape[0], tuple):
        return tuple(repeated(one, steps) for one in shape)
    return (*shape[:1], *steps, *shape[1:])
