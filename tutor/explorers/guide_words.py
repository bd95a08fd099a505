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
from tutor.questions.place import Place
from tutor.questions.steps import Step, filled, written

#: What is typed is repeated in quotation marks, and as it is.
_MARKS = re.compile(r'(?P<typed>".*")|`(?P<code>.+?)`|\*\*(?P<strong>.+?)\*\*|\*(?! )(?P<em>.+?)(?<! )\*')

#: What stands where an answer is covered.
COVERED_FORMULA = "<p class='tutor-covered'>Answer to see this</p>"
COVERED_SUMMARY = "Keras has built this model too. Answer to see its summary."
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


def guide_data(guide: Guide, here: Place, change: Change, *, waits: bool) -> dict[str, Any]:
    """What the guide's strip shows.

    Args:
        guide: where the learner is.
        here: where the controls stand.
        change: the last move.
        waits: whether Keras has yet to answer.
    """
    attempt, count, step = guide.attempt, len(guide.steps.steps), guide.step
    head = _BY_FORMULA if waits and attempt.state == "right" else _HEADS.get(attempt.state, "")
    data = {
        "step": guide.number,
        "steps": count,
        "kind": "count" if step else "done",
        "question": marked(_FINISHED.format(count=count)),
        "line": marked(guide.steps.closing),
        "options": [],
        "answer": attempt.text,
        "feedback": head + marked(attempt.says) if attempt.says else "",
        "state": attempt.state,
        "hint": "",
        "hints": [0, 0],
        "do": "",
        "done": False,
        "marks": {},
        "picture": "",
        "lit": list(attempt.lit),
        "covered": guide.hides,
        "free": guide.is_free,
        "can": {"back": guide.number > 0 and not guide.is_free, "next": step is not None and not guide.is_free},
    }
    if guide.is_free:
        return data | {"kind": "count", "question": marked(_FREE.format(step=min(guide.number + 1, count))), "line": ""}
    if step is None:
        return data
    seen, taken = guide.seen(here), step.hints[: attempt.hints]
    shape = step.answer and isinstance(step.expected(step.begins(guide.start)), tuple)
    asked = {
        "kind": "choice" if step.choices else "shape" if shape else "count",
        "question": marked(filled(step.ask, seen)),
        "line": marked(filled(step.line, seen)),
        "options": [{"key": str(key), "text": filled(one.say, seen)} for key, one in enumerate(step.choices)],
        "hint": "".join(f"<p>{marked(filled(hint, seen))}</p>" for hint in taken),
        "hints": [len(taken), len(step.hints)],
    }
    return data | asked | _to_do(step, seen, here, change, begins=guide.begins, told=attempt.is_over)


def _to_do(
    step: Step, seen: Place, here: Place, change: Change, *, begins: Mapping[str, Any], told: bool
) -> dict[str, Any]:
    """The controls that the step moves, with where they go; and after the answer, what is to be done."""
    goals = step.goals(seen)
    away = {key: _goal(value) for key, value in goals.items() if here.controls[key] != value}
    # Where the step itself has put a control, nobody has moved it.
    strays = [one for one in change.moved if one.key not in goals and here.controls[one.key] != begins[one.key]]
    others = [one.label for one in strays]
    do = marked(filled(step.do, seen)) if told else ""
    if do and goals and not away:
        do = f"Done: {move_html(change)}" if change.moved else "Done."
    elif do and others and len(change.moved) == 1:
        about = listed([strong(one.label) for one in change.now.lesson.controls if one.key in goals])
        do = f"That was {strong(others[0])}. This step is about {about}."
    return {"do": do, "done": bool(goals) and not away, "marks": away, "picture": step.picture if told else ""}


def _goal(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else f"to {written(value)}"


def covered_move(change: Change) -> str:
    """The last move, without what it says of the count."""
    return f"{moved(change)}." if len(change.moved) == 1 else move_html(replace(change, moved=()))
