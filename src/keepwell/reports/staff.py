"""The report on staff records: how many leave, from where, why, how soon, and who could retire?"""

from __future__ import annotations

from dataclasses import replace

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session
from keepwell.errors import EnquiryRefused, counted
from keepwell.periods import Month
from keepwell.records.workspace import Load
from keepwell.reports.changing import FEWEST_POINTS, month_by_month, months_to, what_is_changing
from keepwell.reports.equality import who_is_more_likely
from keepwell.reports.highest import where_highest
from keepwell.reports.leaving import LEAVERS, THEIR_STAFF, Asking, headline, left_out_grids, not_in_it
from keepwell.reports.people import could_retire, early_leaving, other_figures, since_last_month, where_change_came_from
from keepwell.reports.quality import quality
from keepwell.reports.reasons import why_they_go
from keepwell.reports.sections import Report, Section
from keepwell.reports.sickness import sickness_and_posts

UNIT = {"one": "team", "many": "teams"}
STAFF_GROUP = {"one": "staff group", "many": "staff groups"}
MORE_SECTIONS = (
    why_they_go,
    early_leaving,
    could_retire,
    who_is_more_likely,
    sickness_and_posts,
    where_change_came_from,
    other_figures,
    quality,
)
YEAR, MONTHS_SHOWN, FEWEST_MONTHS = 12, 36, 3


def staff_report(session: Session, base: Enquiry, whose: str | None) -> Report:
    """A page on one organisation's staff, or on all that are loaded, over the newest twelve months."""
    asking = Asking(session, base)
    sheets: dict[str, Released] = {}
    have = months_in_a_row_of(asking)
    months = min(YEAR, have - 1)
    if months < 1:
        raise EnquiryRefused(
            "Two month ends in a row are needed to see who left.",
            found="the month's end before the newest is not loaded",
            attempt="load the extract of the month before, or choose --end",
        )
    newest = asking.about("leaver_rate", months=1).rows()
    if not newest:
        raise EnquiryRefused(
            "There is nobody in post to report on.", found="no staff at the newest month's end", attempt="another --end"
        )
    last = newest[0]["period_end"]
    asking = Asking(session, replace(base, end=Month.of(last)))  # the newest leavers extract may end elsewhere
    yearly = Asking(session, replace(asking.base, months=months))
    period = "the 12 months to" if months == YEAR else f"the {months} months to" if months > 1 else ""
    in_words = f"{period} {Month.of(last).in_words}".strip()
    sections: list[Section] = []
    first, sheets["Headline"] = headline(yearly, whose or "their organisation", in_words)
    sections.append(first)
    section, sheets["Since last month"] = since_last_month(asking)
    sections.append(section)
    if have > FEWEST_MONTHS:
        section, tables = month_by_month(asking, min(have - 1, MONTHS_SHOWN), Month.of(last))
        sections.append(section)
        sheets |= tables
    many = len(yearly.about("leaver_rate", by=("organisation",)).rows()) > 1
    section, sheets["By team"] = where_highest(
        yearly,
        ("organisation", "unit") if many else ("unit",),
        "unit",
        UNIT,
        key="teams",
        question="Which teams lose most?",
    )
    sections.append(section)
    section, sheets["By staff group"] = where_highest(
        yearly, ("staff_group",), "staff_group", STAFF_GROUP, key="groups", question="Which staff groups lose most?"
    )
    sections.append(section)
    if have > FEWEST_POINTS:
        question, by = months_to(Month.of(last), min(have - 1, MONTHS_SHOWN)), "organisation" if many else "staff_group"
        if summary := what_is_changing(asking, question, (by,), by.replace("_", " ")):
            section, sheets["What is changing"] = summary
            sections.append(section)
    for make in MORE_SECTIONS:
        section_or_none, tables = make(yearly, in_words)
        if section_or_none is not None:
            sections.append(section_or_none)
            sheets |= tables
    sections.append(_made_of(session, base))
    released = sheets["Headline"]
    return Report(
        f"Who is leaving {whose or 'our organisations'}?",
        f"{in_words[0].upper()}{in_words[1:]} · staff records",
        released.policy.mark,
        released.audience,
        tuple(sections),
        sheets,
    )


def months_in_a_row_of(asking: Asking) -> int:
    """How many month ends in a row lead up to the newest."""
    loads = [x for x in _loads_of(asking.session, asking.base) if x.format == asking.base.source]
    months = sorted(
        {m for x in loads for m in range(Month.parse(x.first_month).index, Month.parse(x.last_month).index + 1)}
    )
    last = asking.base.end.index if asking.base.end else months[-1]
    row = 0
    while last - row in months:
        row += 1
    return row


def _loads_of(session: Session, base: Enquiry) -> list[Load]:
    """The files that tell of the organisation asked for, or all of them."""
    only = {code for name, codes in base.where if name == "organisation" for code in codes}
    if any("successions" in x.parts for x in session.generation.loads):
        only = set()  # files of an organisation that is now part of it count too
    return [x for x in session.generation.loads if not only or only & set(x.organisations)]


def _made_of(session: Session, base: Enquiry) -> Section:
    used = frozenset({base.source or "", *([LEAVERS] if base.source == THEIR_STAFF else [])})
    loads = [x for x in _loads_of(session, base) if x.format in used]
    taken = sum(x.rows_taken for x in loads)
    out = sum(x.rows_read - x.rows_taken for x in loads)
    return Section(
        "data",
        "What is this made of?",
        f"{counted(len(loads), 'file')}: {taken:,} rows in, {out:,} left out, each for a reason given below.",
        grids=left_out_grids(loads),
        notes=tuple(not_in_it(session, used)),
    )
