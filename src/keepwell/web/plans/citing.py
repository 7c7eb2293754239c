"""May somebody know that a plan or an action cites something?"""

from __future__ import annotations

from keepwell.web.accounts.models import User
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.rules import NOT_YOURS, cannot_see_action, cannot_see_plan


def cannot_see_cited(user: User, subject: str) -> str | None:
    """Why somebody cannot see the plan or the action that evidence calls so; None if they can: no draft above it."""
    kind, _, number = subject.removeprefix("plans.").partition("/")
    if not number.isdecimal():
        return NOT_YOURS
    if kind == "plan":
        plan = Plan.objects.filter(pk=number).select_related("place__controller").first()
        return cannot_see_plan(user, plan) if plan else NOT_YOURS
    action = Action.objects.filter(pk=number, removed_at=None).select_related("plan__place__controller").first()
    return cannot_see_action(user, action) if action else NOT_YOURS
