"""What people do when they miscount a layer: each mistake is a change of the weights that the layer declares.

A weight is left out, an axis is swapped or dropped, a box too many is counted. How it is called and what is so instead
stand here, beside the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, TypeAlias

from tutor.layers.built import Built, Weight
from tutor.layers.calls import shapes_in
from tutor.layers.checks import listed
from tutor.symbols import Expression, Number, Size, product

Weights: TypeAlias = tuple[Weight, ...]
Edit: TypeAlias = Callable[[Weights], Weights]

NUMBERS = ("no", "one", "two", "three", "four", "five")


@dataclass(frozen=True)
class Change:
    """What a mistake makes of a layer's weights.

    Attributes:
        name: its short name.
        slip: what was done, in a few words: ``the biases left out``.
        because: what is so instead, as a sentence.
        edit: from the weights to those that the mistake counts.
        parts: the weights and gates that it forgets or counts too often, by name.
    """

    name: str
    slip: str
    because: str
    edit: Edit
    parts: tuple[str, ...] = ()


# What a change does


def _without(*names: str) -> Edit:
    """Weights, or parts, left out."""
    return lambda weights: tuple(one for one in weights if not {one.name, one.part} & {*names})


def _axes(instead: Mapping[str, Expression | None], *names: str) -> Edit:
    """Other axes for those of these texts, or none; in the weights of these names, or in all."""

    def edit(weight: Weight) -> Weight:
        if names and weight.name not in names:
            return weight
        axes = (instead.get(axis.text, axis) for axis in weight.axes)
        return replace(weight, axes=tuple(axis for axis in axes if axis is not None))

    return lambda weights: tuple(map(edit, weights))


def _times(factors: Iterable[Expression], *names: str) -> Edit:
    """Further axes, in the weights of these names, or in all."""
    more = tuple(factors)
    return lambda weights: tuple(
        replace(one, axes=(*more, *one.axes)) if not names or one.name in names else one for one in weights
    )


def _without_last_axis(name: str) -> Edit:
    return lambda weights: tuple(replace(one, axes=one.axes[:-1]) if one.name == name else one for one in weights)


def _boxes(number: int) -> Edit:
    return lambda weights: tuple(replace(one, gates=(one.gates * number)[:number]) for one in weights)


# What can be changed


def named(names: Any, shapes: Any) -> dict[str, int | None]:
    """The axes of a shape, or of the first of several, with their sizes."""
    first, axes = next(iter(shapes_in(shapes)), ()), next(iter(shapes_in(names)), ())
    return dict(zip(map(str, axes), first, strict=False))


class _Seen:
    """A built layer's sizes by name, and what its words are."""

    def __init__(self, built: Built) -> None:
        self.built, self.weights, self.gates = built, built.weights, built.gates
        self.names = tuple(dict.fromkeys(weight.name for weight in built.weights))
        self.axes = {axis.text: axis for weight in built.weights for axis in weight.axes}
        self.read = named(built.input_axes, built.input_shape)
        self.returned = named(built.output_axes, built.output_shape)
        self.sizes = {size.name: size for axis in self.axes.values() for size in axis.sizes()}
        several = len({size for weight in built.weights for axis in weight.axes for size in axis.sizes()})
        #: Whether each name stands for one size, as it does not where layers are stacked.
        self.plain = several == len(self.sizes)
        self.reads = next((name for name in ("features", "channels") if name in self.sizes), "")
        self.makes = next((name for name in ("units", "filters") if name in self.sizes), "")
        self.maker = (self.makes or "channels").removesuffix("s")
        self.every = "Every box" if len(self.gates) > 1 else "The box"


def changes(built: Built) -> Iterator[Change]:
    """The mistakes that can be made with this layer, likely ones first."""
    seen = _Seen(built)
    if "bias" in seen.names:
        each = f"Each {seen.maker} also has a bias."
        if seen.gates:
            each = f"{seen.every} has {'two biases' if '2' in seen.axes else 'a bias'} for each {seen.maker}."
        elif "num_heads" in seen.sizes:
            each = "Queries, keys, values and the output all have biases."
        yield Change("bias forgotten", "the biases left out", each, _without("bias"), ("bias",))
    for fits, family in (
        (bool(seen.gates), _of_boxes),
        ("embeddings" in seen.names, _of_table),
        (not seen.gates and {"features", "units"} <= seen.axes.keys(), _of_dense),
        ("num_heads" in seen.sizes, _of_heads),
        (any(name.startswith("kernel_") for name in seen.sizes), _of_windows),
        ("bias" in seen.names and seen.plain and "" not in (seen.reads, seen.makes), _of_two_sides),
        (len(seen.names) > 1 and "num_heads" not in seen.sizes and not seen.gates, _of_arrays),
    ):
        yield from family(seen) if fits else ()
    yield from _of_sharing(seen)


