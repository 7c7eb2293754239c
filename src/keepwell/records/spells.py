"""From when to when was each person in the same post, unchanged?

A spell is an unbroken stretch of one person in one organisation with the same state, hours and classification,
from its first to its last month's end. Months that nobody loaded do not break a spell: what was never looked
at is no evidence of leaving.
"""

from __future__ import annotations

import ibis

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
