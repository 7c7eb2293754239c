"""What a cell means: numbers, dates, yes and no; and what is refused because it could mean two things."""

from __future__ import annotations

import datetime as dt

import pytest

from keepwell.sources.cells import (
    IMPLAUSIBLE_BEFORE,
    CellNotUnderstood,
    date_order,
    decimal_comma,
    is_missing,
    is_suppressed,
    needs_date_order,
    read_date,
    read_end_date,
    read_flag,
    read_number,
)
from keepwell.sources.reading import map_distinct

HALLOWEEN = dt.date(2025, 10, 31)


@pytest.mark.parametrize("cell", ["", " ", ".", "..", "*", "-", "–", "—", "n/a", "NA", "NULL", "None", "#N/A", "NaN"])
def test_missing_words_are_missing_for_every_reading(cell: str) -> None:
    assert is_missing(cell)
    assert read_number(cell) is read_date(cell) is read_end_date(cell) is read_flag(cell) is None


@pytest.mark.parametrize("cell", ["Not known", "unknown", "Not stated", "0", "#REF!", "#VALUE!"])
def test_answers_zeros_and_faults_are_not_missing(cell: str) -> None:
    assert not is_missing(cell)


@pytest.mark.parametrize("cell", ["*", "c", "[c]", "[C]", "<5", "< 5", "<=7", "≤7", "z", "[z]", "x", "[x]", "[w]"])
def test_marks_of_withheld_numbers_are_known(cell: str) -> None:
    assert is_suppressed(cell)


@pytest.mark.parametrize("cell", ["", "5", "-", "<", "cc", "[b]", "<5%", "n/a", ">5"])
def test_other_cells_are_not_withheld(cell: str) -> None:
    assert not is_suppressed(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0", 0.0),
        ("007", 7.0),
        ("1,234", 1234.0),
        ("1,234,567.89", 1234567.89),
        ("1 234", 1234.0),
        ("1\u00a0234", 1234.0),
        ("1\u202f234\u202f567", 1234567.0),
        ("1\u2009234", 1234.0),
        ("1'234", 1234.0),
        ("1’234", 1234.0),
        ("\u00a012 ", 12.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("12%", 0.12),
        ("12.3 %", 0.123),
        ("0.1%", 0.001),
        ("(5)", -5.0),
        ("(1,234.5)", -1234.5),
        ("(12%)", -0.12),
        ("-5", -5.0),
        ("−5", -5.0),
        ("–5", -5.0),
        ("+5", 5.0),
        ("£1,234.50", 1234.5),
        ("-£5", -5.0),
        ("£-5", -5.0),
        ("€ 5", 5.0),
        ("1.0E+3", 1000.0),
        ("1e-7", 1e-7),
        ("1.23457E+11", 1.23457e11),
    ],
)
def test_numbers_are_read(cell: str, number: float) -> None:
    assert read_number(cell) == number


