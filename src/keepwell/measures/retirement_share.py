"""How many of the leavers retired, and who came back?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import grouped
from keepwell.records.flows import Grouping, keep

RETURN_MONTHS = 6
BACK = ("person", "organisation", "month")


def retirement_share(leavers: ibis.Table, spells: ibis.Table | None, grouping: Grouping) -> ibis.Table:
    """Of the leavers of each period, the share recorded as retired; those who came back shown apart.

        leavers recorded as retired / leavers

    Retired and returned: in post in the same organisation again at one of the 6 month ends after the month of
    leaving. The month end of the month itself does not tell: who leaves on its last day is in post on it.
    Without staff records (spells None) returns cannot be seen, and the column is null.

    Input: leavers with period_start and period_end. Columns: leavers, retired, retired_and_returned,
    retirement_share, a fraction from 0 to 1.
    """
    rows = keep(leavers, grouping)
    rows = rows.mutate(returned=ibis.literal(False)) if spells is None else with_returned(rows, spells)
    retired = rows.reason_group == "retirement"
    table = grouped(
        rows,
        grouping,
        leavers=rows.count(),
        retired=retired.cast("int64").sum(),
        retired_and_returned=(retired & rows.returned).cast("int64").sum(),
    )
    if spells is None:
        table = table.mutate(retired_and_returned=ibis.null("int64"))
    return table.mutate(retirement_share=ratio(table.retired, table.leavers))


def with_returned(leavers: ibis.Table, spells: ibis.Table) -> ibis.Table:
    """Leavers with `returned`: whether they were in post in the same organisation again, as retirement_share says."""
    rows = leavers.left_join(_back(leavers, spells), BACK).drop(*(f"{name}_right" for name in BACK))
    return rows.mutate(returned=rows.returned.fill_null(False))


def _back(leavers: ibis.Table, spells: ibis.Table) -> ibis.Table:
    """The leavings (BACK) after which the person was in post again."""
    again = leavers.select(*BACK).join(
        spells.select("person", "organisation", "first_month", "last_month"), ["person", "organisation"]
    )
    found = again.filter((again.last_month > again.month) & (again.first_month <= again.month + RETURN_MONTHS))
    return found.select(*BACK).distinct().mutate(returned=ibis.literal(True))
