"""Files of general practice: what is read, what is said aloud, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from by_hand import in_three_lines, load, read
from practices_by_hand import SURGERY, person, practice, written

from keepwell.errors import DecisionNeeded, FileNotUnderstood, KeepwellError
from keepwell.periods import Month
from keepwell.records.general_practice import age_band_named, breaks, breaks_between, reached, role_group_of
from keepwell.records.workspace import Workspace
from keepwell.sources import FORMATS, Reading
from keepwell.sources.formats import ReadOptions
from keepwell.sources.reading import read_sheets

NAMED = "3. General Practice – September 2024 Practice Level - Detailed.csv"
PANEL = "Practice.Code,Year,ICB_NAME,TOTAL_PATIENTS,TOTAL_GP_EXTGL_FTE,TOTAL_LOCUUM_TRN_FTE,TOTAL_NURSES_FTE,TOTAL_DPC_FTE,TOTAL_ADMIN_FTE,TOTAL_GP_SEN_PTNR_FTE,TOTAL_GP_PTNR_PROV_FTE,TOTAL_GP_EXTGL_HC,TOTAL_LOCUUM_TRN_HC"


def staff(reading: Reading, **where: object) -> list[dict[str, object]]:
    rows = reading.tables["practice_staff"].to_pylist()
    return [r for r in rows if all(r[k] == v for k, v in where.items())]


def fte(reading: Reading, **where: object) -> float:
    return round(sum(float(str(r["fte"] or 0)) for r in staff(reading, **where)), 6)


# The practice-level file


def test_a_practice_has_its_totals_its_roles_and_its_ages_apart(tmp_path: Path) -> None:
    reading = read(written(tmp_path / NAMED, [practice()]))
    assert (reading.first_month, reading.organisations) == (Month.parse("2024-09"), ("A81001",))
    assert fte(reading, breakdown="total", staff_group="GP") == 5.5
    assert fte(reading, breakdown="role", staff_group="GP") == 5.5
    assert fte(reading, breakdown="age", staff_group="GP") == 5.5
    assert {r["age_band"] for r in staff(reading, breakdown="age")} == {"35 to 39", "55 to 59"}
    [patients] = reading.tables["practice_patients"].to_pylist()
    assert (patients["patients"], patients["months_in"]) == (9000, 1)


def test_headline_totals_are_no_rows_to_add(tmp_path: Path) -> None:
    row = practice() | {"TOTAL_LOCUUM_TRN_HC": 2, "TOTAL_LOCUUM_TRN_FTE": 1.3}
    reading = read(written(tmp_path / NAMED, [row]))
    assert {r["role_group"] for r in staff(reading, breakdown="role", staff_group="GP")} == {
        "Partner", "Salaried", "Retainer", "Trainee", "Locum",
    }  # fmt: skip
    assert fte(reading, breakdown="role", staff_group="GP") == 5.5
    qualified = fte(reading, breakdown="role", fully_qualified="yes")
    assert qualified == row["TOTAL_GP_EXTG_FTE"] == 4.5


@pytest.mark.parametrize("changed", [{"old": True}, {"lower": True}, {"encoding": "utf-8-sig"}, {"encoding": "utf-16"}])
def test_headings_of_the_old_geography_and_other_writings_are_the_same_file(tmp_path: Path, changed: dict) -> None:
    usual, other = (
        read(written(tmp_path / f"{i} {NAMED}", [practice()], **how)) for i, how in enumerate(({}, changed))
    )
    assert usual.tables["practice_staff"].equals(other.tables["practice_staff"])
    assert staff(other)[0]["sub_icb"] == "01A"
    assert staff(other)[0]["region_name"] == "North East and Yorkshire"


@pytest.mark.parametrize("cell", ["NA", "ND", "", "*", "-", "."])
def test_no_data_is_not_nobody(tmp_path: Path, cell: str) -> None:
    reading = read(written(tmp_path / NAMED, [practice(silent=["N"], no_data=cell), practice("A81002")]))
    [silent] = staff(reading, breakdown="total", staff_group="Nurses", organisation="A81001")
    assert (silent["headcount"], silent["fte"]) == (None, None)
    assert "No data on Nurses from 1 practice" in reading.remarks
    assert staff(reading, breakdown="role", staff_group="Nurses", organisation="A81001") == []


def test_before_february_2023_a_practice_of_nothing_but_zeros_gave_no_data(tmp_path: Path) -> None:
    rows = [practice("A81001", staff={}), practice("A81002", staff={k: v for k, v in SURGERY.items() if k[0] != "N"})]
    before = read(written(tmp_path / "General Practice - January 2023 Practice Level.csv", rows))
    after = read(written(tmp_path / "General Practice - February 2023 Practice Level.csv", rows))
    assert [r["fte"] for r in staff(before, breakdown="total", organisation="A81001")] == [None] * 4
    assert staff(before, breakdown="total", organisation="A81002", staff_group="Nurses")[0]["fte"] == 0
    assert [r["fte"] for r in staff(after, breakdown="total", organisation="A81001")] == [0] * 4
    assert any("0 taken as no data in 1 practice" in x for x in before.remarks)
    assert not any("0 taken as" in x for x in after.remarks)


def test_the_month_is_that_of_the_files_name_and_said_aloud(tmp_path: Path) -> None:
    reading = read(written(tmp_path / "1 General_Practice_March_2022_Practice_Level.csv", [practice()]))
    assert reading.first_month == Month.parse("2022-03")
    assert any("the file's name says so" in x for x in reading.remarks)


def test_without_a_month_it_is_refused_and_with_another_too(tmp_path: Path) -> None:
    unnamed = written(tmp_path / "practices.csv", [practice()])
    with pytest.raises(DecisionNeeded, match="does not say of which month"):
        read(unnamed)
    september = ReadOptions(month=Month.parse("2024-09"), today=dt.date(2025, 11, 5))
    assert read(unnamed, september).last_month == Month.parse("2024-09")
    with pytest.raises(FileNotUnderstood) as caught:
        read(written(tmp_path / "General Practice October 2024.csv", [practice()]), september)
    assert "2024-10 in its name" in in_three_lines(caught.value)


def test_two_months_in_a_name_are_no_month(tmp_path: Path) -> None:
    with pytest.raises(DecisionNeeded, match="does not say of which month"):
        read(written(tmp_path / "September 2024 against September 2023.csv", [practice()]))


def test_a_month_to_come_is_for_the_user_to_decide(tmp_path: Path) -> None:
    path = written(tmp_path / "General Practice January 2031.csv", [practice()])
    with pytest.raises(DecisionNeeded, match="future"):
        load(Workspace(tmp_path / "w"), path)


def test_a_practice_told_twice_is_refused_and_a_total_left_out(tmp_path: Path) -> None:
    with pytest.raises(FileNotUnderstood, match="same practice"):
        read(written(tmp_path / NAMED, [practice(), practice(patients=1)]))
    reading = read(written(tmp_path / NAMED, [practice(), practice("England")]))
    assert [(x.reason, x.rows) for x in reading.left_out] == [("no code of a practice", [3])]


def test_a_cell_that_is_no_count_refuses_the_file_by_row_and_heading(tmp_path: Path) -> None:
    bad = practice("A81002") | {"TOTAL_GP_SEN_PTNR_FTE": "Zzyzx"}
    with pytest.raises(FileNotUnderstood) as caught:
        read(written(tmp_path / NAMED, [practice(), bad]))
    assert "TOTAL_GP_SEN_PTNR_FTE" in in_three_lines(caught.value)
    assert "row 3" in in_three_lines(caught.value)


def test_thousands_are_read(tmp_path: Path) -> None:
    reading = read(written(tmp_path / NAMED, [practice(patients="12,345")]))
    assert reading.tables["practice_patients"]["patients"].to_pylist() == [12345]


def test_a_role_that_nobody_knows_is_in_the_total_and_named_other(tmp_path: Path) -> None:
    row = practice()
    row["TOTAL_DPC_WIZARD_HC"], row["TOTAL_DPC_WIZARD_FTE"], row["TOTAL_DPC_FTE"] = 1, 0.7, 2.2
    reading = read(written(tmp_path / NAMED, [row]))
    assert fte(reading, breakdown="role", staff_group="Direct patient care") == 2.2
    assert fte(reading, role="Other or not stated") == 0.7
    assert "2 columns of roles not known by name: in the totals alone" in reading.remarks


def test_roles_beyond_the_total_are_kept_and_said(tmp_path: Path) -> None:
    reading = read(written(tmp_path / NAMED, [practice() | {"TOTAL_GP_FTE": 5.0}]))
    assert any("Roles add up to more than the published total in 1 practice" in x for x in reading.remarks)


# The panel by fiscal year


def panel(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([PANEL, *lines]) + "\n", "utf-8")
    return path


def test_a_fiscal_year_is_twelve_months_that_end_in_its_march(tmp_path: Path) -> None:
    reading = read(panel(tmp_path / "p.csv", "A81001,2024,Moorland,9000.5,3,1.3,2,1,7,1,1.5,4,2"))
    assert (reading.first_month, reading.last_month) == (Month.parse("2024-03"), Month.parse("2024-03"))
    assert {r["months_in"] for r in staff(reading)} == {12}
    assert fte(reading, breakdown="total", staff_group="GP") == 4.3
    assert {r["role_group"]: r["fte"] for r in staff(reading, breakdown="role", staff_group="GP", role_group="Partner")}
    assert fte(reading, role_group="Salaried or retainer") == 0.5
    assert fte(reading, fully_qualified="yes") == 3.0
    assert staff(reading)[0]["icb"] == "Moorland"


def test_a_year_that_is_none_and_a_practice_twice_in_a_year_are_refused(tmp_path: Path) -> None:
    line = "A81001,{},Moorland,9000,3,1.3,2,1,7,1,1.5,4,2"
    with pytest.raises(FileNotUnderstood, match="not years"):
        read(panel(tmp_path / "a.csv", line.format("2023/24")))
    with pytest.raises(FileNotUnderstood, match="same practice"):
        read(panel(tmp_path / "b.csv", line.format(2024), line.format(2024).replace("9000", "8000")))
    assert read(panel(tmp_path / "c.csv", line.format(2024), line.format(2025))).rows_taken == 2


# People


def people_file(path: Path, *rows: dict[str, object], **how: object) -> Path:
    return written(path, rows, **how)  # type: ignore[arg-type]


def test_a_person_has_the_kind_of_gp_that_the_role_says(tmp_path: Path) -> None:
    roles = {
        "Senior Partners": "Partner",
        "Partner/Providers": "Partner",
        "Salaried By Practice": "Salaried",
        "GP Retainers": "Retainer",
        "GPs in Training Grades": "Trainee",
        "GP Regular Locums": "Locum",
        "GP Wizards": "Not known",
    }
    rows = [person(i, role) for i, role in enumerate(roles)]
    reading = read(people_file(tmp_path / "i.csv", *rows, person(99, "Practice Nurse Partner", group="Nurses")))
    found = reading.tables["practice_people"].to_pylist()
    assert [r["role_group"] for r in found] == [*roles.values(), "Nurses"]
    assert [r["fully_qualified"] for r in found[:3]] == ["yes"] * 3
    assert [r["fully_qualified"] for r in found[4:]] == ["no", "yes", "Not known", "not a GP"]
    assert any("1 row of GPs in roles not known by name" in x for x in reading.remarks)
    assert {r["age_band"] for r in found} == {"40 to 44"}


def test_estimates_are_no_people_and_are_counted_aloud(tmp_path: Path) -> None:
    estimated = person("", DATA_SOURCE="Estimated", GENDER="", AGE_BAND="Unknown")
    reading = read(people_file(tmp_path / "i.csv", person(1), estimated, person(7, DATA_SOURCE="Estimated")))
    found = reading.tables["practice_people"].to_pylist()
    assert [r["person"] for r in found] == ["1", None, None]
    assert any(x.startswith("2 rows marked Estimated") for x in reading.remarks)


def test_the_month_is_that_of_its_columns_and_a_name_may_not_contradict_it(tmp_path: Path) -> None:
    assert read(people_file(tmp_path / "i.csv", person(1))).first_month == Month.parse("2024-09")
    named = people_file(tmp_path / "i2.csv", person(1, MONTH="September"))
    assert read(named).first_month == Month.parse("2024-09")
    with pytest.raises(FileNotUnderstood) as caught:
        read(people_file(tmp_path / "Individual Level October 2024.csv", person(1)))
    in_three_lines(caught.value)
    with pytest.raises(FileNotUnderstood, match="one month alone"):
        read(people_file(tmp_path / "i3.csv", person(1), person(2, MONTH=10)))


def test_fte_below_zero_and_words_for_it_are_left_out_by_row(tmp_path: Path) -> None:
    reading = read(
        people_file(tmp_path / "i.csv", *(person(i) for i in range(9)), person(10, fte=-0.1), person(11, fte="x"))
    )
    assert [(x.reason, x.rows) for x in reading.left_out] == [("FTE that is no number or below zero", [11, 12])]
    with pytest.raises(FileNotUnderstood, match="nobody can be counted"):
        read(people_file(tmp_path / "j.csv", person(1, fte="x")))


def test_an_identifier_that_is_not_a_persons_is_refused(tmp_path: Path) -> None:
    rows = [person(i % 3, fte=i / 1000) for i in range(400)]
    with pytest.raises(FileNotUnderstood, match="does not tell people apart"):
        read(people_file(tmp_path / "i.csv", *rows))


def test_no_identifier_is_ever_shown_in_a_refusal(tmp_path: Path) -> None:
    for bad in (person("Zzyzx", fte="Zzyzx"), person("Zzyzx", MONTH="Zzyzx")):
        with pytest.raises(KeepwellError) as caught:
            read(people_file(tmp_path / "i.csv", bad))
        in_three_lines(caught.value)


# Roll-up


def test_a_roll_up_of_means_by_network_is_refused_in_three_lines(tmp_path: Path) -> None:
    path = tmp_path / "pcn.csv"
    path.write_text(
        "PCN_CODE,Year,PCN_NAME,ICB_NAME,STAFF_GROUP,FTE\nU11111,2024,NORTH,Moorland,Directors,0.3\n", "utf-8"
    )
    with pytest.raises(FileNotUnderstood, match="adds up to nothing") as caught:
        read(path)
    assert "Individual Level" in in_three_lines(caught.value)


# Telling them apart


@pytest.mark.parametrize("name", ["gpw_practice", "gpw_individual", "gp_practice_year", "pcn_individual"])
def test_each_file_is_recognised_by_one_format_alone(tmp_path: Path, name: str) -> None:
    network = person(1, PCN_CODE="U11111", PCN_NAME="NORTH PCN")
    files = {
        "gpw_practice": written(tmp_path / NAMED, [practice()]),
        "gpw_individual": people_file(tmp_path / "i.csv", person(1)),
        "gp_practice_year": panel(tmp_path / "p.csv", "A81001,2024,Moorland,9000.5,3,1.3,2,1,7,1,1.5,4,2"),
        "pcn_individual": people_file(tmp_path / "n.csv", network),
    }
    sheets = read_sheets(files[name])
    assert [f.name for f in FORMATS if f.recognise(sheets, ReadOptions())] == [name]


# Words


@pytest.mark.parametrize(
    ("text", "band", "aged"),
    [
        ("UNDER30", "Under 30", False),
        ("30TO34", "30 to 34", False),
        ("55-59", "55 to 59", True),
        ("70PLUS", "70 and over", True),
        ("70 and over", "70 and over", True),
        ("70+", "70 and over", True),
        ("50-59", "50 to 59", None),
        ("UNKNOWN_AGE", "Not known", None),
        ("", "Not known", None),
        ("Under 25", "Under 25", False),
    ],
)
def test_age_bands_are_written_one_way_and_tell_of_55(text: str, band: str, aged: bool | None) -> None:
    assert age_band_named(text) == band
    assert reached(band, 55) is aged


def test_a_nurse_who_is_a_partner_is_no_gp_partner() -> None:
    assert role_group_of("Nurses", "Practice Nurse Partner").name == "Nurses"


def test_the_breaks_are_those_of_the_methodology_and_lie_after_the_first_month() -> None:
    assert [str(b.since) for b in breaks()] == ["2015-09", "2018-06", "2021-07", "2023-02"]
    month = Month.parse
    assert [b.name for b in breaks_between("gpw_practice", month("2023-01"), month("2023-02"))] == ["NA for no data"]
    assert breaks_between("gpw_practice", month("2023-02"), month("2024-02")) == []
    assert breaks_between("gpw_individual", month("2022-09"), month("2023-09")) == []
    trainees = ("gpw_individual", month("2017-09"), month("2018-09"))
    assert len(breaks_between(*trainees)) == 1
    assert breaks_between(*trainees, trainees=False) == []
    assert breaks_between(*trainees, groups=frozenset({"Nurses"})) == []


def test_the_drawings_have_the_columns_that_the_publication_documents() -> None:
    assert len(person(1)) == 22
    assert {
        "TOTAL_GP_EXTGL_FTE",
        "TOTAL_GP_FTE_UNKNOWN_AGE",
        "TOTAL_N_NURSE_PTNR_HC",
        "SUB_ICB_CODE",
    } <= practice().keys()
