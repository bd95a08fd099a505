"""Every step of every lesson: its answer can be read off, exactly one choice is right, its words fit their places."""

from __future__ import annotations

import random
import re
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

import tutor
from tutor.explorers.guide_words import marked
from tutor.explorers.lessons import all_lessons
from tutor.explorers.session import Session
from tutor.layers.built import Built
from tutor.questions.guide import Guide
from tutor.questions.mistakes import mistakes_of
from tutor.questions.shapes import shape_mistakes
from tutor.questions.steps import Step, Steps, filled, written

LESSONS = all_lessons()
#: What words/style.md allows, in characters: the opening question, later ones, feedback.
OPENING, QUESTION, FEEDBACK = 70, 95, 190


@cache
def steps_of(what: Any) -> Steps:
    lesson = LESSONS[what]
    return Steps.of(lesson.explored or what.__name__.lower())


@cache
def guide_of(what: Any) -> Guide:
    session = Session(LESSONS[what], steps_of(what))
    assert session.guide is not None
    return session.guide


HERE = {one.name.removesuffix(".toml") for one in (files("tutor.questions") / "lessons").iterdir()}
GUIDED = [what for what, lesson in LESSONS.items() if (lesson.explored or what.__name__.lower()) in HERE]
ALL = [(what, number) for what in GUIDED for number in range(len(steps_of(what).steps))]
EVERY_STEP = pytest.mark.parametrize(
    ("what", "number"), ALL, ids=[f"{what.__name__}-{number + 1}" for what, number in ALL]
)


def test_every_lesson_has_a_guide_and_every_guide_a_lesson() -> None:
    assert {lesson.explored or what.__name__.lower() for what, lesson in LESSONS.items()} == HERE


def plain(text: str) -> str:
    """A text as one reads it, without its marks."""
    return re.sub(r"<[^>]+>", "", marked(text))


def said(step: Step, place: Any) -> list[str]:
    """Everything that a step may say to an answer, with a long number for the answer."""
    texts = [step.right, step.do, step.line, *(one.because for one in step.choices)]
    mistakes = {one.name: written(one.formula.numbers) for one in mistakes_of(step.layer(place))} if step.answer else {}
    out = [filled(text, place) for text in texts]
    for name, slip in step.mistakes.items():
        out.append(filled(slip.says, place, answer=4_928_000, mistaken=mistakes.get(name, "3 · 128 · (128 + 256 + 1)")))
    return out


@EVERY_STEP
def test_a_step_can_be_answered_and_its_words_fit(what: Any, number: int) -> None:
    guide, step = guide_of(what), steps_of(what).steps[number]
    begins = step.begins(guide.start)
    place = step.seen(begins, guide.start)
    right = step.expected(place)  # of choices, exactly one
    if step.answer:
        assert isinstance(right, int | tuple)
        assert not step.slip(right, place), "a mistake gives the right answer"
    else:
        assert all(one.because for key, one in enumerate(step.choices) if key != right)
    assert len(plain(filled(step.ask, place))) <= (QUESTION if number else OPENING)
    for text in said(step, place):
        assert len(plain(text)) <= FEEDBACK, text
        assert "{" not in text
    lesson = LESSONS[what]
    assert step.goals(place).keys() <= {one.key for one in lesson.controls}
    assert lesson.check(step.goals(place)) == step.goals(place)
    assert not step.moves or step.do
    assert not step.do or step.moves or step.picture, "what is to be done is not seen to be done"
    assert step.picture in {"", *(panel.key for panel in lesson.pictures)}
    # Bold in a question or a task is the label of a control.
    labels = {one.label for one in lesson.controls}
    for text in (step.ask, step.do):
        assert set(re.findall(r"\*\*(.+?)\*\*", text)) <= labels, text


@EVERY_STEP
def test_the_mistakes_that_a_step_names_are_known(what: Any, number: int) -> None:
    guide, step = guide_of(what), steps_of(what).steps[number]
    place = step.seen(step.begins(guide.start), guide.start)
    named = {name for both, slip in step.mistakes.items() if not slip.value for name in both.split(" or ")}
    if named:
        built: Built = step.layer(place)
        shape = isinstance(step.expected(place), tuple)
        known = {one.name for one in (shape_mistakes(built) if shape else mistakes_of(built))}
        assert {one for name in named for one in name.split(" or ")} <= known


