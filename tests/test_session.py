"""An explorer without a screen: what it shows of its facts, what moves and refusals do, and a Keras that dies."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

import tutor
from tutor.explorers.facts import Facts
from tutor.explorers.lessons import all_lessons
from tutor.explorers.panels import CELL, WEIGHTS
from tutor.explorers.session import Session
from tutor.explorers.widget import Explorer
from tutor.layers.layer import Layer
from tutor.ledgers.walk import Walk
from tutor.live import KerasRow, Lost, Refusal, Report, Status
from tutor.pictures.svg import svg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.live import Answer
    from tutor.models.ours import BuiltModel

LESSONS = all_lessons()
EVERY_LESSON = pytest.mark.parametrize("what", LESSONS, ids=lambda what: what.__name__)


class Person:
    """Somebody before a session's screen: moves its controls, slowly, and reads."""

    def __init__(self, what: Any, **starts: Any) -> None:
        self.time = 0.0
        lesson = LESSONS[what]
        self.session = Session(lesson.starting_at(**starts) if starts else lesson, clock=lambda: self.time)
        self._jumps = self._moves = 0

    def move(self, *, after: float = 10.0, to: str | None = None, **changes: Any) -> str:
        """Move the controls a while after the last move, or choose a preset; returns the line on the last move."""
        self.time += after
        self._jumps += to is not None
        self._moves += 1
        self.session.moved({"n": self._moves, "jumps": self._jumps, "to": to or "", "changes": changes})
        return self.reads("move")

    def reads(self, panel: str) -> str:
        """What stands in a panel, as text."""
        return unescape(re.sub("<[^>]+>", "", self.session.shown[panel]))

    @property
    def values(self) -> Mapping[str, Any]:
        """Where the screen shows the controls."""
        return self.session.shown["stands"]["values"]


def report_on(facts: Facts, summary: str = "Model: …") -> Report:
    """What a Keras says that agrees."""
    ledger = facts.ledger
    rows = tuple(KerasRow(row.path, row.count, row.trainable_count) for row in ledger.rows)
    return Report(summary, rows, ledger.total, ledger.trainable_total, ledger.output_shape)


