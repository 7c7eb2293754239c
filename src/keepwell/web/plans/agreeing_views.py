"""How is a plan agreed, shown above, closed, and begun anew as a copy?"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.web.accounts.abilities import LEAD_PLANS
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.rules import cannot
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions, presenters, queries, rules
from keepwell.web.plans.check_queries import warnings_of_plan
from keepwell.web.plans.forms import CopyTo, ReleaseTo
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.overview_queries import places_to_plan_for
from keepwell.web.plans.views import PAGE, plan_here, written_here


def led_here(request: HttpRequest, place: str, number: int) -> Plan:
    """The plan, for those who lead plans at its place and may see its drafts."""
    plan = written_here(request, place, number)
    return theirs_or_404(plan, cannot(person(request), LEAD_PLANS, plan.place))


def _back(plan: Plan) -> HttpResponse:
    return redirect("plan", place=plan.place.slug, number=plan.pk)


def _done(request: HttpRequest, change: Callable[[], object], words: str) -> None:
    """Make a change and say so; where a rule says no, say why."""
    try:
        change()
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, words)


@signed_in
@never_cache
@require_http_methods(PAGE)
def agree_plan(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Make it the place's own plan: before, what is new in it, and what still warns."""
    plan, by = led_here(request, place, number), person(request)
    if request.method == "POST":
        _done(request, lambda: actions.agree(plan=plan, by=by), f"{plan.title}: agreed.")
        return _back(plan)
    new = [action for action in queries.actions_of(plan, by=by) if action.state == Action.DRAFT]
    told = {
        "place": plan.place,
        "plan": plan,
        "action": None,
        "new": presenters.rows_of(new),
        "warnings": warnings_of_plan(plan, by),
        "shown": list(queries.shown_of(plan)),
        "cannot_agree": rules.cannot_agree(by, plan),
    }
    return render(request, "plans/agree_plan.html.j2", told)


@signed_in
@never_cache
@require_http_methods(PAGE)
def release_plan(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Let a place above see it, and say before exactly what it will see."""
    plan, by = led_here(request, place, number), person(request)
    above = {one: rules.cannot_release(by, plan, one) for one in queries.places_above(plan)}
    open_to = {one.slug: one for one, reason in above.items() if reason is None}
    form = ReleaseTo(open_to.values(), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        to = open_to[form.cleaned_data["to"]]
        try:
            actions.release(plan=plan, to=to, by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{to.name} sees it from now on.")
            return _back(plan)
    shown = [action for action in queries.actions_of(plan, by=by) if action.state != Action.DRAFT]
    told = {
        "place": plan.place,
        "plan": plan,
        "form": form,
        "open_to": open_to,
        "reasons": list(dict.fromkeys(reason for reason in above.values() if reason)),
        "rows": presenters.rows_of(shown),
        "shown": list(queries.shown_of(plan)),
    }
    return render(request, "plans/release_plan.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_http_methods(PAGE)
def withdraw_plan(request: HttpRequest, place: str, number: int, shown: int) -> HttpResponse:
    """Show it to that place no longer."""
    plan, by = led_here(request, place, number), person(request)
    found = theirs_or_404(plan.shown.select_related("to", "plan__place").filter(pk=shown).first(), None)
    if request.method == "POST":
        _done(request, lambda: actions.withdraw(shown=found, by=by), f"{found.to.name} does not see it any more.")
        return _back(plan)
    told = {"place": plan.place, "plan": plan, "shown": found, "cannot_withdraw": rules.cannot_withdraw(by, found)}
    return render(request, "plans/withdraw_plan.html.j2", told)


@signed_in
@never_cache
@require_http_methods(PAGE)
def close_plan(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Close it: nothing in it changes any more."""
    plan, by = led_here(request, place, number), person(request)
    if request.method == "POST":
        _done(request, lambda: actions.close(plan=plan, by=by), f"{plan.title}: closed.")
        return _back(plan)
    told = {"place": plan.place, "plan": plan, "cannot_close": rules.cannot_close(by, plan)}
    return render(request, "plans/close_plan.html.j2", told)


@signed_in
@never_cache
@require_http_methods(PAGE)
def copy_plan(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Begin another plan with what is in this one, for any of one's own places."""
    plan, by = plan_here(request, place, number), person(request)
    places = {one.slug: one for one in places_to_plan_for(by)}
    theirs_or_404(places or None, None)
    form = CopyTo(places.values(), plan, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        to = places[form.cleaned_data["to"]]
        try:
            made = actions.copy(plan=plan, to=to, title=form.cleaned_data["title"], by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{made.title}: a draft with copies of what is in {plan.title}.")
            return _back(made)
    told = {"place": plan.place, "plan": plan, "form": form}
    return render(request, "plans/copy_plan.html.j2", told, status=422 if form.errors else 200)
