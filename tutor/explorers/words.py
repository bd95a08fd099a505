"""What an explorer says: formula, shapes, what a move changed, and whether Keras agrees. HTML, escaped."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

from tutor.explorers.position import Position
from tutor.layers.built import Built
from tutor.live.report import Report
from tutor.pictures.palette import css_variable, gate_role
from tutor.symbols import TEXT

_SYMBOLS = {"c_tilde": "c̃", "h_tilde": "h̃"}


def formula_html(position: Position) -> str:
    """The formula: symbols, numbers, count. Of the explored layer, or of the layer that holds most of the model."""
    if position.explored is None:
        row = max(position.ledger.rows, key=lambda row: row.count)
        share = row.count / position.ledger.total
        head = (
            f"<p class='tutor-share'>{100 * share:.0f} % of the model is {escape(row.path)} ({escape(row.kind)}):</p>"
        )
        formula = "".join(_formula_lines(position.builts[row.path]))
        return f"{head}{formula}<p class='tutor-rest'>{_together(position)}</p>"
    lines = [*_formula_lines(position.explored), *_parts_lines(position.explored)]
    before = list(position.builts.values())[:-1]
    if before:
        rest = " + ".join(f"{other.layer.kind} {other.formula.numbers} = {other.count:,}" for other in before)
        kind = position.explored.layer.kind
        said = f"{rest}; its units are the {kind}'s features. {_together(position)}"
        lines.append(f"<p class='tutor-rest'>{said}</p>")
    return "".join(lines)


def _formula_lines(built: Built) -> list[str]:
    if not built.weights:
        return ["<p class='tutor-symbols'>no parameters</p><p class='tutor-numbers'><strong>0</strong></p>"]
    return [
        f"<p class='tutor-symbols'>{built.formula.write(_MARKUP)}</p>",
        f"<p class='tutor-numbers'>{built.formula.numbers} = <strong>{built.count:,}</strong></p>",
    ]


def _parts_lines(built: Built) -> list[str]:
    """Of which parts the count is made: gates, or what is trained and what is not."""
    if len(built.gates) > 1:
        chips = "".join(
            f"<span class='tutor-chip' style='background:{css_variable(gate_role(gate.name))}'>"
            f"{_SYMBOLS.get(gate.name, gate.name)}<span class='tutor-sr'> ({gate.title})</span></span>"
            for gate in built.gates
        )
        each = f"{built.gate_formula.write(_MARKUP)} = {built.gate_formula.value:,}"
        return [f"<p class='tutor-share'>{chips} {len(built.gates)} gates of {each}</p>"]
    if built.trainable_count < built.count:
        trained = f"{built.trainable_formula.write(_MARKUP)} = {built.trainable_count:,}"
        fixed = f"{built.non_trainable_formula.write(_MARKUP)} = {built.non_trainable_formula.value:,}"
        return [f"<p class='tutor-share'>trained: {trained}; not trained: {fixed}</p>"]
    return []


def _together(position: Position) -> str:
    return f"Together: <strong>{position.ledger.total:,}</strong>"


#: Symbols with the names of sizes in italics, as in print.
_MARKUP = replace(TEXT, size=lambda size: f"<i>{escape(size.name)}</i>")


def shapes_html(position: Position) -> str:
    """The shapes from the entrance to the exit, how their sizes come about, and what the None is."""
    if position.explored is None:
        entering = " and ".join(f"{escape(n)} <code>{s}</code>" for n, s in position.ledger.inputs.items())
        return f"<p>{entering} → <code>{shape_text(position.ledger.output_shape)}</code></p>{_BATCH}"
    first = position.ledger.input_shape
    steps = [f"<li><span>input</span> <code>{shape_text(first)}</code></li>"]
    steps += [
        f"<li><span>{built.layer.kind}</span> <code>{shape_text(built.output_shape)}</code></li>"
        for built in position.builts.values()
    ]
    rules = [
        f"<p>{escape(axis)}: {escape(rule.text)} = {escape(rule.numbers)} = <strong>{rule.value:,}</strong></p>"
        for axis, rule in position.explored.output_rules.items()
    ]
    note = _BATCH if first[0] is None else f"<p>{first[0]} is the batch: a stateful layer must know it.</p>"
    return f"<ol>{''.join(steps)}</ol>{''.join(rules)}{note}"


_BATCH = "<p><code>None</code> is the batch: any number of examples.</p>"


def shape_text(shape: Any) -> str:
    """A shape, or several, as Keras writes them."""
    if shape and isinstance(shape[0], tuple):
        return ", ".join(shape_text(each) for each in shape)
    return str(shape)


def move_text(before: Position, now: Position) -> str:
    """What the last move changed, and what it could not change."""
    moved = [c for c in now.lesson.controls if before.values[c.key] != now.values[c.key]]
    if not moved:
        return "Move a control: here you read what it changed, and what it could not."
    what = "Several controls moved"
    if len(moved) == 1:
        what = f"{moved[0].label} {_value(before.values[moved[0].key])} → {_value(now.values[moved[0].key])}"
    entered, enters = before.ledger.input_shape, now.ledger.input_shape
    effects = [] if entered == enters else [f"the input became {shape_text(enters)}"]
    effects += _effects(before, now)
    parts = [f"<strong>{escape(what)}</strong>: {escape('; '.join(effects)) or 'no shape and no count changed'}."]
    if before.ledger.total == now.ledger.total:
        parts.append(f"Parameters stay at <strong>{now.ledger.total:,}</strong>.")
    elif now.explored is not None:
        kept = [
            f"{new.layer.kind}'s {new.count:,}"
            for path, new in now.builts.items()
            if path in before.builts and before.builts[path].count == new.count
        ]
        parts += [f"Unchanged: {escape(' and '.join(kept))}."] if kept else []
    return " ".join(parts)


#: Of layers that change their shape alone, so many are told; the rest is counted.
_TOLD = 2


def _effects(before: Position, now: Position) -> list[str]:
    pairs = [
        (path if now.explored is None else new.layer.kind, before.builts[path], new)
        for path, new in now.builts.items()
        if path in before.builts
    ]
    counts = [f"{name}: {_effect(old, new)}" for name, old, new in pairs if old.count != new.count]
    others = [
        f"{name}: {effect}" for name, old, new in pairs if old.count == new.count and (effect := _effect(old, new))
    ]
    if len(others) > _TOLD + 1:
        others[_TOLD:] = [f"{len(others) - _TOLD} more layers changed their shape alone"]
    return counts + others


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _effect(old: Built, new: Built) -> str:
    said = []
    if old.count == new.count and old.trainable_count != new.trainable_count:
        said.append(f"trained {old.trainable_count:,} → {new.trainable_count:,}")
    if old.count != new.count:
        said.append(f"{old.count:,} → {new.count:,} parameters ({f'{new.count - old.count:+,}'.replace('-', '−')})")
    if old.output_shape != new.output_shape:
        said.append(f"output {shape_text(old.output_shape)} → {shape_text(new.output_shape)}")
    return ", ".join(said)


def refusal_html(error: Exception) -> str:
    """Why no model can be made with all these values at once."""
    return f"<p class='tutor-no'>No such layer: {escape(str(error))}</p>"


def verdict_html(position: Position, report: Report) -> str:
    """Whether formula and Keras agree: layer by layer and for the whole, with both numbers."""
    keras = {row.path: row.count for row in report.rows}
    wrong = [row.path for row in position.ledger.rows if keras.get(row.path) != row.count]
    pairs = []
    if position.explored is not None:
        path, built = list(position.builts.items())[-1]
        pairs.append((built.layer.kind, built.count, keras.get(path, 0)))
    if len(position.builts) > 1:
        pairs.append(("whole model", position.ledger.total, report.total))
    same_shapes = report.output_shape == position.ledger.output_shape
    agrees = same_shapes and not wrong and all(ours == theirs for _, ours, theirs in pairs)
    lines = "".join(
        f"<li>{escape(what)}: formula <strong>{ours:,}</strong> {'=' if ours == theirs else '≠'} Keras "
        f"<strong>{theirs:,}</strong></li>"
        for what, ours, theirs in pairs
    )
    if position.explored is None:
        lines += f"<li>{len(position.ledger.rows) - len(wrong)} of {len(position.ledger.rows)} layers agree</li>"
    head = "✓ Formula and Keras agree" if agrees else "✗ Formula and Keras disagree: that is a mistake of ours"
    if not same_shapes:
        head += " (in the shapes)"
    return f"<p class='tutor-{'yes' if agrees else 'no'}'>{head}</p><ul>{lines}</ul>"


def ledger_html(position: Position, report: Report | None) -> str:
    """The whole model row by row, with Keras's own counts where they have come; nothing where one layer is explored."""
    if position.explored is not None:
        return ""
    keras = {row.path: row.count for row in report.rows} if report is not None else {}
    ledger = position.ledger
    if report is not None:
        rows = tuple(replace(row, keras_count=keras.get(row.path, 0)) for row in ledger.rows)
        ledger = replace(ledger, rows=rows, keras_total=report.total)
    return ledger._repr_html_()
