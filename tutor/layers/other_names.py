"""What others call Keras's layers and arguments: Keras 1 and 2, TensorFlow's older layers, and PyTorch."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence


def table(text: str) -> dict[str, str]:
    """What is written as ``name: words; name: words``."""
    rows = (row.partition(": ") for row in " ".join(text.split()).split("; "))
    return {name: others for name, _, others in rows}


#: What the names of regularizers and constraints began with in Keras 1.
_STEMS = {"kernel": "W", "embeddings": "W", "recurrent": "U", "bias": "b"}
#: Arguments, by Keras's name for them.
OTHER_ARGUMENTS = {
    **table("""
        units: output_dim out_features hidden_size hidden_dim num_units n_units num_outputs;
        filters: nb_filter out_channels num_filters; kernel_size: filter_length filter_size window_size;
        pool_size: pool_length kernel_size ksize; strides: stride subsample subsample_length; padding: border_mode;
        dilation_rate: dilation atrous_rate; depth_multiplier: channel_multiplier; groups: num_groups;
        size: length scale_factor; input_dim: num_embeddings vocabulary vocab_size vocabulary_size;
        output_dim: embedding_dim embed_dim units; use_bias: bias; unit_forget_bias: forget_bias_init;
        activation: nonlinearity; recurrent_activation: inner_activation; recurrent_initializer: inner_init;
        kernel_initializer: init; embeddings_initializer: init; beta_initializer: beta_init;
        gamma_initializer: gamma_init; dropout: dropout_W; recurrent_dropout: dropout_U; rate: p drop_prob;
        stddev: sigma; threshold: theta; negative_slope: alpha; epsilon: eps; axis: dim concat_axis; axes: dot_axes;
        keepdims: keepdim; target_shape: dims unflattened_size; key_dim: kdim size_per_head; value_dim: vdim;
        num_heads: head_num n_heads nhead"""),
    **{f"{new}_{what}": f"{old}_{what}" for new, old in _STEMS.items() for what in ("regularizer", "constraint")},
}
_READ_OFF = "Keras reads it off the input. Leave it out."
_BEGINS = "a model begins with its input, {}. Leave it out."
#: Arguments that Keras replaces by something else; ``{}`` is what was given.
REPLACED = {
    name: repair
    for names, repair in {
        "in_features in_channels input_size num_features num_channels input_length": _READ_OFF,
        # What all layers took before Keras 3, which still takes some of it, but warns.
        "input_shape": _BEGINS.format("tutor.Input({})"),
        "input_dim": _BEGINS.format("tutor.Input(({},))"),
        "batch_input_shape batch_shape": _BEGINS.format("tutor.Input(batch_shape={})"),
        "bidirectional": "write tutor.Bidirectional(…) around the layer.",
        "consume_less": "Keras calls it implementation, and it changes neither shapes nor counts. Leave it out.",
        "device": "Keras decides where the weights are. Leave it out.",
        "dim_ordering": "Keras calls it data_format, and 'tf' is 'channels_last', 'th' is 'channels_first'.",
        "affine elementwise_affine": "write center=False and scale=False for a layer without weights.",
        "embed_dim": "Keras reads it off the input. key_dim is the size of one head.",
        "inplace": "Keras always returns a new tensor. Leave it out.",
        "keep_prob": "Keras asks for the share that is dropped: rate is 1 - keep_prob.",
        "nb_row nb_col": "Keras takes rows and columns together, such as kernel_size=(3, 3).",
        "normalized_shape": "Keras asks for the axis, such as axis=-1 for the last one.",
        "num_layers": "stack several layers instead; all but the last need return_sequences=True.",
        "padding_idx": "write mask_zero=True, and use index 0 for padding.",
        "batch_first time_major": "the batch is always the first axis. Leave it out.",
    }.items()
    for name in names.split()
}

#: Layers, by Keras's name for them, apart from capital letters; ``#`` is a number of axes.
OTHER_LAYERS = table("""
    Activation('gelu'): gelu; Activation('sigmoid'): sigmoid; Activation('silu'): silu swish; Activation('tanh'): tanh;
    BatchNormalization: batchnorm batchnorm#d batchnormalizationv1 batchnormalizationv2; Concatenate: concat merge cat;
    Conv#DTranspose: convtranspose#d deconv#d deconvolution#d; Conv#D with dilation_rate: atrousconv#d
    atrousconvolution#d; Dense: linear lazylinear fullyconnected maxoutdense; GRU: cudnngru gruv1 gruv2;
    GlobalAveragePooling#D: adaptiveavgpool#d; GlobalMaxPooling#D: adaptivemaxpool#d; GroupNormalization: groupnorm;
    GroupNormalization(groups=-1): instancenorm#d; Input: inputlayer placeholder; LSTM: cudnnlstm lstmv1 lstmv2;
    LayerNormalization: layernorm; RMSNormalization: rmsnorm; ReLU(threshold=…): thresholdedrelu;
    Reshape: unflatten view; SpatialDropout#D: dropout#d; TimeDistributed(Dense(…)): timedistributeddense;
    UpSampling2D: upsample upsamplingnearest2d; ZeroPadding#D: zeropad#d constantpad#d""")


def in_keras(argument: str, known: Collection[str]) -> str | None:
    """Keras's name of an argument, among those that a layer has."""
    return next((one for one, others in OTHER_ARGUMENTS.items() if one in known and argument in others.split()), None)


def layer_in_keras(name: str, known: Sequence[str]) -> str | None:
    """Keras's name of a layer, or one that is close to what was typed."""
    by_plain, plain = {one.lower(): one for one in known}, name.lower()
    rank = next(iter(re.findall(r"([123])d$", plain)), "")
    ways = {other.replace("#", rank): one for one, others in OTHER_LAYERS.items() for other in others.split()}
    close = difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.7) if len(plain) > 3 else []
    meant = by_plain.get(plain) or ways.get(plain) or next(map(by_plain.get, close), None)
    return meant and meant.replace("#", rank)
