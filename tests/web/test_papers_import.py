"""Is a plan read out of a document as somebody wrote it, with all that is not understood said and kept?"""

from __future__ import annotations

import datetime as dt
import io
import random
import time
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_examples import GUIDE, ROW, TODAY, a_docx, a_paper, an_action, repacked

from keepwell.content.headings import column_called, headings
from keepwell.errors import KeepwellError
from keepwell.web.papers import reading
from keepwell.web.papers.cells import Success, success_cell, success_from, topic_cell, topic_from
from keepwell.web.papers.days import time_from, written
from keepwell.web.papers.docx_paper import docx_of
from keepwell.web.papers.grids import PlanNotRead
from keepwell.web.papers.opening import LARGEST
from keepwell.web.papers.row_contents import pounds_from
from keepwell.web.papers.xlsx_paper import xlsx_of

BOMB = 80_000_000
FILES_MUTATED = 300


def brought(content, said=None):
    return reading.understood(reading.read(content), said or {}, TODAY)


def an_xlsx(rows, *, merges=(), formats=None, sheet="Sheet1"):
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    for at in merges:
        page.merge_cells(at)
    for at, code in (formats or {}).items():
        page[at].number_format = code
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def outcome(content):
    """What becomes of a file, read or what was found wrong with it, and the seconds that it took."""
    begun = time.monotonic()
    try:
        brought(content)
    except KeepwellError as refusal:
        return refusal.found, time.monotonic() - begun
    return "read", time.monotonic() - begun


def contents(found):
    return [one.content for one in found.actions]


