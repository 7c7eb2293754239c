"""Share who left: leavers / staff at start, with its exact 95% interval (Clopper and Pearson)."""

from __future__ import annotations

import pytest
from drawing import published, rows

from keepwell.enquiries.asking import with_interval


def test_ten_of_a_hundred_may_be_6_to_17_percent() -> None:
    """Clopper and Pearson for 10 of 100: 4.90 % to 17.62 %."""
    table = with_interval(published("2025-10", flows=[{"headcount_at_start": 100, "leavers": 10}]).to_pyarrow())
    (row,) = table.to_pylist()
    assert row["share_who_left"] == 0.1
    assert (row["lower_95"], row["upper_95"]) == pytest.approx((0.04900, 0.17622), abs=5e-6)


def test_nobody_of_ten_may_still_be_a_quarter() -> None:
    """None of 10: 0 to 30.85 %. Few people tell little."""
    table = with_interval(published("2025-10", flows=[{"headcount_at_start": 10, "leavers": 0}]).to_pyarrow())
    (row,) = table.to_pylist()
    assert (row["share_who_left"], row["lower_95"]) == (0.0, 0.0)
    assert row["upper_95"] == pytest.approx(0.30850, abs=5e-6)


def test_without_staff_at_the_start_there_is_no_share() -> None:
    (row,) = rows(published("2025-10", flows=[{"headcount_at_end": 3}]), "month")
    assert row["headcount_at_start"] == 0
    table = with_interval(published("2025-10", flows=[{"headcount_at_end": 3}]).to_pyarrow())
    (row,) = table.to_pylist()
    assert (row["share_who_left"], row["lower_95"], row["upper_95"]) == (None, None, None)


def test_one_leaver_of_ten_does_not_stand_above_one_in_a_hundred() -> None:
    """By Wilson the lower end is 1.8 %; but one or more of ten leave 9 times in 100 where the share is 0.9 %."""
    table = with_interval(published("2025-10", flows=[{"headcount_at_start": 10, "leavers": 1}]).to_pyarrow())
    assert table.to_pylist()[0]["lower_95"] == pytest.approx(0.00253, abs=5e-6)
