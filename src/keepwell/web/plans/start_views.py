"""How does one get from something that was found to a plan, without typing it again?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.errors import counted
from keepwell.web.accounts.abilities import WRITE_PLANS
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.accounts.models import INTERNAL
from keepwell.web.audit.actions import record_view
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import rules, start_actions, start_queries
from keepwell.web.plans.action_views import back_to
from keepwell.web.plans.overview_queries import to_add_to
from keepwell.web.plans.start_forms import Start
from keepwell.web.plans.start_parts import Origin
from keepwell.web.plans.views import PAGE


@signed_in
@never_cache
@require_http_methods(PAGE)
def start_plan(request: HttpRequest, place: str) -> HttpResponse:
    """Tick what is to be done about something, and into which plan it goes; from nothing, begin with an empty plan."""
    here, by = here_or_404(request, place, WRITE_PLANS).place, person(request)
    if not request.GET.get("from"):
        return redirect("new_plan", place=here.slug)
    origin = theirs_or_404(start_queries.find(request.GET.get("from", ""), here, by=by), None)
    _register_exact(request, here, origin)
    form = Start(origin, here, to_add_to(here, by=by), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        chosen, plan, title = form.chosen(), form.into(), form.cleaned_data["title"] or ""
        try:
            made = start_actions.take_over(
                place=here, plan=plan, title=title, chosen=chosen, origin=origin.key[:160], by=by
            )
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            words = f"{counted(len(made), 'action')} in {made[0].plan.title}, with what was known of it."
            messages.success(request, f"{words} Now ask for owners.")
            if len(made) == 1:
                return back_to(made[0])
            return redirect("plan", place=here.slug, number=made[0].plan_id)
    told = {
        "place": here,
        "origin": origin,
        "form": form,
        "cannot_start": rules.cannot_start(by, here),
    }
    return render(request, "plans/start.html.j2", told, status=422 if form.errors else 200)


def _register_exact(request: HttpRequest, place: Place, origin: Origin) -> None:
    """Write into the register that exact figures were shown, where some were."""
    offered = any(beside.value and beside.value.policy == INTERNAL for part in origin.parts for beside in part.besides)
    if offered or any(one.exact for part in origin.parts for one in part.evidence):
        record_view(request, "Start of a plan", place, exact=True)
