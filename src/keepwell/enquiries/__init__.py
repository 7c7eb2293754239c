"""What is the answer to one question, for whoever may have it?

An enquiry is a question as a value: which measure, cut how, over which months, by which definition, under
which policy. `answer` is the one place that turns it into a Released table. Command line, reports and
notebooks all ask here, so none of them knows how a number is made.
"""

from __future__ import annotations

from collections.abc import Callable

from keepwell.disclosure import Released
from keepwell.disclosure.policies import hides
from keepwell.enquiries.asking import BASES, LEAVING, METHODS, Asked, Enquiry, refuse_unknown_choices
from keepwell.enquiries.from_absence import from_absence
from keepwell.enquiries.from_counts import from_counts
from keepwell.enquiries.from_general_practice import from_general_practice
from keepwell.enquiries.from_leavers import from_leavers
from keepwell.enquiries.from_posts import from_posts
from keepwell.enquiries.from_published import from_published_flows
from keepwell.enquiries.from_staff import from_staff
from keepwell.enquiries.protected import answer_protected, as_declared
from keepwell.enquiries.session import Session
from keepwell.enquiries.special import answer_special, refuse_special, special_fields
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures import Measure, measure
from keepwell.records.workspace import Generation, Workspace

__all__ = ["BASES", "LEAVING", "METHODS", "Enquiry", "Session", "answer", "sources_for"]

ROADS: dict[str, tuple[str, Callable[[Asked], Released]]] = {
    "nhs_turnover": ("flows", from_published_flows),
    "esr_staff_in_post": ("staff", from_staff),
    "staff_list": ("staff", from_staff),
    "positions_table": ("staff", from_staff),
    "esr_leavers": ("leavers", from_leavers),
    "gpw_practice": ("practices", from_general_practice),
    "gp_practice_year": ("practices", from_general_practice),
    "gpw_individual": ("practice_people", from_general_practice),
    "pcn_individual": ("practice_people", from_general_practice),
    "hchs_staff_in_post": ("counts", from_counts),
    "table_of_counts": ("monthly_counts", from_counts),
    "nhs_sickness": ("absence", from_absence),
    "nhs_sickness_workbook": ("absence", from_absence),
    "absence_extract": ("absence", from_absence),
    "establishment": ("posts", from_posts),
}
"""Of each source: the need of a measure that it meets, and the road from it to a Released table."""


NEEDS = {
    "flows": "published turnover",
    "staff": "staff records",
    "leavers": "leavers extracts",
    "practices": "general practices' own counts",
    "practice_people": "individual-level files of general practice",
    "counts": "staff in post workbooks",
    "monthly_counts": "a table of counts",
    "absence": "sickness absence",
    "posts": "an establishment",
}

FROM_PEOPLE = frozenset({"staff", "leavers", "posts"})
"""Needs that are met from records of people: special categories are told of the first, in one way, and of no other."""


def answer(workspace: Workspace, enquiry: Enquiry, session: Session | None = None) -> Released:
    """The table that answers an enquiry, with its definition, passed through disclosure control.

    Columns: period_start, period_end, the groups (codes with their names), the counts that went in, the
    measure, hidden. Rates are fractions, unrounded. With a session, what was opened for one question serves
    the next. Raises EnquiryRefused where the data loaded cannot answer honestly.
    """
    if session is None:
        with Session(workspace, enquiry.vintage) as own:
            return answer(workspace, enquiry, own)
    asked = measure(enquiry.measure)
    refuse_unknown_choices(enquiry, asked)
    if enquiry.audience is not None:
        enquiry = as_declared(session, enquiry)
    source = _source(session.generation, enquiry, asked)
    loads = tuple(load for load in session.generation.loads if load.format == source)
    found = Asked(session, source, loads, enquiry, asked)
    if special_fields(enquiry) and ROADS[source][0] in FROM_PEOPLE:
        if ROADS[source][0] != "staff":
            refuse_special(enquiry)
        return answer_special(found)
    if hides(enquiry.policy):
        return answer_protected(found, lambda question: answer(workspace, question, session))
    return session.remembered(enquiry, lambda: ROADS[source][1](found))


def sources_for(generation: Generation, asked: Measure) -> list[str]:
    """The loaded sources that a measure can be made from."""
    return sorted({x.format for x in generation.loads if x.format in ROADS and ROADS[x.format][0] in asked.needs})


def _source(generation: Generation, enquiry: Enquiry, asked: Measure) -> str:
    """The one source that this number is made from; two that fit are a question for the user."""
    loaded = sources_for(generation, asked)
    if enquiry.source is not None:
        if enquiry.source not in loaded:
            raise EnquiryRefused(
                f"{asked.label} cannot be made from {enquiry.source} here.",
                found=f"sources that fit: {listed(loaded) or 'none'}",
                attempt=f"--source {loaded[0]}" if loaded else "keepwell load FILE…",
            )
        return enquiry.source
    if not loaded:
        raise EnquiryRefused(
            f"Nothing is loaded that {asked.label.lower()} can be made from.",
            found=f"{counted(len(generation.loads), 'load')}; it is made from {' or '.join(NEEDS[n] for n in asked.needs)}",
            attempt="keepwell load FILE…; keepwell formats tells what can be loaded",
        )
    if len(loaded) > 1:
        raise EnquiryRefused(
            "More than one source can answer, and they would not say the same.",
            found=listed(loaded),
            attempt=f"--source {' or --source '.join(loaded)}",
        )
    return loaded[0]
