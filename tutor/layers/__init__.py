"""Layers as data: Keras's arguments in, weights and shapes out. Standard library only.

A family is imported when one of its layers is first asked for: there are over a hundred, and a lesson needs a few.
"""

from __future__ import annotations

import importlib
from typing import Any

_FAMILIES = {
    "activations": "Activation ELU Identity LeakyReLU Masking PReLU ReLU Softmax",
    "base": "Layer",
    "built": "Built Gate Weight",
    "conv_lstm": "ConvLSTM1D ConvLSTM2D ConvLSTM3D",
    "convolution": "Conv1D Conv2D Conv3D Convolution1D Convolution2D Convolution3D",
    "core": "Dense Embedding",
    "merging": "Add Average Concatenate Dot Maximum Minimum Multiply Subtract",
    "normalization": """
        BatchNormalization GroupNormalization LayerNormalization Normalization RMSNormalization Rescaling
        UnitNormalization
    """,
    "pooling": """
        AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D
        GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D
        GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D
        GlobalMaxPooling2D GlobalMaxPooling3D MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D
        MaxPooling3D
    """,
    "recurrent": "GRU LSTM SimpleRNN",
    "regularization": """
        ActivityRegularization AlphaDropout Dropout GaussianDropout GaussianNoise SpatialDropout1D
        SpatialDropout2D SpatialDropout3D
    """,
    "reshaping": """
        Cropping1D Cropping2D Cropping3D Flatten Permute RepeatVector Reshape UpSampling1D UpSampling2D
        UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """,
    "separable": """
        DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D SeparableConvolution1D
        SeparableConvolution2D
    """,
    "transposed": """
        Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution1DTranspose Convolution2DTranspose
        Convolution3DTranspose
    """,
    "wrappers": "Bidirectional TimeDistributed",
}

#: The module of each name.
HOMES = {name: f"{__name__}.{family}" for family, names in _FAMILIES.items() for name in names.split()}

__all__ = sorted(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