class StandIn:
    """In place of Keras's process: notes what it is asked, and fares as the test has it."""

    def __init__(self) -> None:
        self.status = Status("ready", "Keras is ready.", 0.0)
        self.listeners: list[Callable[[Status], None]] = []
        self.asked: list[str] = []
        self.newest: dict[Any, tuple[str, Callable[[Answer], None]]] = {}

    def ask(self, owner: Any, model: BuiltModel, on_answer: Callable[[Answer], None]) -> None:
        self.asked.append(model.code)
        self.newest[owner] = (model.code, on_answer)

    def forget(self, owner: Any) -> None:
        self.newest.pop(owner, None)

    def on_status(self, listener: Callable[[Status], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def fares(self, state: Any, sentence: str = "") -> None:
        self.status = Status(state, sentence, 0.0)
        for listener in list(self.listeners):
            listener(self.status)

    def restart(self) -> None:
        self.fares("starting", "Keras is starting.")
        self.fares("ready")
        self.asked += [code for code, _ in self.newest.values()]

    def answer(self, explorer: Explorer) -> None:
        """Agree with what the explorer asked last."""
        self.newest[explorer][1](report_on(explorer._session.facts))


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


def explorer_of(what: Any, stand_in: StandIn, **starts: Any) -> Explorer:
    """An explorer on a screen."""
    lesson = LESSONS[what]
    explorer = Explorer(lesson.starting_at(**starts) if starts else lesson, stand_in)
    explorer._handle(explorer, {"do": "shown", "serial": 0}, [])
    return explorer


def on_screen(explorer: Explorer, **changes: Any) -> None:
    """Move an explorer's controls on its screen."""
    explorer.set_state({"moves": {"n": explorer.moves["n"] + 1, "jumps": 0, "to": "", "changes": changes}})


def messages_of(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the explorer sends from now on."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(explorer, "_send", lambda message, **_: sent.append(message))
    return sent


# Facts


@EVERY_LESSON
def test_every_preset_makes_a_model_and_all_its_panels(what: Any) -> None:
    person = Person(what)
    assert LESSONS[what].presets
    for preset in LESSONS[what].presets:
        person.move(to=preset.key)
        assert not person.session.shown["refused"]
        assert all(person.session.shown[key] for key in ("formula", "move", "shapes", "code"))
        assert person.session.scenes.keys() == {panel.key for panel in LESSONS[what].pictures}


@EVERY_LESSON
def test_every_control_goes_to_its_ends(what: Any) -> None:
    person = Person(what)
    for control in LESSONS[what].controls:
        data = control.as_data()
        sizes, options = [data.get("low"), data.get("limit")], data.get("options", ())
        ends = {"size": sizes, "flag": [True, False], "choice": options, "text": ["", "x" * 200]}[data["kind"]]
        for value in ends:
            person.move(to="")
            said = person.move(**{control.key: value})
            shown = person.session.shown
            if shown["refused"]:
                assert "These settings don't fit together." in person.reads("formula")
                assert person.values[control.key] == value
            else:
                assert person.values[control.key] == min(value, shown["stands"]["ends"].get(control.key, value))
                assert control.start == person.values[control.key] or control.label in said


@pytest.mark.parametrize(
    ("what", "formula"),
    [
        (tutor.Dense, "32 · (784 + 1) = 25,120"),
        (tutor.Embedding, "1,024 · 256 = 262,144"),
        (tutor.SimpleRNN, "128 · (128 + 256 + 1) = 49,280"),
        (tutor.LSTM, "4 · 128 · (128 + 256 + 1) = 197,120"),
        (tutor.GRU, "3 · 128 · (128 + 256 + 2) = 148,224"),
        (tutor.Conv2D, "55 · (3 · 2 · 3 + 1) = 1,045"),
        (tutor.Conv1D, "32 · (7 · 128 + 1) = 28,704"),
        (tutor.BatchNormalization, "4 · 64 = 256"),
        (tutor.Dropout, "0"),
        (tutor.video_question_answering, "4 · 256 · (256 + 160,000 + 1) = 164,103,168"),
    ],
)
def test_a_lesson_starts_at_the_articles_count(what: Any, formula: str) -> None:
    numbers = re.search("<p class='tutor-numbers'>(.*?)</p>", Person(what).session.shown["formula"])
    assert numbers
    assert re.sub("<[^>]+>", "", numbers[1]) == formula


def test_the_other_layers_are_added() -> None:
    assert "plus the Embedding's 1,000 · 256 = 256,000: 453,120 in the model" in Person(tutor.LSTM).reads("formula")


def test_an_lstm_is_three_gates_and_a_candidate_in_keras_order() -> None:
    said = Person(tutor.LSTM).reads("formula")
    assert "three gates and a candidate, 49,280 each" in said
    assert re.findall(r"(\S) \((?:input|forget|output) gate\)|(c̃)", said) == [
        ("i", ""),
        ("f", ""),
        ("", "c̃"),
        ("o", ""),
    ]
    assert "two gates and a candidate, 49,408 each" in Person(tutor.GRU).reads("formula")


def test_half_of_a_normalization_is_trainable() -> None:
    person = Person(tutor.BatchNormalization)
    assert "trainable 2 · channels = 128, non-trainable 2 · channels = 128" in person.reads("formula")
    person.move(trainable=False)
    assert "trainable 0, non-trainable 4 · channels = 256" in person.reads("formula")


@pytest.mark.parametrize(("image_size", "share"), [(224, "97%"), (2000, ">99%")])
def test_only_all_is_100_percent(image_size: int, share: str) -> None:
    person = Person(tutor.video_question_answering)
    person.move(image_size=image_size)
    assert f"video_encoder (LSTM) has {share} of the parameters" in person.reads("formula")


@pytest.mark.parametrize("path", ["question_encoder/lstm", "video_encoder"])
def test_any_layer_of_a_model_can_be_explored(path: str) -> None:
    lesson = replace(LESSONS[tutor.video_question_answering], explored=path, pictures=(CELL, WEIGHTS))
    session = Session(lesson)
    built = session.facts.model.layers[path]
    assert f"{built.formula.with_commas} = <strong>{built.count:,}</strong>" in session.shown["formula"]
    assert "plus 10 other layers: <strong>169,436,968</strong> in the model" in session.shown["formula"]
    assert str(built.input_shape) in session.shown["shapes"]
    assert f"{built.count:,}" in session.scenes["weights"].alt
    session.answered(session.code or "", report_on(session.facts))
    assert "agree." in session.shown["verdict"]
    session.moved({"n": 1, "jumps": 0, "to": "", "changes": {"units": 300}})
    assert "every array grew" in session.shown["move"]


@EVERY_LESSON
def test_one_move_walks_once_and_builds_no_layer_twice(what: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    walks, builds = 0, Counter[int]()
    walk, build = Walk.__init__, Layer._on
    kept = []  # so that no two layers have the same id

    def counted_walk(self: Walk, *arguments: Any) -> None:
        nonlocal walks
        walks += 1
        walk(self, *arguments)

    def counted_build(self: Layer, *arguments: Any) -> Any:
        builds[id(self)] += 1
        kept.append(self)
        return build(self, *arguments)

    session = Session(LESSONS[what])
    control = next(one for one in session.lesson.controls if one.kind == "size")
    monkeypatch.setattr(Walk, "__init__", counted_walk)
    monkeypatch.setattr(Layer, "_on", counted_build)
    session.moved({"n": 1, "jumps": 0, "to": "", "changes": {control.key: control.start + 1}})
    assert builds or what is tutor.Input  # a shape has no layer
    assert max(builds.values(), default=1) == 1
    assert walks == 1


# The line on the last move


@pytest.mark.parametrize(
    ("what", "change", "said"),
    [
        (
            tutor.LSTM,
            {"units": 129},
            (
                "units 128 → 129: every array grew, and so did the output, to (None, 129). "
                "The count rose to 199,176 (+2,056)."
            ),
        ),
        (
            tutor.LSTM,
            {"features": 100},
            (
                "features 256 → 100: kernel shrank to (100, 512), so the LSTM's count fell to 117,248 (−79,872). "
                "recurrent_kernel and bias don't depend on features. The Embedding shrank too."
            ),
        ),
        (
            tutor.LSTM,
            {"vocabulary": 2000},
            (
                "vocabulary 1,000 → 2,000: the Embedding grew to 512,000 (+256,000). "
                "The LSTM can't tell: it still reads (None, 25, 256), and its 197,120 stay."
            ),
        ),
        (
            tutor.LSTM,
            {"sequence_length": 60},
            "sequence length 25 → 60: the shapes follow. The count can't: sequence length isn't in the formula.",
        ),
        (
            tutor.LSTM,
            {"use_bias": False},
            "use_bias off: bias (512,) is gone, so the LSTM's count fell to 196,608 (−512).",
        ),
        (
            tutor.LSTM,
            {"return_sequences": True},
            "return_sequences on: the output is now (None, 25, 128). Same weights, same count.",
        ),
        (
            tutor.LSTM,
            {"return_state": True},
            "return_state on: the output is now (None, 128), (None, 128), (None, 128). Same weights, same count.",
        ),
        (tutor.LSTM, {"stateful": True}, "stateful on: the output is now (32, 128). Same weights, same count."),
        (
            tutor.LSTM,
            {"activation": "relu"},
            "activation tanh → relu: no shape and no count depends on it. It changes only the numbers that flow.",
        ),
        (
            tutor.GRU,
            {"reset_after": False},
            "reset_after off: bias shrank to (384,), so the GRU's count fell to 147,840 (−384).",
        ),
        (tutor.Dense, {"use_bias": False}, "use_bias off: bias (32,) is gone, so the count fell to 25,088 (−32)."),
        (
            tutor.Embedding,
            {"mask_zero": True},
            "mask_zero on: no shape and no count depends on it. It changes only the numbers that flow.",
        ),
        (
            tutor.Conv2D,
            {"height": 200},
            (
                "height 100 → 200: the shapes follow, the output to (None, 99, 94, 55). "
                "The count can't: height isn't in the formula."
            ),
        ),
        (tutor.Conv2D, {"step": 7}, "window position 0 → 7: no shape and no count depends on it."),
        (
            tutor.BatchNormalization,
            {"trainable": False},
            "trainable off: none of the 256 parameters is trainable now (before: 128).",
        ),
        (
            tutor.MaxPooling2D,
            {"strides": "1"},
            "strides same as pool_size → 1: the output is now (None, 27, 27, 32). Same weights, same count.",
        ),
        (
            tutor.video_question_answering,
            {"units": 257},
            (
                "units 256 → 257: video_encoder grew to 164,745,224, question_encoder/lstm grew to 528,392 and answer "
                "grew to 515,000. The model's count rose to 170,084,104 (+647,136)."
            ),
        ),
        (
            tutor.video_question_answering,
            {"image_size": 100},
            (
                "image size 224 → 100: video_encoder shrank to 21,496,832. "
                "The model's count fell to 26,830,632 (−142,606,336)."
            ),
        ),
    ],
)
def test_the_line_says_what_changed_and_what_could_not(what: Any, change: dict[str, Any], said: str) -> None:
    assert Person(what).move(**change) == said


def test_what_is_not_moved_yet_is_an_invitation() -> None:
    assert Person(tutor.LSTM).reads("move").startswith("Move a control.")


def test_presets_reset_and_the_way_back_are_told_by_name() -> None:
    person = Person(tutor.LSTM)
    assert person.move(to="tiny") == "a tiny one: the count is now 92 (before: 453,120)."
    assert person.move(to="") == "reset: back to the start, 453,120."
    person.move(units=256)
    assert person.move(units=128) == "units 256 → 128: back to 453,120."


def test_moves_of_one_control_close_to_each_other_are_told_as_one() -> None:
    person = Person(tutor.LSTM)
    person.move(units=129)
    assert person.move(after=1.0, units=130).startswith("units 128 → 130:")
    assert person.move(after=1.4, units=131).startswith("units 128 → 131:")
    assert person.move(after=1.6, units=132).startswith("units 131 → 132:")
    assert person.move(after=0.1, features=255).startswith("features 256 → 255:")


def test_a_jump_is_part_of_no_gesture() -> None:
    person = Person(tutor.Dense)
    person.move(units=33)
    person.move(after=0.1, to="tiny")
    assert person.move(after=0.1, units=4).startswith("units 2 → 4:")
    assert person.move(after=0.1, units=5).startswith("units 2 → 5:")


# Moves


def test_a_move_after_a_jump_that_was_left_out_stands_on_it() -> None:
    person = Person(tutor.LSTM)
    person.move(units=500, features=500)
    person.move(to="tiny", units=4)
    assert (person.values["units"], person.values["features"], person.values["vocabulary"]) == (4, 2, 10)


def test_the_screen_learns_which_of_its_moves_was_answered() -> None:
    person = Person(tutor.LSTM)
    assert person.session.shown["stands"]["told"] == 0
    for change in ({"units": 129}, {"units": 129}, {"units": "abc"}, {"to": "tiny"}):
        person.move(**change)
    assert person.session.shown["stands"]["told"] == 4


def test_presets_stand_on_the_lessons_example_and_reset_on_the_start() -> None:
    person = Person(tutor.LSTM, units=64, use_bias=False)
    assert person.values["units"] == 64
    person.move(to="example")
    assert (person.values["units"], person.values["use_bias"]) == (128, True)
    assert person.reads("move") == "this lesson's sizes: the count is now 453,120 (before: 337,920)."
    person.move(to="")
    assert (person.values["units"], person.values["use_bias"]) == (64, False)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("1.000", "units needs a whole number from 1 to 1,000,000. Does “1.000” mean 1 or 1000?"),
        ("1,0000", "units needs a whole number from 1 to 1,000,000. Does “1,0000” mean 1 or 10000?"),
        ("2,5", "units needs a whole number from 1 to 1,000,000. Does “2,5” mean 2 or 3?"),
        ("0x10", "units needs a whole number from 1 to 1,000,000. “0x10” isn't one."),
        ("<b>", "units needs a whole number from 1 to 1,000,000. “<b>” isn't one."),
        ("2000000", "units goes from 1 to 1,000,000. You typed “2000000”."),
        ("-5", "units goes from 1 to 1,000,000. You typed “-5”."),
        (" ", "units is back at 128. It needs a whole number from 1 to 1,000,000."),
    ],
)
def test_typed_text_that_does_not_fit_is_answered_and_moves_nothing(typed: str, answer: str) -> None:
    person = Person(tutor.LSTM)
    before = person.session.facts
    assert person.move(units=typed) == answer
    assert person.session.facts is before
    assert person.values["units"] == 128
    assert "<b>" not in person.session.shown["move"]
    assert person.move(units="128").startswith("Move a control.")


def test_typed_nonsense_holds_up_no_other_control() -> None:
    person = Person(tutor.LSTM)
    assert person.move(units="abc", features=300) == "units needs a whole number from 1 to 1,000,000. “abc” isn't one."
    assert (person.values["units"], person.values["features"]) == (128, 300)
    assert "(128 + 300 + 1)" in person.reads("formula")


@pytest.mark.parametrize(
    "change", [{"unit": 3}, {"use_bias": 1}, {"activation": "foo"}, {"units": None}, {"units": 2.5}]
)
def test_what_no_screen_of_ours_sends_is_answered_too(change: dict[str, Any]) -> None:
    person = Person(tutor.LSTM)
    before = dict(person.values)
    said = person.move(**change)
    assert next(iter(change)) in said
    assert person.values == before


def test_a_control_goes_as_far_as_the_others_let_it() -> None:
    person = Person(tutor.Conv2D)
    person.move(to="tiny")
    assert person.session.shown["stands"]["ends"] == {"step": 15}
    assert person.move(step="400") == "window position goes from 0 to 15. You typed “400”."
    person.move(step="15")
    assert person.values["step"] == 15
    assert "Window 15 " in person.session.scenes["window"].alt
    assert person.move(height=4).startswith("height 6 → 4: the shapes follow")
    assert person.values["step"] == 7
    assert "Window 7 " in person.session.scenes["window"].alt


def test_settings_that_make_no_model_are_explained_and_left_again() -> None:
    person = Person(tutor.Conv2D)
    person.session.answered(person.session.code or "", report_on(person.session.facts))
    person.move(kernel_height=101)
    assert person.session.code is None
    assert person.values["kernel_height"] == 101
    assert re.match(r"These settings don't fit together. Conv2D: .*100.*101|.*101.*100", person.reads("formula"))
    assert person.reads("verdict") == "Nothing to compare: these settings don't make a model."
    assert (person.session.shown["refused"], person.reads("code")) == (True, "")
    person.move(kernel_height=4)
    assert not person.session.shown["refused"]
    assert "55 · (4 · 2 · 3 + 1) = 1,375" in person.reads("formula")


def test_starts_that_make_no_model_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"kernel_size|height"):
        tutor.explore(tutor.Conv2D, kernel_height=101)


# Pictures


def follow(shown: Mapping[str, Any], key: str) -> dict[str, dict[str, str]]:
    """What the screen has of a picture: its elements, changed as the script changes them."""
    elements = {}
    for tag, item, attributes, text in re.findall(r'<(path|text) data-item="([^"]*)"([^>]*)>([^<]*)</', shown[key]):
        elements[unescape(item)] = {"tag": tag, "text": unescape(text)} | {
            name: unescape(value) for name, value in re.findall(r' ([\w-]+)="([^"]*)"', attributes)
        }
    for item, changed in shown[f"{key}_now"]["items"].items():
        merged = {**elements[item], **changed}
        elements[item] = {name: value for name, value in merged.items() if value or name == "text"}
    return elements


@EVERY_LESSON
def test_a_key_and_what_differs_from_it_make_the_picture(what: Any) -> None:
    person = Person(what)
    for preset in (*(preset.key for preset in LESSONS[what].presets), ""):
        person.move(to=preset)
        for key, scene in person.session.scenes.items():
            followed = follow(person.session.shown, key)
            whole = follow({key: svg(scene), f"{key}_now": {"items": {}}}, key)
            assert len(whole) > 5
            assert followed == whole


def test_a_picture_travels_whole_only_when_its_structure_is_new() -> None:
    person = Person(tutor.LSTM)
    whole = person.session.shown["cell"]
    for units in (1, 129, 100_000):
        person.move(units=units)
        assert person.session.shown["cell"] is whole
    person.move(use_bias=False)
    assert person.session.shown["cell"] is not whole


# Keras


def test_keras_is_asked_again_only_when_its_code_differs(stand_in: StandIn) -> None:
    explorer = explorer_of(tutor.Conv2D, stand_in)
    assert len(stand_in.asked) == 1
    stand_in.answer(explorer)
    explorer.values = {"step": 5}
    assert len(stand_in.asked) == 1
    assert not explorer._session.shown["waits"]
    explorer.values = {"filters": 7}
    assert len(stand_in.asked) == 2
    assert "filters=7" in stand_in.asked[-1] or "Conv2D(7" in stand_in.asked[-1]
    assert explorer._session.shown["waits"]


def test_an_answer_that_comes_too_late_is_dropped() -> None:
    person = Person(tutor.LSTM)
    old, facts = person.session.code or "", person.session.facts
    person.move(units=129)
    person.session.answered(old, report_on(facts, "the old summary"))
    assert "old" not in person.session.shown["summary"]
    assert person.session.shown["waits"]


def test_the_verdict_has_both_numbers() -> None:
    person = Person(tutor.LSTM)
    assert person.reads("verdict") == "Waiting for Keras."
    person.session.answered(person.session.code or "", report_on(person.session.facts, "the summary"))
    assert person.reads("verdict") == "✓ Formula and Keras agree.LSTM: 197,120 = 197,120whole model: 453,120 = 453,120"
    assert person.session.shown["summary"] == "the summary"


@pytest.mark.parametrize(
    ("what", "wrong", "said"),
    [
        (tutor.LSTM, {"total": 1}, "whole model: 453,120 ≠ 1"),
        (tutor.LSTM, {"trainable_total": 1}, "whole model, trainable: 453,120 ≠ 1"),
        (tutor.LSTM, {"rows": (KerasRow("embedding", 256_000, 256_000),)}, "LSTM: 197,120 ≠ 0"),
        (tutor.BatchNormalization, {"rows": (KerasRow("batch_normalization", 256, 256),)}, "trainable: 128 ≠ 256"),
        (tutor.visual_question_answering, {"rows": ()}, "0 of 15 layers agree"),
    ],
)
def test_every_count_is_judged(what: Any, wrong: dict[str, Any], said: str) -> None:
    person = Person(what)
    person.session.answered(person.session.code or "", replace(report_on(person.session.facts), **wrong))
    assert person.reads("verdict").startswith("✗ Formula and Keras disagree. That's our bug.")
    assert said in person.reads("verdict")


def test_shapes_are_judged() -> None:
    person = Person(tutor.LSTM)
    answer = replace(report_on(person.session.facts), output_shape=(None, 7))
    person.session.answered(person.session.code or "", answer)
    assert "✗ Same count, different shapes. Ours: (None, 128). Keras: (None, 7)." in person.reads("verdict")


def test_a_refusal_of_keras_is_ours_to_mend() -> None:
    person = Person(tutor.LSTM)
    person.session.answered(person.session.code or "", Refusal("ValueError", "no <such> layer"))
    assert (
        person.reads("verdict") == "✗ Keras refuses this model; we didn't. That's our bug. Keras says: no <such> layer"
    )
    assert "<such>" not in person.session.shown["verdict"]


def test_keras_counts_stand_in_the_rows_once_they_are_known() -> None:
    person = Person(tutor.video_question_answering)
    assert "✓" not in person.reads("rows")
    person.session.answered(person.session.code or "", report_on(person.session.facts))
    assert person.reads("rows").count("✓") == 17  # 16 rows and the total
    person.move(frames=8)
    assert "✓" not in person.reads("rows")


def test_a_keras_that_dies_is_said_whatever_is_moved_meanwhile(stand_in: StandIn) -> None:
    explorer = explorer_of(tutor.Conv2D, stand_in)
    stand_in.answer(explorer)
    shown = explorer._session.shown
    stand_in.fares("failed", "The system stopped Keras, usually because memory ran out.")

    def says_that_keras_failed() -> bool:
        return shown["keras"] == {
            "state": "failed",
            "sentence": "The system stopped Keras, usually because memory ran out. Formula and diagrams still work.",
        }

    assert says_that_keras_failed()
    assert "Not compared" in shown["verdict"]
    for kernel_height, verdict in ((101, "Nothing to compare"), (3, "Not compared"), (2, "Not compared")):
        explorer.set_state(
            {"moves": {"n": kernel_height, "jumps": 0, "to": "", "changes": {"kernel_height": kernel_height}}}
        )
        assert says_that_keras_failed(), kernel_height
        assert verdict in shown["verdict"]
    explorer._handle(explorer, {"do": "restart"}, [])
    assert shown["keras"]["state"] == "ready"
    assert "Waiting" in shown["verdict"]
    assert "kernel_size=(2, 2)" in stand_in.asked[-1] or "(2, 2)" in stand_in.asked[-1]
    stand_in.answer(explorer)
    assert "agree." in shown["verdict"]


def test_who_waits_for_others_is_told_so(stand_in: StandIn) -> None:
    explorer = explorer_of(tutor.LSTM, stand_in)
    shown = explorer._session.shown
    stand_in.answer(explorer)
    on_screen(explorer, units=129)
    assert "agree." in shown["verdict"]
    stand_in.fares("busy", "Keras is busy with 3 other models.")
    assert shown["verdict"] == "<p>Keras is busy with 3 other models.</p>"
    assert shown["keras"]["state"] == "ready"
    stand_in.answer(explorer)
    assert "agree." in shown["verdict"]


def test_a_model_that_is_lost_is_said_and_the_next_one_is_asked(stand_in: StandIn) -> None:
    explorer = explorer_of(tutor.LSTM, stand_in)
    shown = explorer._session.shown
    stand_in.newest[explorer][1](Lost("Keras took more than 20 seconds on this model, so it was stopped."))
    assert "Keras took more than 20 seconds on this model" in shown["verdict"]
    assert not explorer._session.is_waiting
    stand_in.fares("ready", "Keras is ready.")
    assert "Keras took more than 20 seconds on this model" in shown["verdict"]
    on_screen(explorer, units=129)
    assert "LSTM(129)" in stand_in.asked[-1]
    stand_in.answer(explorer)
    assert "agree." in shown["verdict"]


def test_a_start_is_told_by_the_second(stand_in: StandIn) -> None:
    stand_in.status = Status("starting", "Keras is starting.", 7.2)
    shown = explorer_of(tutor.LSTM, stand_in)._session.shown
    assert shown["keras"]["sentence"] == "Keras is starting: 7 s of about 15. Everything else already works."
    for listener in stand_in.listeners:
        listener(Status("starting", "", 61.0))
    assert shown["keras"]["sentence"] == "Keras is starting: 61 s. That's unusually long; it may still come."
    assert "Waiting for Keras." in shown["verdict"]


# The widget


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ({"unit": 3}, ValueError, r'explore\(LSTM\): there is no control "unit". Did you mean .units.\?'),
        ({"unit": 3}, TypeError, "unit"),
        (
            {"units": "many"},
            TypeError,
            r"explore\(LSTM\): units must be a whole number from 1 to 1,000,000; got 'many'",
        ),
        ({"units": "129"}, TypeError, "units must be a whole number"),
        ({"units": 0}, ValueError, "units must be a whole number from 1 to 1,000,000; got 0"),
        ({"use_bias": 1}, TypeError, "use_bias must be True or False; got 1"),
        ({"activation": "foo"}, ValueError, "activation must be one of tanh, sigmoid, relu, linear; got 'foo'"),
    ],
)
def test_values_set_in_python_that_do_not_fit_are_an_error(
    stand_in: StandIn, values: dict[str, Any], error: type[Exception], said: str
) -> None:
    explorer = explorer_of(tutor.LSTM, stand_in)
    before = dict(explorer.values)
    with pytest.raises(error, match=said):
        explorer.values = values
    assert explorer.values == explorer._session.values == before
    with pytest.raises(error, match=said):
        tutor.explore(tutor.LSTM, **values)


