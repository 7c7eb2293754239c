"""The made-up peers stand beside the made-up trusts in the published files, and change nothing of them."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, Session, answer
from keepwell.made_up import SystemPlan, make_up
from keepwell.made_up.peers import PEERS, add_peers
from keepwell.made_up.places import TRUSTS
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], list[Path]]:
    made = make_up(SystemPlan(seed=2, people=600, months=3), tmp_path_factory.mktemp("peers") / "files")
    before = [path.read_bytes() for path in made.turnover]
    add_peers(made.turnover)
    return before, list(made.turnover)


def test_what_was_there_stays_as_it_was(files: tuple[list[bytes], list[Path]]) -> None:
    before, paths = files
    assert all(path.read_bytes().startswith(old) for old, path in zip(before, paths, strict=True))


def test_each_kind_has_its_peers_and_all_staff_are_the_sum_of_their_groups(
    files: tuple[list[bytes], list[Path]],
) -> None:
    workspace = Workspace(files[1][0].parent / "workspace")
    for path in files[1]:
        load_file(workspace, path, ReadOptions(today=dt.date(2025, 12, 1)), now=dt.datetime(2025, 12, 1, tzinfo=dt.UTC))
    with Session(workspace) as session:
        rows = answer(workspace, Enquiry("leaver_rate", by=("benchmark_group", "organisation")), session).rows()
    groups = {trust.benchmark_group for trust in TRUSTS.values()}
    assert {g: sum(row["benchmark_group"] == g for row in rows) for g in groups} == dict.fromkeys(groups, PEERS + 1)
    with files[1][-1].open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    for row in (r for r in found if r["STAFF_GROUP_1_NAME"] == "All staff groups" and r["TYPE"] == "Leavers"):
        parts = [r for r in found if (r["REPORTING_ORG_CODE"], r["TYPE"]) == (row["REPORTING_ORG_CODE"], "Leavers")]
        assert int(row["HC"]) == sum(int(r["HC"]) for r in parts if r is not row)


def test_the_same_seed_adds_the_same(tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        made = make_up(SystemPlan(seed=2, people=200, months=2), tmp_path / name)
        add_peers(made.turnover)
        written.append([path.read_bytes() for path in made.turnover])
    assert written[0] == written[1]
