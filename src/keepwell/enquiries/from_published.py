"""What do published counts say?

England is organisations summed, so nobody can be seen leaving the NHS: a move between trusts is a leaver of
one and a joiner of the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import (
    Asked,
    Chosen,
    Enquiry,
    definition,
    periods_of,
    where_in_words,
    with_interval,
    with_rates,
)
from keepwell.errors import EnquiryRefused
from keepwell.records.flows import months_loaded, published_flows

POPULATION = "staff of NHS trusts and integrated care boards in England, without resident doctors"
SUM_OF_MONTHS = "sum of months: joiners and leavers of each month added up, not the 12-month rate"


def from_published_flows(asked: Asked) -> Released:
    """The answer from single months as published; several months are summed, and say so."""
    enquiry = asked.enquiry
    _refuse_what_is_not_published(enquiry)
    flows = asked.session.flows()
    periods = periods_of(enquiry, months_loaded(flows), default_months=1)
    basis = enquiry.basis or asked.measure.bases[0]
    chosen = Chosen(asked.source, "snapshot", basis, "organisation", periods)
    summed = periods[-1].months > 1
    if summed and asked.measure.name == "share_who_left":
        _refuse_sum(periods[-1].months)
    counts = published_flows(flows, periods, enquiry.grouping)
    rates = with_rates(counts, basis, stable=not summed).order_by(["period_end", *enquiry.by])
    where = where_in_words(enquiry)
    return release(
        with_interval(rates.to_pyarrow()) if asked.measure.name == "share_who_left" else rates.to_pyarrow(),
        definition(
            asked,
            chosen,
            method=SUM_OF_MONTHS if summed else "snapshot",
            population=f"{POPULATION}; {where}" if where else POPULATION,
        ),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=all(load.published for load in asked.loads),
        notes=tuple(_notes(enquiry, summed)),
    )


def _refuse_what_is_not_published(enquiry: Enquiry) -> None:
    if enquiry.leaving not in (None, "organisation"):
        raise EnquiryRefused(
            "Published turnover tells who left their organisation, not who left the NHS or changed staff group.",
            found=f"--leaving {enquiry.leaving}; moves between trusts count as leavers here",
            attempt="--leaving organisation, or load staff records",
        )
    if enquiry.method not in (None, "snapshot"):
        raise EnquiryRefused(
            "Published turnover is counted by snapshot: in post at the start, not at the end of a month.",
            found=f"--method {enquiry.method}",
            attempt="--method snapshot, or load staff records",
        )


def _refuse_sum(months: int) -> None:
    raise EnquiryRefused(
        "Leavers summed over months are not a share of those at the start: some came in between.",
        found=f"--months {months}",
        attempt="--months 1, or the measure leaver_rate",
    )


def _notes(enquiry: Enquiry, summed: bool) -> Sequence[str]:
    groups = dict(enquiry.where).get("staff_group", ())
    notes = []
    if "organisation" not in enquiry.grouping.fields:
        notes.append(
            "Organisations summed. Leavers left their organisation in the month; "
            "a move to another trust counts as leaving."
        )
    if len(groups) > 1 and "staff_group" not in enquiry.by:
        notes.append("Staff groups added up: people who work in two of them count twice in headcount, once in FTE.")
    if "staff_group" in enquiry.by:
        notes.append("People in two staff groups count in both: groups can add up to more than the total in headcount.")
    if summed:
        notes.append("Sum of months: somebody who left twice counts twice. This is not the published 12-month rate.")
    return notes
