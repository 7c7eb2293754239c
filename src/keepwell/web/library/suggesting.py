"""What fits what a place has found: which topic, case, action or offer, in which order, and why?

Nothing is weighed in secret: `RULE` is the whole of it, and every suggestion says its reason in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from django.urls import reverse

from keepwell.content.assessments import Topic, assessments
from keepwell.content.general_practice import Goal, MustDo, goals, must_dos
from keepwell.content.promise import elements
from keepwell.web.library.telling import (
    OF_GPS,
    STAGES,
    ToldCase,
    ToldOffer,
    guides_cases,
    national_offers,
)

Kind = Literal["topic", "case", "action", "offer"]
KINDS: Final[tuple[Kind, ...]] = ("topic", "case", "action", "offer")
NUMBERS_SPEAK_TO: Final = ("retention_traffic_light", "gp_retention_checklist")
"""The assessments to whose topics a number leads: those with which most begin."""
RATED_AT: Final[Mapping[str, str]] = {"system": "icb", "national": "nation"}
"""The kind of place of a setting, where it has another name."""
RULE: Final = (
    "First comes what is on a topic that you rated red, or on something not yet done.",
    "Then what is on a topic to which a number that got worse speaks, or a reason why people leave.",
    "Then what is on a topic that you rated amber.",
    "Then what is for the career stage or the level that you asked about.",
    "Last what is for the same element of the People Promise as something red on which there is nothing of its own.",
    "Among equals, what was done in a place like yours comes first; then what was better shown to work; then what is on "
    "more of your topics.",
    "Actions to begin with are those of red topics, then of topics to which such a number or reason speaks: the first of "
    "each, then the second of each.",
)
"""In which order suggestions stand, as a page says it."""
RED, NOTICED, AMBER, FITS, ELEMENT = range(5)
WEAK: Final = {"red": RED, "not_yet": RED, "amber": AMBER, "under_way": AMBER}
FROM: Final[Mapping[str, str]] = {
    "trust": " from a trust",
    "practice": " from a general practice",
    "network": " from a network",
    "system": " from a system",
    "national": " from a national programme",
}
SHOWN_BY: Final[Mapping[str, str]] = {
    "claim": "nothing was measured that could show that it helped",
    "before_after": "it was measured before and after",
    "controlled": "it was measured beside others who did not have it",
    "causal": "a study put the change down to it",
}


@dataclass(frozen=True, slots=True)
class Rated:
    """That a place rated an item red or amber, or said that it is not yet done. `link` is the item's own page."""

    item: str
    rating: str
    assessment: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A measure, or a reason for leaving, by its name, with what was noticed: "Leaver rate is 12%, +0.8 points on …".

    `exact`: `why` holds an exact figure, so that whoever shows it writes that into the register.
    """

    name: str
    why: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a place has found, as far as whoever asks may see it.

    `topics` are those that an action is about, whatever they were rated; `stages` and `level` those of a career.
    `setting` is that of a case: trust, practice, network, system or national.
    """

    rated: tuple[Rated, ...] = ()
    numbers: tuple[Noticed, ...] = ()
    reasons: tuple[Noticed, ...] = ()
    topics: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    level: str = ""
    setting: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may fit, with its reason in one sentence. `key` is that of the topic, case, action or offer."""

    kind: Kind
    key: str
    title: str
    why: str
    link: str


@dataclass(frozen=True, slots=True)
class Need:
    """One thing for which something is looked for: how strong it is (RED the most), and how a sentence says it."""

    strength: int
    said: str
    key: str = ""
    title: str = ""
    link: str = ""
    stages: frozenset[str] = frozenset()
    level: str = ""
    element: str = ""
    thing: Topic | Goal | MustDo | None = None

    def meets(self, case: ToldCase) -> bool:
        """Whether a case is on it."""
        if self.element:
            return self.element in case.promise
        if self.key:
            return self.key in case.topics
        return bool(self.stages & set(case.stages)) or (bool(self.level) and case.level == self.level)


Rank = tuple[int, int, int, int]


def suggested(
    found: Found, cases: Iterable[ToldCase] | None = None, offers: Iterable[ToldOffer] | None = None
) -> list[Suggestion]:
    """What fits, in the order of KINDS and, within each, of RULE. Without cases and offers: those of the guides."""
    own = guides_cases().values() if cases is None else list(cases)
    offered = national_offers().values() if offers is None else list(offers)
    needs = list(needs_of(found))
    needs += _of_elements(needs, own)
    return [*_topics(needs, found), *_cases(needs, found, own), *_actions(needs), *_offers(needs, found, offered)]


@cache
def known_topics() -> Mapping[str, tuple[str, Topic | Goal | MustDo]]:
    """Every topic, goal and must-do, by key, with the assessment that it is of ("" for goals and must-dos)."""
    known: dict[str, tuple[str, Topic | Goal | MustDo]] = {goal.key: ("", goal) for goal in goals()}
    known |= {must_do.key: ("", must_do) for must_do in must_dos()}
    return known | {topic.key: (of.key, topic) for of in assessments().values() for topic in of.items}


def needs_of(found: Found) -> Iterator[Need]:
    """What is looked for: of each topic once, by the strongest reason for it."""
    seen: set[str] = set()
    for need in sorted(_all_needs(found), key=lambda need: need.strength):
        if not need.key or need.key not in seen:
            seen.add(need.key)
            yield need


def _all_needs(found: Found) -> Iterator[Need]:
    for one in found.rated:
        if one.item in known_topics() and one.rating in WEAK:
            thing = known_topics()[one.item][1]
            link = one.link or _link_of(found, one.item)
            yield Need(WEAK[one.rating], _rated(thing.title, one.rating), one.item, thing.title, link, thing=thing)
    for noticed in (*found.numbers, *found.reasons):
        yield from (
            Need(NOTICED, noticed.why, key, thing.title, _link_of(found, key), thing=thing)
            for key, thing in _spoken_to(noticed.name)
        )
    for key in found.topics:
        if key in known_topics():
            thing = known_topics()[key][1]
            yield Need(RED, f"The action is about {thing.title}", key, thing.title, _link_of(found, key), thing=thing)
    if found.stages:
        named = " and ".join(STAGES.get(stage, stage) for stage in found.stages)
        yield Need(FITS, f"You asked about: {named}", stages=frozenset(found.stages))
    elif found.level:
        yield Need(FITS, "You asked about this level", level=found.level)


def _rated(title: str, rating: str) -> str:
    if rating in ("red", "amber"):
        return f"You rated “{title}” {rating}"
    return f"“{title}” is {'not yet done' if rating == 'not_yet' else 'not finished'}"


def _spoken_to(name: str) -> Iterator[tuple[str, Topic]]:
    """The topics to which a measure or a reason speaks."""
    for key, (of, thing) in known_topics().items():
        if of in NUMBERS_SPEAK_TO and isinstance(thing, Topic) and name in (*thing.measures, *thing.reasons):
            yield key, thing


def _link_of(found: Found, key: str) -> str:
    """Where a topic is rated at the place; empty without a place, and for what is not rated at such a one."""
    of = known_topics()[key][0]
    kind = RATED_AT.get(found.setting, found.setting)
    made_for_it = bool(of) and kind in assessments()[of].places
    return reverse("assessment", args=[found.place, of]) if found.place and made_for_it else ""


def _of_elements(needs: list[Need], cases: Iterable[ToldCase]) -> list[Need]:
    """Of what is red and has no case of its own, the elements of the Promise that it belongs to."""
    on = {topic for case in cases for topic in case.topics}
    alone = [need for need in needs if need.strength == RED and need.key not in on]
    return [
        Need(ELEMENT, f"{need.said}, which belongs to “{elements()[element].title}”", element=element)
        for need in alone
        if isinstance(need.thing, Topic)
        for element in need.thing.promise
    ]


def _topics(needs: list[Need], found: Found) -> Iterator[Suggestion]:
    for need in needs:
        shown = need.link or not found.place
        if need.key and need.strength in (RED, NOTICED) and need.key not in found.topics and shown:
            speaks = need.strength == NOTICED
            why = f"{need.said}, and this topic speaks to it." if speaks else f"{need.said}: begin with what it asks."
            yield Suggestion("topic", need.key, need.title, why, need.link)


def _cases(needs: list[Need], found: Found, cases: Iterable[ToldCase]) -> list[Suggestion]:
    ranked: list[tuple[Rank, Suggestion]] = []
    for case in cases:
        if on := [need for need in needs if need.meets(case)]:
            made = Suggestion("case", case.key, case.title, _why(case, on), _page_of(case, found))
            ranked.append((_rank(case, on, found), made))
    return [made for _, made in sorted(ranked, key=lambda one: one[0])]


def _page_of(case: ToldCase, found: Found) -> str:
    """The case's page at the place, or the public one; one that a place wrote down has no public one."""
    if found.place:
        return reverse("place_case", args=[found.place, case.key])
    return "" if case.by else reverse("library_case", args=[case.key])


