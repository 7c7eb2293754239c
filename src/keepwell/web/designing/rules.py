"""Who may see and write what stands beside a plan, and what may stand there?"""

from __future__ import annotations

from typing import Final

from keepwell.content import plain_words
from keepwell.web.accounts.models import User
from keepwell.web.designing.models import Stakeholder
from keepwell.web.plans import rules as plans
from keepwell.web.plans.models import Plan

MOST_STAKEHOLDERS: Final = 100
STAFF_SIDE: Final = frozenset({"staff_side", "practice_staff_side"})
"""Staff side, by its keys on the maps to begin from."""
NO_STAFF_SIDE: Final = (
    "Staff side is not on this map. Ask them before anything is decided that touches terms and hours."
)


def cannot_see_design(user: User, plan: Plan) -> str | None:
    """Why somebody cannot see diagram, theory and screening of a plan; None if they can: whoever sees the plan."""
    return plans.cannot_see_plan(user, plan)


def cannot_see_workings(user: User, plan: Plan) -> str | None:
    """Why somebody cannot see how ready a team is and how it judges others; None if they can: who writes the plan.

    An honest answer is given where it stays among those who work on it, so a release does not carry it upward.
    """
    return plans.cannot_see_drafts(user, plan)


def cannot_design(by: User, plan: Plan) -> str | None:
    """Why somebody cannot write what stands beside a plan; None if they can: who writes the plan."""
    return plans.cannot_write(by, plan)


def cannot_add_stakeholder(by: User, plan: Plan) -> str | None:
    """Why somebody cannot add anybody to the map of a plan; None if they can."""
    if reason := cannot_design(by, plan):
        return reason
    if Stakeholder.objects.filter(plan=plan, out_at=None).count() >= MOST_STAKEHOLDERS:
        return f"There are {MOST_STAKEHOLDERS} on the map already: take out who has no part in it."
    return None


def cannot_call_stakeholder(title: str, plan: Plan, but: Stakeholder | None = None) -> str | None:
    """Why nobody on the map of a plan can be called so; None if they can. `but` is the row itself."""
    if not plain_words(title):
        return "Say who it is: a group, a team or an organisation."
    others = Stakeholder.objects.filter(plan=plan, out_at=None)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if plain_words(title) in {plain_words(other) for other in others.values_list("title", flat=True)}:
        return "This stands on the map already."
    return None


def is_staff_side(row: Stakeholder) -> bool:
    """Whether it is staff side, from the map to begin from or in the plan's own words."""
    words = plain_words(row.title)
    return row.key in STAFF_SIDE or "staff side" in words or "union" in words
