"""Reasons known: leavers whose reason tells why / leavers."""

from __future__ import annotations

from drawing import columns, in_period, leavers_drawn, period, the_row

from keepwell.measures.reasons_known import reasons_known
from keepwell.records.flows import Grouping


def test_of_five_leavers_two_told_why() -> None:
    """That somebody resigned is not why."""
    leavers = leavers_drawn("""
        2025-10-01  ann  RX1  Retirement Age
        2025-10-02  bob  RX1  Voluntary Resignation - Health
        2025-10-03  cy   RX1  Voluntary Resignation - Other/Not Known
        2025-10-04  dee  RX1  Unknown
        2025-10-31  eve  RX1  Not Set in Legacy at Migration
        2025-11-01  fay  RX1  Retirement Age
    """)
    row = the_row(reasons_known(in_period(leavers, period("2025-10", "2025-10")), Grouping()))
    assert columns(row, "leavers", "reason_unknown", "reason_other_or_not_known") == (5, 2, 1)
    assert row["reasons_known"] == 2 / 5