@pytest.mark.parametrize(
    "cell",
    [
        *("1,2", "0,8", "0,800", "01,234", "1,23,456", "1234,567", "1,234 567", "1.234.567", "1,,234", ",5", "12,5%"),
        *("<5", "[c]", "c", "abc", "5 WTE", "12 34", "1 2", "%", "£", "()", "(-5)", "--5", "-(5)", "5-", "1e5%"),
        *("inf", "1e999", "0x10", "1_000", "٣", "²", "TRUE", "31/10/2025", "#REF!", "1e", "£5£", "5%%", "+", "(", "5)"),
    ],
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(CellNotUnderstood):
        read_number(cell)


def test_decimal_commas_are_read_where_the_column_has_them() -> None:
    read = [read_number(cell, decimal_comma=True) for cell in ("0,8", "1.234,5", "1 234,5", "1,000", "37,5%", "12")]
    assert read == [0.8, 1234.5, 1234.5, 1.0, 0.375, 12.0]


@pytest.mark.parametrize("cell", ["0.8", "0.800", "12.5", "1,234,567"])
def test_decimal_points_are_refused_where_the_column_has_commas(cell: str) -> None:
    with pytest.raises(CellNotUnderstood):
        read_number(cell, decimal_comma=True)


@pytest.mark.parametrize(
    ("cells", "commas"),
    [
        (["0,8", "1", ""], True),
        (["0,812", "1,000"], True),
        (["1.234,5"], True),
        (["1,234", "2,345"], False),
        (["1,234", "0.8"], False),
        (["0.8", "1.0"], False),
        (["0,8", "0.8"], False),
        (["Smith, J", "a,b"], False),
        ([], False),
    ],
)
def test_decimal_commas_are_told_from_the_column(cells: list[str], commas: bool) -> None:
    assert decimal_comma(cells) is commas


@pytest.mark.parametrize(
    "cell",
    [
        *("2025-10-31", "2025/10/31", "2025.10.31", "2025-10-31T08:30:00", "2025-10-31 08:30:00.123Z", "20251031"),
        *(
            "2025-10-31T23:30:00+01:00",
            "31/10/2025",
            "31-10-2025",
            "31.10.2025",
            "31/10/2025 00:00",
            "31/10/2025 12:00:00 AM",
        ),
        *(
            "31-Oct-2025",
            "31 October 2025",
            "31st October 2025",
            "31OCT2025",
            "Friday 31 October 2025",
            "Fri, 31 Oct 2025",
        ),
        *("October 31, 2025", "Oct 31 2025", "31-OCT-2025 08:30", "45961", "45961.354", "  31  October\u00a02025 "),
    ],
)
@pytest.mark.parametrize("day_first", [True, None])
def test_dates_are_read(cell: str, day_first: bool | None) -> None:
    assert read_date(cell, day_first) == HALLOWEEN


def test_september_has_two_short_names() -> None:
    assert read_date("1 Sept 2025") == read_date("1-Sep-2025") == dt.date(2025, 9, 1)


@pytest.mark.parametrize(
    "cell",
    [
        *("31/11/2025", "29/02/2025", "2025-02-30", "2025-13-01", "00/10/2025", "31-10/2025", "31 Okt 2025", "31/10"),
        *("20251331", "31102025", "202510", "2025", "1987", "60", "0", "-5", "110000", "37.5", "999999", "10.5.5"),
        *("1899-12-31", "31/12/4712", "2201-01-01", "tomorrow", "08:30:00", "Oct 2025", "31/10/2025 x", "٣١/١٠/2025"),
    ],
)
def test_what_is_no_date_is_refused(cell: str) -> None:
    with pytest.raises(CellNotUnderstood):
        read_date(cell, True)


def test_day_and_month_are_never_swapped_to_make_a_cell_fit() -> None:
    with pytest.raises(CellNotUnderstood):
        read_date("10/31/2025", True)
    with pytest.raises(CellNotUnderstood):
        read_date("31/10/2025", False)


def test_the_same_cell_is_another_day_in_another_order_and_refused_in_none() -> None:
    assert read_date("04/05/2025", True) == dt.date(2025, 5, 4)
    assert read_date("04/05/2025", False) == dt.date(2025, 4, 5)
    with pytest.raises(CellNotUnderstood):
        read_date("04/05/2025", None)


def test_a_cell_that_can_be_only_one_day_needs_no_order() -> None:
    assert read_date("10/31/2025", None) == read_date("31/10/2025", None) == HALLOWEEN
    assert read_date("05/05/2025", None) == dt.date(2025, 5, 5)
    assert read_date("12/13/2025", None) == read_date("13/12/2025", None) == dt.date(2025, 12, 13)


def test_serial_numbers_count_as_excel_does() -> None:
    assert read_date("1") == dt.date(1900, 1, 1)
    assert read_date("59") == dt.date(1900, 2, 28)
    assert read_date("61") == dt.date(1900, 3, 1)
    assert read_date("109939") == dt.date(2200, 12, 31)
    with pytest.raises(CellNotUnderstood):
        read_date("109940")


def test_two_digit_years_turn_at_the_latest_day_that_is_possible() -> None:
    def read(cell: str) -> dt.date | None:
        return read_date(cell, True, latest=HALLOWEEN)

    assert read("31-10-25") == HALLOWEEN
    assert read("01/11/25") == dt.date(1925, 11, 1)
    assert read("31 Oct 25") == HALLOWEEN
    assert read("01-NOV-25") == dt.date(1925, 11, 1)
    assert read("31/12/99") == dt.date(1999, 12, 31)
    assert read("01/01/00") == dt.date(2000, 1, 1)
    assert read("29/02/24") == dt.date(2024, 2, 29)
    assert read("29/02/28") == dt.date(1928, 2, 29)


def test_a_leap_day_that_one_century_lacks_is_refused_not_moved_further_back() -> None:
    with pytest.raises(CellNotUnderstood):
        read_date("29/02/00", True, latest=dt.date(2000, 1, 1))
    assert read_date("29/02/00", True, latest=dt.date(2000, 2, 29)) == dt.date(2000, 2, 29)


def test_birth_years_turn_at_a_working_age() -> None:
    assert read_date("01/01/15", True, latest=dt.date(2010, 10, 31)) == dt.date(1915, 1, 1)


def test_two_digit_years_are_refused_without_a_latest_day() -> None:
    with pytest.raises(CellNotUnderstood):
        read_date("31/10/25", True)


def test_the_start_dates_of_older_systems_are_read_for_the_caller_to_flag() -> None:
    unknown = read_date("01/01/1900", True)
    assert unknown is not None
    assert unknown < IMPLAUSIBLE_BEFORE


@pytest.mark.parametrize("cell", ["31/12/4712", "31-DEC-4712", "4712-12-31 00:00:00", "31/12/9999", "47121231", ""])
def test_the_end_of_time_is_no_end(cell: str) -> None:
    assert read_end_date(cell, True) is None


def test_an_end_date_is_read_as_other_dates_are() -> None:
    assert read_end_date("31/10/2025", True) == HALLOWEEN
    assert read_end_date("31-12-30", True, latest=dt.date(2060, 1, 1)) == dt.date(2030, 12, 31)
    for cell in ("30/12/4712", "31/12/1899", "soon"):
        with pytest.raises(CellNotUnderstood):
            read_end_date(cell, True)


@pytest.mark.parametrize("cell", ["31-DEC-12", "31/12/12", "31-12-99"])
def test_two_digits_of_the_end_of_time_are_refused_and_four_of_a_real_day_are_not(cell: str) -> None:
    with pytest.raises(CellNotUnderstood):
        read_end_date(cell, True, latest=dt.date(2060, 1, 1))
    assert read_end_date("31/12/2012", True) == read_end_date("31-Dec-2012") == dt.date(2012, 12, 31)
    assert read_end_date("30-DEC-12", latest=dt.date(2060, 1, 1)) == dt.date(2012, 12, 30)


@pytest.mark.parametrize(
    ("cells", "order", "needed"),
    [
        (["04/05/2025", "31/10/2025"], "day first", True),
        (["04/05/2025", "10/31/2025"], "month first", True),
        (["31/10/2025", "10/31/2025"], "mixed", False),
        (["04/05/2025", "12/12/2025"], None, True),
        (["12/12/2025", "05-05-25"], None, False),
        (["2025-10-31", "31 October 2025", "45961", ""], None, False),
        (["13/13/2025", "Smith", "31/10"], None, False),
        (["13-12-25 08:30"], "day first", False),
        (["12.13.2025"], "month first", False),
        ([], None, False),
    ],
)
def test_the_order_of_day_and_month_is_told_from_the_column(cells: list[str], order: str | None, needed: bool) -> None:
    assert date_order(cells) == order
    assert needs_date_order(cells) is needed


def test_yes_and_no_have_many_words() -> None:
    yes = ["Yes", "Y", "TRUE", "t", "1", "1.0", "Primary"]
    no = ["no", "N", "False", "f", "0", "0.0", "SECONDARY", "Non-primary"]
    assert map_distinct(yes, read_flag) == [True] * len(yes)
    assert map_distinct(no, read_flag) == [False] * len(no)
    for word in ("perhaps", "2", "not known", "x"):
        with pytest.raises(CellNotUnderstood):
            read_flag(word)


@pytest.mark.parametrize("reading", [read_number, read_date, read_end_date, read_flag])
def test_a_refusal_never_repeats_the_cell(reading: object) -> None:
    assert callable(reading)
    for cell in ("Jane Smith", "31/13/1987", "99/99/2025", "2025-02-31", "31st of May 1987"):
        with pytest.raises(CellNotUnderstood) as caught:
            reading(cell)
        words = repr(caught.value)
        assert not any(part in words for part in (cell, "Jane", "1987", "99", "02", "31st"))
        assert caught.value.__cause__ is None


def test_each_distinct_cell_is_read_once() -> None:
    asked: list[str] = []

    def reading(cell: str) -> int:
        asked.append(cell)
        return len(cell)

    assert map_distinct(["a", "bb", "a", "a", "bb"], reading) == [1, 2, 1, 1, 2]
    assert asked == ["a", "bb"]
