"""The explorers of whole models: questions about an image, and about a video."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.article import ENDINGS, video_question_answering, visual_question_answering
from tutor.explorers.controls import ChoiceControl, Control, SizeControl
from tutor.explorers.lessons.base import Lesson, Preset, Values, size
from tutor.explorers.panels import HEAP, MODEL_FLOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.models.model import Model

_FRAMES = size("frames", 100, "images per video", high=1000, limit=100_000)
_CONTROLS = (
    size("image_size", 224, "height and width in pixels", low=29, high=512, limit=10_000, label="image size"),
    size(
        "vocabulary",
        10_000,
        "different words the model knows; Keras: input_dim",
        high=1_000_000,
        limit=1_000_000_000,
    ),
    size("question_length", 100, "words per question", high=1000, limit=100_000, label="question length"),
    size("units", 256, "units of each LSTM"),
    ChoiceControl("ending", "Flatten", ENDINGS, "how each image becomes one list of numbers"),
)
_EXAMPLE = Preset("example", "this lesson's sizes")
_POOLED = Preset("pooled", "global pooling for Flatten", {"ending": "GlobalAveragePooling2D"})


def _lesson(title: str, model: Callable[..., Model], *first: SizeControl, presets: tuple[Preset, ...] = ()) -> Lesson:
    def make(values: Values) -> Model:
        given: dict[str, Any] = dict(values)
        return model(**given)

    controls: tuple[Control, ...] = (*first, *_CONTROLS)
    return Lesson(title, controls, (_EXAMPLE, _POOLED, *presets), make, explored=None, pictures=(HEAP, MODEL_FLOW))


VISUAL = _lesson("visual question answering", visual_question_answering)
VIDEO = _lesson(
    "video question answering",
    video_question_answering,
    _FRAMES,
    presets=(Preset("small", "a short, small video", {"frames": 8, "image_size": 64, "units": 32}),),
)
