"""Is it a new place, or an old one by a new name?

A recode says that from a day on a ward, directorate or the like goes by another name; a succession says that
from a day on an organisation is part of another. History is told in today's terms, so that a renaming or a
merger is a move and not a mass departure.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """Every recode loaded. Where two loads disagree about one name and day, the later load counts."""
    found = (Recode(**row) for row in _rows(workspace, generation, "recodes"))
    return sorted({(r.organisation, r.field, r.old, r.on): r for r in found}.values(), key=repr)


def successions_in(workspace: Workspace, generation: Generation) -> list[Succession]:
    """Every succession loaded. Where two loads disagree about one organisation and day, the later load counts."""
    found = (Succession(**row) for row in _rows(workspace, generation, "successions"))
    return sorted({(s.code, s.on): s for s in found}.values(), key=repr)


def _rows(workspace: Workspace, generation: Generation, table: str) -> Iterator[dict[str, Any]]:
    for path in workspace.parts_of(generation, table):
        yield from pq.read_table(path).to_pylist()


@dataclass(frozen=True, slots=True)
class _Restated:
    """In the months from `since` to before `until`, what `organisation` called `old` is `today` now."""

    organisation: str
    old: str
    today: str
    since: int
    until: int


def in_todays_terms(rows: ibis.Table, recodes: Sequence[Recode], successions: Sequence[Succession]) -> ibis.Table:
    """Rows with organisation, month and classification restated as if every recode had always held.

    Only months before the day of a recode are restated: a name that is used again later means itself, until
    a later recode takes it. A recode of an organisation holds for those that had become part of it too.
    Rows that move to a successor lose the name of the organisation that they leave.
    """
    every = _with_predecessors(recodes, successions)
    for field in sorted({r.field for r in every}):
        rows = _recoded(rows, field, _restated([r for r in every if r.field == field]))
    if successions:
        rows = _succeeded(rows, _restated_organisations(successions))
    return rows


def _with_predecessors(recodes: Sequence[Recode], successions: Sequence[Succession]) -> list[Recode]:
    """Recodes, and again for every organisation that was part of theirs by the day: its past is theirs now."""
    every = {(r.organisation, r.field, r.old, r.on): r for r in recodes}
    waiting = list(recodes)
    while waiting:
        recode = waiting.pop()
        for s in successions:
            key = (s.code, recode.field, recode.old, recode.on)
            if s.successor == recode.organisation and s.on <= recode.on and key not in every:
                every[key] = replace(recode, organisation=s.code)
                waiting.append(every[key])
    return list(every.values())


def _restated(recodes: Sequence[Recode], *, same_day: bool = False) -> list[_Restated]:
    """For each old name and stretch of months the name at the end of its chain: A became B, B became C.

    Recodes of one day happen at once, each from the name just before it, unless `same_day`: then they
    follow one another. A name that was given up twice has a stretch for each time.
    """
    of_name: dict[tuple[str, str], list[Recode]] = defaultdict(list)
    for recode in sorted(recodes, key=lambda r: r.on):
        of_name[recode.organisation, recode.old].append(recode)
    restated = []
    for (organisation, old), givings in of_name.items():
        since = 0
        for recode in givings:
            until = Month.of(recode.on).index
            if until > since:
                restated.append(_Restated(organisation, old, _today(recode, of_name, same_day), since, until))
                since = until
    return restated


def _today(recode: Recode, of_name: Mapping[tuple[str, str], list[Recode]], same_day: bool) -> str:
    name, day, passed = recode.new, recode.on, {recode.old}
    while True:
        onward = [
            r
            for r in of_name.get((recode.organisation, name), [])
            if r.on > day or (same_day and r.on == day and r.new not in passed)
        ]
        if not onward:
            return name
        passed = passed | {name} if onward[0].on == day else {name}
        name, day = onward[0].new, onward[0].on


def _restated_organisations(successions: Sequence[Succession]) -> list[_Restated]:
    """Codes are not used again, so successions of one day follow one another."""
    return _restated([Recode("", "organisation", s.code, s.successor, s.on) for s in successions], same_day=True)


def _recoded(rows: ibis.Table, field: str, restated: Sequence[_Restated]) -> ibis.Table:
    table = _table(restated)
    joined = rows.left_join(
        table,
        [
            rows.organisation == table.recoded_in,
            rows[field] == table.recoded,
            rows.month >= table.recoded_since,
            rows.month < table.recoded_until,
        ],
    )
    return joined.mutate(**{field: ibis.coalesce(joined.recoded_today, joined[field])}).select(*rows.columns)


def _succeeded(rows: ibis.Table, restated: Sequence[_Restated]) -> ibis.Table:
    table = _table(restated)
    joined = rows.left_join(
        table,
        [
            rows.organisation == table.recoded,
            rows.month >= table.recoded_since,
            rows.month < table.recoded_until,
        ],
    )
    changed = {"organisation": ibis.coalesce(joined.recoded_today, joined.organisation)}
    if "organisation_name" in rows.columns:
        moved = joined.recoded_today.notnull()
        changed["organisation_name"] = ibis.ifelse(moved, ibis.null("string"), joined.organisation_name)
    return joined.mutate(**changed).select(*rows.columns)


RESTATED = pa.schema(
    [
        ("recoded_in", pa.string()),
        ("recoded", pa.string()),
        ("recoded_today", pa.string()),
        ("recoded_since", pa.int32()),
        ("recoded_until", pa.int32()),
    ]
)


def _table(restated: Sequence[_Restated]) -> ibis.Table:
    rows = [
        dict(zip(RESTATED.names, (r.organisation, r.old, r.today, r.since, r.until), strict=True)) for r in restated
    ]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=RESTATED))


def seen_in_todays_terms(seen: Iterable[tuple[str, int]], successions: Sequence[Succession]) -> dict[str, list[int]]:
    """Months seen of each organisation of today: all its parts must have been seen that ever are.

    A merged organisation is seen in a month before the merger only if every part that was loaded at all
    was seen then; else half of it would seem to join later. An organisation that was never seen before
    another became part of it is taken for newly made of it, and is not waited for in the months before.
    """
    of_name: dict[str, list[_Restated]] = defaultdict(list)
    for r in _restated_organisations(successions):
        of_name[r.old].append(r)
    legs: dict[str, dict[tuple[str, int | None], set[int]]] = defaultdict(lambda: defaultdict(set))
    first_seen: dict[str, int] = {}
    for organisation, month in seen:
        ended = next((r for r in of_name[organisation] if r.since <= month < r.until), None)
        legs[ended.today if ended else organisation][organisation, ended.until if ended else None].add(month)
        first_seen[organisation] = min(month, first_seen.get(organisation, month))
    made = {o: m for o, m in _first_taken_over(successions).items() if first_seen.get(o, m) >= m}
    return {
        today: sorted(_seen_whole([_Leg(have, made.get(o), until) for (o, until), have in parts.items()]))
        for today, parts in legs.items()
    }


@dataclass(frozen=True, slots=True)
class _Leg:
    """One part of an organisation of today: the months it was seen in, and those in which it was there."""

    have: set[int]
    since: int | None
    until: int | None

    def was_there(self, month: int) -> bool:
        return (self.since is None or month >= self.since) and (self.until is None or month < self.until)


def _first_taken_over(successions: Sequence[Succession]) -> dict[str, int]:
    """The month in which each organisation first took another over."""
    first: dict[str, int] = {}
    for s in successions:
        month = Month.of(s.on).index
        first[s.successor] = min(month, first.get(s.successor, month))
    return first


def _seen_whole(legs: list[_Leg]) -> set[int]:
    """Months in which every part was seen that was there then."""
    every = set().union(*(leg.have for leg in legs))
    return {m for m in every if all(m in leg.have or not leg.was_there(m) for leg in legs)}
