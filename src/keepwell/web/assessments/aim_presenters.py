"""How do goals, must-dos and how far they are read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.content.general_practice import LevelOfSupport, Offer, levels, offers
from keepwell.errors import counted
from keepwell.web.assessments.aim_queries import Followed
from keepwell.web.assessments.gap_presenters import Tag
from keepwell.web.assessments.models import Aim
from keepwell.web.assessments.queries import RATING_WORDS

KINDS: Final = {"not_yet": "none", "under_way": "changing", "done": "good"}
"""The mark of each state, as of the macro `signal`."""
WITH_CARE: Final = frozenset({"coaching", "mentoring"})
"""Must-dos whose notes could tell who was helped."""


@dataclass(frozen=True, slots=True)
class LevelPart:
    """One level of support with its must-dos, its goals, and the national offers."""

    level: LevelOfSupport
    must_dos: tuple[Followed, ...]
    goals: tuple[Followed, ...]
    offers: tuple[Offer, ...]

    @property
    def in_words(self) -> str:
        """How far the must-dos of the level are."""
        return _begun(self.must_dos)


def by_level(found: Sequence[Followed]) -> list[LevelPart]:
    """All of it, a part for each level."""
    return [
        LevelPart(
            level,
            tuple(one for one in found if one.level == level.key and one.kind == Aim.MUST_DO),
            tuple(one for one in found if one.level == level.key and one.kind == Aim.GOAL),
            tuple(offer for offer in offers().offers if offer.level == level.key),
        )
        for level in levels()
    ]


def by_kind(found: Sequence[Followed]) -> list[tuple[str, list[Followed]]]:
    """The must-dos and the goals, each with their heading."""
    return [
        ("Must-dos", [one for one in found if one.kind == Aim.MUST_DO]),
        ("Goals", [one for one in found if one.kind == Aim.GOAL]),
    ]


def aims_in_words(found: Sequence[Followed]) -> str:
    """How many must-dos of the guide have something under way, and how many goals are one's own."""
    own = [
        counted(number, f"{what} of your own", f"{what}s of your own")
        for kind, what in ((Aim.MUST_DO, "must-do"), (Aim.GOAL, "goal"))
        if (number := sum(one.own and one.kind == kind for one in found))
    ]
    must_dos = [one for one in found if one.kind == Aim.MUST_DO]
    return f"{_begun(must_dos)}{'; ' + ' and '.join(own) if own else ''}."


def _begun(must_dos: Sequence[Followed]) -> str:
    theirs = [one for one in must_dos if not one.own]
    begun, done = sum(one.begun for one in theirs), sum(one.state == "done" for one in theirs)
    if not begun:
        return f"Nothing is under way yet of {counted(len(theirs), 'must-do')}"
    words = f"{begun} of {counted(len(theirs), 'must-do')} {'has' if begun == 1 else 'have'} something under way"
    return f"{words}, {done} of them done" if done else words


def tag(one: Followed) -> Tag:
    """How far it is, as a mark and its word."""
    return Tag(KINDS[one.state], RATING_WORDS[one.state])


def now_in_words(one: Followed) -> str:
    """How far it is, and its note, in a line."""
    note = one.aim.note if one.aim else ""
    return f"{RATING_WORDS[one.state].lower()}{', “' + note + '”' if note else ''}"


def kind_in_words(one: Followed) -> str:
    """ "Must-do", or "Goal of your own" """
    return f"{Aim.KINDS[one.kind]} of your own" if one.own else str(Aim.KINDS[one.kind])
