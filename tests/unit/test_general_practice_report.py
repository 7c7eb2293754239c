"""The page on general practice: the sentence first, and said in words where something cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest
from by_hand import load
from practices_by_hand import SURGERY, person, practice, written

from keepwell.errors import EnquiryRefused
from keepwell.records.workspace import Workspace
from keepwell.reports.html import as_html
from keepwell.reports.overview import overview
from keepwell.reports.sections import Report

FEWER = {role: (h, f / 2) for role, (h, f) in SURGERY.items()}


def answers(report: Report) -> dict[str, str]:
    assert "<svg" in as_html(report) or not any(s.pictures for s in report.sections)
    return {section.key: section.answer for section in report.sections}


def page(workspace: Workspace, source: str | None = None, organisation: str | None = None) -> Report:
    return overview(workspace, organisation=organisation, source=source, end=None)


def gps(first: int = 1, many: int = 40) -> list[dict[str, object]]:
    roles = ("Salaried By Practice", "Partner/Providers", "GPs in Training Grades", "GP Regular Locums")
    ages = ("30-34", "45-49", "55-59")
    return [
        person(
            first + i, roles[i % 4], 0.5 if i % 2 else 1.0, AGE_BAND=ages[i % 3], GENDER=("Female", "Male")[i // 4 % 2]
        )
        for i in range(many)
    ]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "w")
    for year in (2023, 2024):
        rows = [practice(ages=True), practice("A81002", 5000 if year == 2023 else 5001, FEWER)]
        load(made, written(tmp_path / f"General Practice September {year} Practice Level.csv", rows))
        people = [row | {"YEAR": year} for row in (gps() if year == 2023 else [*gps()[4:], *gps(90, 8)])]
        load(made, written(tmp_path / f"People September {year}.csv", people))
    return made


def test_each_question_is_answered_in_a_sentence_first(workspace: Workspace) -> None:
    said = answers(page(workspace))
    assert said["who"].startswith("In September 2024, 44 GPs work the hours of 33.0 full-time ones")
    assert said["kinds"].startswith("Of the GPs' time 47% is that of partners")
    assert said["participation"].startswith("GPs work 75% of full time on average; 50% of them work part time.")
    assert said["age"] == "32% of the GPs whose age is known are 55 or over: 14 people."
    assert said["patients"].startswith("There are 2,074 patients to each full-time qualified GP")
    assert "most in A81002 SURGERY (2,223)" in said["patients"]
    assert said["change"] == "GPs: 4 people more than a year before (+10.0%)."
    assert said["flows"].startswith(
        "3 of 30 fully qualified GPs of a year before are no longer in the files, and 6 are new"
    )
    assert "4 files" in said["data"]


def test_one_practice_has_a_page_of_its_own(workspace: Workspace) -> None:
    report = page(workspace, "gpw_practice", "a81002")
    assert report.title == "Who works in A81002 SURGERY?"
    assert answers(report)["patients"] == "There are 2,223 patients to each full-time qualified GP."
    assert "flows" not in answers(report)
    with pytest.raises(EnquiryRefused, match="No organisation with the code A89999"):
        page(workspace, "gpw_practice", "A89999")


def test_a_change_that_cannot_be_told_is_said_and_the_rest_still_answered(tmp_path: Path) -> None:
    made = Workspace(tmp_path / "w")
    for year in (2022, 2023):
        rows = [practice(patients=year)]
        load(made, written(tmp_path / f"General Practice September {year} Practice Level.csv", rows))
    report = page(made)
    assert answers(report)["change"].startswith(
        "That cannot be told here. September 2022 and September 2023 cannot be compared"
    )
    [change] = [s for s in report.sections if s.key == "change"]
    assert any("NA for no data" in note for note in change.notes)
    assert answers(report)["patients"].startswith("There are 450 patients")


def test_people_who_cannot_be_followed_have_a_net_change_alone(tmp_path: Path) -> None:
    made = Workspace(tmp_path / "w")
    load(made, written(tmp_path / "a.csv", [row | {"YEAR": 2023} for row in gps()]))
    anew = frozenset({"new-identifiers"})
    load(made, written(tmp_path / "b.csv", gps(500, 44)), accept=anew)
    said = answers(page(made))
    assert said["change"] == "GPs: 4 people more than a year before (+10.0%)."
    assert said["flows"].startswith("That cannot be told here. People cannot be followed from 2023-09 to 2024-09")


def test_networks_have_a_page_that_speaks_of_their_people(tmp_path: Path) -> None:
    network = {"PCN_CODE": "U11111", "PCN_NAME": "NORTH PCN"}
    made = Workspace(tmp_path / "w")
    rows = [row | network | {"STAFF_GROUP": "Other Direct Patient Care staff"} for row in gps()]
    load(made, written(tmp_path / "n.csv", rows))
    said = answers(page(made))
    assert said["who"] == "In September 2024, 40 people work the hours of 30 full-time ones."
    assert "kinds" not in said
    assert "patients" not in said


def test_without_a_file_of_general_practice_there_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(EnquiryRefused):
        page(Workspace(tmp_path / "w"), "gpw_practice")
