"""A session on a notebook's screen: one widget whose traits are what the session shows, and live Keras beside it."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from tutor import live
from tutor.explorers.outputs import Output, is_watched
from tutor.explorers.session import Session
from tutor.explorers.stills import still_data
from tutor.pictures import palette
from tutor.pictures.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.explorers.lessons.base import Lesson
    from tutor.questions.steps import Steps

_HERE = Path(__file__).parent
#: One script of these parts, each of which uses what stands before it.
_SCRIPTS = ("controls", "parts", "guide", "explorer")
#: So many seconds does a program that executes a notebook wait for Keras.
_PATIENCE = 180.0


class Explorer(anywidget.AnyWidget):
    """One layer to explore: sliders in, formula, shapes, pictures and a live Keras summary out.

    Keras is asked as long as the explorer is on a screen.

    Attributes:
        values: where the controls stand, by name. Set some or all of them to move them; what does not fit is an error.
    """

    _esm: ClassVar[str] = "\n".join((_HERE / f"{name}.js").read_text("utf-8") for name in _SCRIPTS)
    _css: ClassVar[str] = palette.style_sheet(".tutor-explorer") + (_HERE / "explorer.css").read_text("utf-8")

    #: What the screen is laid out by.
    opening = traitlets.Dict().tag(sync=True)
    #: What the screen moved, as `Session.moved` reads it. What the session shows are further traits.
    moves = traitlets.Dict({"n": 0, "jumps": 0, "to": "", "changes": {}}).tag(sync=True)
    #: What the guide was asked, as `Session.asked` reads it.
    asks = traitlets.Dict({"n": 0, "do": "", "answer": ""}).tag(sync=True)
    #: How often what the session shows has changed: by it a screen tells what is older than what it had.
    serial = traitlets.Int().tag(sync=True)
    values = traitlets.Dict()

    _asked: str | None = None
    _stop_listening: Callable[[], None] | None = None

    def __init__(
        self, lesson: Lesson, keras_process: live.SharedKeras | None = None, *, steps: Steps | None = None
    ) -> None:
        self._session = session = Session(lesson, steps)
        self._output = Output(self._drawn)
        # Controls are moved from the kernel's thread, Keras answers on a thread of its own.
        self._news = threading.Condition(threading.RLock())
        self._process = keras_process or live.shared()
        self.add_traits(**{name: traitlets.Any(value).tag(sync=True) for name, value in session.shown.items()})
        super().__init__(opening={**session.opening, "still": self._output.css_class}, values=dict(session.values))
        self.on_msg(self._handle)

    def close(self) -> None:
        """Take the explorer off the screen."""
        self._sleep()
        super().close()

    def reset(self) -> None:
        """Put every control back to where it started."""
        self.values = self._session.lesson.start

    def preset(self, key: str) -> None:
        """Put the controls to a preset by its key, such as ``"tiny"``.

        Raises:
            ValueError: there is no such preset.
        """
        self.values = self._session.lesson.position(key)

    @traitlets.observe("comm")
    def _stay_in_one_thread(self, change: Any) -> None:
        """Have ipykernel read moves in its main thread, not in the subshell of its last answer, which may be gone."""
        if hasattr(change["new"], "_reply_subshell_for"):
            change["new"]._reply_subshell_for = lambda data, default: None  # noqa: SLF001, ARG005

    @traitlets.validate("values")
    def _put(self, proposal: Any) -> dict[str, Any]:
        with self._news:
            self._session.put(proposal["value"])
            return dict(self._session.values)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take in what the screen sends."""
        with self._news:  # else what Keras answers meanwhile could go unsent
            super().set_state(sync_data)

    @traitlets.observe("moves", "asks")
    def _used(self, change: Any) -> None:
        take = self._session.moved if change["name"] == "moves" else self._session.asked
        with self._news:
            self._wake()
            take(change["new"])
        self._sync()

    @traitlets.observe("values")
    def _sync(self, _: Any = None) -> None:
        """Send what is new on the screen, and ask Keras if there is another model."""
        with self._news, self.hold_sync():
            new = {name: value for name, value in self._session.shown.items() if getattr(self, name) != value}
            for name, value in new.items():
                setattr(self, name, value)
            self.serial += bool(new)
            self.values = dict(self._session.values)
            self._ask()
            self._news.notify_all()
        if not self._session.is_waiting:
            self._output.renew()

    # Keras

    def _wake(self) -> None:
        """Ask Keras, since somebody looks."""
        if self._stop_listening is None:
            self._stop_listening = self._process.on_status(self._on_status)
            self._session.status(self._process.status)
            self._ask()

    def _sleep(self) -> None:
        """Ask Keras no more, since nobody looks: the cell was run again, say, and its output replaced."""
        if self._stop_listening is not None:
            with self._news:
                self._stop_listening()
                self._stop_listening = self._asked = None
                self._process.forget(self)

    def _ask(self) -> None:
        code = self._session.code
        if self._stop_listening is None or code == self._asked:
            return
        self._asked = code
        if code is None:
            self._process.forget(self)
        else:
            self._process.ask(self, self._session.facts.model, lambda answer: self._on_answer(code, answer))

    def _on_answer(self, code: str, answer: live.Answer) -> None:
        with self._news:
            self._session.answered(code, answer)
            self._sync()

    def _on_status(self, status: live.Status) -> None:
        with self._news:
            self._session.status(status)
            self._sync()

    # The screen

    def _handle(self, _: Explorer, message: dict[str, Any], __: object) -> None:
        match message:
            case {"do": "shown", "serial": int(serial)}:
                with self._news:
                    self._wake()
                    self._sync()
                    if serial != self.serial:
                        self.send_state(["serial", *self._session.shown])
                self._output.renew()
            case {"do": "gone"}:
                self._sleep()
            case {"do": "restart"}:
                self._process.restart()
            case {"do": "save", "picture": str(name), "format": str(suffix)}:
                self._save(name, suffix)

    def _save(self, name: str, suffix: str) -> None:
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{self._session.lesson.title.lower().replace(' ', '-')}-{name}.{suffix}"
            Picture(self._session.scenes[name]).save(file)
            self.send({"download": file.name}, buffers=[file.read_bytes()])

    # The cell's output

    def _drawn(self) -> dict[str, str]:
        today = datetime.datetime.now().astimezone().date()
        with self._news:
            return still_data(self._session, self._output.css_class, today)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, **self._drawn()}, metadata

    def _ipython_display_(self) -> None:
        """The widget and beside it, since a front end shows the one or the other, the still picture."""
        if is_watched():
            self.open()
            data, metadata = super()._repr_mimebundle_() or ({}, {})
            self._output.show(data, metadata)
            return
        with self._news:
            self._wake()
            self._news.wait_for(lambda: not self._session.is_waiting, _PATIENCE)
        self._output.show_still()
