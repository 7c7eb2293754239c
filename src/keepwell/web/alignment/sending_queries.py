"""Who of those below has sent figures, a rating and a plan, and who has not?"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from keepwell.web.accounts.abilities import LEAD_PLANS
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.alignment.check_ins_owed import owed_since
from keepwell.web.alignment.models import AskedAgain
from keepwell.web.alignment.queries import actions_in, below, late, plans_in
from keepwell.web.alignment.rules import ONCE_A_WEEK
from keepwell.web.assessments.models import Round, Shown
from keepwell.web.places.models import KINDS, Place
from keepwell.web.plans.models import Criterion, Plan
from keepwell.web.releases.models import Pack, Release

CAN_BE_SENT: Final = ("figures", "a rating", "a plan")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a place has had of one below: the newest of each, None where nothing has come.

    `figures` is the last month in figures handed over, `rated_on` the day that a rating was agreed, `plan_until` the last
    day of a plan that runs (`has_plan`), and `late` the day since which something in its plan is past its day.
    """

    place: Place
    own_part: bool
    figures: str = ""
    rated_on: dt.datetime | None = None
    has_plan: bool = False
    plan_until: dt.date | None = None
    late_since: dt.date | None = None
    asked_at: dt.datetime | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What has not come. Of a part of one's own organisation the figures are there already."""
        there = (self.own_part or bool(self.figures), bool(self.rated_on), self.has_plan)
        return tuple(name for name, is_there in zip(CAN_BE_SENT, there, strict=True) if not is_there)

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def asked_lately(self) -> bool:
        return self.asked_at is not None and self.asked_at > timezone.now() - ONCE_A_WEEK


@dataclass(frozen=True, slots=True)
class Have:
    """Of all places below of one kind, how many have a plan that runs."""

    kind: str
    number: int
    of: int

    @property
    def in_words(self) -> str:
        return KINDS[self.kind]


def sent_to(place: Place) -> list[Sent]:
    """What has come from every place below, by kind and name, in as many questions as there are columns."""
    figures, rated, plans = _figures(place), _rated(place), _running(place)
    late_since, asked = _late(place), _asked(place)
    found = [
        Sent(
            place=one,
            own_part=one.controller_id == place.controller_id,
            figures=figures.get(one.pk, ""),
            rated_on=rated.get(one.pk),
            has_plan=one.pk in plans,
            plan_until=plans.get(one.pk),
            late_since=late_since.get(one.pk),
            asked_at=asked.get(one.pk),
        )
        for one in below(place)
    ]
    order = list(KINDS)
    return sorted(found, key=lambda one: (order.index(one.place.kind), one.place.name))


def running(plans: QuerySet[Plan], today: dt.date) -> QuerySet[Plan]:
    """Those plans that run today: begun or without a first day, and not past their last."""
    return plans.filter(Q(ends_on=None) | Q(ends_on__gte=today), Q(starts_on=None) | Q(starts_on__lte=today))


def have_a_plan(place: Place) -> list[Have]:
    """Of the places below, kind by kind from the largest to the smallest, how many have a plan that runs and is released."""
    with_plan = set(running(plans_in(place), timezone.localdate()).values_list("place_id", flat=True))
    all_of, have = Counter[str](), Counter[str]()
    for pk, kind in below(place).values_list("pk", "kind"):
        all_of[kind] += 1
        have[kind] += pk in with_plan
    return [Have(kind, have[kind], all_of[kind]) for kind in KINDS if all_of[kind]]


def _figures(place: Place) -> dict[int, str]:
    packs = Pack.objects.filter(release__to=place, release__state=Release.RELEASED).order_by()
    return dict(packs.values_list("release__place").annotate(Max("last_month")))


def _rated(place: Place) -> dict[int, dt.datetime]:
    shown = Shown.objects.filter(to=place, withdrawn_at=None).order_by()
    found = dict(shown.values_list("round__place").annotate(Max("round__agreed_at")))
    return found | _rated_inside(place)


def _rated_inside(place: Place) -> dict[int, dt.datetime]:
    """What parts of the same organisation agreed on: its people see that without a release."""
    inside = Round.objects.filter(place__controller=place.controller_id, place__path__startswith=place.path)
    agreed = inside.filter(state=Round.AGREED).order_by()
    return dict(agreed.values_list("place").annotate(Max("agreed_at")))


def _running(place: Place) -> dict[int, dt.date | None]:
    found: dict[int, dt.date | None] = {}
    plans = running(plans_in(place), timezone.localdate())
    for of, until in plans.order_by().values_list("place_id", "ends_on"):
        found[of] = None if until is None or (of in found and found[of] is None) else max(until, found.get(of) or until)
    return found


def _late(place: Place) -> dict[int, dt.date]:
    past = actions_in(place).filter(late(timezone.localdate())).order_by()
    return dict(past.values_list("plan__place").annotate(Min("ends_on")))


def _asked(place: Place) -> dict[int, dt.datetime]:
    asked = AskedAgain.objects.filter(place=place).order_by()
    return dict(asked.values_list("of").annotate(Max("at")))


def leads_of(place: Place) -> list[User]:
    """Those with an open account who lead plans at a place itself."""
    roles = [role.pk for role in Role.objects.all() if LEAD_PLANS in role.abilities]
    grants = Grant.objects.in_force().filter(place=place, role__in=roles, user__is_active=True)
    return list(User.objects.filter(pk__in=grants.values("user")).order_by("name"))


def counted_missing(sent: Iterable[Sent]) -> dict[str, int]:
    """How many have not sent each thing."""
    found = Counter(name for one in sent for name in one.missing)
    return {name: found[name] for name in CAN_BE_SENT if found[name]}


def by_kind(sent: Sequence[Sent]) -> dict[str, list[Sent]]:
    """Those below, kind by kind."""
    found: dict[str, list[Sent]] = defaultdict(list)
    for one in sent:
        found[one.place.kind].append(one)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many check-ins of a place's actions are overdue, and since when the longest of them is."""

    number: int
    since: dt.date


def overdue_check_ins(place: Place, of: Iterable[Place] | None = None) -> dict[int, Overdue]:
    """By number of a place below: its overdue check-ins, of actions that this place sees. Dates only."""
    today = timezone.localdate()
    actions = actions_in(place)
    if of is not None:
        actions = actions.filter(plan__place__in=[one.pk for one in of])
    days: dict[int, list[dt.date]] = defaultdict(list)
    for pk, day in owed_since(actions, today):
        if day < today:
            days[pk].append(day)
    return {pk: Overdue(len(those), min(those)) for pk, those in days.items()}


def criteria_in(place: Place) -> dict[str, int]:
    """The success criteria of a combined plan, counted by how they were judged."""
    criteria = Criterion.objects.filter(action__in=actions_in(place).order_by().values("pk")).order_by()
    return dict(criteria.values_list("state").annotate(Count("pk")))


def late_in(place: Place) -> tuple[int, int]:
    """How many actions are past their day, and at how many places."""
    past = actions_in(place).filter(late(timezone.localdate()))
    told = past.aggregate(actions=Count("pk"), places=Count("plan__place", distinct=True))
    return told["actions"], told["places"]
