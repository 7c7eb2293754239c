"""Who has sent what, how does it stand on one page, and how many staff shall there be?"""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import KeepwellError
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.models import User
from keepwell.web.alignment import (
    actions,
    gap_presenters,
    gap_queries,
    money_actions,
    money_presenters,
    money_queries,
    rules,
    sending_presenters,
    sending_queries,
    workforce_queries,
)
from keepwell.web.alignment.models import WorkforceTarget
from keepwell.web.alignment.money_forms import TargetForm
from keepwell.web.alignment.money_views import PAGE, leads_here
from keepwell.web.alignment.queries import below, branches
from keepwell.web.alignment.views import combined_here
from keepwell.web.places.models import KINDS, Place
from keepwell.web.places.refusals import NotAllowed, why_not

A_PAGE = 50
MOST_ON_ONE_PAGE = 6


@signed_in
@never_cache
@require_safe
def who_sent(request: HttpRequest, place: str) -> HttpResponse:
    """Every place below: the newest figures, rating and plan that have come, and what is overdue."""
    here, by = combined_here(request, place).place, person(request)
    sent = sending_queries.sent_to(here)
    kinds = list(dict.fromkeys(one.place.kind for one in sent))
    kind = request.GET.get("kind", "")
    everybody = request.GET.get("show") == "all"
    listed = [one for one in sent if (everybody or one.missing) and (kind not in KINDS or one.place.kind == kind)]
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    overdue = sending_queries.overdue_check_ins(here, [one.place for one in shown])
    cannot_lead = rules.cannot_lead(by, here)
    told = {
        "place": here,
        "plans": sending_presenters.plans_in_words(sending_queries.have_a_plan(here), _kinds_below(here)),
        "missing": sending_presenters.missing_in_words(sent),
        "rows": [sending_presenters.sent_row(one, overdue.get(one.place.pk), cannot_lead) for one in shown],
        "page": page,
        "kinds": [(one, KINDS[one]) for one in kinds],
        "kind": kind,
        "everybody": everybody,
        "some": bool(sent),
        "cannot_lead": cannot_lead,
    }
    return render(request, "alignment/who.html.j2", told)


def _kinds_below(place: Place) -> list[str]:
    """The kinds of the places that lie directly in a place."""
    return list(dict.fromkeys(one.kind for one in branches(place) if one.closed is None))


@signed_in
@never_cache
@require_POST
def ask_again(request: HttpRequest, place: str, other: str) -> HttpResponse:
    """Ask those who lead plans at a place below, by mail."""
    here, by = leads_here(request, place), person(request)
    of = theirs_or_404(below(here).filter(slug=other).first(), None)
    try:
        actions.ask_again(place=here, of=of, by=by)
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, f"{of.name} is asked, by mail.")
    return redirect("who_sent", place=here.slug)


@signed_in
@never_cache
@require_safe
def assurance(request: HttpRequest, place: str) -> HttpResponse:
    """How it stands altogether, on one page of paper."""
    here, by = combined_here(request, place).place, person(request)
    have = sending_queries.have_a_plan(here)
    served = gap_queries.served_at(here)
    without, reds = gap_queries.aims_without(here, served), gap_queries.reds_without(here, served)
    wanted = gap_queries.wanted_from(here)
    money = money_queries.rolled_up(here)
    need = money_queries.need_of(here, money, money_queries.which_money("", money))
    overdue = sending_queries.overdue_check_ins(here)
    late, places = sending_queries.late_in(here)
    gaps = gap_presenters.Gaps(without, reds, wanted, ())
    told = {
        "place": here,
        "answer": " ".join(
            [
                sending_presenters.plans_in_words(have, _kinds_below(here)),
                *(gap_presenters.must_dos_in_words(here, without) or [gap_presenters.reds_in_words(reds)]),
            ]
        ),
        "have": have,
        "must_dos": gap_queries.must_dos_of(without),
        "reds": [(red.topic.title, len(red.places)) for red in reds],
        "wishes": len(gaps.unanswered),
        "money": money_presenters.money_in_words(here, money),
        "need": money_presenters.short_need(need),
        "late": sending_presenters.late_in_words(late, places, sum(one.number for one in overdue.values())),
        "criteria": sending_presenters.criteria_in_words(sending_queries.criteria_in(here)),
        "targets": _told(here, by),
        "no_record": sending_presenters.NO_RECORD,
        "most": MOST_ON_ONE_PAGE,
        "on": sending_presenters.today_in_words(),
        "links": sending_presenters.links_of(here),
    }
    return render(request, "alignment/assurance.html.j2", told)


