"""What does a protected family say to one question?

Everything here reads counts as they are shown: rounded, or hidden. Rates, shares and intervals are made from those,
so none of them can tell more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa

from keepwell.enquiries.asking import Enquiry, with_interval, with_rates
from keepwell.enquiries.families import COUNTS, Cell, Fields, coarser
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.periods import Period
from keepwell.records.flows import NAMED

START, END, JOINERS, LEAVERS = COUNTS
MADE_OF = {
    "headcount": (END,),
    "joiners": (JOINERS,),
    "leavers": (LEAVERS,),
    "leaver_rate": (START, END, LEAVERS),
    "joiner_rate": (START, END, JOINERS),
    "stability_index": (START, LEAVERS),
    "share_who_left": (START, LEAVERS),
}
"""The counts that each measure of a family is made of."""
MADE_FROM_COUNTS = ("leaver_rate", "joiner_rate", "stability_index", "share_who_left", "lower_95", "upper_95")


@dataclass(frozen=True, slots=True)
class Shown:
    """A family as one audience sees it: None is hidden. A group that is not in it has nobody in it.

    For each hidden cell at least `at_least` values stay possible; `withheld` is how many cells are hidden because no
    proof was found for them otherwise. Nothing here, shares too, is made of numbers that are hidden.
    """

    cells: Mapping[Cell, int | None]
    tables: tuple[tuple[str, ...], ...]
    periods: tuple[Period, ...]
    names: Mapping[str, Mapping[str, str]]
    within: Mapping[tuple[str, str], Mapping[str, str]]
    at_least: int = 0
    withheld: int = 0

    @property
    def counts(self) -> frozenset[str]:
        """The kinds of count of which anything is shown."""
        return frozenset(cell.count for cell, value in self.cells.items() if value is not None)

    @property
    def share_of_people(self) -> float | None:
        """Of the people in the newest period, how many stand in a finest group whose headcount is shown."""
        finest = max((len(cell.group) for cell in self.cells), default=0)
        there = [c for c in self.cells if c.count == START and c.period_end == self.periods[-1].end]
        whole = self.cells.get(Cell(START, self.periods[-1].end, ()))
        if not whole:
            return None
        shown = sum(self.cells[c] or 0 for c in there if len(c.group) == finest) if finest else whole
        tables = sum(len(table) == finest for table in self.tables)
        return min(1.0, shown / tables / whole)

    @property
    def hidden(self) -> int:
        return sum(value is None for value in self.cells.values())


def flows_shown(shown: Shown, enquiry: Enquiry, periods: Sequence[Period]) -> pa.Table:
    """The rows of an enquiry about flows, from what is shown.

    Columns: period_start, period_end, the groups with their names, the counts, leaver_rate, joiner_rate and
    stability_index, made from the counts as shown and hidden where a count is; none of them where nothing is shown of
    what it is made of. Raises EnquiryRefused for a
    period or a cut outside the family.
    """
    refuse_other_periods(shown, periods)
    _refuse_other_counts(shown, enquiry.measure)
    table = _table_of(shown, enquiry)
    rows = [row for period in periods for row in _rows(shown, enquiry, table, period)]
    flows = pa.Table.from_pylist(rows, schema=_schema(enquiry))
    rated = with_rates(ibis.memtable(flows), "headcount", stable=True).to_pyarrow()
    given = shown.counts
    left_out = [name for name in COUNTS if name not in given]
    left_out += [name for name, made_of in MADE_OF.items() if name in rated.column_names and not given >= set(made_of)]
    return _ordered(rated.drop_columns(list(dict.fromkeys(left_out))), enquiry)


def with_hidden(table: pa.Table) -> pa.Table:
    """The table with its last column, `hidden`: the names of the cells of a row that are not told.

    A rate that has no value because nobody was there is not hidden.
    """
    made = [name for name in MADE_FROM_COUNTS if name in table.column_names]
    names = []
    for row in table.to_pylist():
        counts = [name for name in COUNTS if name in row and row[name] is None]
        names.append(",".join([*counts, *(name for name in made if counts and row[name] is None)]))
    return table.append_column("hidden", pa.array(names, pa.string()))


def with_shown_interval(table: pa.Table) -> pa.Table:
    """As asking.with_interval, from the counts as shown; nothing where one of them is hidden."""
    filled = table.set_column(
        table.column_names.index("leavers"), "leavers", pa.array(_or_nan(table["leavers"].to_pylist()), pa.float64())
    )
    filled = filled.set_column(
        table.column_names.index("headcount_at_start"),
        "headcount_at_start",
        pa.array(_or_nan(table["headcount_at_start"].to_pylist()), pa.float64()),
    )
    made = with_interval(filled)
    for name in ("share_who_left", "lower_95", "upper_95"):
        table = table.append_column(name, made[name])
    return table


def _or_nan(values: Iterable[int | None]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]


def refuse_other_periods(shown: Shown, periods: Sequence[Period]) -> None:
    """Raises EnquiryRefused for a period that is not one of the family's."""
    outside = [p for p in periods if p not in shown.periods]
    if outside:
        first, last = shown.periods[0], shown.periods[-1]
        raise EnquiryRefused(
            f"{outside[0].in_words[0].upper()}{outside[0].in_words[1:]} is not one of the periods that were protected together.",
            found=f"{counted(len(shown.periods), 'period')} of {counted(first.months, 'month')}, "
            f"ending {first.last} to {last.last}",
            attempt=f"--months {first.months} --end {last.last}; overlapping periods would tell their difference",
        )


