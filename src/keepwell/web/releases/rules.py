"""Who may release what to whom, and who sees what was released?"""

from __future__ import annotations

from keepwell.disclosure.policies import HIDING_POLICIES
from keepwell.errors import listed
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
    if not to.is_controller or not place.lies_in(to):
        return f"{place.name} does not lie in {to.name}: figures are released upward."
    if policy not in HIDING_POLICIES:
        return f"What is released hides small numbers: {listed(sorted(HIDING_POLICIES))}."
    return None


def cannot_release(by: User, release: Release) -> str | None:
    """Why somebody cannot put a draft in force; None if they can."""
    if release.state != Release.DRAFT:
        return f"This was {release.get_state_display().lower()} already."
    return cannot(by, RELEASE, release.place)


def cannot_withdraw(by: User, release: Release) -> str | None:
    """Why somebody cannot withdraw a release; None if they can."""
    if release.state == Release.WITHDRAWN:
        return "This was withdrawn already."
    return cannot(by, RELEASE, release.place)
