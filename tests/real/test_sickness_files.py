"""The published months of sickness absence: is every rate what the csv module alone makes of it?"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, answer
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "nhs_sickness"
FILES = sorted(FOLDER.glob("nhs_sickness_absence_*.csv"))
MONTHS = [f"{month}" for month in ("2024-04", "2024-05", "2024-06", "2024-07", "2024-08", "2024-09")] + [
    *("2024-10", "2024-11", "2024-12", "2025-01", "2025-02", "2025-03")
]
PERCENT = [4.764, 4.7123, 4.8737, 5.1985, 4.7932, 4.9615, 5.4124, 5.4299, 5.7449, 5.7149, 5.2619, 4.8844]
"""England's rates of the twelve months, worked out once with a pocket calculator's method."""

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILES, reason=f"the public files are not here: {FOLDER}"),
]

Days = list[float]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace(tmp_path_factory.mktemp("sickness"))
    for file in FILES:
        load_file(made, file, ReadOptions(today=dt.date(2025, 8, 1)), now=dt.datetime(2025, 8, 1, tzinfo=dt.UTC))
    return made


def published() -> list[dict[str, str]]:
    rows = []
    for path in FILES:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def added_up(key: Callable[[dict[str, str]], object]) -> dict[object, Days]:
    found: dict[object, Days] = defaultdict(lambda: [0.0, 0.0])
    for row in published():
        found[key(row)][0] += float(row["FTE_DAYS_LOST"])
        found[key(row)][1] += float(row["FTE_DAYS_AVAILABLE"])
    return found


def month_of(row: dict[str, str]) -> str:
    return f"{row['DATE'][6:]}-{row['DATE'][3:5]}"


def test_every_month_loads_whole(workspace: Workspace) -> None:
    loads = workspace.current().loads
    assert [load.first_month for load in loads] == MONTHS
    assert {load.format for load in loads} == {"nhs_sickness"}
    assert all(load.rows_taken == load.rows_read and load.published for load in loads)
    assert sum(load.rows_taken for load in loads) == len(published()) == 3394


def test_the_mergers_of_the_year_are_told_and_nothing_else_is(workspace: Workspace) -> None:
    warned = {load.first_month: load.warnings for load in workspace.current().loads if load.warnings}
    assert list(warned) == ["2024-10", "2024-11", "2024-12"]
    assert all("organisations-changed" in text for texts in warned.values() for text in texts)
    assert "G6V2S in 2024-11" in warned["2024-11"][0]


def test_the_rate_of_england_in_each_month_is_that_of_the_days_added_up(workspace: Workspace) -> None:
    rows = answer(workspace, Enquiry("sickness_absence_rate", course=12)).rows()
    theirs = added_up(month_of)
    assert [str(Month.of(row["period_end"])) for row in rows] == MONTHS == sorted(theirs)
    for row, month, percent in zip(rows, MONTHS, PERCENT, strict=True):
        lost, available = theirs[month]
        assert row["fte_days_lost"] == pytest.approx(lost, rel=1e-12)
        assert row["fte_days_available"] == pytest.approx(available, rel=1e-12)
        assert row["sickness_absence_rate"] == pytest.approx(lost / available, rel=1e-12)
        assert round(100 * row["sickness_absence_rate"], 4) == percent


def test_the_rate_of_an_organisation_is_the_one_printed_beside_it(workspace: Workspace) -> None:
    rows = answer(workspace, Enquiry("sickness_absence_rate", by=("organisation",), course=12)).rows()
    ours = {(str(Month.of(r["period_end"])), r["organisation"]): r["sickness_absence_rate"] for r in rows}
    theirs = {(month_of(r), r["ORG_CODE"]): float(r["SICKNESS_ABSENCE_RATE_PERCENT"]) for r in published()}
    assert ours.keys() == theirs.keys()
    assert max(abs(100 * ours[key] - theirs[key]) for key in theirs) <= 0.005 + 1e-9


@pytest.mark.parametrize(
    ("group", "column"),
    [("region", "NHSE_REGION_CODE"), ("icb", "ICS_CODE"), ("organisation_type", "ORG_TYPE")],
)
def test_the_year_by_group_is_pooled(workspace: Workspace, group: str, column: str) -> None:
    rows = answer(workspace, Enquiry("sickness_absence_rate", by=(group,), months=12)).rows()
    theirs = added_up(lambda row: row[column])
    assert {row[group] for row in rows} == set(theirs)
    for row in rows:
        lost, available = theirs[row[group]]
        assert row["sickness_absence_rate"] == pytest.approx(lost / available, rel=1e-9)


def test_merged_organisations_are_one_with_a_table_of_successors(workspace: Workspace, tmp_path: Path) -> None:
    copy = Workspace(tmp_path / "merged")
    for file in FILES:
        load_file(copy, file, ReadOptions(today=dt.date(2025, 8, 1)), now=dt.datetime(2025, 8, 1, tzinfo=dt.UTC))
    successors = tmp_path / "successors.csv"
    successors.write_text("code,successor,on\nRRP,G6V2S,2024-11-01\nTAF,G6V2S,2024-11-01\n")
    load_file(copy, successors, ReadOptions(today=dt.date(2025, 8, 1)), now=dt.datetime(2025, 8, 1, tzinfo=dt.UTC))
    enquiry = Enquiry("sickness_absence_rate", where=(("organisation", ("G6V2S",)),), months=12)
    (row,) = answer(copy, enquiry).rows()
    theirs = added_up(lambda r: r["ORG_CODE"])
    parts = [theirs[code] for code in ("RRP", "TAF", "G6V2S")]
    assert row["fte_days_lost"] == pytest.approx(sum(lost for lost, _ in parts))
    assert row["fte_days_available"] == pytest.approx(sum(available for _, available in parts))
    (before,) = answer(workspace, enquiry).rows()
    assert before["fte_days_available"] == pytest.approx(theirs["G6V2S"][1])
