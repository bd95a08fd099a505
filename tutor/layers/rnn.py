"""RNN, and the cells that can be put into it: those of the recurrent layers, each for one timestep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tutor.layers.built import Built
from tutor.layers.calls import Operation
from tutor.layers.checks import is_several, shown
from tutor.layers.layer import Layer
from tutor.layers.recurrent import Gated, GRUGates, LSTMGates, OverTime, SimpleGates


class Cell(Gated):
    """One timestep of a recurrent layer, to be put into an RNN."""

    reads = "batch features"

    @property
    def returns(self) -> list[str]:
        return ["batch units"] * (1 + len(self.states))

    states: tuple[str, ...] = ("h",)


class SimpleRNNCell(SimpleGates, Cell):
    """One timestep of a SimpleRNN: ``units · (units + features + 1)``. Source: Keras, ``SimpleRNNCell.build``."""

    signature = """
        units, activation="tanh", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", kernel_regularizer=None,
        recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
        bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, seed=None"""


class LSTMCell(LSTMGates, Cell):
    """One timestep of an LSTM: ``4 · units · (units + features + 1)``. Source: Keras, ``LSTMCell.build``."""

    signature = """
        units, activation="tanh", recurrent_activation="sigmoid", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", unit_forget_bias=True, kernel_regularizer=None,
        recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
        bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, seed=None, *, implementation=2"""


class GRUCell(GRUGates, Cell):
    """One timestep of a GRU: ``3 · units · (units + features + 2)``. Source: Keras, ``GRUCell.build``."""

    signature = """
        units, activation="tanh", recurrent_activation="sigmoid", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", kernel_regularizer=None,
        recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
        bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, reset_after=True, seed=None, *, implementation=2"""


class StackedRNNCells(Layer):
    """Cells on top of one another: at each timestep, each reads what the one below it returns."""

    signature = "cells"
    reads = "batch features"
    owns_weights = False

    def _check_arguments(self) -> None:
        given = tuple(self.cells) if is_several(self.cells) else ()
        if not given or not all(isinstance(cell, (Cell, StackedRNNCells)) for cell in given):
            self._refuse(
                f"cells must be a list of cells, such as [tutor.LSTMCell(64), tutor.LSTMCell(32)]; got "
                f"{shown(self.cells)}."
            )
        vars(self)["cells"] = given

    @property
    def inside(self) -> tuple[Operation, ...]:
        return tuple(self.cells)

    @property
    def states(self) -> tuple[str, ...]:
        """The states of all cells."""
        return tuple(state for cell in self.cells for state in cell.states)

    def build(self, input_shape: Any) -> Built:
        shape = self._shape(input_shape)
        self._names(shape)
        reads, inside = shape, dict[str, Built]()
        for place, cell in enumerate(self.cells, start=1):
            built = cell.build(reads)
            inside[f"cell_{place}"] = built
            reads, *_ = built.output_shape
        weights = tuple(replace(weight, part=part) for part, built in inside.items() for weight in built.weights)
        outputs = (reads, *(state for built in inside.values() for state in built.output_shape[1:]))
        made = Built(
            self, shape, outputs, weights, (), built.input_axes, (("batch", "units"),) * len(outputs), inside=inside
        )
        return made if self.trainable else made.frozen()


class RNN(OverTime):
    """A cell, or a stack of cells, over all timesteps: the parameters of the cell. Source: Keras, ``RNN.build``."""

    signature = """
        cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False,
        zero_output_for_mask=False"""
    reads = "batch timesteps features"
    owns_weights = False

    def _check_arguments(self) -> None:
        if is_several(self.cell):
            vars(self)["cell"] = StackedRNNCells(list(self.cell))
        if not isinstance(self.cell, (Cell, StackedRNNCells)):
            self._refuse(
                f"cell must be a cell, such as tutor.LSTMCell(32), or a list of cells; got {shown(self.cell)}. A whole "
                f"layer, such as tutor.LSTM(32), needs no RNN around it."
            )

    @property
    def inside(self) -> tuple[Operation, ...]:
        return (self.cell,)

    @property
    def states(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(self.cell.states)

    def build(self, input_shape: Any) -> Built:
        shape = self._shape(input_shape)
        axes = dict(zip(self._names(shape), shape, strict=True))
        self._check_axes(axes)
        batch, timesteps, features = shape
        cell: Built = self.cell.build((batch, features))
        output, *states = cell.output_shape
        names: tuple[str, ...] = ("batch", "units")
        shapes, leaving = [output], [names]
        if self.return_sequences:
            shapes, leaving = [(batch, timesteps, *output[1:])], [("batch", "timesteps", "units")]
        if self.return_state:
            shapes, leaving = [*shapes, *states], [*leaving, *[names] * len(states)]
        alone = len(shapes) == 1
        built = replace(
            cell, layer=self, input_shape=shape, output_shape=shapes[0] if alone else tuple(shapes),
            input_axes=tuple(axes), output_axes=leaving[0] if alone else tuple(leaving), inside={"cell": cell},
        )  # fmt: skip
        return built if self.trainable else built.frozen()