def _rank(case: ToldCase, on: list[Need], found: Found) -> Rank:
    """By RULE: the strongest need, a place alike, the better evidence, and of how many topics."""
    elsewhere = bool(found.setting) and case.setting != found.setting
    return min(need.strength for need in on), elsewhere, -case.strength, -sum(bool(need.key) for need in on)


def _why(case: ToldCase, on: list[Need]) -> str:
    """The reason in one sentence: "You rated “Culture” red, and this case from a trust is on it; it was measured …"."""
    first = min(on, key=lambda need: need.strength)
    others = [need.title for need in on if need.key and need.key != first.key]
    also = f", as on {' and '.join(f'“{title}”' for title in others)}" if others else ""
    place = f" of {case.by}" if case.by else FROM.get(case.setting, "")
    on_it = "is for it" if first.strength in (FITS, ELEMENT) else "is on it"
    return f"{first.said}, and this case{place} {on_it}{also}; {SHOWN_BY[case.evidence]}."


def _actions(needs: list[Need]) -> Iterator[Suggestion]:
    """The first action of each topic, then the second of each; those of what is red before the others."""
    found = [(need.strength, number, made) for need in needs for number, made in enumerate(_actions_of(need))]
    yield from (made for *_, made in sorted(found, key=lambda one: one[:2]))


