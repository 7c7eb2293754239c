"""From spells to flows: who was there, who came, who went?

These are the portable definitions: Ibis expressions that DuckDB runs on one machine and a cluster can run
where the data is. A person counts once in a group, however many posts or organisations.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import pyarrow as pa

from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.periods import Month, Period
from keepwell.records.flows import FLOW_COUNTS, Grouping, only, refuse_unknown
from keepwell.records.staff import ACTIVE, PAUSED

SCOPES: Final = {
    "nhs": ("person",),
    "system": ("person",),
    "organisation": ("person", "organisation"),
    "staff_group": ("person", "organisation", "staff_group"),
}
"""What a person must be absent from at the end to have left it. nhs and system: every organisation loaded."""

WINDOW_KEYS: Final = ("period_start", "period_end")


@dataclass(frozen=True, slots=True)
class StaffRecords:
    """Spells and what was seen of them: the records that people are counted from."""

    spells: ibis.Table
    seen: ibis.Table


def windows(periods: Sequence[Period]) -> ibis.Table:
    """Periods as rows: period_start, period_end, before (Month.index of the start snapshot), last."""
    rows = [
        {"period_start": p.start, "period_end": p.end, "before": p.month_before.index, "last": p.last.index}
        for p in periods
    ]
    schema = pa.schema(
        [
            ("period_start", pa.date32()),
            ("period_end", pa.date32()),
            ("before", pa.int32()),
            ("last", pa.int32()),
        ]
    )
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


def there_at(spells: ibis.Table, periods: ibis.Table, when: str) -> ibis.Table:
    """Spells that hold at the start (`when="before"`) or the end (`"last"`) of each period."""
    return spells.join(periods, [spells.first_month <= periods[when], spells.last_month >= periods[when]]).drop(
        "first_month", "last_month", "before", "last"
    )


def snapshot_flows(
    records: StaffRecords, periods: ibis.Table, grouping: Grouping, leaving: str = "organisation"
) -> ibis.Table:
    """Flows by the snapshot method: in post at the start against in post at the end.

    A leaver is active at the start and not active at the end in the scope of `leaving`: going onto unpaid
    leave or a career break is leaving, and `leavers_paused` says how many of the leavers did. Who joins
    and leaves in between is not seen. A leaver counts in the group held at the start, a joiner in that at
    the end.

    Columns: period_start, period_end, groups, FLOW_COUNTS, leavers_paused.
    Source: NHS Workforce Statistics, turnover; Nuffield Trust on leaving active service.
    """
    refuse_unknown(records.spells, grouping)
    active = records.spells.filter(records.spells.state == ACTIVE)
    paused = records.spells.filter(records.spells.state == PAUSED)
    start, end = there_at(active, periods, "before"), there_at(active, periods, "last")
    scope = [*WINDOW_KEYS, *SCOPES[leaving]]
    left = start.anti_join(end, scope)
    return _tally(
        grouping,
        at_start=start,
        at_end=end,
        joiners=end.anti_join(start, scope),
        leavers=left,
        leavers_paused=left.semi_join(there_at(paused, periods, "last"), scope),
    )


def event_flows(
    records: StaffRecords, periods: ibis.Table, grouping: Grouping, leaving: str = "organisation"
) -> ibis.Table:
    """Flows by the event method: every leaving between two month ends, also of people who came in between.

    Everybody with a contract counts, those on a career break too: pausing is not leaving. Somebody who
    leaves twice counts twice; who leaves the scope with several posts at once counts once. What happens between two month ends that were seen is not visible.

    Columns: as snapshot_flows, with leavers_paused 0.
    Source: NHS Data Dictionary (March 2012), headcount turnover rate.
    """
    refuse_unknown(records.spells, grouping)
    spells = records.spells
    start, end = there_at(spells, periods, "before"), there_at(spells, periods, "last")
    return _tally(
        grouping,
        at_start=start,
        at_end=end,
        joiners=_occurrences(in_periods(arrivals(records, leaving), periods), grouping, leaving),
        leavers=_occurrences(in_periods(departures(records, leaving), periods), grouping, leaving),
        leavers_paused=start.filter(ibis.literal(False)),
        events=("joiners", "leavers"),
    )


def departures(records: StaffRecords, leaving: str) -> ibis.Table:
    """Spells that ended with the person gone from the scope, with the `month` in which they went."""
    spells, seen = records.spells, records.seen.select("organisation", "month", "next_month")
    ending = spells.join(seen, [spells.organisation == seen.organisation, spells.last_month == seen.month])
    ending = ending.filter(ending.next_month.notnull()).select(*spells.columns, month=ending.next_month)
    return _without(ending, spells, leaving)


def arrivals(records: StaffRecords, leaving: str) -> ibis.Table:
    """Spells that began with the person new to the scope, with the `month` in which they came."""
    spells, seen = records.spells, records.seen.select("organisation", "month", "next_month")
    starting = spells.join(seen, [spells.organisation == seen.organisation, spells.first_month == seen.next_month])
    starting = starting.select(*spells.columns, month=spells.first_month, month_before=starting.month)
    return _without(starting.rename(month_seen="month_before"), spells, leaving, at="month_seen").drop("month_seen")


def _without(rows: ibis.Table, spells: ibis.Table, leaving: str, at: str = "month") -> ibis.Table:
    """Rows whose person has no spell in the scope at that month."""
    others = spells.select(*SCOPES[leaving], other_first="first_month", other_last="last_month")
    same = [rows[name] == others[name] for name in SCOPES[leaving]]
    return rows.anti_join(others, [*same, others.other_first <= rows[at], others.other_last >= rows[at]])


def in_periods(events: ibis.Table, periods: ibis.Table) -> ibis.Table:
    """Events (rows with the `month` in which they happened) in each period that they fall in."""
    inside = events.join(periods, [events.month > periods.before, events.month <= periods["last"]])
    return inside.drop("first_month", "last_month", "before", "last")


def _occurrences(events: ibis.Table, grouping: Grouping, leaving: str) -> ibis.Table:
    """Events as occurrences: in a group, one row for each person that crosses the scope's edge in a month."""
    rows = only(events, grouping)
    keys = dict.fromkeys([*WINDOW_KEYS, *grouping.shown, *SCOPES[leaving], "month"])
    return rows.group_by(list(keys)).aggregate(fte=rows.fte.sum())


