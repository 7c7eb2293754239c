"""Is what stands beside this plan somebody's to see, or to write? What is not and what does not exist are the same."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from keepwell.web.accounts.gate import person, theirs_or_404
from keepwell.web.designing import rules
from keepwell.web.plans.models import Plan

LARGEST: Final = 2**31 - 1


def _plan(place: str, number: int) -> Plan | None:
    found = Plan.objects.select_related("place__controller", "place__parent").filter(place__slug=place)
    return found.filter(pk=number).first() if number <= LARGEST else None


def plan_or_404(request: HttpRequest, place: str, number: int) -> Plan:
    """The plan of that address, for whoever sees it."""
    found = _plan(place, number)
    return theirs_or_404(found, rules.cannot_see_design(person(request), found) if found else None)


def workings_or_404(request: HttpRequest, place: str, number: int) -> Plan:
    """The plan of that address, for those who write it, also when it is closed."""
    found = _plan(place, number)
    return theirs_or_404(found, rules.cannot_see_workings(person(request), found) if found else None)


def writing_or_404(request: HttpRequest, place: str, number: int) -> Plan:
    """The plan of that address, for those who may write beside it now."""
    found = _plan(place, number)
    return theirs_or_404(found, rules.cannot_design(person(request), found) if found else None)


def why_closed(request: HttpRequest, plan: Plan) -> str | None:
    """Why those who write a plan cannot now; None for everybody else, who are not asked to write."""
    by = person(request)
    return rules.cannot_design(by, plan) if rules.cannot_see_workings(by, plan) is None else None
