"""What is done, by whom, by when, how does it go, and why do we believe in it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.models import User
from keepwell.web.audit.actions import record_view
from keepwell.web.evidence.queries import ShownCitation, cited
from keepwell.web.library.suggesting import Suggestion
from keepwell.web.library.suggestion_queries import suggestions_of
from keepwell.web.nhsuk.forms import Form
from keepwell.web.places.refusals import NotAllowed, Quicker
from keepwell.web.plans import actions, presenters, rules, topics
from keepwell.web.plans.action_forms import BEHAVIOURS, Writing
from keepwell.web.plans.action_presenters import SECTIONS, helps_of
from keepwell.web.plans.check_queries import seen_in, warnings_of
from keepwell.web.plans.contents import CRITERIA, content_of_action
from keepwell.web.plans.forms import HowItEnded
from keepwell.web.plans.merging import merged, stands_now
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.parts import parts_of_action
from keepwell.web.plans.views import PAGE, written_here

MOST_THAT_FIT = 3


def action_here(request: HttpRequest, place: str, number: int) -> Action:
    """The action of that number at the place. Raises Http404 where there is none or it is not theirs to see."""
    found = Action.objects.select_related("plan__place__controller", "plan__started_by", "owner", "changed_by")
    action = found.filter(pk=number, plan__place__slug=place).first()
    return theirs_or_404(action, rules.cannot_see_action(person(request), action) if action else None)


def written_action_here(request: HttpRequest, place: str, number: int) -> Action:
    """The action, for those who write its plan. Of a closed plan too: its page says why it does not change."""
    action = action_here(request, place, number)
    return theirs_or_404(action, rules.cannot_see_drafts(person(request), action.plan))


def register_exact(request: HttpRequest, action: Action, shown: list[ShownCitation]) -> None:
    """Write into the register that exact figures were shown, where some were."""
    if any(one.exact for one in shown):
        record_view(request, "Action of a plan", action.plan.place, exact=True)


def back_to(action: Action, at: str = "") -> HttpResponse:
    answer = redirect("action", place=action.plan.place.slug, number=action.pk)
    answer["Location"] += at
    return answer


@signed_in
@never_cache
@require_safe
def action(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """One action: the guide's columns first, then its evidence, who takes part, and the rest."""
    found, by = action_here(request, place, number), person(request)
    evidence = cited(found.subject, by=by)
    register_exact(request, found, evidence)
    return render(request, "plans/action.html.j2", _told(found, by) | {"cited": evidence})


def _told(action: Action, by: User) -> dict[str, Any]:
    plan = action.plan
    writes = rules.cannot_see_drafts(by, plan) is None
    owns = rules.takes_part(by, action) and action.owner_id == by.pk
    cannot_write = rules.cannot_write(by, plan)
    return {
        "place": plan.place,
        "plan": plan,
        "action": action,
        "row": presenters.row_of(action),
        "late": presenters.late_in_words(action),
        "topic": topics.title_of(action.topic) if action.topic else "",
        "criteria": [(presenters.success_of(one), presenters.tag_of_criterion(one)) for one in action.criteria.all()],
        "rest": presenters.rest_of(action),
        "fits": _fits(action) if writes else [],
        "warnings": warnings_of(action, by),
        "seen": seen_in(action, by),
        "parts": parts_of_action(action, by),
        "sees_plan": rules.cannot_see_plan(by, plan) is None,
        "writes": writes,
        "works_here": rules.cannot_see_plans(by, plan.place) is None,
        "taken_out": action.removed_at is not None,
        "cannot_write": "This action was taken out of the plan." if action.removed_at else cannot_write,
        "asked": owns and rules.cannot_accept(by, action) is None and action.declined_at is None,
        "owner_left": bool(action.open and action.owner and rules.cannot_own(action.owner, action)),
        "helpers": list(action.helpers.select_related("user")),
        "cannot_report": _cannot_report(by, action),
        "column": topics.column,
    }


def _fits(action: Action) -> list[Suggestion]:
    """Cases and offers of the library that fit what an action is about."""
    about = (action.topic, *action.aims)
    if not any((*about, action.level, action.stage)):
        return []
    found = suggestions_of(action.plan.place, topics=about, level=action.level, stage=action.stage, most=MOST_THAT_FIT)
    return [one for one in found if one.kind in ("case", "offer")]


