"""Net change: at the end - at the start."""

from __future__ import annotations

import pytest
from drawing import columns, rows, the_row
from practice_drawing import people, practices

from keepwell.errors import EnquiryRefused
from keepwell.measures.net_change import net_change
from keepwell.periods import Month, Period
from keepwell.records.flows import Grouping
from keepwell.records.practice_counts import PracticeRecords

START, END = Month.parse("2023-09"), Month.parse("2024-09")
YEAR = Period(START + 1, END)
SHOWN = ("fte_at_start", "fte_at_end", "net_change", "net_change_share")


def two(before: str, after: str) -> tuple[PracticeRecords, PracticeRecords]:
    return practices(before, START, YEAR, "before"), practices(after, END, YEAR)


def test_five_full_time_gps_who_were_four_are_a_quarter_more() -> None:
    row = the_row(net_change(*two("A1 GP 5 4.0", "A1 GP 6 5.0"), Grouping(), "fte"))
    assert columns(row, *SHOWN) == (4, 5, 1, 0.25)


def test_a_practice_without_data_at_one_end_is_left_out_of_both() -> None:
    before, after = "A1 GP 5 4.0\nA2 GP 9 9.0\nA2 Nurses 2 2.0", "A1 GP 6 5.0\nA2 GP - -\nA2 Nurses 3 3.0"
    assert columns(the_row(net_change(*two(before, after), Grouping(), "fte")), *SHOWN[:3]) == (6, 8, 2)


def test_a_practice_that_closed_or_opened_counts() -> None:
    row = the_row(net_change(*two("A1 GP 5 4.0\nA2 GP 1 1.0", "A1 GP 5 4.0\nA3 GP 3 3.0"), Grouping(), "fte"))
    assert row["net_change"] == 2
    found = rows(net_change(*two("A1 GP 1 1.0", "A3 GP 3 3.0"), Grouping(("organisation",)), "fte"), "organisation")
    assert [columns(r, "organisation", "net_change") for r in found] == [("A1", -1), ("A3", 3)]


def test_headcounts_of_practices_are_not_added_up() -> None:
    both = two("A1 GP 5 4.0", "A1 GP 6 5.0")
    with pytest.raises(EnquiryRefused, match="must not be added up"):
        net_change(*both, Grouping(), "headcount")
    assert the_row(net_change(*both, Grouping(("organisation",)), "headcount"))["net_change"] == 1


def test_people_need_not_be_the_same_and_estimates_stand_apart() -> None:
    before = people("ann 1.0\nbob 1.0\n- 3.0 data_source=Estimated")
    after = people("x 0.5\ny 0.5\nz 0.5\ny 0.2 role=Locum")
    row = the_row(net_change(before, after, Grouping(), "headcount"))
    assert columns(row, "headcount_at_start", "headcount_at_end", "net_change") == (2, 3, 1)
    assert columns(row, "fte_estimated_at_start", "fte_estimated_at_end") == (3.0, 0.0)
