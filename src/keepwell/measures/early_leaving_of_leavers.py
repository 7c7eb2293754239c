"""Of those who leave, what share had been here for less than a year?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import StaffRecords, departures, grouped, in_periods
from keepwell.records.flows import Grouping, keep
from keepwell.records.service import SERVICE_UNKNOWN_NOTE, service_months

__all__ = ["SERVICE_UNKNOWN_NOTE", "early_leaving_of_leavers"]


def early_leaving_of_leavers(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Of the leavings of the period, the share after less than a year in the organisation.

        leavers with under 12 months of service / leavers whose service is known

    Leavers are counted by event. Service runs from the recorded start to the month of leaving, in whole
    months. It is another measure than early leaving of starters: when few start, few can leave early.

    Columns: leavers, leavers_under_1_year, service_not_known (leavings), early_leaving_of_leavers, a
    fraction of those whose service is known.
    """
    gone = departures(records, "organisation")
    gone = gone.mutate(months_of_service=service_months(gone.started, gone.month))
    rows = keep(in_periods(gone, periods), grouping, among=records.spells)
    table = grouped(
        rows,
        grouping,
        leavers=rows.count(),
        leavers_under_1_year=(rows.months_of_service < 12).fill_null(False).cast("int64").sum(),
        service_not_known=rows.months_of_service.isnull().cast("int64").sum(),
    )
    known = table.leavers - table.service_not_known
    return table.mutate(early_leaving_of_leavers=ratio(table.leavers_under_1_year, known))
