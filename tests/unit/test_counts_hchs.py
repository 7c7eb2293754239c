"""HCHS workbooks built by hand, in the layouts that NHS Workforce Statistics prints: read whole or refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from by_hand import OPTIONS, in_three_lines, load, read, rows_of

from keepwell.enquiries import Enquiry, answer
from keepwell.errors import DecisionNeeded, FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources.loading import check_file

Cell = str | float | dt.date | None
Grid = list[list[Cell]]
TITLE = "NHS Hospital & Community Health Service (HCHS) monthly workforce statistics, England"
NOTES: Grid = [
    [],
    ["Source: NHS Workforce Statistics"],
    ["Notes:"],
    ["Headcount totals are unlikely to equal the sum of components."],
]
GROUPS: list[Cell] = ["All staff", "HCHS doctors", "Nurses & health visitors", "Midwives1"]


def workbook(path: Path, **sheets: Grid) -> Path:
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "mmm yyyy"})
    for name, grid in sheets.items():
        sheet = book.add_worksheet(name.replace("_", " "))
        for i, row in enumerate(grid):
            for j, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(i, j, dt.datetime.combine(cell, dt.time()), day)
                elif cell is not None:
                    sheet.write(i, j, cell)
    book.close()
    return path


def by_group(measure: str = "headcount", *, factor: float = 1) -> Grid:
    """Organisations down under their regions, staff groups across, the date in the title."""
    return [
        [TITLE],
        [f"By organisation and staff group, as at 31 October 2024, {measure}"],
        [],
        ["", "", "", *GROUPS],
        ["England", "", "", *(n * factor for n in (100, 20, 55, 30))],
        [],
        ["North", "", "", *(n * factor for n in (61, 12, 34, 18))],
        ["", "Northmoor NHS Trust", "RX1", *(n * factor for n in (40, 8, 22, 12))],
        ["", "Westmoor NHS Trust", "RX2", *(n * factor for n in (22, 4, 12, 6))],
        ["South", "", "", *(n * factor for n in (40, 8, 21, 12))],
        ["", "Southmoor NHS Trust", "RX3", *(n * factor for n in (40, 8, 21, 12))],
        *NOTES,
    ]


def by_month(measure: str = "Headcount") -> Grid:
    """Organisations down with region and code beside them, months across."""
    months: list[Cell] = [dt.date(2024, 8, 31), dt.date(2024, 9, 30), dt.date(2024, 10, 31)]
    return [
        [TITLE],
        [f"Table 3: All staff by organisation, {measure}"],
        [],
        ["NHS England region", "Organisation name", "Organisation code", *months],
        ["England", "", "", 98, 99, 100],
        ["North", "", "", 60, 60, 61],
        ["South", "", "", 38, 39, 40],
        ["North", "Northmoor NHS Trust", "RX1", 40, 40, 40],
        ["North", "Westmoor NHS Trust", "RX2", 20, 20, 22],
        ["South", "Southmoor NHS Trust", "RX3", ".", 39, 40],
        *NOTES,
    ]


def national() -> Grid:
    return [
        [TITLE],
        ["National staff groups, headcount"],
        ["", "", "September 2024", "October 2024"],
        ["All staff", "", 98, 100],
        ["Professionally qualified clinical staff", "", 60, 61],
        ["", "HCHS doctors", 20, 20],
        ["", "Consultant", 9, 10],
        ["", "Specialty Registrar", 11, 10],
        ["", "Nurses & health visitors", 40, 41],
        ["NHS infrastructure support", "", 38, 39],
        ["", "Managers", 38, 39],
        *NOTES,
    ]


def headcounts(workspace: Workspace, **options: object) -> dict[object, int]:
    """The newest headcounts by one field, or of everybody."""
    enquiry = Enquiry("headcount", **options)  # type: ignore[arg-type]
    rows = answer(workspace, enquiry).rows()
    return {tuple(row[name] for name in enquiry.by): row["headcount_at_end"] for row in rows}


def into(folder: Path, **sheets: Grid) -> Workspace:
    workspace = Workspace(folder / "w")
    load(workspace, workbook(folder / "a.xlsx", **sheets))
    return workspace


def test_staff_groups_across_and_organisations_down(tmp_path: Path) -> None:
    workspace = into(tmp_path, Data=by_group())
    assert headcounts(workspace) == {(): 100}
    assert headcounts(workspace, by=("region",)) == {("North",): 61, ("South",): 40}
    assert headcounts(workspace, by=("staff_group",)) == {
        ("HCHS doctors",): 20,
        ("Nurses & health visitors",): 55,
        ("Midwives",): 30,
    }
    assert headcounts(workspace, by=("organisation",), where=(("staff_group", ("Midwives",)),)) == {
        ("RX1",): 12,
        ("RX2",): 6,
        ("RX3",): 12,
    }


def test_people_and_fte_come_from_two_sheets(tmp_path: Path) -> None:
    cover: Grid = [["NHS Workforce Statistics, October 2024"], ["Contents"], ["1. Headcount"], ["2. FTE"]]
    workspace = into(tmp_path, Cover=cover, HC=by_group("headcount"), FTE=by_group("FTE", factor=0.9))
    assert headcounts(workspace) == {(): 100}
    (row,) = answer(workspace, Enquiry("fte", where=(("organisation", ("RX3",)),))).rows()
    assert row["fte_at_end"] == 36


def test_months_across_with_the_region_beside_each_organisation(tmp_path: Path) -> None:
    workspace = into(tmp_path, Table_3=by_month())
    assert headcounts(workspace) == {(): 100}
    assert headcounts(workspace, by=("region",), end=Month.parse("2024-08")) == {("North",): 60, ("South",): 38}
    organisations = headcounts(workspace, by=("organisation",), end=Month.parse("2024-08"))
    assert organisations == {("RX1",): 40, ("RX2",): 20}  # "." is no count, and no row


def test_staff_groups_down_and_months_across(tmp_path: Path) -> None:
    workspace = into(tmp_path, National=national())
    assert headcounts(workspace) == {(): 100}
    assert headcounts(workspace, by=("staff_family",)) == {
        ("NHS infrastructure support",): 39,
        ("Professionally qualified clinical staff",): 61,
    }
    groups = {("HCHS doctors",): 20, ("Managers",): 39, ("Nurses & health visitors",): 41}
    assert headcounts(workspace, by=("staff_group",)) == groups
    assert headcounts(workspace, by=("grade",), end=Month.parse("2024-09")) == {
        ("Consultant",): 9,
        ("Specialty Registrar",): 11,
    }


def test_a_sheet_called_by_a_staff_group_is_about_it(tmp_path: Path) -> None:
    midwives = [[*row] for row in by_month()]
    midwives[4:10] = [[*row[:3], *(n if n == "." else 5 for n in row[3:])] for row in midwives[4:10]]
    workspace = into(tmp_path, All_staff=by_month(), Midwives=midwives)
    assert headcounts(workspace) == {(): 100}
    assert headcounts(workspace, by=("staff_group",)) == {("Midwives",): 5}


@pytest.mark.parametrize(
    ("above", "fields"),
    [
        (["", "", "", "EU nationality", "", "UK nationality2", ""], {"nationality"}),
        (["", "", "", "Male", "", "Female", ""], {"sex"}),
        (["", "", "", dt.date(2024, 9, 30), "", dt.date(2024, 10, 31), ""], set()),
        (["", "", "", "Headcount", "", "FTE", ""], set()),
    ],
)
def test_headings_above_the_headings_reach_to_the_next_one(above: list[Cell], fields: set[str], tmp_path: Path) -> None:
    grid: Grid = [
        [TITLE],
        ["as at 31 October 2024, headcount"],
        above,
        ["", "", "", *GROUPS[:2], *GROUPS[:2]],
        ["England", "", "", 100, 20, 90, 18],
        ["", "Northmoor NHS Trust", "RX1", 60, 10, 50, 9],
        ["", "Southmoor NHS Trust", "RX2", 40, 10, 40, 9],
    ]
    rows = rows_of(read(workbook(tmp_path / "a.xlsx", Data=grid)))["counts"]
    assert set(rows[0]) - {"month", "table_of", "organisation", "organisation_name", "staff_group"} == {
        *fields,
        *("headcount", "fte", "joiners", "leavers"),
    }
    counted = sorted(
        (str(row["organisation"]), str(row["staff_group"]), row[what])
        for row in rows
        for what in ("headcount", "fte")
        if row[what] is not None
    )
    assert [n for _, _, n in counted] == [90, 100, 18, 20, 50, 60, 9, 10, 40, 40, 9, 10]


def changed(grid: Grid, row: int, column: int, cell: Cell) -> Grid:
    new = [[*r] for r in grid]
    new[row][column] = cell
    return new


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        (changed(by_group(), 7, 4, "*"), "hidden counts in HCHS doctors"),
        (changed(by_group(), 7, 4, "<5"), "hidden counts in HCHS doctors"),
        (changed(by_group(), 7, 4, "1-7"), "hidden counts in HCHS doctors"),
        (changed(by_group(), 7, 4, 8.5), "not whole people in HCHS doctors"),
        (changed(by_group(), 7, 4, -8), "below zero in HCHS doctors"),
        (changed(by_group(), 7, 4, "see note"), "no counts in HCHS doctors"),
        (changed(by_group(), 7, 4, 400), "more than their total"),
        (changed(by_group(), 4, 3, 30), "more than their total"),
        (changed(by_group(), 1, 0, "By organisation, headcount"), "does not say of which month"),
        (changed(by_group(), 1, 0, "as at 31 October 2024"), "people or full-time equivalents"),
        (changed(by_group(), 3, 4, ""), "columns without a heading"),
        (changed(by_group(), 7, 2, "RX2"), "the same cell more than once"),
        (changed(by_group(), 4, 0, ""), "say nothing of whose they are"),
        ([[x for j, x in enumerate(row) if j != 2] for row in by_group()], "neither organisations with their codes"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_with_what_to_do(grid: Grid, said: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood, match=said) as caught:
        read(workbook(tmp_path / "a.xlsx", Data=grid))
    in_three_lines(caught.value)


def test_a_month_that_the_file_does_not_say_is_said_by_the_user(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", Data=changed(by_group(), 1, 0, "By organisation, headcount"))
    assert str(read(path, replace(OPTIONS, month=Month.parse("2024-10"))).last_month) == "2024-10"


def test_a_dash_is_zero_where_a_note_says_so_and_a_question_elsewhere(tmp_path: Path) -> None:
    dashed = changed(by_group(), 8, 6, "-")
    with pytest.raises(DecisionNeeded, match="a dash"):
        load(Workspace(tmp_path / "w"), workbook(tmp_path / "a.xlsx", Data=dashed))
    noted = [*dashed, [" ' - ' denotes zero."]]
    workspace = into(tmp_path, Data=noted)
    assert headcounts(workspace, where=(("organisation", ("RX2",)), ("staff_group", ("Midwives",)))) == {(): 0}


def test_sheets_cut_otherwise_are_loaded_one_at_a_time(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", By_group=by_group(), National=national())
    with pytest.raises(FileNotUnderstood, match="cut by different fields") as caught:
        read(path)
    assert "National: grade, staff_family, staff_group" in in_three_lines(caught.value)
    one = read(path, replace(OPTIONS, columns={"sheet": "National"}))
    assert {row["staff_group"] for row in rows_of(one)["counts"]} >= {"HCHS doctors", "Managers"}


def test_an_older_and_a_newer_workbook_of_one_kind_are_one_table(tmp_path: Path) -> None:
    workspace = into(tmp_path, Data=by_group())
    november = changed(by_group(), 1, 0, "as at 30 November 2024, headcount")
    load(workspace, workbook(tmp_path / "b.xlsx", Data=changed(november, 4, 3, 101)))
    rows = answer(workspace, Enquiry("headcount", course=2)).rows()
    assert [row["headcount_at_end"] for row in rows] == [100, 101]


@pytest.mark.parametrize(
    "title",
    [
        "HCHS sickness absence rates by organisation, as at 31 October 2024",
        "HCHS turnover: leavers by organisation, headcount, as at 31 October 2024",
        "Our trust: staff in post, headcount, as at 31 October 2024",
    ],
)
def test_other_workbooks_are_not_taken_for_staff_in_post(title: str, tmp_path: Path) -> None:
    """A trust's own workbook must not pass for published."""
    grid = [[title], *by_group()[3:11]]
    with pytest.raises(FileNotUnderstood, match="none of the formats"):
        check_file(Workspace(tmp_path / "w"), workbook(tmp_path / "a.xlsx", Data=grid), OPTIONS)