def _of_arrays(seen: _Seen) -> Iterator[Change]:
    """Of several arrays, one or all but one."""
    if not any("kernel" in name for name in seen.names) and len(seen.axes) == 1:
        yield from _of_vectors(seen)
        return
    for weight in seen.weights:
        if weight.name != "bias":
            words, own = weight.name.replace("_", " "), f"It has {weight.count:,} numbers of its own."
            yield Change(f"{words} forgotten", f"the {words} left out", own, _without(weight.name), (weight.name,))


def _of_two_sides(seen: _Seen) -> Iterator[Change]:
    """Whose the biases are, and which size is which."""
    reads, makes = seen.reads, seen.makes
    read, made = seen.sizes[reads], seen.sizes[makes]
    each = f"It's the {makes} that have biases."
    one = reads.removesuffix("s")
    yield Change(f"bias per {one}", f"a bias for every {one}", each, _axes({makes: read}, "bias"), ("bias",))
    if seen.gates:
        sides = f"{makes.capitalize()} is the size of h; {reads} is the size of x."
    else:
        sides = f"{read.value:,} {reads} come in; {made.value:,} {makes} go out."
    swap = _axes({reads: made, makes: read} if reads in seen.axes else {})
    yield Change(f"{reads} and {makes} swapped", f"{makes} and {reads} swapped", sides, swap, seen.names)
    if not seen.gates:
        own, there = f"Each {seen.maker} has its own.", f"There are {made.value:,} {makes}."
        yield Change("one bias in all", "one bias for the whole layer", own, _axes({makes: None}, "bias"), ("bias",))
        share, alone = f"one {seen.maker}'s share", _axes({makes: None})
        name = f"one {seen.maker} only" if makes == "units" else "filters forgotten"
        yield Change(name, share, there, alone, seen.names)
        kernel: Edit = lambda weights: _without("bias")(alone(weights))  # noqa: E731
        yield Change(name, f"{share} of the kernel", there, kernel, seen.names)


def _of_dense(seen: _Seen) -> Iterator[Change]:
    features, units = seen.sizes["features"], seen.sizes["units"]
    rest = [Size(name, size) for name, size in list(seen.read.items())[1:-1] if size and name != "features"]
    if rest and len(rest) == len(seen.read) - 2:
        joined = f"the {listed([f'{one.value:,} {one.name}' for one in rest], 'and')} joined into one list"
        flat = _axes({"features": product([features, *rest])}, "kernel")
        yield Change("flattened", joined, "Dense doesn't flatten; it works on the last axis.", flat, ("kernel",))
    added = (Weight("kernel", (features,)), Weight("kernel", (units,)))
    multiply = "Every feature reaches every unit, so multiply."
    yield Change("sizes added", "the sizes added", multiply, lambda _: added, ("kernel",))
    if "bias" in seen.names:
        one_more = (*added, Weight("bias", ()))
        yield Change("sizes added", "the sizes added", multiply, lambda _: one_more, ("kernel",))
        twice = "Only units have them."
        more = Weight("bias", (features,))
        yield Change("bias twice", "biases on both sides", twice, lambda weights: (*weights, more), ("bias",))


def _of_table(seen: _Seen) -> Iterator[Change]:
    rows, units, name = seen.sizes["vocabulary"], seen.sizes["units"], "embeddings"
    known = f"Its {rows.value:,} rows are all there are; index 0, the padding, is one of them."
    for word, other in (("more", rows + 1), ("fewer", rows - 1)):
        yield Change(f"one row {word}", f"one row {word}", known, _axes({rows.name: other}), (name,))
    none = "An Embedding looks rows up. It has no bias."
    bias = Weight("bias", (units,))
    yield Change("Embedding with bias", "a bias added", none, lambda weights: (*weights, bias), (name,))
    added = (Weight(name, (rows,)), Weight(name, (units,)))
    multiply = f"Every word has a row of {units.value:,} numbers, so multiply."
    yield Change("sizes added", "the sizes added", multiply, lambda _: added, (name,))


