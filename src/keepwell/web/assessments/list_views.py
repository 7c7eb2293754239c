"""How far are we with a list of things to do, and what leaves with it?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.errors import counted
from keepwell.web.accounts.abilities import LEAD_ASSESSMENTS, RATE, SEE_FIGURES
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.assessments import actions, list_actions, list_presenters, list_queries, presenters, queries
from keepwell.web.assessments.actions import Quicker
from keepwell.web.assessments.forms import Review, known_now, tell_quicker
from keepwell.web.assessments.list_forms import DoneList, ShareWith, TakeOver
from keepwell.web.assessments.list_rules import cannot_hand_down, cannot_take_back
from keepwell.web.assessments.models import Round, Shown
from keepwell.web.assessments.rules import cannot_agree, cannot_answer, cannot_see_round, cannot_start
from keepwell.web.assessments.views import place_here, round_here
from keepwell.web.exports.contents import OF_A_LIST
from keepwell.web.exports.responses import lines_as_download
from keepwell.web.places.refusals import NotAllowed

READ_AND_WRITE = ["GET", "HEAD", "POST"]


def list_here(request: HttpRequest, place: str, number: int) -> Round:
    """The round of that number, of an assessment that is a list of things to do. Raises Http404 where it is none."""
    round = round_here(request, place, number)
    return theirs_or_404(round, None if round.content.answers == "done" else "This is no list.")


def _again(round: Round, anchor: str = "") -> HttpResponse:
    return redirect(reverse("assessment_list", args=[round.place.slug, round.pk]) + anchor)


@signed_in
@never_cache
@require_safe
def assessment_list(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """All items on one page: to be filled in while the round is open, to be read once it is agreed."""
    round = list_here(request, place, number)
    if cannot_answer(person(request), round) is None:
        return _asked(request, round, DoneList(round.content, queries.answers_of(round)))
    return _read(request, round)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def save_list(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What was filled in, in one go: all of it is kept, or nothing."""
    round, by = list_here(request, place, number), person(request)
    if request.method != "POST":
        return _again(round)
    form = DoneList(round.content, queries.answers_of(round), request.POST)
    if form.is_valid():
        try:
            written = actions.answer_several(round=round, written=form.written(), by=by)
        except Quicker as refusal:
            form = _told_of_quicker(request, round, refusal)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            told = list_presenters.done_in_words(list_queries.progress_of(round))
            messages.success(request, f"Saved: {told}" if written else f"Nothing was changed: {told}")
            return _again(round, _after(request, round))
    return _asked(request, round, form)


def _after(request: HttpRequest, round: Round) -> str:
    """Where to go on: the group after the one whose button was pressed."""
    groups, after = [group.key for group in round.content.groups], request.POST.get("after", "")
    then = groups[groups.index(after) + 1 :][:1] if after in groups else []
    return f"#{then[0]}" if then else ""


def _told_of_quicker(request: HttpRequest, round: Round, refusal: Quicker) -> DoneList:
    """The form as it was typed, with what stands there now beside what somebody else has changed."""
    now = queries.answers_of(round)
    data = known_now(request.POST, {item: answer.version for item, answer in now.items()})
    form = DoneList(round.content, now, data)
    form.is_valid()
    tell_quicker(form, refusal, {item: list_presenters.answer_in_words(answer) for item, answer in now.items()})
    return form


def _asked(request: HttpRequest, round: Round, form: DoneList) -> HttpResponse:
    told = _told(request, round)
    asked = [(group, list_presenters.asked_of(form, group)) for group in told["groups"]]
    told |= {"form": form, "groups": asked}
    return render(request, "assessments/list.html.j2", told, status=422 if form.is_bound else 200)


def _read(request: HttpRequest, round: Round) -> HttpResponse:
    return render(request, "assessments/list_read.html.j2", _told(request, round))


def _told(request: HttpRequest, round: Round) -> dict[str, Any]:
    by, progress = person(request), list_queries.progress_of(round)
    newest = queries.newest_agreed(round.place, round.assessment)
    return {
        "place": round.place,
        "round": round,
        "of": round.content,
        "answer": list_presenters.progress_in_words(progress),
        "state": list_presenters.state_in_words(round, progress),
        "review": presenters.review_in_words(round if newest == round else None),
        "meanings": {meaning.key: meaning.text for meaning in round.content.meanings},
        "groups": list_presenters.shown_groups(round, progress, list_queries.evidence_of(round, by)),
        "late": [one.title for one in round.content.items if list_presenters.is_late(progress.answers.get(one.key))],
        "to_copy": list_queries.copied_from(by, round) if round.unfinished else [],
        "begun": bool(progress.answers),
        "shared": list_queries.shared_with(round),
        "could_share": not round.unfinished and bool(list_queries.could_be_shared_with(round)),
        "cannot_share": cannot_hand_down(by, round),
        "cannot_start": cannot_start(by, round.place, round.content),
        "formats": list(OF_A_LIST),
    }


