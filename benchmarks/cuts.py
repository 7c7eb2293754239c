"""How long does another question take, once the records are loaded?

    python benchmarks/cuts.py          a trust of 10,000 with 60 months
    python benchmarks/cuts.py FOLDER   the positions of a nation, as benchmarks/national.py makes them

Other groups, another window, one organisation: each asked of an open session, the answer on screen or in the report.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

import ibis
import pyarrow.parquet as pq
from measuring import least, peak_gb, tell, took

from keepwell.enquiries import Enquiry, Session, answer
from keepwell.made_up import SystemPlan, make_up
from keepwell.periods import Month, Period
from keepwell.records.counting import StaffRecords, windows
from keepwell.records.flows import Grouping
from keepwell.records.kept_spells import kept_spells
from keepwell.records.kernels import snapshot_flows_fast
from keepwell.records.keys import PersonKey
from keepwell.records.spells import seen_table
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

CUTS = {
    "by unit": Enquiry("leaver_rate", by=("unit",)),
    "by staff group and band": Enquiry("leaver_rate", by=("staff_group", "band")),
    "another window": Enquiry("leaver_rate", months=6, end=Month.parse("2024-03")),
    "one staff group by unit": Enquiry(
        "leaver_rate", by=("unit",), where=(("staff_group", ("Allied Health Professionals",)),)
    ),
    "12 months of them": Enquiry("leaver_rate", by=("staff_group",), course=12),
}


def bench_trust(folder: Path) -> None:
    workspace = Workspace(folder / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    for path in make_up(SystemPlan.trust_only(people=10_000, months=60), folder / "files").staff_in_post:
        load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    with Session(workspace) as session:
        tell("trust of 10,000: first question", took(lambda: answer(workspace, Enquiry("leaver_rate"), session)))
        for cut, enquiry in CUTS.items():
            it = least(lambda enquiry=enquiry: answer(workspace, enquiry, session))  # type: ignore[misc]
            tell(f"trust of 10,000: {cut}", it, most=0.1)


def bench_nation(folder: Path) -> None:
    """Spells are made as for a workspace, into a folder of their own, and opened as a session opens them."""
    parts = sorted(folder.glob("*.parquet"))
    connection = ibis.duckdb.connect()
    with tempfile.TemporaryDirectory(dir=folder) as derived:

        def make() -> tuple[ibis.Table, dict[str, list[int]]]:
            return kept_spells(connection, Path(derived), parts, [], [], lambda positions: positions)

        tell(f"nation, {len(parts)} months: spells made", took(make))
        spells, seen = make()
        opened = []
        tell("  opened", took(lambda: opened.append(connection.create_table("spells", spells, temp=True))))
        records = StaffRecords(opened[0], connection.create_table("seen", seen_table(seen), temp=True))
    last = pq.read_table(parts[-1], columns=["month"])["month"][0].as_py()
    ask_nation(connection, records, last)
    print(f"  peak memory {peak_gb():.2f} GB")


def ask_nation(connection: ibis.BaseBackend, records: StaffRecords, last: int) -> None:
    for cut, (grouping, months, end) in {
        "by unit": (Grouping(("unit",)), 12, last),
        "by organisation and staff group": (Grouping(("organisation", "staff_group")), 12, last),
        "another window": (Grouping(), 6, last - 20),
        "one organisation by unit": (Grouping(("unit",), (("organisation", ("R007",)),)), 12, last),
    }.items():
        periods = windows([Period.ending(Month(end), months)])

        def ask(grouping: Grouping = grouping, periods: ibis.Table = periods) -> None:
            snapshot_flows_fast(connection, records, periods, grouping).to_pyarrow()

        tell(f"nation: {cut}", least(ask), most=1)


def main() -> None:
    if sys.argv[1:]:
        bench_nation(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as name:
        bench_trust(Path(name))


if __name__ == "__main__":
    main()
