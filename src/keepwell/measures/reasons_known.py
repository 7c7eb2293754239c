"""Do we know why people leave?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import grouped
from keepwell.records.flows import Grouping, keep


def reasons_known(leavers: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Of the leavers of each period, the share whose recorded reason tells why they left.

        leavers whose reason tells why / leavers

    "Unknown", "Not Set in Legacy at Migration" and an empty cell tell nothing; "Voluntary Resignation -
    Other/Not Known" tells that they resigned, not why. Neither counts as known.

    Input: leavers with period_start and period_end. Columns: leavers, reason_unknown,
    reason_other_or_not_known, provisional_leavers, reasons_known, a fraction from 0 to 1.
    """
    rows = keep(leavers, grouping)
    unknown = rows.reason_group == "unknown"
    table = grouped(
        rows,
        grouping,
        leavers=rows.count(),
        reason_unknown=unknown.cast("int64").sum(),
        reason_other_or_not_known=(~rows.reason_known & ~unknown).cast("int64").sum(),
        provisional_leavers=rows.provisional.cast("int64").sum(),
    )
    known = table.leavers - table.reason_unknown - table.reason_other_or_not_known
    return table.mutate(reasons_known=ratio(known, table.leavers))