class TestGuidesTable:
    @pytest.mark.parametrize("make", [a_docx, an_xlsx], ids=["docx", "xlsx"])
    def test_every_column_lands_where_it_belongs(self, make):
        (one,) = contents(brought(make([GUIDE, ROW])))
        assert (one["topic"], one["objective"]) == ("flexible_working", "more staff can get it")
        assert (one["what"], one["owner_words"]) == ("Write a board paper", "HR team with analysts")
        assert (one["timescale_words"], one["starts_on"], one["ends_on"]) == ("2 months", None, None)
        assert one["steps"] == "Look through the data\nWrite the paper"
        assert one["criteria"] == [{"kind": "milestone", "words": "The board agrees", "by": None}]

    def test_columns_in_another_order_under_other_names(self):
        names = ("SUCCESS MEASURES:", "How?", "By when", "Action Owner (name & role)", "Activity", "Theme")
        order = (5, 4, 3, 2, 1, 0)
        (one,) = contents(brought(a_docx([names, [ROW[at] for at in order]])))
        assert (one["topic"], one["what"], one["owner_words"]) == (
            "flexible_working",
            "Write a board paper",
            "HR team with analysts",
        )

    def test_rows_above_the_headings_and_empty_rows_are_no_actions(self):
        rows = [("Retention plan 2027",), ("Ward 7", "draft"), (), GUIDE, ("",) * 6, ROW, ("",) * 6, ROW]
        found = brought(an_xlsx(rows))
        assert [one.row for one in found.actions] == [6, 8]
        assert found.title == "Retention plan 2027"
        assert found.about == "Ward 7 | draft"

    def test_the_words_around_the_table_are_kept(self):
        found = brought(a_docx([GUIDE, ROW], before=["Our plan", "Agreed in May.", "Café Zoë – £5"]))
        assert (found.title, found.about) == ("Our plan", "Agreed in May.\nCafé Zoë – £5")

    def test_headings_that_stand_again_are_left_out_and_said(self):
        found = brought(a_docx([GUIDE, ROW, GUIDE, ROW]))
        assert len(found.actions) == 2
        assert "Table 1: 1 row with the headings again, left out." in found.remarks

    def test_a_row_with_one_cell_goes_on_with_the_action_above(self):
        found = brought(a_docx([GUIDE, ROW, ("", "", "", "", "Talk with colleagues", "")]))
        (one,) = contents(found)
        assert one["steps"].endswith("Talk with colleagues")
        assert any("row 3: put to the action above" in words for words in found.remarks)

    def test_a_merged_topic_belongs_to_every_row_that_it_spans(self):
        rows = [GUIDE, ROW, ("", "Second", *ROW[2:]), ("", "Third", *ROW[2:])]
        for content in (a_docx(rows, merges=[(1, 0, 3, 0)]), an_xlsx(rows, merges=["A2:A4"])):
            assert [(one["topic"], one["what"]) for one in contents(brought(content))] == [
                ("flexible_working", what) for what in ("Write a board paper", "Second", "Third")
            ]

    def test_a_merged_action_with_a_row_for_each_step_is_one_action(self):
        rows = [GUIDE, ROW, ("", "", "Analysts", "", "Second step", ""), ("", "", "", "", "Third step", "")]
        found = brought(a_docx(rows, merges=[(1, 0, 3, 0), (1, 1, 3, 1)]))
        (one,) = contents(found)
        assert one["steps"].split("\n")[-2:] == ["Second step", "Third step"]
        assert one["owner_words"] == "HR team with analysts\nAnalysts"

    def test_a_name_across_the_table_is_the_topic_of_the_rows_below(self):
        rows = [GUIDE, ("Flexible working",) + ("",) * 5, ("more staff", *ROW[1:]), ("", "Second", *ROW[2:])]
        for content in (a_docx(rows, merges=[(1, 0, 1, 5)]), an_xlsx(rows, merges=["A2:F2"])):
            found = brought(content)
            assert [(one["topic"], one["objective"]) for one in contents(found)] == [
                ("flexible_working", "more staff"),
                ("flexible_working", ""),
            ]

    def test_two_rows_of_headings_are_read_together(self):
        first = ("Action", "Owner", "Timescales", "")
        rows = [first, ("", "", "Start", "End"), ("Do it", "HR", "1 May 2027", "31 May 2027")]
        for content in (
            a_docx(rows, merges=[(0, 2, 0, 3), (0, 0, 1, 0), (0, 1, 1, 1)]),
            an_xlsx(rows, merges=["C1:D1", "A1:A2", "B1:B2"]),
        ):
            (one,) = contents(brought(content))
            assert (one["what"], one["starts_on"], one["ends_on"]) == ("Do it", "2027-05-01", "2027-05-31")

    def test_several_tables_are_read_and_what_is_no_plan_is_said_and_kept(self):
        from docx import Document

        document = Document(io.BytesIO(a_docx([GUIDE, ROW])))
        for rows in ([("Version", "Date"), ("1", "May")], [ROW]):
            table = document.add_table(len(rows), len(rows[0]))
            for cells, row in zip(table.rows, rows, strict=True):
                for cell, text in zip(cells.cells, row, strict=True):
                    cell.text = text
            document.add_paragraph("")
        out = io.BytesIO()
        document.save(out)
        found = brought(out.getvalue())
        assert len(found.actions) == 2
        assert any(words.startswith("Table 2 is not the table of a plan") for words in found.remarks)
        assert any(words.startswith("Table 3 has no headings") for words in found.remarks)
        assert "Version | Date" in (found.title, *found.about.split("\n"))

    def test_deleted_text_of_tracked_changes_is_not_read(self):
        content = a_docx([GUIDE, ROW])
        body = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
        planted = body.replace(
            "<w:r><w:t>Write a board paper</w:t></w:r>",
            '<w:del w:id="1" w:author="x"><w:r><w:delText>Old</w:delText><w:t>Old</w:t></w:r></w:del>'
            '<w:ins w:id="2" w:author="x"><w:r><w:t>New</w:t></w:r></w:ins>',
        )
        (one,) = contents(brought(repacked(content, {"word/document.xml": planted.encode()})))
        assert one["what"] == "New"


