"""What an explorer says of its facts: formula, shapes, what was typed, and whether Keras agrees.

HTML; names and typed text are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

from tutor.explorers.controls import SizeControl
from tutor.explorers.facts import Facts
from tutor.layers.built import Built
from tutor.layers.calls import shapes_in
from tutor.ledgers.ledger import Row
from tutor.ledgers.tables import percent
from tutor.live import Answer, Lost, Refusal, Report, Status
from tutor.pictures.palette import css_variable, gate_role
from tutor.questions.arithmetic import Typed
from tutor.symbols import TEXT, Expression

#: Words that the screen shows as they are.
_PLAIN = "back check controls guide leave next preset present reset shapes steps table".split()
#: What the screen says of itself, by what it is needed for.
SCREEN = {word: word for word in _PLAIN} | {
    "presets": "presets …",
    "pictures": "diagram",
    "keras": "Keras",
    "stepping": "← → step   Esc leave",
    "turning": "← → next diagram   Esc leave",
    "menu": "copy and save",
    "copy": "copy Keras code",
    "copy formula": "copy formula",
    "show code": "show Keras code",
    "copied": "Copied.",
    "uncopied": "This browser won't let me copy. Select the code below.",
    "listing": "Keras code",
    "save": "save diagram as",
    "restart": "restart Keras",
    "summary": "Keras's own summary",
    "Keras says": "Keras says",
    "covered": "Keras has built this model too. Answer to see its summary.",
    "lost": "This explorer lost its kernel. Run the cell again (Shift+Enter).",
    "your answer": "your answer",
    "to check": "count to check",
    "a number": "a number, or 4*128*385",
    "a shape": "a shape, like (None, 128)",
    "prediction": "your prediction",
    "hint": "Hint ({0} of {1})",
    "step": "Step {0} of {1}: ",
    "far": "{0} of {1}",
    "free": "explore freely",
    "guided": "back to the guide",
}

_SIGNS = {"c_tilde": "c̃", "h_tilde": "h̃"}
#: Symbols with the names of sizes in italics, as in print.
_MARKUP = {**TEXT, "size": "<i>{name}</i>"}
_NO_PARAMETERS = "<p class='tutor-numbers'><strong>0</strong></p><p>This layer has no parameters.</p>"
#: Of more layers than this, only the number is told.
MOST_TOLD = 3


def strong(text: object) -> str:
    """Text in bold."""
    return f"<strong>{escape(str(text))}</strong>"


def code(text: object) -> str:
    """Text that one could type."""
    return f"<code>{escape(str(text))}</code>"


def shape_text(shape: Any) -> str:
    """A shape, or several, as Keras writes them."""
    return ", ".join(map(str, shapes_in(shape)))


# Formula and shapes


def formula_html(facts: Facts) -> str:
    """The formula: symbols, numbers, count. Of the explored layer, or of the layer that holds most of the model."""
    rows, total, head = facts.ledger.rows, facts.ledger.total, ""
    path, built = facts.lesson.explored, facts.explored
    if facts.entries is not None:
        return _in_numbers(facts.entries) + "<p class='tutor-share'>numbers in one example</p>"
    if built is None:
        largest = max(rows, key=lambda row: row.count)
        path, built = largest.path, facts.model.layers[largest.path]
        name, share = escape(f"{path} ({largest.kind})"), percent(largest.count, total)
        head = f"<p class='tutor-share'>{name} has {share} of the parameters:</p>"
    others = [row for row in rows if row.count and row.path != path]
    formula = _in_numbers(built.formula) if built.weights else _NO_PARAMETERS
    return head + formula + _parts(built) + _plus(others, total)


def _in_numbers(formula: Expression) -> str:
    numbers = f"{formula.with_commas} = {strong(f'{formula.value:,}')}"
    return f"<p class='tutor-symbols'>{formula.write(_MARKUP)}</p><p class='tutor-numbers'>{numbers}</p>"


def _parts(built: Built) -> str:
    """What the count is made of: gates and a candidate, or what is trainable and what is not."""
    said = ""
    if len(built.gates) > 1:
        chips = "".join(
            f"<span class='tutor-chip' style='background:{css_variable(gate_role(gate.name))}'>"
            f"{_SIGNS.get(gate.name, gate.name)}<span class='tutor-sr'> ({escape(gate.title)})</span></span>"
            for gate in built.gates
        )
        gates = {3: "two", 4: "three"}[len(built.gates)]
        said = f"{chips} {gates} gates and a candidate, {built.gate_formula.value:,} each"
    elif built.trainable_count < built.count:
        halves = (("trainable", built.trainable_formula), ("non-trainable", built.non_trainable_formula))
        said = ", ".join(
            f"{name} {half.write(_MARKUP)} = {half.value:,}" if half.value else f"{name} 0" for name, half in halves
        )
    return f"<p class='tutor-share'>{said}</p>" if said else ""


def _plus(others: Sequence[Row], total: int) -> str:
    """What the other layers add, and what all of them have together."""
    said = f"{len(others)} other layers"
    if len(others) == 1 and (formula := others[0].formula) is not None:
        said = f"the {escape(others[0].kind)}'s {formula.with_commas} = {others[0].count:,}"
    return f"<p class='tutor-rest'>plus {said}: {strong(f'{total:,}')} in the model</p>" if others else ""


def shapes_html(facts: Facts) -> str:
    """The shapes from the entrance to the exit, how their sizes come about, and what the None is."""
    explored = facts.explored
    if facts.entries is not None:
        return (
            f"<p>{code(facts.ledger.input_shape)}: {', '.join(map(escape, ('batch', *facts.axes)))}</p>{_batch(None)}"
        )
    if explored is None:
        entering = " and ".join(f"{escape(name)} {code(shape)}" for name, shape in facts.ledger.inputs.items())
        return f"<p>{entering} → {code(shape_text(facts.ledger.output_shape))}</p>{_batch(None)}"
    way = list(facts.model.layers.values())
    if len(way) > MOST_TOLD or explored is not way[-1]:
        way = [explored]
    steps = [("input", way[0].input_shape), *((one.layer.title, one.output_shape) for one in way)]
    items = "".join(f"<li><span>{escape(name)}</span> {code(shape_text(shape))}</li>" for name, shape in steps)
    rules = "".join(
        f"<p>{escape(axis)}: {escape(rule.text)} = {escape(rule.with_commas)} = {strong(f'{rule.value:,}')}</p>"
        for axis, rule in explored.output_rules.items()
    )
    return f"<ol>{items}</ol>{rules}{_batch(facts.ledger.input_shape[0])}"


def _batch(size: int | None) -> str:
    fixed = f"{size} examples per batch: a stateful layer needs a fixed number."
    return f"<p>{f'{code(None)}: any number of examples.' if size is None else fixed}</p>"


def rows_html(facts: Facts) -> str:
    """The whole model row by row, with Keras's own counts where they are known; nothing where one layer is explored."""
    if facts.explored is not None or facts.entries is not None:
        return ""
    ledger, keras = facts.ledger, facts.keras
    if isinstance(keras, Report):
        counts = {row.path: row.count for row in keras.rows}
        rows = tuple(replace(row, keras_count=counts.get(row.path, 0)) for row in ledger.rows)
        ledger = replace(ledger, rows=rows, keras_total=keras.total)
    return ledger._repr_html_()


