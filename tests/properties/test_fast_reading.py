"""A clean file read column by column says what it says cell by cell; so does one that is not clean at all."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from keepwell.errors import KeepwellError
from keepwell.records.keys import MANY, PersonKey
from keepwell.sources import clean_lines, delimited, reading
from keepwell.sources.clean_lines import CleanLines, CodedColumns
from keepwell.sources.reading import read_sheets, repeated_rows, table_below

HEADINGS = ["Employee Number", "Last Name", "Staff Group", "FTE"]
CELLS = ["1", "1", "2", "Ash", "", "", " x ", "\u00a0y", "Zoë", 'so "called"', "a, b", "Total", "Note: all", "FTE"]
ODD_ROWS = [[], [""], [" "], ["", "", "", ""], ["Ward A", "", "", ""], ["Total", "", "", "5"], ["* a note"], HEADINGS]
LONG_ROWS = [["1", "2", "3", "4", "5"], ["1", "2", "3", "4", ""], ["1", "2"]]
MISCHIEF = ['"', "\n", "\r", "\r\n", ",", "\ufeff", "\ufffd", "\x00", "\u2028", '""', " "]
ENCODINGS = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A table with some trouble above, in and below it, written in one way or another."""
    cell = st.sampled_from(CELLS)
    rows = draw(st.lists(st.lists(cell, min_size=4, max_size=4), max_size=8))
    trouble = draw(st.lists(st.sampled_from([*ODD_ROWS, *ODD_ROWS, *LONG_ROWS]), max_size=2))
    for row in trouble:
        rows.insert(draw(st.integers(0, len(rows))), row)
    above = draw(st.sampled_from([[], [], [["Staff in post, as at"]], [["Report", "", "", ""], []]]))
    headings = draw(st.sampled_from([HEADINGS, HEADINGS, ["", *HEADINGS[1:]], ["FTE", "Name", "FTE", ""]]))
    file = io.StringIO()
    csv.writer(
        file,
        delimiter=draw(st.sampled_from(",,;\t|")),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    ).writerows([*above, headings, *rows])
    text = file.getvalue()
    if draw(st.booleans()):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(MISCHIEF)) + text[at:]
    text = text.rstrip("\r\n") if draw(st.booleans()) else text
    return text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")


def everything(path: Path) -> list[Any]:
    """All that a reading tells of a file: every sheet, every table below a row, what is left out, or the refusal."""
    try:
        [sheet] = read_sheets(path)
    except KeepwellError as refusal:
        return [str(refusal)]
    told: list[Any] = [list(sheet.rows), sheet.row_numbers, sheet.remarks]
    for totals in (frozenset[str](), frozenset({"total"})):
        for heading_row in range(min(3, len(sheet.rows))):
            try:
                table = table_below("a.csv", sheet, heading_row, total_labels=totals, unread=lambda h: h == "Last Name")
            except KeepwellError as refusal:
                told.append(str(refusal))
                continue
            told += [repeated_rows(table), table.headings, list(table.columns), table.row_numbers]
            told += [table.titles, table.left_out, table.remarks]
            told += [[table.coded(h).each(), sorted(table.coded(h).values)] for h in table.headings]
    return told


def both_ways(data: bytes, folder: Path) -> tuple[list[Any], list[Any]]:
    path = folder / "a.csv"
    path.write_bytes(data)
    fast = everything(path)
    with patch.object(delimited, "clean_lines", lambda *_: None):
        return fast, everything(path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=texts())
def test_both_readers_say_the_same_of_any_file(data: bytes, tmp_path: Path) -> None:
    fast, slow = both_ways(data, tmp_path)
    assert fast == slow


def test_the_fast_reader_is_the_one_that_reads_a_clean_file_and_never_parses_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Staff in post,,,\n" + ",".join(HEADINGS) + '\n1,Zzyzx,"a, b",0.5\n2,Zzyzx,c,1\n,,,\nSource: ESR\n')
    [sheet] = read_sheets(path)
    assert isinstance(sheet.rows, CleanLines)
    table = table_below("a.csv", sheet, 1, unread=lambda heading: heading == "Last Name")
    assert isinstance(table.columns, CodedColumns)
    assert "Zzyzx" not in repr([column.values for column in table.columns.known.values()])
    assert repeated_rows(table) == []
    assert table.column("Staff Group") == ["a, b", "c"]
    assert table.column("Last Name") == ["Zzyzx", "Zzyzx"]  # asked for, it is there


def test_a_file_of_many_lots_is_read_as_one(tmp_path: Path) -> None:
    rng = random.Random(5)
    rows = [[str(rng.randrange(400)), f"n{i % 7}", rng.choice(CELLS), str(i % 3)] for i in range(2_000)]
    file = io.StringIO()
    csv.writer(file).writerows([HEADINGS, *rows])
    with patch.object(clean_lines, "LOT", 1 << 9):
        fast, slow = both_ways(file.getvalue().encode(), tmp_path)
    assert fast == slow


def as_if_any_quote_were_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_lines, "_quotes_in_place", lambda *_: True)


def as_if_no_return_stood_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_lines, "_lone_return", lambda _: False)


def as_if_every_row_were_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_may_be_no_data", lambda known, shape: np.zeros(len(known[shape.first].codes), bool))


def as_if_no_text_had_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_lines, "SPACE", -1)
    monkeypatch.setattr(clean_lines, "DELETE", 256)


def as_if_two_columns_told_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_lines, "_alike", lambda columns, rows: np.arange(0))


FAULTS = [
    as_if_any_quote_were_in_place,
    as_if_no_return_stood_alone,
    as_if_every_row_were_data,
    as_if_no_text_had_spaces,
    as_if_two_columns_told_all,
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(fault: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fault(monkeypatch)

    def differs(data: bytes) -> bool:
        try:
            fast, slow = both_ways(data, tmp_path)
        except csv.Error:
            return True
        return fast != slow

    try:
        find(texts(), differs, settings=settings(max_examples=2_000, phases=[Phase.generate], database=None))
    except NoSuchExample:
        pytest.fail("nobody noticed")


def test_letters_that_are_no_utf_8_are_never_taken_for_plain() -> None:
    assert clean_lines.is_plain("Zoë".encode())
    for data in (b"Zo\xeb", b"\xed\xa0\x80", b"\xc0\xaf", b"\xff\xfea\x00", "\ufeffa".encode(), "\ufffd".encode()):
        assert not clean_lines.is_plain(data), data


@pytest.mark.parametrize("secret", [b"k" * 32, bytes(range(32))])
@pytest.mark.parametrize("many", [3, MANY + 1])
def test_many_numbers_are_hashed_as_each_of_them_is(secret: bytes, many: int) -> None:
    key = PersonKey(secret)
    numbers = [None, "", "Zoë \\x41 '", *(f"{n:08d}" for n in range(many))]
    hashes = key.hashed_all("RX1", pa.array(numbers)).to_pylist()
    assert hashes == [None if n is None else key.hashed("RX1", n) for n in numbers]
    assert len(set(hashes)) == len(numbers)
