"""What support is there for GPs here, and where is the gap?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.content.general_practice import LevelOfSupport, levels, offers, stages
from keepwell.errors import KeepwellError
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.accounts.rules import Standing
from keepwell.web.assessments import gap_actions, gap_presenters, gap_queries
from keepwell.web.assessments.gap_forms import JudgeForm, SchemeForm, as_typed, known_of
from keepwell.web.assessments.gap_queries import Cell
from keepwell.web.assessments.gap_rules import (
    NEVER_A_NAME,
    PRIVATE_OFFERS,
    cannot_end_support,
    cannot_see_support,
    cannot_write_support,
)
from keepwell.web.assessments.models import Gap, Scheme
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import why_not


def support_here(request: HttpRequest, place: str) -> Standing:
    """What the person is at the place. Raises Http404 where they do not see what support it has for its GPs."""
    here = here_or_404(request, place)
    if cannot_see_support(here) is not None:
        raise Http404
    return here


def may_write_here(request: HttpRequest, place: str) -> Place:
    """The place, for somebody who may write there. Raises Http404."""
    here = support_here(request, place)
    return theirs_or_404(here.place, cannot_write_support(person(request), here.place))


def _cell(place: Place, level: str, stage: str) -> Cell:
    return theirs_or_404(gap_queries.cell_of(place, level, stage), None)


def _scheme(place: Place, number: int) -> Scheme:
    found = Scheme.objects.filter(pk=number, place=place).select_related("place__controller", "changed_by").first()
    return theirs_or_404(found, None)


def _level(key: str) -> LevelOfSupport:
    return next(level for level in levels() if level.key == key)


def _to_cell(scheme: Scheme) -> HttpResponse:
    stage = scheme.stage or gap_queries.EVERY_STAGE
    return redirect("gap_cell", place=scheme.place.slug, level=scheme.level, stage=stage)


@signed_in
@never_cache
@require_safe
def gap_audit(request: HttpRequest, place: str) -> HttpResponse:
    """The whole audit: where something is, and where nothing is."""
    here = support_here(request, place)
    cells = gap_queries.cells_of(here.place)
    told = {
        "place": here.place,
        "answer": gap_presenters.audit_in_words(cells),
        "levels": levels(),
        "stages": stages(),
        "rows": gap_presenters.rows(here.place, cells, levels()),
        "twice": gap_presenters.counted_twice(cells),
        "cannot_write": cannot_write_support(person(request), here.place),
        "wide": True,
    }
    return render(request, "assessments/gap_audit.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def gap_cell(request: HttpRequest, place: str, level: str, stage: str) -> HttpResponse:
    """One level for one stage: its schemes, how it is judged, and what others did."""
    here, by = support_here(request, place), person(request)
    cell = _cell(here.place, level, stage)
    cannot_write = cannot_write_support(by, here.place)
    form = None
    if cell.stage is not None and cannot_write is None:
        form = JudgeForm(request.POST or None, initial=_as_judged(cell.gap))
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                gap_actions.judge(place=here.place, level=level, stage=stage, by=by, **form.cleaned_data)
            except KeepwellError as refusal:
                form.tell(refusal)
                cell = _cell(here.place, level, stage)
            else:
                messages.success(request, "It is written down how well this is supported.")
                return redirect("gap_cell", place=here.place.slug, level=level, stage=stage)
    refused = form is not None and form.is_bound and bool(form.errors)
    told = _told_of(here.place, cell) | {
        "form": form,
        "known": _known(form, cell.gap) if form is not None else None,
        "cannot_write": cannot_write,
        "cannot_end": cannot_end_support(by, here.place),
    }
    return render(request, "assessments/gap_cell.html.j2", told, status=422 if refused else 200)


def _told_of(place: Place, cell: Cell) -> dict[str, object]:
    return {
        "place": place,
        "cell": cell,
        "answer": gap_presenters.cell_answer(cell),
        "whom": gap_presenters.cell_in_words(cell),
        "tag": gap_presenters.tag(cell.judged),
        "schemes": [(scheme, gap_queries.offer_of(scheme)) for scheme in cell.schemes],
        "ended": list(gap_queries.ended_schemes(place, cell)),
        "cases": gap_queries.cases_for(cell),
        "offers": gap_queries.offers_for(cell),
        "offers_note": offers().note,
        "private": PRIVATE_OFFERS,
        "never_a_name": NEVER_A_NAME,
        "people": gap_presenters.people,
        "pounds": gap_presenters.pounds,
    }


def _as_judged(gap: Gap | None) -> dict[str, object]:
    return {"judged": gap.judged, "missing": gap.missing, "known": gap.version} if gap else {}


def _known(form: JudgeForm | SchemeForm, now: Gap | Scheme | None) -> object:
    """The version that is sent with what was typed: where somebody was quicker, the one that is shown now."""
    return (now.version if now else None) if form.is_bound and form.non_field_errors() else form["known"].value()


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_scheme(request: HttpRequest, place: str, level: str, stage: str) -> HttpResponse:
    """A scheme more."""
    here = may_write_here(request, place)
    cell = _cell(here, level, stage)
    form = SchemeForm(cell.level, request.POST or None, initial={"stage": cell.stage.key if cell.stage else ""})
    if request.method == "POST" and form.is_valid():
        try:
            added = gap_actions.add_scheme(place=here, level=level, told=form.told(), by=person(request))
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{added.title} is written down.")
            return _to_cell(added)
    return _scheme_page(request, here, form, cell.level, None, back=(level, stage))


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_scheme(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What has changed of a scheme. Where somebody else was quicker, what they wrote stands beside what was typed."""
    here = may_write_here(request, place)
    scheme = _scheme(here, number)
    if scheme.over_at is not None and request.method != "POST":
        messages.warning(request, f"{scheme.title} is over, and does not change any more.")
        return _to_cell(scheme)
    level = _level(scheme.level)
    form = SchemeForm(level, request.POST or None, initial=as_typed(scheme))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            told, known = form.told(), said["known"]
            changed = gap_actions.change_scheme(scheme=scheme, told=told, known=known, by=person(request))
        except KeepwellError as refusal:
            form.tell(refusal)
            scheme = _scheme(here, number)
        else:
            messages.success(request, f"{changed.title} is changed.")
            return _to_cell(changed)
    stage = scheme.stage or gap_queries.EVERY_STAGE
    return _scheme_page(request, here, form, level, scheme, back=(scheme.level, stage))


def _scheme_page(
    request: HttpRequest,
    place: Place,
    form: SchemeForm,
    level: LevelOfSupport,
    scheme: Scheme | None,
    back: tuple[str, str],
) -> HttpResponse:
    refused = form.is_bound and bool(form.errors)
    told = {
        "place": place,
        "form": form,
        "level": level,
        "scheme": scheme,
        "known": _known(form, scheme),
        "quicker": refused and bool(form.non_field_errors()),
        "cannot_end": cannot_end_support(person(request), place),
        "cell_at": back,
        "people": gap_presenters.people,
        "pounds": gap_presenters.pounds,
    }
    return render(request, "assessments/scheme.html.j2", told, status=422 if refused else 200)


@signed_in
@never_cache
@require_POST
def end_scheme(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A scheme is over."""
    here, by = support_here(request, place), person(request)
    scheme = _scheme(theirs_or_404(here.place, cannot_end_support(by, here.place)), number)
    if reason := why_not(lambda: gap_actions.end_scheme(scheme=scheme, known=known_of(request.POST), by=by)):
        messages.warning(request, reason)
    else:
        messages.success(request, f"{scheme.title} is over. It stays on record.")
    return _to_cell(scheme)
