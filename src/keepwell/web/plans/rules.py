"""Who may write, agree, see and release a plan, and who owns what is in it?"""

from __future__ import annotations

import datetime as dt
from typing import Final

from keepwell.web.accounts.abilities import LEAD_PLANS, SEE_FIGURES, WRITE_PLANS
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot, grants_of, standing
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Attachment, Comment, Plan, Shown

NOT_YOURS: Final = "This is not yours to see."
CLOSED: Final = "This plan is closed, and does not change any more. Copy it to go on."
SEES_PLANS: Final = frozenset({SEE_FIGURES, WRITE_PLANS})


def cannot_see_plans(user: User, place: Place) -> str | None:
    """Why somebody cannot see which plans a place has agreed; None if they can."""
    here = standing(user, place)
    return None if here is not None and here.abilities & SEES_PLANS else NOT_YOURS


def cannot_start(by: User, place: Place) -> str | None:
    """Why somebody cannot begin a plan at a place; None if they can."""
    if reason := cannot(by, WRITE_PLANS, place):
        return reason
    return f"{place.name} has closed." if place.closed else None


def cannot_write(by: User, plan: Plan) -> str | None:
    """Why somebody cannot change a plan; None if they can.

    A draft is for those with a role at the place itself, and for whoever began it: nobody above sees it, though their
    role may reach so far down.
    """
    if plan.state == Plan.CLOSED:
        return CLOSED
    return _cannot_take_part(by, plan)


def _cannot_take_part(by: User, plan: Plan) -> str | None:
    if reason := cannot(by, WRITE_PLANS, plan.place):
        return reason
    if plan.state == Plan.DRAFT and plan.started_by_id != by.pk and not _writes_at(by, plan.place):
        return NOT_YOURS
    return None


def _writes_at(user: User, place: Place) -> bool:
    return any(grant.place_id == place.pk and WRITE_PLANS in grant.role.abilities for grant in grants_of(user))


def cannot_see_plan(user: User, plan: Plan) -> str | None:
    """Why somebody cannot see a plan; None if they can.

    Those who write it see it always; agreed, whoever sees figures or writes plans at the place, and at a place above
    that it was released to.
    """
    if _cannot_take_part(user, plan) is None:
        return None
    if plan.state == Plan.DRAFT:
        return NOT_YOURS
    if cannot_see_plans(user, plan.place) is None or _shown_to(user, plan):
        return None
    return NOT_YOURS


def _shown_to(user: User, plan: Plan) -> bool:
    shown = Shown.objects.filter(plan=plan, withdrawn_at__isnull=True).select_related("to")
    return any(cannot_see_plans(user, one.to) is None for one in shown)


def cannot_see_drafts(user: User, plan: Plan) -> str | None:
    """Why somebody does not see what is still a draft in a plan, or was taken out; None if they write it."""
    return _cannot_take_part(user, plan)


def cannot_see_action(user: User, action: Action) -> str | None:
    """Why somebody cannot see an action; None if they can: whoever sees the plan, who owns it, and who helps with it."""
    if _cannot_take_part(user, action.plan) is None:
        return None
    if action.removed_at is not None:
        return NOT_YOURS
    if takes_part(user, action):
        return None
    if action.state == Action.DRAFT:
        return NOT_YOURS
    return cannot_see_plan(user, action.plan)


def takes_part(user: User, action: Action) -> bool:
    """Whether somebody owns an action, was asked to, or helps with it, and their account is open."""
    if not user.is_active or action.removed_at is not None:
        return False
    return action.owner_id == user.pk or action.helpers.filter(user=user).exists()


def cannot_report(by: User, action: Action) -> str | None:
    """Why somebody cannot say how an action goes; None if they can: its owner, who helps, and who writes the plan."""
    if action.plan.state == Plan.CLOSED:
        return CLOSED
    if action.removed_at is not None:
        return "This action was taken out of the plan."
    if takes_part(by, action):
        return None
    return _cannot_take_part(by, action.plan)


def cannot_own(user: User, action: Action) -> str | None:
    """Why somebody cannot be asked to own an action; None if they can: an open account with a role in the organisation."""
    if not user.is_active:
        return f"{user.name}'s account is closed: they have left, or changed their address."
    inside = any(
        grant.place is not None
        and (grant.place.controller_id == action.plan.place.controller_id or action.plan.place.lies_in(grant.place))
        for grant in grants_of(user)
    )
    return None if inside else f"{user.name} has no role at {action.plan.place.controller}."


