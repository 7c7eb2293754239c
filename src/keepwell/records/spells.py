"""From when to when was each person in the same post, unchanged?

A spell is an unbroken stretch of one person in one organisation with the same state, hours and classification,
from its first to its last month's end. Months that nobody loaded do not break a spell: what was never looked
at is no evidence of leaving.
"""

from __future__ import annotations

import ibis
import pyarrow as pa

from keepwell.records.staff import SPELL_KEYS

SPELL_COLUMNS = (*SPELL_KEYS, "first_month", "last_month")


def spells(positions: ibis.Table, seen: ibis.Table) -> ibis.Table:
    """Positions gathered into spells.

    Input: one row a person, organisation and month (POSITIONS). Output: SPELL_COLUMNS, one row a spell;
    the spells of one person in one organisation never overlap.
    """
    placed = positions.join(seen.select("organisation", "month", "ordinal"), ["organisation", "month"])
    same = ibis.window(group_by=list(SPELL_KEYS), order_by="month")
    numbered = placed.mutate(in_row=ibis.row_number().over(same))
    islands = numbered.mutate(island=numbered.ordinal - numbered.in_row)  # constant while no month is missed
    return (
        islands.group_by([*SPELL_KEYS, "island"])
        .aggregate(first_month=islands.month.min(), last_month=islands.month.max())
        .select(*SPELL_COLUMNS)
    )


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
