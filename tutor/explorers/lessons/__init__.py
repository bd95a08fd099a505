"""What can be explored: one lesson for each layer, and one for each of the article's models."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.explorers.lessons.base import Lesson

#: Each has a table LESSONS: by what ``tutor.explore`` is given, a layer class or a function that makes a model.
_MODULES = ("sequences", "images", "models", "shapes")


def lesson_of(what: Any) -> Lesson | None:
    """The lesson of a layer class or of a function; no module behind the one that has it is loaded."""
    return next((table[what] for table in _tables() if what in table), None)


def all_lessons() -> dict[Any, Lesson]:
    """Every lesson, by what it explores."""
    return {what: lesson for table in _tables() for what, lesson in table.items()}


def _tables() -> Iterator[Mapping[Any, Lesson]]:
    return (importlib.import_module(f"{__name__}.{module}").LESSONS for module in _MODULES)