# What was typed


def typed_html(control: SizeControl, typed: Typed, value: int, limit: int) -> str:
    """Why a text in the field of a size is not taken; the field goes back to ``value``."""
    label, span = strong(control.label), f"from {control.low:,} to {limit:,}"
    if not typed.text:
        return f"{label} is back at {value:,}. It needs a whole number {span}."
    given = escape(f"“{typed.text[:40]}”")
    if typed.number is not None:
        return f"{label} goes {span}. You typed {given}."
    asked = f"{given} isn't one." if not typed.meant else f"Does {given} mean {' or '.join(map(str, typed.meant))}?"
    return f"{label} needs a whole number {span}. {asked}"


def refusal_html(error: Exception) -> str:
    """Why no model can be made with all these values at once."""
    why = f"<strong>These settings don't fit together.</strong> {escape(str(error))}"
    return f"<p class='tutor-no'>{why} The diagram shows the last ones that did.</p>"


# Keras

NOT_RUNNING = "<p>Not compared: Keras isn't running.</p>"
WAITING = "<p>Waiting for Keras.</p>"
#: From so many seconds on, a start is unusually long.
_LONG = 40
NO_MODEL = "<p>Nothing to compare: these settings don't make a model.</p>"


def status_text(status: Status) -> str:
    """How Keras's process fares while it starts, or after it has failed."""
    if status.state == "failed":
        return f"{status.sentence} Formula and diagrams still work."
    if status.seconds <= _LONG:
        return f"Keras is starting: {status.seconds:.0f} s of about 15. Everything else already works."
    return f"Keras is starting: {status.seconds:.0f} s. That's unusually long; it may still come."


