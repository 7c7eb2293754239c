"""Which engine does the counting: the one inside the process, or the cluster where the records live?

The definitions are the same on each. What engines do differently is kept here and in records/spark.py, so
that nothing above needs to know.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Final

import ibis

from keepwell.errors import EnquiryRefused

DUCKDB: Final = "duckdb"
SPARK: Final = "spark"
ENGINES: Final = (DUCKDB, SPARK)
_ROOM: Final[dict[str, str]] = {}


def open_engine(name: str = DUCKDB) -> ibis.BaseBackend:
    """A connection to the engine of that name: DuckDB inside the process, or the Spark session there is, or one of its own.

    Raises EnquiryRefused where there is no such engine here.
    """
    if name == DUCKDB:
        return ibis.duckdb.connect(**_ROOM)
    if name == SPARK:
        return _spark().open_spark()
    raise EnquiryRefused(
        "There is no such engine.", found=f"--engine {name[:40]}", attempt=" or ".join(f"--engine {e}" for e in ENGINES)
    )


def stay_within(megabytes: int, beside: Path) -> None:
    """Let every DuckDB connection that this process opens from now on take so much memory, and write what is more to a
    folder. What is there is its own; it goes with the connection.
    """
    _ROOM.update(memory_limit=f"{megabytes}MB", temp_directory=str(beside))


def ready_to_count(connection: ibis.BaseBackend) -> ibis.BaseBackend:
    """A connection that was given, made fit for counting. Ibis's own Spark would change nulls on their way in.

    Raises EnquiryRefused for an engine whose numbers nobody has compared.
    """
    if connection.name == "pyspark":
        return _spark().given_spark(connection)
    if connection.name != DUCKDB:
        raise EnquiryRefused(
            "The numbers have not been compared on this engine.",
            found=f"a connection to {connection.name}",
            attempt="ibis.pyspark.connect(spark), or ibis.duckdb.connect()",
        )
    return connection


def keeps_files(connection: ibis.BaseBackend) -> bool:
    """Whether what was made on the way is kept as files in the workspace: not what a cluster has made."""
    return bool(connection.name == DUCKDB)


def _spark() -> ModuleType:
    try:
        from keepwell.records import spark  # noqa: PLC0415 (only for those who have it)
    except ModuleNotFoundError as missing:
        raise EnquiryRefused(
            "Spark is not installed here.",
            found=f"no module named {missing.name}",
            attempt='pip install "keepwell[spark]", or leave --engine out',
        ) from None
    return spark
