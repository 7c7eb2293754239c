"""How does a place keep the promise to its people?"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.models import INTERNAL
from keepwell.web.assessments.role_queries import names_roles_for
from keepwell.web.assessments.role_rules import cannot_see_roles
from keepwell.web.audit.actions import record_view
from keepwell.web.home import promise_presenters as presenters
from keepwell.web.home.rules import cannot_see_promise


@signed_in
@never_cache
@require_safe
def promise(request: HttpRequest, place: str) -> HttpResponse:
    """The seven elements, each with what is known of it and who carries it."""
    here = here_or_404(request, place)
    if cannot_see_promise(here) is not None:
        raise Http404
    shown = presenters.promise_of(person(request), here.place)
    exact = any(value.policy == INTERNAL for one in shown for value in one.values)
    if exact:
        record_view(request, "People Promise", here.place, exact=True)
    told = {
        "place": here.place,
        "answer": presenters.answer(shown, here.place),
        "shown": shown,
        "exact": exact,
        "planned": presenters.planned(person(request), here.place),
        "worst_first": presenters.worst_first(shown),
        "organisation": names_roles_for(here.place),
        "sees_roles": cannot_see_roles(here) is None,
    }
    return render(request, "home/promise.html.j2", told)
