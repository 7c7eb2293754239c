"""Which organisation is this, and to what did it belong on a given day?

What files say of organisations is kept as it was said, file by file. Which file holds for a day is decided when
it is asked, so that a newer file never rewrites what an older one knew of its own time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.records.staff import NOT_KNOWN
from keepwell.records.workspace import Generation, Workspace

TRUST: Final = "trust"
PRACTICE: Final = "practice"
PCN: Final = "pcn"
SUB_ICB: Final = "sub_icb"
ICB: Final = "icb"
REGION: Final = "region"
OTHER: Final = "other"
KINDS: Final = (TRUST, PRACTICE, PCN, SUB_ICB, ICB, REGION, OTHER)

REGIONS: Final = {
    "Y56": "London",
    "Y58": "South West",
    "Y59": "South East",
    "Y60": "Midlands",
    "Y61": "East of England",
    "Y62": "North West",
    "Y63": "North East and Yorkshire",
}
"""NHS England's regions since April 2019. Files name them by code only."""

ORGANISATIONS = pa.schema(
    [
        ("code", pa.string()),
        ("name", pa.string()),
        ("kind", pa.string()),
        ("role", pa.string()),
        ("status", pa.string()),
        ("opened", pa.date32()),
        ("closed", pa.date32()),
    ]
)
"""One row an organisation, as one file describes it: nulls are what that file does not say.

`kind` is one of KINDS. `role` is ODS's prescribing setting (4 is a GP practice) and `status` active, closed,
dormant or proposed, both for prescribers only. `closed` is the last day. No address, no telephone number.
"""

