"""Of the days that staff could have worked, what share was lost to sickness?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio


def sickness_absence_rate(absence: ibis.Table) -> ibis.Table:
    """Days lost to sickness as a share of days available.

        FTE days lost / FTE days available

    Both are full-time-equivalent calendar days, days on which nobody works included: a month of 30 days has
    30 of each full-time person. The days are added up first and then divided; rates are never averaged. Bank
    staff and primary care are not in it. Of one reason the days lost for it stand over all days available, so
    that reasons add up to the rate.

    Input: days added up, with period_start and period_end. Columns: adds sickness_absence_rate, a fraction,
    and fte_lost_equivalent, the days lost over the days of the period: as many people as if nobody else had
    been away. Groups without days available have no rate.
    Source: NHS Sickness Absence Rates (NHS England); the House of Lords' answer HL3703.
    """
    days = absence.period_end.delta(absence.period_start, unit="day") + 1
    return absence.mutate(
        sickness_absence_rate=ratio(absence.fte_days_lost, absence.fte_days_available),
        fte_lost_equivalent=absence.fte_days_lost / days.cast("float64"),
    )
