"""The page for people who are not entitled to the records: read as they would, and looked through for what is hidden."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries.handing_over import declare_audience
from keepwell.errors import EnquiryRefused, WorkspaceRefused
from keepwell.records.audiences import Audience, audiences, ledger
from keepwell.records.workspace import Workspace
from keepwell.reports.for_audience import page_for, preview
from keepwell.reports.html import as_html

BOARD = Audience(
    "the board",
    "nhs",
    dt.datetime(2026, 1, 5, tzinfo=dt.UTC).isoformat(),
    source="esr_staff_in_post",
    tables=(("organisation", "staff_group"),),
    months=12,
    first="2025-10",
)
NOTHING = {"organisation": None, "source": None, "end": None}


@pytest.fixture
def workspace(system: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(system, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


def test_the_page_says_how_many_leave_and_how_much_is_hidden(workspace: Workspace) -> None:
    declare_audience(workspace, BOARD)
    page = page_for(workspace, "the board", **NOTHING)
    assert page.sections[0].answer.startswith("About ")
    assert re.search(r"Of 180 counts|Of \d+ counts protected together \d+ are shown", page.sections[-1].answer)
    assert page.audience == "the board"
    html = as_html(page)
    assert "Small numbers hidden: 1 to 7 hidden" in html
    assert "The proof does not cover" in html


def test_no_small_number_stands_anywhere_on_the_page(workspace: Workspace) -> None:
    declare_audience(workspace, BOARD)
    cells = [
        cell
        for s in page_for(workspace, "the board", **NOTHING).sections
        for g in s.grids
        for r in g.rows
        for cell in r
    ]
    counts = [int(cell.replace(",", "")) for cell in cells if re.fullmatch(r"[\d,]+", cell)]
    assert counts
    assert all(count % 5 == 0 for count in counts)
    assert "*" in cells


def test_an_exact_number_on_the_page_would_be_noticed(workspace: Workspace) -> None:
    """The planted fault: the same table as those entitled see it."""
    exact = answer(workspace, Enquiry("leavers", by=("staff_group",), source=BOARD.source)).rows()
    assert any(row["leavers"] % 5 for row in exact)


def test_a_preview_is_marked_and_given_to_nobody(workspace: Workspace) -> None:
    page = preview(workspace, "nhs", source=None, end=None)
    assert page.mark.startswith("PREVIEW, NOT RELEASED")
    assert page.audience == "nobody: a preview"
    assert ledger(workspace.current()) == ()


def test_the_page_of_an_audience_is_all_that_was_declared(workspace: Workspace) -> None:
    declare_audience(workspace, BOARD)
    with pytest.raises(EnquiryRefused, match="all that was declared"):
        page_for(workspace, "the board", **(NOTHING | {"organisation": "RZ1"}))
    with pytest.raises(WorkspaceRefused, match="No audience"):
        page_for(workspace, "somebody", **NOTHING)


def test_an_audience_entitled_to_the_records_has_the_report_as_it_is(workspace: Workspace) -> None:
    declare_audience(workspace, replace(BOARD, name="HR", policy="internal", tables=()))
    page = page_for(workspace, "HR", **NOTHING)
    assert page.audience == "HR"
    assert page.mark.startswith("Not for sharing")


def test_an_audience_without_a_name_is_refused(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceRefused, match="needs a name"):
        declare_audience(workspace, replace(BOARD, name=" "))
    assert audiences(workspace.current()) == {}