RELATIONS = pa.schema(
    [
        ("child", pa.string()),
        ("parent", pa.string()),
        ("parent_kind", pa.string()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("as_of", pa.date32()),
        ("share", pa.float64()),
    ]
)
"""One row a parent of an organisation, as one file states it.

`start` and `end` are its first and last day; without a start it is a snapshot taken on `as_of`, and without
that as well it holds on any day. `share` is null for a parent of record; else the parent is the largest of
several, and the share of the organisation's activity that goes there is the only ground for it.
"""

PLACE_PAIRS: Final = (("pcn", "pcn_name"), ("sub_icb", "sub_icb_name"), ("icb", "icb_name"), ("region", "region_name"))
ADDED_PAIRS: Final = (("icb", "icb_name"), ("region", "region_name"), ("pcn", "pcn_name"))

PLACES = pa.schema(
    [
        ("organisation", pa.string()),
        ("organisation_name", pa.string()),
        ("kind", pa.string()),
        *((name, pa.string()) for pair in PLACE_PAIRS for name in pair),
        ("opened", pa.date32()),
        ("closed", pa.date32()),
    ]
)
"""One row an organisation, with what it belonged to on one day. Null: not known, or none."""

CUT_SHORT_FROM = 20
"""A shorter name that begins a longer one may be a name of its own; a longer one has been cut off."""


class _Said(NamedTuple):
    """What one file says of one parent. `file` is its place among all, oldest first; days count from 1970."""

    file: int
    parent: str
    start: int | None
    end: int | None
    as_of: int | None
    share: float | None

    @property
    def known_from(self) -> int:
        """The first day of which this can be said; a snapshot says nothing of the days before it."""
        return next((day for day in (self.start, self.as_of) if day is not None), -(10**6))

    def not_over(self, on: int) -> bool:
        return self.end is None or on <= self.end


@dataclass(slots=True)
class _Known:
    """What all files together say of one organisation."""

    name: str | None = None
    kind: str | None = None
    role: str | None = None
    opened: int | None = None
    closed: int | None = None


@dataclass(slots=True)
class _Register:
    """Everything that the reference files of a workspace say."""

    known: dict[str, _Known] = field(default_factory=dict)
    said: dict[tuple[str, str], list[_Said]] = field(default_factory=dict)


def places(workspace: Workspace, generation: Generation, on: dt.date) -> pa.Table:
    """Every organisation that a reference file names, with its PCN, sub-ICB, ICB and region on that day.

    The newest file that can speak of the day decides: by the newest day in the files, then by the order of
    loading. A parent with first and last day holds from the one to the other; a snapshot holds from its day
    on, and for earlier days only where nothing better is known. The ICB is that of the organisation's own
    row, else that of its sub-ICB; the region its own, else that of its ICB. Names, and days of opening and
    closing, are the newest there are: ODS does not date them.

    Columns: PLACES. One row an organisation, closed and future ones too.
    """
    register, day = _register(workspace, generation), (on - dt.date(1970, 1, 1)).days
    parents = {key: parent for key, said in register.said.items() if (parent := _parent_on(said, day))}
    for (_, kind), said in register.said.items():
        for parent in {s.parent for s in said} if kind != OTHER else ():
            register.known.setdefault(parent, _Known(kind=kind))
    return _table(register.known, parents)


def _register(workspace: Workspace, generation: Generation) -> _Register:
    register = _Register()
    for _, path in _files(workspace, generation, "organisations"):
        table = pq.read_table(path)
        days = [table[c].cast(pa.int32()).to_pylist() for c in ("opened", "closed")]
        texts = [table[c].to_pylist() for c in ("code", "name", "kind", "role")]
        for code, name, kind, role, opened, closed in zip(*texts, *days, strict=True):
            known = register.known.setdefault(code, _Known())
            known.name = _newer_name(known.name, name)
            if role is not None or known.role is None:  # ODS's own role outranks what a list of practices implies
                known.kind, known.role = kind, role
            if opened is not None or closed is not None:
                known.opened, known.closed = opened, closed
    for file, path in _files(workspace, generation, "relations"):
        table = pq.read_table(path)
        days = [table[c].cast(pa.int32()).to_pylist() for c in ("start", "end", "as_of")]
        texts = [table[c].to_pylist() for c in ("child", "parent_kind", "parent")]
        for child, kind, *said in zip(*texts, *days, table["share"].to_pylist(), strict=True):
            register.said.setdefault((child, kind), []).append(_Said(file, *said))
    return register


def _files(workspace: Workspace, generation: Generation, table: str) -> Iterator[tuple[int, Path]]:
    """The files with a table, the oldest first, numbered by their place among all loads."""
    newest_last = sorted(generation.loads, key=lambda load: (load.last_month, load.number))
    place_of = {load.number: place for place, load in enumerate(newest_last)}
    found = zip(generation.loads_with(table), workspace.parts_of(generation, table), strict=True)
    yield from sorted((place_of[load.number], path) for load, path in found)


def _newer_name(old: str | None, new: str | None) -> str | None:
    """The newer name, unless it is the older one cut short by a column that was too narrow."""
    if old and new and CUT_SHORT_FROM <= len(new) < len(old) and old.casefold().startswith(new.casefold()):
        return old
    return new or old


def _parent_on(said: Sequence[_Said], on: int) -> str | None:
    """The parent on a day: by the newest file that can speak of that day, parents of record before estimates."""
    said = [s for s in said if s.share is None] or said
    for _, lines in groupby(sorted(said, key=lambda s: -s.file), key=lambda s: s.file):
        begun = [s for s in lines if s.known_from <= on]
        holding = [s for s in begun if s.not_over(on)]
        if holding:
            return max(holding, key=lambda s: (s.known_from, s.parent)).parent
        if begun:
            return None  # this file knows that it was over
    if any(s.start is not None for s in said):
        return None  # it is known when it began: later
    later = [s for s in said if s.not_over(on)]
    return min(later, key=lambda s: (s.known_from, -s.file)).parent if later else None


def _table(known: Mapping[str, _Known], parents: Mapping[tuple[str, str], str]) -> pa.Table:
    codes = sorted(known)

    def parent(code: str | None, kind: str) -> str | None:
        return None if code is None else code if known[code].kind == kind else parents.get((code, kind))

    pcn, sub_icb = [parent(c, PCN) for c in codes], [parent(c, SUB_ICB) for c in codes]
    icb = [parent(c, ICB) or parent(above, ICB) for c, above in zip(codes, sub_icb, strict=True)]
    region = [parent(c, REGION) or parent(above, REGION) for c, above in zip(codes, icb, strict=True)]
    columns: dict[str, list[str | None]] = {
        "organisation": list(codes),
        "organisation_name": [_name(known, code) for code in codes],
        "kind": [known[code].kind for code in codes],
    }
    for (name, named), cells in zip(PLACE_PAIRS, (pcn, sub_icb, icb, region), strict=True):
        columns[name] = cells
        columns[named] = [_name(known, code) if code else None for code in cells]
    days = {
        "opened": pa.array([known[code].opened for code in codes], pa.int32()).cast(pa.date32()),
        "closed": pa.array([known[code].closed for code in codes], pa.int32()).cast(pa.date32()),
    }
    return pa.table({**{n: pa.array(c, pa.string()) for n, c in columns.items()}, **days}, schema=PLACES)


def _name(known: Mapping[str, _Known], code: str) -> str | None:
    return REGIONS.get(code) or (known[code].name if code in known else None)


def with_places(rows: ibis.Table, places: pa.Table) -> ibis.Table:
    """Rows with the ICB, region and PCN of their organisation, and its name where they have none.

    What the rows say themselves is left as it is; "Not known" stands where neither they nor the places say,
    so that nobody is lost. No row is added or dropped.
    """
    pairs = (("organisation", "organisation_name"), *ADDED_PAIRS)
    theirs = ibis.memtable(places.select([name for pair in pairs for name in pair])).rename("place_{name}")
    joined = rows.left_join(theirs, rows.organisation == theirs.place_organisation)
    added: dict[str, ibis.Value] = {}
    for code, name in pairs:
        place, own = joined[f"place_{code}"], _own(joined, rows, code)
        same = ibis.coalesce(own, place) == place  # the name of another place is no name for this one
        named = ibis.ifelse(same, joined[f"place_{name}"], ibis.null("string"))
        added[name] = ibis.coalesce(_own(joined, rows, name), named, NOT_KNOWN)
        if code != "organisation":
            added[code] = ibis.coalesce(own, place, NOT_KNOWN)
    new = [name for pair in pairs for name in pair if name not in rows.columns]
    return joined.mutate(**added).select(*rows.columns, *new)


def _own(joined: ibis.Table, rows: ibis.Table, name: str) -> ibis.Value:
    return joined[name] if name in rows.columns else ibis.null("string")
