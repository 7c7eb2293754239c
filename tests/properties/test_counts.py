"""Whatever totals a table of counts holds, an answer is the sum of its smallest cells, each once, or it is refused."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping

import ibis
import pyarrow as pa
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from keepwell.errors import EnquiryRefused
from keepwell.periods import Month, Period
from keepwell.records.counts import CountTable, chosen_counts, counts_of_periods, counts_schema, total_of
from keepwell.records.flows import Grouping

FIELDS = ("region", "organisation", "staff_group", "grade")
PLACES = (("North", "RX1"), ("North", "RX2"), ("South", "RX3"))
GROUPS, GRADES = ("Midwives", "Doctors"), ("5", "6")
START = Month.parse("2025-01").index
CELLS = [(*place, group, grade) for place in PLACES for group in GROUPS for grade in GRADES]
LEVELS = [
    level
    for level in itertools.product((False, True), repeat=4)
    if level[1] or not level[0]  # whoever adds up regions adds up their organisations
]
Leaves = Mapping[tuple[int, tuple[str, ...]], tuple[int, int]]


@st.composite
def leaves(draw: st.DrawFn) -> Leaves:
    """Headcount and leavers of the smallest cells, over three months."""
    cells = draw(st.lists(st.sampled_from(CELLS), min_size=2, max_size=8, unique=True))
    numbers = st.tuples(st.integers(0, 9), st.integers(0, 3))
    return {(START + m, cell): draw(numbers) for m in range(3) for cell in cells}


def summed_to(level: tuple[bool, ...], told: Leaves) -> dict[tuple[int, tuple[str, ...]], tuple[int, int]]:
    heads: Counter[tuple[int, tuple[str, ...]]] = Counter()
    left: Counter[tuple[int, tuple[str, ...]]] = Counter()
    for (month, cell), (headcount, leavers) in told.items():
        key = (month, tuple(total_of(f) if t else v for f, v, t in zip(FIELDS, cell, level, strict=True)))
        heads[key] += headcount
        left[key] += leavers
    return {key: (heads[key], left[key]) for key in heads}


def table(rows: Mapping[tuple[int, tuple[str, ...]], tuple[int, int]]) -> CountTable:
    made = [
        {"month": month, "table_of": "x", **dict(zip(FIELDS, cell, strict=True)), "headcount": n, "leavers": left}
        for (month, cell), (n, left) in rows.items()
    ]
    return CountTable(FIELDS, ibis.memtable(pa.Table.from_pylist(made, schema=counts_schema(FIELDS))), ())


def slow(told: Leaves, grouping: Grouping, period: Period, *, before: bool) -> dict[tuple[str, ...], tuple[float, int]]:
    """Average headcount and leavers of each group, one leaf at a time in plain Python."""
    months = range(period.first.index - before, period.last.index + 1)
    heads: Counter[tuple[str, ...]] = Counter()
    left: Counter[tuple[str, ...]] = Counter()
    for (month, cell), (headcount, leavers) in told.items():
        value = dict(zip(FIELDS, cell, strict=True))
        if month not in months or any(value[f] not in kept for f, kept in grouping.where):
            continue
        group = tuple(value[f] for f in grouping.by)
        heads[group] += headcount
        left[group] += leavers if month >= period.first.index else 0
    return {group: (round(heads[group] / len(months), 9), left[group]) for group in heads}


def may_cross(levels: list[tuple[bool, ...]], grouping: Grouping) -> bool:
    """Whether some total is of a field that another is not of, and the other way round, in what is asked."""
    free = [i for i, field in enumerate(FIELDS) if field not in grouping.fields]
    cut = {tuple(level[i] for i in free) for level in levels}
    return any(
        any(a > b for a, b in zip(one, other, strict=True)) and any(a < b for a, b in zip(one, other, strict=True))
        for one, other in itertools.combinations(cut, 2)
    )


@settings(max_examples=80)
@given(
    told=leaves(),
    levels=st.lists(st.sampled_from(LEVELS), max_size=4, unique=True),
    missing=st.sets(st.integers(0, 60), max_size=6),
    by=st.lists(st.sampled_from(FIELDS), max_size=2, unique=True),
    where=st.sampled_from(["", *FIELDS]),
    period=st.sampled_from([(0, 1), (1, 1), (0, 3), (1, 2)]),
)
def test_an_answer_is_the_sum_of_the_smallest_cells_or_refused(
    told: Leaves,
    levels: list[tuple[bool, ...]],
    missing: set[int],
    by: list[str],
    where: str,
    period: tuple[int, int],
) -> None:
    rows: dict[tuple[int, tuple[str, ...]], tuple[int, int]] = {}
    for level in levels:
        of_level = summed_to(level, told)
        cells = sorted({cell for _, cell in of_level})
        gone = {cells[i] for i in missing if i < len(cells)}  # a total that is missing is missing in every month
        rows |= {key: counts for key, counts in of_level.items() if key[1] not in gone}
    rows |= told
    chosen = next(iter(told))[1][FIELDS.index(where)] if where else ""
    grouping = Grouping(tuple(by), ((where, (chosen,)),) if where else ())
    first = Month(START + period[0])
    asked = Period(first, first + (period[1] - 1))
    full = table(rows)
    try:
        counts = counts_of_periods(chosen_counts(full, grouping), [asked], grouping, full.months, names=())
    except EnquiryRefused as refused:
        if "totals of one field here and of another there" not in str(refused) or not may_cross(levels, grouping):
            raise
        assume(False)
    found = {
        tuple(row[f] for f in by): (round(row["average_headcount"], 9), row["leavers"])
        for row in counts.to_pyarrow().to_pylist()
    }
    assert found == slow(told, grouping, asked, before=period[0] > 0)
    assert sum(n for _, n in found.values()) == sum(
        left
        for (month, cell), (_, left) in told.items()
        if asked.first.index <= month <= asked.last.index and (not where or cell[FIELDS.index(where)] == chosen)
    )
