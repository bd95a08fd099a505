"""What an explorer says of its guide, as plain data for the screen; typed text is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from tutor.explorers.facts import Change
from tutor.explorers.move_words import move_html, moved
from tutor.explorers.words import strong
from tutor.pictures.kit import listed
from tutor.questions.guide import Guide
from tutor.questions.steps import Step, filled, written

#: What is typed is repeated in quotation marks, and as it is.
_MARKS = re.compile(r'(?P<typed>".*")|`(?P<code>.+?)`|\*\*(?P<strong>.+?)\*\*|\*(?! )(?P<em>.+?)(?<! )\*')

#: What stands where an answer is covered.
COVERED_FORMULA = "<p class='tutor-covered'>Answer to see this</p>"
COVERED_VERDICT = "<p>Answer the question, and both counts appear here.</p>"

_HEADS = {"right": "✓ <strong>Right.</strong> ", "wrong": "<strong>Not yet.</strong> "}
_BY_FORMULA = "✓ <strong>Right by the formula.</strong> Keras is still starting; it will confirm. "
_FREE = "**Exploring freely.** The guide waits at step {step}. Got a count from somewhere else? Check it here."
_FINISHED = "That's all {count}. Press *explore freely*, or go on to the next lesson."


def marked(text: str) -> str:
    """The text as HTML: ``**control or term**``, ``*menu item*``, ```code```."""

    def mark(found: re.Match[str]) -> str:
        tag = found.lastgroup
        return found[0] if tag in (None, "typed") else f"<{tag}>{found[tag]}</{tag}>"

    return _MARKS.sub(mark, escape(text, quote=False))


def guide_data(guide: Guide, change: Change, *, waits: bool) -> dict[str, Any]:
    """What the guide's strip shows.

    Args:
        guide: where the learner is.
        change: the last move.
        waits: whether Keras has yet to answer.
    """
    attempt, count, here = guide.attempt, len(guide.steps.steps), change.now.place
    step = guide.step or Step(_FINISHED.format(count=count), "", guide.steps.closing)
    if guide.is_free:
        step = Step(_FREE.format(step=min(guide.number + 1, count)), "")
    seen, taken = guide.seen(here), step.hints[: attempt.hints]
    shape = step.answer and isinstance(step.expected(step.begins(guide.start)), tuple)
    goes_on = guide.step is not None and not guide.is_free
    typed = "shape" if shape else "count" if goes_on or guide.is_free else "done"
    head = _BY_FORMULA if waits and attempt.state == "right" else _HEADS.get(attempt.state, "")
    goals = step.goals(seen)
    away = {key: value for key, value in goals.items() if here.controls[key] != value}
    done = bool(goals) and not away
    return {
        "step": guide.number,
        "steps": count,
        "kind": "choice" if step.choices else typed,
        "question": marked(filled(step.ask, seen)),
        "line": marked(filled(step.line, seen)),
        "options": [{"key": str(key), "text": filled(one.say, seen)} for key, one in enumerate(step.choices)],
        "answer": attempt.text,
        "feedback": head + marked(attempt.says) if attempt.says else "",
        "state": attempt.state,
        "hint": "".join(f"<p>{marked(filled(hint, seen))}</p>" for hint in taken),
        "hints": [len(taken), len(step.hints)],
        "do": _to_do(marked(filled(step.do, seen)), goals, guide, change, done=done) if attempt.is_over else "",
        "done": done,
        "marks": {key: _goal(value) for key, value in away.items()},
        "picture": step.picture if attempt.is_over else "",
        "lit": list(attempt.lit),
        "covered": guide.hides,
        "free": guide.is_free,
        "can": {"back": guide.number > 0 and not guide.is_free, "next": goes_on},
    }


def _to_do(do: str, goals: Mapping[str, Any], guide: Guide, change: Change, *, done: bool) -> str:
    """What is to be done after the answer, or that it is done, or that something else was."""
    if do and done:
        return f"Done: {move_html(change)}" if change.moved else "Done."
    # Where the step itself has put a control, nobody has moved it.
    begins, values = guide.begins, change.now.values
    strays = [one.label for one in change.moved if one.key not in goals and values[one.key] != begins[one.key]]
    if not do or not strays or len(change.moved) > 1:
        return do
    about = listed([strong(one.label) for one in change.now.lesson.controls if one.key in goals])
    return f"That was {strong(strays[0])}. This step is about {about}."


def _goal(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else f"to {written(value)}"


def covered_move(change: Change) -> str:
    """The last move, without what it says of the count."""
    return f"{moved(change)}." if len(change.moved) == 1 else move_html(replace(change, moved=()))
