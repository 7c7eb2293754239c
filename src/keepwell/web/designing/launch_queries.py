"""What begins when, at a place and below it, as far as somebody may see it, and on whom does it pile up?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from django.db.models import Q

from keepwell.content import plain_words
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.places.models import Place
from keepwell.web.plans import rules
from keepwell.web.plans.models import Action, Plan, Shown

ORDER: Final = ("place", "group", "owner")
MANY, WITHIN_DAYS = 3, 30
"""So many launches on the same people within so many days are a pile."""
BETWEEN_GROUPS: Final = re.compile(r"[,;\n]")
READ: Final = ("plan", "pk", "starts_on", "what", "state", "stakeholders", "owner__name", "owner_words")
LONGEST_GROUP: Final = 60
"""Longer words of an action's stakeholders are a sentence, not a group."""


@dataclass(frozen=True, slots=True)
class Launch:
    """That an action begins: on which day, where, whose it is, and which groups its own words name."""

    number: int
    day: dt.date
    what: str
    draft: bool
    plan: str
    place: Place
    owner: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pile:
    """Launches on the same people, so close together that each of three in a row lie within 30 days.

    `on` says how the people are meant: "place", "group" or "owner"; `also` names others on whom just the same piles up.
    """

    on: str
    name: str
    launches: tuple[Launch, ...]
    also: tuple[str, ...] = ()

    @property
    def first(self) -> dt.date:
        return self.launches[0].day

    @property
    def last(self) -> dt.date:
        return self.launches[-1].day


@dataclass(frozen=True, slots=True)
class Found:
    """What begins, in the order of days; and how much that is still to be done has no day."""

    launches: tuple[Launch, ...]
    without_day: int


def launches_at(place: Place, *, by: User) -> Found:
    """The starts of all actions that somebody may see of plans at a place and below it.

    Left out is what was stopped or taken out, and plans that are closed.
    """
    seen = {plan.pk: plan for plan in plans_below(place, by=by)}
    drafts = [number for number, plan in seen.items() if rules.cannot_see_drafts(by, plan) is None]
    found = Action.objects.filter(plan__in=seen, removed_at=None).exclude(state=Action.STOPPED)
    found = found.filter(~Q(state=Action.DRAFT) | Q(plan__in=drafts))
    to_come = found.filter(starts_on=None, state__in=(Action.DRAFT, Action.UNDER_WAY)).count()
    starts = found.filter(starts_on__isnull=False).order_by("starts_on", "pk").values_list(*READ)
    return Found(tuple(_launch(seen, *read) for read in starts.iterator(chunk_size=2000)), to_come)


def plans_below(place: Place, *, by: User) -> list[Plan]:
    """The plans at a place and below it that somebody may see and that are not closed.

    As rules.cannot_see_plan says of each; what was released is asked for once for all of them.
    """
    found = Plan.objects.filter(place__path__startswith=place.path).exclude(state=Plan.CLOSED)
    plans = list(found.select_related("place__controller").defer("about", "serves", "staff_side"))
    shown = Shown.objects.filter(plan__in=plans, withdrawn_at=None).exclude(plan__state=Plan.DRAFT)
    released: dict[int, set[int]] = {}
    for plan, to in shown.values_list("plan", "to"):
        released.setdefault(to, set()).add(plan)
    open_at = [to.pk for to in Place.objects.filter(pk__in=released) if rules.cannot_see_plans(by, to) is None]
    theirs = {plan for to in open_at for plan in released[to]}
    return [
        plan
        for plan in plans
        if plan.pk in theirs or (standing(by, plan.place) is not None and rules.cannot_see_plan(by, plan) is None)
    ]


def _launch(
    seen: Mapping[int, Plan],
    plan: int,
    number: int,
    day: dt.date,
    what: str,
    state: str,
    stakeholders: str,
    owner: str | None,
    owner_words: str,
) -> Launch:
    of = seen[plan]
    groups = groups_of(stakeholders)
    return Launch(number, day, what, state == Action.DRAFT, of.title, of.place, owner or owner_words, groups)


@lru_cache(maxsize=4096)
def groups_of(words: str) -> tuple[str, ...]:
    """The groups that an action's words on stakeholders list, each once."""
    named = [" ".join(part.split()).rstrip(".") for part in BETWEEN_GROUPS.split(words)]
    found: dict[str, str] = {}
    for name in named:
        if plain_words(name) and len(name) <= LONGEST_GROUP:
            found.setdefault(plain_words(name), name)
    return tuple(found.values())


def piles(launches: Sequence[Launch], today: dt.date) -> list[Pile]:
    """Where launches pile up on the same people from today on, the largest pile first.

    Who works at a place is touched by what begins there and by what begins above it in the same organisation. An owner
    or a group by the same words is the same only inside one organisation, which is named where there are several.
    """
    found: dict[tuple[str, str], tuple[str, list[Launch]]] = {}
    for on, key, name, launch in _touched(launches):
        found.setdefault((on, key), (name, []))[1].append(launch)
    alike: dict[tuple[int, ...], list[Pile]] = {}
    for (on, _), (name, touching) in found.items():
        for run in runs(touching):
            if run[-1].day >= today:
                alike.setdefault(tuple(one.number for one in run), []).append(Pile(on, name, run))
    made = [_together(sorted(those, key=lambda pile: (ORDER.index(pile.on), pile.name))) for those in alike.values()]
    return sorted(made, key=lambda pile: (-len(pile.launches), pile.first, pile.name))


def _together(those: Sequence[Pile]) -> Pile:
    """Piles of the very same launches as one."""
    return replace(those[0], also=tuple(pile.name for pile in those[1:]))


def _touched(launches: Sequence[Launch]) -> Iterator[tuple[str, str, str, Launch]]:
    begins: dict[int, list[Launch]] = {}
    for launch in launches:
        begins.setdefault(launch.place.pk, []).append(launch)
    for place in {launch.place.pk: launch.place for launch in launches}.values():
        for number in (*place.numbers_above, place.pk):
            for launch in begins.get(number, ()):
                if launch.place.controller_id == place.controller_id:
                    yield "place", str(place.pk), place.name, launch
    several = len({launch.place.controller_id for launch in launches}) > 1
    for launch in launches:
        named = f" at {launch.place.controller or launch.place}" if several else ""
        for on, names in (("owner", (launch.owner,) if launch.owner else ()), ("group", launch.groups)):
            for name in names:
                yield on, f"{launch.place.controller_id} {_key_of(name)}", f"{name}{named}", launch


@lru_cache(maxsize=4096)
def _key_of(name: str) -> str:
    return plain_words(name)


def runs(launches: Iterable[Launch]) -> list[tuple[Launch, ...]]:
    """Rows of launches in which each lies with two neighbours within 30 days."""
    found = sorted(launches, key=lambda launch: (launch.day, launch.number))
    close = [
        number
        for number in range(len(found) - MANY + 1)
        if (found[number + MANY - 1].day - found[number].day).days <= WITHIN_DAYS
    ]
    rows: list[list[int]] = []
    for number in close:
        window = [number, number + MANY - 1]
        if rows and number <= rows[-1][1]:
            rows[-1][1] = window[1]
        else:
            rows.append(window)
    return [tuple(found[first : last + 1]) for first, last in rows]
