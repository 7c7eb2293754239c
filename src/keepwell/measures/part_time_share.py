"""How many people in general practice work part time?"""

from __future__ import annotations

from typing import Final

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import WINDOW_KEYS, grouped
from keepwell.records.flows import Grouping, keep
from keepwell.records.practice_counts import PracticeRecords

FULL_TIME: Final = 1.0
"""FTE from which somebody works full time: 37.5 hours a week."""


def part_time_share(records: PracticeRecords, grouping: Grouping) -> ibis.Table:
    """Of the people whose hours are known, the share with less than 1.0 FTE.

        people below 1.0 FTE / people with a known FTE

    A person's FTE is summed over all roles and places before it is compared, so that two half posts are full time.
    37 hours a week are 0.987 FTE, and part time.

    Columns: headcount, fte_not_known (people), part_time (people), part_time_share, a fraction from 0 to 1.
    Source: General Practice Workforce, FTE of 37.5 hours; the threshold is ours.
    """
    real = records.rows.filter(records.rows.person.notnull())
    whole = real.group_by([*WINDOW_KEYS, "person"]).aggregate(fte_of_person=real.fte.sum())
    rows = keep(real.join(whole, [*WINDOW_KEYS, "person"]), grouping)
    table = grouped(
        rows,
        grouping,
        headcount=rows.person.nunique(),
        hours_known=rows.person.nunique(where=rows.fte_of_person.notnull()),
        part_time=rows.person.nunique(where=rows.fte_of_person < FULL_TIME),
    )
    shared = table.mutate(
        fte_not_known=table.headcount - table.hours_known, part_time_share=ratio(table.part_time, table.hours_known)
    )
    return shared.relocate("fte_not_known", after="headcount").drop("hours_known")
