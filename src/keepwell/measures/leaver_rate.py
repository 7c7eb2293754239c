"""Of the staff we had, what share left?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio


def leaver_rate(flows: ibis.Table, basis: str = "headcount") -> ibis.Table:
    """Leavers as a share of average staff.

        leavers / mean(staff at start, staff at end)

    A leaver is in post at the start and not at the end: someone who joins and leaves in between is not
    counted, and someone on a career break is not in post. Groups with nobody at either end have no rate.
    With basis "fte" the contracted FTE of leavers stands over average FTE.

    Columns: adds leaver_rate, a fraction; above 1 where more left than the average staff.
    Source: NHS Data Dictionary (March 2012), headcount turnover rate; NHS Workforce Statistics, turnover.
    """
    leavers = flows.leavers if basis == "headcount" else flows.leavers_fte
    average = (flows[f"{basis}_at_start"] + flows[f"{basis}_at_end"]) / 2
    return flows.mutate(leaver_rate=ratio(leavers, average))
