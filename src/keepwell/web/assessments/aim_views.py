"""How far are we with the goals and must-dos of keeping GPs, and what is offered nationally?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.content.general_practice import levels, offers
from keepwell.errors import KeepwellError, counted
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.models import User
from keepwell.web.assessments import aim_actions, aim_presenters, aim_queries
from keepwell.web.assessments.actions import Quicker
from keepwell.web.assessments.aim_forms import HowFarForm, LevelForm, NewAim
from keepwell.web.assessments.aim_queries import Followed
from keepwell.web.assessments.aim_rules import cannot_end_aim
from keepwell.web.assessments.forms import known_now
from keepwell.web.assessments.gap_forms import known_of
from keepwell.web.assessments.gap_rules import (
    NEVER_A_NAME,
    PRIVATE_OFFERS,
    cannot_end_support,
    cannot_write_support,
)
from keepwell.web.assessments.gap_views import may_write_here, support_here
from keepwell.web.assessments.models import Aim
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import why_not


def _followed(place: Place, item: str) -> Followed:
    return theirs_or_404(aim_queries.followed_by(place, item), None)


def _back_to(place: Place, item: str) -> HttpResponse:
    return redirect(f"{reverse('aims', args=[place.slug])}#{item}")


@signed_in
@never_cache
@require_safe
def aims(request: HttpRequest, place: str) -> HttpResponse:
    """The must-dos, the goals and the national offers of each level."""
    here, by = support_here(request, place), person(request)
    found = aim_queries.followed(here.place)
    told = {
        "place": here.place,
        "answer": aim_presenters.aims_in_words(found),
        "parts": aim_presenters.by_level(found),
        "offers_note": offers().note,
        "ended": aim_queries.ended_aims(here.place),
        "tag": aim_presenters.tag,
        "private": PRIVATE_OFFERS,
        "with_care": aim_presenters.WITH_CARE,
        "never_a_name": NEVER_A_NAME,
        "cannot_write": cannot_write_support(by, here.place),
        "cannot_end": cannot_end_support(by, here.place),
    }
    return render(request, "assessments/aims.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_aim(request: HttpRequest, place: str, item: str) -> HttpResponse:
    """How far one goal or must-do is. Where somebody was quicker, what they wrote stands beside what was typed."""
    here, by = may_write_here(request, place), person(request)
    one = _followed(here, item)
    form = HowFarForm(request.POST or None, initial=_as_written(one), own=one.own)
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        try:
            _write(here, one, form, by)
        except KeepwellError as refusal:
            form.tell(refusal)
            one = _followed(here, item)
            known = one.aim.version if one.aim else None
        else:
            messages.success(request, f"{form.cleaned_data.get('title') or one.title}: it is written down.")
            return _back_to(here, item)
    refused = form.is_bound and bool(form.errors)
    told = {
        "place": here,
        "one": one,
        "form": form,
        "known": known,
        "kind": aim_presenters.kind_in_words(one),
        "tag": aim_presenters.tag(one),
        "care": one.item in aim_presenters.WITH_CARE,
        "never_a_name": NEVER_A_NAME,
        "cannot_end": cannot_end_aim(by, one.aim) if one.own and one.aim else None,
    }
    return render(request, "assessments/write_aim.html.j2", told, status=422 if refused else 200)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_aims(request: HttpRequest, place: str, level: str) -> HttpResponse:
    """How far every must-do and goal of a level is, in one go."""
    here = may_write_here(request, place)
    of = theirs_or_404(next((one for one in levels() if one.key == level), None), None)
    form = LevelForm(aim_queries.followed_at(here, level), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            written = aim_actions.write_aims(place=here, told=form.told(), by=person(request))
        except Quicker as refusal:
            form = _told_of_quicker(request, here, level, refusal)
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(
                request, f"Saved: {counted(len(written), 'change')}." if written else "Nothing was changed."
            )
            return _back_to(here, level)
    told = {
        "place": here,
        "level": of,
        "form": form,
        "groups": aim_presenters.by_kind(list(form.found.values())),
        "never_a_name": NEVER_A_NAME,
    }
    return render(request, "assessments/write_aims.html.j2", told, status=422 if form.is_bound and form.errors else 200)


def _told_of_quicker(request: HttpRequest, place: Place, level: str, refusal: Quicker) -> LevelForm:
    """The form as it was typed, with what stands there now beside what somebody else has changed."""
    now = aim_queries.followed_at(place, level)
    versions = {one.item: one.aim.version for one in now if one.aim is not None}
    form = LevelForm(now, known_now(request.POST, versions))
    form.is_valid()
    form.tell(refusal)
    form.tell_of(refusal, {one.item: aim_presenters.now_in_words(one) for one in now})
    return form


def _write(place: Place, one: Followed, form: HowFarForm, by: User) -> Aim:
    told, known = form.told(), form.cleaned_data["known"]
    if one.content is None and one.aim is not None:
        title = form.cleaned_data["title"]
        return aim_actions.write_own_aim(aim=one.aim, title=title, told=told, known=known, by=by)
    return aim_actions.write_aim(place=place, kind=one.kind, key=one.item, told=told, known=known, by=by)


def _as_written(one: Followed) -> dict[str, object]:
    if one.aim is None:
        return {"state": one.state}
    return {"title": one.aim.title, "state": one.aim.state, "note": one.aim.note, "known": one.aim.version}


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_aim(request: HttpRequest, place: str) -> HttpResponse:
    """A goal or a must-do of one's own."""
    here = may_write_here(request, place)
    form = NewAim(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = aim_actions.add_aim(place=here, by=person(request), **form.cleaned_data)
        except KeepwellError as refusal:
            form.tell(refusal, "title")
        else:
            messages.success(request, f"{added.title}: it stands on your list.")
            return _back_to(here, str(added.pk))
    refused = form.is_bound and bool(form.errors)
    return render(request, "assessments/add_aim.html.j2", {"place": here, "form": form}, status=422 if refused else 200)


@signed_in
@never_cache
@require_POST
def end_aim(request: HttpRequest, place: str, item: str) -> HttpResponse:
    """A goal or a must-do of one's own ends."""
    here, by = support_here(request, place), person(request)
    if cannot_end_support(by, here.place) is not None or not item.isdecimal() or len(item) > 9:
        raise Http404
    found = Aim.objects.filter(pk=int(item), place=here.place, key="").select_related("place", "changed_by").first()
    aim = theirs_or_404(found, None)
    if reason := why_not(lambda: aim_actions.end_aim(aim=aim, known=known_of(request.POST), by=by)):
        messages.warning(request, reason)
    else:
        messages.success(request, f"{aim.title}: it is off your list, and stays on record.")
    return redirect("aims", place=here.place.slug)
