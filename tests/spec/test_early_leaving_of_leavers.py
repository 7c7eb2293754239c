"""Early leaving, of leavers: leavers with under 12 months of service / leavers whose service is known."""

from __future__ import annotations

from drawing import columns, drawn, period, the_row

from keepwell.measures.early_leaving_of_leavers import early_leaving_of_leavers
from keepwell.records.flows import Grouping

OCTOBER = period("2025-10", "2025-10")


def test_twelve_months_are_a_year_and_eleven_are_not() -> None:
    records = drawn("""
        2025-08:       A S O N
        month-12  RX1  N N . .  started=2024-10-31
        month-11  RX1  N N . .  started=2024-11-01
        years     RX1  N N . .  started=2003-02-01
        unknown   RX1  N N . .
        misdated  RX1  N N . .  started=2026-01-01
        stays     RX1  N N N N  started=2025-08-01
        later     RX1  N N N .  started=2025-08-01
        on-break  RX1  N N - -  started=2025-08-01
    """)
    row = the_row(early_leaving_of_leavers(records, OCTOBER, Grouping()))
    assert columns(row, "leavers", "leavers_under_1_year", "service_not_known") == (5, 1, 2)
    assert row["early_leaving_of_leavers"] == 1 / 3


def test_without_any_start_date_there_is_no_share() -> None:
    records = drawn("""
        2025-09:  S O
        ann  RX1  N .
        bob  RX1  N N
    """)
    row = the_row(early_leaving_of_leavers(records, OCTOBER, Grouping()))
    assert columns(row, "leavers", "service_not_known", "early_leaving_of_leavers") == (1, 1, None)


def test_a_group_that_nobody_left_has_no_row_and_is_known_all_the_same() -> None:
    records = drawn("""
        2025-09:  S O
        ann  RX1  N .
        bob  RX1  D D
    """)
    doctors = Grouping((), where=(("staff_group", ("D",)),))
    assert early_leaving_of_leavers(records, OCTOBER, doctors).to_pyarrow().num_rows == 0
