"""What does this cell mean, as a number, a date, a yes or no?

Each function reads one text and is meant for `map_distinct`. Nothing is guessed: a cell that could
mean two things is refused, and what a column as a whole tells about its cells (`decimal_comma`,
`date_order`) is asked first and handed in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from keepwell.periods import MONTH_NAMES

# "not known", "unknown" and "not stated" are answers in ESR, and are not in the list.
MISSING = frozenset(("", ".", "..", "*", "-", "–", "—", "n/a", "na", "nan", "null", "(null)", "none", "#n/a"))
EXCEL_DAY_ZERO = dt.date(1899, 12, 30)
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
# 01/01/1900 and its like stand for "unknown" in older systems. A caller who asks for a birth or a
# start date flags what lies before this day; it is read, for we cannot know.
IMPLAUSIBLE_BEFORE = dt.date(1930, 1, 1)
# "Until further notice": Oracle's last day, on which ESR ends what has no end; and SQL's.
OPEN_ENDED = frozenset((dt.date(4712, 12, 31), dt.date(9999, 12, 31), dt.date(2999, 12, 31)))

DateOrder = Literal["day first", "month first", "mixed"]

YES = frozenset(("yes", "y", "true", "t", "1", "1.0", "primary"))
NO = frozenset(("no", "n", "false", "f", "0", "0.0", "secondary", "non-primary", "not primary"))


class CellNotUnderstood(ValueError):
    """A cell that is not what its column should hold. Says what was looked for, never what stood there."""


def is_missing(text: str) -> bool:
    """Whether a cell says "nothing here": empty, a dash or dots, n/a, null, none, #N/A, or "*".

    Other Excel errors (#REF!, #VALUE!) are faults, not missing values, and are refused when read.
    """
    return text.strip().casefold() in MISSING


def is_suppressed(text: str) -> bool:
    """Whether a publisher has withheld the number: *, c, x, z, [c], [x], [z], [low], [w], <5, <=7, ≤7.

    To be asked of columns of numbers only: elsewhere a "c" may be a grade. Other than "*", which also
    counts as missing, these markers are no numbers for `read_number`.
    """
    return _SUPPRESSED.fullmatch(text.strip().casefold()) is not None


_SUPPRESSED = re.compile(r"\*+|[cxz]|\[(?:c|x|z|w|low)\]|(?:<=?|≤)\s*[0-9]+")

# A grouped number does not begin with 0: "0,800" is a decimal comma, not eight hundred.
_NUMBER = r"""(?P<whole>[1-9][0-9]{{0,2}}(?:(?P<gap>[{gaps}])[0-9]{{3}})(?:(?P=gap)[0-9]{{3}})*|[0-9]+)?
              (?:{point}(?P<part>[0-9]*))?(?P<power>e[+-]?[0-9]{{1,3}})?"""
_SPACES = " \u00a0\u2007\u2009\u202f'’"
_POINT = re.compile(_NUMBER.format(gaps="," + _SPACES, point=r"\."), re.VERBOSE)
_COMMA = re.compile(_NUMBER.format(gaps="." + _SPACES, point=","), re.VERBOSE)
_SIGNS = re.compile(r"(?P<minus>[-−–+]?)\s*[£$€]?\s*(?P<after>[-−–+]?)(?P<rest>[^£$€]*)")


def read_number(text: str, decimal_comma: bool = False) -> float | None:
    """The number in a cell; None where it is missing.

    1,234.5 and 1 234.5 and 1'234.5 → 1234.5; 12% → 0.12; (5) and −5 → -5; £5 → 5; 1.0E+3 → 1000.
    With `decimal_comma`, 1.234,5 → 1234.5 and 0,8 → 0.8. Groups of thousands have three digits: without
    `decimal_comma`, "1,2" is refused, and so is "0,800".

    Raises CellNotUnderstood for anything else, markers such as "<5" or "[c]" included: ask
    `is_suppressed` first.
    """
    if is_missing(text):
        return None
    body = text.strip().casefold()
    bracketed = body.startswith("(") and body.endswith(")")
    body = body[1:-1].strip() if bracketed else body
    percent = body.endswith("%")
    body = body.removesuffix("%").strip()
    signs = _SIGNS.fullmatch(body)
    found = (_COMMA if decimal_comma else _POINT).fullmatch(signs["rest"]) if signs else None
    if not signs or not found or (signs["minus"] + signs["after"] + "(" * bracketed)[1:]:
        raise CellNotUnderstood("not a number")
    if not (found["whole"] or found["part"]) or (percent and found["power"]):
        raise CellNotUnderstood("not a number")
    digits = re.sub(r"[^0-9]", "", found["whole"] or "0")
    power = "e-2" if percent else found["power"] or ""
    number = float(f"{digits}.{found['part'] or '0'}{power}")
    if number == float("inf"):
        raise CellNotUnderstood("a number too large to be meant")
    negative = bracketed or (signs["minus"] + signs["after"]) in ("-", "−", "–")
    return -number if negative and number else number


def decimal_comma(cells: Iterable[str]) -> bool:
    """Whether a column writes 0,8 for 0.8: some cell reads only so, and none only with the point.

    A column of nothing but "1,234" tells nothing, and is taken for thousands. A column with both
    "0,8" and "0.8" is not taken for either, so that reading it refuses the comma.
    """
    only_comma = only_point = False
    for cell in {c for c in cells if "," in c or "." in c}:
        with_point, with_comma = _reads(cell, False), _reads(cell, True)
        only_comma |= with_comma and not with_point
        only_point |= with_point and not with_comma
    return only_comma and not only_point


def _reads(cell: str, comma: bool) -> bool:
    try:
        read_number(cell, comma)
    except CellNotUnderstood:
        return False
    return True


_TIME = r"(?:[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)? ?(?:[ap]m)? ?(?:z|[+-][0-9]{2}:?[0-9]{2})?)?"
_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})" + _TIME)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_DAY_MONTH = re.compile(
    _WEEKDAY + r"([0-9]{1,2})(?:st|nd|rd|th)?[-/ .]*([a-z]{3,9})[-/ .,]*([0-9]{4}|[0-9]{2})" + _TIME
)
_MONTH_DAY = re.compile(_WEEKDAY + r"([a-z]{3,9})[-/ .]*([0-9]{1,2})(?:st|nd|rd|th)?(?:,\s*|\s+)([0-9]{4})" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
# A fraction is a time of day, and only believed after five digits: 37.5 is hours, not February 1900.
_SERIAL = re.compile(r"[1-9][0-9]{0,5}|[1-9][0-9]{4,5}\.[0-9]+")


def read_date(text: str, day_first: bool | None = None, *, latest: dt.date | None = None) -> dt.date | None:
    """The day in a cell, a time after it ignored; None where it is missing.

    2025-10-31, 2025-10-31T08:30:00Z, 31/10/2025, 31.10.25, 31-Oct-2025, 31st October 2025,
    October 31, 2025, 31OCT2025, 20251031, and Excel's serial number 45961 (1900 system).

    `day_first` says how 04/05/2025 is meant: True for 4 May, False for 5 April. With None it is
    refused, and only days that can be read one way (31/10/2025, 05/05/2025) are taken. Numbers are
    never swapped to make a cell fit: 10/31/2025 is refused where the day comes first. ISO dates and
    named months do not ask.

    A year of two digits is the last one that is no later than `latest`: at 31 October 2025 the pivot,
    "31-10-25" is 2025 and "01-11-25" is 1925. Hand in a day that nobody in the column can be beyond:
    the extract's date for a start, fifteen years before it for a birth. Without `latest` such a year
    is refused.

    Four digits alone are a year, not a serial number. Raises CellNotUnderstood for anything else, for
    days that do not exist and for years outside 1900 to 2200.
    """
    if is_missing(text):
        return None
    day = _day(" ".join(text.split()).casefold(), day_first, latest)
    if not EARLIEST <= day <= LATEST:
        raise CellNotUnderstood("not a date between 1900 and 2200")
    return day


def read_end_date(text: str, day_first: bool | None = None, *, latest: dt.date | None = None) -> dt.date | None:
    """The day on which something ends; None where it is missing or open-ended (31/12/4712, 31/12/9999).

    31 December of "12" or "99" is refused: that is 4712 or 9999 with two digits of its year, and taken
    for 2012 it would make leavers of everyone still in post. Otherwise as `read_date`; end dates may
    lie ahead, so `latest` wants to be some decades after the extract.
    """
    if is_missing(text):
        return None
    body = " ".join(text.split()).casefold()
    day = _day(body, day_first, latest)
    if day in OPEN_ENDED:
        return None
    if (day.month, day.day) == (12, 31) and day.year % 100 in (12, 99) and _year_digits(body) == 2:
        raise CellNotUnderstood("31 December of a year that may stand for no end: needs four digits")
    if not EARLIEST <= day <= LATEST:
        raise CellNotUnderstood("not a date between 1900 and 2200")
    return day


def _day(body: str, day_first: bool | None, latest: dt.date | None) -> dt.date:
    if found := _ISO.fullmatch(body):
        return _calendar_day(found[1], int(found[3]), int(found[4]), latest)
    if found := _NUMERIC.fullmatch(body):
        first, second = int(found[1]), int(found[3])
        day, month = (first, second) if _day_comes_first(first, second, day_first) else (second, first)
        return _calendar_day(found[4], month, day, latest)
    if found := _DAY_MONTH.fullmatch(body):
        return _calendar_day(found[3], MONTH_NAMES.get(found[2], 0), int(found[1]), latest)
    if found := _MONTH_DAY.fullmatch(body):
        return _calendar_day(found[3], MONTH_NAMES.get(found[1], 0), int(found[2]), latest)
    if found := _COMPACT.fullmatch(body):
        return _calendar_day(found[1], int(found[2]), int(found[3]), latest)
    if _SERIAL.fullmatch(body):
        return _excel_day(int(float(body)))
    raise CellNotUnderstood("not a date")


def _day_comes_first(first: int, second: int, day_first: bool | None) -> bool:
    if day_first is not None:
        return day_first
    if _is_ambiguous(first, second):
        raise CellNotUnderstood("a date that could be day or month first")
    return second <= 12


def _is_ambiguous(first: int, second: int) -> bool:
    return first != second and first <= 12 and second <= 12


def _calendar_day(year: str, month: int, day: int, latest: dt.date | None) -> dt.date:
    try:
        if len(year) == 4:
            return dt.date(int(year), month, day)
        if latest is None:
            raise CellNotUnderstood("a year of two digits")
        in_century = latest.year - latest.year % 100 + int(year)
        # Compared as numbers: 29 February need not exist in the century that is not meant.
        ahead = (in_century, month, day) > (latest.year, latest.month, latest.day)
        return dt.date(in_century - 100 * ahead, month, day)
    except ValueError as error:
        if isinstance(error, CellNotUnderstood):
            raise
        raise CellNotUnderstood("not a day of the calendar") from None


def _excel_day(serial: int) -> dt.date:
    """Day 1 is 1 January 1900; day 60 is 29 February 1900, which Excel believes in and nobody else."""
    if serial == 60 or EARLIEST.year <= serial <= LATEST.year:
        raise CellNotUnderstood("not a date")
    return EXCEL_DAY_ZERO + dt.timedelta(days=serial + (serial < 60))


def _year_digits(body: str) -> int:
    found = _NUMERIC.fullmatch(body)
    named = _DAY_MONTH.fullmatch(body)
    return len(found[4]) if found else len(named[3]) if named else 4


def date_order(cells: Iterable[str]) -> DateOrder | None:
    """Which comes first in a column's numeric dates, as far as its cells tell.

    "day first" if some cell begins with more than 12, "month first" if some cell has it in the middle,
    "mixed" if both occur: then no one reading is right and the column wants to be refused. None when
    no cell tells; if `needs_date_order` as well, the user must. ISO dates and named months are no
    evidence and need none.
    """
    day_first = month_first = False
    for first, second in _numeric_dates(cells):
        day_first |= second <= 12 < first
        month_first |= first <= 12 < second
    if day_first and month_first:
        return "mixed"
    return "day first" if day_first else "month first" if month_first else None


def needs_date_order(cells: Iterable[str]) -> bool:
    """Whether some cell, such as 04/05/2025, is a different day with day or month first."""
    return any(_is_ambiguous(first, second) for first, second in _numeric_dates(cells))


def _numeric_dates(cells: Iterable[str]) -> Iterator[tuple[int, int]]:
    for cell in set(cells):
        if found := _NUMERIC.fullmatch(" ".join(cell.split()).casefold()):
            yield int(found[1]), int(found[3])


def read_flag(text: str) -> bool | None:
    """Yes or no; None where it is missing. "Primary" and "secondary" are how ESR flags an assignment.

    Raises CellNotUnderstood for any other word.
    """
    if is_missing(text):
        return None
    word = text.strip().casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellNotUnderstood("not a yes or no")