@signed_in
@never_cache
@require_safe
def list_on_paper(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The list to be read and printed, as it stands."""
    return _read(request, list_here(request, place, number))


@signed_in
@never_cache
@require_safe
def list_download(request: HttpRequest, place: str, number: int, out_format: str) -> HttpResponse:
    """The list as a file to keep, agreed or as it stands; the register knows."""
    round, by = list_here(request, place, number), person(request)
    if out_format not in OF_A_LIST:
        raise Http404
    progress = list_queries.progress_of(round)
    groups = list_presenters.shown_groups(round, progress, list_queries.evidence_of(round, by))
    seen_by = here_or_404(request, place).abilities & {RATE, LEAD_ASSESSMENTS, SEE_FIGURES}
    return lines_as_download(
        request,
        list_presenters.HEADINGS,
        list_presenters.lines_of(groups, progress.answers),
        round.content.title,
        round.place,
        ability=RATE if round.unfinished else min(seen_by),
        out_format=out_format,
        about=list_presenters.about_lines(round, progress),
    )


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def agree_list(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Close the round: the list stands as it is, with the day on which the place looks again."""
    round, by = list_here(request, place, number), person(request)
    if not round.unfinished and request.method != "POST":
        return _again(round)
    form = Review(round, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.agree(round=round, review_on=form.cleaned_data["review_on"], by=by)
        except NotAllowed as refusal:
            form.tell(refusal, "review_on")
        else:
            messages.success(request, "Agreed. It does not change any more.")
            return _again(round)
    progress = list_queries.progress_of(round)
    told = {
        "place": round.place,
        "round": round,
        "of": round.content,
        "form": form,
        "answer": list_presenters.done_in_words(progress),
        "no_answer": [item.title for item in round.content.items if not progress.rating_of(item)],
        "cannot_agree": cannot_agree(by, round),
    }
    return render(request, "assessments/list_agree.html.j2", told, status=422 if form.errors else 200)


# Begin with what another says


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def copy_list(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Take over answers: of the list before, of the network's, of the system's. What is written here stays."""
    round, by = list_here(request, place, number), person(request)
    if not round.unfinished:
        return _again(round)
    sources = list_queries.copied_from(by, round)
    of = _chosen_source(request, sources)
    answers, theirs = queries.answers_of(round), queries.answers_of(of) if of else {}
    offered = [
        (item, theirs[item.key], list_presenters.answer_in_words(theirs[item.key]))
        for item in round.content.items
        if item.key in theirs and item.key not in answers
    ]
    form = TakeOver(offered, request.POST if request.method == "POST" else None)
    if of and form.is_bound and form.is_valid():
        try:
            made = list_actions.copy(round=round, of=of, items=form.chosen(), by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"Taken over: {counted(len(made), 'answer')}. Change what is otherwise here.")
            return _again(round)
    told = {
        "place": round.place,
        "round": round,
        "of": of,
        "from_words": list_presenters.source_in_words(round, of) if of else "",
        "others": [(one, list_presenters.source_in_words(round, one)) for one in sources if one != of],
        "form": form,
        "offered": offered,
        "kept": sum(item in answers for item in theirs),
    }
    return render(request, "assessments/copy.html.j2", told, status=422 if form.errors else 200)


def _chosen_source(request: HttpRequest, sources: list[Round]) -> Round | None:
    """The round that the address names, or the first there is. Raises Http404 for one that is not offered."""
    asked = request.GET.get("from", "")
    if not asked:
        return sources[0] if sources else None
    return theirs_or_404({str(of.pk): of for of in sources}.get(asked), None)


# Handed down


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def share_list(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Let places below begin with what was agreed here, and say before exactly what they will see."""
    round, by = list_here(request, place, number), person(request)
    theirs_or_404(round, cannot_hand_down(by, round))
    form = ShareWith(list_queries.could_be_shared_with(round), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            shown = list_actions.share_down(round=round, to=form.places(), by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            see = f"{shown[0].to.name} sees" if len(shown) == 1 else f"{len(shown)} places see"
            messages.success(request, f"{see} it from now on.")
            return _again(round)
    told = {"place": round.place, "round": round, "of": round.content, "form": form}
    told |= {"shared": list_queries.shared_with(round)}
    return render(request, "assessments/share.html.j2", told, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["POST"])
def take_list_back(request: HttpRequest, place: str, number: int, shown: int) -> HttpResponse:
    """Share it with that place no longer."""
    round, by = list_here(request, place, number), person(request)
    found = round.shown.select_related("round__place", "to").filter(pk=shown, withdrawn_at=None).first()
    seen = theirs_or_404(found, cannot_take_back(by, found) if found else None)
    try:
        list_actions.take_back(shown=seen, by=by)
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, f"{seen.to.name} does not see it any more. What it copied it keeps.")
    return _again(round)


@signed_in
@never_cache
@require_safe
def handed_list(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A list that a place above shared with this one: state, owner, day and note of each item."""
    here, by = place_here(request, place), person(request)
    found = Shown.objects.select_related("round__place", "round__agreed_by", "released_by", "to")
    shown = theirs_or_404(found.filter(pk=number, to=here.place, withdrawn_at=None).first(), None)
    if not shown.to.lies_in(shown.round.place):
        raise Http404
    of, progress = shown.round.content, list_queries.progress_of(shown.round)
    own = queries.under_way(here.place, of.key)
    told = {
        "place": here.place,
        "shown": shown,
        "of": of,
        "state": list_presenters.state_in_words(shown.round, progress),
        "groups": list_presenters.shown_groups(shown.round, progress, {}),
        "own": own if own is not None and cannot_see_round(by, own) is None else None,
        "cannot_start": cannot_start(by, here.place, of),
    }
    return render(request, "assessments/handed.html.j2", told)
