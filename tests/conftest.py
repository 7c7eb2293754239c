"""What every test may need: a file by hand, and no long trials unless asked for."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from keepwell.made_up import SystemPlan, make_up
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

# Every run draws the same examples, and is not timed: KEEPWELL_EXPLORE=1 draws others.
settings.register_profile("fixed", deadline=None, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, database=None)
settings.load_profile("explore" if os.environ.get("KEEPWELL_EXPLORE") else "fixed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long trials run when they are asked for by name: `-m soak`, which is `make soak`."""
    if "soak" in config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are processors: a third of the time tests wait, for browsers and for what was killed."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The tests of Spark go to one process, so that one Java runs; the others go wherever there is room.

    Marks of a group would say it too, but xdist 3.8 does not see them under pytest 9.2.
    """
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class OneSparkSession(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "spark" if nodeid.startswith("tests/spark/") else nodeid

    return OneSparkSession(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the long trials counted, also when other processes ran them."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "counts":
                terminalreporter.write_line(value)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a small made-up health system in it: three trusts, 16 months, leavers too. Do not change it."""
    folder = tmp_path_factory.mktemp("system")
    plan = SystemPlan(seed=3, people=700, months=16, organisations=("acute", "mental_health", "community"))
    made = make_up(plan, folder / "files")
    workspace = Workspace(folder / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    for path in (*made.staff_in_post, *made.leavers):
        load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    return workspace.folder


TURNOVER_HEADINGS = (
    "PERIOD,TYPE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,REPORTING_ORG_NAME,REPORTING_ORG_CODE,"
    "CLUSTER_GROUP,BENCHMARK_GROUP,STAFF_GROUP_1_NAME,HC,FTE"
)


@pytest.fixture(scope="session")
def turnover_file() -> Callable[..., Path]:
    """Writes one month of turnover benchmarking, by hand from its headings: two organisations, two staff groups.

    Month 1 is January 2025, 13 the next. `leavers` is what differs between two files of the same month.
    """

    def stamp(month: int) -> str:
        return f"{2025 + (month - 1) // 12}{(month - 1) % 12 + 1:02d}"

    def write(path: Path, month: int, leavers: int = 3) -> Path:
        lines = [TURNOVER_HEADINGS]
        for code, trust in (("RX1", "Northmoor Trust"), ("RX2", "Southmoor Trust")):
            for group, at_start in (("All staff groups", 300), ("Midwives", 100), ("Ambulance staff", 200)):
                place = f"Y99,North,QX9,Moorland,{trust},{code},Acute,Acute - Large,{group}"
                gone = 0 if group == "Ambulance staff" else leavers
                lines += [
                    f"{stamp(month - 1)} to {stamp(month)},{kind},{place},{count},{count * 0.9:.1f}"
                    for kind, count in (
                        ("Denominator at start of period", at_start),
                        ("Denominator at end of period", at_start - gone),
                        ("Leavers", gone),
                    )
                ]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return write
