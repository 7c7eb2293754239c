"""What must be done for Spark that DuckDB does by itself?

Ibis hands Spark its tables in memory through pandas, where a text that is missing becomes the word "NaN", and a
column of whole numbers with one missing becomes missing throughout. Here rows go in and come out as rows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from pyspark import SparkConf
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from keepwell.errors import EnquiryRefused

ALONE: Mapping[str, str] = {
    "spark.master": "local[*]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
}
"""Settings of a session on this machine alone, where none are given: nothing listens to the outside."""


FIRST_WITH_ARROW = "4"
"""From this Spark on a table in memory goes in as it is, nulls as nulls, and no Python is started for its rows."""


class Spark(Backend):  # type: ignore[misc]
    """Ibis's Spark, with rows as rows, many files as one table, and temporary tables.

    `disconnect` takes back what was kept; it stops the session only where it was started here.
    """

    started_here = False

    def _register_in_memory_table(self, op: Any) -> None:
        table, schema = op.data.to_pyarrow(op.schema), PySparkSchema.from_ibis(op.schema)
        if self._session.version >= FIRST_WITH_ARROW:
            frame = self._session.createDataFrame(table, schema)
        else:
            rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
            frame = self._session.createDataFrame(rows, schema)
        frame.createOrReplaceTempView(op.name)

    def to_pyarrow(
        self, expr: ibis.Expr, /, *, params: Any = None, limit: int | str | None = None, **kwargs: Any
    ) -> Any:
        table = expr.as_table()
        self._run_pre_execute_hooks(table)
        rows = self._session.sql(self.compile(table, params=params, limit=limit, **kwargs)).collect()
        schema = table.schema().to_pyarrow()
        columns = [pa.array([row[i] for row in rows], field.type) for i, field in enumerate(schema)]
        return expr.__pyarrow_result__(pa.table(columns, schema=schema))

    def read_parquet(
        self,
        path: str | Path | Sequence[str | Path],
        /,
        *,
        table_name: str | None = None,
        union_by_name: bool = False,
        **kwargs: Any,
    ) -> ibis.Table:
        paths = [path] if isinstance(path, str | Path) else path
        frame = self._session.read.parquet(*map(str, paths), mergeSchema=union_by_name, **kwargs)
        return self._view(frame, table_name or ibis.util.gen_name("read_parquet"))

    def create_table(self, name: str, /, obj: Any = None, *, temp: bool | None = None, **kwargs: Any) -> ibis.Table:
        """Kept while this is open; without Spark's own tables, which would outlive it."""
        if not temp:
            return super().create_table(name, obj, temp=temp, **kwargs)
        self._run_pre_execute_hooks(obj)
        frame = self._session.sql(self.compile(obj))
        with suppress(PySparkException):  # serverless sessions keep nothing: then it is made again each time
            frame = frame.persist()
        return self._view(frame, name)

    def _view(self, frame: DataFrame, name: str) -> ibis.Table:
        frame.createOrReplaceTempView(name)
        self._cached_dataframes[name] = frame
        return self.table(name)

    def disconnect(self) -> None:
        for name, frame in self._cached_dataframes.items():
            self._session.catalog.dropTempView(name)
            with suppress(PySparkException):
                frame.unpersist()
        self._cached_dataframes.clear()
        if self.started_here:
            self._session.stop()


def given_spark(connection: ibis.BaseBackend) -> Spark:
    """The session of an Ibis connection, which stays open when we are done with it."""
    return _connected(connection._session)


def _connected(session: SparkSession) -> Spark:
    Spark.register_options()  # as Ibis does when its own Spark is first asked for
    return Spark().connect(session)  # type: ignore[no-any-return]


def open_spark() -> Spark:
    """The session that is active (in a notebook, or a job), or a new one.

    A new one takes what spark-submit or spark-defaults.conf say, and is of this machine alone where they say
    nothing. Raises EnquiryRefused where Spark does not start.
    """
    there = SparkSession.getActiveSession()
    if there is not None:
        return _connected(there)
    settings = SparkConf()
    alone = settings.get("spark.master") is None and "SPARK_REMOTE" not in os.environ
    if alone:
        settings.setAll([(k, v) for k, v in ALONE.items() if settings.get(k) is None])
    try:
        session = SparkSession.builder.appName("keepwell").config(conf=settings).getOrCreate()
    except PySparkException as error:
        raise EnquiryRefused(
            "Spark does not start here.",
            found=f"{error.getCondition() or type(error).__name__}; usually no Java, or one that Spark does not know",
            attempt="install Java 17 or 21 and set JAVA_HOME, or leave --engine out",
        ) from None
    if alone:
        session.sparkContext.setLogLevel("ERROR")
    connection = _connected(session)
    connection.started_here = True
    return connection
