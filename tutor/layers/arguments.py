"""The kinds of argument that layers take, and what each of them refuses.

A layer's field says its kind, ``units: int = size()``, and :func:`check` holds a value against it. What does not fit is
refused with the layer, the argument, the value, what is allowed and, where it helps, the likely repair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, field
from typing import Any

from tutor.layers import names
from tutor.layers.checking import is_several, real_number, shape_of, shown, suggestion, whole_number, whole_numbers

Check = Callable[[str, Any], Any]


def check(layer: str, argument: Field[Any], value: object) -> Any:
    """The value as the layer keeps it.

    Raises:
        TypeError: the value is of the wrong kind.
        ValueError: of the right kind, but out of range or unknown.
    """
    kind: Check | None = argument.metadata.get("check")
    return value if kind is None else kind(f"{layer}: {argument.name}={shown(value)}", value)


def _argument(kind: Check | None, default: Any) -> Any:
    metadata = {} if kind is None else {"check": kind}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def size(*, default: Any = MISSING) -> Any:
    """A size: a whole number of at least 1."""
    return _argument(whole_number, default)


def optional_size(*, default: Any = None) -> Any:
    """A size, or None."""

    def kind(given: str, value: Any) -> int | None:
        return None if value is None else whole_number(given, value)

    return _argument(kind, default)


def sizes(count: int, *, default: Any = MISSING, minimum: int | None = 1) -> Any:
    """A whole number for each of ``count`` axes, or one for all; None as a default means that it may be left out."""

    def kind(given: str, value: Any) -> int | tuple[int, ...] | None:
        if value is None and default is None:
            return None
        return whole_numbers(given, value, count, minimum) if is_several(value) else whole_number(given, value, minimum)

    return _argument(kind, default)


def margins(rank: int, *, default: Any) -> Any:
    """How much at both ends of each spatial axis: one number for all ends, one an axis, or a pair an axis."""
    pair = sizes(2, minimum=0).metadata["check"]

    def kind(given: str, value: Any) -> Any:
        if rank == 1 or not is_several(value):
            return pair(given, value)
        entries = tuple(value)
        if len(entries) != rank:
            raise ValueError(f"{given} has {len(entries)} entries, but {rank} are needed, one for each spatial axis.")
        return tuple(pair(f"{given}, entry {place}, {shown(entry)},", entry) for place, entry in enumerate(entries))

    return _argument(kind, default)


def shape(*, default: Any = MISSING, minimum: int | None = 1) -> Any:
    """A whole number or None for each axis but the batch; None as a default means that it may be left out."""

    def kind(given: str, value: Any) -> tuple[int | None, ...] | None:
        if value is None and default is None:
            return None
        if not is_several(value):
            repair = f" Write ({value},)." if isinstance(value, int) else ""
            raise TypeError(f"{given} is not a tuple of whole numbers, one for each axis.{repair}")
        return tuple(
            None if entry is None else whole_number(f"{given}, whose entry {place} is {shown(entry)},", entry, minimum)
            for place, entry in enumerate(value)
        )

    return _argument(kind, default)


def integer(*, default: Any) -> Any:
    """A whole number that may be negative, such as the number of an axis: 0 is the batch, -1 the last."""

    def kind(given: str, value: Any) -> int:
        return whole_number(given, value, minimum=None)

    return _argument(kind, default)


def axes(*, default: Any = MISSING, optional: bool = False) -> Any:
    """The number of an axis or of several; None, or no axis at all, too if ``optional``."""

    def kind(given: str, value: Any) -> int | tuple[int, ...] | None:
        if value is None and optional:
            return None
        if not is_several(value):
            return whole_number(given, value, minimum=None)
        numbers_of_axes = whole_numbers(given, value, minimum=None)
        if len(set(numbers_of_axes)) < len(numbers_of_axes):
            raise ValueError(f"{given} names an axis twice.")
        if not numbers_of_axes and not optional:
            raise ValueError(f"{given} names no axis. Write the number of one, such as -1 for the last.")
        return numbers_of_axes

    return _argument(kind, default)


def choice(*known: str, default: Any, any_case: bool = True) -> Any:
    """One of those names, in capitals too if ``any_case``; None as a default means that it may be left out."""

    def kind(given: str, value: Any) -> str | None:
        if value is None and default is None:
            return None
        if not isinstance(value, str):
            raise TypeError(f"{given} is none of {', '.join(map(repr, known))}.")
        name = value.lower() if any_case else value
        if name not in known:
            raise ValueError(f"{given} is none of {', '.join(map(repr, known))}.{suggestion(name, known)}")
        return name

    return _argument(kind, default)


def data_format(*, default: Any = None) -> Any:
    """Where the channels stand: "channels_last", which None stands for too, or "channels_first"."""
    return choice("channels_last", "channels_first", default=default)


def number(
    *, default: Any = MISSING, minimum: float | None = None, maximum: float | None = None, optional: bool = False
) -> Any:
    """A finite number, from ``minimum`` to ``maximum`` where they are given; None too if ``optional``."""
    wanted = "a number" if minimum is None else f"a number of at least {minimum}"
    if maximum is not None:
        wanted = f"a number from {minimum} to {maximum}"

    def kind(given: str, value: Any) -> float | None:
        if value is None and optional:
            return None
        found = real_number(given, value, wanted)
        if (minimum is not None and found < minimum) or (maximum is not None and found > maximum):
            repair = f" For {found} %, write {found / 100}." if maximum == 1 < found <= 100 else ""
            raise ValueError(f"{given} is not {wanted}.{repair}")
        return found

    return _argument(kind, default)


def values(*, default: Any = MISSING) -> Any:
    """A number, or a table of numbers of any rank, kept as tuples; None as a default means that it may be left out."""

    def kind(given: str, value: Any) -> Any:
        return None if value is None and default is None else _table(given, value)

    return _argument(kind, default)


def _table(given: str, value: Any) -> Any:
    plain = value.tolist() if hasattr(value, "tolist") else value
    if not is_several(plain):
        return real_number(given, plain, "a number, nor a table of numbers")
    rows = tuple(_table(given, row) for row in plain)
    if len({shape_of(row) for row in rows}) > 1:
        raise ValueError(f"{given} has rows of different lengths.")
    return rows


def flag(*, default: Any) -> Any:
    """True or False."""

    def kind(given: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise TypeError(f"{given} is neither True nor False.")
        return value

    return _argument(kind, default)


def rate(*, default: Any) -> Any:
    """A share of what flows through, from 0 to 1; recurrent layers clip what lies outside, as Keras does."""

    def kind(given: str, value: Any) -> float:
        return real_number(given, value, "a number from 0 to 1")

    return _argument(kind, default)


def _name_check(kind_of_thing: str, known: tuple[str, ...]) -> Check:
    """One of Keras's names, or a Keras object, function or serialized object, which is taken as it is."""

    def kind(given: str, value: Any) -> Any:
        if value is None or callable(value):
            return value
        if isinstance(value, dict) and (value.get("class_name") in known or value.get("registered_name")):
            return value
        if not isinstance(value, str):
            raise TypeError(f"{given} is not the name of {kind_of_thing}, such as {known[0]!r}.")
        if value not in known:
            raise ValueError(f"{given} is not {kind_of_thing} of Keras.{suggestion(value, known)}")
        return value

    return kind


