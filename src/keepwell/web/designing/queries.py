"""What stands beside a plan, what could it begin from, and which figures are told beside its screening?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from keepwell.content import plain_words
from keepwell.content.involving import Stakeholder as OnMap
from keepwell.content.involving import StakeholderMap, equality, stakeholder_maps
from keepwell.errors import KeepwellError
from keepwell.reports.sections import Section
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.dashboards.queries import Asked, equality_page, source_of
from keepwell.web.designing.models import EqualityScreening, Outline, ReadinessCheck, Stakeholder
from keepwell.web.places.models import Place
from keepwell.web.places.queries import workspace_of
from keepwell.web.plans import queries as plans
from keepwell.web.plans.models import Action, Plan

USUAL_MAP, PRACTICE_MAP = "trust", "general_practice"


def outline_of(plan: Plan, kind: str) -> Outline | None:
    """The diagram or the theory of a plan, as it was typed last."""
    return Outline.objects.filter(plan=plan, kind=kind).select_related("changed_by").first()


def readiness_of(plan: Plan) -> ReadinessCheck | None:
    """What was answered last on how ready they are."""
    return ReadinessCheck.objects.filter(plan=plan).select_related("changed_by").first()


def screening_of(plan: Plan) -> EqualityScreening | None:
    """The equality screening of a plan."""
    return EqualityScreening.objects.filter(plan=plan).select_related("changed_by").first()


def stakeholders_of(plan: Plan) -> QuerySet[Stakeholder]:
    """Who stands on the map of a plan, in order."""
    return Stakeholder.objects.filter(plan=plan, out_at=None).select_related("changed_by")


def taken_off(plan: Plan) -> QuerySet[Stakeholder]:
    """Who was taken off the map of a plan, the last first."""
    return Stakeholder.objects.filter(plan=plan, out_at__isnull=False).order_by("-out_at")


def map_for(place: Place) -> StakeholderMap:
    """The map that a plan of a place begins from: where its kind has none, that of a trust."""
    maps = stakeholder_maps()
    return next((one for one in maps.values() if place.kind in one.places), maps[USUAL_MAP])


def not_yet_on(plan: Plan, rows: Collection[Stakeholder]) -> list[OnMap]:
    """Who stands on the map to begin from and is not on the plan's, by key or by name."""
    there = {row.key for row in rows} | {plain_words(row.title) for row in rows}
    return [one for one in map_for(plan.place).stakeholders if not there & {one.key, plain_words(one.title)}]


def in_general_practice(place: Place) -> bool:
    """Whether the questions on health inequalities are asked: where a plan may be about general practice."""
    return place.kind in stakeholder_maps()[PRACTICE_MAP].places


def actions_by_idea(plan: Plan, by: User) -> dict[str, Action]:
    """The actions that somebody may see of a plan and that began as an idea, by the plain words of the idea."""
    return {plain_words(one.idea): one for one in plans.actions_of(plan, by=by) if one.idea}


@dataclass(frozen=True, slots=True)
class Told:
    """What the records tell of a characteristic: a part of a page, or why nothing can be told."""

    field: str
    section: Section | None
    why_not: str = ""


def told_beside(user: User, place: Place) -> Mapping[str, Told]:
    """What is told of the groups of each characteristic in the organisation of a place, by field.

    Nothing is counted for it: it is what the page of the organisation tells those who see exact figures of all of it,
    where no group of under 11 people is told of to anybody. Empty for everybody else, and where there are no records.
    """
    whole = place.controller or place
    here = standing(user, whole)
    source = source_of(workspace_of(whole)) if here is not None and here.exact else None
    if source is None:
        return {}
    fields = dict.fromkeys(one.field for one in equality().characteristics if one.field)
    return {field: _told(Asked(whole, source, (), None), field) for field in fields}


def _told(asked: Asked, field: str) -> Told:
    try:
        return Told(field, equality_page(asked, field).sections[0])
    except KeepwellError as refusal:
        return Told(field, None, refusal.wrong)
