"""Nasty files, built here byte by byte: what the reading takes, what it leaves out, what it refuses."""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from keepwell.errors import FileNotUnderstood
from keepwell.sources.reading import (
    LeftOut,
    RawTable,
    Sheet,
    column_letters,
    find_headings,
    plain,
    read_sheets,
    repeated_rows,
    table_below,
)
from keepwell.sources.workbooks import shown

HEADER = ["Employee Number", "Staff Group", "FTE", "Start Date"]


def has_fte(row: Any) -> bool:
    return "fte" in row


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(content: bytes | str, name: str = "staff.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def table(written: Callable[..., Path]) -> Callable[..., RawTable]:
    def read(content: bytes | str, **options: Any) -> RawTable:
        [sheet] = read_sheets(written(content))
        row = find_headings(sheet, has_fte)
        assert row is not None
        return table_below("staff.csv", sheet, row, **options)

    return read


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    fill(book)
    book.close()
    return file.getvalue()


def old_workbook(fill: Callable[[Any], None]) -> bytes:
    file = io.BytesIO()
    book = xlwt.Workbook()
    fill(book)
    book.save(file)
    return file.getvalue()


def refusal(path: Path) -> FileNotUnderstood:
    with pytest.raises(FileNotUnderstood) as caught:
        read_sheets(path)
    assert len(str(caught.value).splitlines()) == 3
    return caught.value


# Letters


TEXT = "Name,FTE,Pay\r\nZoë – Ward,0.8,£20\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_same_letters_come_from_every_encoding(written: Callable[..., Path], encoding: str) -> None:
    [sheet] = read_sheets(written(TEXT.encode(encoding)))
    assert sheet.rows == [["Name", "FTE", "Pay"], ["Zoë – Ward", "0.8", "£20"]]
    assert sheet.remarks == (["read as Windows text (cp1252): it is not UTF-8"] if encoding == "cp1252" else [])


def test_utf_16_is_read_with_either_order_of_bytes(written: Callable[..., Path]) -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        [sheet] = read_sheets(written(mark + TEXT.replace(",", "\t").encode(encoding)))
        assert sheet.rows[1] == ["Zoë – Ward", "0.8", "£20"]


def test_bytes_that_cp1252_does_not_know_are_counted(written: Callable[..., Path]) -> None:
    [sheet] = read_sheets(written(b"Name,FTE\nZo\xeb\x81,1\nA\x8dB,1\n"))
    assert sheet.rows[1:] == [["Zoë�", "1"], ["A�B", "1"]]
    assert "2 characters could not be read and show as �" in sheet.remarks


def test_half_a_letter_of_utf_16_is_counted_and_does_not_crash(written: Callable[..., Path]) -> None:
    [sheet] = read_sheets(written("Name,FTE\nA,1".encode("utf-16") + b"\x41"))
    assert "1 character could not be read and show as �" in sheet.remarks


def test_one_bad_byte_does_not_turn_good_utf_8_into_nonsense(written: Callable[..., Path]) -> None:
    good = "Name,FTE\nZoë – Ålesund,1\nBjörk – Żary,1\n".encode()
    [sheet] = read_sheets(written(good + b"Ren\xe9,1\n"))
    assert [row[0] for row in sheet.rows[1:]] == ["Zoë – Ålesund", "Björk – Żary", "Ren�"]
    assert sheet.remarks == ["1 character could not be read and show as �"]


def test_marks_of_byte_order_between_joined_files_are_no_part_of_a_cell(
    table: Callable[..., RawTable],
) -> None:
    raw = table(b"\xef\xbb\xbfid,FTE\n1,1\n\xef\xbb\xbf2,1\n")
    assert raw.column("id") == ["1", "2"]


# Separators


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_found(table: Callable[..., RawTable], separator: str) -> None:
    lines = ["id,unit,FTE", "1,A,0.8", "2,B,1"]
    raw = table("\n".join(lines).replace(",", separator))
    assert raw.headings == ["id", "unit", "FTE"]
    assert raw.column("FTE") == ["0.8", "1"]


def test_commas_in_titles_do_not_pass_for_separators(table: Callable[..., RawTable]) -> None:
    raw = table(
        "Turnover, all staff, by month, England\nSource, ESR, NHS, 2025\nDraft, not checked, for, us\n"
        "id;FTE\n1;1\n2;1\n"
    )
    assert raw.headings == ["id", "FTE"]
    assert raw.titles[0] == "Turnover, all staff, by month, England"


def test_decimal_commas_do_not_pass_for_separators(table: Callable[..., RawTable]) -> None:
    raw = table("id;FTE;hours;rate\n1;0,8;30,0;12,5\n2;1,0;37,5;13,5\n3;0,5;18,7;11,1\n")
    assert raw.column("FTE") == ["0,8", "1,0", "0,5"]


def test_commas_in_quoted_cells_do_not_pass_for_separators(table: Callable[..., RawTable]) -> None:
    rows = "".join(f'"Trust, {i}, of, many";"Ward, x, y, z";{i}\n' for i in range(9))
    raw = table('"Trust, name, in, full";"Ward, a, b, c";FTE\n' + rows)
    assert raw.column("FTE") == [str(i) for i in range(9)]


def test_semicolons_in_the_text_of_a_comma_file_do_not_pass_for_separators(
    table: Callable[..., RawTable],
) -> None:
    raw = table("id,unit,FTE\n1,A; B,1\n2,C; D,1\n3,E; F; G,1\n")
    assert raw.column("unit") == ["A; B", "C; D", "E; F; G"]


def test_the_sep_line_of_excel_is_obeyed_and_has_no_row_number(table: Callable[..., RawTable]) -> None:
    raw = table("sep=;\r\nid;FTE\r\n1;0,8\r\n")
    assert (raw.headings, raw.row_numbers, raw.titles) == (["id", "FTE"], [2], [])


def test_a_file_of_one_column_is_read(table: Callable[..., RawTable]) -> None:
    assert table("FTE\n1\n0.8\n").columns == [["1", "0.8"]]


# Lines and quotation marks


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_every_line_end_is_one_row(table: Callable[..., RawTable], end: str) -> None:
    raw = table(end.join(["id,FTE", "1,1", "", "2,0.8"]))
    assert (raw.column("id"), raw.row_numbers) == (["1", "2"], [2, 4])


def test_rows_are_numbered_as_in_a_spreadsheet_below_headings_with_line_breaks(
    table: Callable[..., RawTable],
) -> None:
    raw = table('Title\nid,"FTE","Reason\nfor\nleaving"\n1,1,x\n2,1,"a\r\nb"\n3,1,y\n')
    assert raw.headings == ["id", "FTE", "Reason for leaving"]
    assert raw.row_numbers == [3, 4, 5]
    assert raw.columns[2][1] == "a\r\nb"
    assert raw.remarks == ["2 rows with line breaks inside a cell: rows are numbered as in a spreadsheet"]


def test_a_quotation_mark_that_swallows_the_rest_is_refused_by_its_row(written: Callable[..., Path]) -> None:
    rows = [f"{i},Secret{i},1\n" for i in range(2, 300)]
    rows[40] = '42,"Secret42,1\n'
    error = refusal(written("id,unit,FTE\n" + "".join(rows)))
    assert "row 42" in error.found
    assert "Secret" not in str(error)


def test_an_open_quotation_mark_in_the_last_row_is_refused(written: Callable[..., Path]) -> None:
    assert "row 3" in refusal(written('id,unit,FTE\n1,A,1\n2,"B,1')).found


def test_an_open_quotation_mark_before_the_last_cell_of_a_row_is_refused(written: Callable[..., Path]) -> None:
    """Read by its own line, row 3 would have all its cells, and row 4 would be gone."""
    assert "row 3" in refusal(written('id,unit,FTE\n1,A,1\n2,B,"1\n3,C,1\n')).found


def test_a_cell_beyond_the_limit_of_the_csv_module_is_refused_by_its_row(
    written: Callable[..., Path],
) -> None:
    assert "row 2" in refusal(written('id,FTE\n1,"' + "a\n" * 100_000 + '"\n')).found


def test_a_quotation_mark_that_closes_at_the_next_quoted_cell_is_refused(
    written: Callable[..., Path],
) -> None:
    """Read leniently, row 2 would hold row 3 in its first cell and still have four cells."""
    error = refusal(written('id,unit,FTE,x\n"1,A,1,x\n"2",B,1,x\n3,C,1,x\n'))
    assert "row 2" in error.found


def test_rows_swallowed_between_two_inch_marks_are_refused(written: Callable[..., Path]) -> None:
    lines = ["id,unit,FTE,x,y,z", '1,"A,1,x,y,z', "2,B,1,x,y,z", "3,C,1,x,y,z", '4,D",1,x,y,z', "5,E,1,x,y,z"]
    assert "row 2" in refusal(written("\n".join(lines))).found


def test_a_comment_of_many_lines_with_commas_is_not_taken_for_swallowed_rows(
    table: Callable[..., RawTable],
) -> None:
    inner = ["On pay, hours", "On care, rota, sleep", "More, of, the, same", "And, so, on", "The rota, again"]
    comment = "\n".join(["Well, it depends", *inner, "Thanks, all"])
    raw = table(f'id,FTE,comment\n1,1,"{comment}"\n2,1,none\n3,1,x\n')
    assert raw.column("comment")[0] == comment


def test_text_after_a_closing_quotation_mark_is_taken_and_remarked(table: Callable[..., RawTable]) -> None:
    raw = table('id,unit,FTE\n1,"A" ward,1\n2,B,1\n')
    assert raw.column("unit") == ["A ward", "B"]
    assert raw.remarks == ["1 row with a quotation mark out of place: row 2"]


def test_a_misquoted_row_that_lost_cells_is_refused(written: Callable[..., Path]) -> None:
    error = refusal(written('id,unit,FTE\n1,A,1\n"2,B,"x",1\n3,C,1\n'))
    assert "row 3" in error.found


# Files that are no tables


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "0 bytes"),
        (b" \r\n\t \n", "no cells"),
        (b",,,\n,,,\n", "no cells"),
        (b"\xff\xfe" + " \n ".encode("utf-16-le"), "no cells"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "a PDF"),
        (b"\x89PNG\r\n\x1a\nabc", "a picture"),
        (b"\xff\xd8\xff\xe0abc", "a picture"),
        (b"\x1f\x8b\x08abc", "a gzip archive"),
        (b"id,FTE\n1,1\n2,\x001\n", "first in line 3"),
        (b"id,FTE\n1,1\n" + b"\x00" * 9000, "not text"),
        ("id,FTE\n1,1\n".encode("utf-16-le"), "not text"),
        (b"\xff\xfe\x00\x00" + "id,FTE".encode("utf-32-le"), "not text"),
        (b"\r\n <!DOCTYPE html>\n<html><table><tr><td>id,FTE", "a web page"),
        (b"\xef\xbb\xbf<HTML xmlns:x='urn'><table>", "a web page"),
        (b"<table><tr><td>1</td></tr></table>", "a web page"),
        (b"<?xml version='1.0'?><Workbook>", "an XML file"),
    ],
)
def test_what_is_no_table_is_named(written: Callable[..., Path], content: bytes, found: str) -> None:
    assert found in refusal(written(content, "staff.xls")).found


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere.csv").found == "no file of that name"
    assert refusal(tmp_path).found == "a folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_refused(written: Callable[..., Path]) -> None:
    path = written("id,FTE\n1,1\n")
    path.chmod(0)
    assert "denied" in refusal(path).found


