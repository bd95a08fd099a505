"""What people do when they miscount a layer: each mistake is a change of the weights that the layer declares.

A weight is left out, an axis is swapped or dropped, a box too many is counted. How it is called and what is so instead
stand here, beside the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple, TypeAlias

from tutor.layers.built import Built, Weight
from tutor.layers.calls import shapes_in
from tutor.layers.checks import listed
from tutor.symbols import Expression, Number, Size, product

Weights: TypeAlias = tuple[Weight, ...]
Edit: TypeAlias = Callable[[Weights], Weights]

NUMBERS = ("no", "one", "two", "three", "four", "five")


class Change(NamedTuple):
    """What a mistake makes of a layer's weights.

    Attributes:
        name: its short name.
        slip: what was done, in a few words: ``the biases left out``.
        because: what is so instead, as a sentence.
        edit: from the weights to those that the mistake counts.
        parts: the gates, or the parts of several weights, that it forgets; empty where the weights say it all.
    """

    name: str
    slip: str
    because: str
    edit: Edit
    parts: tuple[str, ...] = ()


# What a change does


def _each(of: Callable[[tuple[Expression, ...]], tuple[Expression, ...]], *names: str) -> Edit:
    """Other axes, in the weights of these names, or in all."""
    return lambda weights: tuple(
        replace(one, axes=of(one.axes)) if not names or one.name in names else one for one in weights
    )


def _axes(instead: Mapping[str, Expression | None], *names: str) -> Edit:
    """Others for the axes of these texts, or none."""
    return _each(lambda axes: tuple(new for axis in axes if (new := instead.get(axis.text, axis)) is not None), *names)


def _times(*factors: Expression) -> Edit:
    return _each(lambda axes: (*factors, *axes))


def _without(*names: str) -> Edit:
    """Weights, or parts, left out."""
    return lambda weights: tuple(one for one in weights if not {one.name, one.part} & {*names})


def _with(*more: Weight) -> Edit:
    return lambda weights: (*weights, *more)


def _instead(*others: Weight) -> Edit:
    return lambda _: others


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
        every = {size for weight in built.weights for axis in weight.axes for size in axis.sizes()}
        self.sizes = {size.name: size for axis in self.axes.values() for size in axis.sizes()}
        #: Whether each name stands for one size, as it does not where layers are stacked.
        self.plain = len(every) == len(self.sizes)
        self.reads = next((name for name in ("features", "channels") if name in self.sizes), "")
        self.makes = next((name for name in ("units", "filters") if name in self.sizes), "")
        self.maker = (self.makes or "channels").removesuffix("s")
        self.every = "Every box" if len(self.gates) > 1 else "The box"


def changes(built: Built) -> Iterator[Change]:
    """The mistakes that can be made with this layer, likely ones first."""
    seen = _Seen(built)
    for fits, family in (
        ("bias" in seen.names, _of_bias),
        (bool(seen.gates), _of_boxes),
        ("embeddings" in seen.names, _of_table),
        (not seen.gates and {"features", "units"} <= seen.axes.keys(), _of_dense),
        ("num_heads" in seen.sizes, _of_heads),
        (any(name.startswith("kernel_") for name in seen.sizes), _of_windows),
        ("bias" in seen.names and seen.plain and "" not in (seen.reads, seen.makes), _of_two_sides),
        (len(seen.names) > 1 and "num_heads" not in seen.sizes and not seen.gates, _of_arrays),
        (True, _of_sharing),
    ):
        yield from family(seen) if fits else ()


def _of_bias(seen: _Seen) -> Iterator[Change]:
    each = f"Each {seen.maker} also has a bias."
    if seen.gates:
        each = f"{seen.every} has {'two biases' if '2' in seen.axes else 'a bias'} for each {seen.maker}."
    elif "num_heads" in seen.sizes:
        each = "Queries, keys, values and the output all have biases."
    yield Change("bias forgotten", "the biases left out", each, _without("bias"))


def _of_arrays(seen: _Seen) -> Iterator[Change]:
    """Of several arrays, one or all but one."""
    if any("kernel" in name for name in seen.names) or len(seen.axes) > 1:
        for weight in seen.weights:
            if weight.name != "bias":
                words, own = weight.name.replace("_", " "), f"It has {weight.count:,} numbers of its own."
                yield Change(f"{words} forgotten", f"the {words} left out", own, _without(weight.name))
        return
    moving = tuple(name for name in seen.names if name.startswith("moving_"))
    if moving and len(moving) < len(seen.names):
        left = f"the {listed([one.replace('_', ' ') for one in moving], 'and')} left out"
        kept = "They aren't trained, but Keras counts them."
        yield Change("moving statistics forgotten", left, kept, _without(*moving))
    there = f"There are {len(seen.names)}: {listed(seen.names, 'and')}."
    yield Change("one vector only", "one vector", there, _without(*seen.names[1:]))


def _of_two_sides(seen: _Seen) -> Iterator[Change]:
    """Whose the biases are, and which size is which."""
    reads, makes = seen.reads, seen.makes
    read, made = seen.sizes[reads], seen.sizes[makes]
    slip = f"bias per {reads.removesuffix('s')}"
    yield Change(
        slip, f"a bias for every {slip[9:]}", f"It's the {makes} that have biases.", _axes({makes: read}, "bias")
    )
    sides = f"{read.value:,} {reads} come in; {made.value:,} {makes} go out."
    if seen.gates:
        sides = f"{makes.capitalize()} is the size of h; {reads} is the size of x."
    swap = _axes({reads: made, makes: read} if reads in seen.axes else {})
    yield Change(f"{reads} and {makes} swapped", f"{makes} and {reads} swapped", sides, swap)
    if seen.gates:
        return
    own, there = f"Each {seen.maker} has its own.", f"There are {made.value:,} {makes}."
    yield Change("one bias in all", "one bias for the whole layer", own, _axes({makes: None}, "bias"))
    name = f"one {seen.maker} only" if makes == "units" else "filters forgotten"
    share, alone = f"one {seen.maker}'s share", _axes({makes: None})
    yield Change(name, share, there, alone)
    yield Change(name, f"{share} of the kernel", there, lambda weights: _without("bias")(alone(weights)))


def _of_dense(seen: _Seen) -> Iterator[Change]:
    features, units = seen.sizes["features"], seen.sizes["units"]
    rest = [Size(name, size) for name, size in list(seen.read.items())[1:-1] if size and name != "features"]
    if rest and len(rest) == len(seen.read) - 2:
        joined = f"the {listed([f'{one.value:,} {one.name}' for one in rest], 'and')} joined into one list"
        flat = _axes({"features": product([features, *rest])}, "kernel")
        yield Change("flattened", joined, "Dense doesn't flatten; it works on the last axis.", flat)
    added, multiply = _sum_of("kernel", features, units), "Every feature reaches every unit, so multiply."
    yield Change("sizes added", "the sizes added", multiply, _instead(*added))
    if "bias" in seen.names:
        yield Change("sizes added", "the sizes added", multiply, _instead(*added, Weight("bias", ())))
        more = _with(Weight("bias", (features,)))
        yield Change("bias twice", "biases on both sides", "Only units have them.", more)


def _sum_of(name: str, *sizes: Expression) -> Weights:
    return tuple(Weight(name, (size,)) for size in sizes)


def _of_table(seen: _Seen) -> Iterator[Change]:
    rows, units = seen.sizes["vocabulary"], seen.sizes["units"]
    known = f"Its {rows.value:,} rows are all there are; index 0, the padding, is one of them."
    for word, other in (("more", rows + 1), ("fewer", rows - 1)):
        yield Change(f"one row {word}", f"one row {word}", known, _axes({rows.name: other}))
    none = "An Embedding looks rows up. It has no bias."
    yield Change("Embedding with bias", "a bias added", none, _with(Weight("bias", (units,))), ("embeddings",))
    multiply = f"Every word has a row of {units.value:,} numbers, so multiply."
    yield Change("sizes added", "the sizes added", multiply, _instead(*_sum_of("embeddings", rows, units)))


def _of_boxes(seen: _Seen) -> Iterator[Change]:
    """A recurrent layer's."""
    gates, real = tuple(gate.name for gate in seen.gates), len(seen.gates)
    there = f"There are {NUMBERS[real]}: {NUMBERS[real - 1]} gates and a candidate."
    there = there if real > 1 else "There is one box, and no gate."
    candidate = tuple(gate for gate in gates if gate.endswith("_tilde"))
    known = {1: ("one box", there, gates[1:])}
    known[real - 1] = (f"only the {NUMBERS[real - 1]} gates", "The candidate has weights too.", candidate)
    for number in dict.fromkeys((real - 1, 1, *range(2, max(real + 2, 5)))):
        if number not in (0, real):
            slip, because, parts = known.get(number, (f"{NUMBERS[number]} boxes", there, ()))
            yield Change("gates miscounted", slip, because, _boxes(number), parts)
    too = f"{seen.every} reads {{}} as well."
    own = "recurrent_kernel"
    yield Change("recurrent kernel forgotten", "the weights for h left out", too.format("h"), _without(own))
    slip, one = f"one weight per {seen.maker} for h", _each(lambda axes: axes[:-1], own)
    every_number = f"Each {seen.maker} reads all {seen.sizes[seen.makes].value:,} numbers of h, not just its own."
    yield Change("recurrent kernel as one number per unit", slip, every_number, one)
    yield Change("kernel forgotten", "the weights for x left out", too.format("x"), _without("kernel"))
    if "bias" not in seen.names:
        return
    two, single = _each(lambda axes: (Number(2), *axes), "bias"), _axes({"2": None}, "bias")
    if "2" not in seen.axes:
        where = seen.every.lower()
        yield Change("two biases", f"two biases in {where}, as in PyTorch", "Keras keeps one.", two)
    inner = next(iter(seen.built.inside.values()), seen.built).layer
    after = getattr(inner, "reset_after", None)
    if after is not None:
        slip = f"reset_after={not after}, {'one bias' if after else 'two biases'} in every box"
        has = f"With reset_after={after}, every box has {'two' if after else 'one'}."
        yield Change("other reset_after", slip, has, single if after else two)


