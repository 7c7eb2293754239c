"""Retirement share: leavers recorded as retired / leavers; who came back is counted beside."""

from __future__ import annotations

from drawing import columns, drawn, in_period, leavers_drawn, period, the_row

from keepwell.measures.retirement_share import retirement_share
from keepwell.records.flows import Grouping

MARCH = period("2025-03", "2025-03")
LEAVERS = """
2025-03-14  next-day  RX1  Flexi Retirement
2025-03-31  last-day  RX1  Retirement Age
2025-03-31  month-6   RX1  Retirement Age
2025-03-31  month-7   RX1  Retirement Age
2025-03-10  elsewhere RX1  Retirement Age
2025-03-10  resigned  RX1  Voluntary Resignation - Promotion
"""
STAFF = """
2025-02:       F M A M J J A S O
next-day  RX1  N N N N N N N N N
last-day  RX1  N N . . . . . . .
month-6   RX1  N . . . . . . N N
month-7   RX1  N . . . . . . . N
elsewhere RX1  N . . . . . . . .
elsewhere RX2  . . N N N N N N N
resigned  RX1  N . N N N N N N N
"""


def test_two_of_five_retired_people_came_back() -> None:
    """To be in post on the last day, which is that of leaving, is not to be back; nor is the seventh month."""
    leavers = in_period(leavers_drawn(LEAVERS), MARCH)
    row = the_row(retirement_share(leavers, drawn(STAFF).spells, Grouping()))
    assert columns(row, "leavers", "retired", "retired_and_returned") == (6, 5, 2)
    assert row["retirement_share"] == 5 / 6


def test_who_came_back_is_counted_in_their_own_group() -> None:
    leavers = in_period(leavers_drawn(LEAVERS), MARCH)
    back = Grouping((), where=(("reason", ("Flexi Retirement",)),))
    row = the_row(retirement_share(leavers, drawn(STAFF).spells, back))
    assert columns(row, "leavers", "retired", "retired_and_returned") == (1, 1, 1)


def test_without_staff_records_nobody_can_say_who_came_back() -> None:
    row = the_row(retirement_share(in_period(leavers_drawn(LEAVERS), MARCH), None, Grouping()))
    assert columns(row, "retired", "retired_and_returned") == (5, None)
