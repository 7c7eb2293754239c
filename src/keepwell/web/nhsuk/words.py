"""How are days, shares and counts written on a page?"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from keepwell.errors import counted
from keepwell.periods import MONTHS, Month

__all__ = ["counted", "day", "in_sentence", "moment", "month", "percent"]


def day(value: dt.date | None) -> str:
    """A day as the NHS writes it: 15 November 2025; a dash where there is none."""
    if value is None:
        return "–"
    on = timezone.localtime(value).date() if isinstance(value, dt.datetime) and value.tzinfo else value
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def moment(value: dt.datetime | None) -> str:
    """A time as the NHS writes it, in London: 15 November 2025 at 2:05pm."""
    if value is None:
        return "–"
    at = timezone.localtime(value) if value.tzinfo else value
    return f"{day(at)} at {at.hour % 12 or 12}:{at:%M}{'am' if at.hour < 12 else 'pm'}"


def month(value: Month | dt.date | None) -> str:
    """A month in words: November 2025."""
    if value is None:
        return "–"
    first = value.first_day if isinstance(value, Month) else value
    return f"{MONTHS[first.month - 1]} {first.year}"


def percent(value: float | None, places: int = 1) -> str:
    """A fraction as a percentage: 0.1234 is 12.3%; a dash where there is none."""
    return "–" if value is None else f"{value:.{places}%}"


def in_sentence(name: str) -> str:
    """A name of a role or a thing inside a sentence: "line manager", "a board", but "HR analyst"."""
    return name if name[:2].isupper() and name[:2] != "A " else name[:1].lower() + name[1:]
