"""Layers of ours beside Keras's own: what must be equal, and where ours may be stricter."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from configurations import ALL_KINDS, entries

from tutor.layers import checks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from conftest import Weightless

    from tutor.layers import Built


def plain_shapes(outputs: Any) -> Any:
    return tuple(map(plain_shapes, outputs)) if isinstance(outputs, (list, tuple)) else tuple(outputs.shape)


def built_by_keras(keras: ModuleType, weightless: Weightless, kind: str, given: dict[str, Any], shape: Any) -> Any:
    """The Keras layer and the shapes that leave it; ``shape`` is a list of shapes for several inputs."""
    layer = getattr(keras.layers, kind)(**given)
    several = bool(shape) and checks.is_several(shape[0])
    tensors = [keras.KerasTensor(axes) for axes in shape] if several else keras.KerasTensor(shape)
    with weightless([layer]):
        return layer, plain_shapes(layer(tensors))


def assert_same_as_keras(
    keras: ModuleType, weightless: Weightless, kind: str, given: dict[str, Any], shape: Any
) -> None:
    """Weights, counts, formula and shapes are those of Keras's layer."""
    theirs, output_shape = built_by_keras(keras, weightless, kind, given, shape)
    assert_same(ALL_KINDS[kind](**given).build(shape), theirs, output_shape)


def assert_same(ours: Built, theirs: Any, output_shape: Any) -> None:
    """Weights, counts and formula are those of the Keras layer, and the shape that leaves is that one."""
    trained = {id(weight) for weight in theirs.trainable_weights}
    assert [(weight.name, weight.shape, weight.trainable) for weight in ours.weights] == [
        (weight.name, tuple(weight.shape), id(weight) in trained) for weight in theirs.weights
    ]
    assert ours.count == ours.formula.value == theirs.count_params() == entries(theirs.weights)
    assert ours.trainable_count == entries(theirs.trainable_weights)
    assert ours.output_shape == output_shape
    assert eval(ours.formula.expression, {}, ours.formula.symbols) == ours.count


def outcome(action: Callable[[], object]) -> Exception | None:
    """The refusal, if there is one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            action()
        except Exception as error:  # noqa: BLE001  (Keras refuses with errors of all kinds)
            return error
    return None


def outcomes(
    keras: ModuleType, weightless: Weightless, kind: str, given: dict[str, Any], shape: Any
) -> tuple[Exception | None, Exception | None]:
    """Keras's refusal and ours, if there are any."""
    theirs = outcome(lambda: built_by_keras(keras, weightless, kind, given, shape))
    return theirs, outcome(lambda: ALL_KINDS[kind](**given).build(shape))


# One of each kind of thing that a learner might type by mistake, or that a program might pass on.
ODD_VALUES = [
    0, -1, 1, 2, 10**30, 1.5, 2.0, -0.5, 3.5, float("nan"), float("inf"), 1j, True, False, None,
    "", "3", "x", "tanh", "relu", "Tanh", "l2", "zeros", "max_norm", "constant", "GlorotUniform", "float16",
    "float33", "int8_from_float32", "auto", "a/b", b"3", [], [1], (), (2,), {}, {"class_name": "L2"}, object(),
    len, np.int64(3), np.float32(0.5), np.array(3), np.array([3]), np.zeros((5, 3)), [np.zeros((5, 3))],
]  # fmt: skip


@dataclass(frozen=True)
class Given:
    kind: str
    argument: str
    default: Any
    value: Any

    @property
    def is_rate(self) -> bool:
        return "dropout" in self.argument


@dataclass(frozen=True)
class Stricter:
    """What is refused here although Keras takes it, and why."""

    reason: str
    applies: Callable[[Given], bool]
    example: tuple[str, dict[str, Any]]


SIZES = ("units", "input_dim", "output_dim", "lora_rank", "seed")

