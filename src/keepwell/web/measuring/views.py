"""What is this number, what does it come to here, and why does another report say something else?"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.content.explained import explained
from keepwell.errors import EnquiryRefused, KeepwellError
from keepwell.measures import Measure, measures
from keepwell.reports.changing import Happened
from keepwell.reports.measure_page import Shown, known_definitions, refuse_unknown_definition
from keepwell.web.accounts.gate import person, signed_in
from keepwell.web.audit.actions import record_view
from keepwell.web.evidence.marks import marks_for
from keepwell.web.exports.responses import as_download
from keepwell.web.measuring import presenters, queries
from keepwell.web.places.models import Place

WITH_STEPS = "leaver_rate"
ESR_BI = "monthly"
KNOWN = frozenset({"place", "beside"})


@signed_in
@never_cache
@require_safe
def measures_page(request: HttpRequest) -> HttpResponse:
    """Every measure with its question."""
    return render(request, "measuring/measures.html.j2", {"lists": presenters.all_measures(None)})


@signed_in
@never_cache
@require_safe
def measure_page(request: HttpRequest, name: str) -> HttpResponse:
    """What a measure is, with an example; and its figures for those who may see exact ones."""
    asked = _measure_or_404(name)
    own, others = _chosen_place(request)
    told = {
        "asked": asked,
        "told": explained()[name],
        "facts": presenters.facts(asked),
        "own": own,
        "own_places": others,
        "back": reverse("measures"),
        "back_to": "What the numbers mean",
        "wide": True,
        "steps_at": presenters.with_place(reverse("measure", args=[WITH_STEPS]), own),
    }
    try:
        _refuse_unknown(request)
        told |= _figures(request, asked, own)
    except KeepwellError as refusal:
        return render(request, "measuring/measure.html.j2", told | {"refusal": refusal}, status=422)
    return render(request, "measuring/measure.html.j2", told)


@signed_in
@never_cache
@require_safe
def download(request: HttpRequest, name: str, out_format: str) -> HttpResponse:
    """The measure's table of an organisation, or the published one, to take away."""
    asked = _measure_or_404(name)
    return _given(request, lambda where: queries.figures(where, name), asked.label, out_format)


@signed_in
@never_cache
@require_safe
def steps_download(request: HttpRequest, name: str, out_format: str) -> HttpResponse:
    """The steps from another definition's figure to ours, to take away."""
    if _measure_or_404(name).name != WITH_STEPS:
        raise Http404
    other = request.GET.get("beside") or ESR_BI
    return _given(request, lambda where: queries.steps(where, other), "Why two figures differ", out_format)


def _measure_or_404(name: str) -> Measure:
    if name not in measures():
        raise Http404
    return measures()[name]


def _chosen_place(request: HttpRequest) -> tuple[Place | None, list[Place]]:
    """The organisation whose figures are shown, and all that could be; one that is not theirs is no page at all."""
    places = queries.exact_places(person(request))
    slug = request.GET.get("place")
    if not slug:
        return (places[0] if places else None), places
    chosen = next((place for place in places if place.slug == slug), None)
    if chosen is None:
        raise Http404
    return chosen, places


def _refuse_unknown(request: HttpRequest) -> None:
    if unknown := sorted(set(request.GET) - KNOWN):
        raise EnquiryRefused(
            "That is not something this page knows.", found=unknown[0][:80], attempt="choose from the page"
        )
    if beside := request.GET.get("beside"):
        refuse_unknown_definition(beside)


def _figures(request: HttpRequest, asked: Measure, own: Place | None) -> dict[str, Any]:
    """The figures of the page, and that they were seen if they are exact."""
    where, beside = queries.Where(own), request.GET.get("beside") or ESR_BI
    told: dict[str, Any] = {"figures": None, "why": None, "beside": beside, "definitions": known_definitions()}
    _add(told, "figures", lambda: queries.figures(where, asked.name))
    told["course"], told["marks"] = None, []
    if own is not None:
        told["marks"] = marks_for(person(request), own, asked.name)
        happened = tuple(Happened(mark.on, mark.words) for mark in told["marks"])
        told["course"] = queries.course(where, asked.name, happened)
    if own is not None and asked.name == WITH_STEPS:
        _add(told, "why", lambda: queries.steps(where, beside))
    if own is not None and (told["figures"] or told["why"] or told["course"]):
        record_view(request, f"Measure: {asked.label}", own, exact=True, filters={"beside": [beside]})
    told["downloads"] = presenters.downloads("measure_download", asked.name, own)
    told["steps_downloads"] = presenters.downloads("measure_steps_download", asked.name, own, beside=beside)
    return told


def _add(told: dict[str, Any], what: str, make: Any) -> None:
    """A part of the page, or why the records cannot answer: the rest of the page stands all the same."""
    try:
        shown: Shown | None = make()
        told[what] = shown
    except EnquiryRefused as refusal:
        told[f"{what}_refusal"] = refusal


def _given(request: HttpRequest, make: Any, what: str, out_format: str) -> HttpResponse:
    own, _ = _chosen_place(request)
    try:
        _refuse_unknown(request)
        shown: Shown | None = make(queries.Where(own))
        if shown is None:
            raise Http404
        return as_download(request, shown.released, what, out_format, own)
    except KeepwellError as refusal:
        back = presenters.with_place(reverse("measures"), None)
        return render(request, "measuring/refused.html.j2", {"refusal": refusal, "back": back}, status=422)
