"""Which cases and offers fit the words and choices of whoever looks?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keepwell.content import plain_words
from keepwell.content.promise import elements
from keepwell.web.library.telling import STAFF_GROUPS, STAGES, ToldCase, ToldOffer, topic_titles


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for: all of the words, and each choice that was made. Empty: anything."""

    words: str = ""
    setting: str = ""
    level: str = ""
    stage: str = ""
    staff_group: str = ""
    topic: str = ""
    promise: str = ""
    evidence: str = ""

    @property
    def anything(self) -> bool:
        """Whether nothing in particular is looked for."""
        return self == Looked()


def cases_found(cases: Iterable[ToldCase], looked: Looked) -> list[ToldCase]:
    """The cases that fit, those with the better evidence first, else in their order."""
    words = plain_words(looked.words).split()
    found = [case for case in cases if _fits(case, looked) and _says(_text_of(case), words)]
    return sorted(found, key=lambda case: -case.strength)


def offers_found(offers: Iterable[ToldOffer], looked: Looked) -> list[ToldOffer]:
    """The offers that fit, in their order. One that names no stage is for every stage."""
    words = plain_words(looked.words).split()
    return [
        offer
        for offer in offers
        if (not looked.level or offer.level == looked.level)
        and (not looked.stage or not offer.stages or looked.stage in offer.stages)
        and _says(plain_words(" ".join((offer.title, offer.gives, offer.who, offer.part_of, offer.by))), words)
    ]


def _fits(case: ToldCase, looked: Looked) -> bool:
    everybody = "all" in case.staff_groups and looked.staff_group not in ("gps", "practice_staff", "practice_managers")
    return (
        looked.setting in ("", case.setting)
        and looked.level in ("", case.level)
        and looked.evidence in ("", case.evidence)
        and (not looked.stage or looked.stage in case.stages)
        and (not looked.topic or looked.topic in case.topics)
        and (not looked.promise or looked.promise in case.promise)
        and (not looked.staff_group or looked.staff_group in case.staff_groups or everybody)
    )


def _says(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def _text_of(case: ToldCase) -> str:
    """All that is said of a case, its topics, stages and groups by their titles."""
    titles = [topic_titles().get(key, "") for key in case.topics]
    titles += [STAGES.get(key, "") for key in case.stages] + [STAFF_GROUPS.get(key, "") for key in case.staff_groups]
    titles += [elements()[key].title for key in case.promise if key in elements()]
    figures = [f"{figure.what} {figure.study}" for figure in case.figures]
    said = (case.title, case.who, case.where, case.done, case.reported, case.caution, case.by, *titles, *figures)
    return plain_words(" ".join(said))
