"""How are staff told what was done?"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.following import we_did_rules as rules
from keepwell.web.following.models import WeDid
from keepwell.web.places.refusals import Quicker, refuse
from keepwell.web.plans import actions as plans
from keepwell.web.plans.models import Action

WHAT = "What staff are told"


@transaction.atomic
def word(*, action: Action, you_said: str, we_did: str, known: int | None, by: User) -> WeDid:
    """Word what staff are told of an action. Worded anew it is approved anew: until then staff do not see it.

    `known` is the version that was shown, None where there was none. Raises Quicker where somebody else has written
    since, NotAllowed where the rules say no.
    """
    action = plans.held_action(action)
    refuse(rules.cannot_word(by, action), found=action.plan.title)
    found = WeDid.objects.filter(action=action).select_related("worded_by").first()
    if (found.version if found else None) != known:
        raise Quicker(
            f"Somebody else has worded this since you opened the page{f': {found.worded_by.name}' if found else ''}.",
            found="other words than those that were shown to you",
            attempt="read what stands there now, and send yours again if they are still right",
        )
    for words in (you_said, we_did):
        refuse(rules.cannot_tell(words, action), found="what you typed", attempt="other words")
    told = found or WeDid(action=action, place=action.plan.place, version=0)
    told.you_said, told.we_did = you_said.strip(), we_did.strip()
    told.version, told.worded_by, told.worded_at = told.version + 1, by, timezone.now()
    told.approved_by, told.approved_at, told.figures_released = None, None, False
    told.withdrawn_by, told.withdrawn_at = None, None
    told.save()
    return told


@transaction.atomic
def approve(*, we_did: WeDid, known: int, vouched: bool, by: User) -> WeDid:
    """Show it to staff. `known` is the version that was read, `vouched` that staff may see the numbers in it.

    Raises Quicker where it was worded anew meanwhile, NotAllowed where the rules say no.
    """
    told = _held(we_did)
    refuse(rules.cannot_approve(by, told), found=told.action.plan.title)
    if told.version != known:
        raise Quicker(
            f"It was worded anew since you opened the page: {told.worded_by.name}.",
            found="other words than those that you read",
            attempt="read what stands there now",
        )
    refuse(rules.cannot_vouch(told, vouched), found="numbers", attempt="tick the box, or have it worded without them")
    told.approved_by, told.approved_at, told.figures_released = by, timezone.now(), vouched
    told.save()
    record(by=by, kind=Kind.RELEASED, what=WHAT, place=told.place, about=f"Action {told.action_id}")
    return told


@transaction.atomic
def withdraw(*, we_did: WeDid, by: User) -> WeDid:
    """Show it to staff no longer; it stays on record."""
    told = _held(we_did)
    refuse(rules.cannot_withdraw(by, told), found=told.action.plan.title)
    told.withdrawn_by, told.withdrawn_at = by, timezone.now()
    told.save()
    record(by=by, kind=Kind.WITHDRAWN, what=WHAT, place=told.place, about=f"Action {told.action_id}")
    return told


def _held(we_did: WeDid) -> WeDid:
    action = plans.held_action(we_did.action)
    told = WeDid.objects.select_related("worded_by", "place__controller").get(pk=we_did.pk)
    told.action = action
    return told
