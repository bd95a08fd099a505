"""The explorers of whole models: questions about a picture, and about a video."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.article import ENDINGS, video_question_answering, visual_question_answering
from tutor.explorers.controls import ChoiceControl, SizeControl
from tutor.explorers.lessons.base import Lesson, Values, size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.models.model import Model

_FRAMES = size("frames", 100, "pictures in one video", high=1000, limit=100_000)
_CONTROLS = (
    size("image_size", 224, "rows, and columns, of a picture", low=29, high=512, limit=10_000, label="image size"),
    size("vocabulary", 10_000, "how many different words there are", high=1_000_000, limit=1_000_000_000),
    size("question_length", 100, "words in a question", high=1000, limit=100_000, label="question length"),
    size("units", 256, "units of each LSTM"),
    ChoiceControl("ending", "Flatten", ENDINGS, "what makes one vector of a picture, after the convolutions"),
)


def _lesson(title: str, model: Callable[..., Model], *first: SizeControl, presets: Mapping[str, Values]) -> Lesson:
    def make(values: Values) -> Model:
        given: dict[str, Any] = dict(values)
        return model(**given)

    return Lesson(title, (*first, *_CONTROLS), {"the article's example": {}, **presets}, make)


_POOLED = {"global pooling for Flatten": {"ending": "GlobalAveragePooling2D"}}

VISUAL = _lesson("visual question answering", visual_question_answering, presets=_POOLED)
VIDEO = _lesson(
    "video question answering",
    video_question_answering,
    _FRAMES,
    presets={**_POOLED, "a short, small video": {"frames": 8, "image_size": 64, "units": 32}},
)
