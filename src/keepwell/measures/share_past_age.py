"""Who could retire?"""

from __future__ import annotations

from functools import cache

import ibis
import pyarrow as pa

from keepwell.content import load_yaml
from keepwell.measures.ratio import ratio
from keepwell.periods import Month
from keepwell.records.counting import StaffRecords, grouped, there_at
from keepwell.records.flows import Grouping, keep
from keepwell.records.service import age_at
from keepwell.records.staff import ACTIVE

THRESHOLDS = (55, 60, 65)


def share_past_age(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
    """Of those in post at the period's end, the shares that have reached 55, 60, 65 and State Pension age.

        people of the age or over / people whose age is known

    55 is the lowest age at which most may take a pension of the 1995, 2008 or 2015 sections, 60 the normal
    age of the 1995 section, 65 that of the 2008 section; State Pension age by month of birth. The rules of
    each person's scheme differ: this is who could, not who will. Age is known to the month.

    Columns: headcount_at_end, age_not_known, past_55, past_60, past_65, past_state_pension_age (people), and
    share_past_55 and so on, fractions of those whose age is known. share_past_age repeats share_past_55.
    """
    active = records.spells.filter(records.spells.state == ACTIVE)
    there = there_at(active, periods, "last")
    last = there.period_end.year() * 12 + there.period_end.month() - 1
    aged = there.mutate(age=age_at(there.birth_month, last), last=last)
    rows = keep(_with_pension_month(aged), grouping, among=records.spells)
    counts = {f"past_{years}": rows.person.nunique(where=rows.age >= years) for years in THRESHOLDS}
    table = grouped(
        rows,
        grouping,
        headcount_at_end=rows.person.nunique(),
        age_known=rows.person.nunique(where=rows.age.notnull()),
        **counts,
        past_state_pension_age=rows.person.nunique(where=rows.pension_month <= rows["last"]),
    )
    names = [f"past_{years}" for years in THRESHOLDS] + ["past_state_pension_age"]
    shares = {f"share_{name}": ratio(table[name], table.age_known) for name in names}
    with_shares = table.mutate(
        age_not_known=table.headcount_at_end - table.age_known, **shares, share_past_age=shares["share_past_55"]
    )
    return with_shares.relocate("age_not_known", after="headcount_at_end").drop("age_known")


def _with_pension_month(rows: ibis.Table) -> ibis.Table:
    """The month in which each person reaches State Pension age, by month of birth."""
    births = range(Month.parse("1900-01").index, Month.parse("2015-12").index + 1)
    table = ibis.memtable(
        pa.table(
            {
                "born": pa.array(births, pa.int32()),
                "pension_month": pa.array([state_pension_month(b) for b in births], pa.int32()),
            }
        )
    )
    return rows.left_join(table, rows.birth_month == table.born).drop("born")


def state_pension_month(birth_month: int) -> int:
    """The Month.index in which somebody born in that month reaches State Pension age.

    Source: content/state_pension_age.yaml (Pensions Acts 1995 to 2014), read by month: those born before the
    6th of a month reach it up to a month earlier.
    """
    for born_up_to, months in _steps():
        if birth_month <= born_up_to:
            return birth_month + months
    return birth_month + 68 * 12


@cache
def _steps() -> tuple[tuple[int, int], ...]:
    """(last month of birth, age in months), in order."""
    steps = load_yaml("state_pension_age.yaml")["steps"]
    return tuple((Month.parse(s["born_up_to"]).index, s["years"] * 12 + s.get("months", 0)) for s in steps)
