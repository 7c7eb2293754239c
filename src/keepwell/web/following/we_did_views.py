"""What were we told, and what did we do?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import KeepwellError
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.following import we_did_actions, we_did_queries, we_did_rules
from keepwell.web.following.models import WeDid
from keepwell.web.following.we_did_forms import ApproveForm, WeDidForm
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import why_not
from keepwell.web.plans.action_views import action_here
from keepwell.web.plans.rules import cannot_see_drafts

LONG = 600
"""So many letters need smaller ones on a poster."""


def _place(request: HttpRequest, place: str) -> Place:
    """The place, for everybody with a role in its organisation. Raises Http404."""
    found = Place.objects.select_related("controller", "parent").filter(slug=place).first()
    return theirs_or_404(found, we_did_rules.cannot_read_page(person(request), found) if found else None)


def _one(request: HttpRequest, place: str, number: int) -> WeDid:
    found = WeDid.objects.select_related("place__controller", "action__plan__place__controller", "worded_by")
    one = found.select_related("approved_by", "action__owner").filter(pk=number, place__slug=place).first()
    return theirs_or_404(one, we_did_rules.cannot_read(person(request), one) if one else None)


@signed_in
@never_cache
@require_safe
def we_did(request: HttpRequest, place: str) -> HttpResponse:
    """All that staff are told."""
    here, by = _place(request, place), person(request)
    shown = list(we_did_queries.shown_at(here))
    told = {
        "place": here,
        "shown": shown,
        "waiting": we_did_queries.waiting_at(here, by),
        "to_approve": {one.pk for one in we_did_queries.to_approve(here, by)},
        "manages": {one.pk for one in shown if cannot_see_drafts(by, one.action.plan) is None},
    }
    return render(request, "following/we_did.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def word_we_did(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Word what staff are told of one action. Where somebody was quicker, theirs stands beside what was typed."""
    action, by = action_here(request, place, number), person(request)
    theirs_or_404(action, cannot_see_drafts(by, action.plan))
    now = we_did_queries.of_action(action)
    begun = {"we_did": we_did_queries.begun_from(action)}
    shown = {"you_said": now.you_said, "we_did": now.we_did, "known": now.version} if now else begun
    form = WeDidForm(request.POST if request.method == "POST" else None, initial=shown)
    known = form["known"].value()
    if form.is_bound and form.is_valid():
        try:
            made = we_did_actions.word(action=action, by=by, **form.cleaned_data)
        except KeepwellError as refusal:
            form.tell(refusal)
            now = we_did_queries.of_action(action)
            known = now.version if now else None
        else:
            messages.success(request, "Saved. Staff see it when a second person who leads plans here has approved it.")
            return redirect("we_did_one", place=place, number=made.pk)
    told = {
        "place": action.plan.place,
        "action": action,
        "now": now,
        "form": form,
        "known": known,
        "cannot_word": we_did_rules.cannot_word(by, action),
    }
    return render(request, "following/word_we_did.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def we_did_one(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """One of them: as staff see it; a second person approves it here."""
    one, by = _one(request, place, number), person(request)
    form = _approving(request, one)
    known = form["known"].value()
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            we_did_actions.approve(we_did=one, known=said["known"], vouched=bool(said.get("vouched")), by=by)
        except KeepwellError as refusal:
            form.tell(refusal, "vouched" if refusal.wrong == we_did_rules.VOUCH else None)
            one = _one(request, place, number)
            known = one.version
        else:
            messages.success(request, "Everybody with a role in the organisation sees it now.")
            return redirect("we_did_one", place=place, number=number)
    writes = cannot_see_drafts(by, one.action.plan) is None
    told = {
        "place": one.place,
        "one": one,
        "form": form,
        "known": known,
        "writes": writes,
        "cannot_approve": we_did_rules.cannot_approve(by, one),
        "cannot_withdraw": we_did_rules.cannot_withdraw(by, one),
    }
    return render(request, "following/we_did_one.html.j2", told, status=422 if form.errors else 200)


def _approving(request: HttpRequest, one: WeDid) -> ApproveForm:
    sent = request.POST if request.method == "POST" else None
    return ApproveForm(sent, initial={"known": one.version}, numbers=we_did_rules.has_numbers(one))


@signed_in
@require_POST
def withdraw_we_did(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Show it to staff no longer."""
    one, by = _one(request, place, number), person(request)
    theirs_or_404(one, cannot_see_drafts(by, one.action.plan))
    if reason := why_not(lambda: we_did_actions.withdraw(we_did=one, by=by)):
        messages.warning(request, reason)
    else:
        messages.success(request, "Staff do not see it any more. It stays on record.")
    return redirect("we_did_one", place=place, number=number)


@signed_in
@never_cache
@require_safe
def we_did_poster(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """One of them as a sheet of paper."""
    one = _one(request, place, number)
    theirs_or_404(one, None if one.shown else "Staff do not see it.")
    long = len(one.you_said) + len(one.we_did) > LONG
    return render(request, "following/poster.html.j2", {"place": one.place, "one": one, "long": long})
