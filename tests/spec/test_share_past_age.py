"""Share past an age: people of the age or over / people whose age is known."""

from __future__ import annotations

import pytest
from drawing import columns, drawn, period, the_row

from keepwell.measures.share_past_age import share_past_age, state_pension_month
from keepwell.periods import Month
from keepwell.records.flows import Grouping

OCTOBER = period("2025-10", "2025-10")


def test_an_age_is_reached_in_the_month_of_the_birthday() -> None:
    records = drawn("""
        2025-09:       S O
        just-55   RX1  N N  birth_month=1970-10
        not-55    RX1  N N  birth_month=1970-11
        just-60   RX1  N N  birth_month=1965-10
        not-60    RX1  N N  birth_month=1965-11
        just-65   RX1  N N  birth_month=1960-10
        just-66   RX1  N N  birth_month=1959-10
        ninety-6  RX1  N N  birth_month=1929-10
        unknown   RX1  N N
        on-break  RX1  N -  birth_month=1950-01
    """)
    row = the_row(share_past_age(records, OCTOBER, Grouping()))
    assert columns(row, "headcount_at_end", "age_not_known") == (8, 1)
    assert columns(row, "past_55", "past_60", "past_65", "past_state_pension_age") == (6, 4, 3, 2)
    assert row["share_past_age"] == row["share_past_55"] == 6 / 7
    assert row["share_past_state_pension_age"] == 2 / 7


def test_who_is_known_in_one_of_two_organisations_is_known() -> None:
    records = drawn("""
        2025-10:  O
        ann  RX1  N  birth_month=1960-01
        ann  RX2  N
        bob  RX1  N
    """)
    row = the_row(share_past_age(records, OCTOBER, Grouping()))
    assert columns(row, "headcount_at_end", "age_not_known", "past_60", "share_past_60") == (2, 1, 1, 1.0)


@pytest.mark.parametrize(
    ("born", "reached"),
    [
        ("1954-10", "2020-10"),
        ("1960-03", "2026-03"),  # the last month with 66
        ("1960-04", "2026-05"),  # a month more for each month of birth
        ("1960-12", "2027-09"),
        ("1961-02", "2028-01"),
        ("1961-03", "2028-03"),  # the first with 67
        ("1977-03", "2044-03"),
        ("1977-04", "2044-05"),
        ("1978-02", "2046-01"),
        ("1978-03", "2046-03"),  # the first with 68
        ("1990-01", "2058-01"),
    ],
)
def test_state_pension_age_rises_month_by_month(born: str, reached: str) -> None:
    """gov.uk, State Pension age timetable: born 6 April 1960, 66 years and 1 month; born 6 March 1961, 67."""
    assert Month(state_pension_month(Month.parse(born).index)) == Month.parse(reached)


@pytest.mark.parametrize(("last", "past"), [("2026-04", 0), ("2026-05", 1)])
def test_it_is_reached_in_its_month_and_not_before(last: str, past: int) -> None:
    records = drawn("""
        2026-04:  A M
        ann  RX1  N N  birth_month=1960-04
    """)
    row = the_row(share_past_age(records, period(last, last), Grouping()))
    assert row["past_state_pension_age"] == past
