"""How are we doing, at this place, for whoever asks?"""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.errors import KeepwellError
from keepwell.reports.dashboard import SECTIONS
from keepwell.web.accounts.abilities import LOAD_DATA, RELEASE
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.rules import Standing
from keepwell.web.audit.actions import record_view
from keepwell.web.dashboards import actions, presenters, queries
from keepwell.web.dashboards.forms import NewTarget
from keepwell.web.dashboards.models import Target
from keepwell.web.dashboards.rules import ABOVE, cannot_end_target, cannot_see, cannot_set_target
from keepwell.web.exports.responses import page_as_download
from keepwell.web.places.models import NETWORK, PRACTICE
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import why_not
from keepwell.web.releases import queries as releases_of

HOW = "How are we doing"


def _here(request: HttpRequest, place: str) -> Standing:
    here = here_or_404(request, place)
    if cannot_see(here) is not None:
        raise Http404
    return here


@signed_in
@never_cache
@require_safe
def dashboard(request: HttpRequest, place: str) -> HttpResponse:
    """The page of a place: exact, with small numbers hidden, or of what was released to it."""
    here = _here(request, place)
    if here.place.kind in (PRACTICE, NETWORK):
        return _practice(request, here)
    if here.place.kind in ABOVE:
        return _above(request, here)
    if here.exact:
        return _exact(request, here, presenters.FIRST, "dashboards/exact.html.j2")
    return _hidden(request, here)


