"""Is a target inside what others manage in a year, and could a group of this size show it at all?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keepwell.enquiries.peer_changes import PeerChanges
from keepwell.enquiries.people_behind import COUNTS, Visible, visible
from keepwell.errors import counted
from keepwell.measures import measures
from keepwell.web.accounts.models import User
from keepwell.web.evidence.sizes import size_for
from keepwell.web.measuring.sizing import changes_elsewhere
from keepwell.web.nhsuk.words import month
from keepwell.web.places.models import Place
from keepwell.web.plans.check_rules import CRITERIA, PlanWarning, warned
from keepwell.web.plans.models import Criterion

YEAR: Final = 12
DAYS_OF_A_YEAR: Final = 365.25
RARE: Final = 0.05
"""A change that fewer of the others managed than this is outside what is usual among them."""
NOTHING_PUBLISHED: Final = "No published figure to compare with."
TOO_SMALL: Final = "This group is too small to show any change that one could hope for."


@dataclass(frozen=True, slots=True)
class Aim:
    """A criterion in figures: a measure from one value to another, and over how many years."""

    measure: str
    before: float
    after: float
    months: int
    years: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def falls(self) -> bool:
        return self.change < 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the figures say of one criterion, in lines, and what of that is a warning."""

    lines: tuple[str, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()


def aim_of(criterion: Criterion, starts: dt.date) -> Aim | None:
    """A criterion in figures; None where it names no measure of ours with two different values."""
    before, after = criterion.baseline, criterion.target
    if criterion.measure not in measures() or before is None or after is None:
        return None
    if before == after or not math.isfinite(before - after):
        return None
    days = (criterion.by - starts).days if criterion.by is not None else 0
    return Aim(criterion.measure, before, after, criterion.window or YEAR, max(1.0, days / DAYS_OF_A_YEAR))


def seen_of(criterion: Criterion, number: int, place: Place, starts: dt.date, user: User) -> Seen:
    """What figures say of a criterion, as far as somebody may know them: nothing where it has no figures.

    What others managed is published. How small a change can be seen goes by the class of a size, never by a size.
    """
    aim = aim_of(criterion, starts)
    if aim is None:
        return Seen()
    elsewhere = changes_elsewhere(place, aim.measure) if aim.months == YEAR else None
    least = visible(aim.measure, size_for(user, place, aim.measure), aim.before, falls=aim.falls, months=aim.months)
    lines = (compared(elsewhere, aim), *([] if least is None else [least_in_words(least, aim.measure)]))
    said = criterion.beyond_peers.strip()
    return Seen(lines, tuple(_warnings(elsewhere, least, aim, number, explained=bool(said))))


def _warnings(
    elsewhere: PeerChanges | None, least: Visible | None, aim: Aim, number: int, *, explained: bool
) -> Iterator[PlanWarning]:
    if elsewhere is not None and not explained and is_rare(elsewhere, aim):
        yield warned("inside_peers", CRITERIA, compared(elsewhere, aim), criterion=number)
    if least is not None and not least.shows(aim.change):
        yield warned("can_be_seen", CRITERIA, least_in_words(least, aim.measure), criterion=number)


def is_rare(elsewhere: PeerChanges, aim: Aim) -> bool:
    """Whether fewer than one in twenty of the others changed as much in a year."""
    return elsewhere.as_far(aim.change / aim.years) < RARE * elsewhere.number


def compared(elsewhere: PeerChanges | None, aim: Aim) -> str:
    """ "Of 20 others of its kind (Acute - Large), 1 fell by as much in the year to October 2025."."""
    if elsewhere is None:
        return NOTHING_PUBLISHED
    number = elsewhere.as_far(aim.change / aim.years)
    went = "fell" if aim.falls else "rose"
    each_year = " as this asks for each year" if aim.years > 1 else ""
    return (
        f"Of {elsewhere.number:,} others of its kind ({elsewhere.kind}), {number or 'none'} {went} by as much"
        f"{each_year} in the year to {month(elsewhere.to)}."
    )


def least_in_words(least: Visible, name: str) -> str:
    """The smallest change that can be seen, in the words of its steps."""
    if least.change is None:
        return TOO_SMALL
    if name in COUNTS:
        return f"A change of less than about {counted(round(least.change), 'person', 'people')} cannot be told from chance."
    return f"In a group of this size a change of less than about {_points(least.change)} cannot be told from chance."


def _points(change: float) -> str:
    points = round(100 * change, 1)
    if points == 0.5:
        return "half a point"
    return f"{points:g} {'point' if points == 1 else 'points'}"
