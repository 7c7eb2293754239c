"""How is support offered, answered and followed?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.content.planning import support_programme
from keepwell.errors import KeepwellError
from keepwell.web.accounts.abilities import LEAD_PLANS
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.accounts.rules import cannot
from keepwell.web.places.refusals import Quicker, why_not
from keepwell.web.support import actions, presenters, queries, rules
from keepwell.web.support.forms import CourseForm, OfferForm, SessionForm, as_followed
from keepwell.web.support.models import Offer
from keepwell.web.support.views import organisation_here, support_here

PAGE = ["GET", "HEAD", "POST"]


def _offer_here(request: HttpRequest, place: str, number: int) -> Offer:
    return theirs_or_404(queries.offer_of(support_here(request, place), number), None)


def _to_organisation(offer: Offer) -> HttpResponse:
    programme = offer.selected.programme
    slug = offer.selected.organisation.slug
    return redirect("support_organisation", place=programme.place.slug, number=programme.pk, organisation=slug)


@signed_in
@never_cache
@require_http_methods(PAGE)
def offer_support(request: HttpRequest, place: str, number: int, organisation: str) -> HttpResponse:
    """One kind of support more, offered to an organisation."""
    one = organisation_here(request, place, number, organisation)
    form = OfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.offer(selected=one.selected, by=person(request), **form.cleaned_data)
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{made.title}: it is written down as offered.")
            return _to_organisation(made)
    told = {
        "place": one.selected.programme.place,
        "programme": one.selected.programme,
        "one": one,
        "form": form,
        "told_by_mail": queries.who_can_answer(one.organisation),
        "content": support_programme(),
    }
    return render(request, "support/offer.html.j2", told, status=_status(form))


@signed_in
@never_cache
@require_http_methods(PAGE)
def follow_support(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """How an offer goes. Where somebody else was quicker, what stands now is shown beside what was typed."""
    offer = _offer_here(request, place, number)
    form = CourseForm(request.POST or None, initial=as_followed(offer))
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data["known"]
            actions.follow(offer=offer, course=form.told(), known=said, by=person(request))
        except KeepwellError as refusal:
            form.tell(refusal)
            offer = _offer_here(request, place, number)
            known = offer.version if isinstance(refusal, Quicker) else known
        else:
            messages.success(request, "It is written down how it goes.")
            return _to_organisation(offer)
    return _follow_page(request, offer, form, SessionForm(), known)


@signed_in
@never_cache
@require_POST
def add_support_session(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A session, and how many came."""
    offer = _offer_here(request, place, number)
    form = SessionForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.meet(offer=offer, on=said["on"], came=said["came"], by=person(request))
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "The session is written down.")
            return _to_organisation(offer)
    course = CourseForm(initial=as_followed(offer))
    return _follow_page(request, offer, course, form, course["known"].value())


@signed_in
@never_cache
@require_POST
def remove_support_session(request: HttpRequest, place: str, number: int, session: int) -> HttpResponse:
    """A session that was written down wrongly goes."""
    offer = _offer_here(request, place, number)
    found = next((one for one in offer.sessions.all() if one.pk == session), None)
    actions.unmeet(session=theirs_or_404(found, None), by=person(request))
    messages.success(request, "The session is taken away.")
    return _to_organisation(offer)


def _follow_page(
    request: HttpRequest, offer: Offer, form: CourseForm, session: SessionForm, known: object
) -> HttpResponse:
    wrong = [one for one in (form, session) if one.is_bound and one.errors]
    told: dict[str, Any] = {
        "place": offer.selected.programme.place,
        "programme": offer.selected.programme,
        "organisation": offer.selected.organisation,
        "offer": offer,
        "tag": presenters.tag_of_offer(offer),
        "pounds": presenters.pounds,
        "form": form,
        "session": session,
        "forms": [form, session],
        "sessions": presenters.sessions_in_words(offer),
        "known": known,
    }
    return render(request, "support/follow.html.j2", told, status=422 if wrong else 200)


@signed_in
@never_cache
@require_safe
def support_offered(request: HttpRequest, place: str) -> HttpResponse:
    """What an organisation was offered, for those who plan for it."""
    here, by = here_or_404(request, place), person(request)
    theirs_or_404(here.place, rules.cannot_see_offers(by, here.place))
    offers = list(queries.offered_to(here.place))
    leads = cannot(by, LEAD_PLANS, here.place) is None
    told = {
        "place": here.place,
        "answer": presenters.offered_in_words(offers, here.place),
        "offers": [presenters.told_of_offer(one, rules.cannot_answer(by, one), leads) for one in offers],
    }
    return render(request, "support/offered.html.j2", told)


@signed_in
@never_cache
@require_POST
def answer_support(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """An organisation accepts or declines what it was offered."""
    here, by = here_or_404(request, place, LEAD_PLANS), person(request)
    theirs_or_404(here.place, rules.cannot_see_offers(by, here.place))
    found = theirs_or_404(queries.offered_to(here.place).filter(pk=number).first(), None)
    said = request.POST.get("answer", "")
    if reason := why_not(lambda: actions.answer(offer=found, answer=said, by=by)):
        messages.warning(request, reason)
    else:
        messages.success(request, f"{found.title}: {Offer.ANSWERS[said].casefold()}.")
    return redirect("support_offered", place=place)


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
