"""How many days were lost to sickness, of how many that there were?

A rate of absence is days lost over days available, both in full-time-equivalent calendar days. Rates of
months, places or groups are never averaged: their days are added up, and then divided.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final

import ibis
import pyarrow as pa

from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.periods import Month, Period
from keepwell.records.flows import (
    Grouping,
    choose_level,
    only,
    refuse_missing_months,
    refuse_unknown,
)
from keepwell.records.recodes import in_todays_terms, successions_in
from keepwell.records.workspace import Generation, Workspace

ALL_REASONS: Final = "All reasons"
ENGLAND: Final = "England"
"""Stands as the organisation of rows that are of all organisations together, where a file has no others."""

ABSENCE = pa.schema(
    [
        ("month", pa.int32()),
        ("organisation", pa.string()),
        ("organisation_name", pa.string()),
        ("region", pa.string()),
        ("region_name", pa.string()),
        ("icb", pa.string()),
        ("icb_name", pa.string()),
        ("organisation_type", pa.string()),
        ("staff_group", pa.string()),
        ("reason", pa.string()),
        ("fte_days_lost", pa.float64()),
        ("fte_days_available", pa.float64()),
    ]
)
"""One row a month, organisation, staff group and reason. `month` is Month.index.

Rows with staff_group "All staff groups" or reason "All reasons" are totals that stand beside their parts.
Every month, organisation and staff group has its row of "All reasons", and the days available are that row's:
on the row of one reason they are null.
"""

DAYS: Final = ("fte_days_lost", "fte_days_available")
WITHIN_ENGLAND: Final = frozenset(("region", "icb", "pcn", "organisation_type"))
"""Groups of organisations: England as a whole is in none of them."""
STAFF_GROUPS_WITHIN: Final = {
    "professionally qualified clinical staff": (
        "hchs doctors",
        "nurses & health visitors",
        "midwives",
        "ambulance staff",
        "scientific, therapeutic & technical staff",
    ),
    "hchs doctors": (
        "consultant",
        "associate specialist",
        "specialty doctor",
        "staff grade",
        "specialty registrar",
        "core training",
        "foundation doctor year 2",
        "foundation doctor year 1",
        "hospital practitioner / clinical assistant",
        "other and local hchs doctor grades",
    ),
    "support to clinical staff": (
        "support to doctors, nurses & midwives",
        "support to ambulance staff",
        "support to st&t staff",
    ),
    "nhs infrastructure support": (
        "central functions",
        "hotel, property & estates",
        "senior managers",
        "managers",
    ),
}
"""Published staff groups that are the sums of others, in lower case: they stand beside their parts."""


def absence_records(
    connection: ibis.BaseBackend, workspace: Workspace, generation: Generation, source: str
) -> ibis.Table:
    """Every row of ABSENCE from one source, organisations that became part of another told as that other."""
    workspace.parts_of(generation, "absence")  # refuses where rows have been erased
    parts = [workspace.part(x.parts["absence"]) for x in generation.loads if x.format == source]
    rows = connection.read_parquet([str(p) for p in parts])
    return in_todays_terms(rows, [], successions_in(workspace, generation))


def pooled_absence(absence: ibis.Table, periods: Sequence[Period], grouping: Grouping) -> ibis.Table:
    """Days lost and days available of each period, added up over months and places, one row a period and group.

    Totals are used when staff groups or reasons are neither shown nor chosen, parts when they are, and the two
    are never added. The days available are of everybody in the group, whatever the reason; where a month's
    staff have days lost that are not told by reason, they are left out of a table by reason. A reason for which
    nobody of a group was away has no row there.

    Columns: period_start, period_end, the groups with their names, and DAYS.
    Raises EnquiryRefused when a month of a period was not loaded, when a field or value is not there, and
    where a total would be added to its parts.
    """
    have = [Month(m) for m in sorted(set(absence.month.as_table().distinct().month.to_pyarrow().to_pylist()))]
    for period in periods:
        refuse_missing_months(period, have)
    refuse_unknown(absence, grouping)
    _refuse_totals_among_parts(grouping)
    of_staff = Grouping(grouping.by, tuple(x for x in grouping.where if x[0] != "reason"))
    rows = only(absence, of_staff)
    rows = rows.filter(choose_level(rows, of_staff))
    if set(grouping.fields) & WITHIN_ENGLAND:
        rows = rows.filter(rows.organisation != ENGLAND)
    _refuse_england_among_organisations(rows, periods, grouping)
    return reduce(ibis.union, [_one_period(rows, period, grouping) for period in periods])


def _one_period(rows: ibis.Table, period: Period, grouping: Grouping) -> ibis.Table:
    inside = rows.filter(rows.month.between(period.first.index, period.last.index))
    totals = inside.filter(inside.reason == ALL_REASONS)
    if "reason" not in grouping.fields:
        days = _added_up(totals, grouping.by, grouping.shown, *DAYS)
    else:
        days = _by_reason(inside, totals, grouping)
    return days.mutate(period_start=ibis.literal(period.start), period_end=ibis.literal(period.end)).select(
        "period_start", "period_end", *grouping.shown, *DAYS
    )


def _by_reason(inside: ibis.Table, totals: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Days lost for the reasons asked for, over the days available to the same staff for whatever reason."""
    parts = inside.filter(inside.reason != ALL_REASONS)
    cell = ["month", "organisation", "staff_group"]
    told = totals.filter(totals.fte_days_lost == 0).select(*cell).union(parts.select(*cell)).distinct()
    staff = tuple(name for name in grouping.by if name != "reason")
    names = tuple(name for name in grouping.shown if name != "reason")
    available = _added_up(totals.semi_join(told, cell), staff, names, "fte_days_available")
    chosen = only(inside, Grouping((), tuple(x for x in grouping.where if x[0] == "reason")))
    lost = _added_up(
        chosen if "reason" in dict(grouping.where) else parts,
        grouping.by,
        grouping.by,
        "fte_days_lost",
    )
    if not staff:
        joined = available.cross_join(lost)
    elif "reason" in grouping.by:
        joined = available.join(lost, list(staff))
    else:
        joined = available.left_join(lost, list(staff))
    return joined.mutate(fte_days_lost=joined.fte_days_lost.fill_null(0.0)).select(*grouping.shown, *DAYS)


