"""Is a renaming or a merger a move, and never a mass departure?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from keepwell.errors import DecisionNeeded, KeepwellError
from keepwell.periods import Month, Period
from keepwell.records.counting import snapshot_flows, windows
from keepwell.records.flows import Grouping
from keepwell.records.recodes import (
    Recode,
    Succession,
    in_todays_terms,
    recodes_in,
    seen_in_todays_terms,
    successions_in,
)
from keepwell.records.staff import POSITIONS
from keepwell.records.staff_records import staff_records
from keepwell.records.workspace import Load, Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

# ibis asks DuckDB for rows by a name that newer versions of DuckDB have given up.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

TODAY = dt.date(2025, 11, 1)
NOW = dt.datetime(2025, 11, 1, tzinfo=dt.UTC)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def index(text: str) -> int:
    return Month.parse(text).index


def renamed(old: str, new: str, on: str, organisation: str = "RZ1") -> Recode:
    return Recode(organisation, "unit", old, new, day(on))


def became(code: str, successor: str, on: str) -> Succession:
    return Succession(code, successor, day(on))


def units_today(rows: list[tuple[str, str, str]], recodes, successions=()) -> list[tuple[str, str, str]]:
    """Rows of (organisation, unit, month) as they read in today's terms, in order of month."""
    table = pa.table(
        {
            "organisation": pa.array([o for o, _, _ in rows]),
            "unit": pa.array([u for _, u, _ in rows]),
            "month": pa.array([index(m) for _, _, m in rows], pa.int32()),
        }
    )
    found = in_todays_terms(ibis.memtable(table), recodes, successions).to_pyarrow().to_pylist()
    return sorted(((r["organisation"], r["unit"], str(Month(r["month"]))) for r in found), key=lambda r: (r[2], r))


def ward_by_month(months: dict[str, str], recodes) -> dict[str, str]:
    return {m: u for _, u, m in units_today([("RZ1", unit, month) for month, unit in months.items()], recodes)}


def test_a_renamed_ward_has_its_new_name_in_the_months_before_the_day():
    found = ward_by_month({"2025-02": "Ash", "2025-03": "Ash", "2025-04": "Elm"}, [renamed("Ash", "Elm", "2025-04-01")])
    assert set(found.values()) == {"Elm"}


def test_a_chain_of_renamings_leads_to_todays_name():
    chain = [renamed("Ash", "Elm", "2024-04-01"), renamed("Elm", "Oak", "2025-04-01")]
    for recodes in (chain, chain[::-1]):
        found = ward_by_month({"2024-03": "Ash", "2024-04": "Elm", "2025-03": "Elm", "2025-04": "Oak"}, recodes)
        assert set(found.values()) == {"Oak"}


def test_a_name_that_is_used_again_later_means_itself():
    months = {"2025-03": "Ash", "2025-04": "Elm", "2025-06": "Ash"}
    recode = renamed("Ash", "Elm", "2025-04-01")
    expected = {"2025-03": "Elm", "2025-04": "Elm", "2025-06": "Ash"}
    assert ward_by_month(months, [recode]) == expected
    # the planted fault that this would catch: a recode that also reaches months after its day
    assert ward_by_month(months, [replace(recode, on=day("2099-01-01"))]) != expected


def test_a_name_given_up_twice_has_two_todays_and_no_row_is_doubled():
    recodes = [renamed("Ash", "Elm", "2023-04-01"), renamed("Ash", "Oak", "2025-04-01")]
    months = {"2023-03": "Ash", "2023-04": "Elm", "2024-01": "Ash", "2025-04": "Oak"}
    assert ward_by_month(months, recodes) == {"2023-03": "Elm", "2023-04": "Elm", "2024-01": "Oak", "2025-04": "Oak"}


def test_a_ward_that_gets_its_old_name_back_has_it_all_along():
    recodes = [renamed("Ash", "Elm", "2024-04-01"), renamed("Elm", "Ash", "2025-04-01")]
    found = ward_by_month({"2024-03": "Ash", "2024-04": "Elm", "2025-04": "Ash"}, recodes)
    assert set(found.values()) == {"Ash"}


