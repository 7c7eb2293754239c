"""From files of general practice to answers: breaks, mergers, estimates, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from by_hand import Draft, in_three_lines, load, write
from click.testing import CliRunner
from practices_by_hand import SURGERY, person, practice, written

from keepwell.cli import cli
from keepwell.enquiries import Enquiry, answer
from keepwell.errors import DecisionNeeded, EnquiryRefused
from keepwell.periods import Month
from keepwell.records.workspace import Workspace

SMALLER = {role: (h, f / 2) for role, (h, f) in SURGERY.items()}


def month_of(number: str) -> str:
    return f"General Practice {Month.parse(number).in_words} Practice Level.csv"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


def practices_in(workspace: Workspace, month: str, *rows: dict[str, object], **options: object) -> None:
    folder, told = (
        workspace.folder.parent,
        {"TOTAL_MALE": Month.parse(month).index},
    )  # no two months have the same bytes
    load(workspace, written(folder / month_of(month), [row | told for row in rows]), **options)


def people_in(workspace: Workspace, month: str, *rows: dict[str, object], **options: object) -> None:
    year, number = month.split("-")
    stamped = [row | {"YEAR": year, "MONTH": number} for row in rows]
    load(workspace, written(workspace.folder.parent / f"people {month}.csv", stamped), **options)


def the(workspace: Workspace, name: str, **asked: object) -> dict[str, object]:
    [row] = answer(workspace, Enquiry(name, **asked)).rows()  # type: ignore[arg-type]
    return row


# Practices


def test_every_measure_that_practices_can_answer_is_answered_on_the_command_line(workspace: Workspace) -> None:
    for month in ("2023-09", "2024-09"):
        practices_in(workspace, month, practice(), practice("A81002", 5000, SMALLER))
    asked = {
        "headcount": ["--by", "organisation,staff_group"],
        "fte": ["--by", "role_group"],
        "participation_rate": ["--by", "organisation,role_group"],
        "locum_share": ["--by", "icb"],
        "share_aged_55_and_over": ["--by", "staff_group"],
        "patients_per_fte": ["--by", "staff_group"],
        "net_change": ["--basis", "fte", "--by", "sub_icb"],
    }
    for name, how in asked.items():
        done = CliRunner().invoke(cli, ["--workspace", str(workspace.folder), "measure", name, *how, "--format", "csv"])
        assert done.exit_code == 0, done.output
        [first, *_] = csv.DictReader(done.output.splitlines())
        assert "hidden" in first


def test_partners_salaried_retainers_locums_and_trainees_stand_apart_and_add_up(workspace: Workspace) -> None:
    practices_in(workspace, "2024-09", practice())
    gps = (("staff_group", ("GP",)),)
    rows = answer(workspace, Enquiry("fte", by=("role_group",), where=gps)).rows()
    found = {r["role_group"]: round(r["fte_at_end"], 6) for r in rows}
    assert found == {"Locum": 0.3, "Partner": 2.6, "Retainer": 0.4, "Salaried": 1.2, "Trainee": 1.0}
    qualified = the(workspace, "fte", where=(("fully_qualified", ("yes",)),))
    assert qualified["fte_at_end"] == pytest.approx(4.5)
    assert the(workspace, "locum_share")["locum_share"] == pytest.approx(0.3 / 5.5)


def test_somebody_in_two_roles_of_a_practice_counts_once_in_its_headcount(workspace: Workspace) -> None:
    practices_in(workspace, "2024-09", practice(heads={"GP": 7}))
    where = (("organisation", ("A81001",)), ("staff_group", ("GP",)))
    assert the(workspace, "headcount", where=where)["headcount_at_end"] == 7
    assert (
        sum(r["headcount_at_end"] for r in answer(workspace, Enquiry("headcount", by=("role",), where=where)).rows())
        == 8
    )


def test_role_and_age_of_practices_at_once_are_refused(workspace: Workspace) -> None:
    practices_in(workspace, "2024-09", practice())
    with pytest.raises(EnquiryRefused, match="not both at once") as caught:
        answer(workspace, Enquiry("fte", by=("role_group", "age_band")))
    in_three_lines(caught.value)


@pytest.mark.parametrize(
    ("months", "name"),
    [
        (("2022-12", "2023-12"), "NA for no data"),
        (("2020-12", "2021-12"), "monthly"),
        (("2015-03", "2016-03"), "series starts"),
    ],
)
def test_a_change_across_a_break_is_refused_naming_it(workspace: Workspace, months: tuple[str, str], name: str) -> None:
    for month in months:
        practices_in(workspace, month, practice())
    with pytest.raises(EnquiryRefused, match="a break in the series lies between") as caught:
        answer(workspace, Enquiry("net_change", basis="fte"))
    assert name in in_three_lines(caught.value)


def test_a_course_across_a_break_is_refused_and_beside_it_given(workspace: Workspace) -> None:
    for month in ("2022-12", "2023-01", "2023-02", "2023-03"):
        practices_in(workspace, month, practice())
    with pytest.raises(EnquiryRefused, match="January 2023 and March 2023 cannot be compared"):
        answer(workspace, Enquiry("fte", course=3))
    assert len(answer(workspace, Enquiry("fte", course=2)).rows()) == 2
    assert len(answer(workspace, Enquiry("fte", course=2, end=Month.parse("2023-01"))).rows()) == 2


def test_trainees_from_another_source_break_the_series_of_trainees_alone(workspace: Workspace) -> None:
    for month in ("2017-09", "2018-09"):
        practices_in(workspace, month, practice())
    with pytest.raises(EnquiryRefused, match="trainees from TIS"):
        answer(workspace, Enquiry("net_change", basis="fte"))
    for where in (("fully_qualified", ("yes",)), ("role_group", ("Partner",)), ("staff_group", ("Nurses",))):
        assert the(workspace, "net_change", basis="fte", where=(where,))["net_change"] == 0


def test_a_span_that_is_not_whole_years_is_noted(workspace: Workspace) -> None:
    for month in ("2024-03", "2024-09", "2023-09"):
        practices_in(workspace, month, practice())
    noted = answer(workspace, Enquiry("net_change", basis="fte", months=6)).notes
    assert any("like month with like month" in note for note in noted)
    assert not any("like month" in note for note in answer(workspace, Enquiry("net_change", basis="fte")).notes)


def test_a_month_that_is_not_loaded_is_refused(workspace: Workspace) -> None:
    practices_in(workspace, "2024-09", practice())
    with pytest.raises(EnquiryRefused, match="not loaded") as caught:
        answer(workspace, Enquiry("net_change", basis="fte"))
    assert "missing 2023-09" in in_three_lines(caught.value)


def test_a_practice_that_merged_has_not_lost_its_gps(workspace: Workspace) -> None:
    practices_in(workspace, "2023-09", practice("A81001"), practice("A81002"))
    both = {role: (2 * h, 2 * f) for role, (h, f) in SURGERY.items()}
    practices_in(workspace, "2024-09", practice("A81001", 18000, both))
    gps = (("staff_group", ("GP",)), ("organisation", ("A81001",)))
    assert the(workspace, "net_change", basis="fte", where=gps)["net_change"] == 5.5
    merger = Draft(["code", "successor", "on"], [["A81002", "A81001", "2024-04-01"]])
    load(workspace, write(merger, workspace.folder.parent / "merger.csv"))
    change = the(workspace, "net_change", basis="fte", where=gps)
    assert (change["fte_at_start"], change["net_change"]) == (11.0, 0.0)
    [row] = answer(workspace, Enquiry("net_change", basis="fte", by=("organisation",), where=gps)).rows()
    assert row["organisation_name"] == "A81001 SURGERY"


def test_a_practice_that_vanishes_is_warned_about_and_a_month_between_is_no_gap(workspace: Workspace) -> None:
    practices_in(workspace, "2024-03", practice("A81001"), practice("A81002"))
    practices_in(workspace, "2024-09", practice("A81001"))
    [_, later] = workspace.current().loads
    assert len(later.warnings) == 1
    assert "A81002 after 2024-03" in later.warnings[0]


def test_a_correction_takes_the_place_of_what_it_corrects(workspace: Workspace) -> None:
    practices_in(workspace, "2024-09", practice())
    again = written(workspace.folder.parent / "General Practice September 2024 corrected.csv", [practice(patients=1)])
    with pytest.raises(DecisionNeeded, match="revision"):
        load(workspace, again)
    load(workspace, again, accept=frozenset({"revision"}))
    assert the(workspace, "patients_per_fte")["patients"] == 1


# People


def staff(*more: dict[str, object], first: int = 1, many: int = 30) -> list[dict[str, object]]:
    roles = ("Salaried By Practice", "Partner/Providers", "GP Regular Locums")
    places = [{"SUB_ICB_CODE": f"0{i}A", "SUB_ICB_NAME": f"NHS NORTH - 0{i}A"} for i in range(1, 4)]
    return [
        *(person(first + i, roles[i // 3 % 3], GENDER=("Female", "Male")[i % 2], **places[i % 3]) for i in range(many)),
        *more,
    ]


def test_every_measure_that_people_can_answer_is_answered(workspace: Workspace) -> None:
    people_in(workspace, "2023-09", *staff())
    people_in(workspace, "2024-09", *staff()[3:], *staff(first=100, many=4))
    asked = {
        "headcount": 31,
        "fte": 24.8,
        "participation_rate": 0.8,
        "part_time_share": 1.0,
        "share_aged_55_and_over": 0.0,
        "net_change": 1,
        "leavers": 3,
        "joiners": 4,
        "leaver_rate": 3 / 30.5,
        "stability_index": 0.9,
        "joiner_rate": 4 / 30.5,
    }
    for name, expected in asked.items():
        row = the(workspace, name)
        column = {"headcount": "headcount_at_end", "fte": "fte_at_end"}.get(name, name)
        assert row[column] == pytest.approx(expected), name
    assert the(workspace, "change_in_staff")["left"] == 3


def test_who_moves_between_places_leaves_one_of_them_and_not_general_practice(workspace: Workspace) -> None:
    people_in(workspace, "2023-09", *staff())
    moved = [row | ({"SUB_ICB_CODE": "02A"} if row["UNIQUE_IDENTIFIER"] == 1 else {}) for row in staff()]
    people_in(workspace, "2024-09", *moved)
    assert the(workspace, "leavers")["leavers"] == 1
    assert the(workspace, "leavers", leaving="system")["leavers"] == 0
    rows = answer(workspace, Enquiry("change_in_staff", by=("organisation",))).rows()
    assert [(r["organisation"], r["moved_in"], r["moved_out"]) for r in rows] == [
        ("01A", 0, 1),
        ("02A", 1, 0),
        ("03A", 0, 0),
    ]


def test_estimates_stand_apart_and_are_told_with_every_answer(workspace: Workspace) -> None:
    people_in(workspace, "2024-09", *staff(person("", fte=2.5, DATA_SOURCE="Estimated")))
    released = answer(workspace, Enquiry("fte"))
    [row] = released.rows()
    assert (round(row["fte_at_end"], 6), row["fte_estimated"]) == (24.0, 2.5)
    assert the(workspace, "headcount")["headcount_at_end"] == 30
    assert (
        "Estimates for practices without data in 2024-09: 1 row, no people; their FTE stands apart." in released.notes
    )
    assert released.policy.name == "published"


def test_estimates_neither_come_nor_go(workspace: Workspace) -> None:
    people_in(workspace, "2023-09", *staff(person("", fte=7.5, DATA_SOURCE="Estimated")))
    people_in(workspace, "2024-09", *staff())
    row = the(workspace, "leaver_rate", basis="fte")
    assert (row["leavers"], row["leavers_fte"]) == (0, 0.0)
    assert row["fte_at_start"] == pytest.approx(24.0)


def test_people_dealt_anew_give_net_change_and_nothing_that_follows_them(workspace: Workspace) -> None:
    people_in(workspace, "2023-09", *staff())
    with pytest.raises(DecisionNeeded, match="dealt out anew"):
        people_in(workspace, "2024-09", *staff(first=500))
    people_in(workspace, "2024-09", *staff(first=500), accept=frozenset({"new-identifiers"}))
    assert the(workspace, "net_change")["net_change"] == 0
    with pytest.raises(EnquiryRefused, match="the identifiers were dealt out anew") as caught:
        answer(workspace, Enquiry("leavers"))
    assert "net_change" in in_three_lines(caught.value)


def test_people_dealt_anew_are_seen_when_the_newest_release_is_loaded_first(workspace: Workspace) -> None:
    people_in(workspace, "2024-09", *staff(first=500))
    with pytest.raises(DecisionNeeded, match="2023-09 to 2024-09: 0% of the identifiers are in both"):
        people_in(workspace, "2023-09", *staff())


@pytest.mark.parametrize("asked", [{"leaving": "nhs"}, {"method": "event"}])
def test_what_snapshots_of_general_practice_cannot_show_is_refused(workspace: Workspace, asked: dict[str, str]) -> None:
    people_in(workspace, "2023-09", *staff())
    people_in(workspace, "2024-09", *staff())
    with pytest.raises(EnquiryRefused, match="in general practice alone"):
        answer(workspace, Enquiry("leaver_rate", **asked))


def test_the_individual_file_has_no_break_in_february_2023(workspace: Workspace) -> None:
    people_in(workspace, "2022-09", *staff())
    people_in(workspace, "2023-09", *staff())
    assert the(workspace, "net_change")["net_change"] == 0
