"""Who sees which kind of page of a place, and who sets targets?"""

from __future__ import annotations

from keepwell.web.accounts.abilities import SEE_FIGURES, SET_TARGETS
from keepwell.web.accounts.rules import Standing
from keepwell.web.dashboards.models import Target
from keepwell.web.places.models import ICB, NATION, NETWORK, REGION

ABOVE = (NATION, REGION, ICB, NETWORK)
"""Places that see of organisations what these released to them."""


def cannot_see(here: Standing) -> str | None:
    """Why somebody cannot see figures of a place; None if they can."""
    if SEE_FIGURES in here.abilities and here.policy:
        return None
    return f"Your role here ({here.in_words}) sees no figures."


def cannot_set_target(here: Standing) -> str | None:
    """Why somebody cannot set a target for a place; None if they can."""
    if SET_TARGETS not in here.abilities:
        return f"Your role here ({here.in_words}) does not set targets."
    if not here.exact:
        return "A target is set by somebody who sees the figures that it is held against."
    return None


def cannot_end_target(here: Standing, target: Target) -> str | None:
    """Why somebody cannot end a target; None if they can."""
    if target.ended_at is not None:
        return "This target has ended already."
    return cannot_set_target(here)
