"""What begins when, and does it pile up on the same people?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.designing import launch_presenters as presenters
from keepwell.web.designing import launch_queries as queries
from keepwell.web.plans.rules import cannot_see_plans


@signed_in
@never_cache
@require_safe
def launches(request: HttpRequest, place: str) -> HttpResponse:
    """The starts of all actions at a place and below it, three months at a time."""
    here, by = here_or_404(request, place), person(request)
    where = theirs_or_404(here.place, cannot_see_plans(by, here.place))
    today = timezone.localdate()
    found = queries.launches_at(where, by=by)
    piled = queries.piles(found.launches, today)
    first = _asked(request.GET.get("from", ""), Month.of(today))
    told = {
        "place": where,
        "answer": presenters.launches_in_words(found, piled, today),
        "piles": [(presenters.pile_in_words(pile), pile) for pile in piled[: presenters.PILES_SHOWN]],
        "more_piles": len(piled[presenters.PILES_SHOWN :]),
        "months": presenters.months_of(found.launches, first),
        "left_out": presenters.left_out(found),
        "earlier": str(first + -presenters.MONTHS_SHOWN),
        "later": str(first + presenters.MONTHS_SHOWN),
    }
    return render(request, "designing/launches.html.j2", told)


def _asked(typed: str, usual: Month) -> Month:
    """The month asked for, within thirty years; this one where it is none."""
    try:
        asked = Month.parse(typed)
    except KeepwellError:
        return usual
    return asked if abs(asked.index - usual.index) <= 360 else usual
