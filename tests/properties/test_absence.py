"""Pooled absence equals a slow count in plain Python, however it is cut, and its parts add up."""

from __future__ import annotations

from itertools import product

import ibis
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from keepwell.measures.sickness_absence_rate import sickness_absence_rate
from keepwell.periods import Month, Period
from keepwell.records.absence import ABSENCE, ALL_REASONS, pooled_absence
from keepwell.records.flows import ALL_STAFF_GROUPS, Grouping

FIRST = Month.parse("2025-01").index
MONTHS, ORGANISATIONS, GROUPS, REASONS = (
    range(FIRST, FIRST + 3),
    ("RX1", "RX2", "RX3"),
    ("N", "P"),
    ("S10", "S13", "S99"),
)
BY = st.lists(st.sampled_from(["organisation", "staff_group", "reason"]), unique=True)
Cell = tuple[int, str, str]
Days = dict[Cell, tuple[dict[str, int], int]]


@st.composite
def days(draw: st.DrawFn) -> Days:
    """Of some months, organisations and staff groups the days lost by reason and the days available."""
    found: Days = {}
    for cell in product(MONTHS, ORGANISATIONS, GROUPS):
        if cell[1] == "RX1" or draw(st.booleans()):
            reasons = draw(st.lists(st.sampled_from(REASONS), unique=True))
            found[cell] = {r: draw(st.integers(1, 3)) for r in reasons}, draw(st.sampled_from([0, 10, 31]))
    return found


def canonical(found: Days) -> ibis.Table:
    """Rows with their totals, as a source makes them."""
    rows = []
    wholes: dict[tuple[int, str], tuple[dict[str, int], int]] = {}
    for (month, organisation, group), (lost, there) in found.items():
        rows += rows_of(month, organisation, group, lost, there)
        before, so_far = wholes.get((month, organisation), ({}, 0))
        together = {r: before.get(r, 0) + lost.get(r, 0) for r in (*before, *lost)}
        wholes[month, organisation] = together, so_far + there
    for (month, organisation), (lost, there) in wholes.items():
        rows += rows_of(month, organisation, ALL_STAFF_GROUPS, lost, there)
    return ibis.memtable(pa.Table.from_pylist(rows, schema=ABSENCE))


def rows_of(month: int, organisation: str, group: str, lost: dict[str, int], there: int) -> list[dict[str, object]]:
    whose = {"month": month, "organisation": organisation, "staff_group": group}
    parts = [whose | {"reason": r, "fte_days_lost": float(n)} for r, n in lost.items()]
    return [
        *parts,
        whose | {"reason": ALL_REASONS, "fte_days_lost": float(sum(lost.values())), "fte_days_available": float(there)},
    ]


def slowly(found: Days, period: Period, by: list[str]) -> dict[tuple[str, ...], tuple[float, float]]:
    """Days lost and available of each group, row by row."""
    lost: dict[tuple[str, ...], float] = {}
    there: dict[tuple[str, ...], float] = {}
    staff = [name for name in by if name != "reason"]
    for (month, organisation, group), (reasons, available) in found.items():
        if not period.first.index <= month <= period.last.index:
            continue
        fields = {"organisation": organisation, "staff_group": group}
        whose = tuple(fields[name] for name in staff)
        there[whose] = there.get(whose, 0.0) + available
        lost.setdefault(tuple(fields[name] for name in by) if "reason" not in by else (), 0.0)
        for reason, n in reasons.items():
            key = tuple((fields | {"reason": reason})[name] for name in by)
            lost[key] = lost.get(key, 0.0) + n
    if "reason" in by:
        lost.pop((), None)
    return {
        key: (n, there[tuple(v for v, name in zip(key, by, strict=True) if name != "reason")])
        for key, n in lost.items()
    }


@given(days(), BY, st.integers(0, 2), st.integers(1, 3))
def test_it_equals_a_slow_count(found: Days, by: list[str], last: int, months: int) -> None:
    period = Period.ending(Month(FIRST + last), min(months, last + 1))
    table = sickness_absence_rate(pooled_absence(canonical(found), [period], Grouping(tuple(by))))
    rows = table.to_pyarrow().to_pylist()
    ours = {tuple(row[name] for name in by): (row["fte_days_lost"], row["fte_days_available"]) for row in rows}
    assert ours == slowly(found, period, by)
    for row in rows:
        lost, there = row["fte_days_lost"], row["fte_days_available"]
        assert row["sickness_absence_rate"] == (lost / there if there else None)


@given(days(), st.sampled_from(["organisation", "staff_group", "reason"]))
def test_parts_add_up_to_the_whole(found: Days, by: str) -> None:
    table, period = canonical(found), Period(Month(FIRST), Month(FIRST + 2))
    (whole,) = pooled_absence(table, [period], Grouping()).to_pyarrow().to_pylist()
    parts = pooled_absence(table, [period], Grouping((by,))).to_pyarrow().to_pylist()
    assert sum(row["fte_days_lost"] for row in parts) == whole["fte_days_lost"]
    if by != "reason":
        assert sum(row["fte_days_available"] for row in parts) == whole["fte_days_available"]
