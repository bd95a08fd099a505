"""Where an explorer stands in a notebook: its widget, and beside it a still picture, for when there is no widget."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from typing import Any

#: A still is drawn anew when nothing has changed for so many seconds.
_QUIET = 1.0
#: For front ends that show no widgets; what they show stands in the still.
_NOTHING = {"text/html": "", "text/plain": ""}


def is_watched() -> bool:
    """Whether somebody sits before the cell that runs, and not a program that executes a notebook to export it.

    Such programs refuse questions on standard input, as Voilà does, behind which there is somebody all the same.
    """
    from IPython.core.getipython import get_ipython

    parent: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)() or {}
    asks: bool = parent.get("content", {}).get("allow_stdin", True)
    return asks or any(name.startswith("VOILA_") for name in os.environ)


class Output:
    """An explorer in the output of a cell: a widget, and a still picture, which the widget hides as long as it lives.

    Attributes:
        css_class: the still's class, to hide it by.
    """

    def __init__(self, draw: Callable[[], dict[str, str]]) -> None:
        self._draw = draw
        self._id = uuid.uuid4().hex
        self.css_class = f"tutor-still-{self._id}"
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._is_out = False

    def show(self, widget: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Put the widget into the output of the cell that runs, and behind it a still, empty until it is renewed."""
        self._is_out = True
        self._display({**widget, **_NOTHING}, metadata=metadata)
        self._display(_NOTHING, display_id=self._id)

    def show_still(self, *, update: bool = False) -> None:
        """Put the still alone into the output of the cell that runs; or renew the one that is out."""
        self._display(self._draw(), display_id=self._id, update=update)

    def renew(self) -> None:
        """Draw it anew, once nothing has changed for a while."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._is_out:
                self._timer = threading.Timer(_QUIET, self.show_still, kwargs={"update": True})
                self._timer.daemon = True
                self._timer.start()

    def _display(self, data: dict[str, Any], **more: Any) -> None:
        from IPython.display import display

        display(data, raw=True, **more)  # type: ignore[no-untyped-call]
