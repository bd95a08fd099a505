"""What an explorer says of its last move: what that changed, and what it could not change, and why not."""

from __future__ import annotations

from html import escape

from tutor.explorers.controls import ChoiceControl, FlagControl, SizeControl
from tutor.explorers.facts import Change, LayerChange
from tutor.explorers.words import MOST_TOLD, code, shape_text, strong
from tutor.pictures.kit import listed


def move_html(change: Change) -> str:
    """What the last move changed, and what it could not."""
    total, was = (
        f"{one.ledger.total if one.entries is None else one.entries.value:,}" for one in (change.now, change.before)
    )
    if not change.moved:
        return "Move a control. This line tells you what changed and what couldn't."
    if len(change.moved) > 1:
        if change.is_back:
            return f"{strong('reset')}: back to the start, {total}."
        title = change.preset.title if change.preset else "several controls"
        return f"{strong(title)}: the count is now {total} (before: {was})."
    if change.more and change.is_back:
        said = f"back to {total}."
    elif change.now.entries is not None:
        said = f"one example now has {total} numbers (before: {was})." if total != was else _nothing(change)
    else:
        said = _of_model(change) if change.explored is None else _of_layer(change, change.explored)
    return f"{moved(change)}: {said}"


def moved(change: Change) -> str:
    """The one control that was moved, and how."""
    control = change.moved[0]
    old, new = (facts.values[control.key] for facts in (change.before, change.now))
    match control:
        case FlagControl():
            return strong(f"{control.label} {'on' if new else 'off'}")
        case ChoiceControl():
            return strong(f"{control.label} {control.names.get(old, old)} → {control.names.get(new, new)}")
    return strong(f"{control.label} {old:,} → {new:,}")


def _of_layer(change: Change, layer: LayerChange) -> str:
    control, name, count = change.moved[0], escape(layer.new.layer.title), f"{layer.new.count:,}"
    others = [one for one in change.layers if one is not layer and one.more]
    output = shape_text(layer.new.output_shape) if layer.old.output_shape != layer.new.output_shape else ""
    old, new = layer.old.trainable_count, layer.new.trainable_count
    if layer.more:
        also = "".join(f" The {escape(one.new.layer.title)} {_grew(one.more)} too." for one in others)
        return _of_arrays(change, layer, output) + also
    if others:
        one = others[0]
        told = f"the {escape(one.new.layer.title)} {_rose(one.more, one.new.count, 'grew', 'shrank')}."
        reads = shape_text(layer.new.input_shape)
        return f"{told} The {name} can't tell: it still reads {reads}, and its {count} stay."
    if old != new:
        some = f"{new:,} of the {count} parameters are" if new else f"none of the {count} parameters is"
        return f"{some} trainable now (before: {old:,})."
    if not change.shapes:
        return _nothing(change)
    if isinstance(control, SizeControl):
        now = f", the output to {output}" if output else ""
        return f"the shapes follow{now}. The count can't: {escape(control.label)} isn't in the formula."
    return f"the output is now {output}. Same weights, same count."


def _of_arrays(change: Change, layer: LayerChange, output: str) -> str:
    """Which weight arrays differ, and what that makes of the count."""
    control, kept, told = change.moved[0], [], []
    for old, new in layer.weights:
        if old is None or new is None:
            told += [f"{code(one.name)} {one.shape} is {word}" for one, word in ((old, "gone"), (new, "new")) if one]
        elif old.count == new.count:
            kept.append(code(new.name))
        else:
            told.append(f"{code(new.name)} {_grew(new.count - old.count)} to {new.shape}")
    rose = _rose(layer.more, layer.new.count)
    if len(told) > 1 and all(old and new and old.count != new.count for old, new in layer.weights):
        so = f", and so did the output, to {output}" if output else ""
        return f"every array {_grew(layer.more)}{so}. The count {rose}."
    whose = f"the {escape(layer.new.layer.title)}'s" if len(change.layers) > 1 else "the"
    said = f"{listed(told)}, so {whose} count {rose}."
    if kept and isinstance(control, SizeControl):
        said += f" {listed(kept)} {'don' if len(kept) > 1 else 'doesn'}'t depend on {escape(control.label)}."
    return f"{said} The output is now {output}." if output else said


def _of_model(change: Change) -> str:
    told = [f"{escape(one.path)} {_grew(one.more)} to {one.new.count:,}" for one in change.layers if one.more]
    if told:
        if len(told) > MOST_TOLD:
            told = [f"the counts of {len(told)} layers changed"]
        return f"{listed(told)}. The model's count {_rose(change.more, change.now.ledger.total)}."
    if not change.shapes:
        return _nothing(change)
    follow = f"{change.shapes} shapes follow" if change.shapes > 1 else "one shape follows"
    return f"{follow}. No count changes: the {change.now.ledger.total:,} parameters stay."


def _nothing(change: Change) -> str:
    flows = "" if isinstance(change.moved[0], SizeControl) else " It changes only the numbers that flow."
    return f"no shape and no count depends on it.{flows}"


def _grew(more: int) -> str:
    return "grew" if more > 0 else "shrank"


def _rose(more: int, count: int, rose: str = "rose", fell: str = "fell") -> str:
    signed = f"{more:+,}".replace("-", "−")
    return f"{rose if more > 0 else fell} to {count:,} ({signed})"
