"""What does the engine answer about a place, and what has been made of it before?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from django.utils import timezone

from keepwell.enquiries import Enquiry, Session
from keepwell.enquiries.filters import FILTERS, options_for
from keepwell.enquiries.kept_open import KeptOpen
from keepwell.enquiries.ladder import ladder, rungs_of
from keepwell.enquiries.packs import Pack, read_pack
from keepwell.errors import EnquiryRefused, listed
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.reports import aims
from keepwell.reports.changing import Happened
from keepwell.reports.dashboard import dashboard
from keepwell.reports.general_practice import GENERAL_PRACTICE
from keepwell.reports.ladder import ladder_section
from keepwell.reports.practice_front import practice_front
from keepwell.reports.sections import Report, Section
from keepwell.reports.special_groups import QUESTIONS as SPECIAL
from keepwell.reports.special_groups import special_page
from keepwell.web.accounts.models import User
from keepwell.web.dashboards.models import Target
from keepwell.web.evidence.marks import Mark, marks_for
from keepwell.web.places.kept import kept
from keepwell.web.places.models import PRACTICE, TEAM, Place
from keepwell.web.places.queries import published_workspace, where_of, workspace_of
from keepwell.web.releases import queries as releases_of
from keepwell.web.releases.models import Release

STAFF: Final = ("esr_staff_in_post", "staff_list")
"""Sources of staff records that a page can be made from, the best first."""
VERSION: Final = 1
"""Changed whenever pages are made differently, so that those kept from before are not shown."""
WITH_CHARTS: Final = ("targets", "course")
"""The parts with a chart of single months."""
SAME_PEOPLE: Final = {
    "leavers": ("leavers", "leaver_rate", "share_who_left", "stability_index", "voluntary_leaver_rate"),
}
"""A chart of these people shows what was done about any of these measures."""
Where = tuple[tuple[str, tuple[str, ...]], ...]
Told = tuple[tuple[str, tuple[Happened, ...]], ...]

_open = KeptOpen()


@contextmanager
def session_of(place: Place) -> Iterator[Session]:
    """The newest records of the organisation that answers for a place, kept open by this process."""
    with _open.session(workspace_of(place).folder) as session:
        yield session


def source_of(workspace: Workspace) -> str | None:
    """The staff records that are loaded, the best of them; None where there are none."""
    loaded = {load.format for load in workspace.current().loads}
    return next((source for source in STAFF if source in loaded), None)


def refuse_unknown(options: Mapping[str, tuple[str, ...]], chosen: Mapping[str, list[str]]) -> None:
    """Raises EnquiryRefused for a filter or a value that there is not."""
    for name, values in chosen.items():
        known = options.get(name, ())
        if not known or set(values) - set(known):
            raise EnquiryRefused(
                "That filter is not one that these records know.",
                found=f"{name.replace('_', ' ')}: {listed(sorted(set(values) - set(known)), 3)}"[:200],
                attempt="choose from the lists on the page",
            )


def options(place: Place, source: str) -> dict[str, tuple[str, ...]]:
    """What a page of the place can be filtered by."""
    fields = tuple(name for name in FILTERS if name not in ("directorate", "unit"))

    def make() -> dict[str, tuple[str, ...]]:
        with session_of(place) as session:
            return options_for(session, source, fields)

    return kept(workspace_of(place), (VERSION, "options", source, fields), make)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of somebody entitled to exact figures: of which place, from which source, whom of them, which parts.

    `happened` is what somebody may see on its charts, by the measure: it differs from one reader to the next.
    """

    place: Place
    source: str
    filters: Where
    sections: tuple[str, ...] | None
    happened: Told = ()

    @property
    def where(self) -> Where:
        return (*where_of(self.place), *self.filters)


def exact_page(asked: Asked) -> Report:
    """The parts of the page, made once for each state of the records, and kept; those with something on their charts apart."""
    plain = _page(replace(asked, happened=()))
    if not asked.happened:
        return plain
    wanted = tuple(key for key in WITH_CHARTS if asked.sections is None or key in asked.sections)
    marked = {section.key: section for section in _page(replace(asked, sections=wanted)).sections} if wanted else {}
    return replace(plain, sections=tuple(marked.get(section.key, section) for section in plain.sections))


def _page(asked: Asked) -> Report:
    targets = targets_of(asked.place) if not asked.filters else ()

    def make() -> Report:
        base = Enquiry("leaver_rate", where=asked.where, source=asked.source)
        with session_of(asked.place) as session:
            made = dashboard(session, base, asked.place.name, asked.sections, targets, asked.happened)
            return replace(made, sheets={})

    of = (VERSION, "page", asked.source, asked.place.name, asked.where, asked.sections, targets, asked.happened)
    return kept(workspace_of(asked.place), of, make)


