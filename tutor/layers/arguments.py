"""The kinds of argument that layers take, and what each of them refuses.

A layer's field says its kind, ``units: int = size()``, and :func:`check` holds a value against it. What does not fit is
refused with the layer, the argument, the value, what is allowed and, where it helps, the likely repair.
"""

from __future__ import annotations

import difflib
import math
import numbers
import operator
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, field
from typing import Any

#: The largest size that a tensor's axis can have: Keras and TensorFlow keep it in 64 bits.
LARGEST_SIZE = 2**63 - 1


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Keras 3's own names; a test holds each list against Keras itself.
ACTIVATIONS = _words(
    """celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear
    log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus
    sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold"""
)
INITIALIZERS = _words(
    """constant glorot_normal glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform normal one ones
    orthogonal random_normal random_uniform stft truncated_normal uniform variance_scaling zero zeros Constant
    GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer LecunNormal LecunUniform Ones Orthogonal
    OrthogonalInitializer RandomNormal RandomUniform STFT STFTInitializer TruncatedNormal VarianceScaling
    Zeros"""
)
#: Those of them that cannot fill a vector, such as a bias.
MATRIX_INITIALIZERS = _words("identity orthogonal Identity IdentityInitializer Orthogonal OrthogonalInitializer")
REGULARIZERS = _words("l1 l1l2 l2 orthogonal_regularizer L1 L1L2 L2 OrthogonalRegularizer")
CONSTRAINTS = _words("max_norm min_max_norm non_neg unit_norm MaxNorm MinMaxNorm NonNeg UnitNorm")

#: The dtypes that weights can have and be trained in. Keras's "int8_from_float32" and its like store other weights.
DTYPES = _words("float16 bfloat16 float32 float64 mixed_float16 mixed_bfloat16")

Check = Callable[[str, Any], Any]


class ArgumentError(ValueError, TypeError):
    """An argument that the layer does not have, or lacks. Keras says ValueError, Python says TypeError: it is both."""


def check(layer: str, argument: Field[Any], value: object) -> Any:
    """The value as the layer keeps it.

    Raises:
        TypeError: the value is of the wrong kind.
        ValueError: of the right kind, but out of range or unknown.
    """
    kind: Check | None = argument.metadata.get("check")
    return value if kind is None else kind(f"{layer}: {argument.name}={shown(value)}", value)


def shown(value: object) -> str:
    """The value as Python writes it, on one line that fits into a sentence."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return f"a {type(value).__name__} too long to write"
    return text if len(text) <= 80 else f"{text[:79]}…"


def _argument(kind: Check | None, default: Any) -> Any:
    metadata = {} if kind is None else {"check": kind}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def whole_number(given: str, value: Any, minimum: int = 1) -> int:
    """The value as an ``int`` of at least ``minimum``; ``given`` opens the error's sentence.

    Raises:
        TypeError: no whole number (a boolean, a text, a fraction, None).
        ValueError: below ``minimum``, or larger than an axis can be.
    """
    wanted = f"a whole number of at least {minimum}"
    if isinstance(value, bool):
        raise TypeError(f"{given} is a boolean, but {wanted} is needed.")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{given} is not {wanted}.{_numeric_repair(value)}") from None
    if number < minimum:
        raise ValueError(f"{given} is too small: {wanted} is needed.")
    if number > LARGEST_SIZE:
        raise ValueError(f"{given} is larger than any axis of a tensor can be ({LARGEST_SIZE:,}).")
    return number


def _numeric_repair(value: object) -> str:
    if isinstance(value, str):
        digits = value.replace(",", "").replace("_", "").strip()
        return f" Write it without quotes: {int(digits)}." if digits.isdecimal() and len(digits) < 20 else ""
    if isinstance(value, float) and value.is_integer() and 0 < value <= LARGEST_SIZE:
        return f" Write {int(value)}, without the decimal point."
    if isinstance(value, float) and 0 < value <= LARGEST_SIZE:
        return f" There is no fraction of a unit: {int(value)} or {int(value) + 1}?"
    return ""


def suggestion(name: str, known: Sequence[str]) -> str:
    """``" Did you mean …?"`` for a misspelt name, or nothing."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def size(*, default: Any = MISSING) -> Any:
    """A size: a whole number of at least 1."""
    return _argument(whole_number, default)


def optional_size(*, default: Any = None) -> Any:
    """A size, or None."""

    def kind(given: str, value: Any) -> int | None:
        return None if value is None else whole_number(given, value)

    return _argument(kind, default)


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
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise TypeError(f"{given} is not a number from 0 to 1.")
        number = int(value) if isinstance(value, numbers.Integral) else float(value)
        if isinstance(number, float) and not math.isfinite(number):
            raise ValueError(f"{given} is not a number from 0 to 1.")
        return number

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


def activation(*, default: Any = None) -> Any:
    """The name of an activation function, a function, or None for none."""
    return _argument(_name_check("an activation", ACTIVATIONS), default)


def initializer(*, default: Any) -> Any:
    """How a weight starts. Changes neither count nor shape."""
    by_name = _name_check("an initializer", INITIALIZERS)

    def kind(given: str, value: Any) -> Any:
        if isinstance(value, str) and value in ("constant", "Constant"):
            raise ValueError(
                f"{given} does not say which value. Write keras.initializers.Constant(0.1), say, or 'zeros'."
            )
        return by_name(given, value)

    return _argument(kind, default)


def regularizer(*, default: Any = None) -> Any:
    """A penalty on a weight. Changes neither count nor shape."""
    return _argument(_name_check("a regularizer", REGULARIZERS), default)


def constraint(*, default: Any = None) -> Any:
    """A limit on a weight. Changes neither count nor shape."""
    return _argument(_name_check("a constraint", CONSTRAINTS), default)


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
        if name not in DTYPES:
            raise ValueError(
                f"{given} is not a dtype of weights that training can change: {', '.join(DTYPES)}."
                f"{suggestion(name, DTYPES)}"
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


def unchecked(*, default: Any = None) -> Any:
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
