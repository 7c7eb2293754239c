"""Which teams started when, to how many was it offered, and how many took it up?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.disclosure.hiding import HIDING, count_shown
from keepwell.web.following.models import Count, Unit
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Plan

POLICY: Final = "nhs"
"""Under which policy numbers of people are shown to those who do not write them."""


@dataclass(frozen=True, slots=True)
class Start:
    """A unit of an action: from which day on (None: it does not start yet, and others are compared with it).

    `counts` are all the numbers that were said of it, the oldest first, exactly: for methods that estimate an effect
    inside the organisation, never for a page.
    """

    action: Action
    unit: Unit
    counts: tuple[Count, ...]

    @property
    def first_day(self) -> dt.date | None:
        return self.unit.starts_on

    @property
    def compares(self) -> bool:
        return self.unit.compares

    @property
    def offered(self) -> int | None:
        """To how many it was offered, as it was said last; None where nobody said."""
        return self.counts[-1].offered if self.counts else None

    @property
    def taken_up(self) -> int | None:
        """How many took it up, as it was said last; None where nobody said."""
        return self.counts[-1].taken_up if self.counts else None


@dataclass(frozen=True, slots=True)
class Reach:
    """To how many an action was offered, how many took it up, and up to which day; None where nobody said."""

    offered: int | None
    taken_up: int | None
    on: dt.date


def starts_of(plan: Plan) -> list[Start]:
    """Which unit started when with which action of a plan, with numbers: what estimating an effect needs.

    Units of drafts and of what was taken out are left out.
    """
    actions = Action.objects.filter(plan=plan, removed_at__isnull=True).exclude(state=Action.DRAFT)
    return starts_in(list(actions.select_related("plan__place").order_by("position", "pk")))


def starts_in(actions: Sequence[Action]) -> list[Start]:
    """The units of some actions, by action, the first to start first."""
    counts: dict[int, list[Count]] = {}
    for count in Count.objects.filter(action__in=actions, unit__isnull=False, struck_at__isnull=True):
        counts.setdefault(count.unit_id or 0, []).append(count)
    found: dict[int, list[Unit]] = {action.pk: [] for action in actions}
    for unit in Unit.objects.filter(action__in=actions, removed_at__isnull=True).select_related("place", "said_by"):
        found[unit.action_id].append(unit)
    return [Start(a, unit, tuple(counts.get(unit.pk, ()))) for a in actions for unit in found[a.pk]]


def reach_of(action: Action) -> Reach | None:
    """How many an action reached: as it was said last of the whole, or unit by unit where that was later."""
    whole = Count.objects.filter(action=action, unit__isnull=True, struck_at__isnull=True).last()
    newest = [start.counts[-1] for start in starts_in([action]) if start.counts]
    if newest and (whole is None or max(count.on for count in newest) > whole.on):
        return Reach(_sum(c.offered for c in newest), _sum(c.taken_up for c in newest), max(c.on for c in newest))
    return Reach(whole.offered, whole.taken_up, whole.on) if whole else None


def counts_over_time(action: Action) -> list[Count]:
    """What was said of the whole action over time, the oldest first."""
    found = Count.objects.filter(action=action, unit__isnull=True, struck_at__isnull=True)
    return list(found.select_related("said_by"))


def hidden(reach: Reach) -> Reach | None:
    """What those see of it who do not write it: small numbers hidden, others rounded; None where nothing is left."""
    offered, taken_up = (None if n is None else count_shown(HIDING[POLICY], n) for n in (reach.offered, reach.taken_up))
    return Reach(offered, taken_up, reach.on)


def unit_of(action: Action, number: int) -> Unit | None:
    """A unit of an action by its number; None where there is none."""
    found = Unit.objects.filter(action=action, pk=number, removed_at__isnull=True)
    return found.select_related("place", "said_by").first()


def offered_units(action: Action) -> list[Place]:
    """The places right below that of the plan that are no unit of the action yet and have not closed."""
    there = Unit.objects.filter(action=action, removed_at__isnull=True).values("place")
    found = Place.objects.filter(parent=action.plan.place, closed__isnull=True).exclude(
        pk__in=there.exclude(place=None)
    )
    return list(found.order_by("name"))


def named(action: Action, words: str) -> Place | None:
    """The place inside that of the plan which goes by a name or a code; None where none or several do."""
    inside = Place.objects.filter(path__startswith=action.plan.place.path)
    found = list(inside.filter(name__iexact=words)[:2]) or list(inside.filter(code__iexact=words).exclude(code="")[:2])
    return found[0] if len(found) == 1 else None


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
