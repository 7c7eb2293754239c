"""The report on general practice: who works there, how much, how near to retirement, and for how many patients?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session
from keepwell.errors import EnquiryRefused, counted
from keepwell.periods import Month
from keepwell.reports.leaving import Asking, left_out_grids
from keepwell.reports.practice_change import came_and_went, changed
from keepwell.reports.practice_page import YEAR, Page, when
from keepwell.reports.practice_sections import kinds, near_retirement, participation, patients, who
from keepwell.reports.sections import Report, Section
from keepwell.sources.telling import once

GENERAL_PRACTICE: Final = ("gpw_practice", "gpw_individual", "gp_practice_year", "pcn_individual")
"""The sources of this report, the best first."""
BESIDE: Final = {"gpw_practice": "gpw_individual", "gpw_individual": "gpw_practice"}
"""Two levels of one publication, told on one page."""
OF_PEOPLE: Final = frozenset({"gpw_individual", "pcn_individual"})
SECTIONS: Final = (who, kinds, participation, near_retirement, patients, changed, came_and_went)


def general_practice_report(session: Session, base: Enquiry, whose: str | None) -> Report:
    """A page on general practice, from the source of `base` and the other level of the same publication.

    Raises EnquiryRefused where nothing of it is loaded.
    """
    page = page_of(session, base, whose)
    sections: list[Section] = []
    sheets: dict[str, Released] = {}
    for make in SECTIONS:
        made = make(page)
        if made is not None:
            sections.append(made[0])
            sheets |= made[1]
    sections.append(_made_of(session, page))
    first = next(iter(sheets.values()))
    return Report(
        f"Who works in {page.whose}?",
        f"{when(page)} · {publication(base.source)}",
        first.policy.mark,
        first.audience,
        tuple(sections),
        sheets,
    )


def page_of(session: Session, base: Enquiry, whose: str | None) -> Page:
    """What a page on general practice can ask. Raises EnquiryRefused where nothing of its source is loaded."""
    loaded = {load.format for load in session.generation.loads}
    source = base.source or ""
    sources = {source, BESIDE.get(source, source)} & loaded
    newest = [Month.parse(x.last_month) for x in session.generation.loads if x.format == source]
    if not newest:
        raise EnquiryRefused(
            "No file of general practice is loaded.", found=f"no {source}", attempt="keepwell load FILE…"
        )
    month = base.end or max(newest)
    asking = {s: Asking(session, replace(base, source=s, end=month)) for s in sources}
    people = next((asking[s] for s in sorted(sources) if s in OF_PEOPLE), None)
    practices = next((asking[s] for s in sorted(sources) if s not in OF_PEOPLE), None)
    if whose is not None and practices is not None and people is not None:
        people, practices = (people, None) if source in OF_PEOPLE else (None, practices)
    return Page(
        practices,
        people,
        month,
        whose or ("the networks here" if source == "pcn_individual" else "general practice here"),
        _months_back(newest, month),
    )


def _months_back(newest: list[Month], month: Month) -> int:
    """A year, where the files reach back so far to the month; else the longest they reach back within it."""
    back = [month - m for m in newest if 0 < month - m <= YEAR]
    return max(back, default=YEAR)


def publication(source: str | None) -> str:
    if source == "pcn_individual":
        return "Primary Care Network Workforce"
    return (
        "means of General Practice Workforce months" if source == "gp_practice_year" else "General Practice Workforce"
    )


def _made_of(session: Session, page: Page) -> Section:
    used = {asking.base.source for asking in (page.practices, page.people) if asking is not None}
    loads = [x for x in session.generation.loads if x.format in used]
    remarks = once(load.remarks for load in loads)
    return Section(
        "data",
        "What is this made of?",
        f"{counted(len(loads), 'file')} as NHS England published them or others put together; nothing is filled in.",
        grids=left_out_grids(loads),
        notes=tuple(f"{remark}." for remark in remarks),
    )
