"""Made-up sickness and posts: in the formats that are read, the same in both, and beside unchanged other files."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
from collections import defaultdict
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, Session, answer
from keepwell.made_up import MadeUp, SystemPlan, make_up
from keepwell.made_up.absence_and_posts import AbsenceAndPosts, absence_and_posts
from keepwell.made_up.places import TRUSTS
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.reports.leaving import Asking
from keepwell.reports.sickness import sickness_and_posts
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

PLAN = SystemPlan(seed=3, people=600, months=14)
OPTIONS = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
NOW = dt.datetime(2025, 11, 15, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    return make_up(PLAN, tmp_path_factory.mktemp("system"))


@pytest.fixture(scope="module")
def also(made: MadeUp) -> AbsenceAndPosts:
    return absence_and_posts(made)


@pytest.fixture(scope="module")
def workspace(made: MadeUp, also: AbsenceAndPosts, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    for path in (*made.staff_in_post, *also.absence, *also.sickness, *also.establishment):
        load = load_file(workspace, path, OPTIONS, now=NOW)
        whole = path in made.staff_in_post or load.rows_taken == load.rows_read
        assert (load.warnings, whole) == ((), True), path.name
    return workspace


def bytes_of(paths: tuple[Path, ...]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def files(also: AbsenceAndPosts) -> tuple[Path, ...]:
    return also.absence + also.sickness + also.establishment


def test_the_same_plan_gives_the_same_bytes_and_leaves_the_others_as_they_are(
    made: MadeUp, also: AbsenceAndPosts, tmp_path: Path
) -> None:
    again = make_up(PLAN, tmp_path / "again")
    before = bytes_of(again.files)
    assert bytes_of(files(absence_and_posts(again))) == bytes_of(files(also))
    assert bytes_of(again.files) == before == bytes_of(made.files)


def test_another_seed_makes_other_days(also: AbsenceAndPosts, tmp_path: Path) -> None:
    other = absence_and_posts(make_up(dataclasses.replace(PLAN, seed=4), tmp_path / "other"))
    assert bytes_of(other.absence) != bytes_of(also.absence)


def test_a_staff_group_has_the_days_of_its_staff(made: MadeUp, also: AbsenceAndPosts) -> None:
    available: dict[tuple[str, str], float] = {}
    for path in also.absence:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                available[row["Organisation Code"], row["Month"] + row["Staff Group"]] = float(
                    row["FTE Days Available"]
                )
    for counts in made.monthly:
        day = counts.period.end
        key = (counts.organisation, f"{day:%d/%m/%Y}{counts.staff_group}")
        if key in available:
            assert available[key] == pytest.approx(counts.fte_at_end * day.day)
    assert len(available) > 13 * 3 * 5


def test_extracts_and_published_figures_say_the_same(workspace: Workspace) -> None:
    rates = [
        answer(workspace, Enquiry("sickness_absence_rate", by=("organisation",), course=13, source=source)).rows()
        for source in ("absence_extract", "nhs_sickness")
    ]
    own, published = [
        {(r["period_end"], r["organisation"]): (r["fte_days_lost"], r["sickness_absence_rate"]) for r in rows}
        for rows in rates
    ]
    assert own.keys() == published.keys()
    assert all(own[key] == pytest.approx(published[key], abs=1e-4, rel=1e-6) for key in own)
    assert all(0.02 < rate < 0.09 for _, rate in own.values())


def test_vacancies_are_believable_in_every_trust(workspace: Workspace) -> None:
    rows = answer(workspace, Enquiry("vacancy_rate", by=("organisation",))).rows()
    assert {r["organisation"] for r in rows} == {trust.code for trust in TRUSTS.values()}
    assert all(0.0 < r["vacancy_rate"] < 0.2 for r in rows)


def test_wards_of_the_establishment_are_those_of_the_staff(workspace: Workspace) -> None:
    by_ward = answer(workspace, Enquiry("vacancy_rate", by=("organisation", "unit"))).rows()
    staff = defaultdict(float)
    for row in by_ward:
        staff[row["organisation"]] += row["staff_in_post_fte"]
    whole = {r["organisation"]: r for r in answer(workspace, Enquiry("vacancy_rate", by=("organisation",))).rows()}
    for organisation, fte in staff.items():
        assert fte == pytest.approx(whole[organisation]["staff_in_post_fte"])
    assert any(row["vacancy_rate"] < 0 for row in by_ward)


def test_the_report_says_how_much_sickness_and_how_many_empty_posts(workspace: Workspace) -> None:
    base = Enquiry("leaver_rate", source="esr_staff_in_post", months=12)
    with Session(workspace) as session:
        asking = Asking(session, base)
        section, tables = sickness_and_posts(asking, "the 12 months to October 2025")
        sick = asking.about("sickness_absence_rate", source="absence_extract").rows()[0]
        empty = asking.about("vacancy_rate", source="establishment", months=1).rows()[0]
        none, _ = sickness_and_posts(Asking(session, dataclasses.replace(base, source="staff_list")), "")
    assert section is not None
    assert section.answer.startswith(f"{sick['fte_days_lost'] / sick['fte_days_available']:.1%} of available time")
    assert f"{empty['vacancy_rate']:.1%} of posts stood empty" in section.answer
    assert set(tables) == {"Sickness", "Posts"}
    assert none is None
