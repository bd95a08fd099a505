"""The explorer on screen: one widget that holds the controls, the pictures, the words and live Keras.

Python decides everything that is shown; ``explorer.js`` lays it out, reports what the learner moves, and fills numbers
into pictures that are already there, so that a step costs one small message.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import anywidget
import traitlets

from tutor import live
from tutor.explorers.controls import as_data
from tutor.explorers.lessons import Lesson
from tutor.explorers.position import Position
from tutor.explorers.words import formula_html, ledger_html, move_text, refusal_html, shapes_html, verdict_html
from tutor.pictures import palette
from tutor.pictures.picture import Picture
from tutor.pictures.scene import Scene
from tutor.pictures.svg import elements, svg

_HERE = Path(__file__).parent

#: Moves of one control that follow each other faster than this, in seconds, are told as one.
_ONE_GESTURE = 1.5


class Explorer(anywidget.AnyWidget):
    """One layer to explore: sliders in, formula, shapes, pictures and a live Keras summary out.

    Attributes:
        values: where the controls stand, by name; set it to move them.
        jumps: how often all controls were put somewhere at once; a jump is part of no gesture before or after it.
    """

    _esm: ClassVar[Path] = _HERE / "explorer.js"
    _css: ClassVar[str] = palette.style_sheet(".tutor-explorer") + (_HERE / "explorer.css").read_text("utf-8")

    title = traitlets.Unicode().tag(sync=True)
    controls: traitlets.List[Any] = traitlets.List().tag(sync=True)
    presets = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    jumps = traitlets.Int().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)
    changes = traitlets.Dict().tag(sync=True)
    keras = traitlets.Dict().tag(sync=True)

    def __init__(self, lesson: Lesson, keras_process: live.KerasProcess | None = None) -> None:
        super().__init__()
        self._lesson = lesson
        # Controls are moved from the kernel's thread, Keras answers on a thread of its own.
        self._lock = threading.RLock()
        self._serial = 0
        self._gesture = ("", 0.0)
        self._jumps_told = 0
        self._drawings: dict[tuple[object, ...], str] = {}
        self._process = keras_process or live.shared()
        self.title = lesson.title
        self.controls = [as_data(control) for control in lesson.controls]
        self.presets = {name: {**lesson.start, **values} for name, values in lesson.presets.items()}
        self._values = lesson.start
        self._position = self._before = Position.at(lesson, lesson.start)
        self._unwatch = self._process.on_status(self._show_status)
        self.values = lesson.start
        self._show_status(self._process.status)
        self.observe(self._moved, "values")
        self._show()
        self.on_msg(self._handle)

    def close(self) -> None:
        """Take the explorer off the screen and let its Keras request go."""
        self._unwatch()
        self._process.forget(self)
        super().close()

    def reset(self) -> None:
        """Put every control back to where it started."""
        self._jump(self._lesson.start)

    def preset(self, name: str) -> None:
        """Put the controls to a named position, such as ``"a tiny one"``."""
        self._jump(self.presets[name])

    def _jump(self, values: dict[str, Any]) -> None:
        with self._lock:
            self.jumps += 1
            self.values = values

    def _moved(self, change: Any) -> None:
        with self._lock:
            try:
                values = self._lesson.check({**self._values, **change["new"]})
            except (ValueError, TypeError) as error:
                self.values = dict(self._values)
                self.words = {**self.words, "move": escape(str(error))}
                return
            if values == self._values:
                return
            self._values = values
            try:
                position = Position.at(self._lesson, values)
            except ValueError as error:
                self._refuse(error)
                return
            moved = ",".join(key for key in values if values[key] != self._position.values[key])
            now = time.monotonic()
            jumped = self.jumps != self._jumps_told
            if jumped or moved != self._gesture[0] or now - self._gesture[1] > _ONE_GESTURE:
                self._before = self._position
            self._gesture = ("" if jumped else moved, now)
            self._jumps_told = self.jumps
            self._position = position
            self._show()

    def _refuse(self, error: Exception) -> None:
        """Say why these values make no model; the pictures stay at the last that did."""
        self._process.forget(self)
        self._serial += 1
        words = {"formula": refusal_html(error), "shapes": "", "move": "", "code": "", "ledger": ""}
        with self.hold_sync():
            self.words = {"values": self._values, "serial": self._serial, "refused": True, **words}
            self._show_keras("ready", verdict="<p>No model, so nothing to compare. Keras would refuse it too.</p>")

    def _show(self) -> None:
        with self._lock, self.hold_sync():
            self._serial += 1
            position = self._position
            self.pictures = {name: self._drawn(name, scene) for name, scene in position.scenes.items()}
            self.changes = {
                name: {
                    "items": {element.id: {**element.attributes, "text": element.text} for element in elements(scene)},
                    "alt": scene.alt,
                }
                for name, scene in position.scenes.items()
            }
            self.words = {
                "values": self._values,
                "serial": self._serial,
                "formula": formula_html(position),
                "shapes": shapes_html(position),
                "move": move_text(self._before, position),
                "code": position.code,
                "ledger": ledger_html(position, None),
                "refused": False,
            }
        self._process.ask(self, position.code, self._answered(position, self._serial))

    def _answered(self, position: Position, serial: int) -> Callable[[live.Answer], None]:
        def show(answer: live.Answer) -> None:
            with self._lock:
                if serial != self._serial:
                    return
                if isinstance(answer, live.Refusal):
                    refusal = f"<p class='tutor-no'>Keras refuses this model: {escape(answer.message)}</p>"
                    self._show_keras("ready", verdict=refusal)
                else:
                    self._show_keras(
                        "ready",
                        summary=answer.summary,
                        verdict=verdict_html(position, answer),
                        ledger=ledger_html(position, answer),
                    )

        return show

    def _show_status(self, status: live.Status) -> None:
        with self._lock:
            if status.state in {"starting", "failed"}:
                sentence = status.sentence
                if status.state == "starting":
                    sentence += f" ({status.seconds:.0f} s)"
                self._show_keras(
                    status.state, sentence=sentence, verdict="<p>No verdict yet: Keras is not running.</p>"
                )

    def _show_keras(self, state: str, *, verdict: str, summary: str = "", sentence: str = "", ledger: str = "") -> None:
        self.keras = {
            "state": state,
            "serial": self._serial,
            "summary": summary,
            "sentence": sentence,
            "verdict": verdict,
            "ledger": ledger,
        }

    def _handle(self, _: Explorer, message: dict[str, Any], __: object) -> None:
        match message:
            case {"do": "restart"}:
                self._process.restart()
            case {"do": "save", "picture": str(name), "format": str(suffix)}:
                self._save(name, suffix)

    def _drawn(self, name: str, scene: Scene) -> str:
        """The picture as SVG: drawn once for each structure, since the screen fills in what differs."""
        key = (name, scene.width, scene.height, scene.structure)
        if key not in self._drawings:
            self._drawings[key] = svg(scene)
        return self._drawings[key]

    def _save(self, name: str, suffix: str) -> None:
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{self.title.lower().replace(' ', '-')}-{name}.{suffix}"
            Picture(self._position.scenes[name]).save(file)
            self.send({"download": file.name}, buffers=[file.read_bytes()])
