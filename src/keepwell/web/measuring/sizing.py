"""How large is the group behind a figure, and how far do others move it in a year?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from keepwell.enquiries import Enquiry, Session, sources_for
from keepwell.enquiries.peer_changes import PeerChanges, peer_changes
from keepwell.enquiries.people_behind import RATES, SHARES, Behind, people_behind
from keepwell.measures import measures
from keepwell.reports.one_line import OF_MONTHS
from keepwell.reports.staff import YEAR
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.measuring.providing import BY_MONTH, months_told, named_as_published
from keepwell.web.measuring.queries import Where, source_of
from keepwell.web.measuring.rules import cannot_see_exact
from keepwell.web.places.kept import kept
from keepwell.web.places.models import Place
from keepwell.web.places.queries import published_workspace, where_of

VERSION: Final = 2
"""Changed whenever sizes are made differently, so that those kept from before are not used."""
COUNTING_PEOPLE: Final = (*sorted(RATES), *SHARES)


def exact_size(user: User, place: Place, measure: str) -> Behind | None:
    """The class of those behind a measure in a place's own records, for whoever sees exact figures there."""
    if cannot_see_exact(standing(user, place)) is not None:
        return None
    return own_size(place, measure)


def own_size(place: Place, measure: str) -> Behind | None:
    """The class behind a measure in the records of an organisation, of the place: made once for each state of them."""
    if measure not in COUNTING_PEOPLE:
        return None
    where = Where(place.controller or place)
    part = where_of(place)

    def make() -> tuple[Behind | None]:
        with Session(where.workspace) as session:
            asked = Enquiry(measure, where=part, months=months_told(session, where, part))
            return (_behind(session, where, asked),)

    return kept(where.workspace, ("own size", VERSION, measure, part), make)[0]


def _behind(session: Session, where: Where, asked: Enquiry) -> Behind | None:
    source = source_of(where, measures()[asked.measure])
    if source is None:
        return None
    return people_behind(session, replace(asked, source=source, months=OF_MONTHS.get(asked.measure, asked.months)))


def published_size(user: User, place: Place, measure: str) -> Behind | None:
    """The class of those behind a measure of an organisation, as published: for everybody who is signed in."""
    if not (user.is_authenticated and user.is_active and place.is_controller):
        return None
    return published_sizes(place).get(measure)


def published_sizes(organisation: Place) -> Mapping[str, Behind]:
    """The class behind each measure that published files tell of an organisation; the first file that tells it."""
    where = named_as_published(organisation)
    if where is None:
        return {}
    workspace = published_workspace()

    def make() -> dict[str, Behind]:
        found: dict[str, Behind] = {}
        with Session(workspace) as session:
            for name in COUNTING_PEOPLE:
                for source in sources_for(session.generation, measures()[name]):
                    months = YEAR if source in BY_MONTH else None
                    behind = people_behind(session, Enquiry(name, where=where, source=source, months=months))
                    if behind is not None:
                        found.setdefault(name, behind)
        return found

    return kept(workspace, ("sizes as published", VERSION, organisation.kind, where), make)


def changes_elsewhere(place: Place, measure: str) -> PeerChanges | None:
    """How a measure changed in a year at others of the kind of the organisation that a place belongs to, as published."""
    organisation = place.controller or place
    if not organisation.code:
        return None
    workspace = published_workspace()

    def make() -> tuple[PeerChanges | None]:
        with Session(workspace) as session:
            return (peer_changes(session, measure, organisation.code),)

    return kept(workspace, ("changes elsewhere", VERSION, measure, organisation.code), make)[0]