def test_values_that_make_no_model_are_an_error_too(stand_in: StandIn) -> None:
    explorer = explorer_of(tutor.Conv2D, stand_in)
    with pytest.raises(ValueError, match="101"):
        explorer.values = {"kernel_height": 101}
    assert explorer.values["kernel_height"] == 3


def test_some_values_move_some_controls(stand_in: StandIn) -> None:
    explorer = explorer_of(tutor.LSTM, stand_in)
    explorer.values = {"units": 7}
    assert (explorer.values["units"], explorer.values["features"]) == (7, 256)
    assert explorer.stands["values"] == explorer.values
    assert "4 · 7 · (7 + 256 + 1)" in explorer.formula
    explorer.preset("tiny")
    assert explorer.values["units"] == 3
    explorer.reset()
    assert explorer.values == LESSONS[tutor.LSTM].start
    with pytest.raises(ValueError, match=r'no preset "tiniest". There is example, tiny, billions.'):
        explorer.preset("tiniest")


def test_what_the_screen_moves_shows_in_python(stand_in: StandIn) -> None:
    explorer = explorer_of(tutor.LSTM, stand_in)
    seen = []
    explorer.observe(lambda change: seen.append(change["new"]["units"]), "values")
    on_screen(explorer, units="1,000")
    assert explorer.values["units"] == 1000
    assert seen == [1000]


