"""ESR leavers: who left when, why and where to; and what is not yet a leaving."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import OPTIONS, in_three_lines, leavers, left_out, load, read, rows_of, write

from keepwell.errors import DecisionNeeded, FileNotUnderstood
from keepwell.records.workspace import Workspace
from keepwell.sources import Reading


def rows(reading: Reading) -> list[dict[str, object]]:
    return rows_of(reading)["leavers"]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xls"])
def test_a_leaving_date_in_the_future_is_not_yet_a_leaving(kind: str, tmp_path: Path) -> None:
    ahead = leavers().with_cell(3, "Termination Date", OPTIONS.today + dt.timedelta(days=1))
    reading = read(write(ahead, tmp_path / f"a.{kind}"))
    assert left_out(reading) == {"a leaving date in the future: not yet left": [5]}


def test_a_leaving_date_today_is_a_leaving(tmp_path: Path) -> None:
    assert read(write(leavers().with_cell(3, "Termination Date", OPTIONS.today), tmp_path / "a.csv")).rows_taken == 30


@pytest.mark.parametrize("day", ["31/12/4712", "31/12/9999", "", ".", "not yet"])
def test_no_leaving_date_is_no_leaving(day: str, tmp_path: Path) -> None:
    reading = read(write(leavers().with_cell(3, "Termination Date", day), tmp_path / "a.csv"))
    assert left_out(reading) == {"no leaving date": [5]}


@pytest.mark.parametrize("day", ["01/01/1900", "13/03/2015"])
def test_a_leaving_before_the_start_or_long_ago_is_left_out(day: str, tmp_path: Path) -> None:
    reading = read(write(leavers().with_cell(3, "Termination Date", day), tmp_path / "a.csv"))
    assert list(left_out(reading).values()) == [[5]]
    assert str(reading.first_month) == "2025-01"


@pytest.mark.parametrize(
    "reason", ["voluntary resignation – work life balance", "Voluntary Resignation-Work Life Balance ."]
)
def test_reasons_are_brought_to_one_wording(reason: str, tmp_path: Path) -> None:
    reading = read(write(leavers().each("Leaving Reason", lambda _: reason), tmp_path / "a.csv"))
    assert {r["reason"] for r in rows(reading)} == {"Voluntary Resignation - Work Life Balance"}
    assert {r["voluntary"] for r in rows(reading)} == {True}


def test_a_reason_in_free_text_is_counted_as_not_known_and_kept_nowhere(tmp_path: Path) -> None:
    reading = read(write(leavers().with_cell(3, "Leaving Reason", "Fell out with Zzyzx"), tmp_path / "a.csv"))
    assert "Zzyzx" not in repr(rows_of(reading)) + repr(reading.remarks)
    assert any("1 reason for leaving not of ESR (row 5)" in remark for remark in reading.remarks)
    assert sum(r["reason"] == "Not recognised" for r in rows(reading)) == 1


def test_a_destination_in_free_text_is_kept_nowhere(tmp_path: Path) -> None:
    reading = read(write(leavers().with_cell(3, "Destination on Leaving", "Zzyzx & Sons"), tmp_path / "a.csv"))
    assert "Zzyzx" not in repr(rows_of(reading))


@pytest.mark.parametrize("mark", ["", ".", "-", "*"])
def test_no_reason_is_unknown(mark: str, tmp_path: Path) -> None:
    reading = read(write(leavers().each("Leaving Reason", lambda _: mark), tmp_path / "a.csv"))
    assert {r["reason"] for r in rows(reading)} == {"Unknown"}
    assert {r["reason_known"] for r in rows(reading)} == {False}


def test_two_posts_that_ended_on_one_day_are_one_leaver_with_the_reason_that_is_known(tmp_path: Path) -> None:
    one = leavers(people=1)
    other = one.with_cell(0, "FTE", 0.4).with_cell(0, "Leaving Reason", "Unknown")
    [leaver] = rows(read(write(replace(one, rows=[*other.rows, *one.rows]), tmp_path / "a.csv")))
    assert leaver["fte"] == pytest.approx(1.4)
    assert leaver["reason"] == "Voluntary Resignation - Work Life Balance"


def test_a_person_who_left_twice_is_two_leavers(tmp_path: Path) -> None:
    one = leavers(people=1)
    before = one.with_cell(0, "Termination Date", dt.date(2024, 5, 30))
    assert len(rows(read(write(replace(one, rows=[*before.rows, *one.rows]), tmp_path / "a.csv")))) == 2


def test_an_extract_of_people_who_have_all_yet_to_leave_is_refused(tmp_path: Path) -> None:
    path = write(leavers().each("Termination Date", lambda _: dt.date(2026, 1, 31)), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)
    assert "30 rows: a leaving date in the future" in in_three_lines(caught.value)


def test_an_extract_without_reasons_is_for_the_user_to_decide(tmp_path: Path) -> None:
    sound = leavers()
    headings = ["Leavng Reasn" if h == "Leaving Reason" else h for h in sound.headings]
    path, workspace = write(replace(sound, headings=headings), tmp_path / "a.csv"), Workspace(tmp_path / "w")
    with pytest.raises(DecisionNeeded) as caught:
        load(workspace, path)
    words = in_three_lines(caught.value)
    assert "a.csv has no column for the reason for leaving." in words
    assert '--column reason="Leavng Reasn"; --accept no-reason to go without' in words
    assert load(workspace, path, accept=frozenset({"no-reason"})).rows_taken == 30


def test_a_number_that_all_leavers_share_is_refused(tmp_path: Path) -> None:
    year = replace(leavers(), rows=[row for month in range(1, 10) for row in leavers(month, 5).rows])
    path = write(year.each("Employee Number", lambda _: 20_000_001), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="does not tell people apart") as caught:
        read(path)
    assert "1 number in 45 rows of RX1 " in in_three_lines(caught.value)
