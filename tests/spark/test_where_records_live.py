"""Staff in a Spark table, in a session that is given, or in a folder of Parquet files: the same numbers, or a refusal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import keepwell
import keepwell.records
from keepwell.cli import main
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.records.engines import open_engine, ready_to_count
from keepwell.records.positions_table import positions_table
from keepwell.records.staff import CLASSIFIED, NOT_KNOWN, POSITIONS
from keepwell.records.workspace import Workspace

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
BY = ("organisation", "staff_group")
OCTOBER = Month.parse("2025-10").index


def positions(**changed: list[Any]) -> pa.Table:
    """Two people at two month ends, one of whom is gone at the second; a third who came."""
    columns: dict[str, list[Any]] = {name: [NOT_KNOWN] * 4 for name in CLASSIFIED}
    columns |= {
        "month": [OCTOBER - 1, OCTOBER - 1, OCTOBER, OCTOBER],
        "organisation": ["RX1"] * 4,
        "organisation_name": ["Northmoor"] * 4,
        "person": ["one", "two", "one", "three"],
        "state": ["active"] * 4,
        "fte": [1.0, 0.5, 1.0, None],
        "birth_month": [None] * 4,
        "started": [None] * 4,
    } | changed
    return pa.table({name: pa.array(columns[name]) if name in changed else pa.array(
        columns[name], POSITIONS.field(name).type) for name in POSITIONS.names})  # fmt: skip


def folder_of(table: pa.Table, folder: Path) -> str:
    folder.mkdir()
    pq.write_table(table, folder / "positions.parquet")
    return str(folder)


@pytest.fixture
def parts(everything: Workspace, tmp_path: Path) -> str:
    """The canonical Parquet of a workspace, in a folder by itself."""
    folder = tmp_path / "positions"
    folder.mkdir()
    for path in everything.parts_of(everything.current(), "positions"):
        shutil.copy(path, folder)
    return str(folder)


def test_a_folder_of_canonical_parquet_says_what_the_workspace_says(
    everything: Workspace, on_duckdb: Session, parts: str
) -> None:
    """With its names and mergers, which stay in the workspace."""
    with Session(everything, table=parts) as session:
        from_folder = answer(everything, Enquiry("leavers", by=BY), session)
    from_workspace = answer(everything, Enquiry("leavers", by=BY, source="esr_staff_in_post"), on_duckdb)
    assert from_folder.table.schema == from_workspace.table.schema
    for here, there in zip(from_folder.rows(), from_workspace.rows(), strict=True):
        assert here == {k: pytest.approx(v, rel=1e-9) if isinstance(v, float) else v for k, v in there.items()}
    assert from_folder.definition.source == f"positions_table: {parts} (2024-07 to 2025-10)"
    assert from_folder.definition.vintage.startswith("as the table was on ")


def test_a_table_of_a_session_that_is_given_is_counted_there_and_left_as_it_was(
    spark: Any, everything: Workspace, parts: str, tmp_path: Path
) -> None:
    spark.read.parquet(parts).createOrReplaceTempView("positions")
    before = {table.name for table in spark.catalog.listTables() if "memtable" not in table.name}
    found = keepwell.measure(
        "leaver_rate", workspace=tmp_path / "none", by=BY, table="positions", connection=ibis.pyspark.connect(spark)
    )
    assert {table.name for table in spark.catalog.listTables() if "memtable" not in table.name} == before
    here = keepwell.measure("leaver_rate", workspace=tmp_path / "none", by=BY, table=parts)
    assert found.to_arrow().column_names == here.to_arrow().column_names
    for name in here.to_arrow().column_names:
        one, other = (answered.to_arrow()[name].to_pylist() for answered in (found, here))
        assert one == (pytest.approx(other, rel=1e-9) if isinstance(other[0], float) else other), name
    assert found.definition.source == "positions_table: positions (2024-07 to 2025-10)"
    assert not (tmp_path / "none").exists()


def test_a_table_of_a_catalogue_is_found_by_its_whole_name(spark: Any, tmp_path: Path) -> None:
    spark.sql("CREATE DATABASE IF NOT EXISTS staff")
    spark.createDataFrame(positions().to_pylist(), "".join(schema_in_sql())).write.mode("overwrite").saveAsTable(
        "staff.positions"
    )
    found = keepwell.measure(
        "leavers",
        workspace=tmp_path / "none",
        months=1,
        table="spark_catalog.staff.positions",
        connection=ibis.pyspark.connect(spark),
    )
    (row,) = found.released.rows()
    assert (row["headcount_at_start"], row["leavers"], row["joiners"], row["fte_at_end"]) == (2, 1, 1, 1.0)


def schema_in_sql() -> str:
    kinds = {pa.int32(): "INT", pa.string(): "STRING", pa.float64(): "DOUBLE", pa.date32(): "DATE"}
    return ", ".join(f"{field.name} {kinds[field.type]}" for field in POSITIONS)


def test_the_numbers_do_not_depend_on_how_spark_reads_sql(
    spark: Any, everything: Workspace, on_duckdb: Session
) -> None:
    """Spark 3, and many clusters, run without ANSI rules."""
    enquiry = Enquiry("records_complete", by=BY, source="esr_staff_in_post")
    spark.conf.set("spark.sql.ansi.enabled", "false")
    try:
        with Session(everything, engine="spark") as session:
            assert answer(everything, enquiry, session).rows() == answer(everything, enquiry, on_duckdb).rows()
    finally:
        spark.conf.set("spark.sql.ansi.enabled", "true")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


@pytest.mark.usefixtures("spark")
def test_the_command_line_says_the_same_with_either_engine(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = folder_of(positions(), tmp_path / "positions")
    command = ("--workspace", str(tmp_path / "none"), "measure", "leavers", "--months", "1", "--format", "csv")
    here = run(capsys, *command, "--table", folder)
    assert here[0] == 0
    assert run(capsys, *command, "--table", folder, "--engine", "spark") == here


def test_what_is_handed_over_is_made_from_the_workspace(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = run(capsys, "measure", "leavers", "--table", str(tmp_path), "--release", "board")
    assert (status, out) == (2, "")
    assert "Only what is in the workspace can be handed over" in err


def missing(name: str) -> Callable[[], pa.Table]:
    return lambda: positions().drop_columns([name])


REFUSED: dict[str, tuple[Callable[[], pa.Table], str]] = {
    "a missing column": (missing("band"), "has no column band"),
    "a missing key": (missing("person"), "has no column person"),
    "months as text": (lambda: positions(month=["2025-09"] * 4), "another kind of value in month"),
    "days as text": (lambda: positions(started=["01/04/2020"] * 4), "another kind of value in started"),
    "months as year and month": (lambda: positions(month=[202509] * 4), "months that are no months"),
    "a person without a number": (lambda: positions(person=["one", None, "one", "two"]), "rows without person"),
    "an empty classification": (lambda: positions(band=["Band 5", None, None, "Band 6"]), "rows without band"),
    "states in words of their own": (lambda: positions(state=["Active Assignment"] * 4), "neither active nor paused"),
    "a row for each post": (lambda: positions(person=["one", "one", "one", "two"]), "more than one row for a person"),
    "nothing": (lambda: positions().slice(0, 0), "is empty"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_table_that_would_be_counted_wrongly_is_refused(why: str, tmp_path: Path) -> None:
    table, words = REFUSED[why]
    with pytest.raises(EnquiryRefused) as refused:
        positions_table(ibis.duckdb.connect(), folder_of(table(), tmp_path / "positions"))
    lines = str(refused.value).splitlines()
    assert words in lines[0]
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["Found", "Try"]
    assert not any(name in str(refused.value) for name in ("'one'", "'two'"))


def test_it_is_refused_on_spark_too(spark: Any, tmp_path: Path) -> None:
    duplicated = folder_of(positions(person=["one", "one", "one", "two"]), tmp_path / "positions")
    with (
        pytest.raises(EnquiryRefused, match="more than one row"),
        Session(Workspace("none"), engine="spark", table=duplicated),
    ):
        pass
    assert spark.sql("SELECT 1").collect()[0][0] == 1


def test_other_widths_of_numbers_are_taken(tmp_path: Path) -> None:
    wide = positions().set_column(0, "month", pc.cast(positions()["month"], pa.int64()))
    rows = positions_table(ibis.duckdb.connect(), folder_of(wide.append_column("extra", pa.nulls(4)), tmp_path / "p"))
    assert ibis.schema(POSITIONS) == rows.schema()
    assert rows.count().to_pyarrow().as_py() == 4


@pytest.mark.parametrize("name", ["no_such_table", "no.such.table", "./no such folder"])
def test_a_table_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(EnquiryRefused), Session(Workspace("none"), table=name):
        pass


def test_a_given_duckdb_stays_open_and_as_it_was(tmp_path: Path) -> None:
    connection = ibis.duckdb.connect()
    connection.read_parquet(folder_of(positions(), tmp_path / "positions") + "/*.parquet", table_name="positions")
    for _ in range(2):
        keepwell.measure("leavers", workspace=tmp_path / "none", months=1, table="positions", connection=connection)
    left = {name for (name,) in connection.raw_sql("SHOW TABLES").fetchall()}
    assert not any("spells" in name for name in left)  # what the kernel made of them is temporary, and small
    assert "positions" in left


def test_engines_that_nobody_compared_are_refused() -> None:
    for refused in (lambda: open_engine("abacus"), lambda: ready_to_count(types.SimpleNamespace(name="sqlite"))):
        with pytest.raises(EnquiryRefused):
            refused()


def test_without_spark_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keepwell.records.spark", raising=False)
    monkeypatch.delattr(keepwell.records, "spark", raising=False)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "ibis.backends.pyspark", None)
    with pytest.raises(EnquiryRefused, match="Spark is not installed here"):
        open_engine("spark")


def test_without_java_it_is_said_what_to_install(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed: requirements/spark.txt")
    command = [sys.executable, "-m", "keepwell.cli", "measure", "leavers", "--engine", "spark"]
    code = "from keepwell.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command[3:]],
        env={**os.environ, "JAVA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Spark does not start here." in done.stderr
    assert "Traceback" not in done.stderr
