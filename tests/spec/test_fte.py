"""FTE: contracted full-time equivalents in post at the end, summed over a person's posts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from drawing import drawn, period, the_row

from keepwell.enquiries import Enquiry, answer
from keepwell.periods import Month
from keepwell.records.counting import snapshot_flows
from keepwell.records.flows import Grouping
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file


def test_the_hours_of_two_posts_are_added() -> None:
    records = drawn("""
        2025-08:       A S
        ann   RX1 0.4  N N
        ann   RX2 0.6  N N
        bob   RX1 0.5  N N
        away  RX1 1.0  N -
    """)
    row = the_row(snapshot_flows(records, period("2025-09", "2025-09"), Grouping()))
    assert (row["fte_at_start"], row["fte_at_end"]) == (2.5, 1.5)


HOURS = """Employee Number,Start Date,End Date,Organisation,Staff Group,Contracted Hours
1,2020-01-01,,Y00001,General Practitioner,37.5
1,2020-01-01,,Y00002,General Practitioner,37.5
2,2020-01-01,,Y00003,General Practitioner,30
3,2020-01-01,,Y00004,General Practitioner,{sessions}
4,2020-01-01,2025-05-15,Y00001,General Practitioner,37.5
"""


@pytest.mark.parametrize(
    ("practices", "fte"),
    [
        (("Y00001", "Y00002"), 2.0),  # 75 hours
        (("Y00003",), 0.8),  # 30 hours
        (("Y00004",), 0.4444),  # 4 sessions of 4 hours 10: 16 hours 40
        (("Y00001", "Y00002", "Y00003", "Y00004"), 3.2444),
    ],
)
def test_hours_are_parts_of_a_week_of_37_and_a_half(tmp_path: Path, practices: tuple[str, ...], fte: float) -> None:
    """The general practice workforce publication counts so."""
    file = tmp_path / "practices.csv"
    file.write_text(HOURS.format(sessions=round(4 * (4 + 10 / 60), 4)), "utf-8")
    workspace = Workspace(tmp_path / "workspace")
    today = dt.date(2025, 10, 31)
    options = ReadOptions(today=today, key=PersonKey(b"k" * 32), month=Month.parse("2025-09"))
    load_file(workspace, file, options, now=dt.datetime(2025, 10, 31, tzinfo=dt.UTC))
    asked = Enquiry("fte", where=(("organisation", practices),), months=1)
    (row,) = answer(workspace, asked).rows()
    assert row["fte_at_end"] == pytest.approx(fte, abs=5e-5)
