"""ODS lists of trusts (etr.csv) and of practices (epraccur.csv): which organisations are there, and whose are they?

Files of the Organisation Data Service have 27 columns and no headings. What is taken: code, name, region, ICB,
days of opening and closing, and for practices the sub-ICB with the days of joining and leaving it, the status and
the prescribing setting. Only setting 4 is a GP practice; others that prescribe are kept as such. Addresses and
telephone numbers are dropped. The region and the ICB are those of the day of the file, which is the newest day in
it; until July 2022 area teams and others stand in the ICB's column, and are not taken for ICBs.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.errors import FileNotUnderstood, counted
from keepwell.records.organisations import ICB, OTHER, PRACTICE, REGION, SUB_ICB, TRUST
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import (
    ICB_CODE,
    REGION_CODE,
    SUB_ICB_CODE,
    TRUST_CODE,
    NotADay,
    code_in,
    day_reader,
    text_in,
)
from keepwell.sources.ods_register import (
    BACKWARDS,
    NO_CODE,
    NO_DAY,
    OdsRegister,
    Parent,
    lower_case_remark,
    one_row_each,
)
from keepwell.sources.reading import Sheet

CODE_AT, NAME_AT, REGION_AT, ICB_AT = 0, 1, 2, 3
OPENED_AT, CLOSED_AT, STATUS_AT, PARENT_AT, JOINED_AT, LEFT_AT, SETTING_AT = 10, 11, 12, 14, 15, 16, 25
COLUMNS = 27
TAKEN_AT = (NAME_AT, REGION_AT, ICB_AT, STATUS_AT, PARENT_AT, SETTING_AT)
DAYS_AT = (OPENED_AT, CLOSED_AT, JOINED_AT, LEFT_AT)
NAMED_DAYS = "opened, closed, joined its parent, left it (columns 11, 12, 16, 17)"
ROWS_LOOKED_AT = 200
GP_PRACTICE = "4"
STATUSES = {"A": "active", "C": "closed", "D": "dormant", "P": "proposed"}
NATIONAL_GROUPING = re.compile(r"[A-Z][0-9]{2}|")
HIGH_LEVEL_GEOGRAPHY = re.compile(r"[A-Z][A-Z0-9]{2}|")
DAY = re.compile(r"[0-9]{8}|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|")


def _is_ods_row(row: Sequence[str]) -> bool:
    """A code, a name, the codes of region and ICB, an address, and the day of opening in its place."""
    cells = [cell.strip().upper() for cell in row]
    return (
        len(cells) > OPENED_AT
        and code_in(cells[CODE_AT]) is not None
        and any(letter.isalpha() for letter in cells[NAME_AT])
        and NATIONAL_GROUPING.fullmatch(cells[REGION_AT]) is not None
        and HIGH_LEVEL_GEOGRAPHY.fullmatch(cells[ICB_AT]) is not None
        and any((cells[REGION_AT], cells[ICB_AT], cells[OPENED_AT]))
        and all(DAY.fullmatch(cell) for cell in cells[OPENED_AT : CLOSED_AT + 1])
    )


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A sheet most of whose first rows are rows of an ODS list."""
    for sheet in sheets:
        rows = [row for row in sheet.rows[:ROWS_LOOKED_AT] if any(row)]
        hits = sum(1 for row in rows if _is_ods_row(row))
        if hits and 2 * hits >= len(rows):
            return Match(sheet, None)
    return None


