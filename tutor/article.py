"""The article's summary tables, rebuilt from our layers beside what it says, and its proof: two models.

Sources: A. Chilakapati, *Flowing Tensors and Heaping Parameters in Deep Learning* (6 June 2019), table 1; *Reconciling
Data Shapes and Parameter Counts in Keras* (18 June 2019), its table, and the models that it reconciles: those of the
Keras guide to the functional API of 2019, which answer a question about an image, and about a video.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.layers.built import Built, Shape
from tutor.layers.calls import Input
from tutor.layers.convolution import Conv1D, Conv2D
from tutor.layers.core import Dense, Embedding
from tutor.layers.layer import Layer
from tutor.layers.merging import Concatenate
from tutor.layers.pooling import GlobalAveragePooling2D, MaxPooling2D
from tutor.layers.recurrent import GRU, LSTM
from tutor.layers.reshaping import Flatten
from tutor.layers.wrappers import TimeDistributed
from tutor.ledgers.tables import cell, head, table
from tutor.models.model import Model
from tutor.models.sequential import Sequential


@dataclass(frozen=True)
class Line:
    """One row of a table. It is a slip where the article's formula does not give the layer's count.

    Attributes:
        layer: the layer, with the sizes of the article's examples.
        input_shape: the shape that it reads.
        says: the article's count, as Python arithmetic over its own names.
        names: the article's names, and what they are here.
        remark: what a learner should know of the row.
    """

    layer: Layer
    input_shape: Shape
    says: str
    names: dict[str, int]
    remark: str = ""

    @property
    def built(self) -> Built:
        return self.layer.build(self.input_shape)

    @property
    def counts(self) -> int:
        """What the article's formula comes to."""
        return int(eval(self.says, {"__builtins__": {}}, dict(self.names)))  # noqa: S307 (our own text, from below)

    @property
    def holds(self) -> bool:
        """Whether that is the layer's count."""
        return self.counts == self.built.count


@dataclass(frozen=True)
class Table:
    """A table that displays itself in a notebook."""

    title: str
    lines: tuple[Line, ...]

    def _repr_html_(self) -> str:
        headings = ("layer", "input shape", "output shape", "the article says", "the count is", "in numbers", "")
        return table(headings, map(_row, self.lines), caption=self.title)

    def __str__(self) -> str:
        marks = (f"{'ok   ' if line.holds else 'SLIP '}{line.layer}: {line.says}" for line in self.lines)
        return "\n".join([self.title, *marks])


def _row(line: Line) -> str:
    built, formula = line.built, line.built.formula
    numbers = f"{formula.with_commas} = {built.count:,}" if built.weights else "0"
    verdict = f"✓ {line.remark}" if line.holds else f"✗ it would be {line.counts:,}. {line.remark}"
    says = line.says.replace("*", " · ")
    cells = map(cell, (built.input_shape, built.output_shape, says, formula.text, numbers, verdict))
    return "".join((head(line.layer), *cells))


_DENSE = {"nFeatures": 784, "nUnits": 32}
_EMBEDDING = {"nFeatures": 1024, "nUnits": 256}
_RECURRENT = {"nFeatures": 256, "nUnits": 128}
_SEQUENCE: Shape = (None, 25, 256)
_TODAY = "Keras's default since TensorFlow 2 is reset_after=True: a second bias for each gate."
_IN_BOTH = (
    Line(Dense(32), (None, 784), "nFeatures*(nUnits+1)", _DENSE, "One bias for each unit, not for each feature."),
    Line(Dense(32, use_bias=False), (None, 784), "nFeatures*nUnits", _DENSE),
    Line(Embedding(1024, 256), (None, 25), "nFeatures*nUnits", _EMBEDDING, "Its nFeatures are the vocabulary."),
    Line(LSTM(128), _SEQUENCE, "4*nUnits*(nUnits+nFeatures+1)", _RECURRENT),
    Line(LSTM(128, use_bias=False), _SEQUENCE, "4*nUnits*(nUnits+nFeatures)", _RECURRENT),
    Line(GRU(128), _SEQUENCE, "3*nUnits*(nUnits+nFeatures+1)", _RECURRENT, _TODAY),
    Line(GRU(128, reset_after=False), _SEQUENCE, "3*nUnits*(nUnits+nFeatures+1)", _RECURRENT),
    Line(GRU(128, use_bias=False), _SEQUENCE, "3*nUnits*(nUnits+nFeatures)", _RECURRENT),
)


