"""How do pages of figures read, and where do they lead?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from keepwell.content import managers_can
from keepwell.enquiries.packs import Pack, PackRow
from keepwell.errors import counted
from keepwell.periods import Month
from keepwell.reports.dashboard import SECTIONS
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.queries import with_ability
from keepwell.web.accounts.rules import standing
from keepwell.web.dashboards import queries
from keepwell.web.dashboards.queries import Received
from keepwell.web.dashboards.rules import cannot_see
from keepwell.web.evidence.marks import Mark
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import month
from keepwell.web.places.kept import kept
from keepwell.web.places.models import Place
from keepwell.web.places.queries import workspace_of
from keepwell.web.releases.models import Release

FIRST: Final = ("headline", "targets", "month", "course", "teams", "groups")
"""The parts that the page itself shows; each of the others is one click away."""
LABELS: Final = {
    "staff_group": "Staff group",
    "band": "Band",
    "age_band": "Age",
    "sex": "Sex",
    "ethnicity_group": "Ethnicity",
    "disability_group": "Disability",
    "nationality_group": "Nationality",
    "full_or_part_time": "Full or part time",
    "contract": "Contract",
}


@dataclass(frozen=True, slots=True)
class ShownPage:
    """The parts of a page as they are sent, and what stands above them."""

    subtitle: str
    mark: str
    sections: SafeString


def shown_page(asked: queries.Asked) -> ShownPage:
    """The page of somebody entitled to exact figures, drawn once for each state of the records. Raises EnquiryRefused."""
    field = queries.special_of(asked)

    def make() -> ShownPage:
        report = queries.equality_page(asked, field) if field else queries.exact_page(asked)
        drawn = render_to_string("dashboards/sections.html.j2", {"sections": report.sections})
        return ShownPage(report.subtitle, report.mark, SafeString(drawn))  # our own template has escaped it

    targets = queries.targets_of(asked.place) if not asked.filters else ()
    place = asked.place
    who, what = (asked.source, place.pk, place.name, asked.where), (asked.sections, targets, asked.happened)
    of = (queries.VERSION, "shown", *who, *what)
    return kept(workspace_of(place), of, make)


def marks_on(marks: Mapping[str, list[Mark]], sections: Iterable[str]) -> list[Mark]:
    """What stands on the charts of a page, each once, to read more of."""
    if not set(sections) & set(queries.WITH_CHARTS):
        return []
    return list(dict.fromkeys(mark for of in marks.values() for mark in of if mark.link))


@dataclass(frozen=True, slots=True)
class Filter:
    """A list to choose from, with what is chosen of it."""

    name: str
    label: str
    values: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is on, and the address without it."""

    words: str
    without: str


def filters(options: Mapping[str, tuple[str, ...]], chosen: Mapping[str, list[str]]) -> list[Filter]:
    return [
        Filter(name, LABELS.get(name, name.replace("_", " ").capitalize()), values, (chosen.get(name) or [""])[0])
        for name, values in options.items()
        if len(values) > 1
    ]


def chosen_in_words(address: str, chosen: Mapping[str, list[str]]) -> list[Chosen]:
    """Each filter that is on, with the address of the page without it."""
    pairs = [(name, value) for name, values in chosen.items() for value in values]
    return [
        Chosen(f"{LABELS.get(name, name)}: {value}", with_filters(address, [p for p in pairs if p != (name, value)]))
        for name, value in pairs
    ]


def with_filters(address: str, pairs: Iterable[tuple[str, str]]) -> str:
    asked = urlencode(list(pairs))
    return f"{address}?{asked}" if asked else address


def more_parts(place: Place, pairs: Iterable[tuple[str, str]]) -> list[Link]:
    """The parts of the page that are one click away, by their questions."""
    asked = list(pairs)
    return [
        Link(question, with_filters(reverse("dashboard_part", args=[place.slug, key]), asked))
        for key, (question, _) in SECTIONS.items()
        if key not in FIRST
    ]


def parts_of(place: Place) -> list[Link]:
    """The directorates or teams of a place."""
    below = place.children.filter(controller=place.controller_id, closed=None).order_by("name")
    return [Link(part.name, reverse("dashboard", args=[part.slug])) for part in below]


def three_things(place: Place) -> list[dict[str, str]]:
    """Three things that a manager can begin now: others for other teams, the same each time for one."""
    known = managers_can()
    return [known[(place.pk + step * 2) % len(known)] for step in range(3)]


def who_can(ability: str, place: Place) -> str:
    """The people to ask, by name."""
    return ", ".join(user.name for user in with_ability(ability, place)[:4])


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """What a place has from an organisation that released something: one line of its page."""

    name: str
    at_start: str
    left: str
    rate: str
    period: str
    by: str


def received_lines(found: list[Received]) -> list[ReceivedLine]:
    """The organisations that released something, as the place above them sees them."""
    return [_line(one, one.pack, one.release) for one in found if one.pack and one.release]


def _line(one: Received, pack: Pack, release: Release) -> ReceivedLine:
    rows = [row for row in pack.table().rows if row.period == pack.periods[-1]]
    row = rows[0] if rows else None
    by = release.released_by.name if release.released_by else ""
    return ReceivedLine(
        one.organisation.name,
        _count(row, "headcount_at_start"),
        _count(row, "leavers"),
        _rate(row),
        pack.periods[-1].in_words,
        by,
    )


def _count(row: PackRow | None, name: str) -> str:
    value = row.counts.get(name) if row else None
    return "*" if value is None else f"{value:,}"


def _rate(row: PackRow | None) -> str:
    value = row.made.get("leaver_rate") if row else None
    return "*" if value is None else f"{value:.1%}"


def not_released(found: list[Received]) -> list[tuple[str, list[str]]]:
    """Those that have released nothing, by what they are: ("Trust", names)."""
    kinds: dict[str, list[str]] = {}
    for one in found:
        if one.pack is None and one.organisation.kind != "network":
            kinds.setdefault(one.organisation.kind_in_words, []).append(one.organisation.name)
    return list(kinds.items())


def received_in_words(found: list[Received]) -> str:
    """How many have released, of how many: "2 of 3 trusts and 0 of 12 practices have released figures"."""
    parts = []
    for kind, one in (("trust", "trust"), ("practice", "practice")):
        of_kind = [r for r in found if r.organisation.kind == kind]
        if of_kind:
            parts.append(f"{sum(r.pack is not None for r in of_kind)} of {counted(len(of_kind), one)}")
    return f"{' and '.join(parts)} have released figures to us." if parts else "No organisation lies in this place."


def kept_in_words(place: Place) -> str:
    """Up to when an organisation's own records are kept here, and how many rows the newest file of them brought."""
    loads = workspace_of(place).current().loads
    if not loads:
        return "No list of our staff is kept here yet."
    newest = max(loads, key=lambda load: (load.last_month, load.number))
    words = month(Month.parse(newest.last_month))
    return f"Our list of staff is kept here up to {words}: {counted(newest.rows_taken, 'row')} in the newest file."


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The page of figures, for those who see some."""
    here = standing(person(request), place) if request.user.is_authenticated else None
    if here is not None and cannot_see(here) is None:
        yield Link("How are we doing?", reverse("dashboard", args=[place.slug]), order=10)
