"""Leavers are told again by later extracts: what they revise is said, and an older one does not slip in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import Draft, in_three_lines, leavers, load, write

from keepwell.errors import DecisionNeeded
from keepwell.records.workspace import Workspace


def extract(*people: int) -> Draft:
    """So many leavers in January, February …"""
    months = [leavers(month, n) for month, n in enumerate(people, 1)]
    return replace(months[0], rows=[row for month in months for row in month.rows])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


def test_a_later_extract_says_what_it_revises(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, write(extract(20, 10), tmp_path / "feb.csv"))
    later = load(workspace, write(extract(20, 12, 9), tmp_path / "mar.csv"))
    assert "Revised leavers: 2025-02 RX1 10 → 12" in later.remarks
    assert later.warnings == ()


def test_an_extract_that_confirms_the_last_one_revises_nothing(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, write(extract(20, 10), tmp_path / "feb.csv"))
    later = load(workspace, write(extract(20, 10, 9), tmp_path / "mar.csv"))
    assert not any("Revised" in remark for remark in later.remarks)


def test_an_older_extract_does_not_take_the_place_of_a_newer_one_by_itself(
    workspace: Workspace, tmp_path: Path
) -> None:
    load(workspace, write(extract(20, 12, 9), tmp_path / "mar.csv"))
    older = write(extract(20, 10), tmp_path / "feb.csv")
    with pytest.raises(DecisionNeeded) as caught:
        load(workspace, older)
    assert "--accept older-extract" in in_three_lines(caught.value)
    assert load(workspace, older, accept=frozenset({"older-extract"})).warnings == ()


def test_extracts_of_one_month_each_may_come_in_any_order(workspace: Workspace, tmp_path: Path) -> None:
    for month in (2, 1, 3):
        assert load(workspace, write(leavers(month), tmp_path / f"{month}.csv")).warnings == ()


def test_a_month_that_no_leavers_extract_tells_of_is_named(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, write(leavers(1), tmp_path / "1.csv"))
    late = load(workspace, write(leavers(3), tmp_path / "3.csv"))
    assert "2025-02" in late.warnings[0]
    assert late.warnings[0].endswith("(decision: month-missing)")


def test_a_month_without_leavers_inside_an_extract_is_no_gap(workspace: Workspace, tmp_path: Path) -> None:
    assert load(workspace, write(extract(20, 0, 9), tmp_path / "a.csv")).warnings == ()
