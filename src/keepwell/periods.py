"""Which months does a number speak of?"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import total_ordering

from keepwell.errors import KeepwellError

# Not the calendar module's names, which change with the machine's language.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MONTH_NAMES = (
    {name.casefold(): i for i, name in enumerate(MONTHS, 1)}
    | {name[:3].casefold(): i for i, name in enumerate(MONTHS, 1)}
    | {"sept": 9}
)


@total_ordering
@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month. `index` counts months from year 0, so that months can be subtracted."""

    index: int

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.year * 12 + day.month - 1)

    @classmethod
    def parse(cls, text: str) -> Month:
        """A month from "2025-10", "202510", "Oct-25", "October 2025" or "31/10/2025".

        Raises KeepwellError when the text names no month.
        """
        month = read_month(text)
        if month is None:
            raise KeepwellError("That is not a month.", found=repr(text[:20]), attempt="write it as 2025-10")
        return month

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.index // 12, self.index % 12 + 1, 1)

    @property
    def last_day(self) -> dt.date:
        return (self + 1).first_day - dt.timedelta(days=1)

    def __add__(self, months: int) -> Month:
        return Month(self.index + months)

    def __sub__(self, other: Month) -> int:
        return self.index - other.index

    def __lt__(self, other: Month) -> bool:
        return self.index < other.index

    def __str__(self) -> str:
        return f"{self.index // 12:04d}-{self.index % 12 + 1:02d}"

    @property
    def in_words(self) -> str:
        return f"{MONTHS[self.index % 12]} {self.index // 12}"


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day of a rate, both inclusive, in whole months.

    In post at the start: at close of the day before `start`. In post at the end: at close of `end`.
    """

    first: Month
    last: Month

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise KeepwellError(
                "A period ends no earlier than it starts.",
                found=f"{self.first} to {self.last}",
                attempt=f"{self.last} to {self.first}",
            )

    @classmethod
    def ending(cls, last: Month, months: int) -> Period:
        if months < 1:
            raise KeepwellError("A period has at least one month.", found=f"{months} months", attempt="--months 12")
        return cls(last + (1 - months), last)

    @property
    def start(self) -> dt.date:
        return self.first.first_day

    @property
    def end(self) -> dt.date:
        return self.last.last_day

    @property
    def month_before(self) -> Month:
        """The month whose end is the period's start snapshot."""
        return self.first + -1

    @property
    def months(self) -> int:
        return self.last - self.first + 1

    @property
    def in_words(self) -> str:
        if self.months == 1:
            return self.first.in_words
        return f"the {self.months} months from {self.first.in_words} to {self.last.in_words}"


def read_month(text: str) -> Month | None:
    """The month that a cell or a title names, or None. Two-digit years are of this century."""
    text = " ".join(text.replace("'", " ").split()).casefold()
    for pattern, year, month in (
        (r"(\d{4})[-/ ]?(\d{2})", 1, 2),
        (r"(\d{4})[-/](\d{2})[-/]\d{2}(?:[ t]00:00(?::00)?)?", 1, 2),
        (r"\d{1,2}[-/.](\d{1,2})[-/.](\d{4})", 2, 1),
        (r"(?:\d{1,2}(?:st|nd|rd|th)?[-/ ])?([a-z]+)[-/ ,]*(\d{4}|\d{2})", 2, 1),
    ):
        if found := re.fullmatch(pattern, text):
            number = MONTH_NAMES.get(found[month]) or (int(found[month]) if found[month].isdigit() else 0)
            full_year = int(found[year]) + (2000 if len(found[year]) == 2 else 0)
            if 1 <= number <= 12 and 1900 <= full_year <= 2200:
                return Month(full_year * 12 + number - 1)
    return None


def parse_month_range(text: str) -> tuple[Month, Month] | None:
    """The two months of "202509 to 202510", or None."""
    parts = re.split(r"\s+(?:to|until|[-–])\s+", text.strip(), flags=re.IGNORECASE)
    if len(parts) != 2:
        return None
    first, last = read_month(parts[0]), read_month(parts[1])
    return (first, last) if first and last else None