def waiting_html(status: Status | None, verdict: str) -> str:
    """What is waited for; if Keras is about to answer, the last verdict stays, dimmed, until the next comes."""
    if status is not None and status.state == "busy":
        return f"<p>{escape(status.sentence)}</p>"
    starts = status is not None and status.state == "starting"
    return WAITING if starts or verdict in (NO_MODEL, NOT_RUNNING) else verdict


def verdict_html(facts: Facts, answer: Answer) -> str:
    """Whether formula and Keras agree, layer by layer and for the whole, with both numbers."""
    if isinstance(answer, Lost):
        return f"<p class='tutor-no'>{escape(answer.sentence)}</p>"
    if isinstance(answer, Refusal):
        said = "<strong>✗ Keras refuses this model; we didn't.</strong> That's our bug. Keras says:"
        return f"<p class='tutor-no'>{said} {escape(answer.message)}</p>"
    ledger = facts.ledger
    ours, keras = ({row.path: (row.count, row.trainable_count) for row in rows} for rows in (ledger.rows, answer.rows))
    totals = [(one.total, one.trainable_total) for one in (ledger, answer)]
    agreeing = sum(keras.get(path) == counts for path, counts in ours.items())
    lines = []
    if facts.explored is not None:
        of_layer = (counts.get(facts.lesson.explored or "", (0, 0)) for counts in (ours, keras))
        lines += _compared(facts.explored.layer.title, *of_layer)
    if len(facts.model.layers) > 1:
        lines += _compared("whole model", *totals)
    if facts.entries is not None:
        lines += [f"Input: {code(ledger.input_shape)} = {code(answer.output_shape)}"]
    elif facts.explored is None:
        lines += [f"{agreeing} of {len(ours)} layers agree"]
    same = agreeing == len(ours) and totals[0] == totals[1]
    if not same:
        head = "<strong>✗ Formula and Keras disagree.</strong> That's our bug. Please report it with the Keras code."
    elif answer.output_shape != ledger.output_shape:
        shapes = f"Ours: {shape_text(ledger.output_shape)}. Keras: {shape_text(answer.output_shape)}."
        head, same = f"<strong>✗ Same count, different shapes.</strong> {shapes} That's our bug.", False
    else:
        head = "<strong>✓ Formula and Keras agree.</strong>"
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f"<p class='tutor-{'yes' if same else 'no'}'>{head}</p><ul>{items}</ul>"


def _compared(what: str, ours: tuple[int, int], theirs: tuple[int, int]) -> list[str]:
    """Both counts; and both trainable counts, if they differ."""
    return [
        f"{escape(what)}{kind}: {strong(f'{one:,}')} {'=' if one == other else '≠'} {strong(f'{other:,}')}"
        for kind, one, other in zip(("", ", trainable"), ours, theirs, strict=True)
        if not kind or one != other
    ]
