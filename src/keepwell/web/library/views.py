"""What have others done, what is offered, where can a career go? Pages that everybody may read, without an account."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.content.roadmaps import appraiser_card, prompts_for, roadmaps, roadmaps_of
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.rules import standing
from keepwell.web.evidence.queries import used_by
from keepwell.web.library import card_presenters, presenters
from keepwell.web.library.forms import ChooseCard, FindCases, FindOffers
from keepwell.web.library.queries import case_of, cases_for, offers_for
from keepwell.web.library.rules import cannot_see_library
from keepwell.web.library.searching import cases_found, offers_found
from keepwell.web.places.models import Place


def place_asked(request: HttpRequest) -> Place | None:
    """The place whose menu stands on a page that everybody may read; None where none is asked for, or it is not theirs."""
    slug = request.GET.get("place", "")
    if not slug or not request.user.is_authenticated:
        return None
    place = Place.objects.select_related("controller", "parent").filter(slug=slug).first()
    here = standing(person(request), place) if place is not None else None
    return None if cannot_see_library(here) else place


@never_cache
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """What there is here."""
    told = {
        "cases": len(cases_for(None)),
        "offers": len(offers_for(None)),
        "general_practice": roadmaps_of("general_practice"),
        "trust": roadmaps_of("trust"),
    }
    return render(request, "library/library.html.j2", told)


@never_cache
@require_safe
def find_cases(request: HttpRequest) -> HttpResponse:
    """All cases of the guides, or those that fit."""
    return render(request, "library/cases.html.j2", cases_told(request, None))


def cases_told(request: HttpRequest, place: Place | None) -> dict[str, Any]:
    """What a list of cases says, of a place or of the guides alone."""
    form = FindCases(request.GET)
    every = cases_for(place)
    found = cases_found(every, form.looked())
    return {
        "place": place,
        "form": form,
        "answer": presenters.found_in_words(found, len(every), form.looked()),
        "found": presenters.listed_cases(found, place),
        "looking": not form.looked().anything,
        "grades": presenters.grades(),
    }


@never_cache
@require_safe
def case(request: HttpRequest, key: str) -> HttpResponse:
    """One case of the guides, with all that is known of it."""
    return render(request, "library/case.html.j2", case_told(request, key, None))


def case_told(request: HttpRequest, key: str, place: Place | None) -> dict[str, Any]:
    """What the page of a case says. Raises Http404 where there is none."""
    found = case_of(key, place)
    if found is None:
        raise Http404
    by = person(request) if request.user.is_authenticated else None
    return {
        "place": place,
        "case": found,
        "answer": presenters.case_answer(found),
        "mark": presenters.mark_of(found),
        "facts_of_it": presenters.facts_of(found),
        "act": presenters.act_at(by, place) if by and place else "",
        "figures_of_it": presenters.figures_of(found),
        "used": presenters.used_in_words(used_by(found.key, by=by)),
    }


@never_cache
@require_safe
def find_offers(request: HttpRequest) -> HttpResponse:
    """All national offers, or those that fit."""
    return render(request, "library/offers.html.j2", offers_told(request, None))


def offers_told(request: HttpRequest, place: Place | None) -> dict[str, Any]:
    """What a list of offers says, of a place or of the nation alone."""
    form = FindOffers(request.GET)
    found = offers_found(offers_for(place), form.looked())
    note, source = presenters.offers_note()
    return {
        "place": place,
        "form": form,
        "answer": presenters.offers_in_words(found, place),
        "local": [offer for offer in found if offer.by],
        "national": [offer for offer in found if not offer.by],
        "for_whom": presenters.for_whom,
        "note": note,
        "note_source": source,
        "looking": not form.looked().anything,
    }


@never_cache
@require_safe
def all_roadmaps(request: HttpRequest) -> HttpResponse:
    """The roadmaps, by where one works."""
    told = {
        "place": place_asked(request),
        "general_practice": roadmaps_of("general_practice"),
        "trust": roadmaps_of("trust"),
    }
    return render(request, "library/roadmaps.html.j2", told)


@never_cache
@require_safe
def roadmap(request: HttpRequest, key: str) -> HttpResponse:
    """One roadmap, step after step; made to be printed."""
    found = roadmaps().get(key)
    if found is None:
        raise Http404
    told = {
        "place": place_asked(request),
        "roadmap": found,
        "steps": presenters.shown_steps(found),
        "has_card": bool(prompts_for(key)),
    }
    return render(request, "library/roadmap.html.j2", told)


@never_cache
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """The card for a conversation about a career, of a role and a stage or of all; made to be printed."""
    form = ChooseCard(request.GET)
    chosen = form.chosen()
    told = {
        "place": place_asked(request),
        "form": form,
        "card": appraiser_card(),
        "role": roadmaps().get(chosen.role),
        "sheet": card_presenters.sheet_of(chosen),
    }
    return render(request, "library/card.html.j2", told)