def special_of(asked: Asked) -> str | None:
    """The special category that the filters name; None for a page without one."""
    return next((name for name, _ in asked.filters if name in SPECIAL), None)


def equality_page(asked: Asked, field: str) -> Report:
    """What may be told of the groups of a special category: its own page, whatever part was asked for."""

    def make() -> Report:
        base = Enquiry("leaver_rate", where=asked.where, source=asked.source)
        with session_of(asked.place) as session:
            return replace(special_page(session, base, field, asked.place.name), sheets={})

    return kept(
        workspace_of(asked.place), (VERSION, "special", asked.source, asked.place.name, asked.where, field), make
    )


def exact_tables(asked: Asked) -> Report:
    """The page with the tables behind it, for taking away."""
    base = Enquiry("leaver_rate", where=asked.where, source=asked.source)
    with session_of(asked.place) as session:
        if field := special_of(asked):
            return special_page(session, base, field, asked.place.name)
        return dashboard(session, base, asked.place.name, asked.sections, happened=asked.happened)


def marks_at(user: User, place: Place) -> dict[str, list[Mark]]:
    """What somebody may see on the charts of a place's page, by the measure of each chart that has something."""
    measures = dict.fromkeys(["leavers", *(target.measure for target in targets_of(place))])
    found = {name: _marks(user, place, SAME_PEOPLE.get(name, (name,))) for name in measures}
    return {name: marks for name, marks in found.items() if marks}


def _marks(user: User, place: Place, measures: tuple[str, ...]) -> list[Mark]:
    marks = (mark for measure in measures for mark in marks_for(user, place, measure))
    return sorted(dict.fromkeys(marks), key=lambda mark: mark.on)


def as_happened(marks: Mapping[str, list[Mark]]) -> Told:
    """The same as the engine draws it."""
    return tuple((name, tuple(Happened(mark.on, mark.words) for mark in of)) for name, of in marks.items())


def hidden_page(place: Place, release: Release) -> Section:
    """What a release has handed over of a place, or of the smallest larger part that is shown.

    What was loaded since is shown once it has been handed over, so that nobody sees what is not in the ledger.
    """
    newest = releases_of.newest_pack(release)
    group = tuple((name, values[0]) for name, values in where_of(place))
    finer = {0: ("directorate",), 1: ("unit",)}.get(len(group), ())
    then = finer if any(set(finer) <= set(table) for table in release.tables) else ()

    def make() -> Section:
        with session_of(place) as session:
            found = ladder(session, release.audience, rungs_of(group), then=then, handed_over=True)
            return ladder_section(found, own=place.kind == TEAM)

    of = (VERSION, "ladder", release.audience, newest.sha256 if newest else "", group, then)
    return kept(workspace_of(place), of, make)


def practice_page(place: Place) -> Report | None:
    """The front page of general practice from what is published; None where nothing of it is loaded."""
    workspace = published_workspace()
    loaded = {load.format for load in workspace.current().loads}
    source = next((s for s in GENERAL_PRACTICE if s in loaded), None)
    if source is None:
        return None
    where = (("organisation" if place.kind == PRACTICE else "pcn", (place.code,)),)

    def make() -> Report:
        with _open.session(workspace.folder) as session:
            made = practice_front(session, Enquiry("fte", source=source, where=where), place.name, this_month())
        return replace(made, sheets={})

    return kept(workspace, (VERSION, "practice", source, place.pk, place.name, where, this_month()), make)


def this_month() -> Month:
    """The month that it is, by which the age of a return is told."""
    return Month.of(timezone.localdate())


def targets_of(place: Place) -> tuple[aims.Target, ...]:
    """The targets of a place that have not ended, as the engine takes them."""
    found = Target.objects.filter(place=place, ended_at__isnull=True).select_related("set_by").order_by("pk")
    return tuple(
        aims.Target(t.measure, t.value, Month.parse(t.by_month), t.set_by.name, t.set_at.date()) for t in found
    )


@dataclass(frozen=True, slots=True)
class Received:
    """What an organisation has released to a place: who released it and the figures; None where it has not."""

    organisation: Place
    release: Release | None
    pack: Pack | None


def received(place: Place) -> list[Received]:
    """Every organisation with records of staff that lies in a place, with what it released to it."""
    of = {release.place_id: release for release in releases_of.in_force_to(place).order_by("released_at")}
    below = Place.objects.filter(path__startswith=place.path, kind__in=("trust", "practice", "network"), closed=None)
    found = [
        Received(o, of.get(o.pk), _pack(of.get(o.pk))) for o in below.exclude(pk=place.pk).order_by("kind", "name")
    ]
    return sorted(found, key=lambda r: (r.organisation.kind != "trust", r.release is None, r.organisation.name))


def _pack(release: Release | None) -> Pack | None:
    newest = releases_of.newest_pack(release) if release else None
    return read_pack(bytes(newest.content)) if newest else None
