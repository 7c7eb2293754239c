"""Who left, as the newest extract about each month tells it?"""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import pyarrow as pa

from keepwell.periods import Month
from keepwell.records.recodes import in_todays_terms, recodes_in, successions_in
from keepwell.records.workspace import Generation, Load, Workspace

PROVISIONAL_MONTHS = 3
"""Leavers are entered late: so many of the newest months of an extract are still incomplete."""


def covers(load: Load) -> Iterator[tuple[str, int]]:
    """The organisations and months that an extract tells of."""
    first, last = Month.parse(load.first_month).index, Month.parse(load.last_month).index
    for organisation in load.organisations:
        for month in range(first, last + 1):
            yield organisation, month


def told_by(loads: list[Load]) -> dict[tuple[str, int], int]:
    """For each organisation and month, the load whose rows count: the newest that covers it."""
    return {place: load.number for load in loads for place in covers(load)}


def leaver_records(connection: ibis.BaseBackend, workspace: Workspace, generation: Generation) -> ibis.Table:
    """Leavers of every loaded extract, each month from the newest extract that covers it, in today's terms.

    Columns: LEAVERS and `provisional`, true in the newest three months of the extract that tells them.
    """
    loads = generation.loads_with("leavers")
    workspace.parts_of(generation, "leavers")
    told = told_by(loads)
    tables = []
    for load in loads:
        rows = connection.read_parquet(str(workspace.part(load.parts["leavers"])))
        mine = [(o, m) for (o, m), number in told.items() if number == load.number]
        newest = Month.parse(load.last_month).index
        here = rows.semi_join(_places(mine), ["organisation", "month"])
        tables.append(here.mutate(provisional=here.month > newest - PROVISIONAL_MONTHS))
    every = tables[0] if len(tables) == 1 else ibis.union(*tables)
    return in_todays_terms(every, recodes_in(workspace, generation), successions_in(workspace, generation))


def _places(pairs: list[tuple[str, int]]) -> ibis.Table:
    return ibis.memtable(
        pa.table(
            {
                "organisation": pa.array([o for o, _ in pairs], pa.string()),
                "month": pa.array([m for _, m in pairs], pa.int32()),
            }
        )
    )
