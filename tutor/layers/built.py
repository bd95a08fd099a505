"""What a layer comes to on an input: its weights over named sizes, and from them count and formula."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.symbols import Expression, Number, Sizes, joined, product, total

if TYPE_CHECKING:
    from tutor.layers.base import Layer

#: A tensor's shape with its batch axis in front, as in a Keras summary. ``None`` is an axis that is not known yet.
Shape: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True)
class Gate:
    """One of the small dense layers inside a recurrent cell.

    Attributes:
        name: its output's name in the diagram and in a trace, such as ``"i"`` or ``"c_tilde"``.
        title: its name in words, such as ``"input gate"``.
        activation: the activation's name.
        reads_reset_state: it reads the old state only after the reset gate went over it (a GRU's candidate).
    """

    name: str
    title: str
    activation: str
    reads_reset_state: bool = False


@dataclass(frozen=True, repr=False)
class Weight:
    """A weight as Keras stores it.

    Attributes:
        name: Keras's name, such as ``"recurrent_kernel"``.
        axes: its shape over named sizes.
        trainable: whether training changes it.
        part: weights of one part share a bracket in the formula where not all weights share a factor.
        gates: the gates whose blocks lie side by side along the last axis, in Keras's order; empty if there are none.
    """

    name: str
    axes: tuple[Expression, ...]
    trainable: bool = True
    part: str = ""
    gates: tuple[Gate, ...] = ()

    @classmethod
    def of_gates(cls, name: str, axes: tuple[Expression, ...], gates: tuple[Gate, ...]) -> Weight:
        """The weights of several gates, each of shape ``axes``, fused along the last axis as Keras stores them."""
        return cls(name, (*axes[:-1], product([Number(len(gates)), axes[-1]])), gates=gates)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in numbers."""
        return tuple(axis.value for axis in self.axes)

    @property
    def formula(self) -> Expression:
        """Its number of entries, as a product of its axes."""
        return product(self.axes)

    @property
    def count(self) -> int:
        """Its number of entries."""
        return self.formula.value

    def of_one_gate(self) -> Weight:
        """One gate's block of it: the same weight with the last axis cut into as many pieces as there are gates."""
        if not self.gates:
            return self
        number, *rest = self.axes[-1].factors() if len(self.gates) > 1 else (Number(1), *self.axes[-1].factors())
        if number != Number(len(self.gates)):
            raise AssertionError(f"{self.name}: the last axis does not hold {len(self.gates)} gates")
        return dataclasses.replace(self, axes=(*self.axes[:-1], product(rest)), gates=())

    def __repr__(self) -> str:
        return f"Weight(name={self.name!r}, shape={self.shape}, trainable={self.trainable}, count={self.count})"


@dataclass(frozen=True)
class Built:
    """A layer that has met its input: shapes, weights, and the formula of their count.

    Attributes:
        layer: the layer with its arguments.
        input_shape: the shape that it was built for, batch axis included; a tuple of shapes for several inputs.
        output_shape: the shape that leaves it; a tuple of shapes where several tensors do.
        sizes: the named sizes of the formula.
        weights: Keras's weights, in Keras's order.
        output_rules: how the sizes of the output's axes come about, by the name of the axis, such as ``"height"``;
            only where a rule has something to say, and the axis is known.
    """

    layer: Layer
    input_shape: Any
    output_shape: Any
    sizes: Sizes
    weights: tuple[Weight, ...]
    output_rules: Mapping[str, Expression] = dataclasses.field(default_factory=dict)

    @cached_property
    def formula(self) -> Expression:
        """The parameter count over named sizes, factored as one would write it by hand."""
        return self._formula(self.weights)

    @property
    def count(self) -> int:
        """All parameters, trained or not."""
        return sum(weight.count for weight in self.weights)

    @property
    def trainable_count(self) -> int:
        """The parameters that training changes."""
        return sum(weight.count for weight in self.weights if weight.trainable)

    def frozen(self) -> Built:
        """The same, none of it trained."""
        return dataclasses.replace(self, weights=tuple(dataclasses.replace(w, trainable=False) for w in self.weights))

    @cached_property
    def trainable_formula(self) -> Expression:
        """The count of the parameters that training changes; with :attr:`non_trainable_formula` it makes the whole."""
        return self._formula([weight for weight in self.weights if weight.trainable])

    @cached_property
    def non_trainable_formula(self) -> Expression:
        """The count of the parameters that training leaves alone, such as a moving mean."""
        return self._formula([weight for weight in self.weights if not weight.trainable])

    @property
    def gates(self) -> tuple[Gate, ...]:
        """A recurrent cell's gates, in the order in which Keras stores them; empty for other layers."""
        return next((weight.gates for weight in self.weights if weight.gates), ())

    @cached_property
    def gate_weights(self) -> tuple[Weight, ...]:
        """What one gate owns of each weight (all gates own the same shapes); empty without gates."""
        return tuple(weight.of_one_gate() for weight in self.weights if weight.gates)

    @cached_property
    def gate_formula(self) -> Expression:
        """The parameter count of one gate."""
        return self._formula(self.gate_weights)

    def _formula(self, weights: Sequence[Weight]) -> Expression:
        order = tuple(self.sizes.values())
        whole = total([weight.formula for weight in weights], order)
        parts = dict.fromkeys(weight.part for weight in weights)
        if len(parts) < 2 or len(whole.factors()) > 1:
            return whole
        return joined([total([w.formula for w in weights if w.part == part], order) for part in parts])


def numbered(names: Iterable[str]) -> Iterator[str]:
    """Keras's automatic names within one model: ``dense``, ``dense_1``, ``dense_2``."""
    seen: dict[str, int] = {}
    for name in names:
        number = seen.get(name, 0)
        seen[name] = number + 1
        yield f"{name}_{number}" if number else name