def cannot_accept(by: User, action: Action) -> str | None:
    """Why somebody cannot accept an action, or decline it; None if they can."""
    if action.owner_id != by.pk:
        return "Only who was asked can answer."
    if action.accepted_at is not None:
        return "This was accepted already."
    return "This action was taken out of the plan." if action.removed_at is not None else None


def cannot_last(starts_on: dt.date | None, ends_on: dt.date | None) -> str | None:
    """Why two days are no beginning and end; None if they are."""
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        return "It would end before it starts."
    return None


def cannot_agree(by: User, plan: Plan) -> str | None:
    """Why somebody cannot agree a plan, or what was added to it since; None if they can. Warnings stop nobody."""
    if plan.state == Plan.CLOSED:
        return CLOSED
    if reason := _cannot_take_part(by, plan) or cannot(by, LEAD_PLANS, plan.place):
        return reason
    if not plan.actions.filter(removed_at__isnull=True, state=Action.DRAFT).exists():
        return "There is nothing new in it to agree." if plan.state == Plan.AGREED else "There is no action in it yet."
    return None


def cannot_close(by: User, plan: Plan) -> str | None:
    """Why somebody cannot close a plan; None if they can: what is in it has been finished, stopped or taken out."""
    if plan.state == Plan.CLOSED:
        return "This plan is closed already."
    if reason := _cannot_take_part(by, plan) or cannot(by, LEAD_PLANS, plan.place):
        return reason
    left = plan.actions.filter(removed_at__isnull=True, state__in=(Action.DRAFT, Action.UNDER_WAY)).count()
    if plan.state == Plan.AGREED and left:
        return "Something in it is still to be done: finish it, stop it, or take it out."
    return None if plan.state == Plan.AGREED else "A draft is not closed: it can be left as it is."


def cannot_release(by: User, plan: Plan, to: Place) -> str | None:
    """Why somebody cannot release a plan to a place above; None if they can.

    Out of an organisation it is released by somebody who leads plans for the whole of it.
    """
    if plan.state == Plan.DRAFT:
        return "Only what has been agreed is released: nobody above sees a draft."
    if to.pk == plan.place_id or not plan.place.lies_in(to):
        return f"{plan.place.name} does not lie in {to.name}: plans are released upward."
    if to.closed:
        return f"{to.name} has closed."
    inside = to.controller_id == plan.place.controller_id
    if reason := cannot(by, LEAD_PLANS, plan.place if inside else plan.place.controller or plan.place):
        return reason
    if Shown.objects.filter(plan=plan, to=to, withdrawn_at__isnull=True).exists():
        return f"{to.name} sees this already."
    return None


def cannot_withdraw(by: User, shown: Shown) -> str | None:
    """Why somebody cannot withdraw what was released; None if they can."""
    if shown.withdrawn_at is not None:
        return "This was withdrawn already."
    return cannot(by, LEAD_PLANS, shown.plan.place)


def cannot_comment(by: User, plan: Plan, action: Action | None) -> str | None:
    """Why somebody cannot say something of a plan or an action; None if they can: whoever sees it."""
    return cannot_see_plan(by, plan) if action is None else cannot_see_action(by, action)


def cannot_take_back(by: User, comment: Comment) -> str | None:
    """Why somebody cannot take a comment back; None if they can: who wrote it."""
    if comment.taken_back_at is not None:
        return "This was taken back already."
    return None if comment.by_id == by.pk else "Only who wrote it can take it back."


def cannot_attach(by: User, plan: Plan, action: Action | None) -> str | None:
    """Why somebody cannot set a document beside a plan or an action; None if they can: who writes it, or takes part."""
    if action is not None:
        return cannot_report(by, action)
    return cannot_write(by, plan)


def cannot_detach(by: User, attachment: Attachment) -> str | None:
    """Why somebody cannot take a document away; None if they can: who set it there, as long as they may, or who writes."""
    if attachment.removed_at is not None:
        return "This has been taken away already."
    if attachment.by_id == by.pk:
        return cannot_attach(by, attachment.plan, attachment.action)
    return cannot_write(by, attachment.plan)


def cannot_open(user: User, attachment: Attachment) -> str | None:
    """Why somebody is not given a document; None if they are: whoever sees what it stands beside."""
    if attachment.removed_at is not None:
        return NOT_YOURS
    if attachment.action is not None:
        return cannot_see_action(user, attachment.action)
    return cannot_see_plan(user, attachment.plan)
