"""What does each of us say, where do we differ, and on what do we agree?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.errors import counted
from keepwell.web.accounts.gate import person, signed_in
from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions, presenters, queries
from keepwell.web.assessments.actions import Quicker
from keepwell.web.assessments.forms import Agreed, OwnRatings, Review, known_now, tell_quicker
from keepwell.web.assessments.models import Round
from keepwell.web.assessments.rules import (
    cannot_agree,
    cannot_answer,
    cannot_lay_open,
    cannot_rate,
    cannot_see_raters,
)
from keepwell.web.assessments.views import register_exact, round_here
from keepwell.web.places.refusals import NotAllowed

READ_AND_WRITE = ["GET", "HEAD", "POST"]


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def rate(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """All items on one page: what somebody says of each, apart from the others, saved as often as they like."""
    round, by = _rated_apart(request, place, number), person(request)
    if round.state != Round.OPEN and request.method != "POST":
        return redirect(presenters.address_of(round))
    of, mine = round.content, queries.ratings_of(round, by)
    form = OwnRatings(of, of.items, mine, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.rate_several(round=round, given=form.given(), by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            return _saved(request, round, by)
    values = {item.key: queries.beside(by, round.place, item) for item in of.items}
    register_exact(request, round, [value for found in values.values() for value in found])
    told = {
        "place": round.place,
        "round": round,
        "of": of,
        "form": form,
        "first_open": next((item.key for item in of.items if item.key not in mine), None),
        "meanings": {meaning.key: meaning.text for meaning in of.meanings},
        "values": values,
        "noted": queries.notes_counted(round),
        "rated": len(mine),
        "raters": queries.raters_of(round),
        "cannot_rate": cannot_rate(by, round),
        "cannot_lay_open": cannot_lay_open(by, round),
    }
    return render(request, "assessments/rate.html.j2", told, status=422 if form.errors else 200)


def _saved(request: HttpRequest, round: Round, by: User) -> HttpResponse:
    """Back to the page, at the group after the one whose button was pressed."""
    rated, groups = len(queries.ratings_of(round, by)), [group.key for group in round.content.groups]
    messages.success(request, f"Saved: {rated} of {len(round.content.items)} rated.")
    after = request.POST.get("after", "")
    then = groups[groups.index(after) + 1 :][:1] if after in groups else []
    return redirect(reverse("rate", args=[round.place.slug, round.pk]) + (f"#{then[0]}" if then else ""))


def _rated_apart(request: HttpRequest, place: str, number: int) -> Round:
    round = round_here(request, place, number)
    if not round.rated_apart:
        raise Http404
    return round


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def lay_open(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Show everybody who takes part what each said: asked once more, because there is no way back."""
    round, by = _rated_apart(request, place, number), person(request)
    if round.state != Round.OPEN:
        return redirect(presenters.address_of(round))
    if request.method == "POST":
        try:
            actions.lay_open(round=round, by=by)
        except NotAllowed as refusal:
            messages.warning(request, refusal.wrong)
            return redirect("lay_open", place=round.place.slug, number=round.pk)
        messages.success(request, "The ratings are laid open.")
        return redirect("talk", place=round.place.slug, number=round.pk)
    told = {
        "place": round.place,
        "round": round,
        "raters": queries.raters_of(round),
        "cannot_lay_open": cannot_lay_open(by, round),
    }
    return render(request, "assessments/lay_open.html.j2", told)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def talk(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Who said what, where they are furthest apart first, and what they agree on."""
    round, by = _rated_apart(request, place, number), person(request)
    if round.state == Round.OPEN:
        return redirect("rate", place=round.place.slug, number=round.pk)
    if cannot_see_raters(by, round) is not None:
        raise Http404
    of, answers, refused = round.content, queries.answers_of(round), cannot_answer(by, round)
    form = Agreed(of, of.items, answers, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.answer_several(round=round, written=form.written(), by=by)
        except Quicker as refusal:
            form = _told_of_quicker(request, round, refusal)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"Saved: {_agreed_on(round)}.")
            return redirect("talk", place=round.place.slug, number=round.pk)
    compared = queries.compared(round)
    told = {
        "place": round.place,
        "round": round,
        "of": of,
        "form": form,
        "tag": presenters.tag,
        "compared": compared,
        "answer": presenters.differences_in_words(compared),
        "agreed_on": _agreed_on(round),
        "one_mind": len(queries.of_one_mind(round)),
        "meanings": {meaning.key: meaning.text for meaning in of.meanings},
        "noted": queries.notes_counted(round),
        "cannot_answer": refused,
        "cannot_agree": cannot_agree(by, round),
    }
    return render(request, "assessments/talk.html.j2", told, status=422 if form.errors else 200)


def _agreed_on(round: Round) -> str:
    written = round.answers.exclude(rating="").count()
    return f"{written} of {len(round.content.items)} agreed on"


def _told_of_quicker(request: HttpRequest, round: Round, refusal: Quicker) -> Agreed:
    """The form as it was typed, with what stands there now beside what somebody else has changed."""
    now, of = queries.answers_of(round), round.content
    data = known_now(request.POST, {item: answer.version for item, answer in now.items()})
    form = Agreed(of, of.items, now, data)
    form.is_valid()
    tell_quicker(form, refusal, {item: presenters.answer_in_words(answer) for item, answer in now.items()})
    return form


@signed_in
@require_http_methods(["POST"])
def take_over(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Write down what all raters said alike."""
    round = _rated_apart(request, place, number)
    if round.state == Round.OPEN or cannot_see_raters(person(request), round) is not None:
        raise Http404
    try:
        made = actions.take_over(round=round, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, f"Written down: {counted(len(made), 'topic')} on which you were of one mind.")
    return redirect("talk", place=round.place.slug, number=round.pk)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def agree(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Close the round: what was agreed stands, with the day on which the place looks again."""
    round, by = _rated_apart(request, place, number), person(request)
    if round.state != Round.TALKING and request.method != "POST":
        return redirect(presenters.address_of(round))
    form = Review(round, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.agree(round=round, review_on=form.cleaned_data["review_on"], by=by)
        except NotAllowed as refusal:
            form.tell(refusal, "review_on")
        else:
            messages.success(request, "Agreed. It does not change any more.")
            return redirect("agreed", place=round.place.slug, number=round.pk)
    line = queries.line_of(round)
    told = {
        "place": round.place,
        "round": round,
        "of": round.content,
        "form": form,
        "answer": presenters.agreed_in_words(line, None),
        "counts": presenters.counts_in_words(round.content, line.ratings),
        "open_items": [item for item in round.content.items if not line.ratings[item.key]],
        "cannot_agree": cannot_agree(by, round),
    }
    return render(request, "assessments/agree.html.j2", told, status=422 if form.errors else 200)
