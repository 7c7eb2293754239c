"""Who may release what to whom, and who sees what was released?"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from keepwell.disclosure.policies import HIDING_POLICIES
from keepwell.errors import listed
from keepwell.periods import Month
from keepwell.web.accounts.abilities import RELEASE
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot
from keepwell.web.places.models import Place
from keepwell.web.releases.models import Release


def cannot_draft(by: User, place: Place, to: Place, policy: str) -> str | None:
    """Why somebody cannot prepare a release of an organisation's figures; None if they can."""
    if reason := cannot(by, RELEASE, place):
        return reason
    if not place.is_controller:
        return f"{place.controller} answers for the records of {place.name}: it releases for all of it."
    if reason := does_not_lie_in(place, to):
        return reason
    if policy not in HIDING_POLICIES:
        return f"What is released hides small numbers: {listed(sorted(HIDING_POLICIES))}."
    return None


def cannot_release(by: User, release: Release) -> str | None:
    """Why somebody cannot put a draft in force; None if they can."""
    if release.state != Release.DRAFT:
        return f"This was {release.get_state_display().lower()} already."
    reason = does_not_lie_in(release.place, release.to) or told_by_difference(release)
    return cannot(by, RELEASE, release.place) or reason


def does_not_lie_in(place: Place, to: Place) -> str | None:
    """Why figures of a place do not go to another today; None if they do."""
    if to.is_controller and place.lies_in(to):
        return None
    return f"{place.name} does not lie in {to.name}: figures are released upward."


def told_by_difference(release: Release) -> str | None:
    """Why something cannot be released beside what the same place has had; None if it can.

    Each release is protected by itself: a year beside half a year of the same people tells the other half. What has
    the same form has the same figures; what begins after all that was had is of other months. Staff at its start are
    those at the end of the month before, so that month counts as well.
    """
    begins = Month.parse(release.first) + -release.months
    for had in handed_over(release.place, release.to).exclude(pk=release.pk):
        to_month = max((pack.last_month for pack in had.packs.all()), default=had.first)
        same = alike(had, release) and (Month.parse(had.first) - Month.parse(release.first)) % release.months == 0
        if not same and Month.parse(to_month) >= begins:
            return (
                f"{release.to.name} has had figures of these months in another form: the two together could tell small "
                "numbers. Release the same as then, or wait until there are months enough that follow."
            )
    return None


def handed_over(place: Place, to: Place) -> QuerySet[Release]:
    """What a place has had, or is about to have, of an organisation, also where it was withdrawn since."""
    on_its_way = Q(state__in=(Release.ON_ITS_WAY, Release.RELEASED))
    had = Release.objects.filter(Q(packs__isnull=False) | on_its_way, place=place.controller, to=to)
    return had.distinct().prefetch_related("packs").order_by("pk")


def alike(one: Release, other: Release) -> bool:
    """Whether two releases show the same groups of the same records under one policy, in periods of one length."""
    return _form(one) == _form(other)


def _form(release: Release) -> tuple[object, ...]:
    return release.policy, [list(table) for table in release.tables], release.source, release.months


def cannot_withdraw(by: User, release: Release) -> str | None:
    """Why somebody cannot withdraw a release; None if they can."""
    if release.state == Release.WITHDRAWN:
        return "This was withdrawn already."
    return cannot(by, RELEASE, release.place)
