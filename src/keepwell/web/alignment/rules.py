"""Who may see a combined plan, answer those below, pass money on, weigh their needs, and ask them again, and why not?"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from django.utils import timezone

from keepwell.web.accounts.abilities import LEAD_PLANS, SET_TARGETS
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot
from keepwell.web.alignment.models import Allocation, AskedAgain, Kept, Reply
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Plan, Shown
from keepwell.web.plans.rules import NOT_YOURS, cannot_see_action, cannot_see_plans

ONCE_A_WEEK: Final = dt.timedelta(days=7)
MOST_MONEY: Final = Decimal(1_000_000_000)
ENDED: Final = "This has ended, and does not change any more."


def cannot_see_combined(user: User, place: Place) -> str | None:
    """Why somebody cannot see the plans of a place and of all below it side by side; None if they can."""
    return cannot_see_plans(user, place)


def cannot_lead(by: User, place: Place) -> str | None:
    """Why somebody cannot answer those below a place, pass money on to them and weigh their needs; None if they can."""
    if reason := cannot(by, LEAD_PLANS, place):
        return reason
    return f"{place.name} has closed." if place.closed else None


def cannot_change(by: User, kept: Kept) -> str | None:
    """Why somebody cannot change what is written down at a place; None if they can."""
    return cannot_lead(by, kept.place) or (ENDED if kept.over_at else None)


def cannot_reply(by: User, action: Action, place: Place) -> str | None:
    """Why somebody cannot answer what an action below wants from a place; None if they can.

    Only what was released to the place is answered: nobody knows of anything else.
    """
    if not is_released_to(action, place):
        return NOT_YOURS
    if reason := cannot_lead(by, place):
        return reason
    return None if action.seeks_above.strip() else "This action wants nothing from above."


def is_released_to(action: Action, place: Place) -> bool:
    """Whether a place sees an action of another below it: its plan agreed and released, the action no draft."""
    if action.removed_at is not None or action.state == Action.DRAFT or action.plan.state != Plan.AGREED:
        return False
    if action.plan.place_id == place.pk or not action.plan.place.lies_in(place):
        return False
    return Shown.objects.filter(plan=action.plan_id, to=place, withdrawn_at__isnull=True).exists()


def cannot_support_with(above: Action | None, place: Place) -> str | None:
    """Why an action cannot stand as a place's support; None if it can: its own, agreed, and not stopped."""
    if above is None:
        return "Say which action of yours supports it."
    if above.plan.place_id != place.pk or above.removed_at is not None or above.plan.state == Plan.DRAFT:
        return NOT_YOURS
    if above.state == Action.DRAFT:
        return "A draft supports nobody yet: agree it first."
    return "This action was stopped: it supports nobody any more." if above.state == Action.STOPPED else None


def cannot_see_replies(user: User, action: Action) -> str | None:
    """Why somebody cannot see what was answered to an action; None if they can: whoever sees the action."""
    return cannot_see_action(user, action)


def is_told_of(reply: Reply) -> bool:
    """Whether the action above may still be named to those below: no draft, nothing taken out."""
    above = reply.action_above
    return (
        above is not None
        and above.removed_at is None
        and above.state != Action.DRAFT
        and above.plan.state != Plan.DRAFT
        and above.plan.place_id == reply.place_id
    )


def supports(reply: Reply) -> bool:
    """Whether an answer stands as support today: by an action that is there, agreed, and was not stopped since."""
    above = reply.action_above
    return reply.state == Reply.SUPPORTED and is_told_of(reply) and above is not None and above.state != Action.STOPPED


def cannot_pass_on(by: User, place: Place, to: Place, amount: Decimal) -> str | None:
    """Why a place cannot pass money on to another; None if it can."""
    if reason := cannot_lead(by, place):
        return reason
    if to.pk == place.pk or not to.lies_in(place):
        return f"{to.name} does not lie in {place.name}: money is passed on to those below."
    if to.closed:
        return f"{to.name} has closed."
    return "Say how many pounds it is." if amount <= 0 else None


def cannot_enter_besides(by: User, allocation: Allocation) -> str | None:
    """Why somebody cannot enter what was committed or spent besides; None if they can.

    It is entered by who passed the money on, and by who received it.
    """
    if allocation.over_at is not None:
        return ENDED
    if cannot_lead(by, allocation.place) is None:
        return None
    return cannot_lead(by, allocation.to)


def cannot_last(starts_on: dt.date, ends_on: dt.date) -> str | None:
    """Why two days are no beginning and end; None if they are."""
    return "It would end before it starts." if ends_on < starts_on else None


def cannot_ask(by: User, place: Place, of: Place) -> str | None:
    """Why a place cannot ask one below again for what it has not sent; None if it can: at most once a week."""
    if reason := cannot_lead(by, place):
        return reason
    if of.pk == place.pk or not of.lies_in(place):
        return NOT_YOURS
    if of.closed:
        return f"{of.name} has closed."
    since = timezone.now() - ONCE_A_WEEK
    last = AskedAgain.objects.filter(place=place, of=of, at__gt=since).first()
    return None if last is None else too_soon(last.at)


def too_soon(asked_at: dt.datetime) -> str:
    """Why who was asked less than a week ago is not asked again yet."""
    on = timezone.localtime(asked_at)
    return f"They were asked on {on.day} {on:%B %Y}: at most once a week."


def cannot_set_target(by: User, place: Place) -> str | None:
    """Why somebody cannot say how many staff there shall be; None if they can."""
    if reason := cannot(by, SET_TARGETS, place):
        return reason
    return f"{place.name} has closed." if place.closed else None
