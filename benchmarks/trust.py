"""How long does a trust wait: its files loaded, the report written, many rates at once?

python benchmarks/trust.py        all claims
python benchmarks/trust.py load   one of them
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ibis
import pandas as pd

from keepwell.enquiries import Enquiry, Session, answer
from keepwell.made_up import MadeUp, SystemPlan, make_up
from keepwell.periods import Month, Period
from keepwell.records.counting import snapshot_flows, windows
from keepwell.records.flows import Grouping
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.reports.html import as_html
from keepwell.reports.overview import overview
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

PEOPLE, MONTHS = 10_000, 60


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Median seconds of so many runs."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def tell(claim: str, seconds: float, baseline: str = "", against: float = 0.0) -> None:
    beside = f"   {baseline} {against:.2f} s   ratio {seconds / against:.2f}" if against else ""
    print(f"{claim:58} {seconds:7.2f} s{beside}")


def load_all(made: MadeUp, folder: Path) -> Workspace:
    workspace = Workspace(folder)
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    for path in (*made.staff_in_post, *made.leavers):
        load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    return workspace


def bench_load_and_report(made: MadeUp, folder: Path) -> Workspace:
    """A trust of 10,000 people with 60 months of extracts, loaded and reported: promised within a minute."""
    read = timed(lambda: [pd.read_csv(p, dtype=str) for p in made.staff_in_post])
    seconds = timed(lambda: load_all(made, folder / "workspace"))
    tell(f"load {MONTHS} months of {PEOPLE:,} people", seconds, "pandas.read_csv of the same files", read)
    workspace = Workspace(folder / "workspace")
    cold = timed(lambda: as_html(overview(workspace, organisation=None, source=None, end=None)))
    warm = timed(lambda: as_html(overview(workspace, organisation=None, source=None, end=None)))
    tell("report, spells not yet made (cold)", cold)
    tell("report, spells kept (warm)", warm, "cold", cold)
    tell("load and report together (promised: 60 s)", seconds + cold)
    return workspace


def bench_rates(workspace: Workspace, made: MadeUp) -> None:
    """The leaver rate of every team, over 12 months, month by month for four years."""
    enquiry = Enquiry("leaver_rate", by=("unit",), course=48)
    with Session(workspace) as session:
        first = timed(lambda: answer(workspace, enquiry, session))
        again = timed(lambda: answer(workspace, enquiry, session), 3)
    frames = [pd.read_csv(p, dtype=str) for p in made.staff_in_post]
    by_pandas = timed(lambda: pandas_rates(frames))
    tell("48 rolling leaver rates of every team, first time", first, "pandas, merges, files in memory", by_pandas)
    tell("the same, session open", again, "pandas, merges, files in memory", by_pandas)


def bench_portable(workspace: Workspace) -> None:
    """The portable definition beside the fast road to the same flows."""
    try:
        from keepwell.records.kernels import snapshot_flows_fast
    except ImportError:
        print("no fast road is kept: the portable definition is the only one")
        return
    with Session(workspace) as session:
        records = session.staff("esr_staff_in_post")
        last = max(records.seen.month.to_pyarrow().to_pylist())
        periods = [Period.ending(Month(last - i), 12) for i in range(48)]
        by = Grouping(("unit",))
        slow = timed(lambda: snapshot_flows(records, windows(periods), by).to_pyarrow(), 3)
        fast = timed(lambda: _run(snapshot_flows_fast(session.connection, records, windows(periods), by)), 3)
    tell("snapshot flows, DuckDB kernel", fast, "portable Ibis", slow)


def _run(table: object) -> object:
    return table.to_pyarrow() if isinstance(table, ibis.Table) else table


def pandas_rates(frames: list[pd.DataFrame]) -> list[pd.Series]:
    """What an analyst would write: active people of each month, merged with those of twelve months later."""
    active = [
        f[
            (f["Assignment Status"] == "Active Assignment")
            & (f["Assignment Category"] != "Bank")
            & (f["Primary"] == "Yes")
        ]
        for f in frames
    ]
    rates = []
    for start, end in zip(active[:-12], active[12:], strict=True):
        left = start[~start["Unique NHS Identifier"].isin(end["Unique NHS Identifier"])]
        counts = [x.groupby("Organisation")["Unique NHS Identifier"].nunique() for x in (left, start, end)]
        rates.append(counts[0] / ((counts[1] + counts[2]) / 2))
    return rates


def main() -> None:
    chosen = set(sys.argv[1:]) or {"load", "rates", "portable"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = SystemPlan.trust_only(people=PEOPLE, months=MONTHS)
        tell("make up the files", timed(lambda: make_up(plan, folder / "files")))
        made = make_up(plan, folder / "again")
        workspace = bench_load_and_report(made, folder) if "load" in chosen else load_all(made, folder / "workspace")
        if "rates" in chosen:
            bench_rates(workspace, made)
        if "portable" in chosen:
            bench_portable(workspace)


if __name__ == "__main__":
    main()
