"""How many chose to leave?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import WINDOW_KEYS, grouped
from keepwell.records.flows import Grouping, only

COUNTED = ("headcount_at_start", "headcount_at_end", "leavers", "leavers_voluntary", "leavers_reason_unknown")


def voluntary_leaver_rate(leavers: ibis.Table, staff: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Voluntary resignations as a share of average staff.

        voluntary resignations / mean(staff at start, staff at end)

    Voluntary are the ESR values "Voluntary Resignation - …". Left out, and counted beside: retirement, end of
    fixed term and rotation, transfer, dismissal, redundancy, mutually agreed resignation, death and others.
    Leavers whose reason is not known count in neither; with all of them the rate would be the highest.

    Input: leavers with period_start and period_end; staff with the groups, headcount_at_start and
    headcount_at_end. Columns: headcount_at_start, headcount_at_end, leavers, leavers_voluntary,
    leavers_reason_unknown, leavers_not_voluntary, voluntary_leaver_rate, highest_voluntary_leaver_rate.
    """
    rows = only(leavers, grouping)  # staff know the values; that nobody of a group left is an answer
    unknown = rows.reason_group == "unknown"
    counts = grouped(
        rows,
        grouping,
        leavers=rows.count(),
        leavers_voluntary=(rows.voluntary & ~unknown).fill_null(False).cast("int64").sum(),
        leavers_reason_unknown=unknown.cast("int64").sum(),
    )
    keys = [*WINDOW_KEYS, *grouping.by]
    both = staff.outer_join(counts, keys)  # who came and went in between was in groups without staff at either end
    both = both.mutate(**{c: ibis.coalesce(both[c], both[f"{c}_right"]) for c in (*WINDOW_KEYS, *grouping.shown)})
    both = both.mutate(**{c: both[c].fill_null(0) for c in COUNTED})
    both = both.drop(*[c for c in both.columns if c.endswith("_right")])
    average = (both.headcount_at_start + both.headcount_at_end) / 2
    return both.mutate(
        leavers_not_voluntary=both.leavers - both.leavers_voluntary - both.leavers_reason_unknown,
        voluntary_leaver_rate=ratio(both.leavers_voluntary, average),
        highest_voluntary_leaver_rate=ratio(both.leavers_voluntary + both.leavers_reason_unknown, average),
    )
