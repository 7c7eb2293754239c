"""Which teams start when, and how many people did it reach?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import KeepwellError, counted
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.following import presenters, unit_actions, unit_queries
from keepwell.web.following.models import Unit
from keepwell.web.following.rules import cannot_say_units, cannot_see_numbers
from keepwell.web.following.unit_forms import LATER, STARTS, NumbersForm, UnitsForm, WhenForm
from keepwell.web.places.refusals import why_not
from keepwell.web.plans.action_views import action_here
from keepwell.web.plans.models import Action


def _mine(request: HttpRequest, place: str, number: int) -> Action:
    """The action, for somebody who may say which teams start when. Raises Http404."""
    action = action_here(request, place, number)
    return theirs_or_404(action, cannot_say_units(person(request), action))


def _unit(action: Action, number: int) -> Unit:
    unit = theirs_or_404(unit_queries.unit_of(action, number), None)
    unit.action = action
    return unit


@signed_in
@never_cache
@require_safe
def units(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The teams and practices of an action, since when, and how many people it reached."""
    action, by = action_here(request, place, number), person(request)
    exact = cannot_see_numbers(by, action) is None
    found, reach = unit_queries.starts_in([action]), unit_queries.reach_of(action)
    shown = reach if exact or reach is None else unit_queries.hidden(reach)
    told = {
        "place": action.plan.place,
        "action": action,
        "answer": presenters.units_in_words(found),
        "reach": presenters.reach_in_words(shown, exact=exact),
        "reach_on": reach.on if reach else None,
        "found": found,
        "over_time": unit_queries.counts_over_time(action) if exact else [],
        "exact": exact,
        "cannot_see_numbers": cannot_see_numbers(by, action),
        "cannot_write": cannot_say_units(by, action),
    }
    return render(request, "following/units.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_units(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Add several that start on the same day, or that do not start yet."""
    action = _mine(request, place, number)
    usual = {"when": STARTS, "starts_on": action.starts_on}
    form = UnitsForm(unit_queries.offered_units(action), request.POST or None, initial=usual)
    if form.is_bound and form.is_valid():
        by, starts_on = person(request), form.starts()
        try:
            made = unit_actions.add_units(
                action=action, places=form.places(), names=form.names(), starts_on=starts_on, by=by
            )
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{counted(len(made), 'team or practice', 'teams or practices')} added.")
            return redirect("units", place=place, number=number)
    told = {"place": action.plan.place, "action": action, "form": form}
    return render(request, "following/add_units.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_unit(request: HttpRequest, place: str, number: int, unit: int) -> HttpResponse:
    """Another first day of one, or none yet."""
    action = _mine(request, place, number)
    one = _unit(action, unit)
    shown = {"when": LATER if one.compares else STARTS, "starts_on": one.starts_on, "known": one.version}
    form = WhenForm(request.POST or None, initial=shown)
    known = form["known"].value()
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            unit_actions.change_unit(
                unit=one, starts_on=said["starts_on"], known=said["known"] or 0, by=person(request)
            )
        except KeepwellError as refusal:
            form.tell(refusal)
            one = _unit(action, unit)
            known = one.version
        else:
            messages.success(request, f"{one.name}: saved.")
            return redirect("units", place=place, number=number)
    told = {"place": action.plan.place, "action": action, "unit": one, "form": form, "known": known}
    return render(request, "following/change_unit.html.j2", told, status=422 if form.errors else 200)


@signed_in
@require_POST
def take_unit_off(request: HttpRequest, place: str, number: int, unit: int) -> HttpResponse:
    """One that is not part of it."""
    action = _mine(request, place, number)
    one = _unit(action, unit)
    if reason := why_not(lambda: unit_actions.take_unit_off(unit=one, by=person(request))):
        messages.warning(request, reason)
    else:
        messages.success(request, f"{one.name} is off the list. Its numbers stay on record.")
    return redirect("units", place=place, number=number)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def count_units(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """How many people were reached up to today: added to the numbers from before."""
    action = _mine(request, place, number)
    form = NumbersForm(unit_queries.starts_in([action]), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = unit_actions.count(action=action, numbers=form.numbers(), by=person(request))
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "The numbers of today are added." if made else "Nothing was changed.")
            return redirect("units", place=place, number=number)
    told = {"place": action.plan.place, "action": action, "form": form}
    return render(request, "following/count_units.html.j2", told, status=422 if form.errors else 200)
