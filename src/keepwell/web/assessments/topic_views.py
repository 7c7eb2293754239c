"""One item of a round: what it means, what the numbers say, what we note, and the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.content.assessments import Topic
from keepwell.content.cases import Case, cases
from keepwell.web.accounts.abilities import LOAD_DATA, RATE
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot
from keepwell.web.assessments import actions, evidence_actions, presenters, queries
from keepwell.web.assessments.actions import Quicker
from keepwell.web.assessments.evidence_actions import Beside
from keepwell.web.assessments.forms import Evidence, Noted, OwnRatings, known_now, tell_quicker
from keepwell.web.assessments.models import Round
from keepwell.web.assessments.rules import cannot_note, cannot_rate
from keepwell.web.assessments.views import register_exact, round_here, topic_of
from keepwell.web.evidence import queries as evidence
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.values import Value
from keepwell.web.places.refusals import NotAllowed


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def topic(request: HttpRequest, place: str, number: int, item: str) -> HttpResponse:
    """All that belongs to one item; whoever takes part rates and notes it here."""
    round, by = round_here(request, place, number), person(request)
    about = topic_of(round, item)
    if round.content.answers == "words":  # a workshop has pages of its own
        raise Http404
    own, noted = _forms(request, round, about, by)
    if own.is_bound and own.is_valid() and noted.is_valid():
        said = own.given().get(about.key)
        try:
            actions.say_of(round=round, item=item, own=said, words=noted.words(), by=by)
        except Quicker as refusal:
            noted = _told_of_quicker(request, round, about, refusal)
        except NotAllowed as refusal:
            noted.tell(refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("topic", place=round.place.slug, number=round.pk, item=item)
    told = _told(request, round, about) | {"own": own, "noted": noted, "forms": [own, noted]}
    return render(request, "assessments/topic.html.j2", told, status=422 if own.errors or noted.errors else 200)


def _forms(request: HttpRequest, round: Round, about: Topic, by: User) -> tuple[OwnRatings, Noted]:
    """What is asked of whoever looks; of items that nobody rates apart, no rating of their own."""
    sent = request.POST if request.method == "POST" else None
    rated = [about] if cannot_rate(by, round) is None else []
    mine = queries.ratings_of(round, by) if rated else {}
    return OwnRatings(round.content, rated, mine, sent), Noted(about, queries.notes_of(round, about.key), sent)


def _told_of_quicker(request: HttpRequest, round: Round, about: Topic, refusal: Quicker) -> Noted:
    """The notes as they were typed, with what stands there now beside what somebody else has changed."""
    now = queries.notes_of(round, about.key)
    form = Noted(about, now, known_now(request.POST, {prompt: note.version for prompt, note in now.items()}))
    form.is_valid()
    tell_quicker(form, refusal, {prompt: note.words for prompt, note in now.items()})
    return form


def _told(request: HttpRequest, round: Round, about: Topic) -> dict[str, object]:
    by, place = person(request), round.place
    values = queries.beside(by, place, about)
    cited = evidence.cited(queries.subject_of(round, about.key), by=by)
    register_exact(request, round, values, cited)
    answer = queries.answers_of(round).get(about.key)
    may_load = cannot(by, LOAD_DATA, place) is None
    return {
        "place": place,
        "round": round,
        "of": round.content,
        "topic": about,
        "tag": presenters.tag,
        "back": presenters.address_of(round),
        "back_to": round.content.title,
        "values": values,
        "no_values": presenters.no_values(about, may_load=may_load),
        "may_load": may_load,
        "load_at": reverse("dashboard", args=[(place.controller or place).slug]) + "data/",
        "meanings": {meaning.key: meaning.text for meaning in round.content.meanings},
        "notes": queries.notes_of(round, about.key),
        "answer": answer if answer and (round.state != Round.OPEN or not round.rated_apart) else None,
        "cited": cited,
        "cannot_note": cannot_note(by, round),
        "takes_part": cannot(by, RATE, place) is None,
        "neighbours": presenters.neighbours(round, about),
    }


def _cases(about: Topic) -> dict[str, Case]:
    """What others did about a topic."""
    return {key: case for key, case in cases().items() if about.key in case.topics}


def offered(found: list[Value]) -> dict[str, str]:
    """Values in a line each, by their key: what a form offers to be cited."""
    return {value.key: f"{value.label}: {value.words}{f' ({value.period})' if value.period else ''}" for value in found}


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_evidence(request: HttpRequest, place: str, number: int, item: str) -> HttpResponse:
    """Set a number, a finding, a case, a document or a note beside an item."""
    round, by = round_here(request, place, number), person(request)
    about = topic_of(round, item)
    values, others = queries.beside(by, round.place, about), _cases(about)
    register_exact(request, round, values)
    told_of = {key: f"{case.title}, {case.who}" for key, case in others.items()}
    form = Evidence(offered(values), told_of, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        besides = {key: of_case(case) for key, case in others.items()}
        this = chosen(form, {value.key: value for value in values}, besides)
        try:
            evidence_actions.cite(round=round, item=item, this=this, by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "It stands beside the rating now.")
            return redirect(reverse("topic", args=[round.place.slug, round.pk, item]) + "#evidence")
    told = {"place": round.place, "round": round, "topic": about, "form": form, "cannot_note": cannot_note(by, round)}
    return render(request, "assessments/evidence.html.j2", told, status=422 if form.errors else 200)


def chosen(form: Evidence, values: Mapping[str, Value], others: Mapping[str, Beside]) -> Beside:
    """What was filled in. A number is one of those that were offered just now, as it stands now; so is a case."""
    said = form.cleaned_data
    if said["kind"] == Citation.NUMBER:
        value = values[said["value"]]
        return Beside(Citation.NUMBER, value.label, value.words, value.link, value)
    if said["kind"] == Citation.CASE:
        return others[said["case"]]
    if said["kind"] == Citation.FINDING:
        return Beside(Citation.FINDING, said["finding"], said["asked"])
    if said["kind"] == Citation.DOCUMENT:
        return Beside(Citation.DOCUMENT, said["title"], said["says"] or "", said["address"] or "")
    return Beside(Citation.NOTE, "Note", said["words"])


def of_case(case: Case) -> Beside:
    """A case from elsewhere as it stands beside something."""
    words = f"{case.who}: {case.reported} {case.grade_words}"
    return Beside(Citation.CASE, case.title, words, case.address, key=case.key)


@signed_in
@require_http_methods(["POST"])
def remove_evidence(request: HttpRequest, place: str, number: int, item: str, citation: int) -> HttpResponse:
    """Take evidence away; it stays on record."""
    round = round_here(request, place, number)
    topic_of(round, item)
    beside = Citation.objects.filter(subject=queries.subject_of(round, item), removed_at=None)
    cited = theirs_or_404(beside.filter(pk=citation).first(), None)
    try:
        evidence_actions.remove(round=round, citation=cited, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, "It does not stand beside the rating any more.")
    return redirect(reverse("topic", args=[round.place.slug, round.pk, item]) + "#evidence")
