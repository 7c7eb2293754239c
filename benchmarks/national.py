"""Does it hold for a nation? Leaver rates of 12 months by organisation, staff group and month, from cold files.

    python benchmarks/national.py              20 million rows, one Parquet file a month
    python benchmarks/national.py whole        1.52 million people over 120 months: 182 million rows, 4 GB of disk
    python benchmarks/national.py FOLDER       the same of a folder with such files

The baseline is DuckDB's own scan of the same columns of the same files. Each is measured in a process of its own,
so that its peak memory is its own. `made_up` is too slow for so many; the people here only have what is counted.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measuring import Took, least, peak_gb, tell

from keepwell.periods import Month, Period
from keepwell.records.counting import windows
from keepwell.records.flows import Grouping
from keepwell.records.flows_of_positions import flows_of_positions
from keepwell.records.staff import CLASSIFIED, NOT_KNOWN, POSITIONS

FIRST = Month.parse("2015-11").index
ORGANISATIONS, GROUPS, UNITS = 250, 8, 40
COLUMNS = ("month", "organisation", "person", "state", "fte", "staff_group")


class People:
    """A number of posts, always filled; each month one in a hundred goes to somebody new."""

    def __init__(self, posts: int) -> None:
        self.rng = np.random.default_rng(1)
        shares = np.random.default_rng(2).dirichlet(np.ones(ORGANISATIONS) * 3)
        self.organisation = np.sort(self.rng.choice(ORGANISATIONS, posts, p=shares))
        self.person = self.hashes(posts)
        self.group, self.unit = self.rng.integers(0, GROUPS, posts), self.rng.integers(0, UNITS, posts)
        self.fte = self.rng.choice([1.0, 0.8, 0.6, 0.5], posts)
        self.paused = self.rng.random(posts) < 0.02

    def hashes(self, many: int) -> np.ndarray:
        digits = self.rng.bytes(16 * many).hex()
        return np.array([digits[32 * i : 32 * i + 32] for i in range(many)])

    def a_month_passes(self) -> None:
        left = np.flatnonzero(self.rng.random(len(self.person)) < 0.01)
        self.person[left] = self.hashes(len(left))
        self.group[left] = self.rng.integers(0, GROUPS, len(left))
        self.fte[left] = self.rng.choice([1.0, 0.8, 0.6, 0.5], len(left))
        moved = np.flatnonzero(self.rng.random(len(self.person)) < 0.004)
        self.unit[moved] = self.rng.integers(0, UNITS, len(moved))
        changed = np.flatnonzero(self.rng.random(len(self.person)) < 0.002)
        self.paused[changed] = ~self.paused[changed]

    def positions(self, month: int) -> pa.Table:
        posts = len(self.person)
        coded = {
            "organisation": (self.organisation, [f"R{i:03d}" for i in range(ORGANISATIONS)]),
            "organisation_name": (self.organisation, [f"Trust {i}" for i in range(ORGANISATIONS)]),
            "state": (self.paused, ["active", "paused"]),
            "staff_group": (self.group, [f"Staff group {i}" for i in range(GROUPS)]),
            "unit": (self.unit, [f"Ward {i}" for i in range(UNITS)]),
        }
        same = dict.fromkeys([name for name in CLASSIFIED if name not in coded], (np.zeros(posts, int), [NOT_KNOWN]))
        columns = {
            name: pa.array(values).take(pa.array(codes.astype(np.int32)))
            for name, (codes, values) in (coded | same).items()
        }
        columns |= {
            "month": pa.array(np.full(posts, month, np.int32)),
            "person": pa.array(self.person),
            "fte": pa.array(self.fte),
        }
        empty = {field.name: pa.nulls(posts, field.type) for field in POSITIONS if field.name not in columns}
        return pa.table({name: (columns | empty)[name] for name in POSITIONS.names}, schema=POSITIONS)


def make(posts: int, months: int, folder: Path) -> None:
    """As a load writes them: one file a month."""
    folder.mkdir(parents=True, exist_ok=True)
    people = People(posts)
    for month in range(FIRST, FIRST + months):
        pq.write_table(people.positions(month), folder / f"positions-{month}.parquet", compression="zstd")
        people.a_month_passes()


def scan(folder: Path) -> Took:
    looked = ", ".join(f"max({column})" for column in COLUMNS)
    return least(lambda: duckdb.connect().execute(f"SELECT {looked} FROM '{folder}/*.parquet'").fetchall())


def rates(folder: Path) -> Took:
    files = sorted(folder.glob("*.parquet"))
    months, first = len(files), pq.read_table(files[0], columns=["month"])["month"][0].as_py()
    periods = windows([Period.ending(Month(first + i), 12) for i in range(12, months)])

    def count() -> None:
        connection = ibis.duckdb.connect()
        positions = connection.read_parquet(f"{folder}/*.parquet")
        flows = flows_of_positions(connection, positions, periods, Grouping(("organisation", "staff_group")))
        rated = flows.mutate(leaver_rate=2 * flows.leavers / (flows.headcount_at_start + flows.headcount_at_end))
        assert rated.to_pyarrow().num_rows
        connection.disconnect()

    return least(count, times=2)


def alone(what: str, folder: Path) -> tuple[Took, float]:
    """Measured in a process of its own."""
    told = subprocess.run([sys.executable, __file__, what, folder], check=True, capture_output=True, text=True).stdout
    clock, cpu, memory = (float(word) for word in told.split())
    return Took(clock, cpu), memory


def bench(folder: Path, most_memory: float) -> None:
    rows = sum(pq.ParquetFile(path).metadata.num_rows for path in folder.glob("*.parquet"))
    (raw, _), (counted, memory) = alone("--scan", folder), alone("--rates", folder)
    tell(f"12-month leaver rates of {rows:,} rows, cold", counted, "DuckDB's scan of the columns", raw, most=5)
    verdict = "met" if memory <= most_memory else "MISSED"
    print(f"  peak memory {memory:.2f} GB | target at most {most_memory} GB: {verdict}", flush=True)


def main() -> None:
    what, *folder = sys.argv[1:] or ["part"]
    if what in ("--scan", "--rates"):
        it = (scan if what == "--scan" else rates)(Path(folder[0]))
        print(it.clock, it.cpu, peak_gb())
    elif what in ("part", "whole"):
        with tempfile.TemporaryDirectory() as name:
            make(*((335_000, 60) if what == "part" else (1_518_482, 120)), Path(name))
            bench(Path(name), 0.5 if what == "part" else 1.5)
    else:
        bench(Path(what), 1.5)


if __name__ == "__main__":
    main()
