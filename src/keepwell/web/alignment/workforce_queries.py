"""How many staff are there, of those that a target speaks of, as far as whoever asks may know?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from django.db.models import QuerySet

from keepwell.enquiries import Enquiry, Session, answer, sources_for
from keepwell.errors import KeepwellError
from keepwell.measures import measure
from keepwell.records.workspace import Workspace
from keepwell.reports.one_line import OneLine, of_measure
from keepwell.reports.staff import YEAR
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.accounts.rules import standing
from keepwell.web.alignment.models import WorkforceTarget
from keepwell.web.evidence.values import PUBLISHED, Asked, Value, values_for
from keepwell.web.measuring.providing import BY_MONTH, CALLED
from keepwell.web.measuring.queries import Where, source_of
from keepwell.web.measuring.rules import cannot_see_exact
from keepwell.web.places.kept import kept
from keepwell.web.places.models import NATION, Place
from keepwell.web.places.queries import published_workspace, where_of

VERSION: Final = 1
"""Changed whenever records are read differently, so that those kept from before are not shown."""
GROUP: Final = "staff_group"
Part = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many there are by one record: where it comes from, the number, and of when it is."""

    label: str
    number: float
    period: str
    definition: str


def targets_of(place: Place) -> QuerySet[WorkforceTarget]:
    """The targets of a place that have not ended, the nearest day first."""
    return WorkforceTarget.objects.filter(place=place, over_at=None).select_related("place__controller", "changed_by")


def recorded(target: WorkforceTarget, user: User) -> Recorded | None:
    """How many there are of those that a target speaks of, by the best record that the person may see; None without one.

    The place's own records come first, for whoever sees exact figures of it, then what was handed over, then published
    files: of practices for a practice or a network, else of all other organisations. A figure of a larger place is no
    figure of this one.
    """
    if target.staff_group:
        return next(chain(_own(target, user), _published(target)), None)
    found = values_for(user, Asked(target.place, (target.measure,)))
    theirs = [value for value in found if value.place is not None and value.place.pk == target.place_id]
    for value in sorted(theirs, key=_how_good):
        if value.number is not None:
            return Recorded(value.label, value.number, value.period, value.definition)
    return None


def _how_good(value: Value) -> int:
    return {INTERNAL: 0, PUBLISHED: 2}.get(value.policy, 1)


def _own(target: WorkforceTarget, user: User) -> Iterator[Recorded]:
    organisation = target.place.controller or target.place
    if cannot_see_exact(standing(user, organisation)) is not None:
        return
    where = Where(organisation)
    source = source_of(where, measure(target.measure))
    if source is not None:
        found = _line(where.workspace, target, where_of(target.place), source, "own records")
        yield from (_as_recorded(line, "by our own records") for line in found)


def _published(target: WorkforceTarget) -> Iterator[Recorded]:
    place = target.place
    field = CALLED.get(place.kind)
    if place.kind != NATION and (field is None or not place.code):
        return
    part: Part = () if field is None else ((field, (place.code,)),)
    workspace = published_workspace()
    for source in sources_for(workspace.current(), measure(target.measure)):
        found = _line(workspace, target, part, source, "as published")
        yield from (_as_recorded(line, "as published") for line in found)


def _line(workspace: Workspace, target: WorkforceTarget, part: Part, source: str, of: str) -> tuple[OneLine, ...]:
    """The newest value of the staff group in one source; made once for each state of the records."""

    def make() -> tuple[OneLine, ...]:
        with Session(workspace) as session:
            return tuple(_asked(workspace, session, target, part, source))

    key = ("workforce", VERSION, of, target.measure, target.staff_group.casefold(), part, source)
    return kept(workspace, key, make)


def _asked(
    workspace: Workspace, session: Session, target: WorkforceTarget, part: Part, source: str
) -> Iterator[OneLine]:
    months = YEAR if source in BY_MONTH else None
    by_group = Enquiry(target.measure, where=part, by=(GROUP,), source=source, months=months)
    try:
        group = _groups(workspace, session, by_group).get(target.staff_group.casefold())
        if group is None:
            return
        where = (*part, (GROUP, (group,)))
        line = of_measure(session, Enquiry(target.measure, where=where, source=source, months=months))
    except KeepwellError:
        return  # the measure's own page says why
    if line is not None:
        yield line


def _groups(workspace: Workspace, session: Session, asked: Enquiry) -> Mapping[str, str]:
    """The staff groups of a source as it writes them, by their name in small letters."""
    rows = answer(workspace, asked, session).rows()
    return {str(row[GROUP]).casefold(): str(row[GROUP]) for row in rows if row[GROUP] is not None}


def _as_recorded(line: OneLine, how: str) -> Recorded:
    meant = line.definition
    definition = f"{meant.words} Formula: {meant.formula}. Of whom: {meant.population}."
    return Recorded(f"{line.label}, {how}", line.value, line.period, definition)
