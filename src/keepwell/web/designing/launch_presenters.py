"""How does a calendar of launches read?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from keepwell.errors import counted, listed
from keepwell.periods import Month
from keepwell.web.designing.launch_queries import Found, Launch, Pile
from keepwell.web.nhsuk.words import day, month

MONTHS_SHOWN: Final = 3
SOON_DAYS: Final = 90
PILES_SHOWN: Final = 10
NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True)
class Week:
    """What begins in one week of a month."""

    words: str
    launches: tuple[Launch, ...]


@dataclass(frozen=True, slots=True)
class ShownMonth:
    """What begins in a month, week by week."""

    words: str
    weeks: tuple[Week, ...]


def months_of(launches: Sequence[Launch], first: Month) -> list[ShownMonth]:
    """Three months from the first one on, each with its weeks in which something begins."""
    shown = []
    for at in (first + n for n in range(MONTHS_SHOWN)):
        within = [launch for launch in launches if Month.of(launch.day) == at]
        weeks = [
            Week(f"Week of {day(monday)}", tuple(those))
            for monday, those in groupby(within, key=lambda launch: monday_of(launch.day))
        ]
        shown.append(ShownMonth(month(at), tuple(weeks)))
    return shown


def monday_of(on: dt.date) -> dt.date:
    """The Monday of the week of a day."""
    return on - dt.timedelta(days=on.weekday())


def launches_in_words(found: Found, piled: Sequence[Pile], today: dt.date) -> str:
    """The largest pile, or how much begins soon."""
    if piled:
        return pile_in_words(piled[0])
    soon = [one for one in found.launches if today <= one.day <= today + dt.timedelta(days=SOON_DAYS)]
    if not soon:
        return f"Nothing begins here in the next {SOON_DAYS} days."
    begin = f"{counted(len(soon), 'thing begins', 'things begin')} in the next {SOON_DAYS} days"
    return f"{begin}; nothing piles up on the same people."


def pile_in_words(pile: Pile) -> str:
    """ "Three things begin in Surgery in May 2027." """
    number = len(pile.launches)
    many = NUMBERS[number].capitalize() if number < len(NUMBERS) else f"{number:,}"
    whom = {
        "place": f"things begin in {pile.name}",
        "owner": f"things of {pile.name} begin",
        "group": f"things that touch {pile.name} begin",
    }
    also = f" The same falls on {listed(list(pile.also), 4)}." if pile.also else ""
    return f"{many} {whom[pile.on]} {_when(pile)}.{also}"


def _when(pile: Pile) -> str:
    if Month.of(pile.first) == Month.of(pile.last):
        return f"in {month(pile.first)}"
    return f"between {day(pile.first)} and {day(pile.last)}"


def left_out(found: Found) -> str:
    """What the calendar cannot show; "" where it shows all."""
    if not found.without_day:
        return ""
    has = "has" if found.without_day == 1 else "have"
    return f"{counted(found.without_day, 'action')} still to be done {has} no day to begin on."
