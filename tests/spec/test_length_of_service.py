"""Length of service: the median of years since the recorded start, of those in post at the end."""

from __future__ import annotations

from drawing import columns, drawn, period, the_row

from keepwell.measures.length_of_service import length_of_service
from keepwell.records.flows import Grouping

SEPTEMBER = period("2025-09", "2025-09")
BANDS = ("0_to_1", "1_to_2", "2_to_5", "5_to_10", "10_to_20", "20_or_more")


def test_a_band_begins_with_the_month_in_which_the_years_are_whole() -> None:
    records = drawn("""
        2025-08:           A S
        eleven-months RX1  N N  started=2024-10-01
        one-year      RX1  N N  started=2024-09-30
        two           RX1  N N  started=2023-09-01
        five          RX1  N N  started=2020-09-15
        nearly-ten    RX1  N N  started=2015-10-01
        twenty        RX1  N N  started=2005-09-01
        thirty        RX1  N N  started=1995-09-01
        not-known     RX1  N N
        ahead         RX1  N N  started=2025-10-01
        on-a-break    RX1  N -  started=1990-01-01
        gone          RX1  N .  started=1990-01-01
    """)
    row = the_row(length_of_service(records, SEPTEMBER, Grouping()))
    assert columns(row, "headcount_at_end", "service_not_known") == (9, 2)
    assert columns(row, *(f"service_{band}" for band in BANDS)) == (1, 1, 1, 2, 0, 2)
    assert row["length_of_service"] == 5.0


def test_the_median_of_two_lies_between_them() -> None:
    records = drawn("""
        2025-09:   S
        three RX1  N  started=2022-09-01
        six   RX1  N  started=2019-09-01
    """)
    assert the_row(length_of_service(records, SEPTEMBER, Grouping()))["length_of_service"] == 4.5
