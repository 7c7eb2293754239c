"""Stability index: 1 - leavers / staff at start."""

from __future__ import annotations

import pytest
from drawing import drawn, period, published, the_row

from keepwell.measures.stability_index import stability_index
from keepwell.records.counting import snapshot_flows
from keepwell.records.flows import Grouping

YEAR = period("2024-10", "2025-09")
FIVE = """
2024-09:    S O N D J F M A M J J A S
a   RX1     N N N N N N N N N N N N N
b   RX1     N N N N N N N N N N N N N
c   RX1     N N . . N N N N N N N N N
d   RX1 0.5 N N N N N N N . . . . . .
e   RX1 0.5 N . . . . . . . . . . . .
x   RX1     . . . N N N N N N . . . .
f   RX1     . . . N N N N N N N N N N
"""


def test_three_of_five_are_still_here() -> None:
    """c went and came back, and is here; x and f were not here at the start."""
    assert the_row(stability_index(snapshot_flows(drawn(FIVE), YEAR, Grouping())))["stability_index"] == 0.6


def test_in_hours_more_of_them_are_still_here() -> None:
    row = the_row(stability_index(snapshot_flows(drawn(FIVE), YEAR, Grouping()), basis="fte"))
    assert row["stability_index"] == 1 - 1 / 4


def test_it_is_not_one_minus_the_leaver_rate() -> None:
    """Where staff grow the same leavers are a smaller share of the average than of those at the start."""
    row = the_row(stability_index(published("2025-10", flows=[{"headcount_at_start": 100, "leavers": 10}])))
    assert row["stability_index"] == pytest.approx(0.9)
    assert 10 / ((100 + 150) / 2) == 0.08


def test_nobody_at_the_start_is_no_stability() -> None:
    row = the_row(stability_index(published("2025-10", flows=[{"headcount_at_end": 5}])))
    assert row["stability_index"] is None
