"""A model as the Keras program that makes it: the order of its steps, the names, and the text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tutor.layers.calls import Arithmetic, Call, InputLayer, Operation, Tensor, one_or_all
from tutor.models.graph import WholeModel
from tutor.symbols import identifiers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.models.graph import Graph


class Program:
    """The steps that create a model: its inputs, its layers' calls, and the models within it.

    Args:
        model: the model.
        entrance: the tensor that enters it, where it has none of its own.

    Attributes:
        steps: the calls and models, in the order of creation.
        names: the name that Keras gives to each operation, by its ``id``.
        frozen: the ``id`` of each operation that is not trained, because it or a model around it is not.
        written: how often the program names each operation, by its ``id``.
    """

    def __init__(self, model: WholeModel, entrance: Tensor | None = None) -> None:
        self.model, self._entrance = model, entrance
        self.frozen: set[int] = set()
        self.written: Counter[int] = Counter()
        steps: dict[int, Call | WholeModel] = {}
        self._gather(model, steps, set())
        self.steps = sorted(steps.values(), key=lambda step: step.place)
        self.names: dict[int, str] = {}
        self._seen: Counter[str] = Counter()
        self._built: set[int] = set()
        for step in self.steps:
            self._create(step.operation if isinstance(step, Call) else step)
            if isinstance(step, Call):
                self._build(step.operation)

    def entrance_of(self, operation: Operation) -> Tensor | None:
        """The tensor that enters a model, where it is known before the model is called."""
        if not isinstance(operation, WholeModel):
            return None
        return operation.entrance or (self._entrance if operation is self.model else None)

    def check_names(self, operations: Iterable[Operation]) -> None:
        """Refuses a model in which two of these have one name."""
        names = {id(one): self.names.get(id(one)) for one in operations}
        for name, times in Counter(names.values()).items():
            if name is not None and times > 1:
                kind = type(self.model).__name__
                raise ValueError(f"{kind}: {times} layers are named {name!r}, but a model uses each name once.")

    def _gather(self, operation: Operation, steps: dict[int, Call | WholeModel], gathered: set[int]) -> None:
        """Notes each step that creates it, and how often what is inside is written."""
        if id(operation) in gathered:
            return
        gathered.add(id(operation))
        if not operation.trainable:
            self._freeze(operation)
        self.written.update(map(id, operation.inside))
        for inner in operation.inside:
            self._gather(inner, steps, gathered)
        if isinstance(operation, WholeModel):
            calls = operation.own_graph.calls if operation.own_graph else ()
            steps.update((id(call), call) for call in calls)
            steps[id(operation)] = operation

    def _freeze(self, operation: Operation) -> None:
        if id(operation) not in self.frozen:
            self.frozen.add(id(operation))
            for inner in operation.inside:
                self._freeze(inner)

    # Keras's automatic names, counted up in the order in which things are created

    def _create(self, operation: Operation) -> None:
        if id(operation) in self.names:
            return
        entrance = self.entrance_of(operation)
        for inner in ((entrance.source.operation,) if entrance else ()) + operation.inside:
            self._create(inner)
        name = operation.name
        self.names[id(operation)] = self._next(operation.automatic_name) if name is None else name
        first, *others = operation.inside or (None,)
        if entrance or (others and first and self.entrance_of(first)):
            self._build(operation)

    def _build(self, operation: Operation) -> None:
        """Keras makes a functional model inside each Sequential once its input is known, and gives it a name too."""
        stack = operation if isinstance(operation, WholeModel) else None
        if id(operation) in self._built or (stack and stack.own_graph):
            return
        self._built.add(id(operation))
        if stack and self.entrance_of(stack) is None:
            self._next("input_layer")
        for inner in operation.inside:
            self._build(inner)
        if stack:
            self._next("functional")

    def _next(self, name: str) -> str:
        number = self._seen[name]
        self._seen[name] += 1
        return f"{name}_{number}" if number else name


class Writer:
    """The text of a program: Python that makes the same model in Keras and calls it ``model``."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._variables: dict[int, str] = {id(program.model): "model"}
        self._taken = ["keras", "model"]
        self._lines: list[str] = []
        for step in program.steps:
            if isinstance(step, Call):
                self._write_call(step)
            elif step.own_graph:
                self._write_model(step, step.own_graph)
            else:
                self._write_stack(step)
        self.text = "\n".join(["import keras", "", *self._lines, ""])

    def _write_call(self, call: Call) -> None:
        operation, name = call.operation, self._program.names[id(call.operation)]
        given = [*map(self._value, call.args), *(f"{key}={self._value(one)}" for key, one in call.kwargs.items())]
        if isinstance(operation, InputLayer):
            code = operation.code()
        elif isinstance(operation, Arithmetic):
            code = f" {operation.sign} ".join(given)
        else:
            self._define([operation])
            name += "_output" if id(operation) in self._variables else ""
            code = f"{self._code(operation)}({', '.join(given)})"
        self._lines.append(f"{self._variable(call, name)} = {code}")

    def _write_model(self, model: WholeModel, graph: Graph) -> None:
        inputs, outputs = (self._value(one_or_all(tensors)) for tensors in (graph.inputs, graph.outputs))
        named = "" if model.name is None else f", name={model.name!r}"
        self._lines.append(f"{self._variable(model)} = keras.Model({inputs}, {outputs}{named})")

    def _write_stack(self, model: WholeModel) -> None:
        entrance: Any = self._program.entrance_of(model)
        items = [] if entrance is None else [entrance.source.operation.code()]
        for operation in model.inside:
            if id(operation) not in self._variables:
                self._define(operation.inside)
            code = self._code(operation)
            items.append(f"{self._variable(operation)} := {code}" if self._needs_variable(operation) else code)
        named = "" if model.name is None else f"    name={model.name!r},\n"
        stack = "".join(f"        {item},\n" for item in items)
        self._lines.append(f"{self._variable(model)} = keras.Sequential(\n    [\n{stack}    ],\n{named})")

    def _define(self, operations: Iterable[Operation]) -> None:
        """Gives a variable to each layer that is written several times."""
        for operation in operations:
            if id(operation) not in self._variables:
                self._define(operation.inside)
                if self._needs_variable(operation):
                    code = self._code(operation)
                    self._lines.append(f"{self._variable(operation)} = {code}")

    def _needs_variable(self, operation: Operation) -> bool:
        return self._program.written[id(operation)] > 1 and id(operation) not in self._variables

    def _code(self, operation: Any) -> str:
        """Its variable, or the text of a layer that needs none; models, made before they are used, all have one."""
        frozen = id(operation) in self._program.frozen
        return self._variables.get(id(operation)) or str(operation.code(known=self._variables, frozen=frozen))

    def _value(self, value: Any) -> str:
        if isinstance(value, Tensor):
            variable = self._variables[id(value.source)]
            return variable if len(value.source.outputs) == 1 else f"{variable}[{value.index}]"
        if isinstance(value, (list, tuple)):
            return f"[{', '.join(map(self._value, value))}]"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{key!r}: {self._value(one)}' for key, one in value.items())}}}"
        return repr(value)

    def _variable(self, thing: Call | Operation, name: str = "") -> str:
        """The variable of a call, layer or model; one that has none gets one similar to its name."""
        if id(thing) not in self._variables:
            self._taken += identifiers([name or self._program.names[id(thing)]], self._taken)
            self._variables[id(thing)] = self._taken[-1]
        return self._variables[id(thing)]
