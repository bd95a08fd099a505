"""How a family declares a layer: a class with fields, and a constructor that explains a wrong call."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from tutor.layers import arguments, checking
from tutor.layers.checking import ArgumentError, shown

if TYPE_CHECKING:
    from tutor.layers.base import Layer

_Layer = TypeVar("_Layer", bound="Layer")


@dataclass_transform(
    frozen_default=True,
    field_specifiers=(
        arguments.size,
        arguments.optional_size,
        arguments.sizes,
        arguments.margins,
        arguments.shape,
        arguments.integer,
        arguments.axes,
        arguments.choice,
        arguments.data_format,
        arguments.number,
        arguments.values,
        arguments.flag,
        arguments.rate,
        arguments.activation,
        arguments.initializer,
        arguments.regularizer,
        arguments.constraint,
        arguments.seed,
        arguments.dtype,
        arguments.cudnn,
        arguments.unchecked,
        arguments.array,
        arguments.unsupported,
        arguments.layer_name,
    ),
)
def layer(cls: type[_Layer]) -> type[_Layer]:
    """Class decorator: a frozen dataclass whose constructor explains a wrong call in the layer's own words."""
    made = dataclass(frozen=True, repr=False)(cls)
    signature = _signature(made)
    construct: Callable[..., None] = made.__init__
    known = signature.parameters.keys()
    needed = {name for name, parameter in signature.parameters.items() if parameter.default is parameter.empty}

    @functools.wraps(construct)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        if args or not needed <= kwargs.keys() <= known:
            try:
                kwargs = signature.bind(*args, **kwargs).arguments
            except TypeError as error:
                why = _wrong_call(made, signature, args, kwargs) or f"{made.__name__}: {error}."
                raise ArgumentError(why) from None
        construct(self, **kwargs)

    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    __init__.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[this, *signature.parameters.values()], return_annotation=None
    )
    made.__init__ = __init__  # type: ignore[method-assign]
    return made


def _signature(cls: type[Layer]) -> inspect.Signature:
    """The constructor's signature, with its positional arguments in Keras's order."""
    signature = inspect.signature(cls)
    parameters = dict(signature.parameters)
    first = [parameters.pop(name).replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in cls.positional]
    return signature.replace(parameters=[*first, *parameters.values()])


#: What all layers took before Keras 3, which still does, with a warning.
_GONE = dict.fromkeys(
    ("input_shape", "input_dim", "batch_input_shape"),
    "a layer no longer says what enters the model; the model's Input does. Leave it out.",
)

#: What a learner may write for an argument that a layer cannot do without, where that is no size such as 32.
_EXAMPLES = {
    "activation": "'relu'",
    "axes": "1",
    "dims": "(2, 1)",
    "kernel_size": "3",
    "layer": "tutor.LSTM(32)",
    "rate": "0.5",
    "scale": "1 / 255",
    "stddev": "0.1",
    "target_shape": "(4, 8)",
}


def _wrong_call(
    cls: type[Layer], signature: inspect.Signature, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> str | None:
    name, parameters = cls.__name__, signature.parameters
    for unknown in kwargs.keys() - parameters.keys():
        gone = {**_GONE, **cls.gone}
        if unknown in gone:
            return f"{name}: {unknown}={shown(kwargs[unknown])}: {gone[unknown]}"
        repair = checking.suggestion(unknown, tuple(parameters))
        return (
            f"{name} has no argument {unknown!r} (given {unknown}={shown(kwargs[unknown])}).{repair} "
            f"It takes {', '.join(parameters)}."
        )
    missing = [
        parameter.name
        for parameter in list(parameters.values())[len(args) :]
        if parameter.default is inspect.Parameter.empty and parameter.name not in kwargs
    ]
    if missing:
        example = ", ".join(f"{argument}={_EXAMPLES.get(argument, 32)}" for argument in missing)
        return f"{name} needs {' and '.join(missing)}: for example {name}({example})."
    return None
