"""Joiner rate: joiners / mean(staff at start, staff at end)."""

from __future__ import annotations

from drawing import drawn, period, the_row

from keepwell.measures.joiner_rate import joiner_rate
from keepwell.records.counting import event_flows, snapshot_flows
from keepwell.records.flows import Grouping

STAFF = """
2024-09:        S O N D J F M A M J J A S
stays   RX1     N N N N N N N N N N N N N
comes   RX1 0.5 . . . . N N N N N N N N N
in-out  RX1     . N N . . . . . . . . . .
back    RX1     - - - - - - N N N N N N N
goes    RX1     N N N N N N N N N N N N .
"""
YEAR = period("2024-10", "2025-09")


def test_two_of_two_and_a_half_people_joined_by_snapshot() -> None:
    """2 at the start, 3 at the end; who came back from a career break was not in post."""
    row = the_row(joiner_rate(snapshot_flows(drawn(STAFF), YEAR, Grouping())))
    assert row["joiners"] == 2
    assert row["joiner_rate"] == 2 / 2.5


def test_by_event_the_career_break_is_no_joining_and_the_short_stay_is() -> None:
    """3 with a contract at either end."""
    row = the_row(joiner_rate(event_flows(drawn(STAFF), YEAR, Grouping())))
    assert row["joiners"] == 2
    assert row["joiner_rate"] == 2 / 3


def test_on_the_fte_basis_the_joiners_hours_count() -> None:
    row = the_row(joiner_rate(snapshot_flows(drawn(STAFF), YEAR, Grouping()), basis="fte"))
    assert row["joiners_fte"] == 1.5
    assert row["joiner_rate"] == 1.5 / 2.25
