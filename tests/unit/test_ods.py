"""Are files about organisations known by their content, and is nothing in them lost without a word?"""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest

from keepwell.errors import FileNotUnderstood, KeepwellError
from keepwell.records.organisations import ORGANISATIONS, RELATIONS
from keepwell.sources import Reading, ReadOptions, recognise
from keepwell.sources.reading import read_sheets

TODAY = dt.date(2025, 11, 1)


def read(path: Path, **options) -> tuple[str, Reading]:
    chosen = ReadOptions(today=TODAY, **options)
    source, match = recognise(path, read_sheets(path), chosen)
    assert source.published
    assert source.reference
    reading = source.read(path.name, match, chosen)
    assert reading.rows_read == reading.rows_taken + sum(len(x.rows) for x in reading.left_out)
    return source.name, reading


def organisations(reading: Reading) -> dict[str, dict]:
    table = reading.tables["organisations"]
    assert table.schema == ORGANISATIONS
    rows = table.to_pylist()
    assert len({row["code"] for row in rows}) == len(rows)
    return {row["code"]: row for row in rows}


def relations(reading: Reading) -> set[tuple]:
    """(child, parent, kind, start, end), days as text."""
    table = reading.tables["relations"]
    assert table.schema == RELATIONS
    return {
        (r["child"], r["parent"], r["parent_kind"], *(day and day.isoformat() for day in (r["start"], r["end"])))
        for r in table.to_pylist()
    }


def left_out(reading: Reading) -> dict[str, list[int]]:
    return {x.reason: x.rows for x in reading.left_out}


def ods_row(code: str, name: str = "A PLACE", width: int = 27, **at: str) -> list[str]:
    """A row of 27 columns, each given by its number as c1, c2 …"""
    row = [code, name, "Y63", "QHM", "1 HIGH STREET", "", "", "LEEDS", "", "LS1 1AA", "20100401", *[""] * 16]
    for column, cell in at.items():
        row[int(column[1:]) - 1] = cell
    return row[:width]


def practice(code: str, setting: str = "4", **at: str) -> list[str]:
    usual = {"c13": "A", "c14": "B", "c15": "16C", "c16": "20200401", "c18": "0113 4960000", "c26": setting}
    return ods_row(code, f"SURGERY {code}", **(usual | at))


