"""The workbook of sickness absence, built by hand from its layout: sheets joined, totals known for what they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from by_hand import OPTIONS, in_three_lines, left_out, load, read, rows_of
from openpyxl import Workbook
from openpyxl.styles import numbers

from keepwell.enquiries import Enquiry, answer
from keepwell.errors import EnquiryRefused, FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.absence import ALL_REASONS
from keepwell.records.flows import ALL_STAFF_GROUPS
from keepwell.records.workspace import Workspace
from keepwell.sources import Reading, nhs_sickness_workbook
from keepwell.sources.reading import read_sheets

TITLE = "NHS Sickness Absence Rates, April 2024 to June 2024"
NOTES = ["Notes", '"." denotes not applicable', "Source: NHS England, Electronic Staff Record Data Warehouse"]
MONTHS = ["Apr-24", "May-24", "Jun-24"]
LABELS = ["NHSE region code", "NHSE region name", "ICB code", "ICB name", "Organisation code", "Organisation name"]
Row = list[object]


@dataclass(frozen=True)
class Page:
    """A sheet: its name, title, headings and rows."""

    name: str
    title: str
    headings: Sequence[object]
    rows: Sequence[Sequence[object]]
    merged: bool = True
    notes: Sequence[str] = field(default_factory=lambda: NOTES)


ORGANISATIONS: dict[tuple[str, ...], tuple[Row, Row]] = {
    ("Y60", "Midlands", "QJ2", "Derby", "RX1", "Northmoor Trust"): ([30, 31, 33], [1000, 1000, 1000]),
    ("Y60", "Midlands", "QJ2", "Derby", "RX2", "Southmoor Trust"): ([10, 9, "."], [200, 200, "."]),
    ("Y60", "Midlands", "QT1", "Nottingham", "RX3", "Eastmoor Trust"): ([5, 6, 7], [100, 100, 100]),
    ("Y60", "Midlands", "QT1", "Nottingham", "QT1", "NHS Nottingham ICB"): ([1, 1, 1], [50, 50, 50]),
    ("Y62", "North West", "QE1", "Lancashire", "RX4", "Westmoor Trust"): ([20, 20, 20], [400, 400, 400]),
}
REGION_TOTALS: dict[tuple[str, ...], tuple[Row, Row]] = {
    ("", "England", "", "", "", ""): ([66, 67, 61], [1750, 1750, 1550]),
    ("Y60", "Midlands", "", "", ".", "Midlands"): ([46, 47, 41], [1350, 1350, 1150]),
    ("Y60", "Midlands", "QJ2", "Derby", "", "Derby"): ([40, 40, 33], [1200, 1200, 1000]),
    ("Y62", "North West", "", "", "", "North West total"): ([20, 20, 20], [400, 400, 400]),
}
EVERY = {**REGION_TOTALS, **ORGANISATIONS}


def page(which: int, **changes: object) -> Page:
    """Days lost (0) or days available (1) by organisation."""
    name, title = [("Table 3a", "FTE days lost"), ("Table 3b", "FTE days available")][which]
    rows = [[*labels, *days[which]] for labels, days in EVERY.items()]
    return replace(Page(name, f"{title} by organisation", [*LABELS, *MONTHS], rows), **changes)  # type: ignore[arg-type]


def contents() -> Page:
    return Page("Contents", "", ["Table", "What it holds"], [["3a", "FTE days lost"], ["3b", "FTE days available"]])


def rates() -> Page:
    rows = [
        [*labels, *(round(100 * a / b, 2) if b != "." else "." for a, b in zip(*days, strict=True))]
        for labels, days in EVERY.items()
    ]
    return Page("Table 4", "Sickness absence rate by organisation", [*LABELS, *MONTHS], rows)


def book(*pages: Page) -> Workbook:
    made = Workbook()
    made.remove(made.active)
    for one in pages:
        sheet = made.create_sheet(one.name)
        sheet.append([TITLE])
        sheet.append([one.title])
        sheet.append([])
        sheet.append(list(one.headings))
        for row in one.rows:
            sheet.append([None if cell == "" else cell for cell in row])
        sheet.append([])
        for note in one.notes:
            sheet.append([note])
        if one.merged:
            sheet.merge_cells("A1:H1")
            sheet.merge_cells("A2:H2")
        for cell in sheet[4]:
            if isinstance(cell.value, dt.date):
                cell.number_format = numbers.FORMAT_DATE_XLSX17
    return made


def reading_of(folder: Path, *pages: Page, **options: object) -> Reading:
    path = folder / "tables.xlsx"
    book(*pages).save(path)
    return read(path, replace(OPTIONS, **options))  # type: ignore[arg-type]


def days(reading: Reading) -> dict[tuple[object, ...], tuple[object, object]]:
    return {
        (str(Month(int(str(r["month"])))), r["organisation"], r["staff_group"], r["reason"]): (
            r["fte_days_lost"], r["fte_days_available"],
        )
        for r in rows_of(reading)["absence"]
    }  # fmt: skip


def of_organisation(code: str, month: str = "2024-04") -> tuple[object, ...]:
    return month, code, ALL_STAFF_GROUPS, ALL_REASONS


def codes(reading: Reading) -> dict[str, bool]:
    return {d.code: d.blocks for d in reading.decisions}


def test_days_lost_and_days_available_are_joined_month_by_month(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, contents(), page(0), page(1))
    found = days(reading)
    assert found[of_organisation("RX1", "2024-06")] == (33.0, 1000.0)
    assert found[of_organisation("QT1")] == (1.0, 50.0)  # an ICB is an employer too
    assert of_organisation("RX2", "2024-06") not in found
    assert len(found) == 5 * 3 - 1
    assert (str(reading.first_month), str(reading.last_month), codes(reading)) == ("2024-04", "2024-06", {})
    row = next(r for r in rows_of(reading)["absence"] if r["organisation"] == "RX1")
    assert (row["region"], row["icb_name"], row["organisation_name"]) == ("Y60", "Derby", "Northmoor Trust")


def test_totals_stand_apart_and_are_never_added(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    book(page(0), page(1)).save(tmp_path / "a.xlsx")
    loaded = load(workspace, tmp_path / "a.xlsx")
    assert (loaded.format, loaded.published) == ("nhs_sickness_workbook", True)
    assert loaded.rows_taken == 5
    rows = answer(workspace, Enquiry("sickness_absence_rate", course=3)).rows()
    assert [(r["fte_days_lost"], r["fte_days_available"]) for r in rows] == [(66, 1750), (67, 1750), (61, 1550)]
    (midlands, north_west) = answer(workspace, Enquiry("sickness_absence_rate", by=("region",), months=3)).rows()
    assert (midlands["region_name"], midlands["fte_days_lost"]) == ("Midlands", 134)
    assert north_west["sickness_absence_rate"] == 60 / 1200


def test_what_is_set_aside_is_told_by_sheet_and_row(tmp_path: Path) -> None:
    told = left_out(reading_of(tmp_path, contents(), page(0), page(1)))
    assert told['a total beside its parts, checked and not added, on "Table 3a"'] == [5, 6, 7, 8]


@pytest.mark.parametrize(
    "headings",
    [
        ["2024-04", "2024-05", "2024-06"],
        ["April 2024", "May 2024", "June 2024"],
        ["April 2024 [note 2]", "May 2024", "June 2024 [p]"],
        ["Apr-24*", "May-24¹", "Jun-24"],
        [dt.date(2024, 4, 1), dt.date(2024, 5, 1), dt.date(2024, 6, 1)],
        [dt.date(2024, 4, 30), dt.date(2024, 5, 31), dt.date(2024, 6, 30)],
        ["30/04/2024", "31/05/2024", "30/06/2024"],
    ],
    ids=lambda h: str(h[0]),
)
def test_months_are_headed_in_many_ways(headings: list[object], tmp_path: Path) -> None:
    expected = days(reading_of(tmp_path, page(0), page(1)))
    assert days(reading_of(tmp_path, *(page(i, headings=[*LABELS, *headings]) for i in (0, 1)))) == expected


@pytest.mark.parametrize(
    "labels",
    [
        ["Region code", "Region", "ICS code", "ICS", "Org code", "Organisation"],
        ["NHSE Region Code [note 1]", "NHSE region", "ICB code", "Integrated Care Board", "Organisation", "Organisation name"],
    ],
)  # fmt: skip
def test_labels_are_headed_in_many_ways(labels: list[str], tmp_path: Path) -> None:
    found = days(reading_of(tmp_path, *(page(i, headings=[*labels, *MONTHS]) for i in (0, 1))))
    assert found == days(reading_of(tmp_path, page(0), page(1)))


@pytest.mark.parametrize(
    "labels",
    [
        ("", "England", "", "", "", ""),
        ("Y60", "Midlands", "", "", ".", "Midlands"),
        ("Y60", "Midlands", "QJ2", "Derby", "", "Derby"),
        ("Y62", "North West", "", "", "", "North West total"),
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_a_total_that_is_not_the_sum_of_its_parts_is_for_the_user_to_decide(
    labels: tuple[str, ...], which: int, tmp_path: Path
) -> None:
    pages = [page(0), page(1)]
    rows = [[*row[:6], row[6] + 4, *row[7:]] if tuple(row[:6]) == labels else row for row in pages[which].rows]
    pages[which] = page(which, rows=rows)
    assert codes(reading_of(tmp_path, *pages)) == {"totals-differ": True}


def test_a_total_that_is_more_than_its_parts_where_some_are_withheld_is_only_told(tmp_path: Path) -> None:
    rows = [[*row[:8], row[8] + 9] if row[1] == "England" else row for row in page(0).rows]
    assert codes(reading_of(tmp_path, page(0, rows=rows), page(1))) == {"totals-differ": False}


def test_totals_agree_within_what_rounding_may_do(tmp_path: Path) -> None:
    """Each of five organisations rounded by up to a half, and their total too."""
    rows = [[*row[:6], row[6] + 3, *row[7:]] if row[1] == "England" else row for row in page(0).rows]
    assert codes(reading_of(tmp_path, page(0, rows=rows), page(1))) == {}
    rows = [[*row[:6], row[6] + 4, *row[7:]] if row[1] == "England" else row for row in page(0).rows]
    assert list(codes(reading_of(tmp_path, page(0, rows=rows), page(1)))) == ["totals-differ"]


def test_rates_alone_are_refused_with_what_to_load_instead(tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood) as caught:
        reading_of(tmp_path, contents(), rates())
    said = in_three_lines(caught.value)
    assert "rates cannot be pooled" in said
    assert "monthly CSV" in said


@pytest.mark.parametrize("which", [0, 1])
def test_days_of_one_kind_alone_are_refused(which: int, tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood, match="both days lost and days available"):
        reading_of(tmp_path, page(which), rates())


def test_rates_beside_the_days_are_checked(tmp_path: Path) -> None:
    assert codes(reading_of(tmp_path, page(0), page(1), rates())) == {}
    wrong = [[*row[:6], 9.99, *row[7:]] if row[4] == "RX1" else row for row in rates().rows]
    reading = reading_of(tmp_path, page(0), page(1), replace(rates(), rows=wrong))
    assert codes(reading) == {"rate-differs": True}
    assert reading.decisions[0].found == 'row 9 of "Table 4"'


def test_a_title_that_names_the_publication_does_not_make_a_sheet_one_of_rates(tmp_path: Path) -> None:
    titled = [page(i, name=f"Sheet{i}", title=["FTE days lost", "FTE days available"][i]) for i in (0, 1)]
    assert days(reading_of(tmp_path, *titled)) == days(reading_of(tmp_path, page(0), page(1)))


def test_the_row_of_an_icb_that_holds_all_its_organisations_is_a_total(tmp_path: Path) -> None:
    """Under the code of the ICB, which as an employer has the same."""
    extra: dict[tuple[str, ...], tuple[Row, Row]] = {
        ("Y60", "Midlands", "QJ2", "Derby", "QJ2", "NHS Derby Integrated Care Board"): (
            [40, 40, 33],
            [1200, 1200, 1000],
        )
    }
    pages = []
    for which in (0, 1):
        rows = [*page(which).rows, *([*labels, *d[which]] for labels, d in extra.items())]
        pages.append(page(which, rows=[r for r in rows if not (r[3] == "Derby" and r[4] == "")]))
    reading = reading_of(tmp_path, *pages)
    assert days(reading) == days(reading_of(tmp_path, page(0), page(1)))
    assert any("QJ2" in remark for remark in reading.remarks)
    assert codes(reading) == {}


def test_an_icb_that_employs_people_of_its_own_is_no_total(tmp_path: Path) -> None:
    own = ["Y60", "Midlands", "QJ2", "Derby", "QJ2", "NHS Derby Integrated Care Board"]
    pages = [page(i, rows=[*page(i).rows[4:], [*own, *([2, 2, 2], [70, 70, 70])[i]]]) for i in (0, 1)]
    assert days(reading_of(tmp_path, *pages))[of_organisation("QJ2")] == (2.0, 70.0)


def test_organisations_by_name_alone_are_refused(tmp_path: Path) -> None:
    pages = [
        page(i, headings=["Organisation name", *MONTHS], rows=[row[5:] for row in page(i).rows if row[5]])
        for i in (0, 1)
    ]
    with pytest.raises(FileNotUnderstood, match="without their codes"):
        reading_of(tmp_path, *pages)


def test_two_sheets_that_differ_about_the_same_are_refused(tmp_path: Path) -> None:
    other = [[*row[:6], row[6] + 1, *row[7:]] if row[4] == "RX1" else row for row in page(0).rows]
    with pytest.raises(FileNotUnderstood) as caught:
        reading_of(tmp_path, page(0), page(1), page(0, name="Table 3c", rows=other))
    assert 'row 9 of "Table 3c" against row 9 of "Table 3a"' in in_three_lines(caught.value)


@pytest.mark.parametrize("cell", ["many", -3])
def test_a_cell_that_is_no_count_of_days_is_refused(cell: object, tmp_path: Path) -> None:
    rows = [[*row[:6], cell, *row[7:]] if row[4] == "RX1" else row for row in page(0).rows]
    with pytest.raises(FileNotUnderstood, match="not counts of days"):
        reading_of(tmp_path, page(0, rows=rows), page(1))


@pytest.mark.parametrize(
    ("first", "second", "note"),
    [
        ("Sickness absence 2024", "FTE days lost", "Workforce Information, Northmoor"),
        ("NHS Workforce Statistics, April 2024", "Headcount by organisation", "Source: NHS England"),
    ],
    ids=["a trust's own", "another publication"],
)
def test_what_is_not_this_publication_is_not_taken_for_it(first: str, second: str, note: str, tmp_path: Path) -> None:
    made = book(*(page(i, notes=[note]) for i in (0, 1)))
    for sheet in made:
        sheet["A1"], sheet["A2"] = first, second
    made.save(tmp_path / "other.xlsx")
    sheets = read_sheets(tmp_path / "other.xlsx")
    assert nhs_sickness_workbook.recognise(sheets, OPTIONS) is None
    book(page(0), page(1)).save(tmp_path / "this.xlsx")
    assert nhs_sickness_workbook.recognise(read_sheets(tmp_path / "this.xlsx"), OPTIONS) is not None


# By staff group, and by reason

GROUPS: dict[tuple[str, str, str], tuple[Row, Row]] = {
    ("All staff groups", "", ""): ([66, 67, 61], [1750, 1750, 1550]),
    ("Professionally qualified clinical staff", "", ""): ([40, 40, 40], [1000, 1000, 900]),
    ("", "HCHS doctors", ""): ([10, 10, 10], [500, 500, 450]),
    ("", "", "Consultant"): ([6, 6, 6], [300, 300, 250]),
    ("", "Midwives", ""): ([30, 30, 30], [500, 500, 450]),
    ("NHS infrastructure support", "", ""): ([26, 27, 21], [750, 750, 650]),
}


def by_group(which: int) -> Page:
    name, title = [("Table 2a", "FTE days lost"), ("Table 2b", "FTE days available")][which]
    rows = [[*labels, *d[which]] for labels, d in GROUPS.items()]
    return Page(name, f"{title} by staff group, England", ["Staff group", "", "", *MONTHS], rows)


def test_staff_groups_within_staff_groups_are_of_england(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, by_group(0), by_group(1))
    assert reading.organisations == ("England",)
    found = days(reading)
    assert found["2024-05", "England", "Consultant", ALL_REASONS] == (6.0, 300.0)
    assert found["2024-05", "England", "HCHS doctors", ALL_REASONS] == (10.0, 500.0)
    assert len(found) == 18


def test_a_group_within_a_group_is_known_where_the_outer_ones_stand_beside_it_again(tmp_path: Path) -> None:
    pages = []
    for made in (by_group(0), by_group(1)):
        rows = [list(row) for row in made.rows]
        rows[3][:3] = ["Professionally qualified clinical staff", "HCHS doctors", "Consultant"]
        pages.append(replace(made, rows=rows))
    assert days(reading_of(tmp_path, *pages)) == days(reading_of(tmp_path, by_group(0), by_group(1)))


def test_staff_groups_of_england_stand_beside_the_organisations_and_are_not_added_to_them(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    book(page(0), page(1), by_group(0), by_group(1)).save(tmp_path / "a.xlsx")
    load(workspace, tmp_path / "a.xlsx")
    (all_together,) = answer(workspace, Enquiry("sickness_absence_rate", months=3)).rows()
    assert all_together["fte_days_lost"] == 66 + 67 + 61
    rows = answer(workspace, Enquiry("sickness_absence_rate", by=("staff_group",))).rows()
    assert {r["staff_group"]: r["fte_days_lost"] for r in rows}["Midwives"] == 30
    where = (("staff_group", ("HCHS doctors", "Consultant")),)
    with pytest.raises(EnquiryRefused, match="total must not be added"):
        answer(workspace, Enquiry("sickness_absence_rate", where=where))


REASONS = [
    "S10 Anxiety/stress/depression/other psychiatric illnesses",
    "S11 Back Problems",
    "S13 Cold Cough Flu - Influenza",
]


def counts(**changes: object) -> Page:
    rows = [
        ["All staff groups", "", 9000, 450, 300, 50, 100],
        ["", "Midwives", 1000, 70, 40, "-", 30],
    ]
    headings = ["Staff group", "", "ALL REASONS DAYS AVAILABLE", "ALL REASONS DAYS LOST", *REASONS]
    made = Page("Table 2 (Count)", "FTE days lost by reason and staff group, England, April 2024", headings, rows)
    return replace(made, **changes)  # type: ignore[arg-type]


def percentages() -> Page:
    rows = [["All staff groups", "", 66.7, 11.1, 22.2], ["", "Midwives", 57.1, 0.0, 42.9]]
    return Page("Table 1 (%)", "Percentage of FTE days lost, April 2024", ["Staff group", "", *REASONS], rows)


@pytest.mark.parametrize("pages", [(counts,), (percentages, counts)])
def test_reasons_across_are_taken_from_the_sheet_of_counts(pages: Sequence[Callable[[], Page]], tmp_path: Path) -> None:
    made = [make() for make in pages]
    path = tmp_path / "reasons.xlsx"
    workbook = book(*made)
    for sheet in workbook:
        sheet["A1"] = "NHS Sickness Absence by reason and staff group"
    workbook.save(path)
    workspace = Workspace(tmp_path / "w")
    load(workspace, path)
    rows = answer(workspace, Enquiry("sickness_absence_rate", by=("reason",))).rows()
    assert [(r["reason"][:3], r["sickness_absence_rate"]) for r in rows] == [
        ("S10", 300 / 9000), ("S13", 100 / 9000), ("S11", 50 / 9000),
    ]  # fmt: skip
    midwives = Enquiry("sickness_absence_rate", by=("reason",), where=(("staff_group", ("Midwives",)),))
    assert [r["fte_days_lost"] for r in answer(workspace, midwives).rows()] == [40, 30]


def test_percentages_of_reasons_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood, match="rates cannot be pooled"):
        reading_of(tmp_path, percentages())


def test_the_month_is_that_of_the_title_nearest_to_the_table(tmp_path: Path) -> None:
    made = book(counts())
    made.worksheets[0]["A1"] = "NHS Sickness Absence Rates, published August 2024"
    made.save(tmp_path / "a.xlsx")
    assert str(read(tmp_path / "a.xlsx").first_month) == "2024-04"


def test_reasons_without_a_month_ask_for_it(tmp_path: Path) -> None:
    made = book(counts(title="FTE days lost by reason and staff group, England"))
    made.worksheets[0]["A1"] = "NHS Sickness Absence by reason and staff group"
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(FileNotUnderstood) as caught:
        read(tmp_path / "a.xlsx")
    assert "--month" in in_three_lines(caught.value)
    reading = read(tmp_path / "a.xlsx", replace(OPTIONS, month=Month.parse("2024-04")))
    assert str(reading.first_month) == "2024-04"
