"""What must never stand in a mail?

A mail leaves the site and stays where it lands. It says that something waits, and where; never how many.
"""

from __future__ import annotations

import calendar
import re
from typing import Final

_MONTHS = "|".join((*calendar.month_name[1:], *calendar.month_abbr[1:]))
_DATE: Final = re.compile(rf"\b(?:[12]?\d|3[01])?\s?\b(?:{_MONTHS}) 20\d\d\b", re.ASCII)
_TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NUMBERS: Final = re.compile(
    r"\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    rf"(?:{_TENS})(?:-\w+)?|dozens?|hundreds?|thousands?|millions?|half|quarters?|thirds?|per ?cent|percentage)\b",
    re.IGNORECASE,
)
_SIGNS: Final = frozenset("%‰½¼¾⅓⅔⅛")
_LINK: Final = re.compile(r"/(?!/)[A-Za-z0-9_./~-]*(?:\{[a-z_]+\}/?)?", re.ASCII)


def cannot_say(text: object) -> str | None:
    """Why a mail cannot carry these words; None if it can.

    Digits stand only in a date of day, month and year or of month and year. Numbers in words and shares do not stand
    at all, nor does anything that is not plain text, such as a table or a figure that was released.
    """
    if type(text) is not str:
        return "A mail carries plain words only."
    rest = _DATE.sub("", text)
    if any(c.isnumeric() or c in _SIGNS for c in rest) or _NUMBERS.search(rest):
        return "A mail carries a link, never a figure."
    return None


def cannot_head(subject: object) -> str | None:
    """Why these words cannot be a mail's subject; None if they can."""
    if reason := cannot_say(subject):
        return reason
    return "A subject is one line." if not str(subject).isprintable() or not str(subject).strip() else None


def cannot_lead_to(link: object) -> str | None:
    """Why a mail cannot carry this link; None if it can: a path of this site, without a question behind it."""
    if not isinstance(link, str) or not _LINK.fullmatch(link):
        return "A mail leads to a path of this site, without filters."
    return None
