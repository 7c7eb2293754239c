"""Is this a table of counts that can be trusted: each cell once, no part above its total?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from keepwell.errors import FileNotUnderstood, counted, rows_named
from keepwell.periods import Month
from keepwell.records.counts import COUNTED, counts_schema, table_of, total_of
from keepwell.sources.formats import Decision
from keepwell.sources.reading import plain

FTE_TOLERANCE = 0.05
MANY_LEAVE = 0.06
"""Of all staff, in an ordinary month: more is most likely a year's leavers in every month."""
_ALL = re.compile(
    r"(?:all|total|grand total|overall|totals|whole organisation|whole trust|trust total|organisation total)"
    r"|(?:all|total|all nhs) (?:staff|staff groups?|employees|people|persons|grades?|bands?|organisations?|trusts?|"
    r"units?|wards?|departments?|teams?|regions?|icbs?|systems?|ethnic(?:ity|ities| groups?)|nationalit(?:y|ies)|"
    r"ages?|age (?:bands?|groups?)|sex(?:es)?|genders?|roles?|job roles?|directorates?|divisions?|reasons?|types?)"
)


def is_total(cell: str) -> bool:
    """Whether a cell says "all of them": All, Total, All staff groups. "All other staff" are a part."""
    return _ALL.fullmatch(plain(cell)) is not None


@dataclass(frozen=True, slots=True)
class CountRow:
    """One cell of a table of counts, and the row of the file that it stands in."""

    number: int
    month: Month
    values: Mapping[str, str]
    counts: Mapping[str, float | None]
    names: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """Checked rows as the canonical table, with what is to be said of them."""

    table: pa.Table
    remarks: tuple[str, ...]
    decisions: tuple[Decision, ...]


def checked_counts(file: str, rows: Sequence[CountRow], fields: Sequence[str], names: Sequence[str] = ()) -> Counts:
    """The canonical table `counts` of these rows.

    Raises FileNotUnderstood where two rows are of the same month and cell, where a part is more than its total,
    or where more people left than there were.
    """
    _refuse_the_same_cell(file, rows, fields)
    remarks = [text for field in fields if (text := _total_against_parts(file, rows, fields, field))]
    return Counts(_as_table(rows, fields, names), tuple(remarks), tuple(_leavers_against_staff(file, rows, fields)))


