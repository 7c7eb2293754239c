"""Who may set evidence beside something, take it away, and see the number in it, and why not?"""

from __future__ import annotations

from typing import Final

from keepwell.web.accounts.abilities import LEAD_ASSESSMENTS, LEAD_PLANS, RATE, RUN_SUPPORT, SEE_FIGURES, WRITE_PLANS
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.accounts.rules import cannot, grants_of, standing
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.values import PUBLISHED
from keepwell.web.places.models import Place

NOT_RELEASED: Final = "Not released to you."
NOT_OFFERED: Final = "A number is cited as it was offered to you, with its definition."
NO_ADDRESS: Final = "An address begins with https:// or http://."
INSIDE_SITE: Final = "/"
OUTSIDE: Final = ("https://", "http://")
FEWEST: Final = 5
"""A number of organisations under this is not told: who knows the system could say which they are."""


def cannot_cite(by: User, place: Place) -> str | None:
    """Why somebody cannot set evidence beside something at a place; None if they can: who rates, plans or supports there."""
    here = standing(by, place)
    if here is not None and here.abilities & {RATE, LEAD_ASSESSMENTS, WRITE_PLANS, RUN_SUPPORT}:
        return None
    return cannot(by, RATE, place)


def cannot_remove(by: User, citation: Citation) -> str | None:
    """Why somebody cannot take evidence away; None if they can: who cited it, as long as they may, or who leads there."""
    if citation.removed_at is not None:
        return "This has been taken away already."
    if citation.cited_by_id == by.pk:
        return cannot_cite(by, citation.place)
    here = standing(by, citation.place)
    if here is not None and here.abilities & {LEAD_ASSESSMENTS, LEAD_PLANS}:
        return None
    return cannot(by, LEAD_ASSESSMENTS, citation.place)


def cannot_see_value(user: User, citation: Citation) -> str | None:
    """Why somebody does not see the value in evidence; None if they do.

    What has no policy follows the thing that it stands beside.
    """
    return cannot_see(user, citation.policy, citation.of) if citation.policy or citation.number is not None else None


def cannot_see(user: User, policy: str, of: Place | None) -> str | None:
    """Why somebody does not see a value made under a policy; None if they do.

    An exact one is for those who see exact figures of what it is of. One with small numbers hidden is for whoever sees
    figures in that organisation. A published one is for everybody who is signed in. Of anything else nothing is told.
    """
    if policy == PUBLISHED:
        return None if user.is_authenticated and user.is_active else NOT_RELEASED
    if not policy or of is None:
        return NOT_RELEASED
    seen = _sees_exact(user, of) if policy == INTERNAL else _sees_figures(user, of)
    return None if seen else NOT_RELEASED


def _sees_exact(user: User, of: Place) -> bool:
    here = standing(user, of)
    return here is not None and here.exact and SEE_FIGURES in here.abilities


def _sees_figures(user: User, of: Place) -> bool:
    """Whether some role, anywhere in the organisation, lets somebody see figures."""
    return any(
        grant.place is not None
        and grant.place.controller_id == of.controller_id
        and grant.role.policy
        and SEE_FIGURES in grant.role.abilities
        for grant in grants_of(user)
    )


def cannot_link_to(address: str) -> str | None:
    """Why an address cannot stand beside something; None if it can: a page of this site, or one on the web."""
    if not address or address.startswith(OUTSIDE):
        return None
    inside = address.startswith(INSIDE_SITE) and address[1:2] not in {"/", "\\"}
    return None if inside else NO_ADDRESS


def cannot_count(organisations: int) -> str | None:
    """Why it is not told how many organisations cite something; None if it is."""
    return None if organisations >= FEWEST else f"Fewer than {FEWEST} organisations cite it: that is not told."
