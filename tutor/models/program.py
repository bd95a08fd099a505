"""A model as the Keras program that makes it: the order of its steps, the names, and the text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tutor.layers.calls import Arithmetic, Call, InputLayer, Operation, Tensor
from tutor.layers.layer import Layer
from tutor.layers.wrappers import TimeDistributed
from tutor.models.graph import WholeModel, distinct
from tutor.symbols import identifiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tutor.models.graph import Graph


class Program:
    """The steps that create a model: its inputs, its layers' calls, and the models within it.

    Args:
        model: the model.
        graph: its calls, where they are known.

    Attributes:
        names: the name that Keras gives to each operation, by its ``id``.
        frozen: the ``id`` of each operation that is not trained, because it or a model around it is not.
    """

    def __init__(self, model: WholeModel, graph: Graph | None) -> None:
        self.model, self.graph = model, graph
        steps: dict[int, Call | WholeModel] = {}
        self.frozen: set[int] = set()
        self._written: Counter[int] = Counter()
        self._gathered: set[int] = set()
        self._gather(model, graph, steps)
        self.steps = [*sorted(steps.values(), key=lambda step: step.place), model]
        self.names = _Names(self).given

    def _gather(self, model: WholeModel, graph: Graph | None, steps: dict[int, Call | WholeModel]) -> None:
        """Notes each step that creates the model, and how often each operation is written in it."""
        if model.stack is None and graph is not None:
            steps.update((id(call), call) for call in graph.calls)
        if not model.trainable:
            self._freeze(model)
        operations = _parts(model, graph)
        self._written.update(map(id, operations))
        for operation in distinct(operations):
            self._gather_inside(operation, steps)

    def _gather_inside(self, operation: Operation, steps: dict[int, Call | WholeModel]) -> None:
        if id(operation) in self._gathered:
            return
        self._gathered.add(id(operation))
        if not operation.trainable:
            self._freeze(operation)
        self._written.update(map(id, operation.inside))
        for inner in operation.inside:
            self._gather_inside(inner, steps)
        if isinstance(operation, WholeModel):
            steps[id(operation)] = operation
            self._gather(operation, operation.own_graph, steps)

    def _freeze(self, operation: Operation) -> None:
        if id(operation) not in self.frozen:
            self.frozen.add(id(operation))
            parts = _parts(operation, operation.own_graph) if isinstance(operation, WholeModel) else operation.inside
            for part in parts:
                self._freeze(part)

    def code(self) -> str:
        """Python that makes the same model in Keras and calls it ``model``."""
        return _Writer(self).text

    def is_written_once(self, operation: Operation) -> bool:
        """Whether the program has it only once, so that it needs no variable."""
        return self._written[id(operation)] == 1 and isinstance(operation, Layer)


def _parts(model: WholeModel, graph: Graph | None) -> Sequence[Operation]:
    """What the model's own text names, each time that it does."""
    if model.stack is not None:
        return model.stack
    return () if graph is None else [call.operation for call in graph.calls]


class _Names:
    """Keras's automatic names, counted up in the order in which the program creates things."""

    def __init__(self, program: Program) -> None:
        self.given: dict[int, str] = {}
        self._seen: Counter[str] = Counter()
        self._built: set[int] = set()
        for step in program.steps:
            if isinstance(step, WholeModel):
                self._create_model(step, program)
            else:
                self._create(step.operation)
                self._build(step.operation)

    def _next(self, name: str) -> str:
        number = self._seen[name]
        self._seen[name] += 1
        return f"{name}_{number}" if number else name

    def _create(self, operation: Operation) -> None:
        if id(operation) not in self.given:
            for inner in operation.inside:
                self._create(inner)
            name = operation.name
            self.given[id(operation)] = self._next(operation.automatic_name) if name is None else name

    def _create_model(self, model: WholeModel, program: Program) -> None:
        entrance = model.entrance
        if model is program.model and program.graph is not None and model.stack is not None:
            entrance = program.graph.inputs[0]
        if entrance is not None:
            self._create(entrance.source.operation)
        for operation in model.stack or ():
            self._create(operation)
        self._create(model)
        first, *others = model.stack or (None,)
        if entrance is not None or (others and isinstance(first, WholeModel) and first.knows_its_input):
            self._build(model, entrance)

    def _build(self, operation: Operation, entrance: Tensor | None = None) -> None:
        """Keras makes a functional model inside each Sequential once its input is known, and gives it a name too."""
        if isinstance(operation, TimeDistributed):
            self._build(operation.layer)
        if isinstance(operation, WholeModel) and operation.stack is not None and id(operation) not in self._built:
            self._built.add(id(operation))
            if entrance is None and operation.entrance is None:
                self._next("input_layer")
            for inner in operation.stack:
                self._build(inner)
            self._next("functional")