@dataclass(frozen=True, slots=True)
class _Row:
    """One row with its columns by name; the days as read."""

    number: int
    code: str
    cells: tuple[str, ...]
    days: tuple[dt.date | None, ...]

    @property
    def taken(self) -> tuple[object, ...]:
        """What is taken of it, besides the code: rows that differ in an address do not disagree."""
        return (*(self.cells[at].upper() for at in TAKEN_AT), self.days)

    @property
    def opened(self) -> dt.date | None:
        return self.days[0]

    @property
    def closed(self) -> dt.date | None:
        return self.days[1]


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as organisations and their parents.

    Raises FileNotUnderstood for a list of practices that is too narrow to hold the prescribing setting.
    """
    register = OdsRegister(file, options)
    lines = [(n, row) for n, row in zip(match.sheet.row_numbers, match.sheet.rows, strict=True) if any(row)]
    rows = _rows(register, lines)
    of_practices = _lists_practices(rows)
    if of_practices:
        _refuse_narrow(file, max((len(row) for _, row in lines), default=0))
    trusts = 2 * sum(1 for row in rows if TRUST_CODE.fullmatch(row.code)) >= len(rows)
    good = one_row_each(register, ((row.number, row.code, row.taken) for row in rows))
    taken = [row for row in rows if row.number in good]
    for row in taken:
        _organisation(register, row, of_practices=of_practices, of_trusts=trusts and not of_practices)
        _parents(register, row)
    return register.reading(
        rows_read=len(lines),
        rows_taken=len(taken),
        remarks=(*match.sheet.remarks, *lower_case_remark(r[CODE_AT] for _, r in lines), *_remarks(taken)),
    )


def _rows(register: OdsRegister, lines: list[tuple[int, list[str]]]) -> list[_Row]:
    """The rows with a code and sound days; the others complained of."""
    day_cells = [row[at] for _, row in lines for at in DAYS_AT if at < len(row) and code_in(row[0])]
    day_in = day_reader(register.file, day_cells, register.options)
    rows = []
    for number, line in lines:
        code = code_in(line[CODE_AT])
        if code is None or not _is_ods_row(line):
            register.complain(NO_CODE if code is None else "not a row of an ODS list", number)
            continue
        cells = tuple(" ".join(cell.split()) for cell in (*line, *[""] * COLUMNS)[:COLUMNS])
        days = [day_in(cells[at]) for at in DAYS_AT]
        if any(isinstance(day, NotADay) for day in days):
            register.complain(f"{NO_DAY}: {NAMED_DAYS}", number)
            continue
        row = _Row(number, code, cells, tuple(day for day in days if not isinstance(day, NotADay)))
        if _backwards(row.days[:2]) or _backwards(row.days[2:]):
            register.complain(f"{BACKWARDS}: {NAMED_DAYS}", number)
            continue
        rows.append(row)
    return rows


def _backwards(days: Sequence[dt.date | None]) -> bool:
    first, last = days
    return first is not None and last is not None and last < first


def _lists_practices(rows: list[_Row]) -> bool:
    """Whether this is a list of prescribers: only they have a status."""
    return 2 * sum(1 for row in rows if row.cells[STATUS_AT].upper() in STATUSES) >= len(rows) > 0


def _refuse_narrow(file: str, width: int) -> None:
    if width <= SETTING_AT:
        raise FileNotUnderstood(
            f"{file} lists practices, but its last columns are missing.",
            found=f"{width} columns; the prescribing setting, which tells GP practices from others, is column 26",
            attempt="download epraccur again from the Organisation Data Service, and do not save it from a spreadsheet",
        )


def _organisation(register: OdsRegister, row: _Row, *, of_practices: bool, of_trusts: bool) -> None:
    cells = row.cells
    role = cells[SETTING_AT] or None
    if of_practices:
        kind = PRACTICE if role == GP_PRACTICE else OTHER
    else:
        kind = TRUST if of_trusts else _kind_by_code(row.code)
    register.organisation(
        row.code,
        text_in(cells[NAME_AT]),
        kind,
        role=role if of_practices else None,
        status=STATUSES.get(cells[STATUS_AT].upper()),
        opened=row.opened,
        closed=row.closed,
    )


def _kind_by_code(code: str) -> str:
    kinds = ((SUB_ICB_CODE, SUB_ICB), (ICB_CODE, ICB), (REGION_CODE, REGION), (TRUST_CODE, TRUST))
    return next((kind for pattern, kind in kinds if pattern.fullmatch(code)), OTHER)


def _parents(register: OdsRegister, row: _Row) -> None:
    """Its ICB and its region on the day of the file, and the parent that it joined on a day."""
    for at, pattern, kind in ((ICB_AT, ICB_CODE, ICB), (REGION_AT, REGION_CODE, REGION)):
        code = row.cells[at].upper()
        if pattern.fullmatch(code):
            register.parent(Parent(row.code, code, kind, end=row.closed))
    above = code_in(row.cells[PARENT_AT])
    if above is not None:
        kind = SUB_ICB if SUB_ICB_CODE.fullmatch(above) else OTHER
        joined, left = row.days[2:]
        register.parent(Parent(row.code, above, kind, start=joined, end=left or row.closed))


def _remarks(rows: list[_Row]) -> list[str]:
    instead = Counter(
        row.cells[ICB_AT].upper()
        for row in rows
        if row.cells[ICB_AT] and not ICB_CODE.fullmatch(row.cells[ICB_AT].upper())
    )
    settings = sum(1 for row in rows if row.cells[SETTING_AT] not in ("", GP_PRACTICE))
    remarks = []
    if settings:
        remarks.append(f"{counted(settings, 'prescriber')} other than GP practices, kept as such")
    if instead:
        remarks.append(
            f"{counted(sum(instead.values()), 'row')} with an area team or a country in place of the ICB: not taken as one"
        )
    return remarks


FORMAT = SourceFormat(
    name="ods_organisations",
    title="ODS list of trusts (etr) or practices (epraccur), without headings",
    published=True,
    about=__doc__ or "",
    needs=("code", "name", "region and ICB", "day of opening"),
    recognise=recognise,
    read=read,
    reference=True,
)
