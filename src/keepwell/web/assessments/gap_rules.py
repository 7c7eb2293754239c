"""Who may write down what support there is for GPs, judge it and end it, and why not?"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from keepwell.content import plain_words
from keepwell.content.general_practice import SupportLevel, offers
from keepwell.web.accounts.abilities import LEAD_ASSESSMENTS, RATE
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import Standing, cannot, standing
from keepwell.web.assessments.models import Gap, Scheme
from keepwell.web.assessments.rules import NOT_YOURS, cannot_see
from keepwell.web.places.models import ICB, NETWORK, PRACTICE, Place

GP_PLACES: Final = (PRACTICE, NETWORK, ICB)
"""The kinds of place that look after GPs."""
PRIVATE_OFFERS: Final = frozenset({"national_coaching", "gp_health_service"})
"""Offers of which nobody may be able to tell who took them up."""
NEVER_A_NAME: Final = "Never write a name here, nor anything else by which a GP who was helped could be recognised."
MOST_PEOPLE: Final = 1_000_000
MOST_MONEY: Final = Decimal(1_000_000_000)


def cannot_see_support(here: Standing | None) -> str | None:
    """Why somebody cannot see what support a place has for its GPs; None if they can."""
    if reason := cannot_see(here):
        return reason
    if here is not None and here.place.kind in GP_PLACES:
        return None
    return NOT_YOURS if here is None else f"This is not made for a {here.place.kind_in_words.casefold()}."


def cannot_write_support(by: User, place: Place) -> str | None:
    """Why somebody cannot write down what there is for GPs at a place, or how far a goal is; None if they can."""
    return _cannot(by, place, RATE, "write this down")


def cannot_end_support(by: User, place: Place) -> str | None:
    """Why somebody cannot end a scheme, a goal or a must-do of a place; None if they can."""
    return _cannot(by, place, LEAD_ASSESSMENTS, "end this")


def _cannot(by: User, place: Place, ability: str, what: str) -> str | None:
    if reason := cannot_see_support(here := standing(by, place)):
        return reason
    if here is not None and cannot(by, ability, place):
        return f"Your role here ({here.in_words}) does not let you {what}."
    return f"{place.name} has closed." if place.closed else None


def cannot_change_scheme(by: User, scheme: Scheme) -> str | None:
    """Why somebody cannot change a scheme; None if they can."""
    if reason := cannot_write_support(by, scheme.place):
        return reason
    return "This scheme is over, and does not change any more." if scheme.over_at else None


def cannot_end_scheme(by: User, scheme: Scheme) -> str | None:
    """Why somebody cannot end a scheme; None if they can."""
    if reason := cannot_end_support(by, scheme.place):
        return reason
    return "This scheme is over already." if scheme.over_at else None


def cannot_call_scheme(title: str, place: Place, level: str, stage: str, but: Scheme | None = None) -> str | None:
    """Why a scheme cannot have that name there; None if it can. `but` is the scheme itself, where there is one."""
    if not plain_words(title):
        return "Say what the scheme is called."
    others = Scheme.objects.filter(place=place, level=level, stage=stage, over_at=None)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if plain_words(title) in {plain_words(other) for other in others.values_list("title", flat=True)}:
        return "A scheme of this name stands here already: change that, or give this one another name."
    return None


def cannot_offer(offer: str, level: SupportLevel) -> str | None:
    """Why something is no national offer of a level; None if it is one, or none is named."""
    if not offer or offer in {one.key for one in offers().offers if one.level == level}:
        return None
    return "That is not a national offer of this level."


def cannot_reach(reach: int | None, uptake: int | None) -> str | None:
    """Why two numbers cannot be those for whom a scheme is and who took it up; None if they can, known or not."""
    if reach is not None and uptake is not None and uptake > reach:
        return f"{uptake:,} cannot take up what is for {reach:,}: count the same people in both."
    given = [number for number in (reach, uptake) if number is not None]
    if any(number < 0 for number in given):
        return "Nobody is less than nobody. Where it is not known, say so."
    return f"At most {MOST_PEOPLE:,} people can be written down." if any(n > MOST_PEOPLE for n in given) else None


def cannot_cost(money: Decimal | None) -> str | None:
    """Why a sum cannot be what a scheme costs in a year; None if it can, known or not."""
    if money is None or 0 <= money <= MOST_MONEY:
        return None
    return f"The money of a year is between £0 and £{MOST_MONEY:,}. Where it is not known, say so."


def cannot_judge_as(judged: str) -> str | None:
    """Why a word says nothing of how well a level supports a stage; None if it does."""
    if judged in Gap.WORDS:
        return None
    return f"Support is judged in one of these words: {'; '.join(map(str, Gap.WORDS.values()))}."
