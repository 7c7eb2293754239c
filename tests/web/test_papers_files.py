"""Are the files that papers are made as what they say they are: whole, accessible, and with nothing in them that runs?"""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
import zlib
from dataclasses import replace

import openpyxl
import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from paper_examples import GUIDE, WITHHELD, a_paper, an_action
from pptx import Presentation
from pptx.util import Emu

from keepwell.errors import KeepwellError
from keepwell.web.papers.board import asks, sections_of
from keepwell.web.papers.docx_paper import docx_of
from keepwell.web.papers.fitting import height, lines, shortened, width
from keepwell.web.papers.pdf_paper import board_pdf, plan_pdf
from keepwell.web.papers.pptx_paper import pptx_of, slides_of
from keepwell.web.papers.xlsx_paper import xlsx_of

SOFFICE = shutil.which("soffice")
LONG = "A sentence that goes on and on about what is done here and why, and for whom. " * 40


@pytest.fixture(scope="module")
def docx():
    return Document(io.BytesIO(docx_of(a_paper())))


@pytest.fixture(scope="module")
def xlsx():
    return openpyxl.load_workbook(io.BytesIO(xlsx_of(a_paper())))


class TestWord:
    def test_it_is_landscape_with_the_guides_columns_in_order(self, docx):
        section = docx.sections[0]
        assert section.orientation == WD_ORIENT.LANDSCAPE
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
        assert [cell.text for cell in docx.tables[1].rows[0].cells] == list(GUIDE)
        assert [cell.text for cell in docx.tables[1].rows[1].cells] == list(an_action(1).guide)

    def test_headings_are_headings_and_the_header_row_repeats(self, docx):
        styles = [(p.style.name, p.text) for p in docx.paragraphs if p.style.name.startswith(("Title", "Heading"))]
        assert styles[:2] == [("Title", "Stay well"), ("Heading 1", "The plan")]
        assert docx.tables[1].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in docx.tables[1].rows[1:])

    def test_every_table_has_words_for_those_who_do_not_see_it(self, docx):
        for table in docx.tables:
            for name in ("w:tblCaption", "w:tblDescription"):
                assert len(table._tbl.tblPr.find(qn(name)).get(qn("w:val"))) > 5

    def test_every_page_says_for_whom_it_is(self, docx):
        foot = docx.sections[0].footer.paragraphs[0].text
        assert foot.startswith(
            "No figures that need protecting. For those who see plans. Agreed, version 4, as it stood"
        )

    def test_more_than_the_guide_asks_stands_below_and_the_evidence_with_what_is_withheld(self, docx):
        told = "\n".join(cell.text for table in docx.tables for row in table.rows for cell in row.cells)
        assert "£3,000.50" in told and "Wards with few staff" in told
        assert told.count(WITHHELD) == 1  # once, with both actions that it stands beside
        assert "Action 1, Action 2" in told

    def test_letters_that_no_xml_has_do_no_harm(self):
        planted = an_action(1, guide=("a & <b>", '"c"', "é ✓ 😀", "]]>", "", ""))
        cells = Document(io.BytesIO(docx_of(a_paper([planted])))).tables[1].rows[1].cells
        assert [cell.text for cell in cells] == ["a & <b>", '"c"', "é ✓ 😀", "]]>", "", ""]

    def test_the_equality_screening_stands_in_it(self):
        told = replace(a_paper(), parts=(("Equality screening", ("1 of 9 looked at.",)),))
        words = [p.text for p in Document(io.BytesIO(docx_of(told))).paragraphs]
        assert words[words.index("Equality screening") + 1] == "1 of 9 looked at."
        assert sections_of(told)[5].rows[-1] == ("Equality screening", "1 of 9 looked at.")
        assert sections_of(a_paper())[5].rows[-1] == ("Equality", "Not looked at yet.")

    def test_an_empty_plan_is_a_paper_too(self):
        empty = replace(a_paper(), plans=(replace(a_paper().plans[0], actions=()),))
        assert "There is none yet." in [p.text for p in Document(io.BytesIO(docx_of(empty))).paragraphs]
        assert openpyxl.load_workbook(io.BytesIO(xlsx_of(empty)))["Plan"].max_row == 1


class TestWorkbook:
    def test_the_sheet_plan_has_the_guides_layout_with_real_days(self, xlsx):
        sheet = xlsx["Plan"]
        assert [cell.value for cell in sheet[1]][:6] == list(GUIDE)
        days = [sheet[at].value.date() for at in ("G2", "H2")]
        assert days == [dt.date(2027, 1, 1), dt.date(2027, 2, 28)]
        assert sheet["G2"].is_date
        assert xlsx.sheetnames == ["Plan", "Actions", "Criteria", "Evidence", "Definitions", "About"]

    def test_nothing_is_a_formula_or_a_link(self):
        words = ("=1+1", "+44 20", "-5", "@sum(a1)", "http://example.org", "=cmd|' /C calc'!A0")
        book = openpyxl.load_workbook(io.BytesIO(xlsx_of(a_paper([an_action(1, guide=words)]))))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s", "n", "d"}
        assert [cell.value for cell in book["Plan"][2]][:6] == list(words)
        assert not any(cell.hyperlink for cell in cells)

    def test_money_is_a_number_and_what_is_withheld_stays_withheld(self, xlsx):
        sheet = xlsx["Actions"]
        heads = [cell.value for cell in sheet[1]]
        assert sheet.cell(2, heads.index("Cost a year") + 1).value == 3000.5
        rows = [[cell.value for cell in row] for row in xlsx["Evidence"].iter_rows(min_row=2)]
        assert [row[3] for row in rows] == ["12.1%", WITHHELD] * 2
        assert rows[1][4:] == [None] * 4

    def test_what_the_words_mean_and_the_policy_are_in_it(self, xlsx):
        definitions = {row[0].value: row[1].value for row in xlsx["Definitions"].iter_rows(min_row=2)}
        assert definitions["Leaver rate"] == "Leavers."
        assert "Success criteria" in definitions
        assert "No figures that need protecting." in [row[1].value for row in xlsx["About"].iter_rows()]


