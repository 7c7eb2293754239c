"""What is opened once when many questions are asked of the same records?"""

from __future__ import annotations

from types import TracebackType

import ibis

from keepwell.errors import WorkspaceRefused
from keepwell.periods import Month
from keepwell.records.counting import StaffRecords
from keepwell.records.leaver_records import leaver_records
from keepwell.records.organisations import places, with_places
from keepwell.records.staff_records import staff_records
from keepwell.records.workspace import Generation, Workspace


class Session:
    """One generation of a workspace, opened for questions. Tables are made once and kept while it is open.

    The newest generation unless a vintage is named. Use it with `with`.
    """

    def __init__(self, workspace: Workspace, vintage: int | None = None) -> None:
        self.workspace = workspace
        self.generation: Generation = workspace.current() if vintage is None else workspace.generation(vintage)
        self.connection: ibis.BaseBackend = ibis.duckdb.connect()
        self._kept: dict[str, ibis.Table] = {}
        self._staff: dict[str, StaffRecords] = {}

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.connection.disconnect()

    def flows(self) -> ibis.Table:
        """Published single-month flows."""
        if "flows" not in self._kept:
            paths = self.workspace.parts_of(self.generation, "flows")
            self._kept["flows"] = self.connection.read_parquet([str(p) for p in paths])
        return self._kept["flows"]

    def staff(self, source: str) -> StaffRecords:
        """The staff records of a source, with the places of their organisations as they stand at the newest month."""
        if source not in self._staff:
            records = staff_records(self.connection, self.workspace, self.generation, source)
            newest = Month(max(records.seen.month.to_pyarrow().to_pylist()))
            known = places(self.workspace, self.generation, newest.last_day)
            spells = self._keep(f"spells_{source}", with_places(records.spells, known))
            self._staff[source] = StaffRecords(spells, self._keep(f"seen_{source}", records.seen))
        return self._staff[source]

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

    def _keep(self, name: str, table: ibis.Table) -> ibis.Table:
        return self.connection.create_table(name, table, temp=True)