def test_wards_that_move_up_a_number_on_one_day_stay_apart():
    recodes = [renamed("Ward 1", "Ward 2", "2025-04-01"), renamed("Ward 2", "Ward 3", "2025-04-01")]
    assert ward_by_month({"2025-02": "Ward 1", "2025-03": "Ward 2"}, recodes) == {
        "2025-02": "Ward 2",
        "2025-03": "Ward 3",
    }


def test_a_renaming_in_one_organisation_leaves_another_alone():
    found = units_today([("RZ2", "Ash", "2025-01")], [renamed("Ash", "Elm", "2025-04-01")])
    assert found == [("RZ2", "Ash", "2025-01")]


def test_a_renaming_after_a_merger_holds_for_the_past_of_the_merged_organisation():
    found = units_today(
        [("RZ3", "Ash", "2023-05"), ("RZ3", "Elm", "2024-02"), ("RZ2", "Elm", "2024-05"), ("RZ2", "Oak", "2025-05")],
        [renamed("Ash", "Elm", "2024-01-01", "RZ3"), renamed("Elm", "Oak", "2025-01-01", "RZ2")],
        [became("RZ3", "RZ2", "2024-04-01")],
    )
    assert {(o, u) for o, u, _ in found} == {("RZ2", "Oak")}


def test_a_renaming_before_a_merger_does_not_touch_a_ward_of_the_same_name_elsewhere():
    found = units_today(
        [("RZ3", "Ash", "2022-01")],
        [renamed("Ash", "Elm", "2023-01-01", "RZ2")],
        [became("RZ3", "RZ2", "2024-04-01")],
    )
    assert found == [("RZ2", "Ash", "2022-01")]


def test_a_chain_of_mergers_on_one_day_leads_to_the_last_organisation():
    found = units_today(
        [("RZ3", "Ash", "2024-03"), ("RZ2", "Ash", "2024-03")],
        [],
        [became("RZ3", "RZ2", "2024-04-01"), became("RZ2", "RZ1", "2024-04-01")],
    )
    assert {o for o, _, _ in found} == {"RZ1"}


def test_successions_in_a_circle_come_to_an_end():
    circle = [became("RZ3", "RZ2", "2024-04-01"), became("RZ2", "RZ3", "2024-04-01")]
    assert len(units_today([("RZ3", "Ash", "2024-03")], [], circle)) == 1


# What was seen, in today's terms


def months(first: str, last: str) -> list[int]:
    return list(range(index(first), index(last) + 1))


def seen(**of: list[int]) -> list[tuple[str, int]]:
    return [(organisation, month) for organisation, have in of.items() for month in have]


MERGER = [became("RZ3", "RZ2", "2024-04-01")]


def test_a_merged_organisation_is_seen_only_where_both_parts_were():
    have = seen(RZ2=months("2024-01", "2024-06"), RZ3=months("2024-03", "2024-03"))
    assert seen_in_todays_terms(have, MERGER) == {"RZ2": months("2024-03", "2024-06")}


def test_it_does_not_matter_which_of_the_two_is_missing():
    have = seen(RZ2=months("2024-03", "2024-06"), RZ3=months("2024-01", "2024-03"))
    assert seen_in_todays_terms(have, MERGER) == {"RZ2": months("2024-03", "2024-06")}


def test_an_organisation_that_only_changed_its_code_keeps_its_whole_history():
    chain = [became("RZ4", "RZ3", "2023-04-01"), became("RZ3", "RZ2", "2024-04-01")]
    have = seen(
        RZ4=months("2022-10", "2023-03"),
        RZ3=months("2023-04", "2024-03"),
        RZ2=months("2024-04", "2024-06"),
    )
    assert seen_in_todays_terms(have, chain) == {"RZ2": months("2022-10", "2024-06")}


