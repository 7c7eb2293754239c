"""Months of turnover benchmarking by hand, place by place, from the headings of the published file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

HEADINGS = (
    "PERIOD,TYPE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,REPORTING_ORG_NAME,REPORTING_ORG_CODE,"
    "CLUSTER_GROUP,BENCHMARK_GROUP,STAFF_GROUP_1_NAME,HC,FTE"
)
NOW = dt.datetime(2025, 12, 31, tzinfo=dt.UTC)
JANUARY = Month.parse("2025-01")


@dataclass(frozen=True)
class Place:
    """One organisation in one month: people at start and end, who left and joined, all of one staff group."""

    code: str
    start: int
    left: int
    group: str = "Acute - Large"
    icb: str = "QX9"
    joined: int = 0
    staff_group: str = "Midwives"

    @property
    def end(self) -> int:
        return self.start - self.left + self.joined


def rows_of(month: Month, place: Place) -> Iterable[str]:
    where = f"Y99,North,{place.icb},System {place.icb},Trust {place.code},{place.code},Kind,{place.group}"
    period = f"{month + -1} to {month}".replace("-", "")
    for staff_group in ("All staff groups", place.staff_group):
        for kind, count in (
            ("Denominator at start of period", place.start),
            ("Denominator at end of period", place.end),
            ("Joiners", place.joined),
            ("Leavers", place.left),
        ):
            if count or kind.startswith("Denominator"):
                yield f"{period},{kind},{where},{staff_group},{count},{count * 0.9:.1f}"


def loaded(folder: Path, *months: Iterable[Place]) -> Workspace:
    """A workspace with these months from January 2025 on."""
    folder.mkdir(exist_ok=True)
    workspace = Workspace(folder / "workspace")
    for i, places in enumerate(months):
        month = JANUARY + i
        path = folder / f"{month}.csv"
        lines = [HEADINGS, *(line for place in places for line in rows_of(month, place))]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        load_file(workspace, path, ReadOptions(today=NOW.date()), now=NOW)
    return workspace