@signed_in
@never_cache
@require_safe
def part(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """One question of the page, by itself."""
    here = _here(request, place)
    if not here.exact or key not in SECTIONS or here.place.kind in ABOVE:
        raise Http404
    return _exact(request, here, (key,), "dashboards/part.html.j2", title=SECTIONS[key][0])


@signed_in
@never_cache
@require_safe
def download(request: HttpRequest, place: str, out_format: str) -> HttpResponse:
    """The page as a file to keep."""
    here = _here(request, place)
    asked = _asked(request, here, None)
    if not here.exact or asked is None:
        raise Http404
    try:
        queries.refuse_unknown(queries.options(here.place, asked.source), _chosen(request))
        marks = queries.marks_at(person(request), here.place)
        report = queries.exact_tables(replace(asked, happened=queries.as_happened(marks)))
        return page_as_download(request, report, HOW, out_format, here.place, filters=_chosen(request))
    except KeepwellError as refusal:
        return _refused(request, here, refusal)


def _chosen(request: HttpRequest) -> dict[str, list[str]]:
    """The filters in the address, in the order of the page; what is empty is no filter."""
    asked = {name: [v for v in values if v] for name, values in request.GET.lists()}
    order = list(presenters.LABELS)
    known = sorted(asked, key=lambda name: (order.index(name) if name in order else len(order), name))
    return {name: asked[name] for name in known if asked[name]}


def _asked(request: HttpRequest, here: Standing, sections: tuple[str, ...] | None) -> queries.Asked | None:
    source = queries.source_of(workspace_of(here.place))
    if source is None:
        return None
    filters = tuple((name, tuple(values)) for name, values in _chosen(request).items())
    return queries.Asked(here.place, source, filters, sections)


def _exact(
    request: HttpRequest, here: Standing, sections: tuple[str, ...], template: str, title: str = "How are we doing?"
) -> HttpResponse:
    asked, chosen = _asked(request, here, sections), _chosen(request)
    if asked is None:
        return _empty(request, here)
    try:
        options = queries.options(here.place, asked.source)
        queries.refuse_unknown(options, chosen)
        marks = queries.marks_at(person(request), here.place)
        report = presenters.shown_page(replace(asked, happened=queries.as_happened(marks)))
    except KeepwellError as refusal:
        return _refused(request, here, refusal)
    record_view(request, title, here.place, exact=True, filters=chosen)
    pairs = [(name, value) for name, values in chosen.items() for value in values]
    told = {
        "place": here.place,
        "title": title,
        "report": report,
        "marks": presenters.marks_on(marks, sections),
        "filters": presenters.filters(options, chosen),
        "chosen": presenters.chosen_in_words(request.path, chosen),
        "cleared": request.path,
        "more": presenters.more_parts(here.place, pairs),
        "parts": presenters.parts_of(here.place),
        "asked": presenters.with_filters("", pairs),
        "cannot_set_target": cannot_set_target(here),
        "wide": True,
    }
    return render(request, template, told)


def _hidden(request: HttpRequest, here: Standing) -> HttpResponse:
    released = releases_of.inside(here.place)
    told = {
        "place": here.place,
        "things": presenters.three_things(here.place),
        "parts": presenters.parts_of(here.place),
        "section": None,
        "who_can": presenters.who_can(RELEASE, here.place.controller or here.place),
    }
    if released is not None:
        try:
            told["section"] = queries.hidden_page(here.place, released)
        except KeepwellError as refusal:
            told["refusal"] = refusal
        record_view(request, HOW, here.place, exact=False)
    return render(request, "dashboards/hidden.html.j2", told)


def _practice(request: HttpRequest, here: Standing) -> HttpResponse:
    """General practice has its own front page: what is published of it, and what was released to it."""
    told: dict[str, object] = {"place": here.place, "report": None, "released": None, "missing": [], "wide": True}
    try:
        told["report"] = queries.practice_page(here.place)
    except KeepwellError as refusal:
        told["refusal"] = refusal
    if here.place.kind == NETWORK:
        found = queries.received(here.place)
        told |= {"answer": presenters.received_in_words(found), "lines": presenters.received_lines(found)}
        told["missing"] = presenters.not_released(found)
    told["own_records"] = presenters.kept_in_words(here.place) if LOAD_DATA in here.abilities else None
    told["load_at"] = f"{reverse('dashboard', args=[here.place.slug])}data/"
    record_view(request, HOW, here.place, exact=False)
    return render(request, "dashboards/practice.html.j2", told)


def _above(request: HttpRequest, here: Standing) -> HttpResponse:
    found = queries.received(here.place)
    record_view(request, HOW, here.place, exact=False)
    told = {
        "place": here.place,
        "answer": presenters.received_in_words(found),
        "lines": presenters.received_lines(found),
        "missing": presenters.not_released(found),
        "parts": presenters.parts_of(here.place),
        "wide": True,
    }
    return render(request, "dashboards/above.html.j2", told)


def _empty(request: HttpRequest, here: Standing) -> HttpResponse:
    told = {
        "place": here.place,
        "may_load": LOAD_DATA in here.abilities,
        "who_can": presenters.who_can(LOAD_DATA, here.place.controller or here.place),
        "load_at": f"{reverse('dashboard', args=[(here.place.controller or here.place).slug])}data/",
    }
    return render(request, "dashboards/empty.html.j2", told)


def _refused(request: HttpRequest, here: Standing, refusal: KeepwellError) -> HttpResponse:
    told = {"place": here.place, "refusal": refusal, "back": reverse("dashboard", args=[here.place.slug])}
    return render(request, "dashboards/refused.html.j2", told, status=422)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_target(request: HttpRequest, place: str) -> HttpResponse:
    """A target: what is to be reached, by when."""
    here = _here(request, place)
    if cannot_set_target(here) is not None:
        raise Http404
    now = {
        t.measure: t for t in Target.objects.filter(place=here.place, ended_at__isnull=True).select_related("set_by")
    }
    chosen = request.GET.get("measure", "leaver_rate")
    known = now[chosen].pk if chosen in now else None
    form = NewTarget(request.POST or None, initial={"measure": chosen, "known": known})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        known = said["known"] if said["known"] is not None or said["measure"] == chosen else None
        try:
            actions.set_target(
                place=here.place,
                measure=said["measure"],
                value=said["value"] / 100,
                by_month=said["by_month"],
                known=known,
                by=person(request),
            )
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, "The target is set.")
            return redirect("dashboard", place=here.place.slug)
    told = {"place": here.place, "form": form, "now": list(now.values()), "today": timezone.localdate()}
    return render(request, "dashboards/target.html.j2", told, status=422 if form.is_bound and form.errors else 200)


@signed_in
@require_http_methods(["POST"])
def end_target(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """No target any more."""
    here = _here(request, place)
    target = Target.objects.filter(pk=number, place=here.place).first()
    if target is None or cannot_end_target(here, target) is not None:
        raise Http404
    reason = why_not(lambda: actions.end_target(target=target, by=person(request)))
    if reason is None:
        messages.success(request, "The target has ended.")
    else:
        messages.warning(request, reason)
    return redirect("dashboard", place=here.place.slug)
