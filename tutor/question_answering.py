"""The article's proof: models that answer a question about a picture, and about a video.

Source: the Keras guide to the functional API of 2019, as reconciled by A. Chilakapati, *Reconciling Data Shapes and
Parameter Counts in Keras* (18 June 2019).
"""

from __future__ import annotations

from tutor.layers.calls import Input
from tutor.layers.convolution import Conv2D
from tutor.layers.core import Dense, Embedding
from tutor.layers.merging import Concatenate
from tutor.layers.pooling import GlobalAveragePooling2D, MaxPooling2D
from tutor.layers.recurrent import LSTM
from tutor.layers.reshaping import Flatten
from tutor.layers.wrappers import TimeDistributed
from tutor.models.model import Model
from tutor.models.sequential import Sequential

#: What can stand after the convolutions, to make one vector of a picture.
ENDINGS = ("Flatten", "GlobalAveragePooling2D")

_ANSWERS = 1000
#: Of each block of the vision model: the filters of its convolutions.
_BLOCKS = ((64, 64), (128, 128), (256, 256, 256))


def vision_model(image_size: int = 224, ending: str = "Flatten") -> Sequential:
    """A picture (image_size, image_size, 3) to one vector: seven convolutions, three poolings, and the ending.

    The first convolution of each block is ``same``, the others ``valid``. The article ends it in Flatten, one of
    :data:`ENDINGS`.

    Raises:
        ValueError: the picture is so small that nothing is left of it; or there is no such ending.
    """
    if ending not in ENDINGS:
        raise ValueError(f"vision_model: ending={ending!r} is none of {', '.join(ENDINGS)}.")
    last = Flatten() if ending == "Flatten" else GlobalAveragePooling2D()
    layers = [
        layer
        for block in _BLOCKS
        for layer in (
            *(
                Conv2D(filters, (3, 3), activation="relu", padding="valid" if place else "same")
                for place, filters in enumerate(block)
            ),
            MaxPooling2D((2, 2)),
        )
    ]
    return Sequential([Input((image_size, image_size, 3)), *layers, last], name="vision")


def question_encoder(question_length: int = 100, vocabulary: int = 10_000, units: int = 256) -> Sequential:
    """A question of so many words to one vector of ``units`` numbers."""
    return Sequential([Input((question_length,)), Embedding(vocabulary, 256), LSTM(units)], name="question_encoder")


def visual_question_answering(
    image_size: int = 224,
    question_length: int = 100,
    vocabulary: int = 10_000,
    units: int = 256,
    ending: str = "Flatten",
) -> Model:
    """A picture and a question to one of 1,000 answers."""
    image = Input((image_size, image_size, 3), name="image")
    question = Input((question_length,), name="question")
    both = Concatenate()(
        [vision_model(image_size, ending)(image), question_encoder(question_length, vocabulary, units)(question)]
    )
    return Model([image, question], Dense(_ANSWERS, activation="softmax", name="answer")(both), name="vqa")


def video_question_answering(
    frames: int = 100,
    image_size: int = 224,
    question_length: int = 100,
    vocabulary: int = 10_000,
    units: int = 256,
    ending: str = "Flatten",
) -> Model:
    """A video and a question to one of 1,000 answers: the vision model on every frame, an LSTM over what it sees."""
    video = Input((frames, image_size, image_size, 3), name="video")
    question = Input((question_length,), name="question")
    seen = TimeDistributed(vision_model(image_size, ending), name="each_frame")(video)
    watched = LSTM(units, name="video_encoder")(seen)
    both = Concatenate()([watched, question_encoder(question_length, vocabulary, units)(question)])
    return Model([video, question], Dense(_ANSWERS, activation="softmax", name="answer")(both), name="video_qa")
