"""Ledgers: totals, agreement with Keras, and the forms in which a ledger leaves Python."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import pytest

import tutor
from tutor.ledgers.ledger import Ledger, Row

MODEL = tutor.Sequential([tutor.Embedding(1000, 256), tutor.LSTM(128, trainable=False)])
LEDGER = MODEL.build((None, 25))


class Cells(HTMLParser):
    """The elements of a page, and the text of each cell of its tables."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.rows[-1][-1] += data


def beside_keras(ledger: Ledger, *counts: int) -> Ledger:
    rows = tuple(replace(row, keras_count=count) for row, count in zip(ledger.rows, counts, strict=True))
    return replace(ledger, rows=rows, keras_total=sum(counts))


UNKNOWN = Row("odd", "Odd", (None, 128), (None, 3), None, 7, 7, 7)


def test_totals_are_sums_over_the_rows() -> None:
    # The article's model: 256,000 + 197,120 = 453,120, here with the LSTM frozen.
    assert LEDGER.total == sum(row.count for row in LEDGER.rows) == 453_120
    assert LEDGER.trainable_total == 256_000


def test_without_keras_nothing_agrees_or_disagrees() -> None:
    assert LEDGER.keras_total is None
    assert LEDGER.agrees is None
    assert [row.agrees for row in LEDGER.rows] == [None, None]


def test_agreement_is_of_each_row_and_of_the_total() -> None:
    assert beside_keras(LEDGER, 256_000, 197_120).agrees is True
    assert beside_keras(LEDGER, 256_000, 197_121).agrees is False
    # Two wrongs make a right total, but not an agreement.
    assert beside_keras(LEDGER, 256_001, 197_119).agrees is False
    assert replace(beside_keras(LEDGER, 256_000, 197_120), keras_total=453_121).agrees is False


def test_a_row_without_a_formula_is_named() -> None:
    ledger = beside_keras(replace(LEDGER, rows=(*LEDGER.rows, UNKNOWN)), 256_000, 197_120, 7)
    assert ledger.unexplained == (UNKNOWN,)
    assert UNKNOWN.agrees is None
    assert LEDGER.unexplained == ()
    assert "no formula" in ledger._repr_html_()


def test_an_empty_ledger_is_nothing_in_every_form() -> None:
    empty = Ledger((None, 4), (None, 4), ())
    assert empty.total == empty.trainable_total == 0
    assert Cells(empty._repr_html_()).rows[-1] == ["Total", "0", "0"]
    assert json.loads(json.dumps(empty.to_dict()))["rows"] == []
    assert len(empty.to_csv().splitlines()) == 1


def test_dict_is_ready_for_json() -> None:
    there_and_back = json.loads(json.dumps(beside_keras(LEDGER, 256_000, 197_120).to_dict()))
    assert there_and_back["input_shape"] == [None, 25]
    assert there_and_back["output_shape"] == [None, 128]
    assert there_and_back["total"] == there_and_back["keras_total"] == 453_120
    assert there_and_back["trainable_total"] == 256_000
    assert there_and_back["agrees"] is True
    assert there_and_back["rows"][1] == {
        "path": "lstm",
        "kind": "LSTM",
        "input_shape": "(None, 25, 256)",
        "output_shape": "(None, 128)",
        "formula": "4 · units · (units + features + 1)",
        "formula_numbers": "4 · 128 · (128 + 256 + 1)",
        "count": 197_120,
        "trainable_count": 0,
        "keras_count": 197_120,
        "agrees": True,
    }


@pytest.mark.parametrize("ledger", [LEDGER, replace(LEDGER, rows=(*LEDGER.rows, UNKNOWN))])
def test_csv_reads_back(ledger: Ledger) -> None:
    rows = list(csv.DictReader(io.StringIO(ledger.to_csv())))
    assert [row["path"] for row in rows] == [row.path for row in ledger.rows]
    assert sum(int(row["count"]) for row in rows) == ledger.total
    assert [row["formula"] for row in rows] == [row.formula.text if row.formula else "" for row in ledger.rows]
    assert rows[1]["input_shape"] == "(None, 25, 256)"


@pytest.mark.parametrize("name", ['<script>alert("&")</script>', "a, b", 'say "hi"', "two\nlines", "层", "=1+1"])
def test_any_name_survives_in_every_form(name: str) -> None:
    ledger = replace(LEDGER, rows=(replace(LEDGER.rows[0], path=name, kind=name),))
    assert next(csv.DictReader(io.StringIO(ledger.to_csv())))["path"] == name
    assert json.loads(json.dumps(ledger.to_dict()))["rows"][0]["path"] == name
    page = Cells(ledger._repr_html_())
    assert page.rows[1][0] == f"{name} ({name})"
    assert "script" not in page.elements


def test_html_has_headings_rows_and_a_total() -> None:
    page = Cells(beside_keras(LEDGER, 256_000, 197_121)._repr_html_())
    assert page.rows == [
        ["Layer", "Input shape", "Output shape", "Formula", "Parameters", "Trainable", "Keras"],
        [
            "embedding (Embedding)", "(None, 25)", "(None, 25, 256)",
            "vocabulary · units1,000 · 256", "256,000", "256,000", "256,000 ✓",
        ],
        [
            "lstm (LSTM)", "(None, 25, 256)", "(None, 128)",
            "4 · units · (units + features + 1)4 · 128 · (128 + 256 + 1)", "197,120", "0", "197,121 ✗",
        ],
        ["Total", "453,120", "256,000 (56%)", "453,121 ✗"],
    ]  # fmt: skip


def test_html_without_keras_has_no_column_for_it() -> None:
    page = Cells(LEDGER._repr_html_())
    assert {len(row) for row in page.rows[:-1]} == {6}
    assert page.rows[-1] == ["Total", "453,120", "256,000 (56%)"]


def test_html_says_what_is_shared_and_what_is_unexplained() -> None:
    shared = replace(LEDGER.rows[0], shared=3)
    page = replace(LEDGER, rows=(shared, UNKNOWN), keras_total=256_007)._repr_html_()
    assert "used 3 times" in page
    assert "counted once" in page
    assert escape("7 parameters have no formula here, and are Keras's count alone: odd.") in page


def test_text_has_each_layer_and_the_total() -> None:
    assert str(LEDGER).splitlines() == [
        "embedding (Embedding)  (None, 25, 256)  256,000",
        "lstm (LSTM)  (None, 128)  197,120",
        "Total: 453,120 (256,000 trainable)",
    ]
