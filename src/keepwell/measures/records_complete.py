"""Can the staff records be trusted?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import StaffRecords, grouped, there_at
from keepwell.records.flows import Grouping, keep
from keepwell.records.staff import ACTIVE, NOT_KNOWN

MOST_FTE = 1.2


def records_complete(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Of those in post at the period's end, the share with a complete and plausible record.

        people with none of the gaps / people in post

    A gap is: no staff group, no hours, hours of zero or over 1.2 FTE, no start date, no month of birth.

    Columns: headcount_at_end, staff_group_not_known, fte_not_known, fte_odd, started_not_known,
    birth_not_known (people), records_complete, a fraction from 0 to 1.
    """
    active = records.spells.filter(records.spells.state == ACTIVE)
    rows = keep(there_at(active, periods, "last"), grouping, among=records.spells)
    gaps = {
        "staff_group_not_known": rows.staff_group == NOT_KNOWN,
        "fte_not_known": rows.fte.isnull(),
        "fte_odd": ((rows.fte <= 0) | (rows.fte > MOST_FTE)).fill_null(False),
        "started_not_known": rows.started.isnull(),
        "birth_not_known": rows.birth_month.isnull(),
    }
    table = grouped(
        rows,
        grouping,
        headcount_at_end=rows.person.nunique(),
        **{name: rows.person.nunique(where=gap) for name, gap in gaps.items()},
        with_a_gap=rows.person.nunique(where=ibis.or_(*gaps.values())),
    )
    complete = table.headcount_at_end - table.with_a_gap
    return table.mutate(records_complete=ratio(complete, table.headcount_at_end)).drop("with_a_gap")
