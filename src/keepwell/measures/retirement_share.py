"""How many of the leavers retired, and who came back?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import grouped
from keepwell.records.flows import Grouping, keep

RETURN_MONTHS = 6


def retirement_share(leavers: ibis.Table, spells: ibis.Table | None, grouping: Grouping) -> ibis.Table:
    """Of the leavers of each period, the share recorded as retired; those who came back shown apart.

        leavers recorded as retired / leavers

    Retired and returned: in post in the same organisation at a month's end within 6 months of the month of
    leaving. Without staff records (spells None) returns cannot be seen, and the column is null.

    Input: leavers with period_start and period_end. Columns: leavers, retired, retired_and_returned,
    retirement_share, a fraction from 0 to 1.
    """
    rows = keep(leavers, grouping).mutate(row=ibis.row_number())
    retired = rows.reason_group == "retirement"
    counts: dict[str, ibis.Value] = {"leavers": rows.count(), "retired": retired.cast("int64").sum()}
    if spells is None:
        counts["retired_and_returned"] = ibis.null("int64").max()
    else:
        back = _back(rows.filter(retired), spells)
        rows = rows.left_join(back, "row").drop("row_right")
        counts = {
            "leavers": rows.count(),
            "retired": (rows.reason_group == "retirement").cast("int64").sum(),
            "retired_and_returned": rows.returned.fill_null(False).cast("int64").sum(),
        }
    table = grouped(rows, grouping, **counts)
    return table.mutate(retirement_share=ratio(table.retired, table.leavers))


def _back(retired: ibis.Table, spells: ibis.Table) -> ibis.Table:
    """The rows whose person is in post again, from the month of leaving to 6 months after it."""
    again = retired.select("row", "person", "organisation", "month").join(
        spells.select("person", "organisation", "first_month", "last_month"), ["person", "organisation"]
    )
    found = again.filter((again.last_month >= again.month) & (again.first_month <= again.month + RETURN_MONTHS))
    return found.select("row").distinct().mutate(returned=ibis.literal(True))
