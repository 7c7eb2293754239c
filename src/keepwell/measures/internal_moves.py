"""Who stayed with us, but not in the same place?"""

from __future__ import annotations

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import WINDOW_KEYS, StaffRecords, grouped, there_at
from keepwell.records.flows import Grouping, keep
from keepwell.records.staff import ACTIVE, NOT_KNOWN

MOVES = ("unit", "staff_group", "job_role", "band")


def internal_moves(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
    """People in post at both ends in the same organisation whose unit, staff group, role or band differs.

        moved / in post at start and still in the organisation at the end

    It is not turnover: nobody here left the organisation. Somebody who moved in several ways counts once
    in internal_moves and once in each way. A record filled in later, or no longer, is not a move: both must
    be known. Groups are those held at the start.

    Columns: stayers, internal_moves, moved_unit, moved_staff_group, moved_job_role, moved_band (people),
    internal_move_rate, a fraction of stayers.
    """
    active = records.spells.filter(records.spells.state == ACTIVE)
    start = keep(there_at(active, periods, "before"), grouping, among=records.spells)
    end = there_at(active, periods, "last").select(
        *WINDOW_KEYS, "person", "organisation", **{f"{name}_at_end": name for name in MOVES}
    )
    both = start.join(end, [*WINDOW_KEYS, "person", "organisation"])
    changed = {name: _differs(both[name], both[f"{name}_at_end"]) for name in MOVES}
    any_change = changed["unit"] | changed["staff_group"] | changed["job_role"] | changed["band"]
    counts = {f"moved_{name}": both.person.nunique(where=differs) for name, differs in changed.items()}
    table = grouped(
        both, grouping, stayers=both.person.nunique(), internal_moves=both.person.nunique(where=any_change), **counts
    )
    return table.mutate(internal_move_rate=ratio(table.internal_moves, table.stayers))


def _differs(before: ibis.Value, after: ibis.Value) -> ibis.Value:
    return (before != after) & (before != NOT_KNOWN) & (after != NOT_KNOWN)
