"""Sickness absence: published months and a trust's own extract, taken whole or refused with a sentence to act on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import OPTIONS, Draft, in_three_lines, left_out, load, read, rows_of, write

from keepwell.enquiries import Enquiry, answer
from keepwell.errors import DecisionNeeded, EnquiryRefused, FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.absence import ALL_REASONS
from keepwell.records.flows import ALL_STAFF_GROUPS
from keepwell.records.workspace import Workspace
from keepwell.sources import recognise
from keepwell.sources.reading import read_sheets

STRESS = "S10 Anxiety/stress/depression/other psychiatric illnesses"
COLD = "S13 Cold Cough Flu - Influenza"
JANUARY = Month.parse("2025-01").index

MONTHLY = [
    *("DATE", "NHSE_REGION_CODE", "NHSE_REGION_NAME", "ICS_CODE", "ICS_NAME", "ORG_CODE", "ORG_NAME", "ORG_TYPE"),
    *("FTE_DAYS_LOST", "FTE_DAYS_AVAILABLE", "SICKNESS_ABSENCE_RATE_PERCENT"),
]


def monthly() -> Draft:
    """The monthly CSV as it is published: three organisations, one of them of no region."""
    north = ("Y99", "North", "QX9", "Moorland")
    special = ("QZZ", "Special Health Authorities and other statutory bodies")
    return Draft(
        MONTHLY,
        [
            ["31/01/2025", *special, *special, "8JX76", "A Company Ltd", "Others", 31.5, 700.25, 4.50],
            ["31/01/2025", *north, "RX1", "Northmoor Trust", "Acute", 1203.26611, 30000.5, 4.01],
            ["31/01/2025", *north, "RX2", "Southmoor Trust", "Community Provider Trust", 480, 8000, "6"],
        ],
    )


def by_reason() -> Draft:
    """The CSV by reason, staff group and organisation: days of all reasons and of one, side by side."""
    headings = [
        *("DATE", "NHSE_CODE", "NHSE_NAME", "ORG_CODE", "ORG_NAME", "STAFF_GROUP", "REASON"),
        *("FTE_DAYS_LOST_REASON", "FTE_DAYS_LOST", "FTE_DAYS_AVAILABLE"),
    ]
    every = ("All NHSE regions", "All NHSE regions", "All organisations", "All organisations")
    rows = [
        ["31/01/2025", *place, "All staff groups", reason, days, lost, available]
        for place, stress, lost, available in (
            (every, 80, 130, 3000),
            (("Y60", "Midlands", "All organisations", "All organisations"), 80, 130, 3000),
            (("Y60", "Midlands", "RX1", "Northmoor Trust"), 50, 90, 1000),
            (("Y60", "Midlands", "RX2", "Southmoor Trust"), 30, 40, 2000),
        )
        for reason, days in ((STRESS, stress), (COLD, lost - stress))
    ]
    return Draft(headings, rows)


def extract() -> Draft:
    """A trust's own: days available of the staff group in every row, no row of totals."""
    headings = ["Month", "Organisation", "Staff Group", "Absence Reason", "FTE Days Lost", "FTE Days Available"]
    rows = [
        ["Jan-25", "RX1", group, reason, lost, available]
        for group, available, stress, cold in (("Nursing", 400, 45, 15), ("Estates", 600, 5, 25))
        for reason, lost in ((STRESS, stress), (COLD, cold))
    ]
    return Draft(headings, rows)


def days(reading: object) -> list[tuple[object, ...]]:
    names = ("organisation", "staff_group", "reason", "fte_days_lost", "fte_days_available")
    return [tuple(row[n] for n in names) for row in rows_of(reading)["absence"]]  # type: ignore[arg-type]


def codes(reading: object) -> dict[str, bool]:
    return {d.code: d.blocks for d in reading.decisions}  # type: ignore[attr-defined]


# The monthly CSV


