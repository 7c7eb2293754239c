"""How long does a file take from text to checked records, and a month that comes on top of many?

python benchmarks/loading.py            1,000,000 rows; 119 months of 10,000 people and one more
python benchmarks/loading.py 100000 24  fewer
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import duckdb
from measuring import least, peak_gb, tell, took

from keepwell.enquiries import Session
from keepwell.made_up import SystemPlan, make_up
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import check_file, load_file

OPTIONS = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
NOW = dt.datetime(2025, 11, 15, tzinfo=dt.UTC)


def one_large_file(rows: int, folder: Path) -> Path:
    """A month of a trust again and again, each time with other people, under another trust's code."""
    source = make_up(SystemPlan.trust_only(people=10_000, months=2), folder / "one").staff_in_post[0]
    with source.open(encoding="utf-8", newline="") as file:
        headings, *month = list(csv.reader(file))
    path = folder / "large.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for i in range(rows):
            again, row = divmod(i, len(month))
            numbers = [f"{again * 10**8 + int(number)}" for number in month[row][:2]]
            writer.writerow([*numbers, *month[row][2:6], f"R{again:02d}", *month[row][7:]])
    return path


def bench_large_file(rows: int, folder: Path) -> None:
    path, parquet = one_large_file(rows, folder), folder / "large.parquet"
    copy = f"COPY (FROM read_csv('{path}')) TO '{parquet}'"
    raw = least(lambda: duckdb.connect().execute(copy))
    workspaces = iter(Workspace(folder / f"large-{i}") for i in range(9))
    loaded = least(lambda: load_file(next(workspaces), path, OPTIONS, now=NOW))
    tell(f"{rows:,} rows of staff in post to checked records", loaded, "DuckDB, CSV to Parquet", raw, most=3)
    named = replace(OPTIONS, format="esr_staff_in_post")
    told = least(lambda: load_file(next(workspaces), path, named, now=NOW))
    tell("  the same, its format named, so that no other looks at it", told, "DuckDB, CSV to Parquet", raw, most=3)
    print(f"  peak memory {peak_gb():.2f} GB; {path.stat().st_size / 1e6:.0f} MB of text")


def ready(workspace: Workspace) -> None:
    """Spells made and kept, so that questions can be asked."""
    with Session(workspace) as session:
        session.staff("esr_staff_in_post")


def bench_one_more_month(months: int, folder: Path) -> None:
    files = make_up(SystemPlan.trust_only(people=10_000, months=months), folder / "months").staff_in_post
    workspace = Workspace(folder / "months-loaded")

    def load(paths: tuple[Path, ...]) -> None:
        for path in paths:
            load_file(workspace, path, OPTIONS, now=NOW)
        ready(workspace)

    most = took(lambda: load(files[:-1]))
    more = took(lambda: load(files[-1:]))
    every = type(most)(most.clock + more.clock, most.cpu + more.cpu)
    tell(f"one month more on {months - 1}, ready to be asked", more, f"all {months}", every, most=1 / 20)
    check = took(lambda: check_file(Workspace(folder / "nowhere"), files[-1], OPTIONS))
    tell("  of which reading the file alone", check)


def main() -> None:
    given = [int(number) for number in sys.argv[1:]]
    rows, months = [*given, *(1_000_000, 120)[len(given) :]]
    with tempfile.TemporaryDirectory() as name:
        bench_large_file(rows, Path(name))
        bench_one_more_month(months, Path(name))


if __name__ == "__main__":
    main()
