"""How much was said, attached and changed beside a plan or an action, in a few words?"""

from __future__ import annotations

from keepwell.errors import counted
from keepwell.web.accounts.models import User
from keepwell.web.plans import rules
from keepwell.web.plans.models import Action, Attachment, Comment, Plan, Version


def said_of_plan(plan: Plan, user: User) -> str | None:
    return _said(plan, None)


def said_of_action(action: Action, user: User) -> str | None:
    return _said(action.plan, action)


def _said(plan: Plan, action: Action | None) -> str:
    comments = Comment.objects.filter(plan=plan, action=action, taken_back_at__isnull=True).count()
    attached = Attachment.in_use().filter(plan=plan, action=action).count()
    told = [counted(number, word) for number, word in ((comments, "comment"), (attached, "document")) if number]
    return ", ".join(told) or "None yet"


def changes_of_plan(plan: Plan, user: User) -> str | None:
    return _changes(plan, None, user)


def changes_of_action(action: Action, user: User) -> str | None:
    return _changes(action.plan, action, user)


def _changes(plan: Plan, action: Action | None, user: User) -> str | None:
    """None for those who do not write: what a plan once said is theirs alone."""
    if rules.cannot_see_drafts(user, plan) is not None:
        return None
    return counted(Version.objects.filter(plan=plan, action=action).count(), "version")
