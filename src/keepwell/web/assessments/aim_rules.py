"""Who may say how far a goal or a must-do is, add one and end it, and why not?"""

from __future__ import annotations

from keepwell.content import plain_words
from keepwell.content.assessments import RATINGS
from keepwell.content.general_practice import goals, must_dos
from keepwell.web.accounts.models import User
from keepwell.web.assessments.gap_rules import cannot_end_support, cannot_write_support
from keepwell.web.assessments.models import Aim
from keepwell.web.assessments.queries import RATING_WORDS
from keepwell.web.places.models import Place


def cannot_write_aim(by: User, place: Place, own: Aim | None = None) -> str | None:
    """Why somebody cannot say how far a goal or a must-do is; None if they can. `own` is one of the place's own."""
    if reason := cannot_write_support(by, place):
        return reason
    return "This has ended, and does not change any more." if own is not None and own.over_at else None


def cannot_end_aim(by: User, aim: Aim) -> str | None:
    """Why somebody cannot end a goal or a must-do; None if they can."""
    if aim.key:
        return "This comes from the guide, and does not end: say how far it is."
    if reason := cannot_end_support(by, aim.place):
        return reason
    return "This has ended already." if aim.over_at else None


def cannot_call_aim(title: str, place: Place, kind: str, level: str, but: Aim | None = None) -> str | None:
    """Why a goal or a must-do of a place's own cannot have those words; None if it can. `but` is it itself."""
    if not plain_words(title):
        return "Say in a few words what it is."
    others = Aim.objects.filter(place=place, kind=kind, level=level, key="", over_at=None)
    if but is not None:
        others = others.exclude(pk=but.pk)
    theirs = [thing.title for thing in (goals() if kind == Aim.GOAL else must_dos()) if thing.level == level]
    if plain_words(title) in {plain_words(other) for other in (*others.values_list("title", flat=True), *theirs)}:
        return "This stands on the list of this level already: say there how far it is."
    return None


def cannot_be_at(state: str) -> str | None:
    """Why a word does not say how far something is; None if it does."""
    if state in RATINGS["done"]:
        return None
    return f"How far it is, is one of: {', '.join(RATING_WORDS[one].casefold() for one in RATINGS['done'])}."
