"""Who may word, approve, withdraw and read what staff are told of an action?"""

from __future__ import annotations

import re
from typing import Final

from keepwell.content import plain_words
from keepwell.web.accounts.abilities import LEAD_PLANS
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot, grants_of, mailbox, standing
from keepwell.web.following.models import WeDid
from keepwell.web.mail.rules import cannot_say
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.rules import NOT_YOURS, cannot_see_drafts

VOUCH: Final = "There are numbers in it: say that they were released to all staff, or are published."


def cannot_read_page(user: User, place: Place) -> str | None:
    """Why somebody cannot see what the staff of a place were told; None if they can: any role in the organisation."""
    inside = any(g.place is not None and g.place.controller_id == place.controller_id for g in grants_of(user))
    return None if inside or standing(user, place) is not None else NOT_YOURS


def cannot_read(user: User, we_did: WeDid) -> str | None:
    """Why somebody cannot read what staff are told of one action; None if they can.

    Shown to staff, everybody with a role in the organisation; before that, who writes the plan.
    """
    if cannot_see_drafts(user, we_did.action.plan) is None:
        return None
    return cannot_read_page(user, we_did.place) if we_did.shown else NOT_YOURS


def cannot_word(by: User, action: Action) -> str | None:
    """Why somebody cannot word what staff are told of an action; None if they can: who writes the plan.

    It is told of what is finished, also after the plan is closed.
    """
    if reason := cannot_see_drafts(by, action.plan):
        return reason
    if action.removed_at is not None:
        return "This action was taken out of the plan."
    if action.plan.state == Plan.DRAFT or action.state != Action.FINISHED:
        return "Staff are told of what is done: finish the action first."
    return f"{action.plan.place.name} has closed." if action.plan.place.closed else None


def cannot_tell(words: str, action: Action) -> str | None:
    """Why words cannot be told to staff; None if they can."""
    if not plain_words(words):
        return "Say it in a sentence or two."
    owner = _single(action.owner.name) if action.owner else ""
    if owner.strip() and owner in _single(words):
        return "It names who owns the action. Say “we”, and leave the name out."
    return None


def _single(text: str) -> str:
    """The words of a text one after the other, without marks and capitals, a blank before and after each."""
    single = re.findall(r"[^\W_]+", text.casefold())
    return f" {' '.join(single)} "


def has_numbers(we_did: WeDid) -> bool:
    """Whether there is a number in it, in digits or in words, other than a day."""
    return cannot_say(we_did.you_said) is not None or cannot_say(we_did.we_did) is not None


def cannot_approve(by: User, we_did: WeDid) -> str | None:
    """Why somebody cannot approve what staff are told; None if they can: a second person who leads plans there."""
    if we_did.shown:
        return "This is approved already."
    if reason := cannot_word(by, we_did.action):
        return reason
    if reason := cannot(by, LEAD_PLANS, we_did.place):
        return reason
    if by.pk == we_did.worded_by_id or mailbox(by) == mailbox(we_did.worded_by):
        return "Who worded it does not approve it: ask a second person who leads plans here."
    return "This was withdrawn: word it anew." if we_did.withdrawn_at is not None else None


def cannot_vouch(we_did: WeDid, vouched: bool) -> str | None:
    """Why it cannot be shown with its numbers; None if it can: somebody vouches that staff may see them."""
    return VOUCH if has_numbers(we_did) and not vouched else None


def cannot_withdraw(by: User, we_did: WeDid) -> str | None:
    """Why somebody cannot withdraw what staff are told; None if they can: who leads plans there."""
    if not we_did.shown:
        return "Staff do not see this."
    return cannot_see_drafts(by, we_did.action.plan) or cannot(by, LEAD_PLANS, we_did.place)
