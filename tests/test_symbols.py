"""Named sizes, sums and products: five ways of writing one formula, which may never disagree."""

from __future__ import annotations

from math import prod

import pytest
from configurations import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from tutor import GRU, LSTM, Dense, Embedding
from tutor.symbols import Expression, Number, Size, as_expression, joined, product, total

UNITS, FEATURES, RANK = Size("units", 128), Size("features", 256), Size("lora_rank", 4)
ORDER = (UNITS, FEATURES, RANK)
LSTM_TERMS = [4 * FEATURES * UNITS, 4 * UNITS * UNITS, 4 * UNITS]


def value_of(expression: Expression) -> object:
    return eval(expression.expression, {}, expression.symbols)


def test_one_formula_five_times() -> None:
    formula = total(LSTM_TERMS, ORDER)
    assert formula.text == str(formula) == "4 · units · (units + features + 1)"
    assert formula.numbers == "4 · 128 · (128 + 256 + 1)"
    assert formula.latex == r"4 \cdot \mathrm{units} \cdot (\mathrm{units} + \mathrm{features} + 1)"
    assert formula.latex_numbers == r"4 \cdot 128 \cdot (128 + 256 + 1)"
    assert formula.expression == "4*units*(units + features + 1)"
    assert formula.symbols == {"units": 128, "features": 256}
    assert formula.value == value_of(formula) == 197_120


def test_symbols_stand_in_the_order_of_reading() -> None:
    assert list(total(LSTM_TERMS, ORDER).symbols) == ["units", "features"]
    assert list(total([FEATURES * UNITS], (FEATURES, UNITS)).symbols) == ["features", "units"]


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        pytest.param([], "0", id="nothing"),
        pytest.param([Number(0), UNITS], "units", id="a term of nothing"),
        pytest.param([Number(0) * UNITS], "0", id="nothing but nothing"),
        pytest.param([UNITS], "units", id="one term"),
        pytest.param([UNITS, UNITS], "2 · units", id="equal terms are gathered, the number in front"),
        pytest.param([FEATURES, UNITS], "units + features", id="the given order in a sum"),
        pytest.param([Number(1), UNITS], "units + 1", id="numbers last in a sum"),
        pytest.param([FEATURES * UNITS * 4], "4 · units · features", id="numbers first in a product"),
        pytest.param([FEATURES * UNITS, UNITS], "units · (features + 1)", id="what all share goes in front"),
        pytest.param([UNITS * UNITS, UNITS * UNITS * 3], "4 · units · units", id="shared completely"),
        pytest.param([FEATURES * FEATURES, UNITS * FEATURES], "features · (units + features)", id="one of a square"),
        pytest.param(
            [3 * UNITS * FEATURES, 3 * UNITS * 2], "3 · units · (features + 2)", id="numbers stay unmultiplied"
        ),
        pytest.param([2 * UNITS, 4 * FEATURES], "2 · units + 4 · features", id="no number is taken apart"),
    ],
)
def test_total_is_written_as_one_would_by_hand(terms: list[Expression], text: str) -> None:
    formula = total(terms, ORDER)
    assert formula.text == text
    assert formula.value == value_of(formula) == sum(term.value for term in terms)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (GRU(128).build((None, 25, 256)).formula, "3 · units · (units + features + 2)"),
        (GRU(128, reset_after=False).build((None, 25, 256)).formula, "3 · units · (units + features + 1)"),
        (GRU(128, use_bias=False).build((None, 25, 256)).formula, "3 · units · (units + features)"),
        (LSTM(128, use_bias=False).build((None, 25, 256)).formula, "4 · units · (units + features)"),
        (Dense(32, use_bias=False).build((None, 784)).formula, "units · features"),
        (Dense(32, lora_rank=4).build((None, 784)).formula, "units · (features + 1) + lora_rank · (units + features)"),
        (
            Embedding(1000, 64, lora_rank=4).build((None, 25)).formula,
            "vocabulary · units + lora_rank · (vocabulary + units)",
        ),
    ],
)
def test_layers_formulas_are_factored(formula: Expression, text: str) -> None:
    assert formula.text == text
    assert formula.value == value_of(formula)


def test_a_gates_formula_is_one_gate_of_the_layers() -> None:
    built = LSTM(128).build((None, 25, 256))
    assert built.gate_formula.text == "units · (units + features + 1)"
    assert len(built.gates) * built.gate_formula.value == built.count


def test_product_leaves_out_ones_and_is_nothing_with_a_nothing() -> None:
    assert product([]) == product([Number(1)]) == Number(1)
    assert product([Number(1), UNITS]) == UNITS
    assert product([Number(0), UNITS]) == Number(0)
    assert (UNITS * 1).text == "units"
    assert ((UNITS + FEATURES) * 2).text == "(units + features) · 2"


def test_joined_takes_nothing_out_in_front() -> None:
    assert joined([]) == Number(0)
    assert joined([Number(0), UNITS]) == UNITS
    assert joined([2 * UNITS, 2 * FEATURES]).text == "2 · units + 2 · features"


def test_counts_are_exact_at_any_length() -> None:
    huge = Size("vocabulary", 999_999_999_999_999) * Size("units", 800_000_000_000_037)
    assert huge.value == 999_999_999_999_999 * 800_000_000_000_037
    assert len(str(huge.value)) == 30
    assert value_of(huge) == huge.value


def test_as_expression_takes_numbers() -> None:
    assert as_expression(3) == Number(3)
    assert as_expression(UNITS) is UNITS


SIZES = [
    Size(name, amount) for name, amount in zip("units features channels lora_rank".split(), (3, 5, 7, 11), strict=True)
]
factors = st.sampled_from(SIZES) | st.integers(0, 12).map(Number)
terms = st.lists(st.lists(factors, min_size=1, max_size=4).map(product), max_size=6)


@settings(max_examples=examples(500))
@given(terms, st.permutations(SIZES))
def test_factoring_never_changes_the_value(terms: list[Expression], order: list[Size]) -> None:
    formula = total(terms, order)
    assert formula.value == value_of(formula) == sum(term.value for term in terms)
    assert eval(formula.numbers.replace("·", "*")) == formula.value


@settings(max_examples=examples(500))
@given(st.lists(st.lists(st.integers(0, 10**30), min_size=1, max_size=4), max_size=5))
def test_values_are_exact(amounts: list[list[int]]) -> None:
    terms = [product(Size(f"s{i}_{j}", n) for j, n in enumerate(row)) for i, row in enumerate(amounts)]
    formula = total(terms, ())
    assert formula.value == value_of(formula) == sum(map(prod, amounts))


@settings(max_examples=examples(100))
@given(terms)
def test_latex_is_latex(terms: list[Expression]) -> None:
    formula, parser = total(terms, SIZES), MathTextParser("path")
    for latex in (formula.latex, formula.latex_numbers):
        parser.parse(f"${latex}$")
