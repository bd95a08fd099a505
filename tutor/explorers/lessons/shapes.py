"""The explorer of a shape: what one example is made of, and how many numbers that is."""

from __future__ import annotations

from tutor.explorers.controls import ChoiceControl, SizeControl
from tutor.explorers.lessons.base import Lesson, Preset, Values
from tutor.explorers.panels import TENSOR
from tutor.layers.calls import Input
from tutor.models.model import Model

#: The controls whose sizes make one example.
_AXES = {
    "number": (),
    "list": ("features",),
    "sentence": ("sequence_length", "features"),
    "photo": ("height", "width", "channels"),
    "video": ("frames", "height", "width", "channels"),
}


def _axes(values: Values) -> dict[str, int]:
    return {key.replace("_", " "): values[key] for key in _AXES[values["example"]]}


def _make(values: Values) -> Model:
    entrance = Input(tuple(_axes(values).values()))
    return Model(entrance, entrance, name="input_lesson")


def _size(key: str, start: int, meaning: str) -> SizeControl:
    return SizeControl(key, start, meaning, high=1000, limit=100_000, label=key.replace("_", " "))


LESSONS = {
    Input: Lesson(
        "Input",
        (
            ChoiceControl("example", "sentence", "what one example is", tuple(_AXES)),
            _size("sequence_length", 25, "words per sentence"),
            _size("features", 256, "numbers per word, or in the list"),
            _size("height", 100, "rows of the photo, or of each frame"),
            _size("width", 95, "columns of the photo, or of each frame"),
            _size("channels", 3, "numbers per pixel: 3 for red, green, blue"),
            _size("frames", 16, "images per video"),
        ),
        (
            Preset("example", "this lesson's sizes"),
            Preset("tiny", "a tiny one", sequence_length=4, features=3),
            Preset("photo", "a photo", example="photo"),
            Preset("video", "a video", example="video"),
        ),
        _make,
        None,
        (TENSOR,),
        axes=_axes,
    )
}
