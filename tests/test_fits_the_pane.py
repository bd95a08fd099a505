"""What an explorer draws is read in its pane: every picture of every lesson, its controls at both ends."""

from __future__ import annotations

import pytest
from legible import sizes

from tutor.explorers.controls import ChoiceControl, FlagControl, SizeControl, TextControl
from tutor.explorers.facts import Facts, what_changed
from tutor.explorers.lessons import all_lessons
from tutor.pictures.scene import Label

#: The pane of a picture on a screen of 1280 × 800, and the smallest text there, in CSS pixels.
PANE, SMALLEST = (836.0, 362.0), 11.0

LESSONS = all_lessons()
PANELS = [(what, panel) for what, lesson in LESSONS.items() for panel in lesson.pictures]


def ends(control, facts):
    """Where a control can stand at most: at both ends of its slider, and at what can be typed at most."""
    if isinstance(control, SizeControl):
        return {control.low, control.high, facts.ends.get(control.key, control.limit)}
    if isinstance(control, FlagControl):
        return {False, True}
    if isinstance(control, TextControl):
        return {"", "w" * 200, "a bb ccc " * 20}
    assert isinstance(control, ChoiceControl)
    return set(control.options)


def positions(lesson):
    """The lesson at its start and its presets, and each control moved from there to its ends, if that makes a model."""
    starts = {"start": lesson.start, **{one.key: lesson.position(one.key) for one in lesson.presets}}
    for name, start in starts.items():
        facts = Facts.at(lesson, start)
        yield name, facts
        for control in lesson.controls:
            for value in sorted(ends(control, facts)):
                try:
                    yield f"{name}, {control.key} {value}", Facts.at(lesson, {**start, control.key: value})
                except ValueError:  # such as a window that is larger than the image
                    continue


@pytest.mark.parametrize(("what", "panel"), PANELS, ids=lambda one: getattr(one, "__name__", getattr(one, "key", None)))
def test_no_text_is_too_small_on_screen(what, panel):
    found = list(positions(LESSONS[what]))
    assert len(found) > 2 * len(LESSONS[what].controls)
    for name, facts in found:
        scene = panel.make(what_changed(facts, facts))
        scale = min(PANE[0] / scene.width, PANE[1] / scene.height)
        words = {item.id for item in scene.items if isinstance(item, Label) and item.text}
        assert words
        small = {key: size * scale for key, size in sizes(scene).items() if key in words and size * scale < SMALLEST}
        assert not small, name