# Workbooks


def test_row_and_column_numbers_are_those_of_excel(written: Callable[..., Path]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Staff")
        sheet.write_row(3, 2, ["id", "", "FTE", "unit"])
        sheet.write_row(4, 2, ["1", "x", 0.8, "A"])
        sheet.write_row(6, 2, ["2", "y", 1, "B"])
        sheet.write(8, 0, "Source: ESR")
        sheet.write(9, 2, "Printed by payroll")

    [sheet] = read_sheets(written(workbook(fill), "staff.xlsx"))
    raw = table_below("staff.xlsx", sheet, 3)
    assert raw.headings == ["id", "column D", "FTE", "unit"]
    assert raw.columns == [["1", "2"], ["x", "y"], ["0.8", "1"], ["A", "B"]]
    assert raw.row_numbers == [5, 7]
    assert raw.left_out == [LeftOut("a note, not data", [9, 10])]
    assert raw.remarks == ["no heading, named by letter: column D"]


def test_every_kind_of_cell_is_shown_as_excel_shows_it(written: Callable[..., Path]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        style = {f: book.add_format({"num_format": f}) for f in ("dd/mm/yyyy", "hh:mm", "0%", "[h]:mm")}
        sheet = book.add_worksheet()
        day = dt.datetime(2025, 10, 31)  # noqa: DTZ001 - Excel knows no time zone
        sheet.write_datetime(0, 0, day, style["dd/mm/yyyy"])
        sheet.write_datetime(0, 1, day.replace(hour=8, minute=30), style["dd/mm/yyyy"])
        sheet.write_datetime(0, 2, dt.time(8, 30), style["hh:mm"])
        sheet.write_boolean(0, 3, True)
        sheet.write(0, 4, 0.12, style["0%"])
        sheet.write(0, 5, 1.5, style["[h]:mm"])
        sheet.write_string(0, 6, "00123")
        sheet.write(0, 7, 123456789012345)
        sheet.write(0, 8, 38.0)
        sheet.write_string(0, 9, " 12 ")
        sheet.write(0, 10, 1e-7)

    [sheet] = read_sheets(written(workbook(fill)))
    assert sheet.rows == [
        [
            "2025-10-31",
            "2025-10-31 08:30:00",
            "08:30:00",
            "TRUE",
            "0.12",
            "36:00:00",
            "00123",
            "123456789012345",
            "38",
            "12",
            "1e-07",
        ]
    ]
    assert sheet.remarks == []


def test_numbers_show_fifteen_digits_as_in_excel() -> None:
    assert shown(0.1 + 0.2) == "0.3"


def test_digits_that_excel_has_lost_are_remarked(written: Callable[..., Path]) -> None:
    [sheet] = read_sheets(written(workbook(lambda book: book.add_worksheet().write(0, 0, 12345678901234567890))))
    assert sheet.rows[0][0].startswith("123456789012345")
    assert sheet.rows[0][0].isdigit()
    assert sheet.remarks == ["1 number of more than 15 digits: Excel keeps only the first 15"]


def test_dates_of_the_1904_system_are_the_days_that_excel_shows(written: Callable[..., Path]) -> None:
    data = workbook(_dated_since_1904)
    assert read_sheets(written(data))[0].rows == [["2025-10-31"]]


def _dated_since_1904(book: xlsxwriter.Workbook) -> None:
    book.epoch = dt.datetime(1904, 1, 1)  # noqa: DTZ001
    book.date_1904 = True
    style = book.add_format({"num_format": "dd/mm/yyyy"})
    book.add_worksheet().write_number(0, 0, (dt.date(2025, 10, 31) - dt.date(1904, 1, 1)).days, style)


def test_error_cells_are_empty_and_named_by_their_place(written: Callable[..., Path]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Other").write(0, 0, "x")
        sheet = book.add_worksheet("Pay & <grades>")
        sheet.write(0, 0, 1)
        sheet.write_formula(1, 4, "=NA()", None, "#N/A")
        sheet.write_formula(2, 27, "=1/0", None, "#REF!")

    other, pay = read_sheets(written(workbook(fill)))
    assert pay.rows[1][4] == ""
    assert pay.remarks == ["2 cells with an Excel error such as #N/A, read as empty: E2, AB3"]
    assert other.remarks == []


def test_hidden_sheets_are_read_and_marked(written: Callable[..., Path]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("Staff", "Empty", "Old", "Older"):
            book.add_worksheet(name)
        for name in ("Staff", "Old", "Older"):
            book.get_worksheet_by_name(name).write(0, 0, "x")
        book.get_worksheet_by_name("Old").hide()
        book.get_worksheet_by_name("Older").very_hidden()
        book.add_chartsheet("Chart").set_chart(_chart(book))

    sheets = read_sheets(written(workbook(fill)))
    assert [(s.name, s.hidden) for s in sheets] == [
        ("Staff", False),
        ("Empty", False),
        ("Old", True),
        ("Older", True),
    ]
    assert sheets[2].remarks == ['the sheet "Old" is hidden in the workbook']
    assert sheets[1].rows == []


def _chart(book: xlsxwriter.Workbook) -> Any:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Staff!$A$1:$A$2"})
    return chart


def test_merged_titles_are_titles_and_merged_data_is_remarked(written: Callable[..., Path]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 1, 3, "Staff in post")
        sheet.write_row(2, 0, HEADER)
        sheet.merge_range(3, 1, 4, 1, "Nurses")
        sheet.write_row(3, 2, [1, "2025-10-31"])
        sheet.write_row(4, 2, [1, "2025-10-31"])
        sheet.write_row(5, 0, ["3", "Nurses"])
        sheet.merge_range(5, 2, 5, 3, "not known")

    [sheet] = read_sheets(written(workbook(fill)))
    raw = table_below("f", sheet, 2)
    assert raw.titles == ["Staff in post"]
    assert raw.column("Staff Group") == ["Nurses", "", "Nurses"]
    assert raw.remarks == ["merged cells over several rows: only the top one has the value (row 4)"]


def test_an_old_workbook_is_read(written: Callable[..., Path]) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_sheet("Staff")
        for j, heading in enumerate(HEADER):
            sheet.write(2, 1 + j, heading)
        for j, value in enumerate(["0012", True, 0.8]):
            sheet.write(3, 1 + j, value)
        sheet.write(3, 4, dt.date(2025, 10, 31), xlwt.easyxf(num_format_str="dd/mm/yyyy"))
        sheet.write(4, 1, 12345678901234)
        sheet.write(4, 2, "x")

    [sheet] = read_sheets(written(old_workbook(fill), "staff.csv"))
    raw = table_below("staff.xls", sheet, 2)
    assert raw.headings == HEADER
    assert raw.columns == [["0012", "12345678901234"], ["TRUE", "x"], ["0.8", ""], ["2025-10-31", ""]]
    assert raw.row_numbers == [4, 5]


def test_a_workbook_without_cells_is_empty(written: Callable[..., Path]) -> None:
    error = refusal(written(workbook(lambda book: book.add_worksheet().set_column(0, 3, 20))))
    assert "is empty" in error.wrong


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


def test_other_zip_files_are_named(written: Callable[..., Path]) -> None:
    assert "zip archive" in refusal(written(zipped(data_dot_csv=b"id,FTE"), "a.xlsx")).found
    assert "Word" in refusal(written(zipped(word__document_dot_xml=b"<w/>"), "a.xlsx")).found


def test_a_damaged_workbook_is_refused(written: Callable[..., Path]) -> None:
    whole = workbook(lambda book: book.add_worksheet().write(0, 0, "x"))
    torn = bytearray(whole)
    at = whole.index(b"xl/worksheets/sheet1.xml") + 24
    torn[at : at + 36] = b"\xff" * 36
    for data in (
        whole[: len(whole) // 2],
        bytes(torn),
        b"PK\x03\x04",
        zipped(xl__workbook_dot_xml=b"<nothing/>"),
    ):
        assert "not a workbook that can be opened" in refusal(written(data)).wrong


def test_a_damaged_old_workbook_is_refused_even_where_its_reader_panics(
    written: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    whole = old_workbook(lambda book: book.add_sheet("A").write(0, 0, "x"))
    # Cut so that the last sector is short: calamine panics, which is no Exception in Python.
    for length in (4096, 4104, 2000, 600):
        assert "not a workbook that can be opened" in refusal(written(whole[:length])).wrong


def test_a_password_is_named(written: Callable[..., Path]) -> None:
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000 + "EncryptedPackage".encode("utf-16-le")
    assert "password" in refusal(written(encrypted)).found


def test_a_password_on_an_old_workbook_is_named(written: Callable[..., Path]) -> None:
    book = xlwt.Workbook()
    book.add_sheet("A").write(0, 0, "x")
    stream = book.get_biff_data()
    start = 4 + int.from_bytes(stream[2:4], "little")
    encrypted = stream[:start] + b"\x2f\x00\x36\x00\x01\x00\x01\x00\x01\x00" + b"\x11" * 48 + stream[start:]
    file = io.BytesIO()
    xlwt.CompoundDoc.XlsDoc().save(file, encrypted)
    assert "password" in refusal(written(file.getvalue())).found


def test_a_stray_cell_at_the_far_corner_is_refused_before_it_takes_all_memory(
    written: Callable[..., Path],
) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "x")
        sheet.write_row(1048575, 25, ["stray"] * 27)

    error = refusal(written(workbook(fill)))
    assert error.found == "filled cells as far as row 1,048,576 and column AZ"


def test_blank_formatted_cells_far_below_do_no_harm(written: Callable[..., Path]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "x")
        sheet.write_blank(1048575, 16383, None, book.add_format({"bold": True}))

    assert read_sheets(written(workbook(fill)))[0].rows == [["x"]]


# Headings and what lies under them


def test_no_heading_row_among_the_first_sixty_is_none() -> None:
    rows = [["a", "b"]] * 60 + [["id", "FTE"]]
    assert find_headings(Sheet("", rows, list(range(1, 62))), has_fte) is None
    assert find_headings(Sheet("", rows[1:], list(range(1, 61))), has_fte) == 59


def test_headings_are_compared_without_case_and_punctuation() -> None:
    assert plain(" Staff_Group\n(ESR) ") == "staff group esr"


def test_repeated_headings_are_numbered_and_remarked(table: Callable[..., RawTable]) -> None:
    raw = table("FTE,id,fte,FTE (2),FTE\n1,2,3,4,5\n")
    assert raw.headings == ["FTE", "id", "fte (2)", "FTE (2) (2)", "FTE (3)"]
    assert raw.column("FTE (3)") == ["5"]
    assert raw.remarks == ["headings that stand more than once, numbered: fte (2), FTE (2) (2), FTE (3)"]


def test_headings_of_nothing_but_punctuation_are_kept_apart(table: Callable[..., RawTable]) -> None:
    raw = table("FTE,%,£\n1,2,3\n")
    assert len(set(raw.headings)) == 3


def test_a_blank_heading_over_data_is_named_by_letter_and_one_over_nothing_is_dropped(
    table: Callable[..., RawTable],
) -> None:
    raw = table("id,,,FTE,\n1,,x,1,\n2,,,1,z\n")
    assert raw.headings == ["id", "column C", "FTE", "column E"]
    assert raw.columns == [["1", "2"], ["x", ""], ["1", "1"], ["", "z"]]


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letters(i) for i in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_short_rows_are_filled_and_long_rows_left_out_by_number(table: Callable[..., RawTable]) -> None:
    raw = table("id,unit,FTE\n1,A,1\n2,B\n3,C,1,\n4,Smith, John,1\n5,D,1\n")
    assert raw.column("FTE") == ["1", "", "1", "1"]
    assert raw.left_out == [LeftOut("more cells than headings", [5])]
    assert raw.remarks == ["1 row shorter than the headings: missing cells taken as empty"]


def test_a_file_whose_rows_are_longer_than_its_headings_is_refused(table: Callable[..., RawTable]) -> None:
    """As R writes them: the first column has no heading, so every heading would stand over other cells."""
    with pytest.raises(FileNotUnderstood, match="2 such rows below the headings in row 1"):
        table("id,FTE\nr1,1,0.8\nr2,2,1\n")


NOTES = (
    "\nSource: ESR, NHS England, 2025\nNote 1: rounded\n* fewer than 5\n© Crown copyright\n"
    "Contact,workforce@example.org\nPrinted by payroll\n"
)


def test_notes_below_the_data_are_left_out_by_number(table: Callable[..., RawTable]) -> None:
    raw = table("id,unit,FTE,x\n1,A,1,x\n2,B,1,x\n" + NOTES)
    assert raw.column("id") == ["1", "2"]
    assert raw.left_out == [LeftOut("a note, not data", [5, 6, 7, 8, 9, 10])]


def test_data_that_looks_like_notes_is_kept(table: Callable[..., RawTable]) -> None:
    raw = table("id,unit,FTE,x\nNote,A,1,x\n*,B,1,x\nSource,,,x\nNotes,,1,\nContact centre,B,1,x\n*,C,1,x\n")
    assert raw.column("id") == ["Note", "*", "Source", "Notes", "Contact centre", "*"]
    assert raw.left_out == []


def test_a_row_with_one_cell_amid_the_data_is_left_out_under_its_own_reason(
    table: Callable[..., RawTable],
) -> None:
    raw = table("id,unit,FTE\n1,A,1\n2,,\n3,B,1\n4,,\n")
    assert raw.left_out == [LeftOut("only the first cell is filled", [3]), LeftOut("a note, not data", [5])]


def test_rows_with_one_cell_elsewhere_or_in_narrow_tables_are_data(table: Callable[..., RawTable]) -> None:
    assert table("id,unit,FTE\n1,A,1\n,,1\n").column("FTE") == ["1", "1"]
    assert table("id,FTE\n1,1\n2,\n").column("id") == ["1", "2"]


def test_totals_are_left_out_only_where_the_format_asks(table: Callable[..., RawTable]) -> None:
    text = "unit,FTE,x\nA,1,x\nGrand total:,2,x\nTotal,,\nSource: ESR,,\n"
    raw = table(text, total_labels=frozenset({"Grand Total", "total"}))
    assert raw.column("unit") == ["A"]
    assert raw.left_out == [LeftOut("a total, not data", [3, 4]), LeftOut("a note, not data", [5])]
    raw = table(text)
    assert raw.column("unit") == ["A", "Grand total:"]
    assert raw.left_out == [LeftOut("a note, not data", [4, 5])]


def test_a_note_between_the_data_and_the_total_is_a_note(table: Callable[..., RawTable]) -> None:
    raw = table("unit,FTE,x\nA,1,x\nSource: ESR,,\nTotal,1,x\n", total_labels=frozenset({"Total"}))
    assert raw.left_out == [LeftOut("a note, not data", [3]), LeftOut("a total, not data", [4])]


def test_headings_that_come_again_are_left_out(table: Callable[..., RawTable]) -> None:
    raw = table("id,unit,FTE\n1,A,1\nid,unit,FTE\n2,B,1\n")
    assert raw.left_out == [LeftOut("the headings again", [3])]


def test_every_row_is_taken_blank_or_listed(table: Callable[..., RawTable]) -> None:
    raw = table(
        "id,unit,FTE\n1,A,1\n\n2,,\n3,C,1,9\nid,unit,FTE\nTotal,,3\n ,,\nx\n",
        total_labels=frozenset({"Total"}),
    )
    listed = sorted([*raw.row_numbers] + [n for out in raw.left_out for n in out.rows])
    assert listed == [2, 4, 5, 6, 7, 9]


def test_repeated_rows_are_told_but_not_dropped(table: Callable[..., RawTable]) -> None:
    raw = table("id,FTE\n1,1\n2,1\n1,1\n\n1,1\n")
    assert len(raw.row_numbers) == 4
    assert repeated_rows(raw) == [4, 6]


def test_headings_without_rows_make_a_table_without_rows(table: Callable[..., RawTable]) -> None:
    raw = table("id,unit,FTE\n")
    assert (raw.headings, raw.columns, repeated_rows(raw)) == (["id", "unit", "FTE"], [[], [], []], [])


def test_no_damage_to_a_text_file_does_more_than_refuse_it(written: Callable[..., Path]) -> None:
    rng = random.Random(1)
    whole = bytearray(b'id,"unit, in full",FTE\n1,"A ""b""",1\n2,"B\nC",0.8\n' * 5)
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(len(data))] = rng.choice(b'",;\n\r\t\x00\x81\xff\xfe a1')
        try:
            sheets = read_sheets(written(bytes(data)))
        except FileNotUnderstood:
            continue
        assert list(sheets[0].row_numbers) == list(range(1, len(sheets[0].rows) + 1))
