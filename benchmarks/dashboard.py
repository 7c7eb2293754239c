"""How long does a page of "How are we doing" take, of a trust of 10,000 people and of a system of 100,000?

    python benchmarks/dashboard.py                 both, in a cache folder of its own, made once
    python benchmarks/dashboard.py trust           one of them
    python benchmarks/dashboard.py parts           where the time of a page goes, by section
    KEEPWELL_BENCH=/a/folder python benchmarks/dashboard.py     the cache folder

The figures are of the engine alone: sections made, no web. Eight users ask at once, of two processes; each page asks
with a filter that nobody asked before, unless it says warm.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from multiprocessing import Queue, get_context
from pathlib import Path

import scipy.stats  # noqa: F401 (a web process has loaded it before anybody asks)

from keepwell.enquiries import Enquiry, Session
from keepwell.enquiries.kept_open import KeptOpen
from keepwell.errors import EnquiryRefused
from keepwell.made_up import SystemPlan, make_up
from keepwell.made_up.absence_and_posts import absence_and_posts
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.reports.dashboard import SECTIONS, dashboard
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

PLANS = {
    "trust": SystemPlan.trust_only(people=10_000, months=49),
    "system": SystemPlan(people=100_000, months=49, organisations=("acute", "mental_health", "community")),
}

SOURCE = "esr_staff_in_post"
FIELDS = ("staff_group", "band", "sex", "age_band", "contract", "full_or_part_time", "unit")
USERS, PROCESSES, PAGES = 8, 2, 12
Where = tuple[tuple[str, tuple[str, ...]], ...]


def cache() -> Path:
    named = os.environ.get("KEEPWELL_BENCH")
    return Path(named) if named else Path(tempfile.gettempdir()) / "keepwell-bench-dashboard"


def workspace_of(name: str) -> Workspace:
    """The workspace of a plan, made where it is not there yet."""
    folder = cache() / name
    if not (folder / "made").is_file():
        began = time.perf_counter()
        _make(PLANS[name], folder)
        (folder / "made").touch()
        print(f"{name}: made and loaded in {time.perf_counter() - began:.0f} s")
    return Workspace(folder / "workspace")


def _make(plan: SystemPlan, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as files:
        made = make_up(plan, Path(files) / "files")
        also = absence_and_posts(made)
        options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
        workspace = Workspace(folder / "workspace")
        for path in (*made.staff_in_post, *made.leavers, *also.absence, *also.establishment):
            load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))


def filters(workspace: Workspace) -> list[Where]:
    """Filters that differ, so that each is asked once: one or two values of the fields that people choose by."""
    with Session(workspace) as session:
        hand = session.at_hand(SOURCE)
        assert hand is not None
        values = {name: [v for v in hand.values[name] if v] for name in FIELDS}
    ones = [((name, (value,)),) for name, those in values.items() for value in those]
    twos = [(*a, *b) for a, b in combinations(ones, 2) if a[0][0] != b[0][0]]
    random.Random(1).shuffle(twos)
    return [*ones, *twos]


def page(kept: KeptOpen, folder: Path, where: Where) -> None:
    with kept.session(folder) as session:
        dashboard(session, Enquiry("leaver_rate", where=where, source=SOURCE), "the trust")


def worker(folder: Path, lots: list[list[Where]], began: float, told: Queue[list[tuple[float, float]]]) -> None:
    """One web process: its threads ask page after page. Tells seconds and cpu seconds of each."""
    kept = KeptOpen()
    while time.time() < began:
        time.sleep(0.01)

    def user(wheres: list[Where]) -> list[tuple[float, float]]:
        took = []
        for where in wheres:
            start, cpu = time.perf_counter(), time.thread_time()
            with suppress(EnquiryRefused):  # nobody in post with both values
                page(kept, folder, where)
            took.append((time.perf_counter() - start, time.thread_time() - cpu))
        return took

    with ThreadPoolExecutor(len(lots)) as pool:
        told.put([x for took in pool.map(user, lots) for x in took])


def users_at_once(folder: Path, wheres: list[Where], first: Where | None = None) -> list[tuple[float, float]]:
    """Eight users in two processes, each with its share of the pages. `first` is asked by each process before, untimed."""
    told: Queue[list[tuple[float, float]]] = get_context("spawn").Queue()
    lots = [wheres[i::USERS] for i in range(USERS)]
    if first is not None:
        lots = [[first, *lot] for lot in lots]
    began = time.time() + 6
    processes = [
        get_context("spawn").Process(target=worker, args=(folder, lots[i::PROCESSES], began, told))
        for i in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    took = [told.get(timeout=600) for _ in processes]
    for process in processes:
        process.join()
    per_user = len(lots[0])
    skip = 0 if first is None else 1
    return [x for those in took for i, x in enumerate(those) if i % per_user >= skip]


def tell(claim: str, took: list[tuple[float, float]]) -> None:
    seconds, cpu = (sorted(x[i] for x in took) for i in (0, 1))
    at = int(0.95 * (len(seconds) - 1))
    print(
        f"{claim:62} p50 {statistics.median(seconds):6.3f} s  p95 {seconds[at]:6.3f} s  "
        f"cpu of a page {statistics.median(cpu):6.3f} s  pages {len(took)}",
        flush=True,
    )


def bench(name: str) -> None:
    workspace = workspace_of(name)
    people = PLANS[name].people
    new = filters(workspace)
    lots = USERS * PAGES
    tell(f"{people:,} people, first page after a load, 8 at once", users_at_once(workspace.folder, [()] * USERS))
    tell(f"{people:,} people, the same page, warm", users_at_once(workspace.folder, [()] * lots, first=()))
    tell(f"{people:,} people, filters never asked before", users_at_once(workspace.folder, new[:lots], first=()))


def parts(name: str) -> None:
    """Where the time of a page goes, alone: each part with a filter of its own."""
    workspace = workspace_of(name)
    with Session(workspace) as session:
        base = Enquiry("leaver_rate", source=SOURCE)
        dashboard(session, base, "the trust")
        for key, where in zip(SECTIONS, filters(workspace), strict=False):
            began = time.process_time()
            dashboard(session, replace(base, where=where), "the trust", (key,))
            print(f"{name:8} {key:12} {time.process_time() - began:6.3f} s of cpu")


def main() -> None:
    chosen = sys.argv[1:] or list(PLANS)
    if "parts" in chosen:
        for name in PLANS:
            parts(name)
        return
    for name in chosen:
        bench(name)


if __name__ == "__main__":
    main()
