"""check and load from the command line: exit statuses, what is printed where, profiles, many files at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from by_hand import Draft, staff_in_post, write

from keepwell.cli import main
from keepwell.records.workspace import Workspace
from keepwell.sources.telling import once


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(tmp_path / "person.key"))

    def command(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(["--workspace", str(tmp_path / "w"), *map(str, arguments)])
        shown = capsys.readouterr()
        return Ran(int(ended.value.code or 0), shown.out, shown.err)

    return command


@pytest.fixture
def month(tmp_path: Path) -> Callable[..., Path]:
    def file(number: int, draft: Draft | None = None, name: str = "") -> Path:
        return write(draft or staff_in_post(number), tmp_path / f"{name or number}.csv")

    return file


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "staff.csv"
    path.write_bytes(b"%PDF-1.7 Zzyzx")
    return path


@pytest.mark.parametrize("command", ["check", "load"])
def test_a_sound_file_ends_with_nought_and_nothing_on_standard_error(
    command: str, run: Run, month: Callable[..., Path]
) -> None:
    ran = run(command, month(1))
    assert (ran.status, ran.err) == (0, "")
    assert "30 rows" in ran.out


@pytest.mark.parametrize("command", ["check", "load"])
def test_a_refusal_is_three_lines_on_standard_error_and_nothing_else(command: str, run: Run, pdf: Path) -> None:
    ran = run(command, pdf)
    assert (ran.status, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 3
    assert "Zzyzx" not in ran.err


@pytest.mark.parametrize("command", ["check", "load"])
def test_several_refusals_print_nothing_on_standard_output(command: str, run: Run, pdf: Path, tmp_path: Path) -> None:
    ran = run(command, pdf, tmp_path / "missing.csv")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == "2 refused"


def test_a_warning_ends_with_one_and_names_its_code(run: Run, month: Callable[..., Path]) -> None:
    run("load", month(1))
    for command in ("check", "load"):
        ran = run(command, month(3))
        assert (ran.status, ran.err) == (1, "")
        assert "(decision: month-missing)" in ran.out


def test_an_accepted_warning_ends_with_nought(run: Run, month: Callable[..., Path]) -> None:
    run("load", month(1))
    assert run("load", month(3), "--accept", "month-missing").status == 0


def test_a_blocking_decision_is_one_for_check_and_refused_by_load(run: Run, month: Callable[..., Path]) -> None:
    run("load", month(1))
    other = month(1, staff_in_post(1).with_cell(0, "FTE", 0.1), "other")
    checked, loaded = run("check", other), run("load", other)
    assert (checked.status, checked.err) == (1, "")
    assert "(decision: revision)" in checked.out
    assert (loaded.status, loaded.out) == (2, "")
    assert "--accept revision" in loaded.err
    assert run("load", other, "--accept", "revision").status == 0


def test_an_open_question_about_dates_is_one_for_check_and_refused_by_load(
    run: Run, month: Callable[..., Path]
) -> None:
    draft = staff_in_post().without("Date Of Birth").each("Effective Date", lambda _: "2025-01-31")
    path = month(1, draft.each("Latest Start Date", lambda _: "04/05/2015"), "unclear")
    checked, loaded = run("check", path), run("load", path)
    assert (checked.status, checked.err) == (1, "")
    assert "--day-first" in checked.out
    assert (loaded.status, loaded.out) == (2, "")
    assert run("load", path, "--day-first").status == 0


def test_one_refused_file_does_not_stop_the_others(run: Run, month: Callable[..., Path], pdf: Path) -> None:
    ran = run("load", month(1), pdf, month(2))
    assert ran.status == 2
    assert ran.out.splitlines()[-1] == "2 loaded, 1 refused"
    assert ran.err.splitlines()[0] == "staff.csv is not a table."


def test_check_counts_what_would_become_of_files(run: Run, month: Callable[..., Path], pdf: Path) -> None:
    ran = run("check", month(1), pdf, month(2))
    assert ran.out.splitlines()[-1] == "2 would load, 1 refused"


def test_many_files_are_told_in_a_line_each_and_their_remarks_once(run: Run, month: Callable[..., Path]) -> None:
    drafts = {m: staff_in_post(m).with_cell(m, "FTE", "n.k.") for m in range(1, 9)}
    ran = run("load", *(month(m, draft) for m, draft in drafts.items()))
    assert ran.out.splitlines() == [
        *(
            f"Loaded {m}.csv as load {m} (esr_staff_in_post): 2025-0{m}, RX1; 30 rows in, 0 left out"
            for m in range(1, 9)
        ),
        "8 cells of FTE: what stands there is not a number: taken as missing (in 8 files)",
        "Dropped, never kept: Last Name, NI Number (in 8 files)",
        "8 loaded",
    ]


def test_a_decision_about_one_of_many_files_is_told_in_full_at_the_end(run: Run, month: Callable[..., Path]) -> None:
    ran = run("load", *(month(m) for m in (1, 2, 3, 4, 5, 6, 8, 10)))
    assert ran.status == 1
    assert ran.out.count("to decide: month-missing") == 2
    assert ran.out.count("Try:") == 1
    assert "(decision: month-missing) (in 2 files)" in ran.out


def test_a_decision_about_a_single_file_of_many_does_not_count_files(run: Run, month: Callable[..., Path]) -> None:
    ran = run("load", *(month(m) for m in (1, 2, 3, 4, 5, 6, 8)))
    assert ran.out.count("Try:") == 1
    assert "(decision: month-missing)\n" in ran.out


def test_remarks_are_the_same_kind_whatever_their_rows_and_counts() -> None:
    assert once([["1 row: bank (row 7)"], ["1,200 rows: bank (rows 1, 2 and 1198 more)"], ["Not taken: X"]]) == [
        "1,201 rows: bank (in 2 files)",
        "Not taken: X (in 1 file)",
    ]


# Profiles


@pytest.fixture
def odd(month: Callable[..., Path]) -> Callable[[int], Path]:
    """A month with headings of the trust's own, and without its code."""

    def file(number: int) -> Path:
        draft = staff_in_post(number).without("Organisation Code")
        headings = [
            {"Employee Number": "Payroll ref", "Organisation": "Place of work"}.get(h, h) for h in draft.headings
        ]
        return month(number, replace(draft, headings=headings), f"odd{number}")

    return file


