"""What is there in the library for a place: cases, offers, and what fits what it has found?"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.rules import Standing
from keepwell.web.audit.actions import record_view
from keepwell.web.library import presenters, suggestion_presenters, suggestion_queries
from keepwell.web.library.models import LocalCase, LocalOffer
from keepwell.web.library.queries import cases_for, offers_for, own
from keepwell.web.library.rules import cannot_see_library, cannot_write
from keepwell.web.library.suggesting import RULE, suggested
from keepwell.web.library.suggestion_queries import setting_of
from keepwell.web.library.telling import OF_GPS
from keepwell.web.library.views import case_told, cases_told, offers_told


def library_here(request: HttpRequest, place: str) -> Standing:
    """What the person is at the place. Raises Http404 where they do not see its library."""
    here = here_or_404(request, place)
    if cannot_see_library(here) is not None:
        raise Http404
    return here


@signed_in
@never_cache
@require_safe
def library(request: HttpRequest, place: str) -> HttpResponse:
    """The cases found at a place, and what it wrote down itself."""
    here, by = library_here(request, place), person(request)
    told = cases_told(request, here.place) | {
        "own_cases": own(LocalCase, here.place, by=by),
        "cannot_write": cannot_write(by, here.place),
    }
    return render(request, "library/place_library.html.j2", told)


@signed_in
@never_cache
@require_safe
def case(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """One case as it is found at a place, local or of the guides."""
    here = library_here(request, place)
    return render(request, "library/case.html.j2", case_told(request, key, here.place))


@signed_in
@never_cache
@require_safe
def offers(request: HttpRequest, place: str) -> HttpResponse:
    """The offers found at a place, local and national."""
    here, by = library_here(request, place), person(request)
    told = offers_told(request, here.place) | {
        "own": own(LocalOffer, here.place, by=by),
        "act": presenters.act_at(by, here.place),
        "open_national": setting_of(here.place) in OF_GPS,
        "cannot_write": cannot_write(by, here.place),
    }
    return render(request, "library/place_offers.html.j2", told)


@signed_in
@never_cache
@require_safe
def suggestions(request: HttpRequest, place: str) -> HttpResponse:
    """What fits what the place has found, each with its reason."""
    here, by = library_here(request, place), person(request)
    found = suggestion_queries.found_at(here.place, by)
    if any(noticed.exact for noticed in (*found.numbers, *found.reasons)):
        record_view(request, "What may fit", here.place, exact=True)
    cases = cases_for(here.place)
    shown = suggested(found, cases, offers_for(here.place))
    told = {
        "place": here.place,
        "answer": suggestion_presenters.answer(found, shown, cases),
        "parts": suggestion_presenters.parts(shown, every=request.GET.get("all") == "yes"),
        "more": suggestion_presenters.left_out(shown) if request.GET.get("all") != "yes" else 0,
        "rule": RULE,
        "act": presenters.act_at(by, here.place),
    }
    return render(request, "library/suggestions.html.j2", told)
