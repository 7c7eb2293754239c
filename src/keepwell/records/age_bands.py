"""How old was somebody in each month of a spell, in the bands of the publications?"""

from __future__ import annotations

from typing import Final

import ibis
import pyarrow as pa

from keepwell.records.staff import NOT_KNOWN

AGE_BANDS: Final = ("Under 25", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 and over")
"""As in NHS Workforce Statistics (HCHS), from memory."""
_FROM_AGES: Final = (None, 25, 35, 45, 55, 65)
_FAR: Final = 10**6


def with_age_bands(spells: ibis.Table) -> ibis.Table:
    """Spells whose age_band is right in each of their months, where the month of birth is known.

    A spell in which somebody reaches the next band becomes two: one up to the month before they reach it, and one from
    that month on, alike in all else. Age is in completed years at the month's end. An age band that the records have
    themselves is left as it is, and so is "Not known" where there is no month of birth.
    """
    derived = (spells.age_band == NOT_KNOWN) & spells.birth_month.notnull()
    known, others = spells.filter(derived), spells.filter(~derived)
    bands = _bands()
    joined = known.join(
        bands,
        [
            known.first_month - known.birth_month < bands.before_age * 12,
            known.last_month - known.birth_month >= bands.from_age * 12,
        ],
    )
    begins = joined.birth_month + joined.from_age * 12
    ends = joined.birth_month + joined.before_age * 12 - 1
    split = joined.mutate(
        first_month=ibis.greatest(joined.first_month, begins).cast("int32"),
        last_month=ibis.least(joined.last_month, ends).cast("int32"),
        age_band=joined.then,
    )
    return ibis.union(split.select(*spells.columns), others.select(*spells.columns))


def _bands() -> ibis.Table:
    froms = [-_FAR if age is None else age for age in _FROM_AGES]
    rows = {"then": list(AGE_BANDS), "from_age": froms, "before_age": [*froms[1:], _FAR]}
    schema = pa.schema([("then", pa.string()), ("from_age", pa.int32()), ("before_age", pa.int32())])
    return ibis.memtable(pa.table(rows, schema=schema))