class TestWhatIsNotUnderstood:
    def test_an_unknown_column_is_kept_under_its_heading_and_asked_for(self):
        found = brought(a_docx([(*GUIDE, "Gizmo"), (*ROW, "Purple")]))
        assert contents(found)[0]["steps"].endswith("Gizmo: Purple")
        assert any("“Gizmo” is no column of a plan: kept with the steps." in words for words in found.remarks)
        (asked,) = [column for column in found.understood[0].columns if column.asked]
        assert (asked.heading, asked.sample) == ("Gizmo", "Purple")

    def test_said_to_be_another_column_it_lands_there(self):
        content = a_docx([(*GUIDE, "Gizmo"), (*ROW, "Purple")])
        (one,) = contents(brought(content, {"0.6": "risks"}))
        assert one["risks"] == "Purple"
        assert "Gizmo" not in one["steps"]

    def test_days_that_end_before_they_start_are_kept_as_words(self):
        rows = [("Action", "Owner", "Start date", "End date"), ("Do it", "HR", "1 May 2027", "1 April 2027")]
        found = brought(an_xlsx(rows))
        (one,) = contents(found)
        assert (one["starts_on"], one["ends_on"]) == (None, None)
        assert one["timescale_words"] == "1 May 2027 to 1 April 2027"
        assert any("it would end before it starts" in words for words in found.remarks)

    def test_real_days_shares_and_numbers_are_read_as_they_are_seen(self):
        rows = [
            ("Action", "Owner", "Due date", "Cost", "Target"),
            ("Do it", "HR", dt.date(2027, 5, 31), 12000.5, 0.105),
        ]
        (one,) = contents(brought(an_xlsx(rows, formats={"C2": "dd/mm/yyyy", "E2": "0.0%"})))
        assert (one["ends_on"], one["cost_once"]) == ("2027-05-31", "12000.50")
        assert one["criteria"] == [{"kind": "measure", "words": "10.5%", "by": None}]

    def test_money_state_and_names_that_do_not_fit_are_kept(self):
        heads = ("Action", "Owner", "Budget", "RAG", "Level", "No.")
        found = brought(a_docx([heads, ("Do it", "x" * 400, "about 5k", "Amber", "Region", "7")]))
        (one,) = contents(found)
        for words in ("Cost once: about 5k", "State: Amber", "Level: Region", "x" * 400):
            assert words in one["steps"]
        assert len(one["owner_words"]) == 300

    def test_a_row_without_an_action_says_so(self):
        found = brought(a_docx([GUIDE, ("Flexible working: all", "", *ROW[2:])]))
        assert contents(found)[0]["what"] == "all"
        assert any("no action is written" in words for words in found.remarks)

    def test_a_cell_that_is_too_long_is_refused_with_its_row(self):
        with pytest.raises(PlanNotRead, match="A cell is longer") as refused:
            brought(a_docx([GUIDE, ("t", "a" * 5000, *ROW[2:])]))
        assert "5,000 characters in Table 1, row 2" in refused.value.found

    def test_too_many_actions_are_refused(self):
        with pytest.raises(PlanNotRead, match="more actions than one plan can"):
            brought(an_xlsx([GUIDE, *[ROW] * 201]))


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "This file is empty"),
            (b"%PDF-1.7", "A plan is not read out of this kind of file"),
            (b"hello", "A plan is not read out of this kind of file"),
            (b"PK\x03\x04 nothing", "This file is damaged"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "the format of Office before 2007"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
            (b"PK" + b"x" * LARGEST, "This file is too large"),
            (repacked(a_docx([GUIDE, ROW]), {"word/vbaProject.bin": b"x"}), "could run something"),
            (repacked(an_xlsx([GUIDE, ROW]), {"word/document.xml": b"<a/>"}), "not read out of this kind of file"),
            (repacked(a_docx([GUIDE, ROW]), {"word/document.xml": b"<w:document"}), "This file is damaged"),
            (repacked(a_docx([GUIDE, ROW]), {"word/document.xml": b"<a>" + b" " * BOMB + b"</a>"}), "larger inside"),
            (a_docx([("Name", "Date"), ("x", "y")]), "No plan was found"),
            (a_docx([GUIDE]), "No plan was found"),
            (an_xlsx([]), "No plan was found"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_is_no_plan_is_refused_kindly(self, content, says):
        with pytest.raises(PlanNotRead) as refused:
            reading.read(content)
        assert says in refused.value.wrong
        assert refused.value.attempt

    def test_entities_are_not_expanded_and_nothing_outside_is_read(self, tmp_path):
        (tmp_path / "secret").write_text("a secret")
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
        for told in (f'<!ENTITY x SYSTEM "file://{tmp_path}/secret">', f'<!ENTITY l0 "ha">{laughs}<!ENTITY x "&l11;">'):
            planted = f"<!DOCTYPE a [{told}]><a><body>&x;</body></a>".encode()
            with pytest.raises(PlanNotRead, match=r"could run something|damaged"):
                reading.read(repacked(a_docx([GUIDE, ROW]), {"word/document.xml": planted}))

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ('r="A2"', 'r="XFD1048576"', "more than 60 columns"),
            ('<mergeCell ref="A2:A4"', '<mergeCell ref="A1:XFD1048576"', "1 table, none with a heading"),
            ("<mergeCells", "<mergeCells " + 'x="1"', "read"),
        ],
    )
    def test_cells_far_away_and_merges_without_end_take_no_time(self, old, new, says):
        content = an_xlsx([GUIDE, ROW, ROW, ROW], merges=["A2:A4"])
        sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
        said, seconds = outcome(repacked(content, {"xl/worksheets/sheet1.xml": sheet.replace(old, new).encode()}))
        assert said.startswith(says)
        assert seconds < 5

    def test_a_span_without_end_is_refused(self):
        content = a_docx([GUIDE, ROW], merges=[(1, 0, 1, 2)])
        body = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
        assert 'w:gridSpan w:val="3"' in body
        for number in ("99999999", "9" * 30):
            planted = body.replace('w:gridSpan w:val="3"', f'w:gridSpan w:val="{number}"')
            found = repacked(content, {"word/document.xml": planted.encode()})
            said, seconds = outcome(found)
            assert said == "read" or "columns" in said
            assert seconds < 5

    def test_names_of_another_code_page_do_no_harm(self):
        content = a_docx([GUIDE, ROW])
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
            for one in old.infolist():
                new.writestr(one.filename, old.read(one.filename))
            new.writestr("word/media/XYZ.png", b"x")
        planted = out.getvalue().replace(b"XYZ.png", "é–ü".encode("cp1252") + b".png")
        assert len(brought(planted).actions) == 1

    def test_no_mutated_file_hangs_or_fails_unsaid(self):
        """With a fixed seed: bytes of the packed file, and of what is packed in it."""
        by = random.Random(20261123)
        whole = [a_docx([GUIDE, ROW, ROW], merges=[(1, 0, 2, 0)]), an_xlsx([GUIDE, ROW, ROW], merges=["A2:A3"])]
        whole += [docx_of(a_paper()), xlsx_of(a_paper())]
        read = refused = 0
        for number in range(FILES_MUTATED):
            content = _mutated(by, whole[number % len(whole)], inside=number % 3 > 0)
            said, seconds = outcome(content)
            assert seconds < 5, number
            read, refused = read + (said == "read"), refused + (said != "read")
        assert read > 30 and refused > 100


