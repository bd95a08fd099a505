"""RNN, and the cells that can be put into it: those of the recurrent layers, each for one timestep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tutor.layers.built import Built
from tutor.layers.calls import Operation
from tutor.layers.checks import is_several, shown
from tutor.layers.layer import Layer, leaving
from tutor.layers.recurrent import Gated, GRUGates, LSTMGates, OverTime, SimpleGates
from tutor.layers.signature import LIMITS, PENALTIES, STARTS


class Cell(Gated):
    """One timestep of a recurrent layer, to be put into an RNN."""

    reads = "batch features"
    states: tuple[str, ...] = ("h",)

    @property
    def returns(self) -> list[str]:
        return ["batch units"] * (1 + len(self.states))


class SimpleRNNCell(SimpleGates, Cell):
    """One timestep of a SimpleRNN: ``units · (units + features + 1)``. Source: Keras, ``SimpleRNNCell.build``."""

    signature = f"""units, activation="tanh", {STARTS}, {PENALTIES}, {LIMITS}, seed=None"""


class LSTMCell(LSTMGates, Cell):
    """One timestep of an LSTM: ``4 · units · (units + features + 1)``. Source: Keras, ``LSTMCell.build``."""

    signature = f"""
        units, activation="tanh", recurrent_activation="sigmoid", {STARTS}, unit_forget_bias=True, {PENALTIES},
        {LIMITS}, seed=None, *, implementation=2"""


class GRUCell(GRUGates, Cell):
    """One timestep of a GRU: ``3 · units · (units + features + 2)``. Source: Keras, ``GRUCell.build``."""

    signature = f"""
        units, activation="tanh", recurrent_activation="sigmoid", {STARTS}, {PENALTIES}, {LIMITS}, reset_after=True,
        seed=None, *, implementation=2"""


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
        shape, axes = self._entering(input_shape)
        read, inside, states = shape, dict[str, Built](), []
        for place, cell in enumerate(self.cells, start=1):
            inside[f"cell_{place}"] = built = cell.build(read)
            output, *further = leaving(built)
            read = tuple(output.values())
            states += further
        weights = [replace(weight, part=part) for part, built in inside.items() for weight in built.weights]
        return self._built(shape, tuple(axes), [output, *states], weights, inside=inside)


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
        shape, axes = self._entering(input_shape)
        self._check_axes(axes)
        cell: Built = self.cell.build((axes["batch"], axes["features"]))
        output, *states = leaving(cell)
        if self.return_sequences:
            output = {"batch": output["batch"], "timesteps": axes["timesteps"], **output}
        returned = [output, *(states if self.return_state else [])]
        return self._built(shape, tuple(axes), returned, cell.weights, cell.order, inside={"cell": cell})
