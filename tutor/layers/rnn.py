"""RNN, the cells that can be put into it, each for one timestep, and LSTMs whose matrix products are convolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from tutor.layers.built import Axes, Built, Weight
from tutor.layers.checks import is_several, shown
from tutor.layers.convolution import Convolution
from tutor.layers.layer import Layer, Over, leaving
from tutor.layers.recurrent import Gated, GRUGates, LSTMGates, OverTime, SimpleGates
from tutor.layers.signature import LIMITS, PENALTIES, RETURNS, STARTS
from tutor.layers.spatial import Spatial, of_ranks


class Cell(Gated):
    """One timestep of a recurrent layer, to be put into an RNN."""

    reads = "batch features"

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
    holds = ("cells",)
    reads = "batch features"
    owns_weights = False

    def _check_arguments(self) -> None:
        given = tuple(self.cells) if is_several(self.cells) else ()
        if not given or not all(isinstance(cell, (Cell, StackedRNNCells)) for cell in given):
            self._refuse(f"cells must be a list of cells, such as [tutor.LSTMCell(32)]; got {shown(self.cells)}.")
        vars(self)["cells"] = given

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

    signature = f"cell, {RETURNS}, unroll=False, zero_output_for_mask=False"
    holds = ("cell",)
    reads = "batch timesteps features"
    owns_weights = False

    def _check_arguments(self) -> None:
        if is_several(self.cell):
            vars(self)["cell"] = StackedRNNCells(list(self.cell))
        if not isinstance(self.cell, (Cell, StackedRNNCells)):
            why = f"cell must be a cell, such as tutor.LSTMCell(32), or a list of cells; got {shown(self.cell)}."
            self._refuse(why, " A whole layer, such as tutor.LSTM(32), needs no RNN around it.")

    @property
    def states(self) -> tuple[str, ...]:
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


class ConvLSTM(LSTMGates, OverTime, Convolution):
    """An LSTM that reads {thing} at each timestep: ``4 · filters · ({window} · (filters + channels) + 1)``.

    Its three gates and its candidate each have a kernel for the input and one for the previous state.
    Source: Keras, ``ConvLSTMCell.build``.
    """

    signature = f"""
        filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1, activation="tanh",
        recurrent_activation="sigmoid", {STARTS}, unit_forget_bias=True, {PENALTIES}, activity_regularizer=None,
        {LIMITS}, seed=None, {RETURNS}, *, zero_output_for_mask=False"""
    leading = "batch timesteps"
    # The timesteps are another axis.
    things: ClassVar = {**Spatial.things, 1: ("a row of pixels", ("rows",))}

    @property
    def returns(self) -> list[str]:
        return self._returns(super().returns.replace("batch timesteps", "batch"))

    def _weights(self, over: Over) -> Iterator[Weight]:
        yield Weight("kernel", over(f"{self._window} channels filters"), gates=self.gates)
        yield Weight("recurrent_kernel", over(f"{self._window} filters filters"), gates=self.gates)
        if self.use_bias:
            yield Weight("bias", over("filters"), gates=self.gates)

    def _check_axes(self, axes: Axes) -> None:
        for name in self.spatial:
            self._known(axes, name, "the state has the same size at every timestep")
        super()._check_axes(axes)


ConvLSTM1D, ConvLSTM2D, ConvLSTM3D = of_ranks(ConvLSTM)