def _mutated(by, content, *, inside):
    if not inside:
        return _bytes_mutated(by, content)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = [n for n in packed.namelist() if n.endswith((".xml", ".rels")) and ("document" in n or "xl/" in n)]
        name = by.choice(names)
        return repacked(content, {name: _bytes_mutated(by, packed.read(name))})


def _bytes_mutated(by, content):
    told = bytearray(content)
    for _ in range(by.choice((1, 1, 3, 20))):
        at = by.randrange(len(told))
        how = by.randrange(4)
        if how == 0:
            told[at] = by.randrange(256)
        elif how == 1:
            del told[at : at + by.choice((1, 10, 200))]
        elif how == 2:
            told[at:at] = told[at : at + by.choice((5, 50, 500))]
        else:
            told[at : at + 1] = by.choice((b"0", b"9999999", b"&", b"<", b"\x00", "é".encode("cp1252"), b"-1"))
        if not told:
            return b""
    return bytes(told)


class TestRoundTrip:
    @pytest.mark.parametrize("write", [docx_of, xlsx_of])
    def test_what_we_write_we_read_again(self, write):
        found = brought(write(a_paper()))
        assert found.title == "Stay well"
        for number, one in enumerate(contents(found), 1):
            again = (
                topic_cell("Flexible working", one["objective"]),
                one["what"],
                one["owner_words"],
                written(one["timescale_words"], dt.date(2027, 1, 1), dt.date(2027, 2, 28)),
                one["steps"],
                success_cell(Success(c["words"], c["by"] and dt.date.fromisoformat(c["by"])) for c in one["criteria"]),
            )
            assert again == an_action(number).guide
            assert (one["topic"], one["starts_on"], one["ends_on"]) == ("flexible_working", "2027-01-01", "2027-02-28")
        assert len(found.actions) == 2
        assert len(found.remarks) == 1 and "of ours" in found.remarks[0]

    def test_a_paper_of_many_odd_letters_comes_back(self):
        odd = ("Flexible working: é ✓", "a & <b> 'c'", "Zoë\nÖ", "", "1. one\n2. two", "• x\n• y")
        for write in (docx_of, xlsx_of):
            (one,) = contents(brought(write(a_paper([replace(an_action(1), guide=odd, starts_on=None, ends_on=None)]))))
            assert (one["objective"], one["what"], one["owner_words"]) == ("é ✓", odd[1], odd[2])
            assert one["steps"] == odd[4]
            assert [c["words"] for c in one["criteria"]] == ["x", "y"]

    @settings(max_examples=60, deadline=None)
    @given(
        st.text(st.characters(blacklist_categories=("C", "Z")), max_size=30),
        st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2099, 1, 1)),
        st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2099, 1, 1)),
    )
    def test_days_that_are_written_are_read_again(self, words, starts, ends):
        if starts and ends and ends < starts:
            starts, ends = ends, starts
        if starts or ends:
            read = time_from(written(words, starts, ends), TODAY)
            assert (read.words, read.starts_on, read.ends_on) == (words.strip(), starts, ends)

    @given(st.lists(st.from_regex(r"[A-Za-z][a-z]{2,8}( [a-z]{3,8}){0,3}", fullmatch=True), min_size=1, max_size=5))
    def test_criteria_that_are_written_are_read_again(self, words):
        assert [one.words for one in success_from(success_cell(Success(each) for each in words))] == words


