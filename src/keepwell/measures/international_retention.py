"""Of those we recruited abroad, who is still here?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import WINDOW_KEYS, StaffRecords, arrivals
from keepwell.records.flows import Grouping, keep
from keepwell.records.staff import ACTIVE, PAUSED

ABROAD = ("international", "overseas", "abroad", "non-uk", "outside uk", "outside the uk")


def international_retention(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
    """International recruits by year of arrival, and the share of them in post at the period's end.

        still in the organisation at the end / arrived in the year

    A recruit is somebody whose recruitment source names another country, seen from their start: people who
    came before the first month loaded are not counted, since those of them who left were never seen. On
    unpaid leave counts as still here.

    Columns: arrived_in, arrivals, still_here (people), international_retention, a fraction from 0 to 1.
    """
    came = arrivals(records, "organisation")
    source = came.recruitment_source.lower()
    abroad = came.filter(ibis.or_(*[source.contains(word) for word in ABROAD]))
    abroad = abroad.mutate(arrived_in=(abroad.month.floordiv(12)).cast("int64"), came_in="month").drop("month")
    cohort = abroad.cross_join(periods)
    cohort = keep(cohort.filter(cohort.came_in <= cohort["last"]), grouping, among=records.spells)
    here = records.spells.filter(records.spells.state.isin([ACTIVE, PAUSED])).select(
        "person", "organisation", from_month="first_month", to_month="last_month"
    )
    there = cohort.left_join(
        here,
        [
            cohort.person == here.person,
            cohort.organisation == here.organisation,
            here.from_month <= cohort["last"],
            here.to_month >= cohort["last"],
        ],
    ).drop("person_right", "organisation_right")
    names = {name: there[name].max() for name in grouping.shown if name not in grouping.by}
    table = there.group_by([*WINDOW_KEYS, *grouping.by, "arrived_in"]).aggregate(
        **names,
        arrivals=there.person.nunique(),
        still_here=there.person.nunique(where=there.from_month.notnull()),
    )
    table = table.select(*WINDOW_KEYS, *grouping.shown, "arrived_in", "arrivals", "still_here")
    return table.mutate(international_retention=ratio(table.still_here, table.arrivals))