def _told(place: Place, by: User) -> list[sending_presenters.TargetTold]:
    today = timezone.localdate()
    return [
        sending_presenters.target_told(target, workforce_queries.recorded(target, by), today)
        for target in workforce_queries.targets_of(place)
    ]


@signed_in
@never_cache
@require_safe
def workforce_targets(request: HttpRequest, place: str) -> HttpResponse:
    """How many staff there shall be by when, and how many there are."""
    here, by = combined_here(request, place).place, person(request)
    found = _told(here, by)
    told = {
        "place": here,
        "answer": sending_presenters.targets_in_words(found),
        "targets": found,
        "no_record": sending_presenters.NO_RECORD,
        "cannot_write": rules.cannot_set_target(by, here),
    }
    return render(request, "alignment/targets.html.j2", told)


def sets_targets_here(request: HttpRequest, place: str) -> Place:
    here = combined_here(request, place).place
    return theirs_or_404(here, rules.cannot_set_target(person(request), here))


@signed_in
@never_cache
@require_http_methods(PAGE)
def add_workforce_target(request: HttpRequest, place: str) -> HttpResponse:
    """A new target for staff."""
    return _target_page(request, sets_targets_here(request, place), None)


@signed_in
@never_cache
@require_http_methods(PAGE)
def change_workforce_target(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A target written anew, or ended."""
    here = sets_targets_here(request, place)
    now = workforce_queries.targets_of(here).filter(pk=number).first()
    return _target_page(request, here, theirs_or_404(now, None))


def _target_page(request: HttpRequest, place: Place, now: WorkforceTarget | None) -> HttpResponse:
    form = TargetForm(request.POST or None, initial=_as_aimed(now))
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        try:
            money_actions.aim(
                place=place, told=form.told(), by=person(request), target=now, known=form.cleaned_data["known"]
            )
        except KeepwellError as refusal:
            form.tell(refusal)
            now = workforce_queries.targets_of(place).filter(pk=now.pk).first() if now else None
            known = now.version if now else known
        else:
            messages.success(request, "The target is written down.")
            return redirect("workforce_targets", place=place.slug)
    told = {
        "place": place,
        "form": form,
        "now": now,
        "now_in_words": sending_presenters.target_in_words(now) if now else "",
        "known": known if known is not None else "",
    }
    refused = form.is_bound and bool(form.errors)
    return render(request, "alignment/target.html.j2", told, status=422 if refused else 200)


def _as_aimed(now: WorkforceTarget | None) -> dict[str, object]:
    if now is None:
        return {}
    names = ("measure", "staff_group", "by", "set_by")
    return {name: getattr(now, name) for name in names} | {"value": f"{now.value:g}", "known": now.version}


@signed_in
@never_cache
@require_POST
def end_workforce_target(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A target that holds no more: it stays on record."""
    here, by = sets_targets_here(request, place), person(request)
    now = theirs_or_404(workforce_queries.targets_of(here).filter(pk=number).first(), None)
    known = request.POST.get("known", "")
    version = int(known) if known.isdecimal() and len(known) < 10 else None
    if reason := why_not(lambda: money_actions.end(kept=now, known=version, by=by)):
        messages.warning(request, reason)
    else:
        messages.success(request, "The target holds no more.")
    return redirect("workforce_targets", place=here.slug)