def test_months_after_its_end_stay_with_an_organisation_that_goes_on_reporting():
    have = seen(RZ2=months("2024-03", "2024-05"), RZ3=months("2024-03", "2024-04"))
    assert seen_in_todays_terms(have, MERGER) == {
        "RZ2": months("2024-03", "2024-05"),
        "RZ3": months("2024-04", "2024-04"),
    }


# A merger through the whole of the records


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def position(organisation: str, person: str, month: str, name: str = "") -> dict:
    text = {field.name: "Not known" for field in POSITIONS if field.type == pa.string()}
    known = {"organisation": organisation, "organisation_name": name or None, "person": person}
    return text | known | {"state": "active", "month": index(month), "fte": 1.0}


def put_in(workspace: Workspace, rows: list[dict]) -> None:
    load = Load(0, "esr_staff_in_post", "by hand", "", "", (), "2024-01", "2024-12", 1, 1, False, {})
    with workspace.change() as change:
        change.add(load, {"positions": pa.Table.from_pylist(rows, schema=POSITIONS)})


def merged_trusts(workspace: Workspace) -> None:
    """Thirty people of RZ3 go over to RZ2 with its forty on 1 April; two of RZ2 leave."""
    before = [position("RZ2", f"a{i}", "2024-03", "Alder Trust") for i in range(40)]
    before += [position("RZ3", f"b{i}", "2024-03", "Zelkova Trust") for i in range(30)]
    after = [position("RZ2", p, "2024-04", "Alder Trust") for p in [f"a{i}" for i in range(2, 40)]]
    after += [position("RZ2", f"b{i}", "2024-04", "Alder Trust") for i in range(30)]
    put_in(workspace, [*before, *after])


def flows_of_april(workspace: Workspace) -> dict[str, dict]:
    connection = ibis.duckdb.connect()
    records = staff_records(connection, workspace, workspace.current(), "esr_staff_in_post")
    april = windows([Period(Month.parse("2024-04"), Month.parse("2024-04"))])
    table = snapshot_flows(records, april, Grouping(by=("organisation",))).to_pyarrow().to_pylist()
    connection.disconnect()
    return {row["organisation"]: row for row in table}


def write(folder: Path, name: str, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding)
    return path


def loaded(workspace: Workspace, path: Path, **options) -> Load:
    return load_file(workspace, path, ReadOptions(today=TODAY, **options), now=NOW)


def test_nobody_leaves_when_one_trust_becomes_part_of_another(workspace, tmp_path):
    merged_trusts(workspace)
    assert flows_of_april(workspace)["RZ3"]["leavers"] == 30  # untold, a merger is a mass departure
    loaded(workspace, write(tmp_path, "s.csv", "code,successor,on", "RZ3,RZ2,2024-04-01"))
    flows = flows_of_april(workspace)
    assert set(flows) == {"RZ2"}
    counts = [flows["RZ2"][name] for name in ("headcount_at_start", "headcount_at_end", "leavers", "joiners")]
    assert counts == [70, 68, 2, 0]


def test_the_successor_keeps_its_own_name(workspace, tmp_path):
    merged_trusts(workspace)
    loaded(workspace, write(tmp_path, "s.csv", "code,successor,on", "RZ3,RZ2,2024-04-01"))
    assert flows_of_april(workspace)["RZ2"]["organisation_name"] == "Alder Trust"


def test_a_succession_dated_too_early_does_not_hide_who_left_later(workspace, tmp_path):
    merged_trusts(workspace)
    loaded(workspace, write(tmp_path, "s.csv", "code,successor,on", "RZ3,RZ2,2024-03-01"))
    assert flows_of_april(workspace)["RZ3"]["leavers"] == 30  # in March RZ3 was past its end, and still reported


# Tables of recodes

RECODE_HEADINGS = "organisation,field,old,new,from"


