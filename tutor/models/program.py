"""A model as the Keras program that makes it: the order of its steps, the names, and the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from tutor.layers.calls import Arithmetic, Call, InputLayer, Operation, Tensor, one_or_all
from tutor.models.graph import Graph, WholeModel
from tutor.symbols import identifiers


class Program:
    """The steps that create a model: its inputs, its layers' calls, and the models within it.

    Attributes (whatever belongs to an operation goes by its ``id``):
        steps: the calls and models, in the order of creation.
        entrances: the tensor that enters a model, where it is known before the model is called.
        names: the name that Keras gives to each operation.
        frozen: each operation that is not trained, because it or a model around it is not.
        written: how often the program names each operation.
    """

    def __init__(self, model: WholeModel, entrance: Tensor | None = None) -> None:
        self.model = model
        operations = _within(model, {}).values()
        self.frozen = {key for one in operations if not one.trainable for key in _within(one, {})}
        self.written = Counter(id(inner) for one in operations for inner in one.inside)
        models = {id(one): one for one in operations if isinstance(one, WholeModel)}
        calls = {id(call): call for one in models.values() if one.own_graph for call in one.own_graph.calls}
        self.steps: list[Call | WholeModel] = sorted([*calls.values(), *models.values()], key=lambda step: step.place)
        self.entrances = {key: one.entrance for key, one in models.items() if one.entrance}
        if entrance:
            self.entrances.setdefault(id(model), entrance)
        self.names: dict[int, str] = {}
        self._seen: Counter[str] = Counter()
        self._built: set[int] = set()
        self._variables: dict[int, str] = {id(model): "model"}
        self._taken = ["keras", "model"]
        self._lines: list[str] = []
        for step in self.steps:
            self._create(step.operation if isinstance(step, Call) else step)
            if isinstance(step, Call):
                self._build(step.operation)

    @cached_property
    def code(self) -> str:
        """Python that makes the same model in Keras, and calls it ``model``."""
        for step in self.steps:
            if isinstance(step, Call):
                self._write_call(step)
            elif step.own_graph:
                self._write_model(step, step.own_graph)
            else:
                self._write_stack(step)
        return "\n".join(["import keras", "", *self._lines, ""])

    def check_names(self, operations: Iterable[Operation]) -> None:
        """Refuses a model in which two of these have one name."""
        names = {id(one): self.names.get(id(one)) for one in operations}.values()
        for name, times in Counter(names).items():
            if name is not None and times > 1:
                kind = type(self.model).__name__
                raise ValueError(f"{kind}: {times} layers are named {name!r}, but a model uses each name once.")

    # Keras's automatic names, counted up in the order in which things are created

    def _create(self, operation: Operation) -> None:
        if id(operation) in self.names:
            return
        entrance = self.entrances.get(id(operation))
        for inner in ((entrance.source.operation,) if entrance else ()) + operation.inside:
            self._create(inner)
        name = operation.name
        self.names[id(operation)] = self._next(operation.automatic_name) if name is None else name
        first, *others = operation.inside or (None,)
        if entrance or (others and id(first) in self.entrances):
            self._build(operation)

    def _build(self, operation: Operation) -> None:
        """Keras makes a functional model inside each Sequential once its input is known, and gives it a name too."""
        is_stack = isinstance(operation, WholeModel) and not operation.own_graph
        if id(operation) not in self._built:
            self._built.add(id(operation))
            if is_stack and id(operation) not in self.entrances:
                self._next("input_layer")
            for inner in operation.inside:
                self._build(inner)
            if is_stack:
                self._next("functional")

    def _next(self, name: str) -> str:
        number = self._seen[name]
        self._seen[name] += 1
        return f"{name}_{number}" if number else name

    # The text

    def _write_call(self, call: Call) -> None:
        operation, name = call.operation, self.names[id(call.operation)]
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
        entrance: Any = self.entrances.get(id(model))
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
        return self.written[id(operation)] > 1 and id(operation) not in self._variables

    def _code(self, operation: Any) -> str:
        """Its variable, or the text of a layer that needs none; models, made before they are used, all have one."""
        frozen = id(operation) in self.frozen
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
            self._taken += identifiers([name or self.names[id(thing)]], self._taken)
            self._variables[id(thing)] = self._taken[-1]
        return self._variables[id(thing)]


def _within(operation: Operation, met: dict[int, Operation]) -> dict[int, Operation]:
    """The operation and all that is inside it, besides what was met, each once and by its ``id``."""
    if id(operation) not in met:
        met[id(operation)] = operation
        for inner in operation.inside:
            _within(inner, met)
    return met
