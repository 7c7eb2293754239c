"""ESR staff in post: what is taken, what is dropped, what is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from by_hand import OPTIONS, Draft, in_three_lines, left_out, load, read, rows_of, staff_in_post, write

from keepwell.errors import DecisionNeeded, FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import Reading
from keepwell.sources.reading import plain
from keepwell.sources.staff_columns import is_data, is_personal, is_personal_cell, staff_fields


def positions(reading: Reading) -> list[dict[str, object]]:
    return rows_of(reading)["positions"]


@pytest.fixture
def sound() -> Draft:
    return staff_in_post()


def test_names_and_ni_numbers_are_dropped_on_sight_and_said_to_be(sound: Draft, tmp_path: Path) -> None:
    reading = read(write(sound, tmp_path / "a.csv"))
    assert "Dropped, never kept: Last Name, NI Number" in reading.remarks
    assert "Zzyzx" not in repr(rows_of(reading))


def test_employee_numbers_are_kept_as_hashes_that_are_the_same_next_month(sound: Draft, tmp_path: Path) -> None:
    now, then = read(write(sound, tmp_path / "a.csv")), read(write(staff_in_post(2), tmp_path / "b.csv"))
    assert {p["person"] for p in positions(now)} == {p["person"] for p in positions(then)}
    assert not any("20000" in str(p["person"])[:6] for p in positions(now))


@pytest.mark.parametrize(
    ("status", "state"),
    [("Active Assignment", "active"), ("Career Break", "paused"), ("Maternity - Unpaid", "paused"), ("Acting Up", "active")],
)  # fmt: skip
def test_the_assignment_status_decides_who_is_active_or_paused(
    status: str, state: str, sound: Draft, tmp_path: Path
) -> None:
    reading = read(write(sound.each("Assignment Status", lambda _: status), tmp_path / "a.csv"))
    assert {p["state"] for p in positions(reading)} == {state}


def test_an_excluded_status_is_left_out_by_row_number(sound: Draft, tmp_path: Path) -> None:
    reading = read(write(sound.with_cell(2, "Assignment Status", "Inactive Not Worked"), tmp_path / "a.csv"))
    assert list(left_out(reading).values()) == [[4]]


def test_a_status_that_nobody_knows_is_for_the_user_to_decide_and_not_shown(sound: Draft, tmp_path: Path) -> None:
    path, workspace = (
        write(sound.with_cell(2, "Assignment Status", "Zzyzx is on leave"), tmp_path / "a.csv"),
        Workspace(tmp_path / "w"),
    )
    with pytest.raises(DecisionNeeded) as caught:
        load(workspace, path)
    assert "Assignment Status (row 4)" in in_three_lines(caught.value)
    assert load(workspace, path, accept=frozenset({"unknown-status"})).rows_taken == 29


def test_bank_staff_are_not_staff_in_post(sound: Draft, tmp_path: Path) -> None:
    mixed = replace(sound, headings=[*sound.headings, "Assignment Category"])
    rows = [[*r, "Bank" if i == 3 else "Permanent"] for i, r in enumerate(sound.rows)]
    reading = read(write(replace(mixed, rows=rows), tmp_path / "a.csv"))
    assert left_out(reading) == {"bank, honorary or non-executive, not staff in post": [5]}


def test_two_posts_of_a_person_are_one_position_classified_by_the_primary_one(tmp_path: Path) -> None:
    one = staff_in_post(people=1)
    second = one.with_cell(0, "Primary", "No").with_cell(0, "FTE", 0.4).with_cell(0, "Role", "Tutor")
    reading = read(write(replace(one, rows=[*second.rows, *one.rows]), tmp_path / "a.csv"))
    [position] = positions(reading)
    assert (position["job_role"], position["fte"]) == ("Nurse", pytest.approx(1.0))


def test_a_paused_post_beside_an_active_one_adds_no_fte(tmp_path: Path) -> None:
    one = staff_in_post(people=1)
    paused = one.with_cell(0, "Assignment Status", "Career Break").with_cell(0, "FTE", 0.3)
    reading = read(write(replace(one, rows=[*paused.rows, *one.rows]), tmp_path / "a.csv"))
    [position] = positions(reading)
    assert (position["state"], position["fte"]) == ("active", 0.6)


def test_a_second_row_of_one_assignment_is_left_out(sound: Draft, tmp_path: Path) -> None:
    numbered = replace(sound, headings=[*sound.headings, "Assignment Number"])
    rows = [[*r, str(r[0])] for r in sound.rows]
    again = [*rows[0]]
    again[numbered.headings.index("FTE")] = 0.5
    reading = read(write(replace(numbered, rows=[*rows, again]), tmp_path / "a.csv"))
    assert left_out(reading) == {"a second row for the same assignment and month": [32]}


# Dates


def numeric(order: str, last: int = 12) -> Draft:
    """Dates as text, up to so many days into the month."""
    draft = staff_in_post().each("Effective Date", lambda _: "2025-01-31")
    for heading in ("Latest Start Date", "Date Of Birth"):
        draft = draft.each(heading, lambda d: f"{d.replace(day=last):{order}}" if isinstance(d, dt.date) else d)
    return draft


@pytest.mark.parametrize("order", ["%d/%m/%Y", "%m/%d/%Y"])
def test_the_order_of_day_and_month_is_told_by_evidence_in_the_column(order: str, tmp_path: Path) -> None:
    reading = read(write(numeric(order, last=17), tmp_path / "a.csv"))
    assert positions(reading) == positions(read(write(numeric("%Y-%m-%d", last=17), tmp_path / "b.csv")))


@pytest.mark.parametrize(("order", "day_first"), [("%d/%m/%Y", True), ("%m/%d/%Y", False)])
def test_without_evidence_the_order_is_asked_about(order: str, day_first: bool, tmp_path: Path) -> None:
    path = write(numeric(order), tmp_path / "a.csv")
    with pytest.raises(DecisionNeeded) as caught:
        read(path)
    assert "--day-first" in in_three_lines(caught.value)
    told = read(path, replace(OPTIONS, day_first=day_first))
    assert positions(told) == positions(read(write(numeric("%Y-%m-%d"), tmp_path / "b.csv")))


def test_both_orders_in_one_file_are_refused_even_where_every_cell_can_be_read(tmp_path: Path) -> None:
    mixed = numeric("%Y-%m-%d", 17).with_cell(0, "Latest Start Date", "25/01/2015")
    path = write(mixed.with_cell(1, "Latest Start Date", "01/25/2015"), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="Latest Start Date"):
        read(path)


def test_two_digit_years_put_nobody_in_the_future(tmp_path: Path) -> None:
    draft = staff_in_post().each("Date Of Birth", lambda _: "17/03/61").each("Latest Start Date", lambda _: "14/09/98")
    reading = read(write(draft.each("Effective Date", lambda _: "31/01/25"), tmp_path / "a.csv"))
    assert {p["birth_month"] for p in positions(reading)} == {Month.parse("1961-03").index}
    assert {p["started"] for p in positions(reading)} == {dt.date(1998, 9, 14)}
    assert reading.first_month == Month.parse("2025-01")


@pytest.mark.parametrize("heading", ["Date Of Birth", "Latest Start Date"])
@pytest.mark.parametrize("day", [dt.date(2052, 3, 17), "01/01/1900"])
def test_a_day_that_cannot_be_is_missing_and_named_by_row(heading: str, day: dt.date | str, tmp_path: Path) -> None:
    reading = read(write(staff_in_post().with_cell(1, heading, day), tmp_path / "a.csv"))
    [remark] = [x for x in reading.remarks if "cannot be believed" in x]
    assert f"1 cell of {heading} (row 3)" in remark


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("Staff in Post as at 31/01/2025", "2025-01"),
        ("Staff in Post - Northmoor - January 2025", "2025-01"),
        ("Snapshot 31-Jan-2025, run on 3 February 2025", None),
        ("As at 04/05/2025", None),
        ("Staff in Post", None),
    ],
)
def test_the_month_may_stand_in_the_title_and_is_asked_about_where_it_is_not_sure(
    title: str, month: str | None, tmp_path: Path
) -> None:
    draft = replace(staff_in_post().without("Effective Date"), above=[[title], []])
    path = write(draft, tmp_path / "a.csv")
    if month:
        reading = read(path)
        assert str(reading.last_month) == month
        assert f"Taken as of the end of {month}: it stands above the headings" in reading.remarks
    else:
        with pytest.raises(DecisionNeeded) as caught:
            read(path)
        assert "--month" in in_three_lines(caught.value)


def test_a_run_date_in_another_title_does_not_hide_the_month(tmp_path: Path) -> None:
    above: list[list[object]] = [["Position at 31 January 2025"], ["Run 3 February 2025"]]
    draft = replace(staff_in_post().without("Effective Date"), above=above)  # type: ignore[arg-type]
    assert str(read(write(draft, tmp_path / "a.csv")).last_month) == "2025-01"


@pytest.mark.parametrize("cell", ["2025-01", "202501", "Jan-25", "January 2025", "01/2025", "31/01/25"])
def test_a_month_is_read_in_every_usual_form(cell: str, tmp_path: Path) -> None:
    reading = read(write(staff_in_post().each("Effective Date", lambda _: cell), tmp_path / "a.csv"))
    assert str(reading.last_month) == "2025-01"


# Which column is which


def test_a_heading_of_ones_own_is_named_with_column(sound: Draft, tmp_path: Path) -> None:
    headings = ["Payroll ref" if h == "Employee Number" else h for h in sound.headings]
    path = write(replace(sound, headings=headings), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)
    assert "Payroll ref" in in_three_lines(caught.value)
    named = read(path, replace(OPTIONS, columns={"person": "payroll REF"}))
    assert positions(named) == positions(read(write(sound, tmp_path / "b.csv")))


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"ward": "Organisation"}, "no field called ward"),
        ({"unit": "Wards"}, 'no heading "Wards"'),
        ({"unit": "Last Name"}, "never kept"),
        ({"job_role": "NI Number"}, "never kept"),
    ],
)
def test_a_column_that_cannot_be_taken_is_refused(
    columns: dict[str, str], told: str, sound: Draft, tmp_path: Path
) -> None:
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(sound, tmp_path / "a.csv"), replace(OPTIONS, columns=columns))
    assert told in in_three_lines(caught.value)


@pytest.mark.parametrize("name", ["religion", "Religious Belief"])
def test_a_field_is_left_out_by_its_name_or_by_its_heading(name: str, sound: Draft, tmp_path: Path) -> None:
    more = replace(sound, headings=[*sound.headings, "Religious Belief"], rows=[[*r, "Jedi"] for r in sound.rows])
    path = write(more, tmp_path / "a.csv")
    assert "Jedi" in repr(rows_of(read(path)))
    reading = read(path, replace(OPTIONS, leave_out=frozenset({name})))
    assert "Jedi" not in repr(rows_of(reading))
    assert "Left out as asked: religion" in reading.remarks


@pytest.mark.parametrize("name", ["relgion", "person", "Employee Number"])
def test_what_is_misspelt_or_needed_cannot_be_left_out(name: str, sound: Draft, tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(sound, tmp_path / "a.csv"), replace(OPTIONS, leave_out=frozenset({name})))
    in_three_lines(caught.value)


def test_a_file_that_does_not_say_its_organisation_is_asked_for_it(sound: Draft, tmp_path: Path) -> None:
    path = write(sound.without("Organisation Code"), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="--organisation"):
        read(path)
    assert read(path, replace(OPTIONS, organisation="rx1")).organisations == ("RX1",)


def renamed(draft: Draft, old: str, new: str) -> Draft:
    return replace(draft, headings=[new if h == old else h for h in draft.headings])


def refusal(draft: Draft, path: Path, **options: object) -> str:
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(draft, path), replace(OPTIONS, **options))  # type: ignore[arg-type]
    return in_three_lines(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        ("Staff Group", "Stff Grp", "no-staff-group", '--column staff_group="Stff Grp"'),
        ("Staff Group", "Kind", "no-staff-group", '--column staff_group="…"'),
        ("FTE", "Contracted_FT", "no-fte", '--column fte="Contracted_FT"'),
        ("FTE", "Contr Hours", "no-fte", '--column contracted_hours="Contr Hours"'),
    ],
)
def test_a_file_without_staff_group_or_fte_is_for_the_user_to_decide(
    old: str, new: str, code: str, named: str, sound: Draft, tmp_path: Path
) -> None:
    path, workspace = write(renamed(sound, old, new), tmp_path / "a.csv"), Workspace(tmp_path / "w")
    with pytest.raises(DecisionNeeded) as caught:
        load(workspace, path)
    words = in_three_lines(caught.value)
    assert "a.csv has no column for the" in words
    assert named in words
    assert f"--accept {code} to go without" in words
    assert load(workspace, path, accept=frozenset({code})).rows_taken == 30


@pytest.mark.parametrize(("name", "heading"), [("staff_group", "Staff Group"), ("fte", "FTE")])
def test_a_column_that_the_user_leaves_out_is_decided(name: str, heading: str, sound: Draft, tmp_path: Path) -> None:
    path = write(sound, tmp_path / "a.csv")
    assert read(path, replace(OPTIONS, leave_out=frozenset({name}))).decisions == ()


def test_hours_will_do_for_fte(sound: Draft, tmp_path: Path) -> None:
    hours = renamed(sound.each("FTE", lambda _: 37.5), "FTE", "Contracted Hours")
    assert read(write(hours, tmp_path / "a.csv")).decisions == ()


def test_the_example_of_a_heading_to_name_is_not_one_that_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)
    name, heading = in_three_lines(caught.value).rsplit("--column ", 1)[1].split("=")
    assert plain(heading) not in {h for field in staff_fields().values() for h in field.headings}
    assert name in staff_fields()


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("FTE", "full time"),
        ("Latest Start Date", dt.date(2031, 2, 1)),
        ("Date Of Birth", "young"),
        ("Primary", "maybe"),
        ("Effective Date", "when done"),
    ],
)
def test_a_column_most_of_which_cannot_be_read_is_refused(
    heading: str, cell: str | dt.date, sound: Draft, tmp_path: Path
) -> None:
    at = sound.headings.index(heading)
    half, more = (
        replace(sound, rows=[[*r[:at], cell if i < bad else r[at], *r[at + 1 :]] for i, r in enumerate(sound.rows)])
        for bad in (15, 16)
    )
    assert read(write(half, tmp_path / "a.csv"))
    words = refusal(more, tmp_path / "b.csv")
    assert heading in words
    assert "in 16 of 30 cells (rows 2, 3, 4 and 13 more)" in words
    assert str(cell) not in words


@pytest.mark.parametrize(("people", "refused"), [(9, True), (10, False)])
def test_a_number_that_does_not_tell_people_apart_is_refused(people: int, refused: bool, tmp_path: Path) -> None:
    draft = staff_in_post(people=20).each("Employee Number", lambda n: 20_000_000 + int(str(n)) % people)
    if refused:
        words = refusal(draft, tmp_path / "a.csv")
        assert "Employee Number that does not tell people apart" in words
        assert "9 numbers in 20 rows of RX1 2025-01" in words
    else:
        assert read(write(draft, tmp_path / "a.csv")).rows_taken == 20


@pytest.mark.parametrize(("people", "refused"), [(20, False), (100, True)])
def test_a_small_organisation_among_many_may_have_few_people_in_its_rows(
    people: int, refused: bool, tmp_path: Path
) -> None:
    same = staff_in_post(people=people, organisation="RX2").each("Employee Number", lambda _: 20_000_001)
    draft = replace(same, rows=[*same.rows, *staff_in_post(people=300, first=500).rows])
    if refused:
        assert f"1 number in {people} rows of RX2 2025-01" in refusal(draft, tmp_path / "a.csv")
    else:
        assert read(write(draft, tmp_path / "a.csv")).rows_taken == people + 300


# What the user says and the file contradicts


def test_another_organisation_than_the_files_own_is_refused(sound: Draft, tmp_path: Path) -> None:
    words = refusal(sound, tmp_path / "a.csv", organisation="RX2")
    assert "another organisation than RX2" in words
    assert "Organisation Code: RX1 (rows 2, 3, 4 and 27 more)" in words
    stray = sound.each("Organisation Code", lambda _: "RX2").with_cell(2, "Organisation Code", "SMITH")
    assert "Organisation Code: something else (row 4)" in refusal(stray, tmp_path / "c.csv", organisation="RX2")
    path = write(sound, tmp_path / "b.csv")
    assert read(path, replace(OPTIONS, organisation="rx1")).organisations == ("RX1",)
    told = replace(OPTIONS, organisation="RX2", leave_out=frozenset({"organisation"}))
    assert read(path, told).organisations == ("RX2",)


def test_an_organisation_fills_the_gaps_of_the_files_own_and_no_others(sound: Draft, tmp_path: Path) -> None:
    gap = sound.with_cell(0, "Organisation Code", None)
    assert read(write(gap, tmp_path / "a.csv"), replace(OPTIONS, organisation="RX1")).rows_taken == 30
    refusal(gap, tmp_path / "b.csv", organisation="RX2")
    both = replace(sound, rows=[*sound.rows, *staff_in_post(first=50, organisation="RX2").rows])
    refusal(both, tmp_path / "c.csv", organisation="RX1")


def test_another_month_than_the_files_own_is_refused(sound: Draft, tmp_path: Path) -> None:
    march, path = Month.parse("2025-03"), write(sound, tmp_path / "b.csv")
    words = refusal(sound, tmp_path / "a.csv", month=march)
    assert "another month than 2025-03" in words
    assert "Effective Date: 2025-01 (rows 2, 3, 4 and 27 more)" in words
    assert read(path, replace(OPTIONS, month=Month.parse("2025-01"))).rows_taken == 30
    told = replace(OPTIONS, month=march, leave_out=frozenset({"month"}))
    assert read(path, told).last_month == march


def test_another_month_than_the_title_is_refused_and_the_day_of_a_run_is_none(sound: Draft, tmp_path: Path) -> None:
    bare, march = sound.without("Effective Date"), Month.parse("2025-03")
    titled = replace(bare, above=[["Staff in Post as at 31 January 2025"]])
    assert "2025-01 above the headings" in refusal(titled, tmp_path / "a.csv", month=march)
    run = replace(bare, above=[["Run 3 April 2025"]])
    assert read(write(run, tmp_path / "b.csv"), replace(OPTIONS, month=march)).last_month == march


@pytest.mark.parametrize("code", ["Wenmarsh Hospitals", "XXXXXXX", "RX", "R-1", " RX1"])
def test_what_does_not_look_like_an_ods_code_is_refused(code: str, sound: Draft, tmp_path: Path) -> None:
    words = refusal(sound.without("Organisation Code"), tmp_path / "a.csv", organisation=code)
    assert "3 to 6 letters and digits" in words


def test_a_snapshot_with_a_column_of_last_days_is_still_a_snapshot(sound: Draft, tmp_path: Path) -> None:
    more = replace(sound, headings=[*sound.headings, "Termination Date"], rows=[[*r, None] for r in sound.rows])
    assert positions(read(write(more, tmp_path / "a.csv"))) == positions(read(write(sound, tmp_path / "b.csv")))


def test_only_the_first_of_several_sheets_is_read_and_said_to_be(sound: Draft, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name in ("January", "February"):
        sheet = book.add_worksheet(name)
        for i, row in enumerate(sound.without("Effective Date").grid):
            sheet.write_row(i, 0, [c if not isinstance(c, dt.date) else f"{c:%Y-%m-%d}" for c in row])
    book.close()
    reading = read(tmp_path / "a.xlsx", replace(OPTIONS, month=Month.parse("2025-01")))
    assert any("only the first of 2 sheets" in remark for remark in reading.remarks)


# What must not be kept or shown


@pytest.mark.parametrize("cell", ["ZZ123456A", "see zz 12 34 56 a", "zzyzx@example.org", "17/03/1961", "07700 900123", "20000004", "SW1A 1AA"])  # fmt: skip
def test_a_cell_of_a_persons_in_a_column_of_places_is_not_kept(cell: str, sound: Draft, tmp_path: Path) -> None:
    reading = read(write(sound.with_cell(2, "Organisation", cell), tmp_path / "a.csv"))
    assert cell not in repr(rows_of(reading))
    assert any("1 cell of Organisation (row 4)" in remark for remark in reading.remarks)
    assert cell not in repr(reading.remarks)


@pytest.mark.parametrize("cell", ["Ward 12", "Theatres 3", "5A", "B12", "Nurse", "Cardiology (Zone 2)", "A&E", "10-19"])
def test_the_name_of_a_place_is_kept(cell: str, sound: Draft, tmp_path: Path) -> None:
    assert cell in repr(rows_of(read(write(sound.with_cell(2, "Organisation", cell), tmp_path / "a.csv"))))


def test_a_cell_that_is_no_code_among_codes_is_no_organisation(sound: Draft, tmp_path: Path) -> None:
    reading = read(write(sound.with_cell(2, "Organisation Code", "Zzyzx, Ann"), tmp_path / "a.csv"))
    assert reading.organisations == ("RX1",)
    assert left_out(reading) == {"no organisation": [4]}


def test_organisations_may_go_by_their_names(sound: Draft, tmp_path: Path) -> None:
    reading = read(write(sound.each("Organisation Code", lambda _: "Elm Practice"), tmp_path / "a.csv"))
    assert reading.organisations == ("ELM PRACTICE",)


@pytest.mark.parametrize("cell", ["ZZ123456A", "zzyzx@example.org", "17/03/1961", "200000041"])
def test_a_cell_of_a_persons_among_names_of_organisations_is_none(cell: str, sound: Draft, tmp_path: Path) -> None:
    named = sound.each("Organisation Code", lambda _: "Elm Practice").with_cell(2, "Organisation Code", cell)
    reading = read(write(named, tmp_path / "a.csv"))
    assert reading.organisations == ("ELM PRACTICE",)
    assert left_out(reading) == {"no organisation": [4]}


def test_numbers_that_a_spreadsheet_has_rounded_are_refused(sound: Draft, tmp_path: Path) -> None:
    path = write(sound.each("Employee Number", lambda _: "2.00E+07"), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)
    assert "Employee Number" in in_three_lines(caught.value)


@pytest.mark.parametrize(
    "lines",
    [
        "Zzyzx,Ann,20000001,Ash Ward\nZzyzx,Bob,20000002,Ash Ward\n",
        "Zzyzx,Ann,Nurse,Ash Ward\nZzyzx,Bob,Nurse,Ash Ward\n",
        "Employee Number,20000001,Start Date,01/02/2015,End Date,,Surname,Zzyzx\n",
        "Employee Number,20000001,FTE,1,Role,Zzyzx,Staff Group,Zzyzx\nBand,5,x,x,x,x,x,x\n",
    ],
)
def test_a_row_that_holds_a_person_is_never_shown_as_headings(lines: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(lines)
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)
    words = in_three_lines(caught.value)
    assert "20000001" not in words
    assert "columns, and no row of headings that is known" in words


@pytest.mark.parametrize("cell", ["20000001", "01/02/2015", "2015-02-01", "1 Feb 2015", "ZZ123456A", "a@b.org"])
def test_a_cell_of_data_is_told_from_a_heading(cell: str) -> None:
    assert is_data(cell)


@pytest.mark.parametrize("heading", ["FTE", "2024/25", "2024", "Band 5", "Hours (37.5)", "Start Date", "1:1 done", ""])
def test_a_heading_is_told_from_data(heading: str) -> None:
    assert not is_data(heading)


@pytest.mark.parametrize(
    "heading",
    ["Last Name", "First Name(s)", "SURNAME", "NI No.", "National Insurance Number", "Home Address", "Work E-mail",
     "Postcode", "Known As", "Full Name", "Employee Full Name", "Line Manager Name", "Mobile No", "Passport Number"],
)  # fmt: skip
def test_a_personal_heading_is_known(heading: str) -> None:
    assert is_personal(heading)


@pytest.mark.parametrize(
    "heading", ["Organisation Name", "Trust Name", "Home Ward", "Job Title", "Ward", "Nationality"]
)
def test_a_heading_of_a_place_is_not_personal(heading: str) -> None:
    assert not is_personal(heading)


def test_a_long_number_is_personal_and_a_cost_centre_is_not() -> None:
    assert is_personal_cell("9434765919")
    assert not is_personal_cell("123456")
