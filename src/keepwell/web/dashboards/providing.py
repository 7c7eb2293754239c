"""Which figures can somebody who sees no exact ones set beside what a place says of itself?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.urls import reverse

from keepwell.disclosure.hiding import HIDING
from keepwell.enquiries.ladder import Figures, Ladder, Rung, ladder, rungs_of
from keepwell.enquiries.people_behind import MADE_OF_STAFF, Behind, of_staff_shown
from keepwell.measures import measure
from keepwell.reports.main_figures import in_units
from keepwell.reports.sections import one_in
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.dashboards.queries import session_of
from keepwell.web.dashboards.rules import cannot_see
from keepwell.web.evidence.values import Asked, Value
from keepwell.web.places.kept import kept
from keepwell.web.places.models import Place
from keepwell.web.places.queries import where_of, workspace_of
from keepwell.web.releases import queries as releases_of
from keepwell.web.releases.models import Release

VERSION: Final = 1
"""Changed whenever values are made differently, so that those kept from before are not shown."""
TOLD: Final = ("share_who_left", "leaver_rate", "leavers", "joiners", "headcount")
"""Measures that counts handed over can tell."""
FIELDS: Final = {"headcount": "headcount_at_end"}


def handed_over_values(user: User, asked: Asked) -> Iterator[Value]:
    """What an organisation handed over to its own people of a place, or of the smallest larger part that is shown.

    Only for those who see no exact figures there. What was loaded since is given once it has been handed over.
    """
    here = standing(user, asked.place)
    if here is None or here.exact or cannot_see(here) is not None or not set(TOLD) & set(asked.measures):
        return
    release = releases_of.inside(asked.place)
    if release is None:
        return
    found = _handed_over(asked.place, release)
    if (rung := found.first_shown) is None or rung.row is None:
        return
    for name in asked.measures:
        if name in TOLD and (value := _value(asked.place, name, found, rung, rung.row)) is not None:
            yield value


def handed_over_size(user: User, place: Place, measure: str) -> Behind | None:
    """The class of a place from the counts that were handed over, for those who see no exact figures there.

    It is made of what they have been shown and nothing else; a place whose counts are hidden is too small.
    """
    here = standing(user, place)
    if measure not in MADE_OF_STAFF or here is None or here.exact or cannot_see(here) is not None:
        return None
    release = releases_of.inside(place)
    if release is None:
        return None
    row = _handed_over(place, release).rungs[0].row
    return of_staff_shown(row.headcount_at_start, row.headcount_at_end) if row else of_staff_shown(None, None)


def _handed_over(place: Place, release: Release) -> Ladder:
    """The ladder of a place, as the ledger says that it was handed over; made once for each time."""
    newest = releases_of.newest_pack(release)
    group = tuple((name, values[0]) for name, values in where_of(place))

    def make() -> Ladder:
        with session_of(place) as session:
            return ladder(session, release.audience, rungs_of(group), handed_over=True)

    of = (VERSION, "handed over", release.audience, newest.sha256 if newest else "", group)
    return kept(workspace_of(place), of, make)


def _value(asked: Place, name: str, found: Ladder, rung: Rung, row: Figures) -> Value | None:
    number = getattr(row, FIELDS.get(name, name))
    of = _place_of(asked, rung)
    if number is None or of is None:
        return None
    meant, policy = measure(name), found.released.policy
    about = "about " if number and HIDING[policy.name].rounds else ""
    whose = "" if of.pk == asked.pk else f", {of.name}"
    return Value(
        key=f"handed over/{name}",
        label=f"{meant.label}{whose}",
        words=f"{about}{_in_words(name, number, row)}",
        period=_when(found),
        definition=f"{meant.words} Formula: {meant.formula}. Made from counts as they are shown: {policy.title}.",
        policy=policy.name,
        link=reverse("dashboard", args=[asked.slug]),
        place=of,
        number=number,
    )


def _in_words(name: str, number: float, row: Figures) -> str:
    """A share as one in so many, with the counts as shown. No decimals: they would say more than rounded counts can."""
    if name == "share_who_left":
        return f"{one_in(number)} ({row.leavers:,} of {row.headcount_at_start:,})" if row.leavers else "nobody"
    return f"{number:.0%}" if measure(name).unit == "share" else in_units(number, measure(name).unit)


def _place_of(asked: Place, rung: Rung) -> Place | None:
    """The place that a rung of its ladder is: itself, or one that it lies in inside its organisation."""
    place: Place | None = asked
    while place is not None and len(where_of(place)) > len(rung.group):
        place = place.parent
    return place


def _when(found: Ladder) -> str:
    period = found.period
    return period.in_words if period.months == 1 else f"{period.months} months to {period.last.in_words}"
