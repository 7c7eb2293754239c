"""Who owns an action, have they said yes, and who helps?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions, presenters, rules, topics
from keepwell.web.plans.action_views import action_here, back_to, written_action_here
from keepwell.web.plans.forms import Asked
from keepwell.web.plans.models import Helper
from keepwell.web.plans.people_queries import can_be_asked
from keepwell.web.plans.views import PAGE


@signed_in
@never_cache
@require_http_methods(PAGE)
def ask_owner(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Ask somebody to own it."""
    return _asked(request, place, number, to_own=True)


@signed_in
@never_cache
@require_http_methods(PAGE)
def ask_helper(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Let somebody see this one action, and say how it goes."""
    return _asked(request, place, number, to_own=False)


def _asked(request: HttpRequest, place: str, number: int, *, to_own: bool) -> HttpResponse:
    action, by = written_action_here(request, place, number), person(request)
    form = Asked(can_be_asked(action), action, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        user = form.chosen()
        if user is None:
            organisation = action.plan.place.controller or action.plan.place
            form.add_error("email", f"Nobody with a role at {organisation.name} has that address")
        else:
            try:
                if to_own:
                    actions.ask_owner(action=action, owner=user, by=by)
                else:
                    actions.ask_to_help(action=action, user=user, by=by)
            except NotAllowed as refusal:
                form.tell(refusal)
            else:
                words = "is asked, and can accept or decline" if to_own and user != by else "sees this action now"
                messages.success(request, "You own it." if to_own and user == by else f"{user.name} {words}.")
                return back_to(action)
    told = {
        "place": action.plan.place,
        "action": action,
        "form": form,
        "to_own": to_own,
        "title_of": presenters.title_of(action),
        "owner": presenters.owner_of(action),
        "cannot_write": rules.cannot_write(by, action.plan),
        "column": topics.column,
    }
    return render(request, "plans/ask.html.j2", told, status=422 if form.errors else 200)


@signed_in
@require_POST
def answer_owning(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Accept it, or decline it. Who declines may not see it any more."""
    action, by = action_here(request, place, number), person(request)
    theirs_or_404(action, None if action.owner_id == by.pk else rules.NOT_YOURS)
    accept = request.POST.get("answer") == "accept"
    try:
        action = actions.answer_owning(action=action, accept=accept, by=by)
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, "You own it now." if accept else "Declined. Who asked you sees that.")
    return back_to(action) if accept else redirect("my_actions")


@signed_in
@require_POST
def let_helper_go(request: HttpRequest, place: str, number: int, helper: int) -> HttpResponse:
    """Somebody helps no more: they see the action no longer."""
    action, by = action_here(request, place, number), person(request)
    found = Helper.objects.select_related("action__plan__place__controller", "user").filter(action=action, pk=helper)
    gone = theirs_or_404(found.first(), None)
    if gone.user_id != by.pk:
        theirs_or_404(gone, rules.cannot_see_drafts(by, action.plan))
    try:
        actions.let_go(helper=gone, by=by)
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
        return back_to(action)
    messages.success(request, f"{gone.user.name} does not help any more.")
    return redirect("my_actions") if gone.user_id == by.pk else back_to(action)
