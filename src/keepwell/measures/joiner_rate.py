"""Compared with the staff we have, how many came?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio


def joiner_rate(flows: ibis.Table, basis: str = "headcount") -> ibis.Table:
    """Joiners as a share of average staff.

        joiners / mean(staff at start, staff at end)

    A joiner is in post at the end and not at the start. The denominator is that of the leaver rate, so
    that the two can be set side by side.

    Columns: adds joiner_rate, a fraction.
    Source: NHS Workforce Statistics, turnover (one denominator for both: HSCIC bulletin, November 2014).
    """
    joiners = flows.joiners if basis == "headcount" else flows.joiners_fte
    average = (flows[f"{basis}_at_start"] + flows[f"{basis}_at_end"]) / 2
    return flows.mutate(joiner_rate=ratio(joiners, average))
