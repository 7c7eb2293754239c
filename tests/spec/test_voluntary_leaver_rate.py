"""Voluntary leaver rate: voluntary resignations / mean(staff at start, staff at end)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import ibis
from drawing import Row, columns, drawn, in_period, leavers_drawn, period, rows, the_row

from keepwell.enquiries import Enquiry, answer
from keepwell.measures.voluntary_leaver_rate import voluntary_leaver_rate
from keepwell.periods import Month
from keepwell.records.counting import event_flows
from keepwell.records.flows import Grouping
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

OCTOBER = period("2025-10", "2025-10")
STAFF = drawn("""
    2025-09:       S O
    a         RX1  N .
    b         RX1  N .
    c         RX1  D .
    d         RX1  D .
    stays     RX1  N N
    stays-too RX1  A A
""")
LEAVERS = """
2025-10-01  a  RX1  Voluntary Resignation - Health           [staff_group=N]
2025-10-31  b  RX1  Unknown                                  [staff_group=N]
2025-10-02  c  RX1  End of Fixed Term Contract               [staff_group=D]
2025-10-03  d  RX1  Voluntary Resignation - Other/Not Known  [staff_group=D]
2025-11-01  e  RX1  Voluntary Resignation - Promotion        [staff_group=N]
"""


def rate(by: tuple[str, ...] = (), where: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> list[Row]:
    grouping = Grouping(by, where)
    staff = event_flows(STAFF, OCTOBER, grouping).select(
        "period_start", "period_end", *grouping.shown, "headcount_at_start", "headcount_at_end"
    )
    return rows(voluntary_leaver_rate(in_period(leavers_drawn(LEAVERS), OCTOBER), staff, grouping), *by)


def test_two_of_four_on_average_resigned_and_three_at_most() -> None:
    """6 became 2. Who resigned for no stated reason did resign; whose reason is not known may have."""
    (row,) = rate()
    assert columns(row, "leavers", "leavers_voluntary", "leavers_reason_unknown", "leavers_not_voluntary") == (
        4,
        2,
        1,
        1,
    )
    assert columns(row, "voluntary_leaver_rate", "highest_voluntary_leaver_rate") == (2 / 4, 3 / 4)


def test_a_group_that_nobody_left_has_a_rate_of_nought() -> None:
    admin, doctors, nurses = rate(("staff_group",))
    assert columns(admin, "staff_group", "leavers", "voluntary_leaver_rate") == ("A", 0, 0.0)
    assert columns(doctors, "staff_group", "leavers_voluntary", "voluntary_leaver_rate") == ("D", 1, 1.0)
    assert columns(nurses, "staff_group", "leavers_voluntary", "voluntary_leaver_rate") == ("N", 1, 1 / 2)
    (chosen,) = rate((), (("staff_group", ("A",)),))
    assert columns(chosen, "leavers", "voluntary_leaver_rate") == (0, 0.0)


def test_leavers_of_a_group_without_staff_at_either_end_are_not_lost() -> None:
    """Who came and left in between, in a ward of their own: leavers, and no rate."""
    in_between = leavers_drawn("2025-10-15  x  RX1  Voluntary Resignation - Health  [staff_group=X]")
    grouping = Grouping(("staff_group",))
    staff = event_flows(STAFF, OCTOBER, grouping).select(
        "period_start", "period_end", "staff_group", "headcount_at_start", "headcount_at_end"
    )
    last = rows(voluntary_leaver_rate(in_period(in_between, OCTOBER), staff, grouping), "staff_group")[-1]
    assert columns(last, "staff_group", "headcount_at_start", "leavers", "voluntary_leaver_rate") == ("X", 0, 1, None)
    assert last["period_end"] == the_row(OCTOBER.select(end=ibis._.period_end))["end"]


STAFF_IN_POST = """Month,Employee Number,Organisation Code,Staff Group,FTE
2025-09,1,RX1,N,1.0
2025-09,2,RX1,N,1.0
2025-10,2,RX1,N,1.0
2025-10,3,RX1,N,1.0
"""
LEAVERS_OF_TWO = """Employee Number,Organisation Code,Staff Group,Termination Date,Leaving Reason
1,RX1,N,2025-10-15,Voluntary Resignation - Health
8,RX2,N,2025-10-15,Voluntary Resignation - Health
9,RX2,N,2025-10-16,Voluntary Resignation - Health
"""


def test_leavers_of_an_organisation_whose_staff_are_not_loaded_are_left_out_and_said(tmp_path: Path) -> None:
    """Else three leavers would stand over the staff of one organisation of the two."""
    workspace = Workspace(tmp_path / "workspace")
    for name, text in (("staff.csv", STAFF_IN_POST), ("leavers.csv", LEAVERS_OF_TWO)):
        (tmp_path / name).write_text(text, "utf-8")
        options = ReadOptions(today=dt.date(2025, 11, 30), key=PersonKey(b"k" * 32))
        load_file(workspace, tmp_path / name, options, now=dt.datetime(2025, 11, 30, tzinfo=dt.UTC))
    released = answer(workspace, Enquiry("voluntary_leaver_rate", end=Month.parse("2025-10"), months=1))
    (row,) = released.rows()
    assert columns(row, "leavers", "headcount_at_start", "headcount_at_end", "voluntary_leaver_rate") == (1, 2, 2, 0.5)
    assert any("1 organisation left out" in note and "RX2" in note for note in released.notes)
