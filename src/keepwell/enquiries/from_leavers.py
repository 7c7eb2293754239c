"""What do leavers extracts say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import pyarrow as pa

from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import Asked, Chosen, definition, periods_of, where_in_words
from keepwell.enquiries.from_staff import months_by_organisation
from keepwell.enquiries.session import STAFF_OF_LEAVERS as STAFF_SOURCE
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures import leavers_at_hand as in_memory
from keepwell.measures.leavers_at_hand import FAST_LEAVERS
from keepwell.measures.reasons_for_leaving import reasons_for_leaving
from keepwell.measures.reasons_known import reasons_known
from keepwell.measures.retirement_share import RETURN_MONTHS, retirement_share
from keepwell.measures.voluntary_leaver_rate import voluntary_leaver_rate
from keepwell.periods import Month, Period
from keepwell.records.counting import WINDOW_KEYS, StaffRecords, event_flows, organisations_throughout, windows
from keepwell.records.flows_at_hand import event_flows_at_hand
from keepwell.records.leaver_records import PROVISIONAL_MONTHS, covers
from keepwell.records.leavers_at_hand import LeaversAtHand
from keepwell.records.recodes import seen_in_todays_terms, successions_in

METHOD = "event: last days in post inside the period, as recorded in the leavers extracts"


def from_leavers(asked: Asked) -> Released:
    """The answer from records of people who left, by their last day in post."""
    enquiry, grouping = asked.enquiry, asked.enquiry.grouping
    told = _told(asked)
    newest = max(m for months in told.values() for m in months)
    periods = periods_of(enquiry, [Month(newest)], default_months=12)
    whole, notes = _told_throughout(told, periods)
    name = asked.measure.name
    hand = asked.session.leavers_at_hand()
    if hand is not None and not all(
        hand.knows_in(grouping, hand.in_period(period, whole)) for period in periods if name != "voluntary_leaver_rate"
    ):
        hand = None  # the portable way knows what to say
    if name == "voluntary_leaver_rate":
        staff = _staff(asked, periods, whole)
        notes = [*notes, *staff.notes]
        rows = _voluntary(asked, staff, periods, whole, hand)
    elif hand is not None:
        rows = FAST_LEAVERS[name](hand, periods, whole, grouping)
    else:
        rows = _counted(asked, _in_periods(asked, whole, periods))
    if name == "retirement_share":
        notes = [*notes, *_too_early_to_return(asked, periods)]
    chosen = Chosen(asked.source, "event", "headcount", "organisation", periods)
    where = where_in_words(enquiry)
    who = "people whose employment ended, without bank, honorary and non-executive posts"
    return release(
        _in_order(rows, enquiry.by),
        definition(asked, chosen, method=METHOD, population=f"{who}; {where}" if where else who),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=all(load.published for load in asked.loads),
        notes=(*notes, *_provisional(told, periods)),
    )


def _counted(asked: Asked, leavers: ibis.Table) -> pa.Table:
    """The numbers from the extracts where they are."""
    grouping, name = asked.enquiry.grouping, asked.measure.name
    if name == "retirement_share":
        return retirement_share(leavers, _spells(asked), grouping).to_pyarrow()
    made = {"reasons_for_leaving": reasons_for_leaving, "reasons_known": reasons_known}[name]
    return made(leavers, grouping).to_pyarrow()


def _voluntary(
    asked: Asked, staff: _Staff, periods: Sequence[Period], whole: list[str], hand: LeaversAtHand | None
) -> pa.Table:
    """The voluntary leaver rate over the organisations whose staff is known too."""
    grouping = asked.enquiry.grouping
    if hand is not None and isinstance(staff.counts, pa.Table) and hand.fits(grouping):
        return in_memory.voluntary_leaver_rate(
            in_memory.leavers_by_will(hand, periods, staff.organisations, grouping), staff.counts, grouping
        )
    leavers = _in_periods(asked, whole, periods)
    theirs = leavers.filter(leavers.organisation.isin(staff.organisations))
    counts = ibis.memtable(staff.counts) if isinstance(staff.counts, pa.Table) else staff.counts
    return voluntary_leaver_rate(theirs, counts, grouping).to_pyarrow()


def _in_order(rows: pa.Table, by: Sequence[str]) -> pa.Table:
    """By period and group; of one group the reason that most had first."""
    outer = [name for name in by if name not in ("reason", "reason_group")]
    most_first = [("leavers_with_reason", "descending")] if "leavers_with_reason" in rows.column_names else []
    last = [name for name in ("reason_group", "reason") if name in rows.column_names]
    keys = [*((name, "ascending") for name in ("period_end", *outer)), *most_first, *((n, "ascending") for n in last)]
    return rows.sort_by(keys)


def _told(asked: Asked) -> dict[str, set[int]]:
    """The months that the extracts tell of each organisation of today."""
    pairs = {place for load in asked.loads for place in covers(load)}
    successions = successions_in(asked.session.workspace, asked.session.generation)
    return {organisation: set(months) for organisation, months in seen_in_todays_terms(pairs, successions).items()}


def _told_throughout(told: dict[str, set[int]], periods: Sequence[Period]) -> tuple[list[str], list[str]]:
    """Organisations whose extracts tell of every month of the periods, and a note on the others.

    Raises EnquiryRefused when there is none.
    """
    needed = {m for p in periods for m in range(p.first.index, p.last.index + 1)}
    whole = sorted(o for o, months in told.items() if needed <= months)
    if not whole:
        have = sorted(set().union(*told.values()))
        raise EnquiryRefused(
            "The leavers extracts do not tell of every month of this period.",
            found=f"loaded {Month(have[0])} to {Month(have[-1])}",
            attempt="choose --end and --months inside what is loaded, or load more extracts",
        )
    partly = sorted(set(told) - set(whole))
    notes = [f"{counted(len(partly), 'organisation')} left out, not told of in every month: {listed(partly)}."]
    return whole, notes if partly else []


def _in_periods(asked: Asked, whole: list[str], periods: Sequence[Period]) -> ibis.Table:
    every = asked.session.leavers()
    rows = every.filter(every.organisation.isin(whole))
    inside = windows(periods)
    joined = rows.join(inside, [rows.month > inside.before, rows.month <= inside["last"]])
    return joined.drop("before", "last")


@dataclass(frozen=True, slots=True)
class _Staff:
    """Headcounts at start and end, the organisations that they are of, and what to say of the others."""

    counts: ibis.Table | pa.Table
    organisations: list[str]
    notes: list[str]


def _staff(asked: Asked, periods: Sequence[Period], whole: list[str]) -> _Staff:
    """Headcounts of everybody with a contract, in those of the organisations that were seen at every start and end.

    Raises EnquiryRefused without staff in post.
    """
    if not any(load.format == STAFF_SOURCE for load in asked.session.generation.loads):
        raise EnquiryRefused(
            "A rate needs to know how many staff there were.",
            found="leavers, but no staff in post",
            attempt="keepwell load the staff-in-post extracts of the same months",
        )
    seen = months_by_organisation(asked, STAFF_SOURCE)
    throughout, _ = organisations_throughout(seen, {m for p in periods for m in (p.month_before.index, p.last.index)})
    both = [organisation for organisation in whole if organisation in throughout]
    grouping = asked.enquiry.grouping
    columns = [*WINDOW_KEYS, *grouping.shown, "headcount_at_start", "headcount_at_end"]
    notes = _left_out(sorted(set(whole) - set(throughout)))
    hand = asked.session.at_hand(STAFF_SOURCE)
    if hand is not None and both and hand.only(both).knows(grouping):
        return _Staff(event_flows_at_hand(hand.only(both), periods, grouping).select(columns), both, notes)
    records = asked.session.staff(STAFF_SOURCE)
    records = StaffRecords(
        records.spells.filter(records.spells.organisation.isin(both)),
        records.seen.filter(records.seen.organisation.isin(both)),
    )
    return _Staff(event_flows(records, windows(periods), grouping).select(*columns), both, notes)


def _left_out(without_staff: list[str]) -> list[str]:
    if not without_staff:
        return []
    number = counted(len(without_staff), "organisation")
    return [f"{number} left out, staff not seen at every start and end: {listed(without_staff)}."]


def _spells(asked: Asked) -> ibis.Table | None:
    if not any(load.format == STAFF_SOURCE for load in asked.session.generation.loads):
        return None
    return asked.session.staff(STAFF_SOURCE).spells


def _too_early_to_return(asked: Asked, periods: Sequence[Period]) -> list[str]:
    """A note where those who left last have not had the time in which a return counts."""
    spells = _spells(asked)
    if spells is None:
        return ["Without staff in post it cannot be seen who came back."]
    hand = asked.session.at_hand(STAFF_SOURCE)
    newest = spells.last_month.max().to_pyarrow().as_py() if hand is None else int(hand.last.max())
    if newest >= periods[-1].last.index + RETURN_MONTHS:
        return []
    return [f"Who retired after {Month(newest - RETURN_MONTHS)} may still come back within {RETURN_MONTHS} months."]


def _provisional(told: dict[str, set[int]], periods: Sequence[Period]) -> list[str]:
    newest = max(m for months in told.values() for m in months)
    if periods[-1].last.index <= newest - PROVISIONAL_MONTHS:
        return []
    first = Month(newest - PROVISIONAL_MONTHS + 1)
    return [f"Leavers are entered late: {first} to {Month(newest)} are provisional and will still grow."]
