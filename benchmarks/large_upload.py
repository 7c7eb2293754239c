"""How much memory does it take to load a file of a gigabyte, apart from whoever asked?

python benchmarks/large_upload.py            1,000 MB of staff in post; the turnover of many months; a workbook
python benchmarks/large_upload.py 200        fewer MB of staff in post

The worker that asks and the process that reads are watched together, twenty times a second. The national turnover file
is not ours to keep: name it with KEEPWELL_TURNOVER_FILE, or that part is left out.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from keepwell.errors import KeepwellError
from keepwell.made_up import SystemPlan, make_up
from keepwell.records.keys import PersonKey
from keepwell.sources import ReadOptions
from keepwell.sources.apart import MEGABYTE, MEMORY, load_apart
from keepwell.sources.apart_limits import memory_of

OPTIONS = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2026, 1, 15), accept=frozenset({"month-missing"}))
NOW = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
TARGET = 512


def staff_in_post(megabytes: int, folder: Path) -> Path:
    """Month after month of a trust of 60,000, in one file, each with its row of headings."""
    months = max(2, megabytes // 25)
    path, written = folder / "staff.csv", 0
    with path.open("wb") as file:
        for month in make_up(SystemPlan.trust_only(people=60_000, months=months), folder / "made").staff_in_post:
            if written < megabytes * MEGABYTE:
                written += file.write(month.read_bytes())
            month.unlink()
    return path


def turnover(months: int, source: Path, folder: Path) -> Path:
    """The national file again and again, as of one month earlier each time."""
    head, body = source.read_bytes().split(b"\n", 1)
    path = folder / "turnover.csv"
    with path.open("wb") as file:
        file.write(head + b"\n")
        for i in range(months):
            (y, m), (next_y, next_m) = divmod(2025 * 12 + 8 - i, 12), divmod(2025 * 12 + 9 - i, 12)
            period = b"%04d%02d to %04d%02d" % (y, m + 1, next_y, next_m + 1)
            file.write(body.replace(b"202509 to 202510", period))
    return path


def workbook(rows: int, folder: Path) -> Path:
    """A month of staff in post as an XLSX."""
    source = make_up(SystemPlan.trust_only(people=rows, months=2), folder / f"book-{rows}").staff_in_post[0]
    path = folder / "staff.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for i, line in enumerate(source.read_text("utf-8").splitlines()):
            sheet.write_row(i, 0, line.split(","))
    return path


class Watched:
    """The most that this process and its children ever held, in bytes."""

    def __init__(self) -> None:
        self.child = self.together = 0
        self._done = threading.Event()

    def __call__(self, work: Callable[[], object]) -> float:
        watching = threading.Thread(target=self._watch)
        watching.start()
        began = time.perf_counter()
        try:
            work()
        finally:
            self._done.set()
            watching.join()
        return time.perf_counter() - began

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            children = sum(map(memory_of, _children()))
            self.child = max(self.child, children)
            self.together = max(self.together, children + memory_of(os.getpid()))


def _children() -> set[int]:
    tasks = Path("/proc/self/task")
    return {int(n) for task in tasks.iterdir() for n in (task / "children").read_text("ascii").split()}


def bench(what: str, path: Path, folder: Path, memory: int = MEMORY) -> None:
    watched, said = Watched(), ""

    def work() -> None:
        nonlocal said
        try:
            load = load_apart(folder / f"ws-{path.stem}-{path.suffix}", path, OPTIONS, now=NOW, memory=memory)
            said = f"{load.rows_taken:,} rows in"
        except KeepwellError as refusal:
            said = f"refused: {refusal.wrong} {refusal.attempt}"

    seconds = watched(work)
    size, together = path.stat().st_size / MEGABYTE, watched.together / MEGABYTE
    print(
        f"{what}, {size:,.0f} MB: {seconds:.0f} s, {said} | peak of the reading process {watched.child / MEGABYTE:,.0f} MB, "
        f"with the one that asked {together:,.0f} MB | target under {TARGET} MB: {'met' if together < TARGET else 'MISSED'}",
        flush=True,
    )


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench("staff in post", staff_in_post(megabytes, folder), folder)
        for rows in (4_000, 40_000):
            bench(f"a workbook of {rows:,} rows", workbook(rows, folder), folder)
            (folder / "staff.xlsx").unlink()
        if source := os.environ.get("KEEPWELL_TURNOVER_FILE"):
            for months in (20, 540):
                bench(f"turnover of {months} months", turnover(months, Path(source), folder), folder)


if __name__ == "__main__":
    main()
