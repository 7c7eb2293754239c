"""How many posts are there, and how many of them are filled?

Posts are established: funded and meant to be filled. How establishment is kept differs from organisation to
organisation, and who fills a post for a time, from the bank or an agency, is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final

import ibis
import pyarrow as pa

from keepwell.periods import Period
from keepwell.records.counting import StaffRecords
from keepwell.records.flows import Grouping, keep
from keepwell.records.recodes import in_todays_terms, recodes_in, successions_in
from keepwell.records.staff import ACTIVE
from keepwell.records.workspace import Generation, Workspace

ALL_UNITS: Final = "All units"
"""Stands where a file does not tell units."""

ESTABLISHMENT = pa.schema(
    [
        ("month", pa.int32()),
        ("organisation", pa.string()),
        ("organisation_name", pa.string()),
        ("unit", pa.string()),
        ("staff_group", pa.string()),
        ("posts_fte", pa.float64()),
        ("staff_in_post_fte", pa.float64()),
    ]
)
"""One row a month's end, organisation, unit and staff group, no totals among them. `month` is Month.index.

"All units" and "All staff groups" stand where a file does not tell them. `staff_in_post_fte` is null where it
does not tell who is in post.
"""

CELL: Final = ("organisation", "unit", "staff_group")
FTE_COLUMNS: Final = ("posts_fte", "staff_in_post_fte")


def establishment_records(
    connection: ibis.BaseBackend, workspace: Workspace, generation: Generation, source: str
) -> ibis.Table:
    """Every row of ESTABLISHMENT from one source, in today's terms: units, staff groups and organisations as now."""
    workspace.parts_of(generation, "establishment")  # refuses where rows have been erased
    parts = [workspace.part(x.parts["establishment"]) for x in generation.loads if x.format == source]
    rows = connection.read_parquet([str(p) for p in parts])
    return in_todays_terms(rows, recodes_in(workspace, generation), successions_in(workspace, generation))


def staff_in_cells(records: StaffRecords, months: Sequence[int]) -> ibis.Table:
    """FTE of active staff at month ends that were seen, by month, organisation, unit and staff group."""
    seen = records.seen.filter(records.seen.month.isin(list(months))).select("organisation", "month")
    active = records.spells.filter(records.spells.state == ACTIVE)
    there = active.join(
        seen,
        [active.organisation == seen.organisation, active.first_month <= seen.month, active.last_month >= seen.month],
    )
    return there.group_by(["month", *CELL]).aggregate(in_post=there.fte.sum().fill_null(0.0))


def filled_from_records(posts: ibis.Table, staff: ibis.Table, cell: Sequence[str]) -> ibis.Table:
    """Posts with the staff in post of the same month and cell, nought where nobody stands in it.

    `cell` is what posts and staff are told apart by: organisation, and staff group or unit where both have it.
    """
    keys = ["month", *cell]
    told = posts.group_by(keys).aggregate(
        organisation_name=posts.organisation_name.max(), posts_fte=posts.posts_fte.sum()
    )
    counted = staff.group_by(keys).aggregate(in_post=staff.in_post.sum())
    joined = told.left_join(counted, keys)
    missing = {name: ibis.null("string") for name in CELL if name not in cell}
    return joined.mutate(staff_in_post_fte=joined.in_post.fill_null(0.0), **missing).select(*ESTABLISHMENT.names)


def posts_at_end(posts: ibis.Table, periods: Sequence[Period], grouping: Grouping) -> ibis.Table:
    """Posts and staff in post at the end of each period, one row a period and group.

    Columns: period_start, period_end, the groups with their names, posts_fte, staff_in_post_fte.
    Raises EnquiryRefused for an unknown field or value.
    """
    rows = keep(posts, grouping)
    return reduce(ibis.union, [_one_end(rows, period, grouping) for period in periods])


def _one_end(rows: ibis.Table, period: Period, grouping: Grouping) -> ibis.Table:
    there = rows.filter(rows.month == period.last.index)
    names = {name: there[name].max() for name in grouping.shown if name not in grouping.by}
    sums = {name: there[name].sum() for name in FTE_COLUMNS}
    grouped = there.group_by([there[name] for name in grouping.by]) if grouping.by else there
    added = grouped.aggregate(**names, **sums)
    added = added if grouping.by else added.filter(added.posts_fte.notnull())
    return added.mutate(period_start=ibis.literal(period.start), period_end=ibis.literal(period.end)).select(
        "period_start", "period_end", *grouping.shown, *FTE_COLUMNS
    )
