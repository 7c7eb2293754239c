"""What the page says of chance must be true of chance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from keepwell.comparison import exact_interval, wilson_interval
from keepwell.records.workspace import Workspace
from keepwell.reports.highest import CHANCE, so_many_by_chance
from keepwell.reports.overview import overview
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

SIZES = np.array([10, 25, 60, 140, 400, 900])


def stand_above(interval: Callable[..., object], share: float, tries: int = 20_000) -> np.ndarray:
    """How often each size of group stands above the share that all of them have, in simulated lists."""
    rng = np.random.default_rng(7)
    left = rng.binomial(SIZES, share, size=(tries, len(SIZES)))
    lower = interval(left, np.broadcast_to(SIZES, left.shape)).lower  # type: ignore[attr-defined]
    return (lower > share).mean(axis=0)


@pytest.mark.parametrize("share", [0.009, 0.05, 0.11])
def test_like_groups_of_any_size_stand_above_no_more_often_than_we_say(share: float) -> None:
    assert (stand_above(exact_interval, share) <= CHANCE + 0.004).all()


def test_the_interval_we_had_first_would_break_that_promise() -> None:
    """The planted fault: by Wilson's interval small groups stand above far more often."""
    assert stand_above(wilson_interval, 0.009).max() > 2 * CHANCE


def test_so_many_by_chance_is_the_binomial_tail() -> None:
    assert so_many_by_chance(0, 30) == 1
    assert so_many_by_chance(1, 30) == pytest.approx(1 - 0.975**30)
    assert so_many_by_chance(2, 12) < so_many_by_chance(1, 12)


def one_group_apart(path: Path, turnover_file: Callable[..., Path], leavers: int) -> Workspace:
    workspace = Workspace(path / "workspace")
    load_file(
        workspace,
        turnover_file(path / "t.csv", 10, leavers),
        ReadOptions(),
        now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC),
    )
    return workspace


def answer_about_groups(workspace: Workspace) -> str:
    report = overview(workspace, organisation=None, source=None, end=None)
    return next(s.answer for s in report.sections if s.key == "groups")


def test_a_group_that_loses_many_is_named_with_its_people(tmp_path: Path, turnover_file: Callable[..., Path]) -> None:
    answer = answer_about_groups(one_group_apart(tmp_path, turnover_file, 30))
    assert "1 of 2 staff groups loses more than chance explains" in answer
    assert "Midwives (60 of 200)" in answer


def test_groups_that_hardly_differ_are_said_to_be_alike(tmp_path: Path, turnover_file: Callable[..., Path]) -> None:
    assert answer_about_groups(one_group_apart(tmp_path, turnover_file, 1)).startswith("None of 2 staff groups")
