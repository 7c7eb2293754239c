"""How many were there at the start and at the end, who came and who went?

A flow is one row per group and window. Published tables of counts are flows already; staff records give
flows by counting (records/spells.py). From flows to rates there is one road.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import ibis
import pyarrow as pa

from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.periods import Month, Period

ALL_STAFF_GROUPS = "All staff groups"

FLOW_COUNTS = (
    "headcount_at_start",
    "headcount_at_end",
    "fte_at_start",
    "fte_at_end",
    "joiners",
    "leavers",
    "joiners_fte",
    "leavers_fte",
)
INTEGER_COUNTS = frozenset({"headcount_at_start", "headcount_at_end", "joiners", "leavers"})

PUBLISHED_FLOWS = pa.schema(
    [
        ("month", pa.int32()),
        ("organisation", pa.string()),
        ("organisation_name", pa.string()),
        ("region", pa.string()),
        ("region_name", pa.string()),
        ("icb", pa.string()),
        ("icb_name", pa.string()),
        ("cluster", pa.string()),
        ("benchmark_group", pa.string()),
        ("staff_group", pa.string()),
        *((name, pa.int64() if name in INTEGER_COUNTS else pa.float64()) for name in FLOW_COUNTS),
    ]
)
"""Flows of single months as published: `month` is Month.index of the month in which people came and went.

Rows with staff_group "All staff groups" are totals that stand beside their parts.
"""

NAMED = {
    "organisation": "organisation_name",
    "region": "region_name",
    "icb": "icb_name",
    "sub_icb": "sub_icb_name",
    "pcn": "pcn_name",
}
"""Groups that are codes, and the column that names them."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How to cut: the groups to show (`by`) and the values to keep of each field (`where`)."""

    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.by, *(name for name, _ in self.where))))

    @property
    def shown(self) -> tuple[str, ...]:
        """The groups with the names of those that are codes."""
        with_names = [part for name in self.by for part in (name, NAMED.get(name)) if part]
        return tuple(dict.fromkeys(with_names))


def months_loaded(flows: ibis.Table) -> list[Month]:
    return [Month(index) for index in sorted(flows.month.as_table().distinct().month.to_pyarrow().to_pylist())]


def published_flows(flows: ibis.Table, periods: Sequence[Period], grouping: Grouping) -> ibis.Table:
    """Flows of each period from published single months, one row a period and group.

    Totals are used when staff groups are neither shown nor chosen, parts when they are, and the two are
    never added. A group that is not there in a month counts as nobody in it. Over several months joiners
    and leavers are sums of months: a person who left twice counts twice.

    Columns: period_start, period_end, the groups with their names, and FLOW_COUNTS.
    Raises EnquiryRefused when a month of a period was not loaded, or a value of `where` is not there.
    """
    have = months_loaded(flows)
    for period in periods:
        refuse_missing_months(period, have)
    rows = keep(flows, grouping)
    rows = rows.filter(choose_level(rows, grouping))
    return reduce(ibis.union, [_one_period(rows, period, grouping) for period in periods])


def choose_level(rows: ibis.Table, grouping: Grouping) -> ibis.Value:
    """Totals or parts: never both, so that nobody is counted in a total and again in its part."""
    chosen = dict(grouping.where).get("staff_group")
    if chosen is not None:
        return ibis.literal(True)  # the values chosen decide; keep() has refused a total among parts
    is_total = rows.staff_group == ALL_STAFF_GROUPS
    return ~is_total if "staff_group" in grouping.by else is_total


def _one_period(rows: ibis.Table, period: Period, grouping: Grouping) -> ibis.Table:
    inside = rows.filter(rows.month.between(period.first.index, period.last.index))
    first, last = inside.month == period.first.index, inside.month == period.last.index
    counts = {
        name: _counted(
            inside, name, first if name.endswith("_at_start") else last if name.endswith("_at_end") else None
        )
        for name in FLOW_COUNTS
    }
    names = {name: inside[name].max() for name in grouping.shown if name not in grouping.by}
    grouped = inside.group_by([inside[name] for name in grouping.by]) if grouping.by else inside
    flows = grouped.aggregate(**names, **counts)
    return flows.mutate(period_start=ibis.literal(period.start), period_end=ibis.literal(period.end)).select(
        "period_start", "period_end", *grouping.shown, *FLOW_COUNTS
    )


