"""Which actions began that a chart of their measure should show?"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from keepwell.web.accounts.models import User
from keepwell.web.evidence.marks import Mark
from keepwell.web.places.models import Place
from keepwell.web.plans.check_rules import called
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.rules import cannot_see_action


def began(user: User, place: Place, measure: str) -> Iterator[Mark]:
    """The actions of a place, and of its own parts, that have begun and have a criterion with the measure.

    Only those that somebody may see; a draft is never one, nor another organisation's.
    """
    found = Action.objects.filter(
        criteria__measure=measure,
        starts_on__isnull=False,
        removed_at__isnull=True,
        plan__place__path__startswith=place.path,
        plan__place__controller=place.controller_id,
    ).exclude(state=Action.DRAFT)
    found = found.exclude(plan__state=Plan.DRAFT).select_related("plan__place").distinct()
    for action in found.order_by("starts_on", "pk"):
        if action.starts_on is not None and cannot_see_action(user, action) is None:
            yield Mark(action.starts_on, _words(action, place), _link(action))


def _words(action: Action, place: Place) -> str:
    whose = "" if action.plan.place_id == place.pk else f" ({action.plan.place.name})"
    return f"Action began: {called(action)}{whose}"


def _link(action: Action) -> str:
    return reverse("action", args=[action.plan.place.slug, action.pk])
