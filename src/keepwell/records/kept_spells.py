"""How do spells stay up to date when a month comes in, without making all of them again?

Kept in the workspace's folder `derived`: spells that are over, in files that never change, and spells that may go
on, in one file. A new month is joined to those that may go on; what it ends goes to a new file of those that are
over. Whatever does not come after all the rest (a month between others, one replaced, a new recode) has the spells
made again from the newest state that still holds, or from nothing. All of it can be deleted and is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import ibis

from keepwell.records.recodes import Recode, Succession, seen_in_todays_terms
from keepwell.records.spells import SPELL_COLUMNS, seen_table, spells
from keepwell.records.staff import SPELL_KEYS

VERSION = 4
"""Changed whenever spells are made differently, so that those kept from before are not used."""
ROWS_AT_ONCE = 500_000
"""More take more memory and no less time: 2.4 million rows at once took 1.5 GB, in lots of this size 0.5."""
KEYS = tuple(key for key in SPELL_KEYS if key != "organisation_name")
Restate = Callable[[ibis.Table], ibis.Table]
Seen = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Made:
    """Which files hold the spells, and what they were made of.

    `seen` are the months of each organisation as loaded, `names` the one name of each organisation of today.
    """

    version: int
    parts: tuple[str, ...]
    told: str
    seen: Mapping[str, Sequence[int]]
    names: Mapping[str, str | None]
    over: tuple[str, ...]
    going_on: str | None

    @property
    def name(self) -> str:
        return _fingerprint((self.version, sorted(self.parts), self.told))

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.over, self.going_on) if self.going_on else self.over


def kept_spells(
    connection: Any,
    folder: Path,
    parts: Sequence[Path],
    recodes: Sequence[Recode],
    successions: Sequence[Succession],
    restate: Restate,
) -> tuple[ibis.Table, Seen]:
    """The spells of some parts with positions, from those kept in `folder` as far as they hold, and months seen.

    `restate` tells positions in today's terms. The connection is of DuckDB. Columns: SPELL_COLUMNS.
    """
    told = _fingerprint((recodes, successions))
    nothing = Made(VERSION, (), told, {}, {}, (), None)
    wanted = replace(nothing, parts=tuple(p.name for p in parts))
    made = _read(folder, wanted.name)
    if made is None:
        made = _made(connection, folder, parts, successions, restate, [*_states(folder, wanted), nothing])
        folder.mkdir(exist_ok=True)
        _write(folder / f"spells-{made.name}.json", json.dumps(asdict(made)).encode())
    kept = connection.read_parquet([str(folder / name) for name in made.files])
    names = ibis.memtable(
        {"organisation": list(made.names), "one_name": list(made.names.values())},
        schema=ibis.schema({"organisation": "string", "one_name": "string"}),
    )
    named = kept.drop("organisation_name").join(names, "organisation").rename(organisation_name="one_name")
    return named.select(*SPELL_COLUMNS), _today(made.seen, successions)


def _today(seen: Mapping[str, Sequence[int]], successions: Sequence[Succession]) -> Seen:
    return seen_in_todays_terms(((o, m) for o, months in seen.items() for m in months), successions)


def _states(folder: Path, wanted: Made) -> list[Made]:
    """What was made of some of the parts in the same terms, of the most parts first."""
    found = [made for path in folder.glob("spells-*.json") if (made := _read(folder, path.stem[len("spells-") :]))]
    fit = [m for m in found if m.told == wanted.told and set(m.parts) < set(wanted.parts)]
    return sorted(fit, key=lambda made: (-len(made.parts), made.name))


def _read(folder: Path, name: str) -> Made | None:
    """What was made, if all of it is there still."""
    try:
        content = json.loads((folder / f"spells-{name}.json").read_bytes())
        if content["version"] != VERSION:
            return None
        made = Made(**{**content, "parts": tuple(content["parts"]), "over": tuple(content["over"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return made if made.name == name and all((folder / file).is_file() for file in made.files) else None


def _made(
    connection: Any,
    folder: Path,
    parts: Sequence[Path],
    successions: Sequence[Succession],
    restate: Restate,
    states: Sequence[Made],
) -> Made:
    """The spells of all parts, from the first state that the parts which it lacks come after."""
    for state in states:
        new = [p for p in parts if p.name not in state.parts]
        positions = connection.read_parquet([str(p) for p in new])
        rows = {
            (row["organisation"], row["month"]): row["rows"]
            for row in positions.group_by(["organisation", "month"])
            .aggregate(rows=lambda t: t.count())
            .to_pyarrow()
            .to_pylist()
        }
        seen = {
            o: sorted({*state.seen.get(o, ()), *(m for p, m in rows if p == o)})
            for o in {*state.seen, *(o for o, _ in rows)}
        }
        if _comes_after(state, rows, seen, successions):
            every = replace(state, parts=tuple(p.name for p in parts), seen=seen)
            return _Making(connection, folder, positions, restate, seen_table(_today(seen, successions))).extended(
                every, rows
            )
    raise AssertionError("whatever there is comes after nothing")


def _comes_after(
    state: Made,
    rows: Mapping[tuple[str, int], int],
    seen: Mapping[str, Sequence[int]],
    successions: Sequence[Succession],
) -> bool:
    """Whether new months only add to the end of what was seen of each organisation, as it is told today."""
    if not state.parts:
        return True
    old = [m for months in state.seen.values() for m in months]
    if any(m in state.seen.get(o, ()) for o, m in rows):
        return False  # somebody else's rows of a month that has been told
    if successions and min((m for _, m in rows), default=0) <= max(old):
        return False  # a month that was not whole may be whole now
    before, now = _today(state.seen, successions), _today(seen, successions)
    return all(now.get(o, [])[: len(months)] == months for o, months in before.items())


@dataclass(frozen=True, slots=True)
class _Making:
    """New positions, and the months seen of all there are, on their way to becoming spells."""

    connection: Any
    folder: Path
    positions: ibis.Table
    restate: Restate
    seen: ibis.Table
    tables: list[str] = field(default_factory=list)

    def extended(self, made: Made, rows: Mapping[tuple[str, int], int]) -> Made:
        """Lot by lot of months, so that years of a nation fit into little memory."""
        self.folder.mkdir(exist_ok=True)
        seen = self._table("seen", self.seen)
        held = f"read_parquet('{_quoted(self.folder / made.going_on)}')" if made.going_on else None
        over, names = list(made.over), dict(made.names)
        for first, last in _lots(rows):
            positions = self.restate(self.positions.filter(self.positions.month.between(first, last)))
            self._learn_names(names, positions)
            new, joined = (
                self._table("new", self._spells(positions, one_month=first == last)),
                ibis.util.gen_name("held"),
            )
            self._run(f"CREATE TEMP TABLE {joined} AS {_joined(held, new, seen, last)}")
            over += self._keep(f"SELECT * EXCLUDE (ended) FROM {joined} WHERE ended", "over")
            self._run(f"DELETE FROM {joined} WHERE ended; ALTER TABLE {joined} DROP ended; DROP TABLE {new}")
            if held in self.tables:
                self._run(f"DROP TABLE {held}")
            self.tables.append(held := joined)
        kept = self._keep(f"FROM {held}", "going-on", even_empty=True)
        self._run(f"DROP TABLE {held}; DROP TABLE {seen}")
        return replace(made, names=names, over=tuple(over), going_on=kept[0])

    def _table(self, name: str, rows: ibis.Table) -> str:
        """Rows as a table of their own, by its name."""
        return str(self.connection.create_table(ibis.util.gen_name(name), rows, temp=True).get_name())

    def _spells(self, positions: ibis.Table, *, one_month: bool) -> ibis.Table:
        nameless = positions.mutate(organisation_name=ibis.null("string"))
        if not one_month:
            return spells(nameless, self.seen)
        seen = nameless.semi_join(self.seen, ["organisation", "month"])
        return seen.mutate(first_month=seen.month, last_month=seen.month).select(*SPELL_COLUMNS)

    def _learn_names(self, names: dict[str, str | None], positions: ibis.Table) -> None:
        """One name for each organisation: names change their spelling from extract to extract."""
        found = positions.group_by("organisation").aggregate(one_name=positions.organisation_name.max())
        for row in found.to_pyarrow().to_pylist():
            known = [name for name in (names.get(row["organisation"]), row["one_name"]) if name is not None]
            names[row["organisation"]] = max(known, default=None)

    def _keep(self, rows: str, what: str, *, even_empty: bool = False) -> list[str]:
        if not even_empty and not self.connection.con.execute(f"SELECT count(*) FROM ({rows})").fetchone()[0]:
            return []
        path = self.folder / f"spells-{what}-{uuid.uuid4().hex}.parquet"
        self._run(f"COPY ({rows}) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)")
        return [path.name]

    def _run(self, sql: str) -> None:
        self.connection.con.execute(sql)


def _joined(held: str | None, new: str, seen: str, last: int) -> str:
    """Spells that may go on, with the new ones: one that the next month seen goes on with is one spell with it.

    `ended`: its last month is not the last that was seen of its organisation by the month `last`.
    """
    joined = f"FROM {new}"
    if held is not None:
        keys = ", ".join(f"coalesce(new.{key}, held.{key}) AS {key}" for key in SPELL_KEYS)
        alike = " AND ".join(f"new.{key} IS NOT DISTINCT FROM held.{key}" for key in KEYS)
        joined = f"""
            SELECT {keys}, coalesce(held.first_month, new.first_month) AS first_month,
                coalesce(new.last_month, held.last_month) AS last_month
            FROM (SELECT h.*, s.next_month FROM {held} h
                  JOIN {seen} s ON s.organisation = h.organisation AND s.month = h.last_month) held
            FULL JOIN {new} new ON {alike} AND new.first_month = held.next_month"""
    return f"""
        WITH joined AS ({joined}),
        newest AS (SELECT organisation, max(month) AS newest FROM {seen} WHERE month <= {last} GROUP BY organisation)
        SELECT joined.*, last_month < newest AS ended FROM joined JOIN newest USING (organisation)"""


def _lots(rows: Mapping[tuple[str, int], int]) -> Iterator[tuple[int, int]]:
    """First and last months of stretches with few enough rows to be gathered at once."""
    of_month: dict[int, int] = {}
    for (_, month), n in rows.items():
        of_month[month] = of_month.get(month, 0) + n
    lot: list[int] = []
    held = 0
    for month in sorted(of_month):
        if lot and held + of_month[month] > ROWS_AT_ONCE:
            yield lot[0], lot[-1]
            lot, held = [], 0
        lot.append(month)
        held += of_month[month]
    if lot:
        yield lot[0], lot[-1]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _fingerprint(made_of: object) -> str:
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:32]


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    draft.write_bytes(content)
    os.replace(draft, path)  # noqa: PTH105 (kept whole or not at all; made again if lost, so no fsync)
