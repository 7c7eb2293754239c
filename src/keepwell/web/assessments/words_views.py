"""What does good look like, from each side, and what are we going to do?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.content.assessments import Group
from keepwell.errors import counted
from keepwell.web.accounts.abilities import LEAD_ASSESSMENTS, RATE
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.rules import cannot
from keepwell.web.assessments import actions, queries, words_actions, words_presenters, words_queries
from keepwell.web.assessments.actions import Quicker
from keepwell.web.assessments.forms import Review, known_now
from keepwell.web.assessments.models import Round
from keepwell.web.assessments.rules import cannot_agree, cannot_answer, cannot_note
from keepwell.web.assessments.views import round_here
from keepwell.web.assessments.words_forms import Marks, Notes, added_in, changed_in, rows_of
from keepwell.web.places.refusals import NotAllowed

READ_AND_WRITE = ["GET", "HEAD", "POST"]


def _workshop(request: HttpRequest, place: str, number: int) -> Round:
    """The round of a workshop. Raises Http404 where there is none, or it is not theirs to see."""
    round = round_here(request, place, number)
    if not words_queries.is_workshop(round.content):
        raise Http404
    return round


def _taking_part(request: HttpRequest, place: str, number: int) -> Round:
    """The same, for those who take part: what the sides wrote is theirs alone, also once it is agreed."""
    round = _workshop(request, place, number)
    return theirs_or_404(round, cannot(person(request), RATE, round.place))


def _side(round: Round, key: str) -> Group:
    return theirs_or_404({group.key: group for group in words_queries.sides(round.content)}.get(key), None)


def _told(round: Round, **more: Any) -> dict[str, Any]:
    back = reverse("workshop", args=[round.place.slug, round.pk])
    return {"place": round.place, "round": round, "of": round.content, "back": back} | more


@signed_in
@never_cache
@require_safe
def workshop(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """How the workshop goes, how far each side is, and what came out of it."""
    round, by = _workshop(request, place, number), person(request)
    sides, promised = words_queries.sides_of(round), words_queries.actions_of(round)
    told = _told(
        round,
        answer=words_presenters.state_in_words(round, sides, promised),
        steps=words_presenters.STEPS,
        sides=sides,
        promised=promised,
        warnings=words_presenters.warnings(promised) if promised and round.unfinished else [],
        takes_part=cannot(by, RATE, round.place) is None,
        cannot_answer=cannot_answer(by, round),
        cannot_agree=cannot_agree(by, round),
        back=reverse("assessment", args=[round.place.slug, round.assessment]),
    )
    return render(request, "assessments/workshop.html.j2", told)


@signed_in
@never_cache
@require_safe
def sheet(request: HttpRequest, place: str, number: int, side: str) -> HttpResponse:
    """A sheet for one side to write on: one page of paper."""
    round = _taking_part(request, place, number)
    told = _told(round, side=_side(round, side), minutes=words_presenters.STEPS[1].minutes)
    return render(request, "assessments/workshop_sheet.html.j2", told)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def side(request: HttpRequest, place: str, number: int, side: str) -> HttpResponse:
    """What one side writes, prompt by prompt. Several people may write; whoever comes second is told."""
    round, by = _taking_part(request, place, number), person(request)
    group, answers = _side(round, side), queries.answers_of(round)
    form = Notes(group.items, answers, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            written = actions.answer_several(round=round, written=form.written(), by=by)
        except Quicker as refusal:
            answers = queries.answers_of(round)
            form = Notes(group.items, answers, _known_now(request, round))
            form.is_valid()
            form.tell(refusal)
            form.tell_of(refusal, answers)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(
                request, f"Saved: {counted(len(written), 'prompt')}." if written else "Nothing was changed."
            )
            return redirect("workshop", place=round.place.slug, number=round.pk)
    told = _told(round, side=group, form=form, answers=answers, cannot_answer=cannot_answer(by, round))
    return render(request, "assessments/workshop_side.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def compare(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Prompt by prompt the sides next to each other, and whether those who talk find them alike."""
    round, by = _taking_part(request, place, number), person(request)
    prompts = words_queries.compared_prompts(round)
    form = Marks(prompts, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            words_actions.mark(round=round, given=form.given(), by=by)
        except Quicker as refusal:
            prompts = words_queries.compared_prompts(round)
            known: dict[str, Any] = {prompt.key: prompt.mark.known for prompt in prompts}
            form = Marks(prompts, known_now(request.POST, known))
            form.is_valid()
            form.tell(refusal)
            form.tell_of(refusal)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("workshop_compare", place=round.place.slug, number=round.pk)
    told = _told(
        round,
        answer=words_presenters.compared_in_words(prompts),
        prompts=prompts,
        form=form,
        cannot_note=cannot_note(by, round),
        wide=True,
    )
    return render(request, "assessments/workshop_compare.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def together(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What all say together, and the actions that came out: what, who, by when."""
    round, by = _taking_part(request, place, number), person(request)
    data = request.POST if request.method == "POST" else None
    items, answers = words_queries.together_items(round.content), queries.answers_of(round)
    form, rows = Notes(items, answers, data), _rows(round, data)
    if data is not None and all([form.is_valid(), *(row.is_valid() for row in rows if row.is_bound)]):
        try:
            words_actions.write_together(
                round=round, texts=form.written(), changed=changed_in(rows), added=added_in(rows), by=by
            )
        except Quicker as refusal:
            answers, data = queries.answers_of(round), _known_now(request, round)
            form, rows = Notes(items, answers, data), _rows(round, data)
            for one in (form, *(row for row in rows if row.is_bound)):
                one.is_valid()
            form.tell(refusal)
            form.tell_of(refusal, answers)
            for row in rows:
                row.tell_of(refusal)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("workshop_together", place=round.place.slug, number=round.pk)
    prompts, promised = words_queries.compared_prompts(round), words_queries.actions_of(round)
    told = _told(
        round,
        form=form,
        rows=rows,
        forms=[form, *rows],
        marked={item: words_presenters.found(prompts, mark) for mark, item in words_queries.FOUND.items()},
        answer=words_presenters.actions_in_words(promised),
        warnings=words_presenters.warnings(promised),
        cannot_answer=cannot_answer(by, round),
        cannot_agree=cannot_agree(by, round),
    )
    wrong = any(one.errors for one in (form, *rows))
    return render(request, "assessments/workshop_together.html.j2", told, status=422 if wrong else 200)


def _rows(round: Round, data: Any) -> list[Any]:
    return rows_of(words_queries.actions_of(round), words_queries.written_actions(round), data)


def _known_now(request: HttpRequest, round: Round) -> Any:
    return known_now(request.POST, {key: answer.version for key, answer in queries.answers_of(round).items()})


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def agree(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Close the workshop: what came out stands, with the day on which the place looks again."""
    round, by = _taking_part(request, place, number), person(request)
    theirs_or_404(round, cannot(by, LEAD_ASSESSMENTS, round.place))
    form = Review(round, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.agree(round=round, review_on=form.cleaned_data["review_on"], by=by)
        except NotAllowed as refusal:
            form.tell(refusal, None if cannot_agree(by, round) else "review_on")
        else:
            messages.success(request, "Agreed. It does not change any more.")
            return redirect("workshop_record", place=round.place.slug, number=round.pk)
    promised = words_queries.actions_of(round)
    told = _told(
        round,
        form=form,
        answer=words_presenters.actions_in_words(promised),
        promised=promised,
        warnings=words_presenters.warnings(promised),
        cannot_agree=cannot_agree(by, round),
    )
    return render(request, "assessments/workshop_agree.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_safe
def record(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What good retention looks like here: what came out, made to be printed. The sides' notes for who takes part."""
    round, by = _workshop(request, place, number), person(request)
    prompts, promised = words_queries.compared_prompts(round), words_queries.actions_of(round)
    told = _told(
        round,
        answer=words_presenters.actions_in_words(promised),
        promised=promised,
        warnings=words_presenters.warnings(promised) if round.unfinished else [],
        items=words_queries.together_items(round.content),
        answers=queries.answers_of(round),
        marked={item: words_presenters.found(prompts, mark) for mark, item in words_queries.FOUND.items()},
        prompts=prompts if cannot(by, RATE, round.place) is None else [],
        today=timezone.localdate(),
    )
    return render(request, "assessments/workshop_record.html.j2", told)
