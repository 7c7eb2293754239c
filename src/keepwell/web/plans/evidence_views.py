"""What makes us believe that an action is the right one?"""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.content.assessments import Topic
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.assessments.forms import Evidence
from keepwell.web.assessments.topic_views import chosen, offered
from keepwell.web.audit.actions import record_view
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.values import Asked, Value, values_for
from keepwell.web.library.queries import case_of, cases_for
from keepwell.web.library.telling import ToldCase
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import evidence_actions, presenters, rules, topics
from keepwell.web.plans.action_views import back_to, written_action_here
from keepwell.web.plans.models import Action
from keepwell.web.plans.start_elsewhere import case_beside
from keepwell.web.plans.views import PAGE


def values_beside(by: User, action: Action) -> list[Value]:
    """The values that speak to the topic of an action, and those of the measures by which it is judged."""
    about = topics.abouts().get(action.topic)
    measures = about.measures if isinstance(about, Topic) else ()
    reasons = about.reasons if isinstance(about, Topic) else ()
    judged = (one.measure for one in action.criteria.all() if one.measure)
    asked = Asked(action.plan.place, tuple(dict.fromkeys((*measures, *judged))), reasons)
    return values_for(by, asked) if asked.measures or asked.reasons else []


def cases_beside(action: Action, wanted: str) -> dict[str, ToldCase]:
    """What others did about the topic of an action, and the case that was asked for by its key."""
    place, about = action.plan.place, {action.topic, *action.aims} - {""}
    found = {case.key: case for case in cases_for(place) if about & set(case.topics)}
    case = case_of(wanted, place) if wanted else None
    return {case.key: case, **found} if case else found


@signed_in
@never_cache
@require_http_methods(PAGE)
def cite_for_action(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Set a number, a finding, a case, a document or a note beside an action."""
    action, by = written_action_here(request, place, number), person(request)
    values, wanted = values_beside(by, action), request.GET.get("case", "")
    cases = cases_beside(action, wanted)
    if any(value.policy == INTERNAL for value in values):
        record_view(request, "Action of a plan", action.plan.place, exact=True)
    form = _form(request, values, cases, wanted)
    if form.is_bound and form.is_valid():
        besides = {key: case_beside(case) for key, case in cases.items()}
        this = chosen(form, {value.key: value for value in values}, besides)
        try:
            evidence_actions.cite(action=action, this=this, by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "It stands beside the action now.")
            return back_to(action, "#evidence")
    told = {
        "place": action.plan.place,
        "action": action,
        "title_of": presenters.title_of(action),
        "form": form,
        "column": topics.column("evidence"),
        "cannot_write": rules.cannot_write(by, action.plan),
    }
    return render(request, "plans/cite.html.j2", told, status=422 if form.errors else 200)


def _form(request: HttpRequest, values: list[Value], cases: Mapping[str, ToldCase], wanted: str) -> Evidence:
    told_of = {key: f"{case.title}, {case.who}" for key, case in cases.items()}
    form = Evidence(offered(values), told_of, request.POST if request.method == "POST" else None)
    if wanted in cases:
        form.initial = {"kind": Citation.CASE, "case": wanted}
    return form


@signed_in
@require_POST
def remove_citation(request: HttpRequest, place: str, number: int, citation: int) -> HttpResponse:
    """Take evidence away; it stays on record."""
    action = written_action_here(request, place, number)
    beside = Citation.objects.filter(subject=action.subject, removed_at=None)
    cited = theirs_or_404(beside.filter(pk=citation).first(), None)
    try:
        evidence_actions.remove(action=action, citation=cited, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, "It does not stand beside the action any more.")
    return back_to(action, "#evidence")
