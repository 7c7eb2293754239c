"""What can be judged here, how does it stand, and what was agreed?"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.content.assessments import Assessment, Topic, assessments
from keepwell.web.accounts.abilities import LEAD_ASSESSMENTS, RELEASE
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.accounts.models import INTERNAL
from keepwell.web.accounts.rules import Standing, cannot
from keepwell.web.assessments import actions, presenters, queries
from keepwell.web.assessments.comparison_presenters import can_compare, compared_at, comparison
from keepwell.web.assessments.models import Round, Shown
from keepwell.web.assessments.rules import (
    cannot_drop,
    cannot_note,
    cannot_see,
    cannot_see_raters,
    cannot_see_round,
    cannot_start,
)
from keepwell.web.audit.actions import record_view
from keepwell.web.evidence.queries import ShownCitation, cited_of
from keepwell.web.evidence.values import Value
from keepwell.web.places.refusals import NotAllowed


def place_here(request: HttpRequest, place: str) -> Standing:
    """What the person is at the place. Raises Http404 where they do not see how it judges itself."""
    here = here_or_404(request, place)
    if cannot_see(here) is not None:
        raise Http404
    return here


def assessment_here(request: HttpRequest, place: str, key: str) -> tuple[Standing, Assessment]:
    """The place and the assessment of that key. Raises Http404 where there is none."""
    here = place_here(request, place)
    return here, theirs_or_404(assessments().get(key), None)


def round_here(request: HttpRequest, place: str, number: int) -> Round:
    """The round of that number at the place. Raises Http404 where there is none or it is not theirs to see."""
    here = place_here(request, place)
    found = Round.objects.select_related("place__controller", "started_by", "agreed_by", "laid_open_by")
    round = found.filter(pk=number, place=here.place).first()
    return theirs_or_404(round, cannot_see_round(person(request), round) if round else None)


def topic_of(round: Round, item: str) -> Topic:
    return theirs_or_404({topic.key: topic for topic in round.content.items}.get(item), None)


def register_exact(
    request: HttpRequest, round: Round, values: Iterable[Value], cited: Iterable[ShownCitation] = ()
) -> None:
    """Write into the register that exact figures were shown, where some were."""
    if any(value.policy == INTERNAL for value in values) or any(one.exact for one in cited):
        record_view(request, round.content.title, round.place, exact=True)


@signed_in
@never_cache
@require_safe
def practice(request: HttpRequest, place: str) -> HttpResponse:
    """What can be judged at a place, what is under way, and when the next review is due."""
    here = place_here(request, place)
    found = presenters.listed(person(request), here.place)
    told = {
        "place": here.place,
        "answer": presenters.list_in_words(here.place, found),
        "found": found,
        "compared": compared_at(here.place),
    }
    return render(request, "assessments/practice.html.j2", told)


@signed_in
@never_cache
@require_safe
def assessment(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """One assessment at a place: how it stands, what was agreed each time, and how to begin."""
    here, of = assessment_here(request, place, key)
    past, under_way = presenters.history(here.place, of), queries.under_way(here.place, of.key)
    if here.place.kind not in of.places and not past and under_way is None:
        raise Http404
    by = person(request)
    taking_part = under_way is not None and cannot_see_round(by, under_way) is None
    told = {
        "place": here.place,
        "of": of,
        "tag": presenters.tag,
        "items": presenters.items_of(of),
        "past": past,
        "review": "" if under_way else presenters.review_in_words(past[0].round if past else None),
        "overdue": under_way is None and presenters.overdue(past[0].round if past else None),
        "under_way": under_way,
        "state": presenters.state_in_words(under_way or (past[0].round if past else None)),
        "go_on": presenters.address_of(under_way) if under_way is not None and taking_part else None,
        "raters": queries.raters_of(under_way) if under_way is not None and under_way.rated_apart else 0,
        "mine": len(queries.ratings_of(under_way, by)) if under_way is not None and taking_part else 0,
        "cannot_start": cannot_start(by, here.place, of),
        "may_drop": under_way is not None and cannot_drop(by, under_way) is None,
        "can_compare": can_compare(here.place, of),
    }
    return render(request, "assessments/assessment.html.j2", told)


@signed_in
@require_http_methods(["POST"])
def start_round(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """Begin a round."""
    here, of = assessment_here(request, place, key)
    if cannot(person(request), LEAD_ASSESSMENTS, here.place) is not None or here.place.kind not in of.places:
        raise Http404
    try:
        started = actions.start(place=here.place, of=of, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
        return redirect("assessment", place=here.place.slug, key=of.key)
    messages.success(request, f"{of.title}: a round has begun.")
    return redirect(presenters.address_of(started))


@signed_in
@never_cache
@require_safe
def agreed(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What was agreed, what is red first, and what changed; made to be printed."""
    round, by = round_here(request, place, number), person(request)
    elsewhere = presenters.address_of(round)
    if elsewhere != request.path and not (round.state == Round.AGREED and round.content.answers == "done"):
        return redirect(elsewhere)
    line, before = queries.line_of(round), queries.agreed_before(round)
    before_line = queries.line_of(before) if before else None
    values = {item.key: queries.beside(by, round.place, item) for item in queries.red_items(line)}
    subjects = {queries.subject_of(round, item.key): item.key for item in round.content.items}
    cited = {subjects[subject]: found for subject, found in cited_of(list(subjects), by=by).items()}
    agrees = {key: words for key, found in values.items() if (words := presenters.data_agree(found))}
    register_exact(request, round, chain(*values.values()) if agrees else (), chain(*cited.values()))
    notes = {item: answer.note for item, answer in queries.answers_of(round).items()}
    told = {
        "place": round.place,
        "cited": cited,
        "round": round,
        "of": round.content,
        "answer": presenters.agreed_in_words(line, before_line, agrees),
        "counts": presenters.counts_in_words(round.content, line.ratings),
        "results": presenters.results(line, before_line, notes, agrees),
        "changes": presenters.changes(round.content, line.ratings, before_line.ratings) if before_line else None,
        "before": before,
        "review": presenters.review_in_words(round),
        "newest": queries.newest_agreed(round.place, round.assessment) == round,
        "shown": queries.shown_now(round),
        "may_release": cannot(by, RELEASE, round.place) is None,
        "sees_raters": cannot_see_raters(by, round) is None,
        "taking_part": cannot_note(by, round) is None,
        "can_compare": can_compare(round.place, round.content),
    }
    return render(request, "assessments/agreed.html.j2", told)