def _cannot_report(by: User, action: Action) -> str | None:
    return rules.cannot_report(by, action) or ("A draft is agreed first." if action.state == Action.DRAFT else None)


# Writing


@signed_in
@never_cache
@require_http_methods(PAGE)
def add_action(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Write a new action."""
    plan, by = written_here(request, place, number), person(request)
    writing = _writing(request, plan, {})
    if request.method == "POST" and "more" not in request.POST and writing.is_valid():
        try:
            made = actions.add(plan=plan, content=writing.content(), by=by)
        except NotAllowed as refusal:
            writing.form.tell(refusal)
        else:
            messages.success(request, "Written down. Now ask somebody to own it, and say what the evidence is.")
            return back_to(made)
    return _form_page(request, plan, None, writing)


@signed_in
@never_cache
@require_http_methods(PAGE)
def edit_action(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Write an action anew. Where somebody was quicker, nothing of either is lost."""
    action, by = written_action_here(request, place, number), person(request)
    writing = _writing(request, action.plan, content_of_action(action) | {"known": action.version})
    if request.method == "POST" and "more" not in request.POST and writing.is_valid():
        try:
            actions.change_action(action=action, content=writing.content(), known=writing.known, by=by)
        except Quicker as refusal:
            writing = _told_of_quicker(action, writing, refusal)
        except NotAllowed as refusal:
            writing.form.tell(refusal)
        else:
            messages.success(request, "Saved.")
            return back_to(action)
    return _form_page(request, action.plan, action, writing)


def _writing(request: HttpRequest, plan: Plan, now: Mapping[str, Any]) -> Writing:
    sent = request.POST if request.method == "POST" else None
    return Writing(plan.place, now, sent, checked="more" not in request.POST)


def _told_of_quicker(action: Action, typed: Writing, refusal: Quicker) -> Writing:
    """The form with what was typed, and with what somebody else wrote where nothing was typed."""
    action.refresh_from_db()
    both = merged(action.plan, action, typed.content(), typed.known)
    writing = typed.again(both.content, action.version)
    writing.is_valid()
    writing.form.tell(refusal)
    for name, words in both.now.items():
        form, at = _place_of(writing, name)
        form.add_error(at, stands_now(words))
    return writing


def _place_of(writing: Writing, name: str) -> tuple[Form, str | None]:
    """Beside which field one is told what stands there now."""
    if name == CRITERIA:
        return (writing.rows[0], "words") if writing.rows else (writing.form, None)
    return writing.form, name if name in writing.form.fields else f"behaviours_{next(iter(BEHAVIOURS))}"


def _form_page(request: HttpRequest, plan: Plan, action: Action | None, writing: Writing) -> HttpResponse:
    by = person(request)
    told = {
        "place": plan.place,
        "plan": plan,
        "action": action,
        "form": writing.form,
        "rows": writing.rows,
        "forms": writing.forms if request.method == "POST" and "more" not in request.POST else [],
        "column": topics.column,
        "sections": SECTIONS,
        "helps": helps_of(),
        "warnings": warnings_of(action, by) if action else [],
        "cannot_write": rules.cannot_write(by, plan),
    }
    return render(request, "plans/write_action.html.j2", told, status=422 if writing.wrong else 200)


# How it goes on


@signed_in
@require_POST
def take_out_action(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Take it out of the plan: it stays on record, and can be put back."""
    action, by = written_action_here(request, place, number), person(request)
    try:
        actions.take_out(action=action, by=by)
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
        return back_to(action)
    messages.success(request, "Taken out. Under “History” of the plan it can be put back.")
    return redirect("plan", place=action.plan.place.slug, number=action.plan_id)


@signed_in
@never_cache
@require_http_methods(PAGE)
def finish_action(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Say that it is finished or stopped, or that it goes on after all."""
    action, by = action_here(request, place, number), person(request)
    if not rules.takes_part(by, action):
        theirs_or_404(action, rules.cannot_see_drafts(by, action.plan))
    form = HowItEnded(action, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.finish(action=action, state=form.cleaned_data["state"], by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "Saved.")
            return back_to(action)
    told = {
        "place": action.plan.place,
        "action": action,
        "form": form,
        "title_of": presenters.title_of(action),
        "cannot_report": _cannot_report(by, action),
    }
    return render(request, "plans/finish_action.html.j2", told, status=422 if form.errors else 200)