def table_1() -> Table:
    """The article's table 1: Dense, Embedding, LSTM and GRU, with and without bias."""
    return Table("Table 1 of the article, and what the layers have", _IN_BOTH)


def table_of_the_follow_up() -> Table:
    """The follow-up's table: the same, and convolutions and pooling."""
    conv2d = {"N_f": 55, "f_x": 3, "f_y": 2, "N_c": 3}
    conv1d = {"N_f": 32, "f_x": 7, "N_c": 128}
    unsaid = "The row does not say so, but it takes use_bias=True."
    convolutions = (
        Line(Conv2D(55, (3, 2), strides=(2, 1)), (None, 100, 95, 3), "N_f*(f_x*f_y*N_c+1)", conv2d, unsaid),
        Line(Conv2D(55, (3, 2), strides=(2, 1), use_bias=False), (None, 100, 95, 3), "N_f*(f_x*f_y*N_c+1)", conv2d),
        Line(Conv1D(32, 7), (None, 500, 128), "N_f*(f_x*N_c+1)", conv1d, unsaid),
        Line(MaxPooling2D(2), (None, 28, 28, 32), "0", {}),
    )
    return Table("The follow-up's table, and what the layers have", (*_IN_BOTH, *convolutions))


#: What can follow the convolutions, to turn an image into one vector.
ENDINGS = ("Flatten", "GlobalAveragePooling2D")


def vision_model(image_size: int = 224, ending: str = "Flatten") -> Sequential:
    """Turns an image (image_size, image_size, 3) into one vector: seven convolutions, three poolings, and the ending.

    The first convolution of each block is ``same``, the others ``valid``. The article ends it in Flatten, one of
    :data:`ENDINGS`.

    Raises:
        ValueError: the image is so small that nothing is left of it, or there is no such ending.
    """
    if ending not in ENDINGS:
        raise ValueError(f"vision_model: ending={ending!r} is none of {', '.join(ENDINGS)}.")
    layers: list[Layer] = []
    for filters, paddings in ((64, "same valid"), (128, "same valid"), (256, "same valid valid")):
        layers += [Conv2D(filters, (3, 3), activation="relu", padding=padding) for padding in paddings.split()]
        layers.append(MaxPooling2D((2, 2)))
    last = Flatten() if ending == "Flatten" else GlobalAveragePooling2D()
    return Sequential([Input((image_size, image_size, 3)), *layers, last], name="vision")


def question_encoder(question_length: int = 100, vocabulary: int = 10_000, units: int = 256) -> Sequential:
    """Turns a question into one vector of ``units`` numbers."""
    return Sequential([Input((question_length,)), Embedding(vocabulary, 256), LSTM(units)], name="question_encoder")


def visual_question_answering(
    image_size: int = 224,
    question_length: int = 100,
    vocabulary: int = 10_000,
    units: int = 256,
    ending: str = "Flatten",
) -> Model:
    """Answers a question about an image with one of 1,000 words."""
    image = Input((image_size, image_size, 3), name="image")
    question = Input((question_length,), name="question")
    seen = vision_model(image_size, ending)(image)
    both = Concatenate()([seen, question_encoder(question_length, vocabulary, units)(question)])
    return Model([image, question], Dense(1000, activation="softmax", name="answer")(both), name="vqa")


def video_question_answering(
    frames: int = 100,
    image_size: int = 224,
    question_length: int = 100,
    vocabulary: int = 10_000,
    units: int = 256,
    ending: str = "Flatten",
) -> Model:
    """Answers a question about a video: the vision model reads each frame, and an LSTM what it returns."""
    video = Input((frames, image_size, image_size, 3), name="video")
    question = Input((question_length,), name="question")
    seen = TimeDistributed(vision_model(image_size, ending), name="each_frame")(video)
    watched = LSTM(units, name="video_encoder")(seen)
    both = Concatenate()([watched, question_encoder(question_length, vocabulary, units)(question)])
    return Model([video, question], Dense(1000, activation="softmax", name="answer")(both), name="video_qa")