def written(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


BACKWARDS = "it ends before it begins: opened, closed, joined its parent, left it (columns 11, 12, 16, 17)"
NO_DAY = "a date that cannot be read: opened, closed, joined its parent, left it (columns 11, 12, 16, 17)"
DISAGREE = "says something else than another row about the same thing: neither is taken"


# Trusts and practices


def test_practices_are_told_from_trusts_by_content_whatever_the_file_is_called(tmp_path):
    for name in ("etr.csv", "staff.csv"):
        kind, reading = read(written(tmp_path / name, [practice("A81001"), practice("A81002", "9")]))
        assert kind == "ods_organisations"
        assert [row["kind"] for row in organisations(reading).values()] == ["practice", "other"]
    kind, reading = read(written(tmp_path / "epraccur.csv", [ods_row("RX1"), ods_row("G6V2S"), ods_row("TAF")]))
    assert kind == "ods_organisations"
    assert {row["kind"] for row in organisations(reading).values()} == {"trust"}


def test_a_practice_has_its_days_its_setting_and_its_parents(tmp_path):
    closed = practice("A81003", c12="20171031", c13="C", c15="00K", c16="20130401", c17="20171030", c4="Q74")
    _, reading = read(written(tmp_path / "a.csv", [practice("A81001"), closed]))
    found = organisations(reading)["A81003"]
    assert (found["status"], found["role"], found["kind"]) == ("closed", "4", "practice")
    assert (found["opened"], found["closed"]) == (dt.date(2010, 4, 1), dt.date(2017, 10, 31))
    assert relations(reading) == {
        ("A81001", "16C", "sub_icb", "2020-04-01", None),
        ("A81001", "QHM", "icb", None, None),
        ("A81001", "Y63", "region", None, None),
        ("A81003", "00K", "sub_icb", "2013-04-01", "2017-10-30"),
        ("A81003", "Y63", "region", None, "2017-10-31"),
    }
    assert "1 row with an area team or a country in place of the ICB: not taken as one" in reading.remarks


def test_the_vintage_is_the_newest_day_in_the_file_that_is_not_to_come(tmp_path):
    rows = [practice("A81001"), practice("A81002", c12="20991231")]
    _, reading = read(written(tmp_path / "a.csv", rows))
    assert str(reading.first_month) == str(reading.last_month) == "2020-04"
    assert set(reading.tables["relations"]["as_of"].to_pylist()) == {dt.date(2020, 4, 1)}


def test_no_address_and_no_telephone_number_is_kept(tmp_path):
    _, reading = read(written(tmp_path / "a.csv", [practice("A81001")]))
    text = str([table.to_pylist() for table in reading.tables.values()])
    assert not any(word in text for word in ("HIGH STREET", "LEEDS", "LS1", "0113"))


def test_rows_that_cannot_be_used_are_counted_by_reason_and_row(tmp_path):
    rows = [
        ["Organisation Code", "Name", "National Grouping", *[""] * 24],
        practice("A81001"),
        practice("A81001"),
        practice("A81002", c12="20090331"),
        practice("A81003", c16="soon"),
        practice("A81004"),
        practice("A81004", c15="00K"),
        practice("A81005", c17="20190401"),
        practice("A81006"),
        ["Printed on Tuesday"],
    ]
    _, reading = read(written(tmp_path / "a.csv", rows))
    assert set(organisations(reading)) == {"A81001", "A81006"}
    assert left_out(reading) == {
        "no organisation code: a heading, a note or a blank": [1, 10],
        "a repeated row": [3],
        BACKWARDS: [4, 8],
        NO_DAY: [5],
        DISAGREE: [6, 7],
    }


def test_rows_that_differ_only_in_an_address_do_not_disagree(tmp_path):
    _, reading = read(written(tmp_path / "a.csv", [practice("A81001"), practice("A81001", c5="2 LOW ROAD")]))
    assert left_out(reading) == {"a repeated row": [2]}


def test_codes_in_lower_case_are_read_as_capitals_and_said_to_be(tmp_path):
    _, reading = read(written(tmp_path / "a.csv", [practice("a81001", c15="16c", c4="qhm"), practice("A81002")]))
    assert ("A81001", "QHM", "icb", None, None) in relations(reading)
    assert ("A81001", "16C", "sub_icb", "2020-04-01", None) in relations(reading)
    assert "1 code in lower case, read as capitals" in reading.remarks


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_other_encodings_are_read(tmp_path, encoding):
    _, reading = read(written(tmp_path / "a.csv", [practice("A81001", c2="ST ÆLFRIC’S SURGERY")], encoding))
    assert organisations(reading)["A81001"]["name"] == "ST ÆLFRIC’S SURGERY"


def test_a_parent_that_is_no_sub_icb_is_kept_as_another_parent(tmp_path):
    _, reading = read(written(tmp_path / "a.csv", [practice("W91001", c3="W00", c4="Q99", c15="7A1")]))
    assert relations(reading) == {("W91001", "7A1", "other", "2020-04-01", None)}


def test_a_list_of_practices_without_its_last_columns_is_refused_in_words(tmp_path):
    rows = [practice(code)[:20] for code in ("A81001", "A81002")]
    with pytest.raises(FileNotUnderstood, match="column 26") as caught:
        read(written(tmp_path / "a.csv", rows))
    assert "download epraccur again" in caught.value.attempt


def test_a_list_of_trusts_may_have_lost_its_empty_last_columns(tmp_path):
    _, reading = read(written(tmp_path / "a.csv", [ods_row("RX1", width=11), ods_row("RX2", width=11)]))
    assert set(organisations(reading)) == {"RX1", "RX2"}


def test_a_list_saved_from_a_spreadsheet_with_its_dates_turned_round_is_read(tmp_path):
    rows = [ods_row("RX1", c11="01/04/2010"), ods_row("RX2", c11="31/03/2010")]
    _, reading = read(written(tmp_path / "a.csv", rows))
    assert organisations(reading)["RX1"]["opened"] == dt.date(2010, 4, 1)


def test_a_list_in_which_no_row_can_be_used_is_refused_with_the_reasons(tmp_path):
    with pytest.raises(FileNotUnderstood, match="it ends before it begins"):
        read(written(tmp_path / "a.csv", [practice("A81001", c12="20090331")]))


def test_a_list_of_people_without_headings_is_not_taken_for_organisations(tmp_path):
    rows = [["20012345", "Nurse", "Band 5", "0.8", "Ward 1", "", "", "", "", "", "20200101", ""]] * 5
    with pytest.raises(KeepwellError, match="none of the formats"):
        read(written(tmp_path / "a.csv", rows))


# Networks

DETAILS = [
    [
        *("PCN Code", "PCN Name", "Current Clinical \nCommissioning \nGroup Code"),
        *("Clinical\nCommissioning\nGroup Name", "Open Date", "Close Date", "Address Line 1", "Postcode"),
    ],
    ["U16464", "BARNSLEY PCN", "02P", "NHS BARNSLEY CCG", "20191001", "", "OAKS PARK", "S70 3NE"],
    ["U91979", "BILLERICAY PCN", "99E", "NHS BASILDON CCG", "20191001", "20220331", "27 STOCK ROAD", "CM12 0AH"],
]
PARTNERS = [
    [
        *("Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nCCG Code", "Practice\nParent\nCCG Name"),
        *("PCN Code", "PCN Name", "PCN Parent\nCCG Code", "PCN Parent\nCCG Name"),
        *("Practice to PCN\nRelationship\nStart Date", "Practice to PCN\nRelationship\nEnd Date", "Match"),
    ],
    ["C85628", "CAXTON HOUSE", "02P", "B", "U16464", "BARNSLEY PCN", "02P", "B", "20191001", "20200831", "TRUE"],
    ["C85026", "APOLLO COURT", "02P", "B", "U91979", "BILLERICAY PCN", "99E", "E", "20191001", "", "FALSE"],
]


def workbook(path: Path, **sheets: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_both_sheets_of_the_networks_are_read(tmp_path):
    kind, reading = read(workbook(tmp_path / "a.xlsx", Partners=PARTNERS, Details=DETAILS))
    assert (kind, reading.rows_read, str(reading.last_month)) == ("ods_networks", 4, "2022-03")
    assert relations(reading) == {
        ("C85628", "U16464", "pcn", "2019-10-01", "2020-08-31"),
        ("C85026", "U91979", "pcn", "2019-10-01", None),
        ("C85628", "02P", "sub_icb", None, None),
        ("C85026", "02P", "sub_icb", None, None),
        ("U16464", "02P", "sub_icb", None, None),
        ("U91979", "99E", "sub_icb", None, "2022-03-31"),
    }
    found = organisations(reading)
    assert (found["U91979"]["closed"], found["U91979"]["kind"]) == (dt.date(2022, 3, 31), "pcn")
    assert found["02P"]["kind"] == "sub_icb"
    assert found["C85628"]["name"] == "CAXTON HOUSE"


def test_either_sheet_alone_is_read_from_a_csv(tmp_path):
    kind, details = read(written(tmp_path / "a.csv", DETAILS))
    assert (kind, set(organisations(details))) == ("ods_networks", {"U16464", "U91979", "02P", "99E"})
    kind, partners = read(written(tmp_path / "b.csv", PARTNERS))
    assert kind == "ods_networks"
    assert ("C85628", "U16464", "pcn", "2019-10-01", "2020-08-31") in relations(partners)
    assert ("U91979", "99E", "sub_icb", None, None) in relations(partners)


def test_rows_of_networks_that_cannot_be_used_name_their_sheet(tmp_path):
    def partner(code: str, pcn: str, start: str, end: str = "") -> list[str]:
        return [code, "A SURGERY", "02P", "B", pcn, "A PCN", "02P", "B", start, end, "TRUE"]

    bad = [
        partner("C85001", "U", "20191001"),
        partner("C85002", "U16464", "20191001", "20180101"),
        partner("C85003", "U16464", "soon"),
        partner("C85004", "U16464", ""),
        partner("C85628", "U16464", "20191001"),
    ]
    _, reading = read(workbook(tmp_path / "a.xlsx", Details=DETAILS, Partners=PARTNERS + bad))
    assert left_out(reading) == {
        "no code of a network (U and five figures) (sheet Partners)": [4],
        "it ends before it begins (sheet Partners)": [5],
        "a date that cannot be read (sheet Partners)": [6],
        "no first day (sheet Partners)": [7],
        f"{DISAGREE} (sheet Partners)": [2, 8],
    }


# Mappings


def test_sub_icbs_are_put_under_their_icb(tmp_path):
    rows = [
        ["Sub-ICBs and their ICBs", "", ""],
        ["CCG Code", "ICB Code", "ICB NAME"],
        ["00c", "QHM", "NHS North"],
        ["00D", "QHM", "NHS North"],
        ["00D", "QE1", "NHS West"],
        ["00L", "ICB", ""],
        ["n/a at present", "QHM", "NHS North"],
    ]
    kind, reading = read(written(tmp_path / "a.csv", rows, "utf-8-sig"))
    assert (kind, relations(reading)) == ("ods_mappings", {("00C", "QHM", "icb", None, None)})
    assert left_out(reading) == {
        "no code of an ICB (Q, a letter, and a letter or figure)": [6],
        "no organisation code: a heading, a note or a blank": [7],
        DISAGREE: [4, 5],
    }


def test_a_mapping_without_a_date_says_so_and_takes_the_month_it_is_given(tmp_path):
    path = written(tmp_path / "a.csv", [["CCG Code", "ICB Code"], ["00C", "QHM"]])
    _, reading = read(path)
    assert any("no date in this file" in remark for remark in reading.remarks)
    assert reading.tables["relations"]["as_of"].to_pylist() == [None]
    month = type(reading.last_month).parse("2022-07")
    _, dated = read(path, month=month)
    assert dated.last_month == month
    assert dated.tables["relations"]["as_of"].to_pylist() == [dt.date(2022, 7, 1)]


def test_a_file_about_something_else_that_names_sub_icb_and_icb_is_no_mapping(tmp_path):
    headings = ["Sub ICB Code", "ICB Code", *[f"Staff of grade {i}" for i in range(12)]]
    with pytest.raises(KeepwellError, match="none of the formats"):
        read(written(tmp_path / "a.csv", [headings, ["00C", "QHM", *["1"] * 12]]))


def test_a_trust_with_several_systems_is_put_under_its_most_significant_as_an_estimate(tmp_path):
    rows = [
        ["Trust_code", "Trust_name", "Trust_ICS_N", "ICS_code1", "ICS_code2", "ICS_name", "Weighting"],
        ["R0D", "Dorset", "2", "E54000042", "QRL", "Hampshire", "0.06"],
        ["R0D", "Dorset", "1", "E54000041", "QVV", "Dorset", "0.94"],
        ["R0A", "Manchester", "1", "E54000057", "QOP", "Manchester", "1"],
    ]
    kind, reading = read(workbook(tmp_path / "a.xlsx", Notes=[["Notes"], ["Rounded."]], Weights=rows))
    assert kind == "ods_mappings"
    assert {(r["child"], r["parent"], r["share"]) for r in reading.tables["relations"].to_pylist()} == {
        ("R0D", "QVV", 0.94),
        ("R0A", "QOP", 1.0),
    }
    assert any(remark.startswith("1 trust of 2 with more than one system") for remark in reading.remarks)
    assert left_out(reading) == {"a less significant system of a trust: only the most significant is its parent": [2]}


MAP_HEADINGS = [
    *("PUBLICATION", "EXTRACT_DATE", "PRACTICE_CODE", "PRACTICE_NAME", "PRACTICE_POSTCODE", "PCN_CODE", "PCN_NAME"),
    *("ONS_CCG_CODE", "CCG_CODE", "CCG_NAME", "ONS_STP_CODE", "STP_CODE", "STP_NAME"),
    *("ONS_COMM_REGION_CODE", "COMM_REGION_CODE", "COMM_REGION_NAME"),
]


def mapped(code: str, pcn: str = "U89141", day: str = "01Jan2022", ccg: str = "16C") -> list[str]:
    return [
        *("GP", day, code, f"SURGERY {code}", "TS18 1HU", pcn, "A PCN", "E38", ccg, "Tees"),
        *("E54", "QHM", "North", "E40", "Y63", "North East and Yorkshire"),
    ]


def test_a_practice_map_gives_the_whole_chain_on_its_day(tmp_path):
    kind, reading = read(written(tmp_path / "a.csv", [MAP_HEADINGS, mapped("A81001"), mapped("Y07059", "U")]))
    assert (kind, str(reading.last_month)) == ("ods_mappings", "2022-01")
    assert {r[:3] for r in relations(reading)} == {
        *(("A81001", *above) for above in (("U89141", "pcn"), ("16C", "sub_icb"), ("QHM", "icb"), ("Y63", "region"))),
        *(("Y07059", *above) for above in (("16C", "sub_icb"), ("QHM", "icb"), ("Y63", "region"))),
        *(("U89141", "16C", "sub_icb"), ("16C", "QHM", "icb"), ("QHM", "Y63", "region")),
    }
    assert set(reading.tables["relations"]["as_of"].to_pylist()) == {dt.date(2022, 1, 1)}
    assert "1 practice without a network (U, unallocated)" in reading.remarks
    assert "TS18" not in str(reading.tables["organisations"].to_pylist())


def test_a_network_across_two_sub_icbs_is_put_under_neither(tmp_path):
    rows = [MAP_HEADINGS, mapped("A81001"), mapped("A81002", ccg="00K")]
    _, reading = read(written(tmp_path / "a.csv", rows))
    assert not [r for r in relations(reading) if r[0] == "U89141"]
    assert any("across two sub-ICBs" in remark and "U89141" in remark for remark in reading.remarks)


def test_a_practice_in_two_networks_on_one_day_is_left_out_and_on_two_days_is_not(tmp_path):
    rows = [MAP_HEADINGS, mapped("A81001"), mapped("A81001", "U00001"), mapped("A81002")]
    _, reading = read(written(tmp_path / "a.csv", rows))
    assert left_out(reading) == {DISAGREE: [2, 3]}
    rows = [MAP_HEADINGS, mapped("A81001"), mapped("A81001", "U00001", "01Feb2022")]
    _, reading = read(written(tmp_path / "b.csv", rows))
    assert left_out(reading) == {}


def test_a_mapping_may_have_its_headings_named_by_the_user(tmp_path):
    path = written(tmp_path / "a.csv", [["Place", "ICB Code"], ["00C", "QHM"]])
    _, reading = read(path, columns={"sub_icb": "Place"})
    assert relations(reading) == {("00C", "QHM", "icb", None, None)}
    with pytest.raises(FileNotUnderstood, match="no field called band"):
        read(path, columns={"sub_icb": "Place", "band": "ICB Code"})
