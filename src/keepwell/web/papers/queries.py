"""Which papers has somebody asked for, and what stands in a combined plan?"""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from keepwell.web.accounts.models import User
from keepwell.web.alignment.queries import actions_in, plans_in
from keepwell.web.papers.models import Brought, Paper
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Criterion, Plan


def papers_of(user: User, place: Place, plan: Plan | None) -> QuerySet[Paper]:
    """The papers of a plan, or of the combined plan of a place, that somebody asked for; the newest first."""
    return Paper.objects.filter(asked_by=user, place=place, plan=plan).select_related("job")


def combined(place: Place) -> list[Plan]:
    """The plans of the combined plan of a place, by place, each with its actions in order."""
    criteria = Prefetch("criteria", queryset=Criterion.objects.order_by("position", "pk"))
    actions = actions_in(place).select_related("owner").order_by("position", "pk").prefetch_related(criteria)
    found = plans_in(place).select_related("place", "agreed_by").order_by("place__path", "pk")
    return list(found.prefetch_related(Prefetch("actions", queryset=actions)))


def numbers_combined(place: Place) -> frozenset[int]:
    """The numbers of those plans."""
    return frozenset(plans_in(place).values_list("pk", flat=True))


def waiting(user: User, place: Place) -> QuerySet[Brought]:
    """What somebody brought in at a place and made no plan of yet."""
    return Brought.objects.filter(by=user, place=place, plan=None)
