"""Can positions that live outside a workspace be counted as they are?

A table of POSITIONS (records/staff.py) in Spark, or a folder of Parquet files with its columns. Nothing is
repaired here: what would be counted wrongly is refused, for whoever keeps the table to put right.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Final

import ibis
import pyarrow as pa

from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.periods import Month
from keepwell.records.staff import ACTIVE, CLASSIFIED, PAUSED, POSITIONS
from keepwell.records.workspace import Load

POSITIONS_TABLE: Final = "positions_table"
"""What the source is called where a table was named instead of loading files."""
FIRST_MONTH, LAST_MONTH = Month.parse("1990-01"), Month.parse("2100-12")
ALWAYS_KNOWN: Final = ("month", "organisation", "person", "state", *CLASSIFIED)
_PATH = re.compile(r"[/\\]|^\.|\.parquet$", re.IGNORECASE)


def positions_table(connection: ibis.BaseBackend, name: str) -> ibis.Table:
    """The positions in a table of the connection, or in a folder of Parquet files (a name with a slash).

    Columns: POSITIONS, others dropped. Raises EnquiryRefused where there is no such table, where a column is
    missing or of another kind, for nulls where there must be a value, for states that are neither active nor
    paused, months that are no Month.index, and more than one row a person, organisation and month.
    """
    rows = _opened(connection, name)
    _refuse_missing_columns(rows, name)
    _refuse_other_types(rows, name)
    rows = rows.select(**{field.name: rows[field.name].cast(_type(field.type)) for field in POSITIONS})
    _refuse_uncountable(rows, name)
    return rows


def load_of(positions: ibis.Table, name: str, now: dt.datetime) -> Load:
    """The table as if it were a load: which organisations and months it tells of, and how many rows."""
    told = positions.aggregate(
        first=positions.month.min(), last=positions.month.max(), rows=positions.count()
    ).to_pyarrow()
    ((first, last, rows),) = zip(*(column.to_pylist() for column in told.columns), strict=True)
    organisations = positions.select("organisation").distinct().to_pyarrow()["organisation"].to_pylist()
    return Load(
        number=0,
        format=POSITIONS_TABLE,
        file=f"{name} ({Month(first)} to {Month(last)})",
        sha256="",
        loaded_at=now.isoformat(timespec="seconds"),
        organisations=tuple(sorted(organisations)),
        first_month=str(Month(first)),
        last_month=str(Month(last)),
        rows_read=rows,
        rows_taken=rows,
        published=False,
        parts={},
    )


def _opened(connection: ibis.BaseBackend, name: str) -> ibis.Table:
    if _PATH.search(name):
        return _folder(connection, name)
    *database, table = name.split(".")
    try:
        return connection.table(table, database=".".join(database) or None)
    except Exception as error:
        raise EnquiryRefused(
            f"There is no table {name} here.",
            found=f"{type(error).__name__} on {connection.name}",
            attempt="--table with its full name, catalog.schema.table, as the session knows it, or the path of a folder",
        ) from None


def _folder(connection: ibis.BaseBackend, name: str) -> ibis.Table:
    try:
        if connection.name == "duckdb" and Path(name).is_dir():
            return connection.read_parquet([str(p) for p in sorted(Path(name).rglob("*.parquet"))])
        return connection.read_parquet(name)
    except Exception as error:
        raise EnquiryRefused(
            f"{name} cannot be read as Parquet.",
            found=f"{type(error).__name__} on {connection.name}",
            attempt="--table with a folder of Parquet files that every worker can reach",
        ) from None


def _refuse_missing_columns(rows: ibis.Table, name: str) -> None:
    missing = [column for column in POSITIONS.names if column not in rows.columns]
    if missing:
        raise EnquiryRefused(
            f"{name} has no column {listed(missing, 20)}.",
            found=listed(list(rows.columns), 40),
            attempt="rename or add it; a field that is not recorded is a column of 'Not known', or of null for "
            "fte, birth_month and started",
        )


def _refuse_other_types(rows: ibis.Table, name: str) -> None:
    for field in POSITIONS:
        found = rows[field.name].type()
        wanted = _type(field.type)
        if not (found.is_null() or _fits(found, wanted)):
            raise EnquiryRefused(
                f"{name} has another kind of value in {field.name}.",
                found=f"{found}",
                attempt=f"cast it to {wanted}",
            )


def _fits(found: ibis.DataType, wanted: ibis.DataType) -> bool:
    if wanted.is_integer():
        return bool(found.is_integer())
    if wanted.is_floating():
        return bool(found.is_numeric())
    return bool(found.is_date() if wanted.is_date() else found.is_string())


def _type(arrow: pa.DataType) -> ibis.DataType:
    return ibis.dtype(arrow)


def _refuse_uncountable(rows: ibis.Table, name: str) -> None:
    """One look at the whole table."""
    people = rows.select("month", "organisation", "person").distinct().count()
    looked = rows.aggregate(
        rows=rows.count(),
        people=people.as_scalar(),
        state=(~rows.state.isin([ACTIVE, PAUSED])).fill_null(True).cast("int64").sum(),
        month=(~rows.month.between(FIRST_MONTH.index, LAST_MONTH.index)).fill_null(True).cast("int64").sum(),
        **{f"no_{column}": rows[column].isnull().cast("int64").sum() for column in ALWAYS_KNOWN},
    )
    (found,) = looked.to_pyarrow().to_pylist()
    if not found["rows"]:
        raise EnquiryRefused(f"{name} is empty.", found="no rows", attempt="--table with the positions in it")
    unknown = [column for column in ALWAYS_KNOWN if found[f"no_{column}"]]
    if unknown:
        raise EnquiryRefused(
            f"{name} has rows without {listed(unknown, 20)}.",
            found=", ".join(f"{counted(found[f'no_{column}'], 'null')} in {column}" for column in unknown[:5]),
            attempt="leave out rows without person, month, organisation or state; in the others write 'Not known'",
        )
    _refuse_unread_cells(name, found)


def _refuse_unread_cells(name: str, found: dict[str, int]) -> None:
    if found["month"]:
        raise EnquiryRefused(
            f"{name} has months that are no months.",
            found=f"{counted(found['month'], 'row')} outside {FIRST_MONTH.index} to {LAST_MONTH.index}",
            attempt="month is year × 12 + month − 1: October 2025 is 24309",
        )
    if found["state"]:
        raise EnquiryRefused(
            f"{name} has states that are neither {ACTIVE} nor {PAUSED}.",
            found=counted(found["state"], "row"),
            attempt=f"{PAUSED} for unpaid leave and career breaks, {ACTIVE} for others in post; leave the rest out",
        )
    if found["people"] != found["rows"]:
        raise EnquiryRefused(
            f"{name} has more than one row for a person, organisation and month.",
            found=f"{counted(found['rows'], 'row')}, {counted(found['people'], 'position')}",
            attempt="put each person's posts in an organisation together, the primary one classifying, FTE summed",
        )
