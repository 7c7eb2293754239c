"""What has a place found that something in the library fits, as far as somebody may see it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.urls import reverse

from keepwell.content import leaving_reasons
from keepwell.content.assessments import Assessment, Topic, assessments
from keepwell.measures import measures
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.accounts.rules import standing
from keepwell.web.assessments import aim_queries, queries
from keepwell.web.assessments.gap_rules import cannot_see_support
from keepwell.web.assessments.models import Round
from keepwell.web.assessments.rules import cannot_see, cannot_see_round
from keepwell.web.evidence.values import Asked, Value, values_for
from keepwell.web.library.queries import cases_for, offers_for
from keepwell.web.library.suggesting import NUMBERS_SPEAK_TO, WEAK, Found, Noticed, Rated, Suggestion, suggested
from keepwell.web.places.models import ICB, NATION, NETWORK, PRACTICE, REGION, TRUST, Place

SETTING_OF: Final = {
    TRUST: "trust",
    PRACTICE: "practice",
    NETWORK: "network",
    ICB: "system",
    REGION: "national",
    NATION: "national",
}
"""The setting of a case that is like a place of each kind."""
HANDED_OVER: Final = "handed over/"


def setting_of(place: Place) -> str:
    """The setting of the organisation that a place is, or is a part of."""
    return SETTING_OF[(place.controller or place).kind]


def suggestions_for(place: Place, user: User) -> list[Suggestion]:
    """All that fits what a place agreed on last, and the figures that somebody may see there. See `suggested`."""
    return suggested(found_at(place, user), cases_for(place), offers_for(place))


def suggestions_of(
    place: Place, *, topics: Iterable[str] = (), level: str = "", stage: str = "", most: int = 6
) -> list[Suggestion]:
    """What fits an action that is being written: by the keys of its topic and aims, its level and its career stage.

    At most so many of each kind. What the place rated and its figures are not asked: see `suggestions_for`.
    """
    found = Found(
        topics=tuple(key for key in topics if key),
        stages=(stage,) if stage else (),
        level=level,
        setting=setting_of(place),
        place=place.slug,
    )
    return shortened(suggested(found, cases_for(place), offers_for(place)), most)


def shortened(suggestions: Iterable[Suggestion], most: int) -> list[Suggestion]:
    """The first few of each kind, in the same order."""
    taken: dict[str, int] = {}
    kept = []
    for one in suggestions:
        taken[one.kind] = taken.get(one.kind, 0) + 1
        if taken[one.kind] <= most:
            kept.append(one)
    return kept


def found_at(place: Place, user: User) -> Found:
    """What a place has found, as far as somebody may see it."""
    here = standing(user, place)
    seen = here is not None and cannot_see(here) is None
    rated = tuple(_rated(place, user)) if seen else ()
    if here is not None and cannot_see_support(here) is None:
        rated += tuple(_not_begun(place))
    values = values_for(user, asked_of(place)) if here is not None else []
    return Found(
        rated=rated,
        numbers=tuple(worse(values)),
        reasons=tuple(most_given(values)),
        setting=setting_of(place),
        place=place.slug,
    )


def _rated(place: Place, user: User) -> Iterator[Rated]:
    """What was agreed to be red or amber in the newest agreed round of each assessment, and what of a list is not done."""
    for of in queries.offered_to(place):
        round = _filled_in(place, of, user) or queries.newest_agreed(place, of.key)
        for item, rating in queries.line_of(round).ratings.items() if round else ():
            if round and rating in WEAK:
                yield Rated(item, rating, of.key, reverse("topic", args=[place.slug, round.pk, item]))


def _filled_in(place: Place, of: Assessment, user: User) -> Round | None:
    """A list of things to do that is being filled in together, for those who take part; what is rated apart is not told."""
    round = queries.under_way(place, of.key) if of.answers == "done" else None
    return None if round is None or cannot_see_round(user, round) else round


def _not_begun(place: Place) -> Iterator[Rated]:
    """The goals and must-dos of general practice of which somebody wrote that they are not done."""
    for one in aim_queries.followed(place):
        if one.aim is not None and one.content is not None and one.aim.state in WEAK:
            yield Rated(one.content.key, one.aim.state, "", reverse("aims", args=[place.slug]))


def asked_of(place: Place) -> Asked:
    """The measures and reasons to which a topic of the assessments that numbers lead to speaks."""
    topics: list[Topic] = [topic for key in NUMBERS_SPEAK_TO for topic in assessments()[key].items]
    names = dict.fromkeys(name for topic in topics for name in topic.measures)
    reasons = dict.fromkeys(name for topic in topics for name in topic.reasons)
    return Asked(place, tuple(names), tuple(reasons))


def worse(values: Iterable[Value]) -> Iterator[Noticed]:
    """The measures that moved the wrong way in a year, where the measure says which way is better."""
    for value in values:
        name = value.key.removeprefix(HANDED_OVER)
        known = measures().get(name)
        bad = {"lower": "+", "higher": "-"}.get(known.better) if known else None
        if bad and value.change.startswith(bad):
            said = f"{value.label} is {value.words} ({value.period}), {value.change}"
            yield Noticed(name, said, exact=value.policy == INTERNAL)


def most_given(values: Iterable[Value]) -> Iterator[Noticed]:
    """The reason for leaving that most gave, of those that tell why."""
    telling = {reason.name for reason in leaving_reasons() if reason.tells_why}
    given = [value for value in values if value.key in telling and value.number]
    if given:
        most = max(given, key=lambda value: value.number or 0)
        said = f"{most.label} was given most often: {most.words} ({most.period})"
        yield Noticed(most.key, said, exact=most.policy == INTERNAL)