@pytest.mark.parametrize("what", GUIDED, ids=lambda what: what.__name__)
def test_a_lesson_is_done_by_answering_and_doing_what_it_says(what: Any) -> None:
    session = Session(LESSONS[what], steps_of(what))
    guide = session.guide
    assert guide is not None
    while guide.step is not None:
        assert not session.shown["guide"]["can"]["back"] or guide.number
        seen = guide.seen(session.facts.place)
        answer, goals = guide.step.expected(seen), guide.step.goals(seen)
        session.asked({"do": "check", "answer": str(answer)})
        assert session.shown["guide"]["state"] == "right", guide.step.ask
        assert not session.shown["guide"]["covered"]
        if goals:
            assert set(session.shown["guide"]["marks"]) == {key for key in goals if session.values[key] != goals[key]}
            session.put(goals)
            assert session.shown["guide"]["done"]
            assert not session.shown["guide"]["marks"]
        session.asked({"do": "next"})
    assert session.shown["guide"]["kind"] == "done"
    again = Session(LESSONS[what], steps_of(what))
    again.asked({"do": "resume", "answer": session.shown["progress"]})
    assert again.shown["progress"] == session.shown["progress"]


@pytest.mark.parametrize("what", GUIDED, ids=lambda what: what.__name__)
def test_a_guide_bears_with_whatever_the_controls_are_moved_to(what: Any) -> None:
    draw = random.Random(what.__name__)
    session = Session(LESSONS[what], steps_of(what))
    for number in range(len(steps_of(what).steps)):
        for move in range(12):
            control = draw.choice(LESSONS[what].controls)
            data = control.as_data()
            sizes = [1, 2, 3, 64, data.get("high", 1), data.get("limit", 1)]
            options = list(data.get("options", ()))
            values = {"size": sizes, "flag": [True, False], "choice": options, "text": ["", "a b"]}[data["kind"]]
            session.moved({"n": move, "jumps": 0, "to": "", "changes": {control.key: draw.choice(values)}})
            guide = session.shown["guide"]
            answers = [one["key"] for one in guide["options"]] or ["7", "(None, 7)", "197,120", "units"]
            session.asked({"do": "check", "answer": draw.choice(answers)})
            assert session.shown["guide"]["question"]
        session.asked({"do": "next"})
        assert session.shown["guide"]["step"] == number + 1


