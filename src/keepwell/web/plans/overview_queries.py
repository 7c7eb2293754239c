"""What is in several plans at once, and for which places could somebody plan?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce

from django.db.models import Count, Q, QuerySet

from keepwell.web.accounts.abilities import WRITE_PLANS
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import grants_of
from keepwell.web.places.models import Place
from keepwell.web.plans import rules
from keepwell.web.plans.models import Action, Plan


def states_in(plans: Iterable[Plan], *, by: User) -> Mapping[int, Mapping[str, int]]:
    """How many actions of each state are in each plan, by its number; drafts only for those who write it."""
    known = {plan.pk: rules.cannot_see_drafts(by, plan) is None for plan in plans}
    found: dict[int, dict[str, int]] = defaultdict(dict)
    counted = Action.objects.filter(plan__in=known, removed_at__isnull=True).order_by()
    for number, state, many in counted.values_list("plan", "state").annotate(Count("pk")):
        if state != Action.DRAFT or known[number]:
            found[number][state] = many
    return found


def under_way_in(plans: Iterable[Plan]) -> QuerySet[Action]:
    """What is under way in those of some plans that are agreed, with owners and criteria."""
    agreed = [plan.pk for plan in plans if plan.state == Plan.AGREED]
    found = Action.objects.filter(plan__in=agreed, removed_at__isnull=True, state=Action.UNDER_WAY)
    return found.select_related("owner", "plan__place__controller").prefetch_related("criteria")


def places_to_plan_for(user: User) -> QuerySet[Place]:
    """The places at which somebody may write plans, without those that have closed; by name."""
    writing = [grant.place for grant in grants_of(user) if grant.place and WRITE_PLANS in grant.role.abilities]
    reached = [Q(path__startswith=place.path, controller=place.controller_id) for place in writing]
    found = Place.objects.filter(reduce(Q.__or__, reached)) if reached else Place.objects.none()
    return found.filter(closed__isnull=True).order_by("name")


def to_add_to(place: Place, *, by: User) -> list[Plan]:
    """The plans of a place to which somebody may add an action, the newest first."""
    found = Plan.objects.filter(place=place).exclude(state=Plan.CLOSED).select_related("place__controller")
    return [plan for plan in found if rules.cannot_write(by, plan) is None]
