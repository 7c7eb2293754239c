"""What is opened once when many questions are asked of the same records?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from threading import RLock
from types import TracebackType
from typing import TypeVar, cast

import ibis

from keepwell.disclosure import Released
from keepwell.errors import WorkspaceRefused
from keepwell.measures.retirement_share import with_returned
from keepwell.periods import Month
from keepwell.records.absence import absence_records
from keepwell.records.absence_at_hand import AbsenceAtHand
from keepwell.records.age_bands import with_age_bands
from keepwell.records.at_hand import MOST_SPELLS, AtHand, yes
from keepwell.records.counting import StaffRecords
from keepwell.records.engines import DUCKDB, open_engine, ready_to_count
from keepwell.records.equality_groups import with_groups
from keepwell.records.leaver_records import leaver_records
from keepwell.records.leavers_at_hand import LeaversAtHand
from keepwell.records.organisations import places, with_places
from keepwell.records.positions_table import POSITIONS_TABLE, load_of, positions_table
from keepwell.records.recodes import recodes_in, successions_in
from keepwell.records.staff_records import staff_records, staff_records_of
from keepwell.records.workspace import Generation, Load, Workspace

ABOUT_ORGANISATIONS = frozenset({"organisations", "relations", "recodes", "successions"})
"""Canonical tables that hold no people: what a workspace knows of places holds for a table elsewhere too."""

STAFF_OF_LEAVERS = "esr_staff_in_post"
"""The source of the staff that leavers extracts are of."""

T = TypeVar("T")
MOST_REMEMBERED, LONGEST_REMEMBERED = 400, 5000


@dataclass(slots=True)
class Memory:
    """What is in memory of one generation, for all sessions of it. The lock is held while something big is made."""

    staff: dict[str, AtHand | None] = field(default_factory=dict)
    leavers: dict[str, LeaversAtHand | None] = field(default_factory=dict)
    absence: dict[str, AbsenceAtHand | None] = field(default_factory=dict)
    answers: dict[object, Released] = field(default_factory=dict)
    made: dict[object, object] = field(default_factory=dict)
    families: dict[str, object] = field(default_factory=dict)  # protected families, by what was asked for
    lock: AbstractContextManager[bool] = field(default_factory=RLock)


class Session:
    """One generation of a workspace, opened for questions. Tables are made once and kept while it is open.

    The newest generation unless a vintage is named. Counted by `engine`, or over a `connection` that is given
    and stays open. With a `table` (positions in Spark, or in a folder of Parquet files) its people are the only
    ones, and the workspace, if there is one, tells of organisations only. `memory` is shared by sessions of the same
    generation, open in several threads, each with tables of its own. Use it with
    `with`.
    """

    def __init__(
        self,
        workspace: Workspace,
        vintage: int | None = None,
        *,
        engine: str = DUCKDB,
        connection: ibis.BaseBackend | None = None,
        table: str | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.workspace = workspace
        self.generation: Generation = workspace.current() if vintage is None else workspace.generation(vintage)
        self._given = connection
        self.connection: ibis.BaseBackend = open_engine(engine) if connection is None else ready_to_count(connection)
        self._kept: dict[str, ibis.Table] = {}
        self._temporary: list[str] = []
        self._staff: dict[str, StaffRecords] = {}
        self.memory = memory or Memory()
        self.families = self.memory.families
        self._positions: ibis.Table | None = None
        if table is not None:
            try:
                self._take_table(table)
            except BaseException:
                self.close()
                raise

    def _take_table(self, name: str) -> None:
        self._positions = positions_table(self.connection, name)
        load = load_of(self._positions, name, dt.datetime.now(dt.UTC))
        about = tuple(x for x in self.generation.loads if x.parts.keys() <= ABOUT_ORGANISATIONS)
        self.generation = replace(self.generation, loads=(*about, load))

    def remembered(self, enquiry: object, make: Callable[[], Released]) -> Released:
        """An answer that was given already, or a new one. Only the newest are remembered, and no long tables."""
        answers = self.memory.answers
        if (found := answers.get(enquiry)) is not None:
            return found
        made = make()
        if made.table.num_rows <= LONGEST_REMEMBERED and self.connection.name == DUCKDB:
            with self.memory.lock:
                answers[enquiry] = made
                while len(answers) > MOST_REMEMBERED:
                    answers.pop(next(iter(answers)))
        return made

    def made(self, key: object, make: Callable[[], T]) -> T:
        """What was made of the answers before under this key (words, pictures), or made now; the newest are kept."""
        kept = self.memory.made
        if key in kept:
            return cast("T", kept[key])
        new = make()
        with self.memory.lock:
            kept[key] = new
            while len(kept) > MOST_REMEMBERED:
                kept.pop(next(iter(kept)))
        return new

    def vintage_in_words(self, loads: Sequence[Load]) -> str:
        """Which state of the records an answer is of: the generation, or the day on which a table was read."""
        newest = max(load.loaded_at for load in loads)[:10]
        if any(load.format == POSITIONS_TABLE for load in loads):
            return f"as the table was on {newest}"
        return f"{self.generation.number}, newest load {newest}"

    def close(self) -> None:
        """Give back what was opened; a DuckDB connection that was given stays open, without what was kept here."""
        if self.connection is not self._given:
            self.connection.disconnect()
        else:
            self._drop_temporary()

    def _drop_temporary(self) -> None:
        for name in self._temporary:
            self.connection.raw_sql(f'DROP TABLE "{name}"')  # Ibis 12 writes no name with sqlglot 30.30

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def flows(self) -> ibis.Table:
        """Published single-month flows."""
        if "flows" not in self._kept:
            paths = self.workspace.parts_of(self.generation, "flows")
            self._kept["flows"] = self.connection.read_parquet([str(p) for p in paths])
        return self._kept["flows"]

    def staff(self, source: str) -> StaffRecords:
        """The staff records of a source, with the places of their organisations as they stand at the newest month."""
        if source not in self._staff:
            records = self._staff_records(source)
            if (
                self.connection.name == DUCKDB
            ):  # as a table of this connection: Ibis asks its own of what is in no engine
                records = StaffRecords(records.spells, self._keep(f"seen_{source}", records.seen))
            newest = Month(max(records.seen.month.to_pyarrow().to_pylist()))
            known = places(self.workspace, self.generation, newest.last_day)
            spells = self._keep(f"spells_{source}", with_age_bands(with_places(records.spells, known)))
            self._staff[source] = StaffRecords(with_groups(spells), records.seen)
        return self._staff[source]

    def _staff_records(self, source: str) -> StaffRecords:
        if source != POSITIONS_TABLE:
            return staff_records(self.connection, self.workspace, self.generation, source)
        here = self.workspace, self.generation
        return staff_records_of(self._positions, recodes_in(*here), successions_in(*here))

    def at_hand(self, source: str) -> AtHand | None:
        """The staff records of a source in memory; None where another engine counts, or there are too many."""
        with self.memory.lock:
            if source not in self.memory.staff:
                self.memory.staff[source] = self._in_memory(source)
        return self.memory.staff[source]

    def _in_memory(self, source: str) -> AtHand | None:
        if self.connection.name != DUCKDB or source == POSITIONS_TABLE:
            return None
        records = self.staff(source)
        if records.spells.count().to_pyarrow().as_py() > MOST_SPELLS:
            return None
        seen: dict[str, list[int]] = {}
        for row in records.seen.select("organisation", "month").to_pyarrow().to_pylist():
            seen.setdefault(row["organisation"], []).append(row["month"])
        return AtHand(records.spells.to_pyarrow(), seen)

    def leavers(self) -> ibis.Table:
        """Leavers of every extract, with the places of their organisations as they stand at the newest month."""
        if "leavers" not in self._kept:
            loads = self.generation.loads_with("leavers")
            if not loads:
                raise WorkspaceRefused(
                    "No leavers are loaded.", found="no leavers extract", attempt="keepwell load FILE…"
                )
            newest = max(Month.parse(load.last_month) for load in loads)
            known = places(self.workspace, self.generation, newest.last_day)
            every = leaver_records(self.connection, self.workspace, self.generation)
            self._kept["leavers"] = with_groups(self._keep("leavers", with_places(every, known)))
        return self._kept["leavers"]

    def absence_at_hand(self, source: str) -> AbsenceAtHand | None:
        """Days lost and available of a source in memory; None where another engine counts."""
        with self.memory.lock:
            if source not in self.memory.absence:
                self.memory.absence[source] = self._absence_in_memory(source)
        return self.memory.absence[source]

    def _absence_in_memory(self, source: str) -> AbsenceAtHand | None:
        if self.connection.name != DUCKDB:
            return None
        told = absence_records(self.connection, self.workspace, self.generation, source)
        if told.count().to_pyarrow().as_py() > MOST_SPELLS:
            return None
        return AbsenceAtHand(told.to_pyarrow())

    def leavers_at_hand(self) -> LeaversAtHand | None:
        """Leavers of every extract in memory; None where another engine counts, or there are too many."""
        with self.memory.lock:
            if "leavers" not in self.memory.leavers:
                self.memory.leavers["leavers"] = self._leavers_in_memory()
        return self.memory.leavers["leavers"]

    def _leavers_in_memory(self) -> LeaversAtHand | None:
        rows = self.leavers()
        if self.connection.name != DUCKDB or rows.count().to_pyarrow().as_py() > MOST_SPELLS:
            return None
        if not any(load.format == STAFF_OF_LEAVERS for load in self.generation.loads):
            return LeaversAtHand(rows.to_pyarrow(), None)
        told = with_returned(rows, self.staff(STAFF_OF_LEAVERS).spells).to_pyarrow()
        return LeaversAtHand(told, yes(told["returned"]))

    def kept(self, name: str, make: Callable[[], ibis.Table]) -> ibis.Table:
        """A table by its name, made when it is first asked for and kept while this is open."""
        if name not in self._kept:
            self._kept[name] = self._keep(name, make())
        return self._kept[name]

    def _keep(self, name: str, table: ibis.Table) -> ibis.Table:
        self._temporary.append(ibis.util.gen_name(name))
        return self.connection.create_table(self._temporary[-1], table, temp=True)
