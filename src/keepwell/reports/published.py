"""The report on published turnover: how many left, in which staff groups and organisations?"""

from __future__ import annotations

from dataclasses import replace

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session
from keepwell.periods import Month
from keepwell.reports.beside import beside_all
from keepwell.reports.changing import (
    FEWEST_POINTS,
    MOST_POINTS,
    month_by_month,
    months_in_a_row,
    months_to,
    what_is_changing,
)
from keepwell.reports.comparing import among_our_peers
from keepwell.reports.highest import where_highest
from keepwell.reports.leaving import Asking, headline, left_out_grids, not_in_it
from keepwell.reports.sections import Report, Section

GROUP = {"one": "staff group", "many": "staff groups"}
ORGANISATION = {"one": "organisation", "many": "organisations"}


ONE_MONTH = (
    "One month: not to be set beside a yearly rate. Over a year about twelve times as many leave.",
    "Counted are staff of NHS trusts and integrated care boards without resident doctors. Moving to another trust "
    "counts as leaving, and so does the transfer of a whole service.",
)


def published_report(session: Session, base: Enquiry, whose: str | None) -> Report:
    """A page on one organisation, or on all of them, in the newest month that is loaded."""
    asking = Asking(session, base)
    sheets: dict[str, Released] = {}
    month = _month(asking)
    first, sheets["Headline"] = headline(asking, whose or "their organisation", f"the one month of {month}")
    first = replace(first, notes=(*ONE_MONTH, *(n for n in first.notes if n not in ONE_MONTH)))
    sections = [first]
    if whose is not None:
        section, sheets["All organisations"] = beside_all(asking)
        sections.append(section)
    if peers := among_our_peers(asking, next(iter(dict(base.where).get("organisation", ())), None)):
        section, sheets["Peers"] = peers
        sections.append(section)
    last = Month.of(asking.about("leaver_rate").rows()[0]["period_end"])
    months = min(
        MOST_POINTS, months_in_a_row([x for x in session.generation.loads if x.format == "nhs_turnover"], last)
    )
    if months >= 3:
        section, tables = month_by_month(asking, months, last)
        sections.append(section)
        sheets |= tables
    section, sheets["By staff group"] = where_highest(
        asking, ("staff_group",), "staff_group", GROUP, key="groups", question="Which staff groups lose most?"
    )
    sections.append(section)
    if whose is None:
        section, sheets["By organisation"] = where_highest(
            asking,
            ("organisation",),
            "organisation_name",
            ORGANISATION,
            key="organisations",
            question="Which organisations lose most?",
        )
        sections.append(section)
        section, sheets["By benchmark group"] = where_highest(
            asking,
            ("benchmark_group",),
            "benchmark_group",
            {"one": "kind of organisation", "many": "kinds of organisation"},
            key="kinds",
            question="Which kinds of organisation lose most?",
        )
        sections.append(section)
    if months >= FEWEST_POINTS:
        by = "staff_group" if whose is not None else "organisation"
        if summary := what_is_changing(asking, months_to(last, months), (by,), by.replace("_", " ")):
            section, sheets["What is changing"] = summary
            sections.append(section)
    sections.append(_made_of(session))
    released = sheets["Headline"]
    return Report(
        f"Who is leaving {whose or 'NHS organisations in England'}?",
        f"{month} · NHS England turnover benchmarking",
        released.policy.mark,
        released.audience,
        tuple(sections),
        sheets,
    )


def _month(asking: Asking) -> str:
    row = asking.about("leaver_rate").rows()[0]
    return f"{row['period_end']:%B %Y}"


def _made_of(session: Session) -> Section:
    return Section(
        "data",
        "What is this made of?",
        "Counts as NHS England published them. Nothing was estimated or filled in.",
        grids=left_out_grids([x for x in session.generation.loads if x.format == "nhs_turnover"]),
        notes=tuple(not_in_it(session, frozenset({"nhs_turnover"}))),
    )
