"""An explorer on a page of its own: script, style sheet, and a session that answers at once, without a kernel."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

from tutor import live
from tutor.explorers.session import Session
from tutor.explorers.widget import Explorer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Locator, Page

    from tutor.explorers.lessons.base import Lesson
    from tutor.questions.steps import Steps

#: JupyterLab gives its font by a variable. Each view stands in a box of its own width.
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>bare</title>
<style>body { margin: 0; --jp-ui-font-family: system-ui, sans-serif; } %(css)s</style>
<body data-jp-theme-light="true">
<script type="module">
%(script)s
const state = %(state)s, handlers = {};
const model = {
  get: (key) => state[key],
  set: (key, value) => { state[key] = value; },
  save_changes: async () => heard(await tell(state.moves, state.asks)),
  send() {}, off() {},
  on: (event, handler) => (handlers[event] ??= []).push(handler),
};
window.heard = async (news) => {
  Object.assign(state, news);
  for (const key of Object.keys(news)) for (const handler of handlers[`change:${key}`] ?? []) handler();
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
};
for (const width of %(widths)s) {
  const [place, el] = [document.createElement("div"), document.createElement("div")];
  if (width) place.style.width = `${width}px`;
  place.append(el);
  document.body.append(place);
  render({ model, el });
}
</script>"""


class Bare:
    """A session, views of it, each of its own width (0: that of the page), and Keras's answers."""

    def __init__(self, page: Page, lesson: Lesson, widths: Sequence[int] = (0,), steps: Steps | None = None) -> None:
        self.page, self.session = page, Session(lesson, steps)
        self.views: Locator = page.locator(".tutor-explorer")
        self._moves: dict[str, Any] = {"n": 0, "jumps": 0, "to": "", "changes": {}}
        self._asks: dict[str, Any] = {"n": 0, "do": "", "answer": ""}
        self._answer()
        state = {
            **self.session.shown,
            "opening": {**self.session.opening, "still": "still"},
            "moves": self._moves,
            "asks": self._asks,
            "serial": 0,
        }
        script = re.sub("^export default .*$", "", Explorer._esm, flags=re.MULTILINE)
        values = {"css": Explorer._css, "script": script, "state": json.dumps(state), "widths": list(widths)}
        page.expose_function("tell", self._told)
        page.set_content(_PAGE % values)
        page.locator(".tutor-page").nth(len(widths) - 1).wait_for()

    def move(self, key: str, value: Any) -> None:
        """Move one control."""
        self._do({"n": self._moves["n"] + 1, "changes": {key: value}})

    def jump(self, preset: str) -> None:
        """Put the controls to a preset."""
        self._do({"n": self._moves["n"] + 1, "jumps": self._moves["jumps"] + 1, "to": preset, "changes": {}})

    def reset(self) -> None:
        """Put all of them back."""
        self.jump("")

    def ask(self, action: str, answer: str = "") -> None:
        """Use the guide."""
        asks = {"n": self._asks["n"] + 1, "do": action, "answer": answer}
        self.page.evaluate("heard", {"asks": asks, **self._told(self._moves, asks)})

    def _do(self, move: dict[str, Any]) -> None:
        moves = {**self._moves, **move}
        self.page.evaluate("heard", {"moves": moves, **self._told(moves, self._asks)})

    def _told(self, moves: dict[str, Any], asks: dict[str, Any]) -> dict[str, Any]:
        """What the screen moved or asked for; returned is what it is to show."""
        before = dict(self.session.shown)
        if moves != self._moves:
            self.session.moved(moves)
        if asks != self._asks:
            self.session.asked(asks)
        self._moves, self._asks = moves, asks
        self._answer()
        return {name: value for name, value in self.session.shown.items() if before.get(name) != value}

    def _answer(self) -> None:
        keras, code = live.shared(), self.session.code
        if code is None:
            return
        done = threading.Event()
        answers: list[live.Answer] = []
        keras.ask(self, self.session.facts.model, lambda answer: (answers.append(answer), done.set()))
        assert done.wait(180), "Keras did not answer"
        self.session.status(keras.status)
        self.session.answered(code, answers[0])
