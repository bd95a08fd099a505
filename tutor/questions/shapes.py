"""The wrong shapes that a layer's own declaration foresees: axes left out, swapped, or of another size."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from math import prod
from typing import Any, TypeAlias

from tutor.layers.built import Axes, Built, Shape
from tutor.layers.calls import shapes_in
from tutor.layers.checks import listed
from tutor.questions.changes import named
from tutor.questions.mistakes import Mistake, distinct

#: What people take an argument to be that has another value: its name, what else it may be, and what they did.
_TOGGLES: tuple[tuple[str, tuple[Any, ...], str, str], ...] = (
    ("padding", ("valid", "same"), "other padding", "padding={!r}"),
    ("strides", (1,), "stride forgotten", "a window that moves by 1"),
    ("dilation_rate", (1,), "dilation forgotten", "a window without gaps"),
    ("merge_mode", ("sum",), "one direction only", "one direction"),
)


#: Its name, the shape, what was done, and what is so instead.
_Found: TypeAlias = Iterator[tuple[str, Shape, str, str]]


def shape_mistakes(built: Built) -> tuple[Mistake, ...]:
    """The shapes that one mistake makes of what a layer returns, likely ones first; none of them is the right one."""
    found = (Mistake(name, shape, slip, because) for name, shape, slip, because in _all(built))
    return distinct(found, built.output_shape)


def _all(built: Built) -> _Found:
    axes, shapes = named(built.output_axes, built.output_shape), shapes_in(built.output_shape)
    names, shape = tuple(axes), tuple(axes.values())
    if len(shapes) > 1:
        yield "one of several", shapes[0], "one of the tensors", f"{len(shapes)} leave."
    yield "batch forgotten", shape[1:], "the batch left out", f"A batch of examples leaves: {shape[0]} comes first."
    yield from _of_arguments(built)
    for place, name in list(enumerate(names))[1:-1]:
        left = (*shape[:place], *shape[place + 1 :])
        yield f"{name} dropped", left, f"no {name}", f"There is an output for each of the {shape[place] or ''} {name}."
    yield from _of_sizes(built, axes)
    yield from _of_order(names, shape)
    first = f"{shape[0]} means any number of examples." if shape[0] is None else "The batch has a fixed size here."
    for batch in {None, 1, 32} - {shape[0]}:
        yield "batch given", (batch, *shape[1:]), "another batch", first


def _of_arguments(built: Built) -> _Found:
    """What the layer would return with another argument."""
    for argument, values, name, slip in _TOGGLES:
        now = getattr(built.layer, argument, "")
        for value in values if now != "" else ():
            if value != now and (shape := _with(built, argument, value)):
                here = f"Here {argument} is {'pool_size' if now is None else repr(now)}."
                yield name, shape, slip.format(value), here
    every = getattr(built.layer, "return_sequences", None)
    if every is not None and (shape := _with(built, "return_sequences", not every)):
        if every:
            steps = named(built.output_axes, built.output_shape).get("timesteps")
            out = f"That's just the last h. {f'All {steps}' if steps else 'All of them'} come out."
            yield "timesteps dropped", shape, "the timesteps left out", out
        else:
            only = "Without return_sequences, only the last one comes out."
            yield "timesteps kept", shape, "an h for every timestep", only


def _with(built: Built, argument: str, value: Any) -> Shape:
    with suppress(TypeError, ValueError):
        return shapes_in(replace(built.layer, **{argument: value}).build(built.input_shape).output_shape)[0]
    return ()


def _of_sizes(built: Built, axes: Axes) -> _Found:
    *front, last = axes.values()
    entering = named(built.input_axes, built.input_shape)
    came, goes = ([*one][-1] for one in (entering, axes))
    came = next((name for name in ("features", "channels") if name in entering), came)
    goes = next((name for name in ("units", "filters") if name in axes), goes)
    put = {**axes, goes: entering.get(came)}
    both = f"{entering.get(came)} go in, {axes[goes]} come out."
    yield f"{came} for {goes}", tuple(put.values()), f"{came} for {goes}", both
    if built.gates and last:
        boxes = (*front, len(built.gates) * last)
        yield "boxes in the output", boxes, "all boxes", f"The boxes stay inside. What comes out is h, {last} numbers."
    rules = {name: rule for name, rule in built.output_rules.items() if axes.get(name)}
    for delta, some in itertools.product((1, -1), [set(rules), *({one} for one in rules)] if rules else []):
        moved = tuple(size + delta if name in some and size else size for name, size in axes.items())
        sums = listed(dict.fromkeys(f"{rule.numbers} = {rule.value}" for rule in rules.values()), "and")
        yield "off by one at the border", moved, "off by one at the border", f"{sums}."
    yield "input shape", tuple(entering.values()), "the shape that comes in", "What does the layer make of it?"


def _of_order(names: tuple[str, ...], shape: Shape) -> _Found:
    order = f"The order is {', '.join(names)}."
    batch, *rest = shape
    if "height" in names and len(rest) > 1:
        first = names[1] in ("channels", "filters")
        moved = (batch, *rest[1:], rest[0]) if first else (batch, rest[-1], *rest[:-1])
        yield f"channels {'last' if first else 'first'}", moved, f"the channels {'last' if first else 'first'}", order
    for one, other in itertools.combinations(range(1, len(shape)), 2):
        swapped = list(shape)
        swapped[one], swapped[other] = shape[other], shape[one]
        yield "axes swapped", tuple(swapped), f"{names[one]} and {names[other]} swapped", order
    if len(rest) > 1 and None not in rest:
        yield "flattened", (batch, prod(size or 0 for size in rest)), "all axes joined into one", "They stay apart."
