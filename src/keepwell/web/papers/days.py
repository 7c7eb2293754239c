"""Which days does somebody mean who writes "by end of March"?

What is not understood stays words. A month without a year is the next one to come.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

MONTHS: Final = {
    name.casefold(): number
    for number in range(1, 13)
    for name in (calendar.month_name[number], calendar.month_abbr[number])
} | {"sept": 9}
_MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR: Final = r"(?:[\s,-]{{0,3}}(?P<{0}>20\d\d|['’]?\d\d(?![\d/:]|\s*(?:{1})\b)))?"
_FOUND: Final = re.compile(
    r"(?<![\d/.-])(?:"
    r"(?P<iso>20\d\d-\d\d-\d\d)(?:[ T]00:00(?::00)?)?"
    r"|(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>20\d\d|\d\d)"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<in>{_MONTH})\b\.?{_YEAR.format('year', _MONTH)}"
    rf"|(?P<part>(?:the\s+)?(?:end(?:\s+of)?|(?:start|beginning)\s+of)\s+)?\b(?P<month>{_MONTH})\b\.?{_YEAR.format('of', _MONTH)}"
    r")(?![\d/])",
    re.IGNORECASE,
)
_BEGINS: Final = re.compile(r"\b(?:from|start(?:s|ing|ed)?|begin(?:s|ning)?|since|after)\W*$", re.IGNORECASE)
_TIMELY: Final = re.compile(r"(?:\b(?:by|in|until|till|to|from|early|mid|late|of|and)|[-–—,/&])$", re.IGNORECASE)
_SPAN: Final = re.compile(
    r"(?:(?P<a>\d{1,2} \w+ \d{4}) to (?P<b>\d{1,2} \w+ \d{4})|(?P<how>From|By) (?P<c>\d{1,2} \w+ \d{4}))"
)


@dataclass(frozen=True, slots=True)
class Time:
    """When something is done: in words, and by the days that were understood. `guessed`: a year was added to them."""

    words: str
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    guessed: bool = False

    @property
    def understood(self) -> bool:
        return self.starts_on is not None or self.ends_on is not None


@dataclass(frozen=True, slots=True)
class _Day:
    first: dt.date
    last: dt.date
    guessed: bool
    at: int


def written(words: str, starts_on: dt.date | None, ends_on: dt.date | None) -> str:
    """The cell "Timescales": the words, and below them the days, so that `time_from` finds both again."""
    return "\n".join(part for part in (words.strip(), span(starts_on, ends_on)) if part)


def span(starts_on: dt.date | None, ends_on: dt.date | None) -> str:
    """1 January 2026 to 31 March 2026; From 1 January 2026; By 31 March 2026."""
    if starts_on and ends_on:
        return f"{_day(starts_on)} to {_day(ends_on)}"
    return f"From {_day(starts_on)}" if starts_on else f"By {_day(ends_on)}" if ends_on else ""


def time_from(text: str, today: dt.date) -> Time:
    """What a cell says about time. The days are those that were written, or that its words name; the words all stay."""
    *before, last = text.strip().splitlines() or [""]
    if (known := _SPAN.fullmatch(last.strip())) and (days := _of_span(known)) is not None:
        return Time("\n".join(before).strip(), *days)
    found = _found(text, today)
    if len(found) == 1:
        return _one(text, found[0])
    if len(found) == 2 and found[0].first <= found[1].last:
        return Time(text.strip(), found[0].first, found[1].last, any(one.guessed for one in found))
    return Time(text.strip())


def day_from(text: str, today: dt.date) -> dt.date | None:
    """The one day that a cell names, such as that of a column "Ends"; None where it names none, or more than one."""
    found = _found(text, today)
    return found[0].last if len(found) == 1 else None


def _day(value: dt.date) -> str:
    return f"{value.day} {value:%B %Y}"


def _of_span(known: re.Match[str]) -> tuple[dt.date | None, dt.date | None] | None:
    try:
        a, b, c = (dt.datetime.strptime(known[n], "%d %B %Y").date() if known[n] else None for n in "abc")  # noqa: DTZ007
    except ValueError:
        return None
    if c is not None:
        return (c, None) if known["how"] == "From" else (None, c)
    return (a, b) if a and b and a <= b else None


def _one(text: str, found: _Day) -> Time:
    whole = re.fullmatch(r"20\d\d-\d\d-\d\d(?:[ T]00:00(?::00)?)?", text.strip())
    if _BEGINS.search(text[: found.at]):
        return Time(text.strip(), found.first, None, found.guessed)
    return Time("" if whole else text.strip(), None, found.last, found.guessed)


def _found(text: str, today: dt.date) -> list[_Day]:
    """Every day in a text, none where one of them is no day of any calendar: it might be another order of day and month."""
    marks = [mark for mark in _FOUND.finditer(text[:400]) if _is_a_day(mark, text)]
    years = [_year_of(mark) for mark in marks]
    if len(marks) == 2 and years[0] is None and years[1] is not None:  # April to June 2026
        years[0] = years[1] - (_month_of(marks[0]) > _month_of(marks[1]))
    try:
        return [_of(mark, year, today) for mark, year in zip(marks, years, strict=True)]
    except ValueError:
        return []


def _is_a_day(mark: re.Match[str], text: str) -> bool:
    """May and March are words too: as months they have a capital, and a year, a word of time before them or nothing."""
    if mark["month"] is None or mark["month"].casefold() not in {"may", "march", "mar"}:
        return True
    before = text[: mark.start()].rstrip()
    timely = mark["of"] or mark["part"] or not before or _TIMELY.search(before)
    return bool(timely) and not mark["month"].islower()


def _year_of(mark: re.Match[str]) -> int | None:
    if mark["iso"]:
        return int(mark["iso"][:4])
    told = mark["y"] or mark["year"] or mark["of"]
    return None if told is None else 2000 + int(told.lstrip("'’")) % 100 if len(told.lstrip("'’")) == 2 else int(told)


def _month_of(mark: re.Match[str]) -> int:
    if mark["iso"]:
        return int(mark["iso"][5:7])
    return int(mark["m"]) if mark["m"] else MONTHS[(mark["in"] or mark["month"]).casefold()]


def _of(mark: re.Match[str], year: int | None, today: dt.date) -> _Day:
    month, number = _month_of(mark), mark["d"] or mark["day"] or (mark["iso"][8:] if mark["iso"] else None)
    guessed = year is None
    if year is None:
        year = today.year + ((month, int(number or 31)) < (today.month, today.day))
    if number is not None:
        one = dt.date(year, month, int(number))
        return _Day(one, one, guessed, mark.start())
    last = calendar.monthrange(year, month)[1]
    starts = mark["part"] and not re.search("end", mark["part"], re.IGNORECASE)
    return _Day(dt.date(year, month, 1), dt.date(year, month, 1 if starts else last), guessed, mark.start())