def test_a_month_is_one_row_for_each_organisation(tmp_path: Path) -> None:
    reading = read(write(monthly(), tmp_path / "a.csv"))
    assert days(reading) == [
        ("8JX76", ALL_STAFF_GROUPS, ALL_REASONS, 31.5, 700.25),
        ("RX1", ALL_STAFF_GROUPS, ALL_REASONS, 1203.26611, 30000.5),
        ("RX2", ALL_STAFF_GROUPS, ALL_REASONS, 480.0, 8000.0),
    ]
    row = rows_of(reading)["absence"][1]
    assert (row["month"], row["region"], row["icb_name"], row["organisation_type"]) == (
        JANUARY, "Y99", "Moorland", "Acute",
    )  # fmt: skip
    assert (reading.rows_read, reading.rows_taken, reading.decisions) == (3, 3, ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "xls"])
def test_it_reads_the_same_in_every_form(kind: str, encoding: str, tmp_path: Path) -> None:
    sound = replace(monthly(), encoding=encoding).each("ORG_NAME", lambda name: f"{name} – Café")
    other = read(write(sound, tmp_path / f"a.{kind}"))
    assert days(other) == days(read(write(monthly(), tmp_path / "b.csv")))


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("31/01/2025", "2025-01"),
        ("2025-JAN", "2025-01"),
        ("2014-APR", "2014-04"),
        ("2025-01-31", "2025-01"),
        ("Jan-25", "2025-01"),
        ("January 2025", "2025-01"),
        ("01/02/2025", "2025-02"),
        ("202501", "2025-01"),
    ],
)
def test_months_are_read_as_each_year_has_written_them(written: str, month: str, tmp_path: Path) -> None:
    reading = read(write(monthly().each("DATE", lambda _: written), tmp_path / "a.csv"))
    assert str(reading.first_month) == str(reading.last_month) == month


def test_the_month_comes_first_where_the_file_or_the_user_says_so(tmp_path: Path) -> None:
    american = write(monthly().each("DATE", lambda _: "01/31/2025"), tmp_path / "a.csv")
    assert str(read(american).first_month) == "2025-01"
    either = write(monthly().each("DATE", lambda _: "01/02/2025"), tmp_path / "b.csv")
    assert str(read(either, replace(OPTIONS, day_first=False)).first_month) == "2025-01"
    mixed = monthly().with_cell(0, "DATE", "01/31/2025")
    with pytest.raises(FileNotUnderstood, match="some with the month first"):
        read(write(mixed, tmp_path / "c.csv"))


def test_the_headings_of_the_older_years_are_known(tmp_path: Path) -> None:
    older = Draft(
        [
            *("Date", "HEE_region_code", "HEE_region_name", "Org Code", "Org Name", "Org Type"),
            *("FTE Days Sick", "FTE Days Available", "SA Rate (%)", "Sort_Date"),
        ],
        [["2019-APR", "HEE001", "Health Education North", "RX1", "Northmoor", "Acute", "1,203", "30,001", "4.01", 1]],
    )
    reading = read(write(older, tmp_path / "a.csv"))
    assert days(reading) == [("RX1", ALL_STAFF_GROUPS, ALL_REASONS, 1203.0, 30001.0)]
    assert rows_of(reading)["absence"][0]["region"] == "HEE001"


def test_the_benchmarking_file_keeps_staff_groups_beside_their_total(tmp_path: Path) -> None:
    headings = [
        *("Month", "Tm End Date", "Org code", "Org name", "Cluster group", "Benchmark group", "NHSE region code"),
        *("NHSE region name", "Staff group", "FTE days lost", "FTE days available", "Sickness absence rate (%)"),
    ]
    where = ("Y60", "Midlands")
    trust = ("2025-01", "31/01/2025", "RX1", "Northmoor", "Acute", "Acute - Large", *where)
    rows: list[list[object]] = [
        [*trust, "All staff groups", 60, 1000, 6.0],
        [*trust, "Midwives", 20, 400, 5.0],
        [*trust, "Managers", "*", "*", "*"],
    ]
    reading = read(write(Draft(headings, rows), tmp_path / "a.csv"))  # type: ignore[arg-type]
    assert [(g, lost) for _, g, _, lost, _ in days(reading)] == [(ALL_STAFF_GROUPS, 60.0), ("Midwives", 20.0)]
    assert left_out(reading) == {"no days lost or no days available: withheld or not applicable": [4]}
    assert reading.rows_taken == 2


