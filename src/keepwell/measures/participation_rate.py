"""How much of a full-time week do people in general practice work?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import grouped
from keepwell.records.flows import Grouping
from keepwell.records.practice_counts import PracticeRecords


def participation_rate(records: PracticeRecords, grouping: Grouping) -> ibis.Table:
    """Contracted time per head of a group.

        FTE / headcount

    1.0 FTE is 37.5 hours a week. Of individual-level files people are counted once each, by role, age band and sex
    alike; estimates and contracted services are no people and count in neither. Of practice files a practice's
    own counts, never added over practices.

    Columns: headcount, fte, participation_rate: a fraction, above 1 where the group works more than full time.
    Source: General Practice Workforce, participation rate.
    """
    chosen = records.of_group(grouping, counting_people=True)
    both = (
        chosen.rows.person.notnull() if chosen.people else chosen.rows.headcount.notnull() & chosen.rows.fte.notnull()
    )
    table = grouped(chosen.rows, grouping, headcount=chosen.headcount(both), fte=chosen.fte(both))
    return table.mutate(participation_rate=ratio(table.fte, table.headcount))
