"""The door for scripts: what it prints, where, and with which exit status."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from keepwell.cli import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: str, workspace: Path | None = None) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(["--workspace", str(workspace or tmp_path / "workspace"), *arguments])
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return call


@pytest.fixture
def loaded(run: Callable[..., tuple[int, str, str]], turnover_file: Callable[..., Path], tmp_path: Path) -> None:
    status, _, _ = run("load", str(turnover_file(tmp_path / "any name.csv", 10)))
    assert status == 0


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def test_a_refusal_is_three_lines_on_standard_error_and_nothing_on_standard_output(run, loaded) -> None:
    status, out, err = run("measure", "leaver_rate", "--leaving", "nhs")
    assert (status, out) == (2, "")
    assert [line.split(":")[0].strip() for line in lines(err)[1:]] == ["Found", "Try"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("measure", "leaver_rat"),
        ("measure", "leaver_rate", "--by", "ward"),
        ("measure", "leaver_rate", "--where", "staff_group"),
        ("measure", "leaver_rate", "--where", "staff_group=Nurse"),
        ("measure", "leaver_rate", "--end", "2025-13"),
        ("measure", "leaver_rate", "--months", "12"),
        ("measure", "leaver_rate", "--policy", "nhs"),
        ("measure", "leaver_rate", "--policy", "secret"),
        ("measure", "leaver_rate", "--source", "esr_leavers"),
        ("measure", "leaver_rate", "--vintage", "9"),
        ("measure", "leaver_rate", "--format", "parquet"),
        ("measure", "reasons_for_leaving"),
        ("measure", "stability_index", "--method", "event"),
        ("unload", "7"),
        ("explain",),
        ("load", "no such file.csv"),
    ],
)
def test_whatever_cannot_be_answered_is_refused_in_three_lines(run, loaded, arguments) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert "Found:" in err
    assert "Try:" in err
    assert len(lines(err)) == 3


def test_misuse_of_options_is_refused_with_two(run, loaded) -> None:
    assert run("measure", "leaver_rate", "--method", "guess")[0] == 2
    assert run("nonsense")[0] == 2


def test_csv_has_the_columns_that_scripts_rely_on(run, loaded) -> None:
    status, out, _ = run("measure", "leaver_rate", "--by", "organisation,staff_group", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0
    for name in (
        *("period_start", "period_end", "organisation", "organisation_name", "staff_group", "headcount_at_start"),
        *("headcount_at_end", "fte_at_start", "fte_at_end", "joiners", "leavers", "leaver_rate", "joiner_rate"),
        *("stability_index", "hidden"),
    ):
        assert name in rows[0]
    midwives = next(r for r in rows if r["organisation"] == "RX1" and r["staff_group"] == "Midwives")
    assert float(midwives["leaver_rate"]) == 3 / ((100 + 97) / 2)
    assert midwives["joiners"] == "0"  # zero is 0, not empty
    assert midwives["hidden"] == ""
    assert (midwives["period_start"], midwives["period_end"]) == ("2025-10-01", "2025-10-31")


def test_json_carries_the_definition_beside_the_numbers(run, loaded) -> None:
    content = json.loads(run("measure", "leaver_rate", "--format", "json")[1])
    assert content["definition"]["formula"] == "leavers / mean(staff at start, staff at end)"
    assert content["definition"]["source"].startswith("nhs_turnover: any name.csv")
    assert content["rows"][0]["leavers"] == 6
    assert content["policy"]["name"] == "published"
    assert set(content["rows"][0]) - {"hidden"} <= set(content["definition"]["columns"]) | {"hidden"}


def test_parquet_goes_to_a_file_with_the_definition_inside(run, loaded, tmp_path: Path) -> None:
    path = tmp_path / "rates.parquet"
    assert run("measure", "leaver_rate", "--format", "parquet", "--out", str(path))[0] == 0
    table = pq.read_table(path)
    assert table["leavers"].to_pylist() == [6]
    assert json.loads(table.schema.metadata[b"keepwell"])["measure"] == "leaver_rate"


def test_a_group_named_like_a_formula_does_not_become_one_in_a_spreadsheet(run, turnover_file, tmp_path: Path) -> None:
    path = turnover_file(tmp_path / "t.csv", 10)
    path.write_text(path.read_text().replace("Northmoor Trust", "=HYPERLINK(1)"))
    assert run("load", str(path))[0] == 0
    out = run("measure", "leaver_rate", "--by", "organisation", "--format", "csv")[1]
    assert "'=HYPERLINK(1)" in out


def test_two_sources_that_fit_are_a_question(run, loaded, system: Path, turnover_file, tmp_path: Path) -> None:
    assert "--where" not in run("measures")[1]
    status, _, err = run("measure", "reasons_known", "--source", "nhs_turnover")
    assert status == 2
    assert "Found:" in err


def test_our_own_fault_is_seventy_and_shows_no_value(run, loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Jane Doe, AB123456C")

    monkeypatch.setattr("keepwell.cli.asking.answer", broken)
    status, out, err = run("measure", "leaver_rate")
    assert (status, out) == (70, "")
    assert "Jane" not in err
    assert "RuntimeError" in err


@pytest.mark.parametrize("measure", ["leaver_rate", "change_in_staff", "length_of_service", "reasons_known"])
def test_every_column_of_a_measure_has_its_words(run, system: Path, measure: str) -> None:
    content = json.loads(run("measure", measure, "--by", "organisation", "--format", "json", workspace=system)[1])
    undescribed = set(content["rows"][0]) - set(content["definition"]["columns"])
    assert undescribed <= {"organisation", "organisation_name", "hidden"}


def test_staff_records_are_marked_not_for_sharing_and_cannot_be_published(run, system: Path) -> None:
    assert "Not for sharing" in run("measure", "leaver_rate", workspace=system)[1]
    status, _, err = run("measure", "leaver_rate", "--policy", "published", workspace=system)
    assert status == 2
    assert "not published" in err


def test_formats_and_measures_are_listed(run) -> None:
    assert "nhs_turnover" in run("formats")[1]
    assert "leaver_rate" in run("measures")[1]


def test_a_report_is_written_and_named(run, loaded, tmp_path: Path) -> None:
    page, book = tmp_path / "r.html", tmp_path / "r.xlsx"
    status, out, _ = run("report", "--out", str(page), "--xlsx", str(book))
    assert status == 0
    assert str(page) in out
    assert "Who is leaving" in page.read_text()
    assert book.stat().st_size > 5000


def test_a_report_on_nothing_is_refused(run) -> None:
    status, out, err = run("report")
    assert (status, out) == (2, "")
    assert "Nothing is loaded" in err
