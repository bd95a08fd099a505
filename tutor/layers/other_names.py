"""What others call Keras's layers and arguments: Keras 1 and 2, TensorFlow's older layers, and PyTorch."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Collection, Sequence

#: Arguments, by Keras's name for them.
OTHER_ARGUMENTS = {
    "units": "output_dim out_features hidden_size hidden_dim num_units n_units num_outputs",
    "filters": "nb_filter out_channels num_filters",
    "kernel_size": "filter_length filter_size kernel_dim1 kernel_dim2 kernel_dim3 window_size",
    "pool_size": "pool_length kernel_size ksize",
    "strides": "stride subsample subsample_length",
    "padding": "border_mode",
    "dilation_rate": "dilation atrous_rate",
    "use_bias": "bias",
    "activation": "nonlinearity",
    "recurrent_activation": "inner_activation",
    "kernel_initializer": "init",
    "recurrent_initializer": "inner_init",
    "embeddings_initializer": "init",
    "unit_forget_bias": "forget_bias_init",
    "kernel_regularizer": "W_regularizer",
    "recurrent_regularizer": "U_regularizer",
    "bias_regularizer": "b_regularizer",
    "embeddings_regularizer": "W_regularizer",
    "kernel_constraint": "W_constraint",
    "recurrent_constraint": "U_constraint",
    "bias_constraint": "b_constraint",
    "embeddings_constraint": "W_constraint",
    "dropout": "dropout_W",
    "recurrent_dropout": "dropout_U",
    "rate": "p drop_prob",
    "stddev": "sigma",
    "threshold": "theta",
    "negative_slope": "alpha",
    "input_dim": "num_embeddings vocabulary vocab_size vocabulary_size",
    "output_dim": "embedding_dim embed_dim units",
    "size": "length scale_factor",
    "groups": "num_groups",
    "depth_multiplier": "channel_multiplier",
    "axis": "dim concat_axis",
    "epsilon": "eps",
    "keepdims": "keepdim",
    "axes": "dot_axes",
    "target_shape": "dims unflattened_size",
    "key_dim": "kdim size_per_head",
    "value_dim": "vdim",
    "num_heads": "head_num n_heads nhead",
    "beta_initializer": "beta_init",
    "gamma_initializer": "gamma_init",
}
#: Arguments that Keras reads off the input.
READ_OFF_THE_INPUT = "in_features in_channels input_size num_features num_channels input_length".split()
#: Arguments that Keras replaces by something else.
REPLACED = {
    "affine": "write center=False and scale=False for a layer without weights.",
    "batch_first": "the batch is always the first axis. Leave it out.",
    "bidirectional": "write tutor.Bidirectional(…) around the layer.",
    "consume_less": "Keras calls it implementation, and it changes neither shapes nor counts. Leave it out.",
    "device": "Keras decides where the weights are. Leave it out.",
    "dim_ordering": "Keras calls it data_format, and 'tf' is 'channels_last', 'th' is 'channels_first'.",
    "elementwise_affine": "write center=False and scale=False for a layer without weights.",
    "embed_dim": "Keras reads it off the input. key_dim is the size of one head.",
    "inplace": "Keras always returns a new tensor. Leave it out.",
    "keep_prob": "Keras asks for the share that is dropped: rate is 1 - keep_prob.",
    "nb_col": "Keras takes rows and columns together, such as kernel_size=(3, 3).",
    "nb_row": "Keras takes rows and columns together, such as kernel_size=(3, 3).",
    "normalized_shape": "Keras asks for the axis, such as axis=-1 for the last one.",
    "num_layers": "stack several layers instead; all but the last need return_sequences=True.",
    "padding_idx": "write mask_zero=True, and use index 0 for padding.",
    "time_major": "the batch is always the first axis. Leave it out.",
}

#: Layers, by Keras's name for them, apart from capital letters.
OTHER_LAYERS = {
    "Activation('gelu')": "gelu",
    "Activation('sigmoid')": "sigmoid",
    "Activation('silu')": "silu swish",
    "Activation('tanh')": "tanh",
    "BatchNormalization": "batchnorm batchnorm1d batchnorm2d batchnorm3d batchnormalizationv1 batchnormalizationv2",
    "Concatenate": "concat merge cat",
    "Conv1DTranspose": "convtranspose1d deconv1d",
    "Conv2D with dilation_rate": "atrousconvolution2d atrousconv2d",
    "Conv2DTranspose": "convtranspose2d deconvolution2d deconv2d",
    "Conv3DTranspose": "convtranspose3d deconvolution3d deconv3d",
    "Dense": "linear lazylinear fullyconnected maxoutdense",
    "Dropout": "dropout1d",
    "GRU": "cudnngru gruv1 gruv2",
    "GlobalAveragePooling1D": "adaptiveavgpool1d",
    "GlobalAveragePooling2D": "adaptiveavgpool2d",
    "GlobalMaxPooling1D": "adaptivemaxpool1d",
    "GlobalMaxPooling2D": "adaptivemaxpool2d",
    "GroupNormalization": "groupnorm",
    "GroupNormalization(groups=-1)": "instancenorm1d instancenorm2d instancenorm3d",
    "Input": "inputlayer placeholder",
    "LSTM": "cudnnlstm lstmv1 lstmv2",
    "LayerNormalization": "layernorm",
    "RMSNormalization": "rmsnorm",
    "ReLU(threshold=…)": "thresholdedrelu",
    "Reshape": "unflatten view",
    "SpatialDropout2D": "dropout2d",
    "SpatialDropout3D": "dropout3d",
    "TimeDistributed(Dense(…))": "timedistributeddense",
    "UpSampling2D": "upsample upsamplingnearest2d",
    "ZeroPadding1D": "zeropad1d constantpad1d",
    "ZeroPadding2D": "zeropad2d constantpad2d",
    "ZeroPadding3D": "zeropad3d constantpad3d",
}


def in_keras(argument: str, known: Collection[str]) -> str | None:
    """Keras's name of an argument, among those that a layer has."""
    return next((one for one, others in OTHER_ARGUMENTS.items() if one in known and argument in others.split()), None)


def layer_in_keras(name: str, known: Sequence[str]) -> str | None:
    """Keras's name of a layer, or one that is close to what was typed."""
    plain = name.lower()
    other = (one for one, others in OTHER_LAYERS.items() if plain in others.split())
    same = (one for one in known if one.lower() == plain)
    by_plain = {one.lower(): one for one in known}
    close = (by_plain[one] for one in difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.7) if len(plain) > 3)
    return next(itertools.chain(same, other, close), None)
