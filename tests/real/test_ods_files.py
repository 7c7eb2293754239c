"""Do the published files of the Organisation Data Service load, and say what they say when counted by hand?"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from keepwell.records.organisations import places
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

PUBLIC_FILES = Path(__file__).parents[2].parent / "shared" / "data"
FOLDER = PUBLIC_FILES / "ods"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the public files are not here: {FOLDER}"),
]

FORMATS = {
    "CCG_ICB_code.csv": "ods_mappings",
    "Trust_to_ICS_mapping.xlsx": "ods_mappings",
    "ePCN.xlsx": "ods_networks",
    "epraccur.csv": "ods_organisations",
    "etr.csv": "ods_organisations",
    "gp-reg-pat-prac-map.csv": "ods_mappings",
}


def lines(name: str) -> list[list[str]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def sheet(name: str, title: str) -> list[tuple]:
    book = openpyxl.load_workbook(FOLDER / name, read_only=True)
    rows = list(book[title].iter_rows(values_only=True))
    book.close()
    return rows[1:]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """All of them, under names that tell nothing, in the order of the alphabet."""
    folder = tmp_path_factory.mktemp("ods")
    workspace = Workspace(folder / "workspace")
    options = ReadOptions(today=dt.date(2025, 11, 1))
    for number, name in enumerate(sorted(FORMATS)):
        path = folder / f"file{number}"
        path.write_bytes((FOLDER / name).read_bytes())
        load = load_file(workspace, path, options, now=dt.datetime(2025, 11, 1, tzinfo=dt.UTC))
        assert load.format == FORMATS[name]
    return workspace


def on(workspace: Workspace, day: str) -> dict[str, dict]:
    rows = places(workspace, workspace.current(), dt.date.fromisoformat(day)).to_pylist()
    found = {row["organisation"]: row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="module")
def june_2022(workspace: Workspace) -> dict[str, dict]:
    return on(workspace, "2022-06-01")


def test_every_file_of_the_folder_is_tried(workspace):
    assert {path.name for path in FOLDER.iterdir()} == set(FORMATS)
    assert len(workspace.current().loads) == len(FORMATS)


def test_rows_taken_and_left_out_are_the_rows_of_the_file(workspace):
    loads = dict(zip(sorted(FORMATS), workspace.current().loads, strict=True))
    assert loads["epraccur.csv"].rows_taken == len(lines("epraccur.csv")) == 14_963
    assert loads["etr.csv"].rows_taken == len(lines("etr.csv")) == 218
    assert loads["gp-reg-pat-prac-map.csv"].rows_taken == len(lines("gp-reg-pat-prac-map.csv")) - 1
    assert loads["ePCN.xlsx"].rows_taken == 1_318 + 7_359
    no_code = [i + 1 for i, row in enumerate(lines("CCG_ICB_code.csv")) if len(row[0]) != 3 and len(row[0]) != 5][1:]
    assert loads["CCG_ICB_code.csv"].left_out == (
        ("no organisation code: a heading, a note or a blank", tuple(no_code)),
    )
    trusts = Counter(row[0] for row in sheet("Trust_to_ICS_mapping.xlsx", "Trust_ICS_weights_suppressed"))
    assert loads["Trust_to_ICS_mapping.xlsx"].rows_taken == len(trusts) == 124
    assert sum(len(rows) for _, rows in loads["Trust_to_ICS_mapping.xlsx"].left_out) == trusts.total() - len(trusts)


def test_the_vintage_of_each_file_is_its_newest_day(workspace):
    loads = dict(zip(sorted(FORMATS), workspace.current().loads, strict=True))
    newest = max(row[at] for row in lines("epraccur.csv") for at in (10, 11, 15, 16))
    assert loads["epraccur.csv"].last_month == f"{newest[:4]}-{newest[4:6]}" == "2021-11"
    assert loads["gp-reg-pat-prac-map.csv"].last_month == "2022-01"
    assert loads["ePCN.xlsx"].last_month == "2022-06"
    assert loads["CCG_ICB_code.csv"].last_month == "2025-11"  # it has no day, and says so


def test_gp_practices_are_as_many_as_a_plain_count_of_the_file(june_2022):
    rows = lines("epraccur.csv")
    practices = {row[0] for row in rows if row[25] == "4"}
    assert len(practices) == 8_631
    assert {code for code in practices if june_2022[code]["kind"] != "practice"} == set()
    others = {row[0] for row in rows if row[25] != "4"}
    assert {june_2022[code]["kind"] for code in others} == {"other"}
    not_closed = {row[0] for row in rows if row[25] == "4" and row[12] != "C"}
    assert {code for code in practices if june_2022[code]["closed"] is None} == not_closed


def test_active_practices_of_england_all_have_the_icb_and_region_of_their_row(june_2022):
    active = [row for row in lines("epraccur.csv") if row[12] == "A" and row[25] == "4" and row[2][:2] in ("Y5", "Y6")]
    assert len(active) > 6_500
    assert [
        row[0] for row in active if (june_2022[row[0]]["icb"], june_2022[row[0]]["region"]) != (row[3], row[2])
    ] == []
    assert [row[0] for row in active if june_2022[row[0]]["sub_icb"] != row[14]] == []


def test_trusts_stand_in_the_icb_of_odss_own_list(june_2022):
    assert june_2022["R0A"]["icb_name"] == "NHS Greater Manchester Integrated Care Board"
    assert june_2022["R0A"]["region_name"] == "North West"
    english = [row for row in lines("etr.csv") if row[2] != "W00" and not row[11]]
    assert len(english) > 200
    assert [
        row[0] for row in english if (june_2022[row[0]]["icb"], june_2022[row[0]]["region"]) != (row[3], row[2])
    ] == []


def test_an_integrated_care_board_keeps_its_whole_name(june_2022):
    assert june_2022["QHM"]["icb_name"] == "NHS North East and North Cumbria Integrated Care Board"
    assert sum(1 for row in june_2022.values() if row["kind"] == "icb") == 42


def test_a_practice_is_in_the_network_of_the_day(workspace):
    assert on(workspace, "2020-03-01")["J83645"]["pcn"] == "U71014"
    assert on(workspace, "2020-07-01")["J83645"]["pcn"] == "U32901"
    assert on(workspace, "2020-07-01")["J83645"]["pcn_name"] == "BRUNEL HEALTH GROUP PCN3"
    assert on(workspace, "2019-09-30")["J83645"]["pcn"] is None


@pytest.mark.parametrize("day", ["2020-03-01", "2021-12-15", "2022-06-01"])
def test_every_practice_is_in_the_network_that_the_partner_sheet_gives_it(workspace, day):
    number = int(day.replace("-", ""))
    expected: dict[str, str | None] = {}
    for row in sheet("ePCN.xlsx", "PCN Core Partner Details"):
        first, last = int(row[8]), int(row[9] or 99991231)
        expected.setdefault(row[0], None)
        if first <= number <= last:
            expected[row[0]] = row[4]
    found = on(workspace, day)
    assert len(expected) == 6_803
    wrong = [code for code, pcn in expected.items() if found[code]["pcn"] != pcn and pcn is not None]
    assert wrong == []
    none = [code for code, pcn in expected.items() if pcn is None and found[code]["pcn"] is not None]
    assert none == []


def test_a_closed_practice_belongs_to_nothing_after_it_closed(workspace, june_2022):
    assert (june_2022["A81003"]["closed"], june_2022["A81003"]["sub_icb"]) == (dt.date(2017, 10, 31), None)
    assert on(workspace, "2016-01-01")["A81003"]["sub_icb"] == "00K"
    assert on(workspace, "2016-01-01")["A81003"]["icb"] == "QHM"  # through its sub-ICB: its own row names an area team