def _of_windows(seen: _Seen) -> Iterator[Change]:
    """A convolution's."""
    window = [size for name, size in seen.sizes.items() if name.startswith("kernel_")]
    kernels = tuple(name for name in seen.names if name.endswith("kernel"))
    channels, filters, groups = (seen.sizes.get(name) for name in ("channels", "filters", "groups"))
    within = "channels / groups" if groups else "channels"
    if filters and "kernel" in seen.names:
        amount = seen.axes[within].value
        reads = f"A filter reads {f'the {amount:,} of its group' if groups else f'all {amount:,}'}."
        yield Change("channels forgotten", "the channels left out", reads, _axes({within: None}, *kernels))
    if len(window) > 1:
        sizes = f"It has {' × '.join(f'{size.value:,}' for size in window)} weights for each channel."
        flat = _axes(dict.fromkeys([one.name for one in window[1:]]))
        yield Change("kernel not squared", "the window counted along one side", sizes, flat)
    if filters and groups and channels:
        reads = f"They divide the channels that a filter reads: {channels.value:,} / {groups.value:,}."
        shares = _axes({within: channels, "filters": filters // groups})
        yield Change("groups dividing filters", "the groups dividing the filters", reads, shares)
        only = f"Each filter reads only {seen.axes[within].value:,} of the {channels.value:,} channels."
        yield Change("groups forgotten", "the groups left out", only, _axes({within: channels}))
    bias = tuple(one for one in seen.weights if one.name == "bias")
    if channels and "depth_multiplier" in seen.sizes:
        full = _each(lambda axes: (channels, *axes), "kernel")
        if filters:
            full = _instead(Weight("kernel", (*window, channels, filters)), *bias)
        yield Change("as a full convolution", "a full convolution", "Here each window reads one channel.", full)
    if bias and filters and not seen.gates:
        axes = next(one.axes for one in seen.weights if one.name in kernels)
        every = _each(lambda _: axes, "bias")
        yield Change("bias per weight", "a bias for every weight", "Each filter has just one.", every)


def _of_heads(seen: _Seen) -> Iterator[Change]:
    """Multi-head attention's."""
    heads, width, features = (seen.sizes.get(name) for name in ("num_heads", "key_dim", "features"))
    number, inputs, out = heads.value if heads else 0, ("query", "key", "value"), "attention_output"
    each = f"key_dim is the width of one head, and there are {number:,}."
    yield Change("key_dim as total width", "one head", each, _axes({"num_heads": None}), inputs)
    last = "A last Dense layer turns what the heads found into features."
    yield Change("output projection forgotten", "the output projection left out", last, _without(out), (out,))
    own = "Queries, keys and values have weights of their own."
    once = _without(*inputs[1:])
    yield Change("queries, keys and values counted once", "one of three projections", own, once, inputs[1:])
    if features and width:
        wide = f"All heads together are {number:,} · {width.value:,} wide."
        total = _axes({"num_heads": None, "key_dim": features, "value_dim": features})
        yield Change("features as total width", "features for num_heads · key_dim", wide, total, inputs[:1])


def _of_sharing(seen: _Seen) -> Iterator[Change]:
    """What uses the same weights again, or has its own."""
    if "backward" in {weight.part for weight in seen.weights}:
        both = "Bidirectional has two layers, one for each direction."
        yield Change("one direction only", "one direction", both, _without("backward"), ("backward",))
    untrained = [weight for weight in seen.weights if not weight.trainable]
    if untrained and not any(name.startswith("moving_") for name in seen.names):
        others = f"The other {sum(weight.count for weight in untrained):,} count too."
        trained: Edit = lambda weights: tuple(one for one in weights if one.trainable)  # noqa: E731
        yield Change("trainable for total", "the trainable ones", others, trained)
    for axes in (seen.read, named(seen.built.output_axes, seen.built.output_shape)):
        yield from _of_positions(seen, axes)
    if batch := seen.read.get("batch"):
        share, again = f"All {batch:,} use the same weights.", "the weights counted again for every example"
        yield Change("times batch", again, share, _times(Size("batch", batch)))


def _of_positions(seen: _Seen, axes: Mapping[str, int | None]) -> Iterator[Change]:
    own = {"batch", "features", "channels", "units", "filters", *seen.axes}
    free = {name: size for name, size in axes.items() if name not in own}
    for names in ([*free.keys() & {"timesteps"}], [name for name in free if name != "timesteps"]):
        sizes = [Size(name, free[name] or 0) for name in names]
        number = prod(size.value for size in sizes) if names else 0
        if not number:
            continue
        where = "timestep" if "timesteps" in names else "pixel" if "height" in names else "position"
        name, again = f"times {listed(names, 'and')}", f"the weights counted again at every {where}"
        share = f"All {number:,} share one set."
        if "embeddings" in seen.names:
            name, again = "Embedding times sequence length", f"a table of its own for every {where}"
            share = f"All {number:,} share one."
        yield Change(name, again, share, _times(*sizes))
