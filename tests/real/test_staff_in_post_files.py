"""The published HCHS workbooks: is every number what openpyxl, or the bare cells, make of it?

In the long workbook each person stands several times: under All and under an ethnicity, under All Grades and under a
grade. In the other, England and thirteen regions stand among 435 organisations.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from keepwell.enquiries import Enquiry, answer
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.records.workspace import Load, Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "nhs_staff_in_post"
LONG = FOLDER / "nhsworkforcedata.xls"
NATIONALS = FOLDER / "EU_and_UK_nationals_by_staff_group_and_organisation__September_2016.xlsx"
EVERYBODY = "All - Including Unknown, Not Stated And Discontinued Codes"
KNOWN = ("Asian", "Black", "Chinese", "Mixed", "White", "Other")
JUNE = Month.parse("2022-06")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the public files are not here: {FOLDER}"),
]


def loaded(folder: Path, file: Path) -> tuple[Workspace, Load]:
    workspace = Workspace(folder)
    options = ReadOptions(today=dt.date(2026, 1, 31))
    return workspace, load_file(workspace, file, options, now=dt.datetime(2026, 1, 31, tzinfo=dt.UTC))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Load]:
    return loaded(tmp_path_factory.mktemp("long"), LONG)


@pytest.fixture(scope="module")
def nationals(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Load]:
    return loaded(tmp_path_factory.mktemp("nationals"), NATIONALS)


@pytest.fixture(scope="module")
def cells() -> list[dict[str, Any]]:
    """The long workbook's rows, as they stand."""
    headings, *rows = CalamineWorkbook.from_path(LONG).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def printed() -> dict[str, tuple[int, ...]]:
    """The other workbook's eight numbers of England, of each region and of each code, read with openpyxl."""
    sheet = openpyxl.load_workbook(NATIONALS)["final"]
    found = {}
    for row in sheet.iter_rows(min_row=6, max_row=467, max_col=11, values_only=True):
        if row[3] is not None:
            found[str(row[2] or row[0])] = tuple(0 if n == "-" else int(n) for n in row[3:])  # type: ignore[arg-type]
    return found


def value(workspace: Workspace, *, end: str | None = None, **where: str) -> int:
    """The one headcount of an enquiry."""
    kept = tuple((name, (wanted,)) for name, wanted in where.items())
    (row,) = answer(workspace, Enquiry("headcount", where=kept, end=Month.parse(end) if end else None)).rows()
    return int(row["headcount_at_end"])


def test_the_long_workbook_goes_in_whole(long: tuple[Workspace, Load]) -> None:
    load = long[1]
    assert (load.rows_read, load.rows_taken, load.left_out) == (24_204, 24_204, ())
    assert (load.first_month, load.last_month, load.published) == ("2009-09", "2022-06", True)
    assert load.warnings == ()
    assert any("1,663 totals of 2,411 over grade not the sum of the parts, by up to 7.7%" in r for r in load.remarks)
    assert not any("over ethnicity" in r for r in load.remarks)  # those add up exactly


def test_everybody_is_counted_once(long: tuple[Workspace, Load], cells: list[dict[str, Any]]) -> None:
    """Of the ten rows that count a person, the one under both totals; staff groups have none and are added up."""
    of_june = [r for r in cells if r["Time"] == dt.date(2022, 6, 1)]
    once = [r for r in of_june if r["Ethnicity"] == EVERYBODY and r["Grade"] == "All Grades"]
    assert value(long[0]) == sum(r["Value"] for r in once) == 1_379_496
    assert sum(r["Value"] for r in of_june) > 5_000_000  # what adding up every row would say
    released = answer(long[0], Enquiry("headcount"))
    assert any("No total in the table over staff family, staff group" in note for note in released.notes)


def test_the_two_alls_are_told_apart(long: tuple[Workspace, Load]) -> None:
    workspace = long[0]
    assert value(workspace, ethnicity_type="Known") == 1_318_138
    assert value(workspace, ethnicity_type="Not known or discontinued") == 1_379_496 - 1_318_138
    rows = answer(workspace, Enquiry("headcount", by=("ethnicity",))).rows()
    assert len(rows) == 8
    assert sum(row["headcount_at_end"] for row in rows) == 1_379_496


@pytest.mark.parametrize("month", ["2009-09", "2016-09", "2020-12", "2022-03"])
def test_every_staff_group_and_ethnicity(long: tuple[Workspace, Load], cells: list[dict[str, Any]], month: str) -> None:
    expected = {
        (r["Role_Group"], r["Ethnicity"]): r["Value"]
        for r in cells
        if f"{r['Time']:%Y-%m}" == month and r["Grade"] == "All Grades" and not r["Ethnicity"].startswith("All")
    }
    asked = Enquiry("headcount", by=("staff_group", "ethnicity"), end=Month.parse(month))
    found = {(r["staff_group"], r["ethnicity"]): r["headcount_at_end"] for r in answer(long[0], asked).rows()}
    assert found == expected


