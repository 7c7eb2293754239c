"""A plain table of counts: read whole or refused, and asked without adding a total to its parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import OPTIONS, Draft, in_three_lines, load, read, rows_of, write

from keepwell.enquiries import Enquiry, answer
from keepwell.errors import DecisionNeeded, EnquiryRefused, FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.reports.overview import overview
from keepwell.sources.loading import check_file

MONTHS = ("2025-01", "2025-02", "2025-03")


def plain_table(kind: str = "Ward") -> Draft:
    """Two wards and their total, three months. Somebody in both wards counts once in the total."""
    headings = ["Month", kind, "Headcount", "Leavers", "FTE"]
    rows: list[list[str | float | None]] = []
    for i, month in enumerate(MONTHS):
        rows += [
            [month, "Ash", 40 + i, 2, 30.5],
            [month, "Birch", 20, 1, 15.25],
            [month, "Total", 59 + i, 3, 45.75],
        ]
    return Draft(headings, rows)  # type: ignore[arg-type]


def workspace_of(folder: Path, draft: Draft, **options: object) -> Workspace:
    workspace = Workspace(folder / "w")
    load(workspace, write(draft, folder / "a.csv"), **options)
    return workspace


def test_totals_and_parts_are_told_apart(tmp_path: Path) -> None:
    reading = read(write(plain_table(), tmp_path / "a.csv"))
    table = rows_of(reading)["counts"]
    assert {row["unit"] for row in table} == {"Ash", "Birch", "All units"}
    assert (str(reading.first_month), str(reading.last_month), reading.rows_taken) == ("2025-01", "2025-03", 9)
    assert any("3 totals of 3 over unit not the sum of the parts, by up to 1.7%" in r for r in reading.remarks)


def test_the_total_answers_where_no_group_is_asked_for(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table())
    (row,) = answer(workspace, Enquiry("headcount")).rows()
    assert row["headcount_at_end"] == 61
    (row,) = answer(workspace, Enquiry("fte")).rows()
    assert row["fte_at_end"] == 45.75
    (row,) = answer(workspace, Enquiry("leavers", months=3)).rows()
    assert (row["leavers"], row["month_ends"], row["average_headcount"]) == (9, 3, 60)


def test_parts_answer_where_they_are_shown_or_chosen(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table())
    shown = answer(workspace, Enquiry("leaver_rate", by=("unit",))).rows()
    assert [(row["unit"], row["leaver_rate"]) for row in shown] == [("Ash", 2 / 41.5), ("Birch", 1 / 20)]
    (row,) = answer(workspace, Enquiry("headcount", where=(("unit", ("ash",)),))).rows()
    assert row["headcount_at_end"] == 42
    (row,) = answer(workspace, Enquiry("headcount", where=(("unit", ("Ash", "Birch")),))).rows()
    assert row["headcount_at_end"] == 62


def test_without_a_total_the_parts_are_added_up_and_it_is_said(tmp_path: Path) -> None:
    parts = replace(plain_table(), rows=[row for row in plain_table().rows if row[1] != "Total"])
    released = answer(workspace_of(tmp_path, parts), Enquiry("headcount"))
    assert released.rows()[0]["headcount_at_end"] == 62
    assert any("No total in the table over unit" in note for note in released.notes)


def test_totals_that_cross_are_refused(tmp_path: Path) -> None:
    rows = [["2025-01", "Ash", "All", 5], ["2025-01", "All", "Nurses", 5], ["2025-01", "All", "Porters", 2]]
    crossed = Draft(["Month", "Ward", "Staff Group", "Headcount"], rows)  # type: ignore[arg-type]
    workspace = workspace_of(tmp_path, crossed)
    with pytest.raises(EnquiryRefused, match="totals of one field here and of another there") as caught:
        answer(workspace, Enquiry("headcount"))
    assert "--by staff_group or --by unit" in in_three_lines(caught.value)
    rows_by_ward = answer(workspace, Enquiry("headcount", by=("unit",))).rows()
    assert [row["headcount_at_end"] for row in rows_by_ward] == [5]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Enquiry("leaver_rate", method="snapshot"), "cannot follow people"),
        (Enquiry("leaver_rate", method="event"), "cannot follow people"),
        (Enquiry("leaver_rate", basis="fte"), "in people only"),
        (Enquiry("leaver_rate", leaving="nhs"), "does not say what its leavers left"),
        (Enquiry("leaver_rate", by=("staff_group",)), "by every field asked for"),
        (Enquiry("joiners"), "No table that is loaded counts joiners"),
        (Enquiry("leaver_rate", months=12), "not loaded"),
        (Enquiry("headcount", where=(("unit", ("Oak",)),)), "No unit is called 'Oak'"),
        (Enquiry("headcount", where=(("unit", ("Ash", "All units")),)), "must not be added to its parts"),
        (Enquiry("stability_index"), "Nothing is loaded"),
        (Enquiry("headcount", policy="published"), "not published"),
    ],
)
def test_what_a_table_cannot_tell_is_refused(asked: Enquiry, said: str, tmp_path: Path) -> None:
    with pytest.raises(EnquiryRefused, match=said) as caught:
        answer(workspace_of(tmp_path, plain_table()), asked)
    in_three_lines(caught.value)


def test_monthly_is_stated_and_is_the_only_method(tmp_path: Path) -> None:
    released = answer(workspace_of(tmp_path, plain_table()), Enquiry("leaver_rate", method="monthly"))
    assert released.definition.method.startswith("monthly")
    assert "mean of all month ends" in released.definition.words
    assert any("Not comparable with the national rate" in note for note in released.notes)


def test_staff_records_and_published_turnover_refuse_monthly(system: Path, turnover_file, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    asked = Enquiry("leaver_rate", method="monthly", source="esr_staff_in_post")
    with pytest.raises(EnquiryRefused, match="monthly is for tables of counts") as caught:
        answer(Workspace(system), asked)
    in_three_lines(caught.value)
    workspace = Workspace(tmp_path / "w")
    load(workspace, turnover_file(tmp_path / "t.csv", 1))
    with pytest.raises(EnquiryRefused, match="counted by snapshot"):
        answer(workspace, Enquiry("leaver_rate", method="monthly"))


@pytest.mark.parametrize(
    ("heading", "cell", "said"),
    [
        ("Headcount", "*", "hidden counts in Headcount"),
        ("Headcount", "<5", "hidden counts in Headcount"),
        ("Leavers", "1-7", "hidden counts in Leavers"),
        ("Leavers", "1 to 7", "hidden counts in Leavers"),
        ("Leavers", "[c]", "hidden counts in Leavers"),
        ("Headcount", "-3", "below zero"),
        ("Headcount", "12.5", "not whole people"),
        ("Headcount", "40%", "no counts"),
        ("Headcount", "about 40", "no counts"),
        ("Leavers", "NA", "no counts"),
        ("Leavers", ".", "no counts"),
        ("Month", "spring", "no month"),
        ("Headcount", "400", "more than their total"),
        ("Leavers", "4000", "more leavers than staff"),
    ],
)
def test_a_cell_that_is_no_count_is_refused_by_its_row(heading: str, cell: str, said: str, tmp_path: Path) -> None:
    path = write(plain_table().with_cell(3, heading, cell), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match=said) as caught:
        read(path)
    message = in_three_lines(caught.value)
    assert "row 5" in message or "row" not in message


@pytest.mark.parametrize(("cell", "code"), [("", "blank-is-zero"), ("-", "dash-is-zero"), ("–", "dash-is-zero")])
def test_an_empty_cell_or_a_dash_is_for_the_user_to_decide(cell: str, code: str, tmp_path: Path) -> None:
    path, workspace = write(plain_table().with_cell(1, "Leavers", cell), tmp_path / "a.csv"), Workspace(tmp_path / "w")
    with pytest.raises(DecisionNeeded) as caught:
        load(workspace, path)
    assert f"--accept {code}" in in_three_lines(caught.value)
    load(workspace, path, accept=frozenset({code}))
    row = answer(workspace, Enquiry("leavers", by=("unit",), end=None, months=3)).rows()[1]
    assert (row["unit"], row["leavers"]) == ("Birch", 2)


def test_a_note_that_a_dash_is_zero_decides_it(tmp_path: Path) -> None:
    noted = replace(plain_table().with_cell(1, "Leavers", "-"), below=[["' - ' denotes zero."]])
    assert read(write(noted, tmp_path / "a.csv")).decisions == ()


def test_two_rows_of_one_cell_are_refused_though_they_agree(tmp_path: Path) -> None:
    """They may be two people of a list without numbers."""
    table = plain_table()
    with pytest.raises(FileNotUnderstood, match="the same cell more than once") as caught:
        read(write(replace(table, rows=[*table.rows, table.rows[0]]), tmp_path / "a.csv"))
    assert "row 11" in in_three_lines(caught.value)


def test_a_group_that_vanishes_for_a_month_is_for_the_user_to_decide(tmp_path: Path) -> None:
    table = plain_table()
    holed = replace(table, rows=[*table.rows[:4], *table.rows[5:]])
    with pytest.raises(DecisionNeeded, match="vanish for a month") as caught:
        load(Workspace(tmp_path / "w"), write(holed, tmp_path / "a.csv"))
    assert "Birch in 2025-02" in in_three_lines(caught.value)


def test_a_month_that_nothing_tells_of_is_warned_about(tmp_path: Path) -> None:
    table = plain_table()
    reading = check_file(
        Workspace(tmp_path / "w"), write(replace(table, rows=table.rows[:3]), tmp_path / "a.csv"), OPTIONS
    )
    assert reading.decisions == ()
    workspace = workspace_of(tmp_path, replace(table, rows=table.rows[:3]))
    later = check_file(workspace, write(replace(table, rows=table.rows[6:]), tmp_path / "b.csv"), OPTIONS)
    assert [d.code for d in later.decisions] == ["month-missing"]


def test_leavers_of_a_rolling_year_in_every_month_are_warned_about(tmp_path: Path) -> None:
    reading = read(write(plain_table().each("Leavers", lambda _: 9), tmp_path / "a.csv"))
    assert [d.code for d in reading.decisions] == ["leavers-of-a-year"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_letters_separators_titles_and_thousands_change_nothing(encoding: str, delimiter: str, tmp_path: Path) -> None:
    table = plain_table().each("Headcount", lambda n: f"1,{100 + int(n or 0)}")  # type: ignore[call-overload]
    dressed = replace(
        table,
        headings=["MONTH END", "ward", "Head-Count", "LEAVERS", "wte"],
        above=[["Our staff – a table"], []],
        below=[[], ["Source: our own records"]],
        encoding=encoding,
        delimiter=delimiter,
    )
    reading = read(write(dressed, tmp_path / "a.csv"))
    assert sorted({row["headcount"] for row in rows_of(reading)["counts"]}) == [
        1120,
        1140,
        1141,
        1142,
        1159,
        1160,
        1161,
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xls"])
def test_a_workbook_is_read_like_a_csv(kind: str, tmp_path: Path) -> None:
    assert rows_of(read(write(plain_table(), tmp_path / f"a.{kind}"))) == rows_of(
        read(write(plain_table(), tmp_path / "b.csv"))
    )


@pytest.mark.parametrize("month", ["Jan-25", "January 2025", "31/01/2025", "202501", "2025-01-31", "01/2025"])
def test_months_are_read_as_people_write_them(month: str, tmp_path: Path) -> None:
    one = replace(plain_table(), rows=plain_table().rows[:3]).each("Month", lambda _: month)
    assert str(read(write(one, tmp_path / "a.csv")).first_month) == "2025-01"


def test_first_days_of_months_that_can_be_read_two_ways_are_asked_about(tmp_path: Path) -> None:
    days = plain_table().each("Month", lambda m: f"01/{str(m)[-2:]}/2025")
    path = write(days, tmp_path / "a.csv")
    with pytest.raises(DecisionNeeded, match="two ways"):
        read(path)
    assert str(read(path, replace(OPTIONS, day_first=True)).last_month) == "2025-03"


def test_headings_of_ones_own_are_named_with_column(tmp_path: Path) -> None:
    odd = replace(plain_table(), headings=["Monat", "Station", "Köpfe", "Abgänge", "VK"])
    path = write(odd, tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="none of the formats"):
        read(path)
    named = {"month": "Monat", "unit": "Station", "headcount": "Köpfe", "leavers": "Abgänge", "fte": "VK"}
    assert rows_of(read(path, replace(OPTIONS, columns=named))) == rows_of(
        read(write(plain_table(), tmp_path / "b.csv"))
    )


def test_any_other_column_of_words_is_a_group_under_its_own_name(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table("Care setting"))
    assert [r["care_setting"] for r in answer(workspace, Enquiry("headcount", by=("care_setting",))).rows()] == [
        "Ash",
        "Birch",
    ]


def test_a_column_of_numbers_is_no_group_unless_it_is_named(tmp_path: Path) -> None:
    table = plain_table("Cost centre").each(
        "Cost centre", lambda w: {"Ash": "101", "Birch": "102", "Total": "999"}[str(w)]
    )
    path = write(table, tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match="the same cell more than once"):
        read(path)
    reading = read(path, replace(OPTIONS, columns={"cost_centre": "Cost centre"}))
    assert {row["cost_centre"] for row in rows_of(reading)["counts"]} == {"101", "102", "999"}


@pytest.mark.parametrize("heading", ["Employee Number", "Surname", "NI Number", "Date of Birth", "E-mail address"])
def test_a_table_with_a_persons_column_is_not_taken_for_counts(heading: str, tmp_path: Path) -> None:
    people = plain_table()
    rows = [[*row, f"x{i}"] for i, row in enumerate(people.rows)]
    with pytest.raises(FileNotUnderstood) as caught:
        check_file(
            Workspace(tmp_path / "w"),
            write(replace(people, headings=[*people.headings, heading], rows=rows), tmp_path / "a.csv"),
            OPTIONS,
        )
    assert "x1" not in in_three_lines(caught.value)


def test_a_list_with_one_person_a_row_is_not_taken_for_counts(tmp_path: Path) -> None:
    headings = ["Month", "Team", "Role", "Headcount"]
    rows: list[list[str | float | None]] = [["2025-01", f"Team {i}", f"Role {i}", 1] for i in range(30)]
    with pytest.raises(FileNotUnderstood, match="none of the formats"):
        read(write(Draft(headings, rows), tmp_path / "a.csv"))  # type: ignore[arg-type]


def test_something_of_a_persons_among_the_groups_is_refused_without_showing_it(tmp_path: Path) -> None:
    table = plain_table("Line").with_cell(2, "Line", "zz@example.org")
    with pytest.raises(FileNotUnderstood, match="something of a person's") as caught:
        read(write(table, tmp_path / "a.csv"))
    assert "zz@" not in in_three_lines(caught.value)


def test_a_table_is_published_only_if_that_is_said(tmp_path: Path) -> None:
    path = write(plain_table(), tmp_path / "a.csv")
    assert load(Workspace(tmp_path / "v"), path).published is False
    workspace = Workspace(tmp_path / "w")
    assert load(workspace, path, accept=frozenset({"published-table"})).published is True
    assert answer(workspace, Enquiry("headcount")).policy.name == "published"


def test_tables_cut_otherwise_stand_side_by_side_and_one_answers(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table())
    second = load(workspace, write(plain_table("Staff group"), tmp_path / "b.csv"))
    assert second.warnings == ()
    assert len(answer(workspace, Enquiry("headcount", by=("unit",))).rows()) == 2
    assert len(answer(workspace, Enquiry("headcount", by=("staff_group",))).rows()) == 2
    with pytest.raises(EnquiryRefused, match="More than one table can answer") as caught:
        answer(workspace, Enquiry("headcount"))
    assert "staff_group (load 2); unit (load 1)" in in_three_lines(caught.value)


def test_months_of_one_table_come_file_by_file(tmp_path: Path) -> None:
    table, workspace = plain_table(), Workspace(tmp_path / "w")
    for i in range(3):
        load(workspace, write(replace(table, rows=table.rows[3 * i : 3 * i + 3]), tmp_path / f"{i}.csv"))
    (row,) = answer(workspace, Enquiry("leaver_rate", months=3)).rows()
    assert row["leaver_rate"] == 9 / 60


def test_the_same_months_again_are_a_revision(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table())
    path = write(plain_table().with_cell(8, "Leavers", 5), tmp_path / "b.csv")
    with pytest.raises(DecisionNeeded, match="disagree about the same month"):
        load(workspace, path)
    assert load(workspace, path, accept=frozenset({"revision"})).replaces == (1,)
    assert answer(workspace, Enquiry("leavers")).rows()[0]["leavers"] == 5


def test_a_total_under_the_table_is_left_out(tmp_path: Path) -> None:
    table = plain_table()
    summed = replace(table, rows=[*table.rows, ["Grand Total", None, 540, 18, None]])
    reading = read(write(summed, tmp_path / "a.csv"))
    assert reading.rows_taken == 9
    assert [(x.reason, x.rows) for x in reading.left_out] == [("a total over the months", [11])]


def test_a_table_without_an_organisation_may_be_told_which_it_is(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table(), organisation="rx1")
    assert [r["organisation"] for r in answer(workspace, Enquiry("headcount", by=("organisation",))).rows()] == ["RX1"]


@pytest.mark.parametrize("policy", ["nhs", "under_5", "under_10", "survey_11"])
def test_a_policy_that_hides_is_refused_and_not_passed_by(policy: str, tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table())
    for measure in ("headcount", "leaver_rate"):
        with pytest.raises(EnquiryRefused) as caught:
            answer(workspace, Enquiry(measure, by=("unit",), policy=policy))
        in_three_lines(caught.value)


def test_a_report_is_not_made_from_a_table_of_counts_alone(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table())
    with pytest.raises(EnquiryRefused, match="Nothing is loaded that a report can be made from"):
        overview(workspace, organisation=None, source=None, end=None)


def test_a_report_is_not_made_from_a_table_of_counts_beside_others(turnover_file, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    workspace = workspace_of(tmp_path, plain_table())
    load(workspace, turnover_file(tmp_path / "t.csv", 1))
    with pytest.raises(EnquiryRefused, match="No report is made from table_of_counts") as caught:
        overview(workspace, organisation=None, source="table_of_counts", end=None)
    assert "--source nhs_turnover" in in_three_lines(caught.value)


def test_a_month_whose_file_does_not_say_who_left_is_not_a_month_without_leavers(tmp_path: Path) -> None:
    table, workspace = plain_table(), Workspace(tmp_path / "w")
    load(workspace, write(replace(table, rows=table.rows[:3]), tmp_path / "1.csv"))
    load(workspace, write(replace(table, rows=table.rows[3:6]).without("Leavers"), tmp_path / "2.csv"))
    with pytest.raises(EnquiryRefused, match="does not say how many leavers") as caught:
        answer(workspace, Enquiry("leaver_rate", months=2))
    in_three_lines(caught.value)
    assert answer(workspace, Enquiry("leavers", end=Month.parse("2025-01"))).rows()[0]["leavers"] == 3
    assert answer(workspace, Enquiry("headcount")).rows()[0]["headcount_at_end"] == 60


def test_a_table_cut_otherwise_is_not_the_next_month_of_this_one(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, plain_table())
    june = replace(plain_table("Staff group"), rows=plain_table().rows[:3]).each("Month", lambda _: "2025-06")
    assert load(workspace, write(june, tmp_path / "b.csv")).warnings == ()