@pytest.mark.parametrize("marker", ["*", "-", ".", "..", "NA", "ND", "", "[c]", "#N/A"])
@pytest.mark.parametrize("heading", ["FTE_DAYS_LOST", "FTE_DAYS_AVAILABLE"])
def test_an_organisation_whose_days_are_withheld_is_left_out_and_counted(
    marker: str, heading: str, tmp_path: Path
) -> None:
    reading = read(write(monthly().with_cell(1, heading, marker), tmp_path / "a.csv"))
    assert [row[0] for row in days(reading)] == ["8JX76", "RX2"]
    assert list(left_out(reading).values()) == [[3]]
    assert reading.rows_taken == 2


@pytest.mark.parametrize("cell", ["many", "-5", "3 or 4", "#REF!"])
def test_a_cell_that_is_no_count_of_days_is_refused(cell: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(monthly().with_cell(1, "FTE_DAYS_LOST", cell), tmp_path / "a.csv"))
    assert "row 3" in in_three_lines(caught.value)


def test_a_rate_that_is_not_of_these_days_is_for_the_user_to_decide(tmp_path: Path) -> None:
    path = write(monthly().with_cell(1, "SICKNESS_ABSENCE_RATE_PERCENT", 4.02), tmp_path / "a.csv")
    (decision,) = read(path).decisions
    assert (decision.code, decision.found, decision.blocks) == ("rate-differs", "row 3", True)
    with pytest.raises(DecisionNeeded, match="rates in the file"):
        load(Workspace(tmp_path / "w"), path)
    load(Workspace(tmp_path / "w"), path, accept=frozenset({"rate-differs"}))


def test_columns_that_were_exchanged_are_found_by_their_rate(tmp_path: Path) -> None:
    exchanged = replace(monthly(), headings=[*MONTHLY[:8], "FTE_DAYS_AVAILABLE", "FTE_DAYS_LOST", MONTHLY[10]])
    assert codes(read(write(exchanged, tmp_path / "a.csv"))) == {"rate-differs": True, "more-lost-than-available": True}


def test_rates_as_fractions_or_with_a_percent_sign_agree_too(tmp_path: Path) -> None:
    def fraction(cell: object) -> float:
        return round(float(str(cell)) / 100, 4)

    for change in (fraction, lambda cell: f"{float(str(cell)):.2f}%"):
        path = write(monthly().each("SICKNESS_ABSENCE_RATE_PERCENT", change), tmp_path / "a.csv")
        assert codes(read(path)) == {}


def test_more_days_lost_than_there_were_is_for_the_user_to_decide(tmp_path: Path) -> None:
    wrong = monthly().with_cell(2, "FTE_DAYS_LOST", 9000).with_cell(2, "SICKNESS_ABSENCE_RATE_PERCENT", 112.5)
    assert codes(read(write(wrong, tmp_path / "a.csv"))) == {"more-lost-than-available": True}


def test_two_rows_that_differ_about_the_same_are_refused_and_a_repeated_one_counted(tmp_path: Path) -> None:
    sound = monthly()
    again = replace(sound, rows=[*sound.rows, sound.rows[1]])
    assert left_out(read(write(again, tmp_path / "a.csv"))) == {"a repeated row": [5]}
    different = replace(sound, rows=[*sound.rows, again.with_cell(3, "FTE_DAYS_LOST", 1203).rows[3]])
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(different, tmp_path / "b.csv"))
    assert "row 5 against row 3" in in_three_lines(caught.value)


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [("DATE", "soon", "no month"), ("ORG_CODE", "", "no code of an organisation"), ("ORG_CODE", "a b", None)],
)
def test_a_row_that_cannot_be_placed_is_left_out(heading: str, cell: str, reason: str | None, tmp_path: Path) -> None:
    reading = read(write(monthly().with_cell(2, heading, cell), tmp_path / "a.csv"))
    assert left_out(reading) == {reason or "no code of an organisation": [4]}


def test_a_month_to_come_is_for_the_user_to_decide(tmp_path: Path) -> None:
    ahead = write(monthly().each("DATE", lambda _: "31/01/2027"), tmp_path / "a.csv")
    assert codes(read(ahead)) == {"future-month": True}


