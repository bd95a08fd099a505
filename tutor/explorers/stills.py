"""What an explorer shows as plain HTML with pictures in it: for a notebook without its kernel, for exported pages."""

from __future__ import annotations

import datetime
import re
from html import escape
from pathlib import Path
from urllib.parse import quote

from tutor.explorers.session import Session
from tutor.pictures.svg import svg

#: What an address may hold as it is.
_KEPT = "!*'(),;:@=+$/?-_.~ "

_STYLE = (Path(__file__).parent / "still.css").read_text("utf-8")


def still_data(session: Session, css_class: str, when: datetime.date) -> dict[str, str]:
    """The formula, the pictures, Keras's summary and the verdict as they stand, and how to go on, by MIME type.

    Args:
        session: what is shown.
        css_class: a class for the whole, by which a living widget hides it.
        when: the day it was made.
    """
    shown = session.shown
    day = f"{when:%B} {when.day}, {when.year}"
    head = f"A snapshot from {day}. Run the cell to make it move."
    parts = [f"<p><strong>{escape(session.lesson.title)}</strong>: {head}</p>"]
    parts += [shown["formula"], shown["shapes"]]
    for scene in session.scenes.values():
        parts.append(f'<img alt="{escape(scene.alt)}" src="{_data_uri(svg(scene, themed=False))}">')
    parts += [f"<pre>{escape(shown['summary'])}</pre>", f"<p>{escape(shown['keras']['sentence'])}</p>"]
    parts += [shown["verdict"], shown["rows"]]
    html = f'<div class="tutor-still {css_class}"><style>{_STYLE}</style>{"".join(parts)}</div>'
    return {"text/html": html, "text/plain": f"{session.lesson.title}: {session.facts.ledger.total:,} parameters"}


def _data_uri(picture: str) -> str:
    """An SVG as the address of an image, which viewers keep where they strip elements."""
    picture = re.sub(r' data-item="[^"]*"', "", picture)
    picture = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(?<=\.\d)\d+", "", path[0]), picture)
    return f"data:image/svg+xml,{quote(picture, safe=_KEPT)}"
