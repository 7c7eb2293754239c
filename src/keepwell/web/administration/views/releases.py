"""What is released, to whom, and how is it prepared, put in force and withdrawn?"""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import KeepwellError
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.rules import Standing
from keepwell.web.administration.forms import NewRelease
from keepwell.web.administration.presenters import release_line
from keepwell.web.administration.rules import cannot_see_releases
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import why_not
from keepwell.web.releases import actions
from keepwell.web.releases import queries as releases_of
from keepwell.web.releases.models import Release


def _here(request: HttpRequest, place: str) -> Standing:
    here = here_or_404(request, place)
    if cannot_see_releases(here) is not None:
        raise Http404
    return here


def _release_here(request: HttpRequest, place: str, number: int) -> tuple[Standing, Release]:
    here = _here(request, place)
    found = releases_of.of(here.place).filter(pk=number).first()
    if found is None:
        raise Http404
    return here, found


@signed_in
@never_cache
@require_safe
def releases(request: HttpRequest, place: str) -> HttpResponse:
    """Everything that an organisation released or prepares to."""
    here = _here(request, place)
    lines = [release_line(person(request), found) for found in releases_of.of(here.place)]
    told = {
        "place": here.place,
        "in_force": [line for line in lines if line.release.state == Release.RELEASED],
        "coming": [line for line in lines if line.release.state in (Release.DRAFT, Release.ON_ITS_WAY)],
        "withdrawn": [line for line in lines if line.release.state == Release.WITHDRAWN],
        "wide": True,
    }
    return render(request, "administration/releases.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, place: str) -> HttpResponse:
    """A draft: to whom, how, what for. It says how much stays visible before anybody sees it."""
    here = _here(request, place)
    above = Place.objects.filter(pk__in=[here.place.pk, *here.place.numbers_above])
    form = NewRelease(request.POST or None, places=above, own=here.place, initial={"to": here.place, "policy": "nhs"})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draft(by=person(request), place=here.place, **form.cleaned_data)
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            return redirect("release", place=here.place.slug, number=made.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "administration/prepare_release.html.j2", {"place": here.place, "form": form}, status=status)


@signed_in
@never_cache
@require_safe
def release_page(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """One release: what is in it, how much stays visible, and what can be done with it."""
    here, found = _release_here(request, place, number)
    line = release_line(person(request), found)
    looking = found.state == Release.DRAFT and not found.visible and not found.refused
    told = {"place": here.place, "line": line, "working": looking or found.state == Release.ON_ITS_WAY}
    return render(request, "administration/release.html.j2", told)


@signed_in
@require_POST
def put_in_force(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Release a draft."""
    here, found = _release_here(request, place, number)
    try:
        actions.release(release=found, by=person(request))
    except KeepwellError as refusal:
        messages.warning(request, refusal.wrong)
    return redirect("release", place=here.place.slug, number=found.pk)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Nothing more from now on."""
    here, found = _release_here(request, place, number)
    line = release_line(person(request), found)
    if request.method == "POST" and line.cannot_withdraw is None:
        reason = why_not(lambda: actions.withdraw(release=found, by=person(request)))
        if reason is None:
            messages.success(request, f"Withdrawn: {line.to} gets nothing more from now on.")
            return redirect("releases", place=here.place.slug)
        line = replace(line, cannot_withdraw=reason)
    status = 409 if request.method == "POST" else 200
    return render(request, "administration/withdraw.html.j2", {"place": here.place, "line": line}, status=status)