def _refuse_the_same_cell(file: str, rows: Sequence[CountRow], fields: Sequence[str]) -> None:
    seen: set[tuple[object, ...]] = set()
    again = []
    for row in rows:
        key = (row.month, *(row.values[name] for name in fields))
        if key in seen:
            again.append(row.number)
        seen.add(key)
    if again:
        raise FileNotUnderstood(
            f"{file} counts the same cell more than once in a month.",
            found=f"{rows_named(again)} repeat the {', '.join(_words(f) for f in fields) or 'month'} of an earlier row",
            attempt="if another column tells them apart, name it: --column field=…; a list of people is no table of counts",
        )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _total_against_parts(file: str, rows: Sequence[CountRow], fields: Sequence[str], name: str) -> str | None:
    """What is to be said where the totals over a field are not the sum of their parts; None where they all are.

    Raises FileNotUnderstood for a part above its total: headcount and FTE of a part are never more.
    """
    total = total_of(name)
    within = _fields_within(rows, fields, name)
    keys = [f for f in fields if f != name and f not in within]
    totals: dict[tuple[object, ...], CountRow] = {}
    parts: dict[tuple[object, ...], dict[str, list[tuple[int, CountRow]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        key = (row.month, *(row.values[f] for f in keys))
        if row.values[name] == total:
            totals[key] = row
        else:
            depth = sum(row.values[f] != total_of(f) for f in within)
            parts[key][row.values[name]].append((depth, row))
    both = [(totals[key], _coarsest_of_each(parts[key])) for key in totals if key in parts]
    _refuse_above_total(file, both, name)
    off = [share for whole, of in both if (share := _off_by(whole, of))]
    if not off:
        return None
    return (
        f"{counted(len(off), 'total')} of {len(both):,} over {_words(name)} not the sum of the parts, by up to "
        f"{max(off):.1%}: people in two of them, or parts that are not in the file; totals are never added to parts"
    )


def _coarsest_of_each(parts: Mapping[str, list[tuple[int, CountRow]]]) -> list[CountRow]:
    """Of each part the rows with the fewest fields cut further: its own total, where it has one."""
    found = []
    for rows in parts.values():
        least = min(depth for depth, _ in rows)
        found += [row for depth, row in rows if depth == least]
    return found


def _fields_within(rows: Sequence[CountRow], fields: Sequence[str], name: str) -> list[str]:
    """The fields that stand at their total wherever this one does: organisations within regions."""
    at_total = [row for row in rows if row.values[name] == total_of(name)]
    if not at_total:
        return []
    return [f for f in fields if f != name and all(row.values[f] == total_of(f) for row in at_total)]


def _refuse_above_total(file: str, both: Sequence[tuple[CountRow, list[CountRow]]], name: str) -> None:
    for what, tolerance in (("headcount", 0.0), ("fte", FTE_TOLERANCE)):
        above = [
            part.number
            for whole, parts in both
            for part in parts
            if (most := whole.counts.get(what)) is not None and (part.counts.get(what) or 0) > most + tolerance
        ]
        if above:
            raise FileNotUnderstood(
                f"{file} has parts that are more than their total over {_words(name)}, in {what}.",
                found=rows_named(sorted(set(above))),
                attempt="check the totals, or leave them out of the file: the parts can be added up",
            )


def _off_by(whole: CountRow, parts: Sequence[CountRow]) -> float:
    what = "headcount" if whole.counts.get("headcount") is not None else "fte"
    total, summed = whole.counts.get(what) or 0.0, sum(part.counts.get(what) or 0.0 for part in parts)
    differs = abs(total - summed) > (0 if what == "headcount" else FTE_TOLERANCE * (1 + len(parts)))
    return abs(total - summed) / max(total, 1.0) if differs else 0.0


def _leavers_against_staff(file: str, rows: Sequence[CountRow], fields: Sequence[str]) -> list[Decision]:
    """A decision where the leavers of a month seem to be those of a year; refused where they cannot be."""
    both = [r for r in rows if r.counts.get("leavers") is not None and r.counts.get("headcount") is not None]
    staff: dict[Month, float] = defaultdict(float)
    left: dict[Month, float] = defaultdict(float)
    for row in both:
        staff[row.month] += row.counts["headcount"] or 0
        left[row.month] += row.counts["leavers"] or 0
    _refuse_more_than_staff(file, both, fields, any(left[month] > staff[month] for month in staff))
    shares = sorted(left[month] / staff[month] for month in staff if staff[month])
    if not shares or shares[len(shares) // 2] <= MANY_LEAVE:
        return []
    return [
        Decision(
            "leavers-of-a-year",
            "So many leave every month that the leavers may be those of a year.",
            f"in the middle month {shares[len(shares) // 2]:.1%} of the staff",
            "check that each row has the leavers of its own month; a rolling year cannot be summed",
            blocks=False,
        )
    ]


def _refuse_more_than_staff(file: str, rows: Sequence[CountRow], fields: Sequence[str], in_all: bool) -> None:
    """Refuse leavers by far above the most staff that a cell ever had; a ward that closes may lose all of them."""
    cells = [tuple(row.values[f] for f in fields) for row in rows]
    most: dict[tuple[str, ...], float] = defaultdict(float)
    for cell, row in zip(cells, rows, strict=True):
        most[cell] = max(most[cell], row.counts["headcount"] or 0)
    above = [
        row.number for cell, row in zip(cells, rows, strict=True) if (row.counts["leavers"] or 0) > 10 + 2 * most[cell]
    ]
    if above or in_all:
        raise FileNotUnderstood(
            f"{file} has more leavers than staff.",
            found=rows_named(above) if above else "months in which more left than were there",
            attempt='check which column is which: --column leavers="…", --column headcount="…"',
        )


def _as_table(rows: Sequence[CountRow], fields: Sequence[str], names: Sequence[str]) -> pa.Table:
    schema = counts_schema(fields, names)
    title = table_of(fields)
    ordered = sorted(rows, key=lambda row: (row.month.index, tuple(row.values[f] for f in fields)))
    made = [
        {"month": row.month.index, "table_of": title, "organisation": total_of("organisation")}
        | dict(row.values)
        | {name: row.names.get(name) for name in names}
        | {what: _whole(what, row.counts.get(what)) for what in COUNTED}
        for row in ordered
    ]
    return pa.Table.from_pylist(made, schema=schema)


def _whole(what: str, number: float | None) -> Any:
    return number if number is None or what == "fte" else round(number)
