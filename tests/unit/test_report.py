"""The report as a document: what it says with little data, what it never holds, and its other forms."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from keepwell.enquiries import Enquiry, answer
from keepwell.errors import EnquiryRefused, KeepwellError
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.reports.html import as_html
from keepwell.reports.overview import overview
from keepwell.reports.pdf import as_pdf
from keepwell.reports.sections import Report, one_in
from keepwell.reports.workbook import as_xlsx
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

NOW = dt.datetime(2025, 11, 15, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def made(system: Path) -> Report:
    return overview(Workspace(system), organisation=None, source=None, end=None)


def published(folder: Path, turnover_file: Callable[..., Path], months: int) -> Workspace:
    workspace = Workspace(folder / "workspace")
    for month in range(1, months + 1):
        load_file(workspace, turnover_file(folder / f"{month}.csv", month), ReadOptions(), now=NOW)
    return workspace


def test_the_same_records_make_the_same_page(system: Path, made: Report) -> None:
    again = overview(Workspace(system), organisation=None, source=None, end=None)
    assert as_html(again) == as_html(made)


def test_the_headline_is_the_measure(system: Path, made: Report) -> None:
    row = answer(Workspace(system), Enquiry("leaver_rate")).rows()[0]
    assert f"{row['leaver_rate']:.1%} of staff left" in made.sections[0].answer
    assert f"{row['leavers']:,} people" in made.sections[0].answer


def test_no_page_holds_a_hash_of_a_person(system: Path, made: Report) -> None:
    import pyarrow.parquet as pq

    part = next((system / "parts").glob("positions-*"))
    page = as_html(made)
    assert not any(person in page for person in pq.read_table(part, columns=["person"])["person"].to_pylist())


def test_one_organisation_has_a_report_of_its_own(system: Path) -> None:
    report = overview(Workspace(system), organisation="RZ2", source=None, end=None)
    row = answer(Workspace(system), Enquiry("leaver_rate", where=(("organisation", ("RZ2",)),))).rows()[0]
    assert f"{row['leavers']:,} people" in report.sections[0].answer
    assert "Vale of Wen Partnership" in report.title


def test_an_organisation_that_is_not_loaded_is_refused(system: Path) -> None:
    with pytest.raises(EnquiryRefused, match="RX9"):
        overview(Workspace(system), organisation="RX9", source=None, end=None)


PRACTICE = """Person ID,Practice Code,Practice Name,Staff Group,FTE,Start Date,End Date
1,Y99001,Abbot Surgery,Nurses,1,2019-04-01,
2,Y99001,Abbot Surgery,Nurses,0.8,2020-05-01,2024-06-30
3,Y99001,Abbot Surgery,GP,1,2018-02-13,
4,Y99001,Abbot Surgery,GP,0.6,2025-09-15,
5,Y99001,Abbot Surgery,GP,1,2018-02-01,2025-03-31
"""


def with_practice(system: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(system, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    (tmp_path / "practice.csv").write_text(PRACTICE)
    options = ReadOptions(key=PersonKey(b"k" * 32), today=NOW.date())
    load_file(workspace, tmp_path / "practice.csv", options, now=NOW)
    return workspace


def test_a_page_on_a_practice_never_gives_the_trusts_reasons_as_its_own(system: Path, tmp_path: Path) -> None:
    workspace = with_practice(system, tmp_path)
    page = overview(workspace, organisation=None, source="staff_list", end=None)
    assert {"reasons"} & {s.key for s in page.sections} == set()
    assert not any(d.source.startswith("esr_leavers") for s in page.sections for d in s.definitions)
    trusts = overview(workspace, organisation=None, source="esr_staff_in_post", end=None)
    assert "practice.csv" in " ".join(trusts.sections[-1].notes)


def test_reasons_of_another_time_are_not_given_for_this_one(system: Path, tmp_path: Path) -> None:
    """The leavers extracts are taken out and loaded again without their newest month."""
    shutil.copytree(system, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    with workspace.change() as change:
        shortened = [replace(x, last_month="2025-09") if "leavers" in x.parts else x for x in change.after.loads]
        change.after = replace(change.after, loads=tuple(shortened))
    report = overview(workspace, organisation=None, source=None, end=None)
    reasons = next(s for s in report.sections if s.key == "reasons")
    assert "do not tell of every month" in reasons.answer
    assert not any("of leavers we know why" in s.answer for s in report.sections)


def test_a_page_on_one_organisation_lists_its_own_files(system: Path) -> None:
    report = overview(Workspace(system), organisation="RZ2", source=None, end=None)
    files = report.sections[-1].grids[-1]
    assert {row[0][:3] for row in files.rows} == {"RZ2"}


@pytest.mark.parametrize("months", [1, 2, 5])
def test_published_files_make_a_report_from_one_month_on(
    tmp_path: Path, turnover_file: Callable[..., Path], months: int
) -> None:
    report = overview(published(tmp_path, turnover_file, months), organisation=None, source=None, end=None)
    assert "1.0% of staff left their organisation" in report.sections[0].answer
    assert any(s.key == "course" for s in report.sections) == (months >= 3)
    assert "May be shared" in as_html(report)


def test_a_published_report_on_one_organisation_names_it(tmp_path: Path, turnover_file: Callable[..., Path]) -> None:
    report = overview(published(tmp_path, turnover_file, 1), organisation="RX1", source=None, end=None)
    assert report.title == "Who is leaving Northmoor Trust?"


def test_what_a_file_says_is_shown_and_never_run(tmp_path: Path, turnover_file: Callable[..., Path]) -> None:
    path = turnover_file(tmp_path / "t.csv", 10)
    path.write_text(path.read_text().replace("Northmoor Trust", "<script>alert(1)</script>"))
    workspace = Workspace(tmp_path / "workspace")
    load_file(workspace, path, ReadOptions(), now=NOW)
    page = as_html(overview(workspace, organisation=None, source=None, end=None))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_workbook_has_the_tables_with_their_definitions(made: Report, tmp_path: Path) -> None:
    as_xlsx(made, tmp_path / "r.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx"))
    assert book.sheet_names[0] == "About"
    assert set(made.sheets) == set(book.sheet_names[1:])
    cells = [str(c) for row in book.get_sheet_by_name("Headline").to_python() for c in row]
    assert any("Formula: leavers" in c for c in cells)
    assert any("Not for sharing" in c for c in cells)


def test_the_same_report_makes_the_same_workbook(made: Report, tmp_path: Path) -> None:
    as_xlsx(made, tmp_path / "a.xlsx")
    as_xlsx(made, tmp_path / "b.xlsx")
    contents = [
        {n: z.read(n) for n in z.namelist()} for z in map(zipfile.ZipFile, (tmp_path / "a.xlsx", tmp_path / "b.xlsx"))
    ]
    assert contents[0] == contents[1]


def test_a_pdf_is_tagged_and_whole(made: Report, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", exc_type=OSError, reason="pango is not installed: no PDF is made")
    as_pdf(as_html(made), tmp_path / "r.pdf")
    content = (tmp_path / "r.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    streams = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    opened = b"".join(_inflated(stream) for stream in streams)
    assert b"/StructTreeRoot" in opened
    assert b"pdfuaid" in opened


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_a_pdf_without_pango_is_refused_in_three_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(KeepwellError) as refused:
        as_pdf("<p>", tmp_path / "r.pdf")
    assert len(str(refused.value).splitlines()) == 3
    assert not (tmp_path / "r.pdf").exists()


@pytest.mark.parametrize(("share", "words"), [(0.0, "none"), (0.111, "1 in 9"), (0.25, "1 in 4"), (0.5, "50%")])
def test_shares_are_said_as_people_say_them(share: float, words: str) -> None:
    assert one_in(share) == words
