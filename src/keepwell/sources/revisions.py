"""What did the new extract change about months that an older one already told?"""

from __future__ import annotations

from collections import Counter

import pyarrow.parquet as pq

from keepwell.errors import listed
from keepwell.periods import Month
from keepwell.records.leaver_records import covers
from keepwell.records.workspace import Generation, Workspace
from keepwell.sources.formats import Reading


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