def test_a_second_file_of_the_same_month_is_a_revision(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(monthly(), tmp_path / "a.csv"))
    revised = monthly().with_cell(2, "FTE_DAYS_LOST", 481).with_cell(2, "SICKNESS_ABSENCE_RATE_PERCENT", 6.01)
    path = write(revised, tmp_path / "b.csv")
    with pytest.raises(DecisionNeeded, match="disagree about the same month"):
        load(workspace, path)
    assert load(workspace, path, accept=frozenset({"revision"})).replaces == (1,)


# By reason


def test_totals_of_england_and_regions_are_checked_and_set_aside(tmp_path: Path) -> None:
    reading = read(write(by_reason(), tmp_path / "a.csv"))
    assert days(reading) == [
        ("RX1", ALL_STAFF_GROUPS, ALL_REASONS, 90.0, 1000.0),
        ("RX1", ALL_STAFF_GROUPS, STRESS, 50.0, None),
        ("RX1", ALL_STAFF_GROUPS, COLD, 40.0, None),
        ("RX2", ALL_STAFF_GROUPS, ALL_REASONS, 40.0, 2000.0),
        ("RX2", ALL_STAFF_GROUPS, STRESS, 30.0, None),
        ("RX2", ALL_STAFF_GROUPS, COLD, 10.0, None),
    ]
    assert left_out(reading) == {"a total beside its parts, checked and not added": [2, 3, 4, 5]}
    assert (reading.rows_taken, codes(reading)) == (4, {})


@pytest.mark.parametrize(("row", "heading"), [(0, "FTE_DAYS_LOST_REASON"), (2, "FTE_DAYS_LOST_REASON")])
def test_a_total_that_is_not_the_sum_of_its_parts_is_for_the_user_to_decide(
    row: int, heading: str, tmp_path: Path
) -> None:
    reading = read(write(by_reason().with_cell(row, heading, 70), tmp_path / "a.csv"))
    assert codes(reading) == {"totals-differ": True}


def test_a_missing_organisation_is_seen_by_the_total_of_england(tmp_path: Path) -> None:
    cut_short = replace(by_reason(), rows=by_reason().rows[:6])
    assert codes(read(write(cut_short, tmp_path / "a.csv"))) == {"totals-differ": True}


def test_withheld_organisations_explain_why_a_total_is_more_than_its_parts(tmp_path: Path) -> None:
    withheld = by_reason()
    for row in (6, 7):
        for heading in ("FTE_DAYS_LOST", "FTE_DAYS_LOST_REASON", "FTE_DAYS_AVAILABLE"):
            withheld = withheld.with_cell(row, heading, "*")
    reading = read(write(withheld, tmp_path / "a.csv"))
    assert codes(reading) == {"totals-differ": False}
    assert {row[0] for row in days(reading)} == {"RX1"}


def test_reasons_that_do_not_add_up_are_told(tmp_path: Path) -> None:
    short = replace(by_reason(), rows=by_reason().rows[4:]).with_cell(0, "FTE_DAYS_LOST_REASON", 45)
    assert codes(read(write(short, tmp_path / "a.csv"))) == {"reasons-differ": False}


def test_two_totals_of_all_reasons_that_differ_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood, match="two different things"):
        read(write(by_reason().with_cell(5, "FTE_DAYS_LOST", 91), tmp_path / "a.csv"))


def of_england() -> Draft:
    headings = ["DATE", "STAFF_GROUP", "REASON", "FTE_DAYS_LOST", "FTE_DAYS_AVAILABLE"]
    rows: list[list[object]] = [
        ["2025-01-31", group, reason, lost, available if reason == "ALL REASONS" else None]
        for group, available, parts in (("All staff groups", 9000, (300, 150)), ("Midwives", 1000, (40, 30)))
        for reason, lost in (("ALL REASONS", sum(parts)), (STRESS, parts[0]), (COLD, parts[1]))
    ]
    return Draft(headings, rows)  # type: ignore[arg-type]


def test_a_table_of_england_is_taken_when_it_is_named(tmp_path: Path) -> None:
    path = write(of_england(), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)  # it could be a trust's own
    assert "--as nhs_sickness" in in_three_lines(caught.value)
    workspace = Workspace(tmp_path / "w")
    assert load(workspace, path, format="nhs_sickness").organisations == ("England",)
    rows = answer(workspace, Enquiry("sickness_absence_rate", by=("reason",))).rows()
    assert [(r["reason"], r["sickness_absence_rate"]) for r in rows] == [(STRESS, 300 / 9000), (COLD, 150 / 9000)]