def test_grades_are_shown_beside_their_total_and_never_with_it(
    long: tuple[Workspace, Load], cells: list[dict[str, Any]]
) -> None:
    doctors = [r for r in cells if r["Time"] == dt.date(2022, 6, 1) and r["Role_Group"] == "Hchs Doctors"]
    expected = {r["Grade"]: r["Value"] for r in doctors if r["Ethnicity"] == EVERYBODY and r["Grade"] != "All Grades"}
    asked = Enquiry("headcount", by=("grade",), where=(("staff_group", ("hchs doctors",)),))
    assert {r["grade"]: r["headcount_at_end"] for r in answer(long[0], asked).rows()} == expected
    with pytest.raises(EnquiryRefused, match="must not be added to its parts"):
        answer(long[0], Enquiry("headcount", where=(("grade", ("All grades", "Consultant")),)))


def test_families_are_the_sums_of_their_groups(long: tuple[Workspace, Load], cells: list[dict[str, Any]]) -> None:
    expected: dict[str, int] = defaultdict(int)
    for r in cells:
        if r["Time"] == dt.date(2022, 6, 1) and r["Ethnicity"] == EVERYBODY and r["Grade"] == "All Grades":
            expected[r["Staff_Group"]] += r["Value"]
    rows = answer(long[0], Enquiry("headcount", by=("staff_family",))).rows()
    assert {r["staff_family"]: r["headcount_at_end"] for r in rows} == expected


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Enquiry("headcount", months=12, end=Month.parse("2020-11")), "2020-11 .* not|not loaded"),
        (Enquiry("leaver_rate"), "Nothing is loaded"),
        (Enquiry("fte"), "counts fte"),
        (Enquiry("headcount", by=("organisation",)), "by every field asked for"),
    ],
)
def test_what_the_long_workbook_cannot_tell_is_refused(long: tuple[Workspace, Load], asked: Enquiry, said: str) -> None:
    with pytest.raises(EnquiryRefused, match=said):
        answer(long[0], asked)


def test_the_nationals_go_in_whole(nationals: tuple[Workspace, Load], printed: dict[str, tuple[int, ...]]) -> None:
    load = nationals[1]
    assert (load.rows_taken, len(load.organisations), load.first_month) == (449, 435, "2016-09")
    assert len(printed) == 449
    assert set(load.organisations) == {code for code in printed if len(code) == 3}
    assert any("8 totals of 8 over region not the sum of the parts, by up to 0.3%" in r for r in load.remarks)
    assert any("90 totals of 104 over organisation" in r for r in load.remarks)


def test_england_is_the_files_own_row(nationals: tuple[Workspace, Load], printed: dict[str, tuple[int, ...]]) -> None:
    workspace = nationals[0]
    assert value(workspace) == 59_796 + 955_090 == printed["England"][0] + printed["England"][4]
    assert value(workspace, nationality="EU") == 59_796
    assert value(workspace, nationality="UK", staff_group="HCHS doctors") == printed["England"][5] == 79_447
    notes = answer(workspace, Enquiry("headcount")).notes
    assert any("No total in the table over nationality" in note for note in notes)


def test_regions_are_their_own_rows_and_differ_from_the_sum_of_their_organisations(
    nationals: tuple[Workspace, Load], printed: dict[str, tuple[int, ...]]
) -> None:
    asked = Enquiry("headcount", by=("region",), where=(("nationality", ("EU",)),))
    found = {r["region"]: r["headcount_at_end"] for r in answer(nationals[0], asked).rows()}
    assert found == {name: row[0] for name, row in printed.items() if name.startswith("Health Education")}
    assert len(found) == 13
    assert sum(found.values()) - printed["England"][0] == 62  # people with posts in two regions


def test_every_organisation_and_staff_group(
    nationals: tuple[Workspace, Load], printed: dict[str, tuple[int, ...]]
) -> None:
    groups = ("HCHS doctors", "Nurses & health visitors", "Other staff")
    expected = {
        (code, nationality, group): row[start + k]
        for code, row in printed.items()
        if len(code) == 3
        for nationality, start in (("EU", 1), ("UK", 5))
        for k, group in enumerate(groups)
    }
    by = ("organisation", "nationality", "staff_group")
    rows = answer(nationals[0], Enquiry("headcount", by=by)).rows()
    assert {tuple(r[name] for name in by): r["headcount_at_end"] for r in rows} == expected
    trust = next(row for row in rows if row["organisation"] == "RFS")
    assert trust["organisation_name"] == "Chesterfield Royal Hospital NHS Foundation Trust"


def test_organisations_of_a_region(nationals: tuple[Workspace, Load], printed: dict[str, tuple[int, ...]]) -> None:
    where = (("region", ("Health Education Wessex",)), ("nationality", ("EU",)))
    rows = answer(nationals[0], Enquiry("headcount", by=("organisation",), where=where)).rows()
    assert len(rows) == 20
    assert sum(r["headcount_at_end"] for r in rows) == printed["Health Education Wessex"][0] + 1


def test_both_stand_side_by_side_and_a_question_for_either_is_put_to_the_user(tmp_path: Path) -> None:
    workspace, _ = loaded(tmp_path, LONG)
    loaded(tmp_path, NATIONALS)
    with pytest.raises(EnquiryRefused, match="More than one table can answer"):
        answer(workspace, Enquiry("headcount", by=("staff_group",), end=Month.parse("2016-09")))
    assert value(workspace, end="2022-06") == 1_379_496
    assert value(workspace, nationality="UK") == 955_090
