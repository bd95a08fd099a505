"""The layers against Keras itself: signatures, weights, shapes and refusals, over thousands of configurations."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from comparing import (
    STRICTER,
    Stricter,
    assert_same_as_keras,
    assert_stricter,
    built_by_keras,
    disagreements_over,
    outcome,
    outcomes,
    plain_shapes,
)
from configurations import ALL_KINDS, KINDS, NAMED_INITIALIZERS, configurations, examples, needed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.layers import names

if TYPE_CHECKING:
    from types import ModuleType

    from conftest import Weightless

BASE_ARGUMENTS = ("name", "trainable", "dtype", "autocast")
every_kind = pytest.mark.parametrize("kind", KINDS)


# Signatures and names


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_constructor_has_kerass_arguments_in_kerass_order_with_kerass_defaults(keras: ModuleType, kind: str) -> None:
    theirs = [
        (parameter.name, parameter.default)
        for parameter in inspect.signature(getattr(keras.layers, kind)).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    ours = inspect.signature(ALL_KINDS[kind]).parameters.values()
    assert [(p.name, p.default) for p in ours if p.kind is p.POSITIONAL_OR_KEYWORD] == theirs


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_base_arguments_are_keyword_only_with_kerass_defaults(keras: ModuleType, kind: str) -> None:
    base = inspect.signature(keras.layers.Layer.__init__).parameters
    ours = inspect.signature(ALL_KINDS[kind]).parameters
    named = inspect.signature(getattr(keras.layers, kind)).parameters  # a few layers name some of them themselves
    for name in BASE_ARGUMENTS:
        assert ours[name].kind is (named[name].kind if name in named else inspect.Parameter.KEYWORD_ONLY)
        assert ours[name].default == base[name].default
    further = {name: p.default for name, p in ours.items() if p.kind is p.KEYWORD_ONLY and name not in BASE_ARGUMENTS}
    # Keras's signatures do not show these: they are handed on to a base class, or looked for among the rest.
    for name, default in further.items():
        assert outcome(lambda name=name, default=default: theirs_of(keras, kind, {name: default})) is None, name


def theirs_of(keras: ModuleType, kind: str, given: dict[str, Any]) -> Any:
    """Keras's layer with what it needs, and what is given."""
    ours = ALL_KINDS[kind](**needed(kind))
    call = ours.code().removesuffix(")")
    between = "" if call.endswith("(") else ", "
    return eval(f"{call}{between}{', '.join(f'{name}={value!r}' for name, value in given.items())})", {"keras": keras})


@pytest.mark.parametrize(
    ("registry", "ours"),
    [
        ("activations", names.ACTIVATIONS),
        ("initializers", names.INITIALIZERS),
        ("regularizers", names.REGULARIZERS),
        ("constraints", names.CONSTRAINTS),
    ],
)
def test_names_are_those_that_keras_looks_up(keras: ModuleType, registry: str, ours: tuple[str, ...]) -> None:
    module = getattr(keras.src, registry)
    abstract = {"Initializer", "Regularizer", "Constraint"}
    names = module.ALL_OBJECTS_DICT.keys() - abstract - {name.lower() for name in abstract}
    assert sorted(ours) == sorted(names)


def test_matrix_initializers_are_those_that_cannot_fill_a_vector(keras: ModuleType) -> None:
    def refuses_a_vector(name: str) -> bool:
        try:
            keras.initializers.get(name)((4,))
        except ValueError:
            return True
        return False

    assert sorted(names.MATRIX_INITIALIZERS) == sorted(filter(refuses_a_vector, NAMED_INITIALIZERS))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_automatic_name_is_kerass(keras: ModuleType, kind: str) -> None:
    ours = ALL_KINDS[kind](**needed(kind))
    assert ours.automatic_name == eval(ours.code(), {"keras": keras}).name


# Weights and shapes