SAID = ("--column", "person=Payroll ref", "--column", "unit=Place of work", "--organisation", "RX1")


def test_what_is_said_of_a_file_is_kept_under_a_name_and_used_again(run: Run, odd: Callable[[int], Path]) -> None:
    assert run("load", odd(1), *SAID, "--leave-out", "birth", "--profile", "northmoor").status == 0
    assert run("check", odd(2)).status == 2
    ran = run("load", odd(2), "--profile", "northmoor")
    assert ran.status == 0
    assert "Left out as asked: birth" in ran.out


def test_a_profile_that_is_not_kept_is_refused_with_those_that_are(run: Run, odd: Callable[[int], Path]) -> None:
    run("load", odd(1), *SAID, "--profile", "northmoor")
    ran = run("load", odd(2), "--profile", "southmoor")
    assert (ran.status, ran.out) == (2, "")
    assert "Found: profiles northmoor" in ran.err
    assert len(ran.err.splitlines()) == 3


def test_a_check_and_a_refused_load_keep_no_profile(run: Run, odd: Callable[[int], Path], pdf: Path) -> None:
    run("check", odd(1), *SAID, "--profile", "northmoor")
    run("load", pdf, *SAID, "--profile", "northmoor")
    assert "profiles none" in run("load", odd(1), "--profile", "northmoor").err


def test_what_is_said_now_counts_more_than_the_profile(run: Run, odd: Callable[[int], Path], tmp_path: Path) -> None:
    run("load", odd(1), *SAID, "--profile", "northmoor")
    assert "2025-02, RX9" in run("load", odd(2), "--profile", "northmoor", "--organisation", "RX9").out
    kept = Workspace(tmp_path / "w").current().settings["profiles"]["northmoor"]
    assert kept["organisation"] == "RX9"
    assert kept["columns"] == {"person": "Payroll ref", "unit": "Place of work"}


# A process of its own


def test_the_exit_status_reaches_the_shell(month: Callable[..., Path], pdf: Path, tmp_path: Path) -> None:
    environment = os.environ | {"KEEPWELL_KEY_FILE": str(tmp_path / "person.key")}
    command = [
        sys.executable,
        "-c",
        "from keepwell.cli import main; main()",
        "--workspace",
        str(tmp_path / "w"),
        "load",
    ]
    for path, status in ((month(1), 0), (month(3), 1), (pdf, 2)):
        ran = subprocess.run([*command, str(path)], env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == status
        assert (ran.stdout == "") == (status == 2)
        assert (ran.stderr == "") == (status != 2)
