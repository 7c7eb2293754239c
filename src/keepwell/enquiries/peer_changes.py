"""By how much do places of the same kind change in a year?

From published figures alone, of the newest two years: what is asked of a place can be set beside what others managed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from keepwell.enquiries import Enquiry, Session, answer, sources_for
from keepwell.errors import EnquiryRefused
from keepwell.measures import measure
from keepwell.periods import Month

ROUNDING: Final = 1e-9
FEWEST: Final = 5
"""Below so many others of a kind nothing is said of what is usual among them."""
YEAR: Final = 12
FLOWS: Final = "nhs_turnover"
LENGTHS: Final[Mapping[str, int]] = {
    FLOWS: YEAR,
    "nhs_sickness": YEAR,
    "nhs_sickness_workbook": YEAR,
    "gp_practice_year": YEAR,
    "gpw_practice": 1,
}
"""Published files that tell organisations apart, and the months that a figure of theirs is made over."""
OF_PRACTICES: Final = frozenset({"gp_practice_year", "gpw_practice"})
KIND_BY: Final = "benchmark_group"
COMPARABLE: Final = frozenset({"share", "years", "patients"})
"""Units in which a change at a large place and one at a small place mean the same."""
PRACTICES: Final = "general practices"


@dataclass(frozen=True, slots=True)
class PeerChanges:
    """How a measure changed in a year at every other organisation of a kind, in its unit; the newest year ends with `to`.

    `kind` names them as published, "" where they are all of one kind.
    """

    measure: str
    kind: str
    to: Month
    changes: tuple[float, ...]

    @property
    def number(self) -> int:
        return len(self.changes)

    def as_far(self, change: float) -> int:
        """How many changed by as much or more in the same direction."""
        return sum((-found if change < 0 else found) >= abs(change) - ROUNDING for found in self.changes)


def peer_changes(session: Session, name: str, organisation: str) -> PeerChanges | None:
    """The changes of a measure from the year before the newest one to it, at those of the same kind as an organisation.

        change = figure of the newest year - figure of the year before

    Its kind is its benchmark group as published, or general practice; it is left out itself, and so is whoever has no
    figure in one of the years. None where the measure is a plain count, no published file tells it of both years, the
    organisation is not in it, or there are fewer than 5 others.
    """
    if measure(name).unit not in COMPARABLE:
        return None
    told = [source for source in LENGTHS if source in sources_for(session.generation, measure(name))]
    found = (_from(session, name, source, organisation) for source in told)
    return next((changes for changes in found if changes is not None), None)


def _from(session: Session, name: str, source: str, organisation: str) -> PeerChanges | None:
    asked = Enquiry(name, by=("organisation",), source=source, months=LENGTHS[source], course=2, step=YEAR)
    rows = _rows(session, asked)
    of = _by_end(rows, name)
    kinds = _kinds(session, source)
    if len(of) != 2 or organisation not in (kinds or of[max(of)]):
        return None
    before, now = of[min(of)], of[max(of)]
    own = kinds.get(organisation, "")
    alike = [code for code in now if code != organisation and code in before and (not kinds or kinds.get(code) == own)]
    if len(alike) < FEWEST:
        return None
    changes = sorted(now[code] - before[code] for code in alike)
    return PeerChanges(name, own or PRACTICES, Month.of(max(of)), tuple(changes))


def _by_end(rows: Iterable[Mapping[str, Any]], name: str) -> dict[Any, dict[str, float]]:
    """Figures by the end of their year and by organisation, of those that have one."""
    found: dict[Any, dict[str, float]] = {}
    for row in rows:
        if row.get(name) is not None:
            found.setdefault(row["period_end"], {})[row["organisation"]] = row[name]
    return found


def _kinds(session: Session, source: str) -> dict[str, str]:
    """The kind of each organisation in the newest published turnover; nothing for practices, which are of one kind."""
    if source in OF_PRACTICES:
        return {}
    rows = _rows(session, Enquiry("headcount", by=("organisation", KIND_BY), months=1, source=FLOWS))
    return {row["organisation"]: row[KIND_BY] for row in rows if row[KIND_BY]}


def _rows(session: Session, asked: Enquiry) -> list[dict[str, Any]]:
    """What is published, and nothing else; no rows where it is not loaded."""
    try:
        return answer(session.workspace, replace(asked, policy="published"), session).rows()
    except EnquiryRefused:
        return []