@every_kind
def test_weights_counts_and_shapes_are_kerass(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    @settings(max_examples=examples(800), suppress_health_check=[HealthCheck.too_slow])
    @given(configurations(kind))
    def check(configuration: tuple[dict[str, Any], tuple[int | None, ...]]) -> None:
        given, shape = configuration
        assert_same_as_keras(keras, weightless, kind, given, shape)

    check()


@pytest.mark.parametrize("stateful", [False, True])
@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_a_real_recurrent_layer_returns_what_the_shape_says(keras: ModuleType, kind: str, stateful: bool) -> None:
    given = {"units": 3, "stateful": stateful, "return_sequences": True, "return_state": True}
    outputs = getattr(keras.layers, kind)(**given)(np.zeros((2, 5, 4), "float32"))
    assert plain_shapes(outputs) == KINDS[kind](**given).build((2, 5, 4)).output_shape


# Refusals


BASICS: dict[str, tuple[dict[str, Any], tuple[int | None, ...]]] = {
    "Dense": ({"units": 3}, (None, 4)),
    "Embedding": ({"input_dim": 5, "output_dim": 3}, (None, 4)),
    "SimpleRNN": ({"units": 3}, (None, 5, 4)),
    "LSTM": ({"units": 3}, (None, 5, 4)),
    "GRU": ({"units": 3}, (None, 5, 4)),
}


@pytest.mark.sampled
@every_kind
def test_what_keras_refuses_is_refused_and_what_it_takes_is_taken(
    keras: ModuleType, weightless: Weightless, kind: str
) -> None:
    basics, shape = BASICS[kind]
    disagreements = [
        disagreement
        for argument in fields(KINDS[kind])
        for disagreement in disagreements_over(
            keras, weightless, kind, basics, (2, *shape[1:]) if argument.name == "stateful" else shape, argument
        )
    ]
    assert disagreements == []


@pytest.mark.parametrize("stricter", STRICTER, ids=lambda stricter: stricter.reason)
def test_each_reason_to_be_stricter_than_keras_still_holds(
    keras: ModuleType, weightless: Weightless, stricter: Stricter
) -> None:
    kind, given = stricter.example
    assert_stricter(keras, weightless, kind, given, BASICS[kind][1])


ODD_AXES = [None, 0, 1, 3, -1, -(10**20), 2.0, 2.5, True, "3", (3,), 2**31, 2**63 - 1, 2**63, np.int64(3)]


@every_kind
def test_shapes_that_keras_refuses_are_refused(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    @settings(max_examples=examples(300))
    @given(st.lists(st.sampled_from(ODD_AXES) | st.none() | st.integers(1, 9), max_size=5))
    def check(axes: list[Any]) -> None:
        given, shape = BASICS[kind][0], tuple(axes)
        theirs, ours = outcomes(keras, weightless, kind, given, shape)
        assert ours is None or isinstance(ours, (TypeError, ValueError))
        if theirs is not None:
            assert ours is not None, f"Keras refuses {shape}: {theirs}"
        elif ours is not None:
            # Keras takes an axis of no entries, a boolean, more than memory can address, or no axis at all.
            odd = [axis for axis in axes if isinstance(axis, bool) or axis == 0 or (axis is not None and axis >= 2**63)]
            assert odd or not axes, f"Keras takes {shape}: {ours}"

    check()


@pytest.mark.parametrize("shape", [None, 4, "45", b"45", {"features": 4}, 4.0, object()])
@every_kind
def test_what_is_no_shape_is_refused(kind: str, shape: Any) -> None:
    with pytest.raises(TypeError, match=f"{kind}: input_shape must be a tuple"):
        KINDS[kind](**BASICS[kind][0]).build(shape)


@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_stateful_needs_to_know_the_batch(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    given = {"units": 3, "stateful": True}
    assert outcome(lambda: built_by_keras(keras, weightless, kind, given, (None, 5, 4))) is not None
    with pytest.raises(ValueError, match=r"stateful=True .* axis 0 \(the batch\).* Give its size"):
        KINDS[kind](**given).build((None, 5, 4))


@pytest.mark.parametrize("name", names.MATRIX_INITIALIZERS)
@pytest.mark.parametrize("kind", ["Dense", "SimpleRNN", "LSTM", "GRU"])
def test_a_bias_cannot_start_as_a_matrix(keras: ModuleType, kind: str, name: str) -> None:
    # A GRU's two biases are a matrix, so there it can; Keras notices when it makes the numbers, so no weightless scope.
    given, shape = {"units": 3, "bias_initializer": name}, BASICS[kind][1]
    theirs = outcome(lambda: getattr(keras.layers, kind)(**given)(keras.KerasTensor(shape)))
    ours = outcome(lambda: KINDS[kind](**given).build(shape))
    assert (theirs is None) == (ours is None) == (kind == "GRU")


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("Dense", {"units": 3, "lora_rank": 2, "kernel_constraint": "non_neg"}),
        ("Embedding", {"input_dim": 5, "output_dim": 3, "lora_rank": 2, "embeddings_constraint": "non_neg"}),
        ("Embedding", {"input_dim": 5, "output_dim": 3, "lora_rank": 2, "weights": np.zeros((5, 3))}),
        ("Embedding", {"input_dim": 5, "output_dim": 3, "weights": np.zeros((3, 5))}),
        ("Embedding", {"input_dim": 5, "output_dim": 3, "weights": [np.zeros((5, 3)), np.zeros((5, 3))]}),
        ("Embedding", {"input_dim": 5, "output_dim": 3, "weights": [[0.0] * 3] * 5}),
    ],
)
def test_arguments_that_do_not_go_together(
    keras: ModuleType, weightless: Weightless, kind: str, given: dict[str, Any]
) -> None:
    shape = BASICS[kind][1]
    assert outcome(lambda: built_by_keras(keras, weightless, kind, given, shape)) is not None
    with pytest.raises(ValueError, match=f"^{kind}: "):
        KINDS[kind](**given)


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_embedding_takes_word_vectors_from_outside(keras: ModuleType, wrapped: bool) -> None:
    table = np.zeros((5, 3))
    given = {"input_dim": 5, "output_dim": 3, "weights": [table] if wrapped else table}
    theirs = keras.layers.Embedding(**given)
    assert theirs.count_params() == KINDS["Embedding"](**given).build((None, 4)).count


@pytest.mark.parametrize(
    "dtype",
    ["float32", np.float32, np.dtype("float32"), float, {"class_name": "DTypePolicy", "config": {"name": "float32"}}],
)
def test_a_dtype_may_be_named_in_any_of_kerass_ways(keras: ModuleType, dtype: Any) -> None:
    assert keras.layers.Dense(3, dtype=dtype).dtype == KINDS["Dense"](3, dtype=dtype).dtype == "float32"
    assert KINDS["Dense"](3, dtype=keras.DTypePolicy("mixed_float16")).dtype == "mixed_float16"
