"""Are we ready for this change?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.content.planning import readiness as content
from keepwell.web.accounts.gate import person, signed_in
from keepwell.web.designing import actions, queries
from keepwell.web.designing import screening_presenters as presenters
from keepwell.web.designing.forms import ReadinessForm
from keepwell.web.designing.gate import why_closed, workings_or_404, writing_or_404
from keepwell.web.designing.rules import cannot_design
from keepwell.web.places.refusals import NotAllowed


@signed_in
@never_cache
@require_safe
def readiness(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What was answered, and what helps where it is not so."""
    plan = workings_or_404(request, place, number)
    check = queries.readiness_of(plan)
    told = {
        "place": plan.place,
        "plan": plan,
        "content": content(),
        "check": check,
        "answer": presenters.readiness_in_words(check),
        "parts": presenters.components_of(check),
        "may_write": cannot_design(person(request), plan) is None,
        "closed": why_closed(request, plan),
    }
    return render(request, "designing/readiness.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_readiness(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Answer together. Where somebody was quicker, what they answered stands beside what was chosen."""
    plan = writing_or_404(request, place, number)
    now = queries.readiness_of(plan)
    begun = {**now.answers, "note": now.note, "known": now.version} if now else {}
    form = ReadinessForm(request.POST or None, initial=begun)
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.write_readiness(
                plan=plan, answers=form.answers(), note=said["note"], known=said["known"], by=person(request)
            )
        except NotAllowed as refusal:
            form.tell(refusal)
            now = queries.readiness_of(plan)
            known = now.version if now else None
            there = now.answers if now else {}
            form.tell_of({one.key: there.get(one.key, "") for one in content().components})
            form.tell_of({"note": now.note if now else ""})
        else:
            messages.success(request, "Your answers are kept.")
            return redirect("readiness", place=plan.place.slug, number=plan.pk)
    told = {"place": plan.place, "plan": plan, "content": content(), "form": form, "known": known}
    refused = form.is_bound and bool(form.errors)
    return render(request, "designing/write_readiness.html.j2", told, status=422 if refused else 200)
