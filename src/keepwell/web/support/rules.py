"""Who may run a programme of support, offer, see and answer it, and why not?"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from django.utils import timezone

from keepwell.content import plain_words
from keepwell.web.accounts.abilities import LEAD_PLANS, RUN_SUPPORT, WRITE_PLANS
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot, standing
from keepwell.web.places.models import ICB, NATION, REGION, Place
from keepwell.web.support.models import KINDS, Offer, Programme, Selected

NOT_YOURS: Final = "This is not yours to see."
GIVES_SUPPORT: Final = (NATION, REGION, ICB)
"""The kinds of place with organisations in them that can be supported."""
MOST_MONEY: Final = Decimal(1_000_000_000)
MOST_PEOPLE: Final = 1_000_000
NO_YES_YET: Final = "Support starts once the organisation has accepted it."


def cannot_run(by: User, place: Place) -> str | None:
    """Why somebody does not see and run the support that a place gives; None if they do."""
    if reason := cannot(by, RUN_SUPPORT, place):
        return reason
    if place.kind in GIVES_SUPPORT:
        return None
    return f"A {place.kind_in_words.casefold()} has no organisations in it to support."


def cannot_begin(by: User, place: Place) -> str | None:
    """Why somebody cannot begin a programme at a place; None if they can."""
    return cannot_run(by, place) or (f"{place.name} has closed." if place.closed else None)


def cannot_be_called(title: str, chosen_by: str) -> str | None:
    """Why a programme cannot have these words; None if it can."""
    if not plain_words(title):
        return "Say what the programme is called."
    return None if plain_words(chosen_by) else "Say how the organisations are chosen."


def cannot_last(starts_on: dt.date | None, ends_on: dt.date | None) -> str | None:
    """Why two days are no beginning and end; None if they are."""
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        return "It would end before it starts."
    return None


def cannot_select(by: User, programme: Programme, organisation: Place) -> str | None:
    """Why an organisation cannot be chosen for a programme; None if it can."""
    if reason := cannot_run(by, programme.place):
        return reason
    if not organisation.is_controller or organisation.pk == programme.place_id:
        return f"{organisation.name} is not an organisation in {programme.place.name}."
    if not organisation.lies_in(programme.place):
        return f"{organisation.name} does not lie in {programme.place.name}."
    if organisation.closed:
        return f"{organisation.name} has closed."
    if Selected.objects.filter(programme=programme, organisation=organisation, removed_at__isnull=True).exists():
        return f"{organisation.name} is chosen already."
    return None


def cannot_deselect(by: User, selected: Selected) -> str | None:
    """Why an organisation cannot be taken out of a programme; None if it can: nothing was accepted or begun."""
    if reason := cannot_run(by, selected.programme.place):
        return reason
    if selected.removed_at is not None:
        return "This was taken out already."
    if selected.offers.filter(answer=Offer.ACCEPTED).exists():
        return f"{selected.organisation.name} has accepted support: it stays, so that what came of it can be seen."
    return None


def cannot_offer(by: User, selected: Selected, kind: str) -> str | None:
    """Why a kind of support cannot be offered to an organisation; None if it can."""
    if reason := cannot_run(by, selected.programme.place):
        return reason
    if selected.removed_at is not None:
        return "This organisation was taken out of the programme."
    if selected.organisation.closed:
        return f"{selected.organisation.name} has closed."
    if kind not in KINDS:
        return "Choose one of the kinds of support shown."
    if selected.offers.filter(kind=kind, answer="").exists():
        return "This is offered already, and waits for an answer."
    return None


def cannot_follow(by: User, offer: Offer) -> str | None:
    """Why somebody cannot write down how an offer goes; None if they can."""
    return cannot_run(by, offer.selected.programme.place)


def cannot_answer_for(offer: Offer, answer: str) -> str | None:
    """Why whoever runs the support cannot write down that answer; None if they can: what was said by telephone, say."""
    if answer not in Offer.ANSWERS:
        return "Choose one of the answers shown."
    theirs = offer.answered_by is not None and cannot_run(offer.answered_by, offer.selected.programme.place) is not None
    if offer.answer and answer != offer.answer and theirs:
        return f"{offer.selected.organisation.name} has answered itself: its answer stays."
    return None


def cannot_be_so(offer: Offer) -> str | None:
    """Why the days and the money of an offer cannot be; None if they can."""
    today = timezone.localdate()
    if offer.offered_on > today:
        return "What is still to be offered is written down on its day."
    if offer.answered_on is not None and not offer.offered_on <= offer.answered_on <= today:
        return "An answer comes after the offer, and not later than today."
    if offer.started_on is not None:
        if offer.answer != Offer.ACCEPTED:
            return NO_YES_YET
        if offer.started_on < offer.offered_on:
            return "It would start before it was offered."
    if offer.ended_on is not None and offer.started_on is None:
        return "What ends has begun: say when."
    if reason := cannot_last(offer.started_on, offer.ended_on):
        return reason
    sums = [one for one in (offer.money, offer.committed, offer.spent) if one is not None]
    return None if all(0 <= one <= MOST_MONEY for one in sums) else f"Money is between £0 and £{MOST_MONEY:,}."


def cannot_meet(by: User, offer: Offer, on: dt.date, came: int | None) -> str | None:
    """Why a session cannot be written down; None if it can."""
    if reason := cannot_follow(by, offer):
        return reason
    if offer.answer == Offer.DECLINED:
        return "This offer was declined."
    if on < offer.offered_on:
        return "It would come before the offer."
    if came is not None and not 0 <= came <= MOST_PEOPLE:
        return f"Between 0 and {MOST_PEOPLE:,} people can have come."
    if came is not None and on > timezone.localdate():
        return "Nobody can have come to what is still ahead: leave the number empty."
    return None


def cannot_see_offers(user: User, organisation: Place) -> str | None:
    """Why somebody does not see what support an organisation was offered; None if they do: who plans for it."""
    here = standing(user, organisation)
    if here is None or not here.abilities & {WRITE_PLANS, LEAD_PLANS}:
        return NOT_YOURS
    return None if organisation.is_controller else f"Support is offered to the whole of {organisation.controller}."


def cannot_answer(by: User, offer: Offer) -> str | None:
    """Why somebody cannot accept or decline an offer for their organisation; None if they can: who leads plans for it."""
    organisation = offer.selected.organisation
    if reason := cannot_see_offers(by, organisation) or cannot(by, LEAD_PLANS, organisation):
        return reason
    if offer.selected.removed_at is not None:
        return "This offer was taken back."
    return None if not offer.answer else f"This was {Offer.ANSWERS[offer.answer].casefold()} already."
