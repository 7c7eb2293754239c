"""How far are we, what did we learn, and what is due?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.errors import KeepwellError
from keepwell.web.accounts.abilities import LEAD_PLANS
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.accounts.models import User
from keepwell.web.following import actions, presenters, queries, unit_queries
from keepwell.web.following.forms import CheckInForm, as_answered, form_for
from keepwell.web.following.models import CheckIn, Unit
from keepwell.web.following.queries import Due
from keepwell.web.following.rules import cannot_answer, cannot_correct, cannot_see_numbers
from keepwell.web.places.models import Place
from keepwell.web.plans.action_views import action_here
from keepwell.web.plans.models import Action
from keepwell.web.plans.rules import cannot_see_action


@signed_in
@never_cache
@require_safe
def check_ins(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """All check-ins of an action: what is due, and what was said."""
    action, by, today = action_here(request, place, number), person(request), timezone.localdate()
    course = queries.course_of(action)
    told = {
        "place": action.plan.place,
        "action": action,
        "answer": presenters.answer_of(course, today),
        "lines": presenters.lines_of(course, by, today),
        "owed": course.owed(today),
        "cannot_see_numbers": cannot_see_numbers(by, action),
    }
    return render(request, "following/check_ins.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, place: str, number: int, key: str) -> HttpResponse:
    """One check-in: answered in minutes, or corrected. Where somebody was quicker, theirs stands beside what was typed."""
    action, by = action_here(request, place, number), person(request)
    due = _asked(action, key, by)
    form = _form(request, due)
    known = form["known"].value()
    if form.is_bound and form.is_valid():
        try:
            said = actions.answer(due=due, answers=form.answers(), known=form.cleaned_data["known"], by=by)
        except KeepwellError as refusal:
            form.tell(refusal)
            due = _asked(action, key, by)
            known = due.check_in.version if due.check_in else None
        else:
            messages.success(request, _thanks(action, said, due))
            return redirect("check_ins", place=place, number=number)
    told = {
        "place": action.plan.place,
        "action": action,
        "due": due,
        "question": presenters.question_of(due),
        "when": presenters.due_in_words(due, timezone.localdate()),
        "form": form,
        "known": known,
        "units": unit_queries.starts_in([action]) if not due.asked.day else [],
        "now": list(presenters.told_of(due.check_in, exact=True)) if due.check_in else [],
        "versions": due.check_in.versions.select_related("by") if due.check_in else [],
    }
    return render(request, "following/check_in.html.j2", told, status=422 if form.errors else 200)


def _asked(action: Action, key: str, by: User) -> Due:
    """The check-in of that key, for somebody who may answer or correct it. Raises Http404."""
    action.refresh_from_db(fields=["state", "starts_on", "removed_at"])
    course = queries.course_of(action)
    due = theirs_or_404(course.find(key), None)
    if due.check_in is not None:
        due.check_in.action = action
        reason = cannot_correct(by, due.check_in)
    else:
        reason = cannot_answer(by, action, due.asked, due.on, timezone.localdate())
        reason = reason or (None if due in course.now else "over")
    if reason is not None:
        raise Http404
    return due


def _form(request: HttpRequest, due: Due) -> CheckInForm:
    criteria = list(due.action.criteria.order_by("position", "pk"))
    there = Unit.objects.filter(action=due.action, removed_at__isnull=True).exists()
    without = frozenset({"units_starting"}) if there else frozenset()
    sent = request.POST if request.method == "POST" else None
    return form_for(due)(due, criteria, sent, initial=as_answered(due.check_in, criteria), without=without)


def _thanks(action: Action, said: CheckIn, due: Due) -> str:
    state = Action.objects.values_list("state", flat=True).get(pk=action.pk)
    if state != action.state:
        ended = {Action.FINISHED: "finished", Action.STOPPED: "stopped"}.get(state, "under way again")
        return f"Thank you. {due.name} is saved, and the action is now {ended}."
    return f"Thank you. {due.name} is saved." if said.version == 1 else f"{due.name} is corrected."


@signed_in
@never_cache
@require_safe
def my_check_ins(request: HttpRequest) -> HttpResponse:
    """What somebody owes, on all their actions."""
    today = timezone.localdate()
    found = queries.due_for(person(request), today)
    told = {
        "answer": presenters.owed_in_words(found),
        "found": [(due, presenters.due_in_words(due, today), presenters.question_of(due)) for due in found],
    }
    return render(request, "following/my_check_ins.html.j2", told)


@signed_in
@never_cache
@require_safe
def overdue(request: HttpRequest, place: str) -> HttpResponse:
    """What nobody has answered at a place and its parts: the days, and a way in for those who may see the action."""
    here: Place = here_or_404(request, place, LEAD_PLANS).place
    today, by = timezone.localdate(), person(request)
    found = queries.overdue_at(here, today)
    told = {
        "place": here,
        "answer": presenters.overdue_in_words(found, here.name),
        "found": [(due, due.days_over(today), cannot_see_action(by, due.action) is None) for due in found],
        "level_up_after": queries.LEVEL_UP_AFTER,
    }
    return render(request, "following/overdue.html.j2", told)
