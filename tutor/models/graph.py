"""The calls that lead from a model's inputs to its outputs, in Keras's order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.layers.built import Shape, fits
from tutor.layers.calls import Call, Operation, Tensor, data_in, one_or_all, shapes_in
from tutor.layers.checks import listed
from tutor.layers.examples import example_shape
from tutor.layers.misfits import MisfitError
from tutor.layers.vocabulary import meaning

#: What the ledger of a built model has.
_OF_A_LEDGER = ("rows", "total", "trainable_total", "unexplained", "to_dict", "to_csv", "count", "formula")


class WholeModel(Operation):
    """A model, which can be called like a layer. Inside it is what its own text names, as often as it does.

    Attributes:
        place: its place in the order of creation.
        own_graph: its calls, if they are known before it meets an input; None for a Sequential.
        entrance: the tensor that enters it, if it is known before.
    """

    place: int
    own_graph: Graph | None = None
    entrance: Tensor | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in _OF_A_LEDGER:
                raise AttributeError(f"{type(self).__name__} object has no attribute {name!r}")
            shape = "" if self.entrance else example_shape(self.inside[0]) if self.inside else "input_shape"
            built = ".ledger" if self.own_graph else f".build({shape})"
            raise AttributeError(f"{type(self).__name__} has no {name} itself. Write {built}.{name}.")

    @property
    def title(self) -> str:
        return self.kind

    def _check_words(self) -> None:
        """Refuses a name that is not one, and a flag that is not True or False."""
        for word, allowed in (("name", (None,)), ("trainable", ())):
            if (value := getattr(self, word)) not in allowed:
                meaning(word)[0](f"{type(self).__name__}: {word}", value, 0)

    def _graph_on(self, input_shape: Any) -> Graph:
        """Its calls on an input of that shape."""
        raise NotImplementedError

    def _returned(self, input_shape: Any) -> tuple[Any, None]:
        return self._graph_on(input_shape).output_shape_on(type(self).__name__, input_shape), None


@dataclass(frozen=True, eq=False)
class Graph:
    """The calls between some tensors and others."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls in the order of ``model.summary()``, with those of the inputs.

        A layer's depth is the length of the longest way from it to an output. The deepest layers come first; at the
        same depth, the one that is met first on the way back from the outputs.
        """
        met: dict[int, int] = {}
        begun: set[int] = set()
        finished: list[Call] = []
        # A list instead of recursion, so that a deep model meets no limit.
        ahead = [(tensor.source, False) for tensor in reversed(self.outputs)]
        while ahead:
            call, has_read = ahead.pop()
            if has_read:
                finished.append(call)
            elif id(call) not in begun:
                begun.add(id(call))
                met.setdefault(id(call.operation), len(met))
                ahead += [(call, True), *((tensor.source, False) for tensor in reversed(call.input_tensors))]

        depths: dict[int, int] = defaultdict(int)  # of calls, and of operations
        for call in reversed(finished):
            depth = depths[id(call)] = depths[id(call.operation)] = max(depths[id(call)], depths[id(call.operation)])
            for tensor in call.input_tensors:
                depths[id(tensor.source)] = max(depth + 1, depths[id(tensor.source)])
        finished.sort(key=lambda call: (-depths[id(call)], met[id(call.operation)], call.place))
        return (*finished, *(tensor.source for tensor in self.inputs if id(tensor.source) not in begun))

    def output_shape_on(self, kind: str, input_shape: Any) -> Any:
        """The shape that the model returns, or a tuple of shapes, if the input has another shape.

        Raises:
            ValueError: the shape does not fit the one that the model was made for.
        """
        made_for = [tensor.shape for tensor in self.inputs]
        given = list(shapes_in(input_shape))
        if len(given) == len(made_for):
            given = [*map(_of_rank, given, map(len, made_for))]
        check_fits(kind, given, made_for)
        if given == made_for:
            return one_or_all(tensor.shape for tensor in self.outputs)
        shapes: dict[int, Shape] = dict(zip(map(id, self.inputs), given, strict=True))
        for call in self.calls:
            if call.input_tensors:
                data = data_in(call.args, call.kwargs)
                read = call.operation._read(tuple(shapes[id(tensor)] for tensor in data))  # noqa: SLF001
                made = shapes_in(call.operation._returned(read)[0])  # noqa: SLF001
                shapes.update(zip(map(id, call.outputs), made, strict=True))
        return one_or_all(shapes[id(tensor)] for tensor in self.outputs)


def _of_rank(given: Shape, rank: int) -> Shape:
    """The shape with a last axis of size 1 added or left out, as Keras does if that is what a model needs."""
    return (*given, 1) if len(given) == rank - 1 else given[:-1] if len(given) == rank + 1 and given[-1] == 1 else given


def check_fits(kind: str, given: Sequence[Shape], made_for: Sequence[Shape]) -> None:
    """Refuses shapes that do not fit those that a model was made for."""
    if len(given) != len(made_for) or not all(map(fits, given, made_for)):
        made, got = listed(made_for, "and"), listed(given, "and")
        raise MisfitError(kind, f"the input must fit {made}, which the model was made for; got {got}.")
