"""Who may see and say who carries retention at a place, and why not?"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from keepwell.content import plain_words
from keepwell.content.promise import RetentionRole, roles_of
from keepwell.web.accounts.abilities import LEAD_ASSESSMENTS
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import Standing, cannot, standing
from keepwell.web.assessments.rules import NOT_YOURS, cannot_see
from keepwell.web.places.models import Place


def cannot_see_roles(here: Standing | None) -> str | None:
    """Why somebody cannot see who holds the roles of a place; None if they can."""
    if reason := cannot_see(here):
        return reason
    return _no_roles(here.place) if here is not None else NOT_YOURS


def cannot_write_roles(by: User, place: Place) -> str | None:
    """Why somebody cannot write down who holds the roles of a place; None if they can."""
    if reason := cannot_see_roles(here := standing(by, place)):
        return reason
    if here is not None and cannot(by, LEAD_ASSESSMENTS, place):
        return f"Your role here ({here.in_words}) does not let you write down who holds a role."
    return f"{place.name} has closed." if place.closed else None


def cannot_write_role(by: User, place: Place, role: RetentionRole) -> str | None:
    """Why somebody cannot write down who holds one role of a place; None if they can."""
    if reason := cannot_write_roles(by, place):
        return reason
    if place.kind not in role.places:
        return f"{role.title} is not a role of a {place.kind_in_words.casefold()}."
    return None


def cannot_hold(name: str) -> str | None:
    """Why a text is no name of somebody who holds a role; None if it may be one."""
    return None if plain_words(name) else "Say who holds it, by the name that they go by at work."


def cannot_hold_since(since: dt.date | None) -> str | None:
    """Why nobody holds a role since that day; None if somebody can."""
    if since is not None and since > timezone.localdate():
        return "That day is still to come: until then somebody else holds it, or nobody."
    return None


def _no_roles(place: Place) -> str | None:
    if roles_of(place.kind):
        return None
    if place.is_controller or place.controller is None:
        return f"No roles are named for a {place.kind_in_words.casefold()}."
    return f"Roles are named for the whole of {place.controller.name}, not for a part of it."
