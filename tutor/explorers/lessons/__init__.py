"""What can be explored: one lesson for each layer, and one for each of the article's models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.article import video_question_answering, visual_question_answering
from tutor.explorers.lessons import images, models, sequences
from tutor.explorers.lessons.base import Lesson, Values
from tutor.layers.convolution import Conv1D, Conv2D
from tutor.layers.core import Dense, Embedding
from tutor.layers.normalization import BatchNormalization
from tutor.layers.pointwise import Dropout
from tutor.layers.pooling import AveragePooling2D, MaxPooling2D
from tutor.layers.recurrent import GRU, LSTM, SimpleRNN

if TYPE_CHECKING:
    from collections.abc import Mapping

#: By what ``tutor.explore`` is given: a layer class, or a function that makes a model.
LESSONS: Mapping[Any, Lesson] = {
    Dense: sequences.DENSE,
    Embedding: sequences.EMBEDDING,
    SimpleRNN: sequences.SIMPLE_RNN,
    LSTM: sequences.LSTM_,
    GRU: sequences.GRU_,
    Conv1D: images.CONV1D,
    Conv2D: images.CONV2D,
    MaxPooling2D: images.MAX_POOLING,
    AveragePooling2D: images.AVERAGE_POOLING,
    BatchNormalization: images.BATCH_NORMALIZATION,
    Dropout: images.DROPOUT,
    visual_question_answering: models.VISUAL,
    video_question_answering: models.VIDEO,
}

__all__ = ["LESSONS", "Lesson", "Values"]
