"""Numbers, arithmetic and shapes as learners type them; and the expressions of lessons."""

from __future__ import annotations

import ast
import math
import re
import time
from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.questions.arithmetic import evaluate, read

NAMES = {"units": 128, "features": 256}


@pytest.mark.parametrize(
    "text",
    [
        "197120",
        " 197120 ",
        "197,120",
        "197 120",
        "197_120",
        "197'120",
        "197\u00a0120",
        "+197120",
        "4*128*385",
        "4·128·385",
        "4 · 128 · (128 + 256 + 1)",
        "4 × 128 × 385",
        "4 x 128 x 385",
        "4x128x385",
        "4X128x(128+256+1)",
        "4(128)(385)",
        "4 · 128(128+256+1)",
        "4*units*(units+features+1)",
        "4 units (units + features + 1)",
        "units x 4 x 385",
        "4*(128**2 + 128*256 + 128)",
        "4*(128^2 + 128*256 + 128)",
        "4·(128² + 128·256 + 128)",
        "788,480/4",
        "394240 ÷ 2",
        "200,000 − 2,880",
        "0.5 * 394240",
        "1e3 * 197 + 120",
        "[197120]"[1:-1],
        "(197,120)",
    ],
)
def test_one_count_as_people_write_it(text: str) -> None:
    assert read(text, NAMES) == 197_120


@given(st.recursive(st.integers(0, 999), lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner), max_leaves=9))
def test_arithmetic_is_pythons(tree: object) -> None:
    def written(part: object) -> str:
        return f"({''.join(map(written, part))})" if isinstance(part, tuple) else str(part)

    text = written(tree)
    assert read(text) == eval(compile(ast.parse(text, mode="eval"), "", "eval"), {})


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("(None, 25, 128)", (None, 25, 128)),
        ("(None,25,128)", (None, 25, 128)),
        ("None, 128", (None, 128)),
        ("[None, 128]", (None, 128)),
        ("none, 128", (None, 128)),
        ("(batch, units)", (None, 128)),
        ("(None, 2·units)", (None, 256)),
        ("(128,)", (128,)),
        ("25,128", (25, 128)),
        ("()", ()),
    ],
)
def test_shapes_as_people_write_them(text: str, shape: tuple[int | None, ...]) -> None:
    assert read(text, NAMES, shape=True) == shape


NUMBERS_ONLY = "Use digits, `+ - * /` and parentheses."
UNREADABLE = "4 *|(4|4 if 5|½|4==4|None|(1, 2)*9|2**0.5|units.real|<b>|$4|__import__('os')|True|lambda: 1|`4`".split(
    "|"
)
ENORMOUS = ["10^40", "9**9**9", "1e40", "1e99999", "1/3**70", "-10**31", "9" * 99]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Type a number, or some arithmetic such as `4*128*385`."),
        ("  \n", "Type a number, or some arithmetic such as `4*128*385`."),
        ("1.000", 'Is "1.000" 1, or 1000? Type one of the two.'),
        ("4 * 1.000", 'Is "1.000" 1, or 1000? Type one of the two.'),
        ("197.120", 'Is "197.120" 197, or 197120? Type one of the two.'),
        ("1.000.000", 'Is "1.000.000" 1000000? Then type it like that.'),
        ("12 8", 'Is "12 8" 128? Then type it like that.'),
        ("١٢٣", 'Is "١٢٣" 123? Then type it like that.'),
        ("2.5", "That comes to 2.5. A count is a whole number."),
        ("2,5", "That comes to 2.5. A count is a whole number."),
        ("394,241/2", "That comes to 197,120.5. A count is a whole number."),
        ("unts * 4", 'I don\'t know "unts". Use numbers only, or names from the formula: units, features.'),
        ("0x10", 'I don\'t know "x10". Use numbers only, or names from the formula: units, features.'),
        ("1/0", "That divides by zero."),
        ("0**-1", "That divides by zero."),
        ("(None, 128)", "That's a shape. This question asks for one number."),
        ("25, 128", "That's a shape. This question asks for one number."),
        ("many", 'I don\'t know "many". Use numbers only, or names from the formula: units, features.'),
        *((text, f'I can\'t read "{text}". {NUMBERS_ONLY}') for text in UNREADABLE),
        *((text, "That comes to more than 10³⁰. Check the exponents.") for text in ENORMOUS),
        ("(" * 100_000, f'I can\'t read "{"(" * 39}…". {NUMBERS_ONLY}'),
        ("9" * 100_000, f'I can\'t read "{"9" * 39}…". {NUMBERS_ONLY}'),
        ("(" * 150 + "1" + ")" * 149, f'I can\'t read "{"(" * 39}…". {NUMBERS_ONLY}'),
        ("4\0", f'I can\'t read "4 ". {NUMBERS_ONLY}'),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_answered_at_once_in_a_sentence(text: str, says: str) -> None:
    before = time.process_time()
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        read(text, NAMES)
    assert time.process_time() - before < 0.5
    assert len(says) <= 190


