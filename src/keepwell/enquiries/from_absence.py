"""What do counts of days lost to sickness say?"""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import Asked, Chosen, Enquiry, definition, periods_of, where_in_words
from keepwell.errors import EnquiryRefused, listed
from keepwell.measures.sickness_absence_rate import sickness_absence_rate
from keepwell.periods import Period
from keepwell.records.absence import absence_records, not_throughout, pooled_absence
from keepwell.records.flows import keep, months_loaded
from keepwell.records.organisations import places, with_places

PUBLISHED_POPULATION = "staff of NHS organisations in England, without bank staff and primary care"
LOCAL_POPULATION = "staff of the organisations loaded, as their extracts have them"
POOLED = "pooled: days are added up over months, places and groups, and then divided"


def from_absence(asked: Asked) -> Released:
    """The answer from days lost and days available, of the newest month unless told otherwise."""
    enquiry = asked.enquiry
    _refuse_leaving(enquiry)
    session = asked.session
    hand = session.absence_at_hand(asked.source)
    told = absence_records(session.connection, session.workspace, session.generation, asked.source)
    have = months_loaded(told) if hand is None else hand.months
    periods = periods_of(enquiry, have, default_months=1)
    chosen = Chosen(asked.source, "pooled", "fte", "", periods)
    if hand is not None and hand.answers(enquiry.grouping, periods):
        rates, partly = hand.rates(periods, enquiry.grouping), hand.not_throughout(periods, enquiry.grouping)
    else:
        absence = with_places(told, places(session.workspace, session.generation, periods[-1].end))
        days = pooled_absence(absence, periods, enquiry.grouping)
        rates = sickness_absence_rate(days).order_by(_order(enquiry)).to_pyarrow()
        partly = not_throughout(keep(absence, enquiry.grouping), periods)
    published = all(load.published for load in asked.loads)
    where, who = where_in_words(enquiry), PUBLISHED_POPULATION if published else LOCAL_POPULATION
    return release(
        rates,
        definition(asked, chosen, method=POOLED, population=f"{who}; {where}" if where else who),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=published,
        notes=tuple(_notes(partly, periods, enquiry, published)),
    )


def _refuse_leaving(enquiry: Enquiry) -> None:
    if enquiry.leaving is not None:
        raise EnquiryRefused(
            "Sickness absence is not about leaving.",
            found=f"--leaving {enquiry.leaving}",
            attempt="leave --leaving out",
        )


def _order(enquiry: Enquiry) -> list[object]:
    """By period and group; reasons with the most days lost first."""
    outer = [name for name in enquiry.by if name != "reason"]
    return ["period_end", *outer, *([ibis.desc("fte_days_lost"), "reason"] if "reason" in enquiry.by else [])]


def _notes(partly: list[str], periods: Sequence[Period], enquiry: Enquiry, published: bool) -> list[str]:
    notes = []
    if partly:
        notes.append(
            f"Not told of in every month, and counted in those that are: {listed(partly)}. "
            "Where one became part of another, a table of successors puts them together."
        )
    if "reason" in enquiry.grouping.fields:
        notes.append("Of a reason: its days lost over all days available, so that reasons add up to the rate.")
    if published and "staff_group" in enquiry.by:
        notes.append("Some staff groups may be sums of others: do not add them up.")
    if any(period.months < 12 for period in periods):
        notes.append("Sickness absence is seasonal: compare a month with the same month of another year.")
    return notes
