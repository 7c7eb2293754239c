"""Share who left: leavers / staff at start, with the 95% interval of a share (Wilson)."""

from __future__ import annotations

import pytest
from drawing import published, rows

from keepwell.enquiries.asking import with_interval


def test_ten_of_a_hundred_may_be_6_to_17_percent() -> None:
    """Wilson for 10 of 100: 5.52 % to 17.44 %."""
    table = with_interval(published("2025-10", flows=[{"headcount_at_start": 100, "leavers": 10}]).to_pyarrow())
    (row,) = table.to_pylist()
    assert row["share_who_left"] == 0.1
    assert (row["lower_95"], row["upper_95"]) == pytest.approx((0.05523, 0.17437), abs=5e-6)


def test_nobody_of_ten_may_still_be_a_quarter() -> None:
    """Wilson for none of 10: 0 to 27.75 %. Few people tell little."""
    table = with_interval(published("2025-10", flows=[{"headcount_at_start": 10, "leavers": 0}]).to_pyarrow())
    (row,) = table.to_pylist()
    assert (row["share_who_left"], row["lower_95"]) == (0.0, 0.0)
    assert row["upper_95"] == pytest.approx(0.27753, abs=5e-6)


def test_without_staff_at_the_start_there_is_no_share() -> None:
    (row,) = rows(published("2025-10", flows=[{"headcount_at_end": 3}]), "month")
    assert row["headcount_at_start"] == 0
    table = with_interval(published("2025-10", flows=[{"headcount_at_end": 3}]).to_pyarrow())
    (row,) = table.to_pylist()
    assert (row["share_who_left"], row["lower_95"], row["upper_95"]) == (None, None, None)
