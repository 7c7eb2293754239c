"""Whom does this place support, with what, and how does it go?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.content.planning import support_programme
from keepwell.errors import KeepwellError, counted
from keepwell.web.accounts.abilities import RUN_SUPPORT
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.evidence.queries import cited
from keepwell.web.places.models import Place
from keepwell.web.places.queries import organisations_in
from keepwell.web.places.refusals import why_not
from keepwell.web.support import actions, presenters, queries, rules
from keepwell.web.support.forms import ProgrammeForm, SelectForm, as_written
from keepwell.web.support.models import KINDS, Programme
from keepwell.web.support.queries import Supported

PAGE = ["GET", "HEAD", "POST"]


def support_here(request: HttpRequest, place: str) -> Place:
    """The place, for somebody who runs its support. Raises Http404."""
    here = here_or_404(request, place, RUN_SUPPORT)
    return theirs_or_404(here.place, rules.cannot_run(person(request), here.place))


def programme_here(request: HttpRequest, place: str, number: int) -> Programme:
    """The programme of that number. Raises Http404."""
    return theirs_or_404(queries.programme_of(support_here(request, place), number), None)


def organisation_here(request: HttpRequest, place: str, number: int, organisation: str) -> Supported:
    """An organisation of a programme. Raises Http404."""
    return theirs_or_404(queries.supported(programme_here(request, place, number), organisation), None)


@signed_in
@never_cache
@require_safe
def support(request: HttpRequest, place: str) -> HttpResponse:
    """The programmes of a place."""
    here = support_here(request, place)
    programmes = list(queries.programmes_of(here))
    found = [(one, queries.supported_in(one)) for one in programmes]
    everybody = [one for _, those in found for one in those]
    told = {
        "place": here,
        "programmes": [(one, presenters.programme_in_words(those)) for one, those in found],
        "answer": presenters.programme_in_words(everybody) if found else "No support is written down here yet.",
        "cannot_begin": rules.cannot_begin(person(request), here),
        "content": support_programme(),
    }
    return render(request, "support/support.html.j2", told)


@signed_in
@never_cache
@require_http_methods(PAGE)
def begin_support(request: HttpRequest, place: str) -> HttpResponse:
    """A new programme; with organisations chosen elsewhere (?select=), these come next."""
    here, by = support_here(request, place), person(request)
    theirs_or_404(here, rules.cannot_begin(by, here))
    form = ProgrammeForm(request.POST or None, initial={"chosen_by": _chosen_by(request)})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.begin(place=here, by=by, **form.told())
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{made.title} is begun. Now choose the organisations.")
            where = redirect("select_for_support", place=here.slug, number=made.pk)
            where["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
            return where
    waiting = list(queries.programmes_of(here)) if "select" in request.GET else []
    told = {"place": here, "form": form, "programme": None, "waiting": waiting, "asked": request.GET.urlencode()}
    return render(request, "support/write.html.j2", told, status=_status(form))


def _chosen_by(request: HttpRequest) -> str:
    """How organisations that were handed over from the comparison were chosen, in words."""
    if "select" not in request.GET:
        return ""
    group = request.GET.get("staff_group", "")[:60] or "staff"
    return f"More {group} leave than on average of their kind, as published."


@signed_in
@never_cache
@require_http_methods(PAGE)
def edit_support(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A programme's own words. Where somebody else was quicker, what stands now is shown beside what was typed."""
    programme = programme_here(request, place, number)
    form = ProgrammeForm(request.POST or None, initial=as_written(programme))
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data["known"]
            actions.change(programme=programme, known=said, by=person(request), **form.told())
        except KeepwellError as refusal:
            form.tell(refusal)
            programme = programme_here(request, place, number)
            known = programme.version
        else:
            messages.success(request, "It is written down.")
            return redirect("support_programme", place=place, number=programme.pk)
    told = {"place": programme.place, "form": form, "programme": programme, "known": known, "waiting": []}
    return render(request, "support/write.html.j2", told, status=_status(form))


