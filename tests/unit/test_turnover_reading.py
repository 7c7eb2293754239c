"""Published turnover: counts by month, organisation and staff group, taken whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import OPTIONS, in_three_lines, left_out, read, rows_of, turnover, write

from keepwell.errors import FileNotUnderstood


def test_the_flows_of_a_month_are_in_one_row_for_each_organisation_and_staff_group(tmp_path: Path) -> None:
    [first, *others] = rows_of(read(write(turnover(), tmp_path / "a.csv")))["flows"]
    assert len(others) == 3
    assert (first["headcount_at_start"], first["headcount_at_end"], first["leavers"], first["joiners"]) == (
        1200, 1190, 10, 0,
    )  # fmt: skip
    assert (first["fte_at_start"], first["leavers_fte"]) == (1199.5, 9.5)


def test_a_period_of_a_year_is_refused(tmp_path: Path) -> None:
    path = write(turnover().each("PERIOD", lambda _: "202401 to 202501"), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="longer than a month"):
        read(path)


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("TYPE", "Stayers", "TYPE or PERIOD not one of those published"),
        ("PERIOD", "2025", "TYPE or PERIOD not one of those published"),
        ("REPORTING_ORG_CODE", "", "no organisation or no staff group"),
        ("REPORTING_ORG_CODE", "*", "no organisation or no staff group"),
        ("STAFF_GROUP_1_NAME", "-", "no organisation or no staff group"),
    ],
)
def test_a_row_that_cannot_be_placed_is_left_out_by_row_number(
    heading: str, cell: str, reason: str, tmp_path: Path
) -> None:
    reading = read(write(turnover().with_cell(5, heading, cell), tmp_path / "a.csv"))
    assert left_out(reading) == {reason: [7]}
    assert reading.rows_taken == reading.rows_read - 1


def test_two_rows_that_say_different_things_of_the_same_are_refused(tmp_path: Path) -> None:
    sound = turnover()
    again = sound.with_cell(0, "HC", 7).rows[0]
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(replace(sound, rows=[*sound.rows, again]), tmp_path / "a.csv"))
    assert "row 14" in in_three_lines(caught.value)


def test_staff_groups_without_their_total_are_warned_about(tmp_path: Path) -> None:
    sound = turnover()
    reading = read(write(replace(sound, rows=sound.rows[3:]), tmp_path / "a.csv"))
    assert [d.code for d in reading.decisions] == ["missing-totals"]


def test_a_heading_of_ones_own_is_named_with_column(tmp_path: Path) -> None:
    sound = turnover()
    path = write(replace(sound, headings=["Kind" if h == "TYPE" else h for h in sound.headings]), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="none of the formats"):
        read(path)
    named = read(path, replace(OPTIONS, columns={"type": "Kind"}))
    assert rows_of(named) == rows_of(read(write(sound, tmp_path / "b.csv")))
