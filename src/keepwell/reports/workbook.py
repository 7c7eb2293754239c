"""The tables behind a report, or a list, as a workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from keepwell.disclosure import Released
from keepwell.records.workspace import write_whole
from keepwell.reports.sections import Report
from keepwell.reports.tables import definition_lines, is_share

WIDEST, A4 = 48, 9


def as_xlsx(report: Report, path: Path) -> None:
    """One sheet a table, full precision, its definition below it; a first sheet that says what this is."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": report.title, "comments": report.mark, "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        front = book.add_worksheet("About")
        bold = book.add_format({"bold": True})
        front.set_column(0, 0, 110)
        for i, line in enumerate((report.title, report.subtitle, report.mark, f"For {report.audience}.")):
            front.write_string(i, 0, line, bold if i in (0, 2) else None)
        for i, section in enumerate(report.sections):
            front.write_string(5 + i, 0, f"{section.question} {section.answer}")
        for name, released in report.sheets.items():
            _sheet(book, name, released)
    write_whole(path, out.getvalue())


def list_as_xlsx(
    title: str,
    about: Sequence[str],
    headings: Sequence[str],
    lines: Sequence[Sequence[str | int | dt.date | None]],
    path: Path,
) -> None:
    """A list that is no figures: a first sheet that says what it is, and one with its lines. Words are never run."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title, "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        bold, wrapped = (book.add_format({"bold": b, "text_wrap": True, "valign": "top"}) for b in (True, False))
        front = book.add_worksheet("About")
        front.set_column(0, 0, 110)
        for i, line in enumerate((title, *about)):
            front.write_string(i, 0, line, wrapped if i else bold)
        sheet = book.add_worksheet("List")
        for j, heading in enumerate(headings):
            sheet.write_string(0, j, heading, bold)
            longest = max((len(str(line[j])) for line in lines if line[j] is not None), default=0)
            sheet.set_column(j, j, min(max(longest, len(heading), 10) + 2, WIDEST))
        day = book.add_format({"num_format": "d mmm yyyy", "valign": "top", "align": "left"})
        for i, told in enumerate(lines, 1):
            _line(sheet, i, told, wrapped, day)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
    write_whole(path, out.getvalue())


def _line(sheet: Any, i: int, line: Sequence[str | int | dt.date | None], wrapped: Any, day: Any) -> None:
    for j, value in enumerate(line):
        if isinstance(value, str):
            sheet.write_string(i, j, value, wrapped)
        elif isinstance(value, dt.date):
            sheet.write_datetime(i, j, dt.datetime.combine(value, dt.time()), day)
        elif value is not None:
            sheet.write_number(i, j, value, wrapped)


def _sheet(book: Any, name: str, released: Released) -> None:
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    day, share = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0.00%"})
    decimal, whole = book.add_format({"num_format": "#,##0.0"}), book.add_format({"num_format": "#,##0"})
    names = released.table.column_names
    for j, column in enumerate(names):
        sheet.write_string(0, j, column.replace("_", " "), bold)
        sheet.set_column(j, j, 40 if column.endswith("_name") else 16)
    for i, row in enumerate(released.rows(), 1):
        for j, column in enumerate(names):
            value = row[column]
            if isinstance(value, dt.date):
                sheet.write_datetime(i, j, dt.datetime.combine(value, dt.time()), day)
            elif value is not None:
                kind = whole if isinstance(value, int) else decimal if isinstance(value, float) else None
                sheet.write(i, j, value, share if isinstance(value, float) and is_share(column) else kind)
    sheet.freeze_panes(1, 0)
    for k, line in enumerate(definition_lines(released)):
        sheet.write_string(released.table.num_rows + 3 + k, 0, line)
