"""Records complete: people with none of the gaps / people in post."""

from __future__ import annotations

from drawing import columns, drawn, period, the_row

from keepwell.measures.records_complete import records_complete
from keepwell.records.flows import Grouping

SEPTEMBER = period("2025-09", "2025-09")
GAPS = ("staff_group_not_known", "fte_odd", "started_not_known", "birth_not_known")


def test_two_of_six_records_are_complete() -> None:
    """1.2 FTE is the most that is believed; who has two gaps counts in both and once."""
    records = drawn("""
        2025-09:            S
        complete  RX1 1.2   N  started=2020-01-01 birth_month=1980-01
        complete2 RX1 0.1   N  started=2020-01-01 birth_month=1980-01
        too-much  RX1 1.21  N  started=2020-01-01 birth_month=1980-01
        no-hours  RX1 0.0   N  started=2020-01-01 birth_month=1980-01
        no-start  RX1       N  birth_month=1980-01
        nothing   RX1       N
        on-break  RX1       -
    """)
    row = the_row(records_complete(records, SEPTEMBER, Grouping()))
    assert columns(row, "headcount_at_end", *GAPS) == (6, 0, 2, 2, 1)
    assert row["records_complete"] == 2 / 6


def test_a_gap_in_one_of_two_organisations_is_a_gap() -> None:
    records = drawn("""
        2025-09:  S
        ann  RX1  N  started=2020-01-01 birth_month=1980-01
        ann  RX2  N  started=2020-01-01
    """)
    row = the_row(records_complete(records, SEPTEMBER, Grouping()))
    assert columns(row, "headcount_at_end", "birth_not_known", "records_complete") == (1, 1, 0.0)
