"""The layers that change shapes and those that merge several, against Keras itself; and what is known about them."""

from __future__ import annotations

from dataclasses import fields
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from comparing import assert_agreement, assert_stricter, outcome, outcomes, taken_against_keras
from configurations import ALL_KINDS, examples, needed
from hypothesis import given, settings
from hypothesis import strategies as st

import tutor

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from conftest import Weightless

RESHAPING = [name for name, kind in ALL_KINDS.items() if kind.__module__ == "tutor.layers.reshaping"]
MERGING = [name for name, kind in ALL_KINDS.items() if kind.__module__ == "tutor.layers.merging"]
RANKS = {f"{kind}{rank}D": rank for kind in ("ZeroPadding", "Cropping", "UpSampling") for rank in (1, 2, 3)}

_axis = st.none() | st.integers(1, 9)
_amount = st.integers(0, 4)
_formats = st.sampled_from([None, "channels_last", "channels_first"])


def _margins(rank: int) -> st.SearchStrategy[Any]:
    pair = _amount | st.tuples(_amount, _amount) | st.lists(_amount, min_size=2, max_size=2)
    return pair if rank == 1 else _amount | st.tuples(*[pair] * rank)


@st.composite
def _targets(draw: st.DrawFn, shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """Mostly the same numbers under other axes, with one axis left open or not; sometimes anything."""
    if draw(st.integers(0, 4)) == 0:
        return tuple(draw(st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), max_size=3)))
    axes = draw(st.permutations([axis or 1 for axis in shape[1:]]))
    cut = draw(st.integers(0, len(axes)))
    target = [*axes[:cut], *([prod(axes[cut:])] if axes[cut:] else [])]
    if target and draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    return tuple(target)


@st.composite
def reshaping(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], Any]:
    """Arguments that Keras takes, and a shape of about the right number of axes."""
    rank = RANKS.get(kind, draw(st.integers(0, 4)))
    least = 2 if kind in RANKS else 1 if kind == "RepeatVector" else rank
    axes = draw(st.sampled_from([least] * 8 + [0, 1, 2, 3, 4, 5])) + (rank if kind in RANKS else 0)
    shape = draw(st.tuples(*[_axis] * axes))
    by_name: dict[str, st.SearchStrategy[Any]] = {
        "data_format": _formats,
        "padding": _margins(rank),
        "cropping": _margins(rank),
        "size": st.integers(1, 4) if rank == 1 else st.integers(1, 4) | st.tuples(*[st.integers(1, 4)] * rank),
        "interpolation": st.sampled_from(["nearest", "bilinear", "Bicubic"]),
        "target_shape": _targets(shape),
        "dims": st.permutations(range(1, rank + 1)),
        "n": st.integers(1, 9),
    }
    arguments = [a for a in fields(ALL_KINDS[kind]) if a.name in by_name]
    given = {a.name: draw(by_name[a.name]) for a in arguments if a.name in needed(kind) or draw(st.booleans())}
    if kind == "Permute":
        shape = draw(st.tuples(*[_axis] * draw(st.sampled_from([rank + 1] * 8 + [rank, rank + 2]))))
    return given, shape


@st.composite
def merging(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], Any]:
    """Arguments, and shapes that mostly go together."""
    first = draw(st.lists(_axis, min_size=1, max_size=5))
    number = 2 if kind in ("Subtract", "Dot") else draw(st.integers(1, 4))
    shapes = [tuple(first)]
    for _ in range(number - 1):
        changed = [draw(st.sampled_from([axis] * 9 + [1, None, 3])) for axis in first]
        start = draw(st.sampled_from([1] * 5 + [2, 3]))
        shapes.append((changed[0], *changed[start:]))
    if kind == "Concatenate":
        place = draw(st.integers(-len(first), len(first) - 1))
        full = [axes for axes in shapes if len(axes) == len(first)] if draw(st.integers(0, 3)) else shapes
        return {"axis": place}, [
            (*axes[:place], draw(_axis), *axes[place:][1:]) if len(axes) == len(first) else axes for axes in full
        ]
    if kind == "Dot":
        pair = tuple(draw(st.integers(-len(axes), len(axes) - 1)) for axes in shapes)
        return {"axes": draw(st.sampled_from([pair, pair[0], -1])), "normalize": draw(st.booleans())}, shapes
    return {}, shapes


