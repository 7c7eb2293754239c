"""How do pages of comparison read, and where do they lead?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from keepwell.enquiries.targeting import TAKEN
from keepwell.errors import counted
from keepwell.measures import measures
from keepwell.periods import Month
from keepwell.reports.peer_choices import MEASURES, TAKES, Organisation, PeerChoices
from keepwell.reports.peer_page import PeerPage
from keepwell.web.accounts.abilities import RUN_SUPPORT
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.rules import Standing, standing
from keepwell.web.comparing.rules import cannot_compare
from keepwell.web.nhsuk.menus import Link
from keepwell.web.places.models import ICB, NATION, REGION, Place

TAKEN_AS: Final = (("csv", "CSV"), ("xlsx", "Excel workbook"), ("json", "JSON"))
ALL_KINDS: Final = "all"
"""Stands in the address where somebody wants all kinds of organisations, and not those of their own kind."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A list to choose from: values with their words, what nothing chosen is called ("": it cannot be), what is chosen."""

    name: str
    label: str
    values: tuple[tuple[str, str], ...]
    nothing: str
    chosen: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is on, and the address without it."""

    words: str
    without: str


def filters(known: PeerChoices, asked: Mapping[str, str], own: Organisation | None) -> list[Filter]:
    """The lists of a page of comparison."""
    kinds = tuple((group, group) for group in known.groups)
    if own is not None and own.group:
        kinds = ((ALL_KINDS, "All kinds"), *kinds)
    nothing = f"Our kind: {own.group}" if own is not None and own.group else "All kinds"
    found = [
        Filter(
            "measure",
            "Measure",
            _pairs(MEASURES, {m: measures()[m].label for m in MEASURES}),
            "",
            _at(asked, "measure"),
        ),
        Filter("group", "Kind of organisation", kinds, nothing, _at(asked, "group")),
        Filter("icb", "Integrated care board", known.icbs, "All of England", _at(asked, "icb")),
        Filter("region", "Region", known.regions, "All of England", _at(asked, "region")),
        *_of_people_and_time(known, asked),
    ]
    return [one for one in found if len(one.values) > (0 if one.nothing else 1)]


def programme_filters(known: PeerChoices, asked: Mapping[str, str]) -> list[Filter]:
    """The lists of the selection of the national programme."""
    take = Filter("take", "How many can be supported", tuple((n, n) for n in TAKES), "", _at(asked, "take") or "20")
    return [take, *_of_people_and_time(known, asked)]


def _of_people_and_time(known: PeerChoices, asked: Mapping[str, str]) -> list[Filter]:
    groups = _pairs((*known.unions, *known.staff_groups), {})
    months = tuple((month, Month.parse(month).in_words) for month in known.months)
    lengths = tuple((str(n), counted(n, "month")) for n in known.lengths)
    found = [Filter("staff_group", "Staff group", groups, "All staff", _at(asked, "staff_group"))]
    if len(months) > 1:
        found.append(Filter("end", "Up to", months, "The newest month", _at(asked, "end")))
    if len(lengths) > 1:
        found.append(Filter("months", "Over", lengths, "One month", _at(asked, "months")))
    return found


def _pairs(values: Iterable[str], words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((value, words.get(value, value)) for value in values)


def _at(asked: Mapping[str, str], name: str) -> str:
    return asked.get(name, "")


def chosen_in_words(address: str, asked: Mapping[str, str], shown: list[Filter]) -> list[Chosen]:
    """Each filter that is on, with the address of the page without it."""
    words = {(one.name, value): f"{one.label}: {said}" for one in shown for value, said in one.values}
    return [
        Chosen(words.get((name, value), f"{name}: {value}"), with_asked(address, asked, without=name))
        for name, value in asked.items()
    ]


def with_asked(address: str, asked: Mapping[str, str], without: str = "", **more: str) -> str:
    """An address with what was asked, less one thing, and with more."""
    kept = {name: value for name, value in {**asked, **more}.items() if value and name != without}
    return f"{address}?{urlencode(kept)}" if kept else address


def what_is_shown(shown: PeerPage, asked: Mapping[str, str]) -> str:
    """Of which months and of whom the figures are."""
    period, whom = shown.period, asked.get("staff_group") or "all staff"
    if period is None:
        return f"Of {whom}."
    words, adds_up = f"{period.in_words}, {whom}.", shown.released.definition.measure != "stability_index"
    if period.months > 1 or not adds_up:
        return words
    return f"{words} These are rates of one month, about a twelfth of a year’s."


def neighbours(address: str, asked: Mapping[str, str], own: Organisation | None, known: PeerChoices) -> list[Link]:
    """The ways to a reader's own neighbours: those of the same integrated care board, and of the same region."""
    if own is None:
        return []
    plain = {name: value for name, value in asked.items() if name not in ("icb", "region", "group")}
    found = []
    for name, code, words in (("icb", own.icb, own.icb_name), ("region", own.region, own.region_name)):
        if code and len(known.lying_in(**{"icb": "", "region": "", name: code}) or ()) > 1:
            found.append(
                Link(f"Our neighbours in {words}", with_asked(address, plain, group=ALL_KINDS, **{name: code}))
            )
    return found


def downloads(address_name: str, asked: Mapping[str, str]) -> list[Link]:
    """The table behind a page in each format that it can be taken away in."""
    return [Link(words, with_asked(reverse(address_name, args=[kind]), asked)) for kind, words in TAKEN_AS]


def support_at(here: Standing | None, asked: Mapping[str, str], shown: PeerPage) -> str:
    """Where those who run support at a place offer it to the organisations that are chosen; "" for anybody else."""
    if here is None or RUN_SUPPORT not in here.abilities or here.place.kind not in (NATION, REGION, ICB):
        return ""
    codes = [row["organisation"] for row in shown.released.rows() if row.get("taken") == TAKEN]
    where = reverse("begin_support", args=[here.place.slug])
    return with_asked(where, asked, without="take", select=",".join(codes)) if codes else ""


def links_of_site(request: HttpRequest) -> Iterable[Link]:
    """The comparison of published figures, for those who see figures somewhere."""
    if request.user.is_authenticated and cannot_compare(person(request)) is None:
        yield Link("Compare", reverse("compare_published"), order=20)


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The place among its peers, for those who see figures of it."""
    here = standing(person(request), place) if request.user.is_authenticated else None
    if here is not None and here.policy:
        yield Link("Compare", reverse("compare", args=[place.slug]), order=20)