# A trust's own extract


def test_a_trusts_extract_gets_its_totals(tmp_path: Path) -> None:
    reading = read(write(extract(), tmp_path / "a.csv"))
    assert days(reading) == [
        ("RX1", ALL_STAFF_GROUPS, ALL_REASONS, 90.0, 1000.0),
        ("RX1", "Estates", ALL_REASONS, 30.0, 600.0),
        ("RX1", "Estates", STRESS, 5.0, None),
        ("RX1", "Estates", COLD, 25.0, None),
        ("RX1", "Nursing", ALL_REASONS, 60.0, 400.0),
        ("RX1", "Nursing", STRESS, 45.0, None),
        ("RX1", "Nursing", COLD, 15.0, None),
    ]
    assert [r.rsplit(": ", 1)[1] for r in reading.remarks] == [
        "their reasons were added up",
        "the groups were added up",
    ]


def test_it_is_not_taken_for_published(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    loaded = load(workspace, write(extract(), tmp_path / "a.csv"))
    assert (loaded.format, loaded.published) == ("absence_extract", False)
    released = answer(workspace, Enquiry("sickness_absence_rate", by=("staff_group", "reason")))
    assert released.policy.name == "internal"
    with pytest.raises(EnquiryRefused, match="not published"):
        answer(workspace, Enquiry("sickness_absence_rate", policy="published"))


def test_the_days_available_may_stand_in_the_row_of_all_reasons_alone(tmp_path: Path) -> None:
    sound = extract().each("FTE Days Available", lambda _: None)
    totals = [["Jan-25", "RX1", "Nursing", "Total", 60, 400], ["Jan-25", "RX1", "Estates", "All reasons", 30, 600]]
    reading = read(write(replace(sound, rows=[*sound.rows, *totals]), tmp_path / "a.csv"))  # type: ignore[list-item]
    assert days(reading) == days(read(write(extract(), tmp_path / "b.csv")))


def test_staff_without_days_available_are_left_out_with_their_reasons(tmp_path: Path) -> None:
    none_of_nursing = extract().with_cell(0, "FTE Days Available", None).with_cell(1, "FTE Days Available", "*")
    reading = read(write(none_of_nursing, tmp_path / "a.csv"))
    assert days(reading)[0] == ("RX1", ALL_STAFF_GROUPS, ALL_REASONS, 30.0, 600.0)
    assert list(left_out(reading).values()) == [[2, 3]]


def test_days_available_that_differ_from_reason_to_reason_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(extract().with_cell(0, "FTE Days Available", 200), tmp_path / "a.csv"))
    assert "rows 2, 3" in in_three_lines(caught.value)


def test_without_days_available_no_rate_can_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood) as caught:
        read(write(extract().each("FTE Days Available", lambda _: "."), tmp_path / "a.csv"))
    assert "no rate can be made" in in_three_lines(caught.value)


def test_the_month_and_the_organisation_may_be_told_beside_the_file(tmp_path: Path) -> None:
    path = write(extract().without("Month").without("Organisation"), tmp_path / "a.csv")
    with pytest.raises(FileNotUnderstood, match=r"which (organisation|month)"):
        read(path)
    told = read(path, replace(OPTIONS, month=Month.parse("2025-01"), organisation="rx1"))
    assert days(told) == days(read(write(extract(), tmp_path / "b.csv")))


def test_nested_groups_are_not_added_up(tmp_path: Path) -> None:
    nested = extract().each("Staff Group", lambda g: "Support to clinical staff" if g == "Nursing" else g)
    assert codes(read(write(nested, tmp_path / "a.csv"))) == {"missing-totals": False}


PERSONS = Draft(
    ["Employee Number", "Last Name", "Organisation Code", "Staff Group", "Absence Start Date", "Absence End Date",
     "Absence Reason", "FTE Days Lost"],
    [[20_000_001, "Zzyzx", "RX1", "Nursing", dt.date(2025, 1, 3), dt.date(2025, 1, 9), STRESS, 6]],
)  # fmt: skip


