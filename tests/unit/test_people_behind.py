"""How many stand behind a figure, as a class, and what so many can show."""

from __future__ import annotations

from pathlib import Path

import pytest
from turnover_by_hand import Place, loaded

from keepwell.comparison.smallest_change import beyond_limits, change_of_rate, change_of_share, in_steps
from keepwell.enquiries import Enquiry, Session
from keepwell.enquiries.people_behind import (
    Behind,
    Visible,
    _behind,
    of_staff_shown,
    people_behind,
    visible,
)


def test_the_class_is_that_of_average_staff_or_of_those_whom_a_share_is_of(tmp_path: Path) -> None:
    workspace = loaded(tmp_path, [Place("R1", 640, 20, joined=260)])  # 640 at the start, 880 at the end
    with Session(workspace) as session:

        def of(name: str, **asked: object) -> Behind | None:
            return people_behind(session, Enquiry(name, source="nhs_turnover", **asked))  # type: ignore[arg-type]

        assert of("leaver_rate") == of("joiner_rate") == Behind(1000)  # 760 on average
        assert of("share_who_left") == of("stability_index") == Behind(750)
        assert of("fte") is None  # no share or rate of people
        assert of("leaver_rate", where=(("organisation", ("R9",)),)) is None  # refused
        assert of("leaver_rate", by=("organisation",)) == Behind(1000)
        assert of("leaver_rate", by=("staff_group",)) == Behind(1000)


def test_several_rows_are_no_group(tmp_path: Path) -> None:
    workspace = loaded(tmp_path, [Place("R1", 640, 20), Place("R2", 100, 2)])
    with Session(workspace) as session:
        assert people_behind(session, Enquiry("leaver_rate", by=("organisation",), source="nhs_turnover")) is None


@pytest.mark.parametrize(
    ("name", "row", "top"),
    [
        ("share_past_age", {"headcount_at_end": 120, "age_not_known": 30}, 100),
        ("early_leaving_of_starters", {"starters": 31}, 50),
        ("retirement_share", {"leavers": 20}, None),
        ("voluntary_leaver_rate", {"headcount_at_start": 50, "headcount_at_end": 60}, 75),
        ("leaver_rate", {"average_headcount": 29.5, "headcount_at_start": 900, "headcount_at_end": 900}, 30),
    ],
)
def test_those_whose_answer_is_not_known_are_left_out(name: str, row: dict[str, float], top: int | None) -> None:
    assert _behind(name, row) == Behind(top)


@pytest.mark.parametrize(("name", "row"), [("leaver_rate", {"headcount_at_start": 9}), ("share_past_age", {})])
def test_without_its_people_a_row_tells_no_size(name: str, row: dict[str, float]) -> None:
    assert _behind(name, row) is None


def test_a_hidden_count_is_too_small() -> None:
    assert [of_staff_shown(a, b) for a, b in ((None, 90), (90, None), (None, None), (0, 0))] == [Behind(None)] * 4
    assert of_staff_shown(90, 100) == Behind(100)


def test_a_rate_goes_by_events_a_share_by_people_and_a_month_by_the_chart() -> None:
    behind = Behind(1000)
    assert visible("leaver_rate", behind, 0.12, falls=True) == Visible(in_steps(change_of_rate(1000, 0.12, falls=True)))
    share = in_steps(change_of_share(1000, 0.88, falls=False))
    assert visible("stability_index", behind, 0.88, falls=False) == Visible(share)
    month = in_steps(beyond_limits(1000, 0.01))
    assert visible("leaver_rate", behind, 0.01, falls=False, months=1) == Visible(month)
    assert visible("leaver_rate", behind, 0.001, falls=True, months=1) == Visible(None)  # no limit above nought


def test_a_count_needs_no_size() -> None:
    """55 leavers: (√(7.849² + 8 × 7.849 × 55) − 7.849) / 2 = 25.7; 5 cannot fall far enough."""
    assert visible("leavers", None, 55, falls=True) == Visible(26.0)
    assert visible("leavers", None, 5, falls=True) == Visible(None)
    assert visible("leavers", None, -1, falls=True) == Visible(None)


@pytest.mark.parametrize(
    ("name", "behind", "before"),
    [
        ("leaver_rate", None, 0.1),
        ("leaver_rate", Behind(100), 1.2),
        ("leaver_rate", Behind(100), -0.1),
        ("fte", Behind(100), 0.5),
        ("reasons_for_leaving", Behind(100), 0.5),
    ],
)
def test_of_what_cannot_be_said_nothing_is_said(name: str, behind: Behind | None, before: float) -> None:
    assert visible(name, behind, before, falls=True) is None


def test_a_change_as_large_as_the_smallest_is_seen() -> None:
    least = Visible(0.02)
    assert (least.shows(-0.02), least.shows(0.12 - 0.1), least.shows(-0.0199)) == (True, True, False)
    assert not Visible(None).shows(0.5)
