"""Who may set the site up, and how far is that? Who sees how the promise to staff is kept?"""

from __future__ import annotations

from typing import Final

from keepwell.web.accounts.abilities import EDIT_PLACES
from keepwell.web.accounts.models import Grant, User
from keepwell.web.accounts.rules import Standing, cannot_on_site
from keepwell.web.assessments.rules import cannot_see
from keepwell.web.places.models import ICB, INSIDE, NETWORK, PRACTICE, TRUST, Place

WITH_A_PROMISE: Final = (TRUST, *INSIDE, ICB, NETWORK, PRACTICE)
"""The kinds of place that employ people, or answer for several that do: there the People Promise is shown."""


def cannot_name_organisation(by: User) -> str | None:
    """Why somebody cannot name the organisation that the site begins with; None if they can."""
    if reason := cannot_on_site(by, EDIT_PLACES):
        return reason
    if Place.objects.exists():
        return "The organisation has been named already: change it under people and places."
    return None


def cannot_choose_who(by: User) -> str | None:
    """Why somebody cannot choose, in the first run, who will look at the figures; None if they can."""
    if reason := cannot_on_site(by, EDIT_PLACES):
        return reason
    if not Place.objects.exists():
        return "Name the organisation first."
    if begun_with() is None:
        return "The site has several organisations: give roles under people and places."
    if Grant.objects.filter(place__isnull=False).exists():
        return "This has been chosen already: change it under people and places."
    return None


def begun_with() -> Place | None:
    """The organisation that the first run named, on a site that has not grown since; None on any other."""
    found = list(Place.objects.exclude(kind__in=INSIDE).order_by("-pk")[:3])
    grown = len(found) > 2 or (len(found) == 2 and found[1].kind != ICB)
    return None if grown or not found else found[0]


def cannot_see_promise(here: Standing) -> str | None:
    """Why somebody cannot see how a place keeps the People Promise; None if they can."""
    if here.place.kind not in WITH_A_PROMISE:
        return f"The People Promise is not shown for a {here.place.kind_in_words.casefold()}."
    return cannot_see(here)