@signed_in
@never_cache
@require_safe
def support_programme_page(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A programme: who has accepted, who has sent a plan, and what it costs."""
    programme = programme_here(request, place, number)
    found = queries.supported_in(programme)
    starts = queries.starts_of_support(programme)
    told = {
        "place": programme.place,
        "programme": programme,
        "answer": presenters.programme_in_words(found),
        "found": [(one, presenters.tag_of(one), presenters.organisation_in_words(one)) for one in found],
        "plan_words": presenters.plan_in_words,
        "money": {name: presenters.pounds(value) for name, value in queries.money_of(found).items()},
        "starts": presenters.starts_in_rows(starts, KINDS),
        "compared": sum(one.comparison for one in starts),
        "changes": presenters.changes_in_words(queries.changes_of(programme)[:50]),
        "content": support_programme(),
    }
    return render(request, "support/programme.html.j2", told)


@signed_in
@never_cache
@require_http_methods(PAGE)
def select_for_support(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """More organisations, typed or handed over from the comparison (?select=RX1,RX2) with its question."""
    programme = programme_here(request, place, number)
    form = SelectForm(programme.place, request.POST or None, initial=_handed_over(request, programme.place))
    if request.method == "POST" and form.is_valid():
        chosen, why = form.cleaned_data["organisations"], form.cleaned_data["why"]
        figures = queries.figures_behind(programme.place, form.asked(), chosen)
        try:
            actions.select(programme=programme, organisations=chosen, why=why, by=person(request), figures=figures)
        except KeepwellError as refusal:
            form.tell(refusal, "organisations")
        else:
            messages.success(request, f"{counted(len(chosen), 'organisation')} chosen.")
            return redirect("support_programme", place=place, number=programme.pk)
    told = {
        "place": programme.place,
        "programme": programme,
        "form": form,
        "elsewhere": _elsewhere(request, programme.place),
        "organisations": organisations_in(programme.place).filter(closed__isnull=True).count(),
    }
    return render(request, "support/select.html.j2", told, status=_status(form))


def _handed_over(request: HttpRequest, place: Place) -> dict[str, Any]:
    """What the boxes begin with: the organisations named in the address that lie in the place, by name."""
    found, _ = queries.named_in(place, request.GET.get("select", "")[:20_000])
    asked = {name: request.GET.get(name, "")[:60] for name in queries.ASKED}
    return {**asked, "organisations": "\n".join(sorted(one.name for one in found))}


def _elsewhere(request: HttpRequest, place: Place) -> int:
    """How many of those handed over lie elsewhere: the published figures are of all the country."""
    return len(queries.named_in(place, request.GET.get("select", "")[:20_000])[1])


@signed_in
@never_cache
@require_safe
def support_organisation(request: HttpRequest, place: str, number: int, organisation: str) -> HttpResponse:
    """One organisation: why it was chosen, what was offered, what it answered, its plan, its sessions and money."""
    one, by = organisation_here(request, place, number, organisation), person(request)
    programme = one.selected.programme
    told = {
        "place": programme.place,
        "programme": programme,
        "one": one,
        "answer": presenters.organisation_in_words(one),
        "offers": [
            (offer, presenters.tag_of_offer(offer), presenters.sessions_in_words(offer)) for offer in one.offers
        ],
        "plan_words": presenters.plan_in_words,
        "pounds": presenters.pounds,
        "evidence": cited(one.selected.subject, by=by),
        "nobody_answers": not queries.who_can_answer(one.organisation),
        "cannot_deselect": rules.cannot_deselect(by, one.selected),
        "changes": presenters.changes_in_words(queries.changes_of(programme, one.organisation)),
        "today": timezone.localdate(),
    }
    return render(request, "support/organisation.html.j2", told)


@signed_in
@never_cache
@require_POST
def deselect_for_support(request: HttpRequest, place: str, number: int, organisation: str) -> HttpResponse:
    """An organisation is taken out of a programme."""
    one = organisation_here(request, place, number, organisation)
    if reason := why_not(lambda: actions.deselect(selected=one.selected, by=person(request))):
        messages.warning(request, reason)
        return redirect("support_organisation", place=place, number=number, organisation=organisation)
    messages.success(request, f"{one.organisation.name} is taken out. It stays on record.")
    return redirect("support_programme", place=place, number=number)


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
