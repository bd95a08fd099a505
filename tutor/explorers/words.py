"""What an explorer says: formula, shapes, what a move changed, and whether Keras agrees. HTML, escaped."""

from __future__ import annotations

from html import escape
from typing import Any

from tutor.explorers.position import Position
from tutor.layers.base import Built
from tutor.live.report import Report
from tutor.palette import css_variable, gate_role
from tutor.symbols import Size, Style

_SYMBOLS = {"c_tilde": "c̃", "h_tilde": "h̃"}


def formula_html(position: Position) -> str:
    """The explored layer's formula: symbols, numbers, count; then its gates, and the rest of the stack."""
    built = position.explored
    lines = [
        f"<p class='tutor-symbols'>{built.formula.write(_MARKUP)}</p>",
        f"<p class='tutor-numbers'>{built.formula.numbers} = <strong>{built.count:,}</strong></p>",
    ]
    if len(built.gates) > 1:
        chips = "".join(
            f"<span class='tutor-chip' style='background:{css_variable(gate_role(gate.name))}'>"
            f"{_SYMBOLS.get(gate.name, gate.name)}<span class='tutor-sr'> ({gate.title})</span></span>"
            for gate in built.gates
        )
        lines.append(
            f"<p class='tutor-share'>{chips} {len(built.gates)} gates, each "
            f"{built.gate_formula.write(_MARKUP)} = {built.gate_formula.value:,}</p>"
        )
    before = list(position.builts.values())[:-1]
    if before:
        rest = " + ".join(f"{other.layer.kind} {other.formula.numbers} = {other.count:,}" for other in before)
        lines.append(
            f"<p class='tutor-rest'>{rest}; its units are the {built.layer.kind}'s features. "
            f"Together: <strong>{position.total:,}</strong></p>"
        )
    return "".join(lines)


class _Markup(Style):
    """Symbols with the names of sizes in italics, as in print."""

    def size(self, size: Size) -> str:
        return f"<i>{escape(size.name)}</i>"


_MARKUP = _Markup(" · ", " + ")


def shapes_html(position: Position) -> str:
    """The shapes from the entrance to the exit, and what the None is."""
    first = next(iter(position.builts.values()))
    steps = [f"<li><span>input</span> <code>{shape_text(first.input_shape)}</code></li>"]
    steps += [
        f"<li><span>{built.layer.kind}</span> <code>{shape_text(built.output_shape)}</code></li>"
        for built in position.builts.values()
    ]
    batch = first.input_shape[0]
    note = (
        "<code>None</code> is the batch: any number of examples."
        if batch is None
        else f"{batch} is the batch: a stateful layer must know it."
    )
    return f"<ol>{''.join(steps)}</ol><p>{note}</p>"


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
    if len(moved) > 1:
        what = "Several controls moved"
    else:
        what = f"{moved[0].label} {_value(before.values[moved[0].key])} → {_value(now.values[moved[0].key])}"
    pairs = list(zip(before.builts.values(), now.builts.values(), strict=True))
    entered, enters = pairs[0][0].input_shape, pairs[0][1].input_shape
    effects = [] if entered == enters else [f"the input became {shape_text(enters)}"]
    effects += [effect for old, new in pairs if (effect := _effect(old, new))]
    kept = [f"{new.layer.kind}'s {new.count:,}" for old, new in pairs if old.count == new.count]
    parts = [f"<strong>{escape(what)}</strong>: {escape('; '.join(effects)) or 'no shape and no count changed'}."]
    if len(kept) == len(pairs):
        parts.append(f"Parameters stay at <strong>{now.total:,}</strong>.")
    elif kept:
        parts.append(f"Unchanged: {escape(' and '.join(kept))}.")
    return " ".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _effect(old: Built, new: Built) -> str:
    said = []
    if old.count != new.count:
        said.append(f"{old.count:,} → {new.count:,} parameters ({new.count - old.count:+,})")
    if old.output_shape != new.output_shape:
        said.append(f"output {shape_text(old.output_shape)} → {shape_text(new.output_shape)}")
    return f"{new.layer.kind}: {', '.join(said)}" if said else ""


def verdict_html(position: Position, report: Report) -> str:
    """Whether formula and Keras agree, for the explored layer and for the stack, with both numbers."""
    counts = {layer.name: layer.count for layer in report.layers}
    name = list(position.builts)[-1]
    pairs = [(position.explored.layer.kind, position.explored.count, counts[name])]
    if len(position.builts) > 1:
        pairs.append(("whole model", position.total, report.total))
    shapes = {layer.name: layer.output_shape for layer in report.layers}
    same_shapes = all(shapes[name] == built.output_shape for name, built in position.builts.items())
    agrees = same_shapes and all(ours == keras for _, ours, keras in pairs)
    lines = "".join(
        f"<li>{escape(what)}: formula <strong>{ours:,}</strong> {'=' if ours == keras else '≠'} Keras "
        f"<strong>{keras:,}</strong></li>"
        for what, ours, keras in pairs
    )
    head = "✓ Formula and Keras agree" if agrees else "✗ Formula and Keras disagree: that is a mistake of ours"
    if not same_shapes:
        head += " (in the shapes)"
    return f"<p class='tutor-{'yes' if agrees else 'no'}'>{head}</p><ul>{lines}</ul>"