def _counted(rows: ibis.Table, name: str, when: ibis.Value | None) -> ibis.Value:
    total = rows[name].sum(where=when).fill_null(0)
    return total.cast("int64") if name in INTEGER_COUNTS else total


def keep(rows: ibis.Table, grouping: Grouping, *, among: ibis.Table | None = None) -> ibis.Table:
    """The rows whose fields have one of the values asked for, matched on code or name, in any case.

    `among` are the records in which a value must be known, the rows themselves unless told: a ward that
    nobody left this year has no leavers, and is a ward all the same. Raises EnquiryRefused for an unknown
    field or value, and for a total asked for among its parts.
    """
    refuse_unknown(rows if among is None else among, grouping)
    return only(rows, grouping)


def only(rows: ibis.Table, grouping: Grouping) -> ibis.Table:
    """As keep, of values that are known already."""
    return rows.filter(has_values(rows, grouping)) if grouping.where else rows


def has_values(rows: ibis.Table, grouping: Grouping) -> ibis.Value:
    """Whether a row has, of each field chosen, one of the values chosen."""
    every = ibis.literal(True)
    for name, values in grouping.where:
        folded = [value.casefold() for value in values]
        every = every & reduce(or_, [rows[column].lower().isin(folded) for column in _columns_of(rows, name)])
    return every


def refuse_unknown(rows: ibis.Table, grouping: Grouping) -> None:
    """Raises EnquiryRefused for a field or value that is not in the rows, and for a total among its parts."""
    for name in grouping.fields:
        if name not in rows.columns:
            raise EnquiryRefused(
                f"These records have no {name}.",
                found=listed([c for c in rows.columns if rows[c].type().is_string()], 20),
                attempt="--by or --where with one of these",
            )
    for name, values in grouping.where:
        _refuse_unknown_values(rows, name, values)


def _columns_of(rows: ibis.Table, name: str) -> list[str]:
    """A field and, where it is a code, the column that names it."""
    return [name, *([NAMED[name]] if NAMED.get(name) in rows.columns else [])]


def _refuse_unknown_values(rows: ibis.Table, name: str, values: tuple[str, ...]) -> None:
    known: set[str] = set()
    for column in _columns_of(rows, name):
        cells = rows[column].as_table().distinct()[column].to_pyarrow().to_pylist()
        known |= {str(cell) for cell in cells if cell is not None}
    in_any_case = {value.casefold() for value in known}
    for value in values:
        if value.casefold() not in in_any_case:
            raise EnquiryRefused(
                f"No {name.replace('_', ' ')} is called {value!r} here.",
                found=listed(_nearest(value, sorted(known))),
                attempt=f'--where {name}="…" with a name as listed',
            )
    folded = [value.casefold() for value in values]
    if name == "staff_group" and ALL_STAFF_GROUPS.casefold() in folded and len(folded) > 1:
        raise EnquiryRefused(
            "A total must not be added to its parts.",
            found=f"{ALL_STAFF_GROUPS} together with {counted(len(folded) - 1, 'staff group')}",
            attempt="ask for the total or for the parts",
        )


def _nearest(value: str, names: list[str]) -> list[str]:
    """Names that hold what was typed come first, then those that share words with it."""
    typed = value.casefold()
    words = set(typed.split())
    return sorted(names, key=lambda n: (typed not in n.casefold(), -len(words & set(n.casefold().split())), n))


def refuse_missing_months(period: Period, have: Sequence[Month]) -> None:
    missing = [m for i in range(period.months) if (m := period.first + i) not in set(have)]
    if missing:
        raise EnquiryRefused(
            f"{counted(len(missing), 'month')} of {period.in_words} {'is' if len(missing) == 1 else 'are'} not loaded.",
            found=f"missing {listed([str(m) for m in missing])}; loaded {listed([str(m) for m in have], 14)}",
            attempt="load the missing files, or ask for --end and --months that are loaded",
        )
