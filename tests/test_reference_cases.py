"""Counts that other people's Keras printed, with their sources, against our formulas and against today's Keras."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from configurations import ALL_KINDS

import tutor

if TYPE_CHECKING:
    from types import ModuleType

    from conftest import Weightless

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "reference_cases.json").read_text("utf-8"))


def shape_of(axes: list[int | None] | None) -> tuple[int | None, ...] | None:
    return None if axes is None else tuple(axes)


def is_published_model(case: dict[str, Any]) -> bool:
    """Whether the case is a whole model of ``keras.applications``."""
    return str(case["layers"][0]).startswith("keras.applications.")


def is_ours(case: dict[str, Any]) -> bool:
    """Whether each layer that the case names is one of the package's."""
    names = {node.id for layer in case["layers"] for node in ast.walk(ast.parse(layer)) if isinstance(node, ast.Name)}
    return names <= ALL_KINDS.keys()


def id_of(case: dict[str, Any]) -> str:
    return f"{case['id']} {case['topic']}"


def test_every_case_is_checked() -> None:
    assert len(CASES) == 41
    assert [case["id"] for case in CASES if not (is_ours(case) or is_published_model(case))] == []


@pytest.mark.parametrize("case", [case for case in CASES if is_ours(case)], ids=id_of)
def test_formulas_give_what_was_printed(case: dict[str, Any]) -> None:
    tensor = first = tutor.Input(batch_shape=case["input_shape"])
    for layer in (eval(text, dict(ALL_KINDS)) for text in case["layers"]):
        tensor = layer(tensor, tensor) if layer.kind == "MultiHeadAttention" else layer(tensor)
    ledger = tutor.Model(first, tensor).ledger
    assert ledger.total == case["params"], case["source"]
    assert shape_of(case["output_shape"]) in (None, ledger.output_shape), case["source"]


@pytest.mark.sampled
@pytest.mark.parametrize("case", [case for case in CASES if is_published_model(case)], ids=id_of)
def test_explained_layer_by_layer_gives_what_was_printed(
    keras: ModuleType, weightless: Weightless, case: dict[str, Any]
) -> None:
    with weightless(()):
        ledger = tutor.explain(eval(case["layers"][0], {"keras": keras}))
    assert ledger.total == case["params"], case["source"]
    assert ledger.agrees
    assert ledger.unexplained == ()
    assert ledger.output_shape == shape_of(case["output_shape"])


@pytest.mark.sampled
@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_todays_keras_gives_what_was_printed(keras: ModuleType, weightless: Weightless, case: dict[str, Any]) -> None:
    with weightless(()):
        layers = [eval(layer, {**vars(keras.layers), "keras": keras}) for layer in case["layers"]]
        tensor = keras.KerasTensor(case["input_shape"])
        for layer in layers:
            attends = isinstance(layer, keras.layers.MultiHeadAttention)
            tensor = layer(tensor, tensor) if attends else layer(tensor)
    assert sum(layer.count_params() for layer in layers) == case["params"], case["source"]
    assert shape_of(case["output_shape"]) in (None, tuple(tensor.shape)), case["source"]
