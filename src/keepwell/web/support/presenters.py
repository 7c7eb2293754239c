"""How do programmes of support, and how they go, read?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from keepwell.errors import counted
from keepwell.web.accounts.gate import person
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import day
from keepwell.web.places.models import Place
from keepwell.web.support import rules
from keepwell.web.support.models import Change, Offer
from keepwell.web.support.queries import PlanReceived, Start, Supported, offered_to

KEPT_WORDS: Final = {
    "title": "Called",
    "chosen_by": "How organisations are chosen",
    "starts_on": "Starts",
    "ends_on": "Ends",
    "answer": "Answer",
    "answered_on": "Answered on",
    "started_on": "Started on",
    "ended_on": "Ended on",
    "money": "Pounds offered",
    "committed": "Pounds committed",
    "spent": "Pounds spent",
    "on": "On",
}


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The programmes, for those who run them; what was offered, for an organisation that was offered something."""
    if not request.user.is_authenticated:
        return
    user = person(request)
    if rules.cannot_run(user, place) is None:
        yield Link("Support", reverse("support", args=[place.slug]), order=66)
    if rules.cannot_see_offers(user, place) is None and offered_to(place).exists():
        yield Link("Support offered", reverse("support_offered", args=[place.slug]), order=67)


def programme_in_words(found: Sequence[Supported]) -> str:
    """How many have accepted, and how many have sent a plan."""
    if not found:
        return "No organisation is chosen yet."
    accepted, planned = sum(one.accepted for one in found), sum(bool(one.plans) for one in found)
    have = "has" if 1 in (accepted, len(found)) else "have"
    sent = "none has sent a plan" if not planned else f"{planned} {'has' if planned == 1 else 'have'} sent a plan"
    return f"{accepted} of {counted(len(found), 'organisation')} {have} accepted; {sent}."


def organisation_in_words(one: Supported) -> str:
    """How far an organisation is, in a sentence."""
    name = one.organisation.name
    if not one.offers:
        return f"Nothing has been offered to {name} yet."
    if one.declined:
        return f"{name} has declined what was offered."
    if not one.accepted:
        return f"{name} has not answered yet."
    state = (
        "its support has ended" if one.ended else "its support has started" if one.started else "nothing has started"
    )
    plan = "It has sent a plan." if one.plans else "It has sent no plan."
    return f"{name} has accepted; {state}. {plan}"


def tag_of(one: Supported) -> tuple[str, str]:
    """The signal beside an organisation."""
    if one.ended:
        return "good", "Ended"
    if one.started:
        return "good", "Started"
    if one.accepted:
        return "changing", "Accepted"
    if one.declined:
        return "bad", "Declined"
    return ("watch", "Offered") if one.offers else ("none", "Chosen")


def tag_of_offer(offer: Offer) -> tuple[str, str]:
    """The signal beside an offer."""
    if offer.ended_on:
        return "good", f"Ended on {day(offer.ended_on)}"
    if offer.started_on:
        return "good", f"Started on {day(offer.started_on)}"
    if offer.answer == Offer.ACCEPTED:
        return "changing", f"Accepted on {day(offer.answered_on)}"
    return ("bad", f"Declined on {day(offer.answered_on)}") if offer.answer else ("watch", "No answer yet")


def plan_in_words(received: PlanReceived) -> str:
    """How far a plan that was received is."""
    said = f"{received.finished} of {counted(received.actions, 'action')} finished"
    return said + (f", {received.stopped} stopped" if received.stopped else "")


def pounds(value: Decimal | None) -> str:
    """A sum of money: £12,000, or £12.50; a dash where nobody wrote one down."""
    if value is None:
        return "–"
    return f"£{value:,.0f}" if value == value.to_integral_value() else f"£{value:,.2f}"


def sessions_in_words(offer: Offer) -> list[tuple[int, str]]:
    """Every session by its number: the day, and how many came."""
    today = timezone.localdate()
    found = []
    for one in offer.sessions.all():
        came = "still to come" if one.on > today else "nobody counted who came"
        found.append((one.pk, f"{day(one.on)}: {came if one.came is None else f'{one.came:,} came'}"))
    return found


def changes_in_words(changes: Iterable[Change]) -> list[tuple[Change, list[str]]]:
    """What was done, each with what was written down."""
    return [(one, [f"{KEPT_WORDS.get(k, k)}: {v}" for k, v in one.kept.items() if v]) for one in changes]


def starts_in_rows(starts: Sequence[Start], titles: dict[str, str]) -> list[tuple[str, ...]]:
    """The rows for an evaluation, as a table has them."""
    return [
        (
            one.unit.name,
            "Not chosen" if one.comparison else day(one.chosen_on),
            titles.get(one.kind, "–"),
            *(day(on) for on in (one.offered_on, one.accepted_on, one.started_on, one.ended_on)),
        )
        for one in starts
    ]


def offered_in_words(offers: Sequence[Offer], place: Place) -> str:
    """What waits for an answer of an organisation."""
    waiting = sum(not offer.answer for offer in offers)
    if not offers:
        return f"Nothing has been offered to {place.name}."
    if not waiting:
        return "You have answered all that was offered."
    return f"{counted(waiting, 'offer waits', 'offers wait')} for your answer."


def told_of_offer(offer: Offer, cannot_answer: str | None, may_lead: bool) -> dict[str, Any]:
    """An offer as its organisation reads it."""
    return {
        "offer": offer,
        "tag": tag_of_offer(offer),
        "cannot_answer": cannot_answer if not offer.answer and not may_lead else None,
        "may_answer": cannot_answer is None,
        "money": pounds(offer.money) if offer.money else "",
    }
