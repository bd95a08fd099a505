"""What an explorer leaves in a cell's output for where it cannot live: plain HTML with pictures, small and whole."""

from __future__ import annotations

import datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from test_session import Person, StandIn, explorer_of, report_on

import tutor
from tutor.explorers.lessons import all_lessons
from tutor.explorers.outputs import is_watched
from tutor.explorers.stills import still_data

DAY = datetime.date(2026, 2, 3)
LESSONS = all_lessons()
EVERY_LESSON = pytest.mark.parametrize("what", LESSONS, ids=lambda what: what.__name__)


class Parsed(HTMLParser):
    """Tags, images and text of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.images: list[dict[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "img":
            self.images.append({name: value or "" for name, value in attrs})

    def handle_data(self, data: str) -> None:
        self.text += data


def answered(what: Any, preset: str) -> tuple[Person, str]:
    """A lesson at a preset, after Keras has answered, and its still."""
    person = Person(what)
    person.move(to=preset)
    session = person.session
    session.answered(session.code or "", report_on(session.facts, "│ dense (Dense) │ <Keras>"))
    return person, still_data(session, "tutor-still-7", DAY)["text/html"]


@EVERY_LESSON
def test_a_still_is_whole_and_small(what: Any) -> None:
    for preset in LESSONS[what].presets:
        person, html = answered(what, preset.key)
        parsed, scenes = Parsed(html), person.session.scenes
        assert "A snapshot from February 3, 2026. Run the cell to make it move." in parsed.text
        assert "│ dense (Dense) │ <Keras>" in parsed.text
        assert "Formula and Keras agree." in parsed.text
        assert person.reads("formula") in parsed.text
        assert [image["alt"] for image in parsed.images] == [scene.alt for scene in scenes.values()]
        assert len(html) < 60_000, preset.key


@EVERY_LESSON
def test_its_pictures_are_images_with_every_text_of_the_scene(what: Any) -> None:
    person, html = answered(what, LESSONS[what].presets[0].key)
    for image, scene in zip(Parsed(html).images, person.session.scenes.values(), strict=True):
        start, _, address = image["src"].partition(",")
        assert start == "data:image/svg+xml"
        root = ElementTree.fromstring(unquote(address))
        texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert [text for text in texts if text] == [item.text for item in scene.items if getattr(item, "text", "")]
        assert "var(" not in address
        painted = [one for one in root.iter() if one.tag.endswith(("path", "text"))]
        assert painted
        assert all(one.get("fill") for one in painted)


def test_it_needs_nothing_that_viewers_strip() -> None:
    """Scripts, and elements of SVG, which JupyterLab takes from notebooks that it does not trust."""
    assert not Parsed(answered(tutor.LSTM, "tiny")[1]).tags & {"script", "svg", "path", "text", "link", "iframe"}


def test_it_says_what_became_of_keras(stand_in: StandIn) -> None:
    explorer = explorer_of(tutor.LSTM, stand_in)
    assert "Waiting for Keras." in explorer._repr_mimebundle_()[0]["text/html"]
    stand_in.fares("failed", "The system stopped Keras, usually because memory ran out.")
    assert "The system stopped Keras" in explorer._repr_mimebundle_()[0]["text/html"]


def test_settings_that_make_no_model_are_explained_in_it_too() -> None:
    person = Person(tutor.Conv2D)
    person.move(kernel_height=101)
    text = Parsed(still_data(person.session, "", DAY)["text/html"]).text
    assert "These settings don't fit together." in text
    assert "Nothing to compare" in text


def test_an_explorer_is_widget_and_still_in_one_bundle(stand_in: StandIn) -> None:
    data, _ = explorer_of(tutor.LSTM, stand_in)._repr_mimebundle_()
    assert data.keys() == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/plain"] == "LSTM: 453,120 parameters"
    assert "4 · 128 · (128 + 256 + 1)" in unescape(data["text/html"])


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Any:
    """IPython as a kernel has it, which notes what is displayed."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(shell.display_pub, "publish", lambda data, **more: shown.append({"data": data, **more}))
    monkeypatch.setattr(shell, "get_parent", lambda: {"content": {"allow_stdin": True}}, raising=False)
    monkeypatch.setattr("tutor.explorers.outputs._QUIET", 0.0)
    yield shell, shown
    InteractiveShell.clear_instance()


def test_in_a_notebook_the_still_waits_behind_the_widget(shell: Any, stand_in: StandIn) -> None:
    _, shown = shell
    explorer = explorer_of(tutor.LSTM, stand_in)
    explorer._ipython_display_()
    widget, still = shown
    assert "application/vnd.jupyter.widget-view+json" in widget["data"]
    assert widget["data"]["text/html"] == still["data"]["text/html"] == ""
    stand_in.answer(explorer)
    explorer._output._timer.join()
    renewed = shown[-1]
    assert renewed["update"]
    assert renewed["transient"] == still["transient"]
    assert "agree." in renewed["data"]["text/html"]
    assert explorer.opening["still"] in renewed["data"]["text/html"]


def test_a_program_that_executes_a_notebook_gets_the_still_alone_with_keras_answer(
    shell: Any, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ipython, shown = shell
    monkeypatch.setattr(ipython, "get_parent", lambda: {"content": {"allow_stdin": False}})
    assert not is_watched()
    monkeypatch.setattr(stand_in, "ask", lambda owner, _, on_answer: on_answer(report_on(owner._session.facts)))
    explorer_of(tutor.LSTM, stand_in)._ipython_display_()
    assert [data.keys() for data in (one["data"] for one in shown)] == [{"text/html", "text/plain"}]
    assert "agree." in shown[0]["data"]["text/html"]
    monkeypatch.setenv("VOILA_KERNEL_ID", "7")
    assert is_watched()
