"""What does a new file change about months that an older one already told?"""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.errors import WorkspaceRefused, listed
from keepwell.periods import Month
from keepwell.records.leaver_records import covers
from keepwell.records.workspace import Generation, Load, Workspace
from keepwell.sources.formats import Decision, Reading, SourceFormat
from keepwell.sources.traps import Place, places_in


def revisions(workspace: Workspace, before: Generation, reading: Reading) -> list[str]:
    """Months whose number of leavers differs from what the extracts loaded so far said.

    "Revised: 2025-08 RZ1 31 → 34 leavers".
    """
    new = Counter(zip(*(reading.tables["leavers"][c].to_pylist() for c in ("organisation", "month")), strict=True))
    old: Counter[tuple[str, int]] = Counter()
    told: set[tuple[str, int]] = set()
    for load in before.loads_with("leavers"):
        rows = pq.read_table(workspace.part(load.parts["leavers"]), columns=["organisation", "month"])
        counted = Counter(zip(*(rows[c].to_pylist() for c in ("organisation", "month")), strict=True))
        for organisation, month in covers(load):
            told.add((organisation, month))
            old[organisation, month] = counted[organisation, month]
    span = range(reading.first_month.index, reading.last_month.index + 1)
    changed = [
        f"{Month(m)} {o} {old[o, m]:,} → {new[o, m]:,}"
        for o, m in sorted(told, key=lambda x: (x[1], x[0]))
        if o in reading.organisations and m in span and old[o, m] != new[o, m]
    ]
    return [f"Revised leavers: {listed(changed, 6)}"] if changed else []


def older_extract(before: Generation, reading: Reading) -> list[Decision]:
    """Whether the extract ends before one that is loaded and tells the same months again, less completely."""
    newer = [
        load
        for load in before.loads_with("leavers")
        if load.last_month > str(reading.last_month)
        and load.first_month <= str(reading.last_month)
        and set(load.organisations) & set(reading.organisations)
    ]
    if not newer:
        return []
    return [
        Decision(
            "older-extract",
            "An older extract would take the place of a newer one: leavers are entered late, and it misses the latest.",
            f"it ends in {reading.last_month}; load {listed([f'{x.number} ({x.file})' for x in newer], 3)} ends later",
            "load extracts in the order in which they were taken; --accept older-extract if this one is right",
            blocks=True,
        )
    ]


def same_months(
    workspace: Workspace, before: Generation, source: SourceFormat, reading: Reading
) -> tuple[tuple[int, ...], list[Decision]]:
    """The loads that the file would take the place of, which is a decision.

    Raises WorkspaceRefused where it tells only part of what such a load tells: then neither can stand for both.
    """
    if source.reference or source.newest_wins:
        return (), []
    told = _told(reading)
    clashing = [
        load
        for load in before.loads
        if load.format == source.name and _may_clash(load, reading) and told & _loaded(workspace, load)
    ]
    if not clashing:
        return (), []
    found = f"load {listed([f'{x.number} ({x.file})' for x in clashing], 3)} has other rows for the same months"
    wrong = "Two files disagree about the same month."
    if any(not _loaded(workspace, load) <= told for load in clashing):
        numbers = " ".join(str(load.number) for load in clashing)
        attempt = f"keepwell unload {numbers}, then load this file: it tells only part of what they tell"
        raise WorkspaceRefused(wrong, found=found, attempt=attempt)
    attempt = "--accept revision if this file corrects the earlier one"
    return tuple(load.number for load in clashing), [Decision("revision", wrong, found, attempt, blocks=True)]


def _may_clash(load: Load, reading: Reading) -> bool:
    return (
        bool(set(load.organisations) & set(reading.organisations))
        and load.first_month <= str(reading.last_month)
        and load.last_month >= str(reading.first_month)
    )


def _told(reading: Reading) -> set[Place]:
    return set().union(*(_places(table) for table in reading.tables.values()))


def _loaded(workspace: Workspace, load: Load) -> set[Place]:
    parts = [workspace.part(name) for name in load.parts.values()]
    dated = [path for path in parts if {"organisation", "month"} <= set(pq.read_schema(path).names)]
    wanted = ("organisation", "month", "table_of")
    columns = [[name for name in wanted if name in pq.read_schema(path).names] for path in dated]
    return set().union(*(_places(pq.read_table(p, columns=c)) for p, c in zip(dated, columns, strict=True)))


def _places(table: pa.Table) -> set[Place]:
    """The organisations and months that a table tells of. Counts by other fields tell of something else."""
    places = places_in(table)
    if "table_of" not in table.column_names or not table.num_rows:
        return places
    name = table["table_of"][0].as_py()
    return {(f"{organisation} by {name}", month) for organisation, month in places}
