"""Where are we on the way to keeping our GPs, and where along the career do we lose them?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.content.general_practice import CHECKLIST
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.accounts.rules import Standing
from keepwell.web.assessments import gp_actions, gp_presenters, gp_queries, list_queries, presenters, queries
from keepwell.web.assessments.actions import Quicker
from keepwell.web.assessments.gap_rules import cannot_see_support, cannot_write_support
from keepwell.web.assessments.gp_forms import WriteLoss, as_written
from keepwell.web.assessments.rules import cannot_see_round, cannot_start
from keepwell.web.places.refusals import NotAllowed


def _here(request: HttpRequest, place: str) -> Standing:
    here = here_or_404(request, place)
    if cannot_see_support(here) is not None:
        raise Http404
    return here


@signed_in
@never_cache
@require_safe
def cycle(request: HttpRequest, place: str) -> HttpResponse:
    """The five steps, where the place is, and what comes next."""
    here, by = _here(request, place), person(request)
    round = gp_queries.checklist_of(by, here.place)
    now, newest = queries.under_way(here.place, CHECKLIST), queries.newest_agreed(here.place, CHECKLIST)
    told = {
        "place": here.place,
        "answer": gp_presenters.cycle_in_words(round),
        "steps": gp_presenters.shown_steps(here, round),
        "round": round,
        "go_on": presenters.address_of(round) if round else None,
        "review": presenters.review_in_words(newest) if now is None else "",
        "overdue": now is None and presenters.overdue(newest),
        "hidden": now is not None and cannot_see_round(by, now) is not None,
        "to_copy": list_queries.copied_from(by, round) if round and round.unfinished else [],
        "handed": list_queries.handed_to(here.place, CHECKLIST),
        "cannot_start": cannot_start(by, here.place, gp_presenters.no_list().of),
        "checklist": CHECKLIST,
        "ours": gp_presenters.our_part_of("cycle.yaml"),
        "wide": False,
    }
    return render(request, "assessments/cycle.html.j2", told)


@signed_in
@never_cache
@require_safe
def loss_points(request: HttpRequest, place: str) -> HttpResponse:
    """Where along the career GPs are lost: a number for each point, or that nobody knows."""
    here = _here(request, place)
    shown = gp_presenters.shown_stages(here.place, gp_queries.losses_of(here.place))
    told = {
        "place": here.place,
        "answer": gp_presenters.losses_in_words(shown),
        "stages": shown,
        "cannot_write": cannot_write_support(person(request), here.place),
        "ours": gp_presenters.our_part_of("loss_points.yaml"),
    }
    return render(request, "assessments/loss_points.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_loss(request: HttpRequest, place: str, stage: str, point: str) -> HttpResponse:
    """How many were lost at one point, of how many and when; or that it is not known."""
    here, by = _here(request, place), person(request)
    spot = theirs_or_404(gp_queries.spot(stage, point), cannot_write_support(by, here.place))
    now = gp_queries.losses_of(here.place).get(spot.key)
    form = WriteLoss(request.POST if request.method == "POST" else None, initial=as_written(now))
    if form.is_bound and form.is_valid():
        try:
            gp_actions.write_loss(
                place=here.place, spot=spot, lost=form.lost(), known=form.cleaned_data["known"], by=by
            )
        except Quicker as refusal:
            now = gp_queries.losses_of(here.place).get(spot.key)
            data = request.POST.copy()
            data["known"] = str(now.version) if now else ""
            form = WriteLoss(data)
            form.is_valid()
            form.tell(refusal)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"Kept: {spot.point.title}.")
            return redirect(reverse("loss_points", args=[here.place.slug]) + f"#{spot.stage_key}")
    told = {
        "place": here.place,
        "spot": spot,
        "shown": gp_presenters.shown_point(here.place, spot, now),
        "form": form,
    }
    return render(request, "assessments/write_loss.html.j2", told, status=422 if form.errors else 200)
