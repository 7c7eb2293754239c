"""What do staff records say?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

import ibis
import pyarrow as pa

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
from keepwell.measures.at_hand import FAST, rates
from keepwell.measures.change_in_staff import change_in_staff
from keepwell.measures.early_leaving_of_leavers import early_leaving_of_leavers
from keepwell.measures.early_leaving_of_starters import FOLLOWED_MONTHS, early_leaving_of_starters
from keepwell.measures.internal_moves import internal_moves
from keepwell.measures.international_retention import international_retention
from keepwell.measures.length_of_service import length_of_service
from keepwell.measures.records_complete import records_complete
from keepwell.measures.share_past_age import share_past_age
from keepwell.periods import Month, Period
from keepwell.records.at_hand import AtHand
from keepwell.records.counting import StaffRecords, event_flows, organisations_throughout, seen_throughout, windows
from keepwell.records.flows import Grouping
from keepwell.records.flows_at_hand import event_flows_at_hand, snapshot_flows_at_hand
from keepwell.records.kernels import snapshot_flows_fast

PEOPLE: dict[str, Callable[[StaffRecords, ibis.Table, Grouping], ibis.Table]] = {
    "change_in_staff": change_in_staff,
    "early_leaving_of_leavers": early_leaving_of_leavers,
    "early_leaving_of_starters": early_leaving_of_starters,
    "internal_moves": internal_moves,
    "international_retention": international_retention,
    "length_of_service": length_of_service,
    "records_complete": records_complete,
    "share_past_age": share_past_age,
}
"""Measures of people that are no flows: each makes its own columns."""
AT_THE_END_ONLY = frozenset({"length_of_service", "records_complete", "share_past_age", "international_retention"})
METHOD_WORDS = {
    "snapshot": "snapshot: in post at the start against in post at the end; unpaid leave and career breaks "
    "are not in post",
    "event": "event: every leaving between two month ends, also of people who came in between; career breaks "
    "are not leaving",
}


def from_staff(asked: Asked) -> Released:
    """The answer from records of people: by snapshot unless asked for by event, over 12 months unless told."""
    enquiry, name = asked.enquiry, asked.measure.name
    seen = months_by_organisation(asked, asked.source)
    leaving = _leaving(enquiry, sorted(seen))
    periods = periods_of(enquiry, [Month(m) for m in sorted(set().union(*seen.values()))], default_months=12)
    method = enquiry.method or asked.measure.methods[0]
    _refuse_monthly(method)
    whole, notes = organisations_throughout(seen, _needed(name, method, periods))
    basis = enquiry.basis or asked.measure.bases[0]
    chosen = Chosen(asked.source, method, basis, leaving, periods)
    if name in PEOPLE:
        _refuse_scope(enquiry)
    hand = asked.session.at_hand(asked.source)
    hand = hand.only(whole) if hand is not None else None
    if hand is not None and (name in FAST or name not in PEOPLE) and hand.knows(enquiry.grouping):
        rows = _counted_at_hand(hand, asked, chosen)
    else:
        rows = _counted(asked, chosen)
    return release(
        with_interval(rows) if name == "share_who_left" else rows,
        definition(asked, chosen, method=METHOD_WORDS[method], population=population(enquiry, method)),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=all(load.published for load in asked.loads),
        notes=(*notes, *_notes(asked, leaving)),
    )


def months_by_organisation(asked: Asked, source: str) -> Mapping[str, Collection[int]]:
    """The months in which each organisation was seen."""
    hand = asked.session.at_hand(source)
    if hand is not None:
        return hand.seen
    seen: dict[str, set[int]] = {}
    for row in asked.session.staff(source).seen.select("organisation", "month").to_pyarrow().to_pylist():
        seen.setdefault(row["organisation"], set()).add(row["month"])
    return seen


def _counted_at_hand(hand: AtHand, asked: Asked, chosen: Chosen) -> pa.Table:
    """The numbers from the records in memory."""
    grouping, name = asked.enquiry.grouping, asked.measure.name
    if name in FAST:
        return FAST[name](hand, chosen.periods, grouping)
    flows = event_flows_at_hand if chosen.method == "event" else snapshot_flows_at_hand
    counts = flows(hand, chosen.periods, grouping, chosen.leaving)
    return rates(counts, chosen.basis, stable=chosen.method == "snapshot")


def _counted(asked: Asked, chosen: Chosen) -> pa.Table:
    """The numbers from the records where they are."""
    enquiry, name = asked.enquiry, asked.measure.name
    records, _ = seen_throughout(asked.session.staff(asked.source), _needed(name, chosen.method, chosen.periods))
    if name in PEOPLE:
        table = PEOPLE[name](records, windows(chosen.periods), enquiry.grouping)
    else:
        counts = _flows(asked, chosen.method)(records, windows(chosen.periods), enquiry.grouping, chosen.leaving)
        table = with_rates(counts, chosen.basis, stable=chosen.method == "snapshot")
    further = ["arrived_in"] if name == "international_retention" else []
    return table.order_by(["period_end", *enquiry.by, *further]).to_pyarrow()


def _flows(asked: Asked, method: str) -> Callable[[StaffRecords, ibis.Table, Grouping, str], ibis.Table]:
    return event_flows if method == "event" else partial(snapshot_flows_fast, asked.session.connection)


def months_seen(records: StaffRecords) -> list[Month]:
    return [Month(m) for m in sorted(set(records.seen.month.to_pyarrow().to_pylist()))]


def _needed(name: str, method: str, periods: Sequence[Period]) -> set[int]:
    """The month ends (Month.index) that must have been seen for the measure to be right."""
    if name in AT_THE_END_ONLY:
        return {p.last.index for p in periods}
    if method == "snapshot":
        return {m for p in periods for m in (p.month_before.index, p.last.index)}
    back = FOLLOWED_MONTHS if name == "early_leaving_of_starters" else 0
    return {m for p in periods for m in range(p.month_before.index - back, p.last.index + 1)}


def population(enquiry: Enquiry, method: str) -> str:
    who = "active staff" if method == "snapshot" else "staff with a contract, active or paused"
    where = where_in_words(enquiry)
    who = f"{who} without bank, honorary and non-executive posts, classified by their primary post"
    return f"{who}; {where}" if where else who


def _refuse_monthly(method: str) -> None:
    if method not in METHOD_WORDS:
        raise EnquiryRefused(
            "Staff records are counted by snapshot or by event; monthly is for tables of counts.",
            found=f"--method {method}",
            attempt="--method event; keepwell explain sets it beside the monthly definition",
        )


def _refuse_scope(enquiry: Enquiry) -> None:
    if enquiry.leaving not in (None, "organisation"):
        raise EnquiryRefused(
            "This measure is about organisations.", found=f"--leaving {enquiry.leaving}", attempt="leave --leaving out"
        )


def _leaving(enquiry: Enquiry, organisations: Sequence[str]) -> str:
    """The scope that people are counted as leaving, refused where the records cannot show it."""
    leaving = enquiry.leaving or "organisation"
    if leaving == "system" and len(organisations) < 2:
        raise EnquiryRefused(
            "With one organisation loaded, nobody can be seen moving to another.",
            found=f"only {organisations[0]}: moves elsewhere in the system are not visible here",
            attempt="--leaving organisation, or load the other organisations under the same key",
        )
    if leaving == "nhs":
        raise EnquiryRefused(
            "These records cannot show who left the NHS: most of the NHS is not in them.",
            found=f"{len(organisations)} of its organisations; moves to others are not visible, and no leavers of it",
            attempt="--leaving organisation" + (" or --leaving system" if len(organisations) > 1 else ""),
        )
    return leaving


def _open_warnings(asked: Asked) -> bool:
    """Whether a load warned, and no recodes or successors were loaded after it that may have settled the matter."""
    settled = [x.number for x in asked.session.generation.loads if {"recodes", "successions"} & set(x.parts)]
    return any(load.warnings and load.number > max(settled, default=0) for load in asked.loads)


def _notes(asked: Asked, leaving: str) -> Sequence[str]:
    notes = []
    if leaving == "organisation" and "organisation" not in asked.enquiry.grouping.fields:
        notes.append("Each person counts once, also with posts in several organisations.")
    if _open_warnings(asked):
        notes.append("Some files came with warnings that need a decision: keepwell loads shows them.")
    return notes
