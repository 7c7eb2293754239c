"""What is opened once when many questions are asked of the same records?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType

import ibis

from keepwell.errors import WorkspaceRefused
from keepwell.periods import Month
from keepwell.records.counting import StaffRecords
from keepwell.records.engines import DUCKDB, open_engine, ready_to_count
from keepwell.records.leaver_records import leaver_records
from keepwell.records.organisations import places, with_places
from keepwell.records.positions_table import POSITIONS_TABLE, load_of, positions_table
from keepwell.records.recodes import recodes_in, successions_in
from keepwell.records.staff_records import staff_records, staff_records_of
from keepwell.records.workspace import Generation, Load, Workspace

ABOUT_ORGANISATIONS = frozenset({"organisations", "relations", "recodes", "successions"})
"""Canonical tables that hold no people: what a workspace knows of places holds for a table elsewhere too."""


class Session:
    """One generation of a workspace, opened for questions. Tables are made once and kept while it is open.

    The newest generation unless a vintage is named. Counted by `engine`, or over a `connection` that is given
    and stays open. With a `table` (positions in Spark, or in a folder of Parquet files) its people are the only
    ones, and the workspace, if there is one, tells of organisations only. Use it with `with`.
    """

    def __init__(
        self,
        workspace: Workspace,
        vintage: int | None = None,
        *,
        engine: str = DUCKDB,
        connection: ibis.BaseBackend | None = None,
        table: str | None = None,
    ) -> None:
        self.workspace = workspace
        self.generation: Generation = workspace.current() if vintage is None else workspace.generation(vintage)
        self._given = connection
        self.connection: ibis.BaseBackend = open_engine(engine) if connection is None else ready_to_count(connection)
        self._kept: dict[str, ibis.Table] = {}
        self._temporary: list[str] = []
        self._staff: dict[str, StaffRecords] = {}
        self.families: dict[str, object] = {}  # protected families, by what was asked for
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
            newest = Month(max(records.seen.month.to_pyarrow().to_pylist()))
            known = places(self.workspace, self.generation, newest.last_day)
            spells = self._keep(f"spells_{source}", with_places(records.spells, known))
            self._staff[source] = StaffRecords(spells, records.seen)
        return self._staff[source]

    def _staff_records(self, source: str) -> StaffRecords:
        if source != POSITIONS_TABLE:
            return staff_records(self.connection, self.workspace, self.generation, source)
        here = self.workspace, self.generation
        return staff_records_of(self._positions, recodes_in(*here), successions_in(*here))

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
            self._kept["leavers"] = self._keep("leavers", with_places(every, known))
        return self._kept["leavers"]

    def kept(self, name: str, make: Callable[[], ibis.Table]) -> ibis.Table:
        """A table by its name, made when it is first asked for and kept while this is open."""
        if name not in self._kept:
            self._kept[name] = self._keep(name, make())
        return self._kept[name]

    def _keep(self, name: str, table: ibis.Table) -> ibis.Table:
        self._temporary.append(ibis.util.gen_name(name))
        return self.connection.create_table(self._temporary[-1], table, temp=True)