@pytest.mark.parametrize("kind", RESHAPING)
def test_reshaping_agrees(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    @settings(max_examples=examples(80))
    @given(reshaping(kind))
    def check(configuration: tuple[dict[str, Any], Any]) -> None:
        assert_agreement(keras, weightless, kind, *configuration)

    check()


def fails_when_run(given: dict[str, Any], shapes: Any) -> bool:
    """What Keras takes when it is called on symbols, and refuses once there are numbers."""
    if "axis" in given:
        return len({len(axes) for axes in shapes}) > 1
    if "axes" in given:
        axes = (given["axes"],) * 2 if isinstance(given["axes"], int) else given["axes"]
        batches = {axes[0] for axes in shapes} - {None}
        return len(batches) > 1 or any(place in (0, -len(shape)) for place, shape in zip(axes, shapes, strict=True))
    return False


@pytest.mark.parametrize("kind", MERGING)
def test_merging_agrees(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    @settings(max_examples=examples(150))
    @given(merging(kind))
    def check(configuration: tuple[dict[str, Any], Any]) -> None:
        assert_agreement(keras, weightless, kind, *configuration, fails_when_run)

    check()


def shape_for(kind: str) -> Any:
    """A shape that fits the layer with the arguments that it needs."""
    if kind in MERGING:
        return [(None, 6, 4, 4, 4), (None, 6, 4, 4, 4)]
    return (None, *[9] * RANKS[kind], 4) if kind in RANKS else (None, 4)


@pytest.mark.parametrize("kind", [*RESHAPING, *MERGING])
def test_odd_arguments_that_keras_refuses_are_refused(keras: ModuleType, weightless: Weightless, kind: str) -> None:
    assert taken_against_keras(keras, weightless, kind, needed(kind), shape_for(kind)) == []


ODD_SHAPES = [(), (4,), (None,), (None, 0), (None, -1), (None, 2.5), (None, "3"), "45", None, 4, {"axis": 4}, ...]
NO_SHAPES = [[], [()], [(), ()], [None, None], [(None, 3), 4], [(None, 3), "ab"]]


@pytest.mark.parametrize("shape", ODD_SHAPES, ids=repr)
@pytest.mark.parametrize("kind", RESHAPING)
def test_odd_shapes(keras: ModuleType, weightless: Weightless, kind: str, shape: Any) -> None:
    theirs, ours = outcomes(keras, weightless, kind, needed(kind), shape)
    assert ours is None or isinstance(ours, (TypeError, ValueError))
    assert theirs is None or ours is not None


@pytest.mark.parametrize("shape", [*ODD_SHAPES, *NO_SHAPES], ids=repr)
@pytest.mark.parametrize("kind", MERGING)
def test_what_is_no_list_of_shapes_is_refused(kind: str, shape: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=kind):
        ALL_KINDS[kind](**needed(kind)).build(shape)


# What Keras takes on symbols, where it does not look, and refuses once there are numbers


@pytest.mark.parametrize(
    ("kind", "given", "shape"),
    [
        ("Concatenate", {"axis": 2}, [(4, 3, None), (4, 3)]),
        ("Dot", {"axes": 0}, [(4, 3), (4, 3)]),
        ("Dot", {"axes": 1}, [(4, 3), (5, 3)]),
        ("Reshape", {"target_shape": (None, None)}, (4, 6)),
        ("Reshape", {"target_shape": (4, None)}, (4, 6)),
        ("UpSampling2D", {"interpolation": "cubic"}, (4, 6, 6, 3)),
    ],
)
def test_what_keras_refuses_with_numbers(
    keras: ModuleType, weightless: Weightless, kind: str, given: dict[str, Any], shape: Any
) -> None:
    assert_stricter(keras, weightless, kind, given, shape)
    known = [(4, 3, 3), (4, 3)] if kind == "Concatenate" else shape
    numbers = [np.zeros(axes) for axes in known] if isinstance(known, list) else np.zeros(known)
    assert outcome(lambda: getattr(keras.layers, kind)(**given)(numbers)) is not None


# Facts that someone outside wrote down


@pytest.mark.parametrize(
    ("layer", "shape", "output"),
    [
        # Keras's own documentation
        (tutor.Flatten(), (None, 10, 64), (None, 640)),
        (tutor.Reshape((3, 4)), (None, 12), (None, 3, 4)),
        (tutor.Reshape((-1, 2, 2)), (None, 3, 4), (None, 3, 2, 2)),
        (tutor.Permute((2, 1)), (None, 10, 64), (None, 64, 10)),
        (tutor.RepeatVector(3), (None, 32), (None, 3, 32)),
        (tutor.ZeroPadding1D(2), (2, 2, 3), (2, 6, 3)),
        (tutor.ZeroPadding2D(1), (1, 1, 2, 2), (1, 3, 4, 2)),
        (tutor.ZeroPadding3D(2), (1, 1, 2, 2, 3), (1, 5, 6, 6, 3)),
        (tutor.Cropping1D(1), (2, 3, 2), (2, 1, 2)),
        (tutor.Cropping2D(((2, 2), (4, 4))), (2, 28, 28, 3), (2, 24, 20, 3)),
        (tutor.Cropping3D((2, 4, 2)), (2, 28, 28, 10, 3), (2, 24, 20, 6, 3)),
        (tutor.UpSampling1D(2), (2, 2, 3), (2, 4, 3)),
        (tutor.UpSampling2D((1, 2)), (2, 2, 1, 3), (2, 2, 2, 3)),
        (tutor.UpSampling3D((2, 2, 2)), (2, 1, 2, 1, 3), (2, 2, 4, 2, 3)),
        (tutor.Concatenate(axis=1), [(2, 2, 5), (2, 1, 5)], (2, 3, 5)),
        (tutor.Dot((1, 2)), [(1, 5, 2), (1, 2, 5)], (1, 2, 2)),
        (tutor.Add(), [(2, 3, 4), (2, 3, 4)], (2, 3, 4)),
        # The follow-up's models: what leaves the vision model, and what the answer is made of
        (tutor.Flatten(), (None, 25, 25, 256), (None, 160000)),
        (tutor.Concatenate(), [(None, 160000), (None, 256)], (None, 160256)),
        # A size that is not known stays so
        (tutor.Flatten(), (None, None, 3), (None, None)),
        (tutor.UpSampling2D(), (None, None, 7, 3), (None, None, 14, 3)),
        (tutor.Concatenate(1), [(None, None, 3), (None, 5, 3)], (None, None, 3)),
        (tutor.Multiply(), [(None, 7, 7, 32), (None, 1, 1, 32)], (None, 7, 7, 32)),
        (tutor.Add(), [(None, 5, 4), (8, 4)], (8, 5, 4)),
    ],
    ids=repr,
)
def test_shapes_that_are_known(layer: Any, shape: Any, output: Any) -> None:
    built = layer.build(shape)
    assert built.output_shape == output
    assert (built.count, built.formula.text) == (0, "0")


def test_a_functional_model_gives_a_layer_its_list() -> None:
    x = tutor.Input((8,))
    assert tutor.Add()([x]).shape == (None, 8)
    assert tutor.Concatenate()([x, x, x]).shape == (None, 24)


# Refusals are lessons


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: tutor.Sequential([tutor.Flatten(), tutor.Dense(8)]).build((None, None, 3)), ["Dense", "Flatten"]),
        (lambda: tutor.Reshape((4, 4, 2)).build((None, 16)), ["(4, 4, 2)", "32 numbers", "(None, 16)", "16"]),
        (lambda: tutor.Reshape((5, -1)).build((None, 4, 4)), ["Reshape", "a multiple of 5", "(None, 4, 4)", "16"]),
        (lambda: tutor.Reshape(10), ["Reshape", "target_shape must", "got 10", "Write (10,)"]),
        (lambda: tutor.Reshape((0, 4)), ["Reshape", "size 0", "got (0, 4)", "-1"]),
        (lambda: tutor.Reshape((-1, -1)), ["Reshape", "(-1, -1)", "at most one"]),
        (lambda: tutor.Permute((0, 1)), ["Permute", "got (0, 1)", "counted from 1", "1 and 2"]),
        (lambda: tutor.Permute((2, 1)).build((None, 3)), ["Permute", "3 axes", "(None, 3)"]),
        (lambda: tutor.RepeatVector(3).build((None, 25, 256)), ["RepeatVector", "2 axes", "(None, 25, 256)"]),
        (lambda: tutor.Cropping2D(5).build((None, 9, 30, 3)), ["5 + 5", "height", "axis 1", "less than 9"]),
        (lambda: tutor.ZeroPadding2D((1, 2, 3)), ["ZeroPadding2D", "got (1, 2, 3)", "2 entries"]),
        (lambda: tutor.ZeroPadding2D(((1, -2), 3)), ["ZeroPadding2D", "padding[0][1] must", "got -2", "0 or larger"]),
        (lambda: tutor.UpSampling2D(interpolation="linear"), ["UpSampling2D", "'linear'", "'bilinear'"]),
        (
            lambda: tutor.UpSampling2D(data_format="first"),
            ["UpSampling2D", "data_format must", "got 'first'", "'channels_first'"],
        ),
        (
            lambda: tutor.Flatten(input_shape=(28, 28)),
            ["Flatten", "input_shape=(28, 28)", "tutor.Input((28, 28))", "Leave it out"],
        ),
        (lambda: tutor.Add().build((None, 3)), ["Add", "list", "(None, 3)", "[(None, 256), (None, 256)]"]),
        (
            lambda: tutor.Add().build([(None, 3), (None, 4)]),
            ["Add", "(None, 3) and (None, 4)", "Dense(3) on (None, 4)", "Concatenate"],
        ),
        (lambda: tutor.Add().build([(2, 3), (4, 3)]), ["Add", "batch", "axis 0", "(2, 3)"]),
        (lambda: tutor.Subtract().build([(2, 3)] * 3), ["Subtract", "2 inputs", "got 3"]),
        (
            lambda: tutor.Concatenate().build([(None, 3, 4), (None, 5, 4)]),
            ["axis 2", "axis 1", "(None, 3, 4) and (None, 5, 4)"],
        ),
        (lambda: tutor.Concatenate(axis=4).build([(None, 3)]), ["Concatenate", "axis must", "got 4", "from -2 to 1"]),
        (lambda: tutor.Dot(1).build([(None, 3), (None, 4)]), ["Dot", "axes=1", "got 3", "and 4", "same size"]),
        (lambda: tutor.Dot(0).build([(None, 3), (None, 3)]), ["Dot", "axes=0", "batch"]),
    ],
)  # fmt: skip
def test_refusals_say_what_would_fit(action: Callable[[], object], words: list[str]) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        action()
    message = str(raised.value)
    assert [word for word in words if word not in message] == [], message