def _refuse_other_counts(shown: Shown, measure: str) -> None:
    missing = [name for name in MADE_OF[measure] if name not in shown.counts]
    if missing:
        made = [name for name, made_of in MADE_OF.items() if shown.counts >= set(made_of)]
        raise EnquiryRefused(
            "Of what that is made of, something is not shown here at all.",
            found=f"{measure} needs {listed(missing)}; shown are {listed(sorted(shown.counts))}",
            attempt=f"keepwell measure {' or '.join(made)}" if made else "an audience with other --counts",
        )


def _table_of(shown: Shown, enquiry: Enquiry) -> tuple[str, ...]:
    """The table of the family that has every field asked for, at its own level or a coarser one."""
    fields = enquiry.grouping.fields
    for table in shown.tables:
        if set(fields) <= _fields_of(table):
            return table
    raise EnquiryRefused(
        "That cut is outside of what was declared and protected together.",
        found=f"asked: {' × '.join(fields)}; declared: {'; '.join(' × '.join(t) or 'the total' for t in shown.tables)}",
        attempt="a cut of one declared table; another table needs an audience of its own, declared with it",
    )


def _fields_of(table: tuple[str, ...]) -> set[str]:
    return {field for name in table for field in (name, *coarser(name))}


def _rows(shown: Shown, enquiry: Enquiry, table: tuple[str, ...], period: Period) -> Iterator[dict[str, Any]]:
    finest = _finest(enquiry.grouping.fields, table)
    kept = dict(enquiry.where)
    for group in _groups(shown, period.end, finest):
        values = _with_levels(shown, group)
        if not all(name in values for name in enquiry.grouping.fields):
            _refuse_level(enquiry, table)
        if all(_is_one_of(shown, name, values[name], wanted) for name, wanted in kept.items()):
            _refuse_adding_up(enquiry, finest)
            yield _row(shown, enquiry, period, group, values)


def _finest(fields: Sequence[str], table: tuple[str, ...]) -> tuple[str, ...]:
    """Of the fields asked for, the finest of each chain: organisation, where organisation and region are asked."""
    found = []
    for name in table:
        chain = (name, *coarser(name))
        asked = [level for level in chain if level in fields]
        found += asked[:1]
    return tuple(sorted(found))


def _groups(shown: Shown, end: dt.date, finest: tuple[str, ...]) -> list[Fields]:
    return [
        cell.group
        for cell in shown.cells
        if cell.count == COUNTS[0] and cell.period_end == end and tuple(name for name, _ in cell.group) == finest
    ]


def _with_levels(shown: Shown, group: Fields) -> dict[str, str]:
    """The values of a group, with those of the places that its place lies in."""
    values = dict(group)
    for item in group:
        values |= shown.within.get(item, {})
    return values


def _is_one_of(shown: Shown, name: str, value: str, wanted: Sequence[str]) -> bool:
    label = shown.names.get(name, {}).get(value, value)
    return {value.casefold(), label.casefold()} & {w.casefold() for w in wanted} != set()


def _refuse_level(enquiry: Enquiry, table: tuple[str, ...]) -> None:
    raise EnquiryRefused(
        "These records do not say in which of those places each place lies.",
        found=f"asked: {listed(list(enquiry.grouping.fields))}; protected: {' × '.join(table)}",
        attempt="load the ODS files that say so, or leave that level out",
    )


def _refuse_adding_up(enquiry: Enquiry, finest: tuple[str, ...]) -> None:
    """A value chosen and not shown must be one cell: cells as shown are rounded, and do not add up."""
    for name, wanted in enquiry.where:
        if name in finest and name not in enquiry.by and len(wanted) > 1:
            raise EnquiryRefused(
                "Rounded counts are not added up.",
                found=f"--where {name} with {counted(len(wanted), 'value')}",
                attempt=f"--by {name}, or one value at a time",
            )


def _row(shown: Shown, enquiry: Enquiry, period: Period, group: Fields, values: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"period_start": period.start, "period_end": period.end}
    for name in enquiry.by:
        row[name] = values[name] or None
        if name in NAMED:
            row[NAMED[name]] = shown.names.get(name, {}).get(values[name])
    return row | {count: shown.cells[Cell(count, period.end, group)] for count in COUNTS}


def _schema(enquiry: Enquiry) -> pa.Schema:
    groups = [(name, pa.string()) for name in enquiry.grouping.shown]
    counts = [(name, pa.int64()) for name in COUNTS]
    return pa.schema([("period_start", pa.date32()), ("period_end", pa.date32()), *groups, *counts])


def _ordered(table: pa.Table, enquiry: Enquiry) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in ("period_end", *enquiry.by)])