def _actions_of(need: Need) -> Iterator[Suggestion]:
    if need.strength in (RED, NOTICED) and isinstance(need.thing, Topic):
        why = f"{need.said}, and a plan can begin with this."
        for action in need.thing.actions:
            yield Suggestion("action", action.key, action.objective, why, need.link)


def _offers(needs: list[Need], found: Found, offers: Iterable[ToldOffer]) -> list[Suggestion]:
    """Offers on a topic, and where GPs are looked after those for a career stage or on a level."""
    ranked = []
    for offer in offers:
        on = [need for need in needs if _fits(offer, need, found)]
        if on:
            first = min(on, key=lambda need: need.strength)
            link = (
                reverse("place_offers", args=[found.place]) if found.place else reverse("library_offers")
            ) + f"#{offer.key}"
            why = f"{first.said}, and this offer {_for_whom(offer, first)}{_changed(offer)}."
            ranked.append((first.strength, Suggestion("offer", offer.key, offer.title, why, link)))
    return [made for _, made in sorted(ranked, key=lambda one: one[0])]


def _fits(offer: ToldOffer, need: Need, found: Found) -> bool:
    if need.key and need.key in offer.topics:
        return True
    if found.setting not in OF_GPS or not offer.level:
        return False
    stages, level = _of_career(need)
    if stages:
        return bool(stages & set(offer.stages)) and (not level or level == offer.level)
    return bool(level) and level == offer.level and not offer.stages


def _of_career(need: Need) -> tuple[frozenset[str], str]:
    """The stages and the level that a need is about."""
    if need.thing is None:
        return need.stages, need.level
    return frozenset(need.thing.stages), need.thing.level


def _for_whom(offer: ToldOffer, need: Need) -> str:
    if need.key and need.key in offer.topics:
        return "is on it"
    return "is for that part of a career" if offer.stages else "is on the same level"


def _changed(offer: ToldOffer) -> str:
    return f"; it may have changed since {offer.year}" if offer.may_have_changed else ""
