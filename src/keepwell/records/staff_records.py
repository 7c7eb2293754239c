"""What do we know of the people of a workspace, ready to be counted?"""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from keepwell.records.counting import StaffRecords
from keepwell.records.engines import keeps_files
from keepwell.records.kept_spells import kept_spells
from keepwell.records.recodes import (
    Recode,
    Succession,
    in_todays_terms,
    recodes_in,
    seen_in_todays_terms,
    successions_in,
)
from keepwell.records.spells import seen_table, spells
from keepwell.records.staff import ACTIVE
from keepwell.records.workspace import Generation, Workspace

__all__ = ["seen_table", "staff_records", "staff_records_of"]


def staff_records(
    connection: ibis.BaseBackend, workspace: Workspace, generation: Generation, source: str
) -> StaffRecords:
    """Spells, and which months were seen, from the positions of one source.

    Spells are kept in the workspace and go on from month to month; see kept_spells.
    """
    workspace.parts_of(generation, "positions")  # refuses where rows have been erased
    parts = [workspace.part(x.parts["positions"]) for x in generation.loads if x.format == source]
    recodes, successions = recodes_in(workspace, generation), successions_in(workspace, generation)
    if not keeps_files(connection):
        return staff_records_of(connection.read_parquet([str(p) for p in parts]), recodes, successions)

    def restate(positions: ibis.Table) -> ibis.Table:
        return _restated(positions, recodes, successions)

    kept, seen = kept_spells(connection, workspace.folder / "derived", parts, recodes, successions, restate)
    return StaffRecords(kept, seen_table(seen))


def staff_records_of(
    positions: ibis.Table, recodes: Sequence[Recode], successions: Sequence[Succession]
) -> StaffRecords:
    """Spells, and which months were seen, of positions wherever they are: made anew, and kept nowhere."""
    seen = seen_table(seen_in_todays_terms(_months_seen(positions), successions))
    return StaffRecords(spells(_named(_restated(positions, recodes, successions)), seen), seen)


def _restated(positions: ibis.Table, recodes: Sequence[Recode], successions: Sequence[Succession]) -> ibis.Table:
    restated = in_todays_terms(positions, recodes, successions)
    return _put_together(restated) if successions else restated


def _months_seen(positions: ibis.Table) -> list[tuple[str, int]]:
    pairs = positions.select("organisation", "month").distinct().to_pyarrow()
    return list(zip(pairs["organisation"].to_pylist(), pairs["month"].to_pylist(), strict=True))


def _put_together(positions: ibis.Table) -> ibis.Table:
    """One position again for somebody who had one in each of two organisations that are now one.

    As in reading: active goes before paused, the post with the most FTE classifies, FTE is summed over the
    active ones.
    """
    held = ibis.window(group_by=["organisation", "person", "month"])
    active = positions.state == ACTIVE
    marked = positions.mutate(
        active_fte=positions.fte.sum(where=active).over(held),
        any_fte=positions.fte.sum().over(held),
        place=ibis.row_number().over(
            ibis.window(
                group_by=["organisation", "person", "month"],
                order_by=[
                    ibis.desc(active),
                    ibis.desc(positions.fte.fill_null(0.0)),
                    "unit",
                    "staff_group",
                    "job_role",
                ],
            )
        ),
    )
    first = marked.filter(marked.place == 0)
    hours = (first.state == ACTIVE).ifelse(first.active_fte, first.any_fte)
    return first.mutate(fte=hours).select(*positions.columns)


def _named(positions: ibis.Table) -> ibis.Table:
    """Each organisation under one name: names change their spelling from extract to extract."""
    names = positions.group_by("organisation").aggregate(one_name=positions.organisation_name.max())
    joined = positions.drop("organisation_name").join(names, "organisation")
    return joined.rename(organisation_name="one_name")
