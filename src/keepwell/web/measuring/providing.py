"""Which exact figures, and which published ones, can somebody set beside what a place says of itself?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from keepwell.enquiries import Enquiry, Session, sources_for
from keepwell.errors import KeepwellError
from keepwell.measures import measures
from keepwell.records.workspace import Workspace
from keepwell.reports.general_practice import GENERAL_PRACTICE
from keepwell.reports.leaving import Asking
from keepwell.reports.one_line import REASONS, OneLine, of_measure, of_reasons
from keepwell.reports.staff import YEAR, months_in_a_row_of
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.accounts.rules import standing
from keepwell.web.evidence.values import PUBLISHED, Asked, Value
from keepwell.web.measuring.presenters import with_place
from keepwell.web.measuring.queries import Where, source_of, staff_source
from keepwell.web.measuring.rules import cannot_see_exact
from keepwell.web.places.kept import kept
from keepwell.web.places.models import ICB, NATION, NETWORK, PRACTICE, REGION, TRUST, Place
from keepwell.web.places.queries import published_workspace, where_of

VERSION: Final = 1
"""Changed whenever lines are made differently, so that those kept from before are not shown."""
CALLED: Final = {TRUST: "organisation", PRACTICE: "organisation", NETWORK: "pcn", ICB: "icb", REGION: "region"}
"""By which field published files name a place of each kind."""
OF_PRACTICES: Final = tuple(sorted(GENERAL_PRACTICE, key=lambda source: "individual" not in source))
"""Published files of general practice, those that follow people first."""
BY_MONTH: Final = ("nhs_turnover",)
"""Published files that count each month by itself, so that a year has to be asked for."""
Lines = Mapping[str, OneLine]


@dataclass(frozen=True, slots=True)
class PublishedLines:
    """What one published file tells of a place: the staff of general practices, or of all other organisations."""

    of_practices: bool
    lines: Lines


Part = tuple[tuple[str, tuple[str, ...]], ...]


def exact_values(user: User, asked: Asked) -> Iterator[Value]:
    """The newest figures of a place in its own records, for whoever sees exact figures there.

    What the records tell only of the whole organisation is given of that, by its name. What they cannot tell is left
    out: the measure's own page says why.
    """
    organisation = asked.place.controller or asked.place
    found: dict[str, tuple[Place, OneLine]] = {}
    for place in dict.fromkeys((organisation, asked.place)):
        if cannot_see_exact(standing(user, place)) is None:
            found |= {name: (place, line) for name, line in own_lines(place).items()}
    for name in _wanted(asked):
        if name in found:
            place, line = found[name]
            yield _exact(asked, place, line)


def published_values(user: User, asked: Asked) -> Iterator[Value]:
    """What is published of the organisation that a place belongs to, for everybody who is signed in."""
    if not (user.is_authenticated and user.is_active):
        return
    organisation = asked.place.controller or asked.place
    for of_practices in (False, True):
        files = [lines for lines in published_lines(organisation) if lines.of_practices is of_practices]
        for name in asked.measures:
            if line := next((file.lines[name] for file in files if name in file.lines), None):
                yield _published(asked, line, of_practices=of_practices)


def _wanted(asked: Asked) -> tuple[str, ...]:
    """Measures, then reasons. The reason given most often is told only where no reason is asked for by name."""
    return (*(name for name in asked.measures if name != REASONS or not asked.reasons), *asked.reasons)


def _exact(asked: Asked, place: Place, line: OneLine) -> Value:
    whose = "" if place.pk == asked.place.pk else f", {place.name}"
    about = line.name if line.name in measures() else REASONS
    link = with_place(reverse("measure", args=[about]), place.controller or place)
    return _value(line, key=line.name, label=f"{line.label}{whose}", policy=INTERNAL, link=link, place=place)


def _published(asked: Asked, line: OneLine, *, of_practices: bool) -> Value:
    organisation = asked.place.controller or asked.place
    of = ", general practice" if of_practices else ""
    whose = "" if organisation.pk == asked.place.pk else f" of {organisation.name}"
    return _value(
        line,
        key=f"published/{'practices/' if of_practices else ''}{line.name}",
        label=f"{line.label}{of}, as published{whose}",
        policy=PUBLISHED,
        link=reverse("measure", args=[line.name]),
        place=organisation,
    )


def _value(line: OneLine, **told: Any) -> Value:
    meant = line.definition
    definition = f"{meant.words} Formula: {meant.formula}. Of whom: {meant.population}."
    return Value(
        words=line.said, period=line.period, definition=definition, number=line.value, change=line.change, **told
    )


def own_lines(place: Place) -> Lines:
    """Every measure that an organisation's records tell of a place, and every reason: made once for each state of them."""
    where = Where(place.controller or place)

    def make() -> dict[str, OneLine]:
        with Session(where.workspace) as session:
            return _own_lines(session, where, where_of(place))

    return kept(where.workspace, ("own lines", VERSION, where_of(place)), make)


def _own_lines(session: Session, where: Where, part: Part) -> dict[str, OneLine]:
    months = months_told(session, where, part)
    found: dict[str, OneLine] = {}
    for name, one in measures().items():
        if (source := source_of(where, one)) is not None:
            asked = Enquiry(name, where=part, source=source, months=months)
            found |= _lines(session, asked)
    return found


def _lines(session: Session, asked: Enquiry) -> dict[str, OneLine]:
    try:
        if asked.measure == REASONS:
            return {line.name: line for line in of_reasons(session, asked)}
        line = of_measure(session, asked)
    except KeepwellError:
        return {}  # the measure's own page says why
    return {} if line is None else {line.name: line}


def months_told(session: Session, where: Where, part: Part) -> int:
    """Over how many months: twelve, or as many as there are."""
    source = staff_source(where)
    if source is None:
        return YEAR
    try:
        have = months_in_a_row_of(Asking(session, Enquiry("leaver_rate", where=part, source=source)))
    except KeepwellError:
        return YEAR
    return max(1, min(YEAR, have - 1))


def published_lines(organisation: Place) -> tuple[PublishedLines, ...]:
    """What each published file tells of an organisation, or of a place above several; the best file first."""
    where = named_as_published(organisation)
    if where is None:
        return ()
    workspace = published_workspace()

    def make() -> tuple[PublishedLines, ...]:
        return _published_lines(workspace, organisation, where)

    return kept(workspace, ("lines as published", VERSION, organisation.kind, where), make)


def named_as_published(organisation: Place) -> Part | None:
    """How published files name a place; None for one that they do not name."""
    if organisation.kind == NATION:
        return ()
    field = CALLED.get(organisation.kind)
    return ((field, (organisation.code,)),) if field and organisation.code else None


def _published_lines(workspace: Workspace, organisation: Place, where: Part) -> tuple[PublishedLines, ...]:
    loaded = {load.format for load in workspace.current().loads}
    of_practices = [s for s in OF_PRACTICES if s in loaded and organisation.kind != TRUST]
    others = [s for s in sorted(loaded - set(GENERAL_PRACTICE)) if organisation.kind not in (PRACTICE, NETWORK)]
    with Session(workspace) as session:
        return tuple(
            PublishedLines(source in of_practices, _lines_of(session, source, where))
            for source in (*of_practices, *others)
        )


def _lines_of(session: Session, source: str, where: Part) -> Lines:
    months = YEAR if source in BY_MONTH else None
    found: dict[str, OneLine] = {}
    for name, one in measures().items():
        if name != REASONS and source in sources_for(session.generation, one):
            found |= _lines(session, Enquiry(name, where=where, source=source, months=months))
    return found
