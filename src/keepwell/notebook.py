"""The door for notebooks: load files and ask questions, in and out of pandas, Polars or Arrow.

import keepwell

keepwell.load(["staff_2025-09.csv", "staff_2025-10.csv"], workspace="ours", organisation="RXX")
rates = keepwell.measure("leaver_rate", workspace="ours", by=["staff_group"], months=12)
rates.definition.words
rates.to_pandas()
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.disclosure import Definition, Released
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.periods import Month
from keepwell.records.workspace import Load, Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

DEFAULT_WORKSPACE = "keepwell-workspace"


@dataclass(frozen=True, slots=True)
class Answer:
    """A Released table for a notebook. Show it, or take it on as pandas, Polars or Arrow."""

    released: Released

    @property
    def definition(self) -> Definition:
        return self.released.definition

    @property
    def notes(self) -> tuple[str, ...]:
        return self.released.notes

    def to_arrow(self) -> pa.Table:
        return self.released.table

    def to_pandas(self) -> Any:
        return self.released.table.to_pandas()

    def to_polars(self) -> Any:
        import polars  # noqa: PLC0415 (only for those who have it)

        return polars.from_arrow(self.released.table)

    def _repr_html_(self) -> str:
        d = self.definition
        table: str = self.to_pandas().to_html(index=False, na_rep="")
        return f"{table}<p>{d.label}: {d.words}<br>{self.released.policy.mark}</p>"


def load(files: Any, *, workspace: str | Path = DEFAULT_WORKSPACE, name: str = "table", **options: Any) -> list[Load]:
    """Load files, or one data frame (pandas, Polars or Arrow), as `keepwell load` does.

    Options: columns (field -> heading), month ("2025-10"), organisation, leave_out, day_first, accept,
    format. `name` is what a data frame is called in the list of loads. Raises KeepwellError for the first
    file that is refused; files before it are in.
    """
    taken = _options(options)
    place = Workspace(workspace)
    now = dt.datetime.now(dt.UTC)
    if isinstance(files, (str, Path)):
        files = [files]
    if not _is_frame(files):
        return [load_file(place, Path(file), taken, now=now) for file in files]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.csv"
        nw.from_native(files, eager_only=True).write_csv(str(path))
        return [load_file(place, path, taken, now=now)]


def measure(
    name: str,
    *,
    workspace: str | Path = DEFAULT_WORKSPACE,
    by: Sequence[str] = (),
    where: Mapping[str, str | Sequence[str]] | None = None,
    end: str | None = None,
    connection: Any = None,
    table: str | None = None,
    **choices: Any,
) -> Answer:
    """Answer one question, as `keepwell measure` does: months, course, method, basis, leaving, source, policy, vintage.

    Over a connection that is given, such as ibis.pyspark.connect(spark), it is counted there, and the session stays
    open. With `table` the staff are those of a table of positions, or of a folder of Parquet files with its columns.
    Raises KeepwellError where the data loaded cannot answer honestly.
    """
    kept = tuple((k, (v,) if isinstance(v, str) else tuple(v)) for k, v in (where or {}).items())
    enquiry = Enquiry(name, by=tuple(by), where=kept, end=Month.parse(end) if end else None, **choices)
    with Session(Workspace(workspace), enquiry.vintage, connection=connection, table=table) as session:
        return Answer(answer(session.workspace, enquiry, session))


def _is_frame(files: object) -> bool:
    return hasattr(files, "__arrow_c_stream__") or hasattr(files, "columns")


def _options(given: dict[str, Any]) -> ReadOptions:
    sets = ("leave_out", "accept")
    changed: dict[str, Any] = {k: frozenset(v) if k in sets else v for k, v in given.items()}
    if isinstance(changed.get("month"), str):
        changed["month"] = Month.parse(changed["month"])
    changed.setdefault("today", dt.datetime.now(dt.UTC).date())
    return ReadOptions(**changed)
