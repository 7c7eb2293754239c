"""What does a measure come to where somebody may see it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from keepwell.enquiries import Session, sources_for
from keepwell.measures import Measure, measure
from keepwell.records.workspace import Workspace
from keepwell.reports.changing import Happened
from keepwell.reports.measure_page import Shown, month_by_month, own_figures, why_another_figure
from keepwell.reports.sections import Section
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import grants_of, standing
from keepwell.web.measuring.rules import cannot_see_exact
from keepwell.web.places.kept import kept
from keepwell.web.places.models import Place
from keepwell.web.places.queries import published_workspace, workspace_of

STAFF: Final = ("esr_staff_in_post", "staff_list")
BEST: Final = ("esr_staff_in_post", "staff_list", "esr_leavers", "absence_extract", "establishment")
"""Where several sources can answer, the first of these does."""
VERSION: Final = 1
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Where:
    """The records that a page's figures come from: those of an organisation, or the published ones (no place)."""

    place: Place | None

    @property
    def workspace(self) -> Workspace:
        return published_workspace() if self.place is None else workspace_of(self.place)

    @property
    def published(self) -> bool:
        return self.place is None


def exact_places(user: User) -> list[Place]:
    """The organisations whose exact figures somebody may see, by name."""
    held = {grant.place.controller for grant in grants_of(user) if grant.place is not None and grant.place.controller}
    found = [place for place in held if cannot_see_exact(standing(user, place)) is None]
    return sorted(found, key=lambda place: place.name)


def source_of(where: Where, asked: Measure) -> str | None:
    """The source that answers for a measure, of those loaded; None where none can."""
    loaded = sources_for(where.workspace.current(), asked)
    return next((source for source in BEST if source in loaded), loaded[0] if loaded else None)


def staff_source(where: Where) -> str | None:
    """The staff records that are loaded, the best of them."""
    loaded = {load.format for load in where.workspace.current().loads}
    return next((source for source in STAFF if source in loaded), None)


def figures(where: Where, name: str) -> Shown | None:
    """The measure's newest figures there; None where nothing is loaded that it can be made from.

    Raises EnquiryRefused where the records cannot answer.
    """
    source = source_of(where, measure(name))
    if source is None:
        return None
    return _kept(where, ("figures", name, source), lambda session: own_figures(session, name, source))


def course(where: Where, name: str, happened: tuple[Happened, ...] = ()) -> Section | None:
    """The measure month by month as a control chart, with what happened meanwhile; None where there are too few months."""
    source = source_of(where, measure(name))
    if source is None:
        return None
    found = _kept(
        where, ("course", name, source, happened), lambda session: (month_by_month(session, name, source, happened),)
    )
    return found[0]


def steps(where: Where, other: str) -> Shown | None:
    """The steps from another definition's leaver rate to ours; None where no staff records are loaded."""
    source = staff_source(where)
    if source is None:
        return None
    return _kept(where, ("steps", other, source), lambda session: why_another_figure(session, source, other))


def _kept(where: Where, of: tuple[Any, ...], make: Callable[[Session], Made]) -> Made:
    workspace = where.workspace

    def made() -> Made:
        with Session(workspace) as session:
            return make(session)

    return kept(workspace, ("measuring", VERSION, *of), made)
