"""Which cells does a text file hold?

CSV is no one format: letters, separator, quotation and line ends are worked out from the file, and
what does not add up is refused by its row rather than read wrong.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.errors import FileNotUnderstood, counted, rows_named
from keepwell.sources.clean_lines import CleanLines, clean_lines, is_plain
from keepwell.sources.open_file import OpenFile
from keepwell.sources.text_on_disk import MARK, REPLACEMENT, TextOnDisk, in_utf_8, is_utf_8

NOT_TABLES = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "a Word document"),
    (b"PAR1", "a Parquet file"),
)
MARKUP = (
    ("<!doctype html", "a web page"),
    ("<html", "a web page"),
    ("<table", "a web page"),
    ("<meta", "a web page"),
    ("<head", "a web page"),
    ("mime-version:", "a web page"),
    ("<?xml", "an XML file"),
)
# Commas come last: they are the only ones of the four that sentences and numbers are full of.
DELIMITERS = "\t;|,"
FIRST_BYTES = 1 << 18
"""By which the kind of a file and its separator are told."""
LINES_TRIED = 200
# How many separators, all in step with the table, show that a cell has swallowed rows of it. Less
# than that a comment of a few lines may hold by chance.
SWALLOWED_SEPARATORS = 10


@dataclass(frozen=True, slots=True)
class TextRows:
    """The rows of a text file as a spreadsheet would show them, and what the reading changed."""

    rows: Sequence[list[str]]
    remarks: list[str]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's letters as UTF-8, and what had to be guessed or was lost on the way from its bytes."""

    data: bytes
    remarks: list[str]


def _not_a_table(name: str, found: str) -> FileNotUnderstood:
    return FileNotUnderstood(f"{name} is not a table.", found=found, attempt="export the data as CSV or XLSX")


def _decoded(name: str, data: bytes) -> Decoded:
    kinds = [kind for magic, kind in NOT_TABLES if data.startswith(magic)]
    if kinds or b"%PDF-" in data[:1024]:
        raise _not_a_table(name, kinds[0] if kinds else "a PDF")
    plain = is_plain(data)
    decoded = Decoded(data, []) if plain else _characters(data)
    if b"\x00" in decoded.data:
        lines = len(decoded.data[: decoded.data.index(b"\x00")].decode("utf-8").splitlines() or [""])
        raise _not_a_table(name, f"bytes that are not text, first in line {lines}")
    start = _first_characters(decoded.data, 200).lstrip().casefold()
    if markup := [kind for opening, kind in MARKUP if start.startswith(opening)]:
        raise _not_a_table(name, markup[0])
    if not plain and (lost := decoded.data.count(REPLACEMENT.encode())):
        decoded.remarks.append(f"{counted(lost, 'character')} could not be read and show as {REPLACEMENT}")
    return decoded


def _first_characters(data: bytes, most: int) -> str:
    return data[: 4 * most].decode("utf-8", errors="ignore")[:most]


