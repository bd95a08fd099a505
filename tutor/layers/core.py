"""The layers that multiply by one matrix: Dense, and Embedding, which looks its rows up instead."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Any, ClassVar

from tutor.layers import arguments as arg
from tutor.layers.base import Layer
from tutor.layers.built import Shape, Weight
from tutor.layers.declaration import layer
from tutor.symbols import Size, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator


def _refuse_constrained_lora(kind: str, lora_rank: int | None, **constraints: Any) -> None:
    for name, value in constraints.items():
        if lora_rank is not None and value is not None:
            raise ValueError(f"{kind}: lora_rank={lora_rank} and {name}={value!r} do not go together. Leave one out.")


def _low_rank_pair(name: str, rows: Size, rank: Size, columns: Size) -> Iterator[Weight]:
    """LoRA's two thin matrices, which are trained in place of the frozen one."""
    yield Weight(f"{name}_a", (rows, rank), part="lora")
    yield Weight(f"{name}_b", (rank, columns), part="lora")


@layer
class Dense(Layer):
    """Every input feature to every unit: ``units · (features + 1)``. Works on the last axis, whatever stands before.

    Source of the formula: Chilakapati 2019, equation 1 (not its table 1, whose row has the bias wrong).
    """

    units: int = arg.size()
    activation: Any = arg.activation(default=None)
    use_bias: bool = arg.flag(default=True)
    kernel_initializer: Any = arg.initializer(default="glorot_uniform")
    bias_initializer: Any = arg.initializer(default="zeros")
    kernel_regularizer: Any = arg.regularizer(default=None)
    bias_regularizer: Any = arg.regularizer(default=None)
    activity_regularizer: Any = arg.regularizer(default=None)
    kernel_constraint: Any = arg.constraint(default=None)
    bias_constraint: Any = arg.constraint(default=None)
    lora_rank: int | None = arg.optional_size(default=None)
    lora_alpha: Any = arg.unchecked(default=None)
    quantization_config: Any = arg.unsupported(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_constrained_lora("Dense", self.lora_rank, kernel_constraint=self.kernel_constraint)

    def _sizes(self, shape: Shape) -> Sizes:
        if len(shape) < 2:
            raise ValueError(
                f"Dense reads at least (batch, features), but the input shape {shape} has {_axes(len(shape))}. "
                f"Was the batch axis forgotten? Write {(None, *shape) if shape else (None, 784)}."
            )
        features = self._known_axis(shape, len(shape) - 1, "features", _flattened(shape))
        return Sizes(units=self.units, features=features, **_rank(self.lora_rank))

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        yield Weight("kernel", (sizes.features, sizes.units), trainable=self.lora_rank is None)
        if self.use_bias:
            yield Weight("bias", (sizes.units,))
        if self.lora_rank is not None:
            yield from _low_rank_pair("lora_kernel", sizes.features, sizes.lora_rank, sizes.units)

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)


@layer
class Embedding(Layer):
    """A table with one row of ``output_dim`` numbers for each word: ``vocabulary · units``, however long the text.

    The formula's ``vocabulary`` is Keras's ``input_dim``, its ``units`` is ``output_dim``.
    Source of the formula: Chilakapati 2019, equation 2.
    """

    gone: ClassVar = {
        "input_length": "Keras 3 reads the length off the input, so the argument is gone. Leave it out.",
        "units": "an Embedding's units are its output_dim.",
        "vocabulary": "an Embedding's vocabulary is its input_dim.",
    }

    input_dim: int = arg.size()
    output_dim: int = arg.size()
    embeddings_initializer: Any = arg.initializer(default="uniform")
    embeddings_regularizer: Any = arg.regularizer(default=None)
    embeddings_constraint: Any = arg.constraint(default=None)
    mask_zero: bool = arg.flag(default=False)
    weights: Any = arg.array(default=None)
    lora_rank: int | None = arg.optional_size(default=None)
    lora_alpha: Any = arg.unchecked(default=None)
    quantization_config: Any = arg.unsupported(default=None)
    _: KW_ONLY
    activity_regularizer: Any = arg.regularizer(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_constrained_lora("Embedding", self.lora_rank, embeddings_constraint=self.embeddings_constraint)
        if self.weights is not None:
            self._check_table(self.weights)

    def _check_table(self, weights: Any) -> None:
        table = weights[0] if isinstance(weights, list) and len(weights) == 1 else weights
        given = getattr(table, "shape", None)
        if given is None or tuple(given) != (self.input_dim, self.output_dim):
            found = f"{type(weights).__name__} without a shape" if given is None else f"table of shape {tuple(given)}"
            raise ValueError(
                f"Embedding: weights is a {found}, but input_dim={self.input_dim} rows of output_dim={self.output_dim} "
                f"numbers are needed: an array of shape {(self.input_dim, self.output_dim)}."
            )
        if self.lora_rank is not None:
            raise ValueError(
                f"Embedding: weights and lora_rank={self.lora_rank} do not go together, since LoRA adds two weights "
                f"that weights has no values for. Leave one out."
            )

    def _sizes(self, shape: Shape) -> Sizes:
        if not shape:
            raise ValueError("Embedding reads (batch, sequence length), but the input shape () has no axis at all.")
        return Sizes(vocabulary=self.input_dim, units=self.output_dim, **_rank(self.lora_rank))

    def _weights(self, sizes: Sizes) -> Iterator[Weight]:
        yield Weight("embeddings", (sizes.vocabulary, sizes.units), trainable=self.lora_rank is None)
        if self.lora_rank is not None:
            yield from _low_rank_pair("lora_embeddings", sizes.vocabulary, sizes.lora_rank, sizes.units)

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape, self.output_dim)


def _rank(lora_rank: int | None) -> dict[str, int]:
    return {} if lora_rank is None else {"lora_rank": lora_rank}


def _flattened(shape: Shape) -> str:
    """Where the size of a lone unknown axis may have been lost."""
    if len(shape) > 2:
        return ""
    return (
        " If a Flatten stands before: it knows its size only where all axes that it joins are known, so give the model "
        "an input of fixed size, or put a GlobalAveragePooling in its place, which keeps the channels alone."
    )


def _axes(number: int) -> str:
    return "1 axis" if number == 1 else f"{number} axes"
