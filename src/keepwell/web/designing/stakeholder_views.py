"""Whom does a plan touch, and how and when are they involved?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import counted
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.designing import actions, queries, rules
from keepwell.web.designing import stakeholder_presenters as presenters
from keepwell.web.designing.forms import BeginMapForm, StakeholderForm
from keepwell.web.designing.gate import LARGEST, why_closed, workings_or_404, writing_or_404
from keepwell.web.designing.models import Stakeholder
from keepwell.web.places.refusals import NotAllowed, why_not
from keepwell.web.plans.models import Plan


def _row(plan: Plan, row: int) -> Stakeholder:
    found = Stakeholder.objects.filter(plan=plan, pk=row).select_related("plan__place", "changed_by").first()
    return theirs_or_404(found, None)


def _back(plan: Plan) -> HttpResponse:
    return redirect("stakeholders", place=plan.place.slug, number=plan.pk)


@signed_in
@never_cache
@require_safe
def stakeholders(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The map, and who is on it."""
    return _map(request, workings_or_404(request, place, number))


def _map(request: HttpRequest, plan: Plan, form: BeginMapForm | None = None) -> HttpResponse:
    rows = list(queries.stakeholders_of(plan))
    left = queries.not_yet_on(plan, rows)
    told = {
        "place": plan.place,
        "plan": plan,
        "rows": rows,
        "answer": presenters.map_in_words(rows),
        "fields": presenters.fields_of(rows),
        "in_words": presenters.IN_WORDS,
        "missing": rules.NO_STAFF_SIDE if rows and not any(map(rules.is_staff_side, rows)) else None,
        "usual": queries.map_for(plan.place),
        "left": left,
        "form": form or BeginMapForm(left, initial={"who": []} if rows else None),
        "off": list(queries.taken_off(plan)),
        "may_write": rules.cannot_design(person(request), plan) is None,
        "closed": why_closed(request, plan),
        "wide": True,
    }
    return render(request, "designing/stakeholders.html.j2", told, status=422 if form is not None else 200)


@signed_in
@never_cache
@require_POST
def begin_map(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Those who were ticked of the map to begin from stand on the plan's map."""
    plan = writing_or_404(request, place, number)
    form = BeginMapForm(queries.not_yet_on(plan, list(queries.stakeholders_of(plan))), request.POST)
    if not form.is_valid():
        return _map(request, plan, form)
    try:
        made = actions.begin_map(plan=plan, keys=form.cleaned_data["who"], by=person(request))
    except NotAllowed as refusal:
        form.tell(refusal, "who")
        return _map(request, plan, form)
    messages.success(request, f"{counted(len(made), 'group')} put on the map.")
    return _back(plan)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_stakeholder(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Somebody of the plan's own."""
    plan = writing_or_404(request, place, number)
    form = StakeholderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.add_stakeholder(plan=plan, content=form.content(), by=person(request))
        except NotAllowed as refusal:
            form.tell(refusal, "title")
        else:
            messages.success(request, f"{row.title}: on the map.")
            return _back(plan)
    told = {"place": plan.place, "plan": plan, "form": form, "known": None, "row": None}
    refused = form.is_bound and bool(form.errors)
    return render(request, "designing/write_stakeholder.html.j2", told, status=422 if refused else 200)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_stakeholder(request: HttpRequest, place: str, number: int, row: int) -> HttpResponse:
    """One row of the map. Where somebody was quicker, what they wrote stands beside what was typed."""
    plan = writing_or_404(request, place, number)
    one = _row(plan, min(row, LARGEST))
    form = StakeholderForm(request.POST or None, initial=_content(one) | {"known": one.version})
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.write_stakeholder(row=one, content=form.content(), known=said["known"], by=person(request))
        except NotAllowed as refusal:
            one = _row(plan, one.pk)
            form.tell(refusal)
            if one.version != said["known"]:
                known = one.version
                form.tell_of(_content(one))
        else:
            messages.success(request, f"{said['title']}: it is written down.")
            return _back(plan)
    told = {"place": plan.place, "plan": plan, "form": form, "known": known, "row": one}
    refused = form.is_bound and bool(form.errors)
    return render(request, "designing/write_stakeholder.html.j2", told, status=422 if refused else 200)


def _content(row: Stakeholder) -> dict[str, str]:
    return {name: getattr(row, name) for name in actions.OF_STAKEHOLDER}


@signed_in
@never_cache
@require_POST
def take_off_stakeholder(request: HttpRequest, place: str, number: int, row: int) -> HttpResponse:
    """Somebody has no part in it: off the map, and able to come back."""
    plan = writing_or_404(request, place, number)
    one = _row(plan, min(row, LARGEST))
    if reason := why_not(lambda: actions.take_off(row=one, by=person(request))):
        messages.warning(request, reason)
    else:
        messages.success(request, f"{one.title}: off the map.")
    return _back(plan)


@signed_in
@never_cache
@require_POST
def put_on_stakeholder(request: HttpRequest, place: str, number: int, row: int) -> HttpResponse:
    """Somebody who was taken off comes back, with what was written of them."""
    plan = writing_or_404(request, place, number)
    one = _row(plan, min(row, LARGEST))
    if reason := why_not(lambda: actions.put_on(row=one, by=person(request))):
        messages.warning(request, reason)
    else:
        messages.success(request, f"{one.title}: back on the map.")
    return _back(plan)
