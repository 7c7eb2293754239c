"""At the end of which month was an extract of staff taken?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from keepwell.periods import Month, read_month
from keepwell.sources.cells import CellNotUnderstood, needs_date_order, read_date

MONTH_AHEAD = dt.timedelta(days=31)
_NUMERIC_DAY = re.compile(r"\d{1,2}[-/.]\d")
_NUMERIC_MONTH = re.compile(r"(\d{1,2})[-/.](\d{4})")
_IN_TITLE = re.compile(r"\d{1,2}[-/. ]\w{2,9}[-/. ]\d{2,4}|\d{4}-\d{2}(?:-\d{2})?|[A-Za-z]{3,9}[- ](?:\d{4}|\d{2})\b")
_SNAPSHOT = re.compile(r"as (?:at|of|on)|position|snapshot|effective|month|staff in post", re.I)


def month_of_cell(cell: str, day_first: bool | None, today: dt.date) -> Month | None:
    """The month of 2025-10, Oct-25, 10/2025 or any day of it; None where the cell names none."""
    if found := _NUMERIC_MONTH.fullmatch(cell.strip()):
        return read_month(f"{found[2]}-{int(found[1]):02d}")
    if not _NUMERIC_DAY.match(cell.strip()) and (month := read_month(cell)) is not None:
        return month
    try:
        day = read_date(cell, day_first, latest=today + MONTH_AHEAD)
    except CellNotUnderstood:
        return None
    return Month.of(day) if day else None


def month_in_titles(titles: Iterable[str]) -> Month | None:
    """The one month that the rows above the headings name: "Staff in Post as at 31/10/2025".

    Where they name several, the one beside "as at", "position" and the like; None where that is not one
    either, or where its day and month could be told apart only by guessing.
    """
    named = {title: months for title in titles if (months := set(_months_in(title)))}
    every = set().union(*named.values())
    telling = set().union(*(months for title, months in named.items() if _SNAPSHOT.search(title)))
    for months in (every, telling):
        if len(months) == 1:
            return months.pop()
    return None


def snapshot_in_titles(titles: Iterable[str]) -> Month | None:
    """The month beside "as at", "position" and the like, so that the day of a run is not taken for it."""
    return month_in_titles(title for title in titles if _SNAPSHOT.search(title))


def _months_in(title: str) -> Iterable[Month | None]:
    """Each month in a title, None for a day such as 04/05/2025 that could be of two."""
    for found in _IN_TITLE.finditer(title):
        if needs_date_order([found[0]]):
            yield None
        elif month := read_month(found[0]):
            yield month