#: What words/ writes down for the position where a lesson starts: typed, and what the guide then says.
CHECKED = [
    (tutor.Input, 0, "281", "so multiply"),
    (tutor.Input, 0, "204,800", "a whole batch of 32"),
    (tutor.Input, 1, "(60, 256)", "A batch of them starts with"),
    (tutor.Input, 1, "(None, 256, 60)", "The order matters"),
    (tutor.Input, 2, "2", "The batch is an axis too"),
    (tutor.Input, 3, "(None, 3, 100, 95)", "channels come last"),
    (tutor.Input, 3, "(None, 28500)", "one long list per photo"),
    (tutor.Dense, 0, "25,088", "25,088 is 32 · 784: all the weights"),
    (tutor.Dense, 0, "25,872", "a bias for every feature, or units and features swapped"),
    (tutor.Dense, 0, "25,089", "Each unit has its own"),
    (tutor.Dense, 0, "785", "one unit's share"),
    (tutor.Dense, 0, "784", "one unit's share"),
    (tutor.Dense, 0, "817", "so multiply"),
    (tutor.Dense, 0, "25,904", "biases on both sides"),
    (tutor.Dense, 4, "784", "where do they end?"),
    (tutor.Dense, 4, "25,088", "what's left"),
    (tutor.Dense, 6, "(10, 32)", "Keras gives features the rows"),
    (tutor.Dense, 6, "(784, 10)", "never sees the 784 pixels"),
    (tutor.Dense, 6, "(33, 10)", "an array of its own"),
    (tutor.Dense, 7, "7,850", "7,850 is 10 · (784 + 1)"),
    (tutor.Dense, 7, "320", "Add a bias for each of the 10 units"),
    (tutor.Dense, 7, "352", "The 10 units have them"),
    (tutor.Dense, 7, "25,450", "both layers together"),
    (tutor.Dense, 8, "250,912", "Dense doesn't flatten"),
    (tutor.Dense, 8, "251,200", "share one set of weights"),
    (tutor.Dense, 9, "6,400", "all the weights"),
    (tutor.Dense, 9, "6,500", "a bias for every feature"),
    (tutor.Embedding, 0, "6,553,600", "All positions share one"),
    (tutor.Embedding, 0, "262,400", "or one row too many"),
    (tutor.Embedding, 0, "261,888", "one row short"),
    (tutor.Embedding, 0, "1,280", "so multiply"),
    (tutor.Embedding, 2, "(None, 64)", "Every word gets its own"),
    (tutor.Embedding, 2, "(None, 50, 1024)", "one row, 64 numbers"),
    (tutor.Embedding, 5, "1024", "Padding needs a row too"),
    (tutor.Embedding, 6, "640,000", "Padding needs a row too"),
    (tutor.Embedding, 6, "32,000,000", "Two things"),
    (tutor.Embedding, 7, "1024", "how many rows there are to choose from"),
    (tutor.Embedding, 8, "39,523,713,024", "All positions share one"),
    (tutor.SimpleRNN, 0, "49,152", "all the weights"),
    (tutor.SimpleRNN, 0, "32,896", "reads h as well"),
    (tutor.SimpleRNN, 0, "33,024", "not just its own"),
    (tutor.SimpleRNN, 0, "16,512", "reads x as well"),
    (tutor.SimpleRNN, 0, "98,560", "Units is the size of h"),
    (tutor.SimpleRNN, 0, "49,408", "PyTorch"),
    (tutor.SimpleRNN, 0, "1,232,000", "All 25 share one set"),
    (tutor.SimpleRNN, 0, "197,120", "an LSTM of this size"),
    (tutor.SimpleRNN, 2, "128", "the size of h"),
    (tutor.SimpleRNN, 4, "(None, 128)", "just the last h"),
    (tutor.SimpleRNN, 5, "3", "An LSTM returns three"),
    (tutor.SimpleRNN, 8, "2,112", "a Dense layer on x"),
    (tutor.SimpleRNN, 8, "2,176", "not just its own"),
    (tutor.SimpleRNN, 8, "620,800", "share one set of weights"),
    (tutor.SimpleRNN, 10, "6,208", "the first layer's count"),
    (tutor.LSTM, 0, "147,840", "only the three gates"),
    (tutor.LSTM, 0, "196608", "all the weights"),
    (tutor.LSTM, 0, "131,584", "Every box reads h as well"),
    (tutor.LSTM, 0, "132,096", "not just its own"),
    (tutor.LSTM, 0, "66,048", "Every box reads x as well"),
    (tutor.LSTM, 0, "394,240", "Units is the size of h"),
    (tutor.LSTM, 0, "197,632", "PyTorch"),
    (tutor.LSTM, 0, "4,928,000", "All 25 share one set"),
    (tutor.LSTM, 0, "453,120", "the whole model"),
    (tutor.LSTM, 0, "256,000", "the Embedding"),
    (tutor.LSTM, 0, "147,456", "Two things"),
    (tutor.LSTM, 1, "6,597,120", "a table of its own"),
    (tutor.LSTM, 5, "1024", "as in PyTorch"),
    (tutor.LSTM, 6, "(None, 128)", "just the last h"),
    (tutor.LSTM, 6, "25, 128", "A batch starts with None"),
    (tutor.LSTM, 6, "(None, 25, 256)", "How many come out?"),
    (tutor.LSTM, 6, "(None, 25, 512)", "The boxes stay inside"),
    (tutor.LSTM, 6, "(None, 128, 25)", "Batch, then timesteps, then units"),
    (tutor.LSTM, 9, "82,176", "never sees the 256 numbers"),
    (tutor.LSTM, 9, "49664", "PyTorch"),
    (tutor.GRU, 0, "147,840", "three quarters of the LSTM, and Keras's count until 2019"),
    (tutor.GRU, 0, "147,456", "all the weights"),
    (tutor.GRU, 0, "98,816", "The candidate has weights too"),
    (tutor.GRU, 0, "197,632", "four boxes. There are three"),
    (tutor.GRU, 0, "99,072", "reads h as well"),
    (tutor.GRU, 0, "49,920", "reads x as well"),
    (tutor.GRU, 0, "3,705,600", "All 25 share one set"),
    (tutor.GRU, 0, "197,120", "the LSTM's count"),
    (tutor.GRU, 0, "404,224", "the whole model"),
    (tutor.GRU, 0, "256,000", "the Embedding"),
    (tutor.GRU, 0, "98,560", "Two things"),
    (tutor.GRU, 1, "128", "the candidate's"),
    (tutor.GRU, 1, "768", "One of the two stays"),
    (tutor.GRU, 1, "147,840", "what's left"),
    (tutor.GRU, 6, "3", "An LSTM returns three"),
    (tutor.GRU, 7, "54", "one bias in every box"),
    (tutor.GRU, 8, "18,624", "or a bias for every feature"),
    (tutor.GRU, 8, "25,088", "four boxes"),
    (tutor.GRU, 8, "6,528", "reads h as well"),
    (tutor.GRU, 9, "96", "the difference"),
    (tutor.GRU, 9, "16", "The book has half of them"),
    (tutor.Conv2D, 0, "990", "all the weights"),
    (tutor.Conv2D, 0, "385", "A filter reads all 3"),
    (tutor.Conv2D, 0, "550", "The window has two sides"),
    (tutor.Conv2D, 0, "19", "one filter's share"),
    (tutor.Conv2D, 0, "18", "one filter's share"),
    (tutor.Conv2D, 0, "1,980", "a bias for every weight"),
    (tutor.Conv2D, 0, "993", "It's the filters that have biases"),
    (tutor.Conv2D, 0, "9,927,500", "It takes the same ones along"),
    (tutor.Conv2D, 0, "220", "one pixel at a time"),
    (tutor.Conv2D, 0, "330", "Two things"),
    (tutor.Conv2D, 0, "28,500", "How many does one window hold?"),
    (tutor.Conv2D, 3, "(49, 94, 55)", "A batch starts with None"),
    (tutor.Conv2D, 3, "(None, 50, 95, 55)", "where the window may cross the edge"),
    (tutor.Conv2D, 3, "(None, 98, 94, 55)", "moves down 2 rows at a time"),
    (tutor.Conv2D, 3, "(None, 48, 93, 55)", "off by one at the border"),
    (tutor.Conv2D, 3, "(None, 49, 94, 3)", "makes one of its own"),
    (tutor.Conv2D, 3, "(None, 55, 49, 94)", "channels come last"),
    (tutor.Conv2D, 4, "1", "One row further down there"),
    (tutor.Conv2D, 5, "(None, 49, 94, 55)", "Now the window may cross the edge"),
    (tutor.Conv2D, 5, "(None, 100, 95, 55)", "still moves down 2 rows"),
    (tutor.Conv2D, 6, "101", "would cross the edge"),
    (tutor.Conv2D, 7, "18", "all the weights"),
    (tutor.Conv2D, 8, "640", "it's 3 × 3 × 32"),
    (tutor.Conv2D, 8, "18,432", "all the weights"),
    (tutor.Conv2D, 8, "19,008", "Each filter has just one"),
    (tutor.Conv2D, 8, "289", "a single filter"),
    (tutor.Conv2D, 9, "(None, 28, 28, 64)", "the window stays inside"),
    (tutor.Conv1D, 0, "28,672", "all the weights"),
    (tutor.Conv1D, 0, "256", "A filter reads all 128"),
    (tutor.Conv1D, 0, "897", "one filter's share"),
    (tutor.Conv1D, 0, "200,736", "a square window"),
    (tutor.Conv1D, 2, "(None, 494, 32)", "the shape before"),
    (tutor.Conv1D, 2, "(None, 486, 32)", "off by one"),
    (tutor.Conv1D, 4, "6", "no gap after the last one"),
    (tutor.Conv1D, 5, "608", "the gaps hold no weights"),
    (tutor.Conv1D, 5, "80", "On images it's 3 × 3"),
    (tutor.Conv1D, 6, "(None, 8, 8, 8)", "without gaps"),
    (tutor.Conv1D, 7, "6", "without groups"),
    (tutor.Conv1D, 8, "880", "not the filters"),
    (tutor.Conv1D, 8, "1,760", "no groups at all"),
    (tutor.Conv1D, 8, "448", "one of the two groups"),
    (tutor.MaxPooling2D, 0, "4", "A convolution would multiply"),
    (tutor.MaxPooling2D, 0, "4,128", "a convolution with 32 filters"),
    (tutor.MaxPooling2D, 1, "(None, 55, 55, 32)", "a window that moves by 1"),
    (tutor.MaxPooling2D, 1, "(None, 28, 28, 16)", "never looks from one channel into another"),
    (tutor.MaxPooling2D, 1, "28, 28, 32", "A batch of them starts with"),
    (tutor.MaxPooling2D, 3, "(None, 14, 14, 32)", "no row is left out"),
    (tutor.MaxPooling2D, 4, "0", "side by side"),
    (tutor.MaxPooling2D, 6, "(None, 55, 55, 128)", "the last row and column are left out"),
    (tutor.MaxPooling2D, 6, "(None, 54, 54, 64)", "All 128 come out"),
    (tutor.MaxPooling2D, 7, "31,360", "also has a bias"),
    (tutor.MaxPooling2D, 7, "650", "After Flatten"),
    (tutor.MaxPooling2D, 7, "125,450", "What comes out of it?"),
    (tutor.MaxPooling2D, 8, "31,370", "Dense doesn't flatten"),
    (tutor.AveragePooling2D, 0, "(None, 14, 14, 32)", "must stay inside the image"),
    (tutor.AveragePooling2D, 2, "(None, 32)", "GlobalAveragePooling2D"),
    (tutor.BatchNormalization, 0, "128", "also stores each channel's mean and variance"),
    (tutor.BatchNormalization, 0, "64", "one number per channel"),
    (tutor.BatchNormalization, 0, "200,704", "counts every pixel"),
    (tutor.BatchNormalization, 3, "2,048", "measured, not trained"),
    (tutor.BatchNormalization, 3, "512", "gamma alone"),
    (tutor.BatchNormalization, 6, "2,048", "gives the convolution a bias"),
    (tutor.BatchNormalization, 7, "1,984", "aren't trained"),
    (tutor.Dropout, 0, "1", "you choose it"),
    (tutor.Dropout, 2, "50,176", "all of them"),
    (tutor.Dropout, 3, "2,570", "10 · (256 + 1). Dropout makes numbers 0"),
    (tutor.video_question_answering, 0, "164,102,144", "all the weights"),
    (tutor.video_question_answering, 0, "123,077,376", "only the three gates"),
    (tutor.video_question_answering, 0, "263,168", "reads x as well"),
    (tutor.video_question_answering, 0, "525,312", "the LSTM that reads the question"),
    (tutor.video_question_answering, 0, "16,410,316,800", "All 100 share one set"),
    (tutor.video_question_answering, 0, "169,436,968", "the whole model"),
    (tutor.video_question_answering, 1, "1,694,369,680", "the weights are used again"),
    (tutor.video_question_answering, 4, "40,000", "exactly a quarter"),
    (tutor.video_question_answering, 5, "5,859,112", "the whole model"),
    (tutor.video_question_answering, 11, "82,051,584", "each box reads less"),
    (tutor.video_question_answering, 12, "513,000", "the video brings 128"),
    (tutor.video_question_answering, 13, "656", "How many bytes is it exactly?"),
    (tutor.visual_question_answering, 0, "160,001,000", "leaves the question out"),
    (tutor.visual_question_answering, 1, "257,000", "1,000 · (256 + 1)"),
    (tutor.visual_question_answering, 1, "160,257,000", "the count with Flatten"),
    (tutor.visual_question_answering, 2, "334,514,768", "counted twice"),
]


