"""Does an organisation stand where it stood on the day that is asked for?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from keepwell.records.organisations import ORGANISATIONS, PLACES, RELATIONS, places, with_places
from keepwell.records.staff import NOT_KNOWN
from keepwell.records.workspace import Load, Workspace

DAY = dt.date.fromisoformat


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def told(workspace: Workspace, month: str, organisations: list[dict] = (), relations: list[dict] = ()) -> None:
    """A load of a reference file, by hand."""
    tables = {
        "organisations": pa.Table.from_pylist(list(organisations), schema=ORGANISATIONS),
        "relations": pa.Table.from_pylist(list(relations), schema=RELATIONS),
    }
    load = Load(0, "ods_organisations", "by hand", month, "", (), month, month, 1, 1, True, {})
    with workspace.change() as change:
        change.add(load, tables)


def under(child: str, parent: str, kind: str, start=None, end=None, as_of=None, share=None) -> dict:
    days = {"start": start, "end": end, "as_of": as_of}
    row = {"child": child, "parent": parent, "parent_kind": kind, "share": share}
    return row | {name: day and DAY(day) for name, day in days.items()}


def place(workspace: Workspace, code: str, on: str) -> dict:
    table = places(workspace, workspace.current(), DAY(on))
    assert table.schema == PLACES
    rows = [row for row in table.to_pylist() if row["organisation"] == code]
    assert len(rows) <= 1
    return rows[0] if rows else {}


def test_a_dated_relation_holds_from_its_first_to_its_last_day_and_no_longer(workspace):
    told(
        workspace,
        "2022-06",
        [{"code": "J83645", "name": "Phoenix", "kind": "practice"}],
        [
            under("J83645", "U71014", "pcn", "2020-01-31", "2020-06-30", "2022-06-29"),
            under("J83645", "U32901", "pcn", "2020-07-01", None, "2022-06-29"),
        ],
    )
    on = {day: place(workspace, "J83645", day)["pcn"] for day in ("2020-01-30", "2020-01-31", "2020-06-30")}
    assert on == {"2020-01-30": None, "2020-01-31": "U71014", "2020-06-30": "U71014"}
    assert place(workspace, "J83645", "2020-07-01")["pcn"] == "U32901"
    assert place(workspace, "J83645", "2030-01-01")["pcn"] == "U32901"


def test_a_gap_between_two_networks_is_no_network(workspace):
    told(
        workspace,
        "2022-06",
        [{"code": "P", "kind": "practice"}],
        [under("P", "U1", "pcn", "2019-10-01", "2020-01-31"), under("P", "U2", "pcn", "2020-04-01")],
    )
    assert place(workspace, "P", "2020-03-01")["pcn"] is None


def test_a_snapshot_holds_from_its_day_on_and_the_newer_file_wins(workspace):
    told(workspace, "2021-11", relations=[under("P", "QF7", "icb", as_of="2021-11-04")])
    told(workspace, "2023-02", relations=[under("P", "QT1", "icb", as_of="2023-02-01")])
    assert place(workspace, "P", "2023-01-31").get("icb") is None  # no row of its own: not an organisation known
    told(workspace, "2020-01", [{"code": "P", "kind": "practice"}])
    assert place(workspace, "P", "2023-01-31")["icb"] == "QF7"
    assert place(workspace, "P", "2023-02-01")["icb"] == "QT1"


def test_the_newer_file_wins_even_when_it_was_loaded_first(workspace):
    told(workspace, "2023-02", [{"code": "P", "name": "New", "kind": "practice"}])
    told(workspace, "2021-11", [{"code": "P", "name": "Old", "kind": "practice"}])
    assert place(workspace, "P", "2023-03-01")["organisation_name"] == "New"


def test_of_two_files_of_one_month_the_one_loaded_later_wins(workspace):
    for name in ("First", "Second"):
        told(workspace, "2023-02", [{"code": "P", "name": name, "kind": "practice"}])
    assert place(workspace, "P", "2023-03-01")["organisation_name"] == "Second"


def test_a_day_before_every_snapshot_takes_the_nearest_of_them(workspace):
    told(workspace, "2024-01", [{"code": "P", "kind": "practice"}], [under("P", "QB1", "icb", as_of="2024-01-01")])
    told(workspace, "2022-01", [], [under("P", "QA1", "icb", as_of="2022-01-01")])
    assert place(workspace, "P", "2015-01-01")["icb"] == "QA1"


def test_a_snapshot_does_not_reach_back_before_a_known_beginning(workspace):
    told(workspace, "2022-06", [{"code": "P", "kind": "practice"}], [under("P", "U1", "pcn", "2019-10-01")])
    told(workspace, "2023-01", [], [under("P", "U2", "pcn", as_of="2023-01-01")])
    assert place(workspace, "P", "2018-01-01")["pcn"] is None
    assert place(workspace, "P", "2022-12-31")["pcn"] == "U1"
    assert place(workspace, "P", "2023-01-01")["pcn"] == "U2"


def test_an_older_file_does_not_bring_back_what_a_newer_one_knows_to_be_over(workspace):
    told(workspace, "2022-01", [{"code": "P", "kind": "practice"}], [under("P", "U1", "pcn", as_of="2022-01-01")])
    told(workspace, "2022-06", [], [under("P", "U1", "pcn", "2019-10-01", "2022-03-31")])
    assert place(workspace, "P", "2022-03-31")["pcn"] == "U1"
    assert place(workspace, "P", "2022-04-01")["pcn"] is None


def test_an_older_file_still_tells_of_the_time_before_the_newer_ones_first_day(workspace):
    told(workspace, "2018-03", [{"code": "P", "kind": "practice"}], [under("P", "00K", "sub_icb", "2013-04-01")])
    told(workspace, "2021-11", [], [under("P", "16C", "sub_icb", "2020-04-01")])
    assert place(workspace, "P", "2016-01-01")["sub_icb"] == "00K"
    assert place(workspace, "P", "2021-01-01")["sub_icb"] == "16C"


def test_a_parent_of_record_goes_before_a_newer_estimate(workspace):
    told(workspace, "2021-09", [{"code": "R0D", "kind": "trust"}], [under("R0D", "QVV", "icb", as_of="2021-09-30")])
    told(workspace, "2025-11", [{"code": "RYJ", "kind": "trust"}], [under("R0D", "QRL", "icb", share=0.6)])
    told(workspace, "2025-11", [], [under("RYJ", "QRV", "icb", share=0.8)])
    assert place(workspace, "R0D", "2025-01-01")["icb"] == "QVV"
    assert place(workspace, "RYJ", "2025-01-01")["icb"] == "QRV"


def test_the_icb_is_found_through_the_sub_icb_and_the_region_through_the_icb(workspace):
    told(
        workspace,
        "2022-01",
        [{"code": "P", "kind": "practice"}, {"code": "QHM", "name": "North", "kind": "icb"}],
        [
            under("P", "16C", "sub_icb", "2020-04-01"),
            under("16C", "QHM", "icb"),
            under("QHM", "Y63", "region", as_of="2022-01-01"),
        ],
    )
    found = place(workspace, "P", "2022-02-01")
    assert (found["sub_icb"], found["icb"], found["icb_name"]) == ("16C", "QHM", "North")
    assert (found["region"], found["region_name"]) == ("Y63", "North East and Yorkshire")
    assert place(workspace, "P", "2019-01-01")["icb"] is None


def test_the_icb_in_its_own_row_goes_before_that_of_its_sub_icb(workspace):
    relations = [
        under("P", "02Q", "sub_icb", "2013-04-01"),
        under("02Q", "QT1", "icb"),
        under("P", "QF7", "icb", as_of="2021-11-04"),
    ]
    told(workspace, "2021-11", [{"code": "P", "kind": "practice"}], relations)
    assert place(workspace, "P", "2022-01-01")["icb"] == "QF7"


def test_an_organisation_that_is_an_icb_or_a_network_belongs_to_itself(workspace):
    told(workspace, "2022-01", [{"code": "U1", "name": "A PCN", "kind": "pcn"}], [under("P", "QHM", "icb")])
    assert place(workspace, "U1", "2022-01-01")["pcn_name"] == "A PCN"
    assert place(workspace, "QHM", "2022-01-01")["icb"] == "QHM"


def test_a_name_cut_short_does_not_replace_the_whole_one_but_a_new_name_does(workspace):
    whole = "NHS North East and North Cumbria Integrated Care Board"
    told(workspace, "2022-07", [{"code": "QHM", "name": whole, "kind": "icb"}])
    told(workspace, "2022-08", [{"code": "QHM", "name": whole[:49], "kind": "icb"}])
    assert place(workspace, "QHM", "2023-01-01")["icb_name"] == whole
    told(workspace, "2026-04", [{"code": "QHM", "name": "NHS North", "kind": "icb"}])
    assert place(workspace, "QHM", "2026-05-01")["icb_name"] == "NHS North"


def test_a_list_of_practices_does_not_wipe_out_days_and_setting_that_it_does_not_hold(workspace):
    told(
        workspace,
        "2021-11",
        [{"code": "Y1", "name": "A", "kind": "other", "role": "9", "opened": DAY("2013-04-01"), "closed": None}],
    )
    told(workspace, "2022-01", [{"code": "Y1", "name": "B", "kind": "practice"}])
    found = place(workspace, "Y1", "2022-02-01")
    assert (found["organisation_name"], found["kind"], found["opened"]) == ("B", "other", DAY("2013-04-01"))


def test_without_a_reference_file_there_are_no_places(workspace):
    assert places(workspace, workspace.current(), DAY("2025-01-01")).num_rows == 0


PLACED = pa.Table.from_pylist(
    [
        {"organisation": "RX1", "organisation_name": "One", "icb": "QAA", "icb_name": "Aye", "region": "Y63"},
        {"organisation": "RX2", "organisation_name": "Two", "icb": "QBB", "icb_name": "Bee"},
    ],
    schema=PLACES,
)


def placed(columns: dict) -> list[dict]:
    rows = ibis.memtable(pa.table({n: pa.array(c, pa.string()) for n, c in columns.items()}))
    return sorted(with_places(rows, PLACED).to_pyarrow().to_pylist(), key=lambda row: row["organisation"])


def test_rows_get_the_places_of_their_organisation_and_not_known_elsewhere():
    one, unknown = placed({"organisation": ["RX1", "RX9"], "organisation_name": [None, "Nine"]})
    assert one == {
        "organisation": "RX1",
        "organisation_name": "One",
        "icb": "QAA",
        "icb_name": "Aye",
        "region": "Y63",
        "region_name": NOT_KNOWN,
        "pcn": NOT_KNOWN,
        "pcn_name": NOT_KNOWN,
    }
    assert unknown["organisation_name"] == "Nine"
    assert {unknown[name] for name in ("icb", "icb_name", "region", "region_name", "pcn", "pcn_name")} == {NOT_KNOWN}


def test_what_published_rows_say_of_their_icb_is_left_as_it_is():
    columns = {"organisation": ["RX1", "RX2"], "icb": ["QZZ", None], "icb_name": ["Zed", None]}
    one, two = placed(columns)
    assert (one["icb"], one["icb_name"]) == ("QZZ", "Zed")
    assert (two["icb"], two["icb_name"]) == ("QBB", "Bee")


def test_the_name_of_another_icb_is_not_put_beside_a_rows_own_code():
    (one,) = placed({"organisation": ["RX1"], "icb": ["QZZ"]})
    assert (one["icb"], one["icb_name"]) == ("QZZ", NOT_KNOWN)


def test_no_row_is_lost_or_doubled_by_placing_it():
    columns = {"organisation": ["RX1", "RX1", "RX9", None], "fte": ["1", "2", "3", "4"]}
    rows = ibis.memtable(pa.table({n: pa.array(c, pa.string()) for n, c in columns.items()}))
    assert sorted(with_places(rows, PLACED).to_pyarrow()["fte"].to_pylist()) == ["1", "2", "3", "4"]
    # the planted fault that this would catch: an organisation that stands twice among the places
    twice = pa.concat_tables([PLACED, PLACED])
    assert sorted(with_places(rows, twice).to_pyarrow()["fte"].to_pylist()) != ["1", "2", "3", "4"]
