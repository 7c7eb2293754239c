"""Which counts belong to what an audience may get, and how do they hang together?

A family is every count of its tables: the cells, their margins through every level (organisation, integrated care
board, region, everywhere), for every period. The outsider holds all of it, so all of it is protected together, and
the order of asking cannot matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from keepwell.disclosure import Released
from keepwell.enquiries.asking import Enquiry
from keepwell.errors import EnquiryRefused, listed
from keepwell.periods import Month, Period
from keepwell.records.equality_groups import SPECIAL_FIELDS
from keepwell.records.flows import NAMED
from keepwell.records.staff import NOT_KNOWN

COUNTS = ("headcount_at_start", "headcount_at_end", "joiners", "leavers")
"""What a family of flows consists of; rates, shares and intervals are made from these as they are shown."""
LEVELS = {"organisation": ("pcn", "icb", "region"), "pcn": ("icb", "region"), "icb": ("region",)}
"""Places that a place belongs to, finest first."""
EVERYWHERE = ""
NOWHERE = ("", NOT_KNOWN)
"""Of a place that lies in none of a level, as far as is known."""

Fields = tuple[tuple[str, str], ...]
"""A group: its fields and their values, in order of the fields' names. () is everybody."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One count of one group in one period."""

    count: str
    period_end: dt.date
    group: Fields


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and its parts. Not exact where somebody may stand in two parts: then it is at most their sum."""

    total: Cell
    parts: tuple[Cell, ...]
    exact: bool


@dataclass(slots=True)
class Gathered:
    """The counts of a family as they are, never to be shown: with what an outsider knows of how they hang together.

    `balances` are groups that nobody enters or leaves but by joining and leaving: at the end = at the start + joiners
    - leavers. `names` gives codes their names, `within` each place the places that it lies in.
    """

    cells: dict[Cell, int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    balances: list[tuple[dt.date, Fields]] = field(default_factory=list)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    within: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A family to gather: its tables, and its periods.

    `counts` are those that may be shown at all; `exact(total, field)` says whether parts never overlap; `one_place`
    that all of it is one organisation, so that everybody comes and goes by joining and leaving it.
    """

    tables: tuple[tuple[str, ...], ...]
    periods: tuple[Period, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...]
    source: str
    columns: frozenset[str]
    exact: Callable[[Fields, str], bool]
    balances: bool
    counts: tuple[str, ...] = COUNTS
    one_place: bool = False


def gather(wanted: Wanted, ask: Callable[[Enquiry], Released]) -> Gathered:
    """Every count of the family, asked for margin by margin, and the sums that tie them together.

    `ask` answers for those entitled to the records. A group that is in none of the answers has nobody in it.
    Raises EnquiryRefused for a field that these records do not have.
    """
    found = Gathered()
    refuse_unknown_fields(wanted)
    chains = {name: _chain(name, wanted.columns) for table in wanted.tables for name in table}
    for period in wanted.periods:
        for by in _margins(wanted.tables, chains):
            _take(found, ask(_question(wanted, period, by)), by)
        for name, chain in chains.items():
            if len(chain) > 1:
                _take_places(found, ask(_question(wanted, period, chain)), name, chain)
    for table in wanted.tables:
        found.sums += _sums(found, table, chains, wanted.exact)
    found.sums = list(dict.fromkeys(found.sums))
    if wanted.balances:
        found.balances = sorted({(c.period_end, c.group) for c in found.cells if _balances(c.group, wanted.one_place)})
    return found


def refuse_unknown_fields(wanted: Wanted) -> None:
    """Raises EnquiryRefused for a group that the records do not have, or for two levels of one thing."""
    special = [n for n in (*(n for table in wanted.tables for n in table), *dict(wanted.where)) if n in SPECIAL_FIELDS]
    if special and wanted.source != "nhs_turnover":
        raise EnquiryRefused(
            "Special categories are told to those entitled to the records alone, and to them in one way only.",
            found=f"asked: {listed(special)}",
            attempt="leave the special category out",
        )
    for table in wanted.tables:
        unknown = [name for name in table if name not in wanted.columns]
        if unknown:
            raise EnquiryRefused(
                f"These records have no {unknown[0]}.",
                found=listed(sorted(wanted.columns), 20),
                attempt="--by with some of these",
            )
        levels = [level for name in table for level in _chain(name, wanted.columns)[1:]]
        if twice := [name for name in table if name in levels]:
            raise EnquiryRefused(
                f"{twice[0]} comes with the places in it.",
                found=f"--by {','.join(table)}",
                attempt=f"--by {','.join(name for name in table if name not in twice)}",
            )


