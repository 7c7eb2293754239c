"""What do all the plans below come to?"""

from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.rules import Standing
from keepwell.web.alignment import presenters, queries
from keepwell.web.alignment.filter_forms import Filters
from keepwell.web.alignment.rules import cannot_see_combined
from keepwell.web.following.queries import progress_of
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action

A_PAGE = 25


def combined_here(request: HttpRequest, place: str) -> Standing:
    """What the person is at the place. Raises Http404 where they do not see its combined plan."""
    here = here_or_404(request, place)
    if cannot_see_combined(person(request), here.place) is not None:
        raise Http404
    return here


@signed_in
@never_cache
@require_safe
def combined(request: HttpRequest, place: str) -> HttpResponse:
    """The plans of a place and of all below it, as far as they were released to it, as one."""
    here = combined_here(request, place).place
    by = request.GET.get("by", "")
    by = by if by in queries.BY else "topic"
    everything = queries.actions_in(here)
    by_topic = queries.counted_by(everything, "topic")
    form = Filters(request.GET, place=here, topics=[row["key"] for row in by_topic])
    chosen = form.chosen()
    actions = queries.chosen_of(everything, chosen)
    totals = queries.totals_of(actions)
    same = by == "topic" and chosen.everything
    counts = by_topic if same else queries.counted_by(actions, by)
    branches = {one.pk: one for one in (queries.branches(chosen.where) if chosen.where else form.branches)}
    told = {
        "place": here,
        "answer": presenters.combined_in_words(here, totals, chosen),
        "form": form,
        "chosen": chosen,
        "by": by,
        "ways": presenters.ways(here, chosen, by),
        "counts": presenters.counted_rows(counts, by, here, chosen, branches),
        "first": presenters.FIRST_ROWS,
        "rows": (shown := _page(request, queries.listed(actions), totals.actions)),
        "lines": _lines(shown, here),
        "address": _pages_at(presenters.address(here, chosen, by=by)),
        "more": presenters.pages_of(here),
    }
    return render(request, "alignment/combined.html.j2", told)


def _page(request: HttpRequest, actions: QuerySet[Action], number: int) -> Page[Action]:
    paginator: Paginator[Action] = Paginator(actions, A_PAGE)
    paginator.__dict__["count"] = number  # counted already
    return paginator.get_page(request.GET.get("page"))


def _lines(shown: Page[Action], place: Place) -> list[presenters.Row]:
    actions = list(shown.object_list)
    progress = progress_of([action.pk for action in actions])
    return [presenters.row_of(action, place, progress) for action in actions]


def _pages_at(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}page="