@pytest.mark.parametrize(("what", "number", "typed", "says"), CHECKED)
def test_a_wrong_answer_is_called_by_its_name(what: Any, number: int, typed: str, says: str) -> None:
    session = Session(LESSONS[what], steps_of(what))
    for _ in range(number):
        session.asked({"do": "next"})
    session.asked({"do": "check", "answer": typed})
    shown = session.shown["guide"]
    assert shown["state"] == "wrong"
    assert says in plain(shown["feedback"].replace("<strong>", "").replace("</strong>", "")), shown["feedback"]


RIGHT = [
    (tutor.Input, ["6,400", "(None, 60, 256)", "3", "(None, 100, 95, 3)", "2"]),
    (tutor.Dense, ["25,120", "0", "2", "1", "32", "3", "(32, 10)", "330", "25,120", "6,464"]),
    (
        tutor.Embedding,
        ["262,144", "2", "(None, 50, 64)", "0", "2", "1,025", "640,064", "256", "38,597,376"],
    ),
    (tutor.SimpleRNN, ["49,280", "2", "25", "0", "(None, 25, 128)", "2", "1", "3", "6,208", "0", "8,256"]),
    (tutor.LSTM, ["197,120", "453,120", "2", "0", "0", "512", "(None, 25, 128)", "3", "3", "49,408", "2"]),
    (tutor.GRU, ["148,224", "384", "1", "1", "3", "0", "2", "63", "18,816", "32", "0"]),
    (
        tutor.Conv2D,
        [
            *("1,045", "2", "1", "(None, 49, 94, 55)", "2", "(None, 50, 95, 55)", "100", "20"),
            *("18,496", "(None, 26, 26, 64)", "1"),
        ],
    ),
    (
        tutor.Conv1D,
        ["28,704", "2", "(None, 487, 32)", "0", "5", "224", "(None, 6, 6, 8)", "3", "896", "0"],
    ),
    (
        tutor.MaxPooling2D,
        ["0", "(None, 28, 28, 32)", "1", "(None, 15, 14, 32)", "2", "2", "(None, 54, 54, 128)", "31,370", "650"],
    ),
    (tutor.AveragePooling2D, ["(None, 13, 13, 32)", "2", "(None, 1, 1, 32)"]),
    (tutor.BatchNormalization, ["256", "2", "4", "1,024", "1", "1", "1,984", "1,856", "0"]),
    (tutor.Dropout, ["0", "1", "25,088", "5,130"]),
    (
        tutor.video_question_answering,
        "164,103,168 169,436,968 3 1 30,976 525,312 1 0 1 3 2 81,986,048 385,000 656,412,672".split(),
    ),
    (tutor.visual_question_answering, ["160,257,000", "513,000", "329,693,968"]),
]