def test_a_table_of_recodes_is_read_from_its_headings_alone(workspace, tmp_path):
    file = write(
        tmp_path,
        "anything.csv",
        "Names that changed in 2025,,,,",
        "",
        "Org Code,What,Old name,New name,Effective date",
        "rz1,Ward,Ash  Ward,Elm Ward,01/04/2025",
        'RZ1,Staff Group,Nurses,"Nursing, registered",13/04/2025',
        "RZ1,Ward,Ash Ward,Elm Ward,01/04/2025",
        "RZ1,Ward,,Oak Ward,01/04/2025",
        "RZ1,Ward,Fir,Pine,soon",
        "Source: the ward sister's list",
        encoding="cp1252",
    )
    load = loaded(workspace, file)
    assert (load.format, load.published, load.last_month) == ("recodes", True, "2025-04")
    assert recodes_in(workspace, workspace.current()) == [
        Recode("RZ1", "staff_group", "Nurses", "Nursing, registered", day("2025-04-13")),
        Recode("RZ1", "unit", "Ash Ward", "Elm Ward", day("2025-04-01")),
    ]
    left_out = dict(load.left_out)
    assert left_out["a repeated row"] == (6,)
    assert left_out["no old name or no new name"] == (7,)
    assert left_out["a date that cannot be read"] == (8,)
    assert load.rows_read == load.rows_taken + sum(len(rows) for rows in left_out.values())


def refused(workspace: Workspace, path: Path, error: type[KeepwellError] = KeepwellError, **options) -> KeepwellError:
    with pytest.raises(error) as caught:
        loaded(workspace, path, **options)
    assert workspace.current().loads == ()
    return caught.value


def test_a_field_that_people_are_not_grouped_by_is_refused_by_its_row(workspace, tmp_path):
    file = write(tmp_path, "r.csv", RECODE_HEADINGS, "RZ1,unit,A,B,2025-04-01", "RZ1,shoe size,7,8,2025-04-01")
    error = refused(workspace, file)
    assert "row 3, column field" in error.found
    assert "shoe" not in str(error)
    assert "directorate" in error.attempt


def test_one_name_that_becomes_two_on_one_day_is_refused(workspace, tmp_path):
    file = write(tmp_path, "r.csv", RECODE_HEADINGS, "RZ1,unit,A,B,2025-04-01", "RZ1,unit,A,C,2025-04-01")
    assert "rows 2, 3" in refused(workspace, file).found


def test_a_circle_of_names_on_one_day_is_refused(workspace, tmp_path):
    lines = ["RZ1,unit,A,B,2025-04-01", "RZ1,unit,B,C,2025-04-01", "RZ1,unit,C,A,2025-04-01"]
    assert "rows 2, 3, 4" in refused(workspace, write(tmp_path, "r.csv", RECODE_HEADINGS, *lines)).found


def test_a_name_that_comes_back_on_a_later_day_is_no_circle(workspace, tmp_path):
    lines = ["RZ1,unit,A,B,2025-04-01", "RZ1,unit,B,A,2025-06-01"]
    assert loaded(workspace, write(tmp_path, "r.csv", RECODE_HEADINGS, *lines)).rows_taken == 2


def test_two_changes_of_one_day_that_meet_are_for_the_user_to_decide(workspace, tmp_path):
    lines = ["RZ1,unit,Ward 1,Ward 2,2025-04-01", "RZ1,unit,Ward 2,Ward 3,2025-04-01", "RZ1,unit,X,Y,2025-04-01"]
    file = write(tmp_path, "r.csv", RECODE_HEADINGS, *lines)
    error = refused(workspace, file, DecisionNeeded)
    assert "rows 2, 3:" in error.found
    assert loaded(workspace, file, accept=frozenset({"renamed-at-once"})).rows_taken == 3


def test_days_that_could_be_read_two_ways_are_for_the_user_to_decide(workspace, tmp_path):
    file = write(tmp_path, "r.csv", RECODE_HEADINGS, "RZ1,unit,A,B,01/04/2025")
    assert "--day-first" in refused(workspace, file, DecisionNeeded).attempt
    loaded(workspace, file, day_first=False)
    assert recodes_in(workspace, workspace.current())[0].on == day("2025-01-04")


