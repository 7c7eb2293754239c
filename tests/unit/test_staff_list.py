"""A plain staff list: who held which post from when to when, and for how long back it is whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import GROUPS, OPTIONS, Draft, in_three_lines, left_out, load, read, rows_of, write
from by_hand import staff_list as staff_list_without_groups

from keepwell.errors import DecisionNeeded, FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import Reading
from keepwell.sources.loading import check_file


def staff_list(month: int = 1, people: int = 30) -> Draft:
    """The list by hand, with a column for the staff group: without it nothing is loaded before it is decided."""
    bare = staff_list_without_groups(month, people)
    rows = [[*row, GROUPS[i % 3]] for i, row in enumerate(bare.rows)]
    return replace(bare, headings=[*bare.headings, "Staff Group"], rows=rows)


def in_post(reading: Reading, month: str) -> int:
    index = Month.parse(month).index
    return sum(row["month"] == index for row in rows_of(reading)["positions"])


def people(*posts: tuple[str, object, object]) -> Draft:
    headings = ["Staff ID", "Start Date", "End Date", "Organisation Code"]
    return Draft(headings, [[who, start, end, "RX1"] for who, start, end in posts])  # type: ignore[list-item]


def test_the_last_day_in_post_is_a_leaving_of_its_month(tmp_path: Path) -> None:
    posts = people(
        ("a", "2020-01-01", "2025-03-31"), ("b", "2020-01-01", "2025-03-01"), ("c", "2020-01-01", ""), ("d", "2025-05-02", "")
    )  # fmt: skip
    reading = read(write(posts, tmp_path / "a.csv"))
    assert (str(reading.first_month), str(reading.last_month)) == ("2025-02", "2025-04")
    assert [in_post(reading, m) for m in ("2025-02", "2025-03", "2025-04")] == [3, 1, 1]


def test_somebody_who_starts_on_the_last_day_of_a_month_is_in_post_at_its_end(tmp_path: Path) -> None:
    posts = people(("a", "2025-01-31", ""), ("b", "2020-01-01", "2025-01-15"), ("c", "2025-03-01", ""))
    reading = read(write(posts, tmp_path / "a.csv"))
    assert [in_post(reading, m) for m in ("2024-12", "2025-01", "2025-02")] == [1, 1, 1]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xls"])
def test_an_end_in_the_future_is_still_in_post(kind: str, tmp_path: Path) -> None:
    ahead = staff_list().with_cell(1, "End Date", dt.date(2026, 3, 31))
    reading = read(write(ahead, tmp_path / f"a.{kind}"))
    assert rows_of(reading) == rows_of(read(write(staff_list(), tmp_path / "b.csv")))


@pytest.mark.parametrize("end", ["31/12/4712", "31/12/9999", ".", "n/a"])
def test_an_end_that_stands_for_none_is_none(end: str, tmp_path: Path) -> None:
    reading = read(write(staff_list().with_cell(1, "End Date", end), tmp_path / "a.csv"))
    assert rows_of(reading) == rows_of(read(write(staff_list(), tmp_path / "b.csv")))


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("Start Date", "", "no start date that can be believed"),
        ("Start Date", "01/01/1900", "no start date that can be believed"),
        ("Start Date", "2026-01-31", "starts in the future"),
        ("End Date", "2001-01-31", "ends before it starts"),
        ("Staff ID", "", "no person's number"),
        ("Organisation Code", "", "no organisation"),
    ],
)
def test_a_row_that_cannot_be_is_left_out_by_row_number(heading: str, cell: str, reason: str, tmp_path: Path) -> None:
    assert left_out(read(write(staff_list().with_cell(1, heading, cell), tmp_path / "a.csv"))) == {reason: [3]}


def test_two_digit_years_of_a_start_are_not_in_the_future(tmp_path: Path) -> None:
    posts = people(("a", "14-Mar-98", ""), ("b", "14-Mar-98", "15-Jan-25"), ("c", "01-Mar-25", ""))
    assert read(write(posts, tmp_path / "a.csv")).rows_taken == 3


def test_a_list_with_reasons_for_leaving_is_no_leavers_extract_as_long_as_most_are_in_post(tmp_path: Path) -> None:
    listed = staff_list()
    rows = [[*r, "Retirement Age" if r[3] else None] for r in listed.rows]
    path = write(replace(listed, headings=[*listed.headings, "Leaving Reason"], rows=rows), tmp_path / "a.csv")
    assert check_file(_nowhere(tmp_path), path, OPTIONS).source.name == "staff_list"
    gone = [r for r in rows if r[3]]
    path = write(replace(listed, headings=[*listed.headings, "Leaving Reason"], rows=gone), tmp_path / "b.csv")
    assert check_file(_nowhere(tmp_path), path, OPTIONS).source.name == "esr_leavers"


def _nowhere(tmp_path: Path):  # type: ignore[no-untyped-def]
    from keepwell.records.workspace import Workspace

    return Workspace(tmp_path / "nowhere")


def test_headings_of_any_system_are_named_with_column(tmp_path: Path) -> None:
    sound = staff_list()
    odd = replace(sound, headings=["Who", "Surname", "Von", "Bis", "Haus", "Ort", "Stufe", "Anteil", "Staff Group"])
    columns = dict(
        zip(
            ("person", "start", "end", "organisation", "unit", "band", "fte"), ("Who", *odd.headings[2:-1]), strict=True
        )
    )
    reading = read(write(odd, tmp_path / "a.csv"), replace(OPTIONS, columns=columns))
    assert rows_of(reading) == rows_of(read(write(sound, tmp_path / "b.csv")))


def test_month_says_to_when_a_list_is_whole(tmp_path: Path) -> None:
    path = write(staff_list(), tmp_path / "a.csv")
    assert str(read(path, replace(OPTIONS, month=Month.parse("2025-06"))).last_month) == "2025-06"


def test_a_list_of_posts_that_nobody_holds_at_a_months_end_is_refused(tmp_path: Path) -> None:
    path = write(people(("a", "2025-03-03", "2025-03-20")), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood):
        read(path)


def test_a_list_without_staff_group_and_fte_is_for_the_user_to_decide(tmp_path: Path) -> None:
    path, workspace = write(staff_list_without_groups().without("FTE"), tmp_path / "a.csv"), Workspace(tmp_path / "w")
    with pytest.raises(DecisionNeeded) as caught:
        load(workspace, path)
    assert "--accept no-staff-group --accept no-fte" in in_three_lines(caught.value)
    assert load(workspace, path, accept=frozenset({"no-staff-group", "no-fte"})).rows_taken == 31


def test_a_list_most_of_whose_starts_lie_ahead_is_refused(tmp_path: Path) -> None:
    path = write(staff_list().each("Start Date", lambda _: dt.date(2031, 2, 1)), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="Start Date most of which cannot be read") as caught:
        read(path)
    in_three_lines(caught.value)


def test_a_number_that_all_on_a_list_share_is_refused(tmp_path: Path) -> None:
    path = write(staff_list().each("Staff ID", lambda _: "P1"), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="does not tell people apart") as caught:
        read(path)
    in_three_lines(caught.value)
