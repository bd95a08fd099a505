"""What an explorer says of its guide, as plain data for the screen; typed text is escaped."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import Any

from tutor.explorers.facts import Change
from tutor.explorers.move_words import move_html, moved
from tutor.explorers.words import strong
from tutor.pictures.kit import listed
from tutor.questions.guide import Attempt, Guide
from tutor.questions.place import Place
from tutor.questions.steps import Step, filled, written

_MARKS = ((r"\*\*(.+?)\*\*", "strong"), (r"\*(?! )(.+?)(?<! )\*", "em"), (r"`(.+?)`", "code"))

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
    html = escape(text, quote=False)
    for pattern, tag in _MARKS:
        html = re.sub(pattern, rf"<{tag}>\1</{tag}>", html)
    return html


def guide_data(guide: Guide, here: Place, change: Change, *, waits: bool) -> dict[str, Any]:
    """What the guide's strip shows.

    Args:
        guide: where the learner is.
        here: where the controls stand.
        change: the last move.
        waits: whether Keras has yet to answer.
    """
    attempt, count = guide.attempt, len(guide.steps.steps)
    head = _BY_FORMULA if waits and attempt.state == "right" else _HEADS.get(attempt.state, "")
    data = {
        "step": guide.number,
        "steps": count,
        "kind": "count",
        "question": "",
        "line": "",
        "options": [],
        "answer": attempt.text,
        "state": attempt.state,
        "feedback": head + marked(attempt.says) if attempt.says else "",
        "hint": "",
        "hints": [0, 0],
        "do": "",
        "done": False,
        "marks": {},
        "picture": "",
        "lit": list(attempt.lit),
        "covered": guide.hides(here),
        "free": guide.is_free,
        "can": {"back": guide.number > 0 and not guide.is_free, "next": guide.step is not None and not guide.is_free},
    }
    if guide.is_free:
        return data | {"question": marked(_FREE.format(step=min(guide.number + 1, count)))}
    if guide.step is None:
        closing = {"question": marked(_FINISHED.format(count=count)), "line": marked(guide.steps.closing)}
        return data | closing | {"kind": "done"}
    return data | _asked(guide.step, guide.seen(here), attempt) | _to_do(guide, guide.step, here, change)


def _asked(step: Step, seen: Place, attempt: Attempt) -> dict[str, Any]:
    """The question, and what helps to answer it."""
    shape = bool(step.answer) and isinstance(step.expected(seen), tuple)
    taken = step.hints[: attempt.hints]
    return {
        "kind": "choice" if step.choices else "shape" if shape else "count",
        "question": marked(filled(step.ask, seen)),
        "line": marked(filled(step.line, seen)),
        "options": [{"key": str(key), "text": filled(one.say, seen)} for key, one in enumerate(step.choices)],
        "hint": "".join(f"<p>{marked(filled(hint, seen))}</p>" for hint in taken),
        "hints": [len(taken), len(step.hints)],
    }


def _to_do(guide: Guide, step: Step, here: Place, change: Change) -> dict[str, Any]:
    """The controls that the step moves, with where they go; and after the answer, what is to be done."""
    goals = step.goals(guide.seen(here))
    away = {key: _goal(value) for key, value in goals.items() if here.controls[key] != value}
    others = [one.label for one in change.moved if one.key not in goals]
    if guide.attempt.state not in ("right", "skipped") or not step.do:
        do = ""
    elif not away:
        do = f"Done: {move_html(change)}" if change.moved else "Done."
    elif others and len(change.moved) == 1:
        about = listed([strong(one.label) for one in change.now.lesson.controls if one.key in goals])
        do = f"That was {strong(others[0])}. This step is about {about}."
    else:
        do = marked(filled(step.do, guide.seen(here)))
    return {"do": do, "done": bool(goals) and not away, "marks": away, "picture": step.picture if do else ""}


def _goal(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else f"to {written(value)}"


def covered_move(change: Change) -> str:
    """The last move, without what it says of the count."""
    return f"{moved(change)}." if len(change.moved) == 1 else move_html(replace(change, moved=()))
