"""Leaver rates from tables of counts: do they come to what a trust and the Data Dictionary published?

The counts of Leeds Community Healthcare are those of its annual report for 2024/25 (methodology G1.5). It printed
11.1 % for the year, over a narrower population than the headcounts beside it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, answer
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

HEADCOUNT = (3510, 3508, 3502, 3478, 3454, 3474, 3480, 3486, 3495, 3519, 3540, 3509)
LEAVERS = (24, 22, 31, 37, 36, 28, 30, 25, 19, 36, 20, 75)
PUBLISHED_MONTHLY = (0.007, 0.006, 0.009, 0.011, 0.010, 0.008, 0.009, 0.007, 0.006, 0.010, 0.006, 0.022)
APRIL = Month.parse("2024-04")


def asked(folder: Path, lines: list[str], enquiry: Enquiry) -> Released:
    path = folder / "counts.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    workspace = Workspace(folder / "workspace")
    options = ReadOptions(today=dt.date(2025, 11, 5))
    load_file(workspace, path, options, now=dt.datetime(2025, 11, 5, tzinfo=dt.UTC))
    return answer(workspace, enquiry)


def a_year() -> list[str]:
    months = zip(HEADCOUNT, LEAVERS, strict=True)
    return ["Month,Headcount,Leavers", *(f"{APRIL + i},{staff},{left}" for i, (staff, left) in enumerate(months))]


def test_a_year_is_the_leavers_summed_over_the_mean_of_the_months(tmp_path: Path) -> None:
    (row,) = asked(tmp_path, a_year(), Enquiry("leaver_rate", months=12)).rows()
    assert (row["leavers"], row["average_headcount"], row["month_ends"]) == (383, 3496.25, 12)
    assert row["leaver_rate"] == pytest.approx(0.109546, abs=5e-7)
    assert row["leaver_rate"] == pytest.approx(0.111, abs=0.002)  # as printed, of a narrower population


def test_start_against_end_would_be_another_number(tmp_path: Path) -> None:
    """10.9132 %: what this is not."""
    (row,) = asked(tmp_path, a_year(), Enquiry("leaver_rate", months=12)).rows()
    assert row["leaver_rate"] != pytest.approx(383 / 3509.5, abs=1e-4)
    assert abs(383 / 3509.5 - 0.109132) < 5e-7


def test_single_months_are_as_the_trust_printed_them(tmp_path: Path) -> None:
    """To a tenth of a percent; it printed two months a tenth higher, over its narrower population."""
    rows = asked(tmp_path, a_year(), Enquiry("leaver_rate", course=12)).rows()
    found = [row["leaver_rate"] for row in rows]
    assert found == pytest.approx(PUBLISHED_MONTHLY, abs=0.001)
    assert [row["month_ends"] for row in rows] == [1, *[2] * 11]
    assert found[0] == 24 / 3510
    assert found[8] == 19 / ((3486 + 3495) / 2)
    assert found[11] == 75 / ((3540 + 3509) / 2)


def test_the_data_dictionary_averages_start_and_end(tmp_path: Path) -> None:
    """150 at the start, 120 at the end: 135 on average, and 27 leavers are 20 % (methodology G1.1)."""
    lines = ["Month,Headcount,Leavers", "2012-02,150,0", "2012-03,120,27"]
    (row,) = asked(tmp_path, lines, Enquiry("leaver_rate")).rows()
    assert (row["headcount_at_start"], row["average_headcount"], row["leaver_rate"]) == (150, 135, 0.2)


def test_average_staff_of_the_published_headcounts_does_not_give_the_published_rates(tmp_path: Path) -> None:
    """G1.4: 94,739 over the average headcount is 7.847 %; the published 8.3 % leaves training doctors out."""
    lines = ["Month,Headcount,Leavers,Joiners", "2019-09,1197780,0,0", "2019-10,1216834,94739,113049"]
    (row,) = asked(tmp_path, lines, Enquiry("leaver_rate")).rows()
    assert row["leaver_rate"] == pytest.approx(0.07847, abs=5e-6)
    (row,) = answer(Workspace(tmp_path / "workspace"), Enquiry("joiners")).rows()
    assert row["joiners"] / row["average_headcount"] == pytest.approx(0.09364, abs=5e-6)
