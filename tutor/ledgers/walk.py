"""Through a model call by call, ours or Keras's: one row for each layer that owns weights or changes a shape.

Both kinds of model are graphs of calls, with the same names for the same things: ``call.operation``, its
``input_tensors`` and its ``outputs``. What else a walk has to know, each kind says in a subclass.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from tutor.layers.built import Built, Shape
from tutor.layers.calls import one_or_all
from tutor.ledgers.ledger import Ledger, Row
from tutor.symbols import Number

#: Each weight, by what identifies it: whether it is trained, and how many numbers it holds.
Weights: TypeAlias = Mapping[Hashable, tuple[bool, int]]


class Walk:
    """A model's rows, in call order.

    Attributes:
        rows: the rows, by the weights they own: a layer within TimeDistributed is the same layer as without.
        layers: each layer by its path, those without a row too.
        seen: the weights that belong to a row.
    """

    def __init__(self, name_of: Callable[[Any], str], keras_total: int | None = None) -> None:
        """Takes what names an input, layer or model; and Keras's count of the whole, where its weights are Keras's."""
        self.name_of, self._keras_total = name_of, keras_total
        self.rows: dict[Hashable, Row] = {}
        self.layers: dict[str, Built] = {}
        self.seen: set[Hashable] = set()

    # What a kind of model says

    def _calls(self, graph: Any) -> Iterable[tuple[Any, Sequence[Any]]]:
        """The calls, in the order in which Keras makes them, without those of inputs; and the tensors that each reads.

        Masks are not among these: they say what to skip, and are no data.
        """
        raise NotImplementedError

    def _graph_in(self, operation: Any, shapes: tuple[Any, ...]) -> Any:
        """The calls within a model that is called on tensors of those shapes; None for a layer."""
        raise NotImplementedError

    def _row_of(self, call: Any, reads: Sequence[Any]) -> tuple[Row, Weights]:
        """The row of a layer, as far as its call says it, and its weights; those seen before are in other rows."""
        raise NotImplementedError

    # What is made of it

    def walked(self, graph: Any, names: Iterable[str]) -> Ledger:
        """The ledger of a model with those calls, whose inputs have those names."""
        inputs = dict(zip(names, graph.inputs, strict=True))
        made: dict[int, tuple[str, ...]] = {id(tensor): (name,) for name, tensor in inputs.items()}
        self._visit(graph, "", made, ())
        outputs = tuple(path for tensor in graph.outputs for path in made.get(id(tensor), ()))
        entering = dict(zip(inputs, shapes_of(inputs.values()), strict=True))
        enters, leaves = (one_or_all(shapes_of(tensors) or [None]) for tensors in (graph.inputs, graph.outputs))
        return Ledger(enters, leaves, tuple(self.rows.values()), self._keras_total, entering, outputs)

    def _visit(self, graph: Any, prefix: str, made: dict[int, tuple[str, ...]], steps: Shape) -> None:
        """The calls of one model; ``made`` says what each tensor comes from, ``steps`` how often each is repeated."""
        for call, reads in self._calls(graph):
            sources = [made.get(id(tensor), ()) for tensor in reads]
            shapes, around = shapes_of(reads), [call.operation]
            while shapes and each_step(around[-1]):
                around.append(around[-1].layer)
            depth = len(around)
            within = self._graph_in(around[-1], tuple(shape[:1] + shape[depth:] for shape in shapes))
            if within is None:
                path = prefix + self.name_of(call.operation)
                ends = [self._use(call, reads, path, sources, steps)] * len(call.outputs)
            else:
                inside = dict(zip(map(id, within.inputs), sources, strict=False))
                path = prefix + "".join(f"{self.name_of(operation)}/" for operation in around)
                self._visit(within, path, inside, (*steps, *(shapes[0][1:depth] if shapes else ())))
                ends = [inside.get(id(tensor), ()) for tensor in within.outputs]
            made.update(zip(map(id, call.outputs), ends, strict=False))

    def _use(self, call: Any, reads: Any, path: str, sources: list[tuple[str, ...]], steps: Shape) -> tuple[str, ...]:
        """Notes a layer's call, and says where one comes from who reads what it makes."""
        row, weights = self._row_of(call, reads)
        read = tuple(dict.fromkeys(one for several in sources for one in several))
        if row.built is not None:
            self.layers.setdefault(path, row.built)
        if not weights and row.input_shape == row.output_shape:
            return read
        # A layer that is not known, and only borrows what another has, does something else with it.
        key: Hashable = (frozenset(weights) if row.built is not None else None) or id(call.operation)
        row = self.rows.get(key) or self.counted(row, weights, path, steps)
        self.rows[key] = replace(row, inputs=tuple(dict.fromkeys((*row.inputs, *read))), shared=row.shared + 1)
        return (row.path,)

    def counted(self, row: Row, weights: Weights, path: str, steps: Shape = ()) -> Row:
        """The row of a layer that was not met before. Weights that another row has are not counted again."""
        new = [weight for key, weight in weights.items() if key not in self.seen]
        self.seen |= weights.keys()
        size = sum(size for _, size in new)
        formula = row.formula if new or not weights else Number(0)
        names = (row.built.input_axes, row.built.output_axes) if row.built else ((), ())
        input_axes, output_axes = (_repeated(one, ("timesteps",) * len(steps)) for one in names)
        enters, leaves = _repeated(row.input_shape, steps), _repeated(row.output_shape, steps)
        return replace(
            row, path=path, input_shape=enters, output_shape=leaves, input_axes=input_axes, output_axes=output_axes,
            formula=formula, count=size if formula is None else formula.value, shared=0,
            trainable_count=sum(size for trained, size in new if trained),
            keras_count=None if self._keras_total is None else size,
        )  # fmt: skip


def shapes_of(tensors: Iterable[Any]) -> tuple[Any, ...]:
    """The shape of each tensor."""
    return tuple(tuple(tensor.shape) for tensor in tensors)


def each_step(operation: Any) -> bool:
    """Whether what it holds is used at each timestep: our TimeDistributed, and Keras's."""
    kind = type(operation)
    return kind.__name__ == "TimeDistributed" and kind.__module__.partition(".")[0] in ("keras", "tutor")


def _repeated(axes: Any, steps: tuple[Any, ...]) -> Any:
    """The axes of a tensor, or of each of several, with those of the timesteps behind the batch axis."""
    if axes and isinstance(axes[0], tuple):
        return tuple(_repeated(one, steps) for one in axes)
    return (*axes[:1], *steps, *axes[1:]) if axes else axes
