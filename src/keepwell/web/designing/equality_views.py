"""Could this plan help some and harm others?"""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.content.involving import equality as content
from keepwell.web.accounts.gate import person, signed_in
from keepwell.web.audit.actions import record_view
from keepwell.web.designing import actions, queries
from keepwell.web.designing import screening_presenters as presenters
from keepwell.web.designing.forms import DOING, EFFECT, QUESTION, WORDS, ScreeningForm, as_screened
from keepwell.web.designing.gate import plan_or_404, why_closed, writing_or_404
from keepwell.web.designing.queries import Told
from keepwell.web.designing.rules import cannot_design
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans.models import Plan

TITLE = "Equality screening"


def _told_beside(request: HttpRequest, plan: Plan) -> Mapping[str, Told]:
    """The figures beside the screening; that they were shown is written into the register."""
    told = queries.told_beside(person(request), plan.place)
    if any(one.section is not None for one in told.values()):
        record_view(request, TITLE, plan.place.controller or plan.place, exact=True)
    return told


@signed_in
@never_cache
@require_safe
def equality(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What was looked at, what may harm whom, and what the records tell."""
    plan = plan_or_404(request, place, number)
    screening = queries.screening_of(plan)
    health = queries.in_general_practice(plan.place)
    asked = presenters.answered(screening, content().questions)
    asked_health = presenters.answered(screening, content().health_inequalities) if health else []
    told = {
        "place": plan.place,
        "plan": plan,
        "screening": screening,
        "answer": presenters.screening_in_words(screening),
        "warnings": presenters.undone(screening),
        "parts": presenters.characteristics_of(screening, _told_beside(request, plan)),
        "questions": asked,
        "health": asked_health,
        "open": [question for question, words in [*asked, *asked_health] if not words],
        "aims": content().aims,
        "may_write": cannot_design(person(request), plan) is None,
        "closed": why_closed(request, plan),
    }
    return render(request, "designing/equality.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_equality(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Fill the screening in. Where somebody was quicker, what they wrote stands beside what was typed."""
    plan = writing_or_404(request, place, number)
    health, now = queries.in_general_practice(plan.place), queries.screening_of(plan)
    initial = {**as_screened(now), "known": now.version if now else None}
    form = ScreeningForm(request.POST or None, initial=initial, health=health)
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        said = {"judged": form.judged(), "answers": form.answers(), "known": form.cleaned_data["known"]}
        try:
            actions.write_screening(plan=plan, by=person(request), **said)
        except NotAllowed as refusal:
            form.tell(refusal)
            now = queries.screening_of(plan)
            known, there = now.version if now else None, as_screened(now)
            form.tell_of({name: there.get(name, "") for name in form.fields if name != "known"})
        else:
            messages.success(request, "The screening is kept.")
            return redirect("equality", place=plan.place.slug, number=plan.pk)
    told = {
        "place": plan.place,
        "plan": plan,
        "form": form,
        "known": known,
        "parts": presenters.characteristics_of(now, _told_beside(request, plan)),
        "names": (EFFECT, WORDS, DOING),
        "question": QUESTION,
        "questions": content().questions,
        "health": content().health_inequalities if health else (),
        "aims": content().aims,
    }
    refused = form.is_bound and bool(form.errors)
    return render(request, "designing/write_equality.html.j2", told, status=422 if refused else 200)
