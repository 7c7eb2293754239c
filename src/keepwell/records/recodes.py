"""Is it a new place, or an old one by a new name?

A recode says that from a day on a ward, directorate or the like goes by another name; a succession says that
from a day on an organisation is part of another. History is told in today's terms, so that a renaming or a
merger is a move and not a mass departure.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.periods import Month
from keepwell.records.workspace import Generation, Workspace


@dataclass(frozen=True, slots=True)
class Recode:
    """In `organisation`, what was `old` under `field` is called `new` from the day `on`."""

    organisation: str
    field: str
    old: str
    new: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class Succession:
    """From the day `on` the organisation `code` is part of `successor`."""

    code: str
    successor: str
    on: dt.date


RECODES = pa.schema([(name, pa.string()) for name in ("organisation", "field", "old", "new")] + [("on", pa.date32())])
SUCCESSIONS = pa.schema([("code", pa.string()), ("successor", pa.string()), ("on", pa.date32())])


def recodes_in(workspace: Workspace, generation: Generation) -> list[Recode]:
    return sorted({Recode(**row) for row in _rows(workspace, generation, "recodes")}, key=repr)


def successions_in(workspace: Workspace, generation: Generation) -> list[Succession]:
    return sorted({Succession(**row) for row in _rows(workspace, generation, "successions")}, key=repr)


def _rows(workspace: Workspace, generation: Generation, table: str) -> Iterable[dict[str, Any]]:
    for path in workspace.parts_of(generation, table):
        yield from pq.read_table(path).to_pylist()


def in_todays_terms(rows: ibis.Table, recodes: Sequence[Recode], successions: Sequence[Succession]) -> ibis.Table:
    """Rows with organisation, month and classification restated as if every recode had always held.

    Only months before the day of a recode are restated: a name that is used again later means itself.
    """
    for field in sorted({r.field for r in recodes}):
        rows = _restated(rows, field, _final([r for r in recodes if r.field == field]))
    if successions:
        rows = _succeeded(rows, successions)
    return rows


def _final(recodes: Sequence[Recode]) -> list[Recode]:
    """Each recode with the name at the end of its chain: A became B, B became C."""
    later = defaultdict(list)
    for recode in recodes:
        later[recode.organisation, recode.old].append(recode)

    def end_of(recode: Recode) -> str:
        onward = [r for r in later[recode.organisation, recode.new] if r.on >= recode.on and r is not recode]
        return end_of(min(onward, key=lambda r: r.on)) if onward and onward[0].new != recode.old else recode.new

    return [Recode(r.organisation, r.field, r.old, end_of(r), r.on) for r in recodes]


def _restated(rows: ibis.Table, field: str, recodes: Sequence[Recode]) -> ibis.Table:
    table = _table((r.organisation, r.old, r.new, Month.of(r.on).index) for r in recodes)
    joined = rows.left_join(
        table, [rows.organisation == table.code, rows[field] == table.old, rows.month < table.from_month]
    )
    return joined.mutate(**{field: ibis.coalesce(joined.new, joined[field])}).select(*rows.columns)


def _succeeded(rows: ibis.Table, successions: Sequence[Succession]) -> ibis.Table:
    as_recodes = _final([Recode("", "organisation", s.code, s.successor, s.on) for s in successions])
    table = _table((r.old, "", r.new, Month.of(r.on).index) for r in as_recodes)
    joined = rows.left_join(table, [rows.organisation == table.code, rows.month < table.from_month])
    return joined.mutate(organisation=ibis.coalesce(joined.new, joined.organisation)).select(*rows.columns)


def _table(rows: Iterable[tuple[str, str, str, int]]) -> ibis.Table:
    columns = list(zip(*rows, strict=True))
    names = ("code", "old", "new")
    arrays = [pa.array(c, pa.string()) for c in columns[:3]] + [pa.array(columns[3], pa.int32())]
    return ibis.memtable(pa.table(dict(zip((*names, "from_month"), arrays, strict=True))))


def seen_in_todays_terms(seen: Iterable[tuple[str, int]], successions: Sequence[Succession]) -> dict[str, list[int]]:
    """Months seen of each organisation of today: all its parts must have been seen that ever are.

    A merged organisation is seen in a month before the merger only if every part that was loaded at all
    was seen then; else half of it would seem to join later.
    """
    months: dict[str, set[int]] = defaultdict(set)
    for organisation, month in seen:
        months[organisation].add(month)
    final = {r.old: r for r in _final([Recode("", "", s.code, s.successor, s.on) for s in successions])}
    parts: dict[str, list[tuple[set[int], int | None]]] = defaultdict(list)
    for organisation, have in months.items():
        ended = final.get(organisation)
        today = ended.new if ended else organisation
        parts[today].append((have, Month.of(ended.on).index if ended else None))
    return {today: sorted(_seen_whole(legs)) for today, legs in parts.items()}


def _seen_whole(legs: list[tuple[set[int], int | None]]) -> set[int]:
    """Months in which every leg was seen that existed then: until its end, and from its first month on."""
    every = set().union(*(have for have, _ in legs))
    return {m for m in every if all(m in have or _not_there(have, until, m) for have, until in legs)}


def _not_there(have: set[int], until: int | None, month: int) -> bool:
    return month >= until if until is not None else month < min(have)
