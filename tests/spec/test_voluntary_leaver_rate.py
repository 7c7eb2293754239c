"""Voluntary leaver rate: voluntary resignations / mean(staff at start, staff at end)."""

from __future__ import annotations

import ibis
from drawing import Row, columns, drawn, in_period, leavers_drawn, period, rows, the_row

from keepwell.measures.voluntary_leaver_rate import voluntary_leaver_rate
from keepwell.records.counting import event_flows
from keepwell.records.flows import Grouping

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
