"""What an explorer explores, as data: its controls, the model that they describe, its presets and its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.explorers.controls import Control
from tutor.layers.checks import ArgumentError, suggestion
from tutor.models.sequential import Sequential

if TYPE_CHECKING:
    from tutor.explorers.panels import Panel
    from tutor.layers.layer import Layer
    from tutor.models.model import Model

Values: TypeAlias = Mapping[str, Any]


class Preset:
    """A position with a name, such as ``Preset("tiny", "a tiny one", units=3)``.

    Args:
        key: what Python calls it.
        title: what the screen calls it.
        values: where its controls stand. Those not mentioned stand as in the lesson's example.
    """

    def __init__(self, key: str, title: str, **values: Any) -> None:
        self.key, self.title, self.values = key, title, values


@dataclass(frozen=True)
class Lesson:
    """One explorer as data.

    Attributes:
        title: what it is about: a layer's name, or a model's.
        controls: what can be moved, with where it stands in the lesson's example.
        presets: the positions with a name.
        make: the model at the values of the controls.
        explored: the path of the layer that it is about; None where it is about the whole model.
        pictures: the panels that are drawn.
        starts: where controls start, if not as in the example.
        axes: of a lesson about a shape, the axes of one example; None of a lesson about layers.
    """

    title: str
    controls: tuple[Control, ...]
    presets: tuple[Preset, ...]
    make: Callable[[Values], Sequential | Model]
    explored: str | None
    pictures: tuple[Panel, ...]
    starts: Values = field(default_factory=dict)
    axes: Callable[[Values], Mapping[str, int]] | None = None

    @property
    def example(self) -> dict[str, Any]:
        """Where each control stands in the lesson's example."""
        return {control.key: control.start for control in self.controls}

    @property
    def start(self) -> dict[str, Any]:
        """Where each control starts."""
        return {**self.example, **self.starts}

    def position(self, key: str) -> dict[str, Any]:
        """Where each control stands in the preset of that key.

        Raises:
            ValueError: there is no such preset.
        """
        return {**self.example, **self._named("preset", key, self.presets).values}

    def starting_at(self, **values: Any) -> Lesson:
        """The same lesson with other starts.

        Raises:
            ValueError, TypeError: as for :meth:`check`.
        """
        return replace(self, starts=self.check(values))

    def check(self, values: Values) -> dict[str, Any]:
        """The values, each as its control keeps it.

        Raises:
            ValueError, TypeError: there is no such control, or it does not take the value; the message names it.
        """
        title = f"explore({self.title})"
        return {key: self._named("control", key, self.controls).check(title, one) for key, one in values.items()}

    def _named(self, what: str, key: str, things: Iterable[Any]) -> Any:
        known = {one.key: one for one in things}
        if key not in known:
            repair = suggestion(key, tuple(known)) or f" There is {', '.join(known)}."
            raise ArgumentError(f'explore({self.title}): there is no {what} "{key}".{repair}')
        return known[key]


def of_layer(
    layer: type[Layer],
    before: Callable[[Values], list[Any]],
    controls: tuple[Control, ...],
    presets: tuple[Preset, ...],
    pictures: tuple[Panel, ...],
    further: Callable[[Values], Values] = lambda _: {},
    wrapped: Callable[[Values, Layer], Layer] = lambda _, one: one,
) -> Lesson:
    """The lesson of one layer, whose arguments are what controls of their names say, and what ``further`` says.

    ``before`` makes the model's Input, and what is called before the layer; ``wrapped`` is the layer that is called.
    """

    def of(values: Values) -> Layer:
        given: dict[str, Any] = {key: values[key] for key in values.keys() & layer.__signature__.parameters.keys()}
        if given.get("activation") == "linear":
            given["activation"] = None  # as Keras has it by default
        return layer(**{**given, **further(values)})

    def make(values: Values) -> Sequential:
        return Sequential([*before(values), wrapped(values, of(values))], name=f"{path}_lesson")

    path = of({control.key: control.start for control in controls}).automatic_name
    return Lesson(layer.__name__, controls, presets, make, path, pictures)