def _of_boxes(seen: _Seen) -> Iterator[Change]:
    """A recurrent layer's."""
    gates, real = [gate.name for gate in seen.gates], len(seen.gates)
    candidate = tuple(gate for gate in gates if gate.endswith("_tilde"))
    others = (number for number in (real - 1, 1, *range(2, max(real + 2, 5))) if 0 < number != real)
    for number in dict.fromkeys(others):
        slip = "one box" if number == 1 else f"{NUMBERS[number]} boxes"
        parts: tuple[str, ...] = ()
        there = f"There are {NUMBERS[real]}: {NUMBERS[real - 1]} gates and a candidate."
        if number == real - 1:
            parts, slip, there = candidate, f"only the {NUMBERS[number]} gates", "The candidate has weights too."
        elif number == 1:
            parts = tuple(gates[1:])
        elif real == 1:
            there = "There is one box, and no gate."
        yield Change("gates miscounted", slip, there, _boxes(number), parts)
    own, too = ("recurrent_kernel",), f"{seen.every} reads h as well."
    yield Change("recurrent kernel forgotten", "the weights for h left out", too, _without(*own), own)
    one, slip = _without_last_axis(*own), f"one weight per {seen.maker} for h"
    every_number = f"Each {seen.maker} reads all {seen.sizes[seen.makes].value:,} numbers of h, not just its own."
    yield Change("recurrent kernel as one number per unit", slip, every_number, one, own)
    own, too = ("kernel",), f"{seen.every} reads x as well."
    yield Change("kernel forgotten", "the weights for x left out", too, _without(*own), own)
    if "bias" in seen.names:
        yield from _of_both_biases(seen)


def _of_both_biases(seen: _Seen) -> Iterator[Change]:
    two, one = _times([Number(2)], "bias"), _axes({"2": None}, "bias")
    if "2" not in seen.axes:
        where = seen.every.lower()
        yield Change("two biases", f"two biases in {where}, as in PyTorch", "Keras keeps one.", two, ("bias",))
    inner = next(iter(seen.built.inside.values()), seen.built).layer
    after = getattr(inner, "reset_after", None)
    if after is not None:
        slip = f"reset_after={not after}, {'one bias' if after else 'two biases'} in every box"
        real = f"With reset_after={after}, every box has {'two' if after else 'one'}."
        yield Change("other reset_after", slip, real, one if after else two, ("bias",))


