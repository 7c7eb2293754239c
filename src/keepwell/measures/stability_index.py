"""Of those who were here at the start, what share is still here?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio


def stability_index(flows: ibis.Table, basis: str = "headcount") -> ibis.Table:
    """The share of those in post at the start who are still in the group at the end.

        1 - leavers / staff at start

    It needs leavers that were in post at the start, so it has no value where leavers are summed over
    several months: some of those came in between. It is not 1 minus the leaver rate: the denominators
    differ.

    Columns: adds stability_index, a fraction from 0 to 1.
    Source: Parliamentary answer PQ 112582 ("staff at the start that do not leave the specified group").
    """
    leavers = flows.leavers if basis == "headcount" else flows.leavers_fte
    return flows.mutate(stability_index=1 - ratio(leavers, flows[f"{basis}_at_start"]))
