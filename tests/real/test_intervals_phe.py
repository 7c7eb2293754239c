"""Do our intervals equal every row of UKHSA's own test workbooks?

ukhsa-collaboration/PHEindicatormethods, commit 093fd28, tests/testthat/testdata_*.xlsx.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from keepwell.comparison import byar_interval, rate_interval, wilson_interval

PUBLIC_FILES = Path(__file__).parents[2].parent / "shared" / "data"
FOLDER = PUBLIC_FILES / "phe_funnel" / "PHEindicatormethods"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the public files are not here: {FOLDER}"),
]


def rows(workbook: str, sheet: str) -> list[dict]:
    book = openpyxl.load_workbook(FOLDER / f"{workbook}.xlsx", data_only=True)
    head, *body = book[sheet].iter_rows(values_only=True)
    book.close()
    return [dict(zip(head, row, strict=True)) for row in body if any(cell is not None for cell in row)]


def column(rows: list[dict], name: str) -> np.ndarray:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=float)


def assert_equal(ours: np.ndarray, theirs: np.ndarray) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=0, equal_nan=True)


def bounds_of(table: list[dict]) -> dict[float, tuple[str, str]]:
    """The confidence and the columns of each pair of bounds: one pair in the grouped sheets, else two."""
    if "lowercl" in table[0]:
        return {0.95: ("lowercl", "uppercl")}
    return {0.95: ("lower95_0cl", "upper95_0cl"), 0.998: ("lower99_8cl", "upper99_8cl")}


@pytest.mark.parametrize(
    ("workbook", "sheet", "interval_of", "size"),
    [
        ("testdata_Proportion", "testdata_Prop", wilson_interval, 19),
        ("testdata_Proportion", "testdata_Prop_g", wilson_interval, 11),
        ("testdata_Rate", "testdata_Rate", rate_interval, 20),
        ("testdata_Rate", "testdata_Rate_g", rate_interval, 12),
    ],
)
def test_every_row_of_proportions_and_rates_is_equal(workbook, sheet, interval_of, size):
    table = rows(workbook, sheet)
    assert len(table) == size
    x, n, multiplier = (column(table, name) for name in ("Numerator", "Denominator", "multiplier"))
    for confidence, (lower, upper) in bounds_of(table).items():
        ours = interval_of(x, n, confidence)
        assert_equal(ours.lower * multiplier, column(table, lower))
        assert_equal(ours.upper * multiplier, column(table, upper))


@pytest.mark.parametrize(("name", "confidence"), [("95%", 0.95), ("99.8%", 0.998)])
def test_every_row_of_byar_and_wilson_is_equal(name, confidence):
    table = [row for row in rows("testdata_Byars_Wilson", "testdata_B_W") if row["confidence"] == name]
    for method, most in (("Byars", 4), ("Wilson", 3)):
        part = [row for row in table if row["method"] == method]
        assert 3 <= len(part) <= most
        x, n = column(part, "x"), column(part, "n")
        ours = byar_interval(x, confidence) if method == "Byars" else wilson_interval(x, n, confidence)
        lower = column(part, "lowercl")
        assert_equal(ours.upper, column(part, "uppercl"))
        assert_equal(ours.lower, np.where(np.isnan(lower), 0, lower))  # blank in theirs, cut off at 0 in ours


def test_the_one_blank_lower_bound_is_of_one_event_at_high_confidence():
    table = rows("testdata_Byars_Wilson", "testdata_B_W")
    assert [(row["x"], row["confidence"]) for row in table if row["lowercl"] is None] == [(1, "99.8%")]