@pytest.mark.parametrize(
    ("text", "starts", "ends"),
    [
        ("2 months", None, None),
        ("by end of March", None, "2027-03-31"),
        ("by end of March 2028", None, "2028-03-31"),
        ("31/03/2027", None, "2027-03-31"),
        ("31.3.27", None, "2027-03-31"),
        ("03/31/2027", None, None),
        ("31 February 2027", None, None),
        ("1st May 2027", None, "2027-05-01"),
        ("Apr - Jun 2027", "2027-04-01", "2027-06-30"),
        ("October to March 2028", "2027-10-01", "2028-03-31"),
        ("from 1 May 2027", "2027-05-01", None),
        ("Start Jan 2027", "2027-01-01", None),
        ("1 May 2027 - 1 April 2027", None, None),
        ("Nov-26", None, "2026-11-30"),
        ("Q1 2026/27", None, None),
        ("we may march on", None, None),
        ("ongoing", None, None),
        ("2027-05-01", None, "2027-05-01"),
    ],
)
def test_days_are_understood_as_people_write_them(text, starts, ends):
    found = time_from(text, TODAY)
    assert tuple(day and day.isoformat() for day in (found.starts_on, found.ends_on)) == (starts, ends)
    assert found.words in {text, ""}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("£1,200", "1200.00"),
        ("12k", "12000.00"),
        ("1200.5", "1200.50"),
        ("about 5k", None),
        ("1,20", None),
        ("9" * 12, None),
    ],
)
def test_money_is_understood_as_people_write_it(text, amount):
    found = pounds_from(text)
    assert (str(found) if found is not None else None) == amount


def test_a_topic_is_known_by_its_title_and_nothing_else_is():
    assert topic_from("FLEXIBLE WORKING: all") == ("flexible_working", "all")
    assert topic_from("Flexible working") == ("flexible_working", "")
    assert topic_from("Wellbeing rooms: more") == ("", "Wellbeing rooms: more")


def test_headings_mean_one_column_each():
    assert column_called("Owner (name, role)") == "owner"
    assert column_called("Something else") == ""
    assert all(column_called(words) == one.key for one in headings() for words in (*one.words, one.label))
