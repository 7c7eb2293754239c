"""Which pages of administration may somebody open?"""

from __future__ import annotations

from typing import Final

from keepwell.web.accounts.abilities import CONFIRM_GRANTS, EDIT_PLACES, MANAGE_PEOPLE, RELEASE
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import Standing, cannot_on_site, standing
from keepwell.web.places.models import Place

SEES_PEOPLE: Final = frozenset({MANAGE_PEOPLE, CONFIRM_GRANTS})


def cannot_see_people(here: Standing) -> str | None:
    """Why somebody cannot see who holds which role at a place; None if they can."""
    if here.abilities & SEES_PEOPLE:
        return None
    return "Only those who give or confirm roles see who holds them."


def cannot_see_releases(here: Standing) -> str | None:
    """Why somebody cannot see what an organisation released or prepares to; None if they can.

    Those who may release see drafts; staff side sees what is in force, on its own page.
    """
    return None if RELEASE in here.abilities and here.place.is_controller else "Only those who may release see this."


def cannot_edit_places(by: User, place: Place | None) -> str | None:
    """Why somebody cannot change the tree of places; None if they can."""
    if place is not None and standing(by, place) is None:
        return "This is not yours to see."
    return cannot_on_site(by, EDIT_PLACES)