class _Writer:
    """The text of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._variables: dict[int, str] = {}
        self._taken = ["keras", "model"]
        self._lines: list[str] = []
        for step in program.steps:
            if isinstance(step, Call):
                self._write_call(step)
            elif (graph := step.own_graph) is not None:
                self._write_model(step, graph)
            else:
                self._write_stack(step)
        self.text = "\n".join(["import keras", "", *self._lines, ""])

    def _write_call(self, call: Call) -> None:
        operation = call.operation
        name = self._program.names[id(operation)]
        if isinstance(operation, (InputLayer, Arithmetic)):
            sign = f" {operation.sign} " if isinstance(operation, Arithmetic) else ""
            code = sign.join(map(self._value, call.args)) or self._code(operation)
            self._variables[id(call)] = self._fresh(name)
            self._lines.append(f"{self._variables[id(call)]} = {code}")
            return
        self._define([operation])
        once = self._program.is_written_once(operation)
        code = self._code(operation)
        self._variables[id(call)] = self._fresh(name if once else f"{name}_output")
        self._lines.append(f"{self._variables[id(call)]} = {code}({', '.join(self._arguments(call))})")

    def _arguments(self, call: Call) -> Iterator[str]:
        yield from map(self._value, call.args)
        yield from (f"{name}={self._value(value)}" for name, value in call.kwargs.items())

    def _value(self, value: Any) -> str:
        if isinstance(value, Tensor):
            variable = self._variables[id(value.source)]
            return variable if len(value.source.outputs) == 1 else f"{variable}[{value.index}]"
        if isinstance(value, (list, tuple)):
            return f"[{', '.join(map(self._value, value))}]"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{key!r}: {self._value(one)}' for key, one in value.items())}}}"
        return repr(value)

    def _write_model(self, model: WholeModel, graph: Graph) -> None:
        inputs, outputs = (
            self._value(tensors[0] if len(tensors) == 1 else tensors) for tensors in (graph.inputs, graph.outputs)
        )
        named = "" if model.name is None else f", name={model.name!r}"
        self._lines.append(f"{self._variable_of(model)} = keras.Model({inputs}, {outputs}{named})")

    def _write_stack(self, model: WholeModel) -> None:
        entrance = model.entrance
        if model is self._program.model and self._program.graph is not None:
            entrance = self._program.graph.inputs[0]
        items = [] if entrance is None else [self._code(entrance.source.operation)]
        for operation in model.stack or ():
            self._define(operation.inside)
            known = id(operation) in self._variables
            code = self._code(operation)
            if not known and not self._program.is_written_once(operation):
                code = f"{self._variable_of(operation)} := {code}"
            items.append(code)
        named = "" if model.name is None else f"    name={model.name!r},\n"
        stack = "".join(f"        {item},\n" for item in items)
        self._lines.append(f"{self._variable_of(model)} = keras.Sequential(\n    [\n{stack}    ],\n{named})")

    def _define(self, operations: Iterable[Operation]) -> None:
        """Gives a variable to each layer that is written several times."""
        for operation in operations:
            self._define(operation.inside)
            if not self._program.is_written_once(operation) and id(operation) not in self._variables:
                code = self._code(operation)
                self._lines.append(f"{self._variable_of(operation)} = {code}")

    def _code(self, operation: Operation) -> str:
        if id(operation) in self._variables:
            return self._variables[id(operation)]
        if isinstance(operation, Layer):
            return operation.code(known=self._variables, frozen=id(operation) in self._program.frozen)
        return operation.code() if isinstance(operation, InputLayer) else self._variable_of(operation)

    def _variable_of(self, operation: Operation) -> str:
        if id(operation) not in self._variables:
            is_whole = operation is self._program.model
            self._variables[id(operation)] = "model" if is_whole else self._fresh(self._program.names[id(operation)])
        return self._variables[id(operation)]

    def _fresh(self, name: str) -> str:
        """A free variable, similar to that name."""
        self._taken += identifiers([name], self._taken)
        return self._taken[-1]