@pytest.mark.parametrize(
    ("what", "error", "said"),
    [
        (
            tutor.LSTM(128),
            TypeError,
            r"takes the class and its sizes: explore\(tutor.LSTM\), and not LSTM\(128\)",
        ),
        (
            partial(tutor.LSTM),
            ValueError,
            "There's no explorer for functools.partial.*LSTM.*There is one for Dense",
        ),
        (tutor.Flatten, ValueError, "There's no explorer for Flatten. There is one for Dense, Embedding"),
        ("LSTM", TypeError, "explore takes a layer class, such as tutor.LSTM; got 'LSTM'"),
        (lambda: None, ValueError, "There's no explorer for <lambda>"),
        (type("Unhashable", (), {"__call__": print, "__hash__": None})(), ValueError, "There's no explorer for <"),
    ],
)
def test_what_cannot_be_explored_is_a_sentence(what: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        tutor.explore(what)


def test_an_explorer_asks_keras_only_while_it_is_on_a_screen(stand_in: StandIn) -> None:
    explorers = [explorer_of(tutor.LSTM, stand_in) for _ in range(30)]
    for replaced in explorers[:-1]:
        replaced._handle(replaced, {"do": "gone"}, [])
    assert len(stand_in.listeners) == len(stand_in.newest) == 1
    stand_in.asked.clear()
    explorers[-1]._handle(explorers[-1], {"do": "restart"}, [])
    assert len(stand_in.asked) == 1
    first = explorers[0]
    on_screen(first, units=129)  # a second page has it still
    assert len(stand_in.listeners) == 2
    assert "LSTM(129)" in stand_in.asked[-1]
    first.close()
    first.close()
    assert len(stand_in.listeners) == 1


def test_an_explorer_that_nobody_has_seen_yet_asks_nothing(stand_in: StandIn) -> None:
    Explorer(LESSONS[tutor.LSTM], stand_in)
    assert stand_in.asked == stand_in.listeners == []


#: The most that a step's message may weigh, in kB.
@pytest.mark.parametrize(
    ("what", "control", "limit"),
    [
        (tutor.LSTM, "units", 7_000),
        (tutor.GRU, "units", 7_000),
        (tutor.Dense, "units", 3_500),
        (tutor.Conv2D, "filters", 4_000),
        (tutor.video_question_answering, "frames", 14_000),
    ],
)
def test_a_steps_message_is_small(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, what: Any, control: str, limit: int
) -> None:
    explorer = explorer_of(what, stand_in)
    sent = messages_of(explorer, monkeypatch)
    for number in (1, 2, 3):
        sent.clear()
        on_screen(explorer, **{control: 300 + number})
        updates = [message for message in sent if message["method"] == "update"]
        assert len(updates) == 1
        assert 1_000 < len(json.dumps(updates[0])) <= limit


def test_words_travel_only_when_they_changed(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = explorer_of(tutor.Conv2D, stand_in)
    stand_in.answer(explorer)
    sent = messages_of(explorer, monkeypatch)
    on_screen(explorer, step=3)
    (update,) = [message["state"] for message in sent if message["method"] == "update"]
    assert update.keys() == {"move", "stands", "window_now", "serial"}


def test_a_screen_that_fell_behind_gets_all_anew(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that opens asks for everything, and what changes until it has it is lost on the way."""
    explorer = explorer_of(tutor.Conv2D, stand_in)
    loaded = explorer.serial
    sent = messages_of(explorer, monkeypatch)
    stand_in.answer(explorer)
    assert explorer.serial == loaded + 1
    sent.clear()
    explorer._handle(explorer, {"do": "shown", "serial": explorer.serial}, [])
    assert sent == []
    explorer._handle(explorer, {"do": "shown", "serial": loaded}, [])
    (message,) = sent
    assert message["state"].keys() == {"serial", *explorer._session.shown}
    assert message["state"]["serial"] == explorer.serial
    assert "agree." in message["state"]["verdict"]


# What it loads


def in_a_fresh_process(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_exploring_and_moving_load_neither_matplotlib_nor_numpy() -> None:
    code = """
import sys, tutor
explorer = tutor.explore(tutor.LSTM)
explorer._handle(explorer, {"do": "shown", "serial": 0}, [])
for units in (1, 300, 100_000):
    explorer.set_state({"moves": {"n": units, "jumps": 0, "to": "", "changes": {"units": units}}})
explorer.preset("tiny")
explorer._repr_mimebundle_()
explorer._save("cell", "svg")
explorer._process.stop()
print({"matplotlib", "numpy", "keras", "tensorflow"} & set(sys.modules))
"""
    assert in_a_fresh_process(code) == "set()"


def test_a_session_needs_the_standard_library_alone() -> None:
    code = """
import sys
before = set(sys.modules)
from tutor.explorers.lessons import all_lessons
from tutor.explorers.session import Session
from tutor.explorers.stills import still_data
from tutor.pictures.svg import svg
for lesson in all_lessons().values():
    Session(lesson).moved({"n": 1, "jumps": 1, "to": lesson.presets[-1].key, "changes": {}})
names = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(names - set(sys.stdlib_module_names) - {"tutor", "__mp_main__"}))
"""
    assert in_a_fresh_process(code) == "[]"


def test_the_script_has_no_sentence_and_reads_no_number() -> None:
    code = re.sub(r"//.*", "", Explorer._esm)
    assert not re.search(r"parseInt|parseFloat|Number\((?!range\.value)", code)
    quoted = re.findall(r'"([^"\n]*)"', code)
    assert len(quoted) > 50
    assert [text for text in quoted if re.search(r"[A-Za-z]{2,} [a-z]+ [a-z]{2,}", text)] == []
