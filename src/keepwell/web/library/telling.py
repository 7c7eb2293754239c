"""What is told of a case or an offer, whoever tells it: a guide, or somebody here?

A case of the guides and one that a place wrote down have one shape, and so have offers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from keepwell.content.assessments import assessments
from keepwell.content.cases import GRADE_WORDS, Case, Figure, cases
from keepwell.content.general_practice import Offer, goals, must_dos, offers
from keepwell.content.guides import Source

GRADES: Final[tuple[str, ...]] = tuple(GRADE_WORDS)
"""The grades of evidence, the weakest first."""
GRADE_TITLES: Final[Mapping[str, str]] = {
    "claim": "A claim",
    "before_after": "Before and after",
    "controlled": "Beside others",
    "causal": "A study of the effect",
}
SETTINGS: Final[Mapping[str, str]] = {
    "trust": "Trust",
    "practice": "General practice",
    "network": "Primary care network",
    "system": "System",
    "national": "National programme",
}
OF_GPS: Final[frozenset[str]] = frozenset({"practice", "network", "system"})
"""Settings in which GPs are looked after."""
STAGES: Final[Mapping[str, str]] = {
    "new_starter": "New starters",
    "trainee": "GPs in training",
    "into_work": "GPs: from training into work",
    "newly_qualified": "Newly qualified GPs",
    "mid_career": "GPs in early to mid career",
    "wise_fives": "GPs in the “wise fives”",
    "returner": "GPs who come back",
    "late_career": "Late careers",
}
STAFF_GROUPS: Final[Mapping[str, str]] = {
    "all": "All staff",
    "clinical": "Clinical staff",
    "nursing": "Nurses",
    "midwifery": "Midwives",
    "ahp": "Allied health professionals",
    "support_workers": "Support workers",
    "gps": "GPs",
    "practice_staff": "Practice staff",
    "practice_managers": "Practice managers",
    "international": "International staff",
    "leaders": "Leaders",
}
LEVELS: Final[Mapping[str, str]] = {
    "career_support": "Career support",
    "practice_network": "Practices and networks",
    "system": "The system",
}


@dataclass(frozen=True, slots=True)
class ToldCase:
    """A case as a page or a plan reads it; see `keepwell.content.cases.Case`. `by` is the place that wrote it down.

    `key` is that of the guides' case, or "local-" and a number.
    """

    key: str
    title: str
    who: str
    where: str
    setting: str
    staff_groups: tuple[str, ...]
    topics: tuple[str, ...]
    promise: tuple[str, ...]
    level: str
    stages: tuple[str, ...]
    done: str
    reported: str
    evidence: str
    caution: str
    figures: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()
    address: str = ""
    by: str = ""

    @property
    def grade(self) -> str:
        return GRADE_TITLES[self.evidence]

    @property
    def grade_words(self) -> str:
        return next(words for key, words in GRADE_WORDS.items() if key == self.evidence)

    @property
    def strength(self) -> int:
        """How much it can tell: 0 for a claim."""
        return GRADES.index(self.evidence)


@dataclass(frozen=True, slots=True)
class ToldOffer:
    """An offer as a page or a plan reads it. `by` is the place that wrote it down; `year` when it was so."""

    key: str
    title: str
    level: str
    stages: tuple[str, ...]
    topics: tuple[str, ...]
    gives: str
    who: str
    contact: str
    address: str
    refer: str
    year: int
    may_have_changed: bool
    part_of: str = ""
    source: Source | None = None
    by: str = ""


def of_case(case: Case) -> ToldCase:
    """A case of the guides in the one shape."""
    return ToldCase(
        key=case.key,
        title=case.title,
        who=case.who,
        where=case.where,
        setting=case.setting,
        staff_groups=case.staff_groups,
        topics=case.topics,
        promise=case.promise,
        level=case.level,
        stages=case.stages,
        done=case.done,
        reported=case.reported,
        evidence=case.evidence,
        caution=case.caution,
        figures=case.figures,
        sources=case.sources,
        address=case.address,
    )


def of_offer(offer: Offer) -> ToldOffer:
    """A national offer in the one shape."""
    return ToldOffer(
        key=offer.key,
        title=offer.title,
        level=offer.level,
        stages=offer.stages,
        topics=(),
        gives=offer.gives,
        who=offer.who,
        contact=offer.contact,
        address=offer.address,
        refer="",
        year=offer.published,
        may_have_changed=offer.may_have_changed,
        part_of=offer.part_of,
        source=offer.source,
    )


@cache
def guides_cases() -> Mapping[str, ToldCase]:
    """The guides' cases, by key, in their order."""
    return {key: of_case(case) for key, case in cases().items()}


@cache
def national_offers() -> Mapping[str, ToldOffer]:
    """The national offers, by key, in the order of the guide."""
    return {offer.key: of_offer(offer) for offer in offers().offers}


@cache
def topic_titles() -> Mapping[str, str]:
    """What each topic is called that a case can be on: those of the traffic light, then goals and must-dos."""
    light = {topic.key: topic.title for topic in assessments()["retention_traffic_light"].items}
    aims = {goal.key: goal.title for goal in goals()} | {one.key: one.title for one in must_dos()}
    return light | aims