@signed_in
@require_http_methods(["POST"])
def drop_round(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Drop what was begun by mistake."""
    round = round_here(request, place, number)
    try:
        actions.drop(round=round, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, f"{round.content.title}: dropped. Nothing of it is kept.")
    return redirect("assessment", place=round.place.slug, key=round.assessment)


@signed_in
@never_cache
@require_safe
def compare_ratings(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """The parts of an organisation side by side, or the places that released their ratings to this one."""
    here, of = assessment_here(request, place, key)
    if not can_compare(here.place, of):
        raise Http404
    told = {"place": here.place, "of": of, "compared": comparison(here.place, of), "wide": True}
    return render(request, "assessments/compare.html.j2", told)


@signed_in
@never_cache
@require_safe
def released_rating(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What another place agreed on and released to this one, and no more of it."""
    here = place_here(request, place)
    found = Shown.objects.select_related("round__place__controller", "released_by", "to")
    shown = theirs_or_404(found.filter(pk=number, to=here.place, withdrawn_at=None).first(), None)
    line = queries.line_of(shown.round)
    notes = {item: one.note for item, one in queries.answers_of(shown.round).items()} if shown.with_notes else {}
    told = {
        "place": here.place,
        "shown": shown,
        "of": shown.round.content,
        "can_compare": can_compare(here.place, shown.round.content),
        "answer": presenters.agreed_in_words(line, None),
        "counts": presenters.counts_in_words(shown.round.content, line.ratings),
        "results": presenters.results(line, None, notes, {}),
    }
    return render(request, "assessments/released.html.j2", told)
