"""How much of the GPs' time is that of locums?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import grouped
from keepwell.records.flows import Grouping
from keepwell.records.general_practice import BY_ROLE, GP
from keepwell.records.practice_counts import PracticeRecords


def locum_share(records: PracticeRecords, grouping: Grouping) -> ibis.Table:
    """FTE of regular locums as a share of the FTE of all GPs, those in training included.

        FTE of regular locums / FTE of GPs

    Ad-hoc locums are in neither: they are published apart.

    Columns: fte_locum, fte_gp, locum_share, a fraction from 0 to 1.
    Source: General Practice Workforce.
    """
    chosen = records.of_group(grouping, counting_people=False, breakdown=BY_ROLE)
    gps = chosen.rows.staff_group == GP
    table = grouped(
        chosen.rows.filter(gps),
        grouping,
        fte_locum=chosen.fte(chosen.rows.role_group == "Locum").fill_null(0.0),
        fte_gp=chosen.fte(),
    )
    return table.mutate(locum_share=ratio(table.fte_locum, table.fte_gp))
