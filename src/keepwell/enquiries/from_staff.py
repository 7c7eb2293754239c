"""What do staff records say?"""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import Asked, Chosen, Enquiry, definition, periods_of, where_in_words, with_rates
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.records.counting import StaffRecords, event_flows, seen_throughout, snapshot_flows, windows
from keepwell.records.staff_records import staff_records

FLOWS = {"snapshot": snapshot_flows, "event": event_flows}


def from_staff(asked: Asked) -> Released:
    """The answer from records of people: by snapshot unless asked for by event, over 12 months unless told."""
    enquiry = asked.enquiry
    records = staff_records(asked.connection, asked.workspace, asked.generation, asked.source)
    leaving = _leaving(enquiry, records)
    periods = periods_of(enquiry, months_seen(records), default_months=12)
    method = enquiry.method or "snapshot"
    records, notes = seen_throughout(records, periods, every_month=method == "event")
    basis = enquiry.basis or asked.measure.bases[0]
    chosen = Chosen(asked.source, method, basis, leaving, periods)
    counts = FLOWS[method](records, windows(periods), enquiry.grouping, leaving)
    rates = with_rates(counts, basis, stable=method == "snapshot").order_by(["period_end", *enquiry.by])
    return release(
        rates.to_pyarrow(),
        definition(asked, chosen, method=METHOD_WORDS[method], population=_population(enquiry, method)),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=all(load.published for load in asked.loads),
        notes=tuple([*notes, *_notes(asked, leaving)]),
    )


METHOD_WORDS = {
    "snapshot": "snapshot: in post at the start against in post at the end; unpaid leave and career breaks "
    "are not in post",
    "event": "event: every leaving between two month ends, also of people who came in between; career breaks "
    "are not leaving",
}


def months_seen(records: StaffRecords) -> list[Month]:
    return [Month(m) for m in sorted(set(records.seen.month.to_pyarrow().to_pylist()))]


def _population(enquiry: Enquiry, method: str) -> str:
    who = "active staff" if method == "snapshot" else "staff with a contract, active or paused"
    where = where_in_words(enquiry)
    who = f"{who} without bank, honorary and non-executive posts, classified by their primary post"
    return f"{who}; {where}" if where else who


def _leaving(enquiry: Enquiry, records: StaffRecords) -> str:
    """The scope that people are counted as leaving, refused where the records cannot show it."""
    leaving = enquiry.leaving or "organisation"
    organisations = sorted(set(records.seen.organisation.to_pyarrow().to_pylist()))
    if leaving == "system" and len(organisations) < 2:
        raise EnquiryRefused(
            "With one organisation loaded, nobody can be seen moving to another.",
            found=f"only {organisations[0]}: moves elsewhere in the system are not visible here",
            attempt="--leaving organisation, or load the other organisations under the same key",
        )
    if leaving == "nhs":
        raise EnquiryRefused(
            "These records cannot show who left the NHS: most of the NHS is not in them.",
            found=f"{len(organisations)} of its organisations; moves to others are not visible, and are no leavers of it",
            attempt="--leaving organisation" + (" or --leaving system" if len(organisations) > 1 else ""),
        )
    return leaving


def _notes(asked: Asked, leaving: str) -> Sequence[str]:
    notes = []
    if leaving == "organisation" and "organisation" not in asked.enquiry.grouping.fields:
        notes.append("Each person counts once, also with posts in several organisations.")
    if any(load.warnings for load in asked.loads):
        notes.append("Some loads came with warnings that need a decision: see keepwell loads.")
    return notes
