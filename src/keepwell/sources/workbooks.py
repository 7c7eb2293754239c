"""What does a workbook hold, sheet by sheet, as the text its reader sees?

Calamine opens XLSX, XLSM, XLSB, XLS and ODS. Around it stand the guards it lacks: it takes error
cells for empty ones, panics or aborts the process on some broken files, and says only "cannot
detect" where the user needs to hear "password".
"""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import NoReturn

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from keepwell.errors import FileNotUnderstood, counted, listed

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_SECTOR = 512
# A full sheet of 38 columns. Beyond it a stray cell far below or to the right makes calamine ask for
# hundreds of gigabytes, and the whole process dies rather than raises.
MOST_CELLS = 40_000_000
EXCEL_DIGITS = 1e15

_CELL_WITH_VALUE = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"(?:[^>]*[^/>])?>')
_ERROR_CELL = re.compile(rb'<c (?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"')
_SHEET_TAG = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION_TAG = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet from its first row and column, every row equally long.

    `tall_merges` are the first rows of merged cells that span several rows.
    """

    name: str
    rows: list[list[str]]
    hidden: bool
    tall_merges: list[int]
    remarks: list[str]


def read_workbook(name: str, data: bytes) -> list[Grid]:
    """Every sheet with cells, hidden ones included and marked, in the workbook's order.

    Raises FileNotUnderstood for a password, a broken file, another kind of Office file, or a sheet
    whose last cell stands absurdly far away.
    """
    errors = _zip_checked(name, data) if data.startswith(ZIP_MAGIC) else _ole_checked(name, data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            _grid(book.get_sheet_by_name(sheet.name), sheet.visible, errors.get(sheet.name, []))
            for sheet in book.sheets_metadata
            if sheet.typ in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet)
        ]
    except CalamineError:
        _refuse(name, "a damaged workbook, or an Office file without readable sheets")
    except BaseException as error:
        # A Rust panic is no Exception, so that only this clause can see it; all else rises.
        if type(error).__name__ != "PanicException":
            raise
        _refuse(name, "a damaged workbook")


def _refuse(name: str, found: str, attempt: str = "open it in Excel and save it as XLSX or CSV") -> NoReturn:
    raise FileNotUnderstood(f"{name} is not a workbook that can be opened.", found=found, attempt=attempt) from None


def _refuse_password(name: str) -> NoReturn:
    _refuse(name, "a workbook with a password", "remove the password in Excel (File, Info, Protect Workbook)")


def _grid(sheet: CalamineSheet, visible: SheetVisibleEnum, errors: list[str]) -> Grid:
    raw = sheet.to_python(skip_empty_area=False)
    hidden = visible != SheetVisibleEnum.Visible
    remarks = [f'the sheet "{sheet.name}" is hidden in the workbook'] if hidden else []
    if errors:
        cells = counted(len(errors), "cell")
        remarks.append(f"{cells} with an Excel error such as #N/A, read as empty: {listed(errors)}")
    if long := sum(1 for row in raw for cell in row if isinstance(cell, float) and abs(cell) >= EXCEL_DIGITS):
        remarks.append(f"{counted(long, 'number')} of more than 15 digits: Excel keeps only the first 15")
    merges = [first[0] + 1 for first, last in sheet.merged_cell_ranges or [] if last[0] > first[0]]
    rows = [[c.strip() if isinstance(c, str) else shown(c) for c in row] for row in raw]
    return Grid(sheet.name, rows, hidden, sorted(merges), remarks)


def shown(value: object) -> str:
    """A cell's value as text: 38 not 38.0, TRUE, 2025-10-31, 2025-10-31 08:30:00, 36:00:00 (hours).

    Percentages come as fractions. Fifteen digits, as Excel shows them: 0.3, not 0.30000000000000004.
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)


def _zip_checked(name: str, data: bytes) -> dict[str, list[str]]:
    """The error cells of every sheet by its name; raises where calamine must not be tried."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = parts.namelist()
            if any(part.startswith("word/") for part in names):
                _refuse(name, "a Word document", "copy the table into Excel and save it as XLSX or CSV")
            if not any(part.startswith("xl/") or part == "content.xml" for part in names):
                _refuse(name, "a zip archive without a workbook", "unpack it and name the file inside")
            sheets = {p: parts.read(p) for p in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", p)}
            titles = _titles(parts) if any(b't="e"' in sheet for sheet in sheets.values()) else {}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
        _refuse(name, "a damaged workbook", "export or download it again")
    except (RuntimeError, NotImplementedError):
        _refuse_password(name)
    for sheet in sheets.values():
        _check_extent(name, sheet)
    return {titles[p]: _error_cells(sheet) for p, sheet in sheets.items() if p in titles}


def _error_cells(sheet: bytes) -> list[str]:
    return [reference.decode() for reference in _ERROR_CELL.findall(sheet)]


def _check_extent(name: str, sheet: bytes) -> None:
    places = _CELL_WITH_VALUE.findall(sheet)
    if not places:
        return
    column = max({letters for letters, _ in places}, key=lambda letters: (len(letters), letters)).decode()
    row = max(int(number) for number in {number for _, number in places})
    if row * _column_number(column) > MOST_CELLS:
        _refuse(
            name,
            f"filled cells as far as row {row:,} and column {column}",
            "delete the rows below and the columns beside the table, or save it as CSV",
        )


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _titles(parts: zipfile.ZipFile) -> dict[str, str]:
    """What each sheet's part is called on its tab: {"xl/worksheets/sheet1.xml": "Staff"}."""
    try:
        book = parts.read("xl/workbook.xml").decode()
        relations = parts.read("xl/_rels/workbook.xml.rels").decode()
    except KeyError:
        return {}
    target = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION_TAG.findall(relations)}
    return {
        "xl/" + target.get(_attribute(tag, r"\w+:id"), "").removeprefix("/xl/"): _attribute(tag, "name")
        for tag in _SHEET_TAG.findall(book)
    }


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\s{name}=[\"']([^\"']*)[\"']", tag)
    return html.unescape(found[1]) if found else ""


def _ole_checked(name: str, data: bytes) -> dict[str, list[str]]:
    """Nothing; raises for the Office files before 2007 that are no open workbook."""
    if "EncryptedPackage".encode("utf-16-le") in data or _has_file_password(data):
        _refuse_password(name)
    if "WordDocument".encode("utf-16-le") in data:
        _refuse(name, "a Word document", "copy the table into Excel and save it as XLSX or CSV")
    return {}


def _has_file_password(data: bytes) -> bool:
    """Whether a FILEPASS record follows the start of the workbook stream, as in encrypted XLS."""
    for start in range(OLE_SECTOR, len(data), OLE_SECTOR):
        if data[start : start + 2] != b"\x09\x08":
            continue
        at = start
        for _ in range(4):
            if data[at : at + 2] == b"\x2f\x00":
                return True
            at += 4 + int.from_bytes(data[at + 2 : at + 4], "little")
    return False
