"""What do we know of the people of a workspace, ready to be counted?"""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

import ibis
import pyarrow as pa

from keepwell.records.counting import StaffRecords
from keepwell.records.recodes import in_todays_terms, recodes_in, seen_in_todays_terms, successions_in
from keepwell.records.spells import spells
from keepwell.records.staff import ACTIVE
from keepwell.records.workspace import Generation, Workspace

SPELLS_VERSION = 3
"""Changed whenever spells are made differently, so that those kept from before are not used."""


def staff_records(
    connection: ibis.BaseBackend, workspace: Workspace, generation: Generation, source: str
) -> StaffRecords:
    """Spells, and which months were seen, from the positions of one source.

    Spells are kept in the workspace under a name made from all that they are made of, and made again when
    any of it changes.
    """
    workspace.parts_of(generation, "positions")  # refuses where rows have been erased
    parts = [workspace.part(x.parts["positions"]) for x in generation.loads if x.format == source]
    recodes, successions = recodes_in(workspace, generation), successions_in(workspace, generation)
    positions = connection.read_parquet([str(p) for p in parts])
    seen = seen_table(seen_in_todays_terms(_months_seen(positions), successions))
    kept = workspace.folder / "derived" / f"spells-{_name(parts, recodes, successions)}.parquet"
    if not kept.is_file():
        restated = in_todays_terms(positions, recodes, successions)
        _keep(spells(_named(_put_together(restated) if successions else restated), seen), kept)
    return StaffRecords(connection.read_parquet(str(kept)), seen)


def _months_seen(positions: ibis.Table) -> list[tuple[str, int]]:
    pairs = positions.select("organisation", "month").distinct().to_pyarrow()
    return list(zip(pairs["organisation"].to_pylist(), pairs["month"].to_pylist(), strict=True))


def seen_table(months: dict[str, list[int]]) -> ibis.Table:
    """Months seen as a table: organisation, month, ordinal (from 1), next_month (null for the last)."""
    rows = [
        {"organisation": o, "month": m, "ordinal": i + 1, "next_month": have[i + 1] if i + 1 < len(have) else None}
        for o, have in sorted(months.items())
        for i, m in enumerate(have)
    ]
    schema = pa.schema(
        [("organisation", pa.string()), ("month", pa.int32()), ("ordinal", pa.int64()), ("next_month", pa.int32())]
    )
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


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


def _name(parts: list[Path], *others: object) -> str:
    made_of = repr((SPELLS_VERSION, sorted(p.name for p in parts), *others))
    return hashlib.sha256(made_of.encode()).hexdigest()[:32]


def _keep(table: ibis.Table, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    table.to_parquet(draft)
    os.replace(draft, path)  # noqa: PTH105 (kept whole or not at all; made again if lost, so no fsync)