@pytest.mark.parametrize(
    "draft",
    [
        PERSONS,
        replace(PERSONS, headings=["Staff ID", "Surname", *PERSONS.headings[2:]]),
        replace(
            extract(),
            headings=["Employee Number", *extract().headings],
            rows=[[20_000_001, *row] for row in extract().rows],
        ),
    ],
)
def test_who_was_away_is_never_taken(draft: Draft, tmp_path: Path) -> None:
    path = write(draft, tmp_path / "a.csv")
    for options in (OPTIONS, replace(OPTIONS, format="absence_extract")):
        with pytest.raises(FileNotUnderstood) as caught:
            read(path, options)
        assert "only absence of groups is taken" in in_three_lines(caught.value)
    workspace = Workspace(tmp_path / "w")
    with pytest.raises(FileNotUnderstood):
        load(workspace, path)
    assert workspace.current().loads == ()


def test_published_rows_of_persons_cannot_come_in_by_another_door(tmp_path: Path) -> None:
    """With the publication's own headings beside a person's number it is refused as well."""
    sound = monthly()
    path = write(
        replace(sound, headings=["Employee Number", *sound.headings], rows=[[1, *row] for row in sound.rows]),
        tmp_path / "a.csv",
    )
    with pytest.raises(FileNotUnderstood):
        read(path)


# Asking


def test_both_sources_loaded_are_a_question_for_the_user(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(monthly(), tmp_path / "a.csv"))
    load(workspace, write(extract(), tmp_path / "b.csv"))
    with pytest.raises(EnquiryRefused, match="More than one source"):
        answer(workspace, Enquiry("sickness_absence_rate"))
    (row,) = answer(workspace, Enquiry("sickness_absence_rate", source="absence_extract")).rows()
    assert row["sickness_absence_rate"] == 0.09


@pytest.mark.parametrize("choice", [{"leaving": "organisation"}, {"leaving": "nhs"}])
def test_absence_is_not_about_leaving(choice: dict[str, str], tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(monthly(), tmp_path / "a.csv"))
    with pytest.raises(EnquiryRefused, match="not about leaving"):
        answer(workspace, Enquiry("sickness_absence_rate", **choice))  # type: ignore[arg-type]
    assert answer(workspace, Enquiry("sickness_absence_rate")).definition.leaving == ""


def test_what_must_be_known_of_a_rate_stands_beside_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(by_reason(), tmp_path / "a.csv"))
    later = replace(monthly(), rows=monthly().rows[1:]).each("DATE", lambda _: "28/02/2025")
    later = later.each("ORG_CODE", lambda code: "RX9" if code == "RX2" else code)
    load(workspace, write(later, tmp_path / "b.csv"))
    notes = " ".join(answer(workspace, Enquiry("sickness_absence_rate", months=2)).notes)
    assert "Not told of in every month, and counted in those that are: RX2, RX9" in notes
    assert "seasonal" in notes
    one = " ".join(answer(workspace, Enquiry("sickness_absence_rate", by=("reason",), end=Month(JANUARY))).notes)
    assert "Not told of" not in one
    assert "reasons add up to the rate" in one


def test_a_trusts_own_extract_goes_by_the_region_that_ods_gives_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(extract(), tmp_path / "a.csv"))
    (before,) = answer(workspace, Enquiry("sickness_absence_rate", by=("icb",))).rows()
    assert before["icb"] == "Not known"
    mapping = Draft(["Trust_code", "Trust_name", "Trust_ICS_N", "ICS_code2", "ICS_name", "Weighting"],
                    [["RX1", "Northmoor Trust", 1, "QJ2", "Derby", 1]])  # fmt: skip
    load(workspace, write(mapping, tmp_path / "m.csv"))
    (after,) = answer(workspace, Enquiry("sickness_absence_rate", by=("icb",))).rows()
    assert (after["icb"], after["icb_name"], after["sickness_absence_rate"]) == ("QJ2", "Derby", 0.09)


def test_staff_files_are_still_known_for_what_they_are(tmp_path: Path) -> None:
    from by_hand import SOUND

    for name, draft in SOUND.items():
        source, _ = recognise(tmp_path / "a.csv", read_sheets(write(draft(), tmp_path / "a.csv")), OPTIONS)
        assert source.name == name
