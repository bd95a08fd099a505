"""Random functional models of ours, for hypothesis: branches, shared layers, wrappers, and models within models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

import tutor

if TYPE_CHECKING:
    from tutor.layers.calls import Tensor

_units = st.integers(1, 4)
_recurrent = st.sampled_from([tutor.SimpleRNN, tutor.LSTM, tutor.GRU])
_modes = st.sampled_from(["concat", "sum", "mul", "ave"])
_steady = [lambda: tutor.Dropout(0.5), lambda: tutor.Activation("relu"), lambda: tutor.BatchNormalization()]


@st.composite
def layers_for(draw: st.DrawFn, shape: tuple[int | None, ...], name: str | None) -> Any:
    """A layer that takes one tensor of that shape and returns one."""
    kinds = ["dense", "steady", "flatten"] if None not in shape[1:-1] else ["dense", "steady"]
    if len(shape) == 3:
        kinds += ["recurrent", "both ways", "each timestep"]
    kind = draw(st.sampled_from(kinds))
    units, trainable = draw(_units), draw(st.integers(0, 5)) > 0
    if kind == "dense":
        return tutor.Dense(units, name=name, trainable=trainable)
    if kind == "steady":
        return draw(st.sampled_from(_steady))()
    if kind == "flatten":
        return tutor.Flatten()
    cell = draw(_recurrent)(units, return_sequences=draw(st.booleans()), trainable=trainable)
    if kind == "recurrent":
        return cell
    if kind == "both ways":
        return tutor.Bidirectional(cell, merge_mode=draw(_modes), name=name)
    return tutor.TimeDistributed(draw(st.sampled_from([tutor.Dense(units, trainable=trainable), tutor.Dropout(0.5)])))


@st.composite
def stacks_on(draw: st.DrawFn, shape: tuple[int | None, ...], name: str | None) -> tutor.Sequential:
    """A Sequential that takes that shape, with or without an Input of its own."""
    passed_on, layers = shape, []
    for _ in range(draw(st.integers(1, 3))):
        layers.append(draw(layers_for(passed_on, None)))
        passed_on = layers[-1].build(passed_on).output_shape
    items = [tutor.Input(batch_shape=shape), *layers] if draw(st.booleans()) else layers
    return tutor.Sequential(items, name=name, trainable=draw(st.integers(0, 3)) > 0)


@st.composite
def models(draw: st.DrawFn, *, depth: int = 1) -> tutor.Model:
    """A model of one to eight calls."""
    names = iter(["a", "b c", "层", "class", "1st"] if depth else [])
    axis = st.none() | st.integers(1, 4)

    def name() -> str | None:
        return next(names, None) if draw(st.integers(0, 3)) == 0 else None

    shapes = [(draw(axis), *draw(st.lists(st.integers(1, 4), max_size=1)), draw(_units)) for _ in range(2)]
    inputs = [tutor.Input(batch_shape=shape, name=name()) for shape in shapes[: draw(st.integers(1, 2))]]
    tensors: list[Tensor] = list(inputs)
    used: list[tuple[Any, Any]] = []
    for _ in range(draw(st.integers(1, 8))):
        tensor = draw(st.sampled_from(tensors))
        again = [one for one, shape in used if shape == tensor.shape]
        partners = [other for other in tensors if other.shape == tensor.shape]
        kind = draw(st.sampled_from(["new", "new", "again", "join", "stack", "model", "states", "each"]))
        if kind == "again" and again:
            tensors.append(draw(st.sampled_from(again))(tensor))
        elif kind == "join":
            joins = draw(st.sampled_from([tutor.Add, tutor.Concatenate, tutor.Multiply]))
            others = draw(st.lists(st.sampled_from(partners), min_size=1, max_size=2))
            tensors.append(joins(name=name())([tensor, *others]))
        elif kind == "states" and len(tensor.shape) == 3:
            units = draw(_units)
            _, *states = tutor.LSTM(units, return_state=True)(tensor)
            tensors.append(tutor.LSTM(units, return_sequences=True)(tensor, initial_state=states))
        else:
            if kind in ("stack", "each") and depth:
                layer = draw(stacks_on(tensor.shape, name()))
            elif kind == "model" and depth and None not in tensor.shape[1:]:
                layer = draw(models(depth=0))
                enters = layer.own_graph.inputs
                fitting = [[one for one in tensors if one.shape[1:] == inner.shape[1:]] for inner in enters]
                if not all(fitting):
                    continue
                given = [draw(st.sampled_from(choices)) for choices in fitting]
                made = layer(given if len(given) > 1 else given[0])
                tensors += made if isinstance(made, tuple) else [made]
                continue
            else:
                layer = draw(layers_for(tensor.shape, name()))
            if kind == "each" and depth and len(tensor.shape) == 3:
                step = (tensor.shape[0], *tensor.shape[2:])
                layer = tutor.TimeDistributed(draw(stacks_on(step, name())))
            used.append((layer, tensor.shape))
            tensors.append(layer(tensor))
    made = [tensor for tensor in tensors if tensor not in inputs] or inputs
    outputs = draw(st.lists(st.sampled_from(made), min_size=1, max_size=3, unique_by=id))
    return tutor.Model(
        inputs if len(inputs) > 1 or draw(st.booleans()) else inputs[0],
        outputs if len(outputs) > 1 else outputs[0],
        name=name(),
    )
