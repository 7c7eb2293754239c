"""Which report can be made from what is loaded?"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from keepwell.enquiries import Enquiry, Session, sources_for
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures import measure
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.reports.general_practice import GENERAL_PRACTICE, general_practice_report
from keepwell.reports.leaving import Asking
from keepwell.reports.published import published_report
from keepwell.reports.sections import Report
from keepwell.reports.staff import staff_report

REPORTED: Final = ("esr_staff_in_post", "staff_list", "nhs_turnover")
"""The sources that a report can be made from, the best first."""


def overview(workspace: Workspace, *, organisation: str | None, source: str | None, end: Month | None) -> Report:
    """The report on one organisation or on all, from the source named or the one that fits best.

    Staff records go before published counts: they say more. Raises EnquiryRefused when nothing is loaded
    that it can be made from, or the organisation is not in it.
    """
    with Session(workspace) as session:
        loaded = [s for s in sources_for(session.generation, measure("leaver_rate")) if s in REPORTED]
        if source in GENERAL_PRACTICE or (source is None and not loaded):
            practices = [s for s in GENERAL_PRACTICE if s in sources_for(session.generation, measure("fte"))]
            if practices:
                return _of_general_practice(session, organisation, source or practices[0], end)
        if not loaded:
            raise EnquiryRefused(
                "Nothing is loaded that a report can be made from.",
                found=f"workspace {workspace.folder} with {len(session.generation.loads)} loads",
                attempt="keepwell load FILE…, with a turnover file or staff records; keepwell formats lists them",
            )
        chosen = source or next(s for s in REPORTED if s in loaded)
        if chosen not in REPORTED:
            raise EnquiryRefused(
                f"No report is made from {chosen}.",
                found=f"--source {chosen}",
                attempt=" or ".join(f"--source {s}" for s in loaded),
            )
        where = (("organisation", (organisation.upper(),)),) if organisation else ()
        base = Enquiry("leaver_rate", where=where, end=end, source=chosen)
        whose = _name(session, base, organisation) if organisation else None
        make = published_report if chosen == "nhs_turnover" else staff_report
        return make(session, base, whose)


def _of_general_practice(session: Session, organisation: str | None, source: str, end: Month | None) -> Report:
    """The page on general practice, or on one practice of it."""
    base = Enquiry("fte", source=source, end=end)
    whose = _name(session, base, organisation, measure="fte", months=None) if organisation else None
    where = (("organisation", (organisation.upper(),)),) if organisation else ()
    return general_practice_report(session, replace(base, where=where), whose)


def _name(
    session: Session, base: Enquiry, organisation: str, *, measure: str = "headcount", months: int | None = 1
) -> str:
    """The name of the organisation asked for, refused with those that are like it where it is not loaded."""
    rows = Asking(session, replace(base, where=())).about(measure, by=("organisation",), months=months).rows()
    names = {row["organisation"]: row["organisation_name"] or row["organisation"] for row in rows}
    if organisation.upper() in names:
        return str(names[organisation.upper()])
    like = [c for c, n in names.items() if organisation.casefold() in n.casefold()]
    like += get_close_matches(organisation.upper(), list(names), 5, 0.5)
    raise EnquiryRefused(
        f"No organisation with the code {organisation} is loaded.",
        found=f"{counted(len(names), 'organisation')}, among them {listed([f'{c} ({names[c]})' for c in like or names], 5)}",
        attempt="keepwell report --organisation with one of these codes",
    )
