"""Early leaving, of starters: starters gone within 12 months / starters."""

from __future__ import annotations

from drawing import columns, drawn, period, rows, the_row

from keepwell.measures.early_leaving_of_starters import early_leaving_of_starters
from keepwell.records.flows import Grouping

OCTOBER = period("2025-10", "2025-10")  # whose starters of October 2024 have been followed for 12 months
STARTERS = """
2024-09:          S O N D J F M A M J J A S O N
first-month  RX1  . N . . . . . . . . . . . . .
month-12     RX1  . N N N N N N N N N N N N . .
month-13     RX1  . N N N N N N N N N N N N N .
still-here   RX1  . N N N N N N N N N N N N N N
on-a-break   RX1  . N N N N N N N - - - - - - -
came-back    RX1  . N N . . N N N N N N N N N N
was-here     RX1  N . . . . . . . . . . . . . .
too-late     RX1  . . N N . . . . . . . . . . .
before       RX1  N N N N N N N N N . . . . . .
"""


def test_three_of_six_starters_were_gone_within_12_months() -> None:
    """The twelfth month counts, the thirteenth does not; who came back had left all the same."""
    row = the_row(early_leaving_of_starters(drawn(STARTERS), OCTOBER, Grouping()))
    assert columns(row, "starters", "starters_gone", "early_leaving_of_starters") == (6, 3, 0.5)


def test_who_was_there_in_the_first_month_loaded_is_no_starter() -> None:
    earlier = period("2025-09", "2025-09")
    assert rows(early_leaving_of_starters(drawn(STARTERS), earlier, Grouping()), "period_end") == []


def test_a_year_has_the_starters_of_the_year_before() -> None:
    row = the_row(early_leaving_of_starters(drawn(STARTERS), period("2024-12", "2025-11"), Grouping()))
    assert columns(row, "starters", "starters_gone") == (7, 4)


def test_who_starts_again_counts_once() -> None:
    """came-back started in October and again in February."""
    row = the_row(early_leaving_of_starters(drawn(STARTERS), period("2025-10", "2026-02"), Grouping()))
    assert columns(row, "starters", "starters_gone") == (7, 4)


def test_to_move_to_another_organisation_is_to_leave_the_first() -> None:
    records = drawn("""
        2024-09:  S O N D J F M A M J J A S O
        ann  RX1  . N N N . . . . . . . . . .
        ann  RX2  . . . . N N N N N N N N N N
        bob  RX2  . N N N N N N N N N N N N N
    """)
    by_place = rows(early_leaving_of_starters(records, OCTOBER, Grouping(("organisation",))), "organisation")
    assert [columns(row, "organisation", "starters", "starters_gone") for row in by_place] == [
        ("RX1", 1, 1),
        ("RX2", 1, 0),
    ]
