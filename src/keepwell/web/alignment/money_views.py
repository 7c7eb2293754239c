"""How much was passed on, committed and spent, and does it go where the need is?"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import KeepwellError
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.alignment import money_actions, money_presenters, money_queries, rules
from keepwell.web.alignment.models import Allocation, NeedPart
from keepwell.web.alignment.money_forms import AllocationForm, BesidesForm, NeedForm
from keepwell.web.alignment.queries import below
from keepwell.web.alignment.views import combined_here
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import why_not

PAGE = ["GET", "HEAD", "POST"]


def leads_here(request: HttpRequest, place: str) -> Place:
    """The place. Raises Http404 where they may not write down what it passes on, or what need is."""
    here = combined_here(request, place).place
    return theirs_or_404(here, rules.cannot_lead(person(request), here))


@signed_in
@never_cache
@require_safe
def combined_money(request: HttpRequest, place: str) -> HttpResponse:
    """Allocated, committed and spent, place by place."""
    here, by = combined_here(request, place).place, person(request)
    money = money_queries.rolled_up(here)
    allocations = list(money_queries.allocations_of(here))
    today = timezone.localdate()
    told = {
        "place": here,
        "answer": money_presenters.money_in_words(here, money),
        "rows": money_presenters.money_rows(money, here),
        "total": money_presenters.total_row(money),
        "running": [one for one in allocations if one.ends_on >= today],
        "past": [one for one in allocations if one.ends_on < today],
        "received": list(money_queries.received_by(here)),
        "in_words": money_presenters.allocation_in_words,
        "cannot_write": rules.cannot_lead(by, here),
        "cost": money_presenters.whole_pounds(money.total.cost) if money.total.cost else "",
    }
    return render(request, "alignment/money.html.j2", told)


@signed_in
@never_cache
@require_http_methods(PAGE)
def add_allocation(request: HttpRequest, place: str) -> HttpResponse:
    """Write down money that was passed on."""
    here = leads_here(request, place)
    return _allocation_page(request, here, None)


@signed_in
@never_cache
@require_http_methods(PAGE)
def change_allocation(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Write it anew, or take it back. What somebody else wrote since stands beside what was typed."""
    here = leads_here(request, place)
    found = money_queries.allocations_of(here).filter(pk=number).first()
    return _allocation_page(request, here, theirs_or_404(found, None))


def _allocation_page(request: HttpRequest, place: Place, now: Allocation | None) -> HttpResponse:
    form = AllocationForm(request.POST or None, initial=_as_passed(now), places=list(below(place).order_by("name")))
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        said, by = form.told(), person(request)
        try:
            if now is None:
                money_actions.pass_on(place=place, told=said, by=by)
            else:
                money_actions.change_passed(allocation=now, told=said, known=form.cleaned_data["known"], by=by)
        except KeepwellError as refusal:
            form.tell(refusal)
            now = money_queries.allocations_of(place).filter(pk=now.pk).first() if now else None
            known = now.version if now else known
        else:
            messages.success(request, f"{said.to.name}: it is written down.")
            return redirect("combined_money", place=place.slug)
    told = {
        "place": place,
        "form": form,
        "now": now,
        "known": known if known is not None else "",
        "in_words": money_presenters.allocation_in_words,
    }
    refused = form.is_bound and bool(form.errors)
    return render(request, "alignment/allocation.html.j2", told, status=422 if refused else 200)


def _as_passed(now: Allocation | None) -> dict[str, object]:
    if now is None:
        return {}
    names = ("amount", "starts_on", "ends_on", "what_for")
    return {name: getattr(now, name) for name in names} | {"to": str(now.to_id), "known": now.version}