@pytest.mark.parametrize("text", ["", "128", "4*128", "None"])
def test_a_shape_is_asked_for(text: str) -> None:
    with pytest.raises(ValueError, match=r"^A shape is a list of sizes: \(None, 25, 256\)\.$"):
        read(text, shape=True)


@pytest.mark.parametrize("text", ["(None, 2.5)", "(None, (1, 2))", "None 128", "(None, 'a')", "(None, unts)", "(,)"])
def test_what_is_no_shape(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(I can't read|I don't know|That comes to) "):
        read(text, shape=True)


def answered(text: str, *, shape: bool) -> object:
    """What was read, or the sentence that comes instead."""
    before = time.process_time()
    try:
        return read(text, NAMES, shape=shape)
    except ValueError as error:
        return str(error)
    finally:
        assert time.process_time() - before < 0.5


@given(
    st.text(max_size=400) | st.text("0123456789.,+-*/^()[] exX_unitsNone·", max_size=40) | st.sampled_from(UNREADABLE),
    st.booleans(),
)
def test_no_text_breaks_it(text: str, shape: bool) -> None:
    answer = answered(text, shape=shape)
    if isinstance(answer, str):
        assert 0 < len(answer) <= 190
        assert answer.isprintable()
    else:
        assert isinstance(answer, tuple if shape else int)


LAYER = SimpleNamespace(count=197_120, output_shape=(None, 25, 128), _secret=1, build=lambda *shape, of=1: (*shape, of))
STEP = {**NAMES, "layer": LAYER, "prod": math.prod, "at": lambda **moved: SimpleNamespace(count=sum(moved.values()))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("layer.count - 4*units", 196_608),
        ("at(units=2*units, features=1).count > 256 and not units == features", True),
        ("layer.count / 2", 98_560),
        ("layer.count / 3", Fraction(197_120, 3)),
        ("7 // 2 + 7 % 2", 4),
        ("layer.output_shape[-1]", 128),
        ("prod(layer.output_shape[1:])", 3200),
        ("(None,) + layer.output_shape[2:]", (None, 128)),
        ("layer.build(1, of='x')", (1, "x")),
        ("1 < units < 200 or nowhere", True),
        ("units == 1 and nowhere", False),
        ("'more' if units > 1 else 'less'", "more"),
        ("None", None),
    ],
)
def test_a_lessons_expression(text: str, value: object) -> None:
    assert evaluate(text, STEP) == value


@pytest.mark.parametrize(
    "text",
    [
        "layer._secret",
        "nowhere",
        "lambda: 1",
        "[x for x in at]",
        "at(**at)",
        "at(*at)",
        "(1)(2)",
        "x := 1",
        "f'{units}'",
    ],
)
def test_a_lessons_expression_can_do_no_more(text: str) -> None:
    with pytest.raises(ValueError, match=r"^I (can't read|don't know) "):
        evaluate(text, STEP)
