"""Before anything is loaded, a page shows what a file is taken for, and nothing of anybody's."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from keepwell.errors import FileNotUnderstood
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions, looking_at_columns
from keepwell.sources.loading import load_file
from keepwell.sources.looking import Heading, Looked, look, without_sensitive
from keepwell.sources.looking_at_columns import Said

OPTIONS = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2026, 1, 15))
HEADINGS = "Employee Number,Last Name,Organisation Code,Staff Group,FTE,Assignment Status,Effective Date,Religious Belief,Faith,Callsign,Job Rolle,Badge"


def staff(folder: Path, *, people: int = 30, months: int = 1, headings: str = HEADINGS) -> Path:
    """A month or more of a small trust: everybody has a callsign; one in two is of the Ash house."""
    path = folder / "staff.csv"
    lines = [headings]
    for month in range(1, months + 1):
        lines += [
            f"{1000 + i},Secretname{i},RXX,Nursing,0.{5 + i % 5},Active Assignment,2025-{month:02d}-28,"
            f"Other,{'Ash' if i % 2 else 'Oak'},Nick{i % 12},Nurse,{'B' if i % 3 else ''}"
            for i in range(people)
        ]
    path.write_text("\n".join(lines) + "\n")
    return path


def looked(path: Path, folder: Path, options: ReadOptions = OPTIONS, **chosen: frozenset[str]) -> Looked:
    return look(path, options, Workspace(folder / "none"), **chosen)


def heading(found: Looked, name: str) -> Heading:
    return next(h for h in found.headings if h.heading == name)


def test_headings_are_shown_with_what_they_are_taken_for(tmp_path: Path) -> None:
    found = looked(staff(tmp_path), tmp_path)
    assert (found.format, found.people, found.heading_row) == ("esr_staff_in_post", True, 1)
    assert heading(found, "Employee Number").field == "person"
    assert heading(found, "Staff Group").field == "staff_group"
    assert heading(found, "Last Name") == Heading("Last Name", None, True, (), None)
    assert heading(found, "Job Rolle").field is None
    assert heading(found, "Job Rolle").likely[0] == "job_role"
    assert found.missing == ()
    assert found.check is not None
    assert (found.check.first_month, found.check.organisations, found.check.rows_taken) == ("2025-01", ("RXX",), 30)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301
    assert not (tmp_path / "none").exists()


def test_religion_and_orientation_are_left_out_unless_chosen(tmp_path: Path) -> None:
    path = staff(tmp_path)
    assert looked(path, tmp_path).left_out == ("religion",)
    assert "Left out as asked: orientation, religion" in looked(path, tmp_path).check.remarks  # type: ignore[union-attr]
    assert looked(path, tmp_path, chosen=frozenset({"religion"})).left_out == ()
    named = replace(OPTIONS, columns={"religion": "Faith"})
    assert looked(path, tmp_path, named).left_out == ()
    assert {"religion", "staff_group"} <= set(looked(path, tmp_path).can_be_left_out)
    assert "person" not in looked(path, tmp_path).can_be_left_out
    assert without_sensitive(OPTIONS).leave_out == {"religion", "orientation"}


def test_of_an_unknown_column_examples_are_shown_only_where_eleven_people_hold_each(tmp_path: Path) -> None:
    found = looked(staff(tmp_path), tmp_path)
    assert heading(found, "Faith").said == Said(2, 0.0, "text", ("Ash", "Oak"))
    assert heading(found, "Badge").said == Said(1, pytest.approx(1 / 3), "codes", ("B",))
    assert heading(found, "Callsign").said == Said(12, 0.0, "codes", ())  # two or three people each


def test_a_dozen_months_of_one_person_are_not_a_dozen_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = staff(tmp_path, people=12, months=12)
    assert heading(looked(path, tmp_path), "Callsign").said == Said(12, 0.0, "codes", ())
    unknown = staff(tmp_path, people=12, months=12, headings=HEADINGS.replace("Employee Number", "Ref"))
    found = looked(unknown, tmp_path)
    assert found.format is None
    assert heading(found, "Callsign").said.examples == ()  # type: ignore[union-attr]
    monkeypatch.setattr(looking_at_columns, "FEWEST_HOLDING", 1)  # the planted fault
    assert heading(looked(path, tmp_path), "Callsign").said.examples != ()  # type: ignore[union-attr]


def test_nothing_of_a_person_is_in_what_is_shown(tmp_path: Path) -> None:
    for path in (staff(tmp_path), staff(tmp_path, headings=HEADINGS.replace("Employee Number", "Ref"))):
        shown = repr(looked(path, tmp_path))
        for secret in ("Secretname", "1000", "1029", "Nick0"):
            assert secret not in shown


def test_what_is_missing_comes_with_the_headings_it_may_stand_under(tmp_path: Path) -> None:
    path = staff(tmp_path, headings=HEADINGS.replace("Employee Number", "Employee Numbr"))
    found = looked(path, tmp_path)
    assert (found.format, found.check) == (None, None)
    assert found.refusal is not None
    assert found.likely_format == "esr_staff_in_post"  # of the format that knows most of its headings
    named = looked(path, tmp_path, replace(OPTIONS, format="esr_staff_in_post"))
    [missing] = named.missing
    assert (missing.field, missing.likely) == ("person", ("Employee Numbr",))
    mapped = looked(path, tmp_path, replace(OPTIONS, columns={"person": "Employee Numbr"}))
    assert mapped.format == "esr_staff_in_post"
    assert mapped.check is not None


def test_a_file_without_headings_shows_no_row(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("1000,Secretname,RXX,Nursing\n1001,Othersecret,RXX,Nursing\n" * 20)
    found = looked(path, tmp_path)
    assert (found.format, found.headings, found.heading_row) == (None, (), None)
    assert "ecret" not in repr(found)


def test_decisions_are_told_and_undated_files_are_refused_in_three_parts(tmp_path: Path) -> None:
    path = staff(tmp_path, headings=HEADINGS.replace("Staff Group", "House"))
    assert [d.code for d in looked(path, tmp_path).decisions] == ["no-staff-group"]
    undated = staff(tmp_path, headings=HEADINGS.replace("Effective Date", "Seen"))
    found = looked(undated, tmp_path)
    assert found.format == "esr_staff_in_post"
    assert found.refusal is not None
    assert found.refusal[0] == "staff.csv does not say at the end of which month it was taken."


def test_a_file_that_is_loaded_already_says_so(tmp_path: Path) -> None:
    path = staff(tmp_path)
    workspace = Workspace(tmp_path / "ws")
    load_file(workspace, path, OPTIONS, now=dt.datetime(2026, 1, 15, tzinfo=dt.UTC))
    found = look(path, OPTIONS, workspace)
    assert found.refusal is not None
    assert found.refusal[0] == "staff.csv is already loaded."


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.csv"
    path.write_bytes(b"%PDF-1.7 and so on")
    with pytest.raises(FileNotUnderstood, match="is not a table"):
        looked(path, tmp_path)


def test_a_published_file_is_looked_at_too(tmp_path: Path) -> None:
    path = tmp_path / "turnover.csv"
    path.write_text(
        "PERIOD,TYPE,REPORTING_ORG_CODE,STAFF_GROUP_1_NAME,HC,FTE,CLUSTR\n"
        "202509 to 202510,Denominator at start of period,RXX,All staff groups,100,90.5,Acute\n"
        "202509 to 202510,Denominator at end of period,RXX,All staff groups,101,91.5,Acute\n"
    )
    found = looked(path, tmp_path)
    assert (found.format, found.people, found.left_out, found.can_be_left_out) == ("nhs_turnover", False, (), ())
    assert heading(found, "CLUSTR").likely == ("cluster",)