def test_dates_of_both_orders_are_refused(workspace, tmp_path):
    lines = ["RZ1,unit,A,B,31/03/2025", "RZ1,unit,C,D,03/31/2025", "RZ1,unit,E,F,01/02/2025"]
    assert "both kinds" in refused(workspace, write(tmp_path, "r.csv", RECODE_HEADINGS, *lines)).found


def test_a_table_without_the_organisation_is_refused_until_it_is_named(workspace, tmp_path):
    file = write(tmp_path, "r.csv", "field,old,new,from", "unit,A,B,2025-04-01")
    assert "--organisation" in refused(workspace, file).attempt
    loaded(workspace, file, organisation="rz1")
    assert recodes_in(workspace, workspace.current())[0].organisation == "RZ1"


def test_of_two_tables_that_disagree_the_later_load_counts(workspace, tmp_path):
    loaded(workspace, write(tmp_path, "r1.csv", RECODE_HEADINGS, "RZ1,unit,A,B,2025-04-01"))
    loaded(workspace, write(tmp_path, "r2.csv", RECODE_HEADINGS, "RZ1,unit,A,C,2025-04-01"))
    assert [r.new for r in recodes_in(workspace, workspace.current())] == ["C"]


def test_a_table_of_recodes_with_no_row_that_can_be_used_is_refused(workspace, tmp_path):
    file = write(tmp_path, "r.csv", RECODE_HEADINGS, "RZ1,unit,A,A,2025-04-01")
    assert "the old name is the new one" in refused(workspace, file).found


# Tables of successors


@pytest.mark.parametrize(
    "headings",
    ["code,successor,on", "Predecessor,Successor,Effective Date", "Old Code,New Code,Date"],
)
def test_a_table_of_successors_is_known_by_several_headings(workspace, tmp_path, headings):
    load = loaded(workspace, write(tmp_path, "anything.csv", headings, "rz3,RZ2,2024-04-01"))
    assert load.format == "successors"
    assert successions_in(workspace, workspace.current()) == MERGER


SUCC = [
    '"RAP","RAL","R","20240401","1"',
    '"R1C","RW1","R","20241001","1"',
    '"R1C","RW1","R","20241001","1"',
    '"RX1","RX1","R","20240401","1"',
    '"5AA","07A","R","20130401","1"',
    '"5AA","07B","R","20130401","1"',
]


def test_the_list_of_successors_of_ods_is_known_without_headings(workspace, tmp_path):
    load = loaded(workspace, write(tmp_path, "anything.csv", *SUCC))
    assert (load.format, load.last_month, load.rows_taken) == ("successors", "2024-10", 2)
    assert successions_in(workspace, workspace.current()) == [
        became("R1C", "RW1", "2024-10-01"),
        became("RAP", "RAL", "2024-04-01"),
    ]
    left_out = dict(load.left_out)
    assert left_out["a repeated row"] == (3,)
    assert left_out["the same organisation on both sides"] == (4,)
    assert left_out["one of several successors on the same day: its history stays under its own code"] == (5, 6)
    assert any("several on one day" in warning for warning in load.warnings)


def test_successors_in_a_circle_are_refused(workspace, tmp_path):
    file = write(tmp_path, "s.csv", "code,successor,on", "RZ3,RZ2,2024-04-01", "RZ2,RZ3,2024-04-01")
    error = refused(workspace, file)
    assert "RZ3 → RZ2" in error.found
    assert "circle" in error.wrong


def test_successors_without_a_day_are_left_out_and_counted(workspace, tmp_path):
    file = write(tmp_path, "s.csv", "code,successor,on", "RZ3,RZ2,", "RZ4,RZ2,2024-04-01", "?,RZ2,2024-04-01")
    left_out = dict(loaded(workspace, file).left_out)
    assert left_out == {"a date that cannot be read": (2,), "no code of an organisation": (4,)}
