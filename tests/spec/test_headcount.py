"""Headcount: people in post at the end, each once, however many posts they hold."""

from __future__ import annotations

from drawing import columns, drawn, period, rows, the_row

from keepwell.records.counting import event_flows, snapshot_flows
from keepwell.records.flows import Grouping

SEPTEMBER = period("2025-09", "2025-09")
STAFF = drawn("""
    2025-08:     A S
    one     RX1  N N
    two     RX1  N N
    two     RX2  N N
    new     RX2  . D
    gone    RX1  N .
    break   RX1  N -
""")


def test_three_people_hold_four_posts() -> None:
    row = the_row(snapshot_flows(STAFF, SEPTEMBER, Grouping()))
    assert columns(row, "headcount_at_start", "headcount_at_end") == (4, 3)


def test_in_each_organisation_a_person_counts_once() -> None:
    by_place = rows(snapshot_flows(STAFF, SEPTEMBER, Grouping(("organisation",))), "organisation")
    assert [columns(row, "organisation", "headcount_at_end") for row in by_place] == [("RX1", 2), ("RX2", 2)]


def test_with_a_contract_are_also_those_on_a_career_break() -> None:
    assert the_row(event_flows(STAFF, SEPTEMBER, Grouping()))["headcount_at_end"] == 4
