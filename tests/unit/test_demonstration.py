"""The demo makes itself, again and again, and touches nothing of anybody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepwell import demonstration
from keepwell.demonstration import demonstrate
from keepwell.errors import KeepwellError
from keepwell.records.keys import default_key_file


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demonstration, "PEOPLE", 300)
    monkeypatch.setattr(demonstration, "MONTHS", 14)
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(tmp_path / "users.key"))


def test_the_demo_ends_in_a_report_and_can_be_made_again(tmp_path: Path) -> None:
    told: list[str] = []
    for _ in range(2):
        report = demonstrate(tmp_path / "demo", told.append)
        assert "Who is leaving" in report.read_text("utf-8")
    assert not default_key_file().exists()


def test_a_folder_with_somebodys_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.docx").write_text("years of work")
    with pytest.raises(KeepwellError, match="not a demo"):
        demonstrate(tmp_path / "demo", lambda words: None)
    assert (tmp_path / "demo" / "thesis.docx").read_text() == "years of work"
