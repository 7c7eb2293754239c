"""What does a table or a page look like as a file that somebody takes away?

Each holds the numbers, what they are, and the mark of the policy under which they may be used.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from keepwell.disclosure import Released
from keepwell.errors import KeepwellError
from keepwell.reports import tables
from keepwell.reports.html import as_html
from keepwell.reports.pdf import as_pdf
from keepwell.reports.sections import Report
from keepwell.reports.workbook import as_xlsx, list_as_xlsx

Line = Sequence[str | int | dt.date | None]

RUN_BY_SPREADSHEETS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet would run as a formula."""
CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}


def csv_of(released: Released) -> bytes:
    """The table as the command line writes it, then an empty line and what the numbers are, a line each.

    With a byte order mark, by which spreadsheets know that it is UTF-8. No cell of words begins as a formula does.
    """
    about = [[line.strip()] for line in tables.definition_lines(released)]
    return _csv([released.table.column_names, *(row.values() for row in released.rows()), [], *about])


def csv_of_lines(name: str, about: Sequence[str], headings: Sequence[str], lines: Sequence[Line]) -> bytes:
    """A list that is no figures, such as which rows of a file were left out and why; below it what it is, if said."""
    return _csv([headings, *lines, *([[], *([line] for line in (name, *about))] if about else [])])


def xlsx_of_lines(name: str, about: Sequence[str], headings: Sequence[str], lines: Sequence[Line]) -> bytes:
    """The same as a workbook: a first sheet that says what it is, and one with the list."""
    return _written(lambda path: list_as_xlsx(name, about, headings, lines, path))


def guarded(text: str) -> str:
    """Words that a spreadsheet shows and does not run."""
    return f"'{text}" if text.lstrip(" ").startswith(RUN_BY_SPREADSHEETS) else text


def json_of(released: Released) -> bytes:
    return tables.as_json(released).encode()


def xlsx_of(released: Released) -> bytes:
    """A workbook with a first sheet that says what it is, and one with the table and its definition."""
    label = released.definition.label
    return xlsx_of_page(
        Report(label, released.definition.words, released.policy.mark, released.audience, (), {"Table": released})
    )


def xlsx_of_page(report: Report) -> bytes:
    return _written(lambda path: as_xlsx(report, path))


def pdf_of_page(report: Report) -> bytes:
    return _written(lambda path: as_pdf(as_html(report), path))


def html_of_page(report: Report) -> bytes:
    return as_html(report).encode()


OF_A_TABLE: Final[dict[str, Callable[[Released], bytes]]] = {"csv": csv_of, "xlsx": xlsx_of, "json": json_of}
OF_A_PAGE: Final[dict[str, Callable[[Report], bytes]]] = {
    "xlsx": xlsx_of_page,
    "pdf": pdf_of_page,
    "html": html_of_page,
}

OF_A_LIST: Final[dict[str, Callable[[str, Sequence[str], Sequence[str], Sequence[Line]], bytes]]] = {
    "csv": csv_of_lines,
    "xlsx": xlsx_of_lines,
}


def refuse_other_format(out_format: str, known: dict[str, Any]) -> None:
    """Raises KeepwellError for a format that there is not."""
    if out_format not in known:
        raise KeepwellError(
            "There is no such format.", found="another ending in the address", attempt=f"one of {', '.join(known)}"
        )


def _csv(lines: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_cell(value) for value in line] for line in lines])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    """As in keepwell.reports.tables: empty for what is hidden or not there, full precision."""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _written(write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "content"
        write(path)
        return path.read_bytes()
