"""Establishment: posts taken whole or refused, and set beside staff in post only where the two meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import GROUPS, OPTIONS, WARDS, Draft, in_three_lines, left_out, load, read, rows_of, staff_in_post, write

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, answer
from keepwell.errors import DecisionNeeded, EnquiryRefused, FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.flows import ALL_STAFF_GROUPS
from keepwell.records.posts import ALL_UNITS
from keepwell.records.workspace import Workspace
from keepwell.sources import establishment
from keepwell.sources.reading import read_sheets

NURSES, THERAPISTS, CLERKS = GROUPS
HEADINGS = ["Month", "Organisation Code", "Organisation Name", "Unit", "Staff Group", "Posts FTE"]


def posts(staff: Sequence[float] | None = None, month: str = "31/01/2025", organisation: str = "RX1") -> Draft:
    """Four wards, in each ten nurses' and five therapists' posts; `staff` in post of each row if given."""
    rows: list[list[object]] = [
        [month, organisation, "Northmoor Trust", ward, group, there]
        for ward in WARDS
        for group, there in ((NURSES, 10), (THERAPISTS, 5.5))
    ]
    if staff is None:
        return Draft(HEADINGS, rows)  # type: ignore[arg-type]
    rows = [[*row, filled] for row, filled in zip(rows, staff, strict=True)]
    return Draft([*HEADINGS, "Staff in Post FTE"], rows)  # type: ignore[arg-type]


FILLED = (9, 5.5, 10, 4.5, 11, 5.5, 8, 4)


def codes(reading: object) -> dict[str, bool]:
    return {d.code: d.blocks for d in reading.decisions}  # type: ignore[attr-defined]


def cells(reading: object) -> list[tuple[object, ...]]:
    names = ("unit", "staff_group", "posts_fte", "staff_in_post_fte")
    return [tuple(row[n] for n in names) for row in rows_of(reading)["establishment"]]  # type: ignore[arg-type]


def ask(workspace: Workspace, *by: str, **choices: object) -> Released:
    return answer(workspace, Enquiry("vacancy_rate", by=by, **choices))  # type: ignore[arg-type]


# Reading


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xls"])
def test_an_establishment_is_one_row_a_unit_and_staff_group(kind: str, tmp_path: Path) -> None:
    reading = read(write(posts(FILLED), tmp_path / f"a.{kind}"))
    assert cells(reading)[:2] == [("Ash Ward", THERAPISTS, 5.5, 5.5), ("Ash Ward", NURSES, 10.0, 9.0)]
    assert (str(reading.first_month), reading.organisations, reading.rows_taken) == ("2025-01", ("RX1",), 8)
    assert rows_of(reading)["establishment"][0]["organisation_name"] == "Northmoor Trust"
    assert codes(reading) == {}


@pytest.mark.parametrize(
    "heading", ["Funded Establishment WTE", "Budgeted WTE", "FTE Budget", "establishment_fte", "ESTABLISHMENT"]
)
def test_posts_are_headed_in_many_ways(heading: str, tmp_path: Path) -> None:
    other = replace(posts(), headings=[*HEADINGS[:5], heading])
    assert cells(read(write(other, tmp_path / "a.csv"))) == cells(read(write(posts(), tmp_path / "b.csv")))


def test_totals_are_checked_and_left_out(tmp_path: Path) -> None:
    sound = posts(FILLED)
    here = ("31/01/2025", "RX1", "Northmoor Trust")
    totals: list[list[object]] = [
        [*here, "Ash Ward", "Total", 15.5, 14.5],
        [*here, "All units", NURSES, 40, 38],
        [*here, "Total", "All staff groups", 62, 57.5],
    ]
    reading = read(write(replace(sound, rows=[*sound.rows, *totals]), tmp_path / "a.csv"))  # type: ignore[list-item]
    assert cells(reading) == cells(read(write(sound, tmp_path / "b.csv")))
    assert left_out(reading) == {"a total beside its parts, checked and not added": [10, 11, 12]}
    assert (reading.rows_taken, codes(reading)) == (8, {})


@pytest.mark.parametrize("column", [5, 6])
@pytest.mark.parametrize("total", [("Ash Ward", "Total", 15.5, 14.5), ("Total", "Total", 62, 57.5)])
def test_a_total_that_is_not_the_sum_is_for_the_user_to_decide(
    total: tuple[object, ...], column: int, tmp_path: Path
) -> None:
    row: list[object] = ["31/01/2025", "RX1", "Northmoor Trust", *total]
    row[column] = float(str(row[column])) + 0.5
    sound = posts(FILLED)
    wrong = replace(sound, rows=[*sound.rows, row])  # type: ignore[list-item]
    assert codes(read(write(wrong, tmp_path / "a.csv"))) == {"totals-differ": True}


def test_a_table_without_units_or_staff_groups_stands_for_all_of_them(tmp_path: Path) -> None:
    whole = replace(posts(), headings=HEADINGS[:3] + HEADINGS[5:], rows=[[*r[:3], r[5]] for r in posts().rows[:1]])
    assert cells(read(write(whole, tmp_path / "a.csv"))) == [(ALL_UNITS, ALL_STAFF_GROUPS, 10.0, None)]


def test_bands_of_one_group_are_added_up_and_a_repeated_row_is_left_out(tmp_path: Path) -> None:
    sound = replace(posts(), headings=[*HEADINGS, "Band"], rows=[[*r, "Band 5"] for r in posts().rows])
    more = [[*sound.rows[0][:5], 2, "Band 6"], sound.rows[0]]
    reading = read(write(replace(sound, rows=[*sound.rows, *more]), tmp_path / "a.csv"))
    assert ("Ash Ward", NURSES, 12.0, None) in cells(reading)
    assert left_out(reading) == {"a repeated row": [11]}
    assert [r for r in reading.remarks if "added up" in r] == [
        "2 rows of the same unit and staff group as others, added up"
    ]


@pytest.mark.parametrize("cell", ["many", "1,2", "#REF!"])
def test_a_cell_that_is_no_number_is_refused(cell: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(posts().with_cell(2, "Posts FTE", cell), tmp_path / "a.csv"))
    assert "row 4" in in_three_lines(caught.value)


@pytest.mark.parametrize("marker", ["", "-", ".", "NA", "*"])
def test_a_row_without_posts_is_left_out_and_counted(marker: str, tmp_path: Path) -> None:
    reading = read(write(posts().with_cell(2, "Posts FTE", marker), tmp_path / "a.csv"))
    assert left_out(reading) == {"no number of posts": [4]}


def test_nothing_under_staff_in_post_is_for_the_user_to_decide(tmp_path: Path) -> None:
    """It could be nobody, and it could be not known."""
    path = write(posts(FILLED).with_cell(2, "Staff in Post FTE", ""), tmp_path / "a.csv")
    assert codes(read(path)) == {"no-staff-in-post": True}
    workspace = Workspace(tmp_path / "w")
    with pytest.raises(DecisionNeeded, match="nothing under staff in post"):
        load(workspace, path)
    load(workspace, path, accept=frozenset({"no-staff-in-post"}))
    (row,) = ask(workspace).rows()
    assert (row["posts_fte"], row["staff_in_post_fte"]) == (52, 47.5)


def test_posts_below_nought_are_for_the_user_to_decide(tmp_path: Path) -> None:
    reading = read(write(posts().with_cell(1, "Posts FTE", -3), tmp_path / "a.csv"))
    assert (codes(reading), reading.decisions[0].found) == ({"below-nought": True}, "row 3")


def test_rows_of_persons_are_not_taken_for_posts(tmp_path: Path) -> None:
    sound = posts(FILLED)
    of_persons = replace(
        sound, headings=["Employee Name", *sound.headings], rows=[["Zzyzx", *row] for row in sound.rows]
    )
    path = write(of_persons, tmp_path / "a.csv")
    for options in (OPTIONS, replace(OPTIONS, format="establishment")):
        with pytest.raises(FileNotUnderstood) as caught:
            read(path, options)
        in_three_lines(caught.value)


def test_a_staff_extract_with_a_column_of_posts_is_still_one(tmp_path: Path) -> None:
    staff = staff_in_post(1)
    wider = replace(staff, headings=[*staff.headings, "Establishment FTE"], rows=[[*row, 1] for row in staff.rows])
    sheets = read_sheets(write(wider, tmp_path / "a.csv"))
    assert establishment.recognise(sheets, OPTIONS) is None
    assert "positions" in read(tmp_path / "a.csv").tables


def test_month_and_organisation_may_be_told_beside_the_file(tmp_path: Path) -> None:
    path = write(posts().without("Month").without("Organisation Code").without("Organisation Name"), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match=r"which (month|organisation)"):
        read(path)
    told = read(path, replace(OPTIONS, month=Month.parse("2025-01"), organisation="rx1"))
    assert (told.organisations, str(told.first_month)) == (("RX1",), "2025-01")


def test_days_that_can_be_read_two_ways_are_asked_about(tmp_path: Path) -> None:
    path = write(posts(month="01/02/2025"), tmp_path / "a.csv")
    with pytest.raises(DecisionNeeded, match="read two ways"):
        read(path)
    assert str(read(path, replace(OPTIONS, day_first=True)).first_month) == "2025-02"


# Vacancies


def test_staff_in_post_of_the_file_itself(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    assert not load(workspace, write(posts(FILLED), tmp_path / "a.csv")).published
    released = ask(workspace, "staff_group")
    assert [(r["staff_group"], r["vacancy_rate"]) for r in released.rows()] == [
        (THERAPISTS, 2.5 / 22), (NURSES, 2 / 40),
    ]  # fmt: skip
    assert released.policy.name == "internal"
    assert released.definition.leaving == ""
    assert any("bank or agency" in note for note in released.notes)
    (cedar,) = ask(workspace, where=(("unit", ("Cedar Ward",)), ("staff_group", (NURSES,)))).rows()
    assert cedar["vacancy_rate"] == -0.1


def test_without_staff_in_post_and_without_staff_records_it_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(posts(), tmp_path / "a.csv"))
    with pytest.raises(EnquiryRefused) as caught:
        ask(workspace)
    assert "load the staff-in-post extracts" in in_three_lines(caught.value)


@pytest.fixture
def staffed(tmp_path: Path) -> Workspace:
    """Thirty people in January: ten of each staff group, and in each ward seven or eight."""
    workspace = Workspace(tmp_path / "staffed")
    load(workspace, write(staff_in_post(1), tmp_path / "staff.csv"))
    return workspace


def expected(ward: str | None = None, group: str | None = None) -> float:
    """FTE of active people as the drawn-up file has them."""
    return sum(
        0.6 if i % 5 == 0 else 1.0 for i in range(30) if ward in (None, WARDS[i % 4]) and group in (None, GROUPS[i % 3])
    )


def test_staff_in_post_are_those_of_the_staff_records(staffed: Workspace, tmp_path: Path) -> None:
    load(staffed, write(posts(), tmp_path / "a.csv"))
    rows = ask(staffed, "unit", "staff_group").rows()
    found = {(r["unit"], r["staff_group"]): (r["posts_fte"], r["staff_in_post_fte"]) for r in rows}
    assert found == {
        (ward, group): (there, pytest.approx(expected(ward, group)))
        for ward in WARDS
        for group, there in ((NURSES, 10), (THERAPISTS, 5.5))
    }
    released = ask(staffed)
    (row,) = released.rows()
    assert row["staff_in_post_fte"] == pytest.approx(expected(group=NURSES) + expected(group=THERAPISTS))
    clerks = f"{expected(group=CLERKS):.1f} FTE of staff are in no staff group and unit that has posts here"
    assert any(clerks in note for note in released.notes)


def test_wards_by_other_names_are_refused_by_ward_and_not_needed_otherwise(staffed: Workspace, tmp_path: Path) -> None:
    load(staffed, write(posts().each("Unit", lambda ward: f"Cost centre {ward}"), tmp_path / "a.csv"))
    with pytest.raises(EnquiryRefused) as caught:
        ask(staffed, "unit")
    assert "0% of the posts" in in_three_lines(caught.value)
    (row,) = ask(staffed).rows()
    assert row["staff_in_post_fte"] == pytest.approx(expected(group=NURSES) + expected(group=THERAPISTS))


def test_one_ward_by_another_name_is_told(staffed: Workspace, tmp_path: Path) -> None:
    load(staffed, write(posts().each("Unit", lambda w: "Oak Ward" if w == "Ash Ward" else w), tmp_path / "a.csv"))
    notes = " ".join(ask(staffed, "unit").notes)
    assert "15.5 FTE of posts are in a staff group and unit where nobody is in post" in notes
    recodes = tmp_path / "recodes.csv"
    recodes.write_text("organisation,field,old,new,from\nRX1,unit,Ash Ward,Oak Ward,2025-02-01\n")
    load(staffed, recodes)
    assert "where nobody is in post" not in " ".join(ask(staffed, "unit").notes)


def test_staff_groups_by_other_names_are_refused(staffed: Workspace, tmp_path: Path) -> None:
    load(staffed, write(posts().each("Staff Group", lambda group: f"{group}s"), tmp_path / "a.csv"))
    for by in ((), ("staff_group",)):
        with pytest.raises(EnquiryRefused, match="side by side by staff group"):
            ask(staffed, *by)


def test_another_month_or_organisation_is_refused(staffed: Workspace, tmp_path: Path) -> None:
    for other in (posts(month="28/02/2025"), posts(organisation="RX9")):
        workspace = Workspace(tmp_path / f"w{other.rows[0][1]}{other.rows[0][0][:2]}")  # type: ignore[index]
        load(workspace, write(staff_in_post(1), tmp_path / "s.csv"))
        load(workspace, write(other, tmp_path / "a.csv"))
        with pytest.raises(EnquiryRefused) as caught:
            ask(workspace)
        assert "staff of RX1 in 2025-01 to 2025-01" in in_three_lines(caught.value)


def test_an_organisation_without_staff_records_is_left_out_and_named(staffed: Workspace, tmp_path: Path) -> None:
    both = replace(posts(), rows=[*posts().rows, *posts(organisation="RX9").rows])
    load(staffed, write(both, tmp_path / "a.csv"))
    released = ask(staffed)
    assert released.rows()[0]["posts_fte"] == 62
    assert any("no staff records of that month: RX9" in note for note in released.notes)


def test_one_organisation_may_tell_its_staff_and_another_not(staffed: Workspace, tmp_path: Path) -> None:
    load(staffed, write(posts(), tmp_path / "a.csv"))
    load(staffed, write(posts(FILLED, organisation="RX9"), tmp_path / "b.csv"))
    rows = {r["organisation"]: r["staff_in_post_fte"] for r in ask(staffed, "organisation").rows()}
    assert rows == {"RX1": pytest.approx(expected(group=NURSES) + expected(group=THERAPISTS)), "RX9": 57.5}


def test_who_is_on_a_career_break_fills_no_post(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    away = staff_in_post(1).with_cell(0, "Assignment Status", "Career Break")
    load(workspace, write(away, tmp_path / "staff.csv"))
    load(workspace, write(posts(), tmp_path / "a.csv"))
    (ash,) = ask(workspace, where=(("unit", ("Ash Ward",)), ("staff_group", (NURSES,)))).rows()
    assert ash["staff_in_post_fte"] == pytest.approx(expected(WARDS[0], NURSES) - 0.6)


@pytest.mark.parametrize(("choice", "said"), [({"leaving": "nhs"}, "not about leaving"), ({"months": 3}, "one month")])
def test_what_a_vacancy_rate_is_not(choice: dict[str, object], said: str, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(posts(FILLED), tmp_path / "a.csv"))
    with pytest.raises(EnquiryRefused, match=said):
        ask(workspace, **choice)


def test_a_course_is_the_end_of_each_month(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(posts(FILLED), tmp_path / "a.csv"))
    load(workspace, write(posts([x - 1 for x in FILLED], month="28/02/2025"), tmp_path / "b.csv"))
    rates = [row["vacancies_fte"] for row in ask(workspace, course=2).rows()]
    assert rates == [4.5, 12.5]
    with pytest.raises(EnquiryRefused, match="not loaded"):
        ask(workspace, course=3)