STRICTER = [
    Stricter(
        "a boolean is no number: units=True would make one unit",
        lambda given: isinstance(given.value, bool) and (given.argument in SIZES or given.is_rate),
        ("Dense", {"units": True}),
    ),
    Stricter(
        "a flag is True or False: use_bias='False' would count as true",
        lambda given: (
            (isinstance(given.default, bool) or given.argument == "use_cudnn") and not isinstance(given.value, bool)
        ),
        ("Dense", {"units": 3, "use_bias": "False"}),
    ),
    Stricter(
        "no axis of a tensor is longer than 2**63 - 1: Keras fails later, when it allocates",
        lambda given: given.argument in SIZES and isinstance(given.value, int) and given.value >= 2**63,
        ("Dense", {"units": 2**63}),
    ),
    Stricter(
        "LoRA of rank 0, or of anything else that is false, is silently none: None says so",
        lambda given: given.argument == "lora_rank" and (not given.value or not isinstance(given.value, int)),
        ("Dense", {"units": 3, "lora_rank": 0}),
    ),
    Stricter(
        "a quantized layer stores other weights, which the formulas do not follow",
        lambda given: (
            given.argument == "quantization_config"
            or (given.argument == "dtype" and given.value == "int8_from_float32")
        ),
        ("Dense", {"units": 3, "dtype": "int8_from_float32"}),
    ),
    Stricter(
        "weights of other kinds than floats cannot be trained: Keras fails later, when it initializes them",
        lambda given: given.argument == "dtype",
        ("Dense", {"units": 3, "dtype": "int32"}),
    ),
    Stricter(
        "an array as an initializer is refused in favour of keras.initializers.Constant(array)",
        lambda given: (
            given.argument.endswith("_initializer") and isinstance(given.value, (np.generic, np.ndarray, list))
        ),
        ("Dense", {"units": 3, "kernel_initializer": np.zeros((4, 3))}),
    ),
    Stricter(
        "Keras's backends other than TensorFlow keep a seed without a sign",
        lambda given: given.argument == "seed" and given.value == -1,
        ("LSTM", {"units": 3, "seed": -1}),
    ),
    Stricter(
        "a rate is one finite number",
        lambda given: given.is_rate and isinstance(given.value, (float, np.ndarray)),
        ("LSTM", {"units": 3, "dropout": float("nan")}),
    ),
    Stricter(
        "Keras's SimpleRNN never looks at its activity_regularizer, whatever is given",
        lambda given: given.kind == "SimpleRNN" and given.argument == "activity_regularizer",
        ("SimpleRNN", {"units": 3, "activity_regularizer": "x"}),
    ),
    Stricter(
        "implementation is 1 or 2: Keras takes anything, and reads all but 1 as 2",
        lambda given: given.argument == "implementation",
        ("LSTM", {"units": 3, "implementation": 0}),
    ),
    Stricter(
        "input_length does nothing since Keras 3, but warns",
        lambda given: given.argument == "input_length",
        ("Embedding", {"input_dim": 5, "output_dim": 3, "input_length": 7}),
    ),
]


def assert_agreement(
    keras: ModuleType,
    weightless: Weightless,
    kind: str,
    given: dict[str, Any],
    shape: Any,
    stricter: Callable[[dict[str, Any], Any], bool] = lambda _given, _shape: False,
) -> None:
    """Either both refuse, or both take it and come to the same; ``stricter`` says where only ours refuses."""
    theirs, ours = outcomes(keras, weightless, kind, given, shape)
    call = f"{kind}(**{given}) on {shape}: Keras {theirs!r}, tutor {ours!r}"
    if ours is None:
        assert theirs is None, call
        assert_same_as_keras(keras, weightless, kind, given, shape)
    else:
        assert isinstance(ours, (TypeError, ValueError))
        assert theirs is not None or stricter(given, shape), call


def disagreements_over(
    keras: ModuleType,
    weightless: Weightless,
    kind: str,
    basics: dict[str, Any],
    shape: Any,
    argument: Any,
    reasons: Sequence[Stricter] = (),
) -> list[str]:
    """The odd values of an argument that are refused on one side alone, without a reason to be stricter."""
    found = []
    for value in ODD_VALUES:
        theirs, ours = outcomes(keras, weightless, kind, {**basics, argument.name: value}, shape)
        given = Given(kind, argument.name, argument.default, value)
        if ours is None:
            # NumPy's whole numbers are taken, and kept as Python's, so that a shape's axis can be passed on.
            numpy_size = isinstance(value, (np.integer, np.ndarray)) and isinstance(
                getattr(ALL_KINDS[kind](**{**basics, argument.name: value}), argument.name), int
            )
            agreed = theirs is None or numpy_size
        else:
            explained = theirs is not None or any(stricter.applies(given) for stricter in (*STRICTER, *reasons))
            agreed = isinstance(ours, (TypeError, ValueError)) and explained
        if not agreed:
            found.append(f"{kind}({argument.name}={value!r}): Keras {theirs!r}, tutor {ours!r}")
    return found


def taken_against_keras(
    keras: ModuleType, weightless: Weightless, kind: str, basics: dict[str, Any], shape: Any
) -> list[str]:
    """The odd values of each argument that are taken here although Keras refuses them, NumPy's numbers aside."""
    found = []
    for argument in fields(ALL_KINDS[kind]):
        for value in ODD_VALUES:
            given = {**basics, argument.name: value}
            ours = outcome(lambda given=given: ALL_KINDS[kind](**given).build(shape))
            if ours is None and not isinstance(value, (np.generic, np.ndarray)):
                theirs = outcome(lambda given=given: built_by_keras(keras, weightless, kind, given, shape))
                if theirs is not None:
                    found.append(f"{kind}({argument.name}={value!r}): Keras {theirs!r}")
            elif ours is not None and not isinstance(ours, (TypeError, ValueError)):
                found.append(f"{kind}({argument.name}={value!r}): tutor {ours!r}")
    return found


def assert_stricter(keras: ModuleType, weightless: Weightless, kind: str, given: dict[str, Any], shape: Any) -> None:
    """Keras takes what is refused here."""
    theirs, ours = outcomes(keras, weightless, kind, given, shape)
    assert theirs is None
    assert isinstance(ours, (TypeError, ValueError))
