"""Whatever is written as a number or a date reads back as it was."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from keepwell.sources.cells import (
    CellNotUnderstood,
    date_order,
    decimal_comma,
    is_missing,
    needs_date_order,
    read_date,
    read_end_date,
    read_flag,
    read_number,
)

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
# Few values, close to the edges: the days round the pivot and the ends of the centuries.
LATEST = dt.date(2025, 10, 31)
near = st.sampled_from([LATEST, dt.date(2000, 1, 1), dt.date(1999, 12, 31), dt.date(1925, 11, 1), dt.date(1970, 1, 1)])
NO_ORDER = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d-%b-%Y")
NAMED = ("%d %B %Y", "%d%b%Y", "%d/%b/%Y", "%A %d %B %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y %H:%M:%S")
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M:%S %p")


@given(amounts)
def test_numbers_read_back_in_every_dress(amount: object) -> None:
    number = float(str(amount))
    grouped = f"{abs(number):,.2f}"
    sign = "-" if number < 0 else ""
    assert read_number(repr(number)) == number
    assert read_number(sign + grouped) == number
    assert read_number(f"{sign}£{grouped}") == number
    assert read_number(f"({grouped})") == (-abs(number) if number else 0)
    for gap in ("\u00a0", "\u2009", "\u202f", "'", " "):
        assert read_number(sign + grouped.replace(",", gap)) == number
    assert read_number(sign + grouped.translate(str.maketrans(",.", ".,")), decimal_comma=True) == number
    assert decimal_comma([grouped.translate(str.maketrans(",.", ".,"))])
    assert not decimal_comma([grouped])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back_exactly(number: float) -> None:
    assert read_number(repr(number)) == number


@given(st.integers(0, 10**6))
def test_percentages_are_hundredths(thousandths: int) -> None:
    assert read_number(f"{thousandths / 1000:.3f}%") == thousandths / 100_000


@given(days)
def test_dates_read_back_in_every_format(day: dt.date) -> None:
    moment = dt.datetime.combine(day, dt.time(8, 30))
    for form in NO_ORDER + NAMED:
        for day_first in (True, False, None):
            assert read_date(moment.strftime(form), day_first) == day
            assert read_end_date(moment.strftime(form), day_first) == day
    for form in DAY_FIRST:
        assert read_date(moment.strftime(form), True) == day
        swapped = form.replace("%d", "%M!").replace("%m", "%d").replace("%M!", "%m")
        assert read_date(moment.strftime(swapped), False) == day


@given(days)
def test_serial_numbers_read_back(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days - (day < dt.date(1900, 3, 1))
    if not 1900 <= serial <= 2200:
        assert read_date(str(serial)) == day


@given(st.one_of(days, near), st.one_of(days, near))
def test_two_digit_years_are_the_latest_that_is_not_ahead(day: dt.date, latest: dt.date) -> None:
    try:
        read = read_date(day.strftime("%d/%m/%y"), True, latest=latest)
    except CellNotUnderstood:
        return
    assert read is not None
    assert (read.day, read.month, read.year % 100) == (day.day, day.month, day.year % 100)
    assert read <= latest
    assert (latest.year - read.year, latest.month, latest.day) < (100, read.month, read.day) or read.year > 2100


@given(st.lists(days, min_size=1, max_size=6))
def test_a_column_tells_its_order_or_asks_or_does_not_matter(column: list[dt.date]) -> None:
    cells = [day.strftime("%d/%m/%Y") for day in column]
    order = date_order(cells)
    assert order in ("day first", None)
    if order is None and not needs_date_order(cells):
        assert [read_date(cell) for cell in cells] == column


@given(st.text(max_size=12))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for reading in (read_number, read_date, read_end_date, read_flag):
        try:
            value = reading(text)
        except CellNotUnderstood:
            continue
        assert (value is None) == is_missing(text)