@signed_in
@never_cache
@require_http_methods(PAGE)
def enter_besides(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What was committed and spent in no action: by who passed the money on, or who received it."""
    here, by = combined_here(request, place).place, person(request)
    theirs = Allocation.objects.filter(Q(place=here) | Q(to=here), over_at=None)
    now = theirs.select_related("place__controller", "to__controller", "changed_by").filter(pk=number).first()
    now = theirs_or_404(now, rules.cannot_enter_besides(by, now) if now else None)
    initial = {"committed": now.committed_besides, "spent": now.spent_besides, "known": now.version}
    form = BesidesForm(request.POST or None, initial=initial)
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            money_actions.enter_besides(
                allocation=now, committed=said["committed"], spent=said["spent"], known=said["known"], by=by
            )
        except KeepwellError as refusal:
            form.tell(refusal)
            now.refresh_from_db()
            known = now.version
        else:
            messages.success(request, "It is entered.")
            return redirect("combined_money", place=here.slug)
    told = {
        "place": here,
        "form": form,
        "now": now,
        "known": known,
        "in_words": money_presenters.allocation_in_words,
    }
    refused = form.is_bound and bool(form.errors)
    return render(request, "alignment/besides.html.j2", told, status=422 if refused else 200)


@signed_in
@never_cache
@require_POST
def end_allocation(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Money that was not passed on after all: it stays on record."""
    here, by = leads_here(request, place), person(request)
    now = theirs_or_404(money_queries.allocations_of(here).filter(pk=number).first(), None)
    reason = why_not(lambda: money_actions.end(kept=now, known=_known(request), by=by))
    _say(request, reason, f"{now.to.name}: it is taken back.")
    return redirect("combined_money", place=here.slug)


@signed_in
@never_cache
@require_safe
def need_index(request: HttpRequest, place: str) -> HttpResponse:
    """The share of the money beside the share of the need, place by place."""
    here, by = combined_here(request, place).place, person(request)
    money = money_queries.rolled_up(here)
    which = money_queries.which_money(request.GET.get("money", ""), money)
    need = money_queries.need_of(here, money, which)
    told = {
        "place": here,
        "answer": money_presenters.need_in_words(need, which),
        "warning": money_presenters.JUDGEMENT,
        "formula": money_presenters.FORMULA,
        "need": need,
        "rows": money_presenters.need_rows(need),
        "which": money_queries.MONEY[which],
        "ways": money_presenters.ways_of(here, which),
        "part_in_words": money_presenters.part_in_words,
        "left_out": money_presenters.names_left_out(need.left_out),
        "cannot_write": rules.cannot_lead(by, here),
    }
    return render(request, "alignment/need.html.j2", told)


@signed_in
@never_cache
@require_http_methods(PAGE)
def add_need_part(request: HttpRequest, place: str) -> HttpResponse:
    """A part of the index of need, with its values."""
    return _need_page(request, leads_here(request, place), None)


@signed_in
@never_cache
@require_http_methods(PAGE)
def change_need_part(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A part written anew, its values too."""
    here = leads_here(request, place)
    return _need_page(request, here, theirs_or_404(money_queries.need_parts(here).filter(pk=number).first(), None))


def _need_page(request: HttpRequest, place: Place, now: NeedPart | None) -> HttpResponse:
    places = money_queries.places_weighed(place)
    values = {one.of_id: one.value for one in now.values_of_places.all()} if now else {}
    form = NeedForm(request.POST or None, initial=_as_weighed(now), places=places, values=values)
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        told = form.told()
        try:
            money_actions.weigh(
                place=place,
                told=told,
                values=form.values(),
                by=person(request),
                part=now,
                known=form.cleaned_data["known"],
            )
        except KeepwellError as refusal:
            form.tell(refusal)
            now = money_queries.need_parts(place).filter(pk=now.pk).first() if now else None
            known = now.version if now else known
        else:
            messages.success(request, f"{told.title}: it is written down.")
            return redirect("need_index", place=place.slug)
    shown = {
        "place": place,
        "form": form,
        "now": now,
        "known": known if known is not None else "",
        "part_in_words": money_presenters.part_in_words,
    }
    refused = form.is_bound and bool(form.errors)
    return render(request, "alignment/need_part.html.j2", shown, status=422 if refused else 200)


def _as_weighed(now: NeedPart | None) -> dict[str, object]:
    if now is None:
        return {}
    names = ("title", "kind", "weight", "source", "as_of")
    return {name: getattr(now, name) for name in names} | {"known": now.version}


@signed_in
@never_cache
@require_POST
def end_need_part(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A part of the index counts no more: it stays on record."""
    here, by = leads_here(request, place), person(request)
    now = theirs_or_404(money_queries.need_parts(here).filter(pk=number).first(), None)
    reason = why_not(lambda: money_actions.end(kept=now, known=_known(request), by=by))
    _say(request, reason, f"{now.title}: it counts no more.")
    return redirect("need_index", place=here.slug)


def _known(request: HttpRequest) -> int | None:
    known = request.POST.get("known", "")
    return int(known) if known.isdecimal() and len(known) < 10 else None


def _say(request: HttpRequest, reason: str | None, done: str) -> None:
    if reason:
        messages.warning(request, reason)
    else:
        messages.success(request, done)
