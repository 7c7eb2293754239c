"""Are there more of them than a year ago, whoever came and went?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import WINDOW_KEYS, grouped
from keepwell.records.flows import Grouping
from keepwell.records.general_practice import TOTAL
from keepwell.records.practice_counts import PracticeRecords

KEYS = [*WINDOW_KEYS, "organisation", "staff_group"]


def net_change(start: PracticeRecords, end: PracticeRecords, grouping: Grouping, basis: str) -> ibis.Table:
    """The difference between the end and the start of a period, in people or in FTE.

        at the end - at the start

    It needs nobody to be followed: who came and who went cannot be told from it. Practices that gave no data on a
    staff group at one end are left out of both for that group. Estimates and contracted services are no people; their
    FTE stands apart.

    Columns: <basis>_at_start, <basis>_at_end, net_change, net_change_share (of the start); with people also
    fte_estimated_at_start, fte_estimated_at_end.
    Source: General Practice Workforce: like month with like month.
    """
    by_people = basis == "headcount"
    first, last = (one.of_group(grouping, counting_people=by_people) for one in _with_data_at_both_ends(start, end))
    table = _side(first, grouping, basis, "at_start").outer_join(
        _side(last, grouping, basis, "at_end"), [*WINDOW_KEYS, *grouping.by]
    )
    keys = [*WINDOW_KEYS, *grouping.shown]
    counts = [name for name in table.columns if name.endswith(("_at_start", "_at_end"))]
    whole = table.select(
        **{name: ibis.coalesce(table[name], table[f"{name}_right"]) for name in keys},
        **{name: table[name].fill_null(0) for name in counts},
    )
    a, b = whole[f"{basis}_at_start"], whole[f"{basis}_at_end"]
    return whole.mutate(net_change=b - a, net_change_share=ratio(b - a, a))


def _with_data_at_both_ends(start: PracticeRecords, end: PracticeRecords) -> tuple[PracticeRecords, PracticeRecords]:
    if start.people:
        return start, end
    both = ibis.union(start.rows, end.rows)
    silent = both.filter((both.breakdown == TOTAL) & both.fte.isnull()).select(KEYS).distinct()
    return tuple(  # type: ignore[return-value]
        PracticeRecords(one.rows.anti_join(silent, KEYS), people=False, patients=one.patients) for one in (start, end)
    )


def _side(records: PracticeRecords, grouping: Grouping, basis: str, when: str) -> ibis.Table:
    """One end: the count, and what is no person."""
    count = records.headcount() if basis == "headcount" else records.fte()
    apart = {f"{name}_{when}": value for name, value in records.apart().items() if name == "fte_estimated"}
    return grouped(records.rows, grouping, **{f"{basis}_{when}": count}, **apart)
