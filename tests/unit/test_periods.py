"""Months as they are written, counted and spoken of."""

from __future__ import annotations

import datetime as dt
import locale

import pytest

from keepwell.errors import KeepwellError
from keepwell.periods import Month, Period, parse_month_range, read_month

OCTOBER = Month.of(dt.date(2025, 10, 31))


@pytest.mark.parametrize(
    "text",
    [
        *("2025-10", "202510", "2025/10", "2025 10", "2025-10-31", "2025-10-31 00:00:00", "2025-10-31T00:00:00"),
        *("31/10/2025", "31-10-2025", "1.10.2025", "Oct-25", "Oct 2025", "October 2025", "OCTOBER, 2025", "Oct '25"),
        *("31 October 2025", "31st Oct 2025", "31-Oct-25", " oct  2025 "),
    ],
)
def test_a_month_is_read_however_it_is_written(text: str) -> None:
    assert read_month(text) == OCTOBER


def test_september_has_two_short_names() -> None:
    assert read_month("Sept-25") == read_month("Sep 2025") == read_month("september 2025") == OCTOBER + -1


@pytest.mark.parametrize(
    "text", ["", "2025", "2025-13", "2025-00", "202500", "10/31/2025", "Okt 2025", "189912", "2201-01", "45961", "12"]
)
def test_what_names_no_month_is_none(text: str) -> None:
    assert read_month(text) is None
    with pytest.raises(KeepwellError):
        Month.parse(text)


def test_months_are_counted_over_the_end_of_a_year() -> None:
    assert str(OCTOBER + 3) == "2026-01"
    assert (OCTOBER + 3) - OCTOBER == 3
    assert OCTOBER < OCTOBER + 1
    assert max(OCTOBER, OCTOBER + -12) == OCTOBER


@pytest.mark.parametrize(
    ("month", "last"), [("2024-02", 29), ("2025-02", 28), ("2000-02", 29), ("2100-02", 28), ("2025-12", 31)]
)
def test_a_month_has_its_first_and_last_day(month: str, last: int) -> None:
    assert Month.parse(month).first_day.day == 1
    assert Month.parse(month).last_day.day == last
    assert Month.of(Month.parse(month).last_day) == Month.parse(month)


def test_a_month_reads_back_as_it_is_written() -> None:
    for index in range(OCTOBER.index - 24, OCTOBER.index + 24):
        assert Month.parse(str(Month(index))) == read_month(Month(index).in_words) == Month(index)


def test_month_names_are_english_whatever_the_machine_speaks() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, "de_DE.UTF-8")
    except locale.Error:
        pytest.skip("no German locale on this machine")
    try:
        assert Month.parse("2025-05").in_words == "May 2025"
    finally:
        locale.setlocale(locale.LC_TIME, before)


def test_a_period_runs_from_the_first_day_to_the_last_both_inclusive() -> None:
    year = Period.ending(OCTOBER, 12)
    assert (year.start, year.end) == (dt.date(2024, 11, 1), dt.date(2025, 10, 31))
    assert str(year.month_before) == "2024-10"
    assert year.months == 12
    assert year.in_words == "the 12 months from November 2024 to October 2025"
    assert Period.ending(OCTOBER, 1).in_words == "October 2025"


def test_a_period_without_months_or_backwards_is_refused() -> None:
    with pytest.raises(KeepwellError, match="at least one month"):
        Period.ending(OCTOBER, 0)
    with pytest.raises(KeepwellError, match="no earlier than it starts"):
        Period(OCTOBER, OCTOBER + -1)


@pytest.mark.parametrize(
    "text", ["202509 to 202510", "Sep-25 - Oct-25", "2025-09 until 2025-10", "Sep 2025 – Oct 2025"]
)
def test_a_range_of_months_is_read(text: str) -> None:
    assert parse_month_range(text) == (OCTOBER + -1, OCTOBER)


@pytest.mark.parametrize("text", ["", "2025-10", "2025-09 to", "2025-09 to 2025-10 to 2025-11", "x to y"])
def test_what_is_no_range_is_none(text: str) -> None:
    assert parse_month_range(text) is None
