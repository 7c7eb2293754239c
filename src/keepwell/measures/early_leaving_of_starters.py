"""Of those who start with us, what share is gone within a year?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import StaffRecords, arrivals, departures, grouped
from keepwell.records.flows import Grouping, keep

FOLLOWED_MONTHS = 12


def early_leaving_of_starters(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Of the starters of the period before, the share that left their organisation within 12 months.

        starters gone within 12 months of starting / starters

    Starters are people new to an organisation whose 12 months end inside the period: they started in a
    period of the same length that ended 12 months earlier, so that everybody has been followed for the
    whole time. Starting and leaving are seen at month ends. Groups are those held at the start.

    Columns: starters, starters_gone (people), early_leaving_of_starters, a fraction from 0 to 1.
    """
    began = arrivals(records, "organisation").mutate(began="month").drop("month")
    cohort = began.join(
        periods,
        [
            began.began + FOLLOWED_MONTHS > periods.before,
            began.began + FOLLOWED_MONTHS <= periods["last"],
        ],
    )
    gone = departures(records, "organisation").select("person", "organisation", gone_in="month")
    first_gone = cohort.left_join(
        gone,
        [
            cohort.person == gone.person,
            cohort.organisation == gone.organisation,
            gone.gone_in > cohort.began,
            gone.gone_in <= cohort.began + FOLLOWED_MONTHS,
        ],
    ).drop("person_right", "organisation_right")
    rows = keep(first_gone, grouping, among=records.spells)
    table = grouped(
        rows,
        grouping,
        starters=rows.person.nunique(),
        starters_gone=rows.person.nunique(where=rows.gone_in.notnull()),
    )
    return table.mutate(early_leaving_of_starters=ratio(table.starters_gone, table.starters))