def _of_windows(seen: _Seen) -> Iterator[Change]:
    """A convolution's."""
    window = [size for name, size in seen.sizes.items() if name.startswith("kernel_")]
    kernels = tuple(name for name in seen.names if name.endswith("kernel"))
    channels, filters, groups = (seen.sizes.get(name) for name in ("channels", "filters", "groups"))
    within = "channels / groups" if groups else "channels"
    if filters and "kernel" in seen.names:
        amount = seen.axes[within].value
        all_ = f"A filter reads {f'the {amount:,} of its group' if groups else f'all {amount:,}'}."
        yield Change("channels forgotten", "the channels left out", all_, _axes({within: None}, *kernels), kernels)
    if len(window) > 1:
        sizes = " × ".join(f"{size.value:,}" for size in window)
        line, flat = "the window counted along one side", _axes(dict.fromkeys([one.name for one in window[1:]]))
        yield Change("kernel not squared", line, f"It has {sizes} weights for each channel.", flat, kernels)
    if filters and groups and channels:
        shares = _axes({within: channels, "filters": filters // groups})
        reads = f"They divide the channels that a filter reads: {channels.value:,} / {groups.value:,}."
        yield Change("groups dividing filters", "the groups dividing the filters", reads, shares, kernels)
        whole = f"Each filter reads only {seen.axes[within].value:,} of the {channels.value:,} channels."
        yield Change("groups forgotten", "the groups left out", whole, _axes({within: channels}), kernels)
    if channels and "depth_multiplier" in seen.sizes:
        full = (Weight("kernel", (*window, channels, filters)),) if filters else ()
        bias = tuple(one for one in seen.weights if one.name == "bias")
        whole_edit: Edit = (lambda _: (*full, *bias)) if full else _times([channels], "kernel")
        apart = "Here each window reads one channel."
        yield Change("as a full convolution", "a full convolution", apart, whole_edit, kernels)
    if "bias" in seen.names and filters and not seen.gates:
        each = next(one.axes for one in seen.weights if one.name in kernels)
        every: Edit = lambda weights: (*_without("bias")(weights), Weight("bias", each))  # noqa: E731
        yield Change("bias per weight", "a bias for every weight", "Each filter has just one.", every, ("bias",))


def _of_heads(seen: _Seen) -> Iterator[Change]:
    """Multi-head attention's."""
    heads, width = seen.sizes["num_heads"], seen.sizes["key_dim"]
    each = f"key_dim is the width of one head, and there are {heads.value:,}."
    yield Change("key_dim as total width", "one head", each, _axes({"num_heads": None}), ("query", "key", "value"))
    last = "A last Dense layer turns what the heads found into features."
    out = "attention_output"
    yield Change("output projection forgotten", "the output projection left out", last, _without(out), (out,))
    own = "Queries, keys and values have weights of their own."
    once = _without("key", "value")
    yield Change("queries, keys and values counted once", "one of three projections", own, once, ("key", "value"))
    if features := seen.sizes.get("features"):
        wide = f"All heads together are {heads.value:,} · {width.value:,} wide."
        total = _axes({"num_heads": None, "key_dim": features, "value_dim": features})
        yield Change("features as total width", "features for num_heads · key_dim", wide, total, ("query",))


def _of_vectors(seen: _Seen) -> Iterator[Change]:
    """Those of layers that normalize: a scale and an offset, and in some a mean and a variance."""
    moving = tuple(name for name in seen.names if name.startswith("moving_"))
    if moving and len(moving) < len(seen.names):
        kept = "They aren't trained, but Keras counts them."
        left = f"the {listed([one.replace('_', ' ') for one in moving], 'and')} left out"
        yield Change("moving statistics forgotten", left, kept, _without(*moving), moving)
    there = f"There are {len(seen.names)}: {listed(seen.names, 'and')}."
    yield Change("one vector only", "one vector", there, _without(*seen.names[1:]), seen.names[1:])


def _of_sharing(seen: _Seen) -> Iterator[Change]:
    """What uses the same weights again, or has its own."""
    if "backward" in {weight.part for weight in seen.weights}:
        both = "Bidirectional has two layers, one for each direction."
        yield Change("one direction only", "one direction", both, _without("backward"), ("backward",))
    untrained = sum(weight.count for weight in seen.weights if not weight.trainable)
    if untrained and not any(name.startswith("moving_") for name in seen.names):
        trained: Edit = lambda weights: tuple(one for one in weights if one.trainable)  # noqa: E731
        yield Change("trainable for total", "the trainable ones", f"The other {untrained:,} count too.", trained)
    for axes in (seen.read, seen.returned):
        yield from _of_positions(seen, axes)
    if batch := seen.read.get("batch"):
        share = f"All {batch:,} use the same weights."
        again = _times([Size("batch", batch)])
        yield Change("times batch", "the weights counted again for every example", share, again, seen.names)


def _of_positions(seen: _Seen, axes: Mapping[str, int | None]) -> Iterator[Change]:
    features = {"batch", "features", "channels", "units", "filters", *seen.axes}
    steps = [name for name in axes if name == "timesteps" and name not in features]
    others = [name for name in axes if name not in features and name != "timesteps"]
    for names in (steps, others):
        sizes = [Size(name, axes[name] or 0) for name in names]
        number = prod(size.value for size in sizes)
        if not sizes or not number:
            continue
        where = "timestep" if names == steps else "pixel" if "height" in names else "position"
        again, share = f"the weights counted again at every {where}", f"All {number:,} share one set."
        name = f"times {listed(names, 'and')}"
        if "embeddings" in seen.names:
            name, again = "Embedding times sequence length", f"a table of its own for every {where}"
            share = f"All {number:,} share one."
        yield Change(name, again, share, _times(sizes), seen.names)
