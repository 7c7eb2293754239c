"""How long have our people been here?"""

from __future__ import annotations

import ibis

from keepwell.records.counting import StaffRecords, grouped, there_at
from keepwell.records.flows import Grouping, keep
from keepwell.records.service import service_months
from keepwell.records.staff import ACTIVE

BANDS = ((0, 1), (1, 2), (2, 5), (5, 10), (10, 20), (20, None))


def length_of_service(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Median years in the present organisation of those in post at the period's end, and how they spread.

    Service runs from the recorded start in the organisation, in whole months; it is not service in the
    NHS. People without a recorded start are counted apart.

    Columns: headcount_at_end, service_not_known, service_0_to_1, service_1_to_2, service_2_to_5,
    service_5_to_10, service_10_to_20, service_20_or_more (people), length_of_service, years (median).
    """
    active = records.spells.filter(records.spells.state == ACTIVE)
    there = there_at(active, periods, "last")
    last = there.period_end.year() * 12 + there.period_end.month() - 1
    rows = keep(there.mutate(years=service_months(there.started, last) / 12), grouping, among=records.spells)
    counts = {_band_name(low, high): rows.person.nunique(where=_in_band(rows.years, low, high)) for low, high in BANDS}
    return grouped(
        rows,
        grouping,
        headcount_at_end=rows.person.nunique(),
        service_not_known=rows.person.nunique(where=rows.years.isnull()),
        **counts,
        length_of_service=rows.years.median(),
    )


def _band_name(low: int, high: int | None) -> str:
    return f"service_{low}_or_more" if high is None else f"service_{low}_to_{high}"


def _in_band(years: ibis.Value, low: int, high: int | None) -> ibis.Value:
    return years >= low if high is None else (years >= low) & (years < high)
