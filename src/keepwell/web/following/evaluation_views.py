"""How will we know whether it worked, and what is due in the next 90 days?"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.web.accounts.gate import person, signed_in
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.audit.actions import record_view
from keepwell.web.exports.responses import document_as_download
from keepwell.web.following import calendars, evaluation_presenters
from keepwell.web.following.evaluation_queries import evaluation_of
from keepwell.web.following.rules import sees_names
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.queries import actions_of, actions_with
from keepwell.web.plans.rules import cannot_write
from keepwell.web.plans.views import plan_here

CALENDAR = "text/calendar; charset=utf-8"
NINETY_DAYS = dt.timedelta(days=90)


@signed_in
@never_cache
@require_safe
def evaluation(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The guide's six steps, filled from what stands in the plan, and every criterion with its numbers."""
    plan, by = plan_here(request, place, number), person(request)
    found = evaluation_of(plan, by=by)
    if any(seen.now is not None and seen.now.policy == INTERNAL for seen in found.seen):
        record_view(request, "Evaluation of a plan", plan.place, exact=True)
    told = {
        "place": plan.place,
        "plan": plan,
        "answer": evaluation_presenters.tied_in_words(found),
        "steps_in_words": evaluation_presenters.steps_in_words(found),
        "criteria": evaluation_presenters.rows_of(found),
        "found": found,
        "cannot_write": cannot_write(by, plan),
    }
    return render(request, "following/evaluation.html.j2", told)


@signed_in
@never_cache
@require_safe
def ninety_days(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The next 90 days of a plan, day by day, to be printed."""
    plan, by = plan_here(request, place, number), person(request)
    today = timezone.localdate()
    actions = actions_of(plan, by=by)
    events = calendars.events_of(actions, today)
    told = {
        "place": plan.place,
        "plan": plan,
        "today": today,
        "owners": {action.pk: _owner(action, by) for action in actions},
        "until": today + NINETY_DAYS,
        "answer": evaluation_presenters.ninety_days_in_words(events, today),
        "late": [event for event in events if event.on < today],
        "events": [event for event in events if today <= event.on <= today + NINETY_DAYS],
    }
    return render(request, "following/ninety_days.html.j2", told)


def _owner(action: Action, by: User) -> str:
    """Who owns an action: to readers of another organisation, in the plan's own words only."""
    return action.owner.name if action.owner and sees_names(by, action) else action.owner_words


@signed_in
@never_cache
@require_safe
def plan_calendar(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The check-ins and ends of a plan's actions, as a file for a calendar."""
    plan = plan_here(request, place, number)
    return _file(request, actions_of(plan, by=person(request)), f"plan-{plan.pk}", plan)


@signed_in
@never_cache
@require_safe
def my_calendar(request: HttpRequest) -> HttpResponse:
    """The check-ins and ends of one's own actions, as a file for a calendar."""
    by = person(request)
    mine = [action for action in actions_with(by) if action.owner_id != by.pk or action.declined_at is None]
    return _file(request, mine, "my-actions", None)


def _file(request: HttpRequest, actions: list[Action], name: str, plan: Plan | None) -> HttpResponse:
    content = calendars.as_file(calendars.events_of(actions, timezone.localdate()))
    place = plan.place if plan else None
    return document_as_download(request, content, "Calendar of actions", f"{name}.ics", CALENDAR, place)