def grouped(rows: ibis.Table, grouping: Grouping, **counts: ibis.Value) -> ibis.Table:
    """One row a period and group of rows that carry period_start and period_end.

    Columns: period_start, period_end, the groups with their names, and each count.
    """
    names = {name: rows[name].max() for name in grouping.shown if name not in grouping.by}
    table = rows.group_by([*WINDOW_KEYS, *grouping.by]).aggregate(**names, **counts)
    return table.select(*WINDOW_KEYS, *grouping.shown, *counts)


def _tally(grouping: Grouping, *, events: Sequence[str] = (), **kinds: ibis.Table) -> ibis.Table:
    """One row a period and group from lists of people: distinct people, or rows for `events`."""
    columns = [*WINDOW_KEYS, *grouping.shown, "person", "fte"]
    chosen = {kind: rows if kind in events else only(rows, grouping) for kind, rows in kinds.items()}
    stacked = ibis.union(*[rows.select(*columns).mutate(kind=ibis.literal(kind)) for kind, rows in chosen.items()])
    counts: dict[str, ibis.Value] = {}
    for kind in kinds:
        here = stacked.kind == kind
        people = stacked.person.count(where=here) if kind in events else stacked.person.nunique(where=here)
        counts[_people_column(kind)] = people.cast("int64")
        counts[_fte_column(kind)] = stacked.fte.sum(where=here).fill_null(0.0)
    return grouped(stacked, grouping, **counts).select(*WINDOW_KEYS, *grouping.shown, *FLOW_COUNTS, "leavers_paused")


def _people_column(kind: str) -> str:
    return f"headcount_{kind}" if kind.startswith("at_") else kind


def _fte_column(kind: str) -> str:
    return f"fte_{kind}" if kind.startswith("at_") else f"{kind}_fte"


def seen_throughout(records: StaffRecords, needed: set[int]) -> tuple[StaffRecords, list[str]]:
    """The records of the organisations seen at every month end needed (Month.index), and who was left out.

    An organisation that was not looked at has not lost its people: it is left out and named. Raises
    EnquiryRefused when no organisation was seen.
    """
    months: dict[str, set[int]] = {}
    for row in records.seen.select("organisation", "month").to_pyarrow().to_pylist():
        months.setdefault(row["organisation"], set()).add(row["month"])
    whole, notes = organisations_throughout(months, needed)
    if not notes:
        return records, notes
    spells = records.spells.filter(records.spells.organisation.isin(whole))
    seen = records.seen.filter(records.seen.organisation.isin(whole))
    return StaffRecords(spells, seen), notes


def organisations_throughout(months: Mapping[str, Collection[int]], needed: set[int]) -> tuple[list[str], list[str]]:
    """As seen_throughout, from the months in which each organisation was seen: its code, and a note on the others."""
    whole = sorted(o for o, have in months.items() if needed <= set(have))
    if not whole:
        _refuse_unseen({o: set(have) for o, have in months.items()}, needed)
    partly = sorted(set(months) - set(whole))
    number = counted(len(partly), "organisation")
    return whole, [f"{number} left out, not seen in every month needed: {listed(partly)}."] if partly else []


def _refuse_unseen(months: dict[str, set[int]], needed: set[int]) -> None:
    have = sorted(max(months.values(), key=lambda seen: len(needed.intersection(seen))))
    missing = sorted(needed - set(have))
    raise EnquiryRefused(
        f"{counted(len(missing), 'month end')} needed for this period {'is' if len(missing) == 1 else 'are'} "
        "not loaded.",
        found=f"missing {listed([str(Month(m)) for m in missing], 6)}; loaded {Month(have[0])} to {Month(have[-1])}",
        attempt="load the missing extracts, or choose --end and --months inside what is loaded",
    )
