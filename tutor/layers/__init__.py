"""Layers as data: Keras's arguments in, weights and shapes out. Standard library only."""

from tutor.layers.base import Built, Gate, Layer, Weight
from tutor.layers.core import Dense, Embedding
from tutor.layers.recurrent import GRU, LSTM, SimpleRNN

__all__ = ["GRU", "LSTM", "Built", "Dense", "Embedding", "Gate", "Layer", "SimpleRNN", "Weight"]
