"""Two countings that share no code: the maker of the made-up system counts as it makes, the engine from the files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, Session, answer
from keepwell.made_up import ALL, Counted, MadeUp, SystemPlan, make_up
from keepwell.periods import Month
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

PLAN = SystemPlan(
    seed=2,
    people=900,
    months=16,
    merge_on=Month.parse("2025-04"),
    rename_on=Month.parse("2025-02"),
    organisations=("acute", "mental_health", "community"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    return make_up(PLAN, tmp_path_factory.mktemp("made") / "files")


@pytest.fixture(scope="module")
def workspace(made: MadeUp, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Everything loaded, but not yet the tables that say what was renamed and who merged."""
    filled = Workspace(tmp_path_factory.mktemp("merging") / "workspace")
    for path in (*made.staff_in_post, *made.leavers):
        load(filled, path)
    return filled


@pytest.fixture(scope="module")
def restated(made: MadeUp, workspace: Workspace) -> Workspace:
    for path in (made.recodes, made.successors):
        assert path is not None
        load(workspace, path)
    return workspace


def load(workspace: Workspace, path: Path) -> None:
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))


def leavers_of(workspace: Workspace, organisation: str, **choices: object) -> dict[str, object]:
    rows = answer(workspace, Enquiry("leaver_rate", by=("organisation",), **choices)).rows()  # type: ignore[arg-type]
    return next(row for row in rows if row["organisation"] == organisation)


def test_a_merger_is_a_mass_arrival_until_it_is_told(workspace: Workspace, made: MadeUp) -> None:
    before = leavers_of(workspace, "RZ2")
    truth = next(c for c in made.yearly if c.organisation == "RZ2" and c.staff_group == ALL)
    assert before["joiners"] > 2 * truth.joiners  # type: ignore[operator]


def test_once_the_merger_is_told_nobody_has_joined_or_left_by_it(restated: Workspace, made: MadeUp) -> None:
    with Session(restated) as session:
        for count in made.yearly:
            same_as_the_maker(restated, session, count)


def same_as_the_maker(workspace: Workspace, session: Session, count: Counted) -> None:
    where = [("organisation", (count.organisation,))]
    if count.staff_group != ALL:
        where.append(("staff_group", (count.staff_group,)))
    asked = Enquiry("leaver_rate", where=tuple(where), end=count.period.last, months=count.period.months)
    row = answer(workspace, asked, session).rows()[0]
    for name in ("headcount_at_start", "headcount_at_end", "joiners", "leavers"):
        assert row[name] == getattr(count, name), (count.organisation, count.staff_group, name)
    for name in ("fte_at_start", "fte_at_end", "leavers_fte"):
        assert row[name] == pytest.approx(getattr(count, name), abs=0.006), (
            count.organisation,
            count.staff_group,
            name,
        )


def test_each_month_of_each_trust_is_the_makers(restated: Workspace, made: MadeUp) -> None:
    with Session(restated) as session:
        months = [
            c for c in made.monthly if c.staff_group == ALL and c.period.last > PLAN.last_month + (2 - PLAN.months)
        ]
        assert len(months) > 20
        for count in months:
            if count.organisation != "RZ3":  # told as part of RZ2, whose truths before the merger are of RZ2 alone
                if count.organisation == "RZ2" and count.period.last < Month.parse("2025-04"):
                    continue
                same_as_the_maker(restated, session, count)


def test_the_merged_trusts_leavers_are_told_of_throughout(restated: Workspace) -> None:
    released = answer(restated, Enquiry("reasons_known", by=("organisation",)))
    assert [r["organisation"] for r in released.rows()] == ["RZ1", "RZ2"]
    assert not any("left out" in note for note in released.notes)
