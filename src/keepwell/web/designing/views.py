"""How is a plan meant to work: what does its aim rest on, and what leads to it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.content import plain_words
from keepwell.errors import counted
from keepwell.web.accounts.gate import person, signed_in
from keepwell.web.designing import actions, drivers, presenters, queries, theories
from keepwell.web.designing.forms import IdeasForm, OutlineForm
from keepwell.web.designing.gate import plan_or_404, why_closed, writing_or_404
from keepwell.web.designing.models import Outline
from keepwell.web.designing.outlines import KINDS_OF_MEASURE, OutlineRefused
from keepwell.web.designing.presenters import Kind
from keepwell.web.designing.rules import cannot_design
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans.models import Plan


def _told(request: HttpRequest, plan: Plan, kind: Kind, outline: Outline | None) -> dict[str, Any]:
    return {
        "place": plan.place,
        "plan": plan,
        "kind": kind,
        "outline": outline,
        "kinds_of_measure": KINDS_OF_MEASURE,
        "may_write": cannot_design(person(request), plan) is None,
        "closed": why_closed(request, plan),
        "wide": True,
    }


@signed_in
@never_cache
@require_safe
def driver_diagram(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The driver diagram of a plan."""
    return _driver_diagram(request, plan_or_404(request, place, number))


def _driver_diagram(request: HttpRequest, plan: Plan, form: IdeasForm | None = None) -> HttpResponse:
    outline = queries.outline_of(plan, Outline.DRIVERS)
    found = presenters.drivers_of(outline)
    told = _told(request, plan, presenters.DRIVERS, outline) | {"found": found}
    if found is not None:
        done = queries.actions_by_idea(plan, person(request))
        left = [idea for idea in found.ideas if plain_words(idea.words) not in done]
        picture = presenters.driver_svg(found, done)
        told |= {
            "answer": presenters.drivers_in_words(found, done),
            "picture": picture,
            "tall": presenters.is_tall(picture),
            "warnings": drivers.warnings_of(found),
            "done": {idea.words: done.get(plain_words(idea.words)) for idea in found.ideas},
            "form": form or IdeasForm(left),
            "left": left,
        }
    return render(request, "designing/drivers.html.j2", told, status=422 if form is not None else 200)


@signed_in
@never_cache
@require_safe
def theory_of_change(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The theory of change of a plan."""
    plan = plan_or_404(request, place, number)
    outline = queries.outline_of(plan, Outline.THEORY)
    found = presenters.theory_of(outline)
    told = _told(request, plan, presenters.THEORY, outline) | {"found": found}
    if found is not None:
        picture = presenters.theory_svg(found)
        told |= {
            "answer": presenters.theory_in_words(found),
            "picture": picture,
            "tall": presenters.is_tall(picture),
            "warnings": theories.warnings_of(found),
            "names": theories.NAMES,
        }
    return render(request, "designing/theory.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_drivers(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Write the driver diagram as an outline."""
    return _write(request, writing_or_404(request, place, number), presenters.DRIVERS)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_theory(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Write the theory of change as an outline."""
    return _write(request, writing_or_404(request, place, number), presenters.THEORY)


def _write(request: HttpRequest, plan: Plan, kind: Kind) -> HttpResponse:
    now = queries.outline_of(plan, kind.kind)
    form = OutlineForm(request.POST or None, initial=_begins(request.GET, now, kind))
    known, quicker = form["known"].value(), False
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_outline(plan=plan, kind=kind.kind, by=person(request), **form.cleaned_data)
        except OutlineRefused as refusal:
            form.tell_faults(refusal)
        except NotAllowed as refusal:
            form.tell(refusal)
            now, quicker = queries.outline_of(plan, kind.kind), True
            known = now.version if now else None
        else:
            messages.success(request, f"{kind.title}: it is kept as you typed it.")
            return redirect(kind.page, place=plan.place.slug, number=plan.pk)
    told = _told(request, plan, kind, now) | {"form": form, "known": known, "quicker": quicker}
    refused = form.is_bound and bool(form.errors)
    return render(request, "designing/write_outline.html.j2", told, status=422 if refused else 200)


def _begins(asked: Mapping[str, str], now: Outline | None, kind: Kind) -> dict[str, object]:
    """What stands in the box at first: the example asked for, else what was typed last."""
    example = next((one for one in kind.examples() if one.key == asked.get("example")), None)
    text = example.text if example else now.text if now else ""
    return {"text": text, "known": now.version if now else None}


@signed_in
@never_cache
@require_POST
def ideas_to_actions(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The ideas that were ticked become actions of the plan, in draft."""
    plan = writing_or_404(request, place, number)
    found = presenters.drivers_of(queries.outline_of(plan, Outline.DRIVERS))
    form = IdeasForm(found.ideas if found else [], request.POST)
    if not form.is_valid():
        return _driver_diagram(request, plan, form)
    try:
        made = actions.ideas_to_actions(plan=plan, ideas=form.cleaned_data["ideas"], by=person(request))
    except NotAllowed as refusal:
        form.tell(refusal, "ideas")
        return _driver_diagram(request, plan, form)
    words = f"{counted(len(made), 'action')} in draft, from your ideas. Say next who does each, and by when."
    messages.success(request, words if made else "These ideas are in the plan already.")
    return redirect(f"{reverse('driver_diagram', args=[plan.place.slug, plan.pk])}#ideas")
