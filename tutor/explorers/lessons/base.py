"""What an explorer explores, as data: its controls, the model that they describe, and its presets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from tutor.explorers.controls import Control, FlagControl, SizeControl
from tutor.layers.checks import ArgumentError, suggestion
from tutor.models.model import Model
from tutor.models.sequential import Sequential

Values: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Lesson:
    """One explorer as data.

    Attributes:
        title: what it is about: a layer's name, or a model's.
        controls: what can be moved, with where it starts.
        presets: named positions; a control that a preset does not name goes back to its start.
        make: the model at the values of the controls. In a stack, the last layer is what the lesson is about; a
            functional model is looked at as a whole.
    """

    title: str
    controls: tuple[Control, ...]
    presets: Mapping[str, Values]
    make: Callable[[Values], Sequential | Model]

    @property
    def start(self) -> dict[str, Any]:
        """Where each control starts."""
        return {control.key: control.start for control in self.controls}

    def starting_at(self, **values: Any) -> Lesson:
        """The same lesson with other starts.

        Raises:
            ValueError, TypeError: no such control, or a value that it does not take.
        """
        known = {control.key: control for control in self.controls}
        for key in values.keys() - known.keys():
            repair = suggestion(key, tuple(known))
            raise ArgumentError(f"explore({self.title}) has no control {key!r}.{repair} It has {', '.join(known)}.")
        checked = self.check({**self.start, **values})
        return replace(self, controls=tuple(replace(control, start=checked[key]) for key, control in known.items()))

    def check(self, values: Values) -> dict[str, Any]:
        """The values, each as its control keeps it.

        Raises:
            ValueError, TypeError: one of them is not to be had; the message names it.
        """
        explorer = f"explore({self.title})"
        return {control.key: control.check(explorer, values[control.key]) for control in self.controls}


def size(
    key: str,
    start: int,
    help: str,  # noqa: A002
    *,
    low: int = 1,
    high: int = 4096,
    limit: int = 1_000_000,
    label: str | None = None,
) -> SizeControl:
    """A slider whose name on screen is its key, if no other is given."""
    return SizeControl(key, start, low, high, limit, help, label or key)


def use_bias(what: str = "unit") -> FlagControl:
    """Keras's ``use_bias``."""
    return FlagControl("use_bias", True, f"one more number for each {what}")


def function(name: str) -> str | None:
    """Keras's argument for an activation of that name: None stands for ``linear`` there."""
    return None if name == "linear" else name
