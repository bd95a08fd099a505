"""The explorers of whole models: questions about an image, and about a video."""

from __future__ import annotations

from collections.abc import Callable

from tutor.article import ENDINGS, video_question_answering, visual_question_answering
from tutor.explorers.controls import ChoiceControl, Control, SizeControl
from tutor.explorers.lessons.base import Lesson, Preset
from tutor.explorers.lessons.sequences import vocabulary
from tutor.explorers.panels import HEAP, MODEL_FLOW
from tutor.models.model import Model

_FRAMES = SizeControl("frames", 100, "images per video", high=1000, limit=100_000)
_CONTROLS = (
    SizeControl("image_size", 224, "height and width in pixels", 29, 512, 10_000, label="image size"),
    vocabulary(10_000),
    SizeControl("question_length", 100, "words per question", high=1000, limit=100_000, label="question length"),
    SizeControl("units", 256, "units of each LSTM"),
    ChoiceControl("ending", "Flatten", "how each image becomes one list of numbers", ENDINGS),
)
_PRESETS = (
    Preset("example", "this lesson's sizes"),
    Preset("pooled", "global pooling for Flatten", ending="GlobalAveragePooling2D"),
)
_SMALL = Preset("small", "a short, small video", frames=8, image_size=64, units=32)


def _lesson(
    model: Callable[..., Model], controls: tuple[Control, ...] = _CONTROLS, presets: tuple[Preset, ...] = _PRESETS
) -> Lesson:
    title = model.__name__.replace("_", " ")
    return Lesson(title, controls, presets, lambda values: model(**values), None, (HEAP, MODEL_FLOW))


LESSONS = {
    visual_question_answering: _lesson(visual_question_answering),
    video_question_answering: _lesson(video_question_answering, (_FRAMES, *_CONTROLS), (*_PRESETS, _SMALL)),
}
