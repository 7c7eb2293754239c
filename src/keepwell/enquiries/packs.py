"""What has another organisation released to us, and what do several of them say together?

A pack is one JSON document with everything that an audience may get. It is read by somebody who has nothing else of that
organisation, so what is in it is checked as if a stranger had written it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from keepwell.disclosure import Definition
from keepwell.disclosure.hiding import HIDING, HidingPolicy, shown
from keepwell.enquiries.families import COUNTS, Fields
from keepwell.errors import KeepwellError, counted, listed
from keepwell.periods import Month, Period

SCHEMA = "keepwell released pack"
VERSION = 1
MADE = ("leaver_rate", "joiner_rate", "stability_index", "share_who_left")
"""What may be made of the counts of a row, beside them."""
MOST_BYTES = 64 * 2**20


class PackRefused(KeepwellError):
    """A released pack that cannot be read, or cannot be added to others."""


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation that a pack speaks of."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class PackRow:
    """One group in one period, as shown. `hidden` names what is hidden; that is None in `counts` and `made`.

    `group` has the fields with their values, "" where not known; `names` the names of those that are codes.
    """

    period: Period
    group: Fields
    names: Mapping[str, str]
    counts: Mapping[str, int | None]
    made: Mapping[str, float | None]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackTable:
    """A declared table or one of its margins, over all periods. `by` is () for the total."""

    by: tuple[str, ...]
    rows: tuple[PackRow, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """All that an audience may get, as it was on the day it was released."""

    audience: str
    places: tuple[Place, ...]
    policy: str
    policy_title: str
    mark: str
    released_at: dt.datetime
    source: str
    vintage: str
    where: tuple[tuple[str, tuple[str, ...]], ...]
    periods: tuple[Period, ...]
    definition: Definition
    notes: tuple[str, ...]
    tables: tuple[PackTable, ...]

    def table(self, by: Iterable[str] = ()) -> PackTable:
        """The table with these groups. Raises PackRefused where it was not released."""
        wanted = set(by)
        for table in self.tables:
            if set(table.by) == wanted:
                return table
        raise PackRefused(
            "That table is not in what was released.",
            found=f"asked: {' × '.join(sorted(wanted)) or 'the total'}; "
            f"released: {'; '.join(' × '.join(t.by) or 'the total' for t in self.tables)}",
            attempt="one of those; or ask who released it for an audience with that table",
        )


def read_pack(content: bytes) -> Pack:
    """A pack that somebody released.

    Raises PackRefused for what is no pack, for one of a newer version than this program reads, and for one with a
    number in it that its own policy does not show: that would be a small number, or one that was changed since.
    """
    found = _opened(content)
    try:
        pack = _pack(found)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as why:
        raise _no_pack(f"a part of it that is missing or of another kind ({type(why).__name__})") from why
    except PackRefused:
        raise
    except KeepwellError as why:
        raise _no_pack("a month or a period that is none") from why
    _refuse_not_shown(pack)
    return pack


def _no_pack(found: str) -> PackRefused:
    return PackRefused(
        "This is not a released pack, or not a whole one.",
        found=found,
        attempt="ask for the file anew, as it was handed over",
    )


def _opened(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise _no_pack(f"{len(content) / 2**20:,.0f} MB; a pack has no more than {MOST_BYTES // 2**20}")
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as why:  # what is no UTF-8 and no JSON, too
        raise _no_pack("a file that is not JSON, or ends before its end") from why
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise _no_pack("JSON of another kind")
    version = found.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _no_pack("a pack without a version")
    if version > VERSION:
        raise PackRefused(
            "This pack was made by a newer Keepwell, which may say things that this one would not understand.",
            found=f"version {version}; this Keepwell reads up to {VERSION}",
            attempt="bring Keepwell up to date here, or ask for a pack from the version that is used here",
        )
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An entry that stands twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an entry twice")
    return found


def _pack(found: Mapping[str, Any]) -> Pack:
    periods = tuple(_period(entry) for entry in _list(found["periods"]))
    by_end = {period.end.isoformat(): period for period in periods}
    policy = found["policy"]
    return Pack(
        _text(found["audience"]),
        tuple(Place(_text(p["code"]), _text(p["name"])) for p in _list(found["places"])),
        _text(policy["name"]),
        _text(policy["title"]),
        _text(policy["mark"]),
        _moment(found["released_at"]),
        _text(found["source"]),
        _text(found["vintage"]),
        tuple((_text(name), tuple(map(_text, _list(values)))) for name, values in _list(found["where"])),
        periods,
        _definition(found["definition"]),
        tuple(map(_text, _list(found["notes"]))),
        tuple(_table(table, by_end) for table in _list(found["tables"])),
    )


def _table(found: Mapping[str, Any], periods: Mapping[str, Period]) -> PackTable:
    by = tuple(map(_text, _list(found["by"])))
    return PackTable(by, tuple(_row(row, by, periods) for row in _list(found["rows"])))


def _row(found: Mapping[str, Any], by: tuple[str, ...], periods: Mapping[str, Period]) -> PackRow:
    group, names = found["group"], found["names"]
    if set(group) != set(by) or not set(names) <= set(by):
        raise ValueError("a row of another table")
    return PackRow(
        periods[_text(found["period_end"])],
        tuple((name, _text(group[name])) for name in by),
        {name: _text(value) for name, value in names.items()},
        {name: _number(value, int) for name, value in _known(found["counts"], COUNTS)},
        {name: _number(value, int, float) for name, value in _known(found["made"], MADE)},
        tuple(map(_text, _list(found["hidden"]))),
    )


def _known(found: Mapping[str, Any], names: Sequence[str]) -> Iterable[tuple[str, Any]]:
    if not set(found) <= set(names):
        raise ValueError("a number that this version does not know")
    return found.items()


def _number(value: Any, *kinds: type) -> Any:
    known = value is None or (isinstance(value, kinds) and not isinstance(value, bool))
    if not known or (value is not None and not 0 <= value < 2**53):
        raise TypeError("not a number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _moment(value: Any) -> dt.datetime:
    moment = dt.datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time of no zone")
    return moment


def _period(found: Mapping[str, Any]) -> Period:
    return Period(Month.parse(_text(found["first"])), Month.parse(_text(found["last"])))


def _definition(found: Mapping[str, Any]) -> Definition:
    words = {field.name: _text(found[field.name]) for field in fields(Definition) if field.name != "columns"}
    return Definition(**words, columns={_text(k): _text(v) for k, v in found["columns"].items()})


def _refuse_not_shown(pack: Pack) -> None:
    """Raises PackRefused where a pack holds what its policy hides, or a number that does not follow from its counts."""
    policy = HIDING.get(pack.policy)
    if policy is None:
        raise PackRefused(
            "This pack is under a policy that is not known here.",
            found=f"none of {listed(sorted(HIDING))}",
            attempt="bring Keepwell up to date here",
        )
    rows = [row for table in pack.tables for row in table.rows]
    wrong = sum(not (_as_shown(row, policy) and _follows(row)) for row in rows)
    if wrong:
        raise PackRefused(
            "This pack holds numbers that its own policy does not show; it was changed, or made by another program.",
            found=f"{counted(wrong, 'row')} of {len(rows):,}, under the policy {pack.policy}",
            attempt="do not use it; ask for the file anew, and tell who released it",
        )
    _refuse_twice(pack)


def _refuse_twice(pack: Pack) -> None:
    tables = [frozenset(table.by) for table in pack.tables]
    rows = [(row.period, row.group) for table in pack.tables for row in table.rows]
    if len(set(tables)) < len(tables) or len(set(rows)) < len(rows):
        raise _no_pack("a table or a group that stands in it twice")


def _as_shown(row: PackRow, policy: HidingPolicy) -> bool:
    """Whether every count could stand in what the policy shows, and exactly those that are named are hidden."""
    told = np.array([value for value in row.counts.values() if value is not None], dtype=np.int64)
    hidden = {name for name, value in row.counts.items() if value is None}
    named = set(row.hidden)
    none_told = all({**row.counts, **row.made}.get(name) is None for name in named)
    return bool((shown(policy, told) == told).all()) and hidden <= named and none_told


def _follows(row: PackRow) -> bool:
    """Whether what is made of the counts is made of those shown: anything else would tell more than they do."""
    return all(_alike(row.made[name], MADE_BY[name](row.counts)) for name in row.made)


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is None and other is None
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _divided(counts: Mapping[str, int | None], top: str, bottom: Sequence[str]) -> float | None:
    over, under = counts.get(top), [counts.get(name) for name in bottom]
    known = [value for value in under if value is not None]
    if over is None or len(known) < len(under) or not sum(known):
        return None
    return over / (sum(known) / len(known))


def _stayed(counts: Mapping[str, int | None]) -> float | None:
    left = _divided(counts, "leavers", ("headcount_at_start",))
    return None if left is None else 1 - left


MADE_BY: Mapping[str, Callable[[Mapping[str, int | None]], float | None]] = {
    "leaver_rate": lambda c: _divided(c, "leavers", ("headcount_at_start", "headcount_at_end")),
    "joiner_rate": lambda c: _divided(c, "joiners", ("headcount_at_start", "headcount_at_end")),
    "stability_index": _stayed,
    "share_who_left": lambda c: _divided(c, "leavers", ("headcount_at_start",)),
}
