"""A workspace that an earlier version filled is read by this one, with the same numbers."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, answer
from keepwell.periods import Month
from keepwell.records.audiences import kept, ledger
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.reports.tables import as_csv
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

HERE = Path(__file__).parent


@pytest.fixture
def old(tmp_path: Path) -> Workspace:
    shutil.copytree(HERE / "workspace-0.1.0", tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


def test_its_numbers_are_those_it_gave_then(old: Workspace) -> None:
    row = answer(old, Enquiry("leaver_rate")).rows()[0]
    assert (row["headcount_at_start"], row["headcount_at_end"], row["joiners"], row["leavers"]) == (253, 255, 36, 34)
    assert row["leaver_rate"] == 34 / 254
    known = answer(old, Enquiry("reasons_known", end=Month.parse("2025-10"))).rows()[0]
    assert (known["leavers"], known["reason_unknown"], known["reason_other_or_not_known"]) == (40, 6, 8)


def test_its_older_vintages_can_still_be_asked_for(old: Workspace) -> None:
    then = answer(old, Enquiry("headcount", months=1, vintage=2)).rows()[0]
    assert then["period_end"] == dt.date(2024, 10, 31)


def test_the_next_month_loads_on_top_and_people_are_followed(old: Workspace) -> None:
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    load_file(old, HERE / "next-month.csv", options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    row = answer(old, Enquiry("leaver_rate", months=1)).rows()[0]
    assert row["period_end"] == dt.date(2025, 10, 31)
    assert row["leavers"] < 15  # with another key all 255 would seem to have left


@pytest.fixture
def second(tmp_path: Path) -> Workspace:
    shutil.copytree(HERE / "workspace-0.2.0", tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


def test_the_numbers_of_0_2_0_are_those_it_gave_then(second: Workspace) -> None:
    row = answer(second, Enquiry("leaver_rate", source="esr_staff_in_post")).rows()[0]
    assert (row["headcount_at_start"], row["headcount_at_end"], row["joiners"], row["leavers"]) == (653, 659, 75, 69)
    sick = answer(second, Enquiry("sickness_absence_rate", source="absence_extract", months=12)).rows()[0]
    assert sick["sickness_absence_rate"] == pytest.approx(0.050590689921909966, rel=1e-12)
    posts = answer(second, Enquiry("vacancy_rate", months=1)).rows()[0]
    assert posts["vacancy_rate"] == pytest.approx(66.25 / 648, rel=1e-12)


def test_an_audience_of_0_2_0_is_shown_what_it_has_had(second: Workspace) -> None:
    (had,) = ledger(second.current(), "the board")
    before = kept(second, had.file).read_bytes()
    again = as_csv(answer(second, Enquiry("leaver_rate", by=("staff_group",), audience="the board")))
    assert again.encode() == before
    assert ",,," in again  # some of it is hidden