def activation(*, default: Any = MISSING) -> Any:
    """The name of an activation function, a function, or None for none."""
    return _argument(_name_check("an activation", names.ACTIVATIONS), default)


def initializer(*, default: Any) -> Any:
    """How a weight starts. Changes neither count nor shape."""
    by_name = _name_check("an initializer", names.INITIALIZERS)

    def kind(given: str, value: Any) -> Any:
        if isinstance(value, str) and value in ("constant", "Constant"):
            raise ValueError(
                f"{given} does not say which value. Write keras.initializers.Constant(0.1), say, or 'zeros'."
            )
        return by_name(given, value)

    return _argument(kind, default)


def regularizer(*, default: Any = None) -> Any:
    """A penalty on a weight. Changes neither count nor shape."""
    return _argument(_name_check("a regularizer", names.REGULARIZERS), default)


def constraint(*, default: Any = None) -> Any:
    """A limit on a weight. Changes neither count nor shape."""
    return _argument(_name_check("a constraint", names.CONSTRAINTS), default)


def seed(*, default: Any = None) -> Any:
    """The seed of a layer's dropout: a whole number, or None."""

    def kind(given: str, value: Any) -> int | None:
        return None if value is None else whole_number(given, value, minimum=0)

    return _argument(kind, default)


def dtype(*, default: Any = None) -> Any:
    """The kind of number that a layer computes in. Kept as its name, whatever object stood for it."""

    def kind(given: str, value: Any) -> str | None:
        if value is None:
            return None
        if value is float:
            return "float32"
        if isinstance(value, dict) and isinstance(value.get("config"), dict):
            value = value["config"].get("name")
        name = value if isinstance(value, str) else getattr(value, "name", None) or getattr(value, "__name__", None)
        if not isinstance(name, str):
            raise TypeError(f"{given} is not the name of a dtype, such as 'float32'.")
        if name not in names.DTYPES:
            raise ValueError(
                f"{given} is not a dtype of weights that training can change: {', '.join(names.DTYPES)}."
                f"{suggestion(name, names.DTYPES)}"
            )
        return name

    return _argument(kind, default)


def cudnn(*, default: Any) -> Any:
    """Whether to use NVIDIA's kernels: "auto", True or False."""

    def kind(given: str, value: Any) -> Any:
        if not (isinstance(value, bool) or (isinstance(value, str) and value == "auto")):
            raise ValueError(f"{given} is none of 'auto', True and False.")
        return value

    return _argument(kind, default)


def unchecked(*, default: Any = MISSING) -> Any:
    """An argument that is carried along for the sake of Keras's signature, and changes nothing here."""
    return _argument(None, default)


def array(*, default: Any = None) -> Any:
    """Values for a weight to start with. Left out of equality: arrays compare element by element."""
    return field(default=default, compare=False)


def unsupported(*, default: Any = None) -> Any:
    """An argument of Keras's that changes how weights are stored in ways that are not followed here: None alone."""

    def kind(given: str, value: Any) -> None:
        if value is not None:
            raise ValueError(f"{given} changes how weights are stored; counts are given without it. Leave it out.")

    return _argument(kind, default)


def layer_name(*, default: Any = None) -> Any:
    """A layer's own name, or None for Keras's automatic one."""

    def kind(given: str, value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise TypeError(f"{given} is not a text.")
        if "/" in value:
            raise ValueError(f"{given} holds a '/', which separates the names in a path.")
        return value

    return _argument(kind, default)
