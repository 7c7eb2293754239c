"""Joiners: people in post at the end of the period who were not in post at its start."""

from __future__ import annotations

from drawing import columns, drawn, period, rows, the_row

from keepwell.records.counting import event_flows, snapshot_flows
from keepwell.records.flows import Grouping

STAFF = """
2025-06:          J J A S
stays        RX1  N N N N
comes-july   RX1  . N N N
comes-sept   RX1  . . . N
here-a-month RX1  . N . .
comes-back   RX1  N . . N
moves        RX1  N N . .
moves        RX2  . . N N
"""
QUARTER = period("2025-07", "2025-09")


def test_two_people_are_here_who_were_not() -> None:
    row = the_row(snapshot_flows(drawn(STAFF), QUARTER, Grouping(), "system"))
    assert columns(row, "headcount_at_start", "joiners", "leavers", "headcount_at_end") == (3, 2, 0, 5)


def test_four_arrivals_were_seen_and_two_departures() -> None:
    row = the_row(event_flows(drawn(STAFF), QUARTER, Grouping(), "system"))
    assert columns(row, "headcount_at_start", "joiners", "leavers", "headcount_at_end") == (3, 4, 2, 5)


def test_a_mover_joins_the_new_organisation() -> None:
    first, second = rows(snapshot_flows(drawn(STAFF), QUARTER, Grouping(("organisation",))), "organisation")
    assert columns(first, "organisation", "joiners", "leavers") == ("RX1", 2, 1)
    assert columns(second, "organisation", "joiners", "leavers") == ("RX2", 1, 0)
