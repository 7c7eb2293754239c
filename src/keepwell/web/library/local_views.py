"""How does a place write down a case or an offer of its own, show it, and share it upward?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.web.accounts.abilities import SHARE_UPWARD
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot
from keepwell.web.library import actions, presenters, queries, rules
from keepwell.web.library.actions import Misread
from keepwell.web.library.local_forms import FORMS, MORE, OfLocal, ReadThrough, ShareWith, as_begun, as_typed
from keepwell.web.library.models import LocalCase, LocalOffer, Shared
from keepwell.web.library.place_views import library_here
from keepwell.web.library.suggestion_queries import setting_of
from keepwell.web.nhsuk.fields import revealed
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed, why_not

Thing = LocalCase | LocalOffer
Kind = type[LocalCase] | type[LocalOffer]

KINDS: Final[Mapping[str, Kind]] = {"cases": LocalCase, "offers": LocalOffer}
CALLED: Final[Mapping[str, str]] = {"cases": "case", "offers": "offer"}


def kind_of(kind: str) -> Kind:
    """Cases or offers. Raises Http404 for anything else."""
    found: Kind | None = KINDS.get(kind)
    if found is None:
        raise Http404
    return found


def local_here(request: HttpRequest, place: str, kind: str, number: int) -> Thing:
    """What the place wrote down under that number. Raises Http404 where it is not theirs to see."""
    here = library_here(request, place)
    of = kind_of(kind)
    found: Thing | None = queries.local_of(of, here.place, number)
    if found is None or rules.cannot_see(person(request), found) is not None:
        raise Http404
    return found


def _to(thing: Thing) -> HttpResponse:
    return redirect("local", place=thing.place.slug, kind=_kind(thing), number=thing.pk)


def _kind(thing: Thing) -> str:
    return "cases" if isinstance(thing, LocalCase) else "offers"


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, place: str, kind: str) -> HttpResponse:
    """A case or an offer more, as a draft."""
    here, by, of = library_here(request, place), person(request), kind_of(kind)
    theirs_or_404(here.place, rules.cannot_write(by, here.place))
    begin = as_begun(of, here.place, setting_of(here.place))
    form = FORMS[of](request.POST if request.method == "POST" else None, initial=begin)
    if form.is_bound and form.is_valid() and (added := _added(form, of, here.place, by)) is not None:
        messages.success(request, f"{added.title} is written down as a draft.")
        return _to(added)
    return _page(request, here.place, kind, form, None)


def _added(form: OfLocal, of: Kind, place: Place, by: User) -> Thing | None:
    """What was added; None where it was refused, which the form then says."""
    try:
        return actions.add(kind=of, place=place, content=form.told(), by=by)
    except Misread as refusal:
        form.misread(refusal)
    except NotAllowed as refusal:
        form.tell(refusal)
    return None


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, place: str, kind: str, number: int) -> HttpResponse:
    """What has changed of it. Where somebody else was quicker, what they wrote stands beside what was typed."""
    thing, by = local_here(request, place, kind, number), person(request)
    theirs_or_404(thing, rules.cannot_change(by, thing))
    form = FORMS[type(thing)](request.POST if request.method == "POST" else None, initial=as_typed(thing))
    if form.is_bound and form.is_valid():
        try:
            known = form.cleaned_data["known"]
            changed = actions.change(thing=thing, content=form.told(), known=known, by=by)
        except Misread as refusal:
            form.misread(refusal)
        except NotAllowed as refusal:
            form.tell(refusal)
            thing = local_here(request, place, kind, number)
        else:
            messages.success(request, f"{changed.title} is changed.")
            return _to(changed)
    return _page(request, thing.place, kind, form, thing)


def _page(request: HttpRequest, place: Place, kind: str, form: OfLocal, thing: Thing | None) -> HttpResponse:
    refused = form.is_bound and bool(form.errors)
    quicker = refused and thing is not None and bool(form.non_field_errors())
    told = {
        "place": place,
        "kind": kind,
        "called": CALLED[kind],
        "form": form,
        "inside": {name for names in revealed(form).values() for name in names},
        "thing": thing,
        "quicker": quicker,
        "known": thing.version if quicker and thing else form["known"].value(),
        "now": _told(thing) if quicker and thing else None,
        "nobody_named": rules.NOBODY_NAMED,
        "more": MORE,
        "open_more": any(form[name].errors for heading, names in form.BOXES if heading == MORE for name in names),
    }
    return render(request, "library/write_local.html.j2", told, status=422 if refused else 200)


def _told(thing: Thing) -> object:
    """It in the shape in which it is read."""
    if isinstance(thing, LocalCase):
        return queries.told_case(thing, thing.content)
    return queries.told_offer(thing, thing.content)


@signed_in
@never_cache
@require_safe
def local(request: HttpRequest, place: str, kind: str, number: int) -> HttpResponse:
    """It as others read it, and what can be done with it: change, show, share."""
    thing, by = local_here(request, place, kind, number), person(request)
    told = _local_told(thing, by) | {"form": ReadThrough()}
    return render(request, "library/local.html.j2", told)


def _local_told(thing: Thing, by: User) -> dict[str, object]:
    read = _told(thing)
    case = queries.told_case(thing, thing.content) if isinstance(thing, LocalCase) else None
    return {
        "place": thing.place,
        "kind": _kind(thing),
        "called": CALLED[_kind(thing)],
        "thing": thing,
        "read": read,
        "answer": presenters.case_answer(case) if case else "",
        "mark": presenters.mark_of(case) if case else None,
        "facts_of_it": presenters.facts_of(case) if case else [],
        "figures_of_it": presenters.figures_of(case) if case else [],
        "for_whom": presenters.for_whom,
        "shared": queries.shared_of(thing),
        "too_few": rules.too_few(thing) if isinstance(thing, LocalCase) else None,
        "cannot_change": rules.cannot_change(by, thing),
        "cannot_show": rules.cannot_show(by, thing),
        "cannot_hide": rules.cannot_hide(by, thing),
        "may_share": cannot(by, SHARE_UPWARD, thing.place) is None,
        "nobody_named": rules.NOBODY_NAMED,
    }


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, place: str, kind: str, number: int) -> HttpResponse:
    """Let everybody at the place find it."""
    thing, by = local_here(request, place, kind, number), person(request)
    theirs_or_404(thing, rules.cannot_change(by, thing))
    if request.method != "POST":
        return _to(thing)
    form = ReadThrough(request.POST)
    form.is_valid()
    try:
        actions.show(thing=thing, read_through=form.cleaned_data["read"], by=by)
    except NotAllowed as refusal:
        form.add_error("read", refusal.wrong)
        told = _local_told(thing, by) | {"form": form}
        return render(request, "library/local.html.j2", told, status=422)
    messages.success(request, f"Everybody at {thing.place.name} who sees the library finds it from now on.")
    return _to(thing)


@signed_in
@never_cache
@require_POST
def hide(request: HttpRequest, place: str, kind: str, number: int) -> HttpResponse:
    """Make a draft of it again."""
    thing, by = local_here(request, place, kind, number), person(request)
    theirs_or_404(thing, rules.cannot_change(by, thing))
    if reason := why_not(lambda: actions.hide(thing=thing, by=by)):
        messages.warning(request, reason)
    else:
        messages.success(request, "It is a draft again.")
    return redirect("place_library", place=thing.place.slug)


def _to_share(request: HttpRequest, place: str, kind: str, number: int) -> Thing:
    """It, for whoever shares what its place wrote down."""
    thing = local_here(request, place, kind, number)
    if cannot(person(request), SHARE_UPWARD, thing.place) is not None:
        raise Http404
    return thing


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, place: str, kind: str, number: int) -> HttpResponse:
    """Let a place above find it, and all that lie in it; and say before exactly what they will read."""
    thing, by = _to_share(request, place, kind, number), person(request)
    reasons = {one: rules.cannot_share(by, thing, one) for one in queries.places_to_share_with(thing)}
    open_to = {one.slug: one for one, reason in reasons.items() if reason is None}
    form = ShareWith(open_to.values(), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        to = open_to[form.cleaned_data["to"]]
        try:
            actions.share(thing=thing, to=to, read_through=form.cleaned_data["read"], by=by)
        except NotAllowed as refusal:
            form.add_error("read" if refusal.wrong == rules.NOT_READ else None, refusal.wrong)
        else:
            messages.success(request, f"{to.name}, and all that lie in it, find it from now on.")
            return _to(thing)
    told = _local_told(thing, by) | {
        "form": form,
        "open_to": open_to,
        "reasons": list(dict.fromkeys(reason for reason in reasons.values() if reason)),
    }
    return render(request, "library/share_local.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, place: str, kind: str, number: int, shared: int) -> HttpResponse:
    """Let that place find it no longer."""
    thing, by = _to_share(request, place, kind, number), person(request)
    found: Shared | None = thing.shared.select_related("to").filter(pk=shared).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        if reason := why_not(lambda: actions.withdraw(shared=found, by=by)):
            messages.warning(request, reason)
        else:
            messages.success(request, f"{found.to.name} does not find it any more.")
        return _to(thing)
    told = {"place": thing.place, "kind": kind, "thing": thing, "shared": found}
    return render(request, "library/take_back.html.j2", told | {"cannot_withdraw": rules.cannot_withdraw(by, found)})
