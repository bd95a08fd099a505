"""The article's tables, rebuilt: the slips that are known are the ones that come out."""

from __future__ import annotations

import tutor


def test_table_1_is_wrong_of_dense_and_out_of_date_of_gru() -> None:
    slips = {repr(line.layer): (line.counts, line.built.count) for line in tutor.table_1().lines if not line.holds}
    assert slips == {"Dense(32)": (25_872, 25_120), "GRU(128)": (147_840, 148_224)}


def test_the_follow_up_repeats_the_slip_and_takes_a_bias_for_granted() -> None:
    slips = [repr(line.layer) for line in tutor.table_of_the_follow_up().lines if not line.holds]
    assert slips == ["Dense(32)", "GRU(128)", "Conv2D(55, (3, 2), strides=(2, 1), use_bias=False)"]


def test_tables_show_both_counts() -> None:
    html = tutor.table_1()._repr_html_()
    assert "25,120" in html
    assert "25,872" in html
    assert "SLIP Dense(32)" in str(tutor.table_1())
