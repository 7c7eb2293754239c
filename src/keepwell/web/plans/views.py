"""What does a place mean to do, how does a plan stand, and what is mine to do?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.web.accounts.abilities import WRITE_PLANS
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.accounts.models import User
from keepwell.web.places.refusals import NotAllowed, Quicker
from keepwell.web.plans import actions, presenters, queries, rules, topics
from keepwell.web.plans.check_queries import warnings_of_plan
from keepwell.web.plans.contents import content_of_plan
from keepwell.web.plans.forms import PlanForm, as_filled, as_sent
from keepwell.web.plans.merging import merged, stands_now
from keepwell.web.plans.models import Plan
from keepwell.web.plans.overview_queries import places_to_plan_for, states_in, under_way_in
from keepwell.web.plans.parts import parts_of_plan

PAGE = ["GET", "HEAD", "POST"]


def plan_here(request: HttpRequest, place: str, number: int) -> Plan:
    """The plan of that number at the place. Raises Http404 where there is none or it is not theirs to see."""
    found = Plan.objects.select_related("place__controller", "started_by", "agreed_by", "closed_by", "copied_from")
    plan = found.filter(pk=number, place__slug=place).first()
    return theirs_or_404(plan, rules.cannot_see_plan(person(request), plan) if plan else None)


def written_here(request: HttpRequest, place: str, number: int) -> Plan:
    """The plan, for those who write it. A closed one is theirs too: the page says that it does not change any more."""
    plan = plan_here(request, place, number)
    return theirs_or_404(plan, rules.cannot_see_drafts(person(request), plan))


@signed_in
@never_cache
@require_safe
def plans(request: HttpRequest, place: str) -> HttpResponse:
    """The plans of a place, what is due next in them, and how to begin one."""
    here, by = here_or_404(request, place), person(request)
    if rules.cannot_see_plans(by, here.place) is not None:
        raise Http404
    found = queries.plans_of(here.place, by=by)
    due = presenters.due_next(under_way_in(found))
    told = {
        "place": here.place,
        "answer": presenters.plans_in_words(here.place, found, due),
        "plans": found,
        "tag": presenters.tag_of_plan,
        "period": presenters.period_of,
        "states": states_in(found, by=by),
        "due": due[:5],
        "cannot_start": rules.cannot_start(by, here.place),
    }
    return render(request, "plans/plans.html.j2", told)


@signed_in
@never_cache
@require_safe
def plan(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """One plan: its actions as rows, what warns, who sees it, and what can be done with it."""
    shown, by = plan_here(request, place, number), person(request)
    return render(request, "plans/plan.html.j2", _told(shown, by))


def _told(plan: Plan, by: User) -> Mapping[str, Any]:
    rows = presenters.rows_of(queries.actions_of(plan, by=by))
    writes = rules.cannot_see_drafts(by, plan) is None
    warnings = warnings_of_plan(plan, by)
    above = [] if not writes else [(one, rules.cannot_release(by, plan, one)) for one in queries.places_above(plan)]
    return {
        "place": plan.place,
        "plan": plan,
        "action": None,
        "answer": presenters.plan_in_words(plan, rows, len(warnings)),
        "tag": presenters.tag_of_plan(plan),
        "period": presenters.period_of(plan),
        "more": presenters.more_of(plan),
        "rows": rows,
        "warnings": warnings,
        "warned": Counter(one.action for one in warnings if one.action),
        "parts": parts_of_plan(plan, by),
        "writes": writes,
        "shown": [(one, rules.cannot_withdraw(by, one)) for one in queries.shown_of(plan)] if writes else [],
        "above": above,
        "can_release": any(reason is None for _, reason in above),
        "cannot_write": rules.cannot_write(by, plan),
        "cannot_agree": rules.cannot_agree(by, plan),
        "cannot_close": rules.cannot_close(by, plan),
        "may_copy": places_to_plan_for(by).exists(),
        "column": topics.column,
    }


@signed_in
@never_cache
@require_http_methods(PAGE)
def new_plan(request: HttpRequest, place: str) -> HttpResponse:
    """Begin an empty plan."""
    here, by = here_or_404(request, place, WRITE_PLANS), person(request)
    form = PlanForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.begin(place=here.place, content=form.content(), by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{made.title}: begun. Now write its first action.")
            return redirect("plan", place=here.place.slug, number=made.pk)
    told = {"place": here.place, "plan": None, "form": form, "cannot_write": rules.cannot_start(by, here.place)}
    return render(request, "plans/write_plan.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_http_methods(PAGE)
def edit_plan(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Write a plan's own words. Where somebody was quicker, what they wrote stands beside what was typed."""
    plan, by = written_here(request, place, number), person(request)
    now = as_filled(content_of_plan(plan)) | {"known": plan.version}
    form = PlanForm(request.POST) if request.method == "POST" else PlanForm(initial=now)
    if form.is_bound and form.is_valid():
        known = form.cleaned_data["known"] or 0
        try:
            actions.change(plan=plan, content=form.content(), known=known, by=by)
        except Quicker as refusal:
            form = _told_of_quicker(plan, form, refusal)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("plan", place=plan.place.slug, number=plan.pk)
    told = {"place": plan.place, "plan": plan, "form": form, "cannot_write": rules.cannot_write(by, plan)}
    return render(request, "plans/write_plan.html.j2", told, status=422 if form.errors else 200)


def _told_of_quicker(plan: Plan, typed: PlanForm, refusal: Quicker) -> PlanForm:
    """The form with what was typed, and with what somebody else wrote where nothing was typed."""
    plan.refresh_from_db()
    both = merged(plan, None, typed.content(), typed.cleaned_data["known"])
    form = PlanForm(as_sent(typed, as_filled(both.content) | {"known": plan.version}))
    form.is_valid()
    form.tell(refusal)
    for name, words in both.now.items():
        form.add_error(name if name in form.fields else None, stands_now(words))
    return form


@signed_in
@require_POST
def order_plan(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Move one action up or down."""
    plan, by = written_here(request, place, number), person(request)
    numbers = [action.pk for action in queries.actions_of(plan, by=by)]
    up = request.POST.get("up", "")
    moved = up or request.POST.get("down", "")
    if moved.isdecimal() and int(moved) in numbers:
        at = numbers.index(int(moved))
        to = at - 1 if up else at + 1
        if 0 <= to < len(numbers):
            numbers[at], numbers[to] = numbers[to], numbers[at]
        try:
            actions.order(plan=plan, numbers=numbers, by=by)
        except NotAllowed as refusal:
            messages.warning(request, refusal.wrong)
    answer = redirect("plan", place=plan.place.slug, number=plan.pk)
    answer["Location"] += f"#action-{moved}" if moved.isdecimal() else ""
    return answer


@signed_in
@never_cache
@require_safe
def my_actions(request: HttpRequest) -> HttpResponse:
    """What somebody owns, was asked to own, and helps with."""
    mine = presenters.mine_of(person(request))
    return render(request, "plans/my_actions.html.j2", {"answer": presenters.mine_in_words(mine), "mine": mine})