def coarser(name: str) -> tuple[str, ...]:
    """The levels above a field, finest first."""
    return LEVELS.get(name, ())


def _chain(name: str, columns: frozenset[str]) -> tuple[str, ...]:
    """A field and the levels above it that the records know, finest first."""
    return (name, *(level for level in coarser(name) if level in columns))


def _margins(tables: Iterable[tuple[str, ...]], chains: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The groups of every table and margin, each once: for each field one of its levels, or everywhere."""
    choices = (
        tuple(level for level in levels if level)
        for table in tables
        for levels in product(*((*chains[name], EVERYWHERE) for name in table))
    )
    return list(dict.fromkeys(choices))


def _question(wanted: Wanted, period: Period, by: tuple[str, ...]) -> Enquiry:
    return Enquiry(
        "leavers",
        by=by,
        where=wanted.where,
        end=period.last,
        months=period.months,
        source=wanted.source,
        policy=None,
    )


def _take(found: Gathered, answer: Released, by: tuple[str, ...]) -> None:
    for row in answer.rows():
        group = group_of(row, by)
        for count in COUNTS:
            found.cells[Cell(count, row["period_end"], group)] = int(row[count])
        for name in by:
            if label := row.get(NAMED.get(name, "")):
                found.names.setdefault(name, {})[value_of(row, name)] = label


def _take_places(found: Gathered, answer: Released, name: str, chain: tuple[str, ...]) -> None:
    """In which of the coarser places each place lies, as the records have it."""
    for row in answer.rows():
        for i, level in enumerate(chain):
            above = {upper: value_of(row, upper) for upper in chain[i + 1 :]}
            found.within[level, value_of(row, level)] = above


def value_of(row: Mapping[str, Any], name: str) -> str:
    """A group's value as a family names it; "" where it is not known."""
    return "" if row[name] is None else str(row[name])


def group_of(row: Mapping[str, Any], by: Sequence[str]) -> Fields:
    return tuple(sorted((name, value_of(row, name)) for name in by))


def _sums(
    found: Gathered,
    table: tuple[str, ...],
    chains: Mapping[str, tuple[str, ...]],
    exact: Callable[[Fields, str], bool],
) -> Iterator[Sum]:
    """For each margin and field: each total with its finest parts, and with its parts one level finer.

    A place that lies in none of a level stands among the parts of the level above by itself.
    """
    margins: dict[tuple[str, ...], list[Cell]] = {}
    for cell in found.cells:
        margins.setdefault(tuple(name for name, _ in cell.group), []).append(cell)
    for name in table:
        others = [(*chains[other], EVERYWHERE) for other in table if other != name]
        for rest in product(*others):
            kept = [level for level in rest if level]
            at = {level: margins.get(tuple(sorted([level, *kept])), []) for level in chains[name]}
            yield from _up_the_chain(found, at, exact)


def _up_the_chain(found: Gathered, at: Mapping[str, list[Cell]], exact: Callable[[Fields, str], bool]) -> Iterator[Sum]:
    finest, *levels = at
    for low, high in zip(at, [*levels, EVERYWHERE], strict=True):
        yield from _totals(found, at[finest], finest, high, exact)
        if low != finest:
            placed = [cell for cell in at[low] if dict(cell.group)[low] not in NOWHERE]
            alone = [c for c in at[finest] if found.within[finest, dict(c.group)[finest]][low] in NOWHERE]
            yield from _totals(found, [*placed, *alone], None, high, exact)


def _totals(
    found: Gathered, parts: Iterable[Cell], low: str | None, high: str, exact: Callable[[Fields, str], bool]
) -> Iterator[Sum]:
    """The cells of one margin (or of two, `low` None) gathered under those of the level above."""
    under: dict[Cell, list[Cell]] = {}
    for part in parts:
        mine = low or next(name for name, value in part.group if (name, value) in found.within)
        rest = [(name, value) for name, value in part.group if name != mine]
        above = [(high, found.within[mine, dict(part.group)[mine]][high])] if high else []
        under.setdefault(Cell(part.count, part.period_end, tuple(sorted([*rest, *above]))), []).append(part)
    for total, cells in under.items():
        yield Sum(total, tuple(cells), exact(total.group, low or high))


def _balances(group: Fields, one_place: bool) -> bool:
    """Whether people come into the group and out of it only by joining and leaving the organisation."""
    return [name for name, _ in group] == ["organisation"] or (one_place and not group)


def periods_from(first: Month, last: Month, months: int) -> tuple[Period, ...]:
    """Periods of so many months, one after the other, the first ending in `first`, none after `last`."""
    ends = range(first.index, last.index + 1, months)
    return tuple(Period.ending(Month(end), months) for end in ends)