def _characters(data: bytes) -> Decoded:
    """UTF-16 with its mark, else UTF-8, else Windows text (cp1252).

    Text with more good UTF-8 letters than bad ones is damaged UTF-8: as cp1252 every good one would
    turn into two or three wrong ones.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Decoded(data.decode("utf-16", errors="replace").encode(), [])
    # More marks of byte order come from files that were joined end to end; they are no characters.
    text = data.decode("utf-8", errors="replace").replace("\ufeff", "")
    lost = text.count(REPLACEMENT)
    if not lost or sum(1 for c in text if c > "\x7f") > 2 * lost:
        return Decoded(text.encode(), [])
    remark = "read as Windows text (cp1252): it is not UTF-8"
    return Decoded(data.decode("cp1252", errors="replace").encode(), [remark])


def read_delimited(name: str, data: bytes) -> TextRows:
    """The rows of a CSV or its like, whatever its letters, separator and line ends.

    Raises FileNotUnderstood for another kind of file, bytes that are not text, or a quotation mark
    that opens a cell and never closes it.
    """
    decoded = _decoded(name, data)
    data, named = _without_sep_line(decoded.data)
    delimiter = named or _delimiter(_first_characters(data, FIRST_BYTES // 4))
    if (lines := clean_lines(data, delimiter)) is not None:
        return TextRows(lines, decoded.remarks)
    found = _records(name, data.decode("utf-8"), delimiter)
    _refuse_swallowed(name, found, delimiter)
    rows = [list(map(str.strip, row)) for row in found.rows]
    return TextRows(rows, decoded.remarks + _remarks_on(found))


def read_large_text(name: str, file: OpenFile) -> TextRows | None:
    """As read_delimited, of a file too large to hold; None where a line of it may not be one row.

    Raises FileNotUnderstood where its beginning shows another kind of file.
    """
    text, remarks = TextOnDisk.of(name, file), list[str]()
    _decoded(name, text[:FIRST_BYTES])
    if text[:3] == MARK.encode():
        text = TextOnDisk.of(name, file, 3)
    lines = _large_lines(text)
    if lines is None and not is_utf_8(text):
        text, remarks = in_utf_8(text)
        lines = _large_lines(text)
    return None if lines is None else TextRows(lines, remarks)


def _large_lines(text: TextOnDisk) -> CleanLines | None:
    head = text[:FIRST_BYTES]
    if b"\x00" in head:
        return None
    below, named = _without_sep_line(head)
    body = TextOnDisk.of(text.name, text.file, text.start + len(head) - len(below))
    return clean_lines(body, named or _delimiter(_first_characters(below, FIRST_BYTES // 4)))


def _remarks_on(found: _Records) -> list[str]:
    remarks = []
    if found.with_breaks:
        many = counted(len(found.with_breaks), "row")
        remarks.append(f"{many} with line breaks inside a cell: rows are numbered as in a spreadsheet")
    if found.misquoted:
        many = counted(len(found.misquoted), "row")
        remarks.append(f"{many} with a quotation mark out of place: {rows_named(found.misquoted)}")
    return remarks


def _without_sep_line(data: bytes) -> tuple[bytes, str]:
    """The text without the "sep=;" that Excel obeys and hides, and the separator it names."""
    if found := re.match(rb'"?sep=([,;|\t])"?(?:\r\n|\r|\n)', data, re.IGNORECASE):
        return data[found.end() :], found[1].decode()
    return data, ""


def _delimiter(text: str) -> str:
    """The separator with which most lines have one and the same number of cells.

    Titles and numbers are full of commas, but not of the same number in every line.
    """
    lines = [line for line in io.StringIO(text, newline="") if line.strip()][:LINES_TRIED]

    def lines_alike(delimiter: str) -> int:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        return max(widths.values(), default=0)

    return max(DELIMITERS, key=lines_alike) if any(map(lines_alike, DELIMITERS)) else ","


@dataclass(frozen=True, slots=True)
class _Records:
    """Rows of a text file, and the numbers of those with line breaks in a cell or stray quotes."""

    rows: list[list[str]]
    with_breaks: list[int]
    misquoted: list[int]

    @property
    def usual_width(self) -> int:
        return Counter(len(row) for row in self.rows if row).most_common(1)[0][0] if any(self.rows) else 0


def _records(name: str, text: str, delimiter: str) -> _Records:
    lines = io.StringIO(text, newline="").readlines()
    if (rows := _plain_records(lines, delimiter)) is not None:
        return _Records(rows, [], [])
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    found = _Records([], [], [])
    while True:
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            row = _misquoted_row(lines[before], delimiter)
            if not row:
                raise _never_closed(name, len(found.rows) + 1) from None
            found.misquoted.append(len(found.rows) + 1)
        if reader.line_num > before + 1:
            found.with_breaks.append(len(found.rows) + 1)
        found.rows.append(row)


def _plain_records(lines: list[str], delimiter: str) -> list[list[str]] | None:
    """The rows of a text without a stray quotation mark and with one row a line; None for any other."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows if len(rows) == len(lines) else None


def _misquoted_row(line: str, delimiter: str) -> list[str]:
    """The cells of a line with text after a closing quotation mark; none if a mark stays open.

    A second line tells: it is a row of its own only if the first has ended. No file has a zero byte.
    """
    try:
        rows = list(csv.reader([line, "\x00"], delimiter=delimiter))
    except csv.Error:
        return []
    return rows[0] if rows[1:] == [["\x00"]] else []


def _never_closed(name: str, row: int) -> FileNotUnderstood:
    return FileNotUnderstood(
        f"{name} has a quotation mark that does not close.",
        found=f"a cell of row {row} that opens with a quotation mark and runs into other cells",
        attempt=f"remove or double the mark in row {row}, or export again as XLSX",
    )


def _refuse_swallowed(name: str, found: _Records, delimiter: str) -> None:
    """Refuse quotes that close, but in the wrong place, so that a cell holds rows of the table."""
    width = found.usual_width
    for number in found.misquoted:
        if len(found.rows[number - 1]) != width:
            raise _never_closed(name, number)
    for number in found.with_breaks:
        for cell in found.rows[number - 1]:
            inner = cell.splitlines()[1:-1]
            in_step = all(line.count(delimiter) == width - 1 for line in inner)
            if in_step and len(inner) * (width - 1) >= SWALLOWED_SEPARATORS:
                raise _never_closed(name, number)
