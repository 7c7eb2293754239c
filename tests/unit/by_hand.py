"""Staff files built by hand from the documented headings, sound or with one fault, as CSV, XLSX or XLS."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import xlsxwriter
import xlwt

from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Load, Workspace
from keepwell.sources import Reading, ReadOptions
from keepwell.sources.loading import check_file, load_file

TODAY = dt.date(2025, 11, 5)
KEY = PersonKey(b"k" * 32)
NOW = dt.datetime(2025, 11, 5, 9, tzinfo=dt.UTC)
OPTIONS = ReadOptions(today=TODAY, key=KEY)
KINDS = ("csv", "xlsx", "xls")
Cell = str | float | dt.date | None
GROUPS = ("Nursing and Midwifery Registered", "Allied Health Professionals", "Administrative and Clerical")
WARDS = ("Ash Ward", "Birch Ward", "Cedar Ward", "Theatres")


@dataclass(frozen=True)
class Draft:
    """A table before it is a file: what stands above, the headings, the rows, what stands below."""

    headings: list[str]
    rows: list[list[Cell]]
    above: list[list[Cell]] = field(default_factory=list)
    below: list[list[Cell]] = field(default_factory=list)
    delimiter: str = ","
    encoding: str = "utf-8"

    @property
    def grid(self) -> list[Sequence[Cell]]:
        return [*self.above, self.headings, *self.rows, *self.below]

    @property
    def first_row(self) -> int:
        """The number of the first row of data, as a spreadsheet shows it."""
        return len(self.above) + 2

    def with_cell(self, row: int, heading: str, cell: Cell) -> Draft:
        rows = [list(r) for r in self.rows]
        rows[row][self.headings.index(heading)] = cell
        return replace(self, rows=rows)

    def each(self, heading: str, change: Callable[[Cell], Cell]) -> Draft:
        at = self.headings.index(heading)
        return replace(self, rows=[[*r[:at], change(r[at]), *r[at + 1 :]] for r in self.rows])

    def without(self, heading: str) -> Draft:
        at = self.headings.index(heading)
        rows = [[*r[:at], *r[at + 1 :]] for r in self.rows]
        return replace(self, headings=[*self.headings[:at], *self.headings[at + 1 :]], rows=rows)


def month_end(month: int) -> dt.date:
    """Month 1 is January 2025."""
    return dt.date(2025 + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def staff_in_post(month: int = 1, people: int = 30, first: int = 0, organisation: str = "RX1") -> Draft:
    headings = [
        *("Employee Number", "Last Name", "NI Number", "Organisation Code", "Organisation", "Staff Group", "Role"),
        *("Assignment Status", "Primary", "FTE", "Latest Start Date", "Effective Date", "Date Of Birth"),
    ]
    rows: list[list[Cell]] = [
        [
            *(20_000_000 + i, f"Zzyzx{i}", f"ZZ{100_000 + i}A", organisation, WARDS[i % 4], GROUPS[i % 3], "Nurse"),
            *("Active Assignment", "Yes", 0.6 if i % 5 == 0 else 1, dt.date(2015 + i % 9, i % 12 + 1, 14)),
            *(month_end(month), dt.date(1960 + i % 40, i % 12 + 1, 17)),
        ]
        for i in range(first, first + people)
    ]
    return Draft(headings, rows)


def leavers(month: int = 1, people: int = 30) -> Draft:
    headings = [
        *("Employee Number", "Last Name", "Organisation Code", "Organisation", "Staff Group", "FTE"),
        *("Latest Start Date", "Termination Date", "Leaving Reason", "Destination on Leaving"),
    ]
    rows: list[list[Cell]] = [
        [
            *(20_000_000 + i, f"Zzyzx{i}", "RX1", WARDS[i % 4], GROUPS[i % 3], 1),
            *(dt.date(2015, 3, 14), month_end(month) - dt.timedelta(days=i % 17)),
            *("Voluntary Resignation - Work Life Balance", "NHS Organisation"),
        ]
        for i in range(people)
    ]
    return Draft(headings, rows)


def staff_list(month: int = 1, people: int = 30) -> Draft:
    headings = ["Staff ID", "Surname", "Start Date", "End Date", "Organisation Code", "Team", "Band", "FTE"]
    ends = [month_end(month) - dt.timedelta(days=40 + i) for i in range(people)]
    rows: list[list[Cell]] = [
        [
            *(f"P{1000 + i}", f"Zzyzx{i}", dt.date(2015 + i % 9, 3, 14), ends[i] if i % 6 == 0 else None),
            *("RX1", WARDS[i % 4], f"Band {i % 5 + 2}", 1),
        ]
        for i in range(people)
    ]
    rows.append(["P9999", "Zzyzx", month_end(month + 1), None, "RX1", "Theatres", "Band 5", 1])
    return Draft(headings, rows)


def turnover(month: int = 1, people: int = 1200) -> Draft:
    headings = [
        *("PERIOD", "TYPE", "NHSE_REGION_CODE", "NHSE_REGION_NAME", "ICS_CODE", "ICS_NAME", "REPORTING_ORG_NAME"),
        *("REPORTING_ORG_CODE", "CLUSTER_GROUP", "BENCHMARK_GROUP", "STAFF_GROUP_1_NAME", "HC", "FTE"),
    ]
    period = f"{month_end(month - 1):%Y%m} to {month_end(month):%Y%m}"
    rows: list[list[Cell]] = [
        [
            *(period, kind, "Y99", "North", "QX9", "Moorland", trust, code, "Acute", "Acute - Large", group),
            *(count, count - 0.5),
        ]
        for code, trust in (("RX1", "Northmoor Trust"), ("RX2", "Southmoor Trust"))
        for group in ("All staff groups", "Midwives")
        for kind, count in (
            ("Denominator at start of period", people),
            ("Denominator at end of period", people - 10),
            ("Leavers", 10),
        )
    ]
    return Draft(headings, rows)


SOUND: dict[str, Callable[..., Draft]] = {
    "nhs_turnover": turnover,
    "esr_staff_in_post": staff_in_post,
    "esr_leavers": leavers,
    "staff_list": staff_list,
}


def write(draft: Draft, path: Path) -> Path:
    """The draft as a file of the kind that its name says."""
    path.write_bytes({".csv": _csv, ".xlsx": _xlsx, ".xls": _xls}[path.suffix](draft))
    return path


def _csv(draft: Draft) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=draft.delimiter).writerows(
        [f"{c:%d/%m/%Y}" if isinstance(c, dt.date) else c for c in row] for row in draft.grid
    )
    return text.getvalue().encode(draft.encoding)


def _xlsx(draft: Draft) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet, day = book.add_worksheet("Report"), book.add_format({"num_format": "dd/mm/yyyy"})
    for i, row in enumerate(draft.grid):
        for j, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(i, j, dt.datetime.combine(cell, dt.time()), day)
            elif cell is not None:
                sheet.write(i, j, cell)
    book.close()
    return file.getvalue()


def _xls(draft: Draft) -> bytes:
    file = io.BytesIO()
    book = xlwt.Workbook()
    sheet, day = book.add_sheet("Report"), xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for i, row in enumerate(draft.grid):
        for j, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write(i, j, dt.datetime.combine(cell, dt.time()), day)
            elif cell is not None:
                sheet.write(i, j, cell)
    book.save(file)
    return file.getvalue()


def read(path: Path, options: ReadOptions = OPTIONS) -> Reading:
    return check_file(Workspace(path.parent / "nowhere"), path, options).reading


def load(workspace: Workspace, path: Path, **options: object) -> Load:
    return load_file(workspace, path, replace(OPTIONS, **options), now=NOW)  # type: ignore[arg-type]


def rows_of(reading: Reading) -> dict[str, list[dict[str, object]]]:
    """Every table of a reading, its rows in order."""
    return {name: sorted(table.to_pylist(), key=repr) for name, table in reading.tables.items()}


def left_out(reading: Reading) -> dict[str, list[int]]:
    return {x.reason: x.rows for x in reading.left_out}


def in_three_lines(error: BaseException) -> str:
    """The words of a refusal, which are three lines with what was found and what to try."""
    wrong, found, attempt = str(error).splitlines()
    assert found.startswith("  Found: ")
    assert attempt.startswith("  Try:   ")
    assert "Zzyzx" not in str(error)
    return f"{wrong} {found} {attempt}"
