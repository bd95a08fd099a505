"""The pictures by the names that learners use: a layer or a ledger in, something that displays itself out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.layers.built import Built
from tutor.layers.checks import must
from tutor.layers.examples import example_shape
from tutor.layers.layer import Layer
from tutor.ledgers.ledger import Ledger
from tutor.models.sequential import Sequential
from tutor.pictures.convolution import convolution_scene
from tutor.pictures.dense import dense_scene
from tutor.pictures.embedding import SENTENCE, sentence_scene
from tutor.pictures.flow import flow_scene
from tutor.pictures.gates import gate_scene
from tutor.pictures.heap import heap_scene
from tutor.pictures.picture import Picture
from tutor.pictures.tensor import tensor_scene
from tutor.pictures.unrolled import unrolled_scene
from tutor.pictures.weights import weight_scene
from tutor.pictures.window import KINDS, window_scene


def gate_diagram(built: Built) -> Picture:
    """A recurrent layer at one timestep, each gate above its slice of the weights; of a wrapper, the cell inside.

    Raises:
        TypeError: not a layer that is built.
        ValueError: the layer is not recurrent.
    """
    return Picture(gate_scene(_layer("gate_diagram", built)))


def flow_diagram(built_or_ledger: Built | Ledger) -> Picture:
    """The shapes of the tensors on their way through a layer or a model.

    Raises:
        TypeError: neither a layer that is built nor a ledger or a model that has one.
    """
    subject = built_or_ledger
    return Picture(flow_scene(subject if isinstance(subject, Built) else _ledger("flow_diagram", subject)))


def weight_diagram(built: Built) -> Picture:
    """A layer's weights to scale, with the slices of its gates.

    Raises:
        TypeError: not a layer that is built.
    """
    return Picture(weight_scene(_layer("weight_diagram", built)))


def convolution_diagram(built: Built) -> Picture:
    """A convolution's input and output as sheets, and between them its filters, with the rules of all sizes.

    Raises:
        TypeError: not a layer that is built.
        ValueError: the layer is no Conv1D or Conv2D.
    """
    return Picture(convolution_scene(_layer("convolution_diagram", built, "a Conv1D or a Conv2D")))


def window_diagram(built: Built, step: int = 0) -> Picture:
    """The window of a convolution or a pooling at one of its places, which are counted from 0, row by row.

    Raises:
        TypeError: not a layer that is built, or ``step`` is not a whole number.
        ValueError: the layer has no window on one or two axes, a size is not known, or there is no such place.
    """
    return Picture(window_scene(_layer("window_diagram", built, f"one of {', '.join(KINDS)}"), step))


def heap_chart(ledger: Ledger) -> Picture:
    """Where a model's parameters heap up: a bar for each layer that has some.

    Raises:
        TypeError: neither a ledger nor a model that has one.
    """
    return Picture(heap_scene(_ledger("heap_chart", ledger)))


def tensor_diagram(shape: Sequence[int | None]) -> Picture:
    """A tensor's shape spread out: what each axis counts, from the whole down to one number.

    A first axis of None is the batch: any number of what follows.

    Raises:
        TypeError: the shape is not a tuple of whole numbers and None.
        ValueError: a size is not 1 or larger, or there are more than five axes besides the batch.
    """
    return Picture(tensor_scene(shape))


def dense_diagram(built: Built) -> Picture:
    """A Dense as a network, a line for each weight, and beside it the kernel, with one unit lit in both.

    Raises:
        TypeError: not a layer that is built.
        ValueError: the layer is not a Dense.
    """
    return Picture(dense_scene(_layer("dense_diagram", built, "a Dense")))


def embedding_diagram(built: Built, sentence: str = SENTENCE) -> Picture:
    """An Embedding's table, and the rows that a sentence's words look up.

    The first word has index 1, each new word the next one, up to the last of the vocabulary.

    Raises:
        TypeError: not a layer that is built, or the sentence is not a string.
        ValueError: the layer is not an Embedding.
    """
    layer = _layer("embedding_diagram", built, "an Embedding")
    if not isinstance(sentence, str):
        raise TypeError(must("embedding_diagram: sentence", "be a string", sentence, ' Write "the cat sees the dog".'))
    return Picture(sentence_scene(layer, sentence))


def unrolled_diagram(built: Built) -> Picture:
    """A recurrent layer over its timesteps: one block of weights, used at each; and which states are returned.

    Raises:
        TypeError: not a layer that is built.
        ValueError: the layer is not a SimpleRNN, an LSTM, a GRU or a Bidirectional of them.
    """
    wanted = "a SimpleRNN, an LSTM, a GRU or a Bidirectional of them"
    return Picture(unrolled_scene(_layer("unrolled_diagram", built, wanted)))


def _layer(name: str, given: Any, wanted: str = "") -> Built:
    """The layer, if it is built, and named in what is wanted; of a Bidirectional, if those inside are."""
    if not isinstance(given, Built):
        repair = "Of a model, draw one of the layers in its ledger, such as ledger.rows[0].built."
        raise _refusal(f"{name}: built must be a layer that is built", given, repair)
    layers = given.inside.values() if given.layer.kind == "Bidirectional" else [given]
    if wanted and not {one.layer.kind for one in layers} <= {*wanted.replace(",", "").split()}:
        raise ValueError(
            f"{name}: the layer must be {wanted}; got {given.layer.title}. tutor.weight_diagram draws the weights of "
            "any layer, tutor.flow_diagram its shapes."
        )
    return given


def _ledger(name: str, given: Any) -> Ledger:
    if isinstance(given, Sequential) and given.entrance is not None:
        given = given.build()
    ledger = getattr(given, "ledger", given)
    if isinstance(ledger, Ledger):
        return ledger
    repair = f"Of a Keras model, write tutor.{name}(tutor.explain(model))."
    if isinstance(given, Sequential):
        repair = "Build the model first, such as model.build((None, 784))."
    elif isinstance(given, Built):
        repair = f"Put the layer into a model: tutor.Sequential([layer]).build({given.input_shape})."
    raise _refusal(f"{name}: ledger must be the ledger of a model", given, repair)


def _refusal(wanted: str, given: Any, repair: str) -> TypeError:
    got = repr(given) if isinstance(given, (Layer, str, int, type(None))) else f"a {type(given).__name__}"
    if isinstance(given, Layer):
        repair = f"Build it first: {given.code('tutor.')}.build({example_shape(given) or 'its input shape'})."
    return TypeError(f"{wanted}; got {got}. {repair}")
