"""How many were counted, in tables that hold totals among their parts?

A table of counts says how many people there were at a month's end in each cell of some fields: organisation,
staff group, grade and so on. Often it says it several times, in totals beside their parts, and the two seldom
agree: somebody in two posts is in two parts and once in the total. So a total is never added to its parts, and
two tables are never added to each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Final

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.errors import EnquiryRefused, listed
from keepwell.periods import Month, Period
from keepwell.records.flows import ALL_STAFF_GROUPS, NAMED, Grouping, keep, months_loaded, refuse_missing_months
from keepwell.records.workspace import Generation, Load, Workspace

COUNTED: Final = ("headcount", "fte", "joiners", "leavers")
"""What a table may count; a column that it does not have, or a cell that it does not say, is null."""
NAMES: Final = tuple(NAMED.values())
"""Columns that name codes. They cut nothing."""
TOTALS: Final[Mapping[str, str]] = {
    "organisation": "All organisations",
    "region": "All regions",
    "icb": "All integrated care boards",
    "staff_family": "All staff",
    "staff_group": ALL_STAFF_GROUPS,
    "grade": "All grades",
    "nationality": "All nationalities",
    "ethnicity": "All ethnic groups",
    "ethnicity_type": "All ethnic groups",
    "sex": "All sexes",
    "age_band": "All ages",
    "unit": "All units",
}


def total_of(field: str) -> str:
    """What the total over a field is called in our tables, whatever the file calls it."""
    return TOTALS.get(field, "All")


def counts_schema(fields: Sequence[str], names: Sequence[str] = ()) -> pa.Schema:
    """The canonical table `counts`: one row a month and cell.

    `month` is Month.index of the month at whose end people were counted, and in which joiners and leavers came
    and went. Then the fields, as text, never null: a total is `total_of(field)`. `table_of` names the fields
    in alphabetical order, so that tables of the same fields are known as one.
    """
    return pa.schema(
        [
            ("month", pa.int32()),
            ("table_of", pa.string()),
            *((name, pa.string()) for name in ("organisation", *(f for f in fields if f != "organisation"), *names)),
            *((name, pa.float64() if name == "fte" else pa.int64()) for name in COUNTED),
        ]
    )


def table_of(fields: Sequence[str]) -> str:
    """The name of a table by the fields that it is cut by: "grade, staff_group"."""
    return ", ".join(sorted(fields))


def table_of_load(workspace: Workspace, load: Load) -> str:
    """The name of the table of counts that a load holds."""
    return str(pq.read_table(workspace.part(load.parts["counts"]), columns=["table_of"])["table_of"][0].as_py())


@dataclass(frozen=True, slots=True)
class CountTable:
    """Every load of one table of counts, as one."""

    fields: tuple[str, ...]
    rows: ibis.Table
    loads: tuple[Load, ...]

    @property
    def name(self) -> str:
        return table_of(self.fields) or "one number a month"

    @property
    def months(self) -> list[Month]:
        return months_loaded(self.rows)

    def counts(self, what: str) -> bool:
        """Whether the table says anywhere how many: headcount, fte, joiners or leavers."""
        return bool(self.rows[what].notnull().any().to_pyarrow().as_py())


def count_tables(workspace: Workspace, generation: Generation, loads: Sequence[Load]) -> list[CountTable]:
    """The tables that these loads hold, each of all its loads, in the order of their names.

    They are small, and held in memory, so that any engine counts them.
    """
    workspace.parts_of(generation, "counts")  # refuses an older vintage whose rows were erased
    by_name: dict[str, list[Load]] = {}
    for load in loads:
        by_name.setdefault(table_of_load(workspace, load), []).append(load)
    found = []
    for name, theirs in sorted(by_name.items()):
        parts = [pq.read_table(workspace.part(load.parts["counts"])) for load in theirs]
        fields = tuple(name.split(", ")) if name else ()
        rows = ibis.memtable(pa.concat_tables(parts, promote_options="default"))
        found.append(CountTable(fields, rows, tuple(theirs)))
    return found


def coarsest(rows: ibis.Table, fields: Sequence[str], pinned: Sequence[str] = ()) -> ibis.Table:
    """Rows that are in no other: totals where there are any, else the parts.

    One row is in another of its month if that has the same value or the total in every field, and the same in
    those that are `pinned`. So nobody is counted in a total and again in its part, and a group whose total is
    missing is the sum of its parts.

    Raises EnquiryRefused where two of the rows that are left share people (a total of one field beside a total
    of another): then no sum of them is right.
    """
    free = [field for field in fields if field not in pinned]
    levels = _levels(rows, free)
    left = [_not_in_coarser(rows, free, ["month", *pinned], level, levels) for level in levels]
    kept = reduce(ibis.union, left) if left else rows
    _refuse_crossing(kept, free, ["month", *pinned])
    return kept


Level = tuple[bool, ...]
"""Of each free field in turn, whether the total stands there."""


def _levels(rows: ibis.Table, free: Sequence[str]) -> list[Level]:
    if not free:
        return [()]
    marked = rows.select(**{field: rows[field] == total_of(field) for field in free}).distinct()
    return sorted(tuple(row[field] for field in free) for row in marked.to_pyarrow().to_pylist())


def _at(rows: ibis.Table, free: Sequence[str], level: Level) -> ibis.Table:
    tests = [
        rows[field] == total_of(field) if total else rows[field] != total_of(field)
        for field, total in zip(free, level, strict=True)
    ]
    return rows.filter(tests) if tests else rows


def _not_in_coarser(
    rows: ibis.Table, free: Sequence[str], keys: Sequence[str], level: Level, levels: Sequence[Level]
) -> ibis.Table:
    found = _at(rows, free, level)
    for above in levels:
        if above != level and all(a >= b for a, b in zip(above, level, strict=True)):
            shared = [*keys, *(field for field, total in zip(free, above, strict=True) if not total)]
            found = found.anti_join(_at(rows, free, above).select(*shared).distinct().view(), shared)
    return found


def _refuse_crossing(rows: ibis.Table, free: Sequence[str], keys: Sequence[str]) -> None:
    for one, other in combinations(_levels(rows, free), 2):
        shared = [*keys, *(f for f, a, b in zip(free, one, other, strict=True) if not (a or b))]
        if _at(rows, free, one).semi_join(_at(rows, free, other).view(), shared).count().to_pyarrow().as_py():
            totals = [f.replace("_", " ") for f, a, b in zip(free, one, other, strict=True) if a != b]
            raise EnquiryRefused(
                "This table has totals of one field here and of another there, and none of both: no sum is right.",
                found=f"totals that cross, of {listed(totals)}",
                attempt=" or ".join(f"--by {f}" for f, a, b in zip(free, one, other, strict=True) if a != b),
            )


def chosen_counts(table: CountTable, grouping: Grouping) -> ibis.Table:
    """The rows that answer a question: the values asked for, of every other field the total or else the parts.

    A field that is shown is shown in its parts. Raises EnquiryRefused for an unknown field or value, for a total
    asked for among its parts, and for totals that cross (see `coarsest`).
    """
    for field, values in grouping.where:
        _refuse_total_among_parts(field, values)
    rows = keep(table.rows, grouping)
    chosen = dict(grouping.where)
    for field in grouping.by:
        if field not in chosen:
            rows = rows.filter(rows[field] != total_of(field))
    return coarsest(rows, table.fields, grouping.fields)


def _refuse_total_among_parts(field: str, values: Sequence[str]) -> None:
    if len(values) > 1 and total_of(field).casefold() in {value.casefold() for value in values}:
        raise EnquiryRefused(
            "A total must not be added to its parts.",
            found=f"{total_of(field)} together with others",
            attempt="ask for the total or for the parts",
        )


def added_up(rows: ibis.Table, table: CountTable, grouping: Grouping) -> list[str]:
    """The fields over which some group of the answer is a sum of parts, for want of a total."""
    free = [field for field in table.fields if field not in grouping.by]
    if not free:
        return []
    grouped = rows.group_by(["month", *grouping.by]).aggregate(**{field: rows[field].nunique() for field in free})
    most = grouped.aggregate(**{field: grouped[field].max() for field in free}).to_pyarrow().to_pylist()[0]
    return [field for field in free if (most[field] or 0) > 1]


def counts_of_periods(
    rows: ibis.Table, periods: Sequence[Period], grouping: Grouping, have: Sequence[Month], *, names: Sequence[str]
) -> ibis.Table:
    """Counts of each period from the counts of its months, one row a period and group.

        average_headcount = mean of the headcounts at all month ends from the start to the end of the period

    The month before the period is its start; where the table does not have that month, the average is of the
    month ends inside the period, and there is no headcount at the start. `month_ends` says how many there are
    in the average. Joiners and leavers are sums of months: a person who left twice counts twice. A group that
    is not there in a month counts as nobody in it.

    Columns: period_start, period_end, the groups with their names, headcount_at_start, headcount_at_end,
    fte_at_end, average_headcount, month_ends, joiners, leavers.
    Raises EnquiryRefused when a month of a period is not in the table.
    """
    for period in periods:
        refuse_missing_months(period, have)
    return reduce(ibis.union, [_one_period(rows, period, grouping, set(have), names) for period in periods])


def _one_period(
    rows: ibis.Table, period: Period, grouping: Grouping, have: set[Month], names: Sequence[str]
) -> ibis.Table:
    starts = period.month_before in have
    first = period.month_before.index if starts else period.first.index
    inside = rows.filter(rows.month.between(first, period.last.index))
    within, ends = inside.month >= period.first.index, inside.month == period.last.index
    month_ends = period.last.index - first + 1
    at_start = _summed(inside, "headcount", inside.month == first) if starts else ibis.null("int64")
    counts = {
        "headcount_at_start": at_start,
        "headcount_at_end": _summed(inside, "headcount", ends),
        "fte_at_end": _summed(inside, "fte", ends),
        "average_headcount": _summed(inside, "headcount", within | ~within).cast("float64") / month_ends,
        "month_ends": ibis.literal(month_ends, "int64"),
        "joiners": _summed(inside, "joiners", within),
        "leavers": _summed(inside, "leavers", within),
    }
    named = {name: inside[name].max() for name in names}
    grouped = inside.group_by([inside[name] for name in grouping.by]) if grouping.by else inside
    made = grouped.aggregate(**named, **counts)
    shown = [part for name in grouping.by for part in (name, NAMED.get(name)) if part in (name, *names)]
    return made.mutate(
        period_start=ibis.literal(period.start),
        period_end=ibis.literal(period.end),
        headcount_at_start=made.headcount_at_start.cast("int64"),
        month_ends=made.month_ends.cast("int64"),
    ).select("period_start", "period_end", *dict.fromkeys(shown), *counts)


def _summed(rows: ibis.Table, name: str, when: ibis.Value) -> ibis.Value:
    """The sum; null where a row does not say how many, for what is not said is not nobody."""
    said = rows[name].sum(where=when).fill_null(0)
    unsaid = (when & rows[name].isnull()).sum().fill_null(0)
    summed = (unsaid == 0).ifelse(said, ibis.null(said.type()))
    return summed if name == "fte" else summed.cast("int64")