@pytest.mark.parametrize(("what", "answers"), RIGHT)
def test_the_answers_at_the_start_are_those_that_were_written_down(what: Any, answers: list[str]) -> None:
    session = Session(LESSONS[what], steps_of(what))
    assert len(answers) == len(steps_of(what).steps)
    for answer in answers:
        session.asked({"do": "check", "answer": answer})
        assert session.shown["guide"]["state"] == "right", answer
        session.asked({"do": "next"})


def test_where_a_step_begins_is_no_move_of_the_learners() -> None:
    session = Session(LESSONS[tutor.MaxPooling2D], steps_of(tutor.MaxPooling2D))
    for _ in range(3):  # The fourth step begins one row higher.
        session.asked({"do": "next"})
    session.asked({"do": "check", "answer": "(None, 15, 14, 32)"})
    assert session.shown["guide"]["do"].startswith("Set <strong>padding</strong>")
    session.put({"channels": 3})
    assert "This step is about <strong>padding</strong>" in session.shown["guide"]["do"]


def test_a_count_of_any_layer_is_covered_until_it_is_answered() -> None:
    session = Session(LESSONS[tutor.video_question_answering], steps_of(tutor.video_question_answering))
    assert "164,103,168" not in str(session.shown)
    session.asked({"do": "check", "answer": "164,103,168"})
    assert "164,103,168" in session.shown["formula"]


def test_an_image_of_29_pixels_leaves_nothing_to_the_last_pooling() -> None:
    with pytest.raises(ValueError, match=r"MaxPooling2D.*window of 2 for \(None, 1, 1, 256\)"):
        tutor.video_question_answering(image_size=29)
