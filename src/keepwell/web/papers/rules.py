"""Who may have a paper, take it away, and make a plan of a file, and why not?"""

from __future__ import annotations

import datetime as dt
from typing import Final

from keepwell.web.accounts.models import User
from keepwell.web.alignment.rules import cannot_see_combined
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.rules import cannot_see_value
from keepwell.web.papers.models import COMBINED, FORMATS, Brought, Paper
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Plan
from keepwell.web.plans.rules import NOT_YOURS, cannot_see_drafts, cannot_see_plan, cannot_start

KEPT_FOR: Final = dt.timedelta(days=7)
CHANGED: Final = "Something in this paper is not yours to see any more. Ask for it anew: what you may see is put in."
NOT_READY: Final = "This is not made yet."
MADE_ALREADY: Final = "A plan was made of this already."
NO_SUCH: Final = "There is no such paper."


def cannot_ask(by: User, place: Place, plan: Plan | None, kind: str, out_format: str) -> str | None:
    """Why somebody cannot have a paper made; None if they can: whoever sees what is in it."""
    if out_format not in FORMATS.get(kind, ()) or (plan is None) != (kind == COMBINED):
        return NO_SUCH
    return cannot_see_combined(by, place) if plan is None else cannot_see_plan(by, plan)


def cannot_see_paper(user: User, paper: Paper) -> str | None:
    """Why somebody does not see that there is a paper; None if they do: who asked for it, while the plan is theirs to see."""
    if paper.asked_by_id != user.pk:
        return NOT_YOURS
    return cannot_ask(user, paper.place, paper.plan, paper.kind, paper.out_format)


def cannot_take(user: User, paper: Paper, seen: frozenset[int]) -> str | None:
    """Why somebody cannot take a paper away; None if they can: all that stands in it is still theirs to see.

    `seen` are the numbers of the plans that they may see now, where it is a combined plan.
    """
    if reason := cannot_see_paper(user, paper):
        return reason
    if not paper.ready:
        return NOT_READY
    if paper.plan is not None and paper.drafts and cannot_see_drafts(user, paper.plan) is not None:
        return CHANGED
    if paper.plan is None and not set(paper.plans) <= seen:
        return CHANGED
    values = Citation.objects.filter(pk__in=paper.shows).select_related("of")
    return CHANGED if any(cannot_see_value(user, value) for value in values) else None


def cannot_bring(by: User, place: Place) -> str | None:
    """Why somebody cannot bring a plan in at a place; None if they can: whoever begins plans there."""
    return cannot_start(by, place)


def cannot_see_brought(user: User, brought: Brought) -> str | None:
    """Why somebody does not see what was brought in; None if they do: who brought it."""
    return NOT_YOURS if brought.by_id != user.pk else cannot_bring(user, brought.place)


def cannot_make(by: User, brought: Brought) -> str | None:
    """Why somebody cannot make a plan of what was brought in; None if they can."""
    if reason := cannot_see_brought(by, brought):
        return reason
    return MADE_ALREADY if brought.plan_id is not None else None
