"""Leavers: people in post at the start of the period who are not in post at its end.

In post at the end is at close of the period's last day; who works the last day and no more has left.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from drawing import columns, drawn, period, rows

from keepwell.enquiries import Enquiry, answer
from keepwell.periods import Month
from keepwell.records.counting import snapshot_flows
from keepwell.records.flows import Grouping
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

STAFF_LIST = """Employee Number,Start Date,End Date,Organisation,Staff Group,FTE
feb-last,2020-01-01,2025-02-28,RX1,N,1.0
march-first,2020-01-01,2025-03-01,RX1,N,1.0
march-last,2020-01-01,2025-03-31,RX1,N,1.0
april-first,2020-01-01,2025-04-01,RX1,N,1.0
starts-first,2025-03-01,,RX1,N,1.0
starts-last,2025-03-31,,RX1,N,1.0
starts-april,2025-04-01,,RX1,N,1.0
in-and-out,2025-03-03,2025-03-28,RX1,N,1.0
stays,2020-01-01,,RX1,N,1.0
ends-later,2020-01-01,2025-06-30,RX1,N,1.0
ended-before,2020-01-01,2025-01-10,RX1,N,1.0
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    file = tmp_path / "staff_list.csv"
    file.write_text(STAFF_LIST, "utf-8")
    workspace = Workspace(tmp_path / "workspace")
    options = ReadOptions(today=dt.date(2025, 6, 30), key=PersonKey(b"k" * 32), month=Month.parse("2025-05"))
    load_file(workspace, file, options, now=dt.datetime(2025, 6, 30, tzinfo=dt.UTC))
    return workspace


@pytest.mark.parametrize(
    ("end", "start", "joiners", "leavers", "at_end"),
    [
        ("2025-02", 6, 0, 1, 5),  # feb-last
        ("2025-03", 5, 2, 2, 5),  # march-first and march-last; starts-first and starts-last
        ("2025-04", 5, 1, 1, 5),  # april-first; starts-april
    ],
)
@pytest.mark.parametrize("method", ["snapshot", "event"])
def test_the_first_and_the_last_day_belong_to_the_period(
    workspace: Workspace, method: str, end: str, start: int, joiners: int, leavers: int, at_end: int
) -> None:
    (row,) = answer(workspace, Enquiry("leavers", end=Month.parse(end), months=1, method=method)).rows()
    found = columns(row, "headcount_at_start", "joiners", "leavers", "headcount_at_end")
    assert found == (start, joiners, leavers, at_end)


def test_a_leaver_counts_in_the_group_held_at_the_start() -> None:
    records = drawn("""
        2024-09:  S O N D J F M A M J J A S
        ann  RX1  N N N N A A A A . . . . .
        bob  RX1  A A A A A A A A A A A A A
    """)
    admin, nurses = rows(
        snapshot_flows(records, period("2024-10", "2025-09"), Grouping(("staff_group",))), "staff_group"
    )
    assert columns(admin, "staff_group", "headcount_at_start", "leavers") == ("A", 1, 0)
    assert columns(nurses, "staff_group", "headcount_at_start", "leavers") == ("N", 1, 1)


def test_a_group_that_nobody_left_can_be_chosen() -> None:
    records = drawn("""
        2025-08:  A S
        ann  RX1  N .
        bob  RX1  D D
    """)
    chosen = Grouping((), where=(("staff_group", ("D",)),))
    (row,) = rows(snapshot_flows(records, period("2025-09", "2025-09"), chosen), "period_end")
    assert columns(row, "headcount_at_start", "headcount_at_end", "leavers") == (1, 1, 0)
