"""Which requests wait for an answer, how does one go, and what is told of all?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.content.flexible_requests import request_flows
from keepwell.errors import KeepwellError, counted
from keepwell.web.accounts.abilities import DECIDE_REQUESTS
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.audit.actions import record_view
from keepwell.web.flexible import actions, presenters, queries, rules
from keepwell.web.flexible.forms import (
    AppealForm,
    AskedForm,
    KnownForm,
    answer_form,
    as_answered,
    as_appealed,
    as_asked,
    known_of,
)
from keepwell.web.flexible.models import KINDS, Request
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import Quicker, why_not

SHOWN = 100
"""So many decided requests stand on the page, the newest first."""


def _place(http: HttpRequest, place: str) -> Place:
    """The place, for somebody who sees its single requests. Raises Http404."""
    here = here_or_404(http, place, DECIDE_REQUESTS)
    return theirs_or_404(here.place, rules.cannot_see_requests(person(http), here.place))


def _request(http: HttpRequest, place: str, number: int) -> Request:
    return theirs_or_404(queries.request_of(_place(http, place), number), None)


@signed_in
@never_cache
@require_safe
def requests(request: HttpRequest, place: str) -> HttpResponse:
    """The register: who waits, what was decided. Whoever stands above sees only that there is one, and the figures."""
    here = here_or_404(request, place, DECIDE_REQUESTS)
    reason = rules.cannot_see_requests(person(request), here.place)
    found = [] if reason else list(queries.requests_of(here.place))
    if found:
        record_view(request, "Requests", here.place, exact=True)
    decided = sorted((one for one in found if not one.open), key=lambda one: (one.answered_on, one.pk), reverse=True)
    told = {
        "place": here.place,
        "answer": presenters.register_in_words(found),
        "cannot_see": reason,
        "cannot_add": rules.cannot_add(person(request), here.place),
        "waiting": [(one, presenters.waits(one)) for one in found if one.open],
        "decided": [(one, presenters.outcome_in_words(one.kind, one.came_to)) for one in decided[:SHOWN]],
        "more": max(0, len(decided) - SHOWN),
        "to_clear": [] if reason else queries.to_clear(here.place),
        "kept_for": rules.CLEARED_AFTER,
        "flows": request_flows().values(),
    }
    return render(request, "flexible/requests.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_request(request: HttpRequest, place: str) -> HttpResponse:
    """A new request."""
    here, by = _place(request, place), person(request)
    theirs_or_404(here, rules.cannot_add(by, here))
    form = AskedForm(here, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(place=here, asked=form.told(), by=by)
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{made.called} is written down.")
            return redirect("request", place=here.slug, number=made.pk)
    return _form(request, here, None, form, "Write down a request", "flexible/write.html.j2")


@signed_in
@never_cache
@require_safe
def one_request(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """One request: what is written down of it, and what is due by when."""
    found = _request(request, place, number)
    record_view(request, "Request", found.place, exact=True)
    by = person(request)
    told = {
        "place": found.place,
        "found": found,
        "waits": presenters.waits(found) if found.open else None,
        "facts": presenters.facts_of(found),
        "steps": presenters.steps_of(found),
        "cannot_change": rules.cannot_change(by, found),
        "cannot_appeal": rules.cannot_appeal(by, found),
    }
    return render(request, "flexible/request.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_request(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What was asked, written down anew."""
    found = _to_change(request, place, number)
    form = AskedForm(found.place, request.POST or None, initial=as_asked(found), request=found)
    return _written(
        request, found, form, "Change what was asked", "flexible/write.html.j2",
        lambda known: actions.change(request=found, asked=form.told(), known=known, by=person(request)),
    )  # fmt: skip


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide_request(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """How a request was decided."""
    found = _to_change(request, place, number)
    form = answer_form(found, request.POST or None, initial=as_answered(found))
    return _written(
        request, found, form, "How was it decided?", "flexible/decide.html.j2",
        lambda known: actions.decide(request=found, answer=form.told(), known=known, by=person(request)),
    )  # fmt: skip


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_request(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """An appeal against a decision, and its answer."""
    found = _request(request, place, number)
    theirs_or_404(found, rules.cannot_appeal(person(request), found))
    form = AppealForm(request.POST or None, initial=as_appealed(found))
    return _written(
        request, found, form, "An appeal", "flexible/decide.html.j2",
        lambda known: actions.appeal(request=found, appeal=form.told(), known=known, by=person(request)),
    )  # fmt: skip


@signed_in
@never_cache
@require_safe
def request_history(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Every version of a request, and who wrote it."""
    found = _request(request, place, number)
    changes = list(found.changes.select_related("changed_by"))
    told = {"place": found.place, "found": found, "changes": presenters.changes_in_words(changes)}
    return render(request, "flexible/history.html.j2", told)


@signed_in
@never_cache
@require_POST
def strike_request(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A request was entered by mistake."""
    found, by = _to_change(request, place, number), person(request)
    if reason := why_not(lambda: actions.strike(request=found, known=known_of(request.POST), by=by)):
        messages.warning(request, reason)
        return redirect("request", place=found.place.slug, number=found.pk)
    messages.success(request, f"{found.called} counts nowhere any more.")
    return redirect("requests", place=found.place.slug)


@signed_in
@never_cache
@require_POST
def clear_references(request: HttpRequest, place: str) -> HttpResponse:
    """The references that have been kept long enough go."""
    here = _place(request, place)
    cleared = actions.clear_references(place=here, by=person(request))
    messages.success(request, f"{counted(cleared, 'reference')} cleared.")
    return redirect("requests", place=here.slug)


@signed_in
@never_cache
@require_safe
def request_figures(request: HttpRequest, place: str) -> HttpResponse:
    """What is told of an organisation's requests: by group only, a half-year at a time."""
    here = here_or_404(request, place)
    theirs_or_404(here, rules.cannot_see_figures(person(request), here.place))
    halves = queries.closed_half_years(here.place)
    asked = request.GET.get("from", "")
    half = next((one for one in halves if one.first.isoformat() == asked), halves[0] if halves and not asked else None)
    if asked and half is None:
        raise Http404
    figures = [actions.figures_of(place=here.place, kind=kind, half=half) for kind in KINDS] if half else []
    if figures:
        record_view(request, "Requests, figures", here.place, exact=False)
    told = {
        "place": here.place,
        "organisation": here.place.controller or here.place,
        "halves": halves,
        "half": half,
        "answer": presenters.figures_in_words(figures),
        "shown": [(KINDS[one.kind], one, presenters.tables_of(one), presenters.in_time_of(one)) for one in figures],
        "next_closes": queries.HalfYear.of(timezone.localdate()).closes_on,
        "closes_after": queries.CLOSES_AFTER,
        "may_write": DECIDE_REQUESTS in here.abilities,
    }
    return render(request, "flexible/figures.html.j2", told)


def _to_change(http: HttpRequest, place: str, number: int) -> Request:
    found = _request(http, place, number)
    return theirs_or_404(found, rules.cannot_change(person(http), found))


def _written(
    http: HttpRequest,
    found: Request,
    form: Any,
    title: str,
    template: str,
    write: Callable[[int | None], Request],
) -> HttpResponse:
    """A form on a request, sent or not. Where somebody else was quicker, what stands now is shown beside what was typed."""
    now, known = found, form["known"].value()
    if http.method == "POST" and form.is_valid():
        try:
            write(form.cleaned_data["known"])
        except Quicker as refusal:
            form.tell(refusal)
            now = _request(http, found.place.slug, found.pk)
            known = now.version
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(http, f"{found.called} is written down.")
            return redirect("request", place=found.place.slug, number=found.pk)
    return _form(http, found.place, now, form, title, template, known)


def _form(
    http: HttpRequest,
    place: Place,
    found: Request | None,
    form: KnownForm,
    title: str,
    template: str,
    known: Any = None,
) -> HttpResponse:
    told = {
        "place": place,
        "found": found,
        "facts": presenters.facts_of(found) if found else [],
        "flow": found.flow if found else None,
        "flows": request_flows().values(),
        "form": form,
        "known": known,
        "title": title,
    }
    return render(http, template, told, status=422 if form.is_bound and form.errors else 200)
