"""General practice's front page: stages of a career in words first, what the return leaves out, and what to ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from by_hand import load
from practices_by_hand import person, practice, written

from keepwell.enquiries import Enquiry, Session
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.reports.practice_front import EARLY, LATE, MID, practice_front, stages_of
from keepwell.reports.sections import Section

MARCH = Month.parse("2025-03")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "w")
    rows = [practice(), practice("A81002", 5000, silent=("N",)), practice("A81003", 4000, silent=("GP",))]
    load(made, written(tmp_path / "General Practice September 2024 Practice Level.csv", rows))
    roles = ("Salaried By Practice", "Partner/Providers", "GPs in Training Grades", "GP Regular Locums")
    ages = ("30-34", "45-49", "55-59")
    people = [person(1 + i, roles[i % 4], 0.5 if i % 2 else 1.0, AGE_BAND=ages[i % 3]) for i in range(40)]
    load(made, written(tmp_path / "People September 2024.csv", people))
    return made


def page(workspace: Workspace, source: str, **choices: object) -> dict[str, Section]:
    with Session(workspace) as session:
        report = practice_front(session, Enquiry("fte", source=source, **choices), None, MARCH)
    return {section.key: section for section in report.sections}


def test_stages_are_cut_by_age_and_add_up() -> None:
    bands = ["Under 30", "30 to 34", "35 to 39", "50 to 54", "55 to 59", "70 and over", "Not known"]
    stages, unknown = stages_of([{"age_band": band, "fte": 1.0, "headcount": 2} for band in bands])
    assert {stage.name: (stage.people, stage.fte) for stage in stages} == {
        EARLY: (4, 2.0),
        MID: (4, 2.0),
        LATE: (4, 2.0),
    }
    assert unknown == 1.0
    assert stages[0].participation == 0.5
    for people in (None, 0):  # some practices tell the hours of an age and no people
        untold, _ = stages_of([{"age_band": "30 to 34", "fte": 1.0, "headcount": people}])
        assert untold[0].people is None
        assert untold[0].participation is None


def test_the_profile_is_of_qualified_gps_with_those_in_training_beside(workspace: Workspace) -> None:
    section = page(workspace, "gpw_individual")["stages"]
    people = [int(row[1]) for row in section.grids[0].rows]
    assert sum(people) == 30  # ten of forty are in training
    assert "GPs in training come on top: 10.0 FTE" in section.answer
    assert "ask them" in section.answer
    assert section.answer.startswith("Of the GPs' time whose age is known: early career (under 35) ")


def test_the_state_of_the_return_names_what_is_missing_and_how_old_it_is(workspace: Workspace) -> None:
    section = page(workspace, "gpw_practice")["return"]
    assert "The newest return loaded is that of September 2024. It is 6 months old: load a newer one." in section.answer
    assert ("Nurses of 1 practice", "A81002 SURGERY") in section.grids[0].rows


def test_one_practice_has_a_page_of_its_own(workspace: Workspace) -> None:
    own = page(workspace, "gpw_practice", where=(("organisation", ("A81001",)),))
    assert "Nurses" not in own["return"].answer
    assert "not known" in {row[1] for row in own["stages"].grids[0].rows}  # practices tell the time of ages, no people
    none = page(workspace, "gpw_practice", where=(("organisation", ("A81003",)),))["stages"]
    assert none.answer.startswith("Not known for early, mid or late career: no ages of GPs are in the return.")
