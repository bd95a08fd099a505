"""A model as data: what a kernel sends, and from which the other side makes the model again, with our own layers.

It is a list of steps in the order of creation, each of them what a learner would have written:

    ["Input", {"batch_shape": [null, 25]}]      ["LSTM", {"units": 128}]      a tensor; a layer
    ["()", 1, [{"t": [0, 0]}], {}]              layer 1, called on the tensor that step 0 made
    ["+", [{"t": [2, 0]}, 1]]                   arithmetic
    ["Sequential", [0], [1, 3], {"name": …}]    the Input if there is one, the stack, arguments
    ["Model", inputs, outputs, {"name": …}]

{"t": [step, place]} is a tensor, {"o": step} a layer or model, {"d": {…}} a dictionary of tensors.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tutor import layers
from tutor.layers.calls import Arithmetic, Call, Input, InputLayer, Operation, Tensor, tensors_in
from tutor.layers.layer import Layer
from tutor.models.graph import WholeModel
from tutor.models.model import Model
from tutor.models.ours import BuiltModel
from tutor.models.sequential import Sequential

#: Bytes and steps of a model, calls of layers in it (a small text can mean very many), letters of a name.
MAX_BYTES, MAX_STEPS, MAX_CALLS, MAX_NAME = 65_000, 600, 2_000, 100
#: What Keras takes by name when a layer is called. These names become source code.
_BY_NAME = set(
    "attention_mask initial_state inputs key key_mask mask query query_mask return_attention_scores sequences training "
    "use_causal_mask value value_mask".split()
)
_OF_A_MODEL = {"name", "trainable"}


def encode(built: BuiltModel) -> list[Any]:
    """The model's steps, as JSON has them.

    Raises:
        TypeError, ValueError: it cannot be sent: it has objects of the learner's own, or is too large.
    """
    steps = _Writer(built).steps
    if (size := len(json.dumps(steps, allow_nan=False))) > MAX_BYTES:
        raise ValueError(f"a model must be at most {MAX_BYTES:,} bytes; got {size:,}.")
    return steps


def decode(steps: list[Any]) -> BuiltModel:
    """The model of those steps. Nothing in them is looked up but the names of this package's layers.

    Raises:
        TypeError, ValueError: they make no model, or too large a one.
    """
    if not 0 < len(steps) <= MAX_STEPS:
        raise ValueError(f"a model must have 1 to {MAX_STEPS} steps; got {len(steps)}.")
    try:
        made = _Reader(steps).made[-1]
    except (LookupError, RecursionError) as error:
        raise ValueError(f"a model must be made of the steps before; got {error!r}.") from None
    if not isinstance(made, (Model, Sequential)):
        raise TypeError(f"the last step must be a model; got {str(steps[-1])[:80]}.")
    return made.met()


class _Writer:
    def __init__(self, built: BuiltModel) -> None:
        self.steps: list[Any] = []
        self._at: dict[int, int] = {}
        self._entrances = built.program.entrances
        for step in built.program.steps:
            if isinstance(step, Call):
                self._call(step)
            else:
                self._whole(step)

    def _put(self, thing: object, *step: Any) -> int:
        self.steps.append(step)
        self._at[id(thing)] = len(self.steps) - 1
        return self._at[id(thing)]

    def _call(self, call: Call) -> int:
        if id(call) in self._at:
            return self._at[id(call)]
        operation = call.operation
        if isinstance(operation, InputLayer):
            given = {name: value for name, value in vars(operation).items() if value is not None}
            return self._put(call, "Input", given)
        if isinstance(operation, Arithmetic):
            return self._put(call, operation.sign, self._value(call.args))
        named = {name: self._value(value) for name, value in call.kwargs.items()}
        return self._put(call, "()", self._operation(operation), self._value(call.args), named)

    def _operation(self, operation: Operation) -> int:
        if id(operation) in self._at:
            return self._at[id(operation)]
        if not isinstance(operation, Layer) or layers.HOMES.get(operation.kind) != type(operation).__module__:
            raise TypeError(f"the layer must be one of this package; got {operation!r}.")
        arguments = operation._given()  # noqa: SLF001
        if any(isinstance(value, dict) for value in _nested(arguments.values())):
            raise TypeError(f"{operation.kind}: an argument must not be a dictionary.")
        given = {name: self._value(value) for name, value in arguments.items()}
        return self._put(operation, operation.kind, given)

    def _whole(self, model: WholeModel) -> None:
        own = {"name": model.name, "trainable": model.trainable}
        if model.own_graph:
            inputs, outputs = (self._value(tensors) for tensors in (model.own_graph.inputs, model.own_graph.outputs))
            self._put(model, "Model", inputs, outputs, own)
        else:
            entrance = self._entrances.get(id(model))
            enters = [self._call(entrance.source)] if entrance else []
            self._put(model, "Sequential", enters, [self._operation(one) for one in model.inside], own)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return {"t": [self._at[id(value.source)], value.index]}
        if isinstance(value, Operation):
            return {"o": self._operation(value)}
        if isinstance(value, dict):
            return {"d": {name: self._value(one) for name, one in value.items()}}
        return [*map(self._value, value)] if isinstance(value, (list, tuple)) else value


class _Reader:
    def __init__(self, steps: list[Any]) -> None:
        self.made: list[Any] = []
        #: How often Keras calls a layer when that operation is called, by its id.
        self._cost: dict[int, int] = {}
        self._calls = 0
        for step in steps:
            self.made.append(self._made(step))

    def _made(self, step: Any) -> Any:
        match step:
            case ["Input", dict(given)]:
                return (Input(**_only({"batch_shape", "dtype", "name"}, given)),)
            case ["()", place, list(args), dict(kwargs)]:
                operation = self._old(place, Operation)
                self._calls = _bounded(self._calls + self._cost[id(operation)])
                named = {name: self._value(value) for name, value in _only(_BY_NAME, kwargs).items()}
                made = operation(*self._value(args), **named)
                return made if isinstance(made, tuple) else (made,)
            case ["+" | "-" | "*" | "/" as sign, [one, other]]:
                operands = self._value(one), self._value(other)
                if not [*tensors_in(operands)] or any(isinstance(operand, (str, tuple, dict)) for operand in operands):
                    raise TypeError(f"{sign} must be between two tensors, or a tensor and a number.")
                self._calls = _bounded(self._calls + 1)
                return Arithmetic(sign)._called_on(operands, {})  # noqa: SLF001
            case ["Sequential", list(entrance), list(stack), dict(given)]:
                inner = [self._old(place, Operation) for place in stack]
                enters = [self._old(place, tuple)[0] for place in entrance]
                return self._whole(Sequential([*enters, *inner], **_only(_OF_A_MODEL, given)), inner)
            case ["Model", inputs, outputs, dict(given)]:
                model = Model(self._value(inputs), self._value(outputs), **_only(_OF_A_MODEL, given))
                return self._whole(model, model.inside)
            case [str(kind), dict(given)] if kind in layers.HOMES and kind != "Layer":
                return self._layer(getattr(layers, kind), given)
        raise ValueError(f"a step must be one of a model; got {str(step)[:80]}.")

    def _whole(self, model: WholeModel, inside: Iterable[Operation]) -> WholeModel:
        self._cost[id(model)] = _bounded(1 + sum(self._cost.get(id(one), 1) for one in inside))
        return model

    def _layer(self, kind: Any, given: dict[str, Any]) -> Layer:
        if not issubclass(kind, Layer):
            raise TypeError(f"a layer must be made; got {kind.__name__}.")
        if any(isinstance(value, dict) and value.keys() != {"o"} for value in _nested(given.values())):
            raise TypeError(f"{kind.__name__}: an argument must not be a dictionary, in which Keras looks up names.")
        arguments = _only(kind.__signature__.parameters.keys(), given)
        layer: Layer = kind(**{name: self._value(value) for name, value in arguments.items()})
        if getattr(layer, "unroll", False):
            raise ValueError(f"{kind.__name__}: unroll must be False; Keras makes the cell once for each timestep.")
        self._cost[id(layer)] = 1 + sum(self._cost[id(one)] for one in layer.inside)
        return layer

    def _old(self, place: Any, kind: type) -> Any:
        if type(place) is not int or not 0 <= place < len(self.made) or not isinstance(self.made[place], kind):
            raise ValueError(f"a step must use one that was made before; got {str(place)[:20]}.")
        return self.made[place]

    def _value(self, value: Any) -> Any:
        match value:
            case {"t": [place, int(index)], **others} if not others:
                return dict(enumerate(self._old(place, tuple)))[index]
            case {"o": place, **others} if not others:
                return self._old(place, Operation)
            case {"d": dict(given), **others} if not others:
                return {name: self._value(one) for name, one in given.items()}
            case dict():
                raise ValueError(f"a value must be a tensor, a layer or plain; got {str(value)[:80]}.")
            case list():
                return tuple(map(self._value, value))
        return value


def _only(known: Collection[str], given: dict[str, Any]) -> dict[str, Any]:
    """The arguments, if all their names are known ones: names become source code."""
    if unknown := given.keys() - known:
        raise ValueError(f"arguments must be among {sorted(known)}; got {str(sorted(unknown))[:80]}.")
    if len(str(given.get("name"))) > MAX_NAME:
        raise ValueError(f"a name must have at most {MAX_NAME} letters.")
    return given


def _bounded(calls: int) -> int:
    if calls > MAX_CALLS:
        raise ValueError(f"a model must have at most {MAX_CALLS} calls of layers.")
    return calls


def _nested(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        yield from _nested(value) if isinstance(value, (list, tuple)) else (value,)
