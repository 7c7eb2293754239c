"""How does somebody get a plan on paper?"""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.alignment.rules import cannot_see_combined
from keepwell.web.exports.responses import document_as_download
from keepwell.web.papers import actions, presenters, queries, rules, store
from keepwell.web.papers.forms import OF_COMBINED, OF_PLAN, Ask
from keepwell.web.papers.models import Paper
from keepwell.web.papers.store import PaperLost
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans.models import Plan
from keepwell.web.plans.rules import cannot_see_plan

READ_AND_WRITE = ["GET", "HEAD", "POST"]
TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
}
LONGEST_NAME: Final = 80


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def plan_papers(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Choose a paper of a plan; those that this person has."""
    found = Plan.objects.select_related("place__controller").filter(place__slug=place, pk=number).first()
    plan = theirs_or_404(found, cannot_see_plan(person(request), found) if found else None)
    return _papers(request, plan.place, plan)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def combined_papers(request: HttpRequest, place: str) -> HttpResponse:
    """The same for the combined plan of a place."""
    here = here_or_404(request, place)
    if cannot_see_combined(person(request), here.place) is not None:
        raise Http404
    return _papers(request, here.place, None)


def _papers(request: HttpRequest, place: Place, plan: Plan | None) -> HttpResponse:
    posted = request.method == "POST"
    form = Ask(request.POST if posted else None, papers=OF_PLAN if plan else OF_COMBINED)
    if posted and form.is_valid():
        kind, out_format = form.chosen
        try:
            paper = actions.ask(place=place, plan=plan, kind=kind, out_format=out_format, by=person(request))
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            return redirect("paper", place=place.slug, number=paper.pk)
    told = {
        "place": place,
        "plan": plan,
        "form": form,
        "papers": presenters.shown(list(queries.papers_of(person(request), place, plan).select_related("place"))),
        "back": _whence(place, plan),
        "back_to": plan.title if plan else "Combined plan",
    }
    return render(request, "papers/papers.html.j2", told, status=422 if posted else 200)


def _whence(place: Place, plan: Plan | None) -> str:
    return reverse("plan", args=[place.slug, plan.pk]) if plan else reverse("combined", args=[place.slug])


def _paper(request: HttpRequest, place: str, number: int) -> Paper:
    found = Paper.objects.select_related("place__controller", "plan__place__controller", "job", "asked_by")
    paper = found.filter(pk=number, place__slug=place).first()
    return theirs_or_404(paper, rules.cannot_see_paper(person(request), paper) if paper else None)


@signed_in
@never_cache
@require_safe
def paper(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """How far a paper is, and the paper."""
    return _page(request, _paper(request, place, number))


def _page(request: HttpRequest, paper: Paper, lost: PaperLost | None = None, status: int = 200) -> HttpResponse:
    progress = None if paper.ready else presenters.how_far(paper)
    told = {
        "place": paper.place,
        "paper": paper,
        "name": paper.plan.title if paper.plan else paper.place.name,
        "progress": progress,
        "not_made": None if paper.ready else presenters.why_not_made(progress),
        "cannot_take": rules.cannot_take(person(request), paper, _seen(paper)) if paper.ready else None,
        "lost": lost,
        "size": presenters.size(paper.size),
        "until": presenters.until(paper),
        "back": _papers_of(paper),
    }
    return render(request, "papers/paper.html.j2", told, status=status)


def _papers_of(paper: Paper) -> str:
    if paper.plan is None:
        return reverse("combined_papers", args=[paper.place.slug])
    return reverse("plan_papers", args=[paper.place.slug, paper.plan.pk])


def _seen(paper: Paper) -> frozenset[int]:
    return frozenset() if paper.plan is not None else queries.numbers_combined(paper.place)


@signed_in
@never_cache
@require_safe
def paper_file(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The paper itself: to who asked for it, while all that stands in it is theirs to see, and the register knows first."""
    found = _paper(request, place, number)
    reason = rules.cannot_take(person(request), found, _seen(found))
    if reason is not None:
        messages.warning(request, reason)
        return redirect("paper", place=place, number=number)
    try:
        content = store.content_of(found)
    except PaperLost as lost:
        return _page(request, found, lost, status=410)
    title = found.plan.title if found.plan else found.place.name
    name = slugify(f"{found.KINDS[found.kind]} {title}")[:LONGEST_NAME].strip("-") or "paper"
    return document_as_download(
        request,
        content,
        found.KINDS[found.kind],
        f"{name}.{found.out_format}",
        TYPES[found.out_format],
        found.place,
        policy=found.policy,
    )
