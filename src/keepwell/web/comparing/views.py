"""Are we different from our peers, and whom would a national programme choose?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.errors import EnquiryRefused, KeepwellError
from keepwell.reports.peer_choices import Organisation, PeerChoices, PeerQuestion
from keepwell.reports.peer_page import PeerPage
from keepwell.web.accounts.abilities import LOAD_PUBLISHED, SEE_FIGURES
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.rules import Standing
from keepwell.web.comparing import presenters, queries
from keepwell.web.comparing.presenters import ALL_KINDS
from keepwell.web.comparing.rules import cannot_compare
from keepwell.web.exports.responses import as_download

KNOWN = tuple(field.name for field in fields(PeerQuestion))
OF_PROGRAMME = ("staff_group", "end", "months", "take")
OF_COMPARISON = tuple(name for name in KNOWN if name != "take")
COMPARE, PROGRAMME = "Compare", "Whom would a national programme choose?"


@signed_in
@never_cache
@require_safe
def compare_published(request: HttpRequest) -> HttpResponse:
    """Organisations beside their peers, for anybody whose role shows figures."""
    _theirs_or_404(request)
    return _compare(request, None)


@signed_in
@never_cache
@require_safe
def compare(request: HttpRequest, place: str) -> HttpResponse:
    """The organisation of a place among its peers."""
    return _compare(request, here_or_404(request, place, SEE_FIGURES))


@signed_in
@never_cache
@require_safe
def programme_published(request: HttpRequest) -> HttpResponse:
    """The selection of the national programme."""
    _theirs_or_404(request)
    return _programme(request, None)


@signed_in
@never_cache
@require_safe
def programme(request: HttpRequest, place: str) -> HttpResponse:
    """The same, with the menu of a place."""
    return _programme(request, here_or_404(request, place, SEE_FIGURES))


@signed_in
@never_cache
@require_safe
def download(request: HttpRequest, out_format: str) -> HttpResponse:
    """The comparison that the same address without its end shows, to take away."""
    return _given(request, OF_COMPARISON, queries.page, COMPARE, out_format)


@signed_in
@never_cache
@require_safe
def programme_download(request: HttpRequest, out_format: str) -> HttpResponse:
    """The selection, to take away."""
    return _given(request, OF_PROGRAMME, queries.programme, "Selection", out_format)


def _theirs_or_404(request: HttpRequest) -> None:
    if cannot_compare(person(request)) is not None:
        raise Http404


def _asked(request: HttpRequest, names: tuple[str, ...], known: PeerChoices) -> dict[str, str]:
    """What stands in the address, in the order of the page. Raises EnquiryRefused for what is not known."""
    given = {name: str(value) for name, value in request.GET.items() if value}
    for name in sorted(set(given) - set(names)):
        raise EnquiryRefused(
            "That is not something this page can be asked.",
            found=name[:80],
            attempt="choose from the lists on the page",
        )
    asked = {name: given[name] for name in names if name in given}
    _question(asked, None).refuse_unknown(known)
    return asked


def _question(asked: dict[str, str], own: Organisation | None) -> PeerQuestion:
    """The question of an address: of the reader's own kind, where they did not say another."""
    question = replace(PeerQuestion(), **asked)
    if question.group == ALL_KINDS:
        return replace(question, group="")
    return replace(question, group=question.group or (own.group if own else ""))


def _own_of(
    request: HttpRequest, here: Standing | None, known: PeerChoices
) -> tuple[Organisation | None, tuple[str, ...]]:
    """The organisation whose page this is, and the codes of all that are the reader's."""
    codes = queries.own_codes(person(request))
    if here is None or here.place.controller is None:
        return None, codes
    return known.of(here.place.controller.code), tuple(sorted({*codes, here.place.controller.code} - {""}))


def _compare(request: HttpRequest, here: Standing | None) -> HttpResponse:
    if not queries.loaded():
        return _empty(request, here, COMPARE)
    known = queries.choices()
    own, codes = _own_of(request, here, known)
    try:
        asked = _asked(request, OF_COMPARISON, known)
        shown = queries.page(_question(asked, own), codes)
    except KeepwellError as refusal:
        return _refused(request, here, refusal)
    lists = presenters.filters(known, asked, own)
    told = _told(request, here, asked, lists, shown)
    told |= {
        "title": COMPARE,
        "neighbours": presenters.neighbours(request.path, asked, own, known),
        "downloads": presenters.downloads("compare_download", _of_download(asked, own)),
        "not_there": own is None and here is not None,
        "programme_at": _address(here, "programme"),
    }
    return render(request, "comparing/compare.html.j2", told)


def _programme(request: HttpRequest, here: Standing | None) -> HttpResponse:
    if not queries.loaded():
        return _empty(request, here, PROGRAMME)
    known = queries.choices()
    _, codes = _own_of(request, here, known)
    try:
        asked = _asked(request, OF_PROGRAMME, known)
        shown = queries.programme(_question(asked, None), codes)
    except KeepwellError as refusal:
        return _refused(request, here, refusal)
    told = _told(request, here, asked, presenters.programme_filters(known, asked), shown)
    told |= {
        "title": PROGRAMME,
        "back": _address(here, "compare"),
        "back_to": COMPARE,
        "downloads": presenters.downloads("programme_download", asked),
        "support_at": presenters.support_at(here, asked, shown),
    }
    return render(request, "comparing/programme.html.j2", told)


def _told(
    request: HttpRequest, here: Standing | None, asked: dict[str, str], lists: list[presenters.Filter], shown: PeerPage
) -> dict[str, Any]:
    """What both pages need."""
    return {
        "place": here.place if here else None,
        "shown": shown,
        "of_whom": presenters.what_is_shown(shown, asked),
        "filters": lists,
        "chosen": presenters.chosen_in_words(request.path, asked, lists),
        "cleared": request.path,
        "wide": True,
    }


def _of_download(asked: dict[str, str], own: Organisation | None) -> dict[str, str]:
    """What the address of a download says: the page's own kind in so many words, since it is nobody's own page."""
    return asked | {"group": _question(asked, own).group}


def _address(here: Standing | None, name: str) -> str:
    return reverse(name, args=[here.place.slug]) if here else reverse(f"{name}_published")


def _empty(request: HttpRequest, here: Standing | None, title: str) -> HttpResponse:
    abilities = here.abilities if here else frozenset[str]()
    told = {
        "place": here.place if here else None,
        "title": title,
        "who_can": ", ".join(queries.loaders(person(request))),
        "load_at": f"/{here.place.controller.slug}/data/" if here and here.place.controller else "",
        "may_load": LOAD_PUBLISHED in abilities,
    }
    return render(request, "comparing/empty.html.j2", told)


def _refused(request: HttpRequest, here: Standing | None, refusal: KeepwellError) -> HttpResponse:
    told = {"place": here.place if here else None, "refusal": refusal, "back": _address(here, "compare")}
    return render(request, "comparing/refused.html.j2", told, status=422)


def _given(
    request: HttpRequest,
    names: tuple[str, ...],
    make: Callable[[PeerQuestion, tuple[str, ...]], PeerPage],
    what: str,
    out_format: str,
) -> HttpResponse:
    _theirs_or_404(request)
    if not queries.loaded():
        raise Http404
    try:
        asked = _asked(request, names, queries.choices())
        shown = make(_question(asked, None), queries.own_codes(person(request)))
        filters = {name: [value] for name, value in asked.items()}
        return as_download(request, shown.released, what, out_format, None, filters=filters)
    except KeepwellError as refusal:
        return _refused(request, None, refusal)
