"""LSTMs whose matrix products are convolutions: they read one image, or one row or volume, at each timestep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tutor.layers.built import Axes, Weight
from tutor.layers.convolution import Convolution
from tutor.layers.layer import Over
from tutor.layers.recurrent import LSTMGates, OverTime
from tutor.layers.signature import LIMITS, PENALTIES, RETURNS, STARTS
from tutor.layers.spatial import Spatial, of_ranks


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
