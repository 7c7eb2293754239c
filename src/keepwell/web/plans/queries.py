"""Which plans and actions are there, as far as somebody may see them?"""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place
from keepwell.web.plans import rules
from keepwell.web.plans.models import Action, Criterion, Plan, Shown, Version


def plans_of(place: Place, *, by: User) -> list[Plan]:
    """The plans of a place that somebody may see, the newest first."""
    found = Plan.objects.filter(place=place).select_related("place", "started_by", "agreed_by")
    return [plan for plan in found if rules.cannot_see_plan(by, plan) is None]


def actions_of(plan: Plan, *, by: User) -> list[Action]:
    """The actions of a plan in order, with their criteria: those in draft only for those who write it."""
    return list(_actions(plan, drafts=rules.cannot_see_drafts(by, plan) is None))


def _actions(plan: Plan, *, drafts: bool) -> QuerySet[Action]:
    found = Action.objects.filter(plan=plan, removed_at__isnull=True)
    found = found.select_related("owner", "plan__place").prefetch_related("criteria", "helpers__user")
    return found if drafts else found.exclude(state=Action.DRAFT)


def taken_out(plan: Plan) -> QuerySet[Action]:
    """What was taken out of a plan, the newest first: it can be put back."""
    return Action.objects.filter(plan=plan, removed_at__isnull=False).order_by("-removed_at")


def actions_with(user: User) -> QuerySet[Action]:
    """What somebody owns, was asked to own, or helps with, in plans that are not closed; the nearest end first."""
    theirs = Q(owner=user) | Q(helpers__user=user)
    found = Action.objects.filter(theirs, removed_at__isnull=True).exclude(plan__state=Plan.CLOSED)
    return found.select_related("plan__place", "owner").distinct().order_by("ends_on", "pk")


def released_to(place: Place) -> QuerySet[Plan]:
    """The plans that a place above sees because they were released to it, with what is in them but drafts."""
    shown = Shown.objects.filter(to=place, withdrawn_at__isnull=True).values("plan")
    criteria = Prefetch("criteria", queryset=Criterion.objects.order_by("position", "pk"))
    actions = Action.objects.filter(removed_at__isnull=True).exclude(state=Action.DRAFT)
    actions = actions.select_related("owner").prefetch_related(criteria)
    found = Plan.objects.filter(pk__in=shown).exclude(state=Plan.DRAFT).select_related("place__parent", "agreed_by")
    return found.prefetch_related(Prefetch("actions", queryset=actions))


def shown_of(plan: Plan) -> QuerySet[Shown]:
    """Those places above that see a plan now."""
    return plan.shown.filter(withdrawn_at__isnull=True).select_related("to", "released_by")


def places_above(plan: Plan) -> list[Place]:
    """The places above that a plan could be released to, the nearest first, without those that have closed."""
    found = Place.objects.filter(pk__in=plan.place.numbers_above, closed__isnull=True).in_bulk()
    return [found[number] for number in reversed(plan.place.numbers_above) if number in found]


def versions_of(plan: Plan, action: Action | None = None) -> QuerySet[Version]:
    """How a plan's own words, or an action, came to be as they are, the newest first."""
    return Version.objects.filter(plan=plan, action=action).select_related("changed_by")
