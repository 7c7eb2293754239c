"""Why do they go?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import WINDOW_KEYS
from keepwell.records.flows import Grouping, keep

VOLUNTARY = "voluntary_resignation"
UNKNOWN = "unknown"


def reasons_for_leaving(leavers: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Leavers by recorded reason, with the lowest and highest share that each reason can really have.

        share = leavers with the reason / leavers
        highest = (leavers with the reason + those who may have had it) / leavers

    Who left no reason may have had any; who resigned for "Other/Not Known" may have had any voluntary one.
    The lowest share is that of none of them. With "reason_group" among the groups the families are shown
    instead of single reasons, and resigning for an unknown reason belongs to its family.

    Input: leavers with period_start and period_end. Columns: groups, reason, reason_group, leavers,
    leavers_with_reason, reasons_for_leaving, lowest_share, highest_share (fractions from 0 to 1).
    """
    families = "reason_group" in grouping.by
    outer = [name for name in grouping.by if name not in ("reason", "reason_group")]
    shown = [name for name in grouping.shown if name not in ("reason", "reason_group")]
    rows = keep(leavers, grouping)
    keys = [*WINDOW_KEYS, *outer]
    totals = rows.group_by(keys).aggregate(
        leavers=rows.count(),
        nothing_known=(rows.reason_group == UNKNOWN).cast("int64").sum(),
        only_voluntary=((rows.reason_group == VOLUNTARY) & ~rows.reason_known).cast("int64").sum(),
    )
    names = {name: rows[name].max() for name in shown if name not in outer}
    by_reason = rows.group_by([*keys, "reason_group", *([] if families else ["reason"])]).aggregate(
        **names, leavers_with_reason=rows.count(), tells_why=rows.reason_known.any()
    )
    both = by_reason.join(totals, keys)
    is_unknown = both.reason_group == UNKNOWN if families else ~both.tells_why
    may_also = both.nothing_known
    if not families:
        may_also = may_also + (both.reason_group == VOLUNTARY).ifelse(both.only_voluntary, 0)
    highest = is_unknown.ifelse(both.leavers_with_reason, both.leavers_with_reason + may_also)
    return both.mutate(
        reasons_for_leaving=ratio(both.leavers_with_reason, both.leavers),
        lowest_share=ratio(is_unknown.ifelse(0, both.leavers_with_reason), both.leavers),
        highest_share=ratio(highest, both.leavers),
    ).select(
        *WINDOW_KEYS,
        *shown,
        "reason_group",
        *([] if families else ["reason"]),
        "leavers",
        "leavers_with_reason",
        "reasons_for_leaving",
        "lowest_share",
        "highest_share",
    )
