"""How does a measure's page read?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from keepwell.enquiries import NEEDS
from keepwell.measures import Measure, measures
from keepwell.web.nhsuk.menus import Link
from keepwell.web.places.models import Place

OF_PRACTICES: Final = frozenset({"practices", "practice_people"})
UNITS: Final = {
    "share": "a share, from 0% to 100%",
    "people": "people",
    "fte": "full-time equivalents",
    "years": "years",
    "records": "records",
    "patients": "patients",
}
BETTER: Final = {"lower": "Lower", "higher": "Higher", "neither": "Neither: it says how things are"}
TAKEN_AS: Final = (("csv", "CSV"), ("xlsx", "Excel workbook"), ("json", "JSON"))


@dataclass(frozen=True, slots=True)
class Listed:
    """A measure in the list: its name, its question and where its page is."""

    label: str
    question: str
    href: str


def all_measures(place: Place | None) -> list[tuple[str, list[Listed]]]:
    """Every measure with its question, those of general practice apart."""
    trusts = [_listed(one, place) for one in measures().values() if set(one.needs) - OF_PRACTICES]
    practices = [_listed(one, place) for one in measures().values() if not set(one.needs) - OF_PRACTICES]
    return [("Staff of trusts and other organisations", trusts), ("General practice", practices)]


def _listed(one: Measure, place: Place | None) -> Listed:
    return Listed(one.label, one.question, with_place(reverse("measure", args=[one.name]), place))


def with_place(address: str, place: Place | None, **more: str) -> str:
    asked = ({"place": place.slug} if place else {}) | {name: value for name, value in more.items() if value}
    return f"{address}?{urlencode(asked)}" if asked else address


def facts(one: Measure) -> list[tuple[str, str]]:
    """What a measure is, in names and words."""
    return [
        ("Formula", one.formula),
        ("By event", one.words_by_event),
        ("From counts of months", one.words_by_month),
        ("Counted in", UNITS.get(one.unit, one.unit)),
        ("Made from", " or ".join(NEEDS[need] for need in one.needs)),
        ("Better", BETTER.get(one.better, one.better)),
        ("Source", one.reference),
    ]


def downloads(address_name: str, name: str, place: Place | None, **more: str) -> list[Link]:
    """The table in each format that it can be taken away in."""
    return [
        Link(words, with_place(reverse(address_name, args=[name, out_format]), place, **more))
        for out_format, words in TAKEN_AS
    ]


def links_of_site(request: HttpRequest) -> Iterable[Link]:
    """The list of measures, for everybody who is signed in."""
    if request.user.is_authenticated:
        yield Link("What the numbers mean", reverse("measures"), order=60)


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The same, on the pages of a place."""
    if request.user.is_authenticated:
        yield Link("What the numbers mean", reverse("measures"), order=60)
