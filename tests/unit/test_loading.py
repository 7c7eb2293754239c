"""Bad input is the normal case: every fault on every format, as CSV, XLSX and XLS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import (
    KINDS,
    OPTIONS,
    Cell,
    Draft,
    in_three_lines,
    left_out,
    load,
    read,
    rows_of,
    write,
)
from by_hand import SOUND as BY_HAND
from test_staff_list import staff_list

from keepwell.errors import DecisionNeeded, FileNotUnderstood, KeepwellError, WorkspaceRefused
from keepwell.made_up import MISTAKES, SystemPlan, make_up
from keepwell.records.workspace import Workspace
from keepwell.sources.loading import check_file, load_file

SOUND = {**BY_HAND, "staff_list": staff_list}
FTE = {"nhs_turnover": "FTE", "esr_staff_in_post": "FTE", "esr_leavers": "FTE", "staff_list": "FTE"}
DAY = {"esr_staff_in_post": "Effective Date", "esr_leavers": "Termination Date", "staff_list": "Start Date"}
OPTIONAL = {"nhs_turnover": "ICS_NAME", "esr_staff_in_post": "Role", "esr_leavers": "Staff Group", "staff_list": "Band"}
PLACE = {
    "nhs_turnover": "REPORTING_ORG_NAME",
    "esr_staff_in_post": "Organisation",
    "esr_leavers": "Organisation",
    "staff_list": "Team",
}


def serial(cell: Cell) -> Cell:
    return (cell - dt.date(1899, 12, 30)).days if isinstance(cell, dt.date) else cell


def broken(heading: str) -> str:
    return "\n".join(heading.rsplit(" ", 1) if " " in heading else heading.split("_", 1))


HARMLESS: dict[str, Callable[[str, Draft], Draft]] = {
    "a byte-order mark": lambda name, d: replace(d, encoding="utf-8-sig"),
    "UTF-16": lambda name, d: replace(d, encoding="utf-16"),
    "semicolons": lambda name, d: replace(d, delimiter=";"),
    "semicolons and decimal commas": lambda name, d: replace(
        d.each(FTE[name], lambda c: str(c).replace(".", ",")), delimiter=";"
    ),
    "tabs": lambda name, d: replace(d, delimiter="\t"),
    "title rows": lambda name, d: replace(d, above=[["Workforce report"], ["Run by Workforce Information"], []]),
    "line breaks in headings": lambda name, d: replace(d, headings=[broken(h) for h in d.headings]),
    "headings in capitals": lambda name, d: replace(d, headings=[h.upper() for h in d.headings]),
    "spaces around cells": lambda name, d: d.each(PLACE[name], lambda c: f"  {c} "),
    "blank rows between": lambda name, d: replace(d, rows=[*d.rows[:3], [], *d.rows[3:]]),
    "short and long rows": lambda name, d: replace(d, rows=[*d.rows[:3], *([*r, "", ""] for r in d.rows[3:])]),
    "Excel serial dates": lambda name, d: d.each(DAY[name], serial) if name in DAY else d,
    "dates with names of months": lambda name, d: (
        d.each(DAY[name], lambda c: f"{c:%d-%b-%Y}" if isinstance(c, dt.date) else c) if name in DAY else d
    ),
    "two-digit years": lambda name, d: (
        d.each(DAY[name], lambda c: f"{c:%d-%b-%y}" if isinstance(c, dt.date) else c) if name in DAY else d
    ),
    "numbers as text": lambda name, d: d.each(FTE[name], str),
    "thousands separators": lambda name, d: (
        d.each("HC", lambda c: f"{c:,}") if name == "nhs_turnover" else d.each(FTE[name], lambda c: f"{c:,.2f}")
    ),
}
TEXT_ONLY = {"a byte-order mark", "UTF-16", "semicolons", "tabs", "semicolons and decimal commas"}


CASES = [(fault, kind) for fault in HARMLESS for kind in KINDS if kind == "csv" or fault not in TEXT_ONLY]


@pytest.mark.parametrize(("fault", "kind"), CASES)
@pytest.mark.parametrize("name", SOUND)
def test_a_fault_of_form_changes_nothing_of_what_is_read(name: str, fault: str, kind: str, tmp_path: Path) -> None:
    sound = SOUND[name]()
    faulty = read(write(HARMLESS[fault](name, sound), tmp_path / f"faulty.{kind}"))
    assert rows_of(faulty) == rows_of(read(write(sound, tmp_path / "sound.csv")))
    assert not faulty.decisions
    assert left_out(faulty) == {}


@pytest.mark.parametrize("name", SOUND)
def test_a_workbook_and_a_csv_give_the_same_rows(name: str, tmp_path: Path) -> None:
    sound = SOUND[name]()
    csv, xlsx, xls = (rows_of(read(write(sound, tmp_path / f"sound.{kind}"))) for kind in KINDS)
    assert csv == xlsx == xls


@pytest.mark.parametrize("name", SOUND)
def test_windows_text_is_read_and_said_to_be(name: str, tmp_path: Path) -> None:
    sound = SOUND[name]().each(PLACE[name], lambda c: f"{c} – Café")
    windows = read(write(replace(sound, encoding="cp1252"), tmp_path / "windows.csv"))
    assert rows_of(windows) == rows_of(read(write(sound, tmp_path / "sound.csv")))
    assert "read as Windows text (cp1252): it is not UTF-8" in windows.remarks


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOUND)
def test_notes_below_the_data_are_left_out_by_row_number(name: str, kind: str, tmp_path: Path) -> None:
    sound = SOUND[name]()
    noted = replace(sound, below=[[], ["Notes"], ["Source: Electronic Staff Record."]])
    reading = read(write(noted, tmp_path / f"noted.{kind}"))
    assert rows_of(reading) == rows_of(read(write(sound, tmp_path / "sound.csv")))
    last = sound.first_row + len(sound.rows)
    assert left_out(reading) == {"a note, not data": [last + 1, last + 2]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOUND)
def test_a_repeated_row_counts_once_and_is_listed(name: str, kind: str, tmp_path: Path) -> None:
    sound = SOUND[name]()
    twice = replace(sound, rows=[*sound.rows[:5], sound.rows[4], *sound.rows[5:]])
    reading = read(write(twice, tmp_path / f"twice.{kind}"))
    assert rows_of(reading) == rows_of(read(write(sound, tmp_path / "sound.csv")))
    assert left_out(reading) == {"a repeated row": [7]}
    assert reading.rows_read == reading.rows_taken + 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOUND)
def test_a_row_with_more_cells_than_headings_is_left_out_by_row_number(name: str, kind: str, tmp_path: Path) -> None:
    sound = SOUND[name]()
    ragged = replace(sound, rows=[*sound.rows[:-1], [*sound.rows[-1], "and one more"]])
    reading = read(write(ragged, tmp_path / f"ragged.{kind}"))
    if kind == "csv":
        assert left_out(reading) == {"more cells than headings": [len(sound.rows) + 1]}
    else:  # a sheet has as many columns everywhere: the one without a heading is named by its letter
        assert any("no heading, named by letter" in remark for remark in reading.remarks)
        assert reading.rows_taken == len(sound.rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mark", [".", "*", "-", "n/a", "(null)"])
@pytest.mark.parametrize("name", SOUND)
def test_marks_for_nothing_are_no_values(name: str, mark: str, kind: str, tmp_path: Path) -> None:
    reading = read(write(SOUND[name]().each(OPTIONAL[name], lambda _: mark), tmp_path / f"marks.{kind}"))
    assert not any(mark in row.values() for rows in rows_of(reading).values() for row in rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mark", [".", "*", "-"])
@pytest.mark.parametrize("name", [n for n in SOUND if n != "nhs_turnover"])
def test_a_number_of_staff_that_is_not_given_is_missing_and_nobody_is_lost(
    name: str, mark: str, kind: str, tmp_path: Path
) -> None:
    sound = SOUND[name]()
    reading = read(write(sound.with_cell(1, "FTE", mark), tmp_path / f"marks.{kind}"))
    assert reading.rows_taken == len(sound.rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", [".", "*", "<5", "twelve", "1.5"])
def test_a_published_count_that_is_none_is_refused_by_row_and_column(cell: str, kind: str, tmp_path: Path) -> None:
    path = write(SOUND["nhs_turnover"]().with_cell(3, "HC", cell), tmp_path / f"hidden.{kind}")
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)
    words = in_three_lines(caught.value)
    assert "HC" in words
    assert "row 5" in words


@pytest.mark.parametrize("name", [n for n in SOUND if n != "nhs_turnover"])
@pytest.mark.parametrize("cell", ["full time", "1.2.3", "-1", "37.5"])
def test_an_fte_that_cannot_be_is_missing_and_named_by_row_and_column(name: str, cell: str, tmp_path: Path) -> None:
    sound = SOUND[name]()
    reading = read(write(sound.with_cell(1, "FTE", cell), tmp_path / "odd.csv"))
    assert reading.rows_taken == len(sound.rows)
    [remark] = [x for x in reading.remarks if "FTE" in x]
    assert "(row 3)" in remark
    assert cell not in remark


@pytest.mark.parametrize("name", [n for n in SOUND if n != "nhs_turnover"])
def test_a_column_of_hours_under_fte_is_refused(name: str, tmp_path: Path) -> None:
    path = write(SOUND[name]().each("FTE", lambda _: 37.5), tmp_path / "hours.csv")
    with pytest.raises(FileNotUnderstood, match="contracted_hours"):
        read(path)


NOT_TABLES = {
    "no bytes": b"",
    "nothing but line ends": b"\r\n\r\n\r\n",
    "nothing but separators": b",,,\n,,,\n",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Title (Zzyzx) >>\nendobj\n",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00Zzyzx",
    "a web page": b"<!DOCTYPE html><html><table><tr><td>Zzyzx</td></tr></table></html>",
    "half a workbook": b"PK\x03\x04 Zzyzx",
    "half an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Zzyzx",
    "prose": b"Dear Zzyzx,\n\nplease find the file attached.\n\nRegards\n",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", NOT_TABLES)
def test_what_is_no_table_is_refused_in_three_lines(content: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"staff.{kind}"
    path.write_bytes(NOT_TABLES[content])
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)
    in_three_lines(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOUND)
def test_headings_without_rows_are_refused(name: str, kind: str, tmp_path: Path) -> None:
    path = write(replace(SOUND[name](), rows=[]), tmp_path / f"bare.{kind}")
    with pytest.raises(FileNotUnderstood) as caught:
        read(path)
    in_three_lines(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOUND)
def test_an_empty_workbook_or_an_emptied_column_is_refused(name: str, kind: str, tmp_path: Path) -> None:
    person = {"nhs_turnover": "REPORTING_ORG_CODE", "staff_list": "Staff ID"}.get(name, "Employee Number")
    for draft in (replace(SOUND[name](), headings=[], rows=[]), SOUND[name]().each(person, lambda _: None)):
        path = write(draft, tmp_path / f"emptied.{kind}")
        with pytest.raises(FileNotUnderstood) as caught:
            read(path)
        in_three_lines(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOUND)
def test_the_same_file_is_not_loaded_twice(name: str, kind: str, tmp_path: Path) -> None:
    workspace, path = Workspace(tmp_path / "w"), write(SOUND[name](), tmp_path / f"one.{kind}")
    load(workspace, path)
    again = tmp_path / f"renamed.{kind}"
    again.write_bytes(path.read_bytes())
    with pytest.raises(WorkspaceRefused) as caught:
        load(workspace, again)
    assert "already loaded" in in_three_lines(caught.value)
    assert len(workspace.current().loads) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [n for n in SOUND if n != "esr_leavers"])
def test_two_files_that_disagree_about_a_month_are_for_the_user_to_decide(name: str, kind: str, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(SOUND[name](), tmp_path / f"first.{kind}"))
    second = write(SOUND[name]().with_cell(0, FTE[name], 0.4), tmp_path / f"second.{kind}")
    with pytest.raises(DecisionNeeded) as caught:
        load(workspace, second)
    assert "--accept revision" in in_three_lines(caught.value)
    revised = load(workspace, second, accept=frozenset({"revision"}))
    assert revised.replaces == (1,)
    assert [x.number for x in workspace.current().loads] == [2]


@pytest.mark.parametrize("name", ["esr_staff_in_post", "nhs_turnover"])
def test_a_month_missing_is_named(name: str, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    for month in (1, 2):
        assert load(workspace, write(SOUND[name](month), tmp_path / f"{month}.csv")).warnings == ()
    late = load(workspace, write(SOUND[name](4), tmp_path / "4.csv"))
    assert "2025-03" in "".join(late.warnings)
    assert "(decision: month-missing)" in "".join(late.warnings)
    assert load(workspace, write(SOUND[name](3), tmp_path / "3.csv")).warnings == ()


def test_a_month_that_is_known_to_be_missing_can_be_accepted(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    load(workspace, write(SOUND["esr_staff_in_post"](1), tmp_path / "1.csv"))
    path = write(SOUND["esr_staff_in_post"](3), tmp_path / "3.csv")
    assert load(workspace, path, accept=frozenset({"month-missing"})).warnings == ()


def test_accepting_what_nothing_asks_for_changes_nothing(tmp_path: Path) -> None:
    path = write(SOUND["esr_staff_in_post"](), tmp_path / "1.csv")
    assert load(Workspace(tmp_path / "w"), path, accept=frozenset({"revision", "no-such-code"})).warnings == ()


def test_a_file_of_part_of_what_is_loaded_cannot_be_accepted_beside_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    both = SOUND["esr_staff_in_post"]()
    other = SOUND["esr_staff_in_post"](first=50, organisation="RX2")
    load(workspace, write(replace(both, rows=both.rows + other.rows), tmp_path / "both.csv"))
    path = write(both, tmp_path / "one.csv")
    with pytest.raises(WorkspaceRefused, match="keepwell unload 1"):
        load(workspace, path, accept=frozenset({"revision", "overlap"}))


def test_a_month_between_two_of_one_file_is_no_disagreement(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    first, third = SOUND["esr_staff_in_post"](1), SOUND["esr_staff_in_post"](3)
    load(workspace, write(replace(first, rows=first.rows + third.rows), tmp_path / "1and3.csv"))
    assert load(workspace, write(SOUND["esr_staff_in_post"](2), tmp_path / "2.csv")).warnings == ()


@pytest.mark.parametrize("name", ["esr_staff_in_post", "nhs_turnover"])
def test_a_month_in_the_future_is_not_loaded_without_a_word(name: str, tmp_path: Path) -> None:
    path = write(SOUND[name](20), tmp_path / "ahead.csv")
    with pytest.raises(DecisionNeeded, match="future-month"):
        load(Workspace(tmp_path / "w"), path)


def test_a_refused_file_leaves_the_workspace_as_it_was(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    path = tmp_path / "bad.csv"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(FileNotUnderstood):
        load(workspace, path)
    assert not workspace.exists
    assert list((tmp_path / "w" / "parts").iterdir()) == []


def test_checking_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(tmp_path / "person.key"))
    path = write(SOUND["esr_staff_in_post"](), tmp_path / "1.csv")
    check_file(Workspace(tmp_path / "w"), path, replace(OPTIONS, key=None))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.csv"]


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_every_made_up_mistake_ends_in_a_load_or_in_three_lines(mistake: str, tmp_path: Path) -> None:
    plan = SystemPlan(people=400, months=6, organisations=("acute",), mistakes=frozenset({mistake}))
    made, workspace = make_up(plan, tmp_path / "made"), Workspace(tmp_path / "w")
    ends: list[str] = []
    today = dt.date(2025, 11, 5)
    for path in (*made.staff_in_post, *made.leavers, *made.turnover):
        try:
            loaded = load_file(workspace, path, replace(OPTIONS, today=today), now=dt.datetime.now(dt.UTC))
            ends.append("".join(loaded.warnings))
            assert loaded.rows_read == loaded.rows_taken + sum(len(rows) for _, rows in loaded.left_out)
        except KeepwellError as error:
            ends.append(in_three_lines(error))
    told = "\n".join(ends)
    expected = {
        "two_versions": "--accept revision",
        "redrawn_identifiers": "--accept new-identifiers",
        "missing_month": "(decision: month-missing)",
    }
    if mistake in expected:
        assert expected[mistake] in told
    else:
        assert told.strip() == ""