class TestSlides:
    def test_seven_slides_answer_what_a_board_asks(self):
        titles = [one.title for one in sections_of(a_paper())]
        assert len(titles) == 7
        assert titles[1] == "Why: 2 pieces of evidence"
        assert titles[4] == "Money: £24,000 once and £6,001 a year; £10,000 is promised"
        assert titles[-1] == "What we ask of the board"

    def test_what_is_missing_is_asked_of_the_board(self):
        nobody = an_action(2, owner="", ends_on=dt.date(2026, 1, 1))
        told = list(asks(a_paper([an_action(1), nobody])))
        assert "Find £20,001: the first year costs £30,001, and £10,000 is promised." in told
        assert "Name an owner for action 2." in told
        assert "A decision on e-rostering (actions 1, 2)" in told
        assert "Ask what keeps action 2, whose end has passed." in told

    @pytest.mark.parametrize("text", ["Short", LONG, "W" * 300], ids=["short", "long", "one word"])
    @pytest.mark.parametrize("number", [1, 12])
    def test_nothing_runs_over_the_edge_of_a_slide(self, text, number):
        guide = (text, text, text, text, text, text)
        more = (("Cost once", None), ("Funding", text), ("Risks", text), ("Wanted from above", text))
        actions = [
            an_action(n, guide=guide, title=text, owner=text, when=text, more=more) for n in range(1, number + 1)
        ]
        deck = Presentation(io.BytesIO(pptx_of(a_paper(actions))))
        for slide in deck.slides:
            for shape in slide.shapes:
                assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width + 1
                assert shape.top + shape.height <= deck.slide_height
                if shape.has_table:
                    assert sum(row.height for row in shape.table.rows) <= Emu(6.8 * 914400) - shape.top
                    for row in shape.table.rows:
                        for cell, column in zip(row.cells, shape.table.columns, strict=True):
                            room = (column.width - cell.margin_left - cell.margin_right) / 12700
                            assert height(cell.text_frame.text, 18, room) <= row.height / 12700

    def test_what_is_cut_stands_in_the_notes(self):
        deck = Presentation(io.BytesIO(pptx_of(a_paper([an_action(1, guide=("t", LONG, "o", "w", "s", "c"))]))))
        told = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
        assert any(LONG.strip() in notes for notes in told)

    def test_letters_are_large_titles_are_titles_and_tables_have_words(self):
        deck = Presentation(io.BytesIO(pptx_of(a_paper())))
        assert len(deck.slides) == 7
        for slide in deck.slides:
            assert slide.shapes.title.text
            for shape in slide.shapes:
                if shape.has_table:
                    assert "A table with" in shape._element.nvGraphicFramePr.cNvPr.get("descr")
                    assert shape.table.first_row
                    runs = [
                        r
                        for row in shape.table.rows
                        for c in row.cells
                        for p in c.text_frame.paragraphs
                        for r in p.runs
                    ]
                    assert {run.font.size.pt for run in runs} == {18}

    def test_a_long_section_goes_on_to_another_slide_with_every_row(self):
        actions = [an_action(n) for n in range(1, 30)]
        what = [one.section for one in slides_of(a_paper(actions)) if one.section.title.startswith("What we do")]
        assert what[0].title == f"What we do: 29 actions (1 of {len(what)})"
        assert sum(len(one.rows) for one in what) == 29

    def test_the_width_of_a_text_is_that_of_arial(self):
        assert width("Hello", 100) / 1.03 == pytest.approx(227.8)  # 722 + 556 + 222 + 222 + 556, from Helvetica's AFM
        assert lines("aa bb", 10, 12) == 2
        assert lines(shortened(LONG, 18, 200, 5), 18, 200) == 5


def test_papers_are_tagged_pdf_with_a_title():
    for made in (_or_skipped(plan_pdf), _or_skipped(board_pdf)):
        assert made.startswith(b"%PDF-")
        inside = made + b"".join(_unpacked(one) for one in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.S))
        assert b"/StructTreeRoot" in inside and b"/TH" in inside and b"/Lang" in inside
        assert b"pdfuaid" in inside


def _unpacked(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def _or_skipped(maker):
    try:
        return maker(a_paper())
    except KeepwellError as refusal:
        pytest.skip(refusal.wrong)


def test_a_paper_says_nothing_of_who_made_the_program():
    for content in (docx_of(a_paper()), pptx_of(a_paper())):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            core = packed.read("docProps/core.xml").decode()
        assert re.search(r"<dc:creator>\s*</dc:creator>|<dc:creator/>", core)
        assert "python" not in core


@pytest.mark.once
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here: no soffice on the path")
@pytest.mark.parametrize(
    ("name", "maker", "places"),
    [
        ("plan.docx", docx_of, 1),
        ("combined.docx", docx_of, 40),
        ("plan.xlsx", xlsx_of, 1),
        ("combined.xlsx", xlsx_of, 40),
        ("board.pptx", pptx_of, 1),
    ],
)
def test_libreoffice_opens_it_unharmed(tmp_path, name, maker, places):
    (tmp_path / name).write_bytes(maker(a_paper(places=places)))
    own = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"  # several at once do not share one
    told = [SOFFICE, own, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / name)]
    subprocess.run(told, check=True, capture_output=True, timeout=120)
    assert (tmp_path / name).with_suffix(".pdf").read_bytes().startswith(b"%PDF-")