def _added_up(rows: ibis.Table, by: Sequence[str], shown: Sequence[str], *days: str) -> ibis.Table:
    """Sums of days for each group, with the newest name of each group that is a code."""
    names = {name: rows[name].argmax(rows.month) for name in shown if name not in by}
    sums = {name: rows[name].sum() for name in days}
    grouped = rows.group_by([rows[name] for name in by]) if by else rows
    added = grouped.aggregate(**names, **sums)
    return added if by else added.filter(added[days[0]].notnull())


def _refuse_totals_among_parts(grouping: Grouping) -> None:
    reasons = [value.casefold() for value in dict(grouping.where).get("reason", ())]
    if ALL_REASONS.casefold() in reasons and len(reasons) > 1:
        _refuse_total(f"{ALL_REASONS} together with {counted(len(reasons) - 1, 'reason')}")
    groups = {value.casefold(): value for value in dict(grouping.where).get("staff_group", ())}
    if "staff_group" in grouping.by:
        return
    for folded, name in groups.items():
        if inside := sorted(_all_within(folded) & groups.keys()):
            _refuse_total(f"{name} together with {listed([groups[x] for x in inside])}")


def _all_within(group: str) -> set[str]:
    parts = set(STAFF_GROUPS_WITHIN.get(group, ()))
    return parts.union(*(_all_within(part) for part in parts))


def _refuse_total(found: str) -> None:
    raise EnquiryRefused(
        "A total must not be added to its parts.", found=found, attempt="ask for the total or for the parts"
    )


def _refuse_england_among_organisations(rows: ibis.Table, periods: Sequence[Period], grouping: Grouping) -> None:
    if "organisation" in grouping.fields:
        return
    months = [m for p in periods for m in range(p.first.index, p.last.index + 1)]
    told = rows.filter(rows.month.isin(months)).select("organisation").distinct().to_pyarrow()["organisation"]
    organisations = set(told.to_pylist())
    if ENGLAND in organisations and len(organisations) > 1:
        raise EnquiryRefused(
            "England as a whole stands beside its organisations, and must not be added to them.",
            found=f"{ENGLAND} and {counted(len(organisations) - 1, 'organisation')} in the months asked for",
            attempt=f"--where organisation={ENGLAND}, or --by organisation",
        )


def not_throughout(absence: ibis.Table, periods: Sequence[Period]) -> list[str]:
    """The organisations that are not told of in every month of the periods in which others are."""
    months = sorted({m for p in periods for m in range(p.first.index, p.last.index + 1)})
    told = absence.filter(absence.month.isin(months)).select("organisation", "month").distinct()
    counts = told.group_by("organisation").aggregate(months=told.month.nunique()).to_pyarrow().to_pylist()
    return sorted(row["organisation"] for row in counts if row["months"] < len(months))
