"""What do the plans of a place and of all below it come to, as far as they were released to it?

Everything here begins with `actions_in`: what a place agreed itself and what was released to it. A draft, a plan that was
withdrawn, and what was released to another place above are not in it, whoever asks.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from keepwell.web.places.models import INSIDE, Place
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.queries import released_to

BY: Final = {"topic": "Topic", "level": "Level", "stage": "Career stage", "organisation": "Organisation"}
"""By what a combined plan is counted."""
COUNTED_BY: Final = {"topic": "topic", "level": "level", "stage": "stage", "organisation": "plan__place__path"}
OWN_AIM: Final = "aim:"
"""How an action's origin begins that was begun from a goal or a must-do (plans/start_elsewhere)."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a combined plan is looked at. "-" is what has none: no topic, no level, no stage."""

    topic: str = ""
    level: str = ""
    stage: str = ""
    state: str = ""
    late: bool = False
    where: Place | None = None

    @property
    def everything(self) -> bool:
        return self == Chosen()


@dataclass(frozen=True, slots=True)
class Totals:
    """A combined plan in numbers: `late` are under way and past their day."""

    actions: int
    plans: int
    places: int
    under_way: int
    finished: int
    stopped: int
    late: int


@dataclass(frozen=True, slots=True)
class Served:
    """By key of a topic, a goal or a must-do: how many actions serve it; by topic, the paths of the places that do."""

    numbers: Mapping[str, int]
    paths: Mapping[str, set[str]]


def below(place: Place) -> QuerySet[Place]:
    """The places that could release something to a place: its own parts, and the organisations that lie in it."""
    lie_in_it = Place.objects.filter(path__startswith=place.path, closed=None).exclude(pk=place.pk)
    return lie_in_it.filter(Q(controller=place.controller_id) | ~Q(kind__in=INSIDE))


def plans_in(place: Place) -> QuerySet[Plan]:
    """The plans that are agreed: a place's own, and of places that lie in it today those released to it."""
    released = released_to(place).filter(place__path__startswith=place.path).values("pk")
    return Plan.objects.filter(Q(place=place) | Q(pk__in=released), state=Plan.AGREED)


def actions_in(place: Place) -> QuerySet[Action]:
    """What is in those plans: no draft, and nothing that was taken out."""
    found = Action.objects.filter(plan__in=plans_in(place).values("pk"), removed_at__isnull=True)
    return found.exclude(state=Action.DRAFT)


def late(today: dt.date) -> Q:
    """What is under way and past its day."""
    return Q(state=Action.UNDER_WAY, ends_on__lt=today)


def chosen_of(actions: QuerySet[Action], chosen: Chosen) -> QuerySet[Action]:
    """Those actions that were chosen."""
    for name in ("topic", "level", "stage"):
        if value := getattr(chosen, name):
            actions = actions.filter(**{name: "" if value == "-" else value})
    if chosen.state:
        actions = actions.filter(state=chosen.state)
    if chosen.late:
        actions = actions.filter(late(timezone.localdate()))
    if chosen.where is not None:
        actions = actions.filter(plan__place__path__startswith=chosen.where.path)
    return actions


def listed(actions: QuerySet[Action]) -> QuerySet[Action]:
    """The actions in the order of a list: by place, then as they stand in their plans."""
    found = actions.select_related("plan__place", "owner")
    return found.order_by("plan__place__name", "plan__place_id", "plan_id", "position", "pk")


def totals_of(actions: QuerySet[Action]) -> Totals:
    """Actions in numbers, in one question."""
    told = actions.aggregate(
        actions=Count("pk"),
        plans=Count("plan", distinct=True),
        places=Count("plan__place", distinct=True),
        under_way=Count("pk", filter=Q(state=Action.UNDER_WAY)),
        finished=Count("pk", filter=Q(state=Action.FINISHED)),
        stopped=Count("pk", filter=Q(state=Action.STOPPED)),
        late=Count("pk", filter=late(timezone.localdate())),
    )
    return Totals(**told)


def counted_by(actions: QuerySet[Action], by: str) -> list[Mapping[str, Any]]:
    """Actions counted by topic, level, stage or place, the most first: rows with key, number, under_way, finished, late."""
    name = COUNTED_BY[by]
    rows = (
        actions.order_by()
        .values(name)
        .annotate(
            number=Count("pk"),
            under_way=Count("pk", filter=Q(state=Action.UNDER_WAY)),
            finished=Count("pk", filter=Q(state=Action.FINISHED)),
            late=Count("pk", filter=late(timezone.localdate())),
        )
    )
    found = [{"key": row.pop(name), **row} for row in rows]
    return sorted(found, key=lambda row: (-row["number"], str(row["key"])))


def branches(place: Place) -> list[Place]:
    """The places that lie directly in a place, also those that have closed: what was done there was done."""
    return list(Place.objects.filter(parent=place).select_related("controller").order_by("name"))


def branch_of(path: str, place: Place) -> int:
    """The number of the place directly in a place on the way to a path; its own number for its own path."""
    rest = path.removeprefix(place.path).strip("/")
    return int(rest.split("/")[0]) if rest else place.pk


def served(actions: QuerySet[Action]) -> Served:
    """What actions that are under way or finished serve, in one question.

    A goal or a must-do of a place's own goes by its number: an action serves it that was begun from it.
    """
    numbers: Counter[str] = Counter()
    paths: dict[str, set[str]] = defaultdict(set)
    serving = actions.filter(state__in=(Action.UNDER_WAY, Action.FINISHED)).order_by()
    for topic, aims, origin, path in serving.values_list("topic", "aims", "began_from", "plan__place__path"):
        numbers.update({topic, *map(str, aims), *_own_aim(origin)} - {""})
        paths[topic].add(path)
    return Served(numbers, paths)


def _own_aim(origin: str) -> tuple[str, ...]:
    """The number of a place's own goal or must-do, where an action was begun from one."""
    key = origin.removeprefix(OWN_AIM) if origin.startswith(OWN_AIM) else ""
    return (key,) if key.isdecimal() else ()
